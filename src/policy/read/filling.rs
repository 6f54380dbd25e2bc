//! `${…}` as Terraform fills it in, in texts that its own reader does not take: JSON that becomes a policy only then, and
//! variables of IAM that nobody escaped.

use std::ops::Range;

use super::embedded::Offsets;
use super::hcl;
use crate::policy::text::{self, is_iam_variable};
use crate::policy::tree::{Node, Value};

/// The most bytes of one `${…}`.
const MAX_FILLING: usize = 4096;

/// JSON with a hole for each `${…}` in it.
pub(super) struct Filled {
    pub(super) text: String,
    pub(super) offsets: Offsets,
    /// Where variables of IAM stand that Terraform takes for its own.
    pub(super) unescaped: Vec<Range<usize>>,
}

/// Puts holes where something is to be filled in. `$${` is how Terraform writes `${`; what only IAM can fill in stays.
pub(super) fn holes(written: &str) -> Filled {
    let mut filled =
        Filled { text: String::new(), offsets: Offsets::straight(0), unescaped: Vec::new() };
    let mut at = 0;
    while let Some(next) = written.get(at..).and_then(|rest| rest.find("${")).map(|next| at + next)
    {
        let escaped = written.get(at..next).is_some_and(|before| before.ends_with('$'));
        let before = written.get(at..next - usize::from(escaped)).unwrap_or_default();
        filled.text += before;
        let inside = written.get(next + 2..).unwrap_or_default();
        let length = length(inside).unwrap_or(0);
        let name = inside.get(..length).unwrap_or_default();
        let end = next + 2 + length + usize::from(length > 0);
        filled.offsets.push(filled.text.len(), next);
        if escaped || length == 0 || is_iam_variable(name) {
            let is_variable = !escaped && length > 0;
            filled.unescaped.extend(is_variable.then_some(next..end));
            filled.text += written.get(next..end).unwrap_or_default();
        } else {
            filled.text += &text::hole(&called(name));
        }
        at = end;
        filled.offsets.push(filled.text.len(), at);
    }
    filled.text += written.get(at..).unwrap_or_default();
    filled
}

/// The bytes up to the bracket that closes `${`.
fn length(inside: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in inside.bytes().enumerate().take(MAX_FILLING) {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 0 => return Some(at),
            b'}' => depth -= 1,
            b'\n' => return None,
            _ => {}
        }
    }
    None
}

/// What Terraform's own reader calls an expression that only a deployment knows the value of.
fn called(expression: &str) -> String {
    let expression = expression.trim().replace("\\\"", "\"");
    let parsed = hcl::parse(&format!("x = {expression}\n")).ok();
    match parsed.as_ref().and_then(|root| root.get("x")).map(|node| &node.value) {
        Some(Value::Hole(name)) => name.clone(),
        _ => expression,
    }
    .replace(['"', '\\', '\n', '\t', '\r'], " ")
}

/// A string that is one hole and nothing else is the very thing, of whatever type.
pub(super) fn loosen(node: &mut Node) {
    match &mut node.value {
        Value::String(text) => {
            if let Some((name, "")) = text::leading_hole(text) {
                node.value = Value::Hole(name.into());
            }
        }
        Value::List(items) | Value::Call(_, items) => items.iter_mut().for_each(loosen),
        Value::Map(entries) => entries.iter_mut().for_each(|entry| loosen(&mut entry.value)),
        Value::Json(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::Hole(_) => {}
    }
}

/// A text of Terraform's language that it can read, although variables of IAM stand there as its own: with `&{` for their
/// `${`, and where they stand.
pub(super) fn escaped(written: &str) -> Option<(String, Vec<Range<usize>>)> {
    let mut places = Vec::new();
    for (at, _) in written.match_indices("${") {
        let is_free = !written.get(..at).is_some_and(|before| before.ends_with('$'));
        let name = written.get(at + 2..).and_then(|inside| inside.get(..length(inside)?));
        let is_variable = name.is_some_and(|name| is_iam_variable(name) && !name.contains('"'));
        if is_free && is_variable {
            places.push(at..at + 3 + name.map_or(0, str::len));
        }
    }
    let mut text = written.to_owned();
    for place in &places {
        text.replace_range(place.start..=place.start, "&");
    }
    (!places.is_empty()).then_some((text, places))
}

/// Gives the variables back what they were written with. Those that stand in a string are kept: others are in comments.
pub(super) fn restore(node: &mut Node, places: &mut Vec<Range<usize>>) {
    let mut is_text = vec![false; places.len()];
    restore_in(node, places, &mut is_text);
    let mut is_text = is_text.into_iter();
    places.retain(|_| is_text.next().unwrap_or(false));
}

fn restore_in(node: &mut Node, places: &[Range<usize>], is_text: &mut [bool]) {
    let mut mark = |span: &Range<usize>| {
        let from = places.partition_point(|place| place.start < span.start);
        let to = places.partition_point(|place| place.end <= span.end);
        is_text.get_mut(from..to).unwrap_or_default().fill(true);
        from < to
    };
    let is_marked = match &node.value {
        Value::Map(_) | Value::List(_) | Value::Call(..) => false,
        _ => mark(&node.span),
    };
    match &mut node.value {
        Value::String(text) if is_marked => *text = text.replace("&{", "${"),
        Value::List(items) | Value::Call(_, items) => {
            for item in items {
                restore_in(item, places, is_text);
            }
        }
        Value::Map(entries) => {
            for entry in entries {
                restore_in(&mut entry.value, places, is_text);
            }
        }
        Value::Json(embedded) => {
            embedded.root.iter_mut().for_each(|root| restore_in(root, places, is_text));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filled_in_is_a_hole() {
        let filled =
            holes(r#"{"a": "x${var.b[0].c}y$${d}", "e": ${f({g = 1})}, "h": "${aws:username}${"#);
        assert_eq!(
            text::shown(&filled.text),
            r#"{"a": "x${var.b.[…].c}y${d}", "e": ${f({g = 1})}, "h": "${aws:username}${"#
        );
        assert_eq!(text::holes(&filled.text).count(), 2);
        assert_eq!(filled.unescaped.len(), 1);
    }

    #[test]
    fn variables_of_iam_are_known_from_terraforms() {
        let (text, places) =
            escaped("a ${aws:username} $${aws:userid} ${var.x} ${a ? b : c}").unwrap();
        assert_eq!(text, "a &{aws:username} $${aws:userid} ${var.x} ${a ? b : c}");
        assert_eq!(places.first(), Some(&(2..17)));
        assert_eq!(places.len(), 1);
        assert_eq!(escaped("${provider::aws::f()}"), None);
    }
}
