//! The checks: one table, filled by one file per family, and what happens to what they find.

mod catalogue;
mod conditions;
mod escalation;
mod form;
mod grammar;
mod kms;
mod network;
mod organisation;
mod principal;
mod redundancy;
pub(super) mod roles;
mod scope;
mod secretsmanager;
mod ssm;
mod templates;
mod trust;
mod wording;
mod world;

use std::cell::OnceCell;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use super::Options;
use super::access::{Description, Faulty};
use super::document::{Document, Kind, Root};
use super::fix::Change;
use super::link::{Resource, Stack};
use crate::finding::{Confidence, Severity};
pub(super) use wording::{consequence, list, quote};
// What the readers report by themselves.
pub(super) use grammar::{HCL_VARIABLE, JSON_SYNTAX};

/// A check: what it is called, where it applies, and the function that does it.
pub(super) struct Check {
    /// Stable: users write it in configuration and CI.
    pub(super) id: &'static str,
    /// One line, without a full stop.
    pub(super) title: &'static str,
    /// The worst severity it reports.
    pub(super) severity: Severity,
    pub(super) confidence: Confidence,
    /// The kinds of document it applies to.
    pub(super) kinds: &'static [Kind],
    /// What AWS really does and why that matters; whole sentences.
    pub(super) why: &'static str,
    /// What to do about it.
    pub(super) help: &'static str,
    /// The page that documents the behaviour.
    pub(super) url: &'static str,
    /// The finding codes of IAM Access Analyzer's policy validation that say the same.
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html>
    pub(super) aliases: &'static [&'static str],
    pub(super) run: Run,
    pub(super) supersedes: Supersedes,
}

impl Check {
    /// What most rows have in common; each names the rest.
    const ROW: Self = Self {
        id: "",
        title: "",
        severity: Severity::High,
        confidence: Confidence::High,
        kinds: ANY,
        why: "",
        help: "",
        url: "",
        aliases: &[],
        run: Run::Syntax,
        supersedes: Supersedes::Nothing,
    };
}

/// What a check looks at.
pub(super) enum Run {
    /// One document.
    Document(fn(&Document, &mut Violations)),
    /// What is deployed together: resources, and the documents that belong to them.
    Template(fn(&Deployment, &mut Violations)),
    /// Everything that was read.
    World(fn(&World, &mut Violations)),
    /// One document, and what is deployed together.
    Both(fn(&Document, &mut Violations), fn(&Deployment, &mut Violations)),
    /// Text that cannot be read as it is: the reader itself reports it.
    Syntax,
}

/// A stack with its documents as the checks see them.
pub(super) struct Deployment<'a> {
    pub(super) stack: &'a Stack,
    pub(super) documents: Vec<(&'a Root, Document<'a>)>,
}

impl<'a> Deployment<'a> {
    /// Reads the documents of a stack.
    pub(super) fn new(stack: &'a Stack, options: &'a Options) -> Self {
        let documents = stack.roots.iter().map(|root| (root, root.read(options))).collect();
        Self { stack, documents }
    }

    /// The documents that belong to a resource.
    pub(super) fn documents_of(
        &self,
        resource: &Resource,
    ) -> impl Iterator<Item = &(&'a Root, Document<'a>)> {
        self.documents.iter().filter(|(root, _)| root.attached.contains(&resource.name))
    }
}

/// Everything that was read, stack by stack.
#[derive(Default)]
pub(super) struct World<'a> {
    pub(super) deployments: Vec<Deployment<'a>>,
    /// What a manifest says of it.
    pub(super) said: Description,
    /// Paths to secrets that something is wrong with, once a check asks.
    pub(super) faulty: OnceCell<Vec<Faulty>>,
}

/// The more general checks that are not reported beside this one.
pub(super) enum Supersedes {
    Nothing,
    /// On the same element.
    OnElement(&'static [&'static str]),
    /// On every element of the same statement.
    InStatement(&'static [&'static str]),
    /// Some on the same element, some in the same statement.
    Both {
        on_element: &'static [&'static str],
        in_statement: &'static [&'static str],
    },
}

impl Supersedes {
    fn on_element(&self) -> &'static [&'static str] {
        match self {
            Self::OnElement(ids) | Self::Both { on_element: ids, .. } => ids,
            Self::Nothing | Self::InStatement(_) => &[],
        }
    }

    fn in_statement(&self) -> &'static [&'static str] {
        match self {
            Self::InStatement(ids) | Self::Both { in_statement: ids, .. } => ids,
            Self::Nothing | Self::OnElement(_) => &[],
        }
    }
}

/// The general checks of a resource that is too broad, which give way to those that know what it opens.
const OVER_RESOURCES: Supersedes = Supersedes::OnElement(&[
    "effective-star-resource",
    "notresource-allow",
    "resource-star-restrictable",
]);

/// The tables of all families.
const FAMILIES: &[&[Check]] = &[
    grammar::CHECKS,
    conditions::CHECKS,
    form::CHECKS,
    redundancy::CHECKS,
    organisation::CHECKS,
    catalogue::CHECKS,
    principal::CHECKS,
    trust::CHECKS,
    network::CHECKS,
    scope::CHECKS,
    secretsmanager::CHECKS,
    kms::CHECKS,
    ssm::CHECKS,
    escalation::CHECKS,
    templates::SECRETS,
    templates::KEYS,
    templates::CONSUMERS,
    templates::FORM,
    world::CHECKS,
];

/// Every check.
pub(super) fn all() -> impl Iterator<Item = &'static Check> {
    FAMILIES.iter().copied().flatten()
}

/// The checks that give way to the one of this id on the same element.
pub(super) fn superseded_by(id: &str) -> &'static [&'static str] {
    static BY_ID: LazyLock<HashMap<&str, &Check>> =
        LazyLock::new(|| all().map(|check| (check.id, check)).collect());
    BY_ID.get(id).map_or(&[], |check| check.supersedes.on_element())
}

pub(super) const IDENTITY: &[Kind] = &[Kind::Identity];
pub(super) const KEY: &[Kind] = &[Kind::Key];
pub(super) const RESOURCE: &[Kind] = &[Kind::Resource];
pub(super) const TRUST: &[Kind] = &[Kind::Trust];
pub(super) const WITH_PRINCIPAL: &[Kind] = &[Kind::Resource, Kind::Key, Kind::Trust];
pub(super) const ANY: &[Kind] = &[
    Kind::Identity,
    Kind::Resource,
    Kind::Key,
    Kind::Trust,
    Kind::Endpoint,
    Kind::ServiceControl,
    Kind::ResourceControl,
];

/// One thing that is wrong.
pub(super) struct Violation {
    pub(super) check: &'static Check,
    /// The file, as its place in the list of those that are read.
    pub(super) file: usize,
    pub(super) severity: Severity,
    pub(super) confidence: Confidence,
    pub(super) span: Range<usize>,
    pub(super) message: String,
    /// Ids of the checks that reported the same and gave way.
    pub(super) supersedes: Vec<&'static str>,
    /// A secret that stands there or beside it, and must not be shown.
    pub(super) secret: Option<Range<usize>>,
    /// What a program may do about it; nothing where a person has to decide.
    pub(super) fix: Vec<Change>,
}

/// Collects what one check finds.
pub(super) struct Violations {
    check: &'static Check,
    /// The file that is looked at.
    file: usize,
    found: Vec<Violation>,
}

impl Violations {
    /// Reports at the check's own severity.
    pub(super) fn report(&mut self, span: &Range<usize>, message: impl Into<String>) {
        self.report_as(self.check.severity, span, message);
    }

    /// Says in which file what is reported next is.
    pub(super) fn look_at(&mut self, file: usize) {
        self.file = file;
    }

    /// Says that a secret stands in the file that what was reported last is in.
    pub(super) fn hide(&mut self, secret: &Range<usize>) {
        if let Some(last) = self.found.last_mut() {
            last.secret = Some(secret.clone());
        }
    }

    /// Says which changes, made together, put right what was reported last.
    pub(super) fn fix(&mut self, changes: impl IntoIterator<Item = Change>) {
        if let Some(last) = self.found.last_mut() {
            last.fix.extend(changes);
        }
    }

    /// Says that what was reported last may be no more than news: one severity less, and no more than medium confidence.
    pub(super) fn soften(&mut self) {
        if let Some(last) = self.found.last_mut() {
            last.severity = lower(last.severity);
            last.confidence = last.confidence.min(Confidence::Medium);
        }
    }

    /// Reports at a severity that depends on the case.
    pub(super) fn report_as(
        &mut self,
        severity: Severity,
        span: &Range<usize>,
        message: impl Into<String>,
    ) {
        self.found.push(Violation {
            check: self.check,
            file: self.file,
            severity,
            confidence: self.check.confidence,
            span: span.clone(),
            message: message.into(),
            supersedes: Vec::new(),
            secret: None,
            fix: Vec::new(),
        });
    }
}

/// The severity below.
fn lower(severity: Severity) -> Severity {
    match severity {
        Severity::Critical => Severity::High,
        Severity::High => Severity::Medium,
        Severity::Medium => Severity::Low,
        Severity::Low | Severity::Note => Severity::Note,
    }
}

/// The checks that take part.
fn wanted(disabled: &[String]) -> impl Iterator<Item = &'static Check> {
    all().filter(|check| !disabled.iter().any(|id| id == check.id))
}

fn collect(
    check: &'static Check,
    file: usize,
    found: &mut Vec<Violation>,
    run: impl FnOnce(&mut Violations),
) {
    let mut violations = Violations { check, file, found: Vec::new() };
    run(&mut violations);
    found.extend(violations.found);
}

/// Runs every check of what is deployed together.
pub(super) fn run_template(deployment: &Deployment, disabled: &[String]) -> Vec<Violation> {
    let mut found = Vec::new();
    for check in wanted(disabled) {
        if let Run::Template(run) | Run::Both(_, run) = &check.run {
            collect(check, 0, &mut found, |violations| run(deployment, violations));
        }
    }
    found
}

/// Runs every check of everything that was read.
pub(super) fn run_world(world: &World, disabled: &[String]) -> Vec<Violation> {
    let mut found = Vec::new();
    for check in wanted(disabled) {
        if let Run::World(run) = &check.run {
            collect(check, 0, &mut found, |violations| run(world, violations));
        }
    }
    found
}

/// Runs every check that applies to the document and is not disabled.
pub(super) fn run(document: &Document, file: usize, disabled: &[String]) -> Vec<Violation> {
    let mut found = Vec::new();
    for check in wanted(disabled).filter(|check| check.kinds.contains(&document.kind)) {
        if let Run::Document(run) | Run::Both(run, _) = &check.run {
            collect(check, file, &mut found, |violations| run(document, violations));
        }
    }
    found.sort_by(|a, b| (a.span.start, a.check.id).cmp(&(b.span.start, b.check.id)));
    found.dedup_by(|a, b| a.check.id == b.check.id && a.span == b.span);
    supersede(found, document)
}

/// One element, one finding: the more specific one stays and names the others.
fn supersede(found: Vec<Violation>, document: &Document) -> Vec<Violation> {
    let statement = |span: &Range<usize>| {
        document.statement_at(span).map(|statement| statement.node.span.start)
    };
    // The violations that others give way to: by their element, and by their statement, one of each check.
    let mut on_element: HashMap<Range<usize>, Vec<usize>> = HashMap::new();
    let mut in_statement: HashMap<Option<usize>, Vec<usize>> = HashMap::new();
    for (at, violation) in found.iter().enumerate() {
        if !violation.check.supersedes.on_element().is_empty() {
            on_element.entry(violation.span.clone()).or_default().push(at);
        }
        if !violation.check.supersedes.in_statement().is_empty() {
            let others = in_statement.entry(statement(&violation.span)).or_default();
            let is_same = |other: &usize| {
                found.get(*other).is_some_and(|other| other.check.id == violation.check.id)
            };
            if !others.iter().any(is_same) {
                others.push(at);
            }
        }
    }
    let winner = |general: &Violation| {
        let gives_way = |at: &usize, ids: fn(&Supersedes) -> &'static [&'static str]| {
            let special = found.get(*at);
            special
                .is_some_and(|special| ids(&special.check.supersedes).contains(&general.check.id))
        };
        let mut near = on_element.get(&general.span).into_iter().flatten();
        let mut around = in_statement.get(&statement(&general.span)).into_iter().flatten();
        near.find(|at| gives_way(at, Supersedes::on_element))
            .or_else(|| around.find(|at| gives_way(at, Supersedes::in_statement)))
            .copied()
    };
    let winners: Vec<Option<usize>> = found.iter().map(winner).collect();
    let mut superseded: Vec<Vec<&'static str>> = vec![Vec::new(); found.len()];
    for (general, at) in found.iter().zip(&winners) {
        if let Some(ids) = at.and_then(|at| superseded.get_mut(at)) {
            ids.push(general.check.id);
        }
    }
    let kept =
        found.into_iter().zip(superseded).zip(winners).filter(|(_, winner)| winner.is_none());
    kept.map(|((violation, mut ids), _)| {
        ids.sort_unstable();
        ids.dedup();
        Violation { supersedes: ids, ..violation }
    })
    .collect()
}
