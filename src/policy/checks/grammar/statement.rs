//! Grammar of a statement: which elements must be there, which cannot.

use std::collections::HashSet;

use crate::finding::Severity;
use crate::policy::checks::{Violations, quote};
use crate::policy::document::{Document, Kind, Statement, opening};
use crate::policy::fix::Change;
use crate::policy::tree::{Entry, Node};

fn remove(entry: &Entry) -> Change {
    Change::RemoveEntry { key_span: entry.key_span.clone(), span: entry.value.span.clone() }
}

fn has(statement: &Statement, key: &str) -> bool {
    statement.node.get(key).is_some()
}

/// Whether an element is certainly there: what a template leaves open may be nothing.
fn surely_has(statement: &Statement, key: &str) -> bool {
    statement.node.get(key).is_some_and(|node| !node.items().iter().all(Node::is_open))
}

/// Reports each statement that has none of some elements.
fn none_of(keys: &[&str], document: &Document, violations: &mut Violations, message: &str) {
    for statement in &document.statements {
        if !keys.iter().any(|key| has(statement, key)) {
            violations.report(&opening(statement.node), message);
        }
    }
}

pub(super) fn effect_missing(document: &Document, violations: &mut Violations) {
    none_of(&["Effect"], document, violations, "This statement says neither `Allow` nor `Deny`.");
}

pub(super) fn effect_invalid(document: &Document, violations: &mut Violations) {
    for statement in document.statements.iter().filter(|statement| statement.effect.is_none()) {
        let effect = statement.node.get("Effect");
        if let Some((node, text)) = effect.and_then(|node| Some((node, node.string()?)))
            && !text.contains("${")
        {
            violations.report(
                &node.span,
                format!("{} is no effect: it is `Allow` or `Deny`.", quote(text)),
            );
            let meant = ["Allow", "Deny"].into_iter().find(|one| one.eq_ignore_ascii_case(text));
            violations.fix(meant.map(|meant| Change::Rewrite {
                span: node.span.clone(),
                from: text.into(),
                to: meant.into(),
            }));
        }
    }
}

pub(super) fn action_missing(document: &Document, violations: &mut Violations) {
    none_of(&["Action", "NotAction"], document, violations, "This statement names no actions.");
}

pub(super) fn resource_missing(document: &Document, violations: &mut Violations) {
    for statement in &document.statements {
        // Policies of repositories and file systems are about what they are attached to and need no resource.
        let is_exempt = document.kind == Kind::Resource
            && ["ecr", "elasticfilesystem"].iter().any(|service| statement.is_only_about(service));
        if !is_exempt && !has(statement, "Resource") && !has(statement, "NotResource") {
            violations.report(&opening(statement.node), "This statement names no resources.");
        }
    }
}

pub(super) fn element_conflict(document: &Document, violations: &mut Violations) {
    for statement in &document.statements {
        for (is, is_not) in
            [("Action", "NotAction"), ("Resource", "NotResource"), ("Principal", "NotPrincipal")]
        {
            let entry = statement.node.entries().iter().find(|entry| entry.key == is_not);
            let both = surely_has(statement, is) && surely_has(statement, is_not);
            if let Some(entry) = entry.filter(|_| both) {
                violations.report(
                    &entry.key_span,
                    format!("`{is_not}` cannot stand beside `{is}` in one statement."),
                );
            }
        }
    }
}

pub(super) fn principal_in_identity_policy(document: &Document, violations: &mut Violations) {
    let is_sure = |statement: &&Statement| {
        ["Principal", "NotPrincipal"].iter().any(|key| surely_has(statement, key))
    };
    let statements = document.statements.iter().filter(is_sure);
    for principals in statements.filter_map(|statement| statement.principals.as_ref()) {
        let message = "A policy that is attached to identities cannot name a principal.";
        violations.report(&principals.entry.key_span, message);
    }
}

pub(super) fn principal_missing(document: &Document, violations: &mut Violations) {
    let message = "This statement does not say whom it is about.";
    none_of(&["Principal", "NotPrincipal"], document, violations, message);
}

pub(super) fn resource_in_trust_policy(document: &Document, violations: &mut Violations) {
    let is_sure = |statement: &&Statement| {
        ["Resource", "NotResource"].iter().any(|key| surely_has(statement, key))
    };
    let statements = document.statements.iter().filter(is_sure);
    for resources in statements.filter_map(|statement| statement.resources.as_ref()) {
        let message = "A trust policy cannot name a resource: it is about its own role.";
        violations.report(&resources.entry.key_span, message);
        violations.fix([remove(resources.entry)]);
    }
}

fn sids<'a>(document: &'a Document) -> impl Iterator<Item = (&'a Node, &'a str)> {
    let sid = |statement: &'a Statement| statement.node.get("Sid");
    document.statements.iter().filter_map(sid).filter_map(|node| Some((node, node.string()?)))
}

pub(super) fn sid_invalid(document: &Document, violations: &mut Violations) {
    for (node, text) in sids(document) {
        if !text.bytes().all(|byte| byte.is_ascii_alphanumeric()) && !text.contains("${") {
            violations.report(
                &node.span,
                format!("The Sid {} has other characters than letters and digits.", quote(text)),
            );
        }
    }
}

pub(super) fn sid_empty(document: &Document, violations: &mut Violations) {
    let entries = document.statements.iter().flat_map(|statement| statement.node.entries());
    for entry in entries.filter(|entry| entry.key == "Sid" && entry.value.string() == Some("")) {
        violations.report(&entry.value.span, "An empty Sid names nothing.");
        violations.fix([remove(entry)]);
    }
}

pub(super) fn sid_duplicate(document: &Document, violations: &mut Violations) {
    let severity = match document.kind {
        Kind::Identity | Kind::ServiceControl | Kind::Trust => Severity::High,
        _ => Severity::Medium,
    };
    let mut seen = HashSet::new();
    // Of two that a template has in the place of one another only one is there.
    let certain = sids(document).filter(|(node, _)| !document.is_alternative(&node.span));
    for (node, text) in certain {
        if !text.is_empty() && !seen.insert(text) {
            violations.report_as(
                severity,
                &node.span,
                format!("Another statement of this policy has the Sid {} already.", quote(text)),
            );
        }
    }
}
