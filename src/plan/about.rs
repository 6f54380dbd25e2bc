//! What is known of everything at once: what names in a store begin with, and whose account it is.

use std::collections::BTreeSet;

use super::variable::project;
use crate::finding::{Finding, FindingKind};
use crate::outcome::Outcome;

/// What the steps of one finding take from all the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// What names of secrets begin with, before a slash: letters, digits and `_`.
    pub project: String,
    /// The AWS account, where the findings name exactly one.
    pub account: Option<String>,
}

impl Default for About {
    fn default() -> Self {
        Self { project: project(""), account: None }
    }
}

impl About {
    /// `name` is what the project is called: a folder, an image.
    pub fn new(name: &str, outcome: &Outcome) -> Self {
        let accounts: BTreeSet<&str> = outcome.active().filter_map(account).collect();
        let mut accounts = accounts.into_iter();
        let account = accounts.next().filter(|_| accounts.next().is_none());
        Self { project: project(name), account: account.map(Into::into) }
    }
}

/// The account that a finding names: twelve digits.
fn account(finding: &Finding) -> Option<&str> {
    let FindingKind::Secret { facts, .. } = &finding.kind else { return None };
    let is_aws = finding.rule.id.starts_with("aws-");
    let is_account =
        |value: &str| value.len() == 12 && value.bytes().all(|byte| byte.is_ascii_digit());
    let mut named = facts.iter().filter(|(name, value)| name == "AWS account" && is_account(value));
    named.next().filter(|_| is_aws).map(|(_, value)| value.as_str())
}
