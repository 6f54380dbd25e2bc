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
    use std::sync::Arc;

    use super::*;
    use keylint::finding::{Confidence, Finding, FindingKind, Place, RuleMeta, Severity};
    use keylint::fingerprint::Fingerprint;
    use keylint::location::{Location, Position};
    use keylint::snippet::Snippet;

    fn said(outcome: &Outcome, category: &str) -> String {
        let mut out = Vec::new();
        write(outcome, category, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn found(origin: Origin) -> Outcome {
        let rule = Arc::new(RuleMeta {
            id: "acme-token".into(),
            title: String::new(),
            help: String::new(),
            severity: Severity::High,
            confidence: Confidence::High,
            references: Vec::new(),
            tags: Vec::new(),
            check: None,
        });
        let at = Position { offset: 0, line: 3, column: 1, column_utf16: 1 };
        let place = Place {
            rule: Arc::clone(&rule),
            origin: Arc::new(origin),
            location: Location { start: at, end: at },
            snippet: Snippet::default(),
            suppressed: None,
            written: None,
            layer: None,
            built: None,
            fix: None,
        };
        let finding = Finding {
            rule,
            severity: Severity::High,
            confidence: Confidence::High,
            message: String::new(),
            places: vec![place],
            kind: FindingKind::Policy { supersedes: Vec::new() },
            fingerprint: Fingerprint::of_strong_secret(b"made up"),
            history: None,
        };
        Outcome { findings: vec![finding], ..Outcome::default() }
    }

    #[test]
    fn nothing_is_said_where_nothing_was_found() {
        assert_eq!(said(&Outcome::default(), "scan"), "");
    }

    #[test]
    fn what_is_in_files_is_explained_planned_or_accepted() {
        let text = said(&found(Origin::File { path: "a/b.py".into() }), "scan");
        assert!(text.contains("keylint explain a/b.py:3\n"), "{text}");
        assert!(text.contains("keylint scan --plan plan.md\n"), "{text}");
        assert!(text.contains("keylint baseline write\n"), "{text}");
    }

    #[test]
    fn what_is_staged_is_taken_out_of_the_commit() {
        let place = GitPlace { repository: None, path: "a/b.py".into(), at: At::Index };
        let text = said(&found(Origin::Git(place)), "git");
        assert!(text.contains("git restore --staged a/b.py\n"), "{text}");
        assert!(text.contains("keylint:allow acme-token"), "{text}");
        assert!(!text.contains("--history"), "{text}");
    }
}
