//! Modules that are called by their path, written into the module that calls them, as a plan has them: arguments stand for
//! variables, outputs for references to them, and names say which call they are of.

use std::collections::HashMap;

use super::{Block, Call, Module, made};
use crate::policy::text::{HOLE, hole, holes, leading_hole};
use crate::policy::tree::{Entry, Node, Value};

/// The most modules that lead from one to the next.
const MAX_DEPTH: usize = 16;
/// The most blocks that are written into one module.
const MAX_BLOCKS: usize = 4_000;
/// The most values in them.
const MAX_VALUES: usize = 1_000_000;

/// Finds the module that a call of a module leads to, both by their number.
pub(in crate::policy::link) type Called<'c> = &'c dyn Fn(usize, &Call) -> Option<usize>;

/// A module with those that it calls; nothing where it calls none, or too many.
pub(in crate::policy::link) fn inlined(
    modules: &[&Module],
    root: usize,
    called: Called,
) -> Option<Module> {
    let own = modules.get(root)?;
    own.calls.iter().find(|call| called(root, call).is_some())?;
    let mut made = Inliner {
        modules,
        called,
        module: Module { providers: own.providers.clone(), ..Module::default() },
        values: MAX_VALUES,
    };
    made.add(&Place { module: root, ..Place::default() })?;
    made.module.index();
    Some(made.module)
}

/// Where a module is called.
#[derive(Default)]
struct Place {
    module: usize,
    /// Begins the names of what is in it: `outer/inner/`.
    key: String,
    /// Its folder, as the module at the root would write it; empty for that one.
    folder: String,
    /// The providers that it is given, by how it calls them.
    providers: HashMap<String, String>,
    gates: Vec<Node>,
    is_repeated: bool,
    depth: usize,
}

struct Inliner<'m> {
    modules: &'m [&'m Module],
    called: Called<'m>,
    module: Module,
    /// Values that may still be made.
    values: usize,
}

impl Inliner<'_> {
    /// Adds a module and those that it calls; nothing where that would be too much.
    fn add(&mut self, place: &Place) -> Option<()> {
        let own = *self.modules.get(place.module)?;
        if place.depth > MAX_DEPTH || self.module.blocks.len() + own.blocks.len() > MAX_BLOCKS {
            return None;
        }
        for (name, value) in &own.locals {
            let value = self.renamed(value, place)?;
            self.module.locals.insert(format!("{}{name}", place.key), value);
        }
        for (name, value) in &own.outputs {
            let value = self.renamed(value, place)?;
            let of_call = place.key.trim_end_matches('/');
            if place.depth > 0 {
                self.module.locals.insert(format!("{of_call}:{name}"), value);
            } else {
                self.module.outputs.insert(name.clone(), value);
            }
        }
        for block in &own.blocks {
            let mut body = self.renamed(&block.body, place)?;
            provide(&mut body, place);
            self.module.blocks.push(Block {
                name: format!("{}{}", place.key, block.name),
                kind: block.kind.clone(),
                name_span: block.name_span.clone(),
                gates: place.gates.clone(),
                is_repeated: place.is_repeated,
                body,
                ..*block
            });
        }
        own.calls.iter().try_for_each(|call| self.call(call, place))
    }

    fn call(&mut self, call: &Call, place: &Place) -> Option<()> {
        let arguments = self.renamed(&call.arguments, place)?;
        let name = format!("{}{}", place.key, call.name);
        let Some(module) = (self.called)(place.module, call) else {
            self.module.calls.push(Call { name, source: call.source.clone(), arguments });
            return Some(());
        };
        let (own_gates, is_repeated) = made(&arguments);
        let key = format!("{name}/");
        let inner = Place {
            module,
            folder: format!("{}{}/", place.folder, call.source.trim_end_matches('/')),
            providers: given(&arguments, place),
            gates: [place.gates.clone(), own_gates].concat(),
            is_repeated: place.is_repeated || is_repeated,
            depth: place.depth + 1,
            key,
        };
        for entry in arguments.entries() {
            self.module.locals.insert(format!("{}={}", inner.key, entry.key), entry.value.clone());
        }
        let defaults = self.modules.get(module)?.defaults.iter();
        for (variable, value) in defaults.filter(|(name, _)| arguments.get(name).is_none()) {
            self.module.locals.insert(format!("{}={variable}", inner.key), value.clone());
        }
        self.add(&inner)
    }

    /// A value of a module, as it is written in the one at the root.
    fn renamed(&mut self, node: &Node, place: &Place) -> Option<Node> {
        self.values = self.values.checked_sub(1)?;
        let value = match &node.value {
            Value::Map(entries) => {
                let entry = |entry: &Entry| {
                    Some(Entry {
                        key: entry.key.clone(),
                        key_span: entry.key_span.clone(),
                        value: self.renamed(&entry.value, place)?,
                    })
                };
                Value::Map(entries.iter().map(entry).collect::<Option<_>>()?)
            }
            Value::List(items) => Value::List(self.all(items, place)?),
            Value::Call(name, given) => Value::Call(name.clone(), self.all(given, place)?),
            Value::Hole(name) if name == "path.module" && !place.folder.is_empty() => {
                Value::String(place.folder.trim_end_matches('/').to_owned())
            }
            Value::Hole(name) => Value::Hole(self.name(name, place)),
            Value::String(text) => Value::String(self.text(text, place)),
            Value::Json(_) | Value::Null | Value::Bool(_) | Value::Number(_) => node.value.clone(),
        };
        Some(Node { span: node.span.clone(), value })
    }

    fn all(&mut self, nodes: &[Node], place: &Place) -> Option<Vec<Node>> {
        nodes.iter().map(|node| self.renamed(node, place)).collect()
    }

    fn text(&self, text: &str, place: &Place) -> String {
        if holes(text).next().is_none() {
            return text.to_owned();
        }
        let (mut out, mut rest) = (String::with_capacity(text.len()), text);
        while let Some(at) = rest.find(HOLE[0]) {
            let (before, from) = rest.split_at(at);
            out += before;
            let Some((name, after)) = leading_hole(from) else { break };
            rest = after;
            if name == "path.module" && !place.folder.is_empty() {
                out += place.folder.trim_end_matches('/');
            } else {
                out += &hole(&self.name(name, place));
            }
        }
        out + rest
    }

    /// What the module at the root calls it.
    fn name(&self, name: &str, place: &Place) -> String {
        let key = &place.key;
        let Some((root, rest)) = name.split_once('.') else { return name.to_owned() };
        let Some(own) = self.modules.get(place.module) else { return name.to_owned() };
        match root {
            "var" if place.depth > 0 => {
                let variable = rest.split('.').next().unwrap_or(rest);
                let is_given = self.module.locals.contains_key(&format!("{key}={variable}"));
                if is_given { format!("local.{key}={rest}") } else { format!("var.{key}{rest}") }
            }
            "local" => format!("local.{key}{rest}"),
            "module" => {
                let (called, output) = rest.split_once('.').unwrap_or((rest, ""));
                let mut calls = own.calls.iter().filter(|call| call.name == called);
                let is_inlined = calls.any(|call| (self.called)(place.module, call).is_some());
                if is_inlined {
                    format!("local.{key}{called}:{output}")
                } else {
                    format!("module.{key}{rest}")
                }
            }
            "data" => match rest.split_once('.') {
                Some((kind, rest)) => format!("data.{kind}.{key}{rest}"),
                None => name.to_owned(),
            },
            _ => {
                let end = rest.find('.').unwrap_or(rest.len());
                let resource = name.get(..root.len() + 1 + end).unwrap_or(name);
                if own.by_name.contains_key(resource) {
                    format!("{root}.{key}{rest}")
                } else {
                    name.to_owned()
                }
            }
        }
    }
}

/// The providers that a call gives to a module, by how that one calls them.
fn given(arguments: &Node, place: &Place) -> HashMap<String, String> {
    let mut all = HashMap::new();
    if let Some(default) = place.providers.get("aws") {
        all.insert("aws".to_owned(), default.clone());
    }
    for entry in arguments.get("providers").map_or(&[][..], Node::entries) {
        let inner = leading_hole(&entry.key).map_or(entry.key.as_str(), |(name, _)| name);
        if let Some(outer) = super::providers::named(&entry.value) {
            let outer = place.providers.get(&outer).cloned().unwrap_or(outer);
            all.insert(inner.to_owned(), outer);
        }
    }
    all
}

/// Says in a block which provider of the module at the root it asks for.
fn provide(body: &mut Node, place: &Place) {
    if place.depth == 0 {
        return;
    }
    let own = body.get("provider").and_then(super::providers::named);
    let asked = own.clone().unwrap_or_else(|| "aws".into());
    let given = match place.providers.get(&asked) {
        Some(given) => given.clone(),
        None if own.is_none() => return,
        None => format!("{asked} of {}", place.key.trim_end_matches('/')),
    };
    let span = body.span.start..body.span.start;
    let Value::Map(entries) = &mut body.value else { return };
    entries.retain(|entry| entry.key != "provider");
    let value = Node { span: span.clone(), value: Value::Hole(given) };
    entries.push(Entry { key: "provider".into(), key_span: span, value });
}
