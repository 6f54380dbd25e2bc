//! Conditions on keys: through which service, for which account, with which context, under which alias.

use std::ops::Range;

use super::services::VIA_SERVICES;
use crate::policy::arn::{Arn, secret_names};
use crate::policy::checks::{Violations, list, quote};
use crate::policy::condition::Condition;
use crate::policy::document::{Document, Kind, Statement};
use crate::policy::glob::{Class, Glob};
use crate::policy::text::{Wildcards, has_hole, is_pattern, strings};

const NAME: Class = Class::of("abcdefghijklmnopqrstuvwxyz0123456789-");
const DOTTED: Class = Class::of("abcdefghijklmnopqrstuvwxyz0123456789-.");
const DIGIT: Class = Class::of("0123456789");

/// The conditions of a document on some keys that compare values, each with its statement.
fn comparing<'d>(
    document: &'d Document,
    keys: &'static [&'static str],
) -> impl Iterator<Item = (&'d Statement<'d>, &'d Condition<'d>)> {
    document.statements.iter().flat_map(move |statement| {
        let on_keys = statement.conditions.iter().filter(move |condition| {
            condition.is_on(keys) && !matches!(condition.operator.base, "Null" | "Bool")
        });
        on_keys.map(move |condition| (statement, condition))
    })
}

/// Every value that `kms:ViaService` can have.
/// <https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service>
fn via_services() -> Glob {
    Glob::default().some(DOTTED).then(".").some(NAME).then(".amazonaws.com")
}

pub(super) fn viaservice_format(document: &Document, violations: &mut Violations) {
    for (_, condition) in comparing(document, &["kms:viaservice"]) {
        for (value, span) in &condition.values {
            if !names_service(value) {
                violations.report(span, format!(
                    "No request comes through {}: services are named `<service>.<region>.amazonaws.com`, so {}.",
                    quote(value),
                    condition.outcome()
                ));
            }
        }
    }
}

/// Whether a value may be the name of a service in a region.
fn names_service(value: &str) -> bool {
    // Without `Like` a wildcard is a plain sign; what was meant is judged here.
    let written = strings(value, Wildcards::Match);
    // The partition of the European sovereign cloud is younger than AWS's page on this key.
    written.intersects(&via_services()) || value.ends_with(".amazonaws.eu")
}

/// Service and region of a value that has both written out.
fn via(value: &str) -> Option<(&str, &str)> {
    let (service, region) = value.strip_suffix(".amazonaws.com")?.rsplit_once('.')?;
    (!is_pattern(value) && !service.is_empty() && !region.is_empty()).then_some((service, region))
}

pub(super) fn viaservice_region(document: &Document, violations: &mut Violations) {
    for (statement, condition) in comparing(document, &["kms:viaservice"]) {
        let Some(keys) = regions_of_keys(statement) else { continue };
        if condition.operator.base.contains("Not") {
            continue;
        }
        // Services of other regions beside the right one do no harm.
        let is_elsewhere =
            |value: &str| via(value).is_some_and(|(_, region)| !keys.contains(&region));
        if !condition.values.iter().all(|(value, _)| is_elsewhere(value)) {
            continue;
        }
        for (value, span) in &condition.values {
            let Some((_, region)) = via(value) else { continue };
            violations.report(span, format!(
                "The key lies in {}; a request for it never comes through a service in {}, so {}.",
                list(&keys, 3),
                quote(region),
                condition.outcome()
            ));
        }
    }
}

/// The regions of the keys that a statement names; nothing when one of them is in no region in particular.
fn regions_of_keys<'s>(statement: &'s Statement) -> Option<Vec<&'s str>> {
    let mut regions = Vec::new();
    for text in statement.resources() {
        match Arn::parse(text.value) {
            Some(arn) if arn.service == "kms" => regions.push(arn.region_name()?),
            // Another service's resource in the same statement.
            Some(arn) if !is_pattern(arn.service) => {}
            _ => return None,
        }
    }
    regions.sort_unstable();
    regions.dedup();
    (!regions.is_empty()).then_some(regions)
}

pub(super) fn viaservice_unsupported(document: &Document, violations: &mut Violations) {
    for (_, condition) in comparing(document, &["kms:viaservice"]) {
        for (value, span) in &condition.values {
            let service = value.split('.').next().unwrap_or_default();
            // The region is another check's.
            if is_pattern(service) || !names_service(value) || VIA_SERVICES.contains(&service) {
                continue;
            }
            violations.report(span, format!(
                "{} is not among the services that AWS lists for this key: if it makes no requests in its users' names, {}.",
                quote(service),
                condition.outcome()
            ));
        }
    }
}

pub(super) fn calleraccount_format(document: &Document, violations: &mut Violations) {
    let accounts = (0..12).fold(Glob::default(), |glob, _| glob.once(DIGIT));
    for (_, condition) in comparing(document, &["kms:calleraccount"]) {
        for (value, span) in &condition.values {
            // Without `Like` a wildcard is a plain sign; that has its own check.
            if !strings(value, Wildcards::Match).intersects(&accounts) {
                violations.report(span, format!(
                    "{} is no account: the caller's account is twelve digits and nothing else, so {}.",
                    quote(value),
                    condition.outcome()
                ));
            }
        }
    }
}

/// What two services put into the context of what they encrypt: the key, and how its value begins and goes on.
/// <https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html>,
/// <https://docs.aws.amazon.com/kms/latest/developerguide/services-parameter-store.html>
fn contexts() -> [(&'static str, Glob, &'static str); 2] {
    let arn = |service: &str, kind: &str| {
        let field = |glob: Glob| glob.some(Class::NOT_COLON).then(":");
        let start = field(Glob::literal("arn:")).then(service).then(":");
        field(field(start)).then(kind)
    };
    [
        (
            "kms:encryptioncontext:secretarn",
            arn("secretsmanager", "secret:").followed_by(&secret_names()),
            "the full ARN of the secret, which ends in a hyphen and six random characters",
        ),
        (
            "kms:encryptioncontext:parameter_arn",
            arn("ssm", "parameter/").some(Class::ANY),
            "the full ARN of the parameter",
        ),
    ]
}

pub(super) fn context_arn(document: &Document, violations: &mut Violations) {
    for condition in document.statements.iter().flat_map(|statement| &statement.conditions) {
        let is_compared =
            ["String", "Arn"].iter().any(|kind| condition.operator.base.starts_with(kind));
        for (key, values, is) in contexts() {
            if condition.key != key || !is_compared {
                continue;
            }
            for (value, span) in &condition.values {
                if !strings(value, condition.operator.wildcards()).intersects(&values) {
                    let hint = plain_signs(condition, value);
                    violations.report(
                        span,
                        format!(
                            "The context holds {is}; {} is none{hint}, so {}.",
                            quote(value),
                            condition.outcome()
                        ),
                    );
                }
            }
        }
    }
}

/// What to say of wildcards where the operator takes them for characters.
fn plain_signs(condition: &Condition, value: &str) -> String {
    if condition.operator.wildcards() == Wildcards::Plain && value.contains(['*', '?']) {
        format!(", as `{}` takes `*` and `?` for plain characters", condition.operator.base)
    } else {
        String::new()
    }
}

pub(super) fn aliases(document: &Document, violations: &mut Violations) {
    let names = Glob::literal("alias/").some(Class::ANY);
    for (_, condition) in comparing(document, &["kms:resourcealiases", "kms:requestalias"]) {
        let in_key_policy = document.kind == Kind::Key && condition.key == "kms:resourcealiases";
        let mut values = condition.values.iter();
        if let (true, Some((_, span))) = (in_key_policy, values.clone().next()) {
            violations.report(
                span,
                format!(
                    "`kms:ResourceAliases` works in IAM policies alone; in a key policy {}.",
                    condition.outcome()
                ),
            );
            continue;
        }
        let wrong = |(value, _): &&(&str, Range<usize>)| {
            !strings(value, Wildcards::Match).intersects(&names)
        };
        if let Some((value, span)) = values.find(wrong) {
            violations.report(
                span,
                format!(
                    "An alias is compared by its name, `alias/<name>`, which {} is not: {}.",
                    quote(value),
                    condition.outcome()
                ),
            );
        }
    }
}

/// Services that read secrets and parameters in their users' names, with an action of each that does.
const STORES: &[(&str, &str, &[&str])] = &[
    ("secretsmanager", "secretsmanager", &["GetSecretValue"]),
    ("ssm", "ssm", &["GetParameter", "GetParameters", "GetParametersByPath"]),
];

pub(super) fn viaservice_blocks_caller(document: &Document, violations: &mut Violations) {
    if !document.is_complete {
        return;
    }
    let decrypting: Vec<&Statement> =
        document.allows().filter(|statement| statement.is_about("kms", "Decrypt")).collect();
    let Some(limits) =
        decrypting.iter().map(|statement| limit(statement)).collect::<Option<Vec<_>>>()
    else {
        return;
    };
    let Some((_, span)) = limits.first().and_then(|condition| condition.values.first()) else {
        return;
    };
    let values = || limits.iter().flat_map(|condition| &condition.values).map(|(value, _)| *value);
    if values().any(|value| has_hole(value) || value.starts_with(['*', '?', '$'])) {
        return;
    }
    let takes_in = |service: &str| values().any(|value| value.split('.').next() == Some(service));
    for (service, prefix, reading) in STORES {
        let reads = document.allows().any(|statement| {
            let named = statement.actions().iter().any(|text| text.value != "*");
            named && statement.is_about_any(prefix, reading)
        });
        // A condition that takes in neither store was written for something else.
        let for_other_store = STORES.iter().any(|(other, ..)| other != service && takes_in(other));
        if reads && for_other_store && !takes_in(service) {
            violations.report(span, format!(
                "This policy reads values through {} as well, and decrypts none that come through it: those under a key of your own stay shut.",
                quote(service)
            ));
        }
    }
}

/// The condition of a statement that lets requests come through some services alone.
fn limit<'s>(statement: &'s Statement) -> Option<&'s Condition<'s>> {
    statement.conditions.iter().find(|c| c.is_on(&["kms:viaservice"]) && c.narrows())
}
