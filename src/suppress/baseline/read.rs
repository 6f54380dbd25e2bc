//! A baseline as it is read: in any order, with the repeats that merges leave, and with an error for everything else.

use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use super::error::{Spot, beginning};
use super::{Baseline, BaselineError, Entry, Line, MAX_BYTES, VERSION, foreign};
use crate::blob::inert;
use crate::date::day;
use crate::fingerprint::Fingerprint;
use crate::suppress::text;

const FIRST_LINE: &str = "the first line of a baseline is {\"keylint\":\"baseline\",\"version\":1}";
const ENTRY: &str = "a line is {\"fingerprint\":\"s1:…\",\"rule\":\"…\",\"path\":\"…\"}, with \"reason\", \"owner\" and \"expires\" where \
     they are known; delete the line, and `keylint baseline write` writes it anew";

/// An entry as it stands in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryText {
    fingerprint: String,
    rule: String,
    path: String,
    reason: Option<String>,
    owner: Option<String>,
    expires: Option<String>,
    #[serde(default)]
    history: bool,
}

/// The first line; newer ones may say more.
#[derive(Deserialize)]
struct HeaderText {
    keylint: Option<Value>,
    version: Option<Value>,
}

/// Reads the file of a baseline.
///
/// # Errors
///
/// When it cannot be read, is larger than 32 MiB, or is no baseline.
pub fn load(path: &Path) -> Result<Baseline, BaselineError> {
    let unreadable = |detail| BaselineError::Unreadable { path: path.into(), detail };
    let text = text::load(path, MAX_BYTES).map_err(unreadable)?;
    let text = text.ok_or_else(|| BaselineError::TooLarge { path: path.into() })?;
    let read = read(&path.display().to_string(), &text)?;
    let Baseline { file, root, .. } = Baseline::empty(path);
    Ok(Baseline { file, root, ..read })
}

/// Reads the text of a baseline. The order of its lines does not matter. Of entries for the same finding the one counts that
/// holds longer.
///
/// # Errors
///
/// When it was written by another program or a newer keylint, has marks of a merge conflict, or a line that is no entry.
pub fn read(name: &str, text: &str) -> Result<Baseline, BaselineError> {
    let mut baseline = Baseline::empty(Path::new(name));
    let mut has_header = false;
    let mut start = 0;
    for (number, whole) in (1..).zip(text.split_inclusive('\n')) {
        let line = whole.trim_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
        // The line begins behind what was trimmed.
        let indent = whole.find(line).unwrap_or(0);
        let spot = Spot { name, text, start: start + indent, len: line.len() };
        start += whole.len();
        if line.is_empty() {
            continue;
        }
        if is_conflict_mark(line) {
            let (source_code, at) = spot.shown();
            return Err(BaselineError::Conflict { source_code, at });
        }
        if is_header(line, &spot)? {
            has_header = true;
            continue;
        }
        if !has_header
            && baseline.is_empty()
            && let Some(error) = foreign::error(name, text)
        {
            return Err(error);
        }
        let entry = entry(line, &spot)?;
        baseline.take(Line { entry, number, text: Some(line.to_owned()) });
    }
    if !has_header && !baseline.is_empty() {
        let len = text.lines().next().map_or(0, str::len);
        let spot = Spot { name, text, start: 0, len };
        return Err(spot.line("the baseline does not say what it is", FIRST_LINE));
    }
    if baseline.differing > 0 {
        baseline.notes.push(format!(
            "{}: findings with entries that differ: {}; the entry that holds longest counts",
            inert(name.as_bytes()),
            baseline.differing
        ));
    }
    Ok(baseline)
}

/// <https://git-scm.com/docs/git-merge#_how_conflicts_are_presented>
fn is_conflict_mark(line: &str) -> bool {
    ["<<<<<<<", "=======", ">>>>>>>", "|||||||"].iter().any(|mark| line.starts_with(mark))
}

/// Whether a line says what the file is.
fn is_header(line: &str, spot: &Spot) -> Result<bool, BaselineError> {
    if !line.contains("\"keylint\"") {
        return Ok(false);
    }
    let Ok(HeaderText { keylint: Some(what), version }) = serde_json::from_str(line) else {
        return Ok(false);
    };
    if what != "baseline" {
        return Err(spot.line("this is a file of keylint, and no baseline", FIRST_LINE));
    }
    match version {
        Some(version) if version == VERSION => Ok(true),
        Some(version) if version.is_number() => {
            let (source_code, at) = spot.shown();
            Err(BaselineError::Version {
                version: short(&version.to_string()).into(),
                source_code,
                at,
            })
        }
        _ => Err(spot.line("the baseline does not say its version", FIRST_LINE)),
    }
}

fn entry(line: &str, spot: &Spot) -> Result<Entry, BaselineError> {
    let text: EntryText = serde_json::from_str(line).map_err(|error| {
        let said = error.to_string();
        let problem = said.rsplit_once(" at line ").map_or(said.as_str(), |(problem, _)| problem);
        let what = if error.is_data() { "no entry of a baseline" } else { "not a line of JSON" };
        spot.line(format!("{what}: {}", short(problem)), ENTRY)
    })?;
    let fingerprint = Fingerprint::parse(&text.fingerprint).ok_or_else(|| {
        let help = "it is `s1:`, `w1:` or `p1:` and 32 digits of 0-9a-f, as reports show it";
        spot.line(format!("`{}` is not a fingerprint", short(&text.fingerprint)), help)
    })?;
    if let Some(date) = text.expires.as_ref().filter(|date| !is_date(date)) {
        let help = "write the last day it holds as YYYY-MM-DD";
        return Err(spot.line(format!("`{}` is not a date", short(date)), help));
    }
    let EntryText { rule, path, reason, owner, expires, history, .. } = text;
    Ok(Entry { fingerprint, rule, path, reason, owner, expires, history })
}

/// As much of a text as a message quotes.
fn short(text: &str) -> &str {
    beginning(text, 200)
}

/// Whether a text is a day such as `2027-01-31`.
fn is_date(text: &str) -> bool {
    text.len() == 10 && day(text).is_some()
}

impl Baseline {
    /// Takes a line that was read. Which of two for the same finding stays does not depend on their order.
    fn take(&mut self, line: Line) {
        let fingerprint = line.entry.fingerprint.clone();
        let Some(known) = self.lines.get_mut(&fingerprint) else {
            self.lines.insert(fingerprint, line);
            return;
        };
        if known.entry == line.entry {
            return;
        }
        // No end is later than any.
        let rank = |line: &Line| {
            let expires = line.entry.expires.clone();
            (expires.is_none(), expires, line.text.clone())
        };
        if rank(&line) > rank(known) {
            *known = line;
        }
        self.differing += 1;
    }
}
