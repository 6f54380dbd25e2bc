//! Sets of strings as IAM writes them, and the two questions that decide everything: do two sets meet, and does one
//! hold the other? Both are answered exactly, on automata, within a budget of steps.

use std::collections::{BTreeSet, HashSet};

/// A set of characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Class {
    /// One character.
    Char(char),
    /// Some of ASCII, one bit each; everything beyond it when `beyond`.
    Set { ascii: u128, beyond: bool },
}

impl Class {
    /// Every character.
    pub(super) const ANY: Self = Self::Set { ascii: u128::MAX, beyond: true };
    /// Every character but the colon that separates the fields of an ARN.
    pub(super) const NOT_COLON: Self = Self::Set { ascii: !(1 << b':'), beyond: true };

    /// The ASCII characters of a list.
    pub(super) const fn of(chars: &str) -> Self {
        let (mut ascii, mut at) = (0_u128, 0);
        let bytes = chars.as_bytes();
        while at < bytes.len() {
            ascii |= 1 << (bytes[at] & 0x7f);
            at += 1;
        }
        Self::Set { ascii, beyond: false }
    }

    fn has(self, character: char) -> bool {
        match self {
            Self::Char(own) => own == character,
            Self::Set { ascii, .. } if character.is_ascii() => ascii >> (character as u32) & 1 == 1,
            Self::Set { beyond, .. } => beyond,
        }
    }

    fn meets(self, other: Self) -> bool {
        match (self, other) {
            (Self::Char(own), set) | (set, Self::Char(own)) => set.has(own),
            (Self::Set { ascii: a, beyond: c }, Self::Set { ascii: b, beyond: d }) => {
                a & b != 0 || (c && d)
            }
        }
    }
}

/// How often the characters of a class follow one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Repeat {
    Once,
    AnyNumber,
}

/// A set of strings: classes one after the other, each once or any number of times.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Glob(Vec<(Class, Repeat)>);

/// Steps after which a question counts as undecided. ARNs of everyday length take a few thousand.
const BUDGET: usize = 400_000;

impl Glob {
    /// The set that holds one string.
    pub(super) fn literal(text: &str) -> Self {
        Self::default().then(text)
    }

    /// `*` is any run of characters, `?` any one; everything else is itself.
    pub(super) fn pattern(text: &str) -> Self {
        text.chars().fold(Self::with_room(text.len()), |glob, character| match character {
            '*' => glob.any_number(Class::ANY),
            '?' => glob.once(Class::ANY),
            _ => glob.once(Class::Char(character)),
        })
    }

    /// The set that holds the empty string, with room for more.
    pub(super) fn with_room(length: usize) -> Self {
        Self(Vec::with_capacity(length))
    }

    /// These strings, each followed by `text`.
    pub(super) fn then(mut self, text: &str) -> Self {
        self.0.reserve(text.len());
        text.chars().fold(self, |glob, character| glob.once(Class::Char(character)))
    }

    /// These strings, each followed by one of another set.
    pub(super) fn followed_by(mut self, other: &Self) -> Self {
        self.0.extend_from_slice(&other.0);
        self
    }

    /// These strings, each followed by one character of a class.
    pub(super) fn once(mut self, class: Class) -> Self {
        self.0.push((class, Repeat::Once));
        self
    }

    /// These strings, each followed by characters of a class, or none.
    pub(super) fn any_number(mut self, class: Class) -> Self {
        if self.0.last() != Some(&(class, Repeat::AnyNumber)) {
            self.0.push((class, Repeat::AnyNumber));
        }
        self
    }

    /// These strings, each followed by one or more characters of a class.
    pub(super) fn some(self, class: Class) -> Self {
        self.once(class).any_number(class)
    }

    /// Whether some string is in both sets. True as well when the budget ends before that is known: who asks wants
    /// proof that nothing is.
    pub(super) fn intersects(&self, other: &Self) -> bool {
        if self.0.len().saturating_mul(other.0.len()) > BUDGET {
            return true;
        }
        let columns = other.0.len() + 1;
        let mut seen = vec![false; (self.0.len() + 1) * columns];
        let mut open = vec![(0, 0)];
        while let Some((i, j)) = open.pop() {
            match seen.get_mut(i * columns + j) {
                Some(seen) if !*seen => *seen = true,
                _ => continue,
            }
            let (a, b) = (self.0.get(i), other.0.get(j));
            if a.is_none() && b.is_none() {
                return true;
            }
            if matches!(a, Some((_, Repeat::AnyNumber))) {
                open.push((i + 1, j));
            }
            if matches!(b, Some((_, Repeat::AnyNumber))) {
                open.push((i, j + 1));
            }
            if let (Some((class, repeat)), Some((other_class, other_repeat))) = (a, b)
                && class.meets(*other_class)
            {
                open.push((after(i, *repeat), after(j, *other_repeat)));
            }
        }
        false
    }

    /// Whether every string of `other` is in this set. False as well when the budget ends before that is known.
    ///
    /// `other` is walked one state at a time, together with the set of all states this automaton can be in.
    pub(super) fn covers(&self, other: &Self) -> bool {
        // One string that is missing settles most questions.
        if !self.accepts(other.sample()) {
            return false;
        }
        let alphabet = alphabet(self, other);
        let mut seen: HashSet<(usize, Vec<usize>)> = HashSet::new();
        let mut open = vec![(0, self.closure([0]))];
        let mut steps = 0;
        while let Some((j, states)) = open.pop() {
            if self.is_settled(&states) || !seen.insert((j, states.clone())) {
                continue;
            }
            let Some((class, repeat)) = other.0.get(j) else {
                if states.last() == Some(&self.0.len()) {
                    continue;
                }
                return false;
            };
            if *repeat == Repeat::AnyNumber {
                open.push((j + 1, states.clone()));
            }
            for character in alphabet.iter().filter(|character| class.has(**character)) {
                steps += states.len() + 1;
                let next = self.step(&states, *character);
                if next.is_empty() || steps > BUDGET {
                    return false;
                }
                open.push((after(j, *repeat), next));
            }
        }
        true
    }

    /// Whether the set has this string.
    pub(super) fn has(&self, text: &str) -> bool {
        self.accepts(text.chars())
    }

    fn accepts(&self, text: impl Iterator<Item = char>) -> bool {
        let mut states = self.closure([0]);
        for character in text {
            if self.is_settled(&states) {
                return true;
            }
            states = self.step(&states, character);
        }
        states.last() == Some(&self.0.len())
    }

    /// One of the shortest strings of the set.
    fn sample(&self) -> impl Iterator<Item = char> {
        self.0.iter().filter(|(_, repeat)| *repeat == Repeat::Once).map(|(class, _)| match class {
            Class::Char(own) => *own,
            Class::Set { ascii: 0, .. } => '\u{10fffd}',
            // The last of the set: a letter, where it has letters.
            Class::Set { ascii, .. } => {
                char::from(127 - u8::try_from(ascii.leading_zeros()).unwrap_or(127))
            }
        })
    }

    /// Whether a state is reached from which every string is accepted.
    fn is_settled(&self, states: &[usize]) -> bool {
        let last = self.0.len().wrapping_sub(1);
        self.0.last() == Some(&(Class::ANY, Repeat::AnyNumber)) && states.contains(&last)
    }

    fn step(&self, states: &[usize], character: char) -> Vec<usize> {
        self.closure(states.iter().filter_map(|state| {
            let (class, repeat) = self.0.get(*state)?;
            class.has(character).then(|| after(*state, *repeat))
        }))
    }

    /// The states, which come in order, and those reached from them by taking a repeated class no further; sorted.
    fn closure(&self, states: impl IntoIterator<Item = usize>) -> Vec<usize> {
        let mut all: Vec<usize> = Vec::new();
        for mut state in states {
            // One that is not beyond the last was reached from an earlier one, and so was all that it leads to.
            while all.last().is_none_or(|last| *last < state) {
                all.push(state);
                state += usize::from(matches!(self.0.get(state), Some((_, Repeat::AnyNumber))));
            }
        }
        all
    }
}

/// Whether a pattern of `*` and `?` matches a text, without regard to the case of ASCII letters.
pub(super) fn matches_ignoring_case(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    // Where to go on when a character does not fit: after the last `*`, one character of the text further.
    let (mut p, mut t, mut retry) = (0, 0, None);
    while let Some(character) = text.get(t) {
        match pattern.get(p) {
            Some(b'*') => {
                retry = Some((p + 1, t + 1));
                p += 1;
            }
            Some(own) if *own == b'?' || own.eq_ignore_ascii_case(character) => {
                p += 1;
                t += 1;
            }
            _ => {
                let Some((after_star, from)) = retry else { return false };
                (p, t) = (after_star, from);
                retry = Some((after_star, from + 1));
            }
        }
    }
    pattern.get(p..).is_none_or(|rest| rest.iter().all(|sign| *sign == b'*'))
}

fn after(state: usize, repeat: Repeat) -> usize {
    state + usize::from(repeat == Repeat::Once)
}

/// One character for each kind that the two sets treat alike.
fn alphabet(a: &Glob, b: &Glob) -> Vec<char> {
    let classes: BTreeSet<Option<(u128, bool)>> =
        a.0.iter()
            .chain(&b.0)
            .map(|(class, _)| match class {
                Class::Char(_) => None,
                Class::Set { ascii, beyond } => Some((*ascii, *beyond)),
            })
            .collect();
    let literal: BTreeSet<char> =
        a.0.iter()
            .chain(&b.0)
            .filter_map(|(class, _)| if let Class::Char(own) = class { Some(*own) } else { None })
            .collect();
    let mut kinds: HashSet<Vec<bool>> = HashSet::new();
    // A character beyond Unicode's assigned ones stands for all that are not named.
    let others = (0..128_u8).map(char::from).chain(['\u{10fffd}']);
    let representatives =
        others.filter(|character| !literal.contains(character)).filter(|character| {
            let has = |(ascii, beyond): &(u128, bool)| {
                Class::Set { ascii: *ascii, beyond: *beyond }.has(*character)
            };
            kinds.insert(classes.iter().flatten().map(has).collect())
        });
    let representatives: Vec<char> = representatives.collect();
    literal.into_iter().chain(representatives).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn decides_the_questions_of_secrets() {
        let name =
            Class::of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/_+=.@!-");
        let random = Class::of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
        let stored = (0..6).fold(Glob::default().some(name).then("-"), |glob, _| glob.once(random));
        for (pattern, meets) in [
            ("prod/db", false),
            ("prod/db-??????", true),
            ("prod/db-?????", false),
            ("prod/db-???????", true),
            ("prod/*/db", false),
            ("prod/*", true),
            ("my-secret", true),
            ("x", false),
            ("name-AbCdEf:password::", false),
        ] {
            assert_eq!(Glob::pattern(pattern).intersects(&stored), meets, "{pattern}");
        }
        assert!(Glob::pattern("*").covers(&stored));
        assert!(Glob::pattern("*-??????").covers(&stored));
        assert!(!Glob::pattern("*-?????").covers(&stored));
        assert!(!Glob::pattern("prod/*").covers(&stored));
    }

    #[test]
    fn hostile_patterns_end() {
        let many = Glob::pattern(&"*a".repeat(200));
        let other = Glob::pattern(&"*a?".repeat(200));
        let _ = (many.covers(&other), other.covers(&many), many.intersects(&other));
        let long = Glob::pattern(&"?".repeat(100_000));
        assert!(long.intersects(&long), "undecided counts as possible");
        assert!(!Glob::pattern("b*a????????????????????????").covers(&Glob::pattern("*")));
    }

    /// Every string over the alphabet up to a length.
    fn strings(length: usize) -> Vec<String> {
        let mut all = vec![String::new()];
        let mut from = 0;
        for _ in 0..length {
            let to = all.len();
            for at in from..to {
                for character in ['a', 'b', '-'] {
                    all.push(format!("{}{character}", all[at]));
                }
            }
            from = to;
        }
        all
    }

    /// Whether a pattern matches, by trying everything.
    fn matches(pattern: &[u8], text: &[u8]) -> bool {
        match (pattern.first(), text.first()) {
            (None, None) => true,
            (Some(b'*'), _) => {
                matches(&pattern[1..], text) || (!text.is_empty() && matches(pattern, &text[1..]))
            }
            (Some(b'?'), Some(_)) => matches(&pattern[1..], &text[1..]),
            (Some(own), Some(other)) if own == other => matches(&pattern[1..], &text[1..]),
            _ => false,
        }
    }

    proptest! {
        // Patterns of at most five signs: six characters show every difference between two of them.
        #[test]
        fn agrees_with_trying_every_string(a in "[ab*?-]{0,5}", b in "[ab*?-]{0,5}") {
            let (glob_a, glob_b) = (Glob::pattern(&a), Glob::pattern(&b));
            let all = strings(7);
            let in_a: Vec<bool> = all.iter().map(|text| matches(a.as_bytes(), text.as_bytes())).collect();
            let in_b: Vec<bool> = all.iter().map(|text| matches(b.as_bytes(), text.as_bytes())).collect();
            for (text, expected) in all.iter().zip(&in_a).step_by(37) {
                prop_assert_eq!(glob_a.has(text), *expected, "{} {}", &a, text);
                prop_assert_eq!(matches_ignoring_case(&a.to_uppercase(), text), *expected, "{} {}", &a, text);
            }
            let meet = in_a.iter().zip(&in_b).any(|(a, b)| *a && *b);
            // Two patterns of five signs without a common string of seven characters have none at all.
            prop_assert_eq!(glob_a.intersects(&glob_b), meet, "{} meets {}", &a, &b);
            let held = in_a.iter().zip(&in_b).all(|(a, b)| *a || !*b);
            prop_assert_eq!(glob_a.covers(&glob_b), held, "{} covers {}", &a, &b);
        }
    }
}
