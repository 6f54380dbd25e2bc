//! Statements that change nothing: another one says the same, or forbids all of it.

use std::collections::HashMap;

use super::covers::{Language, Pattern, Work};
use crate::policy::checks::{Violations, quote};
use crate::policy::document::{Document, Element, Sense, Statement, Text, opening};
use crate::policy::fix::Change;
use crate::policy::principal::Principal;
use crate::policy::tree::Node;

/// The most statements that are compared with one another: AWS's limits on size leave room for fewer.
const MOST: usize = 200;

/// A statement, ready to be compared.
struct Said<'a> {
    statement: &'a Statement<'a>,
    actions: Option<List<'a>>,
    resources: Option<List<'a>>,
    /// In normal form.
    condition: Option<String>,
}

/// A list of patterns, of what is meant or of what is not.
struct List<'a> {
    sense: Sense,
    patterns: Vec<Pattern<'a>>,
    /// In normal form, of what is not meant: it is compared as a whole.
    text: String,
}

impl<'a> Said<'a> {
    fn of(statement: &'a Statement<'a>) -> Self {
        let list = |element: &'a Option<Element<'a, Text<'a>>>, language| {
            element.as_ref().map(|element| List {
                sense: element.sense,
                patterns: element
                    .items
                    .iter()
                    .map(|text| Pattern::new(text.value, language))
                    .collect(),
                text: match element.sense {
                    Sense::Is => String::new(),
                    Sense::IsNot => element.entry.value.normalised(),
                },
            })
        };
        Self {
            statement,
            actions: list(&statement.actions, Language::Actions),
            resources: list(&statement.resources, Language::Resources),
            condition: statement.node.get("Condition").map(Node::normalised),
        }
    }

    /// Whether it has what it takes to be compared: of a statement that is broken nothing is said.
    fn is_whole(&self) -> bool {
        self.statement.effect.is_some()
            && self.actions.as_ref().is_some_and(|list| !list.patterns.is_empty())
    }

    /// Whether it says everything that another one does, for everybody, on the same conditions or on none.
    fn says(&self, other: &Self, work: &mut Work) -> bool {
        self.statement.effect == other.statement.effect
            && (self.condition.is_none() || self.condition == other.condition)
            && principals_cover(self.statement, other.statement)
            && list_covers(self.actions.as_ref(), other.actions.as_ref(), work)
            && list_covers(self.resources.as_ref(), other.resources.as_ref(), work)
    }

    /// Whether it denies, on no condition, everything that another one allows.
    fn takes_back(&self, grant: &Self, work: &mut Work) -> bool {
        let is_for_everybody = self.statement.principals().iter().any(Principal::is_everyone);
        (is_for_everybody || principals_cover(self.statement, grant.statement))
            && falls_on(self.actions.as_ref(), grant.actions.as_ref(), work)
            && falls_on(self.resources.as_ref(), grant.resources.as_ref(), work)
    }
}

/// The statements that are there in any case, as far as they are compared.
fn certain<'d>(document: &'d Document) -> Vec<Said<'d>> {
    let is_certain = |statement: &&Statement| !document.is_alternative(&statement.node.span);
    let all = document.statements.iter().take(MOST).filter(is_certain);
    all.map(Said::of).filter(Said::is_whole).collect()
}

pub(super) fn redundant_statement(document: &Document, violations: &mut Violations) {
    if document.statements.len() < 2 {
        return;
    }
    let mut work = Work::default();
    let all = certain(document);
    let mut first: HashMap<String, usize> = HashMap::new();
    for (at, said) in all.iter().enumerate() {
        let twin = *first.entry(meaning(said.statement)).or_insert(at);
        let mut others = all.iter().enumerate().filter(|(other, _)| *other != at);
        let mut wider = || {
            // Of two that say the same the first one stays.
            others.find(|(other, wider)| {
                wider.says(said, &mut work) && (*other < at || !said.says(wider, &mut work))
            })
        };
        let holder = if twin < at { Some(twin) } else { wider().map(|(other, _)| other) };
        let Some(holder) = holder.and_then(|at| all.get(at)) else { continue };
        violations.report(
            &opening(said.statement.node),
            format!("{} says all that this one says.", name(holder.statement)),
        );
        violations.fix([Change::RemoveItem { span: said.statement.node.span.clone() }]);
    }
}

pub(super) fn shadowed_allow(document: &Document, violations: &mut Violations) {
    let may_deny =
        |statement: &Statement| statement.denies() && statement.node.get("Condition").is_none();
    if !document.statements.iter().any(may_deny) {
        return;
    }
    let mut work = Work::default();
    let all = certain(document);
    let is_denial = |said: &&Said| said.statement.denies() && said.condition.is_none();
    let denials: Vec<&Said> = all.iter().filter(is_denial).collect();
    for grant in all.iter().filter(|said| said.statement.allows()) {
        let shadow = denials.iter().find(|denial| denial.takes_back(grant, &mut work));
        if let Some(shadow) = shadow {
            violations.report(
                &opening(grant.statement.node),
                format!(
                    "{} denies all that this one allows: it grants nothing.",
                    name(shadow.statement)
                ),
            );
        }
    }
}

/// What to call a statement.
fn name(statement: &Statement) -> String {
    let sid = statement.node.get("Sid").and_then(Node::string).filter(|sid| !sid.is_empty());
    sid.map_or_else(|| "Another statement".into(), |sid| format!("The statement {}", quote(sid)))
}

/// All of a statement but its name, in normal form.
fn meaning(statement: &Statement) -> String {
    let entries = statement.node.entries().iter().filter(|entry| entry.key != "Sid");
    let mut parts: Vec<String> =
        entries.map(|entry| format!("{}:{}", entry.key, entry.value.normalised())).collect();
    parts.sort_unstable();
    parts.join("\n")
}

/// The most principals that are compared with one another.
const MOST_PRINCIPALS: usize = 50;

/// Whether everybody whom a statement names is named by another one.
fn principals_cover(wider: &Statement, other: &Statement) -> bool {
    let (Some(all), Some(some)) = (&wider.principals, &other.principals) else {
        return wider.principals.is_none() && other.principals.is_none();
    };
    let is_short = all.items.len() <= MOST_PRINCIPALS && some.items.len() <= MOST_PRINCIPALS;
    if !is_short || (all.sense, some.sense) != (Sense::Is, Sense::Is) || some.items.is_empty() {
        return false;
    }
    some.items.iter().all(|principal| {
        all.items.iter().any(|own| {
            (own.kind == principal.kind && own.text == principal.text)
                || (own.is_everyone() && principal.is_everyone())
        })
    })
}

/// Whether a list covers another one. What leaves something out is covered by the same list alone.
fn list_covers(wider: Option<&List>, other: Option<&List>, work: &mut Work) -> bool {
    let (Some(all), Some(some)) = (wider, other) else {
        return wider.is_none() && other.is_none();
    };
    if (all.sense, some.sense) != (Sense::Is, Sense::Is) {
        return all.sense == some.sense && all.text == some.text;
    }
    !some.patterns.is_empty()
        && some.patterns.iter().all(|text| all.patterns.iter().any(|own| own.covers(text, work)))
}

/// Whether a denial's list, of what is meant or of what is not, takes in every item of a grant's.
fn falls_on(denied: Option<&List>, allowed: Option<&List>, work: &mut Work) -> bool {
    let (Some(denied), Some(allowed)) = (denied, allowed) else {
        return denied.is_none() && allowed.is_none();
    };
    allowed.sense == Sense::Is
        && !allowed.patterns.is_empty()
        && allowed.patterns.iter().all(|text| match denied.sense {
            Sense::Is => denied.patterns.iter().any(|own| own.covers(text, work)),
            Sense::IsNot => denied.patterns.iter().all(|own| own.is_apart_from(text, work)),
        })
}
