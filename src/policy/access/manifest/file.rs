//! `accounts.toml` as a person writes it.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::given::{Given, ReplicaText};

/// A text with its place.
pub(super) type Text = Spanned<String>;

/// Condition keys with their values.
pub(super) type ContextText = BTreeMap<Text, Spanned<Given>>;

/// A whole manifest.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ManifestText {
    pub(super) account: BTreeMap<Text, AccountText>,
    pub(super) secret: Vec<SecretText>,
    pub(super) parameter: Vec<SecretText>,
    pub(super) key: Vec<KeyText>,
    pub(super) role: Vec<PrincipalText>,
    pub(super) user: Vec<PrincipalText>,
    pub(super) template: Vec<TemplateText>,
    pub(super) expect: Vec<ExpectText>,
    pub(super) context: ContextText,
}

/// An `[account.NAME]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountText {
    pub(super) id: Option<Text>,
    pub(super) org: Option<Text>,
    pub(super) org_path: Option<Text>,
    #[serde(default)]
    pub(super) management: bool,
    pub(super) scps: Option<Spanned<Given>>,
    pub(super) rcps: Option<Spanned<Given>>,
}

/// A `[[secret]]` or a `[[parameter]]`: each has some keys that the other has not.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SecretText {
    pub(super) account: Text,
    pub(super) region: Option<Text>,
    pub(super) name: Text,
    pub(super) arn: Option<Text>,
    pub(super) kms: Option<Text>,
    pub(super) policy: Option<Spanned<Given>>,
    pub(super) tags: Option<BTreeMap<String, String>>,
    pub(super) replicas: Option<Spanned<Vec<Spanned<ReplicaText>>>>,
    pub(super) tier: Option<Text>,
    pub(super) shared_with: Option<Spanned<Vec<Text>>>,
}

/// A `[[key]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyText {
    pub(super) id: Text,
    pub(super) account: Text,
    pub(super) region: Option<Text>,
    pub(super) arn: Option<Text>,
    pub(super) policy: Option<Spanned<Given>>,
    #[serde(default)]
    pub(super) aliases: Vec<Text>,
    #[serde(default)]
    pub(super) grants: Vec<GrantText>,
    pub(super) enabled: Option<bool>,
    pub(super) tags: Option<BTreeMap<String, String>>,
}

/// One of the `grants` of a key.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GrantText {
    pub(super) grantee: Text,
    pub(super) operations: Vec<Text>,
}

/// A `[[role]]` or a `[[user]]`, of which only a role has a `trust`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PrincipalText {
    pub(super) account: Text,
    pub(super) name: Text,
    pub(super) path: Option<Text>,
    pub(super) policies: Option<Spanned<Given>>,
    pub(super) boundary: Option<Spanned<Given>>,
    pub(super) trust: Option<Spanned<Given>>,
    pub(super) session_policy: Option<Spanned<Given>>,
    pub(super) session_name: Option<String>,
    pub(super) id: Option<String>,
    pub(super) tags: Option<BTreeMap<String, String>>,
    #[serde(default)]
    pub(super) context: ContextText,
}

/// A `[[template]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TemplateText {
    pub(super) path: Text,
    pub(super) account: Text,
    pub(super) region: Option<Text>,
}

/// An `[[expect]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExpectText {
    pub(super) allow: Option<Text>,
    pub(super) deny: Option<Text>,
    pub(super) on: Text,
}
