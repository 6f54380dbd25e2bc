//! What makes the scanner try a rule.

use super::assign::NameClass;
use super::finder;
use super::rule::{MIN_RUN, bad, class};
use super::rule_error::RuleProblem;
use super::rule_text::TriggerText;
use super::tables::{Near, Wait};

/// What makes the scanner try a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Trigger {
    /// The secret begins with one of these, after a byte that is not alphanumeric.
    Prefix(Vec<String>),
    /// A run of at least so many token characters, one digit among them, near one of these words.
    Words { run: usize, words: Vec<String> },
    /// A run of at least so many token characters, one digit among them, with one of these in or near it.
    Infix { run: usize, infix: Vec<String> },
    /// One of these, anywhere.
    Literal { literal: Vec<String>, before: usize, followed_by: Option<u8> },
    /// Nothing that a lane stops at: the regex runs over all of a text that has one of these words, if any are given.
    Anywhere { keywords: Vec<String> },
    /// A value assigned to a name of one of these classes that has one of these words, if any are given.
    Assigned { classes: Vec<NameClass>, with: Vec<String> },
}

impl Trigger {
    pub(super) fn new(text: TriggerText) -> Result<Self, RuleProblem> {
        if let Some(field) = idle(&text) {
            return Err(RuleProblem::Idle { field });
        }
        let TriggerText {
            prefix,
            run,
            words,
            infix,
            literal,
            anywhere,
            assigned,
            with,
            before,
            followed_by,
            ..
        } = text;
        let shortest = |list: &[String]| list.iter().map(String::len).min();
        let run = || match run {
            Some(run) if run >= MIN_RUN => Ok(run),
            Some(run) => Err(RuleProblem::RunTooShort { run }),
            None => Ok(MIN_RUN),
        };
        let given = [&prefix, &words, &infix, &literal, &assigned];
        let given = given.iter().filter(|list| !list.is_empty()).count();
        if given + usize::from(anywhere.is_some()) != 1 {
            return Err(RuleProblem::NoTrigger);
        }
        let begins = |prefix: &&String| prefix.starts_with(|c: char| c.is_ascii_alphanumeric());
        if let Some(prefix) = prefix.iter().find(|prefix| !begins(prefix) && prefix.len() > 1) {
            return Err(RuleProblem::PrefixStart { prefix: prefix.clone() });
        }
        let (trigger, least) = if let Some(length) = shortest(&prefix) {
            (Self::Prefix(prefix), (length, 2))
        } else if let Some(length) = shortest(&words) {
            (Self::Words { run: run()?, words }, (length, finder::SHORTEST))
        } else if let Some(length) = shortest(&infix) {
            (Self::Infix { run: run()?, infix }, (length, finder::SHORTEST))
        } else if let Some(length) = shortest(&literal) {
            let followed_by = followed_by.map(|text| match text.as_bytes() {
                [byte] => Ok(*byte),
                _ => Err(bad("single character", &text, Vec::new())),
            });
            let followed_by = followed_by.transpose()?;
            (Self::Literal { literal, before: before.unwrap_or(64), followed_by }, (length, 3))
        } else if let Some(keywords) = anywhere {
            let shortest = shortest(&keywords).unwrap_or(1);
            (Self::Anywhere { keywords }, (shortest, 1))
        } else {
            let classes = assigned.iter().map(|name| class(name)).collect::<Result<_, _>>()?;
            (Self::Assigned { classes, with }, (1, 1))
        };
        let (length, least) = least;
        if length < least { Err(RuleProblem::TriggerTooShort { least }) } else { Ok(trigger) }
    }

    /// What the tables of the lanes must know of it.
    pub(super) fn wait(&self) -> Wait<'_> {
        match self {
            Self::Prefix(list) => Wait::Prefixes(list),
            Self::Words { run, words } => Wait::Words(words, Near { run: *run, is_infix: false }),
            Self::Infix { run, infix } => Wait::Words(infix, Near { run: *run, is_infix: true }),
            Self::Literal { literal, .. } => Wait::Literals(literal),
            Self::Anywhere { .. } => Wait::Nothing,
            Self::Assigned { .. } => Wait::Assignments,
        }
    }
}

/// A field that says nothing to the kind of trigger it stands beside.
fn idle(text: &TriggerText) -> Option<&'static str> {
    let fields = [
        ("run", text.run.is_some() && text.words.is_empty() && text.infix.is_empty()),
        ("named", text.named && text.words.is_empty()),
        ("with", !text.with.is_empty() && text.assigned.is_empty()),
        ("before", text.before.is_some() && text.literal.is_empty()),
        ("followed_by", text.followed_by.is_some() && text.literal.is_empty()),
    ];
    fields.into_iter().find(|(_, is_idle)| *is_idle).map(|(field, _)| field)
}
