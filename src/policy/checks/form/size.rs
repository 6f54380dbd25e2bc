//! The size of a policy against the quota of its kind.

use crate::finding::Severity;
use crate::policy::checks::Violations;
use crate::policy::document::{Document, Kind};
use crate::policy::text::{Part, parts};
use crate::policy::tree::{Node, Value};

/// A quota, in characters without white space, and what a policy beyond it is refused as.
struct Quota {
    characters: usize,
    severity: Severity,
    beyond: &'static str,
}

/// The quotas of a kind, the largest first. Of other resource policies nothing is said: each service has its own.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>,
/// <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html>,
/// <https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html>
fn quotas(kind: Kind) -> &'static [Quota] {
    const fn refused(characters: usize, beyond: &'static str) -> Quota {
        Quota { characters, severity: Severity::High, beyond }
    }
    const IDENTITY: &[Quota] = &[
        refused(10_240, "no policy of one's own for an identity may have more than 10240"),
        Quota {
            characters: 6_144,
            severity: Severity::Medium,
            beyond: "a managed policy may have 6144, and only a role has room for more inline",
        },
    ];
    const TRUST: &[Quota] = &[
        refused(8_192, "a trust policy may never have more than 8192"),
        Quota {
            characters: 2_048,
            severity: Severity::Medium,
            beyond: "a trust policy may have 2048, unless AWS has raised the quota of the account",
        },
    ];
    const SERVICE_CONTROL: &[Quota] = &[refused(10_240, "a service control policy may have 10240")];
    const RESOURCE_CONTROL: &[Quota] = &[refused(5_120, "a resource control policy may have 5120")];
    const KEY: &[Quota] = &[refused(32_768, "a key policy may have 32768")];
    match kind {
        Kind::Identity => IDENTITY,
        Kind::Trust => TRUST,
        Kind::ServiceControl => SERVICE_CONTROL,
        Kind::ResourceControl => RESOURCE_CONTROL,
        Kind::Key => KEY,
        Kind::Resource | Kind::Endpoint => &[],
    }
}

pub(super) fn policy_size(document: &Document, violations: &mut Violations) {
    // What is in force is not too large: AWS's own policies have room for more than those of others.
    if document.is_deployed {
        return;
    }
    let size = characters(document.node);
    let quotas = quotas(document.kind);
    if let Some(quota) = quotas.iter().find(|quota| size > quota.characters) {
        violations.report_as(
            quota.severity,
            &document.heading(),
            format!("This policy has {size} characters without white space; {}.", quota.beyond),
        );
    } else if let Some(quota) = quotas.last().filter(|quota| size * 10 >= quota.characters * 9) {
        let severity = if quotas.len() == 1 { Severity::Medium } else { Severity::Low };
        violations.report_as(
            severity,
            &document.heading(),
            format!(
                "This policy has {size} characters without white space, which is nearly all there is room for: {}.",
                quota.beyond
            ),
        );
    }
}

/// The characters of a value written as JSON, without white space; at least these, where parts are not known yet. That
/// organisations count white space as well only makes their policies larger.
fn characters(node: &Node) -> usize {
    match &node.value {
        Value::Null => 4,
        Value::Bool(is) => {
            if *is {
                4
            } else {
                5
            }
        }
        Value::Hole(_) | Value::Json(_) | Value::Call(..) => 0,
        Value::Number(text) => text.len(),
        Value::String(text) => of_string(text),
        Value::List(items) => around(items.iter().map(characters)),
        Value::Map(entries) => {
            around(entries.iter().map(|entry| of_string(&entry.key) + 1 + characters(&entry.value)))
        }
    }
}

/// Two brackets, the items, and a comma between each two of them.
fn around(items: impl ExactSizeIterator<Item = usize>) -> usize {
    2 + items.len().saturating_sub(1) + items.sum::<usize>()
}

fn of_string(text: &str) -> usize {
    let escaped = text.chars().filter(|character| matches!(character, '"' | '\\')).count();
    let visible = if parts(text).any(|part| part == Part::Hole) {
        parts(text).filter(|part| matches!(part, Part::Char(c) if !c.is_whitespace())).count()
    } else {
        text.chars().filter(|character| !character.is_whitespace()).count()
    };
    2 + escaped + visible
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::read::json;
    use crate::policy::text::hole;

    #[test]
    fn what_is_counted_is_the_text_without_white_space() {
        for text in [r#"{"a": ["b c", true, 12, null], "d": {}}"#, r#"{ "a" : "x\"\\" }"#, "[]"] {
            let visible = text.chars().filter(|character| !character.is_whitespace()).count();
            assert_eq!(characters(&json::parse(text).unwrap()), visible, "{text}");
        }
        assert_eq!(of_string(&format!("a{}", hole("AWS::Region"))), 3);
    }
}
