//! A document of a template in the form of one that is written out: what is not known becomes a text with a hole in it, what is
//! one thing or another becomes both.

use std::ops::Range;

use super::shape;
use crate::policy::text::hole;
use crate::policy::tree::{Entry, Node, Value};

/// What is known of a document that was brought to that form.
#[derive(Debug, Default)]
pub(super) struct Filled {
    /// Whether none of its statements, and nothing of what they allow, is unknown.
    pub(super) is_complete: bool,
    /// Where one thing or another stands.
    pub(super) either: Vec<Range<usize>>,
}

/// Brings a document to that form.
pub(super) fn fill(document: &mut Node) -> Filled {
    let mut filled = Filled { is_complete: true, either: Vec::new() };
    let Value::Map(entries) = &mut document.value else { return filled };
    let either = &mut filled.either;
    let mut is_complete = true;
    for entry in entries.iter_mut().filter(|entry| entry.key == "Statement") {
        alternatives(&mut entry.value, either);
        let statements = match &mut entry.value.value {
            Value::List(items) => items.as_mut_slice(),
            _ => std::slice::from_mut(&mut entry.value),
        };
        for node in statements {
            if let Some(name) = shape::function(node) {
                node.value = Value::Hole(name.into());
            }
            is_complete &= statement(node, either);
        }
    }
    Filled { is_complete, ..filled }
}

fn statement(node: &mut Node, either: &mut Vec<Range<usize>>) -> bool {
    let Value::Map(entries) = &mut node.value else {
        return !matches!(node.value, Value::Hole(_) | Value::Call(..));
    };
    let mut is_known = true;
    for Entry { key, value, .. } in entries {
        match key.as_str() {
            "Action" | "NotAction" => {
                texts(value, either);
                is_known &= !value.items().iter().any(has_open_text);
            }
            "Resource" | "NotResource" => texts(value, either),
            "Principal" | "NotPrincipal" => {
                text(value);
                if let Value::Map(kinds) = &mut value.value {
                    for kind in kinds {
                        texts(&mut kind.value, either);
                    }
                }
            }
            "Condition" => {
                let operators = match &mut value.value {
                    Value::Map(operators) => operators.as_mut_slice(),
                    _ => &mut [],
                };
                for operator in operators {
                    if let Value::Map(keys) = &mut operator.value.value {
                        for key in keys {
                            texts(&mut key.value, either);
                        }
                    }
                }
            }
            _ => {}
        }
    }
    is_known
}

fn has_open_text(node: &Node) -> bool {
    node.string().is_some_and(crate::policy::text::has_hole)
}

/// One or several strings.
fn texts(node: &mut Node, either: &mut Vec<Range<usize>>) {
    alternatives(node, either);
    match &mut node.value {
        Value::List(items) => items.iter_mut().for_each(text),
        _ => text(node),
    }
}

fn text(node: &mut Node) {
    if let Value::Hole(name) | Value::Call(name, _) = &node.value {
        node.value = Value::String(hole(name));
    } else if let Some(name) = shape::function(node) {
        node.value = Value::String(hole(name));
    }
}

/// Both of two ways, one after the other, where a list may stand.
fn alternatives(node: &mut Node, either: &mut Vec<Range<usize>>) {
    let is_choice = |node: &Node| matches!(&node.value, Value::Call(name, _) if name == "?:");
    if is_choice(node) {
        either.push(node.span.clone());
        node.value = Value::List(ways(node.clone()));
    } else if let Value::List(items) = &mut node.value
        && items.iter().any(|item| matches!(item.value, Value::Call(..)))
    {
        either.extend(items.iter().filter(|item| is_choice(item)).map(|item| item.span.clone()));
        *items = std::mem::take(items).into_iter().flat_map(ways).collect();
    }
}

fn ways(node: Node) -> Vec<Node> {
    match node.value {
        Value::Call(name, given) if name == "?:" => {
            // A text that is empty in one case is one that is left out there.
            let is_left_out = |way: &Node| way.string() == Some("");
            let ways = given.into_iter().skip(1).flat_map(ways).filter(|way| !is_left_out(way));
            ways.flat_map(|way| match way.value {
                Value::List(items) => items,
                _ => vec![way],
            })
            .collect()
        }
        _ => vec![node],
    }
}
