//! Parameters, and the references to them and to secrets that CloudFormation resolves when it deploys.

use super::super::is_set_later;
use super::super::values::{is_address, is_placeholder, is_secret_name, secret_literal};
use crate::policy::checks::{Deployment, Violations, quote};
use crate::policy::link::{Dialect, Resource, Type};
use crate::policy::text::{has_hole, holes, is_hole, leading_hole, shown};
use crate::policy::tree::{Node, Value};

/// Where `ssm-secure` is resolved: the type of a resource, and the property.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-ssm-secure-strings.html>
const SECURE: &[(&str, &str)] = &[
    ("AWS::DirectoryService::MicrosoftAD", "Password"),
    ("AWS::DirectoryService::SimpleAD", "Password"),
    ("AWS::ElastiCache::ReplicationGroup", "AuthToken"),
    ("AWS::IAM::User", "Password"),
    ("AWS::KinesisFirehose::DeliveryStream", "Password"),
    ("AWS::OpsWorks::App", "Password"),
    ("AWS::OpsWorks::Stack", "Password"),
    ("AWS::OpsWorks::Stack", "DbPassword"),
    ("AWS::RDS::DBCluster", "MasterUserPassword"),
    ("AWS::RDS::DBInstance", "MasterUserPassword"),
    ("AWS::Redshift::Cluster", "MasterUserPassword"),
];

pub(in super::super) fn secure_reference(deployment: &Deployment, violations: &mut Violations) {
    for_each_text(deployment, violations, &mut |resource, property, node, text, violations| {
        let is_taken = SECURE.contains(&(resource.kind.as_str(), property));
        // Parameters of a nested stack end up wherever that one uses them.
        let is_nested = resource.kind == "AWS::CloudFormation::Stack";
        if text.contains("{{resolve:ssm-secure:") && !is_taken && !is_nested {
            violations.report(&node.span, format!(
                "CloudFormation does not resolve `ssm-secure` in {} of {}: it refuses the template.",
                quote(property),
                quote(&resource.kind)
            ));
        }
    });
}

pub(in super::super) fn reference_syntax(deployment: &Deployment, violations: &mut Violations) {
    for_each_text(deployment, violations, &mut |_, _, node, text, violations| {
        for after in text.split("{{resolve:").skip(1) {
            let Some((inside, _)) = after.split_once("}}") else {
                violations.report(&node.span, "The reference is never closed by `}}`, so CloudFormation leaves the text as it is.");
                continue;
            };
            if let Some(problem) = problem(inside) {
                violations.report(&node.span, problem);
            }
        }
    });
}

/// What is wrong with a reference, from the service on.
fn problem(inside: &str) -> Option<String> {
    let service = inside.split(':').next().unwrap_or_default();
    if !["ssm", "ssm-secure", "secretsmanager"].contains(&service) && !has_hole(service) {
        return Some(format!(
            "CloudFormation resolves `ssm`, `ssm-secure` and `secretsmanager`, not {}.",
            quote(service)
        ));
    }
    let rest = inside.strip_prefix("secretsmanager:")?;
    let parts = split(rest);
    // The ARN of a secret has six colons of its own.
    let own = if parts.first() == Some(&"arn") { 7 } else { 1 };
    let first = parts.first().copied().unwrap_or_default();
    if first.is_empty() {
        return Some("The reference names no secret.".into());
    }
    // A part of the secret's ARN that is not known may have colons of its own.
    if has_hole(first) && !is_hole(first) {
        return None;
    }
    let after = parts.get(own..).unwrap_or_default();
    let [string, rest @ ..] = after else { return None };
    if !string.is_empty() && *string != "SecretString" && !has_hole(string) {
        return Some(format!(
            "After the secret comes `SecretString`, not {}: CloudFormation refuses the template.",
            quote(string)
        ));
    }
    match rest {
        [_, stage, version] if !stage.is_empty() && !version.is_empty() => {
            Some("A reference gives a stage or a version, not both.".into())
        }
        [_, _, _, more @ ..] if !more.is_empty() => Some(format!(
            "After key, stage and version nothing more can follow; {} does.",
            quote(&shown(&more.join(":")))
        )),
        _ => None,
    }
}

/// The parts between colons; what is inside of a hole separates nothing.
fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut rest, mut from) = (Vec::new(), text, 0);
    while let Some(character) = rest.chars().next() {
        let at = text.len() - rest.len();
        if let Some((_, after)) = leading_hole(rest) {
            rest = after;
            continue;
        }
        rest = rest.get(character.len_utf8()..).unwrap_or_default();
        if character == ':' {
            parts.push(text.get(from..at).unwrap_or_default());
            from = at + 1;
        }
    }
    parts.push(text.get(from..).unwrap_or_default());
    parts
}

/// Called with the resource, the name of the nearest property, and the text where it stands.
type Visit<'v> = dyn FnMut(&Resource, &str, &Node, &str, &mut Violations) + 'v;

/// Every text in the properties of every resource of CloudFormation.
fn for_each_text(deployment: &Deployment, violations: &mut Violations, visit: &mut Visit) {
    if deployment.stack.dialect != Dialect::CloudFormation {
        return;
    }
    for resource in &deployment.stack.resources {
        violations.look_at(resource.file);
        each(resource, "", &resource.properties, violations, visit);
    }
}

fn each(
    resource: &Resource,
    property: &str,
    node: &Node,
    violations: &mut Violations,
    visit: &mut Visit,
) {
    match &node.value {
        Value::Map(entries) => {
            for entry in entries {
                each(resource, &entry.key, &entry.value, violations, visit);
            }
        }
        Value::List(items) | Value::Call(_, items) => {
            for item in items {
                each(resource, property, item, violations, visit);
            }
        }
        Value::String(text) => visit(resource, property, node, text, violations),
        _ => {}
    }
}

pub(in super::super) fn plain_secret(deployment: &Deployment, violations: &mut Violations) {
    for parameter in deployment.stack.of_type(Type::Parameter) {
        let kind = parameter.property("Type");
        let Some(kind_text) = kind.and_then(Node::string) else { continue };
        violations.look_at(parameter.file);
        if kind_text == "SecureString" && parameter.is_of_cloudformation() {
            let Some(kind) = kind else { continue };
            violations.report(&kind.span, "CloudFormation cannot create a parameter of type `SecureString`: it refuses the template.");
            continue;
        }
        let name = parameter.property("Name").and_then(Node::string).unwrap_or_default();
        let Some(value) = parameter.property("Value") else { continue };
        if !is_secret_name(name) || is_elsewhere(value) || is_set_later(parameter) {
            continue;
        }
        let is_written_out = secret_literal(value).is_some();
        if kind_text == "String" {
            violations.report(
                &value.span,
                format!(
                    "By its name {} is a secret, but the type `String` keeps it in clear text.",
                    quote(name)
                ),
            );
        } else if kind_text == "SecureString" && is_written_out {
            violations.report(&value.span, format!(
                "Parameter Store encrypts {}, but its value stands here for everybody who can read this file.",
                quote(name)
            ));
        } else {
            continue;
        }
        if is_written_out {
            violations.hide(&value.span);
        }
    }
}

/// Whether the value only says where the secret lies, or has yet to be given.
fn is_elsewhere(value: &Node) -> bool {
    match &value.value {
        Value::String(text) if has_hole(text) => {
            text.starts_with("arn:") || text.contains('/') || holes(text).any(is_name_of_address)
        }
        Value::String(text) => is_placeholder(text) || is_address(text),
        Value::Number(_) => false,
        Value::Hole(name) => is_name_of_address(name),
        _ => true,
    }
}

/// Whether a reference gives where something lies, by how it is called: `module.db.secret_arn`.
fn is_name_of_address(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["arn", "name", "id", "path", "url", "endpoint"].iter().any(|end| name.ends_with(end))
}
