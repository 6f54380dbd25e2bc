//! Grammar of the document as a whole.

use crate::finding::Severity;
use crate::policy::checks::{Violations, quote};
use crate::policy::document::{DOCUMENT_ELEMENTS, Document, VERSIONS, opening};
use crate::policy::fix::Change;
use crate::policy::text::{Part, parts};
use crate::policy::tree::{Entry, Node, Value};

/// The elements of a statement.
const STATEMENT_ELEMENTS: &[&str] = &[
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];

pub(super) fn duplicate_key(document: &Document, violations: &mut Violations) {
    duplicates(document.node, false, violations);
}

/// Looks for repeated keys in a node and below. Below an operator keys of conditions have no case.
fn duplicates(node: &Node, ignore_case: bool, violations: &mut Violations) {
    let fold = |entry: &Entry| {
        if ignore_case { entry.key.to_ascii_lowercase() } else { entry.key.clone() }
    };
    let mut seen = std::collections::HashSet::new();
    for entry in node.entries() {
        if !seen.insert(fold(entry)) {
            violations.report(&entry.key_span, format!(
                "The key {} is here for the second time. Only one of the two counts, which one depends on the reader.",
                quote(&entry.key)
            ));
        }
        let below = entry.key == "Condition";
        for item in entry.value.items() {
            if below {
                item.entries()
                    .iter()
                    .for_each(|operator| duplicates(&operator.value, true, violations));
            }
            duplicates(item, false, violations);
        }
    }
}

pub(super) fn unknown_element(document: &Document, violations: &mut Violations) {
    unknown(document.node, DOCUMENT_ELEMENTS, violations);
    for statement in &document.statements {
        unknown(statement.node, STATEMENT_ELEMENTS, violations);
    }
}

fn unknown(node: &Node, known: &[&str], violations: &mut Violations) {
    for entry in node.entries().iter().filter(|entry| !known.contains(&entry.key.as_str())) {
        let likeness =
            |name: &&&str| strsim::jaro_winkler(&entry.key.to_lowercase(), &name.to_lowercase());
        let nearest = known.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
        let hint = nearest
            .filter(|name| likeness(name) > 0.85)
            .map_or_else(String::new, |name| format!(" Did you mean `{name}`?"));
        violations
            .report(&entry.key_span, format!("IAM has no element {}.{hint}", quote(&entry.key)));
        let meant = nearest.filter(|name| likeness(name) > 0.85 && node.get(name).is_none());
        violations.fix(meant.map(|name| Change::Rename {
            key_span: entry.key_span.clone(),
            from: entry.key.clone(),
            to: (*name).into(),
        }));
    }
}

pub(super) fn missing_version(document: &Document, violations: &mut Violations) {
    if document.node.get("Version").is_none() {
        let (severity, effect) = severity(document, Severity::Low);
        violations.report_as(
            severity,
            &opening(document.node),
            format!("Without `Version` the policy language of 2008 applies{effect}."),
        );
        // Where there are variables another version changes what the policy says.
        if !has_variable(document.node) {
            violations.fix([Change::PrependEntry {
                object: document.node.span.clone(),
                key: "Version".into(),
                value: "\"2012-10-17\"".into(),
            }]);
        }
    }
}

pub(super) fn old_version(document: &Document, violations: &mut Violations) {
    if let Some(version) =
        document.node.get("Version").filter(|node| node.string() == Some("2008-10-17"))
    {
        let (severity, effect) = severity(document, Severity::Medium);
        violations.report_as(
            severity,
            &version.span,
            format!("This is the policy language of 2008{effect}."),
        );
        if !has_variable(document.node) {
            violations.fix([Change::Rewrite {
                span: version.span.clone(),
                from: "2008-10-17".into(),
                to: "2012-10-17".into(),
            }]);
        }
    }
}

/// An old version is worse where it turns variables into text.
fn severity(document: &Document, otherwise: Severity) -> (Severity, &'static str) {
    if has_variable(document.node) {
        (
            Severity::High,
            ", in which `${…}` is plain text: what is written with variables here never matches",
        )
    } else {
        (otherwise, "")
    }
}

fn has_variable(node: &Node) -> bool {
    match &node.value {
        Value::String(text) => {
            text.contains("${") && parts(text).any(|part| part == Part::Variable)
        }
        Value::List(items) => items.iter().any(has_variable),
        Value::Map(entries) => entries.iter().any(|entry| has_variable(&entry.value)),
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Hole(_)
        | Value::Json(_)
        | Value::Call(..) => false,
    }
}

pub(super) fn invalid_version(document: &Document, violations: &mut Violations) {
    let version = document.node.get("Version");
    let Some((node, text)) = version.and_then(|node| Some((node, node.string()?))) else { return };
    if !VERSIONS.contains(&text) && !text.contains("${") {
        violations.report(
            &node.span,
            format!(
                "There is no version {} of the policy language: it is `2012-10-17`.",
                quote(text)
            ),
        );
    }
}

pub(super) fn missing_statement(document: &Document, violations: &mut Violations) {
    if document.is_complete && document.node.get("Statement").is_none() {
        violations.report(&opening(document.node), "This policy has no statements.");
    }
}

pub(super) fn empty_statement(document: &Document, violations: &mut Violations) {
    let Some(node) = document.node.get("Statement") else { return };
    let is_empty = matches!(&node.value, Value::List(items) if items.is_empty())
        || matches!(&node.value, Value::Map(entries) if entries.is_empty());
    if is_empty {
        violations.report(&node.span, "This policy says nothing.");
    }
}
