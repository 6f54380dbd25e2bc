//! What can be wrong with a rule, and with a file of rules.

use miette::{Diagnostic, NamedSource, SourceSpan};
use thiserror::Error;

use super::pattern::MAX_PATTERN;
use super::rule::{MAX_SPAN, MIN_RUN};

/// What can be wrong with one rule.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum RuleProblem {
    /// A word that is not in the list.
    #[error("`{value}` is no {field}")]
    UnknownValue {
        /// The field.
        field: &'static str,
        /// What it says.
        value: String,
    },
    /// An id that cannot be written everywhere.
    #[error("an id has small letters, digits and hyphens, nothing else")]
    BadId,
    /// A text that reports must have.
    #[error("`{field}` is empty")]
    Empty {
        /// The field.
        field: &'static str,
    },
    /// A field that would be ignored.
    #[error("`{field}` does nothing beside this kind of trigger")]
    Idle {
        /// The field.
        field: &'static str,
    },
    /// No trigger, or several.
    #[error(
        "a trigger has exactly one of `prefix`, `words`, `infix`, `literal`, `anywhere` and `assigned`"
    )]
    NoTrigger,
    /// A trigger that would stop everywhere.
    #[error("every word of this trigger needs at least {least} bytes")]
    TriggerTooShort {
        /// Bytes.
        least: usize,
    },
    /// A prefix that the lane does not stop at.
    #[error("the prefix `{prefix}` does not begin with a letter or digit; use `literal`")]
    PrefixStart {
        /// As given.
        prefix: String,
    },
    /// A run that the lane does not stop at.
    #[error("`run` is {run}, but shorter runs than {MIN_RUN} are not looked at")]
    RunTooShort {
        /// As given.
        run: usize,
    },
    /// A span beyond the overlap of chunks.
    #[error("`span` is {span}, but matches may reach {MAX_SPAN} bytes at most")]
    SpanTooLong {
        /// As given.
        span: usize,
    },
    /// No regex where one is needed.
    #[error("the rule has no `regex`")]
    NoRegex,
    /// A regex that captures nothing.
    #[error("the regex has no group; group 1 is the secret")]
    NoGroup,
    /// A regex that is too long.
    #[error("the regex has {length} bytes, more than {MAX_PATTERN}")]
    PatternTooLong {
        /// Bytes.
        length: usize,
    },
    /// A regex that does not compile.
    #[error("the regex does not compile: {detail}")]
    Regex {
        /// The parser's words.
        detail: String,
        /// What it does not like, in bytes of the regex.
        at: std::ops::Range<usize>,
    },
    /// A regex that would take too much memory.
    #[error("the regex is too large: compiled, it would take more than {limit} bytes")]
    PatternTooLarge {
        /// Bytes.
        limit: usize,
    },
    /// Two rules of one name.
    #[error("there is another rule of this id")]
    Duplicate,
}

/// A rule file that cannot be used.
#[derive(Debug, Error, Diagnostic)]
pub enum RuleError {
    /// Not TOML, or not a rule file.
    #[error("`{file}` is not a rule file: {detail}")]
    #[diagnostic(
        code(rule::syntax),
        help("each rule is a `[[rule]]` table; see docs/configuration.md")
    )]
    Syntax {
        /// Its name.
        file: String,
        /// The parser's words.
        detail: String,
        /// Its text.
        #[source_code]
        source_code: NamedSource<String>,
        /// Where.
        #[label("here")]
        at: SourceSpan,
    },
    /// A rule that makes no sense.
    #[error("rule `{id}`: {problem}")]
    #[diagnostic(code(rule::invalid), help("see docs/configuration.md for the fields of a rule"))]
    Invalid {
        /// The rule.
        id: String,
        /// What is wrong with it.
        problem: RuleProblem,
        /// The text of the file.
        #[source_code]
        source_code: NamedSource<String>,
        /// Where its id is written.
        #[label("this rule")]
        at: SourceSpan,
    },
    /// A file that cannot be read.
    #[error("rule file `{file}` cannot be read: {detail}")]
    #[diagnostic(code(rule::unreadable), help("check the path and its permissions"))]
    Unreadable {
        /// Its name.
        file: String,
        /// The system's words.
        detail: String,
    },
}
