//! The use of keys: in identity policies, and through other services.

use std::ops::Range;

use crate::finding::Severity;
use crate::policy::actions;
use crate::policy::arn::{Arn, is_everything};
use crate::policy::checks::escalation::{Need, is_denied, is_open};
use crate::policy::checks::{Violations, list, quote, scope};
use crate::policy::condition::{self, Condition};
use crate::policy::document::{Document, Kind, Sense, Statement, Text};
use crate::policy::fix::Change;
use crate::policy::principal::{Form, Kind as By};
use crate::policy::text::is_pattern;

/// The operations that an alias can be named for.
const ON_ALIASES: &[&str] = &["CreateAlias", "UpdateAlias", "DeleteAlias"];
/// Operations of those that use a key, one of each family of names.
const ON_KEYS: &[&str] =
    &["Decrypt", "Encrypt", "ReEncryptFrom", "GenerateDataKey", "Sign", "Verify", "GenerateMac"];

pub(super) fn alias_in_resource(document: &Document, violations: &mut Violations) {
    for statement in document.statements.iter().filter(|statement| uses_keys(statement)) {
        for text in statement.resources() {
            if is_alias(text.value) {
                violations.report(&text.span, format!(
                    "{} is the alias, not the key: this says nothing about using the key behind it.",
                    quote(text.value)
                ));
                violations.fix(by_alias(statement, text));
            } else if text.value.starts_with("alias/") || is_key_id(text.value) {
                violations.report(
                    &text.span,
                    format!(
                        "{} is no ARN; policies name a key by its ARN alone.",
                        quote(text.value)
                    ),
                );
            }
        }
    }
}

/// The changes that name the keys behind an alias by a condition, where the statement has no other resource or condition.
fn by_alias(statement: &Statement, text: &Text) -> Vec<Change> {
    let alias = Arn::parse(text.value).map(|arn| arn.resource).filter(|alias| !is_pattern(alias));
    let is_plain = statement.conditions.is_empty()
        && statement.node.get("Condition").is_none()
        && statement.resources().len() == 1
        && statement.services() == ["kms"];
    let Some((alias, start)) =
        alias.filter(|_| is_plain).and_then(|name| Some((name, text.value.strip_suffix(name)?)))
    else {
        return Vec::new();
    };
    let condition =
        format!(r#"{{"ForAnyValue:StringEquals": {{"kms:ResourceAliases": "{alias}"}}}}"#);
    vec![
        Change::Rewrite {
            span: text.span.clone(),
            from: text.value.to_owned(),
            to: format!("{start}key/*"),
        },
        Change::AddEntry {
            object: statement.node.span.clone(),
            key: "Condition".to_owned(),
            value: condition,
        },
    ]
}

fn is_alias(text: &str) -> bool {
    Arn::parse(text).is_some_and(|arn| arn.service == "kms" && arn.resource.starts_with("alias/"))
}

/// Whether the statement is about KMS and, where it is about aliases too, names nothing but aliases for its keys.
fn uses_keys(statement: &Statement) -> bool {
    let of_kms = statement.actions().iter().filter(|text| {
        actions::split(text.value).is_some_and(|(service, _)| service.eq_ignore_ascii_case("kms"))
    });
    let mut of_kms = of_kms.peekable();
    if of_kms.peek().is_none() {
        return false;
    }
    let about_aliases =
        of_kms.any(|text| ON_ALIASES.iter().any(|name| actions::matches(text.value, "kms", name)));
    let names_no_key = || statement.resources().iter().all(|text| is_alias(text.value));
    !about_aliases || (statement.is_about_any("kms", ON_KEYS) && names_no_key())
}

/// Whether a text is a key id: a UUID, or one of a multi-region key.
fn is_key_id(text: &str) -> bool {
    let is_hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let lengths = |text: &str| text.split('-').map(str::len).eq([8, 4, 4, 4, 12]);
    let multi_region =
        text.strip_prefix("mrk-").is_some_and(|rest| rest.len() == 32 && is_hex(rest));
    multi_region || (lengths(text) && text.split('-').all(is_hex))
}

/// The operations that AWS's own advice singles out: they reach keys of other accounts.
/// <https://docs.aws.amazon.com/kms/latest/developerguide/iam-policies-best-practices.html>
const REACHING: &[&str] = &[
    "Decrypt",
    "ReEncryptFrom",
    "ReEncryptTo",
    "GenerateDataKey",
    "GenerateDataKeyWithoutPlaintext",
    "CreateGrant",
];

pub(super) fn decrypt_star(document: &Document, violations: &mut Violations) {
    for statement in document.allows() {
        if !statement.is_about_any("kms", REACHING)
            || condition::names_resources(&statement.conditions)
        {
            continue;
        }
        let Some(element) = statement.resources.as_ref() else { continue };
        if element.sense == Sense::IsNot {
            violations.report(
                &element.entry.key_span,
                "Every key but these can be used, also keys of other accounts.",
            );
        }
        for text in statement.resources().iter().filter(|text| is_everything(text.value, "kms")) {
            violations.report(&text.span, "Every key can be used, also one of another account whose policy lets this account in.");
        }
    }
}

pub(super) fn needs_star(document: &Document, violations: &mut Violations) {
    scope::needs_star(document, violations, |service| service == "kms");
}

/// The text that names an action of KMS, unless it stands for all of them: that has its own check.
fn naming<'s>(statement: &'s Statement, name: &str) -> Option<&'s Text<'s>> {
    let narrower = |text: &&Text| {
        actions::matches(text.value, "kms", name) && !actions::covers(text.value, "kms:*")
    };
    statement.actions().iter().find(narrower)
}

/// Whether a statement is about all keys there are, and no condition says which, or what is done.
fn is_on_all_keys(statement: &Statement) -> bool {
    is_open(&statement.conditions)
        && !condition::names_resources(&statement.conditions)
        && statement.resources().iter().any(|text| is_everything(text.value, "kms"))
}

/// Whether grants are narrowed to what AWS services make of them, or to some operations or grantees.
pub(super) fn constrains_grants(condition: &Condition) -> bool {
    let positive = condition.is_on(&[
        "kms:grantoperations",
        "kms:granteeprincipal",
        "kms:grantconstrainttype",
        "kms:viaservice",
    ]) && condition.narrows();
    let for_aws = condition.is_on(&["kms:grantisforawsresource"])
        && condition.operator.base == "Bool"
        && condition.values.iter().all(|(value, _)| value.eq_ignore_ascii_case("true"));
    // `ForAllValues` on the operations holds without any as well, which KMS refuses.
    let operations = condition.is_on(&["kms:grantoperations"]) && !condition.values.is_empty();
    positive || for_aws || operations
}

/// AWS's own policies leave most such grants open, so one on named keys is worth no more than a note.
pub(super) fn creategrant_unconstrained(document: &Document, violations: &mut Violations) {
    for statement in document.allows() {
        let Some(text) = naming(statement, "CreateGrant") else { continue };
        // Keys that services use on the caller's behalf are often named by other conditions.
        let is_narrowed = statement.conditions.iter().any(constrains_grants)
            || statement
                .conditions
                .iter()
                .any(|c| c.is_on(&["aws:calledvia", "aws:viaawsservice"]));
        if is_narrowed || is_for_others(document, statement) {
            continue;
        }
        let on_all = document.kind == Kind::Identity && is_on_all_keys(statement);
        let severity = if on_all { Severity::Medium } else { Severity::Note };
        let message = "A grant passes the use of a key on to whomever it names, past policies, and nothing narrows those made here.";
        violations.report_as(severity, &text.span, message);
    }
}

/// Whether a key policy's statement is for services, or for whoever the account lets.
fn is_for_others(document: &Document, statement: &Statement) -> bool {
    document.kind == Kind::Key
        && !statement
            .principals()
            .iter()
            .any(|principal| principal.form() == Form::Identity && principal.kind == By::Aws)
}

pub(super) fn schedule_key_deletion(document: &Document, violations: &mut Violations) {
    const NAMES: [&str; 2] = ["ScheduleKeyDeletion", "DisableKey"];
    let is_meant = |statement: &&Statement| {
        NAMES.iter().any(|name| naming(statement, name).is_some()) && is_on_all_keys(statement)
    };
    for statement in document.allows().filter(is_meant) {
        let found: Vec<(&str, &Text)> = NAMES
            .into_iter()
            .filter(|name| {
                let need = Need { service: "kms", name, kind: "key" };
                !is_denied(document, need, &statement.conditions)
            })
            .filter_map(|name| Some((name, naming(statement, name)?)))
            .collect();
        let Some((_, text)) = found.first() else { continue };
        let ways: Vec<String> = found.iter().map(|(name, _)| format!("kms:{name}")).collect();
        let ways: Vec<&str> = ways.iter().map(String::as_str).collect();
        violations.report(&text.span, format!(
            "By {} every key can be made useless here, and with it all that is encrypted under it.",
            list(&ways, 2)
        ));
    }
}

/// Actions that encrypt a secret anew.
/// <https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html>
const WRITING: &[&str] = &["CreateSecret", "PutSecretValue", "UpdateSecret"];

pub(super) fn missing_generatedatakey(document: &Document, violations: &mut Violations) {
    let allowed = |name: &str| document.allows().any(|statement| statement.is_about("kms", name));
    if !document.is_complete || allowed("GenerateDataKey") || !decrypts_secrets(document) {
        return;
    }
    let named = |statement: &Statement| -> Option<Range<usize>> {
        let is_writing = |text: &&Text| {
            text.value != "*"
                && WRITING.iter().any(|name| actions::matches(text.value, "secretsmanager", name))
        };
        statement.actions().iter().find(is_writing).map(|text| text.span.clone())
    };
    let first = document.allows().find_map(named);
    if let Some(span) = first {
        violations.report(&span, "To write a secret that is under a key of your own takes `kms:GenerateDataKey` beside `kms:Decrypt`, and no statement here allows it.");
    }
}

/// Whether keys can be used for secrets: a statement allows Decrypt, and not through another service alone.
fn decrypts_secrets(document: &Document) -> bool {
    let elsewhere = |condition: &Condition| {
        let takes_in = |value: &str| {
            value.starts_with("secretsmanager.")
                || is_pattern(value.split('.').next().unwrap_or(value))
        };
        condition.is_on(&["kms:viaservice"])
            && !condition.values.iter().any(|(value, _)| takes_in(value))
    };
    document.allows().any(|statement| {
        statement.is_about("kms", "Decrypt") && !statement.conditions.iter().any(elsewhere)
    })
}
