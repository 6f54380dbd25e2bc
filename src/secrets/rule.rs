//! A rule as the program uses it: checked, with a regex that is compiled when it is first needed.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use regex_automata::meta::Regex;
use regex_automata::util::primitives::NonMaxUsize;
use regex_automata::{Anchored, Input};

use super::assign::NameClass;
use super::gitleaks::Conditions;
use super::pattern::{self, compile};
use super::rule_error::RuleProblem;
pub(crate) use super::rule_text::MIN_RUN;
use super::rule_text::{RuleText, TriggerText};
use super::stretch::{Side, Stretch};
use super::tables::Entry;
pub(crate) use super::trigger::Trigger;
use super::vendor::{self, Vendor};
use super::verdict::{Verifier, verifier, verifiers};
use crate::blob::Origin;
use crate::finding::{Confidence, RuleMeta, Severity};

/// How far a match may reach when the rule does not say.
const DEFAULT_SPAN: usize = 1024;
/// How far a match may reach at most; chunks overlap by more than this.
pub(super) const MAX_SPAN: usize = 32 * 1024;

/// Whether a value must prove itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    /// A proof makes us surer.
    Optional,
    /// A value that does not parse is none.
    Required,
}

/// A kind of character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Upper,
    Lower,
    Digit,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Upper, Self::Lower, Self::Digit];

    const fn name(self) -> &'static str {
        match self {
            Self::Upper => "upper",
            Self::Lower => "lower",
            Self::Digit => "digit",
        }
    }

    /// Whether `text` has a character of this kind.
    pub(crate) fn is_in(self, text: &[u8]) -> bool {
        text.iter().any(|byte| match self {
            Self::Upper => byte.is_ascii_uppercase(),
            Self::Lower => byte.is_ascii_lowercase(),
            Self::Digit => byte.is_ascii_digit(),
        })
    }
}

/// A rule, ready to use.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) meta: Arc<RuleMeta>,
    /// What fingerprints of weak secrets are made of, so that two rules for one kind of them agree.
    pub(crate) family: String,
    /// The rules for what a credential needs beside this part of it: one of them is enough.
    pub(crate) pair: Vec<String>,
    pub(crate) trigger: Trigger,
    /// How far a match may reach beyond the trigger, in bytes.
    pub(crate) span: usize,
    pub(crate) verifier: Option<Verifier>,
    /// Whether a value that proves nothing is dropped.
    pub(crate) proof: Proof,
    /// The kinds of characters that a value must have.
    pub(crate) needs: Vec<Kind>,
    /// The class of name by which values are scored, for rules whose format says little.
    pub(crate) scored: Option<NameClass>,
    /// How a vendor's word and the value belong together, for rules that give a `value`.
    pub(crate) vendor: Option<Vendor>,
    /// What it asks beside its regex, when it is a rule of gitleaks.
    pub(crate) conditions: Option<Box<Conditions>>,
    /// Its place among the rules: where two know as much, the earlier one wins.
    pub(crate) order: usize,
    pattern: String,
    regex: OnceLock<Option<Regex>>,
    /// What every match has in a row.
    stretch: OnceLock<Option<Stretch>>,
    /// Whether group 1 is the whole regex, so that the engine need not find out where it lies.
    all_secret: bool,
}

/// What a regex matched.
pub(crate) struct Found {
    /// All of it.
    pub(crate) whole: Range<usize>,
    /// Group 1.
    pub(crate) secret: Range<usize>,
}

impl Rule {
    /// The compiled regex; `None` for rules that have none and, before `check`, for those that do not compile.
    pub(crate) fn regex(&self) -> Option<&Regex> {
        self.regex.get_or_init(|| self.compile().ok()).as_ref()
    }

    /// What the regex matches first, and the secret in it. Rules without a regex match nothing.
    pub(crate) fn find(&self, input: &Input) -> Option<Found> {
        let is_there = |stretch: &Stretch| stretch.is_in(input.haystack(), input.get_range());
        if input.get_anchored() == Anchored::No
            && self.stretch().is_some_and(|stretch| !is_there(stretch))
        {
            return None;
        }
        let regex = self.regex()?;
        if let Some(conditions) = &self.conditions {
            return conditions.find(regex, input);
        }
        // Start and end of the whole match, then of group 1.
        let mut slots = [None; 4];
        let wanted = if self.all_secret { 2 } else { 4 };
        regex.search_slots(input, slots.get_mut(..wanted)?)?;
        let [start, end, secret_start, secret_end] = slots.map(|slot| slot.map(NonMaxUsize::get));
        let whole = start?..end?;
        let secret = if wanted == 2 { whole.clone() } else { secret_start?..secret_end? };
        Some(Found { whole, secret })
    }

    /// What every match has in a row, where that is worth looking for.
    fn stretch(&self) -> Option<&Stretch> {
        // A value is bounded by what is no letter or digit; see `vendor::pattern`.
        let around = if self.vendor.is_some() { Side::Closed } else { Side::Open };
        self.stretch.get_or_init(|| Stretch::of(&self.pattern, around)).as_ref()
    }

    /// Where the search goes on behind a match.
    pub(crate) fn next_search(&self, found: &Found) -> usize {
        if self.conditions.is_some() {
            return found.whole.end.max(found.whole.start + 1);
        }
        // The sign behind one secret may be the one that the next match needs before it.
        found.secret.end.max(found.whole.start + 1)
    }

    /// The regex as written, or made of the value.
    #[cfg(test)]
    pub(crate) fn pattern(&self) -> String {
        match &self.vendor {
            Some(_) => vendor::pattern(&self.pattern).unwrap_or_default(),
            None => self.pattern.clone(),
        }
    }

    /// Of a value, the regex is not made before it is needed: most vendors are never met.
    fn compile(&self) -> Result<Regex, RuleProblem> {
        match &self.vendor {
            Some(_) => compile(&vendor::pattern(&self.pattern)?),
            None => compile(&self.pattern),
        }
    }

    /// Whether values are read from assignments, without a format of their own.
    pub(crate) const fn is_assigned(&self) -> bool {
        matches!(self.trigger, Trigger::Assigned { .. })
    }

    /// Whether values have a mark of their own, or a user wants them anywhere.
    pub(crate) const fn has_mark(&self) -> bool {
        !matches!(self.trigger, Trigger::Assigned { .. } | Trigger::Words { .. })
    }

    /// Whether the score decides about a value.
    pub(crate) const fn is_scored(&self) -> bool {
        self.is_assigned() || self.scored.is_some()
    }

    /// Compiles the regex now and says what is wrong with it.
    pub(crate) fn check(&self) -> Result<(), RuleProblem> {
        if self.pattern.is_empty() {
            return Ok(());
        }
        // As written first, so that what is wrong is shown where it stands.
        compile(&self.pattern)?;
        let regex = self.compile()?;
        if regex.captures_len() < 2 { Err(RuleProblem::NoGroup) } else { Ok(()) }
    }

    /// A rule of gitleaks. Without a regex it goes by the path alone.
    pub(crate) fn foreign(
        meta: RuleMeta,
        keywords: Vec<String>,
        regex: Option<Regex>,
        conditions: Conditions,
    ) -> Self {
        Self {
            family: meta.id.clone(),
            meta: Arc::new(meta),
            trigger: Trigger::Anywhere { keywords },
            span: MAX_SPAN,
            verifier: None,
            proof: Proof::Optional,
            needs: Vec::new(),
            scored: None,
            vendor: None,
            pair: Vec::new(),
            conditions: Some(Box::new(conditions)),
            order: 0,
            pattern: String::new(),
            regex: OnceLock::from(regex),
            stretch: OnceLock::from(None),
            all_secret: false,
        }
    }

    /// What the tables of the lanes must know of it.
    pub(super) fn entry(&self) -> Entry<'_> {
        Entry { number: self.order, wait: self.trigger.wait(), pair: &self.pair }
    }

    /// Whether it is for an input, by the path of that.
    pub(crate) fn takes(&self, origin: &Origin) -> bool {
        self.conditions.as_ref().is_none_or(|conditions| conditions.takes(origin))
    }

    /// Whether it goes by the path of an input, whatever is in it.
    pub(crate) fn is_for_paths(&self) -> bool {
        self.conditions.is_some() && self.regex().is_none()
    }

    /// Checks a rule as written, all but its regex, which costs time.
    pub(crate) fn new(text: RuleText) -> Result<Self, RuleProblem> {
        let RuleText { id, title, help, references, pair, .. } = text;
        check_words(&id, &title, &help)?;
        if pair.contains(&id) {
            return Err(bad("other part", &id, Vec::new()));
        }
        let severity = choice("severity", Severity::ALL, Severity::name, &text.severity)?;
        let span = text.trigger.span.unwrap_or(DEFAULT_SPAN);
        if span > MAX_SPAN {
            return Err(RuleProblem::SpanTooLong { span });
        }
        let (pattern, vendor) = pattern_of(text.regex, text.value, &text.trigger)?;
        let trigger = Trigger::new(text.trigger)?;
        let confidence = match &text.confidence {
            Some(name) => choice("confidence", Confidence::ALL, Confidence::name, name)?,
            None if matches!(trigger, Trigger::Prefix(_)) => Confidence::High,
            None => Confidence::Medium,
        };
        let verifier = match &text.verdict {
            Some(name) => {
                Some(verifier(name).ok_or_else(|| bad("verdict", name, verifiers().collect()))?)
            }
            None => None,
        };
        if pattern.is_empty() && !matches!(trigger, Trigger::Assigned { .. }) {
            return Err(RuleProblem::NoRegex);
        }
        let proof = match text.proof.as_deref() {
            None => Proof::Optional,
            Some("required") => Proof::Required,
            Some(other) => return Err(bad("proof", other, vec!["required"])),
        };
        let kind = |name: &String| choice("kind of character", &Kind::ALL, Kind::name, name);
        let needs = text.needs.iter().map(kind).collect::<Result<_, _>>()?;
        let scored = text.scored.as_deref().map(class).transpose()?;
        let tags = std::iter::once("secret".into()).chain(text.tags).collect();
        let family = text.family.unwrap_or_else(|| id.clone());
        let check = None;
        let meta = RuleMeta { id, title, help, severity, confidence, references, tags, check };
        Ok(Self {
            meta: Arc::new(meta),
            family,
            pair,
            trigger,
            span,
            verifier,
            proof,
            needs,
            scored,
            all_secret: vendor.is_none() && pattern::is_one_group(&pattern),
            vendor,
            conditions: None,
            order: 0,
            pattern,
            regex: OnceLock::new(),
            stretch: OnceLock::new(),
        })
    }
}

/// The regex of a rule, or the value that one is made of.
fn pattern_of(
    regex: String,
    value: Option<String>,
    trigger: &TriggerText,
) -> Result<(String, Option<Vendor>), RuleProblem> {
    let Some(value) = value else { return Ok((regex, None)) };
    if !regex.is_empty() {
        return Err(RuleProblem::RegexAndValue);
    }
    if trigger.words.is_empty() {
        return Err(RuleProblem::Idle { field: "value" });
    }
    Ok((value, Some(Vendor { named: trigger.named })))
}

/// Reports need all three, and ids go into comments and command lines.
fn check_words(id: &str, title: &str, help: &str) -> Result<(), RuleProblem> {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if id.is_empty() || !id.bytes().all(is_plain) {
        return Err(RuleProblem::BadId);
    }
    let empty =
        [("title", title), ("help", help)].into_iter().find(|(_, text)| text.trim().is_empty());
    empty.map_or(Ok(()), |(field, _)| Err(RuleProblem::Empty { field }))
}

pub(super) fn class(name: &str) -> Result<NameClass, RuleProblem> {
    choice("class of name", &NameClass::ALL, NameClass::name, name)
}

/// The value of a name, or what is wrong with it.
fn choice<T: Copy>(
    field: &'static str,
    all: &[T],
    name: fn(T) -> &'static str,
    wanted: &str,
) -> Result<T, RuleProblem> {
    let found = all.iter().copied().find(|value| name(*value) == wanted);
    found.ok_or_else(|| bad(field, wanted, all.iter().copied().map(name).collect()))
}

pub(super) fn bad(field: &'static str, value: &str, known: Vec<&'static str>) -> RuleProblem {
    RuleProblem::UnknownValue { field, value: value.into(), known }
}
