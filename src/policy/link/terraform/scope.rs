//! The values of a module, with references followed and functions applied.

use std::cell::{Cell, RefCell};
use std::ops::Range;

use super::{Module, functions};
use crate::policy::link::types::Declared;
use crate::policy::link::{BUDGET, Doubts, hole_node, text_of};
use crate::policy::text::{hole, leading_hole};
use crate::policy::tree::{Embedded, Entry, Node, Value};

/// The most references that lead from one to the next.
const MAX_DEPTH: usize = 16;

/// A module while its values are worked out.
pub(super) struct Scope<'a> {
    module: &'a Module,
    /// Values that may still be made: functions can repeat what is given to them.
    budget: Cell<usize>,
    /// References that are being followed.
    depth: Cell<usize>,
    /// The file of the block that is looked at.
    file: Cell<usize>,
    /// Where something stands that is not there in every case.
    optional: RefCell<Vec<(usize, Range<usize>)>>,
}

impl<'a> Scope<'a> {
    pub(super) fn new(module: &'a Module) -> Self {
        Self {
            module,
            budget: Cell::new(BUDGET),
            depth: Cell::new(0),
            file: Cell::new(0),
            optional: RefCell::default(),
        }
    }

    /// Says in which file the values stand that are asked for next.
    pub(super) fn enter(&self, file: usize) {
        self.file.set(file);
    }

    /// What of the values that were made may be left out.
    pub(super) fn doubts(&self) -> Doubts {
        Doubts::new(self.optional.take())
    }

    /// A value with references followed and functions applied.
    pub(super) fn value(&self, node: &Node) -> Node {
        if self.spend() {
            return hole_node(node, "…");
        }
        let value = match &node.value {
            Value::Map(entries) => Value::Map(
                entries
                    .iter()
                    .map(|entry| Entry {
                        key: entry.key.clone(),
                        key_span: entry.key_span.clone(),
                        value: self.value(&entry.value),
                    })
                    .collect(),
            ),
            Value::List(items) => {
                Value::List(items.iter().flat_map(|item| self.spread(self.value(item))).collect())
            }
            Value::Json(embedded) => Value::Json(Box::new(Embedded {
                root: embedded.root.as_ref().map(|root| self.value(root)),
                error: embedded.error.clone(),
            })),
            Value::String(text) => Value::String(self.filled(text)),
            Value::Hole(name) => return self.reference(node, name),
            Value::Call(name, given) => return functions::apply(self, node, name, given),
            Value::Null | Value::Bool(_) | Value::Number(_) => node.value.clone(),
        };
        Node { span: node.span.clone(), value }
    }

    /// Whether too much was made already.
    fn spend(&self) -> bool {
        let left = self.budget.get();
        self.budget.set(left.saturating_sub(1));
        left == 0
    }

    /// Notes that something is not there in every case.
    pub(super) fn doubt(&self, span: &Range<usize>) {
        self.optional.borrow_mut().push((self.file.get(), span.clone()));
    }

    /// The items that a call in a list stands for.
    pub(super) fn spread(&self, node: Node) -> Vec<Node> {
        let is_call = matches!(node.value, Value::Call(..));
        let items = spread_calls(node);
        items.iter().filter(|_| is_call).for_each(|item| self.doubt(&item.span));
        items
    }

    /// What a name stands for; a hole of that name where it is not known.
    fn reference(&self, node: &Node, name: &str) -> Node {
        let doubts = self.optional.borrow().len();
        if let Some(found) = self.local(name) {
            // It stands elsewhere now, and with it what is not certain of it.
            if self.optional.borrow().len() > doubts {
                self.doubt(&node.span);
            }
            return placed(found, &node.span);
        }
        match self.known(name) {
            Some(text) => Node { span: node.span.clone(), value: Value::String(text) },
            None => hole_node(node, name),
        }
    }

    /// The value of `local.name`, or of something in it.
    fn local(&self, name: &str) -> Option<Node> {
        let mut way = name.strip_prefix("local.")?.split('.');
        let mut node = self.module.locals.get(way.next()?)?;
        for key in way {
            node = node.get(key)?;
        }
        self.deeper(|| self.value(node))
    }

    /// What an attribute of a resource of the module is, as far as it is known.
    fn known(&self, name: &str) -> Option<String> {
        let place = [
            ("data.aws_partition.", ".partition", "AWS::Partition"),
            ("data.aws_region.", ".name", "AWS::Region"),
            ("data.aws_region.", ".region", "AWS::Region"),
            ("data.aws_region.", ".id", "AWS::Region"),
            ("data.aws_caller_identity.", ".account_id", "AWS::AccountId"),
        ];
        let is =
            |(start, end, _): &&(&str, &str, &str)| name.starts_with(start) && name.ends_with(end);
        let (resource, attribute) = name.rsplit_once('.')?;
        let block = self.module.by_name.get(resource).and_then(|at| self.module.blocks.get(*at));
        let moved = |text: String| match block {
            Some(block) => self.module.providers.moved(text, &block.body),
            None => text,
        };
        if let Some((_, _, known)) = place.iter().find(is) {
            return Some(moved(hole(known)));
        }
        let block = block?;
        let property = |key: &str| Some(self.value(block.body.get(key)?));
        let declared = Declared { kind: &block.kind, name: resource, property: &property };
        self.deeper(|| declared.attribute(Some(attribute)))?.map(moved)
    }

    fn deeper<T>(&self, follow: impl FnOnce() -> T) -> Option<T> {
        if self.depth.get() >= MAX_DEPTH {
            return None;
        }
        self.depth.set(self.depth.get() + 1);
        let found = follow();
        self.depth.set(self.depth.get() - 1);
        Some(found)
    }

    /// A text with the holes filled whose value is known.
    fn filled(&self, text: &str) -> String {
        let (mut out, mut rest) = (String::with_capacity(text.len()), text);
        while let Some(at) = rest.find('\u{fdd0}') {
            let (before, from) = rest.split_at(at);
            out += before;
            let Some((name, after)) = leading_hole(from) else { break };
            rest = after;
            let local = self.local(name).and_then(|node| text_of(&node));
            out += &local.or_else(|| self.known(name)).unwrap_or_else(|| hole(name));
        }
        out + rest
    }
}

/// The items that a call in a list stands for, where it stands for some. A text that is empty in one case is one that is left
/// out there.
fn spread_calls(node: Node) -> Vec<Node> {
    match node.value {
        Value::Call(name, given) if name == "?:" => {
            given.into_iter().skip(1).filter(|way| way.string() != Some("")).collect()
        }
        _ => vec![node],
    }
}

/// A value that was written elsewhere, where it is used.
fn placed(mut node: Node, span: &Range<usize>) -> Node {
    fn place(node: &mut Node, span: &Range<usize>) {
        node.span = span.clone();
        match &mut node.value {
            Value::List(items) | Value::Call(_, items) => {
                for item in items {
                    place(item, span);
                }
            }
            Value::Map(entries) => {
                for entry in entries {
                    entry.key_span = span.clone();
                    place(&mut entry.value, span);
                }
            }
            Value::Json(embedded) => {
                embedded.error = None;
                embedded.root.iter_mut().for_each(|root| place(root, span));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Hole(_) => {
            }
        }
    }
    place(&mut node, span);
    node
}
