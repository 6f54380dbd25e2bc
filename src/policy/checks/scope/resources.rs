//! Resources: all there are, in whatever spelling, and actions that take no other.

use super::is_star;
use crate::finding::Severity;
use crate::policy::actions;
use crate::policy::arn::{Arn, is_everything};
use crate::policy::catalogue::{Access, Action, Catalogue};
use crate::policy::checks::{Violations, consequence, list, quote};
use crate::policy::condition;
use crate::policy::document::{Document, Sense, Statement, Text};
use crate::policy::fix::Change;
use crate::policy::text::leading_hole;

pub(super) fn effective_star_resource(document: &Document, violations: &mut Violations) {
    for statement in document.allows().filter(|s| !condition::names_resources(&s.conditions)) {
        // More services than any policy has; a hostile one could make every pair of the two lists cost time.
        let services: Vec<String> = statement.services().into_iter().take(50).collect();
        for text in statement
            .resources()
            .iter()
            .filter(|text| text.value != "*" && text.value.contains('*'))
        {
            let own =
                Arn::parse(text.value).map(|arn| arn.service).filter(|name| !name.contains('*'));
            let is_own = |service: &&String| {
                service.as_str() == "*" || own.is_none_or(|own| own == service.as_str())
            };
            let mut named = services.iter().filter(is_own);
            if named.any(|service| is_everything(text.value, own.unwrap_or(service))) {
                violations.report(&text.span, format!(
                    "{} matches every resource of its type, in every account that lets this principal in.",
                    quote(text.value)
                ));
            }
        }
    }
}

pub(super) fn resource_star_restrictable(document: &Document, violations: &mut Violations) {
    for statement in document.allows().filter(|s| !condition::names_resources(&s.conditions)) {
        let Some(star) = statement.resources().iter().find(|text| text.value == "*") else {
            continue;
        };
        let mut names: Vec<&str> = Vec::new();
        let mut worst = Access::List;
        for text in statement.actions() {
            if let Some(access) = access_to_resources(document.catalogue, text.value) {
                names.push(text.value);
                worst = worst.max(access);
            }
        }
        if names.is_empty() {
            continue;
        }
        let reads = worst <= Access::Read;
        let weak = condition::is_weakly_narrowed(&statement.conditions);
        let severity = match (reads, weak) {
            (true, true) => Severity::Note,
            (true, false) | (false, true) => Severity::Low,
            (false, false) => Severity::Medium,
        };
        let them =
            if names.len() == 1 { "takes the ARN of a resource" } else { "take ARNs of resources" };
        violations.report_as(
            severity,
            &star.span,
            format!(
                "{} {them}; here {} allowed on every one.",
                list(&names, 5),
                if names.len() == 1 { "it is" } else { "they are" }
            ),
        );
    }
}

pub(super) fn notresource_allow(document: &Document, violations: &mut Violations) {
    for statement in document.allows() {
        let element = statement.resources.as_ref().filter(|e| e.sense == Sense::IsNot);
        if let Some(element) = element {
            let message = "Every resource that is not in this list is meant, also those that are created later.";
            violations.report(&element.entry.key_span, message);
        }
    }
}

/// The most that those of an action's meanings can do for which resources could be named; nothing without such.
fn access_to_resources(catalogue: &Catalogue, written: &str) -> Option<Access> {
    let mut most = None;
    for action in catalogue.matching(written).filter(Action::takes_resources) {
        most = most.max(Some(action.access));
        if most == Some(Access::Permissions) {
            break;
        }
    }
    most
}

/// Actions that AWS lists without resources and yet checks against ARNs: its own policies name patterns for them, and its
/// messages name the ARN that a request was denied on.
const NAMED_ANYWAY: &[&str] = &[
    "cloudformation:CreateStackSet",
    "eks:ListClusters",
    "iam:List*",
    "logs:Describe*",
    "ram:CreateResourceShare",
    "resource-groups:CreateGroup",
    "ssmmessages:*",
];

/// Whether an action that takes no resource is named with a pattern that AWS may nevertheless hold it against: for some
/// services, S3 for one, `arn:aws:s3:::*` is as good as `*`.
fn may_match(statement: &Statement, written: &str) -> bool {
    let named_anyway = NAMED_ANYWAY.iter().any(|known| actions::covers(known, written));
    let service = actions::split(written).map_or("", |(service, _)| service);
    statement.resources().iter().any(|text| {
        text.value.ends_with('*')
            && (named_anyway || is_everything(text.value, &service.to_ascii_lowercase()))
    })
}

/// Reports actions of some services that have no type of resource, where only resources are named for them.
pub(in crate::policy::checks) fn needs_star(
    document: &Document,
    violations: &mut Violations,
    is_meant: impl Fn(&str) -> bool,
) {
    needs_star_where(document, violations, |service, _| is_meant(service));
}

/// Services for which AWS's lists of resources are known to be right. In those of others types are missing: policies that
/// AWS itself uses name resources where the lists have none.
const EXACT: &[&str] = &[
    "cloudformation",
    "ec2",
    "iam",
    "kms",
    "lambda",
    "logs",
    "organizations",
    "s3",
    "secretsmanager",
    "sns",
    "sqs",
    "ssm",
    "sts",
    "tag",
];

/// Like [`needs_star`], of some actions of a service.
pub(in crate::policy::checks) fn needs_star_where(
    document: &Document,
    violations: &mut Violations,
    is_meant: impl Fn(&str, &str) -> bool,
) {
    let names_resources = |statement: &&Statement| {
        let resources = statement.resources();
        let is_open = |text: &Text| {
            text.value.starts_with(['*', '$'])
                || leading_hole(text.value).is_some()
                || is_star(text.value)
        };
        !resources.is_empty() && !resources.iter().any(is_open)
    };
    for statement in document.statements.iter().filter(names_resources) {
        for text in statement.actions() {
            let mut matching = document.catalogue.matching(text.value).peekable();
            let is_known = matching.peek().is_some();
            let takes_none =
                |action: Action| is_meant(action.service, action.name) && action.takes_only_star();
            if is_known && matching.all(takes_none) && !may_match(statement, text.value) {
                violations.report(&text.span, format!(
                    "{} takes no resource but `*`: named with others it matches nothing, and {}.",
                    quote(text.value),
                    consequence(statement)
                ));
                let service = actions::split(text.value).map_or("", |(service, _)| service);
                let is_exact = EXACT.iter().any(|exact| exact.eq_ignore_ascii_case(service));
                if document.is_deployed || !is_exact {
                    violations.soften();
                }
                violations.fix(own_statement(statement, text));
            }
        }
    }
}

/// Moves an action to a statement of its own. What a condition would do there is for a person to say.
fn own_statement(statement: &Statement, text: &Text) -> Vec<Change> {
    let is_movable = statement.allows()
        && statement.conditions.is_empty()
        && statement.principals.is_none()
        && statement.actions().len() > 1;
    if !is_movable {
        return Vec::new();
    }
    let (after, actions) = (statement.node.span.clone(), vec![text.value.to_owned()]);
    vec![Change::RemoveItem { span: text.span.clone() }, Change::AddStatement { after, actions }]
}
