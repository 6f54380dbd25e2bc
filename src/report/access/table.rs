//! The table of paths for people: a line each, by the accounts of the principals.

use std::io;

use super::Options;
use super::facts::{Row, account_name};
use super::wrap::{Colour, bold, columns, painted, wrap};
use crate::access::Answer;
use crate::report::image::shown;

/// Columns before the answer.
const INDENT: usize = 2;
/// Columns of the answer.
const ANSWER: usize = 7;
/// Columns between columns.
const GAP: usize = 2;
/// Where the principal begins.
const PRINCIPAL: usize = INDENT + ANSWER + GAP;
/// The fewest columns in which reasons are wrapped; where there are fewer, they have lines of their own.
const MIN_REASON: usize = 24;

/// The columns of a table.
struct Columns {
    principal: usize,
    secret: usize,
    /// All of them.
    width: usize,
}

impl Columns {
    /// Names get what they need, up to a third of the line each, and what the other one leaves of its own.
    fn new(rows: &[Row<'_>], width: usize) -> Self {
        let room = (width - PRINCIPAL) * 2 / 3;
        let principals = rows.iter().map(|row| len(&row.principal.label));
        let secrets = rows.iter().map(|row| len(&row.secret.label));
        let principal = principals.max().unwrap_or(0).max("principal".len());
        let secret = secrets.max().unwrap_or(0).max("secret".len());
        let principal = principal.min(room.saturating_sub(secret).max(room / 2));
        Self { principal, secret: secret.min(room - principal), width }
    }

    /// Where the secret begins.
    const fn secret(&self) -> usize {
        PRINCIPAL + self.principal + GAP
    }

    /// Where the reason begins: behind the secret, or in a line of its own where there is no room.
    const fn reason(&self) -> usize {
        let at = self.secret() + self.secret + GAP;
        if at + MIN_REASON > self.width { PRINCIPAL } else { at }
    }
}

/// Characters of a name as it is shown.
fn len(label: &str) -> usize {
    shown(label).chars().count()
}

pub(super) fn write(
    rows: &[Row<'_>],
    reason: impl Fn(Row<'_>) -> String,
    options: &Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let columns = Columns::new(rows, columns(options.width));
    let mut account = None;
    for row in rows {
        if account != Some(row.principal.account) {
            if account.is_some() {
                writeln!(out)?;
            }
            account = Some(row.principal.account);
            writeln!(out, "{}", bold(&title(row), options.look))?;
            head(&columns, out)?;
        }
        line(row, &reason(*row), &columns, options, out)?;
    }
    Ok(())
}

/// `app (222233334444)`
fn title(row: &Row<'_>) -> String {
    let number = account_name(row.from);
    match row.from {
        Some(account) if account.label != number => {
            format!("{} ({})", shown(&account.label), shown(number))
        }
        _ => shown(number).into_owned(),
    }
}

fn head(columns: &Columns, out: &mut dyn io::Write) -> io::Result<()> {
    let (principal, secret) = (columns.principal, columns.secret);
    let why = if columns.reason() > PRINCIPAL { "why" } else { "" };
    let line = format!(
        "{:INDENT$}{:ANSWER$}{:GAP$}{:principal$}{:GAP$}{:secret$}{:GAP$}{why}",
        "", "answer", "", "principal", "", "secret", ""
    );
    writeln!(out, "{}", line.trim_end())
}

fn line(
    row: &Row<'_>,
    reason: &str,
    columns: &Columns,
    options: &Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let answer = row.path.answer;
    let mut line = Line { text: String::new(), used: 0 };
    let word = format!("{answer:ANSWER$}");
    line.put(INDENT, &painted(&word, colour(answer), options.look), ANSWER);
    line.cell(PRINCIPAL, &row.principal.label);
    line.cell(columns.secret(), &row.secret.label);
    let at = columns.reason();
    for part in wrap(&shown(reason), columns.width - at) {
        line.cell(at, &part);
    }
    writeln!(out, "{}", line.text.trim_end())
}

/// A line, or several where a cell is longer than its column: names are never cut.
struct Line {
    text: String,
    /// Columns of the last line.
    used: usize,
}

impl Line {
    /// Adds a cell that begins at a column: in a new line, where this one is beyond it.
    fn cell(&mut self, at: usize, text: &str) {
        let text = shown(text);
        self.put(at, &text, text.chars().count());
    }

    fn put(&mut self, at: usize, text: &str, len: usize) {
        if self.used > 0 && self.used + GAP > at {
            self.text.truncate(self.text.trim_end().len());
            self.text.push('\n');
            self.used = 0;
        }
        self.text.extend(std::iter::repeat_n(' ', at - self.used));
        self.text.push_str(text);
        self.used = at + len;
    }
}

/// The colour of an answer.
pub(super) const fn colour(answer: Answer) -> Colour {
    match answer {
        Answer::Yes => Colour::Green,
        Answer::No => Colour::Red,
        Answer::Depends => Colour::Yellow,
        Answer::Unknown => Colour::Blue,
    }
}
