//! Which scanner wrote a JSON text, told by the keys of its objects.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Deserializer, Error};

use super::Tool;

/// The keys that tell scanners apart.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Keys {
    #[serde(rename = "RuleID")]
    rule_id: Option<IgnoredAny>,
    #[serde(rename = "SourceMetadata")]
    source_metadata: Option<IgnoredAny>,
    results: Option<IgnoredAny>,
    plugins_used: Option<IgnoredAny>,
    generated_at: Option<IgnoredAny>,
    rule: Option<IgnoredAny>,
    finding: Option<IgnoredAny>,
    findings: Option<IgnoredAny>,
    kingfisher: Option<IgnoredAny>,
    metadata: Option<IgnoredAny>,
}

impl Keys {
    fn tool(&self) -> Option<Tool> {
        let wrote = [
            (self.rule_id.is_some(), Tool::Gitleaks),
            (self.source_metadata.is_some(), Tool::Trufflehog),
            (
                self.results.is_some()
                    && (self.plugins_used.is_some() || self.generated_at.is_some()),
                Tool::DetectSecrets,
            ),
            (self.rule.is_some() && self.finding.is_some(), Tool::Kingfisher),
            (
                self.findings.is_some() && (self.kingfisher.is_some() || self.metadata.is_some()),
                Tool::Kingfisher,
            ),
        ];
        wrote.into_iter().find(|(is, _)| *is).map(|(_, tool)| tool)
    }
}

/// Who wrote a text that begins as JSON does; `None` for others than are known.
pub(super) fn tool(text: &str) -> Result<Option<Tool>, Error> {
    if text.starts_with('[') {
        let keys: Vec<Keys> = serde_json::from_str(text)?;
        // A scan with gitleaks that finds nothing writes an empty list.
        let of_none = keys.is_empty().then_some(Tool::Gitleaks);
        return Ok(keys.first().map_or(of_none, Keys::tool));
    }
    // Programs that log to the same file write other objects in between.
    for keys in Deserializer::from_str(text).into_iter::<Keys>() {
        if let Some(tool) = keys?.tool() {
            return Ok(Some(tool));
        }
    }
    Ok(None)
}

/// The objects of a text: of a list, or one after the other.
pub(super) fn objects<'t, T: Deserialize<'t>>(text: &'t str) -> Result<Vec<T>, Error> {
    if text.starts_with('[') {
        return serde_json::from_str(text);
    }
    Deserializer::from_str(text).into_iter().collect()
}
