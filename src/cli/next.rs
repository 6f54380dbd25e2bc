//! What to do after a scan that found something, for people who see its report on a terminal.

use std::io::{self, IsTerminal, Write};

use keylint::blob::Origin;
use keylint::history::{At, GitPlace};
use keylint::outcome::Outcome;

/// Says on standard error how to go on, unless the report goes to a program.
pub(super) fn steps(outcome: &Outcome, category: &str) {
    if io::stdout().is_terminal() && io::stderr().is_terminal() {
        // Nobody is there to be told that standard error is gone.
        let _ = write(outcome, category, &mut io::stderr().lock());
    }
}

fn write(outcome: &Outcome, category: &str, out: &mut dyn Write) -> io::Result<()> {
    let places = outcome.active().flat_map(|finding| &finding.places);
    let mut shown = places.filter(|place| place.suppressed.is_none());
    let Some(first) = shown.next() else { return Ok(()) };
    writeln!(out)?;
    let (origin, rule) = (&first.origin, &first.rule.id);
    let line = first.location.start.line;
    if matches!(**origin, Origin::Git(GitPlace { at: At::Index, .. })) {
        writeln!(out, "  why:          keylint explain {origin}:{line}")?;
        writeln!(out, "  unstage it:   git restore --staged {origin}")?;
        return writeln!(
            out,
            "  no secret:    keylint:allow {rule} <reason>, in a comment on its line"
        );
    }
    let is_there = matches!(
        **origin,
        Origin::File { .. } | Origin::Git(GitPlace { repository: None, at: At::Commit { .. }, .. })
    );
    if is_there {
        writeln!(out, "  why:          keylint explain {origin}:{line}")?;
    }
    writeln!(out, "  what to do:   keylint {category} --plan plan.md")?;
    if category != "image" {
        let history = if category == "git" { " --history" } else { "" };
        writeln!(out, "  only new:     keylint baseline write{history}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_said_where_nothing_was_found() {
        let mut out = Vec::new();
        write(&Outcome::default(), "scan", &mut out).unwrap();
        assert!(out.is_empty());
    }
}
