//! From the parser's events to trees.

use std::collections::BTreeMap;
use std::ops::Range;

use granit_parser::{Event, ScalarStyle, Span, Tag};

use super::problem;
use super::reuse::{MAX_EXPANDED, merged, put_all_at, weight};
use super::scalar::Scalar;
use super::tag::Function;
use crate::policy::read::json::{MAX_DEPTH, SyntaxError};
use crate::policy::tree::{Entry, Node, Value};

/// Puts documents together, event by event. Without recursion but for aliases, which lead into each other no deeper
/// than [`MAX_DEPTH`].
pub(super) struct Builder<'t> {
    text: &'t str,
    documents: Vec<Node>,
    /// Lists and maps that have not ended, the innermost last.
    open: Vec<Open>,
    /// How many levels those are.
    depth: usize,
    /// The events of every value with an anchor, to be taken again for an alias.
    record: Vec<(Event<'t>, Span)>,
    /// Where the record has the value of an anchor, by the parser's number for it. No end while it has not ended.
    anchors: BTreeMap<usize, (usize, Option<usize>)>,
    /// How many open lists and maps have an anchor.
    anchored: usize,
    /// Where the alias stands that is being written out.
    alias: Option<Range<usize>>,
    /// How many values aliases and merges have stood for.
    expanded: usize,
}

/// A list or a map that has not ended.
struct Open {
    start: usize,
    function: Option<Function>,
    anchor: usize,
    values: Values,
}

enum Values {
    List(Vec<Node>),
    /// With the key whose value comes next.
    Map(Vec<Entry>, Option<(String, Range<usize>)>),
}

impl<'t> Builder<'t> {
    pub(super) const fn new(text: &'t str) -> Self {
        Self {
            text,
            documents: Vec::new(),
            open: Vec::new(),
            depth: 0,
            record: Vec::new(),
            anchors: BTreeMap::new(),
            anchored: 0,
            alias: None,
            expanded: 0,
        }
    }

    /// The documents that have ended.
    pub(super) fn documents(self) -> Vec<Node> {
        self.documents
    }

    /// The next event of the parser.
    pub(super) fn take(&mut self, event: Event<'t>, span: Span) -> Result<(), SyntaxError> {
        let anchor = anchor_of(&event);
        if anchor != 0 {
            let start = self.record.len();
            let end = matches!(event, Event::Scalar(..)).then_some(start + 1);
            self.anchors.insert(anchor, (start, end));
        }
        if anchor != 0 || self.anchored > 0 {
            self.record.push((event.clone(), span));
        }
        if matches!(event, Event::DocumentEnd) {
            self.record.clear();
            self.anchors.clear();
        }
        self.step(event, span)
    }

    fn step(&mut self, event: Event<'t>, span: Span) -> Result<(), SyntaxError> {
        let anchor = if self.alias.is_none() { anchor_of(&event) } else { 0 };
        match event {
            Event::Scalar(text, style, _, tag) => {
                self.scalar(&text, style, tag.as_deref(), &span);
                Ok(())
            }
            Event::SequenceStart(_, _, tag) => {
                self.begin(Values::List(Vec::new()), anchor, tag.as_deref(), &span)
            }
            Event::MappingStart(_, _, tag) => {
                self.begin(Values::Map(Vec::new(), None), anchor, tag.as_deref(), &span)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(&span),
            Event::Alias(anchor) => self.expand(anchor, range(&span)),
            Event::UnresolvedAlias(name) => {
                let problem = format!("no anchor `{name}` comes before this alias");
                Err(problem::other(range(&span), &problem))
            }
            _ => Ok(()),
        }
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, tag: Option<&Tag>, span: &Span) {
        let written = self.trimmed(range(span));
        let place = self.alias.clone().unwrap_or_else(|| written.clone());
        if let Some(key) = self.awaited_key() {
            let text = if written.is_empty() { "" } else { text };
            *key = Some((text.into(), place));
            return;
        }
        let function = Function::of(tag, span);
        let value = Scalar { text, style, tag, span: written.clone() }.value(self.text);
        let mut node = Node { span: written, value };
        if let Some(alias) = &self.alias {
            put_all_at(&mut node, alias);
        }
        self.add(node, function);
    }

    /// A scalar without the blank lines that end it. One that was left out stands right after what comes before it, but
    /// not before the map it is in.
    fn trimmed(&self, span: Range<usize>) -> Range<usize> {
        let upto = |end| self.text.get(..end).unwrap_or_default().trim_ascii_end().len();
        if span.is_empty() {
            let floor = match self.open.last() {
                Some(Open { start, values: Values::Map(..), .. }) => *start,
                _ => 0,
            };
            let at = upto(span.start).max(floor.min(span.start));
            return at..at;
        }
        span.start..upto(span.end).max(span.start)
    }

    /// The place for a key, if one comes next.
    fn awaited_key(&mut self) -> Option<&mut Option<(String, Range<usize>)>> {
        match &mut self.open.last_mut()?.values {
            Values::Map(_, key @ None) => Some(key),
            _ => None,
        }
    }

    fn begin(
        &mut self,
        values: Values,
        anchor: usize,
        tag: Option<&Tag>,
        span: &Span,
    ) -> Result<(), SyntaxError> {
        let start = range(span).start;
        let here = || self.alias.clone().unwrap_or_else(|| problem::character(self.text, start));
        let function = Function::of(tag, span);
        if self.depth + levels(function.as_ref()) > MAX_DEPTH {
            return Err(problem::too_deep(here()));
        }
        let here = here();
        if self.awaited_key().is_some() {
            return Err(problem::other(here, "a list or an object as a key; keys are strings"));
        }
        self.depth += levels(function.as_ref());
        self.anchored += usize::from(anchor != 0);
        self.open.push(Open { start, function, anchor, values });
        Ok(())
    }

    fn end(&mut self, span: &Span) -> Result<(), SyntaxError> {
        let Some(Open { start, function, anchor, values }) = self.open.pop() else { return Ok(()) };
        self.depth -= levels(function.as_ref());
        if anchor != 0 {
            self.anchored -= 1;
            let start = self.anchors.get(&anchor).map_or(0, |(start, _)| *start);
            self.anchors.insert(anchor, (start, Some(self.record.len())));
        }
        let (start, last) = match &values {
            Values::List(items) => (self.dash(start, items.first()), items.last()),
            Values::Map(entries, _) => (start, entries.last().map(|entry| &entry.value)),
        };
        // Only a bracket ends where the parser says; blocks end with what is in them.
        let closing = range(span);
        let end =
            if closing.is_empty() { last.map_or(start, |last| last.span.end) } else { closing.end };
        let span = self.alias.clone().unwrap_or(start..end.max(start));
        let value = match values {
            Values::List(items) => Value::List(items),
            Values::Map(entries, _) => Value::Map(merged(entries, &mut self.expanded)),
        };
        if self.expanded > MAX_EXPANDED {
            return Err(problem::too_many(span));
        }
        self.add(Node { span, value }, function);
        Ok(())
    }

    /// Where a list starts. Of one that is not indented more than its key, the parser names the place after the dash.
    fn dash(&self, start: usize, first: Option<&Node>) -> usize {
        let Some(first) = first.filter(|_| self.alias.is_none()) else { return start };
        let is_dash = |text: &str| {
            let after = text.trim_start_matches(' ').strip_prefix('-');
            after
                .is_some_and(|after| after.is_empty() || after.starts_with([' ', '\t', '\r', '\n']))
        };
        let opening = self.text.get(start..first.span.start).unwrap_or_default();
        if opening.starts_with('[') || is_dash(opening) {
            return start;
        }
        let mut before = self.text.get(..start.min(first.span.start)).unwrap_or_default();
        while !before.is_empty() {
            let line = before.trim_end_matches(|end| end != '\n').len();
            let rest = before.get(line..).unwrap_or_default();
            if is_dash(rest) {
                return line + rest.len() - rest.trim_start_matches(' ').len();
            }
            before = before.get(..line.saturating_sub(1)).unwrap_or_default();
        }
        start
    }

    /// Puts a value where it belongs.
    fn add(&mut self, node: Node, function: Option<Function>) {
        let node = match function {
            Some(function) => function.call(node, self.alias.as_ref()),
            None => node,
        };
        match self.open.last_mut().map(|open| &mut open.values) {
            None => self.documents.push(node),
            Some(Values::List(items)) => items.push(node),
            Some(Values::Map(entries, key)) => {
                if let Some((key, key_span)) = key.take() {
                    entries.push(Entry { key, key_span, value: node });
                }
            }
        }
    }

    /// Writes out an alias: everything in it stands where the outermost alias does.
    fn expand(&mut self, anchor: usize, span: Range<usize>) -> Result<(), SyntaxError> {
        let outer = self.alias.clone();
        let span = outer.clone().unwrap_or(span);
        let Some((start, Some(end))) = self.anchors.get(&anchor).copied() else {
            return Err(problem::other(span, "an alias inside of the value that it stands for"));
        };
        self.alias = Some(span.clone());
        for at in start..end {
            let Some((event, written)) = self.record.get(at).cloned() else { break };
            self.expanded += weight(&event);
            if self.expanded > MAX_EXPANDED {
                return Err(problem::too_many(span));
            }
            self.step(event, written)?;
        }
        self.alias = outer;
        Ok(())
    }
}

/// The parser's number of the anchor that a value has; 0 without one.
const fn anchor_of(event: &Event<'_>) -> usize {
    match event {
        Event::Scalar(_, _, anchor, _)
        | Event::SequenceStart(_, anchor, _)
        | Event::MappingStart(_, anchor, _) => *anchor,
        _ => 0,
    }
}

/// The levels of a list or a map. In the short form of a function it is one below the function's own.
fn levels(function: Option<&Function>) -> usize {
    1 + usize::from(function.is_some())
}

fn range(span: &Span) -> Range<usize> {
    span.byte_range().unwrap_or_default()
}
