//! Actions that should not be allowed on everything, by what they do.

use super::tables::{AUDIT, Actions, CREDENTIALS, DATA, LOGS, PERMISSIONS};
use super::{Need, Violations, is_denied, is_open, is_oversized};
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
    if is_oversized(document) {
        return;
    }
    for statement in document.allows().filter(|statement| is_unscoped(statement)) {
        let mut shown: Option<&Text> = None;
        let mut reached: Vec<String> = Vec::new();
        for (need, text) in named(table, statement) {
            let on_all =
                statement.resources().iter().any(|text| is_everything(text.value, need.service));
            if on_all && !is_denied(document, need, &statement.conditions) {
                let is_first = shown.is_none_or(|shown| text.span.start < shown.span.start);
                shown = if is_first { Some(text) } else { shown };
                reached.push(format!("{}:{}", need.service, need.name));
            }
        }
        let Some(text) = shown else { continue };
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

/// The actions of a table that a statement allows by more than the name of their service, with the text that does.
fn named<'s>(
    table: &'static [Actions],
    statement: &'s Statement<'s>,
) -> impl Iterator<Item = (Need, &'s Text<'s>)> {
    let all = table
        .iter()
        .flat_map(|(service, names)| names.iter().map(|name| Need { service, name, kind: "" }));
    all.filter_map(|need| {
        let names_it = |text: &&Text| {
            actions::matches(text.value, need.service, need.name) && !is_whole_service(text.value)
        };
        Some((need, statement.actions().iter().find(names_it)?))
    })
}
