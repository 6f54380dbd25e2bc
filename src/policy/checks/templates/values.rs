//! Which values in a template are secrets written out, and which only stand for one.

use crate::policy::text::has_hole;
use crate::policy::tree::{Node, Value};

/// Words of a value that somebody is yet to replace.
const PLACEHOLDERS: &[&str] = &[
    "changeme",
    "change-me",
    "change_me",
    "change this",
    "replace",
    "placeholder",
    "dummy",
    "example",
    "todo",
    "tbd",
    "fixme",
    "your-",
    "your_",
    "<your",
    "insert",
    "xxx",
    "initial",
    "undefined",
    "not-set",
    "not_set",
    "notset",
    "to be ",
    "manually",
    "sample",
    "redacted",
    "to-be",
    "n/a",
];

/// Values that mean there is none.
const NOTHING: &[&str] = &["", "none", "null", "nil", "empty", "unset", "-", "{}", "[]", "\"\""];

/// How the name of something ends that is a secret.
const SECRETS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "clientsecret",
    "secretkey",
    "secretaccesskey",
    "apikey",
    "apisecret",
    "authtoken",
    "accesstoken",
    "refreshtoken",
    "bearertoken",
    "apitoken",
    "githubtoken",
    "privatekey",
    "signingsecret",
    "webhooksecret",
    "appsecret",
    "consumersecret",
    "sharedsecret",
    "jwtsecret",
    "sessionsecret",
];

/// Words that are a secret when they stand alone, or last after a sign.
const WORDS: &[&str] = &["pass", "secret", "token", "password", "pw"];

/// Keys of a secret in JSON whose values everybody may know.
/// <https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_secret_json_structure.html>
const OPEN: &[&str] = &[
    "username",
    "user",
    "login",
    "engine",
    "host",
    "hostname",
    "port",
    "dbname",
    "database",
    "dbinstanceidentifier",
    "dbclusteridentifier",
    "region",
    "url",
    "uri",
    "endpoint",
    "email",
    "name",
    "account",
    "clientid",
    "tenantid",
    "masterarn",
    "superuserarn",
    "role",
    "schema",
    "type",
    "version",
    "id",
    "env",
    "environment",
    "domain",
    "bucket",
    "arn",
];

/// Whether what a secret says under this key is nothing secret: `username`, `db_host`.
pub(super) fn is_open_key(key: &str) -> bool {
    let key: String = key.chars().filter(char::is_ascii_alphanumeric).collect();
    OPEN.iter().any(|open| key.to_ascii_lowercase().ends_with(open))
}

/// Whether a value is yet to be replaced, or is filled in by something else.
pub(super) fn is_placeholder(text: &str) -> bool {
    let lower = text.trim().to_ascii_lowercase();
    let is_marked = |open: &str, close: &str| lower.starts_with(open) && lower.ends_with(close);
    let mut bytes = lower.bytes();
    let first = bytes.next();
    has_hole(text)
        || NOTHING.contains(&lower.as_str())
        || bytes.all(|byte| Some(byte) == first)
        || lower.contains("{{")
        || lower.contains("${")
        || is_marked("<", ">")
        || is_marked("[", "]")
        || is_marked("__", "__")
        || is_marked("%", "%")
        || PLACEHOLDERS.iter().any(|word| lower.contains(word))
}

/// A value that is written out in the template itself.
pub(super) fn literal(node: &Node) -> Option<&str> {
    let (Value::String(text) | Value::Number(text)) = &node.value else { return None };
    (!is_placeholder(text)).then_some(text)
}

/// Whether something of this name is a secret: `DB_PASSWORD`, `/prod/api-token`; not `PASSWORD_LENGTH`.
pub(super) fn is_secret_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let joined: String = lower.chars().filter(char::is_ascii_alphanumeric).collect();
    let last = lower.rsplit(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    SECRETS.iter().any(|end| joined.ends_with(end)) || WORDS.contains(&last)
}

/// A value that is the secret which its name promises: not the name or the address of one.
pub(super) fn secret_literal(node: &Node) -> Option<&str> {
    let text = literal(node)?;
    (!is_address(text)).then_some(text)
}

/// Whether a value says where a secret lies, or is no secret at all.
pub(super) fn is_address(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let starts = ["arn:", "/", "alias/", "http://", "https://", "s3://", "ssm:", "secretsmanager:"];
    let is_word = ["true", "false", "yes", "no", "required", "enabled", "disabled", "optional"]
        .contains(&lower.as_str());
    let is_name = text.contains(['-', '_', '/', '.', ':']) && is_secret_name(text);
    starts.iter().any(|start| lower.starts_with(start))
        || is_word
        || is_name
        || text.chars().count() < 4
        || text.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_told_from_what_is_about_them() {
        for name in
            ["DB_PASSWORD", "dbPassword", "/prod/api-token", "ClientSecret", "SECRET", "pass"]
        {
            assert!(is_secret_name(name), "{name}");
        }
        for name in ["PASSWORD_LENGTH", "SecretArn", "DBSecret", "bypass", "TokenUrl", "compass"] {
            assert!(!is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn placeholders_and_addresses_are_no_secrets() {
        for text in ["", "CHANGE_ME", "<password>", "****", "{{resolve:ssm:x}}", "${db}", "null"] {
            assert!(is_placeholder(text), "{text}");
        }
        for text in ["/prod/db", "arn:aws:s3:::b", "prod-db-password", "true", "abc"] {
            assert!(is_address(text), "{text}");
        }
        assert!(!is_placeholder("open sesame") && !is_address("opensesame"));
    }
}
