//! Texts of policies held against what a request has, where both may have parts that are not known.
//!
//! A value is a row of atoms: characters, random characters, and names of what is not known. A pattern *certainly* matches when it
//! does so whatever these are, and *possibly* when it does so for some. Both are answered in one walk over the value, with
//! the set of places in the pattern that can be reached.

#[cfg(test)]
mod tests;

use super::truth::Truth;

/// One part of a known value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Atom {
    Char(char),
    /// One of the six random characters of a secret's ARN, by the secret's symbol and its place.
    Random(Symbol, u8),
    /// A text without a colon that is not known.
    Open(Symbol),
}

/// Something that is not known, but is the same wherever it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Symbol {
    number: u32,
    /// Whether AWS makes it up for one resource: then it is no other one's, and not empty.
    is_made_up: bool,
}

impl Symbol {
    /// Something of which nothing is known.
    pub(super) const fn new(number: u32) -> Self {
        Self { number, is_made_up: false }
    }

    /// What AWS makes up for one resource.
    pub(super) const fn made_up(number: u32) -> Self {
        Self { number, is_made_up: true }
    }

    /// Whether it is certainly another one.
    fn is_other_than(self, other: Self) -> bool {
        self.is_made_up && other.is_made_up && self.number != other.number
    }
}

/// A value that a request has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Value {
    pub(super) atoms: Vec<Atom>,
}

/// One part of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Char(char),
    /// `?`, and whether it may be a colon.
    One {
        colon: bool,
    },
    /// `*`, and whether it may run over colons.
    Any {
        colon: bool,
    },
    Random(Symbol, u8),
    Open(Symbol),
    /// Some text that is not known, whether it may have colons, and whether a request decides what it is.
    Gap {
        colon: bool,
        is_of_request: bool,
    },
}

/// The text of an element or of a condition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Pattern {
    pub(super) tokens: Vec<Token>,
}

/// The longest pattern that is looked at: no ARN, name or tag has so many characters.
const MOST_TOKENS: usize = 4096;
/// The longest value.
const MOST_ATOMS: usize = 4096;

impl Value {
    /// A text that is known.
    pub(super) fn of(text: &str) -> Self {
        Self { atoms: text.chars().map(Atom::Char).collect() }
    }

    pub(super) fn char(mut self, character: char) -> Self {
        self.atoms.push(Atom::Char(character));
        self
    }

    pub(super) fn then(mut self, text: &str) -> Self {
        self.atoms.extend(text.chars().map(Atom::Char));
        self
    }

    pub(super) fn followed_by(mut self, other: &Self) -> Self {
        self.atoms.extend(&other.atoms);
        self
    }

    /// The six random characters of a secret.
    pub(super) fn random(mut self, symbol: Symbol) -> Self {
        self.atoms.extend((0..6).map(|at| Atom::Random(symbol, at)));
        self
    }

    /// Something that is not known.
    pub(super) fn open(mut self, symbol: Symbol) -> Self {
        self.atoms.push(Atom::Open(symbol));
        self
    }

    /// Whether all of it is known.
    pub(super) fn is_known(&self) -> bool {
        self.atoms.iter().all(|atom| matches!(atom, Atom::Char(_)))
    }

    /// The text, where all of it is known.
    pub(super) fn text(&self) -> Option<String> {
        let known = |atom: &Atom| match atom {
            Atom::Char(character) => Some(*character),
            Atom::Random(..) | Atom::Open(_) => None,
        };
        self.atoms.iter().map(known).collect()
    }

    /// As a pattern that stands for itself.
    pub(super) fn pattern(&self) -> Pattern {
        let token = |atom: &Atom| match *atom {
            Atom::Char(character) => Token::Char(character),
            Atom::Random(symbol, at) => Token::Random(symbol, at),
            Atom::Open(symbol) => Token::Open(symbol),
        };
        Pattern { tokens: self.atoms.iter().map(token).collect() }
    }

    /// In lower case.
    pub(super) fn lowered(&self) -> Self {
        let lower = |atom: &Atom| match atom {
            Atom::Char(character) => Atom::Char(character.to_ascii_lowercase()),
            other => *other,
        };
        Self { atoms: self.atoms.iter().map(lower).collect() }
    }
}

impl Pattern {
    /// `*` is any run of characters, `?` any one.
    pub(super) fn like(text: &str) -> Self {
        let token = |character| match character {
            '*' => Token::Any { colon: true },
            '?' => Token::One { colon: true },
            other => Token::Char(other),
        };
        Self { tokens: text.chars().map(token).collect() }
    }

    /// As a value; wildcards are themselves.
    pub(super) fn value(&self) -> Value {
        let atom = |token: &Token| match *token {
            Token::Char(character) => Atom::Char(character),
            Token::One { .. } => Atom::Char('?'),
            Token::Any { .. } | Token::Gap { .. } => Atom::Char('*'),
            Token::Random(symbol, at) => Atom::Random(symbol, at),
            Token::Open(symbol) => Atom::Open(symbol),
        };
        Value { atoms: self.tokens.iter().map(atom).collect() }
    }

    /// In lower case.
    pub(super) fn lowered(&self) -> Self {
        let lower = |token: &Token| match token {
            Token::Char(character) => Token::Char(character.to_ascii_lowercase()),
            other => other.clone(),
        };
        Self { tokens: self.tokens.iter().map(lower).collect() }
    }

    /// Whether it is one star and nothing else.
    pub(super) fn is_star(&self) -> bool {
        matches!(self.tokens.as_slice(), [Token::Any { colon: true }])
    }

    /// Whether a value is one of those that it stands for.
    pub(super) fn matches(&self, value: &Value) -> Truth {
        if self.is_star() {
            return Truth::Yes;
        }
        let start = match self.at_a_glance(value) {
            Ok(answer) => return answer,
            Err(start) => start,
        };
        if self.tokens.len() > MOST_TOKENS || value.atoms.len() > MOST_ATOMS {
            return Truth::Unknown;
        }
        if !self.reaches_end(value, start, Sure::Possibly) {
            Truth::No
        } else if self.reaches_end(value, start, Sure::Certainly) {
            Truth::Yes
        } else if self.is_open() || value.atoms.iter().any(|atom| matches!(atom, Atom::Open(_))) {
            Truth::Unknown
        } else {
            // Only what a request has, or the random characters, decide.
            Truth::Depends
        }
    }

    fn is_open(&self) -> bool {
        self.tokens.iter().any(|token| match token {
            Token::Open(_) => true,
            Token::Gap { is_of_request, .. } => !is_of_request,
            _ => false,
        })
    }

    /// What the characters both start with say, which is enough for most; else how many these are.
    fn at_a_glance(&self, value: &Value) -> Result<Truth, usize> {
        let mut at = 0;
        loop {
            match (self.tokens.get(at), value.atoms.get(at)) {
                (Some(Token::Char(a)), Some(Atom::Char(b))) if a == b => at += 1,
                (Some(Token::Char(_)), Some(Atom::Char(_)) | None)
                | (None, Some(Atom::Char(_))) => return Ok(Truth::No),
                (None, None) => return Ok(Truth::Yes),
                _ => return Err(at),
            }
        }
    }

    /// `start` is how many tokens and atoms are the same characters.
    fn reaches_end(&self, value: &Value, start: usize, sure: Sure) -> bool {
        let tokens = self.tokens.get(start..).unwrap_or_default();
        let size = tokens.len() + 1;
        let (mut now, mut next) = (vec![false; size], vec![false; size]);
        set(&mut now, 0);
        skip(tokens, &mut now, sure);
        for atom in value.atoms.iter().skip(start) {
            next.fill(false);
            let mut is_alive = false;
            if let (Atom::Open(symbol), Sure::Possibly) = (atom, sure) {
                is_alive = run_over(tokens, *symbol, &now, &mut next);
            } else {
                for (at, token) in tokens.iter().enumerate() {
                    if now.get(at) != Some(&true) {
                        continue;
                    }
                    match token.takes(*atom, sure) {
                        Step::Nothing => {}
                        Step::On => is_alive |= set(&mut next, at + 1),
                        Step::Stay => is_alive |= set(&mut next, at),
                    }
                }
            }
            if !is_alive {
                return false;
            }
            std::mem::swap(&mut now, &mut next);
            skip(tokens, &mut now, sure);
        }
        now.last() == Some(&true)
    }
}

/// Adds the places that are reached without a character.
fn skip(tokens: &[Token], places: &mut [bool], sure: Sure) {
    for (at, token) in tokens.iter().enumerate() {
        if places.get(at) != Some(&true) {
            continue;
        }
        let is_optional = match token {
            Token::Any { .. } => true,
            Token::Open(symbol) => sure == Sure::Possibly && !symbol.is_made_up,
            Token::Gap { .. } => sure == Sure::Possibly,
            Token::Char(_) | Token::One { .. } | Token::Random(..) => false,
        };
        if is_optional {
            set(places, at + 1);
        }
    }
}

/// Adds the places that are reached by what a symbol stands for: some text without a colon.
fn run_over(tokens: &[Token], symbol: Symbol, now: &[bool], next: &mut [bool]) -> bool {
    let (mut is_running, mut is_alive) = (false, false);
    for (at, is_here) in now.iter().enumerate() {
        let takes_more = matches!(tokens.get(at), Some(Token::Any { .. } | Token::Gap { .. }));
        if is_running || *is_here && (takes_more || !symbol.is_made_up) {
            is_alive |= set(next, at);
        }
        is_running |= is_here;
        let is_barrier = match tokens.get(at) {
            Some(Token::Open(other)) => symbol.is_other_than(*other),
            token => token == Some(&Token::Char(':')),
        };
        is_running &= !is_barrier;
    }
    is_alive
}

fn set(places: &mut [bool], at: usize) -> bool {
    if let Some(place) = places.get_mut(at) {
        *place = true;
    }
    true
}

/// Which question is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sure {
    /// Whatever is not known.
    Certainly,
    /// For something that is not known.
    Possibly,
}

/// What a token does with an atom.
enum Step {
    Nothing,
    /// It is used up.
    On,
    /// It takes more.
    Stay,
}

impl Token {
    fn takes(&self, atom: Atom, sure: Sure) -> Step {
        let possibly = sure == Sure::Possibly;
        let on = |is: bool| if is { Step::On } else { Step::Nothing };
        let stay = |is: bool| if is { Step::Stay } else { Step::Nothing };
        let is_colon = atom == Atom::Char(':');
        match (self, atom) {
            (Self::Char(own), Atom::Char(other)) => on(*own == other),
            (Self::Char(own), Atom::Random(..)) => on(possibly && own.is_ascii_alphanumeric()),
            (Self::One { .. }, Atom::Random(..)) => Step::On,
            (Self::One { colon }, Atom::Char(_)) => on(*colon || !is_colon),
            (Self::Any { colon }, _) => stay(*colon || !is_colon),
            (Self::Random(symbol, at), Atom::Random(other, place)) => {
                on(possibly || (*symbol, *at) == (other, place))
            }
            (Self::Random(..), Atom::Char(other)) => on(possibly && other.is_ascii_alphanumeric()),
            (Self::Open(symbol), Atom::Open(other)) if *symbol == other && !possibly => Step::On,
            (Self::Open(_), _) => stay(possibly && !is_colon),
            (Self::Gap { colon, .. }, _) => stay(possibly && (*colon || !is_colon)),
            // Where this is possible it is asked of all tokens at once.
            (Self::Char(_) | Self::One { .. } | Self::Random(..), Atom::Open(_)) => Step::Nothing,
        }
    }
}
