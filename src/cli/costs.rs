//! `keylint rules test --cost`.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::args::ConfigFileArgs;
use super::rules::configured;
use super::{Exit, Failure, output, scan};
use keylint::config::{ConfigFile, load_rules};
use keylint::report::plural;
use keylint::secrets::{Bench, RuleSet, Trial};

/// The text that rules are tried on, in bytes.
const SIZE: usize = 1_000_000;
/// How long one rule is measured at least.
const LEAST: Duration = Duration::from_millis(5);

/// What one rule costs.
struct Cost {
    id: String,
    trial: Trial,
    /// For one run over the text.
    nanoseconds: u128,
}

/// Prints what rules cost where their triggers are, the dearest first. Rules of files alone, if files are given.
pub(super) fn run(files: &[PathBuf], config: &ConfigFileArgs) -> Result<Exit, Failure> {
    let files = scan::rule_files(files)?;
    let file = if files.is_empty() { configured(config)? } else { ConfigFile::default() };
    let built_in = RuleSet::built_in();
    let all = load_rules(&file, &files)?;
    let is_built_in = |id: &str| built_in.metas().any(|meta| meta.id == id);
    let all = all.retain(|id| files.is_empty() || !is_built_in(id));
    let mut bench = Bench::new(SIZE);
    let mut costs = Vec::new();
    for rule in all.apart() {
        let id = rule.metas().next().map(|meta| meta.id.clone()).unwrap_or_default();
        costs.push(measure(id, &rule, &mut bench));
    }
    costs.sort_by(|a, b| b.nanoseconds.cmp(&a.nanoseconds).then_with(|| a.id.cmp(&b.id)));
    output::write(None, |out| {
        writeln!(
            out,
            "{:>12} {:>12} {:>12} {:>12}  rule",
            "tries/MB", "bytes/MB", "ns/try", "ns/KiB"
        )?;
        for Cost { id, trial, nanoseconds } in &costs {
            let each = nanoseconds / u128::from(trial.tries.max(1));
            let by_size = nanoseconds * 1024 / bench.size().max(1) as u128;
            let mark = if trial.is_cheap() { "" } else { " (dear)" };
            let Trial { tries, searched, .. } = trial;
            writeln!(out, "{tries:>12} {searched:>12} {each:>12} {by_size:>12}  {id}{mark}")?;
        }
        let dear = costs.iter().filter(|cost| !cost.trial.is_cheap()).count() as u64;
        if dear > 0 {
            let (tries, searched) = (Trial::MOST_TRIES, Trial::MOST_SEARCHED);
            let dear = plural(dear, "rule");
            writeln!(
                out,
                "dear: {dear}; none that is built in is tried more than {tries} times a megabyte, or on more than {searched} bytes of it"
            )?;
        }
        Ok(())
    })?;
    Ok(Exit::Clean)
}

fn measure(id: String, rule: &RuleSet, bench: &mut Bench) -> Cost {
    bench.prepare(rule);
    // The first run compiles the regex.
    let trial = bench.trial(rule);
    let start = Instant::now();
    let mut runs = 0;
    while start.elapsed() < LEAST {
        bench.run(rule);
        runs += 1;
    }
    Cost { id, trial, nanoseconds: start.elapsed().as_nanos() / runs.max(1) }
}
