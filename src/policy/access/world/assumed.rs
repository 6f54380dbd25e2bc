//! What is taken for true although nobody said so. Each is said once, whatever it is about.

use super::{KeyOf, World};
use crate::policy::access::description::At;

/// How many are named before the rest is counted.
const NAMED: usize = 3;

impl World<'_> {
    /// Adds what was assumed of this world.
    pub(super) fn assume(&mut self) {
        let silent = self.secrets.iter().filter(|one| !one.is_parameter && one.policy.is_none());
        let labels: Vec<&str> = silent.map(|secret| secret.label.as_str()).collect();
        let mut all = Vec::new();
        if let Some(some) = some(&labels) {
            all.push(format!(
                "{some}: no policy was given; within the account it is taken to have none, across accounts the answer is unknown"
            ));
        }
        let is_under_key = |key: &KeyOf| matches!(key, KeyOf::Key(_));
        if self.secrets.iter().any(|secret| is_under_key(&secret.key)) {
            all.push("keys have no grants but those that were given".into());
        }
        let guarded = self.accounts.iter().filter(|account| {
            let levels = account.scps.iter().flat_map(|levels| &levels.levels);
            levels.clone().any(|set| self.only_denies(set))
        });
        let labels: Vec<&str> = guarded.map(|account| account.label.as_str()).collect();
        if let Some(some) = some(&labels) {
            all.push(format!(
                "{some}: FullAWSAccess stands beside service control policies that only deny"
            ));
        }
        let nameless = self.accounts.iter().filter(|account| {
            account.stack.is_none() && account.at.is_some() && account.id.text().is_none()
        });
        let labels: Vec<&str> = nameless.map(|account| account.label.as_str()).collect();
        if let Some(some) = some(&labels) {
            all.push(format!(
                "{some}: the number of the account is not known, and so not whether a policy names it; give it as `id`"
            ));
        }
        let open = self.accounts.iter().filter(|account| account.stack.is_some());
        let labels: Vec<&str> = open.map(|account| account.label.as_str()).collect();
        if let Some(some) = some(&labels) {
            all.push(format!(
                "{some}: the account is not known, and no policies of an organisation limit it; a manifest can say more"
            ));
        }
        self.assumptions.extend(all.into_iter().map(|text| (text, None::<At>)));
    }
}

/// Some names, and how many others there are.
fn some(labels: &[&str]) -> Option<String> {
    let named = labels.get(..labels.len().min(NAMED))?.join(", ");
    match labels.len().saturating_sub(NAMED) {
        _ if labels.is_empty() => None,
        0 => Some(named),
        more => Some(format!("{named} and {more} more")),
    }
}
