//! Which words lead to which rules. The build script, which shares this file, makes the tables of the built-in rules; those
//! of users are added when a scan starts.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// A word of a rule; of built-in rules it lies in the program.
pub(crate) type Word = Cow<'static, str>;

/// What the tables must know of a rule.
pub(crate) struct Entry<'a> {
    pub(crate) number: usize,
    pub(crate) wait: Wait<'a>,
    /// The ids of the rules for what it needs beside itself.
    pub(crate) pair: &'a [String],
}

/// What a rule waits for.
#[derive(Clone, Copy)]
pub(crate) enum Wait<'a> {
    /// A token that begins with one of these.
    Prefixes(&'a [String]),
    /// A run near one of these words.
    Words(&'a [String], Near),
    /// One of these, anywhere.
    Literals(&'a [String]),
    /// Nothing that a lane stops at.
    Nothing,
    /// A value assigned to a name.
    Assignments,
}

/// What the word of a rule must have near it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Near {
    /// The shortest run that the rule looks at, in bytes.
    pub(crate) run: usize,
    /// Whether the word stands in the run or touches it, and may be a part of a longer word.
    pub(crate) is_infix: bool,
}

/// The words of all lanes. Rules go by their numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub(crate) struct Tables {
    pub(crate) prefixes: Index,
    pub(crate) words: Index,
    pub(crate) literals: Index,
    /// What each rule that waits for a word near a run asks of both; of other rules it says nothing.
    pub(crate) near: Vec<Near>,
    /// The rules that nothing stops at.
    pub(crate) anywhere: Vec<usize>,
    /// The rules for values of assignments.
    pub(crate) assigned: Vec<usize>,
    /// The ids of rules that others need, and these.
    pub(crate) parts: Index,
}

impl Tables {
    /// The tables of some rules.
    pub(crate) fn new<'a>(rules: impl IntoIterator<Item = Entry<'a>>) -> Self {
        Self::default().changed(|_| true, rules)
    }

    /// These tables without the rules that do not stay, and with others.
    pub(crate) fn changed<'a>(
        &self,
        stays: impl Fn(usize) -> bool,
        added: impl IntoIterator<Item = Entry<'a>>,
    ) -> Self {
        let mut parts = Loose::of(self, stays);
        added.into_iter().for_each(|entry| parts.add(entry));
        Self {
            prefixes: Index::new(parts.prefixes),
            words: Index::new(parts.words),
            literals: Index::new(parts.literals),
            near: parts.near,
            anywhere: parts.anywhere,
            assigned: parts.assigned,
            parts: Index::new(parts.parts),
        }
    }

    /// The shortest run that any rule looks at.
    pub(crate) fn least_run(&self) -> usize {
        let runs = self.near.iter().map(|near| near.run).filter(|run| *run > 0);
        runs.min().unwrap_or(usize::MAX)
    }
}

/// A word and a rule that waits for it.
type Pair = (Word, usize);

/// Tables that may still change.
struct Loose {
    prefixes: Vec<Pair>,
    words: Vec<Pair>,
    literals: Vec<Pair>,
    near: Vec<Near>,
    anywhere: Vec<usize>,
    assigned: Vec<usize>,
    parts: Vec<Pair>,
}

impl Loose {
    fn of(tables: &Tables, stays: impl Fn(usize) -> bool) -> Self {
        let pairs = |index: &Index| index.pairs().filter(|(_, rule)| stays(*rule)).collect();
        let numbers = |list: &[usize]| list.iter().copied().filter(|rule| stays(*rule)).collect();
        let near = tables.near.iter().copied().enumerate();
        Self {
            prefixes: pairs(&tables.prefixes),
            words: pairs(&tables.words),
            literals: pairs(&tables.literals),
            near: near
                .map(|(rule, near)| if stays(rule) { near } else { Near::default() })
                .collect(),
            anywhere: numbers(&tables.anywhere),
            assigned: numbers(&tables.assigned),
            parts: pairs(&tables.parts),
        }
    }

    fn add(&mut self, Entry { number, wait, pair }: Entry) {
        let extend = |pairs: &mut Vec<Pair>, list: &[String]| {
            pairs.extend(list.iter().map(|word| (Cow::Owned(word.clone()), number)));
        };
        if self.near.len() <= number {
            self.near.resize(number + 1, Near::default());
        }
        match wait {
            Wait::Prefixes(list) => extend(&mut self.prefixes, list),
            Wait::Literals(list) => extend(&mut self.literals, list),
            Wait::Nothing => self.anywhere.push(number),
            Wait::Assignments => self.assigned.push(number),
            Wait::Words(list, near) => {
                extend(&mut self.words, list);
                if let Some(place) = self.near.get_mut(number) {
                    *place = near;
                }
            }
        }
        extend(&mut self.parts, pair);
    }
}

/// Words, each once and sorted, and the rules that wait for each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub(crate) struct Index {
    #[serde(with = "joined")]
    pub(crate) words: Vec<Word>,
    pub(crate) rules: Lists,
}

impl Index {
    fn new(mut pairs: Vec<Pair>) -> Self {
        pairs.sort_unstable();
        pairs.dedup();
        let mut index = Self::default();
        for of_word in pairs.chunk_by(|(a, _), (b, _)| a == b) {
            index.words.extend(of_word.first().map(|(word, _)| word.clone()));
            index.rules.push(of_word.iter().map(|(_, rule)| *rule));
        }
        index
    }

    fn pairs(&self) -> impl Iterator<Item = Pair> {
        let lists = (0..).map_while(|number| self.rules.get(number));
        let words = self.words.iter().zip(lists);
        words.flat_map(|(word, rules)| rules.iter().map(|rule| (word.clone(), *rule)))
    }

    /// Whether a rule waits for exactly this word.
    pub(crate) fn has(&self, word: &str) -> bool {
        self.words.binary_search_by(|known| known.as_ref().cmp(word)).is_ok()
    }
}

/// Lists of numbers, one behind the other.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Lists {
    numbers: Vec<usize>,
    /// Where each list ends.
    ends: Vec<usize>,
}

impl Lists {
    fn push(&mut self, list: impl Iterator<Item = usize>) {
        self.numbers.extend(list);
        self.ends.push(self.numbers.len());
    }

    /// The list of a number.
    #[inline]
    pub(crate) fn get(&self, number: usize) -> Option<&[usize]> {
        let end = *self.ends.get(number)?;
        let start =
            number.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
        self.numbers.get(start..end)
    }
}

/// Words as one text and their lengths: nothing is copied when they are read.
mod joined {
    use std::borrow::Cow;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Word;

    pub(super) fn serialize<S: Serializer>(words: &[Word], to: S) -> Result<S::Ok, S::Error> {
        let lengths: Vec<usize> = words.iter().map(|word| word.len()).collect();
        (words.concat(), lengths).serialize(to)
    }

    pub(super) fn deserialize<'de: 'static, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Vec<Word>, D::Error> {
        let (mut rest, lengths) = <(&'static str, Vec<usize>)>::deserialize(from)?;
        let mut words = Vec::with_capacity(lengths.len());
        for length in lengths {
            let (word, after) = rest.split_at_checked(length).unwrap_or_default();
            words.push(Cow::Borrowed(word));
            rest = after;
        }
        Ok(words)
    }
}
