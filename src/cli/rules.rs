//! `keylint rules`: what can be found, and whether the rules keep their promises.

use std::io::{self, Write};
use std::path::PathBuf;

use miette::Diagnostic;
use thiserror::Error;

use super::args::{ConfigFileArgs, ListFormat, RulesCommand};
use super::environment::{columns, now};
use super::{Exit, Failure, costs, output, scan};
use keylint::blob::inert;
use keylint::config::{ConfigFile, load_rules, nearest};
use keylint::finding::{Example, RuleMeta};
use keylint::policy;
use keylint::report::plural;
use keylint::secrets::{self, ExampleReport, Examples, RuleSet};
use keylint::source::Source;

pub(super) fn run(command: &RulesCommand) -> Result<Exit, Failure> {
    match command {
        RulesCommand::List { format, config } => list(*format, config),
        RulesCommand::Show { id, config } => show(id, config, &[]),
        RulesCommand::Test { files, cost: true, config } => costs::run(files, config),
        RulesCommand::Test { files, cost: false, config } => test(files, config),
    }
}

/// Rules, then checks.
fn metas(rules: &RuleSet) -> impl Iterator<Item = &RuleMeta> {
    let of_rules = rules.metas().map(|meta| &**meta);
    of_rules.chain(policy::metas().map(|meta| -> &RuleMeta { meta }))
}

/// The configuration of the working directory, or the one that is named.
pub(super) fn configured(args: &ConfigFileArgs) -> Result<ConfigFile, Failure> {
    scan::config_file(args, &[Source::Path(PathBuf::new())], false)
}

fn list(format: ListFormat, config: &ConfigFileArgs) -> Result<Exit, Failure> {
    let rules = load_rules(&configured(config)?, &[])?;
    let lines = |out: &mut dyn Write| {
        for meta in metas(&rules) {
            match format {
                ListFormat::Text => {
                    writeln!(out, "{:<44} {:<9} {}", meta.id, meta.severity, meta.title)?;
                }
                ListFormat::Markdown => {
                    writeln!(out, "| `{}` | {} | {} |", meta.id, meta.severity, meta.title)?;
                }
            }
        }
        Ok(())
    };
    output::write(None, lines)?;
    Ok(Exit::Clean)
}

/// An id that nothing has.
#[derive(Debug, Error, Diagnostic)]
#[error("there is no rule or check `{id}`")]
#[diagnostic(code(rules::unknown_id))]
struct UnknownId {
    id: String,
    #[help]
    help: String,
}

/// The page of a rule or check.
pub(super) fn show(id: &str, config: &ConfigFileArgs, more: &[PathBuf]) -> Result<Exit, Failure> {
    let file = configured(config)?;
    let mut files = scan::rule_files(more)?;
    let rules = load_rules(&file, &files)?;
    let Some(meta) = metas(&rules).find(|meta| meta.id == id) else {
        let help = match nearest(id, metas(&rules).map(|meta| meta.id.as_str())) {
            Some(nearest) => format!("did you mean `{nearest}`? `keylint rules list` shows all"),
            None => "`keylint rules list` shows all".into(),
        };
        return Err(UnknownId { id: id.into(), help }.into());
    };
    files.extend(file.own_rules());
    files.extend_from_slice(file.rule_files());
    let examples = Examples::of(id, &files).unwrap_or_default();
    output::write(None, |out| write_meta(out, meta, &examples))?;
    Ok(Exit::Clean)
}

fn write_meta(out: &mut dyn Write, meta: &RuleMeta, examples: &Examples) -> io::Result<()> {
    let RuleMeta { id, title, severity, confidence, help, .. } = meta;
    writeln!(out, "{id}: {title}")?;
    writeln!(out, "severity {severity}, confidence {confidence}, tags {}", meta.tags.join(", "))?;
    let check = meta.check.as_ref();
    if let Some(check) = check {
        paragraph(out, "What AWS does", &check.why)?;
    }
    paragraph(out, "What to do", help)?;
    if let Some(check) = check {
        example(out, "Reported", check.bad)?;
        example(out, "Not reported", check.good)?;
        if !check.aliases.is_empty() {
            paragraph(out, "IAM Access Analyzer says the same with", &check.aliases.join(", "))?;
        }
    }
    texts(out, "Reported", &examples.matching)?;
    texts(out, "Not reported", &examples.not_matching)?;
    let silence = format!(
        "One place: put `keylint:allow {id} <reason>` in a comment on its line or the line above (JSON has none), or an `[[allow]]` with its path into keylint.toml. What is known today: `keylint baseline write`. Everywhere: `disable = [\"{id}\"]` below `[rules]` in keylint.toml, or another severity below `[severity]`."
    );
    paragraph(out, "How to silence it", &silence)?;
    if meta.references.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nReferences")?;
    meta.references.iter().try_for_each(|link| writeln!(out, "  {link}"))
}

fn paragraph(out: &mut dyn Write, heading: &str, text: &str) -> io::Result<()> {
    if text.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{heading}")?;
    let width = columns().unwrap_or(100).clamp(40, 100).saturating_sub(2);
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
            writeln!(out, "  {line}")?;
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    writeln!(out, "  {line}")
}

fn example(out: &mut dyn Write, heading: &str, example: Example) -> io::Result<()> {
    writeln!(out, "\n{heading}")?;
    example.text.lines().try_for_each(|line| writeln!(out, "  {line}"))
}

/// The first examples of a rule.
fn texts(out: &mut dyn Write, heading: &str, texts: &[String]) -> io::Result<()> {
    const MOST: usize = 3;
    if texts.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{heading}")?;
    let lines = texts.iter().take(MOST).flat_map(|text| text.lines());
    lines.into_iter().try_for_each(|line| writeln!(out, "  {}", inert(line.as_bytes())))
}

fn test(files: &[PathBuf], config: &ConfigFileArgs) -> Result<Exit, Failure> {
    let now = now();
    let mut reports: Vec<ExampleReport> = Vec::new();
    let mut slow: Vec<String> = Vec::new();
    if files.is_empty() {
        let file = configured(config)?;
        reports = secrets::check_built_in(now)?;
        let rules = load_rules(&file, &[])?;
        slow.extend(rules.notes().iter().cloned());
        reports.extend(rules.check_files(file.own_rules().as_ref(), file.rule_files(), now));
    }
    for (name, text) in scan::rule_files(files)? {
        let rules = RuleSet::load(&[(name.clone(), text.clone())])?;
        slow.extend(rules.notes().iter().cloned());
        reports.extend(rules.check_files(None, &[(name, text)], now));
    }
    let failures: usize = reports.iter().map(|report| report.failures.len()).sum();
    let examples: usize = reports.iter().map(|report| report.examples).sum();
    output::write(None, |out| {
        for note in &slow {
            writeln!(out, "note: {note}")?;
        }
        for report in &reports {
            for failure in &report.failures {
                writeln!(out, "{}: {failure}", report.id)?;
            }
        }
        let counts = [
            plural(reports.len() as u64, "rule"),
            plural(examples as u64, "example"),
            plural(failures as u64, "failure"),
        ];
        writeln!(out, "{}", counts.join(", "))
    })?;
    Ok(if failures == 0 { Exit::Clean } else { Exit::Findings })
}
