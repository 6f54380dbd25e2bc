//! Functions: who may invoke them, and what stands in their environment.

use super::super::values::{is_open_key, is_secret_name, secret_literal};
use super::super::{is_absent, place};
use crate::finding::Severity;
use crate::policy::checks::{Deployment, Violations, quote};
use crate::policy::link::{Resource, Type};
use crate::policy::tree::{Entry, Node};

/// What narrows a permission.
const NARROWING: &[&str] = &[
    "SourceArn",
    "SourceAccount",
    "PrincipalOrgID",
    "FunctionUrlAuthType",
    "InvokedViaFunctionUrl",
    "EventSourceToken",
];

pub(in crate::policy::checks) fn invoked_by_anybody(
    deployment: &Deployment,
    violations: &mut Violations,
) {
    for permission in deployment.stack.of_type(Type::FunctionPermission) {
        let Some(node) = permission.property("Principal") else { continue };
        let Some(principal) = node.string().filter(|_| !deployment.stack.is_plan) else { continue };
        let has = |name: &str| !is_absent(permission.property(name));
        violations.look_at(permission.file);
        let is_narrowed = NARROWING.iter().any(|name| has(name));
        if principal == "*" && !is_narrowed {
            violations.report(&node.span, "Anybody with an AWS account may invoke this function.");
        } else if principal.ends_with(".amazonaws.com") && !is_narrowed {
            violations.report_as(
                Severity::Low,
                &node.span,
                format!(
                    "{} may invoke this function on behalf of any account: nothing says whose.",
                    quote(principal)
                ),
            );
        } else if principal == "s3.amazonaws.com" && !has("SourceAccount") {
            violations.report_as(Severity::Low, &place(permission, "SourceArn"), "The ARN of a bucket names no account. If the bucket is deleted, whoever creates one of that name may invoke this function: give `SourceAccount` as well.");
        }
    }
}

/// The variables of a function.
fn variables(function: &Resource) -> impl Iterator<Item = &Entry> {
    let environment = function.property("Environment").map_or(&[][..], Node::items);
    let key = function.own_key("Variables");
    environment.iter().filter_map(move |body| body.get(&key)).flat_map(Node::entries)
}

pub(in super::super) fn env_secret(deployment: &Deployment, violations: &mut Violations) {
    for function in deployment.stack.of_type(Type::Function) {
        violations.look_at(function.file);
        for entry in variables(function) {
            variable(entry, violations);
        }
    }
    for frame in &deployment.stack.frames {
        violations.look_at(frame.file);
        let of_all = ["Function", "Environment", "Variables"];
        let globals = frame.globals.as_ref();
        let variables = of_all.iter().fold(globals, |node, key| node?.get(key));
        let variables = variables.map_or(&[][..], Node::entries);
        for entry in variables {
            variable(entry, violations);
        }
    }
}

fn variable(entry: &Entry, violations: &mut Violations) {
    let text = entry.value.string().unwrap_or_default();
    if resolved_key(text).is_some_and(|key| !is_open_key(key)) {
        violations.report_as(Severity::Medium, &entry.value.span, format!(
            "CloudFormation puts the secret itself into {}: whoever may look at the configuration of the function reads it.",
            quote(&entry.key)
        ));
    } else if is_secret_name(&entry.key) && secret_literal(&entry.value).is_some() {
        violations.report(
            &entry.value.span,
            format!(
                "The value of {} stands in the template and in the configuration of the function.",
                quote(&entry.key)
            ),
        );
        violations.hide(&entry.value.span);
    }
}

/// The key of the secret that a dynamic reference takes the value of; empty when it takes all of it.
fn resolved_key(text: &str) -> Option<&str> {
    let (_, reference) = text.split_once("{{resolve:secretsmanager:")?;
    let (inside, _) = reference.split_once("}}")?;
    let key = inside.split_once(":SecretString:").map_or("", |(_, rest)| rest);
    key.split(':').next()
}
