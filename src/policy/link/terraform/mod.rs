//! Terraform modules: blocks of all files of a folder, with locals and functions applied as far as they are known.

mod functions;
mod policy_document;

use std::cell::Cell;
use std::collections::HashMap;
use std::ops::Range;

use super::types::Declared;
use super::{BUDGET, Resource, hole_node, kinds, uses};
use crate::policy::document::{Hint, Root};
use crate::policy::read::{Language, Template};
use crate::policy::text::{hole, leading_hole};
use crate::policy::tree::{Embedded, Entry, Node, Value};

/// The blocks of a module that matter here, as written.
#[derive(Debug, Default)]
pub(super) struct Module {
    locals: HashMap<String, Node>,
    /// Resources, and data sources under `data.…`.
    blocks: Vec<Block>,
    by_name: HashMap<String, usize>,
    pub(super) calls: Vec<Call>,
    pub(super) outputs: HashMap<String, Node>,
    /// What its resources take policies from.
    pub(super) uses: Vec<Use>,
}

/// A policy that a resource takes from elsewhere.
#[derive(Clone, Debug)]
pub(super) struct Use {
    /// From where, as the template says it.
    pub(super) from: String,
    pub(super) hint: Hint,
    /// The resource, by its name in its module; nothing when that is another module.
    pub(super) by: Option<String>,
}

/// `resource "kind" "name"` or `data "kind" "name"`.
#[derive(Debug)]
struct Block {
    file: usize,
    is_data: bool,
    kind: String,
    name: String,
    name_span: Range<usize>,
    body: Node,
}

/// `module "name"`.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) name: String,
    /// As written.
    pub(super) source: String,
    pub(super) arguments: Node,
}

/// The most references that lead from one to the next.
const MAX_DEPTH: usize = 16;

/// Whether a file is a part of a Terraform module.
pub(super) fn is_source(template: &Template) -> bool {
    let name = template.path.file_name().unwrap_or_default().to_string_lossy();
    template.language == Language::Hcl || name.ends_with(".tf.json")
}

impl Module {
    pub(super) fn new(files: Vec<(usize, Template)>) -> Self {
        let mut module = Self::default();
        for (file, template) in files {
            for root in template.roots {
                let Value::Map(entries) = root.value else { continue };
                for entry in entries {
                    module.add(file, entry);
                }
            }
        }
        let names = module.blocks.iter().enumerate().map(|(at, block)| {
            let data = if block.is_data { "data." } else { "" };
            (format!("{data}{}.{}", block.kind, block.name), at)
        });
        module.by_name = names.collect();
        module
    }

    /// The data source by which it asks for the partition it is applied in.
    pub(super) fn asked_partition(&self) -> Option<String> {
        let is_meant = |block: &&Block| block.is_data && block.kind == "aws_partition";
        let block = self.blocks.iter().find(is_meant)?;
        Some(format!("data.{}.{}", block.kind, block.name))
    }

    fn add(&mut self, file: usize, entry: Entry) {
        match entry.key.as_str() {
            "locals" => each(entry.value, &mut |entry| {
                self.locals.insert(entry.key, entry.value);
            }),
            "output" => each(entry.value, &mut |entry| {
                let value = entry.value.items().iter().find_map(|body| body.get("value"));
                self.outputs.extend(value.map(|value| (entry.key, value.clone())));
            }),
            "module" => each(entry.value, &mut |entry| {
                let arguments = first(entry.value);
                let source = arguments.get("source").and_then(Node::string).unwrap_or_default();
                self.calls.push(Call { name: entry.key, source: source.into(), arguments });
            }),
            "resource" | "data" => {
                let is_data = entry.key == "data";
                each(entry.value, &mut |kind| {
                    each(kind.value, &mut |named| {
                        self.blocks.push(Block {
                            file,
                            is_data,
                            kind: kind.key.clone(),
                            name: named.key,
                            name_span: named.key_span,
                            body: first(named.value),
                        });
                    });
                });
            }
            _ => {}
        }
    }

    /// The value of a local, as written.
    pub(super) fn local(&self, name: &str) -> Option<&Node> {
        self.locals.get(name.split('.').next()?)
    }

    /// Every resource, and every document that is a block of its own, with functions applied. What the resources take their policies from is kept.
    pub(super) fn evaluate(&mut self) -> (Vec<Resource>, Vec<Root>) {
        let scope = Scope { module: self, budget: Cell::new(BUDGET), depth: Cell::new(0) };
        let (mut resources, mut roots, mut uses) = (Vec::new(), Vec::new(), Vec::new());
        for block in &self.blocks {
            if block.is_data && block.kind == policy_document::KIND {
                let name = format!("data.{}.{}", block.kind, block.name);
                roots.push(policy_document::root(&scope, &block.body, block.file, name));
            } else if !block.is_data {
                let properties = scope.value(&block.body);
                let name = format!("{}.{}", block.kind, block.name);
                let kind_of = |key: &str| kinds::of_property(&block.kind, key, &properties);
                for entry in properties.entries() {
                    references(&entry.value, &entry.key, &kind_of, &mut |from, hint| {
                        uses.push(Use { from: from.into(), hint, by: Some(name.clone()) });
                    });
                }
                resources.push(Resource {
                    file: block.file,
                    kind: block.kind.clone(),
                    name,
                    name_span: block.name_span.clone(),
                    whole: properties.clone(),
                    arn: None,
                    own_name: None,
                    properties,
                });
            }
        }
        self.uses = uses;
        (resources, roots)
    }
}

/// The entries of a map, or of each map of a list.
fn each(node: Node, visit: &mut dyn FnMut(Entry)) {
    match node.value {
        Value::Map(entries) => entries.into_iter().for_each(visit),
        Value::List(items) => items.into_iter().for_each(|item| each(item, visit)),
        _ => {}
    }
}

/// The body of a block, which JSON may write as a list of one.
fn first(node: Node) -> Node {
    match node.value {
        Value::List(mut items) if items.len() == 1 => items.remove(0),
        _ => node,
    }
}

/// What a property takes its policy from, wherever in its value the reference stands.
fn references(
    node: &Node,
    key: &str,
    kind_of: &dyn Fn(&str) -> Option<Hint>,
    visit: &mut dyn FnMut(&str, Hint),
) {
    match &node.value {
        Value::Map(entries) => {
            for entry in entries {
                references(&entry.value, &entry.key, kind_of, visit);
            }
        }
        _ => {
            if let Some(hint) = kind_of(key) {
                uses::collect(node, &mut |name| visit(name, hint));
            }
        }
    }
}

/// A module while its values are worked out.
struct Scope<'a> {
    module: &'a Module,
    /// Values that may still be made: functions can repeat what is given to them.
    budget: Cell<usize>,
    /// References that are being followed.
    depth: Cell<usize>,
}

impl Scope<'_> {
    /// A value with references followed and functions applied.
    fn value(&self, node: &Node) -> Node {
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
                Value::List(items.iter().flat_map(|item| spread_calls(self.value(item))).collect())
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

    /// What a name stands for; a hole of that name where it is not known.
    fn reference(&self, node: &Node, name: &str) -> Node {
        if let Some(found) = self.local(name) {
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
        if let Some((_, _, known)) = place.iter().find(is) {
            return Some(hole(known));
        }
        let (resource, attribute) = name.rsplit_once('.')?;
        let block = self.module.blocks.get(*self.module.by_name.get(resource)?)?;
        let property = |key: &str| Some(self.value(block.body.get(key)?));
        let declared = Declared { kind: &block.kind, name: resource, property: &property };
        self.deeper(|| declared.attribute(Some(attribute)))?
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
            let local = self.local(name).and_then(|node| super::text_of(&node));
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
