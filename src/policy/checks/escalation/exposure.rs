//! Actions that should not be allowed on everything, by what they do.

use super::tables::{AUDIT, Actions, CREDENTIALS, DATA, LOGS, PERMISSIONS};
use super::{Need, Violations, is_denied, is_open};
use crate::finding::Severity;
use crate::policy::actions;
use crate::policy::arn::is_everything;
use crate::policy::checks::list;
use crate::policy::condition;
use crate::policy::document::{Document, Statement, Text};

pub(super) fn resources(document: &Document, violations: &mut Violations) {
    report(document, violations, PERMISSIONS, Severity::Medium, |actions| {
        format!("Who has access can be changed here for every resource there is, by {actions}.")
    });
}

pub(super) fn data(document: &Document, violations: &mut Violations) {
    report(document, violations, DATA, Severity::Medium, |actions| {
        format!("Data can be read or shared here wherever it lies, by {actions}.")
    });
}

pub(super) fn credentials(document: &Document, violations: &mut Violations) {
    report(document, violations, CREDENTIALS, Severity::Medium, |actions| {
        format!("Credentials of others are given out here without limit, by {actions}.")
    });
}

pub(super) fn audit(document: &Document, violations: &mut Violations) {
    for (table, severity) in [(AUDIT, Severity::High), (LOGS, Severity::Medium)] {
        report(document, violations, table, severity, |actions| {
            format!("What watches over the account can be stopped or deleted here, by {actions}.")
        });
    }
}

/// Reports, once for each statement, the actions of a table that it allows on everything.
fn report(
    document: &Document,
    violations: &mut Violations,
    table: &'static [Actions],
    severity: Severity,
    message: impl Fn(&str) -> String,
) {
    for statement in document.allows().filter(|statement| is_unscoped(statement)) {
        let mut shown: Option<&Text> = None;
        let mut reached: Vec<String> = Vec::new();
        for text in statement.actions().iter().filter(|text| !is_whole_service(text.value)) {
            for need in among(table, text.value) {
                let on_all = statement
                    .resources()
                    .iter()
                    .any(|text| is_everything(text.value, need.service));
                if on_all && !is_denied(document, need, &statement.conditions) {
                    shown = shown.or(Some(text));
                    reached.push(format!("{}:{}", need.service, need.name));
                }
            }
        }
        let Some(text) = shown else { continue };
        reached.sort_unstable();
        reached.dedup();
        let names: Vec<&str> = reached.iter().map(String::as_str).collect();
        violations.report_as(severity, &text.span, message(&list(&names, 5)));
    }
}

/// Whether no condition says which resources are meant, or limits what is done.
fn is_unscoped(statement: &Statement) -> bool {
    is_open(&statement.conditions) && !condition::names_resources(&statement.conditions)
}

/// Whether an action is one of the broad ones that have a check of their own.
fn is_whole_service(action: &str) -> bool {
    actions::split(action).is_none_or(|(_, name)| name.chars().all(|sign| sign == '*'))
}

/// The actions of a table that a written one stands for.
fn among(table: &'static [Actions], written: &str) -> impl Iterator<Item = Need> {
    let of_service = table
        .iter()
        .flat_map(|(service, names)| names.iter().map(|name| Need { service, name, kind: "" }));
    of_service.filter(move |need| actions::matches(written, need.service, need.name))
}
