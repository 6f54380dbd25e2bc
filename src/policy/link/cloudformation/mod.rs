//! CloudFormation templates: intrinsic functions applied as far as the template itself says what they give.
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html>

#[cfg(test)]
mod tests;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ops::Range;

use super::types::Declared;
use super::{BUDGET, Doubts, Resource, hole_node, text_of};
use crate::policy::text::{hole, is_iam_variable};
use crate::policy::tree::{Embedded, Entry, Node, Value};

/// Whether a document is a template of CloudFormation, SAM or the CDK.
pub(super) fn is_template(root: &Node) -> bool {
    let is_resource = |entry: &Entry| {
        entry.value.get("Type").and_then(Node::string).is_some_and(|name| name.contains("::"))
    };
    root.get("AWSTemplateFormatVersion").is_some()
        || root
            .get("Resources")
            .is_some_and(|resources| resources.entries().iter().any(is_resource))
}

/// A template while its functions are applied.
pub(super) struct Template<'a> {
    root: &'a Node,
    resources: HashMap<&'a str, &'a Node>,
    /// Values that may still be made: functions can repeat what is given to them.
    budget: Cell<usize>,
    /// References that are being followed.
    depth: Cell<usize>,
    /// Where something stands that one of two ways leaves out.
    optional: RefCell<Vec<Range<usize>>>,
}

/// The most references that lead from one to the next.
const MAX_DEPTH: usize = 8;

impl<'a> Template<'a> {
    pub(super) fn new(root: &'a Node) -> Self {
        let declared = declared(root).map(|(entry, _)| (entry.key.as_str(), &entry.value));
        Self {
            root,
            resources: declared.collect(),
            budget: Cell::new(BUDGET),
            depth: Cell::new(0),
            optional: RefCell::default(),
        }
    }

    /// Every resource of the template, with functions applied.
    pub(super) fn resources(&self, file: usize) -> Vec<Resource> {
        let made = declared(self.root).filter_map(|(entry, kind)| {
            let whole = self.value(&entry.value)?;
            let properties = whole.get("Properties").cloned();
            let empty = Node { span: entry.value.span.clone(), value: Value::Map(Vec::new()) };
            Some(Resource {
                file,
                kind: kind.into(),
                name: entry.key.clone(),
                name_span: entry.key_span.clone(),
                properties: properties.unwrap_or(empty),
                whole,
                arn: None,
                own_name: None,
                gates: entry.value.get("Condition").cloned().into_iter().collect(),
                is_repeated: ["${", "&{"].iter().any(|start| entry.key.contains(start)),
            })
        });
        made.collect()
    }

    /// What of the values that were made may be left out.
    pub(super) fn doubts(&self, file: usize) -> Doubts {
        Doubts::new(self.optional.take().into_iter().map(|span| (file, span)))
    }

    /// A value with functions applied; nothing where it is `AWS::NoValue`.
    pub(super) fn value(&self, node: &Node) -> Option<Node> {
        if self.spend() {
            return Some(hole_node(node, "…"));
        }
        let made = |value| Some(Node { span: node.span.clone(), value });
        match &node.value {
            Value::Map(entries) => {
                if let [only] = entries.as_slice()
                    && (only.key == "Ref" || only.key.starts_with("Fn::"))
                {
                    return self.function(node, &only.key, &only.value);
                }
                let entry = |entry: &Entry| {
                    let value = self.value(&entry.value)?;
                    Some(Entry { key: entry.key.clone(), key_span: entry.key_span.clone(), value })
                };
                made(Value::Map(entries.iter().filter_map(entry).collect()))
            }
            Value::List(items) => {
                made(Value::List(items.iter().filter_map(|item| self.value(item)).collect()))
            }
            Value::Json(embedded) => {
                let root = embedded.root.as_ref().and_then(|root| self.value(root));
                made(Value::Json(Box::new(Embedded { root, error: embedded.error.clone() })))
            }
            _ => Some(node.clone()),
        }
    }

    /// Whether too much was made already.
    fn spend(&self) -> bool {
        let left = self.budget.get();
        self.budget.set(left.saturating_sub(1));
        left == 0
    }

    fn function(&self, node: &Node, name: &str, given: &Node) -> Option<Node> {
        let text = |text: Option<String>| {
            let value = text.map_or_else(|| Value::Hole(name.into()), Value::String);
            Some(Node { span: node.span.clone(), value })
        };
        match name {
            "Ref" => match given.string() {
                Some("AWS::NoValue") => None,
                Some(name) => Some(self.reference(node, name)),
                None => text(None),
            },
            "Fn::GetAtt" => match attribute_of(given) {
                Some((name, attribute)) => Some(self.attribute(node, &name, &attribute)),
                None => text(None),
            },
            "Fn::Sub" => Some(self.substitute(given)),
            "Fn::Join" => text(self.join(given)),
            "Fn::If" => self.either(node, given),
            "Fn::FindInMap" => Some(self.find_in_map(node, given)),
            "Fn::Select" => Some(self.select(node, given)),
            "Fn::Split" => Some(self.split(node, given)),
            "Fn::ToJsonString" => self.value(given),
            "Fn::ImportValue" => text(Some(hole("Fn::ImportValue"))),
            _ => text(None),
        }
    }

    fn reference(&self, node: &Node, name: &str) -> Node {
        let known = name.starts_with("AWS::").then(|| hole(name));
        let known = known.or_else(|| self.known(name, None));
        let is_list = |parameter: &Node| {
            let kind = parameter.get("Type").and_then(Node::string).unwrap_or_default();
            kind.starts_with("List") || kind.contains("List<") || kind == "CommaDelimitedList"
        };
        let parameter = self.root.get("Parameters").and_then(|all| all.get(name));
        let value = match known {
            Some(text) => Value::String(text),
            None if parameter.is_some_and(|parameter| !is_list(parameter)) => {
                Value::String(hole(name))
            }
            None => Value::Hole(name.into()),
        };
        Node { span: node.span.clone(), value }
    }

    fn attribute(&self, node: &Node, name: &str, attribute: &str) -> Node {
        let known = self.known(name, Some(attribute));
        let text = known.unwrap_or_else(|| hole(&format!("{name}.{attribute}")));
        Node { span: node.span.clone(), value: Value::String(text) }
    }

    /// What a reference to a resource gives, as far as it is known.
    fn known(&self, name: &str, attribute: Option<&str>) -> Option<String> {
        let resource = *self.resources.get(name)?;
        if self.depth.get() >= MAX_DEPTH {
            return None;
        }
        self.depth.set(self.depth.get() + 1);
        let property = |key: &str| self.value(resource.get("Properties")?.get(key)?);
        let kind = resource.get("Type").and_then(Node::string).unwrap_or_default();
        let known = Declared { kind, name, property: &property }.attribute(attribute);
        self.depth.set(self.depth.get() - 1);
        known
    }

    fn substitute(&self, given: &Node) -> Node {
        let nothing = Node { span: given.span.clone(), value: Value::Map(Vec::new()) };
        let (template, variables) = match given.items() {
            [template, variables] => (template, variables),
            [template] => (template, &nothing),
            _ => return hole_node(given, "Fn::Sub"),
        };
        self.substituted(template, variables)
    }

    fn substituted(&self, node: &Node, variables: &Node) -> Node {
        if self.spend() {
            return hole_node(node, "Fn::Sub");
        }
        let inner = |node: &Node| self.substituted(node, variables);
        let value = match &node.value {
            Value::String(text) => Value::String(self.filled(text, variables)),
            Value::List(items) => Value::List(items.iter().map(inner).collect()),
            Value::Map(entries) => {
                let entry = |entry: &Entry| {
                    let key = self.filled(&entry.key, variables);
                    let key_span = entry.key_span.clone();
                    Entry { key, key_span, value: inner(&entry.value) }
                };
                Value::Map(entries.iter().map(entry).collect())
            }
            Value::Json(embedded) => Value::Json(Box::new(Embedded {
                root: embedded.root.as_ref().map(inner),
                error: embedded.error.clone(),
            })),
            other => other.clone(),
        };
        Node { span: node.span.clone(), value }
    }

    /// A text with `${Name}` replaced. `${!Name}` is `${Name}` itself, for IAM to fill in.
    fn filled(&self, text: &str, variables: &Node) -> String {
        let (mut out, mut rest) = (String::with_capacity(text.len()), text);
        while let Some((before, after)) = rest.split_once("${") {
            out += before;
            let Some((name, after)) = after.split_once('}') else {
                return out + "${" + after;
            };
            rest = after;
            let name = name.trim();
            match name.strip_prefix('!') {
                Some(literal) => out.extend(["${", literal, "}"]),
                None => out += &self.variable(name, variables),
            }
        }
        out + rest
    }

    fn variable(&self, name: &str, variables: &Node) -> String {
        if let Some(value) = variables.get(name) {
            let value = self.value(value);
            return value.as_ref().and_then(text_of).unwrap_or_else(|| hole(name));
        }
        if is_iam_variable(name) {
            return format!("${{{name}}}");
        }
        let (resource, attribute) =
            name.split_once('.').map_or((name, None), |(name, rest)| (name, Some(rest)));
        self.known(resource, attribute).unwrap_or_else(|| hole(name))
    }

    fn join(&self, given: &Node) -> Option<String> {
        let [delimiter, items] = given.items() else { return None };
        let delimiter = delimiter.string()?;
        let items = self.value(items)?;
        let Value::List(items) = &items.value else {
            return Some(hole("Fn::Join"));
        };
        let texts: Vec<String> =
            items.iter().map(|item| text_of(item).unwrap_or_else(|| hole("Fn::Join"))).collect();
        Some(texts.join(delimiter))
    }

    /// Both ways are kept: the template is deployed one way or the other.
    fn either(&self, node: &Node, given: &Node) -> Option<Node> {
        let [condition, yes, no] = given.items() else {
            return Some(hole_node(node, "Fn::If"));
        };
        let span = node.span.clone();
        match (self.value(yes), self.value(no)) {
            (Some(yes), Some(no)) if yes.value == no.value => Some(yes),
            (Some(yes), Some(no)) => Some(Node {
                span,
                value: Value::Call("?:".into(), vec![condition.clone(), yes, no]),
            }),
            // What is there under a condition is looked at as if it were there.
            (one, None) | (None, one) => {
                self.optional.borrow_mut().extend(one.as_ref().map(|node| node.span.clone()));
                one
            }
        }
    }

    fn find_in_map(&self, node: &Node, given: &Node) -> Node {
        let found = || {
            let [map, top, second, ..] = given.items() else { return None };
            let map = self.root.get("Mappings")?.get(self.value(map)?.string()?)?;
            let top = self.value(top).as_ref().and_then(text_of)?;
            let second = self.value(second).as_ref().and_then(text_of)?;
            map.get(&top)?.get(&second).cloned()
        };
        found().map_or_else(
            || hole_node(node, "Fn::FindInMap"),
            |found| Node { span: node.span.clone(), value: found.value },
        )
    }

    fn select(&self, node: &Node, given: &Node) -> Node {
        let found = || {
            let [index, list] = given.items() else { return None };
            let index: usize = index.scalar()?.parse().ok()?;
            match self.value(list)?.value {
                Value::List(items) => items.into_iter().nth(index),
                _ => None,
            }
        };
        found().unwrap_or_else(|| hole_node(node, "Fn::Select"))
    }

    fn split(&self, node: &Node, given: &Node) -> Node {
        let found = || {
            let [delimiter, source] = given.items() else { return None };
            let source = self.value(source)?;
            let source = source.string().filter(|text| !crate::policy::text::has_hole(text))?;
            let delimiter = delimiter.string().filter(|text| !text.is_empty())?;
            let part =
                |part: &str| Node { span: node.span.clone(), value: Value::String(part.into()) };
            Some(Value::List(source.split(delimiter).take(1000).map(part).collect()))
        };
        found().map_or_else(
            || hole_node(node, "Fn::Split"),
            |value| Node { span: node.span.clone(), value },
        )
    }
}

fn attribute_of(given: &Node) -> Option<(String, String)> {
    match given.items() {
        [one] => {
            let (name, attribute) = one.string()?.split_once('.')?;
            Some((name.into(), attribute.into()))
        }
        [name, attribute] => Some((name.string()?.into(), attribute.string()?.into())),
        _ => None,
    }
}

/// The resources of a template, each with its type; those that a loop makes stand there once.
fn declared(root: &Node) -> impl Iterator<Item = (&Entry, &str)> {
    let entries = root.get("Resources").map_or(&[][..], Node::entries);
    let of_loop = |entry: &'_ Entry| -> bool { entry.key.starts_with("Fn::ForEach") };
    let looped = entries.iter().filter(move |entry| of_loop(entry));
    let looped = looped.filter_map(|entry| entry.value.items().get(2)).flat_map(Node::entries);
    let plain = entries.iter().filter(move |entry| !of_loop(entry));
    plain.chain(looped).filter_map(|entry| Some((entry, entry.value.get("Type")?.string()?)))
}
