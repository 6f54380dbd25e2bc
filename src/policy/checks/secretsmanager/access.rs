//! Grants on secrets: too many, or one short.

use crate::finding::Severity;
use crate::policy::actions;
use crate::policy::arn::{Arn, is_everything};
use crate::policy::checks::{Violations, list, quote, scope};
use crate::policy::condition;
use crate::policy::document::{Document, Kind, Sense, Statement, Text};

const READING: &[&str] = &["GetSecretValue", "BatchGetSecretValue"];
const CONTROLLING: &[&str] = &["PutResourcePolicy", "DeleteResourcePolicy"];
/// Actions that encrypt the value anew. <https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html>
const WRITING: &[&str] = &["CreateSecret", "PutSecretValue", "UpdateSecret", "RotateSecret"];

pub(super) fn missing_kms_decrypt(document: &Document, violations: &mut Violations) {
    let allowed = |service: &str, name: &str| document.allows().any(|s| s.is_about(service, name));
    if allowed("kms", "Decrypt") {
        return;
    }
    let statement = document.allows().find(|statement| {
        statement.is_about("secretsmanager", "GetSecretValue") && !is_unlimited(statement)
    });
    let Some(statement) = statement else { return };
    let Some(text) = statement
        .actions()
        .iter()
        .find(|text| actions::matches(text.value, "secretsmanager", "GetSecretValue"))
    else {
        return;
    };
    let writes = WRITING.iter().any(|name| allowed("secretsmanager", name));
    let needed = if writes { "`kms:Decrypt` and `kms:GenerateDataKey`" } else { "`kms:Decrypt`" };
    violations.report(&text.span, format!(
        "This reads secrets under the key that AWS manages. One under a key of your own takes {needed} as well, which no statement here allows."
    ));
}

/// Whether a statement allows everything: what it lacks is not the point.
fn is_unlimited(statement: &Statement) -> bool {
    statement.actions().iter().any(|text| actions::covers(text.value, "*"))
}

pub(super) fn kms_decrypt_wrong_region(document: &Document, violations: &mut Violations) {
    let Some(secrets) = regions(
        document,
        |statement| statement.is_about("secretsmanager", "GetSecretValue"),
        "secretsmanager",
    ) else {
        return;
    };
    let Some(keys) = regions(document, decrypts_secrets, "kms") else { return };
    for secret in &secrets {
        if keys.iter().any(|key| key.region == secret.region) {
            continue;
        }
        let Some(key) = keys.first() else { return };
        violations.report(key.span, format!(
            "The secret lies in `{}`, and so does the key it is encrypted with; {} cannot decrypt it.",
            secret.region,
            quote(key.text)
        ));
    }
}

/// A resource in a region that is written out.
struct Placed<'a> {
    region: &'a str,
    text: &'a str,
    span: &'a std::ops::Range<usize>,
}

/// Whether keys of the statement can be used for secrets: it allows Decrypt, and not for another service alone.
fn decrypts_secrets(statement: &Statement) -> bool {
    let elsewhere = statement.conditions.iter().any(|condition| {
        condition.is_on(&["kms:viaservice"])
            && !condition
                .values
                .iter()
                .any(|(value, _)| value.contains("secretsmanager") || value.starts_with('*'))
    });
    statement.is_about("kms", "Decrypt") && !elsewhere
}

/// The resources of a service in some statements; nothing when one of them is in no region in particular, or when there
/// are none.
fn regions<'a>(
    document: &'a Document,
    is_meant: impl Fn(&Statement) -> bool,
    service: &str,
) -> Option<Vec<Placed<'a>>> {
    let mut placed = Vec::new();
    for statement in document.allows().filter(|statement| is_meant(statement)) {
        if statement.resources.as_ref().is_none_or(|element| element.sense == Sense::IsNot) {
            return None;
        }
        for text in statement.resources() {
            match Arn::parse(text.value) {
                Some(arn) if arn.service == service => {
                    let region = arn.region_name()?;
                    placed.push(Placed { region, text: text.value, span: &text.span });
                }
                // Another service's resource in the same statement.
                Some(arn) if !arn.service.contains('*') => {}
                _ => return None,
            }
        }
    }
    (!placed.is_empty()).then_some(placed)
}

pub(super) fn wildcard_actions(document: &Document, violations: &mut Violations) {
    for statement in document.allows() {
        for text in statement.actions() {
            let Some((service, pattern)) = actions::split(text.value) else { continue };
            if !service.eq_ignore_ascii_case("secretsmanager") || !pattern.contains(['*', '?']) {
                continue;
            }
            let among = |names: &[&'static str]| -> Vec<&'static str> {
                let is_meant = |name: &&&str| actions::matches(text.value, "secretsmanager", name);
                names.iter().filter(is_meant).copied().collect()
            };
            let (reads, controls) = (among(READING), among(CONTROLLING));
            if reads.is_empty() && controls.is_empty() {
                continue;
            }
            let severity = if reads.is_empty() || controls.is_empty() {
                Severity::Medium
            } else {
                Severity::High
            };
            let names: Vec<&str> = reads.into_iter().chain(controls).collect();
            violations.report_as(
                severity,
                &text.span,
                format!("{} takes in {}.", quote(text.value), list(&names, 5)),
            );
        }
    }
}

pub(super) fn getvalue_all_secrets(document: &Document, violations: &mut Violations) {
    for statement in document.allows() {
        // A batch returns what `GetSecretValue` is allowed for, and takes no resource but `*`.
        if !statement.is_about("secretsmanager", "GetSecretValue")
            || condition::names_resources(&statement.conditions)
        {
            continue;
        }
        match &statement.resources {
            Some(element) if element.sense == Sense::IsNot => {
                violations.report(&element.entry.key_span, "Every secret but these can be read.");
            }
            Some(element) => {
                for text in
                    element.items.iter().filter(|text| is_everything(text.value, "secretsmanager"))
                {
                    violations.report(&text.span, "Every secret can be read, in this account and in any other that lets this principal in.");
                }
            }
            None => {}
        }
    }
}

pub(super) fn list_actions_need_star(document: &Document, violations: &mut Violations) {
    scope::needs_star(document, violations, |service| service == "secretsmanager");
}

/// The statements that allow an action of Secrets Manager, each with the text that says so. A wildcard for every action
/// of the service is left to the checks of wildcards.
fn allowing<'d>(document: &'d Document, name: &str) -> Vec<(&'d Statement<'d>, &'d Text<'d>)> {
    let says_so = |text: &&Text| {
        let is_all = actions::covers(text.value, "secretsmanager:*");
        !is_all && actions::matches(text.value, "secretsmanager", name)
    };
    let statements = document.statements.iter().filter(|statement| statement.allows());
    statements
        .filter_map(|statement| Some((statement, statement.actions().iter().find(says_so)?)))
        .collect()
}

pub(super) fn batchget_incomplete(document: &Document, violations: &mut Violations) {
    let reads =
        document.allows().any(|statement| statement.is_about("secretsmanager", "GetSecretValue"));
    if let (false, Some((_, text))) = (reads, allowing(document, "BatchGetSecretValue").first()) {
        let message = "A batch returns only secrets that `GetSecretValue` is allowed for, and no statement here allows it.";
        violations.report(&text.span, message);
    }
}

pub(super) fn putresourcepolicy_unguarded(document: &Document, violations: &mut Violations) {
    let guards = |condition: &condition::Condition| {
        condition.is_on(&["secretsmanager:blockpublicpolicy"])
            && condition.operator.base == "Bool"
            && !condition.operator.if_exists
            && condition.values.iter().all(|(value, _)| value.eq_ignore_ascii_case("true"))
    };
    for (statement, text) in allowing(document, "PutResourcePolicy") {
        if !statement.conditions.iter().any(guards) {
            let of_secret = document.kind == Kind::Resource;
            let severity = if of_secret { Severity::High } else { Severity::Medium };
            let message =
                "Whoever may do this can let anybody in, other accounts and the public included.";
            violations.report_as(severity, &text.span, message);
        }
    }
}

pub(super) fn delete_without_recovery(document: &Document, violations: &mut Violations) {
    const KEYS: &[&str] =
        &["secretsmanager:forcedeletewithoutrecovery", "secretsmanager:recoverywindowindays"];
    let guards =
        |statement: &Statement| statement.conditions.iter().any(|condition| condition.is_on(KEYS));
    let is_denied = document.statements.iter().any(|statement| {
        statement.denies()
            && statement.is_about("secretsmanager", "DeleteSecret")
            && guards(statement)
    });
    for (statement, text) in allowing(document, "DeleteSecret") {
        if !is_denied && !guards(statement) {
            let message = "With `ForceDeleteWithoutRecovery` a secret is gone at once, and nothing here forbids that.";
            violations.report_as(Severity::Medium, &text.span, message);
        }
    }
}
