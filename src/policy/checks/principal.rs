//! Grants to everybody.

use super::{Check, KEY, RESOURCE, Run, Supersedes, TRUST, Violations, WITH_PRINCIPAL};
use crate::finding::Severity;
use crate::policy::condition;
use crate::policy::document::{Document, Sense, Statement};
use crate::policy::principal::Principal;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "principal-star-allow",
        title: "everybody is allowed",
        severity: Severity::Critical,
        kinds: WITH_PRINCIPAL,
        help: "Name the accounts or roles, or add a condition that names them, such as `aws:PrincipalOrgID`.",
        url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-anonymous",
        run: Run::Document(principal_star_allow),
        ..Check::ROW
    },
    Check {
        id: "sm-rp-principal-star",
        title: "everybody may use a secret",
        severity: Severity::Critical,
        kinds: RESOURCE,
        help: "Name the accounts or roles that need the secret. `BlockPublicPolicy` of PutResourcePolicy refuses such policies.",
        url: "https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_resource-policies.html",
        run: Run::Document(sm_rp_principal_star),
        supersedes: Supersedes::OnElement(&["principal-star-allow"]),
        ..Check::ROW
    },
    Check {
        id: "trust-star",
        title: "everybody may assume a role",
        severity: Severity::Critical,
        kinds: TRUST,
        help: "Name the accounts, services or identity providers that may assume the role.",
        url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html",
        aliases: &["ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL"],
        run: Run::Document(trust_star),
        supersedes: Supersedes::OnElement(&["principal-star-allow"]),
        ..Check::ROW
    },
    Check {
        id: "notprincipal-allow",
        title: "everybody but a few is allowed",
        severity: Severity::Critical,
        kinds: WITH_PRINCIPAL,
        help: "Name who is allowed in `Principal`; `NotPrincipal` allows everybody else, also without credentials.",
        url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html",
        aliases: &["ALLOW_WITH_NOT_PRINCIPAL"],
        run: Run::Document(notprincipal_allow),
        ..Check::ROW
    },
    Check {
        id: "kms-principal-star",
        title: "everybody may use a KMS key",
        severity: Severity::Critical,
        kinds: KEY,
        help: "Name the accounts or roles, or add `kms:CallerAccount` with the accounts that may use the key.",
        url: "https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html",
        run: Run::Document(kms_principal_star),
        supersedes: Supersedes::OnElement(&["principal-star-allow"]),
        ..Check::ROW
    },
];

/// The principal of a statement that allows everybody, when no condition says who that is.
fn everybody<'s>(statement: &'s Statement<'_>) -> Option<&'s Principal<'s>> {
    let is_open = statement.allows() && !condition::names_callers(&statement.conditions);
    let principals = statement.principals.as_ref().filter(|element| element.sense == Sense::Is);
    principals.filter(|_| is_open)?.items.iter().find(|principal| principal.is_everyone())
}

fn report(
    document: &Document,
    violations: &mut Violations,
    what: &str,
    is_meant: impl Fn(&Statement) -> bool,
) {
    for statement in document.statements.iter().filter(|statement| is_meant(statement)) {
        let Some(principal) = everybody(statement) else { continue };
        let but =
            if statement.conditions.is_empty() { "" } else { "; no condition says who that is" };
        violations.report(&principal.span, format!("Everybody in every AWS account {what}{but}."));
    }
}

fn principal_star_allow(document: &Document, violations: &mut Violations) {
    report(document, violations, "may do this", |_| true);
}

fn sm_rp_principal_star(document: &Document, violations: &mut Violations) {
    report(document, violations, "may use this secret", |statement| {
        statement.services().iter().any(|service| service == "secretsmanager")
    });
}

fn trust_star(document: &Document, violations: &mut Violations) {
    report(document, violations, "may assume this role", |_| true);
}

fn notprincipal_allow(document: &Document, violations: &mut Violations) {
    for statement in document.allows() {
        let element = statement.principals.as_ref().filter(|e| e.sense == Sense::IsNot);
        if let Some(element) = element {
            violations.report(
                &element.entry.key_span,
                "Everybody in every AWS account but these may do this.",
            );
        }
    }
}

fn kms_principal_star(document: &Document, violations: &mut Violations) {
    report(document, violations, "may use this key", |_| true);
}
