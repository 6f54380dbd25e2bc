//! Which pattern of a list says what another one says already, within a bound of work.

use std::borrow::Cow;
use std::cell::OnceCell;

use crate::policy::actions;
use crate::policy::arn;
use crate::policy::glob::Glob;
use crate::policy::text::{Part, parts};

/// What patterns are compared as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    /// Without regard to case, the service apart from the name.
    Actions,
    /// Field by field.
    Resources,
}

impl Language {
    /// What two texts that are written alike have in common.
    pub(super) fn name(self, text: &str) -> Cow<'_, str> {
        match self {
            Self::Actions => Cow::Owned(text.to_ascii_lowercase()),
            Self::Resources => Cow::Borrowed(text),
        }
    }
}

/// The work that is left for one document. Lists are compared pair by pair, so a hostile one of thousands of items would
/// take minutes; when the work is used up nothing more is found. AWS's largest managed policies do not come near.
pub(super) struct Work(usize);

/// What a document is worth.
const WORK: usize = 30_000_000;
/// What it costs to tell two patterns apart by how they start.
const PAIR: usize = 8;
/// The longest pattern, and the most wildcards, that are compared as automata.
const LONGEST: usize = 400;
const WILDCARDS: usize = 8;

impl Default for Work {
    fn default() -> Self {
        Self(WORK)
    }
}

impl Work {
    /// Whether nothing more can be found.
    pub(super) fn is_used_up(&self) -> bool {
        self.0 == 0
    }

    /// Takes some of the work, if there is as much.
    fn take(&mut self, cost: usize) -> bool {
        let rest = self.0.checked_sub(cost);
        self.0 = rest.unwrap_or(0);
        rest.is_some()
    }
}

/// A pattern, ready to be compared.
pub(super) struct Pattern<'a> {
    text: &'a str,
    language: Language,
    /// What comes before the first wildcard, variable or hole; of actions in lower case.
    start: String,
    /// One of the texts that it stands for.
    witness: String,
    shape: Shape,
    wildcards: usize,
    /// The ARNs that it stands for.
    set: OnceCell<Glob>,
    /// Whether one of these is a `*` or `?`.
    has_wildcard: bool,
}

/// What a pattern is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Literal,
    /// With wildcards.
    Wild,
    /// With parts that are known only later: the same as its own copy, and no more.
    Open,
}

impl<'a> Pattern<'a> {
    pub(super) fn new(text: &'a str, language: Language) -> Self {
        let mut shape = Shape::Literal;
        let (mut witness, mut literal, mut wildcards) =
            (String::with_capacity(text.len()), None, 0);
        let mut has_wildcard = false;
        for part in parts(text) {
            if let Part::Char(own) = part {
                witness.push(own);
                continue;
            }
            literal.get_or_insert(witness.len());
            witness.push('~');
            wildcards += 1;
            has_wildcard |= matches!(part, Part::Any | Part::One);
            let is_open = matches!(part, Part::Variable | Part::Hole) || shape == Shape::Open;
            shape = if is_open { Shape::Open } else { Shape::Wild };
        }
        let start = witness.get(..literal.unwrap_or(witness.len())).unwrap_or_default();
        let start = match language {
            Language::Actions => start.to_ascii_lowercase(),
            Language::Resources => start.to_owned(),
        };
        Self {
            text,
            language,
            start,
            witness,
            shape,
            wildcards,
            set: OnceCell::new(),
            has_wildcard,
        }
    }

    /// Whether the two are written alike.
    pub(super) fn equals(&self, other: &Self) -> bool {
        match self.language {
            Language::Actions => self.text.eq_ignore_ascii_case(other.text),
            Language::Resources => self.text == other.text,
        }
    }

    /// Whether it may stand for more than what is written there.
    pub(super) fn is_wild(&self) -> bool {
        self.shape == Shape::Wild || self.shape == Shape::Open && self.has_wildcard
    }

    /// Whether everything that the other stands for is one of these.
    pub(super) fn covers(&self, other: &Self, work: &mut Work) -> bool {
        if !work.take(PAIR) {
            return false;
        }
        if self.equals(other) {
            return true;
        }
        if self.shape == Shape::Open {
            return self.covers_there(other, work);
        }
        if !self.is_wild() || !other.start.starts_with(&self.start) {
            return false;
        }
        if self.is_start() {
            return true;
        }
        let is_one = other.shape == Shape::Literal && other.is_complete();
        self.is_short()
            && other.is_short()
            && work.take(other.text.len())
            && self.fits(other)
            && (is_one || work.take(self.cost(other)) && self.holds(other))
    }

    /// The same of ARNs with the same holes for partition, region or account.
    fn covers_there(&self, other: &Self, work: &mut Work) -> bool {
        let is_arn = self.language == Language::Resources;
        if !is_arn || !work.take(self.text.len() + other.text.len()) {
            return false;
        }
        arn::in_one_place(self.text, other.text).is_some_and(|(one, other)| {
            Pattern::new(&one, self.language).covers(&Pattern::new(&other, self.language), work)
        })
    }

    /// Whether everything that starts alike is meant: the one wildcard is a `*` at the end. In an ARN only a field that may
    /// hold anything ends so.
    fn is_start(&self) -> bool {
        let start = self.text.strip_suffix('*').filter(|start| start.len() == self.start.len());
        start.is_some() && (self.text == "*" || self.is_complete())
    }

    /// Whether an ARN has all its fields: of one that has not, AWS adds what is missing.
    fn is_complete(&self) -> bool {
        self.language == Language::Actions || self.witness.matches(':').count() >= 5
    }

    /// Whether it stands for one text that another one stands for. Most pairs are told apart by that.
    fn fits(&self, other: &Self) -> bool {
        match self.language {
            Language::Actions => actions::split(&other.witness)
                .is_some_and(|(service, name)| actions::matches(self.text, service, name)),
            Language::Resources => !other.is_complete() || self.set().has(&other.witness),
        }
    }

    fn is_short(&self) -> bool {
        self.text.len() <= LONGEST && self.wildcards <= WILDCARDS
    }

    /// What it may cost to compare two patterns as automata: each wildcard after the second multiplies the places where a text can be.
    fn cost(&self, other: &Self) -> usize {
        (self.text.len() * other.text.len())
            << (4 * self.wildcards.saturating_sub(2).min(WILDCARDS))
    }

    fn holds(&self, other: &Self) -> bool {
        match self.language {
            Language::Actions => actions::covers(self.text, other.text),
            Language::Resources => self.set().covers(other.set()),
        }
    }

    /// Whether nothing is in both.
    pub(super) fn is_apart_from(&self, other: &Self, work: &mut Work) -> bool {
        let is_known = self.shape != Shape::Open && other.shape != Shape::Open;
        let meets = || match self.language {
            Language::Actions => {
                let set = |text: &str| {
                    let (service, name) = actions::split(text).unwrap_or((text, ""));
                    Glob::pattern(&format!("{service}:{name}").to_ascii_lowercase())
                };
                set(self.text).intersects(&set(other.text))
            }
            Language::Resources => self.set().intersects(other.set()),
        };
        is_known
            && self.is_short()
            && other.is_short()
            && work.take(self.text.len() * other.text.len())
            && !meets()
    }

    fn set(&self) -> &Glob {
        self.set.get_or_init(|| arn::resources(self.text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_covers_what_it_matches_for_sure() {
        let covers = |language, a, b| {
            Pattern::new(a, language).covers(&Pattern::new(b, language), &mut Work::default())
        };
        let (acts, arns) = (Language::Actions, Language::Resources);
        assert!(covers(acts, "s3:Get*", "S3:getObject"));
        assert!(covers(acts, "*", "s3:Get*") && covers(acts, "s3:*", "s3:*Object"));
        assert!(!covers(acts, "s3:Get*", "s3:*") && !covers(acts, "s3:GetObject", "s3:Get*"));
        assert!(covers(arns, "arn:aws:s3:::a*", "arn:aws:s3:::a/*"));
        assert!(!covers(arns, "arn:aws:s3:::a", "arn:aws:s3:::A"));
        assert!(!covers(arns, "arn:aws:s3:::a/*", "arn:aws:s3:::a"));
        assert!(covers(arns, "arn:aws:s3:::*b", "arn:aws:s3:::${*}b"));
        assert!(!covers(arns, "arn:aws:s3:::a*c", "arn:aws:s3:::a${$}b"));
        assert!(covers(arns, "arn:aws:s3:::a/*", "arn:aws:s3:::a/${aws:username}"));
        assert!(!covers(arns, "arn:aws:s3:::${aws:username}*", "arn:aws:s3:::a"));
        assert!(covers(arns, "arn:aws:s3:::${aws:username}", "arn:aws:s3:::${aws:username}"));
    }

    #[test]
    fn work_ends() {
        let mut work = Work(2);
        let (a, b) =
            (Pattern::new("s3:*", Language::Actions), Pattern::new("s3:Get*", Language::Actions));
        assert!(!a.covers(&b, &mut work), "comparing costs more than there is");
    }
}
