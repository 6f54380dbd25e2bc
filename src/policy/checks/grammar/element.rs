//! Grammar of elements: their types, and lists with nothing in them.

use std::ops::Range;

use crate::finding::Severity;
use crate::policy::checks::Violations;
use crate::policy::document::Document;
use crate::policy::tree::{Entry, Node, Value};

pub(super) fn data_type(document: &Document, violations: &mut Violations) {
    let mut wrong = |entry: &Entry, node: &Node, wanted: &str| {
        if node.is_open() {
            return;
        }
        violations.report(
            &shown(node),
            format!("`{}` takes {wanted}, this is {}.", entry.key, node.type_name()),
        );
    };
    for entry in document.node.entries() {
        match entry.key.as_str() {
            "Version" | "Id" if entry.value.string().is_none() => {
                wrong(entry, &entry.value, "a string");
            }
            "Statement" => {
                for item in entry.value.items().iter().filter(|item| !item.is_map()) {
                    wrong(entry, item, "a statement or a list of statements");
                }
            }
            _ => {}
        }
    }
    for entry in document.statements.iter().flat_map(|statement| statement.node.entries()) {
        match entry.key.as_str() {
            // CloudFormation writes numbers as text.
            "Sid" if document.is_attached && matches!(entry.value.value, Value::Number(_)) => {}
            "Sid" | "Effect" if entry.value.string().is_none() => {
                wrong(entry, &entry.value, "a string");
            }
            "Action" | "NotAction" | "Resource" | "NotResource" => {
                not_strings(entry)
                    .for_each(|item| wrong(entry, item, "a string or a list of strings"));
            }
            "Principal" | "NotPrincipal" => match &entry.value.value {
                Value::String(_) => {}
                Value::Map(kinds) => kinds.iter().for_each(|kind| {
                    not_strings(kind)
                        .for_each(|item| wrong(kind, item, "a string or a list of strings"));
                }),
                _ => wrong(entry, &entry.value, "`*` or an object"),
            },
            "Condition" if !entry.value.is_map() => wrong(entry, &entry.value, "an object"),
            "Condition" => condition(&entry.value, &mut wrong),
            _ => {}
        }
    }
}

fn not_strings(entry: &Entry) -> impl Iterator<Item = &Node> {
    entry.value.items().iter().filter(|item| item.string().is_none())
}

fn condition(block: &Node, wrong: &mut dyn FnMut(&Entry, &Node, &str)) {
    for operator in block.entries() {
        if !operator.value.is_map() {
            wrong(operator, &operator.value, "an object of keys and values");
        }
        for key in operator.value.entries() {
            for item in key.value.items().iter().filter(|item| item.scalar().is_none()) {
                wrong(key, item, "a value or a list of values");
            }
        }
    }
}

/// Where a value that is too large to underline is shown.
fn shown(node: &Node) -> Range<usize> {
    match node.value {
        Value::List(_) | Value::Map(_) => node.span.start..node.span.start + 1,
        _ => node.span.clone(),
    }
}

pub(super) fn empty_array(document: &Document, violations: &mut Violations) {
    let is_empty = |node: &Node| {
        matches!(&node.value, Value::List(items) if items.is_empty())
            || matches!(&node.value, Value::Map(entries) if entries.is_empty())
    };
    let mut report_as = |severity: Severity, entry: &Entry, effect: &str| {
        if is_empty(&entry.value) {
            let message = format!("`{}` is empty: {effect}.", entry.key);
            violations.report_as(severity, &entry.value.span, message);
        }
    };
    for entry in document.statements.iter().flat_map(|statement| statement.node.entries()) {
        match entry.key.as_str() {
            "Action" | "NotAction" | "Resource" | "NotResource" => {
                report_as(Severity::Medium, entry, "the statement has no effect");
            }
            "Principal" | "NotPrincipal" => {
                report_as(Severity::Medium, entry, "the statement has no effect");
                for kind in entry.value.entries() {
                    report_as(Severity::Medium, kind, "it names nobody");
                }
            }
            "Condition" => {
                report_as(Severity::Note, entry, "the statement applies without any condition");
                for operator in entry.value.entries() {
                    let inverted = operator.key.starts_with("ForAllValues")
                        || operator.key.ends_with("IfExists");
                    let effect = if inverted {
                        "the condition holds only when the key is absent"
                    } else {
                        "the condition never holds"
                    };
                    report_as(Severity::Note, operator, "it asks for nothing");
                    for key in operator.value.entries() {
                        report_as(Severity::Medium, key, effect);
                    }
                }
            }
            _ => {}
        }
    }
}
