//! Formats of reports: what they are called, and what the names of files say of them.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use miette::Diagnostic;
use thiserror::Error;

use super::Failure;
use keylint::report::Format;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FormatName {
    Text,
    Json,
    Jsonl,
    Sarif,
    Github,
    Gitlab,
    GitlabCodequality,
    Junit,
    Csv,
    Markdown,
    Html,
}

impl From<FormatName> for Format {
    fn from(name: FormatName) -> Self {
        match name {
            FormatName::Text => Self::Text,
            FormatName::Json => Self::Json,
            FormatName::Jsonl => Self::JsonLines,
            FormatName::Sarif => Self::Sarif,
            FormatName::Github => Self::Github,
            FormatName::Gitlab => Self::Gitlab,
            FormatName::GitlabCodequality => Self::GitlabCodequality,
            FormatName::Junit => Self::Junit,
            FormatName::Csv => Self::Csv,
            FormatName::Markdown => Self::Markdown,
            FormatName::Html => Self::Html,
        }
    }
}

/// A report file whose name does not say what goes into it.
#[derive(Debug, Error, Diagnostic)]
#[error("the name `{}` does not say which format is wanted", path.display())]
#[diagnostic(
    code(report::unknown_format),
    help(
        "add --format, or end the name in .txt, .json, .jsonl, .sarif, .csv, .md, .html or .junit.xml"
    )
)]
struct UnknownFormat {
    path: PathBuf,
}

/// What the names of files say of the format. The first that fits counts.
const ENDINGS: [(&str, FormatName); 14] = [
    // What GitLab calls them where nobody says otherwise.
    ("gl-secret-detection-report.json", FormatName::Gitlab),
    ("gl-code-quality-report.json", FormatName::GitlabCodequality),
    (".sarif", FormatName::Sarif),
    (".sarif.json", FormatName::Sarif),
    (".json", FormatName::Json),
    (".jsonl", FormatName::Jsonl),
    (".ndjson", FormatName::Jsonl),
    (".csv", FormatName::Csv),
    (".md", FormatName::Markdown),
    (".markdown", FormatName::Markdown),
    (".junit.xml", FormatName::Junit),
    (".xml", FormatName::Junit),
    (".html", FormatName::Html),
    (".txt", FormatName::Text),
];

/// The format that is asked for, else the one that the name of the file says.
pub(super) fn format(name: Option<FormatName>, output: Option<&Path>) -> Result<Format, Failure> {
    if let Some(name) = name {
        return Ok(name.into());
    }
    let Some(path) = output else { return Ok(Format::Text) };
    let name =
        path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let known = ENDINGS.into_iter().find(|(ending, _)| name.ends_with(ending));
    known.map(|(_, name)| name.into()).ok_or_else(|| UnknownFormat { path: path.into() }.into())
}
