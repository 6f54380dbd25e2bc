//! What a template says that is not there in every case: what stands under a condition, what is made any number of times.

use std::ops::Range;

use super::Resource;
use crate::policy::tree::{Node, Value};

/// Where something stands that may be left out, in one stack.
#[derive(Debug, Default)]
pub(in crate::policy) struct Doubts {
    /// File, start, and the furthest end of this one and those before it in the file.
    spans: Vec<(usize, usize, usize)>,
}

impl Doubts {
    pub(super) fn new(spans: impl IntoIterator<Item = (usize, Range<usize>)>) -> Self {
        let spans = spans.into_iter().map(|(file, span)| (file, span.start, span.end));
        let mut spans: Vec<(usize, usize, usize)> = spans.collect();
        spans.sort_unstable();
        spans.dedup();
        let mut furthest = (usize::MAX, 0);
        for (file, _, end) in &mut spans {
            furthest =
                if furthest.0 == *file { (*file, furthest.1.max(*end)) } else { (*file, *end) };
            *end = furthest.1;
        }
        Self { spans }
    }

    /// Whether what stands there is such a thing, or a part of one.
    pub(in crate::policy) fn covers(&self, file: usize, span: &Range<usize>) -> bool {
        let after =
            self.spans.partition_point(|(own, start, _)| (*own, *start) <= (file, span.start));
        let last = after.checked_sub(1).and_then(|at| self.spans.get(at));
        last.is_some_and(|(own, _, end)| *own == file && span.end <= *end)
    }

    /// Whether something of what stands there is such a thing.
    pub(in crate::policy) fn touches(&self, file: usize, span: &Range<usize>) -> bool {
        let first =
            self.spans.partition_point(|(own, start, _)| (*own, *start) < (file, span.start));
        self.covers(file, span)
            || self
                .spans
                .get(first)
                .is_some_and(|(own, start, _)| *own == file && *start < span.end)
    }
}

impl Resource {
    /// Whether it is there wherever another one is.
    pub(in crate::policy) fn is_there_with(&self, other: &Self) -> bool {
        let is_of_other = |gate: &Node| {
            other.gates.iter().any(|own| is_same(own, gate))
                // `for_each` over the other one itself.
                || other.is_repeated && other.is_whole_in(gate)
        };
        self.gates.iter().all(is_of_other)
    }

    /// Whether a value is a reference to it and nothing else, in every case.
    pub(in crate::policy) fn is_plainly(&self, node: &Node) -> bool {
        match &node.value {
            Value::String(text) => {
                self.arn.as_ref() == Some(text)
                    || self.own_name.as_ref() == Some(text)
                    || super::text::leading_hole(text)
                        .is_some_and(|(name, rest)| rest.is_empty() && self.is_named(name))
            }
            Value::Hole(name) => self.is_named(name),
            Value::List(items) => matches!(items.as_slice(), [only] if self.is_plainly(only)),
            _ => false,
        }
    }

    fn is_whole_in(&self, node: &Node) -> bool {
        matches!(&node.value, Value::Hole(name) if *name == self.name)
    }

    /// Whether a hole of this name is an attribute by which others refer to it.
    fn is_named(&self, hole: &str) -> bool {
        const OWN: [&str; 9] =
            ["", ".arn", ".Arn", ".id", ".Id", ".name", ".key_id", ".KeyId", ".key_arn"];
        hole.strip_prefix(self.name.as_str()).is_some_and(|rest| OWN.contains(&rest))
    }
}

/// Whether two values are the same wherever they were written.
pub(super) fn is_same(one: &Node, other: &Node) -> bool {
    let all = |one: &[Node], other: &[Node]| {
        one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_same(one, other))
    };
    match (&one.value, &other.value) {
        (Value::List(one), Value::List(other)) => all(one, other),
        (Value::Call(name, one), Value::Call(called, other)) => name == called && all(one, other),
        (Value::Map(one), Value::Map(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .zip(other)
                    .all(|(one, other)| one.key == other.key && is_same(&one.value, &other.value))
        }
        (Value::Json(_), _) => false,
        (one, other) => one == other,
    }
}

/// How often a resource of Terraform is made: what decides whether it is there, and whether there may be several.
pub(super) fn made(properties: &Node) -> (Vec<Node>, bool) {
    let (mut gates, mut is_repeated) = (Vec::new(), false);
    for key in ["count", "for_each"] {
        let Some(node) = properties.get(key) else { continue };
        let number = |node: &Node| node.scalar().and_then(|text| text.parse::<u64>().ok());
        let is_at_most_one = match &node.value {
            Value::Call(name, given) if name == "?:" => {
                given.iter().skip(1).all(|way| number(way).is_some_and(|count| count <= 1))
            }
            _ => key == "count" && number(node).is_some_and(|count| count <= 1),
        };
        is_repeated |= !is_at_most_one;
        if key != "count" || number(node).is_none_or(|count| count == 0) {
            gates.push(node.clone());
        }
    }
    (gates, is_repeated)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_left_out_is_found_by_its_place() {
        let doubts = Doubts::new([(0, 10..20), (0, 12..14), (0, 30..40), (1, 0..5)]);
        for (file, span, covers, touches) in [
            (0, 10..20, true, true),
            (0, 15..18, true, true),
            (0, 15..25, false, false),
            (0, 5..15, false, true),
            (0, 21..29, false, false),
            (0, 25..45, false, true),
            (1, 1..2, true, true),
            (1, 10..20, false, false),
            (2, 10..20, false, false),
        ] {
            assert_eq!(
                (doubts.covers(file, &span), doubts.touches(file, &span)),
                (covers, touches),
                "{file} {span:?}"
            );
        }
    }
}
