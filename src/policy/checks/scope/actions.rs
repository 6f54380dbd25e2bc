//! Actions: all of them, all of a service, all but some.

use std::ops::Range;

use super::open;
use crate::finding::Severity;
use crate::policy::actions;
use crate::policy::checks::escalation::{Need, PERMISSIONS, is_denied};
use crate::policy::checks::{Violations, list, quote};
use crate::policy::document::{Document, Sense, Statement, Text};

pub(super) fn admin_star(document: &Document, violations: &mut Violations) {
    for (span, message) in unlimited(&open(document)) {
        violations.report(span, message);
    }
}

/// Where statements, alone or together, allow everything.
fn unlimited<'s>(open: &[&'s Statement]) -> Vec<(&'s Range<usize>, &'static str)> {
    let mut found = Vec::new();
    for statement in open {
        let Some(element) = &statement.actions else { continue };
        match element.sense {
            Sense::Is => {
                for text in element.items.iter().filter(|text| actions::covers(text.value, "*")) {
                    let message = "Whoever has this policy may do everything, with everything.";
                    found.push((&text.span, message));
                }
            }
            // What one statement leaves out, others may put back.
            Sense::IsNot => {
                let is_put_back = |excluded: &Text| {
                    let mut others = open.iter().flat_map(|other| other.actions());
                    others.any(|text| actions::covers(text.value, excluded.value))
                };
                if element.items.iter().all(is_put_back) {
                    found.push((&element.entry.key_span, "What is left out here is allowed by other statements: together they allow everything."));
                }
            }
        }
    }
    found
}

pub(super) fn effective_admin(document: &Document, violations: &mut Violations) {
    let open = open(document);
    let Some(element) = open.first().and_then(|statement| statement.actions.as_ref()) else {
        return;
    };
    if !unlimited(&open).is_empty() {
        return;
    }
    let is_allowed = |need: &Need| {
        open.iter().any(|statement| statement.is_about(need.service, need.name))
            && !is_denied(document, *need, &[])
    };
    let all: Vec<Need> = PERMISSIONS
        .iter()
        .flat_map(|(service, names)| names.iter().map(|name| Need { service, name, kind: "" }))
        .collect();
    let allowed = all.iter().filter(|need| is_allowed(need)).count();
    // One in twenty may be missing.
    if (all.len() - allowed) * 20 <= all.len() {
        violations.report(&element.entry.key_span, "Nearly every action that changes who has access is allowed here on everything: whatever else is missing can be added with them.");
    }
}

/// Services of which every action is more than a broad grant: it is a way to everything else, or to all data.
const SENSITIVE: &[&str] =
    &["iam", "kms", "secretsmanager", "sts", "organizations", "ssm", "lambda", "s3"];

pub(super) fn service_star(document: &Document, violations: &mut Violations) {
    for statement in document.allows() {
        for text in statement.actions() {
            let Some((service, "*")) = actions::split(text.value) else { continue };
            if service.contains('*') {
                continue;
            }
            let sensitive = SENSITIVE.contains(&service.to_ascii_lowercase().as_str());
            let severity = if sensitive { Severity::High } else { Severity::Medium };
            violations.report_as(severity, &text.span, format!(
                "{} allows every action of the service, also those that change who has access and those that AWS adds later.",
                quote(text.value)
            ));
        }
    }
}

pub(super) fn notaction_allow(document: &Document, violations: &mut Violations) {
    // What somebody with a broad grant would reach for first.
    const DANGEROUS: &[(&str, &str)] = &[
        ("iam", "CreateAccessKey"),
        ("iam", "AttachUserPolicy"),
        ("iam", "PassRole"),
        ("sts", "AssumeRole"),
        ("kms", "PutKeyPolicy"),
        ("secretsmanager", "GetSecretValue"),
        ("lambda", "UpdateFunctionCode"),
        ("s3", "PutBucketPolicy"),
        ("organizations", "LeaveOrganization"),
    ];
    for statement in document.allows() {
        let Some(element) = statement.actions.as_ref().filter(|e| e.sense == Sense::IsNot) else {
            continue;
        };
        let reached: Vec<String> = DANGEROUS
            .iter()
            .filter(|(service, name)| statement.is_about(service, name))
            .map(|(service, name)| format!("{service}:{name}"))
            .collect();
        let names: Vec<&str> = reached.iter().map(String::as_str).take(5).collect();
        let such =
            if names.is_empty() { String::new() } else { format!(", such as {}", list(&names, 5)) };
        violations.report(
            &element.entry.key_span,
            format!(
                "Everything that is not in this list is allowed{such}, and whatever AWS adds later."
            ),
        );
    }
}
