//! What is wrong with a file of another scanner.

use std::path::PathBuf;

use miette::Diagnostic;
use thiserror::Error;

/// A file that cannot be imported. What it says is not repeated: it may be secrets.
#[derive(Debug, Error, Diagnostic)]
pub enum ImportError {
    /// The file cannot be read.
    #[error("`{}` cannot be read: {detail}", path.display())]
    #[diagnostic(code(import::unreadable), help("check the path and its permissions"))]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's words.
        detail: String,
    },
    /// Nothing that is known.
    #[error("`{name}` is nothing that can be imported")]
    #[diagnostic(
        code(import::unknown),
        help(
            "what is read: JSON reports of gitleaks and .gitleaksignore, .secrets.baseline of detect-secrets, and what trufflehog and \
             kingfisher print as JSON; not the baseline of kingfisher, which does not tell the secrets"
        )
    )]
    Unknown {
        /// The file.
        name: String,
    },
    /// It begins as something that is known.
    #[error("`{name}` is not as any scanner writes it: {problem} in line {line}, column {column}")]
    #[diagnostic(
        code(import::corrupt),
        help("have the other scanner write it again; nothing was imported")
    )]
    Corrupt {
        /// The file.
        name: String,
        /// What kind of mistake it is.
        problem: &'static str,
        /// Its line, from 1.
        line: usize,
        /// Its column, from 1.
        column: usize,
    },
}

impl ImportError {
    pub(super) fn corrupt(name: &str, error: &serde_json::Error) -> Self {
        use serde_json::error::Category;
        let problem = match error.classify() {
            Category::Eof | Category::Io => "it ends too early,",
            Category::Syntax => "it is no JSON",
            Category::Data => "something else is expected",
        };
        Self::Corrupt { name: name.into(), problem, line: error.line(), column: error.column() }
    }
}
