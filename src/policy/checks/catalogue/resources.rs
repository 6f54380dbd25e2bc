//! Resources of identity policies against the types that actions take.

use std::collections::{BTreeMap, BTreeSet};

use super::{outcome, severity, weigh};
use crate::finding::Severity;
use crate::policy::arn::{self, Arn};
use crate::policy::catalogue::{Action, Catalogue, ResourceType};
use crate::policy::checks::{Violations, list, quote};
use crate::policy::document::{Document, Sense, Statement, Text};
use crate::policy::glob::{Glob, matches_ignoring_case};
use crate::policy::text::is_pattern;

/// The most pairs of a resource and a type that are compared in one document: no policy of everyday size has more.
const MAX_PAIRS: usize = 50_000;

/// What the actions of a statement take together; nothing where that is not known of one of them, or where one is a
/// pattern for all of AWS.
fn types_of<'d>(
    catalogue: &'d Catalogue,
    statement: &'d Statement,
) -> Option<BTreeMap<&'d str, ResourceType<'d>>> {
    let mut types = BTreeMap::new();
    for text in statement.actions() {
        if text.value.starts_with('*') || is_open(text.value) {
            return None;
        }
        let mut actions = catalogue.matching(text.value).peekable();
        actions.peek()?;
        for action in actions {
            types.extend(action.resource_types()?.into_iter().map(|kind| (kind.arn, kind)));
        }
    }
    (!types.is_empty()).then_some(types)
}

/// Whether a text has a part that may be anything, of which wildcards are none.
fn is_open(text: &str) -> bool {
    is_pattern(&text.replace(['*', '?'], ""))
}

/// The resources of a statement that are ARNs with all fields, of a service in particular.
fn arns<'d>(statement: &'d Statement) -> impl Iterator<Item = (&'d Text<'d>, Arn<'d>)> {
    statement.resources().iter().filter_map(|text| {
        let arn = Arn::parse(text.value)?;
        (!is_pattern(arn.service)).then_some((text, arn))
    })
}

fn is_of_service(kind: &ResourceType, service: &str) -> bool {
    is_pattern(kind.service()) || kind.service() == service
}

/// Whether a resource may be of a type.
fn fits(arn: &Arn, glob: &Glob, kind: &ResourceType) -> bool {
    is_of_service(kind, arn.service) && kind.may_have(arn.resource) && glob.intersects(&kind.arns())
}

/// A resource that fits nothing, and what the actions of its statement take.
struct Stray<'d> {
    statement: &'d Statement<'d>,
    text: &'d Text<'d>,
    arn: Arn<'d>,
    types: BTreeMap<&'d str, ResourceType<'d>>,
    /// Whether another resource of the statement fits: then this one is only too many.
    is_spare: bool,
}

/// Whether an action of the statement takes resources of a stray's service.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Service {
    Own,
    Foreign,
}

/// The resources that are of no type which an action of their statement takes.
fn strays<'d>(document: &'d Document<'d>, wanted: Service) -> Vec<Stray<'d>> {
    let (mut found, mut pairs) = (Vec::new(), 0_usize);
    for statement in &document.statements {
        if arns(statement).next().is_none() {
            continue;
        }
        let Some(types) = types_of(document.catalogue, statement) else { continue };
        pairs = pairs.saturating_add(types.len().saturating_mul(statement.resources().len()));
        if pairs > MAX_PAIRS {
            break;
        }
        let from = found.len();
        for (text, arn) in arns(statement) {
            let is_own = types.values().any(|kind| is_of_service(kind, arn.service));
            // Checks of their own know aliases of keys.
            let is_alias = arn.service == "kms" && arn.resource.starts_with("alias/");
            // Asked for besides the stack: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-template.html>
            let is_macro =
                arn.service == "cloudformation" && arn.resource.starts_with("transform/");
            if is_alias || is_macro || is_own != (wanted == Service::Own) {
                continue;
            }
            let glob = arn::resources(text.value);
            if !is_own || !types.values().any(|kind| fits(&arn, &glob, kind)) {
                found.push(Stray { statement, text, arn, types: types.clone(), is_spare: false });
            }
        }
        let is_spare = found.len() - from < statement.resources().len();
        found.iter_mut().skip(from).for_each(|stray: &mut Stray| stray.is_spare = is_spare);
    }
    found
}

pub(super) fn no_matching_action(document: &Document, violations: &mut Violations) {
    for Stray { statement, text, arn, types, is_spare } in strays(document, Service::Own) {
        let own = types.values().filter(|kind| is_of_service(kind, arn.service));
        let patterns: BTreeSet<String> = own.map(ResourceType::shown).collect();
        let patterns: Vec<&str> = patterns.iter().map(String::as_str).collect();
        let spare = if is_spare && statement.allows() { Severity::Low } else { Severity::High };
        violations.report_as(
            severity(statement, Sense::Is).min(spare),
            &text.span,
            format!(
                "No action of this statement takes {}, so it {}; they take {}.",
                quote(text.value),
                outcome(statement, Sense::Is),
                list(&patterns, 3)
            ),
        );
        weigh(violations, document.catalogue);
    }
}

/// Services that go by two names, either of which stands in ARNs and actions of the other.
const SAME: &[&[&str]] =
    &[&["codeconnections", "codestar-connections"], &["redshift", "redshift-serverless"]];

pub(super) fn service_mismatch(document: &Document, violations: &mut Violations) {
    for Stray { statement, text, arn, types, .. } in strays(document, Service::Foreign) {
        let services: BTreeSet<&str> = types.values().map(ResourceType::service).collect();
        let is_same = |names: &&[&str]| {
            names.contains(&arn.service) && names.iter().any(|name| services.contains(name))
        };
        if SAME.iter().any(is_same) {
            continue;
        }
        let services: Vec<&str> = services.into_iter().collect();
        violations.report_as(
            severity(statement, Sense::Is),
            &text.span,
            format!(
                "{} is of {}, the actions take resources of {}: named here it {}.",
                quote(text.value),
                quote(arn.service),
                list(&services, 3),
                outcome(statement, Sense::Is)
            ),
        );
        weigh(violations, document.catalogue);
    }
}

/// Actions that touch several resources in one request. Of others AWS also marks several types as required, where it means
/// one of them.
const TOUCHING_SEVERAL: &[&str] = &[
    "Associate*",
    "Attach*",
    "CreateAlias",
    "DeleteAlias",
    "Detach*",
    "Disassociate*",
    "RunInstances",
    "UpdateAlias",
];

pub(super) fn missing_required_type(document: &Document, violations: &mut Violations) {
    if !document.is_complete {
        return;
    }
    let mut seen = BTreeSet::new();
    for statement in document.allows() {
        for text in statement.actions() {
            if is_pattern(text.value) {
                continue;
            }
            let Some(action) = document.catalogue.matching(text.value).next() else { continue };
            let touches =
                TOUCHING_SEVERAL.iter().any(|name| matches_ignoring_case(name, action.name));
            if touches && seen.insert(action.full_name()) {
                report_missing(document, &action, text, violations);
            }
        }
    }
}

/// Reports the types an action cannot do without, where one of them is named in some statement and another in none.
fn report_missing(document: &Document, action: &Action, text: &Text, violations: &mut Violations) {
    let mut required = action.resource_types().unwrap_or_default();
    required.retain(|kind| kind.is_required);
    if required.len() < 2 {
        return;
    }
    let mut resources = Vec::new();
    for statement in document.allows().filter(|s| s.is_about(action.service, action.name)) {
        let Some(element) = statement.resources.as_ref().filter(|e| e.sense == Sense::Is) else {
            return;
        };
        resources.extend(element.items.iter().map(|text| arn::resources(text.value)));
    }
    let (named, missing): (Vec<_>, Vec<_>) = required.iter().partition(|kind| {
        let arns = kind.arns();
        resources.iter().any(|glob| glob.intersects(&arns))
    });
    if named.is_empty() || missing.is_empty() {
        return;
    }
    let patterns = |kinds: &[&ResourceType]| {
        let shown: Vec<String> = kinds.iter().map(|kind| kind.shown()).collect();
        list(&shown.iter().map(String::as_str).collect::<Vec<_>>(), 3)
    };
    violations.report(
        &text.span,
        format!(
            "{} also needs {}, which no statement here names for it.",
            quote(text.value),
            patterns(&missing)
        ),
    );
}
