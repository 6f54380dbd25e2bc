//! Conditions on how a request comes: with a second factor, from an address, over TLS.

use std::net::IpAddr;

use super::{ANY, Check, Kind, Run, Violations, quote};
use crate::finding::{Confidence, Severity};
use crate::policy::condition::Condition;
use crate::policy::document::{Document, Statement};
use crate::policy::fix::Change;
use crate::policy::text::is_pattern;
use crate::policy::tree::Node;

const KEYS: &str =
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html";

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "mfa-bad-pattern",
        title: "condition that does not ask for a second factor",
        severity: Severity::Medium,
        kinds: &[Kind::Identity, Kind::Trust],
        why: "`aws:MultiFactorAuthPresent` is missing from requests with access keys of a user, and `false` for sessions without a second factor. A condition has to cover both cases.",
        help: "Allow with `\"Bool\": {\"aws:MultiFactorAuthPresent\": \"true\"}`, or deny with `\"BoolIfExists\": {\"aws:MultiFactorAuthPresent\": \"false\"}`.",
        url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-multifactorauthpresent",
        run: Run::Document(mfa_bad_pattern),
        ..Check::ROW
    },
    Check {
        id: "sourceip-private",
        title: "private addresses as the source of a request",
        kinds: ANY,
        why: "AWS sees the public address that a request comes from, never one of a private range. Requests through a VPC endpoint have `aws:VpcSourceIp` in its place.",
        help: "Write public ranges, or use `aws:VpcSourceIp` together with `aws:SourceVpc`.",
        url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-sourceip",
        aliases: &[
            "PRIVATE_IP_ADDRESS",
            "PRIVATE_IP_ADDRESS_SUBSET",
            "PRIVATE_NOT_IP_ADDRESS",
            "PRIVATE_NOT_IP_ADDRESS_SUBSET",
        ],
        run: Run::Document(sourceip_private),
        ..Check::ROW
    },
    Check {
        id: "sourceip-with-service-calls",
        title: "guard of a network that also stops AWS services",
        severity: Severity::Medium,
        confidence: Confidence::Medium,
        kinds: &[Kind::Identity, Kind::Resource],
        why: "When a service such as CloudFormation or Athena works for a caller, its requests come from the network of AWS. A Deny for all other networks stops them too.",
        help: "Add `\"Bool\": {\"aws:ViaAWSService\": \"false\"}` to the conditions, and `aws:PrincipalIsAWSService` where services come in their own name.",
        url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_aws_deny-ip.html",
        run: Run::Document(sourceip_with_service_calls),
        ..Check::ROW
    },
    Check {
        id: "vpcsourceip-without-vpc",
        title: "private addresses of any VPC",
        severity: Severity::Medium,
        kinds: ANY,
        why: "Anybody can make a VPC with the same private addresses, in an account of his own. An address says where a request comes from only together with the VPC or its endpoint.",
        help: "Add `aws:SourceVpc` or `aws:SourceVpce` to the same conditions.",
        url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-vpcsourceip",
        aliases: &["MISSING_PAIRED_CONDITION_KEYS"],
        run: Run::Document(vpcsourceip_without_vpc),
        ..Check::ROW
    },
    Check {
        id: "securetransport-inverted",
        title: "condition on TLS the wrong way round",
        severity: Severity::Medium,
        kinds: ANY,
        why: "`aws:SecureTransport` is true for requests over TLS, which nearly all are. Asked for the other way round, it lets in only the unencrypted ones or denies all others.",
        help: "Deny under `\"Bool\": {\"aws:SecureTransport\": \"false\"}`.",
        url: KEYS,
        run: Run::Document(securetransport_inverted),
        ..Check::ROW
    },
];

/// Reports at the first value of a condition.
fn report(condition: &Condition, message: &str, violations: &mut Violations) {
    if let Some((_, span)) = condition.values.first() {
        violations.report(span, message);
    }
}

const MFA: &[&str] = &["aws:multifactorauthpresent"];

fn mfa_bad_pattern(document: &Document, violations: &mut Violations) {
    for statement in &document.statements {
        let on_mfa = || statement.conditions.iter().filter(|condition| condition.is_on(MFA));
        for condition in on_mfa() {
            let says = |value: &str| {
                condition.values.iter().all(|(own, _)| own.eq_ignore_ascii_case(value))
            };
            let is_bool = condition.operator.base == "Bool";
            let if_exists = condition.operator.if_exists;
            if statement.allows() && is_bool && says("false") {
                report(
                    condition,
                    "This allows only those who come without a second factor.",
                    violations,
                );
            } else if statement.allows() && is_bool && if_exists && says("true") {
                report(
                    condition,
                    "`BoolIfExists` also holds for access keys of a user, which have no such key: they need no second factor.",
                    violations,
                );
            } else if statement.allows() && condition.requires_presence() && on_mfa().count() == 1 {
                report(
                    condition,
                    "The key is also there, as `false`, for sessions without a second factor.",
                    violations,
                );
            } else if statement.denies()
                && is_bool
                && !if_exists
                && says("false")
                && !asks_for_null(document)
            {
                report(
                    condition,
                    "Requests with access keys of a user have no such key: this Deny does not meet them.",
                    violations,
                );
                violations.fix(with_if_exists(statement));
            }
        }
    }
}

/// Whether another Deny meets requests that do not have the key.
fn asks_for_null(document: &Document) -> bool {
    document.statements.iter().filter(|statement| statement.denies()).any(|deny| {
        deny.conditions.iter().any(|condition| {
            condition.is_on(MFA)
                && condition.operator.base == "Null"
                && condition.values.iter().any(|(value, _)| value.eq_ignore_ascii_case("true"))
        })
    })
}

/// The operator with `IfExists`, when nothing else stands under it.
fn with_if_exists(statement: &Statement) -> Option<Change> {
    let block = statement.node.get("Condition").map_or(&[][..], Node::entries);
    let operator = block.iter().find(|operator| operator.key == "Bool")?;
    let is_alone = operator.value.entries().len() == 1
        && !block.iter().any(|other| other.key == "BoolIfExists");
    let (from, to) = ("Bool".to_owned(), "BoolIfExists".to_owned());
    is_alone.then(|| Change::Rename { key_span: operator.key_span.clone(), from, to })
}

/// Whether a range lies within those that the public internet does not carry; nothing when it is no range.
fn is_private(range: &str) -> Option<bool> {
    let (address, bits) = range.split_once('/').unwrap_or((range, "128"));
    let bits: u8 = bits.parse().ok()?;
    Some(match address.parse().ok()? {
        IpAddr::V4(address) => match address.octets() {
            [10 | 127, ..] => bits >= 8,
            [172, second, ..] => (16..32).contains(&second) && bits >= 12,
            [192, 168, ..] | [169, 254, ..] => bits >= 16,
            _ => false,
        },
        IpAddr::V6(address) => {
            (address.segments().first().is_some_and(|first| first & 0xfe00 == 0xfc00) && bits >= 7)
                || address.is_loopback()
        }
    })
}

fn sourceip_private(document: &Document, violations: &mut Violations) {
    for statement in &document.statements {
        for condition in statement.conditions.iter().filter(|c| c.is_on(&["aws:sourceip"])) {
            if !condition.operator.base.ends_with("IpAddress")
                || condition.values.iter().any(|(value, _)| is_pattern(value))
            {
                continue;
            }
            let private: Vec<_> = condition
                .values
                .iter()
                .filter(|(value, _)| is_private(value) == Some(true))
                .collect();
            let Some((value, span)) = private.first() else { continue };
            if private.len() < condition.values.len() {
                violations.report_as(
                    Severity::Note,
                    span,
                    format!("No request comes from {}: it is a private range.", quote(value)),
                );
                continue;
            }
            let so = match (condition.is_negated(), statement.denies()) {
                (true, true) => "this denies every request that has a public address",
                (true, false) => "this keeps nobody out",
                (false, true) => "this denies nothing",
                (false, false) => "this grants nothing",
            };
            violations.report(
                span,
                format!("{} is private, and AWS sees public addresses: {so}.", quote(value)),
            );
        }
    }
}

/// Keys on the network that a request comes from.
const NETWORK: &[&str] = &["aws:sourceip", "aws:sourcevpc", "aws:sourcevpce"];

/// Keys by which a guard tells requests of services.
const OF_SERVICES: &[&str] = &[
    "aws:viaawsservice",
    "aws:principalisawsservice",
    "aws:principalservicename",
    "aws:principalservicenameslist",
    "aws:calledvia",
    "aws:calledviafirst",
    "aws:calledvialast",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
];

/// The condition by which a Deny holds for all networks but some, requests of AWS services included.
pub(super) fn blocks_services<'s>(statement: &'s Statement<'_>) -> Option<&'s Condition<'s>> {
    let conditions = &statement.conditions;
    let is_exempt = conditions.iter().any(|condition| {
        condition.is_on(OF_SERVICES) || condition.is_on(NETWORK) && condition.requires_presence()
    });
    // Services do not call these for others.
    let direct = ["execute-api", "es", "aoss", "sts", "signin"];
    let services = statement.services();
    let is_direct =
        !services.is_empty() && services.iter().all(|service| direct.contains(&service.as_str()));
    if !statement.denies() || is_exempt || is_direct {
        return None;
    }
    let mut on_network: Vec<&Condition> = conditions
        .iter()
        .filter(|condition| {
            condition.is_on(NETWORK) && condition.is_negated() && condition.operator.base != "Null"
        })
        .collect();
    on_network.sort_by(|a, b| a.key.cmp(&b.key));
    on_network.first().copied()
}

fn sourceip_with_service_calls(document: &Document, violations: &mut Violations) {
    for condition in document.statements.iter().filter_map(blocks_services) {
        report(
            condition,
            "What AWS services do for a caller comes from a network of AWS, and is denied too.",
            violations,
        );
    }
}

fn vpcsourceip_without_vpc(document: &Document, violations: &mut Violations) {
    const VPC: &[&str] = &[
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:vpceaccount",
        "aws:vpceorgid",
        "aws:vpceorgpaths",
    ];
    for statement in &document.statements {
        if statement.conditions.iter().any(|condition| condition.is_on(VPC)) {
            continue;
        }
        for condition in statement.conditions.iter().filter(|c| c.is_on(&["aws:vpcsourceip"])) {
            // What lets requests from some addresses pass: an Allow for them, or a Deny of all others.
            let passes = condition.is_negated() == statement.denies();
            if passes && condition.operator.base.ends_with("IpAddress") {
                report(
                    condition,
                    "Anybody's VPC can have these private addresses, and nothing here says whose is meant.",
                    violations,
                );
            }
        }
    }
}

fn securetransport_inverted(document: &Document, violations: &mut Violations) {
    for statement in &document.statements {
        for condition in statement.conditions.iter().filter(|c| c.is_on(&["aws:securetransport"])) {
            if statement.allows() && condition.is_flag("false") {
                report(condition, "This allows unencrypted requests, and no others.", violations);
            } else if statement.denies() && condition.is_flag("true") {
                report(
                    condition,
                    "This denies every request over TLS and leaves the unencrypted ones alone.",
                    violations,
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_ranges_are_told_from_public_ones() {
        for (range, private) in [
            ("10.0.0.0/8", Some(true)),
            ("10.1.2.3", Some(true)),
            ("172.16.0.0/12", Some(true)),
            ("172.32.0.0/16", Some(false)),
            ("192.168.1.0/24", Some(true)),
            ("192.0.2.0/24", Some(false)),
            ("10.0.0.0/7", Some(false)),
            ("0.0.0.0/0", Some(false)),
            ("fd00::/8", Some(true)),
            ("2001:db8::/32", Some(false)),
            ("::1", Some(true)),
            ("vpc-1a2b3c4d", None),
        ] {
            assert_eq!(is_private(range), private, "{range}");
        }
    }
}
