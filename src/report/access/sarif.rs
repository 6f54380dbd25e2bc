//! What is otherwise than somebody meant, as SARIF 2.1.0: paths that are broken, and paths that should not be there.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use serde_json::{Value, json};
use serde_sarif::sarif::{Invocation, Location, Notification, PropertyBag, Result as SarifResult};

use super::facts::{Outcome, Row, expected, place, rows, short, verb};
use crate::access::{Access, Answer, Expectation, Fix, Link, Site, Status};
use crate::finding::{Confidence, RuleMeta, Severity};
use crate::fingerprint::{ContentId, Fingerprint};
use crate::report::image::shown;
use crate::report::sarif::{
    MAX_RESULTS, gaps, level, location, message, plain_region, too_many, write_run,
};

/// What kind of run it is.
const CATEGORY: &str = "access";

/// A kind of result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A path that somebody meant, or expects, and that does not lead to the secret.
    Broken,
    /// A path that somebody forbids, and that leads to it.
    Unexpected,
}

impl Kind {
    /// In the order of their rules.
    const ALL: [Self; 2] = [Self::Broken, Self::Unexpected];

    const fn id(self) -> &'static str {
        match self {
            Self::Broken => "access-path-broken",
            Self::Unexpected => "access-path-unexpected",
        }
    }

    const fn severity(self) -> Severity {
        match self {
            Self::Broken => Severity::Medium,
            Self::Unexpected => Severity::High,
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Self::Broken => "somebody is meant to read a secret, and cannot",
            Self::Unexpected => "somebody can read a secret, and must not",
        }
    }

    const fn help(self) -> &'static str {
        match self {
            Self::Broken => {
                "To read a secret takes several policies that agree: those of whoever reads it, that of the secret and that \
                 of the key it is encrypted with, in the account of each. The message names the links that are missing, and \
                 what to add to which document. Where nobody is meant to read the secret, remove the statements that name \
                 both, or say so with `deny` in an `[[expect]]` of the manifest."
            }
            Self::Unexpected => {
                "The manifest has an `[[expect]]` with `deny` for this path, and the policies allow it. Take one link away: \
                 narrow `Resource` or `Action` of the statements that are named, or deny it in the policy of the secret. \
                 Where the path is meant, change the manifest."
            }
        }
    }

    const fn page(self) -> &'static str {
        match self {
            Self::Broken => {
                "https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_examples_cross.html"
            }
            Self::Unexpected => {
                "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html"
            }
        }
    }

    fn rule(self) -> Arc<RuleMeta> {
        Arc::new(RuleMeta {
            id: self.id().into(),
            title: self.title().into(),
            help: self.help().into(),
            severity: self.severity(),
            confidence: Confidence::High,
            references: vec![self.page().into()],
            tags: vec!["policy".into(), "access".into()],
            check: None,
        })
    }
}

pub(super) fn write(access: &Access, out: &mut dyn io::Write) -> io::Result<()> {
    let broken = broken_expectations(access);
    let mut results = Vec::new();
    let mut cut = 0;
    for (kind, row) in problems(access) {
        if results.len() < MAX_RESULTS {
            results.push(result(kind, row, broken.get(&row.at).copied()));
        } else {
            cut += 1;
        }
    }
    let rules = Kind::ALL.map(Kind::rule);
    write_run(&rules, CATEGORY, invocation(access, cut), results, out)
}

/// What is wrong, the worst first.
fn problems(access: &Access) -> impl Iterator<Item = (Kind, Row<'_>)> {
    let expected = expected(access);
    let kind = move |row: &Row<'_>| {
        let known = expected.get(row.at).copied().unwrap_or_default();
        match row.path.answer {
            Answer::Yes if known.is_broken => Some(Kind::Unexpected),
            Answer::No if known.is_broken => Some(Kind::Broken),
            Answer::No if row.path.is_meant && !known.is_denied => Some(Kind::Broken),
            _ => None,
        }
    };
    let mut found: Vec<_> = rows(access).filter_map(|row| Some((kind(&row)?, row))).collect();
    found.sort_by_key(|(kind, row)| (std::cmp::Reverse(kind.severity()), row.at));
    found.into_iter()
}

/// Which expectation each path breaks: the first.
fn broken_expectations(access: &Access) -> BTreeMap<usize, &Expectation> {
    let backwards = access.expectations.iter().rev();
    backwards.flat_map(|of| of.broken.iter().map(move |at| (*at, of))).collect()
}

fn result(kind: Kind, row: Row<'_>, expectation: Option<&Expectation>) -> SarifResult {
    let fingerprint = fingerprint(kind, row);
    let fingerprint = fingerprint.as_str();
    let mut properties = BTreeMap::new();
    for (name, value) in [
        ("principal", shown(&row.principal.label)),
        ("secret", shown(&row.secret.label)),
        ("answer", row.path.answer.name().into()),
    ] {
        properties.insert(name.to_owned(), json!(value));
    }
    properties.insert("links".into(), links(row));
    let partial = ("primaryLocationLineHash".to_owned(), format!("{fingerprint}:1"));
    let rule = Kind::ALL.iter().position(|of| *of == kind).and_then(|at| i64::try_from(at).ok());
    SarifResult::builder()
        .rule_id(kind.id())
        .rule_index(rule.unwrap_or(0))
        .level(level(kind.severity()))
        .message(message(&words(kind, row, expectation)))
        .locations(at(kind, row, expectation).map(site_location).into_iter().collect::<Vec<_>>())
        .related_locations(related(row, expectation))
        .fingerprints(BTreeMap::from([("keylint/v1".to_owned(), fingerprint.to_owned())]))
        .partial_fingerprints(BTreeMap::from([partial]))
        .properties(PropertyBag::builder().additional_properties(properties).build())
        .build()
}

/// The same wherever the statements stand: who, what, and which links are not as they should be.
fn fingerprint(kind: Kind, row: Row<'_>) -> Fingerprint {
    let labels = format!("{}\n{}", row.principal.label, row.secret.label);
    let codes: Vec<_> = row.troubles().map(|link| link.code.name()).collect();
    Fingerprint::of_policy(kind.id(), ContentId::of(labels.as_bytes()), &codes.join(" "))
}

/// The links that count, by their codes.
fn links(row: Row<'_>) -> Value {
    let needed = row.path.links.iter().filter(|link| link.is_needed);
    needed.map(|link| (link.code.name().to_owned(), json!(link.status.name()))).collect()
}

/// The message: what is wrong, what is missing, and what to do.
fn words(kind: Kind, row: Row<'_>, expectation: Option<&Expectation>) -> String {
    let (principal, secret) = (&row.principal.label, &row.secret.label);
    let mut lines = vec![match kind {
        Kind::Broken => format!("{principal} cannot read {secret}"),
        Kind::Unexpected => format!("{principal} can read {secret}"),
    }];
    if let Some(of) = expectation {
        let (verb, site) = (verb(of), of.site.as_ref().map(place).unwrap_or_default());
        lines.push(format!("expected {site}: {verb} {} on {}", of.principal, of.secret));
    }
    for link in row.path.links.iter().filter(|link| speaks(kind, link)) {
        let place = link.site.as_ref().map(|site| format!(" ({})", place(site)));
        let status = if link.status == Status::Ok { "ok" } else { super::facts::word(link.status) };
        let place = place.unwrap_or_default();
        lines.push(format!("{status}: {}: {}{place}", short(link.code), link.text));
        lines.extend(link.fix.as_ref().map(fix));
    }
    let lines: Vec<_> = lines.iter().map(|line| shown(line)).collect();
    lines.join("\n")
}

/// Whether a message is about a link: what keeps a path from its end, or what leads there.
fn speaks(kind: Kind, link: &Link) -> bool {
    link.is_needed && (kind == Kind::Unexpected || link.status != Status::Ok)
}

fn fix(Fix { document, site, text, statement }: &Fix) -> String {
    let place = site.as_ref().map(|site| format!(" ({})", place(site))).unwrap_or_default();
    // One line: the blanks of a statement are for people who copy it.
    let statement = statement.as_ref().map(|statement| {
        let words: Vec<_> = statement.lines().map(str::trim).collect();
        format!(": {}", words.join(" "))
    });
    format!("fix: {document}{place}: {text}{}", statement.unwrap_or_default())
}

/// Where to look first.
fn at<'a>(kind: Kind, row: Row<'a>, expectation: Option<&'a Expectation>) -> Option<&'a Site> {
    let mut links = row.path.links.iter().filter(move |link| speaks(kind, link));
    let site = |link: &'a Link| {
        let nearest = link.nearest.as_ref().and_then(|nearest| nearest.site.as_ref());
        let fix = link.fix.as_ref().and_then(|fix| fix.site.as_ref());
        link.site.as_ref().or(nearest).or(fix)
    };
    let mut documents = row.principal.documents.iter().chain(&row.secret.documents);
    links
        .find_map(site)
        .or(expectation.and_then(|of| of.site.as_ref()))
        .or(row.principal.site.as_ref())
        .or(row.secret.site.as_ref())
        .or_else(|| documents.find_map(|document| document.site.as_ref()))
}

fn site_location(site: &Site) -> Location {
    location(&site.origin, Some(plain_region(&site.location)))
}

/// Everything else that the answer rests on.
fn related(row: Row<'_>, expectation: Option<&Expectation>) -> Vec<Location> {
    let links = row.path.links.iter().filter_map(|link| {
        let text = format!("{}, {}: {}", link.status, short(link.code), link.text);
        Some((link.site.as_ref()?, text))
    });
    let expected = expectation.and_then(|of| {
        let text = format!("expected: {} {} on {}", verb(of), of.principal, of.secret);
        Some((of.site.as_ref()?, text))
    });
    let numbered = links.chain(expected).zip(1..);
    let location = |((site, text), id): ((&Site, String), i64)| {
        let mut location = site_location(site);
        location.id = Some(id);
        location.message = Some(message(&shown(&text)));
        location
    };
    numbered.map(location).collect()
}

fn invocation(access: &Access, cut: usize) -> Invocation {
    let mut notifications = gaps(&access.skipped);
    let say = |level: &str, text: &str| {
        Notification::builder().level(json!(level)).message(message(&shown(text))).build()
    };
    for of in access.expectations.iter().filter(|of| Outcome::of(of) == Outcome::Nothing) {
        let (verb, principal, secret) = (verb(of), &of.principal, &of.secret);
        let text = format!("an expectation is about no path: {verb} {principal} on {secret}");
        notifications.push(say("warning", &text));
    }
    for assumption in &access.assumptions {
        notifications.push(say("note", &format!("assumed: {}", assumption.text)));
    }
    notifications.extend(too_many(cut));
    Invocation::builder()
        .execution_successful(access.skipped.iter().all(|skipped| skipped.accepted.is_some()))
        .tool_execution_notifications(notifications)
        .build()
}
