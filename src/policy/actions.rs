//! Actions as policies write them, with or without wildcards.

use super::glob::{Glob, matches_ignoring_case};

/// Service and name of an action as written; `*` is every action of every service.
pub(super) fn split(action: &str) -> Option<(&str, &str)> {
    if action == "*" { Some(("*", "*")) } else { action.split_once(':') }
}

/// Whether an action as written, with or without wildcards, stands for one that is named in full.
pub(super) fn matches(written: &str, service: &str, name: &str) -> bool {
    let names = |prefix: &str| {
        let (start, rest) = written.split_at_checked(prefix.len())?;
        start.eq_ignore_ascii_case(prefix).then(|| rest.strip_prefix(':')).flatten()
    };
    let pattern = if written == "*" { Some("*") } else { names(service).or_else(|| names("*")) };
    pattern.is_some_and(|pattern| matches_ignoring_case(pattern, name))
}

/// Whether one action as written stands for everything that another one does.
pub(super) fn covers(written: &str, other: &str) -> bool {
    let has_wildcard = |text: &str| text.contains(['*', '?']);
    // Most questions are of everyday actions, and need no automata.
    if let (Some((service, pattern)), Some((own, name))) = (split(written), split(other))
        && !has_wildcard(service)
    {
        if !service.eq_ignore_ascii_case(own) {
            return false;
        }
        if pattern == "*" || !has_wildcard(name) {
            return matches_ignoring_case(pattern, name);
        }
        if !has_wildcard(pattern) {
            return false;
        }
    }
    let fold = |action: &str| match split(action) {
        Some((service, name)) => Glob::pattern(&format!("{service}:{name}").to_ascii_lowercase()),
        None => Glob::pattern(&action.to_ascii_lowercase()),
    };
    fold(written).covers(&fold(other))
}

/// What every name starts with that a pattern matches.
pub(super) fn start(pattern: &str) -> &str {
    pattern.split(['*', '?']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_have_no_case() {
        for (written, is) in [
            ("secretsmanager:GetSecretValue", true),
            ("SecretsManager:getsecretvalue", true),
            ("secretsmanager:Get*", true),
            ("secretsmanager:*Secret?alue", true),
            ("*", true),
            ("secretsmanager:List*", false),
            ("kms:*", false),
            ("secretsmanager.GetSecretValue", false),
        ] {
            assert_eq!(matches(written, "secretsmanager", "GetSecretValue"), is, "{written}");
        }
        assert!(covers("*", "s3:Get*") && covers("*:*", "*") && covers("s3:*", "S3:Get*"));
        assert!(!covers("s3:Get*", "s3:*") && !covers("s3:*", "*") && !covers("s3:*", "s*:Get*"));
        assert!(covers("s3:*", "S3:GetObject") && covers("s3:get*", "s3:GetO*"));
        assert!(!covers("s3:GetObject", "s3:Get*") && covers("s3:GetObject", "s3:getobject"));
    }
}
