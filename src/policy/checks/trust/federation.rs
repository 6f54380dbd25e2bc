//! Roles for the users of identity providers.

use super::issuers::{self, Needs};
use crate::finding::Severity;
use crate::policy::checks::{Violations, quote};
use crate::policy::condition::{Condition, Quantifier};
use crate::policy::document::{Document, Statement};
use crate::policy::principal::{Kind, Principal};
use crate::policy::text::{Wildcards, has_hole};

/// What a federated principal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Provider<'a> {
    Saml,
    /// With its name, which starts its condition keys.
    Oidc(&'a str),
    /// Not known before the policy is deployed.
    Unknown,
}

pub(super) fn provider<'a>(principal: &Principal<'a>) -> Option<Provider<'a>> {
    if principal.kind != Kind::Federated {
        return None;
    }
    let text = principal.text;
    if text.contains(":saml-provider/") {
        return Some(Provider::Saml);
    }
    let name = text.split_once(":oidc-provider/").map_or(text, |(_, name)| name);
    let is_open = has_hole(name) || name.contains(['$', '<', '{']) || name.starts_with("arn:");
    Some(if is_open { Provider::Unknown } else { Provider::Oidc(name) })
}

/// The claim that a condition is on, when it is one of a provider's tokens.
fn claim<'c>(condition: &'c Condition, provider: &str) -> Option<&'c str> {
    let start = provider.trim_end_matches('/').to_ascii_lowercase();
    condition.key.strip_prefix(&start)?.trim_start_matches('/').strip_prefix(':')
}

/// The statements that let in users of providers with tokens, each with the principal and the name of the provider.
fn oidc<'d>(
    document: &'d Document,
) -> impl Iterator<Item = (&'d Statement<'d>, &'d Principal<'d>, &'d str)> {
    let taking = document
        .statements
        .iter()
        .filter(|s| s.allows() && s.is_about("sts", "AssumeRoleWithWebIdentity"));
    taking.flat_map(|statement| {
        statement.principals().iter().filter_map(move |principal| match provider(principal)? {
            Provider::Oidc(name) => Some((statement, principal, name)),
            Provider::Saml | Provider::Unknown => None,
        })
    })
}

pub(super) fn no_subject(document: &Document, violations: &mut Violations) {
    for (statement, principal, name) in oidc(document) {
        let issuer = issuers::find(name);
        let names_user = |condition: &Condition| {
            claim(condition, name).is_some_and(|claim| match issuer.map(|issuer| issuer.needs) {
                Some(Needs::Subject) => !["aud", "amr", "azp", "oaud"].contains(&claim),
                Some(Needs::Application) => claim != "amr",
                None => true,
            })
        };
        let is_named = statement.conditions.iter().any(|condition| {
            let is_positive = !condition.is_negated() && condition.operator.base != "Null";
            is_positive && names_user(condition)
        });
        let is_open = statement
            .conditions
            .iter()
            .any(|condition| condition.key.is_empty() || has_hole(&condition.key));
        let is_denied = document.statements.iter().filter(|s| s.denies()).any(|deny| {
            deny.conditions.iter().any(|condition| condition.is_negated() && names_user(condition))
        });
        if is_named || is_denied || is_open {
            continue;
        }
        let (severity, who) = issuer.map_or_else(
            || (Severity::Medium, "whoever has a token of this provider".to_owned()),
            |issuer| (issuer.severity, issuer.everybody.to_owned()),
        );
        let what = match issuer.map(|issuer| issuer.needs) {
            Some(Needs::Subject) => format!("`{name}:sub`"),
            _ => format!("a claim of `{name}`"),
        };
        violations.report_as(
            severity,
            &principal.span,
            format!("No condition is on {what}: {who} can assume this role."),
        );
    }
}

pub(super) fn broad_subject(document: &Document, violations: &mut Violations) {
    for (statement, _, name) in oidc(document) {
        let issuer = issuers::find(name);
        for condition in &statement.conditions {
            let is_compared = !condition.is_negated() && condition.operator.base != "Null";
            if !is_compared || claim(condition, name) != Some("sub") {
                continue;
            }
            for (value, span) in &condition.values {
                let steps = issuer.map_or(&[][..], |issuer| issuer.subject);
                let found = match condition.operator.wildcards() {
                    _ if has_hole(value) || value.contains("${") => None,
                    Wildcards::Match if value.trim_matches('*').is_empty() => issuer.map_or(
                        Some((Severity::Medium, "whoever has a token of this provider")),
                        |issuer| Some((issuer.severity, issuer.everybody)),
                    ),
                    Wildcards::Match => issuers::opens(value, steps),
                    Wildcards::Plain => None,
                };
                let found = found.or_else(|| {
                    let pulls = value.starts_with("repo:") && value.ends_with(":pull_request");
                    pulls.then_some((
                        Severity::Medium,
                        "the code of a pull request, before anybody reviewed it",
                    ))
                });
                if let Some((severity, who)) = found {
                    let message = format!("{} lets in {who}.", quote(value));
                    violations.report_as(severity, span, message);
                }
            }
        }
    }
}

pub(super) fn audience_set_operator(document: &Document, violations: &mut Violations) {
    for (statement, _, name) in oidc(document) {
        for condition in &statement.conditions {
            let what = match condition.operator.quantifier {
                Quantifier::None => continue,
                Quantifier::ForAllValues => "`ForAllValues` also holds without any",
                Quantifier::ForAnyValue => "`ForAnyValue` suggests several",
            };
            if claim(condition, name) == Some("aud")
                && let Some((_, span)) = condition.values.first()
            {
                let message = format!("IAM compares the one audience of a token; {what}.");
                violations.report(span, message);
            }
        }
    }
}

pub(super) fn saml_audience(document: &Document, violations: &mut Violations) {
    for statement in document.allows().filter(|s| s.is_about("sts", "AssumeRoleWithSAML")) {
        let has_audience = statement
            .conditions
            .iter()
            .any(|condition| condition.is_on(&["saml:aud"]) && condition.narrows());
        let provider = statement
            .principals()
            .iter()
            .find(|principal| provider(principal) == Some(Provider::Saml));
        if let (false, Some(principal)) = (has_audience, provider) {
            violations.report(
                &principal.span,
                "No condition is on `SAML:aud`: any assertion that the provider signs is taken, whatever it was for.",
            );
        }
    }
}

pub(super) fn unsupported(document: &Document, violations: &mut Violations) {
    for statement in document.allows() {
        if statement.services().iter().any(|service| matches!(service.as_str(), "sts" | "*")) {
            continue;
        }
        for principal in statement.principals().iter().filter(|p| p.kind == Kind::Federated) {
            violations.report(
                &principal.span,
                format!(
                    "{} is a principal for trust policies alone: here it lets nobody in.",
                    quote(principal.text)
                ),
            );
        }
    }
}
