//! The lines of condition blocks, with the places they were written at, and the operators there are.

use std::ops::Range;

use crate::finding::Severity;
use crate::policy::condition::Operator;
use crate::policy::document::{Document, Statement};
use crate::policy::fix::Change;
use crate::policy::text::has_hole;
use crate::policy::tree::{Entry, Node};

/// One line of a condition: an operator, and a key below it.
pub(super) struct Line<'a> {
    pub(super) statement: &'a Statement<'a>,
    /// All operators of the statement.
    block: &'a Node,
    pub(super) operator: &'a Entry,
    pub(super) entry: &'a Entry,
    /// The key, in lower case.
    pub(super) key: String,
}

/// Every line of a document.
pub(super) fn lines<'a>(document: &'a Document) -> impl Iterator<Item = Line<'a>> {
    operators(document).flat_map(|(statement, block, operator)| {
        operator.value.entries().iter().map(move |entry| {
            let key = entry.key.to_ascii_lowercase();
            Line { statement, block, operator, entry, key }
        })
    })
}

/// Every operator of a document, with its statement and the block it stands in.
pub(super) fn operators<'a>(
    document: &'a Document,
) -> impl Iterator<Item = (&'a Statement<'a>, &'a Node, &'a Entry)> {
    document.statements.iter().flat_map(|statement| {
        let block = statement.node.get("Condition").into_iter();
        block.flat_map(move |block| {
            block.entries().iter().map(move |operator| (statement, block, operator))
        })
    })
}

impl<'a> Line<'a> {
    /// The operator, taken apart.
    pub(super) fn parsed(&self) -> Operator<'a> {
        Operator::read(&self.operator.key)
    }

    /// What the operator compares; nothing for one that does not exist.
    pub(super) fn known(&self) -> Option<&'static Known> {
        known(self.parsed().base)
    }

    /// The values, as text.
    pub(super) fn values(&self) -> impl Iterator<Item = (&'a str, &'a Range<usize>)> {
        let items: &'a [Node] = self.entry.value.items();
        items.iter().filter_map(|item| Some((item.scalar()?, &item.span)))
    }

    /// Another name for the operator, where that changes nothing else: it has no other key, and no namesake beside it.
    pub(super) fn rename(&self, to: String) -> Option<Change> {
        let is_alone = self.operator.value.entries().len() == 1;
        rename(self.block, self.operator, to).filter(|_| is_alone)
    }

    /// Whether the key has this name, or starts with it where it ends in `/` or `:`.
    pub(super) fn is_on(&self, keys: &[&str]) -> bool {
        is_among(&self.key, keys)
    }

    /// How bad a comparison is that comes out wrong: a grant that is broken, or a guard that does not guard.
    pub(super) fn severity(&self) -> Severity {
        if self.statement.denies() { Severity::High } else { Severity::Medium }
    }
}

/// Whether a key, in lower case, has one of some names, or starts with one that ends in `/` or `:`.
pub(super) fn is_among(key: &str, names: &[&str]) -> bool {
    names
        .iter()
        .any(|name| if name.ends_with(['/', ':']) { key.starts_with(name) } else { key == *name })
}

/// The most operators of a block in which one is renamed: there are fewer than this.
const MOST_OPERATORS: usize = 200;

/// Another name for an operator, where it has no namesake beside it.
pub(super) fn rename(block: &Node, operator: &Entry, to: String) -> Option<Change> {
    let is_free = block.entries().len() <= MOST_OPERATORS
        && !has_hole(&operator.key)
        && block.get(&to).is_none();
    is_free.then(|| Change::Rename {
        key_span: operator.key_span.clone(),
        from: operator.key.clone(),
        to,
    })
}

/// An operator of conditions.
pub(super) struct Known {
    pub(super) name: &'static str,
    pub(super) compares: Compares,
    /// Whether it holds where the value is another one.
    pub(super) is_negated: bool,
}

/// What the values of an operator are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compares {
    Text,
    Number,
    Date,
    Bool,
    Binary,
    Address,
    Arn,
    /// Whether the key is there at all.
    Presence,
}

const fn is(name: &'static str, compares: Compares) -> Known {
    Known { name, compares, is_negated: false }
}

const fn is_not(name: &'static str, compares: Compares) -> Known {
    Known { name, compares, is_negated: true }
}

/// Every operator there is.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>
pub(super) const OPERATORS: &[Known] = &[
    is("StringEquals", Compares::Text),
    is_not("StringNotEquals", Compares::Text),
    is("StringEqualsIgnoreCase", Compares::Text),
    is_not("StringNotEqualsIgnoreCase", Compares::Text),
    is("StringLike", Compares::Text),
    is_not("StringNotLike", Compares::Text),
    is("NumericEquals", Compares::Number),
    is_not("NumericNotEquals", Compares::Number),
    is("NumericLessThan", Compares::Number),
    is("NumericLessThanEquals", Compares::Number),
    is("NumericGreaterThan", Compares::Number),
    is("NumericGreaterThanEquals", Compares::Number),
    is("DateEquals", Compares::Date),
    is_not("DateNotEquals", Compares::Date),
    is("DateLessThan", Compares::Date),
    is("DateLessThanEquals", Compares::Date),
    is("DateGreaterThan", Compares::Date),
    is("DateGreaterThanEquals", Compares::Date),
    is("Bool", Compares::Bool),
    is("BinaryEquals", Compares::Binary),
    is("IpAddress", Compares::Address),
    is_not("NotIpAddress", Compares::Address),
    is("ArnEquals", Compares::Arn),
    is_not("ArnNotEquals", Compares::Arn),
    is("ArnLike", Compares::Arn),
    is_not("ArnNotLike", Compares::Arn),
    is("Null", Compares::Presence),
];

/// The operator of a name, without quantifier and `IfExists`. AWS takes names in any case, so they are compared without.
pub(super) fn known(base: &str) -> Option<&'static Known> {
    OPERATORS.iter().find(|known| known.name.eq_ignore_ascii_case(base))
}
