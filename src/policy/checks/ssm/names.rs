//! How parameters are named in ARNs.

use crate::policy::arn::Arn;
use crate::policy::checks::{Violations, consequence, quote};
use crate::policy::document::{Document, Effect, Sense, Statement, Text};
use crate::policy::fix::Change;
use crate::policy::text::has_hole;

/// The ARNs of Systems Manager in a document, each with its statement and what follows the account.
fn resources<'d>(
    document: &'d Document,
) -> impl Iterator<Item = (&'d Statement<'d>, Sense, &'d Text<'d>, &'d str)> {
    document.statements.iter().flat_map(|statement| {
        let element = statement.resources.iter();
        element
            .flat_map(|element| element.items.iter().map(|text| (element.sense, text)))
            .filter_map(move |(sense, text)| {
                let arn = Arn::parse(text.value).filter(|arn| arn.service == "ssm")?;
                Some((statement, sense, text, arn.resource))
            })
    })
}

/// What AWS makes of an ARN that matches nothing.
fn effect(statement: &Statement, sense: Sense) -> &'static str {
    match (sense, statement.effect) {
        (Sense::IsNot, Some(Effect::Deny)) => "the parameter is denied all the same",
        (Sense::IsNot, _) => "the parameter that should be left out is granted",
        (Sense::Is, _) => consequence(statement),
    }
}

pub(super) fn double_slash(document: &Document, violations: &mut Violations) {
    for (statement, sense, text, resource) in resources(document) {
        if !resource.starts_with("parameter//") {
            continue;
        }
        violations.report(
            &text.span,
            format!(
                "No parameter has the ARN {}: there is one slash after `parameter`, so {}.",
                quote(text.value),
                effect(statement, sense)
            ),
        );
        let name = resource.trim_start_matches("parameter").trim_start_matches('/');
        violations.fix(renamed(text, resource, name));
    }
}

/// What is written in the place of `parameter/`, and is the type of no resource.
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html#awssystemsmanager-resources-for-iam-policies>
const WRONG: &[&str] = &["parameters/", "parameter:", "params/", "param/", "/"];

pub(super) fn missing_parameter(document: &Document, violations: &mut Violations) {
    for (statement, sense, text, resource) in resources(document) {
        let Some(name) = WRONG.iter().find_map(|start| resource.strip_prefix(start)) else {
            continue;
        };
        violations.report(&text.span, format!(
            "No parameter has the ARN {}: after the account comes `parameter/` and the name, so {}.",
            quote(text.value),
            effect(statement, sense)
        ));
        let name = name.trim_start_matches('/');
        violations.fix(renamed(text, resource, name.strip_prefix("parameter/").unwrap_or(name)));
    }
}

/// The change to the ARN of a parameter of that name; none where a hole may hold a slash.
fn renamed(text: &Text, resource: &str, name: &str) -> Option<Change> {
    let start = text.value.strip_suffix(resource).filter(|_| !has_hole(text.value))?;
    let to = format!("{start}parameter/{name}");
    Some(Change::Rewrite { span: text.span.clone(), from: text.value.to_owned(), to })
}
