//! Names of secrets, how they are deleted, and whether their policies may be public.

use super::super::{is_open, is_true, number, place};
use crate::finding::Severity;
use crate::policy::checks::{Deployment, Violations, quote};
use crate::policy::link::Type;

/// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html>
pub(in super::super) fn name_like_suffix(deployment: &Deployment, violations: &mut Violations) {
    for secret in deployment.stack.of_type(Type::Secret) {
        let Some(node) = secret.property("Name") else { continue };
        let Some((_, end)) = node.string().and_then(|name| name.rsplit_once('-')) else { continue };
        if end.len() == 6 && end.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            violations.look_at(secret.file);
            violations.report(&node.span, format!(
                "The name ends in `-{end}`, which looks like the random suffix: whoever gives the ARN without the real suffix may not find this secret."
            ));
        }
    }
}

/// How long a deleted secret can be had back, in days.
/// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html>
pub(in crate::policy::checks) fn recovery_window(
    deployment: &Deployment,
    violations: &mut Violations,
) {
    for secret in deployment.stack.of_type(Type::Secret) {
        let Some(node) = secret.property("RecoveryWindowInDays") else { continue };
        let Some(days) = number(node) else { continue };
        violations.look_at(secret.file);
        if days == 0 {
            violations.report_as(Severity::Medium, &node.span, "With a window of 0 days Terraform deletes the secret at once and for good; nobody can have it back.");
        } else if !(7..=30).contains(&days) {
            violations.report_as(
                Severity::High,
                &node.span,
                format!("Secrets Manager takes 7 to 30 days, not {days}: the deletion fails."),
            );
        }
    }
}

pub(in super::super) fn block_public_policy(deployment: &Deployment, violations: &mut Violations) {
    for policy in deployment.stack.of_type(Type::SecretPolicy) {
        let given = policy.property("BlockPublicPolicy");
        if is_true(given) || given.is_some_and(is_open) || deployment.stack.is_plan {
            continue;
        }
        violations.look_at(policy.file);
        violations.report(
            &place(policy, "BlockPublicPolicy"),
            format!(
                "Secrets Manager attaches the policy {} even if it lets everybody in.",
                quote(&policy.name)
            ),
        );
    }
}
