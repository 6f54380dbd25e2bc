//! Accounts, roles and their sessions as principals.

use crate::finding::Severity;
use crate::policy::arn::Arn;
use crate::policy::checks::{Violations, list, quote};
use crate::policy::condition;
use crate::policy::document::{Document, Kind, Sense, Statement};
use crate::policy::fix::Change;
use crate::policy::principal::{Form, Kind as PrincipalKind, Principal};
use crate::policy::text::has_hole;

/// Account and name of the role that a session is of.
fn session_of<'a>(principal: &Principal<'a>) -> Option<(&'a str, &'a str)> {
    let arn = Arn::parse(principal.text).filter(|arn| arn.service == "sts")?;
    let (role, _) = arn.resource.strip_prefix("assumed-role/")?.split_once('/')?;
    Some((arn.account, role))
}

/// Account and name of a role.
fn role_of<'a>(principal: &Principal<'a>) -> Option<(&'a str, &'a str)> {
    let arn = Arn::parse(principal.text).filter(|arn| arn.service == "iam")?;
    Some((arn.account, arn.resource.strip_prefix("role/")?.rsplit('/').next()?))
}

pub(super) fn assumed_role_redundant(document: &Document, violations: &mut Violations) {
    for principals in document.statements.iter().map(Statement::principals) {
        for session in principals {
            let Some(of) = session_of(session) else { continue };
            let Some(role) = principals.iter().find(|other| role_of(other) == Some(of)) else {
                continue;
            };
            violations.report(
                &session.span,
                format!("{} is listed as well, which takes in every session.", quote(role.text)),
            );
            violations.fix([Change::RemoveItem { span: session.span.clone() }]);
        }
    }
}

pub(super) fn session_principal(document: &Document, violations: &mut Violations) {
    for statement in &document.statements {
        let severity = if statement.denies() { Severity::Medium } else { Severity::Note };
        for session in statement.principals().iter().filter(|p| session_of(p).is_some()) {
            let message = if statement.denies() {
                "Whoever assumes the role chooses the name of the session: under another name this Deny does not apply."
            } else {
                "Only a session of this very name is let in; whoever assumes the role chooses that name."
            };
            violations.report_as(severity, &session.span, message);
        }
    }
}

pub(super) fn notprincipal_deny_incomplete(document: &Document, violations: &mut Violations) {
    for statement in document.statements.iter().filter(|statement| statement.denies()) {
        let Some(element) = statement.principals.as_ref().filter(|e| e.sense == Sense::IsNot)
        else {
            continue;
        };
        let items = &element.items;
        if items.iter().any(|item| has_hole(item.text) || item.form() == Form::Open) {
            continue;
        }
        let has_account = |account: Option<&str>| {
            items.iter().any(|item| item.is_account() && item.account() == account)
        };
        for item in items.iter().filter(|item| item.kind == PrincipalKind::Aws) {
            if item.form() != Form::Identity || item.account().is_none() {
                continue;
            }
            let lacks_role = session_of(item)
                .is_some_and(|of| !items.iter().any(|other| role_of(other) == Some(of)));
            let lacks_account = !has_account(item.account());
            let missing = match (lacks_role, lacks_account) {
                (true, true) => "its role and its account",
                (true, false) => "its role",
                (false, true) => "its account",
                (false, false) => continue,
            };
            violations.report(
                &item.span,
                format!(
                    "Without {missing} in the same list, {} is denied all the same.",
                    quote(item.text)
                ),
            );
        }
    }
}

/// Whether a condition picks some principals out of an account, or asks for more than its word.
fn picks_some(statement: &Statement) -> bool {
    condition::names_callers(&statement.conditions)
        || statement.conditions.iter().any(|condition| {
            condition.is_on(&["aws:multifactorauthpresent", "aws:multifactorauthage"])
                || condition.narrows()
                    && condition.is_on(&["aws:principalarn", "aws:principaltag/", "sts:externalid"])
        })
}

/// The account that owns what the document is attached to, when the document says so.
fn owner<'d>(document: &'d Document) -> Option<&'d str> {
    let mut accounts: Vec<&str> = match document.kind {
        Kind::Resource => {
            let resources = document.statements.iter().flat_map(Statement::resources);
            resources
                .filter_map(|text| Arn::parse(text.value).and_then(|arn| arn.account_id()))
                .collect()
        }
        Kind::Key => document
            .allows()
            .filter(|statement| statement.is_about("kms", "PutKeyPolicy"))
            .flat_map(Statement::principals)
            .filter_map(Principal::account)
            .collect(),
        _ => Vec::new(),
    };
    accounts.sort_unstable();
    accounts.dedup();
    match accounts[..] {
        [one] => Some(one),
        _ => None,
    }
}

pub(super) fn external_account(document: &Document, violations: &mut Violations) {
    let Some(owner) = owner(document) else { return };
    for statement in document.allows() {
        let is_foreign = |principal: &&Principal| {
            principal.kind == PrincipalKind::Aws
                && principal.account().is_some_and(|account| account != owner)
        };
        let foreign: Vec<&Principal> = statement.principals().iter().filter(is_foreign).collect();
        let Some(first) = foreign.first() else { continue };
        let mut accounts: Vec<&str> = foreign.iter().filter_map(|p| p.account()).collect();
        accounts.sort_unstable();
        accounts.dedup();
        violations.report(
            &first.span,
            format!(
                "This belongs to account {}, and {} is let in.",
                quote(owner),
                list(&accounts, 3)
            ),
        );
    }
}

pub(super) fn account_root_broad(document: &Document, violations: &mut Violations) {
    let owner = owner(document);
    for statement in document.allows().filter(|statement| !picks_some(statement)) {
        for principal in statement.principals().iter().filter(|p| p.is_account()) {
            let Some(account) = principal.account().filter(|account| Some(*account) != owner)
            else {
                continue;
            };
            let what = match document.kind {
                Kind::Trust => "may assume this role",
                _ => "may do this",
            };
            // Most often it is the account of the role or resource itself.
            let severity = if owner.is_some() { Severity::Low } else { Severity::Note };
            violations.report_as(
                severity,
                &principal.span,
                format!(
                    "Every user and role of account {} that its own policies allow it to {what}.",
                    quote(account)
                ),
            );
        }
    }
}

pub(super) fn no_external_id(document: &Document, violations: &mut Violations) {
    let assuming =
        |statement: &&Statement| statement.is_about("sts", "AssumeRole") && !picks_some(statement);
    for statement in document.allows().filter(assuming) {
        for principal in statement.principals().iter().filter(|p| p.kind == PrincipalKind::Aws) {
            let Some(account) = principal.account() else { continue };
            violations.report(
                &principal.span,
                format!(
                    "If account {} belongs to a provider, its other customers can have this role assumed for them.",
                    quote(account)
                ),
            );
        }
    }
}
