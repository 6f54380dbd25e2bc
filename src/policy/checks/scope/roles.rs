//! Roles that are handed to services.

use crate::finding::Severity;
use crate::policy::actions;
use crate::policy::arn::Arn;
use crate::policy::checks::escalation::{Need, is_all, is_denied};
use crate::policy::checks::{Violations, quote};
use crate::policy::condition::Condition;
use crate::policy::document::{Document, Sense, Statement};
use crate::policy::text::has_hole;

pub(super) fn passrole_star(document: &Document, violations: &mut Violations) {
    for statement in document.allows().filter(|statement| statement.is_about("iam", "PassRole")) {
        let severity = if statement.conditions.iter().any(limits_passing) {
            Severity::Medium
        } else {
            Severity::High
        };
        let Some(element) = &statement.resources else { continue };
        if element.sense == Sense::IsNot {
            let message = "Every role but these can be passed to a service.";
            violations.report_as(severity, &element.entry.key_span, message);
            continue;
        }
        for text in &element.items {
            match roles(text.value) {
                Roles::All => violations.report_as(severity, &text.span, format!(
                    "{} lets every role of the account be passed to a service, also those that may do more than this one.",
                    quote(text.value)
                )),
                Roles::OfPath => violations.report_as(Severity::Low, &text.span, format!(
                    "{} lets every role that is ever created under this name be passed to a service.",
                    quote(text.value)
                )),
                Roles::Named => {}
            }
        }
    }
}

/// Whether a condition says to what a role is passed. Every request has a service, so `IfExists` makes no difference.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html>
fn limits_passing(condition: &Condition) -> bool {
    let names = condition.is_on(&["iam:passedtoservice", "iam:associatedresourcearn"]);
    let is_positive = ["StringEquals", "StringLike", "ArnEquals", "ArnLike"];
    names
        && is_positive.contains(&condition.operator.base)
        && !condition.values.iter().any(|(value, _)| value.chars().all(|sign| sign == '*'))
}

/// Which roles a resource stands for.
enum Roles {
    All,
    OfPath,
    Named,
}

fn roles(text: &str) -> Roles {
    let Some(arn) = Arn::parse(text) else {
        // Short forms of everything: `*`, `arn:aws:iam::*`.
        let is_short = text.ends_with('*') && !has_hole(text) && !text.contains('$');
        return if is_short { Roles::All } else { Roles::Named };
    };
    if arn.service != "iam" && !arn.service.contains('*') {
        return Roles::Named;
    }
    match arn.resource {
        "*" | "role/*" | "role*" => Roles::All,
        name if name.starts_with("role/") && name.ends_with("/*") => Roles::OfPath,
        _ => Roles::Named,
    }
}

/// The roles that services get, below the path that AWS has set aside for them.
const SERVICE_ROLES: Need =
    Need { service: "iam", name: "CreateServiceLinkedRole", kind: "role/aws-service-role" };

pub(super) fn create_slr_broad(document: &Document, violations: &mut Violations) {
    for statement in document.allows().filter(|statement| is_for_any_service(statement)) {
        let Some(element) = &statement.actions else { continue };
        if is_denied(document, SERVICE_ROLES, &[]) {
            return;
        }
        let message = "Whoever may do this can let any AWS service act in the account.";
        match element.sense {
            Sense::IsNot => violations.report(&element.entry.key_span, message),
            Sense::Is => {
                let names_it = element.items.iter().find(|text| {
                    actions::matches(text.value, SERVICE_ROLES.service, SERVICE_ROLES.name)
                });
                // A grant of all of IAM has its own check.
                if let Some(text) = names_it.filter(|text| !actions::covers(text.value, "iam:*")) {
                    violations.report(&text.span, message);
                }
            }
        }
    }
}

/// Whether the statement allows service-linked roles, and neither ARN nor condition says for which service.
fn is_for_any_service(statement: &Statement) -> bool {
    let names_service =
        |condition: &Condition| condition.is_on(&["iam:awsservicename"]) && condition.narrows();
    let of_all = || {
        statement.resources.as_ref().is_some_and(|element| {
            let any = element.items.iter().any(|text| is_all(text.value, SERVICE_ROLES));
            any == (element.sense == Sense::Is)
        })
    };
    statement.is_about(SERVICE_ROLES.service, SERVICE_ROLES.name)
        && !statement.conditions.iter().any(names_service)
        && of_all()
}
