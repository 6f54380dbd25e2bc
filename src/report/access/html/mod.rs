//! Paths to secrets as a page: a graph, a matrix, a list, and the links of the path that is chosen. Without scripts it is a
//! table of the answers.

mod data;
mod table;

use std::io;

use super::super::page::{Escaped, Page};
use crate::access::{Access, Answer, Expectation, Path, Status};
use crate::blob::inert;

/// The most rows of the table that stands in for the page where scripts do not run.
const MAX_ROWS: usize = 2000;

const PAGE: Page = Page {
    title: "keylint access",
    style: include_str!("page.css"),
    script: concat!(
        include_str!("world.js"),
        include_str!("filter.js"),
        include_str!("graph.js"),
        include_str!("matrix.js"),
        include_str!("list.js"),
        include_str!("detail.js"),
        include_str!("page.js"),
    ),
    markup: include_str!("page.html"),
};

/// Writes the page.
///
/// # Errors
///
/// When `out` cannot be written to.
pub(in crate::report) fn write(access: &Access, out: &mut dyn io::Write) -> io::Result<()> {
    PAGE.write(&data::data(access), |out| write_plain(access, out), out)
}

/// How an expectation stands.
fn state(expectation: &Expectation) -> &'static str {
    if !expectation.broken.is_empty() {
        "broken"
    } else if !expectation.open.is_empty() {
        "open"
    } else if expectation.paths.is_empty() {
        "about no path"
    } else {
        "kept"
    }
}

/// Whether a path is worth a look where there are many.
fn is_notable(path: &Path) -> bool {
    path.is_meant || path.answer != Answer::No
}

/// The answers and expectations as tables.
fn write_plain(access: &Access, out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, "<div class=\"plain\"><h1>keylint access</h1>")?;
    writeln!(
        out,
        "<p>The graph, the links and the fixes need scripts. These are the answers.</p>"
    )?;
    write_expectations(access, out)?;
    let all = access.paths.len() <= MAX_ROWS;
    let listed: Vec<&Path> =
        access.paths.iter().filter(|path| all || is_notable(path)).take(MAX_ROWS).collect();
    let header = ["Principal", "Secret", "Answer", "Links that do not hold"];
    write_table("Answers", &header, listed.iter().map(|path| row(access, path)), out)?;
    let left = access.paths.len() - listed.len();
    if left > 0 {
        writeln!(out, "<p>{left} more answers are left out here.</p>")?;
    }
    writeln!(out, "</div>")
}

fn write_expectations(access: &Access, out: &mut dyn io::Write) -> io::Result<()> {
    if access.expectations.is_empty() {
        return Ok(());
    }
    let rows = access.expectations.iter().map(|expectation| {
        let verb = if expectation.allows { "allow" } else { "deny" };
        [
            verb.into(),
            expectation.principal.clone(),
            expectation.secret.clone(),
            state(expectation).into(),
        ]
    });
    write_table("Expectations", &["Expects", "Principal", "Secret", "State"], rows, out)
}

/// A path as the cells of a row.
fn row(access: &Access, path: &Path) -> [String; 4] {
    let (principal, secret) = access.labels(path).unwrap_or_default();
    let links = path.links.iter().filter(|link| link.is_needed && link.status != Status::Ok);
    let links: Vec<String> =
        links.map(|link| format!("{} {}: {}", link.code.name(), link.status, link.text)).collect();
    [principal.into(), secret.into(), path.answer.name().into(), links.join("; ")]
}

fn write_table(
    title: &str,
    header: &[&str],
    rows: impl Iterator<Item = [String; 4]>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    write!(out, "<table><caption>{title}</caption><thead><tr>")?;
    for name in header {
        write!(out, "<th scope=\"col\">{name}</th>")?;
    }
    writeln!(out, "</tr></thead><tbody>")?;
    for row in rows {
        write!(out, "<tr>")?;
        for cell in row {
            write!(out, "<td>{}</td>", Escaped(&inert(cell.as_bytes())))?;
        }
        writeln!(out, "</tr>")?;
    }
    writeln!(out, "</tbody></table>")
}
