//! The reports on access as Markdown, for a comment on a pull request.

use std::fmt::Write as _;
use std::io;

use super::Options;
use super::changes::{self, Kind};
use super::facts::{
    Outcome, Row, account_name, expected, nothing, pick, place, rows, short, summary, verb, word,
};
use crate::access::{Access, Change, Expectation, Link, Site, Status};
use crate::report::comment::{Page, block, cells, code, html_code, prose};
use crate::report::plural;

/// Lines of a table, if there is room.
const MAX_ROWS: usize = 200;
/// Paths whose links are shown, if there is room.
const MAX_DETAILS: usize = 20;
/// Expectations, assumptions and gaps that are named, of each.
const MAX_REMARKS: usize = 20;
/// Bytes that no single piece may have: a few long names must not keep all others out.
const MAX_PIECE: usize = 10_000;

pub(super) fn write(access: &Access, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let mut page = Page::default();
    page.end(&format!("### Access to secrets\n\n{}\n\n", prose(&summary(access))));
    if let Some(why) = nothing(access) {
        page.end(&format!("{}\n\n", prose(why)));
    }
    let expected = expected(access);
    let is_denied = |row: &Row<'_>| expected.get(row.at).is_some_and(|known| known.is_denied);
    let broken = access.expectations.iter().filter(|of| Outcome::of(of) != Outcome::Held);
    remarks(broken.map(expectation), &mut page);
    let (listed, idle): (Vec<_>, Vec<_>) =
        rows(access).partition(|row| options.all || !row.is_idle());
    let unclear: Vec<_> =
        listed.iter().copied().filter(|row| !row.is_clean() && !is_denied(row)).collect();
    let (listed, left) = pick(listed, &expected, MAX_ROWS);
    let head = ["Answer", "Principal", "Secret", "Why"].map(str::to_owned);
    let left =
        left + table(&head, listed.iter().map(|row| answer(row, &row.why(&expected))), &mut page);
    if left > 0 {
        page.end(&format!("{} not listed\n\n", plural(left as u64, "more path")));
    }
    if !idle.is_empty() {
        let paths = plural(idle.len() as u64, "path");
        page.end(&format!("{paths} not listed: the answer is no, and no document means it\n\n"));
    }
    let (unclear, left) = pick(unclear, &expected, MAX_DETAILS);
    write_details(&unclear, left, &mut page);
    remarks(
        access.assumptions.iter().map(|of| said("assumed", &of.text, of.site.as_ref())),
        &mut page,
    );
    let gap = |text: String| said("not read", &text, None);
    remarks(
        access.skipped.iter().map(|of| gap(format!("{}: {}", of.origin, of.detail))),
        &mut page,
    );
    write!(out, "{}", page.as_str())
}

pub(super) fn write_changes(
    changes: &[Change],
    access: &Access,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut page = Page::default();
    page.end(&format!("### Access to secrets: {}\n\n", changes::summary(changes)));
    let broken = access.expectations.iter().filter(|of| Outcome::of(of) == Outcome::Broken);
    remarks(broken.map(expectation), &mut page);
    let head = ["", "Principal", "Secret", "Before", "Now"].map(str::to_owned);
    let lines =
        changes::by_kind(changes).take(MAX_ROWS).map(|(kind, change)| changed(kind, change));
    let left = changes.len().saturating_sub(MAX_ROWS) + table(&head, lines, &mut page);
    if left > 0 {
        page.end(&format!("{} not listed\n\n", plural(left as u64, "more change")));
    }
    let now = changes::by_kind(changes).filter(|(kind, _)| *kind != Kind::Removed);
    let rows: Vec<_> = now.filter_map(|(_, change)| Row::new(access, change.path?)).collect();
    let left = rows.len().saturating_sub(MAX_DETAILS);
    write_details(rows.get(..MAX_DETAILS).unwrap_or(&rows), left, &mut page);
    write!(out, "{}", page.as_str())
}

/// Writes a table, and returns how many lines there was no room for.
fn table(head: &[String], lines: impl Iterator<Item = String>, page: &mut Page) -> usize {
    let mut left = 0;
    let mut is_open = false;
    for line in lines {
        if !is_open {
            page.end(&cells(head));
            page.end(&cells(&vec!["---".to_owned(); head.len()]));
            is_open = true;
        }
        if line.len() > MAX_PIECE || !page.push(&line) {
            left += 1;
        }
    }
    if is_open {
        page.end("\n");
    }
    left
}

fn answer(row: &Row<'_>, why: &str) -> String {
    let answer = row.path.answer.name();
    let (principal, secret) = (code(&row.principal.label), code(&row.secret.label));
    cells(&[format!("**{answer}**"), principal, secret, prose(why)])
}

fn changed(kind: Kind, change: &Change) -> String {
    cells(&[
        format!("**{}**", kind.name()),
        code(&change.principal),
        code(&change.secret),
        changes::answer(change.before).into(),
        format!("**{}**", changes::answer(change.after)),
    ])
}

/// The links of paths, folded.
fn write_details(rows: &[Row<'_>], left: usize, page: &mut Page) {
    let mut left = left;
    for row in rows {
        let piece = details(*row);
        if piece.len() > MAX_PIECE || !page.push(&piece) {
            left += 1;
        }
    }
    if left > 0 {
        page.end(&format!("{} not shown in detail\n\n", plural(left as u64, "more path")));
    }
}

fn details(row: Row<'_>) -> String {
    let (principal, secret) = (html_code(&row.principal.label), html_code(&row.secret.label));
    let (from, to) = (html_code(account_name(row.from)), html_code(&row.lies_in()));
    let answer = row.path.answer.name().to_uppercase();
    let mut text = format!(
        "<details>\n<summary>{principal} ({from}) → {secret} ({to}): {answer}</summary>\n\n"
    );
    text += &cells(&["Link", "Status", "What the documents say", "Where"].map(str::to_owned));
    text += &cells(&vec!["---".to_owned(); 4]);
    let needed = || row.path.links.iter().filter(|link| link.is_needed);
    for link in needed() {
        text += &line(link);
    }
    text.push('\n');
    for link in needed() {
        text += &help(link);
    }
    text + "</details>\n\n"
}

fn line(link: &Link) -> String {
    let status = match link.status {
        Status::Ok => "ok".into(),
        other => format!("**{}**", word(other)),
    };
    let site = link.site.as_ref().map(|site| code(&place(site))).unwrap_or_default();
    cells(&[short(link.code).into(), status, prose(&link.text), site])
}

/// What comes close to a link, and what makes it hold.
fn help(link: &Link) -> String {
    let mut text = String::new();
    let link_name = link.code.name();
    if let Some(nearest) = &link.nearest {
        let at = at(nearest.site.as_ref());
        let _ = write!(text, "{link_name}, nearest{at}: {}\n\n", prose(&nearest.text));
    }
    if let Some(fix) = &link.fix {
        let (document, at) = (prose(&fix.document), at(fix.site.as_ref()));
        let _ = write!(text, "{link_name}, fix: {document}{at}: {}\n\n", prose(&fix.text));
        if let Some(statement) = &fix.statement {
            text += &block("json", statement);
            text.push('\n');
        }
    }
    text
}

/// ` (key.json:5)`
fn at(site: Option<&Site>) -> String {
    site.map(|site| format!(" ({})", code(&place(site)))).unwrap_or_default()
}

fn expectation(of: &Expectation) -> String {
    let (principal, secret) = (code(&of.principal), code(&of.secret));
    let what = match Outcome::of(of) {
        Outcome::Broken => "**broken**",
        Outcome::Nothing => "**about no path**",
        Outcome::Open => "open",
        Outcome::Held => "held",
    };
    let at = at(of.site.as_ref());
    format!("- expected, {what}: {} {principal} on {secret}{at}\n", verb(of))
}

fn said(what: &str, text: &str, site: Option<&Site>) -> String {
    format!("- {what}: {}{}\n", prose(text), at(site))
}

/// A list, if there is anything to list.
fn remarks(lines: impl Iterator<Item = String>, page: &mut Page) {
    let mut left = 0;
    let mut count = 0;
    for line in lines {
        count += 1;
        if count > MAX_REMARKS || line.len() > MAX_PIECE || !page.push(&line) {
            left += 1;
        }
    }
    if left > 0 {
        page.end(&format!("- {left} more\n"));
    }
    if count > 0 {
        page.end("\n");
    }
}
