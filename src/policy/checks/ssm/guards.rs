//! Denials of parameters that leave a way round.

use crate::policy::arn::{Arn, in_one_place, resources};
use crate::policy::checks::escalation::is_oversized;
use crate::policy::checks::{Violations, list, quote};
use crate::policy::document::{Document, Sense, Statement, Text};
use crate::policy::glob::Glob;
use crate::policy::text::{has_hole, is_pattern};

/// Ways to do the same to a parameter.
const SIBLINGS: &[&[&str]] = &[
    &["GetParameter", "GetParameters", "GetParameterHistory"],
    &["DeleteParameter", "DeleteParameters"],
];

/// The statements that deny an action of Systems Manager.
fn denying<'d>(
    document: &'d Document,
    name: &'static str,
) -> impl Iterator<Item = &'d Statement<'d>> {
    document
        .statements
        .iter()
        .filter(move |statement| statement.denies() && statement.is_about("ssm", name))
}

/// A guard without a grant beside it is one for grants elsewhere.
pub(super) fn siblings(document: &Document, violations: &mut Violations) {
    if !document.is_complete || is_oversized(document) {
        return;
    }
    for names in SIBLINGS {
        let grants = |name: &str| document.allows().any(|s| s.is_about("ssm", name));
        let is_guard_only = !names.iter().any(|name| grants(name));
        for statement in document.statements.iter().filter(|statement| statement.denies()) {
            let Some(text) = named(statement, names) else { continue };
            let is_left = |name: &&&'static str| {
                (is_guard_only || grants(name)) && !is_denied_elsewhere(document, statement, name)
            };
            let left: Vec<String> =
                names.iter().filter(is_left).map(|name| format!("ssm:{name}")).collect();
            let left: Vec<&str> = left.iter().map(String::as_str).collect();
            if !left.is_empty() {
                violations.report(
                    &text.span,
                    format!(
                        "The same parameters can still be reached by {}, which nothing here denies.",
                        list(&left, 3)
                    ),
                );
            }
        }
    }
}

/// The text of a guard that names one of the actions in full, where it guards some parameters or all.
fn named<'s>(statement: &'s Statement, names: &[&str]) -> Option<&'s Text<'s>> {
    let is_one = |text: &&Text| {
        text.value.split_once(':').is_some_and(|(service, written)| {
            service.eq_ignore_ascii_case("ssm")
                && names.iter().any(|name| written.eq_ignore_ascii_case(name))
                // Who forbids the history alone does not mean the values.
                && !written.eq_ignore_ascii_case("GetParameterHistory")
        })
    };
    let has_unknown = statement.actions().iter().any(|text| has_hole(text.value));
    statement.actions().iter().find(is_one).filter(|_| !has_unknown)
}

/// Whether a guard, or another one, denies an action on the guard's resources.
fn is_denied_elsewhere(document: &Document, guard: &Statement, name: &'static str) -> bool {
    let covers = |other: &Statement, text: &Text| {
        let mut theirs = other.resources().iter();
        theirs.any(|their| {
            has_hole(their.value)
                || their.value == text.value
                || resources(their.value).covers(&resources(text.value))
        })
    };
    denying(document, name).any(|other| {
        let is_same = other.node.span == guard.node.span;
        let is_not = other.resources.as_ref().is_none_or(|element| element.sense == Sense::IsNot);
        is_same || is_not || guard.resources().iter().all(|text| covers(other, text))
    })
}

pub(super) fn by_path(document: &Document, violations: &mut Violations) {
    if !document.is_complete || is_oversized(document) {
        return;
    }
    let guards = ["GetParameter", "GetParameters"].into_iter();
    for statement in guards.flat_map(|name| denying(document, name)) {
        for text in statement.resources() {
            let open = paths_above(text.value).into_iter().find(|path| may_ask_for(document, path));
            if let Some(path) = open {
                violations.report(&text.span, format!(
                    "These parameters are returned all the same by `ssm:GetParametersByPath` for {}, which is allowed here.",
                    quote(path.rsplit_once(":parameter").map_or(&path, |(_, name)| name))
                ));
            }
        }
    }
}

/// The ARNs of the paths that a parameter lies below, the nearest first. The root is left out: AWS does not document its
/// ARN.
fn paths_above(text: &str) -> Vec<String> {
    let Some(arn) = Arn::parse(text).filter(|arn| arn.service == "ssm") else { return Vec::new() };
    let (Some(name), Some(start)) =
        (arn.resource.strip_prefix("parameter/"), text.strip_suffix(arn.resource))
    else {
        return Vec::new();
    };
    if has_hole(name) || is_pattern(start) && start.contains('$') {
        return Vec::new();
    }
    let mut paths = Vec::new();
    let mut path = format!("{start}parameter");
    for part in name.split('/').take_while(|part| !is_pattern(part)) {
        path = format!("{path}/{part}");
        paths.push(path.clone());
    }
    // What is named in full is no path to itself.
    if !is_pattern(name) {
        paths.pop();
    }
    paths.reverse();
    paths
}

/// Whether the document allows asking for a path, for certain.
fn may_ask_for(document: &Document, path: &str) -> bool {
    let about = |statement: &&Statement| statement.is_about("ssm", "GetParametersByPath");
    // A path with wildcards in region or account is compared as it is written.
    let wanted = Glob::pattern(path);
    let covers = |text: &Text| match in_one_place(text.value, path) {
        Some((text, path)) => resources(&text).covers(&Glob::pattern(&path)),
        None => !has_hole(text.value) && resources(text.value).covers(&wanted),
    };
    let is_allowed = document.allows().filter(about).any(|statement| {
        statement.conditions.is_empty() && statement.resources().iter().any(covers)
    });
    let may_be_denied = document.statements.iter().filter(about).any(|statement| {
        let meets = |text: &Text| match in_one_place(text.value, path) {
            Some((text, path)) => resources(&text).intersects(&Glob::pattern(&path)),
            None if has_hole(path) => resources(text.value).intersects(&resources(path)),
            None => resources(text.value).intersects(&wanted),
        };
        let is_not =
            statement.resources.as_ref().is_none_or(|element| element.sense == Sense::IsNot);
        !statement.allows() && (is_not || statement.resources().iter().any(meets))
    });
    is_allowed && !may_be_denied
}
