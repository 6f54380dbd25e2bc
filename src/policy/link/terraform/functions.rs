//! Terraform's functions, as far as they can be applied to what is known.
//! <https://developer.hashicorp.com/terraform/language/functions>

use super::Scope;
use crate::policy::link::{hole_node, text_of};
use crate::policy::text::hole;
use crate::policy::tree::{Entry, Node, Value};

/// What a call gives; a hole where that is not known.
pub(super) fn apply(scope: &Scope, node: &Node, name: &str, given: &[Node]) -> Node {
    let made = |value| Node { span: node.span.clone(), value };
    match (name, given) {
        ("?:", [condition, yes, no]) => either(scope, node, condition, yes, no),
        ("dynamic", [content]) => {
            let content = scope.value(content);
            scope.doubt(&content.span);
            made(Value::Call(name.into(), vec![content]))
        }
        // What a loop makes, made once: what it runs over is a hole in it.
        ("for", [value]) => {
            let items = spread(scope, scope.value(value));
            for item in &items {
                scope.doubt(&item.span);
            }
            made(Value::List(items))
        }
        (
            "jsonencode" | "jsondecode" | "sensitive" | "nonsensitive" | "tostring" | "one"
            | "trimspace",
            [only],
        ) => scope.value(only),
        ("try" | "coalesce", [first, ..]) => scope.value(first),
        ("tolist" | "toset" | "distinct" | "sort" | "compact" | "reverse", [only]) => {
            made(list(spread(scope, scope.value(only)), only))
        }
        ("flatten", [only]) => {
            let items =
                spread(scope, scope.value(only)).into_iter().flat_map(|item| spread(scope, item));
            made(list(items.collect(), only))
        }
        ("concat" | "setunion" | "coalescelist", lists) => {
            let items = lists.iter().flat_map(|list| spread(scope, scope.value(list)));
            made(Value::List(items.collect()))
        }
        ("merge", maps) => merge(scope, maps).map_or_else(|| hole_node(node, "merge(…)"), made),
        ("join", [delimiter, items]) => made(
            join(scope, delimiter, items)
                .map_or_else(|| Value::String(hole("join(…)")), Value::String),
        ),
        ("format", [template, values @ ..]) => {
            let text = format(scope, template, values).unwrap_or_else(|| hole("format(…)"));
            made(Value::String(text))
        }
        // Kept: the file may be among those that are read.
        ("file" | "templatefile", [path, ..]) => {
            made(Value::Call(name.into(), vec![scope.value(path)]))
        }
        _ => hole_node(node, &format!("{name}(…)")),
    }
}

/// Both ways are kept: the module is applied one way or the other.
fn either(scope: &Scope, node: &Node, condition: &Node, yes: &Node, no: &Node) -> Node {
    let (yes, no) = (scope.value(yes), scope.value(no));
    let value = match (&yes.value, &no.value) {
        (one, other) if one == other => return yes,
        (Value::Null, _) => {
            scope.doubt(&no.span);
            return no;
        }
        (_, Value::Null) => {
            scope.doubt(&yes.span);
            return yes;
        }
        _ => Value::Call("?:".into(), vec![condition.clone(), yes, no]),
    };
    Node { span: node.span.clone(), value }
}

/// The items of a list; of something that is not known, and may be one, the thing itself.
fn spread(scope: &Scope, node: Node) -> Vec<Node> {
    match node.value {
        Value::List(items) => items,
        Value::Call(..) => scope
            .spread(node)
            .into_iter()
            .flat_map(|node| match node.value {
                Value::List(items) => items,
                _ => vec![node],
            })
            .collect(),
        _ => vec![node],
    }
}

/// A list of items; of a single one that is not known it is not known either.
fn list(items: Vec<Node>, given: &Node) -> Value {
    match items.as_slice() {
        [Node { value: Value::Hole(name), .. }] if !matches!(given.value, Value::List(_)) => {
            Value::Hole(name.clone())
        }
        _ => Value::List(items),
    }
}

fn merge(scope: &Scope, maps: &[Node]) -> Option<Value> {
    let mut merged: Vec<Entry> = Vec::new();
    for map in maps {
        let Value::Map(entries) = scope.value(map).value else { return None };
        for entry in entries {
            match merged.iter_mut().find(|known| known.key == entry.key) {
                Some(known) => *known = entry,
                None => merged.push(entry),
            }
        }
    }
    Some(Value::Map(merged))
}

fn join(scope: &Scope, delimiter: &Node, items: &Node) -> Option<String> {
    let delimiter = scope.value(delimiter);
    let Value::List(items) = scope.value(items).value else { return None };
    let texts: Option<Vec<String>> = items.iter().map(text_of).collect();
    Some(texts?.join(&text_of(&delimiter)?))
}

/// `%s` and its like, in order; nothing where a verb picks its value by number.
/// <https://developer.hashicorp.com/terraform/language/functions/format>
fn format(scope: &Scope, template: &Node, values: &[Node]) -> Option<String> {
    let template = text_of(&scope.value(template))?;
    let mut values = values.iter();
    let (mut out, mut rest) = (String::new(), template.as_str());
    while let Some((before, after)) = rest.split_once('%') {
        out += before;
        let verb = after.chars().next()?;
        rest = after.get(verb.len_utf8()..)?;
        match verb {
            '%' => out.push('%'),
            's' | 'v' | 'd' => {
                out += &text_of(&scope.value(values.next()?)).unwrap_or_else(|| hole("format(…)"));
            }
            _ => return None,
        }
    }
    Some(out + rest)
}
