//! The file `rules/policy/catalogue.bin`, read where it lies. `scripts/catalogue.py` makes it and says how it is laid out.
//! A file that is cut or wrong has fewer rows; no number in it is trusted.

use std::cmp::Ordering;
use std::ops::Range;

use super::{Access, Key, Kind, ResourceType};

/// The file, and where its parts lie.
#[derive(Debug)]
pub(super) struct Table<'c> {
    bytes: &'c [u8],
    /// Offset and number of rows of each section.
    sections: [(usize, usize); WIDTHS.len()],
}

/// The parts of the file, in their order, each with the bytes of a row.
#[derive(Clone, Copy)]
enum Section {
    Texts = 0,
    Services = 1,
    Actions = 2,
    Details = 3,
    Types = 4,
    Keys = 5,
    Globals = 6,
    Sources = 7,
    Lists = 8,
}

const WIDTHS: [usize; 9] = [1, 16, 7, 4, 8, 5, 5, 4, 2];
const MAGIC: &[u8] = b"KLCAT\x01\0\0";
/// Where the offsets of the sections begin.
const SECTIONS: usize = MAGIC.len() + 12;
/// In the place of a list of which nothing is known.
const UNKNOWN: u16 = 0xffff;
/// With the access level of an action: neither it nor the case of the name is known.
const NEW: u8 = 0x80;
/// In a list of types: the action takes no request without one of this type.
const REQUIRED: u16 = 0x8000;

/// A service, and the rows that are its own.
#[derive(Clone, Debug)]
pub(super) struct Service<'c> {
    pub(super) name: &'c str,
    pub(super) actions: Range<usize>,
    pub(super) types: Range<usize>,
    pub(super) keys: Range<usize>,
}

/// An action, and where the rest that is known of it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'c> {
    pub(super) name: &'c str,
    pub(super) access: Access,
    /// Whether the name is known only in lower case.
    pub(super) is_new: bool,
    pub(super) details: usize,
}

impl<'c> Table<'c> {
    /// The table in some bytes: one without rows where these are not of the right form.
    pub(super) const fn open(bytes: &'c [u8]) -> Self {
        let mut sections = [(0, 0); WIDTHS.len()];
        let (mut at, mut is_ours) = (0, bytes.len() >= SECTIONS + 8 * WIDTHS.len());
        while is_ours && at < MAGIC.len() {
            is_ours = bytes[at] == MAGIC[at];
            at += 1;
        }
        let mut section = 0;
        while is_ours && section < sections.len() {
            let at = SECTIONS + 8 * section;
            sections[section] = (number(bytes, at), number(bytes, at + 4));
            section += 1;
        }
        Self { bytes, sections }
    }

    fn bytes(&self, range: Range<usize>) -> Option<&'c [u8]> {
        self.bytes.get(range)
    }

    fn u16(&self, at: usize) -> Option<u16> {
        let bytes = self.bytes(at..at.checked_add(2)?)?;
        Some(u16::from_le_bytes(bytes.try_into().ok()?))
    }

    fn u32(&self, at: usize) -> Option<usize> {
        let bytes = self.bytes(at..at.checked_add(4)?)?;
        usize::try_from(u32::from_le_bytes(bytes.try_into().ok()?)).ok()
    }

    fn section(&self, section: Section) -> (usize, usize) {
        self.sections.get(section as usize).copied().unwrap_or_default()
    }

    fn count(&self, section: Section) -> usize {
        self.section(section).1
    }

    /// Where a row begins.
    fn row(&self, section: Section, index: usize) -> Option<usize> {
        let (start, count) = self.section(section);
        let width = *WIDTHS.get(section as usize)?;
        if index < count { start.checked_add(index.checked_mul(width)?) } else { None }
    }

    /// The bytes of the text that a number stands for.
    fn raw(&self, at: usize) -> Option<&'c [u8]> {
        let place = self.u32(at)?;
        let start = self.section(Section::Texts).0.checked_add(place >> 8)?;
        self.bytes(start..start.checked_add(place & 0xff)?)
    }

    /// The name that a row begins with, for comparing.
    fn name(&self, section: Section, index: usize) -> &'c [u8] {
        self.row(section, index).and_then(|at| self.raw(at)).unwrap_or_default()
    }

    /// The text that a number stands for.
    fn text(&self, at: usize) -> Option<&'c str> {
        std::str::from_utf8(self.raw(at)?).ok()
    }

    /// The day of the data: `2026-10-20`.
    pub(super) fn date(&self) -> &'c str {
        let bytes = self.bytes(MAGIC.len()..MAGIC.len() + 10);
        bytes.and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }

    /// What the data was made from.
    pub(super) fn sources(&self) -> &'c str {
        self.row(Section::Sources, 0).and_then(|at| self.text(at)).unwrap_or_default()
    }

    pub(super) fn services(&self) -> impl Iterator<Item = Service<'c>> {
        (0..self.count(Section::Services)).filter_map(move |index| self.service(index))
    }

    fn service(&self, index: usize) -> Option<Service<'c>> {
        let at = self.row(Section::Services, index)?;
        let rows = |field: usize| {
            let start = usize::from(self.u16(at + 4 + 4 * field)?);
            Some(start..start + usize::from(self.u16(at + 6 + 4 * field)?))
        };
        Some(Service { name: self.text(at)?, actions: rows(0)?, types: rows(1)?, keys: rows(2)? })
    }

    /// The action of a row.
    pub(super) fn action(&self, index: usize) -> Option<Row<'c>> {
        let at = self.row(Section::Actions, index)?;
        let level = *self.bytes.get(at + 4)?;
        let access = match level & !NEW {
            0 => Access::List,
            1 => Access::Read,
            2 => Access::Tagging,
            4 => Access::Permissions,
            _ => Access::Write,
        };
        let details = usize::from(self.u16(at + 5)?);
        Some(Row { name: self.text(at)?, access, is_new: level & NEW != 0, details })
    }

    /// Those of the rows of a service's actions whose names start with a text, in any case.
    pub(super) fn actions_starting(
        &self,
        actions: Range<usize>,
        start: &str,
    ) -> impl Iterator<Item = usize> {
        let (from, to, start) = (actions.start, actions.end, start.as_bytes());
        let name = |index| self.name(Section::Actions, index);
        let from = first(from..to, |index| compare(name(index), start).is_ge());
        let starts = move |index: &usize| {
            let head = self.name(Section::Actions, *index).get(..start.len());
            head.is_some_and(|head| head.eq_ignore_ascii_case(start))
        };
        (from..to).take_while(starts)
    }

    /// The numbers of a list of details, of types or of keys; nothing where they are not known.
    fn list(&self, details: usize, field: usize) -> Option<impl Iterator<Item = u16>> {
        let start = self.u16(self.row(Section::Details, details)? + 2 * field)?;
        if start == UNKNOWN {
            return None;
        }
        let start = usize::from(start);
        let length = self.u16(self.row(Section::Lists, start)?)?;
        let at =
            move |offset: u16| self.u16(self.row(Section::Lists, start + usize::from(offset))?);
        Some((1..=length).filter_map(at))
    }

    /// How many types of resource details list, where that is known.
    pub(super) fn count_types(&self, details: usize) -> Option<usize> {
        let start = self.u16(self.row(Section::Details, details)?)?;
        let length = || self.u16(self.row(Section::Lists, usize::from(start))?);
        (start != UNKNOWN).then(length).flatten().map(usize::from)
    }

    /// The types of resource that details list, of a service whose types begin at a row.
    pub(super) fn types(
        &self,
        details: usize,
        first: usize,
    ) -> Option<impl Iterator<Item = ResourceType<'c>>> {
        let kind = move |number: u16| {
            let index = first + usize::from(number & !REQUIRED);
            Some(ResourceType { is_required: number & REQUIRED != 0, ..self.resource_type(index)? })
        };
        Some(self.list(details, 0)?.filter_map(kind))
    }

    /// The type of resource of a row.
    pub(super) fn resource_type(&self, index: usize) -> Option<ResourceType<'c>> {
        let at = self.row(Section::Types, index)?;
        Some(ResourceType { name: self.text(at)?, arn: self.text(at + 4)?, is_required: false })
    }

    /// The condition keys that details list, of a service whose keys begin at a row.
    pub(super) fn keys(
        &self,
        details: usize,
        first: usize,
    ) -> Option<impl Iterator<Item = Key<'c>>> {
        let key = move |number| self.key(Section::Keys, first + usize::from(number));
        Some(self.list(details, 1)?.filter_map(key))
    }

    /// The condition key of a service's row.
    pub(super) fn service_key(&self, index: usize) -> Option<Key<'c>> {
        self.key(Section::Keys, index)
    }

    /// The condition keys of every service.
    pub(super) fn global_keys(&self) -> impl Iterator<Item = Key<'c>> {
        (0..self.count(Section::Globals)).filter_map(move |index| self.key(Section::Globals, index))
    }

    fn key(&self, section: Section, index: usize) -> Option<Key<'c>> {
        let at = self.row(section, index)?;
        let flags = *self.bytes.get(at + 4)?;
        let kind = match flags & 0x0f {
            0 => Kind::String,
            1 => Kind::Arn,
            2 => Kind::Bool,
            3 => Kind::Numeric,
            4 => Kind::Date,
            5 => Kind::IpAddress,
            _ => Kind::Binary,
        };
        Some(Key {
            name: self.text(at)?,
            kind,
            has_several_values: flags & 0x10 != 0,
            is_always_present: flags & 0x20 != 0,
        })
    }
}

/// The first index of a range for which something holds that holds for all after it; the end where it holds for none.
fn first(range: Range<usize>, holds: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (range.start, range.end.max(range.start));
    while low < high {
        let middle = low.midpoint(high);
        if holds(middle) { high = middle } else { low = middle + 1 }
    }
    low
}

/// The order of two texts without regard to the case of ASCII letters.
fn compare(a: &[u8], b: &[u8]) -> Ordering {
    let differs = |(a, b): &(&u8, &u8)| !a.eq_ignore_ascii_case(b);
    match a.iter().zip(b).find(differs) {
        Some((a, b)) => a.to_ascii_lowercase().cmp(&b.to_ascii_lowercase()),
        None => a.len().cmp(&b.len()),
    }
}

/// The number of four bytes; 0 beyond the end.
const fn number(bytes: &[u8], at: usize) -> usize {
    let (mut value, mut byte) = (0, 4);
    while byte > 0 && at + 4 <= bytes.len() {
        byte -= 1;
        value = value << 8 | bytes[at + byte] as usize;
    }
    value
}
