//! The JSON reports on access. Their shape is part of the interface: `docs/access.schema.json`.
//!
//! There may be a quarter of a million paths: each is written on a line of its own, and forgotten.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

use super::changes::{self, Kind};
use super::facts::{self, Outcome, rows};
use super::{Options, views, world};
use crate::access::{Access, Answer, Change, Grant};
use crate::blob::is_inert;

/// Changes when a field changes its meaning or goes away.
const VERSION: u32 = 1;

/// Bytes that are handed on at once.
const BUFFER: usize = 1 << 16;

#[derive(Serialize)]
struct Summary {
    paths: usize,
    yes: usize,
    no: usize,
    depends: usize,
    unknown: usize,
    expectations: Outcomes,
}

#[derive(Serialize)]
struct Outcomes {
    held: usize,
    broken: usize,
    open: usize,
    nothing: usize,
}

#[derive(Serialize)]
struct ChangeSummary {
    added: usize,
    changed: usize,
    removed: usize,
}

pub(super) fn write(access: &Access, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let mut report = Report::new(out)?;
    let all = options.all || access.paths.len() <= Access::MOST_TOLD;
    report.list("paths", rows(access).map(|row| views::path(row, all)))?;
    report.list("accounts", access.accounts.iter().map(world::account))?;
    report.list("principals", access.principals.iter().map(|of| world::principal(of, access)))?;
    report.list("secrets", access.secrets.iter().map(|of| world::secret(of, access)))?;
    report.list("keys", access.keys.iter().map(|of| world::key(of, access)))?;
    report.list("expectations", access.expectations.iter().map(world::expectation))?;
    report.list("assumptions", access.assumptions.iter().map(world::assumption))?;
    report.list("skipped", access.skipped.iter().map(world::skipped))?;
    let answered = |answer| facts::count(access, answer);
    let ended = |outcome| facts::count_outcome(access, outcome);
    report.end(&Summary {
        paths: access.paths.len(),
        yes: answered(Answer::Yes),
        no: answered(Answer::No),
        depends: answered(Answer::Depends),
        unknown: answered(Answer::Unknown),
        expectations: Outcomes {
            held: ended(Outcome::Held),
            broken: ended(Outcome::Broken),
            open: ended(Outcome::Open),
            nothing: ended(Outcome::Nothing),
        },
    })
}

pub(super) fn write_changes(
    changes: &[Change],
    access: &Access,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut report = Report::new(out)?;
    report.list("changes", changes.iter().map(|change| views::change(change, access)))?;
    let broken = access.expectations.iter().filter(|of| Outcome::of(of) == Outcome::Broken);
    report.list("broken", broken.map(world::broken))?;
    let of = |kind| changes::count(changes, kind);
    report.end(&ChangeSummary {
        added: of(Kind::Added),
        changed: of(Kind::Changed),
        removed: of(Kind::Removed),
    })
}

pub(super) fn write_grant(grant: &Grant, out: &mut dyn Write) -> io::Result<()> {
    let text = serde_json::to_string_pretty(grant).map_err(io::Error::other)?;
    // What is no ASCII stands in texts alone.
    write_harmless(&text, out)?;
    out.write_all(b"\n")
}

/// An object, field by field, an item of a list on each line.
struct Report<'a> {
    out: io::BufWriter<&'a mut dyn Write>,
}

impl<'a> Report<'a> {
    fn new(out: &'a mut dyn Write) -> io::Result<Self> {
        let mut out = io::BufWriter::with_capacity(BUFFER, out);
        write!(out, "{{\"version\":{VERSION}")?;
        Ok(Self { out })
    }

    fn list<T: Serialize>(&mut self, name: &str, items: impl Iterator<Item = T>) -> io::Result<()> {
        write!(self.out, ",\n\"{name}\":[")?;
        for (at, item) in items.enumerate() {
            self.out.write_all(if at == 0 { b"\n" } else { b",\n" })?;
            self.put(&item)?;
        }
        self.out.write_all(b"]")
    }

    fn end(mut self, summary: &impl Serialize) -> io::Result<()> {
        self.out.write_all(b",\n\"summary\":")?;
        self.put(summary)?;
        self.out.write_all(b"}\n")?;
        self.out.flush()
    }

    fn put(&mut self, item: &impl Serialize) -> io::Result<()> {
        item.serialize(&mut Serializer::with_formatter(&mut self.out, Harmless))?;
        Ok(())
    }
}

/// Writes what may command a terminal as `\u` and four digits: names stay exact, and a terminal safe.
struct Harmless;

impl Formatter for Harmless {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        if fragment.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
            return writer.write_all(fragment.as_bytes());
        }
        write_harmless(fragment, writer)
    }
}

fn write_harmless<W: ?Sized + Write>(text: &str, writer: &mut W) -> io::Result<()> {
    let mut bytes = [0; 4];
    let mut units = [0; 2];
    for character in text.chars() {
        if is_inert(character) || character == '\n' {
            writer.write_all(character.encode_utf8(&mut bytes).as_bytes())?;
            continue;
        }
        for unit in character.encode_utf16(&mut units) {
            write!(writer, "\\u{unit:04x}")?;
        }
    }
    Ok(())
}
