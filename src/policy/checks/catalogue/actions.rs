//! Actions and services that AWS does not have.

use super::{in_catalogue, outcome, severity, weigh};
use crate::finding::Severity;
use crate::policy::actions::split;
use crate::policy::catalogue::{Action, Catalogue, RETIRED, alias, api_name};
use crate::policy::checks::{Violations, list, quote};
use crate::policy::document::{Document, Sense, Statement, Text};
use crate::policy::fix::Change;
use crate::policy::text::has_hole;

/// An action as written, in its two parts.
struct Written<'d> {
    statement: &'d Statement<'d>,
    sense: Sense,
    text: &'d Text<'d>,
    service: &'d str,
    name: &'d str,
}

/// The actions of a document that are whole, of the right form and of a service in particular.
fn written<'d>(document: &'d Document<'d>) -> impl Iterator<Item = Written<'d>> {
    let elements = document.statements.iter().filter_map(|statement| {
        let element = statement.actions.as_ref()?;
        Some((statement, element))
    });
    elements.flat_map(|(statement, element)| {
        element.items.iter().filter_map(move |text| {
            let (service, name) = split(text.value)?;
            let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
            let is_formed = !service.is_empty() && !name.is_empty() && service.bytes().all(is_name);
            let is_whole = !has_hole(text.value) && !text.value.contains(['$', ' ']);
            let sense = element.sense;
            (is_formed && is_whole).then_some(Written { statement, sense, text, service, name })
        })
    })
}

pub(super) fn unknown_service(document: &Document, violations: &mut Violations) {
    let mut before = None;
    for action in written(document) {
        let place = Some((action.statement.node.span.start, action.service));
        if document.catalogue.has_service(action.service) || before == place {
            continue;
        }
        before = place;
        let service = quote(action.service);
        let retired = RETIRED.iter().find(|(name, _)| name.eq_ignore_ascii_case(action.service));
        let meant = alias(action.service);
        let why = match (
            retired,
            meant.or_else(|| nearest_service(document.catalogue, action.service)),
        ) {
            (Some((_, name)), _) => format!("{name} is closed, and {service} is no longer"),
            (None, Some(near)) => {
                format!("{} may be meant, and {service} is no service", quote(near))
            }
            (None, None) => format!("{service} is no service"),
        };
        // Where nothing is left, a guard is needed no more.
        let most = if retired.is_some() { Severity::Medium } else { Severity::High };
        violations.report_as(
            severity(action.statement, action.sense).min(most),
            &action.text.span,
            format!(
                "{} matches no request and {}: {why} {}.",
                quote(action.text.value),
                outcome(action.statement, action.sense),
                in_catalogue()
            ),
        );
        if let Some(meant) = meant {
            violations.fix([rewrite(action.text, format!("{meant}:{}", action.name))]);
        }
        weigh(violations, document.catalogue);
    }
}

/// The service whose prefix differs by a slip.
fn nearest_service<'c>(catalogue: &'c Catalogue, prefix: &str) -> Option<&'c str> {
    let prefix = prefix.to_ascii_lowercase();
    let distance = |name: &str| strsim::damerau_levenshtein(name, &prefix);
    let may_be_near = |name: &&str| name.len().abs_diff(prefix.len()) <= 2;
    let near = catalogue.prefixes().filter(may_be_near).map(|name| (distance(name), name)).min()?;
    (near.0 <= 2 && near.0 * 2 < prefix.len()).then_some(near.1)
}

pub(super) fn unknown_action(document: &Document, violations: &mut Violations) {
    for action in written(document).filter(|action| !action.name.contains(['*', '?'])) {
        if !is_unknown(document.catalogue, &action) {
            continue;
        }
        let called = api_name(action.service, action.name);
        let why = match (called, nearest_action(document.catalogue, &action)) {
            (Some(names), _) => {
                format!("what is meant takes {}, and this action is not", list(names, 4))
            }
            (None, Some(near)) => {
                format!("{} may be meant, and this action is not", quote(&near.full_name()))
            }
            (None, None) => "there is no such action".to_owned(),
        };
        report_unknown(violations, &action, &why);
        if let Some((first, others)) = called.and_then(|names| names.split_first()) {
            let added = others.iter().map(|other| Change::AddItem {
                after: action.text.span.clone(),
                item: (*other).to_owned(),
            });
            let is_list = matches!(
                action.statement.actions.as_ref().map(|element| &element.entry.value.value),
                Some(crate::policy::tree::Value::List(_))
            );
            if is_list || others.is_empty() {
                let first = rewrite(action.text, (*first).to_owned());
                violations.fix([first].into_iter().chain(added));
            }
        }
        weigh(violations, document.catalogue);
    }
}

pub(super) fn matches_nothing(document: &Document, violations: &mut Violations) {
    for action in written(document).filter(|action| action.name.contains(['*', '?'])) {
        if is_unknown(document.catalogue, &action) {
            report_unknown(violations, &action, "no action has such a name");
            weigh(violations, document.catalogue);
        }
    }
}

/// Whether the service is known and has nothing of this name.
fn is_unknown(catalogue: &Catalogue, action: &Written) -> bool {
    catalogue.matching(action.text.value).next().is_none() && catalogue.has_service(action.service)
}

fn report_unknown(violations: &mut Violations, action: &Written, why: &str) {
    violations.report_as(
        severity(action.statement, action.sense),
        &action.text.span,
        format!(
            "{} matches no request and {}: {why} {}.",
            quote(action.text.value),
            outcome(action.statement, action.sense),
            in_catalogue()
        ),
    );
}

/// The action of the same service whose name is most like the one written, where one is like it.
fn nearest_action<'d>(catalogue: &'d Catalogue, action: &Written<'d>) -> Option<Action<'d>> {
    let wanted = action.name.to_ascii_lowercase();
    let may_be_near = |known: &Action| known.name.len().abs_diff(wanted.len()) <= 3;
    let described =
        catalogue.actions_of(action.service).filter(may_be_near).filter(Action::is_described);
    let near = described
        .map(|known| {
            (strsim::damerau_levenshtein(&known.name.to_ascii_lowercase(), &wanted), known)
        })
        .min_by_key(|(distance, _)| *distance)?;
    (near.0 <= 3.min(wanted.len() / 4)).then_some(near.1)
}

pub(super) fn case(document: &Document, violations: &mut Violations) {
    for action in written(document).filter(|action| !action.name.contains(['*', '?'])) {
        let Some(known) = document.catalogue.matching(action.text.value).next() else { continue };
        let name = known.full_name();
        if known.is_described() && name != action.text.value {
            let message = format!(
                "AWS writes this action {}. It works as it is; a search or a diff takes it for another one.",
                quote(&name)
            );
            violations.report(&action.text.span, message);
            violations.fix([rewrite(action.text, name)]);
        }
    }
}

fn rewrite(text: &Text, to: String) -> Change {
    Change::Rewrite { span: text.span.clone(), from: text.value.to_owned(), to }
}
