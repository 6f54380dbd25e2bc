//! Conditions, read, and how much they narrow who or what a statement is about.

use std::ops::Range;

use super::text::{Part, Wildcards, parts};
use super::tree::Node;

/// One line of a condition block: operator, key, values.
#[derive(Clone, Debug)]
pub(super) struct Condition<'a> {
    pub(super) operator: Operator<'a>,
    /// In lower case: keys have none. Empty when a template leaves open what the condition is: then it may be any.
    pub(super) key: String,
    pub(super) values: Vec<(&'a str, Range<usize>)>,
}

/// An operator, taken apart.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Operator<'a> {
    /// Without quantifier and `IfExists`.
    pub(super) base: &'a str,
    pub(super) quantifier: Quantifier,
    pub(super) if_exists: bool,
}

/// How a condition treats a key of several values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quantifier {
    None,
    /// True as well when the key is absent.
    ForAllValues,
    ForAnyValue,
}

impl<'a> Operator<'a> {
    fn read(text: &'a str) -> Self {
        let (quantifier, rest) = match text.split_once(':') {
            Some(("ForAllValues", rest)) => (Quantifier::ForAllValues, rest),
            Some(("ForAnyValue", rest)) => (Quantifier::ForAnyValue, rest),
            _ => (Quantifier::None, text),
        };
        let base = rest.strip_suffix("IfExists");
        Self { base: base.unwrap_or(rest), quantifier, if_exists: base.is_some() }
    }

    /// Whether it holds only when the key is present and has one of the values.
    pub(super) fn requires_value(self) -> bool {
        let positive = [
            "StringEquals",
            "StringEqualsIgnoreCase",
            "StringLike",
            "ArnEquals",
            "ArnLike",
            "IpAddress",
        ];
        positive.contains(&self.base)
            && !self.if_exists
            && self.quantifier != Quantifier::ForAllValues
    }

    /// What `*` and `?` are in its values.
    pub(super) fn wildcards(self) -> Wildcards {
        let matching =
            ["StringLike", "StringNotLike", "ArnLike", "ArnNotLike", "ArnEquals", "ArnNotEquals"];
        if matching.contains(&self.base) { Wildcards::Match } else { Wildcards::Plain }
    }
}

/// The conditions of a statement; what is not of the right shape is left to the grammar checks.
pub(super) fn read(block: Option<&Node>) -> Vec<Condition<'_>> {
    let operators = block.into_iter().flat_map(Node::entries);
    let is_open = block.is_some_and(Node::is_open)
        || operators.clone().any(|operator| operator.value.is_open());
    let unknown =
        Condition { operator: Operator::read(""), key: String::new(), values: Vec::new() };
    operators
        .flat_map(|operator| {
            operator.value.entries().iter().map(|entry| Condition {
                operator: Operator::read(&operator.key),
                key: entry.key.to_ascii_lowercase(),
                values: entry
                    .value
                    .items()
                    .iter()
                    .filter_map(|item| Some((item.scalar()?, item.span.clone())))
                    .collect(),
            })
        })
        .chain(is_open.then_some(unknown))
        .collect()
}

impl Condition<'_> {
    /// Whether the key must be present with a value that not everybody has.
    pub(super) fn narrows(&self) -> bool {
        let free = |value: &str| match self.key.as_str() {
            "aws:sourceip" => matches!(value, "0.0.0.0/0" | "::/0" | "0.0.0.0/1" | "128.0.0.0/1"),
            _ => self.operator.wildcards() == Wildcards::Match && is_free(value),
        };
        self.key.is_empty()
            || self.operator.requires_value()
                && !self.values.is_empty()
                && !self.values.iter().any(|(value, _)| free(value))
    }

    /// Whether the key must be there, whatever its value.
    fn requires_presence(&self) -> bool {
        let is_false = |(value, _): &(&str, Range<usize>)| value.eq_ignore_ascii_case("false");
        self.operator.base == "Null" && !self.values.is_empty() && self.values.iter().all(is_false)
    }

    /// What a value does that no request has.
    pub(super) fn outcome(&self) -> &'static str {
        if self.operator.base.contains("Not") { "it excludes nothing" } else { "it never holds" }
    }

    /// Whether the key has this name, or starts with it where it ends in `/` or `:`.
    pub(super) fn is_on(&self, keys: &[&str]) -> bool {
        self.key.is_empty()
            || keys.iter().any(|key| {
                if key.ends_with(['/', ':']) { self.key.starts_with(key) } else { self.key == *key }
            })
    }
}

/// Whether a pattern leaves everything open: nothing but wildcards, or an ARN of nothing but wildcards.
fn is_free(value: &str) -> bool {
    let significant = value.split(':').filter(|field| !matches!(*field, "arn" | "aws"));
    significant.flat_map(parts).all(|part| matches!(part, Part::Any | Part::One))
}

/// Keys that say who calls, from where, or for whom. One of them, narrowed, and a grant to everybody is none. Tags and
/// names of users are not among them: any account can give its own principals the same.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>
const CALLER: &[&str] = &[
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalservicename",
    "aws:userid",
    "aws:sourcevpce",
    "aws:sourcevpc",
    "aws:vpceaccount",
    "aws:vpceorgid",
    "aws:vpceorgpaths",
    "aws:sourceip",
    "aws:sourcearn",
    "aws:sourceaccount",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:sourceowner",
    "kms:calleraccount",
    "lambda:functionurlauthtype",
    "saml:aud",
];

/// Keys that say which resource is meant, beside the tags that every service has.
const RESOURCE: &[&str] = &[
    "aws:resourceaccount",
    "aws:resourceorgid",
    "aws:resourceorgpaths",
    "secretsmanager:secretid",
    "secretsmanager:resource/",
    "kms:viaservice",
    "kms:encryptioncontext:",
    "kms:encryptioncontextkeys",
    "kms:resourcealiases",
    "kms:requestalias",
    "aws:sourcevpce",
    "aws:sourcevpc",
];

/// Keys that narrow a grant without saying what it is about.
const WEAK: &[&str] = &[
    "aws:securetransport",
    "aws:requestedregion",
    "aws:multifactorauthpresent",
    "aws:multifactorauthage",
];

/// Whether a grant to everybody is one to some: a condition names who calls.
pub(super) fn names_callers(conditions: &[Condition]) -> bool {
    conditions.iter().any(|condition| condition.is_on(CALLER) && condition.narrows())
}

/// Whether a grant on everything is one on some: a condition names what it is about.
pub(super) fn names_resources(conditions: &[Condition]) -> bool {
    conditions.iter().any(|condition| {
        let on_tag = condition.key.contains(":resourcetag/");
        (condition.is_on(RESOURCE) || on_tag) && condition.narrows()
            || on_tag && condition.requires_presence()
    })
}

/// Whether only conditions that narrow little stand beside a grant.
pub(super) fn is_weakly_narrowed(conditions: &[Condition]) -> bool {
    conditions.iter().any(|condition| condition.is_on(WEAK))
}
