//! Guards that allow some regions, and what has no region.

use crate::policy::checks::{Violations, list};
use crate::policy::condition::Condition;
use crate::policy::document::{Document, Sense, Statement};
use crate::policy::glob::Glob;
use crate::policy::text::{Wildcards, strings};

/// Services whose requests all go to `us-east-1`. STS, which has endpoints in every region, is not among them.
/// <https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/global-services.html>
const GLOBAL: &[&str] = &["cloudfront", "iam", "organizations", "route53", "support"];

/// How the names of regions begin in partitions where global services lie elsewhere.
const ELSEWHERE: &[&str] = &["cn-", "us-gov-", "us-iso", "eu-iso", "eusc-"];

pub(super) fn lockout(document: &Document, violations: &mut Violations) {
    for statement in document.statements.iter().filter(|statement| statement.denies()) {
        let Some(element) = statement.actions.as_ref().filter(|e| e.sense == Sense::IsNot) else {
            continue;
        };
        if !statement.conditions.iter().any(shuts_out) || !is_on_all(statement) {
            continue;
        }
        let is_left_out = |service: &&&str| {
            !element.items.iter().any(|text| {
                let named = text.value.split(':').next().unwrap_or_default();
                strings(&named.to_ascii_lowercase(), Wildcards::Match)
                    .intersects(&Glob::literal(service))
            })
        };
        let missing: Vec<&str> = GLOBAL.iter().filter(is_left_out).copied().collect();
        if !missing.is_empty() {
            violations.report(&element.entry.key_span, format!(
                "Requests to {} go to `us-east-1`, which is not among the regions allowed here: they are denied.",
                list(&missing, 5)
            ));
        }
    }
}

/// Whether a condition holds for requests to `us-east-1`, and only some regions escape it.
fn shuts_out(condition: &Condition) -> bool {
    let global = Glob::literal("us-east-1");
    let escapes = |value: &str| {
        strings(value, condition.operator.wildcards()).intersects(&global)
            || ELSEWHERE.iter().any(|start| value.starts_with(start))
    };
    condition.is_on(&["aws:requestedregion"])
        && matches!(condition.operator.base, "StringNotEquals" | "StringNotLike")
        && !condition.values.is_empty()
        && !condition.values.iter().any(|(value, _)| escapes(value))
}

/// Whether the guard is about all resources.
fn is_on_all(statement: &Statement) -> bool {
    statement.resources().iter().any(|text| text.value == "*")
}
