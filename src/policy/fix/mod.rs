//! What is wrong in a mechanical way is put right by changes to the text, exact to the byte: nothing else of it moves.

mod list;
mod string;

use std::ops::Range;

use super::tree::{Entry, Node, Value};

/// One change of a document, in terms of its elements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// A string, wherever and however it is written, says something else.
    Rewrite { span: Range<usize>, from: String, to: String },
    /// A string starts with a reference of the template instead; `to` is written as it is.
    Restart { span: Range<usize>, from: String, to: String },
    /// The name of an element or operator is another one.
    Rename { key_span: Range<usize>, from: String, to: String },
    /// An item of a list goes, with the comma that is then too many.
    RemoveItem { span: Range<usize> },
    /// An item comes after another one of a list, written like it.
    AddItem { after: Range<usize>, item: String },
    /// An entry comes last in a map; its value is JSON.
    AddEntry { object: Range<usize>, key: String, value: String },
    /// An entry comes first in a map; its value is JSON.
    PrependEntry { object: Range<usize>, key: String, value: String },
    /// An entry goes, with the comma that is then too many.
    RemoveEntry { key_span: Range<usize>, span: Range<usize> },
    /// A statement that allows some actions on everything comes after another one.
    AddStatement { after: Range<usize>, actions: Vec<String> },
}

/// A replacement of bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What goes, in bytes of the blob; empty where something is only added.
    pub span: Range<usize>,
    /// What comes.
    pub text: String,
}

/// How a map or list is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    /// `{"key": value}`, also inside of YAML.
    Json,
    /// `key: value` on lines of their own, or `- item`.
    Yaml,
    /// `key = value` of Terraform.
    Hcl,
}

/// The edits of the text that make all of the changes; nothing when one of them cannot be made.
pub(super) fn edits(changes: &[Change], document: &Node, text: &str) -> Option<Vec<Edit>> {
    let mut edits = Vec::new();
    for change in changes {
        edits.push(match change {
            Change::Rewrite { span, from, to } => string::rewrite(text, span, from, to)?,
            Change::Restart { span, from, to } => string::restart(text, span, from, to)?,
            Change::Rename { key_span, from, to } => string::rename(text, key_span, from, to)?,
            Change::RemoveItem { span } => list::remove(text, span)?,
            Change::RemoveEntry { key_span, span } => {
                remove_entry(text, document, &(key_span.start..span.end))?
            }
            Change::AddItem { after, item } => {
                list::add(text, after, &string::like(text, after, item)?)?
            }
            Change::AddEntry { object, key, value } => {
                add_entry(text, find(document, object)?, key, value)?
            }
            Change::PrependEntry { object, key, value } => {
                prepend_entry(text, find(document, object)?, key, value)?
            }
            Change::AddStatement { after, actions } => {
                list::add(text, after, &statement(text, find(document, after)?, actions)?)?
            }
        });
    }
    edits.sort_by_key(|edit| edit.span.start);
    let apart = edits.windows(2).all(|pair| matches!(pair, [a, b] if a.span.end <= b.span.start));
    (apart && !edits.is_empty()).then_some(edits)
}

/// The node with a span.
fn find<'a>(node: &'a Node, span: &Range<usize>) -> Option<&'a Node> {
    if node.span == *span {
        return Some(node);
    }
    let holds = |node: &&Node| node.span.start <= span.start && span.end <= node.span.end;
    let inner = match &node.value {
        Value::List(items) => {
            let after = items.partition_point(|item| item.span.start <= span.start);
            let nearest = after.checked_sub(1).and_then(|at| items.get(at)).filter(holds);
            nearest.or_else(|| items.iter().find(holds))
        }
        Value::Map(entries) => entries.iter().map(|entry| &entry.value).find(holds),
        _ => None,
    };
    find(inner?, span)
}

/// How an entry is written, and what stands between its name and its value. Nothing when the name is not written as it is:
/// then the document is made of something else.
fn style<'t>(text: &'t str, entry: &Entry) -> Option<(Style, &'t str)> {
    let key = text.get(entry.key_span.clone())?;
    let between = text.get(entry.key_span.end..entry.value.span.start)?;
    let is_bare = key == entry.key;
    let is_quoted = key.strip_prefix('"')?.strip_suffix('"')? == entry.key;
    let style = match between.trim() {
        "=" if is_bare || is_quoted => Style::Hcl,
        ":" if is_quoted => Style::Json,
        _ => return None,
    };
    Some((style, between))
}

/// The same for a block of YAML, whose names are rarely quoted.
fn style_of<'t>(text: &'t str, entry: &Entry) -> Option<(Style, &'t str)> {
    let key = text.get(entry.key_span.clone())?;
    let between = text.get(entry.key_span.end..entry.value.span.start)?;
    if key == entry.key && between.trim() == "=" {
        return Some((Style::Hcl, " = "));
    }
    let is_block = key == entry.key && between.trim_start().starts_with(':');
    if is_block { Some((Style::Yaml, ": ")) } else { style(text, entry) }
}

fn add_entry(text: &str, object: &Node, key: &str, value: &str) -> Option<Edit> {
    let last = object.entries().last()?;
    let (style, between) = style_of(text, last)?;
    let is_flow = text.get(object.span.clone())?.starts_with('{');
    let indent = list::indent(text, last.key_span.start);
    let at = last.value.span.end;
    let (at, text) = match style {
        Style::Json if is_flow => {
            let before = match indent {
                Some(indent) => format!("\n{indent}"),
                None => " ".into(),
            };
            (at, format!(",{before}\"{key}\"{between}{value}"))
        }
        Style::Hcl if is_flow => {
            let value = hcl(value)?;
            match indent {
                Some(indent) => (list::line_end(text, at), format!("\n{indent}{key} = {value}")),
                None => (at, format!(", {key} = {value}")),
            }
        }
        Style::Yaml if !is_flow => {
            let column = " ".repeat(list::column(text, last.key_span.start));
            (list::line_end(text, at), format!("\n{column}{key}: {value}"))
        }
        _ => return None,
    };
    Some(Edit { span: at..at, text })
}

fn prepend_entry(text: &str, object: &Node, key: &str, value: &str) -> Option<Edit> {
    let first = object.entries().first()?;
    let (style, between) = style_of(text, first)?;
    let is_flow = text.get(object.span.clone())?.starts_with('{');
    let at = first.key_span.start;
    let indent = list::indent(text, at);
    let text = match style {
        Style::Json if is_flow => match indent {
            Some(indent) => format!("\"{key}\"{between}{value},\n{indent}"),
            None => format!("\"{key}\"{between}{value}, "),
        },
        Style::Hcl if is_flow => match indent {
            Some(indent) => format!("{key} = {}\n{indent}", hcl(value)?),
            None => format!("{key} = {}, ", hcl(value)?),
        },
        Style::Yaml if !is_flow => {
            format!("{key}: {value}\n{}", " ".repeat(list::column(text, at)))
        }
        _ => return None,
    };
    Some(Edit { span: at..at, text })
}

/// Of a map that is an item of a list in YAML the first entry stands behind the hyphen, which stays.
fn remove_entry(text: &str, document: &Node, span: &Range<usize>) -> Option<Edit> {
    if list::bullet(text, span.start).is_none() {
        return list::remove(text, span);
    }
    let next = next_entry(document, span.start)?;
    Some(Edit { span: span.start..next, text: String::new() })
}

/// Where the entry after the one that starts at a place starts.
fn next_entry(node: &Node, start: usize) -> Option<usize> {
    if let Value::List(items) = &node.value {
        let around = items.iter().find(|item| item.span.contains(&start));
        return around.and_then(|item| next_entry(item, start));
    }
    let entries = node.entries();
    let at = entries.iter().position(|entry| entry.key_span.start == start);
    if let Some(at) = at {
        return entries.get(at + 1).map(|entry| entry.key_span.start);
    }
    let around = entries.iter().find(|entry| entry.value.span.contains(&start))?;
    next_entry(&around.value, start)
}

/// JSON as an expression of Terraform.
fn hcl(json: &str) -> Option<String> {
    fn write(value: &serde_json::Value) -> String {
        match value {
            serde_json::Value::Array(items) => {
                format!("[{}]", items.iter().map(write).collect::<Vec<_>>().join(", "))
            }
            serde_json::Value::Object(entries) => {
                let entry = |(key, value): (&String, &serde_json::Value)| {
                    format!("{} = {}", serde_json::Value::String(key.clone()), write(value))
                };
                format!("{{ {} }}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
            }
            scalar => scalar.to_string(),
        }
    }
    let value = serde_json::from_str(json).ok()?;
    // A dollar sign would start a template.
    (!json.contains("${") && !json.contains("%{")).then(|| write(&value))
}

/// A statement written like the one it comes after.
fn statement(text: &str, like: &Node, actions: &[String]) -> Option<String> {
    let (style, _) = style_of(text, like.entries().first()?)?;
    let is_flow = text.get(like.span.clone())?.starts_with('{');
    let actions = serde_json::to_string(actions).ok()?.replace("\",\"", "\", \"");
    match style {
        Style::Json | Style::Yaml => {
            Some(format!("{{\"Effect\": \"Allow\", \"Action\": {actions}, \"Resource\": \"*\"}}"))
        }
        Style::Hcl if is_flow => {
            Some(format!("{{ Effect = \"Allow\", Action = {actions}, Resource = \"*\" }}"))
        }
        Style::Hcl => None,
    }
}
