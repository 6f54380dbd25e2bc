//! What many paths have in common is written once: texts, links, and the nine links of a path as one chain. When they add
//! up to too much, the paths that are left keep whether their links hold, without the words.

use std::collections::HashMap;

use crate::access::{Link, LinkCode, Path, Site, Status};
use crate::blob::{Origin, inert, is_inert};

/// The most bytes of texts and links in a page, about: 250,000 paths take a third of it beside that.
const MAX_BYTES: usize = 16 << 20;

/// Numbers of a link: status, needed; then places in the strings: text, site, nearest text and site, the document of the
/// fix, its site, its text, its statement.
type Row = [u32; 10];

/// The links of a path, L1 to L9: places in [`Table::links`].
type Chain = [u32; LinkCode::ALL.len()];

/// Texts, links and chains, each once.
pub(super) struct Table<'a> {
    /// The first one is empty.
    pub strings: Vec<String>,
    /// The first one says nothing. Zeros at the end are left out.
    pub links: Vec<Vec<u32>>,
    /// One after the other.
    pub chains: Vec<u32>,
    texts: HashMap<&'a str, u32>,
    statements: HashMap<&'a str, u32>,
    sites: HashMap<(&'a Origin, u64), u32>,
    rows: HashMap<Row, u32>,
    known: HashMap<Chain, u32>,
    bytes: usize,
}

impl<'a> Table<'a> {
    pub(super) fn new() -> Self {
        Self {
            strings: vec![String::new()],
            links: vec![Vec::new()],
            chains: Vec::new(),
            texts: HashMap::from([("", 0)]),
            statements: HashMap::from([("", 0)]),
            sites: HashMap::new(),
            rows: HashMap::from([([0; 10], 0)]),
            known: HashMap::new(),
            bytes: 0,
        }
    }

    /// Whether the words of another path would make the page too large.
    pub(super) fn is_full(&self) -> bool {
        self.bytes > MAX_BYTES
    }

    /// The chain of a path, with all words.
    pub(super) fn chain(&mut self, path: &'a Path) -> u32 {
        let rows = LinkCode::ALL.map(|code| link(path, code).map(|link| self.row(link)));
        self.add_chain(&rows)
    }

    /// The chain of a path, without the words.
    pub(super) fn brief_chain(&mut self, path: &Path) -> u32 {
        self.add_chain(&LinkCode::ALL.map(|code| link(path, code).map(plain_row)))
    }

    /// A text that stays on its line.
    pub(super) fn text(&mut self, text: &'a str) -> u32 {
        if let Some(at) = self.texts.get(text) {
            return *at;
        }
        let at = self.add(inert(text.as_bytes()));
        self.texts.insert(text, at);
        at
    }

    /// The file and the line of a site; 0 for none.
    pub(super) fn site(&mut self, site: Option<&'a Site>) -> u32 {
        let Some(Site { origin, location }) = site else { return 0 };
        let place = (&**origin, location.start.line);
        if let Some(at) = self.sites.get(&place) {
            return *at;
        }
        let at = self.add(format!("{origin}:{}", location.start.line));
        self.sites.insert(place, at);
        at
    }

    fn statement(&mut self, statement: &'a str) -> u32 {
        if let Some(at) = self.statements.get(statement) {
            return *at;
        }
        let at = self.add(visible(statement));
        self.statements.insert(statement, at);
        at
    }

    fn row(&mut self, link: &'a Link) -> Row {
        let [status, needed, ..] = plain_row(link);
        let (near, near_site) = match &link.nearest {
            Some(nearest) => (self.text(&nearest.text), self.site(nearest.site.as_ref())),
            None => (0, 0),
        };
        let text = self.text(&link.text);
        let site = self.site(link.site.as_ref());
        let [document, place, words, statement] = match &link.fix {
            Some(fix) => [
                self.text(&fix.document),
                self.site(fix.site.as_ref()),
                self.text(&fix.text),
                self.statement(fix.statement.as_deref().unwrap_or_default()),
            ],
            None => [0; 4],
        };
        [status, needed, text, site, near, near_site, document, place, words, statement]
    }

    fn add_chain(&mut self, rows: &[Option<Row>; 9]) -> u32 {
        let chain = rows.map(|row| row.map_or(0, |row| self.add_row(row)));
        if let Some(at) = self.known.get(&chain) {
            return *at;
        }
        let at = index(self.known.len());
        self.known.insert(chain, at);
        self.chains.extend(chain);
        self.bytes += 6 * chain.len();
        at
    }

    fn add_row(&mut self, row: Row) -> u32 {
        if let Some(at) = self.rows.get(&row) {
            return *at;
        }
        let at = index(self.links.len());
        let used = row.iter().rposition(|number| *number != 0).map_or(0, |last| last + 1);
        self.links.push(row.into_iter().take(used).collect());
        self.rows.insert(row, at);
        self.bytes += 6 * used;
        at
    }

    fn add(&mut self, text: String) -> u32 {
        let at = index(self.strings.len());
        self.bytes += text.len() + 3;
        self.strings.push(text);
        at
    }
}

/// The link of a path with this code.
fn link(path: &Path, code: LinkCode) -> Option<&Link> {
    path.links.iter().find(|link| link.code == code)
}

/// A link without its words. Statuses count from 1.
fn plain_row(link: &Link) -> Row {
    let status = match link.status {
        Status::Ok => 1,
        Status::Missing => 2,
        Status::Conditional => 3,
        Status::NotGiven => 4,
    };
    [status, link.is_needed.into(), 0, 0, 0, 0, 0, 0, 0, 0]
}

/// JSON over several lines that shows what it says, and still says it when it is copied.
fn visible(statement: &str) -> String {
    let mut text = String::with_capacity(statement.len());
    for character in statement.chars() {
        if is_inert(character) || matches!(character, '\n' | '\t') {
            text.push(character);
        } else {
            let units = character.encode_utf16(&mut [0; 2]).to_vec();
            text.extend(units.into_iter().map(|unit| format!("\\u{unit:04x}")));
        }
    }
    text
}

/// A place in a table. There are fewer than 2³² of anything, for each takes more than a byte of memory.
fn index(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_say_the_same_when_copied() {
        let statement = "{\n\t\"Sid\": \"a\u{202e}\u{e0041}b\"\n}";
        let shown = visible(statement);
        assert_eq!(shown, "{\n\t\"Sid\": \"a\\u202e\\udb40\\udc41b\"\n}");
        let read = |text| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(read(&shown), read(statement));
    }
}
