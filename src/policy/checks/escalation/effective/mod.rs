//! What a policy allows on everything, as far as its own text tells: what it allows, less what it denies.
//!
//! The question is always about a resource that nobody has named, such as a role that is created tomorrow. What other
//! documents deny is not seen here: a boundary or a policy of the organisation may take away what this one gives.

use std::ops::Range;

use crate::policy::actions;
use crate::policy::arn::{Arn, is_everything};
use crate::policy::condition::Condition;
use crate::policy::document::{Document, Element, Sense, Statement, Text};
use crate::policy::glob::{Class, Glob};
use crate::policy::text::{Part, Wildcards, has_hole, parts, strings};

/// An action, and the type of resource that it is done to; an empty type is every type of the service.
#[derive(Clone, Copy, Debug)]
pub(in crate::policy::checks) struct Need {
    pub(in crate::policy::checks) service: &'static str,
    pub(in crate::policy::checks) name: &'static str,
    pub(in crate::policy::checks) kind: &'static str,
}

/// A statement that allows an action on everything, and the elements that do.
#[derive(Clone, Debug)]
pub(super) struct Grant {
    pub(super) action: Range<usize>,
    pub(super) resource: Range<usize>,
    /// Whether roles can be passed to some services alone.
    pub(super) is_narrowed: bool,
}

/// Keys that say when, how or from where something is done: whoever means harm can see to that.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>
const CIRCUMSTANCES: &[&str] = &[
    "aws:currenttime",
    "aws:epochtime",
    "aws:multifactorauthage",
    "aws:multifactorauthpresent",
    "aws:referer",
    "aws:requestedregion",
    "aws:securetransport",
    "aws:sourceip",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:tokenissuetime",
    "aws:useragent",
    "aws:vpcsourceip",
];

/// Keys that say who acts: beside an `Allow` they tell whose policy it is.
const HOLDER: &[&str] = &[
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principaltag/",
    "aws:principaltype",
    "aws:resourceaccount",
    "aws:resourceorgid",
    "aws:sourceidentity",
    "aws:userid",
    "aws:username",
];

/// The most statements, and bytes of actions and resources, that are compared with one another: more than AWS takes in
/// any policy for identities.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
const MOST_STATEMENTS: usize = 500;
const MOST_BYTES: usize = 20 * 1024;

/// Whether a document is larger than any that AWS takes, so that comparing all with all could take long.
pub(in crate::policy::checks) fn is_oversized(document: &Document) -> bool {
    let bytes = |element: &Option<Element<Text>>| {
        element
            .iter()
            .flat_map(|element| &element.items)
            .map(|text| text.value.len())
            .sum::<usize>()
    };
    document.statements.len() > MOST_STATEMENTS
        || document
            .statements
            .iter()
            .map(|statement| bytes(&statement.actions) + bytes(&statement.resources))
            .sum::<usize>()
            > MOST_BYTES
}

/// Whether conditions of an `Allow` leave what is done, and to what, open.
pub(in crate::policy::checks) fn is_open(conditions: &[Condition]) -> bool {
    conditions.iter().all(is_about_caller)
}

fn is_about_caller(condition: &Condition) -> bool {
    condition.is_on(CIRCUMSTANCES) || condition.is_on(HOLDER)
}

/// Whether the document takes back, on everything, what it allows under some conditions.
///
/// A Deny that asks for a circumstance can be got round by another one, unless a second statement asks for one of the
/// same kind: what the two leave is not looked into.
pub(in crate::policy::checks) fn is_denied(
    document: &Document,
    need: Need,
    allowed_under: &[Condition],
) -> bool {
    if is_oversized(document) {
        return true;
    }
    let mut known = circumstances(allowed_under);
    document.statements.iter().filter(|statement| may_deny(statement, need)).any(|statement| {
        let own = circumstances(&statement.conditions);
        let is_certain = own.is_empty() || own.iter().any(|key| known.contains(key));
        known.extend(own);
        is_certain
    })
}

fn circumstances<'c>(conditions: &'c [Condition]) -> Vec<&'c str> {
    let of_kind = conditions.iter().filter(|condition| condition.is_on(CIRCUMSTANCES));
    of_kind.map(|condition| condition.key.as_str()).collect()
}

fn may_deny(statement: &Statement, need: Need) -> bool {
    !statement.allows()
        && may_be_about(statement, need)
        && statement.resources.as_ref().is_none_or(|element| takes_all(element, need, true))
}

/// Whether the statement is about an action, as far as is known: a hole may hold any.
fn may_be_about(statement: &Statement, need: Need) -> bool {
    let unknown = statement
        .actions
        .as_ref()
        .is_none_or(|element| element.items.iter().any(|text| has_hole(text.value)));
    unknown || statement.is_about(need.service, need.name)
}

/// Where a document allows an action on everything. A role must be such that it can be passed to the service `passed`.
pub(super) fn grant(document: &Document, need: Need, passed: &str) -> Option<Grant> {
    let grants = document.allows().filter_map(|statement| {
        let grant = granted(statement, need, passed)?;
        (!is_denied(document, need, &statement.conditions)).then_some(grant)
    });
    grants.min_by_key(|grant| grant.is_narrowed)
}

fn granted(statement: &Statement, need: Need, passed: &str) -> Option<Grant> {
    if !statement.is_about(need.service, need.name) {
        return None;
    }
    let (to_services, others): (Vec<_>, Vec<_>) = statement
        .conditions
        .iter()
        .partition(|condition| condition.is_on(&["iam:passedtoservice"]));
    let is_open = others.iter().all(|condition| is_about_caller(condition))
        && to_services.iter().all(|condition| takes_in(condition, passed));
    let resources = statement.resources.as_ref().filter(|_| is_open)?;
    Some(Grant {
        action: action(statement, need)?,
        resource: resource(resources, need)?,
        is_narrowed: !to_services.is_empty(),
    })
}

/// Whether a condition on the service that a role is passed to takes in one.
fn takes_in(condition: &Condition, service: &str) -> bool {
    let is_positive = ["StringEquals", "StringEqualsIgnoreCase", "StringLike"];
    let wildcards = condition.operator.wildcards();
    is_positive.contains(&condition.operator.base)
        && condition.values.iter().any(|(value, _)| {
            !has_hole(value) && strings(value, wildcards).intersects(&Glob::literal(service))
        })
}

/// The text that names the action: the broadest, so that one which is wrong in itself is shown.
fn action(statement: &Statement, need: Need) -> Option<Range<usize>> {
    let element = statement.actions.as_ref()?;
    if element.sense == Sense::IsNot {
        return Some(element.entry.key_span.clone());
    }
    let all = format!("{}:*", need.service);
    let names_it = |text: &&Text| actions::matches(text.value, need.service, need.name);
    let broadest = element.items.iter().find(|text| actions::covers(text.value, &all));
    broadest.or_else(|| element.items.iter().find(names_it)).map(|text| text.span.clone())
}

fn resource(element: &Element<Text>, need: Need) -> Option<Range<usize>> {
    if !takes_all(element, need, false) {
        return None;
    }
    match element.sense {
        Sense::IsNot => Some(element.entry.key_span.clone()),
        Sense::Is => {
            let all = |text: &&Text| is_all(text.value, need);
            element.items.iter().find(all).map(|text| text.span.clone())
        }
    }
}

/// Whether an element is about a resource that nobody has named. `unknown` is what to take for the truth where a hole
/// decides.
fn takes_all(element: &Element<Text>, need: Need, unknown: bool) -> bool {
    let names_all = |guess: bool| {
        element.items.iter().any(|text| is_all(text.value, need) || (guess && has_hole(text.value)))
    };
    match element.sense {
        Sense::Is => names_all(unknown),
        Sense::IsNot => !names_all(!unknown),
    }
}

/// Whether a `Resource` stands for all of a type in some account.
pub(in crate::policy::checks) fn is_all(text: &str, need: Need) -> bool {
    let Some(arn) = Arn::parse(text) else { return is_everything(text, need.service) };
    if arn.service != need.service && !is_everything(text, need.service) {
        return false;
    }
    if parts(arn.resource).any(|part| matches!(part, Part::Variable | Part::Hole)) {
        return false;
    }
    let named = strings(arn.resource, Wildcards::Match);
    let any = Glob::default().any_number(Class::ANY);
    let covers =
        |separator: &str| named.covers(&Glob::literal(need.kind).then(separator).followed_by(&any));
    if need.kind.is_empty() { named.covers(&any) } else { covers("/") || covers(":") }
}

#[cfg(test)]
mod tests;
