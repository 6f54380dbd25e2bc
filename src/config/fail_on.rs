//! What makes a scan fail.

use std::str::FromStr;

use serde::Deserialize;

use crate::finding::Severity;

/// The word for decisions that hide nothing any more.
const UNUSED: &str = "unused-suppression";

/// What makes a scan fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FailOn {
    /// Findings of this severity or worse.
    pub severity: Severity,
    /// Whether decisions of people do that hide nothing any more: unused ones and expired ones.
    pub unused: bool,
}

/// What makes a scan fail, as people write it: `high`, `unused-suppression`, `high,unused-suppression`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct FailOnText {
    severity: Option<Severity>,
    unused: bool,
}

impl FailOn {
    /// What the flag says holds. Where it names no severity, that of the file does.
    pub(super) fn of(flag: Option<FailOnText>, file: Option<FailOnText>) -> Self {
        let decided = flag.or(file).unwrap_or_default();
        let severity = decided.severity.or_else(|| file?.severity);
        Self { severity: severity.unwrap_or(Severity::Low), unused: decided.unused }
    }
}

impl FromStr for FailOnText {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut read = Self::default();
        for word in text.split(',').map(str::trim) {
            let severity = Severity::ALL.iter().find(|severity| severity.name() == word);
            match severity {
                Some(severity) if read.severity.is_none() => read.severity = Some(*severity),
                Some(_) => return Err("one severity is enough: worse ones fail too".into()),
                None if word == UNUSED => read.unused = true,
                None => {
                    let names: Vec<&str> = Severity::ALL.iter().map(|known| known.name()).collect();
                    return Err(format!("expected one of {}, {UNUSED}", names.join(", ")));
                }
            }
        }
        Ok(read)
    }
}

impl TryFrom<String> for FailOnText {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_severity_a_word_or_both() {
        let read = |text: &str| text.parse::<FailOnText>().map(|read| (read.severity, read.unused));
        assert_eq!(read("high"), Ok((Some(Severity::High), false)));
        assert_eq!(read("unused-suppression"), Ok((None, true)));
        assert_eq!(read("unused-suppression, high"), Ok((Some(Severity::High), true)));
        for wrong in ["", "high,low", "worst", "high,"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_flag_wins_over_the_file() {
        let of = |flag: &str, file: &str| {
            let read = |text: &str| (!text.is_empty()).then(|| text.parse().unwrap());
            let FailOn { severity, unused } = FailOn::of(read(flag), read(file));
            (severity, unused)
        };
        assert_eq!(of("", ""), (Severity::Low, false));
        assert_eq!(of("", "high,unused-suppression"), (Severity::High, true));
        assert_eq!(of("medium", "high,unused-suppression"), (Severity::Medium, false));
        assert_eq!(of("unused-suppression", "high"), (Severity::High, true));
    }
}
