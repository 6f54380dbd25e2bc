//! Names of secrets: those that policies give, held against those that are declared.

use std::collections::{BTreeSet, HashSet};
use std::ops::Bound;

use super::documents;
use crate::policy::arn;
use crate::policy::checks::secretsmanager::{Named, Place, named, with_suffix};
use crate::policy::checks::{Violations, World, list, quote};
use crate::policy::condition::names_resources;
use crate::policy::document::{Document, Kind, Sense, Statement};
use crate::policy::glob::Glob;
use crate::policy::link::{Dialect, Resource, Stack, Type};
use crate::policy::text::{Part, has_hole, holes, is_pattern, parts};

/// The most secrets that one pattern is held against.
const MOST_OTHERS: usize = 16;

/// The most paths of one document that are held against its other resources.
const MOST_PATHS: usize = 16;

/// The names of all secrets that are declared.
struct Names<'w> {
    /// Those that are known before anything is deployed.
    plain: BTreeSet<&'w str>,
    /// Those with holes, by deployment: elsewhere a hole of the same name may hold something else.
    open: Vec<BTreeSet<&'w str>>,
}

impl<'w> Names<'w> {
    fn of(world: &'w World) -> Self {
        let own = |stack: &'w Stack| {
            let names = stack.of_type(Type::Secret).filter_map(own_name);
            names.filter(|name| !has_wildcard(name)).collect::<Vec<_>>()
        };
        let mut names = Self { plain: BTreeSet::new(), open: Vec::new() };
        for deployment in &world.deployments {
            let (open, plain): (Vec<&str>, Vec<&str>) =
                own(deployment.stack).into_iter().partition(|name| has_hole(name));
            let dialect = deployment.stack.dialect;
            let is_same = |name: &&str| holes(name).all(|hole| has_one_value(hole, dialect));
            names.plain.extend(plain);
            names.open.push(open.into_iter().filter(is_same).collect());
        }
        names
    }

    fn all(&self, deployment: usize) -> impl Iterator<Item = &BTreeSet<&'w str>> {
        [Some(&self.plain), self.open.get(deployment)].into_iter().flatten()
    }

    fn has(&self, deployment: usize, name: &str) -> bool {
        self.all(deployment).any(|names| names.contains(name))
    }

    /// The first names that start so.
    fn starting(&self, deployment: usize, start: &str) -> Vec<&'w str> {
        let of = |names: &BTreeSet<&'w str>| -> Vec<&'w str> {
            let from = names.range::<str, _>((Bound::Included(start), Bound::Unbounded)).copied();
            from.take_while(|name| name.starts_with(start)).take(MOST_OTHERS).collect()
        };
        self.all(deployment).flat_map(of).collect()
    }
}

fn own_name(resource: &Resource) -> Option<&str> {
    resource.own_name.as_deref().filter(|name| !name.is_empty())
}

fn has_wildcard(text: &str) -> bool {
    parts(text).any(|part| matches!(part, Part::Any | Part::One | Part::Variable))
}

/// Whether a hole of this name stands for the same text wherever it stands in the stack. The result of a function does
/// not, and what differs between the copies of a resource does not.
fn has_one_value(hole: &str, dialect: Dialect) -> bool {
    match dialect {
        Dialect::CloudFormation => !hole.starts_with("Fn::") && !hole.contains('…'),
        Dialect::Terraform => {
            let starts = ["var.", "local.", "data.", "aws_", "random_", "AWS::"];
            starts.iter().any(|start| hole.starts_with(start)) && !hole.contains(['(', '[', '…'])
        }
        Dialect::Bare => false,
    }
}

/// The name that an ARN means one secret by, without the wildcards in the place of its suffix.
fn stem(name: &str) -> &str {
    let ends = ["-??????", "-*", "*"];
    ends.iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name)
}

pub(super) fn declared_name(world: &World, violations: &mut Violations) {
    let names = Names::of(world);
    for (at, root, document) in documents(world) {
        violations.look_at(root.file);
        for named in named(document) {
            // Where nothing can match, that is what is reported.
            if !names.has(at, named.name) || named.never_matches() {
                continue;
            }
            violations.report(&named.span, format!(
                "The secret {} is declared under just this name. Its ARN goes on with a hyphen and six random characters, so {}.",
                quote(named.name),
                named.effect()
            ));
            violations.fix(named.renamed(&with_suffix(named.name)));
        }
    }
}

/// The names that a document gives to the secrets it means.
fn stems<'d>(named: &[Named<'d>]) -> HashSet<&'d str> {
    named.iter().map(|named| stem(named.name)).collect()
}

pub(super) fn collision(world: &World, violations: &mut Violations) {
    let names = Names::of(world);
    let identity = documents(world).filter(|(.., document)| document.kind == Kind::Identity);
    for (at, root, document) in identity {
        violations.look_at(root.file);
        let all = named(document);
        let meant = stems(&all);
        for named in &all {
            let is_grant = matches!(named.place, Place::Resource(Sense::Is))
                && named.statement.allows()
                && !names_resources(&named.statement.conditions);
            let Some(start) = named.name.strip_suffix('*').filter(|_| is_grant) else { continue };
            let stem = stem(named.name);
            if stem.ends_with(['/', '-']) || has_wildcard(stem) || !names.has(at, stem) {
                continue;
            }
            let mut others = names.starting(at, start);
            others.retain(|other| *other != stem && !meant.contains(other));
            if !others.is_empty() {
                violations.report(
                    &named.span,
                    format!(
                        "Beside the secret {} this also matches {}, declared here as well.",
                        quote(stem),
                        list(&others, 3)
                    ),
                );
                violations.fix(named.renamed(&with_suffix(stem)));
            }
        }
    }
}

pub(super) fn misses_leaf(world: &World, violations: &mut Violations) {
    let names = Names::of(world);
    for (at, root, document) in documents(world) {
        if !matches!(document.kind, Kind::Identity | Kind::Resource) {
            continue;
        }
        violations.look_at(root.file);
        let all = named(document);
        let meant = stems(&all);
        let path = |named: &&Named| {
            let leaf = named.name.strip_suffix("/*").unwrap_or_default();
            matches!(named.place, Place::Resource(Sense::Is))
                && names.has(at, leaf)
                && !meant.contains(leaf)
        };
        let paths: Vec<&Named> = all.iter().filter(path).take(MOST_PATHS).collect();
        let wide = if paths.is_empty() { Vec::new() } else { wide(document) };
        for named in paths {
            let leaf = stem(named.name).trim_end_matches('/');
            let own = named.text.strip_suffix("/*").unwrap_or_default();
            // Wildcards in its region or account are held against those of the others, letter by letter.
            let sample = format!("{own}-AbCdEf");
            if !wide.iter().any(|other| other.has(&sample)) {
                violations.report(&named.span, format!(
                    "This is about the secrets under {}, and not about the secret of that name, which is declared here as well.",
                    quote(leaf)
                ));
            }
        }
    }
}

/// What the patterns among the resources of a document match.
fn wide(document: &Document) -> Vec<Glob> {
    let texts = document.statements.iter().flat_map(Statement::resources);
    texts.filter(|text| is_pattern(text.value)).map(|text| arn::resources(text.value)).collect()
}
