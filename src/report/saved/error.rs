//! Why a file is no saved report.

use miette::Diagnostic;
use serde_json::error::Category;
use thiserror::Error;

use crate::report::image::shown;

/// A file that is no saved report, or not a whole one. Texts are harmless to show.
#[derive(Debug, Error, Diagnostic)]
pub enum SavedError {
    /// There is nothing in it.
    #[error("{name} is empty")]
    #[diagnostic(
        code(report::empty),
        help("save a report with `keylint scan --format json -o FILE`, then name that file")
    )]
    Empty {
        /// The file.
        name: String,
    },
    /// It is not JSON.
    #[error("{name} is no saved report: {detail}")]
    #[diagnostic(
        code(report::not_json),
        help(
            "`keylint report` reads what `--format json` and `--format jsonl` write; save with `-o FILE`, which no shell re-encodes"
        )
    )]
    NotJson {
        /// The file.
        name: String,
        /// What is wrong where.
        detail: String,
    },
    /// It ends too early.
    #[error("{name} is cut off: its end is missing")]
    #[diagnostic(
        code(report::cut_off),
        help("scan again, and save with `-o FILE`, which writes a report whole or not at all")
    )]
    CutOff {
        /// The file.
        name: String,
    },
    /// It is something else.
    #[error("{name} is no saved report of keylint but {what}")]
    #[diagnostic(
        code(report::other),
        help(
            "`keylint report` reads what `--format json` and `--format jsonl` of `keylint scan`, `git` and `image` write"
        )
    )]
    Other {
        /// The file.
        name: String,
        /// What it is.
        what: &'static str,
    },
    /// It is of a version that we do not read.
    #[error("{name} has schema_version {version}, and this keylint reads 1")]
    #[diagnostic(
        code(report::version),
        help("a newer keylint wrote it: update this one (`keylint --version`)")
    )]
    Version {
        /// The file.
        name: String,
        /// Its version.
        version: u64,
    },
    /// Something in it is not as it should be.
    #[error("{name} is a damaged report: {detail}")]
    #[diagnostic(
        code(report::damaged),
        help(
            "it was changed by hand, or a newer keylint wrote it: scan again, or update this one"
        )
    )]
    Damaged {
        /// The file.
        name: String,
        /// What is wrong.
        detail: String,
    },
}

impl SavedError {
    pub(super) fn damaged(name: &str, detail: &str) -> Self {
        Self::Damaged { name: name.into(), detail: shown(detail).into_owned() }
    }

    /// What is wrong with bytes that do not read as a value.
    pub(super) fn of_json(name: &str, bytes: &[u8], error: &serde_json::Error) -> Self {
        let name = name.to_owned();
        match error.classify() {
            Category::Eof => Self::CutOff { name },
            // An array, a text, a number.
            Category::Data => Self::Other { name, what: "JSON of something else" },
            Category::Syntax | Category::Io => {
                let detail = if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
                    "it is UTF-16, and JSON is UTF-8".into()
                } else {
                    format!("it is not JSON: {}", shown(&error.to_string()))
                };
                Self::NotJson { name, detail }
            }
        }
    }
}
