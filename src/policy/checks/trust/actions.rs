//! The actions of trust policies, and whose they are.

use super::federation::{Provider, provider};
use crate::policy::checks::{Violations, list, quote};
use crate::policy::condition::Condition;
use crate::policy::document::{Document, Sense, Statement};
use crate::policy::fix::Change;
use crate::policy::principal::{Kind, Principal};
use crate::policy::text::has_hole;

const ASSUME: &str = "AssumeRole";
const WITH_TOKEN: &str = "AssumeRoleWithWebIdentity";
const WITH_SAML: &str = "AssumeRoleWithSAML";

/// The action by which a principal assumes roles; none when it is not known which.
fn own_action(principal: &Principal) -> Option<&'static str> {
    match principal.kind {
        Kind::Everyone | Kind::CanonicalUser => None,
        Kind::Aws if principal.is_everyone() => None,
        Kind::Aws | Kind::Service => Some(ASSUME),
        Kind::Federated => match provider(principal)? {
            Provider::Saml => Some(WITH_SAML),
            Provider::Oidc(_) => Some(WITH_TOKEN),
            Provider::Unknown => None,
        },
    }
}

pub(super) fn mismatch(document: &Document, violations: &mut Violations) {
    for statement in document.allows() {
        let own: Option<Vec<&str>> = statement.principals().iter().map(own_action).collect();
        let Some(own) = own.filter(|own| !own.is_empty()) else { continue };
        for text in statement.actions() {
            let named = [ASSUME, WITH_TOKEN, WITH_SAML]
                .into_iter()
                .find(|name| text.value.eq_ignore_ascii_case(&format!("sts:{name}")));
            let Some(name) = named.filter(|name| !own.contains(name)) else { continue };
            let who = match name {
                ASSUME => "an AWS account, role or service",
                WITH_SAML => "a SAML provider",
                _ => "a provider with tokens (OIDC)",
            };
            violations.report(
                &text.span,
                format!(
                    "{} is for {who}, and none is named here: it grants nothing.",
                    quote(text.value)
                ),
            );
            let first = own.first().copied().unwrap_or(ASSUME);
            let is_clear = first != ASSUME && own.iter().all(|other| *other == first);
            if is_clear && !statement.is_about("sts", first) {
                let (from, to) = (text.value.to_owned(), format!("sts:{first}"));
                violations.fix([Change::Rewrite { span: text.span.clone(), from, to }]);
            }
        }
    }
}

/// Whether all actions are known, so that one can be said to be missing.
fn is_known(document: &Document) -> bool {
    let mut actions = document.statements.iter().flat_map(Statement::actions);
    document.is_complete && !actions.any(|text| has_hole(text.value))
}

/// Keys that a request has only when it sets what an action of its own allows.
const SET_BY: &[(&[&str], &str)] = &[
    (&["aws:requesttag/", "sts:transitivetagkeys", "aws:tagkeys"], "TagSession"),
    (&["sts:sourceidentity"], "SetSourceIdentity"),
];

pub(super) fn missing_for_key(document: &Document, violations: &mut Violations) {
    if !is_known(document) {
        return;
    }
    let assumes =
        |statement: &&Statement| statement.is_about_any("sts", &[ASSUME, WITH_TOKEN, WITH_SAML]);
    for statement in document.allows().filter(assumes) {
        for condition in &statement.conditions {
            let Some((_, action)) = SET_BY.iter().find(|(keys, _)| condition.is_on(keys)) else {
                continue;
            };
            let is_asked = condition.operator.requires_value() || condition.requires_presence();
            if is_asked && !document.allows().any(|other| other.is_about("sts", action)) {
                report_key(condition, action, violations);
            }
        }
    }
}

fn report_key(condition: &Condition, action: &str, violations: &mut Violations) {
    if let Some((_, span)) = condition.values.first() {
        violations.report(
            span,
            format!("A request can meet this only where `sts:{action}` is allowed as well, and it is not."),
        );
    }
}

pub(super) fn roles_anywhere(document: &Document, violations: &mut Violations) {
    const NEEDED: &[&str] = &[ASSUME, "TagSession", "SetSourceIdentity"];
    if !is_known(document) {
        return;
    }
    let is_it = |principal: &&Principal| {
        principal.kind == Kind::Service && principal.text == "rolesanywhere.amazonaws.com"
    };
    let of_it: Vec<(&Statement, &Principal)> = document
        .statements
        .iter()
        .filter(|statement| statement.allows())
        .filter_map(|statement| Some((statement, statement.principals().iter().find(is_it)?)))
        .collect();
    let Some((statement, principal)) = of_it.first() else { return };
    let missing: Vec<String> = NEEDED
        .iter()
        .filter(|name| !of_it.iter().any(|(statement, _)| statement.is_about("sts", name)))
        .map(|name| format!("sts:{name}"))
        .collect();
    if missing.is_empty() {
        return;
    }
    let names: Vec<&str> = missing.iter().map(String::as_str).collect();
    violations.report(
        &principal.span,
        format!(
            "IAM Roles Anywhere also needs {}; without it no session is made.",
            list(&names, 3)
        ),
    );
    let in_list = statement.actions.as_ref().is_some_and(|element| {
        element.sense == Sense::Is
            && element.entry.value.items().len() == element.items.len()
            && element.entry.value.span
                != element.items.last().map_or(0..0, |text| text.span.clone())
    });
    // One item can be put after another one; of several it would not be clear in which order.
    if let (true, [item], Some(last)) = (in_list, missing.as_slice(), statement.actions().last()) {
        violations.fix([Change::AddItem { after: last.span.clone(), item: item.clone() }]);
    }
}
