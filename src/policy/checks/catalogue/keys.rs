//! Condition keys that no request carries.

use super::{in_catalogue, weigh};
use crate::finding::Severity;
use crate::policy::catalogue::{self, Catalogue, is_of_credentials};
use crate::policy::checks::{Violations, list, quote};
use crate::policy::condition::{Condition, Quantifier};
use crate::policy::document::{Document, Statement};
use crate::policy::text::has_hole;
use crate::policy::tree::{Entry, Node};

/// The conditions of a statement, each with the entry that its key is written in.
pub(super) fn conditions<'d>(
    statement: &'d Statement<'d>,
) -> impl Iterator<Item = (&'d Entry, &'d Condition<'d>)> {
    let operators = statement.node.get("Condition").into_iter().flat_map(Node::entries);
    let entries = operators.flat_map(|operator| operator.value.entries());
    entries.zip(&statement.conditions)
}

/// Whether a condition holds when its key is absent.
fn holds_without(condition: &Condition) -> bool {
    let operator = condition.operator;
    if operator.base == "Null" {
        return condition.values.iter().any(|(value, _)| value.eq_ignore_ascii_case("true"));
    }
    let is_negated = operator.base.contains("Not");
    is_negated || operator.if_exists || operator.quantifier == Quantifier::ForAllValues
}

/// How bad it is that the key of a condition is absent from every request, and what comes of it.
fn effect(statement: &Statement, condition: &Condition) -> (Severity, &'static str) {
    match (statement.denies(), holds_without(condition)) {
        (true, false) => {
            (Severity::High, "this condition never holds and the statement forbids nothing")
        }
        (true, true) => (Severity::Medium, "this condition always holds and spares no request"),
        (false, false) => {
            (Severity::Medium, "this condition never holds and the statement grants nothing")
        }
        (false, true) => (Severity::High, "this condition always holds and narrows nothing"),
    }
}

pub(super) fn unknown(document: &Document, violations: &mut Violations) {
    for statement in &document.statements {
        for (entry, condition) in conditions(statement) {
            // A key that a person has yet to fill in may be any.
            if document.catalogue.knows_key(&entry.key) || entry.key.contains(['<', '{', '$']) {
                continue;
            }
            let (severity, outcome) = effect(statement, condition);
            // AWS knows keys of its own that it does not document.
            let most = if document.is_deployed { Severity::Medium } else { Severity::High };
            let near = nearest(&entry.key);
            let why = near.map_or("there is no such key".to_owned(), |near| {
                format!("{} may be meant, and this key is not", quote(near))
            });
            violations.report_as(
                severity.min(most),
                &entry.key_span,
                format!(
                    "No request carries {}, so {outcome}: {why} {}.",
                    quote(&entry.key),
                    in_catalogue()
                ),
            );
            weigh(violations, document.catalogue);
        }
    }
}

/// How much two names have in common, of 1, before one is proposed for the other.
const ALIKE: f64 = 0.88;

/// The key of the same service that is most like the one written, where one is like it.
fn nearest(written: &str) -> Option<&'static str> {
    let (prefix, name) = written.split_once(':')?;
    let name = name.to_ascii_lowercase();
    let keys: Vec<&'static str> = if prefix.eq_ignore_ascii_case("aws") {
        catalogue::global_keys().map(|key| key.name).collect()
    } else {
        catalogue::keys_of(prefix).map(|key| key.name).collect()
    };
    let likeness = |key: &str| {
        let (own, rest) = key.split_once(':')?;
        let rest = rest.split("/${").next().unwrap_or(rest).to_ascii_lowercase();
        // `SecretName` for `Name`.
        let is_end = rest.len() > 3 && name.ends_with(&rest);
        let alike = if is_end { 1.0 } else { strsim::jaro_winkler(&rest, &name) };
        (own.eq_ignore_ascii_case(prefix) && alike >= ALIKE).then_some(alike)
    };
    let near = keys.into_iter().filter_map(|key| Some((likeness(key)?, key)));
    near.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, key)| key)
}

pub(super) fn not_for_action(document: &Document, violations: &mut Violations) {
    for statement in &document.statements {
        for (entry, condition) in conditions(statement) {
            if condition.operator.if_exists
                || supported(document.catalogue, statement, &entry.key) != Some(false)
                || !is_of_service(document.catalogue, &entry.key)
            {
                continue;
            }
            let (severity, outcome) = effect(statement, condition);
            let actions: Vec<&str> = statement.actions().iter().map(|text| text.value).collect();
            violations.report_as(
                severity,
                &entry.key_span,
                format!(
                    "No request for {} carries {}, so {outcome}.",
                    list(&actions, 3),
                    quote(&entry.key)
                ),
            );
            weigh(violations, document.catalogue);
        }
    }
}

/// Whether a key is known, and one that only some actions have.
fn is_of_service(catalogue: &Catalogue, key: &str) -> bool {
    // Not those that say which tags a request or its resource has: AWS lists them for some types and sends them for more.
    let is_anywhere = key.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("aws:"));
    !is_anywhere
        && !has_hole(key)
        && !is_of_credentials(key)
        && catalogue::key_across_services(key).is_none()
        && !INCOMPLETE.iter().any(|start| key.to_ascii_lowercase().starts_with(start))
        && catalogue.has_action_with(key)
}

/// Services for which AWS's lists of keys are known to be incomplete: its own policies use more.
const INCOMPLETE: &[&str] = &["aws-marketplace:"];

/// Whether an action of the statement supports a key; nothing where that is not known.
fn supported(catalogue: &Catalogue, statement: &Statement, key: &str) -> Option<bool> {
    let texts = statement.actions();
    if texts.is_empty() {
        return None;
    }
    for text in texts {
        if text.value.starts_with('*') || has_hole(text.value) {
            return None;
        }
        let mut actions = catalogue.matching(text.value).peekable();
        actions.peek()?;
        for action in actions {
            if action.supports(key)? {
                return Some(true);
            }
        }
    }
    Some(false)
}
