//! What a secret is called where it stands, and what it will be called in a store.

use crate::finding::{Finding, Place};

/// Bytes of a line that are looked at before a value.
const REACH: usize = 200;
/// Digits of a name that is found in the lines around a place.
const MAX_DIGITS: usize = 3;
/// Bytes of a name that goes into other names.
const MAX_PART: usize = 60;

/// The name that the value at a place is assigned to, as the place itself or its lines say.
pub(super) fn variable(place: &Place) -> Option<String> {
    let told = place.written.as_ref().map(|written| written.name.clone());
    told.filter(|name| !name.is_empty()).or_else(|| from_lines(place))
}

fn from_lines(place: &Place) -> Option<String> {
    let snippet = &place.snippet;
    let before = snippet.text.get(..snippet.label.start)?;
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let line = before.get(start..)?;
    let from =
        (line.len().saturating_sub(REACH)..=line.len()).find(|at| line.is_char_boundary(*at))?;
    let name = assigned(line.get(from..)?)?;
    // Under `--reveal` lines are as they are: what has many digits may be a secret itself.
    if name.bytes().filter(u8::is_ascii_digit).count() > MAX_DIGITS {
        return None;
    }
    if !["value", "val", "default", "key", "data"].contains(&name.to_lowercase().as_str()) {
        return Some(name.to_owned());
    }
    // `- name: DB_PASSWORD` and below it `value: …`.
    let above = before.get(..start)?.trim_end().rsplit('\n').next()?;
    let (key, value) = above.rsplit_once([':', '='])?;
    let is_name = key.trim().trim_matches(['"', '-', ' ']).eq_ignore_ascii_case("name");
    let value = value.trim().trim_matches(['"', '\'', ',']);
    (is_name && is_word(value)).then(|| value.to_owned())
}

/// The name before a value: what stands before the last operator, without the beginning of an address.
fn assigned(line: &str) -> Option<&str> {
    let line = match line.find("://") {
        Some(at) => line
            .get(..at)?
            .trim_end_matches(|it: char| it.is_ascii_alphanumeric() || "+:".contains(it)),
        None => line,
    };
    let line = line.trim_end_matches(['"', '\'', '`', ' ', '\t', '(', '[', '{', '@']);
    let line = line.strip_suffix(['=', ':', '>', ','])?;
    let line =
        line.trim_end_matches(['=', ':', '>', '-', '~', '?', '|', ' ', '\t', '"', '\'', ']', ')']);
    let start = line.rfind(|it: char| !is_letter(it)).map_or(0, |at| at + 1);
    let start = (start..=line.len()).find(|at| line.is_char_boundary(*at))?;
    let name = line.get(start..)?.trim_matches(['.', '-']);
    is_word(name).then_some(name)
}

fn is_letter(character: char) -> bool {
    character.is_ascii_alphanumeric() || "_-.".contains(character)
}

/// Whether it may be a name.
fn is_word(text: &str) -> bool {
    (2..=MAX_PART).contains(&text.len())
        && text.chars().all(is_letter)
        && text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
}

/// The name of a finding in a store, without the project: what it is assigned to, behind the name of its file where others may be
/// called so too; else its rule. It has no hyphen: one and six characters behind it would look like the suffix that Secrets
/// Manager adds. <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html>
pub(super) fn stored_name(finding: &Finding) -> String {
    let called = finding.places.iter().filter_map(variable);
    let called =
        called.min_by_key(|name| is_common(name)).unwrap_or_else(|| finding.rule.id.clone());
    let name = snake(if is_common(&called) { last(&called) } else { &called });
    let stem = finding.places.iter().find_map(stem).filter(|_| is_common(&called));
    let whole = stem.map(|stem| format!("{stem}_{name}")).unwrap_or(name);
    if whole.len() < 3 { snake(&finding.rule.id) } else { whole }
}

/// `password` of `req.body.password`.
fn last(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// Whether a name says nothing that others do not say too.
pub(super) fn is_common(name: &str) -> bool {
    const COMMON: &[&str] = &[
        "password",
        "passwd",
        "pass",
        "pwd",
        "secret",
        "token",
        "key",
        "api_key",
        "apikey",
        "private_key",
        "auth",
        "credentials",
        "url",
        "uri",
        "dsn",
        "access_token",
        "client_secret",
        "secret_key",
    ];
    COMMON.contains(&snake(last(name)).as_str())
}

/// What a file is called, without its ending; of one that many are called, its folder.
fn stem(place: &Place) -> Option<String> {
    const MANY: &[&str] = &[
        "index",
        "main",
        "config",
        "settings",
        "app",
        "application",
        "values",
        "env",
        "default",
        "dockerfile",
        "template",
        "docker_compose",
    ];
    let path = place.origin.path()?;
    let file = path.file_name()?.to_string_lossy();
    let stem = snake(file.trim_start_matches('.').split('.').next().unwrap_or_default());
    let folder = || Some(snake(&path.parent()?.file_name()?.to_string_lossy()));
    let stem = if MANY.contains(&stem.as_str()) { folder().unwrap_or(stem) } else { stem };
    (!stem.is_empty()).then_some(stem)
}

/// `dbPassword`, `DB-PASSWORD` and `db.password` as `db_password`.
fn snake(text: &str) -> String {
    let mut name = String::new();
    let mut was_lower = false;
    for character in text.chars().take(MAX_PART) {
        if character.is_ascii_alphanumeric() {
            if character.is_ascii_uppercase() && was_lower {
                name.push('_');
            }
            was_lower = character.is_ascii_lowercase() || character.is_ascii_digit();
            name.push(character.to_ascii_lowercase());
        } else {
            was_lower = false;
            if !name.ends_with('_') {
                name.push('_');
            }
        }
    }
    name.trim_matches('_').to_owned()
}

/// A name for environment variables: `DB_PASSWORD`.
pub(super) fn upper(stored: &str) -> String {
    lower(stored).to_uppercase()
}

/// A name for variables of programs: `db_password`.
pub(super) fn lower(stored: &str) -> String {
    let is_number = stored.starts_with(|first: char| first.is_ascii_digit());
    if is_number { format!("_{stored}") } else { stored.to_owned() }
}

/// A name for variables of programs: `dbPassword`.
pub(super) fn camel(stored: &str) -> String {
    let mut name = String::new();
    let mut is_start = false;
    for character in stored.chars() {
        match character {
            '_' => is_start = !name.is_empty(),
            _ if is_start => {
                name.push(character.to_ascii_uppercase());
                is_start = false;
            }
            _ => name.push(character),
        }
    }
    lower(&name)
}

/// What a project is called in names of secrets, whatever its folder is called.
pub(super) fn project(name: &str) -> String {
    let clean = snake(name);
    let clean = if clean.is_empty() { "app".to_owned() } else { clean };
    // Parameter Store has no names that begin so.
    // https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html
    if clean.starts_with("aws") || clean.starts_with("ssm") {
        format!("app_{clean}")
    } else {
        clean
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_before_values() {
        for (line, name) in [
            ("DB_PASSWORD=", "DB_PASSWORD"),
            ("  db.password: \"", "db.password"),
            ("const apiKey = '", "apiKey"),
            ("config['db_pass'] = \"", "db_pass"),
            ("  \"password\" => '", "password"),
            ("DATABASE_URL=postgres://app:", "DATABASE_URL"),
            ("url := \"mongodb+srv://app:", "url"),
        ] {
            assert_eq!(assigned(line), Some(name), "{line}");
        }
        for line in ["", "see the ", "x=", "password is "] {
            assert_eq!(assigned(line), None, "{line}");
        }
    }

    #[test]
    fn names_fit_where_they_go() {
        for (text, name) in [
            ("dbPassword", "db_password"),
            ("DB-PASSWORD", "db_password"),
            ("spring.datasource.password", "spring_datasource_password"),
            ("a`$(x)\n/../b", "a_x_b"),
            ("---", ""),
        ] {
            assert_eq!(snake(text), name);
        }
        assert_eq!(
            (camel("db_password"), upper("db_password")),
            ("dbPassword".into(), "DB_PASSWORD".into())
        );
        assert_eq!(project("aws-tools"), "app_aws_tools");
        assert_eq!(project("../.."), "app");
        assert_eq!(camel("2fa_key"), "_2faKey");
    }
}
