//! A plan as Markdown: what to do now, to tick off.

use std::fmt::Write as _;
use std::io;

use super::comment::{Page, block, cells, code, ours};
use crate::plan::{Item, Plan, Row, Section, Step, pieces};

/// Bytes of a plan. Nobody works off more, and editors still show it.
const MAX_BYTES: usize = 500_000;

/// Writes a plan.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn write_plan(plan: &Plan, out: &mut dyn io::Write) -> io::Result<()> {
    let mut page = Page::with_room(MAX_BYTES);
    page.end("# What to do now\n\n");
    for line in &plan.summary {
        page.end(&format!("{}\n\n", text(line)));
    }
    order(plan, &mut page);
    let mut left = 0;
    for section in &plan.sections {
        left += write_section(section, &mut page);
    }
    if left > 0 {
        page.end("There was no room for more. Deal with these, and scan again.\n");
    }
    write!(out, "{}", page.as_str().trim_end())?;
    writeln!(out)
}

/// Text with names and code in it.
fn text(line: &str) -> String {
    pieces(line).map(|(is_code, piece)| if is_code { code(piece) } else { ours(piece) }).collect()
}

fn order(plan: &Plan, page: &mut Page) {
    if plan.order.len() < 2 {
        return;
    }
    page.end("## Order of work\n\n");
    page.end(&cells(&["#", "What", "Where", "Why here"].map(str::to_owned)));
    page.end(&cells(&["---"; 4].map(str::to_owned)));
    for (at, Row { title, place, why }) in plan.order.iter().enumerate() {
        page.end(&cells(&[(at + 1).to_string(), text(title), text(place), text(why)]));
    }
    page.end("\n");
    if plan.more > 0 {
        page.end(&format!("And {} more, below.\n\n", plan.more));
    }
}

/// Writes a section; returns how many pieces of it there was no room for.
fn write_section(section: &Section, page: &mut Page) -> usize {
    let mut left = 0;
    let mut push = |piece: String| left += usize::from(!page.push(&piece));
    push(format!("{} {}\n\n", "#".repeat(section.level), text(&section.title)));
    for line in &section.intro {
        push(format!("{}\n\n", text(line)));
    }
    match &section.steps[..] {
        [] => {}
        [only] => push(step(only, "", "")),
        several => {
            for (at, one) in several.iter().enumerate() {
                let mark = format!("{}. ", at + 1);
                push(step(one, &mark, &" ".repeat(mark.len())));
            }
        }
    }
    for item in &section.items {
        push(tick(item));
    }
    if section.more > 0 {
        push(format!(
            "- [ ] and {} more, which the report names (`--format json`)\n",
            section.more
        ));
    }
    if !section.items.is_empty() || section.more > 0 {
        push("\n".into());
    }
    left
}

/// A step behind a mark of a list; what follows on other lines is indented.
fn step(step: &Step, mark: &str, indent: &str) -> String {
    let mut piece = format!("{mark}{}\n\n", text(&step.text));
    if let Some(code) = &step.code {
        for line in block(code.language, &code.text).lines() {
            piece.push_str(if line.is_empty() { "" } else { indent });
            piece.push_str(line);
            piece.push('\n');
        }
        piece.push('\n');
    }
    piece
}

fn tick(item: &Item) -> String {
    let mut piece = format!("- [ ] {}\n", text(&item.text));
    for note in &item.notes {
        let _ = writeln!(piece, "  - {}", text(&note.text));
    }
    piece
}
