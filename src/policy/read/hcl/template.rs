//! Strings and heredocs: their text with holes, and where each of its bytes is written.

use std::ops::Range;

use hcl_edit::Span;
use hcl_edit::expr::Expression;
use hcl_edit::template::{Element, HeredocTemplate, Strip, Template};

use super::Source;
use crate::policy::read::embedded::{self, Offsets};
use crate::policy::text;
use crate::policy::tree::{Node, Value};

/// What a string is called that a template directive decides about.
const DIRECTIVE: &str = "%{…}";

/// A string as Terraform reads it.
pub(super) struct Text {
    pub(super) decoded: String,
    offsets: Offsets,
}

impl Text {
    /// The string, or the document that is written in it.
    pub(super) fn value(self) -> Value {
        let Self { decoded, offsets } = self;
        embedded::read(&decoded, || offsets).unwrap_or(Value::String(decoded))
    }
}

/// How a string is written.
#[derive(Clone, Copy, PartialEq)]
enum Style {
    Quoted,
    Heredoc,
}

/// A part of a string.
enum Part<'a> {
    /// Some text, of one line at most in a heredoc; where it stands.
    Literal(&'a str, usize),
    /// `${…}`: what it is called, and where it stands.
    Hole(String, Range<usize>),
}

impl<'a> Source<'a> {
    /// A string in quotes without anything to fill in.
    pub(super) fn plain(self, span: &Range<usize>) -> Text {
        let inside = span.start + 1..span.end.saturating_sub(1);
        decode(vec![Part::Literal(self.slice(&inside), inside.start)], Style::Quoted)
    }

    /// A string in quotes. One that is a single `${…}` is the very thing, of whatever type.
    pub(super) fn quoted(self, template: &Template, span: Range<usize>) -> Node {
        if let Some(Element::Interpolation(only)) = template.as_single_element() {
            return Node { span, value: self.node(&only.expr).value };
        }
        let parts = self.parts(template, Style::Quoted);
        let value = parts.map_or_else(directive, |parts| decode(parts, Style::Quoted).value());
        Node { span, value }
    }

    /// The text of a string in quotes, whatever is in it.
    pub(super) fn filled(self, template: &Template, span: &Range<usize>) -> String {
        self.parts(template, Style::Quoted).map_or_else(
            || text::hole(DIRECTIVE),
            |parts| {
                let decoded = decode(parts, Style::Quoted).decoded;
                if decoded.is_empty() { self.slice(span).into() } else { decoded }
            },
        )
    }

    /// A heredoc: its node is what stands between the two markers.
    pub(super) fn heredoc(self, heredoc: &HeredocTemplate, span: &Range<usize>) -> Node {
        let body = heredoc.template.span().unwrap_or_default();
        let value = self.parts(&heredoc.template, Style::Heredoc).map_or_else(directive, |parts| {
            let is_indented = self.slice(span).starts_with("<<-");
            let parts = if is_indented { dedented(parts) } else { parts };
            decode(parts, Style::Heredoc).value()
        });
        Node { span: body, value }
    }

    /// The parts of a string, unless a directive decides about some of them.
    fn parts(self, template: &Template, style: Style) -> Option<Vec<Part<'a>>> {
        let (mut parts, mut trim) = (Vec::new(), false);
        for element in template {
            let span = element.span().unwrap_or_default();
            match element {
                Element::Literal(_) => {
                    let mut at = span.start;
                    for line in lines(self.slice(&span), style) {
                        let kept = if trim { line.trim_start() } else { line };
                        parts.push(Part::Literal(kept, at + line.len() - kept.len()));
                        trim = false;
                        at += line.len();
                    }
                }
                Element::Interpolation(filled) => {
                    if let (true, Some(Part::Literal(line, _))) =
                        (matches!(filled.strip, Strip::Start | Strip::Both), parts.last_mut())
                    {
                        *line = line.trim_end();
                    }
                    trim = matches!(filled.strip, Strip::End | Strip::Both);
                    parts.push(Part::Hole(self.inner_name(&filled.expr), span));
                }
                Element::Directive(_) => return None,
            }
        }
        Some(parts)
    }

    fn inner_name(self, expression: &Expression) -> String {
        match expression {
            Expression::Parenthesis(parenthesis) => self.inner_name(parenthesis.inner()),
            other => self.name(other),
        }
    }
}

fn directive() -> Value {
    Value::Hole(DIRECTIVE.into())
}

/// A heredoc is read line by line, and so is what `~` takes away and what `<<-` does.
fn lines(text: &str, style: Style) -> Vec<&str> {
    match style {
        Style::Quoted => vec![text],
        Style::Heredoc => text.split_inclusive('\n').collect(),
    }
}

/// The lines of a `<<-` heredoc without the space that all of them start with; lines of nothing but space do not
/// count and stay as they are.
fn dedented(mut parts: Vec<Part<'_>>) -> Vec<Part<'_>> {
    let (mut least, mut starts_line) = (usize::MAX, true);
    let mut adjust = Vec::new();
    for (number, part) in parts.iter().enumerate() {
        let line = match part {
            Part::Literal(line, _) => *line,
            Part::Hole(..) => "",
        };
        let is_blank = line.trim_start().is_empty() && line.ends_with('\n');
        if starts_line && !is_blank {
            least = least.min(line.chars().take_while(|one| one.is_whitespace()).count());
            adjust.push(number);
        }
        starts_line = line.ends_with('\n');
    }
    for number in adjust {
        if let Some(Part::Literal(line, at)) = parts.get_mut(number) {
            let taken: usize = line.chars().take(least).map(char::len_utf8).sum();
            *line = line.get(taken..).unwrap_or_default();
            *at += taken;
        }
    }
    parts
}

fn decode(parts: Vec<Part<'_>>, style: Style) -> Text {
    let mut text = Text { decoded: String::new(), offsets: Offsets::default() };
    for part in parts {
        match part {
            Part::Literal(raw, at) => text.push(raw, at, style),
            Part::Hole(name, span) => {
                text.offsets.push(text.decoded.len(), span.start);
                text.decoded.push_str(&text::hole(&name));
                text.offsets.push(text.decoded.len(), span.end);
            }
        }
    }
    text
}

impl Text {
    /// Adds some text that is written at `at`.
    fn push(&mut self, raw: &str, at: usize, style: Style) {
        let mut rest = raw;
        loop {
            let here = at + raw.len() - rest.len();
            self.offsets.push(self.decoded.len(), here);
            let Some(next) = rest.find(['\\', '$', '%']) else { break };
            let (before, special) = rest.split_at(next);
            self.decoded.push_str(before);
            let (length, decoded) = escape(special, style);
            if length > 1 {
                self.offsets.push(self.decoded.len(), here + next);
            }
            self.decoded.push(decoded);
            if special.starts_with("$${") || special.starts_with("%%{") {
                self.decoded.push('{');
            }
            rest = special.get(length..).unwrap_or_default();
        }
        self.decoded.push_str(rest);
    }
}

/// The bytes that the sign at the start of a text takes, and what it stands for; without the `{` of `$${`.
fn escape(text: &str, style: Style) -> (usize, char) {
    let mut chars = text.chars();
    let first = chars.next().unwrap_or_default();
    if text.starts_with("$${") || text.starts_with("%%{") {
        return (3, first);
    }
    if first != '\\' || style == Style::Heredoc {
        return (first.len_utf8(), first);
    }
    let code = |length: usize| {
        let hex = text.get(2..2 + length).and_then(|hex| u32::from_str_radix(hex, 16).ok());
        (2 + length, hex.and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER))
    };
    match chars.next().unwrap_or_default() {
        'n' => (2, '\n'),
        'r' => (2, '\r'),
        't' => (2, '\t'),
        'u' => code(4),
        'U' => code(8),
        other => (1 + other.len_utf8(), other),
    }
}
