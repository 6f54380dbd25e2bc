//! `data "aws_iam_policy_document"`: a policy written in blocks.
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document>

use std::ops::Range;

use super::Scope;
use crate::policy::document::Root;
use crate::policy::link::uses;
use crate::policy::text::has_hole;
use crate::policy::tree::{Entry, Node, Value};

/// The type of the data source.
pub(super) const KIND: &str = "aws_iam_policy_document";

/// What other documents are taken into this one.
const SOURCES: &[&str] =
    &["source_policy_documents", "override_policy_documents", "source_json", "override_json"];

/// The document that a data source makes; `name` is how the module refers to it.
pub(super) fn root(scope: &Scope, body: &Node, file: usize, name: String) -> Root {
    let body = scope.value(body);
    let mut elements = vec![version(&body)];
    elements.extend(renamed(&body, "policy_id", "Id"));
    let statements: Vec<&Entry> =
        body.entries().iter().filter(|entry| entry.key == "statement").collect();
    if let Some(first) = statements.first() {
        let items = statements.iter().flat_map(|entry| bodies(entry)).map(statement).collect();
        let value = Node { span: body.span.clone(), value: Value::List(items) };
        elements.push(Entry { key: "Statement".into(), key_span: first.key_span.clone(), value });
    }
    let sources: Vec<&Entry> =
        body.entries().iter().filter(|entry| SOURCES.contains(&entry.key.as_str())).collect();
    let mut taken = Vec::new();
    for entry in &sources {
        uses::collect(&entry.value, &mut |name| taken.push(name.to_owned()));
    }
    let mut node = Node { span: body.span.clone(), value: Value::Map(elements) };
    unescape(&mut node);
    let root = Root::new(node, None, file);
    Root {
        sources: taken,
        is_complete: root.is_complete && sources.is_empty(),
        name: Some(name),
        ..root
    }
}

fn text(span: Range<usize>, text: &str) -> Node {
    Node { span, value: Value::String(text.into()) }
}

/// What the provider writes where nothing is said.
fn version(body: &Node) -> Entry {
    let span = body.span.start..body.span.start;
    renamed(body, "version", "Version").unwrap_or_else(|| Entry {
        key: "Version".into(),
        key_span: span.clone(),
        value: text(span, "2012-10-17"),
    })
}

/// An attribute of a block as an element of the policy. Null and an empty list are as good as nothing.
fn renamed(body: &Node, attribute: &str, element: &str) -> Option<Entry> {
    let entry = body.entries().iter().rev().find(|entry| entry.key == attribute)?;
    let is_nothing = match &entry.value.value {
        Value::Null => true,
        Value::List(items) => items.is_empty(),
        _ => false,
    };
    (!is_nothing).then(|| Entry { key: element.into(), ..entry.clone() })
}

/// The bodies of a block; of one that is there any number of times its one body.
fn bodies(entry: &Entry) -> &[Node] {
    match &entry.value.value {
        Value::Call(_, given) => given,
        _ => entry.value.items(),
    }
}

/// Whether a block may not be there at all.
fn is_dynamic(entry: &Entry) -> bool {
    matches!(entry.value.value, Value::Call(..))
}

/// An element of which nothing is known.
fn open(element: &str, entry: &Entry) -> Entry {
    let value = Node { span: entry.value.span.clone(), value: Value::Hole(entry.key.clone()) };
    Entry { key: element.into(), key_span: entry.key_span.clone(), value }
}

fn statement(body: &Node) -> Node {
    let effect = renamed(body, "effect", "Effect").unwrap_or_else(|| {
        let span = body.span.start..body.span.start;
        Entry { key: "Effect".into(), key_span: span.clone(), value: text(span, "Allow") }
    });
    let mut elements: Vec<Entry> = [
        ("sid", "Sid"),
        ("actions", "Action"),
        ("not_actions", "NotAction"),
        ("resources", "Resource"),
        ("not_resources", "NotResource"),
    ]
    .into_iter()
    .filter_map(|(attribute, element)| renamed(body, attribute, element))
    .collect();
    elements.push(effect);
    elements.extend(principals(body, "principals", "Principal"));
    elements.extend(principals(body, "not_principals", "NotPrincipal"));
    elements.extend(conditions(body));
    elements.sort_by_key(|entry| entry.key_span.start);
    Node { span: body.span.clone(), value: Value::Map(elements) }
}

fn principals(body: &Node, block: &str, element: &str) -> Option<Entry> {
    let blocks: Vec<&Entry> = body.entries().iter().filter(|entry| entry.key == block).collect();
    let first = blocks.first()?;
    let is_known = |body: &Node| {
        body.get("type").is_some_and(|kind| kind.string().is_some_and(|text| !has_hole(text)))
    };
    if blocks.iter().any(|entry| is_dynamic(entry) || !bodies(entry).iter().all(is_known)) {
        return Some(open(element, first));
    }
    let mut kinds: Vec<Entry> = Vec::new();
    for (written, value) in blocks
        .iter()
        .flat_map(|entry| entry.value.items())
        .map(|body| (body.get("type"), body.get("identifiers")))
    {
        let (Some(written), Some(value)) = (written, value) else { continue };
        let kind = written.string().unwrap_or_default();
        let everyone = value.items().first().and_then(Node::string) == Some("*");
        if kind == "*" && everyone {
            let star = text(value.items().first()?.span.clone(), "*");
            return Some(Entry {
                key: element.into(),
                key_span: first.key_span.clone(),
                value: star,
            });
        }
        add(&mut kinds, kind, &written.span, value);
    }
    let value = Node { span: first.value.span.clone(), value: Value::Map(kinds) };
    Some(Entry { key: element.into(), key_span: first.key_span.clone(), value })
}

fn conditions(body: &Node) -> Option<Entry> {
    let blocks: Vec<&Entry> =
        body.entries().iter().filter(|entry| entry.key == "condition").collect();
    let first = blocks.first()?;
    let is_known = |body: &Node| {
        ["test", "variable"]
            .iter()
            .all(|key| body.get(key).is_some_and(|node| node.string().is_some()))
    };
    if blocks.iter().any(|entry| is_dynamic(entry) || !bodies(entry).iter().all(is_known)) {
        return Some(open("Condition", first));
    }
    let mut operators: Vec<Entry> = Vec::new();
    for block in blocks.iter().flat_map(|entry| entry.value.items()) {
        let (Some(test), Some(variable), Some(values)) =
            (block.get("test"), block.get("variable"), block.get("values"))
        else {
            continue;
        };
        let (Some(operator), Some(key)) = (test.string(), variable.string()) else { continue };
        if !operators.iter().any(|entry| entry.key == operator) {
            let value = Node { span: block.span.clone(), value: Value::Map(Vec::new()) };
            let key_span = test.span.clone();
            operators.push(Entry { key: operator.into(), key_span, value });
        }
        let found = operators.iter_mut().find(|entry| entry.key == operator);
        if let Some(Value::Map(keys)) = found.map(|entry| &mut entry.value.value) {
            add(keys, key, &variable.span, values);
        }
    }
    let value = Node { span: first.value.span.clone(), value: Value::Map(operators) };
    Some(Entry { key: "Condition".into(), key_span: first.key_span.clone(), value })
}

/// Adds values under a key; blocks of the same key are joined.
fn add(entries: &mut Vec<Entry>, key: &str, key_span: &Range<usize>, values: &Node) {
    match entries.iter_mut().find(|entry| entry.key == key) {
        Some(known) => {
            let joined = known.value.items().iter().chain(values.items()).cloned().collect();
            known.value.value = Value::List(joined);
        }
        None => entries.push(Entry {
            key: key.into(),
            key_span: key_span.clone(),
            value: values.clone(),
        }),
    }
}

/// `&{aws:username}` is how the data source writes `${aws:username}`.
fn unescape(node: &mut Node) {
    match &mut node.value {
        Value::String(text) if text.contains("&{") => *text = text.replace("&{", "${"),
        Value::List(items) => items.iter_mut().for_each(unescape),
        Value::Map(entries) => entries.iter_mut().for_each(|entry| unescape(&mut entry.value)),
        _ => {}
    }
}
