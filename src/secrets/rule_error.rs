//! What can be wrong with a rule, and with a file of rules; and what to do about it.

use std::ops::Range;

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
        /// What it could say.
        known: Vec<&'static str>,
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
    #[error("the rule has no `regex` and no `value`")]
    NoRegex,
    /// Both ways to say what is matched.
    #[error("a rule has a `regex` or a `value`, not both")]
    RegexAndValue,
    /// A regex that captures nothing.
    #[error("the regex has no group; group 1 is the secret")]
    NoGroup,
    /// A group that the regex does not have.
    #[error("`secretGroup` is {group}, but the regex has {groups} groups")]
    GroupMissing {
        /// As given.
        group: usize,
        /// How many there are.
        groups: usize,
    },
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
        at: Range<usize>,
    },
    /// A regex that would take too much memory.
    #[error("the regex is too large: compiled, it would take more than {limit} bytes")]
    PatternTooLarge {
        /// Bytes.
        limit: usize,
    },
    /// Two rules of one name.
    #[error("there is another rule of this id{place}")]
    Duplicate {
        /// Where, when it is in another file.
        place: String,
    },
}

impl RuleProblem {
    /// What to do about it.
    pub(super) fn help(&self) -> String {
        let help = match self {
            Self::UnknownValue { value, known, .. } if !known.is_empty() => {
                return choice(value, known.iter().copied());
            }
            Self::BadId => "write it like `acme-deploy-key`; it goes into comments and commands",
            Self::Empty { .. } => "say it in words: reports show it",
            Self::Idle { .. } => "take it away, or use the trigger that it belongs to",
            Self::NoTrigger => {
                "what does every such secret have? a `prefix`, or `words` near it; if nothing, `anywhere = []` tries the regex on every byte"
            }
            Self::TriggerTooShort { .. } => "take a longer piece of what is always there",
            Self::PrefixStart { .. } => "a `literal` may begin with any sign",
            Self::RunTooShort { .. } => "for shorter secrets use `literal` or `anywhere`",
            Self::SpanTooLong { .. } => "how long can what the regex matches really get?",
            Self::NoRegex => "only rules with the trigger `assigned` need none",
            Self::RegexAndValue => "keep the `value`; the regex is made of it",
            Self::NoGroup => "put parentheses round the part that is the secret",
            Self::GroupMissing { .. } => "count the opening parentheses that capture",
            Self::PatternTooLong { .. } => "shorten it, or make several rules of it",
            Self::PatternTooLarge { .. } => {
                "repetitions in repetitions multiply: `(a{1000}){1000}` is a million copies; use smaller numbers"
            }
            Self::Regex { detail, .. } if detail.contains("look-around") => {
                "there is no look-around; match what stands beside the secret, outside of group 1"
            }
            Self::Regex { .. } => {
                "the syntax is that of the crate regex: https://docs.rs/regex/latest/regex/#syntax"
            }
            Self::Duplicate { .. } => "give one of them another id, or take one away",
            Self::UnknownValue { .. } => "see docs/configuration.md for the fields of a rule",
        };
        help.into()
    }

    /// What of the rule it is about, as it may be written in the file: the first that is there is shown.
    pub(super) fn about(&self) -> Vec<String> {
        let quoted = |text: &str| vec![format!("\"{text}\""), format!("'{text}'")];
        match self {
            Self::UnknownValue { value, .. } => quoted(value),
            Self::PrefixStart { prefix } => quoted(prefix),
            Self::Empty { field } | Self::Idle { field } => vec![(*field).into()],
            Self::NoTrigger | Self::TriggerTooShort { .. } => vec!["trigger".into()],
            Self::RunTooShort { run } => vec![format!("run = {run}")],
            Self::SpanTooLong { span } => vec![format!("span = {span}")],
            Self::GroupMissing { group, .. } => vec![format!("secretGroup = {group}")],
            Self::NoGroup | Self::PatternTooLong { .. } | Self::PatternTooLarge { .. } => {
                vec!["regex".into()]
            }
            Self::Regex { .. } => vec!["regex".into()],
            Self::RegexAndValue => vec!["value".into()],
            Self::BadId | Self::NoRegex | Self::Duplicate { .. } => Vec::new(),
        }
    }
}

/// A rule file that cannot be used.
#[derive(Debug, Error, Diagnostic)]
pub enum RuleError {
    /// Not TOML, or not a rule file.
    #[error("`{file}` is not a rule file: {detail}")]
    #[diagnostic(code(rule::syntax))]
    Syntax {
        /// Its name.
        file: String,
        /// The parser's words.
        detail: String,
        /// What to do.
        #[help]
        help: String,
        /// Its text.
        #[source_code]
        source_code: NamedSource<String>,
        /// Where.
        #[label("here")]
        at: SourceSpan,
    },
    /// A rule that makes no sense.
    #[error("{name}: {problem}")]
    #[diagnostic(code(rule::invalid))]
    Invalid {
        /// The rule.
        name: String,
        /// What is wrong with it.
        problem: Box<RuleProblem>,
        /// What to do.
        #[help]
        help: String,
        /// The text of the file.
        #[source_code]
        source_code: NamedSource<String>,
        /// Where.
        #[label("here")]
        at: SourceSpan,
    },
    /// A file that would find less here than where it comes from.
    #[error("`{file}`: {problem}")]
    #[diagnostic(code(rule::unusable))]
    Unusable {
        /// Its name.
        file: String,
        /// Why.
        problem: String,
        /// What to do.
        #[help]
        help: String,
        /// Its text.
        #[source_code]
        source_code: NamedSource<String>,
        /// Where.
        #[label("here")]
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

/// Text of a file, for messages that point into it.
pub(super) fn source(name: &str, text: &str) -> NamedSource<String> {
    NamedSource::new(name, text.to_owned()).with_language("TOML")
}

impl RuleError {
    /// What the parser of TOML says.
    pub(super) fn syntax(name: &str, text: &str, error: &toml::de::Error) -> Self {
        let detail: String = error.message().lines().next().unwrap_or_default().into();
        let general = "each rule is a `[[rule]]` table; see docs/configuration.md";
        Self::Syntax {
            file: name.into(),
            help: unknown_field(&detail).map_or_else(|| general.into(), |hint| hint + general),
            detail,
            at: error.span().map_or_else(|| (0, 0).into(), SourceSpan::from),
            source_code: source(name, text),
        }
    }
}

/// A hint for a message such as "unknown field `titel`, expected one of `id`, `title`".
fn unknown_field(detail: &str) -> Option<String> {
    let (wrong, known) = detail.strip_prefix("unknown field `")?.split_once("`, expected")?;
    let nearest = nearest(wrong, known.split('`').skip(1).step_by(2))?;
    Some(format!("did you mean `{nearest}`? "))
}

/// What to write in the place of a value that is not in the list.
fn choice(value: &str, known: impl Iterator<Item = &'static str> + Clone) -> String {
    let all: Vec<&str> = known.clone().collect();
    match nearest(value, known) {
        Some(nearest) => format!("did you mean `{nearest}`? there are {}", all.join(", ")),
        None => format!("there are {}", all.join(", ")),
    }
}

/// The word most like `wanted`, if any is much like it.
pub fn nearest<'a>(wanted: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let alike = known.map(|word| (strsim::jaro_winkler(wanted, word), word));
    alike
        .filter(|(likeness, _)| *likeness > 0.88)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, word)| word)
}
