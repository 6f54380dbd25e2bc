//! `--stats`: what was counted, and where the time went.

use std::io::{self, Write};
use std::sync::LazyLock;
use std::time::Instant;

use keylint::config::Config;
use keylint::outcome::{Outcome, Stats};
use keylint::profile::{Profile, Stage};

/// How many of the rules that took longest are named.
const DEAREST: usize = 10;
/// Nanoseconds of a second.
const SECOND: f64 = 1e9;

/// The clock of a scan: nanoseconds since it was looked at first.
pub(super) fn clock() -> u64 {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    u64::try_from(START.elapsed().as_nanos()).unwrap_or(u64::MAX)
}

/// Writes all of it to standard error.
pub(super) fn print(outcome: &Outcome, config: &Config) {
    let mut out = io::stderr().lock();
    let mut written = counts(&outcome.stats, &mut out);
    if config.clock.is_some() {
        written = written
            .and_then(|()| phases(outcome, config.threads, &mut out))
            .and_then(|()| of_threads(&outcome.profile, config.threads, &mut out))
            .and_then(|()| rules(&outcome.profile, config, &mut out));
    }
    // Nobody is there to be told that standard error is gone.
    drop(written);
}

fn counts(stats: &Stats, out: &mut dyn Write) -> io::Result<()> {
    let mut lines = vec![
        ("files", stats.files),
        ("bytes", stats.bytes),
        ("binary files", stats.binary),
        ("hits of the prefilter", stats.windows),
        ("candidates", stats.candidates),
        ("policy documents", stats.documents),
    ];
    let git = &stats.git;
    let of_git =
        [("commits", git.commits), ("trees", git.trees), ("blobs", git.blobs), ("tags", git.tags)];
    lines.extend(of_git.into_iter().filter(|(_, count)| *count > 0));
    lines.extend(stats.rejected.iter().map(|(filter, count)| (filter.as_ref(), *count)));
    lines.into_iter().try_for_each(|(name, count)| writeln!(out, "{count:>12} {name}"))
}

/// What is done one after the other, and how much was done in a second.
fn phases(outcome: &Outcome, threads: usize, out: &mut dyn Write) -> io::Result<()> {
    let Outcome { stats, profile, .. } = outcome;
    writeln!(out, "\none after the other, by the clock:")?;
    let times = Stage::PHASES.map(|stage| (stage.name(), profile.time(stage)));
    let all = times.iter().map(|(_, time)| time).sum();
    shares(&times, all, out)?;
    writeln!(out, "{} in all", row(all, all))?;
    let seconds = (float(all) / SECOND).max(1e-9);
    let (files, megabytes) = (float(stats.files) / seconds, float(stats.bytes) / 1e6 / seconds);
    let each = float(threads as u64);
    writeln!(out, "{files:>12.0} files/s, {:.0} per thread", files / each)?;
    writeln!(out, "{megabytes:>12.1} MB/s, {:.1} per thread", megabytes / each)
}

/// What each thread does on its own inputs.
fn of_threads(profile: &Profile, threads: usize, out: &mut dyn Write) -> io::Result<()> {
    let of = if threads == 1 { "1 thread".into() } else { format!("{threads} threads, added up") };
    writeln!(out, "\nof the scanning, in {of}:")?;
    let mut times = Stage::OF_THREADS.map(|stage| (stage.name(), profile.time(stage))).to_vec();
    let busy: u64 = times.iter().map(|(_, time)| time).sum();
    let all = profile.time(Stage::Scanning).saturating_mul(threads as u64).max(busy);
    times.push(("waiting", all - busy));
    shares(&times, all, out)
}

/// The rules that took longest, and all of them.
fn rules(profile: &Profile, config: &Config, out: &mut dyn Write) -> io::Result<()> {
    let dearest = profile.rules();
    if dearest.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nof the rules, the dearest (the first try compiles a rule):")?;
    writeln!(out, "{:>12} {:>9} {:>9}", "time", "tries", "matches")?;
    for (number, cost) in dearest.iter().take(DEAREST) {
        let id = config.rules.metas().nth(*number).map_or("", |meta| &meta.id);
        writeln!(out, "{:>12} {:>9} {:>9} {id}", time(cost.time), cost.tries, cost.matches)?;
    }
    let all = profile.all_rules();
    let count = dearest.len();
    writeln!(
        out,
        "{:>12} {:>9} {:>9} all {count} that were tried",
        time(all.time),
        all.tries,
        all.matches
    )
}

fn shares(times: &[(&str, u64)], all: u64, out: &mut dyn Write) -> io::Result<()> {
    times.iter().try_for_each(|(name, time)| writeln!(out, "{} {name}", row(*time, all)))
}

/// A time, and how much of all of it that is.
fn row(part: u64, all: u64) -> String {
    format!("{:>12} {:>4.0} %", time(part), float(part) * 100.0 / float(all).max(1.0))
}

/// Nanoseconds with the unit that suits them.
fn time(nanoseconds: u64) -> String {
    let seconds = float(nanoseconds) / SECOND;
    if seconds >= 1.0 { format!("{seconds:.2} s ") } else { format!("{:.2} ms", seconds * 1e3) }
}

#[expect(clippy::cast_precision_loss, reason = "three digits are shown of it")]
fn float(number: u64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_units() {
        assert_eq!(time(1_234_567_890), "1.23 s ");
        assert_eq!(time(12_345_678), "12.35 ms");
        assert_eq!(row(250, 1000), "     0.00 ms   25 %");
    }
}
