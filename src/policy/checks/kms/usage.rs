//! The use of keys: in identity policies, and through other services.

use crate::policy::actions;
use crate::policy::arn::{Arn, is_everything};
use crate::policy::checks::{Violations, quote, scope};
use crate::policy::condition::{self, Condition};
use crate::policy::document::{Document, Sense, Statement};
use crate::policy::glob::{Class, Glob};
use crate::policy::text::{Wildcards, strings};

const NAME: Class = Class::of("abcdefghijklmnopqrstuvwxyz0123456789-");
const DOTTED: Class = Class::of("abcdefghijklmnopqrstuvwxyz0123456789-.");

/// Every value that `kms:ViaService` can have.
/// <https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service>
fn via_services() -> Glob {
    Glob::default().some(DOTTED).then(".").some(NAME).then(".amazonaws.com")
}

pub(super) fn viaservice_format(document: &Document, violations: &mut Violations) {
    for statement in &document.statements {
        let on_service = |c: &&Condition| c.is_on(&["kms:viaservice"]) && c.operator.base != "Null";
        for condition in statement.conditions.iter().filter(on_service) {
            for (value, span) in &condition.values {
                // Without `Like` a wildcard is a plain sign; what was meant is judged here.
                let written = strings(value, Wildcards::Match);
                // The partition of the European sovereign cloud is younger than AWS's page on this key.
                if !written.intersects(&via_services()) && !value.ends_with(".amazonaws.eu") {
                    violations.report(span, format!(
                        "No request comes through {}: services are named `<service>.<region>.amazonaws.com`, so {}.",
                        quote(value),
                        condition.outcome()
                    ));
                }
            }
        }
    }
}

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
