//! Where a module's resources are made: `provider "aws"` blocks, and which resource asks for which.

use std::collections::HashMap;

use crate::policy::text::{hole, leading_hole};
use crate::policy::tree::Node;

/// Arguments that may lead to another account than that of the provider without an alias.
/// <https://registry.terraform.io/providers/hashicorp/aws/latest/docs#provider-configuration>
const SAME_ACCOUNT: &[&str] = &[
    "alias",
    "region",
    "default_tags",
    "ignore_tags",
    "max_retries",
    "retry_mode",
    "s3_use_path_style",
    "use_fips_endpoint",
    "use_dualstack_endpoint",
    "version",
];

/// The providers of a module.
#[derive(Clone, Debug, Default)]
pub(super) struct Providers {
    by_alias: HashMap<String, Provider>,
}

#[derive(Clone, Debug, Default)]
struct Provider {
    /// Where it is written out.
    region: Option<String>,
    /// What it says of credentials.
    credentials: Vec<(String, Node)>,
}

impl Providers {
    pub(super) fn add(&mut self, body: &Node) {
        let alias = body.get("alias").and_then(Node::string).unwrap_or_default();
        let region = body.get("region").and_then(Node::string);
        let region = region.filter(|text| !crate::policy::text::has_hole(text));
        let others =
            body.entries().iter().filter(|entry| !SAME_ACCOUNT.contains(&entry.key.as_str()));
        let credentials = others.map(|entry| (entry.key.clone(), entry.value.clone()));
        let provider =
            Provider { region: region.map(Into::into), credentials: credentials.collect() };
        self.by_alias.insert(alias.to_owned(), provider);
    }

    /// The region of the provider without an alias, where it is written out.
    pub(super) fn region(&self) -> Option<&str> {
        self.by_alias.get("")?.region.as_deref()
    }

    /// A text about a block, with account and region of the provider that the block asks for.
    pub(super) fn moved(&self, text: String, body: &Node) -> String {
        let own_region = body.get("region").and_then(Node::string);
        let text = match own_region.filter(|region| crate::policy::arn::is_region(region)) {
            Some(region) => text.replace(&hole("AWS::Region"), region),
            None => text,
        };
        let Some(name) = body.get("provider").and_then(named) else { return text };
        let alias = name.strip_prefix("aws").unwrap_or(&name).trim_start_matches('.');
        if alias.is_empty() {
            return text;
        }
        let provider = self.by_alias.get(alias);
        let other = |what: &str| hole(&format!("{what} of {name}"));
        let text = if self.shares_account(provider) {
            text
        } else {
            text.replace(&hole("AWS::AccountId"), &other("AWS::AccountId"))
        };
        let region = provider.and_then(|provider| provider.region.clone());
        text.replace(&hole("AWS::Region"), &region.unwrap_or_else(|| other("AWS::Region")))
    }

    /// Whether a provider has the credentials of the one without an alias.
    fn shares_account(&self, provider: Option<&Provider>) -> bool {
        let Some(provider) = provider else { return false };
        let plain = self.by_alias.get("").map_or(&[][..], |plain| plain.credentials.as_slice());
        provider.credentials.len() == plain.len()
            && provider.credentials.iter().zip(plain).all(|(one, other)| {
                one.0 == other.0 && super::super::doubts::is_same(&one.1, &other.1)
            })
    }
}

/// What a reference to a provider says: `aws.other`.
pub(super) fn named(node: &Node) -> Option<String> {
    use crate::policy::tree::Value;
    match &node.value {
        Value::Hole(name) => Some(name.clone()),
        Value::String(text) => Some(match leading_hole(text) {
            Some((name, "")) => name.to_owned(),
            _ => text.clone(),
        }),
        _ => None,
    }
}
