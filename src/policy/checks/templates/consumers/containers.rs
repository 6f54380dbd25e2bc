//! Tasks of ECS: whether the role that fetches their secrets may.

use std::borrow::Cow;
use std::ops::Range;

use super::super::is_absent;
use crate::policy::arn;
use crate::policy::checks::roles::Permissions;
use crate::policy::checks::{Deployment, Violations, quote};
use crate::policy::link::{Resource, Type};
use crate::policy::read::json;
use crate::policy::text::has_hole;
use crate::policy::tree::{Entry, Node, Value};

/// What a container is given from outside.
struct Wanted {
    span: Range<usize>,
    service: &'static str,
    action: &'static str,
    /// As written in `valueFrom`.
    from: String,
    /// What the role has to be allowed, when that is known.
    resource: Option<String>,
}

pub(in super::super) fn execution_role(deployment: &Deployment, violations: &mut Violations) {
    let stack = deployment.stack;
    for task in stack.of_type(Type::TaskDefinition).filter(|_| !stack.is_plan) {
        let wanted = wanted(task);
        let Some(first) = wanted.first() else { continue };
        violations.look_at(task.file);
        let Some(given) = task.property("ExecutionRoleArn").filter(|node| !is_absent(Some(node)))
        else {
            violations.report(&first.span, "The task has no execution role: ECS cannot fetch this, and the task does not start.");
            continue;
        };
        let Some(role) = stack.referred(Type::Role, given) else { continue };
        let permissions = Permissions::of(deployment, role);
        let own = task.property("TaskRoleArn").and_then(|node| stack.referred(Type::Role, node));
        let own = own.filter(|own| !std::ptr::eq(*own, role));
        let own = own.map(|own| Permissions::of(deployment, own));
        for Wanted { span, service, action, from, resource } in wanted {
            let resource = resource.as_deref();
            if !permissions.lack(service, action, resource) {
                continue;
            }
            let elsewhere = if own.as_ref().is_some_and(|own| own.may(service, action, resource)) {
                " The task role is allowed, but ECS does not fetch with that one."
            } else {
                ""
            };
            violations.report(&span, format!(
                "The execution role {} is not allowed `{service}:{action}` on {}: the task does not start.{elsewhere}",
                quote(&role.name),
                quote(&from)
            ));
        }
    }
}

fn wanted(task: &Resource) -> Vec<Wanted> {
    let Some(definitions) = task.property_entry("ContainerDefinitions") else { return Vec::new() };
    let (root, shown) = match &definitions.value.value {
        // Spans of what is read here count from the start of the string, so the property itself is shown.
        Value::String(text) => match json::parse(text) {
            Ok(root) => (Cow::Owned(root), Some(definitions.key_span.clone())),
            Err(_) => return Vec::new(),
        },
        _ => (Cow::Borrowed(unwrapped(&definitions.value)), None),
    };
    let containers = root.items().iter();
    let secrets = containers
        .filter_map(|container| get(container, "Secrets"))
        .flat_map(|entry| entry.value.items())
        .filter_map(|secret| get(secret, "ValueFrom"));
    secrets
        .filter_map(|entry| Wanted::read(&entry.value))
        .map(|wanted| Wanted { span: shown.clone().unwrap_or(wanted.span), ..wanted })
        .collect()
}

/// An entry of a container: CloudFormation writes it with a capital, JSON for ECS itself without.
fn get<'a>(node: &'a Node, name: &str) -> Option<&'a Entry> {
    node.entries().iter().find(|entry| entry.key.eq_ignore_ascii_case(name))
}

impl Wanted {
    /// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html>
    fn read(node: &Node) -> Option<Self> {
        let text = node.string()?;
        let fields = arn::fields(text);
        let service = match (fields.get(2).copied(), fields.first().copied()) {
            (Some("secretsmanager"), Some("arn")) => "secretsmanager",
            (Some("ssm"), Some("arn")) => "ssm",
            // A parameter of the same region may be given by its name.
            (None, Some(name)) if !has_hole(name) && name.starts_with('/') => "ssm",
            _ => return None,
        };
        let action = if service == "ssm" { "GetParameters" } else { "GetSecretValue" };
        let secret = fields.get(5).and_then(|rest| rest.strip_prefix("secret:"));
        let resource = match secret {
            // Key, stage and version follow the ARN.
            Some(rest) if service == "secretsmanager" => {
                let name = arn::fields(rest).first().copied().unwrap_or(rest);
                let start = fields.get(..5).unwrap_or_default().join(":");
                Some(format!("{start}:secret:{name}"))
            }
            _ if fields.len() >= 6 => Some(text.to_owned()),
            _ => None,
        };
        Some(Self { span: node.span.clone(), service, action, from: text.to_owned(), resource })
    }
}

/// The value that is written as JSON in a string; anything else is itself.
fn unwrapped(node: &Node) -> &Node {
    match &node.value {
        Value::Json(embedded) => embedded.root.as_ref().unwrap_or(node),
        _ => node,
    }
}
