//! `[[allow]]` as written, checked.

use super::file::AllowText;
use super::{ConfigError, ConfigFile, glob};
use crate::blob::inert;
use crate::date;
use crate::finding::{Suppression, SuppressionKind};
use crate::suppress::{Allow, Scope};

/// Every `[[allow]]` of a configuration.
pub(super) fn allows(file: &ConfigFile) -> Result<Vec<Allow>, ConfigError> {
    file.allow.iter().map(|text| allow(text, file)).collect()
}

fn allow(text: &AllowText, file: &ConfigFile) -> Result<Allow, ConfigError> {
    Ok(Allow {
        decision: decision(text, file)?,
        scope: scope(text, file)?,
        root: file.root().into(),
        file: file.path().into(),
        line: file.line(text.reason.span().start),
    })
}

fn invalid(
    problem: impl Into<String>,
    help: &str,
    at: &toml::Spanned<String>,
    file: &ConfigFile,
) -> ConfigError {
    ConfigError::Invalid {
        problem: problem.into(),
        help: help.into(),
        source_code: file.source(),
        at: at.span().into(),
    }
}

/// Why, by whom, for how long.
fn decision(text: &AllowText, file: &ConfigFile) -> Result<Suppression, ConfigError> {
    if text.reason.get_ref().trim().is_empty() {
        let help = "write down why this is no problem; it is shown in reports";
        return Err(invalid("an `[[allow]]` needs a reason", help, &text.reason, file));
    }
    if let Some(expires) = text.expires.as_ref().filter(|day| date::day(day.get_ref()).is_none()) {
        let problem = format!("`{}` is no day", expires.get_ref());
        let help = "write the last day it holds as YYYY-MM-DD";
        return Err(invalid(problem, help, expires, file));
    }
    if let Some(owner) = text.owner.as_ref().filter(|owner| owner.get_ref().trim().is_empty()) {
        let help = "name who answers for it, or leave the key out";
        return Err(invalid("this `owner` is nobody", help, owner, file));
    }
    let shown = |text: &toml::Spanned<String>| inert(text.get_ref().as_bytes());
    Ok(Suppression {
        owner: text.owner.as_ref().map(shown),
        expires: text.expires.as_ref().map(shown),
        ..Suppression::new(SuppressionKind::Config, shown(&text.reason))
    })
}

fn scope(text: &AllowText, file: &ConfigFile) -> Result<Scope, ConfigError> {
    let path = text.path.as_ref().map(|path| glob(path, file)).transpose()?;
    let AllowText { rule, fingerprint, incomplete, reason, .. } = text;
    let names_no_finding = rule.is_none() && path.is_none() && fingerprint.is_none();
    match incomplete {
        Some(pattern) if names_no_finding => Ok(Scope::Incomplete(glob(pattern, file)?)),
        Some(_) => {
            let problem = "`incomplete` cannot stand beside `rule`, `path` or `fingerprint`";
            Err(invalid(problem, "give `incomplete` an entry of its own", reason, file))
        }
        None if names_no_finding => {
            let help = "name a `rule`, a `path`, a `fingerprint` or an `incomplete` path";
            Err(invalid("this `[[allow]]` would allow everything", help, reason, file))
        }
        None => Ok(Scope::Findings {
            rule: rule.as_ref().map(|rule| rule.get_ref().clone()),
            path,
            fingerprint: fingerprint.clone(),
        }),
    }
}
