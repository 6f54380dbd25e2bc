//! Keys as templates declare them: policy, rotation, deletion, replicas.

use super::{ROW, is_absent, is_open, is_true, number, place};
use crate::finding::Severity;
use crate::policy::checks::{Check, Deployment, Run, Violations, quote};
use crate::policy::link::{Resource, Type};
use crate::policy::tree::Node;

pub(in crate::policy::checks) const CHECKS: &[Check] = &[
    Check {
        id: "kms-key-policy-missing",
        title: "key without a policy of its own",
        severity: Severity::Note,
        why: "A key that is created without a policy gets the default one: the account's IAM policies alone decide who may use and administer it, and nothing in the template says so.",
        help: "Write the key policy into the template.",
        url: "https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html",
        run: Run::Template(policy_missing),
        ..ROW
    },
    Check {
        id: "kms-rotation",
        title: "key whose material is never changed",
        severity: Severity::Low,
        why: "KMS changes the material of a symmetric key every year when it is told to, and keeps the old one to decrypt what was encrypted before. Without that, everything is under the same material for as long as the key exists.",
        help: "Set `EnableKeyRotation` (`enable_key_rotation` in Terraform) to true; nothing else has to change.",
        url: "https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html",
        run: Run::Template(rotation),
        ..ROW
    },
    Check {
        id: "kms-pending-window",
        title: "time in which the deletion of a key can be taken back",
        severity: Severity::High,
        why: "What is encrypted with a deleted key is lost. KMS waits 7 to 30 days, 30 when nothing is said, and refuses anything else.",
        help: "Give between 7 and 30 days; the longer, the more time to notice.",
        url: "https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html",
        run: Run::Template(pending_window),
        ..ROW
    },
    Check {
        id: "kms-multi-region-policy-drift",
        title: "replica of a key with another policy than its primary",
        severity: Severity::Low,
        why: "The policy is not among the properties that the keys of a multi-Region set share: each has its own. Who is let in or kept out in one region need not be in the other.",
        help: "Give the replica the same policy as the primary key.",
        url: "https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html",
        run: Run::Template(policy_drift),
        ..ROW
    },
];

/// The policies of a key; in Terraform they may be resources of their own.
fn policies<'a>(deployment: &'a Deployment, key: &'a Resource) -> Vec<&'a Resource> {
    let apart = deployment.stack.resources.iter().filter(|resource| {
        resource.kind == "aws_kms_key_policy"
            && resource.property("KeyId").is_some_and(|id| key.is_referred_to_by(id))
    });
    let own = (!is_absent(key.property("KeyPolicy"))).then_some(key);
    apart.chain(own).collect()
}

fn policy_missing(deployment: &Deployment, violations: &mut Violations) {
    let stack = deployment.stack;
    for key in stack.of_type(Type::Key) {
        if !stack.is_plan && policies(deployment, key).is_empty() && !stack.is_passed_on(key) {
            violations.look_at(key.file);
            violations.report(
                &key.name_span,
                format!("The key {} gets the default policy: IAM policies of the account decide who may use it.", quote(&key.name)),
            );
        }
    }
}

fn rotation(deployment: &Deployment, violations: &mut Violations) {
    for key in deployment.stack.of_type(Type::Key).filter(|key| is_rotatable(key)) {
        let given = key.property("EnableKeyRotation");
        if is_true(given) || given.is_some_and(is_open) {
            continue;
        }
        violations.look_at(key.file);
        let place = given.map_or_else(|| key.name_span.clone(), |node| node.span.clone());
        violations
            .report(&place, format!("The key {} keeps its material for good.", quote(&key.name)));
    }
}

/// Symmetric keys for encryption whose material KMS makes itself.
/// <https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html>
fn is_rotatable(key: &Resource) -> bool {
    let is = |name: &str, usual: &str| {
        key.property(name).is_none_or(|node| is_absent(Some(node)) || node.string() == Some(usual))
    };
    key.kind != "aws_kms_external_key"
        && is("KeySpec", "SYMMETRIC_DEFAULT")
        && is("KeyUsage", "ENCRYPT_DECRYPT")
        && is("Origin", "AWS_KMS")
        && is_absent(key.property("CustomKeyStoreId"))
}

fn pending_window(deployment: &Deployment, violations: &mut Violations) {
    for key in &deployment.stack.resources {
        if !key.is(Type::Key) && !key.is(Type::ReplicaKey) {
            continue;
        }
        let Some(node) = key.property("PendingWindowInDays") else { continue };
        let Some(days) = number(node) else { continue };
        violations.look_at(key.file);
        if !(7..=30).contains(&days) {
            let message =
                format!("KMS takes 7 to 30 days, not {days}: the key cannot be deleted so.");
            violations.report(&node.span, message);
        } else if days == 7 {
            violations.report_as(Severity::Note, &node.span, "After 7 days, the shortest time there is, a deleted key and all that is encrypted with it are lost.");
        }
    }
}

fn policy_drift(deployment: &Deployment, violations: &mut Violations) {
    for replica in deployment.stack.of_type(Type::ReplicaKey) {
        let primary = replica.property("PrimaryKeyArn");
        let primary = primary.and_then(|node| deployment.stack.referred(Type::Key, node));
        let Some(primary) = primary.filter(|_| !deployment.stack.is_plan) else { continue };
        let (Some(own), Some(other)) = (said(deployment, replica), said(deployment, primary))
        else {
            continue;
        };
        if own != other {
            violations.look_at(replica.file);
            let place = if own.is_empty() {
                replica.name_span.clone()
            } else {
                place(replica, "KeyPolicy")
            };
            violations.report(&place, format!(
                "The policy of this replica is not that of its primary key {}: each is in force in its own region.",
                quote(&primary.name)
            ));
        }
    }
}

/// What the policies of a key say, in normal form; nothing when they are not all known.
fn said(deployment: &Deployment, key: &Resource) -> Option<Vec<String>> {
    let owners = policies(deployment, key);
    let documents: Vec<_> = owners
        .iter()
        .flat_map(|owner| deployment.documents_of(owner))
        .map(|(_, document)| document)
        .collect();
    if !owners.is_empty() && documents.is_empty() {
        return None;
    }
    documents
        .iter()
        .map(|document| {
            let statements = document.node.get("Statement").map(Node::normalised);
            statements.filter(|_| document.is_complete)
        })
        .collect()
}

/// KMS refuses a policy that its author could not change afterwards, unless it is told not to look.
/// <https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html>
pub(in crate::policy::checks) fn bypassed_safety_check(
    deployment: &Deployment,
    violations: &mut Violations,
) {
    for resource in &deployment.stack.resources {
        let is_key = resource.is(Type::Key) || resource.is(Type::ReplicaKey);
        if !is_key && resource.kind != "aws_kms_key_policy" {
            continue;
        }
        let node = resource.property("BypassPolicyLockoutSafetyCheck");
        if let Some(node) = node.filter(|node| is_true(Some(node))) {
            violations.look_at(resource.file);
            violations.report_as(Severity::Medium, &node.span, "KMS does not look whether anybody can still change this policy once it is set: a slip makes the key unmanageable.");
        }
    }
}
