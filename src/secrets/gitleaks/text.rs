//! The configuration of gitleaks and betterleaks as people write it. Keys are in small letters: case does not matter there.
//!
//! <https://github.com/gitleaks/gitleaks#configuration>, <https://github.com/betterleaks/betterleaks/blob/main/docs/config.md>

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Value;

/// The file.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct FileText {
    pub(super) extend: ExtendText,
    pub(super) rules: Vec<RuleText>,
    pub(super) allowlist: Option<AllowText>,
    pub(super) allowlists: Vec<AllowText>,
    #[serde(flatten)]
    pub(super) rest: BTreeMap<String, Value>,
}

/// `[extend]`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ExtendText {
    pub(super) usedefault: bool,
    pub(super) path: String,
    pub(super) url: String,
    pub(super) disabledrules: Vec<String>,
    #[serde(flatten)]
    pub(super) rest: BTreeMap<String, Value>,
}

/// One of `[[rules]]`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct RuleText {
    pub(super) id: String,
    pub(super) description: String,
    pub(super) regex: String,
    pub(super) secretgroup: usize,
    pub(super) entropy: f64,
    pub(super) path: String,
    pub(super) keywords: Vec<String>,
    pub(super) tags: Vec<String>,
    pub(super) skipreport: bool,
    pub(super) required: Vec<RequiredText>,
    pub(super) components: Vec<RequiredText>,
    pub(super) allowlist: Option<AllowText>,
    pub(super) allowlists: Vec<AllowText>,
    #[serde(flatten)]
    pub(super) rest: BTreeMap<String, Value>,
}

/// One of `[[rules.required]]`, or of the `components` of newer files.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct RequiredText {
    pub(super) id: String,
    pub(super) withinlines: Option<u64>,
    pub(super) withincolumns: Option<u64>,
    /// Such as `5L,100C`.
    pub(super) within: String,
    pub(super) optional: bool,
    #[serde(flatten)]
    pub(super) rest: BTreeMap<String, Value>,
}

/// An allowlist.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct AllowText {
    pub(super) description: String,
    pub(super) condition: String,
    pub(super) commits: Vec<String>,
    pub(super) paths: Vec<String>,
    pub(super) regextarget: String,
    pub(super) regexes: Vec<String>,
    pub(super) stopwords: Vec<String>,
    pub(super) targetrules: Vec<String>,
    #[serde(flatten)]
    pub(super) rest: BTreeMap<String, Value>,
}

/// Keys that such a file has at its top.
const KEYS: [&str; 8] =
    ["rules", "allowlist", "allowlists", "extend", "title", "minversion", "prefilter", "filter"];

/// Whether a text is meant to be such a file and not one of our own.
pub(super) fn is_meant(text: &str) -> bool {
    let Ok(table) = toml::from_str::<toml::Table>(text) else { return false };
    let Value::Table(table) = small(Value::Table(table)) else { return false };
    let rules = table.get("rules").and_then(Value::as_array).into_iter().flatten();
    let has_triggers = rules.into_iter().any(|rule| rule.get("trigger").is_some());
    KEYS.iter().any(|key| table.contains_key(*key)) && !table.contains_key("rule") && !has_triggers
}

/// Reads a file.
pub(super) fn read(text: &str) -> Result<FileText, toml::de::Error> {
    let table: toml::Table = toml::from_str(text)?;
    small(Value::Table(table)).try_into()
}

/// The same value with all keys in small letters.
fn small(value: Value) -> Value {
    match value {
        Value::Table(table) => {
            let entries =
                table.into_iter().map(|(key, value)| (key.to_ascii_lowercase(), small(value)));
            Value::Table(entries.collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(small).collect()),
        other => other,
    }
}
