//! Values of secrets that stand in the template.

use std::ops::Range;

use super::super::is_set_later;
use super::super::values::{is_open_key, is_secret_name, literal};
use crate::finding::Severity;
use crate::policy::checks::{Deployment, Violations, quote};
use crate::policy::link::{Resource, Type};
use crate::policy::read::json;
use crate::policy::tree::{Node, Value};

pub(in super::super) fn value(deployment: &Deployment, violations: &mut Violations) {
    for resource in &deployment.stack.resources {
        let is_secret = resource.is(Type::Secret) || resource.is(Type::SecretVersion);
        if !is_secret || is_set_later(resource) {
            continue;
        }
        violations.look_at(resource.file);
        for name in ["SecretString", "SecretBinary", "SecretStringWo"] {
            let Some(node) = resource.property(name) else { continue };
            if name == "SecretString" && is_kept_in_state(resource, node) {
                violations.report_as(Severity::Note, &node.span, "Terraform keeps this value in its state, in clear text, for whoever can read that.");
            } else if let Some(span) = written_out(node) {
                violations.report(&span, format!(
                    "The value of the secret {} stands here for everybody who can read this file.",
                    quote(&resource.name)
                ));
                violations.hide(&span);
            }
        }
    }
    parameters(deployment, violations);
}

/// Whether a value comes from elsewhere and passes through Terraform's state.
/// <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/secretsmanager_secret_version>
fn is_kept_in_state(resource: &Resource, node: &Node) -> bool {
    !resource.is_of_cloudformation()
        && resource.property("SecretStringWo").is_none()
        && node.is_open()
        && written_out(node).is_none()
}

/// The first place of a value at which a secret is written out.
fn written_out(node: &Node) -> Option<Range<usize>> {
    match &node.value {
        Value::Map(_) | Value::List(_) => in_json(node).map(|found| found.span.clone()),
        Value::Json(embedded) => in_json(embedded.root.as_ref()?).map(|found| found.span.clone()),
        Value::Call(name, ways) if name == "?:" => ways.iter().skip(1).find_map(written_out),
        Value::String(text) if text.trim_start().starts_with('{') => {
            // Spans of what is read here count from the start of the string, so the string itself is shown.
            let root = json::parse(text).ok()?;
            in_json(&root).map(|_| node.span.clone())
        }
        _ => literal(node).map(|_| node.span.clone()),
    }
}

/// A value under the key of a secret; where no key is one, any that is not known to be open.
fn in_json(node: &Node) -> Option<&Node> {
    let mut leaves = Vec::new();
    collect("", node, &mut leaves);
    let of_secrets: Vec<&(&str, &Node)> =
        leaves.iter().filter(|(key, _)| is_secret_name(key)).collect();
    let told = |(_, node): &&&(&str, &Node)| literal(node).is_some();
    if !of_secrets.is_empty() {
        return of_secrets.iter().find(told).map(|(_, node)| *node);
    }
    let is_all_known =
        leaves.iter().all(|(_, node)| node.scalar().is_some() && !super::super::is_open(node));
    let unnamed = leaves.iter().find(|(key, node)| !is_open_key(key) && literal(node).is_some());
    unnamed.filter(|_| is_all_known).map(|(_, node)| *node)
}

fn collect<'a>(key: &'a str, node: &'a Node, leaves: &mut Vec<(&'a str, &'a Node)>) {
    match &node.value {
        Value::Map(entries) => {
            for entry in entries {
                collect(&entry.key, &entry.value, leaves);
            }
        }
        Value::List(items) => items.iter().for_each(|item| collect(key, item, leaves)),
        Value::Bool(_) | Value::Null => {}
        _ => leaves.push((key, node)),
    }
}

/// `NoEcho` hides a value, but not the one that stands in the template.
fn parameters(deployment: &Deployment, violations: &mut Violations) {
    for frame in &deployment.stack.frames {
        violations.look_at(frame.file);
        for entry in frame.parameters.iter().flat_map(Node::entries) {
            let hidden = super::super::is_true(entry.value.get("NoEcho"));
            let Some(default) = entry.value.get("Default").filter(|_| hidden) else { continue };
            if literal(default).is_some() {
                violations.report_as(Severity::High, &default.span, format!(
                    "`NoEcho` hides what is given for {}; this default stands here for everybody, and is used whenever nothing is given.",
                    quote(&entry.key)
                ));
                violations.hide(&default.span);
            }
        }
    }
}
