//! Who can read which secret, as people and programs read it. These reports see an [`Access`] and nothing else.

mod changes;
mod facts;
mod html;
mod json;
mod known;
mod markdown;
mod sarif;
mod table;
mod text;
mod views;
mod world;
mod wrap;

use std::io;

use super::Look;
use crate::access::{Access, Change, Grant};

/// A format of report on access.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people, on a terminal.
    Text,
    /// For programs; `docs/access.schema.json` describes it.
    Json,
    /// SARIF 2.1.0: what is otherwise than somebody meant.
    Sarif,
    /// A page for browsers.
    Html,
    /// For comments on pull requests.
    Markdown,
}

/// A format of report on what changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangesFormat {
    /// For people, on a terminal.
    Text,
    /// For programs; `docs/access.schema.json` describes it too.
    Json,
    /// For comments on pull requests.
    Markdown,
}

/// What a report on access needs besides the answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// How text looks.
    pub look: Look,
    /// Columns of the terminal, for text.
    pub width: usize,
    /// Whether paths that nobody meant and nobody can take are listed too, and all links of each path.
    pub all: bool,
}

/// Writes a report on who can read what.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn write(
    format: Format,
    access: &Access,
    options: &Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    match format {
        Format::Text => text::write(access, options, out),
        Format::Json => json::write(access, options, out),
        Format::Sarif => sarif::write(access, out),
        Format::Html => html::write(access, out),
        Format::Markdown => markdown::write(access, options, out),
    }
}

/// Writes what was understood, and from where, as text.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn write_world(access: &Access, out: &mut dyn io::Write) -> io::Result<()> {
    known::write(access, out)
}

/// Writes the statements that let a principal read a secret, as JSON.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn write_grant(grant: &Grant, out: &mut dyn io::Write) -> io::Result<()> {
    json::write_grant(grant, out)
}

/// Writes a report on the answers that [`Access::changes_since`] found to be others; `access` is what there is now.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn write_changes(
    format: ChangesFormat,
    changes: &[Change],
    access: &Access,
    options: &Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    match format {
        ChangesFormat::Text => changes::text(changes, access, options, out),
        ChangesFormat::Json => json::write_changes(changes, access, out),
        ChangesFormat::Markdown => markdown::write_changes(changes, access, out),
    }
}
