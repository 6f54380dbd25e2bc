//! Guards of a whole organisation, and whom they catch without meaning to.

use crate::policy::checks::Violations;
use crate::policy::condition::Condition;
use crate::policy::document::{Document, Statement};
use crate::policy::text::has_hole;

/// Keys that only requests of users and roles have.
const OF_PRINCIPALS: &[&str] = &[
    "aws:principalarn",
    "aws:principalaccount",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principaltag/",
];

/// Keys that only requests of services have, and not of each.
const OF_SERVICES: &[&str] =
    &["aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths"];

/// A Deny whose condition on some keys also holds where the key is missing, and that condition.
fn denials<'d>(
    document: &'d Document,
    keys: &'static [&str],
) -> impl Iterator<Item = (&'d Statement<'d>, &'d Condition<'d>)> {
    let denies = document.statements.iter().filter(|statement| statement.denies());
    denies.filter_map(|statement| {
        let catches = |condition: &&Condition| {
            condition.is_on(keys)
                && condition.operator.base != "Null"
                && (condition.is_negated() || condition.operator.if_exists)
        };
        // A key that is known later may be the one that is missed here.
        if statement.conditions.iter().any(|condition| has_hole(&condition.key)) {
            return None;
        }
        let mut caught: Vec<&Condition> = statement.conditions.iter().filter(catches).collect();
        caught.sort_by(|a, b| a.key.cmp(&b.key));
        Some((statement, *caught.first()?))
    })
}

/// Whether the statement tells requests of services from others by the key made for it.
fn tells_services(statement: &Statement) -> bool {
    let keys =
        &["aws:principalisawsservice", "aws:principalservicename", "aws:principalservicenameslist"];
    statement.conditions.iter().any(|condition| condition.is_on(keys))
}

/// Whether the statement is only for requests in which one of some keys is.
fn asks_for(statement: &Statement, keys: &[&str]) -> bool {
    statement.conditions.iter().any(|condition| {
        condition.is_on(keys)
            && (condition.requires_presence() || condition.operator.requires_value())
    })
}

fn report(condition: &Condition, message: &str, violations: &mut Violations) {
    if let Some((_, span)) = condition.values.first() {
        violations.report(span, message);
    }
}

pub(super) fn blocks_services(document: &Document, violations: &mut Violations) {
    for (statement, condition) in denials(document, OF_PRINCIPALS) {
        // Services hold no token of a provider: these requests are never theirs.
        let federated = ["AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"];
        let is_theirs = !statement.actions().iter().all(|text| {
            federated.iter().any(|name| text.value.eq_ignore_ascii_case(&format!("sts:{name}")))
        });
        // Nor do they tag sessions.
        let on_tags = asks_for(statement, &["aws:tagkeys", "aws:requesttag/"]);
        if is_theirs
            && !on_tags
            && !tells_services(statement)
            && !asks_for(statement, OF_PRINCIPALS)
        {
            report(
                condition,
                "AWS services that act in their own name do not have this value, so this denies them too.",
                violations,
            );
        }
    }
}

pub(super) fn blocks_principals(document: &Document, violations: &mut Violations) {
    for (statement, condition) in denials(document, OF_SERVICES) {
        if !tells_services(statement) && !asks_for(statement, OF_SERVICES) {
            report(
                condition,
                "Only requests of AWS services have this key, so this denies every user and role too.",
                violations,
            );
        }
    }
}

pub(super) fn no_null_check(document: &Document, violations: &mut Violations) {
    for (statement, condition) in denials(document, OF_SERVICES) {
        if tells_services(statement) && !asks_for(statement, OF_SERVICES) {
            report(
                condition,
                "Some services send no such key with their requests, and are denied with the others.",
                violations,
            );
        }
    }
}
