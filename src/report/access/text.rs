//! The report on access for people: a table, what each answer rests on, what was expected, what was not read.

use std::io;

use super::Options;
use super::facts::{
    Expected, Outcome, Row, account_name, expected, nothing, pick, place, rows, short, summary,
    verb, word,
};
use super::table::{self, colour};
use super::wrap::{Colour, bold, columns, hang, painted};
use crate::access::{Access, Expectation, Fix, Link, Site, Status};
use crate::report::image::shown;
use crate::report::{MAX_SKIPPED, plural};

/// Lines of the table; the rest are counted.
const MAX_ROWS: usize = 1000;
/// Paths whose links are shown; the rest are counted.
const MAX_DETAILS: usize = 50;
/// Expectations of one outcome that are shown; the rest are counted.
const MAX_EXPECTATIONS: usize = 100;
/// Paths that are named below one expectation; the rest are counted.
const MAX_PATHS: usize = 10;
/// Assumptions that are shown; the rest are counted.
const MAX_ASSUMPTIONS: usize = 50;
/// How to see what is counted.
const MORE: &str = "--principal and --secret narrow it down, --format json has all";
/// Where the words on a link begin.
const WORDS: usize = 18;
/// Where what helps begins.
const HELP: usize = 9;

pub(super) fn write(access: &Access, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let expected = expected(access);
    let (listed, idle): (Vec<Row<'_>>, Vec<Row<'_>>) =
        rows(access).partition(|row| options.all || !row.is_idle());
    answers(&listed, idle.len(), &expected, options, out)?;
    let unclear = listed.into_iter().filter(|row| !row.is_clean() && !of(&expected, row).is_denied);
    details(unclear.collect(), &expected, options, out)?;
    expectations(access, options, out)?;
    remarks(access, options, out)?;
    if let Some(why) = nothing(access) {
        writeln!(out, "{why}")?;
    }
    writeln!(out, "{}", bold(&summary(access), options.look))
}

fn of(expected: &[Expected], row: &Row<'_>) -> Expected {
    expected.get(row.at).copied().unwrap_or_default()
}

/// The table, and what is not in it.
fn answers(
    listed: &[Row<'_>],
    idle: usize,
    expected: &[Expected],
    options: &Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let (shown, left) = pick(listed.to_vec(), expected, MAX_ROWS);
    table::write(&shown, |row| row.why(expected), options, out)?;
    if !shown.is_empty() {
        writeln!(out)?;
    }
    if left > 0 {
        writeln!(out, "{} not listed: {MORE}", plural(left as u64, "more path"))?;
    }
    if idle > 0 {
        let paths = plural(idle as u64, "path");
        writeln!(out, "{paths} not listed: the answer is no, and no document means it (--all)")?;
    }
    if left + idle > 0 {
        writeln!(out)?;
    }
    Ok(())
}

/// The links of paths that are not a plain `yes`.
fn details(
    rows: Vec<Row<'_>>,
    expected: &[Expected],
    options: &Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let (rows, left) = pick(rows, expected, MAX_DETAILS);
    for row in rows {
        header(row, options, out)?;
        for link in row.path.links.iter().filter(|link| link.is_needed || options.all) {
            write_link(link, options, out)?;
        }
        writeln!(out)?;
    }
    if left > 0 {
        writeln!(out, "{} in detail: {MORE}\n", plural(left as u64, "more path"))?;
    }
    Ok(())
}

/// `app/Role (222233334444) -> security/prod/db (111122223333, us-east-1): NO`
fn header(row: Row<'_>, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let (principal, secret) = (shown(&row.principal.label), shown(&row.secret.label));
    let lies_in = row.lies_in();
    let (from, to) = (shown(account_name(row.from)), shown(&lies_in));
    let names = format!("{principal} ({from}) -> {secret} ({to}): ");
    let answer = row.path.answer.name().to_uppercase();
    let answer = painted(&answer, colour(row.path.answer), options.look);
    writeln!(out, "{}{answer}", bold(&names, options.look))
}

/// A link in one line, and below it what comes close and what helps.
pub(super) fn write_link(
    link: &Link,
    options: &Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let width = columns(options.width);
    let (status, colour) = match link.status {
        _ if !link.is_needed => ("not needed", Colour::Blue),
        Status::Ok => ("ok", Colour::Green),
        Status::Missing => ("MISSING", Colour::Red),
        Status::Conditional => (word(link.status), Colour::Yellow),
        Status::NotGiven => (word(link.status), Colour::Blue),
    };
    let status = painted(&format!("{status:11}"), colour, options.look);
    let head = format!("  {status}  {} ", link.code.name());
    let text = if link.text.is_empty() { short(link.code) } else { &link.text };
    hang(&head, WORDS, (&with_place(text, link.site.as_ref()), width), out)?;
    if let Some(nearest) = &link.nearest {
        let text = with_place(&nearest.text, nearest.site.as_ref());
        hang(&format!("{:HELP$}nearest: ", ""), WORDS, (&text, width), out)?;
    }
    match &link.fix {
        Some(fix) => write_fix(fix, width, out),
        None => Ok(()),
    }
}

/// A text, and behind it the file and the line that it is about.
fn with_place(text: &str, site: Option<&Site>) -> String {
    match site {
        Some(site) => format!("{text}  [{}]", place(site)),
        None => text.into(),
    }
}

fn write_fix(fix: &Fix, width: usize, out: &mut dyn io::Write) -> io::Result<()> {
    let text = format!("{}: {}", with_place(&fix.document, fix.site.as_ref()), fix.text);
    hang(&format!("{:HELP$}fix:     ", ""), WORDS, (&text, width), out)?;
    for line in fix.statement.iter().flat_map(|statement| statement.lines()) {
        writeln!(out, "{:WORDS$}  {}", "", shown(line))?;
    }
    Ok(())
}

/// What was expected, the worst first.
fn expectations(access: &Access, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    for outcome in Outcome::ALL {
        let those = || access.expectations.iter().filter(|of| Outcome::of(of) == outcome);
        for expectation in those().take(MAX_EXPECTATIONS) {
            write_expectation(access, expectation, options, out)?;
        }
        let left = those().count().saturating_sub(MAX_EXPECTATIONS);
        if left > 0 {
            writeln!(
                out,
                "{} {}: {MORE}",
                plural(left as u64, "more expectation"),
                outcome.name()
            )?;
        }
    }
    if access.expectations.is_empty() { Ok(()) } else { writeln!(out) }
}

/// Those that are broken for certain.
pub(super) fn broken(
    access: &Access,
    options: &Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut count = 0_usize;
    for one in access.expectations.iter().filter(|of| Outcome::of(of) == Outcome::Broken) {
        if count < MAX_EXPECTATIONS {
            write_expectation(access, one, options, out)?;
        }
        count += 1;
    }
    let left = count.saturating_sub(MAX_EXPECTATIONS);
    if left > 0 {
        writeln!(out, "{} broken: {MORE}", plural(left as u64, "more expectation"))?;
    }
    if count > 0 { writeln!(out) } else { Ok(()) }
}

fn write_expectation(
    access: &Access,
    expectation: &Expectation,
    options: &Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let outcome = Outcome::of(expectation);
    let (word, colour, about) = match outcome {
        Outcome::Broken => ("BROKEN", Colour::Red, &expectation.broken[..]),
        Outcome::Nothing => ("NOTHING", Colour::Red, &[][..]),
        Outcome::Open => ("open", Colour::Yellow, &expectation.open[..]),
        Outcome::Held => ("held", Colour::Green, &[][..]),
    };
    let (verb, principal, secret) =
        (verb(expectation), &expectation.principal, &expectation.secret);
    let text = with_place(&format!("{verb} {principal} on {secret}"), expectation.site.as_ref());
    let head = format!("expected  {}  ", painted(&format!("{word:7}"), colour, options.look));
    let width = columns(options.width);
    hang(&head, WORDS + 1, (&text, width), out)?;
    if outcome == Outcome::Nothing {
        hang(&" ".repeat(WORDS + 3), WORDS + 3, ("there is no such path", width), out)?;
    }
    for row in about.iter().take(MAX_PATHS).filter_map(|at| Row::new(access, *at)) {
        let reason = row.reason();
        let joint = if reason.is_empty() { "" } else { "; " };
        let (principal, secret) = (&row.principal.label, &row.secret.label);
        let text = format!("{principal} -> {secret}: {}{joint}{reason}", row.path.answer);
        hang(&" ".repeat(WORDS + 3), WORDS + 3, (&text, width), out)?;
    }
    let left = about.len().saturating_sub(MAX_PATHS);
    if left > 0 {
        writeln!(out, "{:WORDS$}   and {}", "", plural(left as u64, "more path"))?;
    }
    Ok(())
}

/// What was taken for true, and what was not read.
fn remarks(access: &Access, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let width = columns(options.width);
    for assumption in access.assumptions.iter().take(MAX_ASSUMPTIONS) {
        let text = with_place(&assumption.text, assumption.site.as_ref());
        hang("assumed:  ", 10, (&text, width), out)?;
    }
    let left = access.assumptions.len().saturating_sub(MAX_ASSUMPTIONS);
    if left > 0 {
        writeln!(out, "assumed:  {left} more; --format json names all")?;
    }
    for skipped in access.skipped.iter().take(MAX_SKIPPED) {
        let accepted = skipped.accepted.iter().map(|reason| format!(" (accepted: {reason})"));
        let text =
            format!("{}: {}{}", skipped.origin, skipped.detail, accepted.collect::<String>());
        hang("not read: ", 10, (&text, width), out)?;
    }
    let left = access.skipped.len().saturating_sub(MAX_SKIPPED);
    if left > 0 {
        writeln!(out, "not read: {left} more; --format json names all")?;
    }
    if access.assumptions.is_empty() && access.skipped.is_empty() { Ok(()) } else { writeln!(out) }
}
