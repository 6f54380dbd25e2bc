//! A value that some rule matched, before anything is decided about it.

use std::ops::Range;

use super::assign::{Assignment, NameClass};
use super::place::PlaceClass;
use super::rule::Rule;

/// A value that some rule matched.
#[derive(Clone, Debug)]
pub(crate) struct Candidate<'a> {
    pub(crate) rule: &'a Rule,
    /// The text it lies in.
    pub(crate) text: &'a [u8],
    /// The secret itself.
    pub(crate) secret: Range<usize>,
    /// What the rule matched, the secret in it; of an assignment, all from the name to the value.
    pub(crate) matched: Range<usize>,
    /// What the secret stands for, where it is written in a code that everybody can read.
    pub(crate) decoded: Option<Vec<u8>>,
    /// The name it is assigned to, for generic rules.
    pub(crate) named: Option<Named>,
    pub(crate) place: PlaceClass,
    /// How many of the filters are known to let it pass.
    pub(crate) passed: usize,
}

/// The assignment a generic candidate was read from.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub(crate) assignment: Assignment,
    pub(crate) class: NameClass,
}

impl<'a> Candidate<'a> {
    /// A whole file, which a rule names by its path.
    pub(crate) fn of_file(rule: &'a Rule, text: &'a [u8]) -> Self {
        let (place, decoded, named) = (PlaceClass::default(), None, None);
        Self { rule, text, secret: 0..0, matched: 0..0, decoded, named, place, passed: 0 }
    }

    /// The secret as it is used.
    pub(crate) fn secret(&self) -> &[u8] {
        match &self.decoded {
            Some(decoded) => decoded,
            None => self.text.get(self.secret.clone()).unwrap_or_default(),
        }
    }

    /// The name as written; empty when there is none.
    pub(crate) fn name(&self) -> &'a [u8] {
        self.named
            .as_ref()
            .and_then(|named| self.text.get(named.assignment.name.clone()))
            .unwrap_or_default()
    }

    /// Up to `length` bytes before the secret, on its own line.
    pub(crate) fn line_before(&self, length: usize) -> &'a [u8] {
        let before = self
            .text
            .get(self.secret.start.saturating_sub(length)..self.secret.start)
            .unwrap_or_default();
        let start = memchr::memrchr2(b'\n', b'\r', before).map_or(0, |at| at + 1);
        before.get(start..).unwrap_or_default()
    }
}
