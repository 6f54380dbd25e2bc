//! Key policies: who can change them, and what other accounts get.

use super::usage::constrains_grants;
use crate::finding::Severity;
use crate::policy::actions;
use crate::policy::arn::{Arn, is_everything};
use crate::policy::checks::{Violations, quote};
use crate::policy::document::{Document, Sense, Statement};
use crate::policy::fix::Change;
use crate::policy::principal::{Form, Kind, Principal};
use crate::policy::text::has_hole;

/// What a principal of another account can do with a key.
/// <https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html>
const ACROSS_ACCOUNTS: &[&str] = &[
    "CreateGrant",
    "Decrypt",
    "DeriveSharedSecret",
    "DescribeKey",
    "Encrypt",
    "GenerateDataKey",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
    "GenerateDataKeyWithoutPlaintext",
    "GenerateMac",
    "GetKeyRotationStatus",
    "GetPublicKey",
    "ListGrants",
    "ReEncryptFrom",
    "ReEncryptTo",
    "RetireGrant",
    "RevokeGrant",
    "Sign",
    "Verify",
    "VerifyMac",
];

fn changes_policy(statement: &Statement) -> bool {
    statement.is_about("kms", "PutKeyPolicy")
}

/// Whether the statement lets the whole account decide: its root, or everybody of it.
fn is_for_account(statement: &Statement) -> bool {
    let by_condition = statement.conditions.iter().any(|condition| {
        condition.is_on(&["kms:calleraccount", "aws:principalaccount", "aws:principalorgid"])
            && condition.narrows()
    });
    statement.principals().iter().any(|principal| {
        principal.is_account()
            || (principal.is_everyone() && (by_condition || statement.conditions.is_empty()))
    })
}

/// Whether a principal is not known before a template is filled in.
fn is_open(statement: &Statement) -> bool {
    let not_principal =
        statement.principals.as_ref().is_some_and(|element| element.sense == Sense::IsNot);
    not_principal
        || statement
            .principals()
            .iter()
            .any(|principal| principal.form() == Form::Open && principal.kind == Kind::Aws)
}

pub(super) fn lockout(document: &Document, violations: &mut Violations) {
    if document.statements.is_empty() || is_managed_by_aws(document) {
        return;
    }
    let able: Vec<&Statement> =
        document.allows().filter(|statement| changes_policy(statement)).collect();
    for statement in document.statements.iter().filter(|s| s.denies() && changes_policy(s)) {
        let everybody = statement.principals().iter().find(|principal| principal.is_everyone());
        if let Some(principal) = everybody.filter(|_| statement.conditions.is_empty()) {
            violations.report(
                &principal.span,
                "Nobody, not even the account's root, can ever change this key policy again.",
            );
        }
    }
    let is_kept = able.iter().any(|statement| is_for_account(statement) || is_open(statement));
    if is_kept || !document.is_complete {
        return;
    }
    // What lies by itself may be a part of the policy.
    let most = if document.is_attached { Severity::Critical } else { Severity::Medium };
    let (severity, message) = if able.is_empty() {
        (
            Severity::Critical,
            "No statement allows `kms:PutKeyPolicy`: nobody, not even the account's root, can change this policy.",
        )
    } else {
        (
            Severity::High,
            "Only single users or roles may change this policy; when they are deleted, the key cannot be managed any more.",
        )
    };
    violations.report_as(severity.min(most), &document.heading(), message);
}

/// The policy of a key that AWS manages: everybody of the account, through one service. Nobody else can change it.
/// <https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html>
fn is_managed_by_aws(document: &Document) -> bool {
    document.allows().any(|statement| {
        let narrowed = |key| statement.conditions.iter().any(|c| c.is_on(&[key]) && c.narrows());
        statement.principals().iter().any(Principal::is_everyone)
            && narrowed("kms:calleraccount")
            && narrowed("kms:viaservice")
    })
}

/// The account that owns the key: the one whose root may change the policy, named first.
fn owner<'d>(document: &'d Document) -> Option<&'d str> {
    let of_account = document
        .allows()
        .filter(|statement| changes_policy(statement))
        .flat_map(Statement::principals)
        .find(|principal| principal.is_account());
    of_account.and_then(Principal::account)
}

/// Each statement that allows principals of other accounts, with the first of them.
fn foreign<'d>(document: &'d Document) -> Vec<(&'d Statement<'d>, &'d Principal<'d>)> {
    let Some(owner) = owner(document) else { return Vec::new() };
    let is_foreign = |principal: &&Principal| {
        principal.kind == Kind::Aws && principal.account().is_some_and(|account| account != owner)
    };
    let with_principal = |statement: &'d Statement<'d>| {
        Some((statement, statement.principals().iter().find(is_foreign)?))
    };
    document.statements.iter().filter(|s| s.allows()).filter_map(with_principal).collect()
}

pub(super) fn external_admin(document: &Document, violations: &mut Violations) {
    for (statement, principal) in foreign(document) {
        let grants = statement.is_about("kms", "CreateGrant")
            && !statement.conditions.iter().any(constrains_grants);
        let administers = statement.is_about_any("kms", &["PutKeyPolicy", "ScheduleKeyDeletion"]);
        if !grants && !administers {
            continue;
        }
        let what = match (grants, administers) {
            (true, true) => {
                "is given the administration of this key, and may pass its use on to anybody with grants"
            }
            (true, false) => {
                "may pass the use of this key on to anybody: nothing narrows its grants"
            }
            _ => "is given the administration of this key",
        };
        violations.report(
            &principal.span,
            format!("The foreign principal {} {what}.", quote(principal.text)),
        );
    }
}

pub(super) fn ineffective_action(document: &Document, violations: &mut Violations) {
    for (statement, principal) in foreign(document) {
        let is_foreign_only = statement
            .principals()
            .iter()
            .all(|other| other.account().is_some_and(|account| Some(account) != owner(document)));
        if !is_foreign_only {
            continue;
        }
        for text in statement.actions() {
            let mut matching = document.catalogue.matching(text.value).peekable();
            let is_known = matching.peek().is_some();
            let works = matching.any(|action| ACROSS_ACCOUNTS.contains(&action.name));
            if is_known && !works && !text.value.eq_ignore_ascii_case("kms:*") {
                violations.report(&text.span, format!(
                    "{} has no effect for {}: KMS takes it only from principals of the key's own account.",
                    quote(text.value),
                    quote(principal.text)
                ));
            }
        }
    }
}

pub(super) fn calleraccount_mismatch(document: &Document, violations: &mut Violations) {
    for statement in document.allows() {
        let accounts: Option<Vec<&str>> =
            statement.principals().iter().map(Principal::account).collect();
        let Some(accounts) = accounts.filter(|accounts| !accounts.is_empty()) else { continue };
        for condition in &statement.conditions {
            if !condition.is_on(&["kms:calleraccount"]) || !condition.operator.requires_value() {
                continue;
            }
            let is_literal = |value: &str| !value.contains(['*', '?', '$']);
            if condition
                .values
                .iter()
                .any(|(value, _)| accounts.contains(value) || !is_literal(value))
            {
                continue;
            }
            if let Some((value, span)) = condition.values.first() {
                violations.report(span, format!(
                    "The principal is of account {}, so the caller never is of {}: this Allow grants nothing.",
                    accounts.iter().take(3).map(|account| quote(account)).collect::<Vec<_>>().join(", "),
                    quote(value)
                ));
            }
        }
    }
}

pub(super) fn resource_not_star(document: &Document, violations: &mut Violations) {
    for text in document.statements.iter().flat_map(Statement::resources) {
        let is_open = has_hole(text.value) && Arn::parse(text.value).is_none();
        if !is_everything(text.value, "kms") && !text.value.contains('$') && !is_open {
            // Examples of AWS name the key itself.
            let may_be_own = Arn::parse(text.value)
                .is_some_and(|arn| arn.service == "kms" && arn.resource.starts_with("key/"));
            let severity = if may_be_own { Severity::Medium } else { Severity::High };
            violations.report_as(severity, &text.span, format!(
                "A key policy is about its own key, which is written `*`; where {} is anything else, it matches nothing.",
                quote(text.value)
            ));
            let from = text.value.to_owned();
            violations.fix([Change::Rewrite { span: text.span.clone(), from, to: "*".to_owned() }]);
        }
    }
}

/// A role whose name says that it administers is taken at its word.
pub(super) fn star_to_non_admin(document: &Document, violations: &mut Violations) {
    let owner = owner(document);
    let is_meant = |principal: &&Principal| {
        let is_own =
            principal.account().is_none_or(|account| owner.is_none_or(|own| own == account));
        let is_identity = principal.kind == Kind::Aws && principal.form() == Form::Identity;
        let administers = principal.text.to_ascii_lowercase().contains("admin");
        let is_named = !has_hole(principal.text.rsplit(':').next().unwrap_or_default());
        (is_identity && is_own && is_named && !administers) || principal.kind == Kind::Service
    };
    for statement in document.allows() {
        let mut actions = statement.actions().iter();
        let Some(text) = actions.find(|text| actions::covers(text.value, "kms:*")) else {
            continue;
        };
        if let Some(principal) = statement.principals().iter().find(is_meant) {
            violations.report(&text.span, format!(
                "{} may not only use this key: it may change who else does, and schedule its deletion.",
                quote(principal.text)
            ));
        }
    }
}
