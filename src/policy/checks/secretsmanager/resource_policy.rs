//! The policy of a secret itself.

use crate::finding::Severity;
use crate::policy::actions;
use crate::policy::arn::{Arn, resources, secret_names};
use crate::policy::checks::{Violations, consequence, network, quote};
use crate::policy::document::{Document, Statement};
use crate::policy::glob::{Class, Glob};
use crate::policy::principal::Principal;
use crate::policy::text::{has_hole, is_placeholder};

/// Whether a document is the policy of a secret: every action is one of Secrets Manager.
fn is_of_secret(document: &Document) -> bool {
    let mut actions = document.statements.iter().flat_map(Statement::services).peekable();
    actions.peek().is_some() && actions.all(|service| service == "secretsmanager")
}

/// The ARN of every secret there can be.
fn secrets() -> Glob {
    let field = |glob: Glob| glob.some(Class::NOT_COLON).then(":");
    let start = field(Glob::literal("arn:")).then("secretsmanager:");
    field(field(start)).then("secret:").followed_by(&secret_names())
}

/// Whether a text is yet to be filled in where it says what it is the ARN of.
fn is_open(text: &str) -> bool {
    if has_hole(text) { Arn::parse(text).is_none() } else { is_placeholder(text) }
}

pub(super) fn resource_mismatch(document: &Document, violations: &mut Violations) {
    if !is_of_secret(document) {
        return;
    }
    let secrets = secrets();
    for statement in &document.statements {
        for text in statement.resources() {
            // What is wrong with the name of a secret is said of its suffix.
            let names_secret = Arn::parse(text.value).is_some_and(|arn| arn.secret().is_some());
            if names_secret || is_open(text.value) || resources(text.value).intersects(&secrets) {
                continue;
            }
            violations.report(
                &text.span,
                format!("{} can be no secret, so {}.", quote(text.value), consequence(statement)),
            );
        }
    }
}

/// Actions that are about no single secret, or about one before it has a policy.
const WITHOUT_SECRET: &[&str] = &["BatchGetSecretValue", "CreateSecret", "ListSecrets"];

pub(super) fn unsupported_action(document: &Document, violations: &mut Violations) {
    let is_about_secrets =
        |statement: &Statement| statement.services().iter().any(|s| s == "secretsmanager");
    // A statement without a principal is of another kind of policy.
    let has_principals = document.statements.iter().all(|s| s.principals.is_some());
    if !has_principals || !document.statements.iter().any(is_about_secrets) {
        return;
    }
    let for_some = document.statements.iter().filter(|statement| {
        // Policies of VPC endpoints look the same, and let in everybody.
        !statement.principals().iter().any(Principal::is_everyone)
    });
    for statement in for_some {
        for text in statement.actions() {
            let Some((service, name)) = actions::split(text.value) else { continue };
            if service == "*" || service.contains(['*', '?']) || is_placeholder(service) {
                continue;
            }
            let is_own = service.eq_ignore_ascii_case("secretsmanager");
            let without = WITHOUT_SECRET.iter().any(|other| name.eq_ignore_ascii_case(other));
            if is_own && name.eq_ignore_ascii_case("GetRandomPassword") {
                violations.report_as(Severity::Note, &text.span, "A random password has nothing to do with a secret: what allows this is the caller's own policy.");
            } else if is_own && without {
                let message = format!(
                    "{} is not about one secret: in the policy of one it does nothing.",
                    quote(text.value)
                );
                violations.report(&text.span, message);
            } else if !is_own {
                let message = format!(
                    "{} is no action of Secrets Manager: in the policy of a secret it does nothing.",
                    quote(text.value)
                );
                violations.report(&text.span, message);
            }
        }
    }
}

pub(super) fn vpce_blocks_services(document: &Document, violations: &mut Violations) {
    if !is_of_secret(document) {
        return;
    }
    for condition in document.statements.iter().filter_map(network::blocks_services) {
        if let Some((_, span)) = condition.values.first() {
            violations.report(span, "Rotation, and services that read the secret for you, come from a network of AWS and are denied too.");
        }
    }
}
