//! A rule as a person writes it in TOML. Shared with the build script, so it names nothing of the crate.

use serde::{Deserialize, Serialize};

/// The shortest stretch of token characters that makes the run lane stop.
pub(crate) const MIN_RUN: usize = 16;

/// A rule file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleFile {
    /// Its rules, in order.
    #[serde(default, rename = "rule")]
    pub(crate) rules: Vec<RuleText>,
}

/// One `[[rule]]`. The format is described in `docs/configuration.md`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RuleText {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) severity: String,
    #[serde(default)]
    pub(crate) confidence: Option<String>,
    pub(crate) trigger: TriggerText,
    #[serde(default)]
    pub(crate) regex: String,
    #[serde(default)]
    pub(crate) value: Option<String>,
    #[serde(default)]
    pub(crate) needs: Vec<String>,
    #[serde(default)]
    pub(crate) scored: Option<String>,
    #[serde(default)]
    pub(crate) verdict: Option<String>,
    #[serde(default)]
    pub(crate) proof: Option<String>,
    #[serde(default)]
    pub(crate) family: Option<String>,
    #[serde(default)]
    pub(crate) pair: Vec<String>,
    pub(crate) help: String,
    #[serde(default)]
    pub(crate) references: Vec<String>,
    #[serde(default)]
    pub(crate) tags: Vec<String>,
    #[serde(default, rename = "match")]
    pub(crate) matching: Vec<ExampleText>,
    #[serde(default, rename = "no_match")]
    pub(crate) not_matching: Vec<ExampleText>,
}

/// What a rule waits for; exactly one of `prefix`, `words`, `infix`, `literal`, `anywhere` and `assigned` is
/// given.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TriggerText {
    #[serde(default)]
    pub(crate) prefix: Vec<String>,
    #[serde(default)]
    pub(crate) run: Option<usize>,
    #[serde(default)]
    pub(crate) words: Vec<String>,
    #[serde(default)]
    pub(crate) named: bool,
    #[serde(default)]
    pub(crate) infix: Vec<String>,
    #[serde(default)]
    pub(crate) literal: Vec<String>,
    #[serde(default)]
    pub(crate) anywhere: Option<Vec<String>>,
    #[serde(default)]
    pub(crate) assigned: Vec<String>,
    #[serde(default)]
    pub(crate) with: Vec<String>,
    #[serde(default)]
    pub(crate) before: Option<usize>,
    #[serde(default)]
    pub(crate) followed_by: Option<String>,
    #[serde(default)]
    pub(crate) span: Option<usize>,
}

/// An example: one string, or parts that are joined so that no token stands whole in a file.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(untagged)]
pub(crate) enum ExampleText {
    Whole(String),
    Parts(Vec<String>),
}
