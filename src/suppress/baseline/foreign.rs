//! What other scanners write, told by its shape: people hand it over as a baseline.

use super::error::{BaselineError, beginning};

/// The error for a text that another program wrote, if one did.
pub(super) fn error(name: &str, text: &str) -> Option<BaselineError> {
    let (what, makes_report) = kind(text)?;
    let help = if makes_report {
        format!("`keylint baseline write --from {name}` makes a baseline of it")
    } else if what == KINGFISHER {
        "`keylint baseline import` reads what kingfisher prints with `--format json`, not this"
            .into()
    } else {
        format!("`keylint baseline import {name}` makes a baseline of it")
    };
    Some(BaselineError::Foreign { name: name.to_owned(), what, help })
}

/// What holds no more of a secret than a number that kingfisher alone can make.
const KINGFISHER: &str = "a baseline of kingfisher";

/// How much of a text is looked at, in bytes.
const HEAD: usize = 64 * 1024;

/// What a text is, and whether it is a report of keylint.
fn kind(text: &str) -> Option<(&'static str, bool)> {
    let trimmed = text.trim_start_matches('\u{feff}').trim_start();
    let head = beginning(trimmed, HEAD);
    if !head.starts_with(['{', '[']) {
        return is_gitleaksignore(head)
            .then_some(("a .gitleaksignore", false))
            .or_else(|| head.starts_with("ExactFindings:").then_some((KINGFISHER, false)));
    }
    let has = |key: &str| head.contains(&format!("\"{key}\""));
    match () {
        () if has("schema_version") && has("tool") && has("complete") => {
            Some(("a report of keylint", true))
        }
        () if has("plugins_used") || has("filters_used") => {
            Some(("a baseline of detect-secrets", false))
        }
        () if has("RuleID") && has("StartLine") => Some(("a report of gitleaks", false)),
        () if has("SourceMetadata") || has("DetectorName") => {
            Some(("a report of trufflehog", false))
        }
        () if has("finding") && has("rule") && has("snippet") => {
            Some(("a report of kingfisher", false))
        }
        () => None,
    }
}

/// Whether all lines are `commit:file:rule:line` or `file:rule:line`, comments aside.
fn is_gitleaksignore(text: &str) -> bool {
    let is_line = |line: &str| {
        let mut parts = line.rsplitn(3, ':');
        let number = parts.next().is_some_and(|part| part.parse::<u32>().is_ok());
        let id = parts.next().unwrap_or_default();
        let is_id = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        number && !id.is_empty() && id.bytes().all(is_id) && parts.next().is_some()
    };
    // The last line may be cut off.
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut entries = lines.filter(|line| !line.starts_with('#')).take(20).peekable();
    entries.peek().is_some() && entries.all(is_line)
}
