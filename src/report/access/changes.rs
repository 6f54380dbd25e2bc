//! Answers that differ from those of another run: of which kind each change is, and the report on them for people.

use std::io;

use super::Options;
use super::facts::{Row, join};
use super::text::{broken, write_link};
use super::wrap::{Colour, bold, columns, hang, painted};
use crate::access::{Access, Answer, Change};
use crate::report::plural;

/// What changed of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// The secret may be read now, and could not be.
    Added,
    /// It can be read under other conditions, or it is known now what was not.
    Changed,
    /// It cannot be read any more.
    Removed,
}

impl Kind {
    /// What matters most comes first.
    pub(super) const ALL: [Self; 3] = [Self::Added, Self::Changed, Self::Removed];

    pub(super) fn of(change: &Change) -> Self {
        let may_read = |answer: Option<Answer>| answer.is_some_and(|answer| answer != Answer::No);
        match (may_read(change.before), may_read(change.after)) {
            (false, _) => Self::Added,
            (true, true) => Self::Changed,
            (true, false) => Self::Removed,
        }
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Removed => "removed",
        }
    }
}

/// How many changes are of a kind.
pub(super) fn count(changes: &[Change], kind: Kind) -> usize {
    changes.iter().filter(|change| Kind::of(change) == kind).count()
}

/// `2 added, 1 removed`
pub(super) fn summary(changes: &[Change]) -> String {
    if changes.is_empty() {
        return "no access changed".into();
    }
    join(&Kind::ALL.map(|kind| (count(changes, kind), kind.name())))
}

/// Changes by kind, what was added first.
pub(super) fn by_kind(changes: &[Change]) -> impl Iterator<Item = (Kind, &Change)> {
    Kind::ALL.into_iter().flat_map(move |kind| {
        changes.iter().filter(move |change| Kind::of(change) == kind).map(move |of| (kind, of))
    })
}

/// An answer, or that there is none.
pub(super) fn answer(answer: Option<Answer>) -> &'static str {
    answer.map_or("no path", Answer::name)
}

/// Changes that are shown; the rest are counted.
const MAX_CHANGES: usize = 1000;
/// Additions whose links are shown.
const MAX_DETAILS: usize = 50;

pub(super) fn text(
    changes: &[Change],
    access: &Access,
    options: &Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let width = columns(options.width);
    for (at, (kind, change)) in by_kind(changes).take(MAX_CHANGES).enumerate() {
        let (sign, colour) = match kind {
            Kind::Added => ("+", Colour::Red),
            Kind::Changed => ("~", Colour::Yellow),
            Kind::Removed => ("-", Colour::Green),
        };
        let head = painted(&format!("{sign} {:9}", kind.name()), colour, options.look);
        let text = format!(
            "{} -> {}: {} (was: {})",
            change.principal,
            change.secret,
            answer(change.after),
            answer(change.before)
        );
        hang(&head, 11, (&text, width), out)?;
        let row = change.path.and_then(|at| Row::new(access, at));
        let Some(row) = row.filter(|_| at < MAX_DETAILS && kind != Kind::Removed) else { continue };
        for link in row.path.links.iter().filter(|link| link.is_needed) {
            write_link(link, options, out)?;
        }
    }
    let left = changes.len().saturating_sub(MAX_CHANGES);
    if left > 0 {
        let more = plural(left as u64, "more change");
        writeln!(out, "{more} not listed: --format json has all")?;
    }
    if !changes.is_empty() {
        writeln!(out)?;
    }
    broken(access, options, out)?;
    writeln!(out, "access to secrets: {}", bold(&summary(changes), options.look))
}
