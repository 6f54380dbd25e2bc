//! Rotation: whether there is one, how often, and whether its function can do it.

use super::super::{inner, is_absent, is_open, number};
use crate::policy::checks::roles::Permissions;
use crate::policy::checks::{Deployment, Violations, quote};
use crate::policy::link::{Resource, Type};
use crate::policy::tree::{Node, Value};

/// The longest that a value should be in use, in days.
const MOST_DAYS: i64 = 90;

/// <https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets-required-permissions-function.html>
const ON_SECRET: &[&str] =
    &["DescribeSecret", "GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage"];

/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html>
const IN_VPC: &[&str] =
    &["CreateNetworkInterface", "DescribeNetworkInterfaces", "DeleteNetworkInterface"];

/// The secret of a rotation, as far as the stack declares it.
fn secret_of<'a>(deployment: &'a Deployment, rotation: &Resource) -> Option<&'a Resource> {
    let id = rotation.property("SecretId")?;
    let stack = deployment.stack;
    stack.referred(Type::Secret, id).or_else(|| {
        let attachment = stack.referred(Type::TargetAttachment, id)?;
        stack.referred(Type::Secret, attachment.property("SecretId")?)
    })
}

pub(in super::super) fn missing(deployment: &Deployment, violations: &mut Violations) {
    let stack = deployment.stack;
    let of_rotations: Vec<Option<&Resource>> =
        stack.of_type(Type::Rotation).map(|rotation| secret_of(deployment, rotation)).collect();
    if stack.is_plan || of_rotations.iter().any(Option::is_none) {
        return;
    }
    for secret in stack.of_type(Type::Secret) {
        let is_rotated = of_rotations.iter().flatten().any(|other| std::ptr::eq(*other, secret))
            || secret.property("RotationRules").is_some()
            || secret.property("RotationLambdaARN").is_some();
        if !is_rotated && !stack.is_passed_on(secret) {
            violations.look_at(secret.file);
            violations.report(
                &secret.name_span,
                format!("Nothing here rotates the secret {}.", quote(&secret.name)),
            );
        }
    }
}

pub(in super::super) fn interval(deployment: &Deployment, violations: &mut Violations) {
    for resource in &deployment.stack.resources {
        if !resource.is(Type::Rotation) && !resource.is(Type::Secret) {
            continue;
        }
        let Some(rules) = resource.property("RotationRules") else { continue };
        let days = inner(resource, rules, "AutomaticallyAfterDays");
        let rate = inner(resource, rules, "ScheduleExpression");
        let days = days.and_then(|node| Some((node, number(node)?)));
        let rate = rate.and_then(|node| Some((node, rate_in_days(node.string()?)?)));
        if let Some((node, days)) = days.or(rate).filter(|(_, days)| *days > MOST_DAYS) {
            violations.look_at(resource.file);
            violations.report(
                &node.span,
                format!("A value of this secret is in use for {days} days before it is changed."),
            );
        }
    }
}

/// `rate(30 days)`.
fn rate_in_days(text: &str) -> Option<i64> {
    let (count, unit) = text.strip_prefix("rate(")?.strip_suffix(')')?.trim().split_once(' ')?;
    unit.trim().starts_with("day").then(|| count.parse().ok()).flatten()
}

pub(in super::super) fn function_permissions(deployment: &Deployment, violations: &mut Violations) {
    let stack = deployment.stack;
    for rotation in stack.of_type(Type::Rotation) {
        let Some(node) = rotation.property("RotationLambdaARN") else { continue };
        let Some(function) = stack.referred(Type::Function, node) else { continue };
        violations.look_at(rotation.file);
        let lacking = lacking(deployment, rotation, function);
        if !lacking.is_empty() {
            violations.report(
                &node.span,
                format!(
                    "The role of the function {} is not allowed {}: the rotation fails.",
                    quote(&function.name),
                    lacking
                        .iter()
                        .map(|action| format!("`{action}`"))
                        .collect::<Vec<_>>()
                        .join(", ")
                ),
            );
        }
        if !stack.is_plan && !may_be_invoked(deployment, function) {
            violations.look_at(function.file);
            violations.report(&function.name_span, format!(
                "Nothing lets `secretsmanager.amazonaws.com` invoke the function {}: the rotation never starts.",
                quote(&function.name)
            ));
        }
    }
}

/// What the role of a function is certainly not allowed.
fn lacking(deployment: &Deployment, rotation: &Resource, function: &Resource) -> Vec<String> {
    let owner = match function.property("Role") {
        Some(node) => deployment.stack.referred(Type::Role, node),
        None => function.kind.contains("Serverless").then_some(function),
    };
    let Some(owner) = owner else { return Vec::new() };
    let permissions = Permissions::of(deployment, owner);
    let secret = secret_of(deployment, rotation).and_then(|secret| secret.arn.as_deref());
    let lacks =
        |service: &str, action: &&&str, resource| permissions.lack(service, action, resource);
    let mut lacking: Vec<String> = ON_SECRET
        .iter()
        .filter(|action| lacks("secretsmanager", action, secret))
        .chain(["GetRandomPassword"].iter().filter(|action| lacks("secretsmanager", action, None)))
        .map(|action| format!("secretsmanager:{action}"))
        .collect();
    let in_vpc = ["VpcConfig"].iter().any(|name| !is_absent(function.property(name)));
    if in_vpc && owner.is(Type::Role) && !permissions.has_managed("AWSLambdaVPCAccessExecutionRole")
    {
        let actions = IN_VPC.iter().filter(|action| lacks("ec2", action, None));
        lacking.extend(actions.map(|action| format!("ec2:{action}")));
    }
    lacking
}

/// Whether a permission lets Secrets Manager invoke the function, or may.
fn may_be_invoked(deployment: &Deployment, function: &Resource) -> bool {
    deployment.stack.of_type(Type::FunctionPermission).any(|permission| {
        let is_of = |node: &Node| {
            function.is_referred_to_by(node)
                || (is_open(node) && deployment.stack.referred(Type::Function, node).is_none())
        };
        let principal = permission.property("Principal");
        let lets_in = principal.is_some_and(|node| {
            is_open(node)
                || matches!(&node.value, Value::String(text) if text == "*" || text.starts_with("secretsmanager."))
        });
        lets_in && permission.property("FunctionName").is_some_and(is_of)
    }) || deployment.stack.is_passed_on(function)
}
