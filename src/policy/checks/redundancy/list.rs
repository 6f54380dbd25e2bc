//! Items of a list that another item of the list says already.

use std::borrow::Cow;
use std::collections::HashMap;

use super::covers::{Language, Pattern, Work};
use crate::policy::checks::{Violations, quote};
use crate::policy::document::{Document, Element, Text};
use crate::policy::fix::Change;

pub(super) fn redundant_action(document: &Document, violations: &mut Violations) {
    let mut work = Work::default();
    for element in document.statements.iter().filter_map(|statement| statement.actions.as_ref()) {
        redundant(document, element, Language::Actions, &mut work, violations);
    }
}

pub(super) fn redundant_resource(document: &Document, violations: &mut Violations) {
    let mut work = Work::default();
    for element in document.statements.iter().filter_map(|statement| statement.resources.as_ref()) {
        redundant(document, element, Language::Resources, &mut work, violations);
    }
}

fn redundant(
    document: &Document,
    element: &Element<Text>,
    language: Language,
    work: &mut Work,
    violations: &mut Violations,
) {
    let items: Vec<&Text> =
        element.items.iter().filter(|text| !document.is_alternative(&text.span)).collect();
    let is_wild = |text: &&Text| text.value.contains(['*', '?']);
    let compared = if items.iter().any(is_wild) { &items[..] } else { &[] };
    let patterns: Vec<Pattern> =
        compared.iter().map(|text| Pattern::new(text.value, language)).collect();
    let mut first: HashMap<Cow<str>, usize> = HashMap::new();
    let wild: Vec<usize> =
        (0..patterns.len()).filter(|at| patterns.get(*at).is_some_and(Pattern::is_wild)).collect();
    for (at, text) in items.iter().enumerate() {
        if work.is_used_up() {
            return;
        }
        let twin = *first.entry(language.name(text.value)).or_insert(at);
        let mut others = wild.iter().filter(|other| **other != at);
        let mut wider = || {
            let pattern = patterns.get(at)?;
            others.find(|other| {
                patterns.get(**other).is_some_and(|wider| {
                    // Of two that say the same the first one stays.
                    wider.covers(pattern, work) && (**other < at || !pattern.covers(wider, work))
                })
            })
        };
        let holder = if twin < at { Some(twin) } else { wider().copied() };
        let Some(holder) = holder.and_then(|at| items.get(at)) else { continue };
        let message = if twin < at {
            format!("{} is in this list already.", quote(text.value))
        } else {
            format!("{} is a part of {} in the same list.", quote(text.value), quote(holder.value))
        };
        violations.report(&text.span, message);
        violations.fix([Change::RemoveItem { span: text.span.clone() }]);
    }
}
