//! `keylint explain`: a rule or check; or a place, with what is made of the file, of every candidate in it, and of what is found.

mod candidates;
mod file;
mod findings;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::args::ExplainArgs;
use super::environment::now;
use super::scan::{config_file, known_checks, rule_files, source};
use super::{Exit, Failure, baseline, output, rules};
use candidates::Candidate;
use keylint::config::{Config, Flags};
use keylint::finding::{Confidence, Place};
use keylint::outcome::{Outcome, Skipped};
use keylint::scan::{Progress, scan};
use keylint::secrets::Scratch;
use keylint::source::{Environment, GitSource, Part, Source};

/// What is asked about.
struct Asked<'a> {
    /// A file, a directory or standard input.
    source: Source,
    file: &'a Path,
    /// `None` for all lines.
    line: Option<u64>,
}

impl Asked<'_> {
    /// Whether a stretch of lines is asked about.
    fn is_about(&self, first: u64, last: u64) -> bool {
        self.line.is_none_or(|line| (first..=last).contains(&line))
    }

    fn is_about_place(&self, place: &Place) -> bool {
        self.is_about(place.location.start.line, place.location.end.line)
    }
}

pub(super) fn run(args: &ExplainArgs) -> Result<Exit, Failure> {
    // A file wins over an id of the same name.
    let could_be_id = args.place.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if could_be_id && args.place != "-" && !Path::new(&args.place).exists() {
        return rules::show(&args.place, &args.config.file, &args.config.rules);
    }
    let (file, line) = split(&args.place);
    let file = Path::new(file);
    let asked = Asked { source: asked_source(file), file, line };
    let mut config = configure(args, &asked)?;
    let (candidates, skipped) = candidates::of(&asked, &config)?;
    let threshold = std::mem::replace(&mut config.min_confidence, Confidence::Low);
    let outcome = outcome(&asked, &config)?;
    output::write(None, |out| {
        if args.format == super::args::ExplainFormat::Jsonl {
            return candidates.iter().try_for_each(|found| found.write_json(&outcome, args, out));
        }
        let explained = Explained { asked: &asked, candidates: &candidates, outcome: &outcome };
        explained.write(&config, threshold, args, out)?;
        skipped
            .iter()
            .try_for_each(|gap| writeln!(out, "not scanned: {}: {}", gap.origin, gap.detail))
    })?;
    if candidates.is_empty() && outcome.findings.is_empty() && skipped.is_empty() {
        let _ = writeln!(io::stderr(), "keylint: {}", file::what_is_there(&asked));
    }
    Ok(if skipped.is_empty() { Exit::Clean } else { Exit::Incomplete })
}

/// A file, or `COMMIT:FILE`, as reports on histories write it.
fn asked_source(file: &Path) -> Source {
    let parts = file.to_str().filter(|_| !file.exists()).and_then(|text| text.split_once(':'));
    let Some((revision, path)) = parts else { return source(file) };
    Source::Git(GitSource {
        repository: PathBuf::new(),
        environment: Environment::default(),
        name: None,
        part: Part::At { revision: revision.into(), only: Some(path.into()) },
    })
}

fn configure(args: &ExplainArgs, asked: &Asked) -> Result<Config, Failure> {
    let file = config_file(&args.config.file, std::slice::from_ref(&asked.source), true)?;
    let flags = Flags {
        baseline: baseline::in_force(
            &args.config,
            &file,
            std::slice::from_ref(&asked.source),
            true,
        )?,
        rule_files: rule_files(&args.config.rules)?,
        catalogues: rule_files(&args.config.catalog)?,
        threads: 1,
        now: now(),
        ..Flags::default()
    };
    Ok(Config::new(&file, &flags, &known_checks())?)
}

/// What a scan says of the same input. Standard input is read once, so that nothing is left of it.
fn outcome(asked: &Asked, config: &Config) -> Result<Outcome, Failure> {
    if matches!(asked.source, Source::Stdin { .. }) {
        return Ok(Outcome::default());
    }
    let mut outcome = scan(std::slice::from_ref(&asked.source), config, &Progress::default())?;
    outcome.findings.retain(|found| found.places.iter().any(|place| asked.is_about_place(place)));
    Ok(outcome)
}

/// `FILE:LINE` or `FILE:LINE:COLUMN`, when there is no file of that whole name.
fn split(place: &str) -> (&str, Option<u64>) {
    let mut rest = place;
    let mut line = None;
    for _ in 0..2 {
        if Path::new(rest).exists() {
            break;
        }
        let parts = rest.rsplit_once(':').and_then(|(file, line)| Some((file, line.parse().ok()?)));
        let Some((file, number)) = parts else { break };
        (rest, line) = (file, Some(number));
    }
    (rest, line)
}

/// All that is said of a place.
struct Explained<'a> {
    asked: &'a Asked<'a>,
    candidates: &'a [Candidate],
    outcome: &'a Outcome,
}

impl Explained<'_> {
    fn write(
        &self,
        config: &Config,
        threshold: Confidence,
        args: &ExplainArgs,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let left_out = file::what_scans_make_of_it(self.asked, config);
        if let Some(sentence) = &left_out {
            writeln!(out, "{sentence}\n")?;
        }
        for found in &self.outcome.findings {
            findings::write(found, self.asked, threshold, out)?;
            writeln!(out)?;
        }
        if !self.candidates.is_empty() {
            writeln!(out, "what became of each candidate:")?;
        }
        for candidate in self.candidates {
            candidate.write(args, out)?;
        }
        Ok(())
    }
}
