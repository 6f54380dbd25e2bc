//! The fonts of a document: what their names mean, as far as that decides which characters a code is.

use std::collections::{BTreeMap, BTreeSet};

use super::cmap::CMap;

/// Entries that the tables of one document may have together.
const MAX_ENTRIES: usize = 500_000;
/// Names, each with what it may mean, that are kept of one document.
const MAX_NAMES: usize = 100_000;
/// Bytes of a name.
const MAX_NAME: usize = 128;
/// Fonts of one name that are tried: documents that were joined use the same names.
pub(super) const MAX_ALIKE: usize = 4;

/// The fonts, by the numbers of their objects.
#[derive(Debug, Default)]
pub(super) struct Fonts {
    /// What names refer to, whatever that is.
    names: BTreeMap<Vec<u8>, BTreeSet<u32>>,
    known_names: usize,
    /// Fonts, and the objects that are their tables.
    tables: BTreeMap<u32, u32>,
    maps: BTreeMap<u32, CMap>,
    entries: usize,
}

impl Fonts {
    /// An object refers to another by this name.
    pub(super) fn refer(&mut self, object: u32, name: &[u8], to: u32) {
        if name == b"ToUnicode" {
            if self.tables.len() < MAX_NAMES {
                self.tables.insert(object, to);
            }
        } else if self.known_names < MAX_NAMES && name.len() <= MAX_NAME && !is_usual(name) {
            let is_new = self.names.entry(name.to_vec()).or_default().insert(to);
            self.known_names += usize::from(is_new);
        }
    }

    /// An object is a table.
    pub(super) fn add_table(&mut self, object: u32, content: &[u8]) {
        let room = MAX_ENTRIES.saturating_sub(self.entries);
        if room > 0 {
            let map = CMap::read(content, room);
            self.entries += map.len() + 1;
            self.maps.insert(object, map);
        }
    }

    /// The tables of the fonts of this name.
    pub(super) fn named(&self, name: &[u8]) -> Vec<&CMap> {
        let fonts = self.names.get(name).into_iter().flatten();
        let tables = fonts.filter_map(|font| self.tables.get(font));
        tables.filter_map(|table| self.maps.get(table)).take(MAX_ALIKE).collect()
    }
}

/// Names that refer to something in every document, and to no font.
fn is_usual(name: &[u8]) -> bool {
    const USUAL: &[&[u8]] = &[
        b"A",
        b"Annots",
        b"Contents",
        b"Dest",
        b"DescendantFonts",
        b"First",
        b"Font",
        b"FontDescriptor",
        b"FontFile",
        b"FontFile2",
        b"FontFile3",
        b"K",
        b"Last",
        b"Length",
        b"Next",
        b"P",
        b"Pages",
        b"Parent",
        b"Pg",
        b"Prev",
        b"Resources",
        b"Root",
        b"W",
        b"XObject",
    ];
    USUAL.contains(&name)
}
