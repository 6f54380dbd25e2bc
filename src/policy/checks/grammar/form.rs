//! Grammar of strings: actions, principals, ARNs and variables.

use std::ops::Range;

use crate::policy::arn::{Arn, PARTITIONS, fields, is_account, is_region};
use crate::policy::checks::{Violations, quote};
use crate::policy::document::{Document, Kind};
use crate::policy::fix::Change;
use crate::policy::glob::Glob;
use crate::policy::principal::{Form, Kind as PrincipalKind, Principal};
use crate::policy::text::{is_pattern, is_placeholder};
use crate::policy::tree::{Node, Value};

pub(super) fn action_format(document: &Document, violations: &mut Violations) {
    let elements = document.statements.iter().filter_map(|statement| statement.actions.as_ref());
    for text in elements.flat_map(|element| &element.items) {
        if !is_action(text.value) && !is_placeholder(text.value) {
            violations.report(
                &text.span,
                format!("{} is no action: one is written `service:Name`.", quote(text.value)),
            );
            let joined: String = text.value.split_whitespace().collect();
            let meant = [joined.replacen('.', ":", 1), joined].into_iter().find(|to| is_action(to));
            violations.fix(meant.map(|to| Change::Rewrite {
                span: text.span.clone(),
                from: text.value.into(),
                to,
            }));
        }
    }
}

fn is_action(text: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty()
            && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-*?".contains(&byte))
    };
    text == "*"
        || text.split_once(':').is_some_and(|(service, name)| is_word(service) && is_word(name))
}

pub(super) fn wildcard_in_service_prefix(document: &Document, violations: &mut Violations) {
    let elements = document.statements.iter().filter_map(|statement| statement.actions.as_ref());
    for text in elements.flat_map(|element| &element.items) {
        let prefix = text.value.split_once(':').map_or("", |(prefix, _)| prefix);
        if prefix.contains(['*', '?']) && prefix != "*" {
            violations.report(&text.span, format!(
                "The prefix {} names no service: wildcards stand in the name of the action alone.",
                quote(prefix)
            ));
        }
    }
}

pub(super) fn principal_group(document: &Document, violations: &mut Violations) {
    let is_group = |principal: &&Principal| {
        let arn = Arn::parse(principal.text);
        arn.is_some_and(|arn| arn.service == "iam" && arn.resource.starts_with("group/"))
    };
    for principal in principals(document).filter(is_group) {
        violations.report(
            &principal.span,
            format!("{} is a group, which can be no principal.", quote(principal.text)),
        );
    }
}

pub(super) fn principal_unique_id(document: &Document, violations: &mut Violations) {
    let is_id = |principal: &&Principal| {
        principal.kind == PrincipalKind::Aws && principal.form() == Form::UniqueId
    };
    for principal in principals(document).filter(is_id) {
        violations.report(
            &principal.span,
            format!(
                "{} is what AWS shows for a user or role that was deleted: it lets nobody in.",
                quote(principal.text)
            ),
        );
    }
}

pub(super) fn arn_incomplete(document: &Document, violations: &mut Violations) {
    let elements = document.statements.iter().filter_map(|statement| statement.resources.as_ref());
    for text in elements.flat_map(|element| &element.items) {
        let fields = fields(text.value);
        if fields.first() == Some(&"arn") && fields.len() < 6 && !text.value.ends_with('*') {
            violations.report(
                &text.span,
                format!(
                    "{} has {} of six fields; AWS takes the rest for `*`.",
                    quote(text.value),
                    fields.len()
                ),
            );
        }
    }
}

fn principals<'a>(document: &'a Document) -> impl Iterator<Item = &'a Principal<'a>> {
    let elements = document.statements.iter().filter_map(|statement| statement.principals.as_ref());
    elements.flat_map(|element| &element.items)
}

pub(super) fn principal_format(document: &Document, violations: &mut Violations) {
    for element in document.statements.iter().filter_map(|statement| statement.principals.as_ref())
    {
        for entry in element.entry.value.entries() {
            if PrincipalKind::of(&entry.key).is_none() {
                violations.report(&entry.key_span, format!(
                    "{} is no kind of principal: there are `AWS`, `Service`, `Federated` and `CanonicalUser`.",
                    quote(&entry.key)
                ));
            }
        }
        if let Value::String(text) = &element.entry.value.value
            && text != "*"
            && !is_placeholder(text)
        {
            violations.report(
                &element.entry.value.span,
                format!("{} must stand under a key such as `AWS` or `Service`.", quote(text)),
            );
        }
    }
    for principal in
        principals(document).filter(|principal| principal.kind != PrincipalKind::Everyone)
    {
        if let Some(wanted) = wrong_form(principal) {
            violations
                .report(&principal.span, format!("{} is not {wanted}.", quote(principal.text)));
        }
    }
}

/// What a principal should be and is not.
fn wrong_form(principal: &Principal) -> Option<&'static str> {
    let text = principal.text;
    if text == "*" || (principal.kind != PrincipalKind::Aws && is_placeholder(text)) {
        return None;
    }
    match principal.kind {
        PrincipalKind::Everyone => None,
        PrincipalKind::Aws => (principal.form() == Form::Wrong)
            .then_some("an account id or the ARN of an account, user, role or session"),
        PrincipalKind::Service => (!is_service(text))
            .then_some("the name of an AWS service, such as `lambda.amazonaws.com`"),
        PrincipalKind::Federated => {
            let is_provider = Arn::parse(text).is_some_and(|arn| {
                arn.service == "iam"
                    && ["saml-provider/", "oidc-provider/"]
                        .iter()
                        .any(|start| arn.resource.starts_with(start))
            });
            let is_domain =
                !text.starts_with("arn:") && text.contains('.') && !text.contains([' ', '*']);
            (!is_provider && !is_domain).then_some("an identity provider: its ARN or its domain")
        }
        PrincipalKind::CanonicalUser => {
            let is_id = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
            (!is_id).then_some("a canonical user id of 64 hexadecimal digits")
        }
    }
}

/// Names of services end in `amazonaws.com` in every partition; the few that end otherwise are those of the AWS CDK.
/// <https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_iam.ServicePrincipal.html>
fn is_service(text: &str) -> bool {
    let endings = [
        ".amazonaws.com",
        ".amazonaws.com.cn",
        ".c2s.ic.gov",
        ".sc2s.sgov.gov",
        ".amazonaws.eu",
        ".aws.internal",
    ];
    let name = endings.iter().find_map(|ending| text.strip_suffix(ending));
    name.is_some_and(|name| {
        !name.is_empty()
            && name.bytes().all(|byte| {
                byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte)
            })
    })
}

pub(super) fn principal_partial_wildcard(document: &Document, violations: &mut Violations) {
    for principal in principals(document) {
        let is_partial = match principal.kind {
            PrincipalKind::Aws => principal.form() == Form::Wildcard,
            PrincipalKind::Service => principal.text != "*" && principal.text.contains('*'),
            _ => false,
        };
        if is_partial {
            violations.report(&principal.span, format!(
                "{} is taken literally: `*` stands for everybody or for nothing, never for a part of a principal.",
                quote(principal.text)
            ));
        }
    }
}

pub(super) fn arn_format(document: &Document, violations: &mut Violations) {
    let elements = document.statements.iter().filter_map(|statement| statement.resources.as_ref());
    for text in elements.flat_map(|element| &element.items) {
        if let Some(problem) = wrong_arn(text.value, document.kind) {
            violations.report(&text.span, format!("{} {problem}.", quote(text.value)));
        }
    }
}

/// Why a resource can be no ARN.
fn wrong_arn(text: &str, kind: Kind) -> Option<String> {
    // The short form of API Gateway: <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-examples.html>
    if kind == Kind::Resource && text.starts_with("execute-api:/") {
        return None;
    }
    let fields = fields(text);
    let first = fields.first().copied().unwrap_or_default();
    if is_placeholder(first) || (is_pattern(first) && Glob::pattern(first).has("arn")) {
        return None;
    }
    if first != "arn" {
        return Some("does not start with `arn:` and is not `*`".into());
    }
    // In an identity policy the missing fields are completed with `*`.
    let [_, partition, service, region, account, resource] = fields[..] else {
        return (kind != Kind::Identity && !text.ends_with('*'))
            .then(|| "has fewer than six fields".into());
    };
    let is_open = |field: &str| is_pattern(field) || is_placeholder(field);
    let known_partition = PARTITIONS.iter().any(|(name, _)| *name == partition);
    if !known_partition && !is_open(partition) {
        return Some(format!("names the partition {}, which does not exist", quote(partition)));
    }
    let is_lower = |field: &str| {
        field.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    if !is_open(service) && (service.is_empty() || !is_lower(service)) {
        return Some("names no service: its prefix is in lower case".into());
    }
    if !region.is_empty() && !is_open(region) && !is_region(region) {
        return Some(format!(
            "names the region {}, which is not of the form of one",
            quote(region)
        ));
    }
    let has_digit = account.bytes().any(|byte| byte.is_ascii_digit());
    if has_digit && !is_account(account) && !is_open(account) {
        return Some(format!(
            "names the account {}; an account id has twelve digits",
            quote(account)
        ));
    }
    let is_global = service == "iam" && !region.is_empty() && !is_pattern(region);
    if is_global {
        return Some("names a region; those of IAM have none".into());
    }
    if service == "iam" && account.is_empty() {
        return Some("names no account; those of IAM have one".into());
    }
    resource.is_empty().then(|| "names no resource".into())
}

pub(super) fn variable_syntax(document: &Document, violations: &mut Violations) {
    // Under the old version there are no variables, which is reported as such.
    if document.node.get("Version").and_then(Node::string) != Some("2012-10-17") {
        return;
    }
    for statement in &document.statements {
        for entry in statement.node.entries() {
            let takes_none = matches!(
                entry.key.as_str(),
                "Sid" | "Effect" | "Action" | "NotAction" | "Principal" | "NotPrincipal"
            );
            match entry.key.as_str() {
                "Condition" => entry.value.entries().iter().for_each(|operator| {
                    let takes_text =
                        ["String", "Arn"].iter().any(|kind| operator.key.contains(kind));
                    let what = format!("the operator {}", quote(&operator.key));
                    strings(&operator.value, &mut |text, span| {
                        variable(text, span, (!takes_text).then_some(what.as_str()), violations);
                    });
                }),
                key => {
                    let what = format!("`{key}`");
                    strings(&entry.value, &mut |text, span| {
                        variable(text, span, takes_none.then_some(what.as_str()), violations);
                    });
                }
            }
        }
    }
}

/// Every string in a node.
fn strings(node: &Node, visit: &mut dyn FnMut(&str, &Range<usize>)) {
    match &node.value {
        Value::String(text) => visit(text, &node.span),
        Value::List(items) => items.iter().for_each(|item| strings(item, visit)),
        Value::Map(entries) => entries.iter().for_each(|entry| strings(&entry.value, visit)),
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Hole(_)
        | Value::Json(_)
        | Value::Call(..) => {}
    }
}

/// Reports the first variable of a text that is wrong, or that stands where none can.
fn variable(
    text: &str,
    span: &Range<usize>,
    refused_by: Option<&str>,
    violations: &mut Violations,
) {
    for inside in text.split("${").skip(1) {
        let Some((name, _)) = inside.split_once('}') else {
            violations.report(span, format!("In {} a `}}` is missing.", quote(text)));
            return;
        };
        // A name without a prefix is a place for a template engine, not a variable of IAM.
        let is_sign = matches!(name, "*" | "?" | "$");
        let problem = if name.is_empty() {
            Some("names no variable".into())
        } else if is_sign || !name.contains(':') {
            None
        } else if let Some(element) = refused_by {
            Some(format!("stands where there are no variables: {element} takes none"))
        } else {
            wrong_name(name)
        };
        if let Some(problem) = problem {
            violations.report(span, format!("{} {problem}.", quote(&format!("${{{name}}}"))));
            return;
        }
    }
}

fn wrong_name(name: &str) -> Option<String> {
    let (key, default) =
        name.split_once(',').map_or((name, None), |(key, default)| (key, Some(default)));
    // Keys of tags may have spaces.
    let start = key.split('/').next().unwrap_or_default();
    if start.contains(char::is_whitespace) {
        return Some("has a space in its name".into());
    }
    let default = default?.trim();
    let is_quoted = default.len() >= 2 && default.starts_with('\'') && default.ends_with('\'');
    (!is_quoted).then(|| "has a default that is not between single quotes".into())
}
