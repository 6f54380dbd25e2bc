//! What the readers could not take as it is, reported.

use std::ops::Range;

use super::checks::{self, Deployment, Violation};
use super::fix::Edit;
use super::link::Slip;
use super::read::{Language, json};
use super::reporter::Reporter;
use super::{Analysis, Defect, Options, Unread, shared_meta};
use crate::fingerprint::{ContentId, Fingerprint};

/// Adds what could not be read of a file.
pub(super) fn add(slip: &Slip, analysis: &mut Analysis, text: &[u8], options: &Options) {
    let is_json = slip.language == Language::Json;
    let problem = &slip.error.problem;
    let on_line = || format!("line {}: {problem}", line_of(text, slip.error.span.start));
    match slip.error.kind {
        json::Kind::TooDeep => {
            analysis.unread.push(Unread { problem: problem.clone(), is_limit: true });
        }
        json::Kind::UnknownFunction => {
            analysis.unread.push(Unread { problem: on_line(), is_limit: false });
        }
        _ if !is_json && slip.is_meant => {
            analysis.unread.push(Unread { problem: on_line(), is_limit: false });
        }
        _ if is_json
            && is_wanted(checks::JSON_SYNTAX.id, options)
            && (slip.is_meant || analysis.documents > 0) =>
        {
            analysis.defects.push(syntax_defect(&slip.error, text));
        }
        _ => {}
    }
}

fn is_wanted(id: &str, options: &Options) -> bool {
    !options.disabled.iter().any(|disabled| disabled == id)
}

/// The number of the line that an offset is in.
fn line_of(text: &[u8], offset: usize) -> usize {
    memchr::memchr_iter(b'\n', text.get(..offset).unwrap_or(text)).count() + 1
}

/// How many bytes before a slip tell it from others.
const REACH: usize = 4096;

fn syntax_defect(error: &json::SyntaxError, text: &[u8]) -> Defect {
    let check = &checks::JSON_SYNTAX;
    // There is no statement to go by; the text before the slip is what stays when lines are added below it.
    let before = text.get(..error.span.start).unwrap_or_default().iter().rev();
    let near: Vec<u8> =
        before.filter(|byte| !byte.is_ascii_whitespace()).take(REACH).copied().collect();
    Defect {
        meta: shared_meta(check),
        severity: check.severity,
        confidence: check.confidence,
        span: error.span.clone(),
        within: 0..text.len(),
        message: format!("This is not JSON: {}. AWS refuses the whole document.", error.problem),
        supersedes: Vec::new(),
        secret: None,
        fix: Vec::new(),
        fingerprint: Fingerprint::of_policy(check.id, ContentId::of(&near), &error.problem),
    }
}

/// The variables of IAM in the files of a stack that Terraform takes for its own.
pub(super) fn unescaped(
    deployment: &Deployment,
    reporter: &mut Reporter,
    options: &Options,
) -> Vec<(usize, Defect)> {
    if !is_wanted(checks::HCL_VARIABLE.id, options) {
        return Vec::new();
    }
    let places = deployment.stack.unescaped.iter();
    places
        .filter_map(|(file, place)| Some((*file, variable(*file, place, deployment, reporter)?)))
        .collect()
}

fn variable(
    file: usize,
    place: &Range<usize>,
    deployment: &Deployment,
    reporter: &mut Reporter,
) -> Option<Defect> {
    let check = &checks::HCL_VARIABLE;
    let written = String::from_utf8_lossy(reporter.text(file).get(place.clone())?);
    let is_around = |span: &Range<usize>| span.start <= place.start && place.end <= span.end;
    let in_data_source = deployment
        .stack
        .roots
        .iter()
        .any(|root| root.file == file && root.name.is_some() && is_around(&root.node.span));
    let violation = Violation {
        check,
        file,
        severity: check.severity,
        confidence: check.confidence,
        span: place.clone(),
        message: format!(
            "Terraform takes {} for an expression of its own, cannot read it, and refuses the whole file.",
            checks::quote(&written)
        ),
        supersedes: Vec::new(),
        secret: None,
        fix: Vec::new(),
    };
    let start = place.start;
    let edit = if in_data_source {
        Edit { span: start..start + 1, text: "&".into() }
    } else {
        Edit { span: start..start, text: "$".into() }
    };
    Some(Defect { fix: vec![edit], ..reporter.outside(violation, deployment) })
}
