//! Values and places, as a person reads them.

use std::collections::HashMap;

use crate::policy::access::context::State;
use crate::policy::access::matching::{Atom, Symbol, Value};
use crate::policy::access::world::World;
use crate::policy::text::hole;

/// A value in which what is not known is a pattern: random characters are `?`, the rest `${name}`.
pub(in crate::policy::access) fn shown(value: &Value, names: &HashMap<Symbol, String>) -> String {
    let mut out = String::with_capacity(value.atoms.len());
    for atom in &value.atoms {
        match atom {
            Atom::Char(character) => out.push(*character),
            Atom::Random(..) => out.push('?'),
            Atom::Open(symbol) => match names.get(symbol) {
                Some(name) => out.extend(["${", name, "}"]),
                None => out.push('*'),
            },
        }
    }
    out
}

impl World<'_> {
    /// A value as a template writes it: what has a name is a hole.
    pub(super) fn written(&self, value: &Value) -> String {
        let named = |atom: &Atom| match atom {
            Atom::Open(symbol) => self.names.get(symbol).map(|name| hole(name)),
            Atom::Char(_) | Atom::Random(..) => None,
        };
        let one = |atom: &Atom| {
            let plain = || shown(&Value { atoms: vec![*atom] }, &self.names);
            named(atom).unwrap_or_else(plain)
        };
        value.atoms.iter().map(one).collect()
    }

    /// What a request has of a key of a condition.
    pub(super) fn state(&self, state: &State) -> String {
        match state {
            State::Absent => "the request has no such key".into(),
            State::One(value) => format!("the request has `{}`", self.shown(value)),
            State::Several(values) => {
                let all: Vec<String> =
                    values.iter().map(|value| format!("`{}`", self.shown(value))).collect();
                format!("the request has {}", all.join(", "))
            }
            State::Present | State::Open => "each request decides that".into(),
            State::Unknown => "what the request has there was not given".into(),
        }
    }
}

/// Several things, as a sentence lists them.
pub(super) fn listed(all: &[String]) -> String {
    match all {
        [] => String::new(),
        [one] => one.clone(),
        [before @ .., last] => format!("{} and {last}", before.join(", ")),
    }
}
