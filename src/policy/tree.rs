//! A value tree that knows where everything was written, and keeps what a map would lose: order and repeated keys.

use std::ops::Range;

use super::read::json::SyntaxError;
use super::text::{has_hole, is_hole, shown};

/// A value and the bytes it was written in.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node {
    pub(super) span: Range<usize>,
    pub(super) value: Value,
}

/// What a document can hold.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Null,
    Bool(bool),
    /// As written.
    Number(String),
    String(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
    /// What a template says only when it is deployed, of whatever type; under the name it has there.
    Hole(String),
    /// A document in a string.
    Json(Box<Embedded>),
    /// A function that a template calls, by its name there, with what is given to it.
    Call(String, Vec<Node>),
}

/// A document written as JSON in a string.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Embedded {
    /// Its value, as far as it could be read.
    pub(super) root: Option<Node>,
    /// Why it is not JSON.
    pub(super) error: Option<SyntaxError>,
}

/// A key with its value.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) key_span: Range<usize>,
    pub(super) value: Node,
}

impl Node {
    /// The entries of a map; none of anything else.
    pub(super) fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The value under a key. Of a repeated key the last one, which is the one that parsers keep.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().rev().find(|entry| entry.key == key).map(|entry| &entry.value)
    }

    /// The items of a list; of anything else the thing itself. IAM takes one value for a list of one.
    pub(super) fn items(&self) -> &[Self] {
        match &self.value {
            Value::List(items) => items,
            _ => std::slice::from_ref(self),
        }
    }

    /// The text of a string.
    pub(super) fn string(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The text of a string, number or boolean: IAM takes each for the other in conditions.
    pub(super) fn scalar(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) | Value::Number(text) => Some(text),
            Value::Bool(true) => Some("true"),
            Value::Bool(false) => Some("false"),
            Value::Null
            | Value::List(_)
            | Value::Map(_)
            | Value::Hole(_)
            | Value::Json(_)
            | Value::Call(..) => None,
        }
    }

    /// Whether nothing is known of it, not even its type.
    pub(super) fn is_open(&self) -> bool {
        match &self.value {
            Value::Hole(_) | Value::Call(..) => true,
            Value::String(text) => is_hole(text),
            _ => false,
        }
    }

    pub(super) fn is_map(&self) -> bool {
        matches!(self.value, Value::Map(_))
    }

    /// What a reader would call it.
    pub(super) fn type_name(&self) -> &'static str {
        match &self.value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::List(_) => "a list",
            Value::Map(_) => "an object",
            Value::Hole(_) | Value::Call(..) => "unknown",
            Value::Json(_) => "JSON in a string",
        }
    }

    /// The value written so that order, spacing and lists of one make no difference. Identifies a statement across
    /// edits that do not change what it says.
    pub(super) fn normalised(&self) -> String {
        match &self.value {
            Value::Null => "null".into(),
            Value::Map(entries) => {
                let pair = |entry: &Entry| {
                    let mut pair = quoted(&entry.key);
                    pair.push(':');
                    pair + &entry.value.normalised()
                };
                format!("{{{}}}", sorted(entries.iter().map(pair)))
            }
            Value::List(items) => match items.as_slice() {
                [one] => one.normalised(),
                many => format!("[{}]", sorted(many.iter().map(Self::normalised))),
            },
            Value::Hole(name) => format!("${{{name}}}"),
            Value::Call(name, given) => {
                let given: Vec<String> = given.iter().map(Self::normalised).collect();
                format!("{name}({})", given.join(","))
            }
            Value::Json(embedded) => {
                embedded.root.as_ref().map_or_else(String::new, Self::normalised)
            }
            Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                let text = self.scalar().unwrap_or_default();
                if has_hole(text) { quoted(&shown(text)) } else { quoted(text) }
            }
        }
    }

    /// The way from this node to the smallest one that holds `span`: keys, and items by what they say.
    pub(super) fn path_to(&self, span: &Range<usize>) -> String {
        let holds = |range: &Range<usize>| range.start <= span.start && span.end <= range.end;
        match &self.value {
            Value::Map(entries) => {
                let after = entries.partition_point(|entry| entry.key_span.start <= span.start);
                let entry = after.checked_sub(1).and_then(|at| entries.get(at));
                let entry =
                    entry.filter(|entry| holds(&(entry.key_span.start..entry.value.span.end)));
                entry.map_or_else(String::new, |entry| {
                    format!("/{}{}", entry.key, entry.value.path_to(span))
                })
            }
            Value::List(items) => {
                let after = items.partition_point(|item| item.span.start <= span.start);
                let item = after.checked_sub(1).and_then(|at| items.get(at));
                item.filter(|item| holds(&item.span))
                    .map_or_else(String::new, |item| item.path_to(span))
            }
            _ => self.scalar().map_or_else(String::new, |text| format!("={text}")),
        }
    }
}

/// A text as `{:?}` writes it.
fn quoted(text: &str) -> String {
    let is_plain = |byte: u8| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\';
    if !text.bytes().all(is_plain) {
        return format!("{text:?}");
    }
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    quoted.push_str(text);
    quoted.push('"');
    quoted
}

fn sorted(parts: impl Iterator<Item = String>) -> String {
    let mut parts: Vec<String> = parts.collect();
    parts.sort_unstable();
    parts.dedup();
    parts.join(",")
}

#[cfg(test)]
mod tests {
    use crate::policy::read::json;

    #[test]
    fn order_spacing_and_lists_of_one_make_no_difference() {
        let one = json::parse(r#"{"Action":["a:B","a:C"],"Resource":["*"]}"#).unwrap();
        let other = json::parse(r#"{ "Resource": "*", "Action": ["a:C", "a:B"] }"#).unwrap();
        assert_eq!(one.normalised(), other.normalised());
        let third = json::parse(r#"{"Action":["a:B"],"Resource":["*"]}"#).unwrap();
        assert_ne!(one.normalised(), third.normalised());
    }

    #[test]
    fn paths_name_items_by_what_they_say() {
        let text = r#"{"Resource":["x","y"],"Condition":{"Bool":{"k":true}}}"#;
        let tree = json::parse(text).unwrap();
        let at = |word: &str| {
            let start = text.find(word).unwrap();
            tree.path_to(&(start..start + word.len()))
        };
        assert_eq!(at("\"y\""), "/Resource=y");
        assert_eq!(at("true"), "/Condition/Bool/k=true");
        assert_eq!(at("\"Resource\""), "/Resource");
    }
}
