//! JUnit XML, which every CI shows: a suite for each input, a case that fails for each place of a finding.
//!
//! <https://github.com/testmoapp/junitxml>, <https://docs.gitlab.com/ci/testing/unit_test_reports/>

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::io;
use std::sync::Arc;

use super::counts::found;
use super::{Options, checkout, circumstances, places};
use crate::blob::Origin;
use crate::date::timestamp;
use crate::finding::{Finding, Place};
use crate::outcome::{Outcome, Skipped};

/// Digits of a fingerprint that tell cases of a rule apart.
const SHORT: usize = 11;

/// What became of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Result {
    Passed,
    Failure,
    Error,
    Skipped,
}

impl Result {
    const fn element(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failure => "failure",
            Self::Error => "error",
            Self::Skipped => "skipped",
        }
    }
}

struct Case {
    name: String,
    file: Option<String>,
    line: Option<u64>,
    result: Result,
    kind: String,
    message: String,
    text: String,
}

pub(super) fn write(
    outcome: &Outcome,
    options: &Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut suites: Vec<(String, Vec<Case>)> = by_input(outcome, options);
    if !outcome.skipped.is_empty() {
        suites.push(("keylint: not scanned".into(), outcome.skipped.iter().map(gap).collect()));
    }
    if suites.is_empty() {
        suites.push(("keylint".into(), vec![clean(outcome)]));
    }
    let all = suites.iter().flat_map(|(_, cases)| cases);
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"keylint\" {}>", counts(all))?;
    // JUnit has no zone: UTC.
    let now = timestamp(options.now);
    let now = now.trim_end_matches('Z');
    for (name, cases) in &suites {
        let (name, counts) = (Attribute(name), counts(cases.iter()));
        writeln!(out, "  <testsuite name=\"{name}\" {counts} timestamp=\"{now}\">")?;
        cases.iter().try_for_each(|case| case.write(&name, out))?;
        writeln!(out, "  </testsuite>")?;
    }
    writeln!(out, "</testsuites>")
}

fn counts<'a>(cases: impl Iterator<Item = &'a Case>) -> String {
    let (mut tests, mut failures, mut errors, mut skipped) = (0, 0, 0, 0);
    for case in cases {
        tests += 1;
        match case.result {
            Result::Passed => {}
            Result::Failure => failures += 1,
            Result::Error => errors += 1,
            Result::Skipped => skipped += 1,
        }
    }
    format!(
        "tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\" time=\"0\""
    )
}

/// The places of each input as cases. Their names stay the same when lines move.
fn by_input(outcome: &Outcome, options: &Options) -> Vec<(String, Vec<Case>)> {
    let mut inputs: BTreeMap<&Arc<Origin>, Vec<(&Finding, &Place)>> = BTreeMap::new();
    for (finding, _, place) in places(outcome, options) {
        inputs.entry(&place.origin).or_default().push((finding, place));
    }
    let suite = |(origin, places): (&Arc<Origin>, Vec<(&Finding, &Place)>)| {
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        let case = |(finding, place): (&Finding, &Place)| {
            let short: String = finding.fingerprint.as_str().chars().take(SHORT).collect();
            let mut name = format!("{} {short}", place.rule.id);
            let number = seen.entry(name.clone()).or_default();
            *number += 1;
            if *number > 1 {
                let _ = write!(name, " ({number})");
            }
            case(name, finding, place, options)
        };
        (origin.to_string(), places.into_iter().map(case).collect())
    };
    inputs.into_iter().map(suite).collect()
}

/// A place of a finding. What makes no scan fail makes no case fail.
fn case(name: String, finding: &Finding, place: &Place, options: &Options) -> Case {
    let file = checkout::file(&place.origin);
    let line = file.as_ref().filter(|file| file.is_exact).map(|_| place.location.start.line);
    let (result, message) = match &place.suppressed {
        Some(known) => {
            (Result::Skipped, format!("suppressed ({}): {}", known.kind.name(), known.reason))
        }
        None if finding.severity < options.fail_on => {
            let message = format!("{} (below {} severity)", finding.message, options.fail_on);
            (Result::Skipped, message)
        }
        None => (Result::Failure, finding.message.clone()),
    };
    let kind = finding.severity.name().into();
    let text = text(finding, place);
    Case { name, file: file.map(|file| file.path), line, result, kind, message, text }
}

fn text(finding: &Finding, place: &Place) -> String {
    let start = place.location.start;
    let mut text = format!(
        "{}:{}:{}\n{}\n{} severity, {} confidence{}\n\n{}\n\n{}\n",
        place.origin,
        start.line,
        start.column,
        finding.message,
        finding.severity,
        finding.confidence,
        circumstances(finding, place),
        place.snippet.text,
        place.rule.help
    );
    for link in &place.rule.references {
        let _ = writeln!(text, "{link}");
    }
    text
}

fn gap(skipped: &Skipped) -> Case {
    let (result, message) = match &skipped.accepted {
        Some(reason) => (Result::Skipped, format!("{}; accepted: {reason}", skipped.detail)),
        None => (Result::Error, skipped.detail.clone()),
    };
    Case {
        name: format!("{} ({})", skipped.origin, skipped.reason),
        file: checkout::file(&skipped.origin).map(|file| file.path),
        line: None,
        result,
        kind: skipped.reason.name().into(),
        text: message.clone(),
        message,
    }
}

/// What says that a scan was made, where nothing else does.
fn clean(outcome: &Outcome) -> Case {
    Case {
        name: found(outcome),
        file: None,
        line: None,
        result: Result::Passed,
        kind: String::new(),
        message: String::new(),
        text: String::new(),
    }
}

impl Case {
    fn write(&self, suite: &Attribute<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        write!(out, "    <testcase name=\"{}\" classname=\"{suite}\"", Attribute(&self.name))?;
        if let Some(file) = &self.file {
            write!(out, " file=\"{}\"", Attribute(file))?;
        }
        if let Some(line) = self.line {
            write!(out, " line=\"{line}\"")?;
        }
        if self.result == Result::Passed {
            return writeln!(out, " time=\"0\"/>");
        }
        let element = self.result.element();
        let (message, kind) = (Attribute(&self.message), Attribute(&self.kind));
        write!(out, " time=\"0\">\n      <{element} message=\"{message}\" type=\"{kind}\">")?;
        writeln!(out, "{}</{element}>\n    </testcase>", Characters(&self.text))
    }
}

/// A text in an element. XML has no way to write some characters at all.
struct Characters<'a>(&'a str);

impl fmt::Display for Characters<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|character| match character {
            '\n' => f.write_char(character),
            _ => write_character(character, f),
        })
    }
}

/// A text in quotes, where readers take line ends and tabs for blanks.
struct Attribute<'a>(&'a str);

impl fmt::Display for Attribute<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|character| match character {
            '\n' => f.write_str("&#10;"),
            '\t' => f.write_str("&#9;"),
            _ => write_character(character, f),
        })
    }
}

/// <https://www.w3.org/TR/xml/#charsets>
fn write_character(character: char, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match character {
        '&' => f.write_str("&amp;"),
        '<' => f.write_str("&lt;"),
        '>' => f.write_str("&gt;"),
        '"' => f.write_str("&quot;"),
        '\r' => f.write_str("&#13;"),
        '\t' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'.. => {
            f.write_char(character)
        }
        _ => write!(f, "{}", character.escape_unicode()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_xml() {
        assert_eq!(Characters("a<b>&\"\n]]>").to_string(), "a&lt;b&gt;&amp;&quot;\n]]&gt;");
        assert_eq!(Attribute("a\n\tb").to_string(), "a&#10;&#9;b");
        assert_eq!(
            Characters("\0\u{8}\u{ffff}\u{fffe}💡").to_string(),
            "\\u{0}\\u{8}\\u{ffff}\\u{fffe}💡"
        );
    }
}
