//! Paths and changes as the JSON reports on access show them.

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::changes::Kind;
use super::facts::Row;
use crate::access::{Access, Answer, Change, Fix, Link, Nearest, SecretKind, Site, Status};
use crate::blob::Origin;

/// Where something is written.
#[derive(Serialize)]
pub(super) struct PlaceView<'a> {
    path: Shown<'a>,
    line: u64,
    column: u64,
}

/// The name of an input, written without a copy of it.
struct Shown<'a>(&'a Origin);

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self.0)
    }
}

pub(super) fn place(site: Option<&Site>) -> Option<PlaceView<'_>> {
    let Site { origin, location } = site?;
    Some(PlaceView {
        path: Shown(origin),
        line: location.start.line,
        column: location.start.column,
    })
}

#[derive(Serialize)]
pub(super) struct PathView<'a> {
    principal: &'a str,
    secret: &'a str,
    answer: Answer,
    kind: SecretKind,
    principal_arn: &'a str,
    secret_arn: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    principal_account: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret_account: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<&'a str>,
    meant: bool,
    links: Links<'a>,
}

/// Which links of a path are shown, and how much of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Detail {
    /// All, with what helps.
    Full,
    /// Those that keep an answer from being `yes`, without what helps: there may be very many such paths.
    Reasons,
}

/// A path, whose links may be left out where it is one of very many that nobody meant.
pub(super) fn path(row: Row<'_>, all: bool) -> PathView<'_> {
    let detail = if row.is_idle() && !all { Detail::Reasons } else { Detail::Full };
    PathView {
        principal: &row.principal.label,
        secret: &row.secret.label,
        answer: row.path.answer,
        kind: row.secret.kind,
        principal_arn: &row.principal.arn,
        secret_arn: &row.secret.arn,
        principal_account: row.from.map(|account| account.label.as_str()),
        secret_account: row.to.map(|account| account.label.as_str()),
        region: row.secret.region.as_deref(),
        meant: row.path.is_meant,
        links: Links { row, detail },
    }
}

/// The links of a path, written one after the other.
struct Links<'a> {
    row: Row<'a>,
    detail: Detail,
}

impl Serialize for Links<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.detail {
            Detail::Full => serializer.collect_seq(self.row.path.links.iter().map(link)),
            Detail::Reasons => serializer.collect_seq(self.row.troubles().map(reason)),
        }
    }
}

#[derive(Serialize)]
struct LinkView<'a> {
    code: &'static str,
    name: &'static str,
    status: Status,
    needed: bool,
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<PlaceView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nearest: Option<NearestView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<FixView<'a>>,
}

#[derive(Serialize)]
struct NearestView<'a> {
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<PlaceView<'a>>,
}

#[derive(Serialize)]
struct FixView<'a> {
    document: &'a str,
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<PlaceView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    statement: Option<Value>,
}

fn link(link: &Link) -> LinkView<'_> {
    LinkView {
        nearest: link.nearest.as_ref().map(nearest),
        fix: link.fix.as_ref().map(fix),
        ..reason(link)
    }
}

fn reason(link: &Link) -> LinkView<'_> {
    LinkView {
        code: link.code.name(),
        name: link.code.title(),
        status: link.status,
        needed: link.is_needed,
        text: &link.text,
        place: place(link.site.as_ref()),
        nearest: None,
        fix: None,
    }
}

fn nearest(Nearest { text, site }: &Nearest) -> NearestView<'_> {
    NearestView { text, place: place(site.as_ref()) }
}

fn fix(fix: &Fix) -> FixView<'_> {
    FixView {
        document: &fix.document,
        text: &fix.text,
        place: place(fix.site.as_ref()),
        statement: fix.statement.as_ref().and_then(|text| serde_json::from_str(text).ok()),
    }
}

#[derive(Serialize)]
pub(super) struct ChangeView<'a> {
    change: &'static str,
    principal: &'a str,
    secret: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<Answer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<Answer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<PathView<'a>>,
}

pub(super) fn change<'a>(change: &'a Change, access: &'a Access) -> ChangeView<'a> {
    ChangeView {
        change: Kind::of(change).name(),
        principal: &change.principal,
        secret: &change.secret,
        before: change.before,
        after: change.after,
        path: change.path.and_then(|at| Row::new(access, at)).map(|row| path(row, true)),
    }
}
