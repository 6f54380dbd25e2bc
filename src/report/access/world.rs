//! Everything but paths as the JSON report on access shows it: who and what there is, what was expected and assumed.

use serde::Serialize;

use super::facts::{Outcome, verb};
use super::views::{PlaceView, place};
use crate::access::{
    Access, Account, Assumption, Document, Expectation, Key, KeyRef, Principal, Secret, SecretKind,
    Site,
};
use crate::outcome::Skipped;

#[derive(Serialize)]
struct DocumentView<'a> {
    role: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<PlaceView<'a>>,
}

/// What all things in the world have.
#[derive(Serialize)]
struct CommonView<'a> {
    documents: Vec<DocumentView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<PlaceView<'a>>,
}

fn common<'a>(documents: &'a [Document], site: Option<&'a Site>) -> CommonView<'a> {
    CommonView { documents: documents.iter().map(document).collect(), place: place(site) }
}

fn document(Document { role, site, name }: &Document) -> DocumentView<'_> {
    DocumentView { role, name, place: place(site.as_ref()) }
}

#[derive(Serialize)]
pub(super) struct AccountView<'a> {
    label: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    org: Option<&'a str>,
    #[serde(flatten)]
    common: CommonView<'a>,
}

pub(super) fn account(account: &Account) -> AccountView<'_> {
    AccountView {
        label: &account.label,
        id: account.id.as_deref(),
        org: account.org.as_deref(),
        common: common(&account.documents, account.site.as_ref()),
    }
}

/// The label of an account.
fn label(access: &Access, at: usize) -> Option<&str> {
    access.accounts.get(at).map(|account| account.label.as_str())
}

#[derive(Serialize)]
pub(super) struct PrincipalView<'a> {
    label: &'a str,
    kind: &'static str,
    arn: &'a str,
    account: Option<&'a str>,
    foreign: bool,
    #[serde(flatten)]
    common: CommonView<'a>,
}

pub(super) fn principal<'a>(principal: &'a Principal, access: &'a Access) -> PrincipalView<'a> {
    PrincipalView {
        label: &principal.label,
        kind: principal.kind,
        arn: &principal.arn,
        account: label(access, principal.account),
        foreign: principal.is_foreign,
        common: common(&principal.documents, principal.site.as_ref()),
    }
}

#[derive(Serialize)]
pub(super) struct SecretView<'a> {
    label: &'a str,
    kind: SecretKind,
    arn: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<&'a str>,
    account: Option<&'a str>,
    key: KeyRefView<'a>,
    #[serde(flatten)]
    common: CommonView<'a>,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum KeyRefView<'a> {
    Managed,
    Known { label: &'a str },
    Unknown { name: &'a str },
}

pub(super) fn secret<'a>(secret: &'a Secret, access: &'a Access) -> SecretView<'a> {
    let key = match &secret.key {
        KeyRef::Managed => KeyRefView::Managed,
        KeyRef::Known(at) => {
            KeyRefView::Known { label: access.keys.get(*at).map_or("", |key| &key.label) }
        }
        KeyRef::Unknown(name) => KeyRefView::Unknown { name },
    };
    SecretView {
        label: &secret.label,
        kind: secret.kind,
        arn: &secret.arn,
        region: secret.region.as_deref(),
        account: label(access, secret.account),
        key,
        common: common(&secret.documents, secret.site.as_ref()),
    }
}

#[derive(Serialize)]
pub(super) struct KeyView<'a> {
    label: &'a str,
    arn: &'a str,
    account: Option<&'a str>,
    aliases: &'a [String],
    #[serde(flatten)]
    common: CommonView<'a>,
}

pub(super) fn key<'a>(key: &'a Key, access: &'a Access) -> KeyView<'a> {
    KeyView {
        label: &key.label,
        arn: &key.arn,
        account: label(access, key.account),
        aliases: &key.aliases,
        common: common(&key.documents, key.site.as_ref()),
    }
}

#[derive(Serialize)]
pub(super) struct ExpectationView<'a> {
    kind: &'static str,
    principal: &'a str,
    secret: &'a str,
    result: &'static str,
    paths: &'a [usize],
    #[serde(skip_serializing_if = "<[usize]>::is_empty")]
    broken: &'a [usize],
    #[serde(skip_serializing_if = "<[usize]>::is_empty")]
    open: &'a [usize],
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<PlaceView<'a>>,
}

pub(super) fn expectation(expectation: &Expectation) -> ExpectationView<'_> {
    ExpectationView {
        kind: verb(expectation),
        principal: &expectation.principal,
        secret: &expectation.secret,
        result: Outcome::of(expectation).name(),
        paths: &expectation.paths,
        broken: &expectation.broken,
        open: &expectation.open,
        place: place(expectation.site.as_ref()),
    }
}

/// An expectation without the paths that it is about.
#[derive(Serialize)]
pub(super) struct BrokenView<'a> {
    kind: &'static str,
    principal: &'a str,
    secret: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<PlaceView<'a>>,
}

pub(super) fn broken(expectation: &Expectation) -> BrokenView<'_> {
    BrokenView {
        kind: verb(expectation),
        principal: &expectation.principal,
        secret: &expectation.secret,
        place: place(expectation.site.as_ref()),
    }
}

#[derive(Serialize)]
pub(super) struct AssumptionView<'a> {
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<PlaceView<'a>>,
}

pub(super) fn assumption(Assumption { text, site }: &Assumption) -> AssumptionView<'_> {
    AssumptionView { text, place: place(site.as_ref()) }
}

#[derive(Serialize)]
pub(super) struct SkippedView<'a> {
    origin: String,
    reason: &'static str,
    detail: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    accepted: Option<&'a str>,
}

pub(super) fn skipped(skipped: &Skipped) -> SkippedView<'_> {
    SkippedView {
        origin: skipped.origin.to_string(),
        reason: skipped.reason.name(),
        detail: &skipped.detail,
        accepted: skipped.accepted.as_deref(),
    }
}
