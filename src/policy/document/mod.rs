//! Policy documents: their kind, their statements, the elements of these.

mod complete;
mod find;
mod shape;

use std::ops::Range;

pub(super) use find::{Found, Hint, Root, find};

use super::actions;
use super::catalogue::Catalogue;
use super::condition::{self, Condition};
use super::principal::{self, Principal};
use super::tree::{Entry, Node, Value};

/// What a document is attached to. It decides which checks apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// To a user, group or role; also boundaries and session policies.
    Identity,
    /// To a resource such as a secret, bucket or queue.
    Resource,
    /// To a KMS key.
    Key,
    /// To a role: who may assume it.
    Trust,
    /// To a VPC endpoint: the most that may pass through it. Everybody is its usual principal.
    Endpoint,
    /// To an organisation: the most that its accounts may do.
    ServiceControl,
    /// To an organisation: the most that may be done to its resources.
    ResourceControl,
}

/// A policy document, borrowed from the tree it was found in.
#[derive(Debug)]
pub(in crate::policy) struct Document<'a> {
    pub(in crate::policy) kind: Kind,
    pub(in crate::policy) node: &'a Node,
    pub(in crate::policy) statements: Vec<Statement<'a>>,
    /// Whether these are all its statements. Others may come from where they cannot be read; what concludes from something
    /// that is not there must ask.
    pub(in crate::policy) is_complete: bool,
    /// Where one thing or another stands.
    pub(in crate::policy) either: &'a [Range<usize>],
    /// Whether a template, a person or its name says what it is attached to. What lies by itself may be a part of a policy.
    pub(in crate::policy) is_attached: bool,
    /// Whether AWS has taken it already.
    pub(in crate::policy) is_deployed: bool,
    /// What its actions and keys are held against.
    pub(in crate::policy) catalogue: &'a Catalogue,
}

/// One statement.
#[derive(Debug)]
pub(in crate::policy) struct Statement<'a> {
    pub(in crate::policy) node: &'a Node,
    pub(in crate::policy) effect: Option<Effect>,
    /// `Principal` or `NotPrincipal`.
    pub(in crate::policy) principals: Option<Element<'a, Principal<'a>>>,
    /// `Action` or `NotAction`.
    pub(in crate::policy) actions: Option<Element<'a, Text<'a>>>,
    /// `Resource` or `NotResource`.
    pub(in crate::policy) resources: Option<Element<'a, Text<'a>>>,
    pub(in crate::policy) conditions: Vec<Condition<'a>>,
}

/// What a statement does with what it matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::policy) enum Effect {
    Allow,
    Deny,
}

/// An element, and whether it lists what is meant or what is not.
#[derive(Debug)]
pub(in crate::policy) struct Element<'a, T> {
    pub(in crate::policy) sense: Sense,
    pub(in crate::policy) entry: &'a Entry,
    pub(in crate::policy) items: Vec<T>,
}

/// `Action` or `NotAction`, and so on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::policy) enum Sense {
    Is,
    IsNot,
}

/// A string of an element.
#[derive(Clone, Debug)]
pub(in crate::policy) struct Text<'a> {
    pub(in crate::policy) value: &'a str,
    pub(in crate::policy) span: Range<usize>,
}

impl Document<'_> {
    /// The statement that a span lies in.
    pub(in crate::policy) fn statement_at(&self, span: &Range<usize>) -> Option<&Statement<'_>> {
        let holds = |outer: &Range<usize>| outer.start <= span.start && span.end <= outer.end;
        let after =
            self.statements.partition_point(|statement| statement.node.span.start <= span.start);
        let nearest = self.statements.get(after.checked_sub(1)?)?;
        holds(&nearest.node.span).then_some(nearest)
    }

    /// Where something that is about the document as a whole is shown: the key of its statements, or its start.
    pub(in crate::policy) fn heading(&self) -> Range<usize> {
        let key = self.node.entries().iter().find(|entry| entry.key == "Statement");
        key.map_or_else(|| opening(self.node), |entry| entry.key_span.clone())
    }

    /// Whether something may not be there together with what is beside it: a template says one thing or another.
    pub(in crate::policy) fn is_alternative(&self, span: &Range<usize>) -> bool {
        self.either.iter().any(|either| either.start <= span.start && span.end <= either.end)
    }

    /// The statements that allow.
    pub(in crate::policy) fn allows(&self) -> impl Iterator<Item = &Statement<'_>> {
        self.statements.iter().filter(|statement| statement.allows())
    }
}

/// The bracket that opens a list or a map; of a map without one its first key.
pub(in crate::policy) fn opening(node: &Node) -> Range<usize> {
    let start = node.span.start;
    let first = node.entries().iter().find(|entry| entry.key_span.start == start);
    match (&node.value, first) {
        (_, Some(first)) if !first.key_span.is_empty() => first.key_span.clone(),
        (Value::Map(_) | Value::List(_), _) if !node.span.is_empty() => start..start + 1,
        _ => node.span.clone(),
    }
}

impl<'a> Statement<'a> {
    fn read(node: &'a Node) -> Self {
        let texts = |node: &'a Node| {
            let text =
                |item: &'a Node| Some(Text { value: item.string()?, span: item.span.clone() });
            node.items().iter().filter_map(text).collect()
        };
        Self {
            node,
            effect: match node.get("Effect").and_then(Node::string) {
                Some("Allow") => Some(Effect::Allow),
                Some("Deny") => Some(Effect::Deny),
                _ => None,
            },
            principals: element(node, "Principal", "NotPrincipal", principal::read),
            actions: element(node, "Action", "NotAction", texts),
            resources: element(node, "Resource", "NotResource", texts),
            conditions: condition::read(node.get("Condition")),
        }
    }

    pub(in crate::policy) fn allows(&self) -> bool {
        self.effect == Some(Effect::Allow)
    }

    pub(in crate::policy) fn denies(&self) -> bool {
        self.effect == Some(Effect::Deny)
    }

    /// Whether an action, named in full, is one of this statement's.
    pub(in crate::policy) fn is_about(&self, service: &str, name: &str) -> bool {
        self.actions.as_ref().is_some_and(|element| {
            let listed =
                element.items.iter().any(|text| actions::matches(text.value, service, name));
            listed == (element.sense == Sense::Is)
        })
    }

    /// Whether one of some actions of a service is one of this statement's.
    pub(in crate::policy) fn is_about_any(&self, service: &str, names: &[&str]) -> bool {
        names.iter().any(|name| self.is_about(service, name))
    }

    /// The actions of `Action`; none of `NotAction`.
    pub(in crate::policy) fn actions(&self) -> &[Text<'a>] {
        listed(self.actions.as_ref())
    }

    /// The resources of `Resource`; none of `NotResource`.
    pub(in crate::policy) fn resources(&self) -> &[Text<'a>] {
        listed(self.resources.as_ref())
    }

    /// The principals of `Principal`; none of `NotPrincipal`.
    pub(in crate::policy) fn principals(&self) -> &[Principal<'a>] {
        listed(self.principals.as_ref())
    }

    /// The services that the actions name; `*` for every one.
    pub(in crate::policy) fn services(&self) -> Vec<String> {
        let mut services: Vec<String> = self
            .actions()
            .iter()
            .filter_map(|text| actions::split(text.value))
            .map(|(service, _)| service.to_ascii_lowercase())
            .collect();
        services.sort_unstable();
        services.dedup();
        services
    }

    /// Whether every action is of one service.
    pub(in crate::policy) fn is_only_about(&self, service: &str) -> bool {
        self.services() == [service]
    }
}

fn listed<'s, T>(element: Option<&'s Element<'_, T>>) -> &'s [T] {
    element.filter(|element| element.sense == Sense::Is).map_or(&[], |element| &element.items)
}

fn element<'a, T>(
    node: &'a Node,
    is: &str,
    is_not: &str,
    read: impl Fn(&'a Node) -> Vec<T>,
) -> Option<Element<'a, T>> {
    let find = |key: &str| node.entries().iter().rev().find(|entry| entry.key == key);
    let make = |sense, entry: &'a Entry| Element { sense, entry, items: read(&entry.value) };
    find(is)
        .map(|entry| make(Sense::Is, entry))
        .or_else(|| find(is_not).map(|entry| make(Sense::IsNot, entry)))
}

/// The elements of a document.
pub(in crate::policy) const DOCUMENT_ELEMENTS: &[&str] = &["Version", "Id", "Statement"];

/// Dates that a policy's `Version` can have.
pub(in crate::policy) const VERSIONS: &[&str] = &["2012-10-17", "2008-10-17"];
