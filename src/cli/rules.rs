//! `keylint rules`: what can be found, and whether the rules keep their promises.

use std::io::{self, Write};
use std::path::PathBuf;

use miette::Diagnostic;
use thiserror::Error;

use super::args::{ListFormat, RulesCommand, now};
use super::{Exit, Failure, output, scan};
use keylint::config::nearest;
use keylint::finding::RuleMeta;
use keylint::policy;
use keylint::report::plural;
use keylint::secrets::{self, ExampleReport, RuleSet};

pub(super) fn run(command: &RulesCommand) -> Result<Exit, Failure> {
    match command {
        RulesCommand::List { format } => list(*format),
        RulesCommand::Show { id } => show(id),
        RulesCommand::Test { files } => test(files),
    }
}

/// Rules, then checks.
fn metas(rules: &RuleSet) -> impl Iterator<Item = &RuleMeta> {
    let of_rules = rules.metas().map(|meta| &**meta);
    of_rules.chain(policy::metas().map(|meta| -> &RuleMeta { meta }))
}

fn list(format: ListFormat) -> Result<Exit, Failure> {
    let rules = RuleSet::built_in();
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

fn show(id: &str) -> Result<Exit, Failure> {
    let rules = RuleSet::built_in();
    let Some(meta) = metas(&rules).find(|meta| meta.id == id) else {
        let help = match nearest(id, metas(&rules).map(|meta| meta.id.as_str())) {
            Some(nearest) => format!("did you mean `{nearest}`? `keylint rules list` shows all"),
            None => "`keylint rules list` shows all".into(),
        };
        return Err(UnknownId { id: id.into(), help }.into());
    };
    output::write(None, |out| write_meta(out, meta))?;
    Ok(Exit::Clean)
}

fn write_meta(out: &mut dyn Write, meta: &RuleMeta) -> io::Result<()> {
    writeln!(out, "{}: {}", meta.id, meta.title)?;
    writeln!(
        out,
        "severity {}, confidence {}, tags {}",
        meta.severity,
        meta.confidence,
        meta.tags.join(", ")
    )?;
    writeln!(out, "\n{}", meta.help)?;
    for link in &meta.references {
        writeln!(out, "  {link}")?;
    }
    let id = &meta.id;
    writeln!(
        out,
        "\nTo silence one place, put `keylint:allow {id} <reason>` in a comment on its line or the line above."
    )
}

fn test(files: &[PathBuf]) -> Result<Exit, Failure> {
    let now = now();
    let mut reports: Vec<ExampleReport> = Vec::new();
    if files.is_empty() {
        reports = secrets::check_built_in(now)?;
    }
    for (name, text) in scan::rule_files(files)? {
        reports.extend(secrets::check_file(&name, &text, now)?);
    }
    let failures: usize = reports.iter().map(|report| report.failures.len()).sum();
    let examples: usize = reports.iter().map(|report| report.examples).sum();
    output::write(None, |out| {
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
