//! `--verbose`: what takes part in a scan, what is left out and why.

use std::io::{self, Write};

use keylint::blob::{inert, path_bytes};
use keylint::config::{Config, Halves};
use keylint::outcome::Outcome;
use keylint::policy::{self, catalogue_date};
use keylint::report::plural;

/// Names that are printed; the rest are counted.
const MOST: usize = 1000;

/// Writes all of it to standard error.
pub(super) fn print(outcome: &Outcome, config: &Config) {
    // Nobody is there to be told that standard error is gone.
    let _ = write(outcome, config, &mut io::stderr().lock());
}

fn write(outcome: &Outcome, config: &Config, out: &mut dyn Write) -> io::Result<()> {
    if config.halves != Halves::Policy {
        let rules = plural(config.rules.ids().count() as u64, "rule");
        writeln!(out, "keylint: {rules} for secrets took part")?;
    }
    if config.halves != Halves::Secrets {
        let checks = policy::ids().count() - config.policy.disabled.len();
        let checks = plural(checks as u64, "check");
        writeln!(
            out,
            "keylint: {checks} of policies took part, with AWS as of {}",
            catalogue_date()
        )?;
    }
    for left_out in outcome.left_out.iter().take(MOST) {
        let path = inert(&path_bytes(&left_out.path));
        writeln!(out, "keylint: left out: {path}: {}", left_out.why)?;
    }
    if let Some(more) = outcome.left_out.len().checked_sub(MOST).filter(|more| *more > 0) {
        writeln!(out, "keylint: left out: {more} more")?;
    }
    for (filter, count) in &outcome.stats.rejected {
        let candidates = plural(*count, "candidate");
        writeln!(out, "keylint: the filter `{filter}` dropped {candidates}")?;
    }
    if !outcome.stats.rejected.is_empty() {
        writeln!(out, "keylint: `keylint explain FILE:LINE` says which, and why")?;
    }
    Ok(())
}
