//! Characters that AWS does not take, or takes for others than they look like.

use std::ops::Range;

use crate::policy::checks::{Violations, quote};
use crate::policy::document::Document;
use crate::policy::fix::Change;
use crate::policy::text::{Part, has_hole, parts};
use crate::policy::tree::{Node, Value};

/// Characters that stand for others in pasted text, with what was meant; nothing for those that cannot be seen.
const PASTED: &[(char, &str)] = &[
    ('\u{2018}', "'"),
    ('\u{2019}', "'"),
    ('\u{201c}', "\""),
    ('\u{201d}', "\""),
    ('\u{2010}', "-"),
    ('\u{2011}', "-"),
    ('\u{2012}', "-"),
    ('\u{2013}', "-"),
    ('\u{2014}', "-"),
    ('\u{2026}', "..."),
    ('\u{200b}', ""),
    ('\u{200c}', ""),
    ('\u{200d}', ""),
    ('\u{2060}', ""),
    ('\u{feff}', ""),
];

pub(super) fn charset(document: &Document, violations: &mut Violations) {
    texts(document.node, &mut |text, span, is_key| {
        // A character that is written as `\u2019` is plain ASCII in the text that AWS checks.
        let is_as_written = [0, 2].iter().any(|quotes| text.len() + quotes == span.len());
        let wrong = parts(text).find_map(|part| match part {
            Part::Char(character) if character > '\u{ff}' => Some(character),
            _ => None,
        });
        if let Some(character) = wrong.filter(|_| is_as_written) {
            violations.report(
                span,
                format!(
                    "{} has the character U+{:04X}, for which AWS refuses the policy.",
                    quote(text),
                    u32::from(character)
                ),
            );
            let to: String = text.chars().map(plain).collect();
            let is_plain = to.chars().all(|character| character <= '\u{ff}');
            violations.fix(change(text, span, to, is_key).filter(|_| is_plain));
        }
    });
}

fn plain(character: char) -> String {
    let pasted = PASTED.iter().find(|(own, _)| *own == character);
    pasted.map_or_else(|| character.into(), |(_, meant)| (*meant).into())
}

pub(super) fn nbsp(document: &Document, violations: &mut Violations) {
    texts(document.node, &mut |text, span, is_key| {
        if text.contains('\u{a0}') {
            violations.report(
                span,
                format!(
                    "{} has a no-break space, which AWS takes for a character like any other.",
                    quote(&text.replace('\u{a0}', "<U+00A0>"))
                ),
            );
            let to = text.replace('\u{a0}', " ").trim().to_owned();
            violations.fix(change(text, span, to, is_key));
        }
    });
}

fn change(text: &str, span: &Range<usize>, to: String, is_key: bool) -> Option<Change> {
    let (span, from) = (span.clone(), text.to_owned());
    let change = if is_key {
        Change::Rename { key_span: span, from, to }
    } else {
        Change::Rewrite { span, from, to }
    };
    (!has_hole(text)).then_some(change)
}

/// Every string of a node, and whether it is the name of a key.
fn texts(node: &Node, visit: &mut dyn FnMut(&str, &Range<usize>, bool)) {
    match &node.value {
        Value::String(text) => visit(text, &node.span, false),
        Value::List(items) => items.iter().for_each(|item| texts(item, visit)),
        Value::Map(entries) => {
            for entry in entries {
                visit(&entry.key, &entry.key_span, true);
                texts(&entry.value, visit);
            }
        }
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Hole(_)
        | Value::Json(_)
        | Value::Call(..) => {}
    }
}
