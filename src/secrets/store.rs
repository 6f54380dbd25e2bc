//! The rules themselves. The built-in ones lie in the program as the build script packed them, and each is unpacked when it
//! is first asked for: most are never met.

use std::ops::Range;
use std::sync::OnceLock;

use super::rule::Rule;
use super::tables::Tables;

/// The built-in rules, packed by the build script one behind the other.
const RULES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/rules.bin"));
/// Where each of them ends, then their numbers sorted by their ids.
const PLACES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/places.bin"));
/// Their tables.
const TABLES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/tables.bin"));

/// Rules by their numbers: the built-in ones, then others. A rule that was taken away leaves its number unused.
#[derive(Default)]
pub(super) struct Store {
    /// `None` for what was taken away.
    slots: Vec<OnceLock<Option<Box<Rule>>>>,
    /// Where each built-in rule ends.
    ends: Vec<usize>,
    /// The numbers of those that are there, sorted by their ids.
    by_id: Vec<usize>,
}

impl Store {
    /// The built-in rules.
    pub(super) fn built_in() -> Self {
        let (ends, by_id): (Vec<usize>, _) = postcard::from_bytes(PLACES).unwrap_or_default();
        let mut slots = Vec::new();
        slots.resize_with(ends.len(), OnceLock::new);
        Self { slots, ends, by_id }
    }

    /// The tables of the rules that are there. Those of the built-in rules are known, whichever of them were taken away.
    pub(super) fn tables(&self) -> Tables {
        let packed = self.ends.len();
        if packed == 0 {
            return Tables::new(self.iter().map(Rule::entry));
        }
        let known: Tables = postcard::from_bytes(TABLES).unwrap_or_default();
        if self.by_id.len() == packed && self.slots.len() == packed {
            return known;
        }
        let others = (packed..self.slots.len()).filter_map(|number| self.get(number));
        known.changed(|number| self.has(number), others.map(Rule::entry))
    }

    /// Adds a rule behind the others.
    pub(super) fn push(&mut self, mut rule: Rule) {
        let number = self.slots.len();
        let place = self.place(&rule.meta.id).unwrap_or_else(|place| place);
        self.by_id.insert(place, number);
        rule.order = number;
        self.slots.push(OnceLock::from(Some(Box::new(rule))));
    }

    /// Takes a rule away; whether it was there.
    pub(super) fn remove(&mut self, id: &str) -> bool {
        let Ok(place) = self.place(id) else { return false };
        let number = self.by_id.remove(place);
        if let Some(slot) = self.slots.get_mut(number) {
            *slot = OnceLock::from(None);
        }
        true
    }

    /// The rule of a number.
    #[inline]
    pub(super) fn get(&self, number: usize) -> Option<&Rule> {
        self.slots.get(number)?.get_or_init(|| self.unpack(number)).as_deref()
    }

    /// The number of an id.
    pub(super) fn find(&self, id: &str) -> Option<usize> {
        self.place(id).ok().and_then(|place| self.by_id.get(place)).copied()
    }

    /// Whether a rule of this number is there.
    pub(super) fn has(&self, number: usize) -> bool {
        self.slots.get(number).is_some_and(|slot| slot.get().is_none_or(Option::is_some))
    }

    /// The numbers that are in use, or were.
    fn numbers(&self) -> Range<usize> {
        0..self.slots.len()
    }

    /// The ids of the rules, in their order.
    pub(super) fn ids(&self) -> impl Iterator<Item = &str> {
        self.numbers().filter(|number| self.has(*number)).map(|number| self.id(number))
    }

    /// The id of a rule that is there.
    fn id(&self, number: usize) -> &str {
        let known = match self.slots.get(number).and_then(OnceLock::get) {
            Some(rule) => rule.as_ref().map(|rule| rule.meta.id.as_str()),
            // A packed rule begins with its id.
            None => self
                .packed(number)
                .and_then(|packed| Some(postcard::take_from_bytes(packed).ok()?.0)),
        };
        known.unwrap_or_default()
    }

    /// Whether there is no rule.
    pub(super) fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// The rules, in their order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.numbers().filter_map(|number| self.get(number))
    }

    /// The rules themselves.
    pub(super) fn into_rules(self) -> impl Iterator<Item = Rule> {
        // Each is unpacked now.
        let _ = self.iter().count();
        self.slots.into_iter().filter_map(|slot| Some(*slot.into_inner()??))
    }

    /// Where an id stands among the ids, or would stand.
    fn place(&self, id: &str) -> Result<usize, usize> {
        self.by_id.binary_search_by(|number| self.id(*number).cmp(id))
    }

    fn packed(&self, number: usize) -> Option<&'static [u8]> {
        let start = number.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied());
        RULES.get(start?..*self.ends.get(number)?)
    }

    fn unpack(&self, number: usize) -> Option<Box<Rule>> {
        let text = postcard::from_bytes(self.packed(number)?).ok()?;
        let mut rule = Rule::new(text).ok()?;
        rule.order = number;
        Some(Box::new(rule))
    }
}
