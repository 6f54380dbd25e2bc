//! Terraform modules: blocks of all files of a folder, with locals and functions applied as far as they are known.

mod functions;
pub(super) mod inline;
mod policy_document;
mod providers;
mod scope;

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use super::doubts::made;
use super::{Doubts, Resource, kinds, uses};
use crate::policy::document::{Hint, Root};
use crate::policy::read::{Language, Template};
use crate::policy::tree::{Entry, Node, Value};
use providers::Providers;
use scope::Scope;

/// The blocks of a module that matter here, as written.
#[derive(Debug, Default)]
pub(super) struct Module {
    locals: BTreeMap<String, Node>,
    /// Resources, and data sources under `data.…`.
    blocks: Vec<Block>,
    by_name: HashMap<String, usize>,
    pub(super) calls: Vec<Call>,
    pub(super) outputs: BTreeMap<String, Node>,
    /// What variables are where nobody says, as far as that is said.
    defaults: HashMap<String, Node>,
    providers: Providers,
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
#[derive(Clone, Debug)]
struct Block {
    file: usize,
    is_data: bool,
    kind: String,
    name: String,
    name_span: Range<usize>,
    body: Node,
    /// How often the modules are called that it is in.
    gates: Vec<Node>,
    is_repeated: bool,
}

/// `module "name"`.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) name: String,
    /// As written.
    pub(super) source: String,
    pub(super) arguments: Node,
}

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
        module.index();
        module
    }

    fn index(&mut self) {
        let names = self.blocks.iter().enumerate().map(|(at, block)| {
            let data = if block.is_data { "data." } else { "" };
            (format!("{data}{}.{}", block.kind, block.name), at)
        });
        self.by_name = names.collect();
    }

    /// The region that it is applied in, where that is written out.
    pub(super) fn region(&self) -> Option<&str> {
        self.providers.region()
    }

    /// A text about a resource of it, in the account and region of the provider that the resource asks for.
    pub(super) fn moved(&self, text: String, body: &Node) -> String {
        self.providers.moved(text, body)
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
            "variable" => each(entry.value, &mut |entry| {
                let value = entry.value.items().iter().find_map(|body| body.get("default"));
                self.defaults.extend(value.map(|value| (entry.key, value.clone())));
            }),
            "provider" => each(entry.value, &mut |entry| {
                let bodies = entry.value.items().iter().filter(|_| entry.key == "aws");
                bodies.for_each(|body| self.providers.add(body));
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
                            gates: Vec::new(),
                            is_repeated: false,
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
    pub(super) fn evaluate(&mut self) -> (Vec<Resource>, Vec<Root>, Doubts) {
        let scope = Scope::new(self);
        let (mut resources, mut roots, mut uses) = (Vec::new(), Vec::new(), Vec::new());
        for block in &self.blocks {
            scope.enter(block.file);
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
                let (mut gates, is_repeated) = made(&properties);
                gates.extend(block.gates.iter().map(|gate| scope.value(gate)));
                resources.push(Resource {
                    file: block.file,
                    kind: block.kind.clone(),
                    name,
                    name_span: block.name_span.clone(),
                    whole: properties.clone(),
                    arn: None,
                    own_name: None,
                    gates,
                    is_repeated: is_repeated || block.is_repeated,
                    properties,
                });
            }
        }
        let doubts = scope.doubts();
        self.uses = uses;
        (resources, roots, doubts)
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
