//! Resources: all there are, in whatever spelling, and actions that take no other.

use super::is_star;
use crate::finding::Severity;
use crate::policy::actions::{self, Access};
use crate::policy::arn::{Arn, is_everything};
use crate::policy::checks::{Violations, consequence, list, quote};
use crate::policy::condition;
use crate::policy::document::{Document, Sense, Statement, Text};

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
            let matching = actions::matching(text.value).into_iter();
            let access = matching
                .filter(|(_, action)| !action.resource_types.is_empty())
                .map(|(_, action)| action.access)
                .max();
            if let Some(access) = access {
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

/// Reports actions of some services that have no type of resource, where only resources are named for them.
pub(in crate::policy::checks) fn needs_star(
    document: &Document,
    violations: &mut Violations,
    is_meant: impl Fn(&str) -> bool,
) {
    needs_star_where(document, violations, |service, _| is_meant(service));
}

/// Like [`needs_star`], of some actions of a service.
pub(in crate::policy::checks) fn needs_star_where(
    document: &Document,
    violations: &mut Violations,
    is_meant: impl Fn(&str, &str) -> bool,
) {
    let names_resources = |statement: &&Statement| {
        let resources = statement.resources();
        let is_open = |text: &Text| text.value.starts_with(['*', '$']) || is_star(text.value);
        !resources.is_empty() && !resources.iter().any(is_open)
    };
    for statement in document.statements.iter().filter(names_resources) {
        for text in statement.actions() {
            let matching = actions::matching(text.value);
            let takes_none = |(service, action): &(&str, &actions::Action)| {
                is_meant(service, action.name) && action.resource_types.is_empty()
            };
            if !matching.is_empty() && matching.iter().all(takes_none) {
                violations.report(&text.span, format!(
                    "{} takes no resource but `*`: named with others it matches nothing, and {}.",
                    quote(text.value),
                    consequence(statement)
                ));
            }
        }
    }
}
