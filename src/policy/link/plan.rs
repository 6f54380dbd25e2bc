//! Terraform plans as JSON: what `terraform show -json` prints.
//! <https://developer.hashicorp.com/terraform/internals/json-format>

use std::collections::{HashMap, HashSet};

use super::Resource;
use crate::policy::tree::{Entry, Node, Value};

/// Whether a document is a plan, or a state in the same form.
pub(super) fn is_plan(root: &Node) -> bool {
    root.get("format_version").is_some()
        && (root.get("planned_values").is_some() || root.get("values").is_some())
}

/// Every resource of the plan, with the values it will have; what is known only when it is applied is a hole.
pub(super) fn resources(root: &Node, file: usize) -> Vec<Resource> {
    let unknown = Unknown::of(root);
    let mut found = Vec::new();
    for values in ["planned_values", "values"] {
        if let Some(module) = root.get(values).and_then(|values| values.get("root_module")) {
            collect(module, file, &unknown, &mut found);
        }
    }
    found
}

fn collect(module: &Node, file: usize, unknown: &Unknown, found: &mut Vec<Resource>) {
    for node in module.get("resources").map_or(&[][..], Node::items) {
        let kind = node.get("type").and_then(Node::string);
        let (Some(kind), Some(values)) = (kind, node.get("values")) else { continue };
        if node.get("mode").and_then(Node::string) == Some("data") {
            continue;
        }
        let name = node.get("address").or_else(|| node.get("name"));
        let Some(name) = name else { continue };
        let mut properties = values.clone();
        unknown.fill(name, &mut properties);
        found.push(Resource {
            file,
            kind: kind.into(),
            name: name.string().unwrap_or_default().into(),
            name_span: name.span.clone(),
            properties,
            whole: node.clone(),
            arn: values.get("arn").and_then(Node::string).map(Into::into),
            own_name: None,
            gates: Vec::new(),
            is_repeated: false,
        });
    }
    for child in module.get("child_modules").map_or(&[][..], Node::items) {
        collect(child, file, unknown, found);
    }
}

/// What is known only when a plan is applied, by the address of a resource.
struct Unknown<'p> {
    /// What of it is not known.
    attributes: HashMap<&'p str, &'p Node>,
    /// What the configuration says of it, by the address without the keys of `count` and `for_each`.
    expressions: HashMap<String, &'p Node>,
}

/// What a value is called of which not even the configuration says where it comes from.
const LATER: &str = "known after apply";

impl<'p> Unknown<'p> {
    fn of(root: &'p Node) -> Self {
        let mut all = Self { attributes: HashMap::new(), expressions: HashMap::new() };
        for change in root.get("resource_changes").map_or(&[][..], Node::items) {
            let address = change.get("address").and_then(Node::string);
            let after = change.get("change").and_then(|change| change.get("after_unknown"));
            all.attributes.extend(address.zip(after));
        }
        let module = root.get("configuration").and_then(|node| node.get("root_module"));
        if let Some(module) = module {
            all.configured(module, "", 0);
        }
        all
    }

    fn configured(&mut self, module: &'p Node, prefix: &str, depth: usize) {
        for node in module.get("resources").map_or(&[][..], Node::items) {
            let address = node.get("address").and_then(Node::string);
            if let Some((address, expressions)) = address.zip(node.get("expressions")) {
                self.expressions.insert(format!("{prefix}{address}"), expressions);
            }
        }
        for entry in module.get("module_calls").map_or(&[][..], Node::entries) {
            // Modules in modules; nobody has so many.
            if let Some(inner) = entry.value.get("module").filter(|_| depth < 32) {
                self.configured(inner, &format!("{prefix}module.{}.", entry.key), depth + 1);
            }
        }
    }

    /// Adds holes to the properties of a resource.
    fn fill(&self, address: &Node, properties: &mut Node) {
        let name = address.string().unwrap_or_default();
        let Some(unknown) = self.attributes.get(name) else { return };
        let plain = without_keys(name);
        let expressions = self.expressions.get(&plain);
        let module = plain.rsplit_once("module.").map_or("", |(before, rest)| {
            let end = before.len() + "module.".len() + rest.find('.').map_or(0, |at| at + 1);
            plain.get(..end).unwrap_or_default()
        });
        let Value::Map(entries) = &mut properties.value else { return };
        let is_unknown = |entry: &&Entry| entry.value.value == Value::Bool(true);
        let unknown: Vec<&Entry> = unknown.entries().iter().filter(is_unknown).collect();
        let names: HashSet<&str> = unknown.iter().map(|entry| entry.key.as_str()).collect();
        entries.retain(|own| !names.contains(own.key.as_str()));
        for entry in unknown {
            let from = expressions.and_then(|all| all.get(&entry.key)?.get("references"));
            let from = from.and_then(|from| from.items().first()?.string());
            let hole = from.map_or_else(|| LATER.to_owned(), |from| format!("{module}{from}"));
            let value = Node { span: address.span.clone(), value: Value::Hole(hole) };
            entries.push(Entry { key: entry.key.clone(), key_span: address.span.clone(), value });
        }
    }
}

/// An address without what stands in brackets.
fn without_keys(address: &str) -> String {
    let mut depth = 0_usize;
    let is_outside = |character: &char| {
        depth += usize::from(*character == '[');
        let is_outside = depth == 0;
        depth -= usize::from(*character == ']' && depth > 0);
        is_outside
    };
    address.chars().filter(is_outside).collect()
}
