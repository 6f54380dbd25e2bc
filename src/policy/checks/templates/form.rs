//! How templates write what ends up in policies: references, substitutions, partitions, hidden parameters.

use std::collections::HashSet;
use std::ops::Range;

use super::values::is_secret_name;
use super::{ROW, is_true};
use crate::finding::{Confidence, Severity};
use crate::policy::arn::Arn;
use crate::policy::checks::{Check, Deployment, Run, Violations, quote};
use crate::policy::document::{Document, Statement};
use crate::policy::fix::Change;
use crate::policy::link::{Dialect, Frame, SUFFIX};
use crate::policy::text::{hole, variables};
use crate::policy::tree::{Node, Value};

const SUB: &str = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-sub.html";

pub(in crate::policy::checks) const CHECKS: &[Check] = &[
    Check {
        id: "sm-arn-name-is-full-arn-plus-wildcard",
        title: "random suffix after an ARN that has one",
        severity: Severity::Medium,
        why: "A reference to a secret gives its whole ARN, with the six random characters at its end. A second suffix after them matches other secrets at best, and never the one that is meant.",
        help: "Use the reference alone, without anything after it.",
        url: "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-secret.html",
        run: Run::Document(suffix_twice),
        ..ROW
    },
    Check {
        id: "hardcoded-partition",
        title: "partition written out in a template that asks for it elsewhere",
        severity: Severity::Note,
        why: "ARNs begin differently in China, in GovCloud and in the isolated regions. This template is written for all of them, but for this ARN.",
        help: "Write `arn:${AWS::Partition}:` in `Fn::Sub`, or `data.aws_partition` in Terraform.",
        url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html",
        run: Run::Template(hardcoded_partition),
        ..ROW
    },
    Check {
        id: "cfn-sub-variable-unescaped",
        title: "variable of IAM that `Fn::Sub` takes for its own",
        severity: Severity::High,
        confidence: Confidence::VeryHigh,
        why: "`Fn::Sub` replaces everything in `${…}`. A variable that IAM is meant to fill in is not known to CloudFormation, which refuses the template.",
        help: "Put an exclamation mark before the name: `${!aws:username}`.",
        url: SUB,
        run: Run::Template(sub_variable_unescaped),
        ..ROW
    },
    Check {
        id: "cfn-sub-missing",
        title: "placeholder of a template outside of `Fn::Sub`",
        severity: Severity::High,
        why: "CloudFormation fills in `${…}` in the text of `Fn::Sub` and nowhere else. What is left in the policy is a variable that IAM does not know: the statement never matches, or the policy is refused.",
        help: "Write the text with `Fn::Sub` (`!Sub` in YAML).",
        url: SUB,
        run: Run::Template(sub_missing),
        ..ROW
    },
    Check {
        id: "cfn-secret-dynamic-ref",
        title: "secret that the stack shows",
        severity: Severity::Medium,
        why: "Parameters, outputs and metadata of a stack are shown to whoever may look at it. `NoEcho` hides the parameter itself, not what the template copies into outputs or metadata.",
        help: "Refer to a secret with `{{resolve:secretsmanager:…}}` in the property that takes it, instead of passing its value as a parameter.",
        url: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html",
        run: Run::Template(shown_secret),
        ..ROW
    },
];

fn suffix_twice(document: &Document, violations: &mut Violations) {
    let suffix = hole(SUFFIX);
    for text in document.statements.iter().flat_map(Statement::resources) {
        let Some((_, rest)) = text.value.split_once(&suffix) else { continue };
        let is_suffix = rest.strip_prefix('-').unwrap_or(rest);
        if rest == "*" {
            violations.report_as(Severity::Note, &text.span, "The reference is the whole ARN of the secret already; `*` after it changes nothing.");
        } else if !is_suffix.is_empty() && is_suffix.bytes().all(|byte| matches!(byte, b'?' | b'*'))
        {
            violations.report(&text.span, format!(
                "The reference gives the whole ARN of the secret, random suffix included; with {} after it the ARN of that secret does not match.",
                quote(rest)
            ));
        }
    }
}

fn hardcoded_partition(deployment: &Deployment, violations: &mut Violations) {
    let stack = deployment.stack;
    let mut seen: HashSet<(usize, usize)> = HashSet::new();
    for resource in &stack.resources {
        let frame = stack.frames.iter().find(|frame| frame.file == resource.file);
        if !frame.is_some_and(|frame| frame.asks_partition) && stack.asked_partition.is_none() {
            continue;
        }
        violations.look_at(resource.file);
        each_text(&resource.properties, &mut |text, span| {
            if names_partition(text) && seen.insert((resource.file, span.start)) {
                partition(text, span, stack.asked_partition.as_deref(), frame, violations);
            }
        });
    }
    for (root, document) in deployment.documents.iter().filter(|_| stack.asked_partition.is_some())
    {
        violations.look_at(root.file);
        each_text(document.node, &mut |text, span| {
            if names_partition(text) && seen.insert((root.file, span.start)) {
                partition(text, span, stack.asked_partition.as_deref(), None, violations);
            }
        });
    }
}

/// Whether an ARN would exist elsewhere under the partition there. An account is of one partition, and so is a region.
fn names_partition(text: &str) -> bool {
    let arn = Arn::parse(text).filter(|arn| arn.partition == "aws");
    arn.is_some_and(|arn| arn.account_id().is_none() && arn.region_name().is_none())
}

/// `data` is how a Terraform module asks for the partition.
fn partition(
    text: &str,
    span: &Range<usize>,
    data: Option<&str>,
    frame: Option<&Frame>,
    violations: &mut Violations,
) {
    violations.report(span, format!(
        "{} exists in the partition `aws` alone, while other ARNs of this template follow the partition it is deployed to.",
        quote(text)
    ));
    let is_filled = frame.is_some_and(|frame| frame.filled.contains(span));
    let known = match data {
        Some(data) => format!("${{{data}.partition}}"),
        None if is_filled => "${AWS::Partition}".into(),
        None => return,
    };
    let to = format!("arn:{known}:");
    violations.fix([Change::Restart { span: span.clone(), from: "arn:aws:".into(), to }]);
}

/// Every text of a value, with its place.
fn each_text(node: &Node, visit: &mut dyn FnMut(&str, &Range<usize>)) {
    match &node.value {
        Value::String(text) => visit(text, &node.span),
        Value::Map(entries) => {
            for entry in entries {
                each_text(&entry.value, visit);
            }
        }
        Value::List(items) | Value::Call(_, items) => {
            for item in items {
                each_text(item, visit);
            }
        }
        Value::Json(embedded) => embedded.root.iter().for_each(|root| each_text(root, visit)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Hole(_) => {}
    }
}

fn sub_variable_unescaped(deployment: &Deployment, violations: &mut Violations) {
    for frame in &deployment.stack.frames {
        violations.look_at(frame.file);
        for (name, span) in &frame.unescaped {
            violations.report(span, format!(
                "`Fn::Sub` looks for something called {} in this template and finds none: CloudFormation refuses it.",
                quote(name)
            ));
        }
    }
}

fn sub_missing(deployment: &Deployment, violations: &mut Violations) {
    if deployment.stack.dialect != Dialect::CloudFormation {
        return;
    }
    for (root, document) in &deployment.documents {
        let frame = deployment.stack.frames.iter().find(|frame| frame.file == root.file);
        let Some(frame) = frame.filter(|frame| !frame.has_macros) else { continue };
        violations.look_at(root.file);
        each_text(document.node, &mut |text, span| {
            let left = variables(text).find(|name| {
                let own = name.split('.').next().unwrap_or_default();
                name.starts_with("AWS::") || frame.names.contains(own)
            });
            if let Some(name) = left.filter(|_| !frame.filled.contains(span)) {
                violations.report(
                    span,
                    format!(
                        "This text is not in `Fn::Sub`, so {} stays in the policy as it is.",
                        quote(&format!("${{{name}}}"))
                    ),
                );
            }
        });
    }
}

fn shown_secret(deployment: &Deployment, violations: &mut Violations) {
    for frame in &deployment.stack.frames {
        violations.look_at(frame.file);
        let outputs = frame.outputs.iter();
        for entry in frame.parameters.iter().flat_map(Node::entries) {
            if is_true(entry.value.get("NoEcho")) {
                for node in outputs.clone().chain(&frame.metadata) {
                    if let Some(span) = use_of(node, &entry.key) {
                        violations.report(&span, format!(
                            "`NoEcho` does not reach here: the value of {} is shown to whoever may look at the stack.",
                            quote(&entry.key)
                        ));
                    }
                }
            } else if is_shown(&entry.key, &entry.value) {
                violations.report(&entry.key_span, format!(
                    "The value of the parameter {} is shown in clear text to whoever may look at the stack.",
                    quote(&entry.key)
                ));
                if let Some(default) = entry.value.get("Default") {
                    violations.hide(&default.span);
                }
            }
        }
    }
}

/// Whether a parameter takes a secret and says nothing of hiding it.
fn is_shown(name: &str, parameter: &Node) -> bool {
    let is_text = parameter.get("Type").and_then(Node::string) == Some("String");
    let default = parameter.get("Default").and_then(Node::string).unwrap_or_default();
    let is_reference = default.starts_with("{{resolve:")
        || default.starts_with("arn:")
        || default.starts_with('/');
    let is_choice = parameter.get("AllowedValues").is_some();
    let hides = parameter.get("NoEcho").is_some_and(|node| node.scalar() != Some("false"));
    is_text && is_secret_name(name) && !is_reference && !is_choice && !hides
}

/// Where a value uses a parameter.
fn use_of(node: &Node, parameter: &str) -> Option<Range<usize>> {
    match &node.value {
        Value::Map(entries) => entries.iter().find_map(|entry| match entry.key.as_str() {
            "Ref" => {
                let is_used = entry.value.string() == Some(parameter);
                is_used.then(|| entry.value.span.clone())
            }
            "Fn::Sub" => {
                let text = entry.value.items().first()?;
                let is_used = variables(text.string()?).any(|name| name.trim() == parameter);
                let given = || use_of(entry.value.items().get(1)?, parameter);
                if is_used { Some(text.span.clone()) } else { given() }
            }
            _ => use_of(&entry.value, parameter),
        }),
        Value::List(items) | Value::Call(_, items) => {
            items.iter().find_map(|item| use_of(item, parameter))
        }
        _ => None,
    }
}
