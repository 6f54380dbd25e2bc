//! A world of what somebody says: a manifest, a folder for each account, what AWS prints of one.

use std::collections::{HashMap, HashSet};

use super::build::{Builder, partition_of};
use super::{Fact, Grant, Key, KeyOf, Levels, Principal, PrincipalKind, Secret, Set, Tags};
use crate::policy::access::description::{self as said, Description, Expected, KeyName};
use crate::policy::access::matching::{Symbol, Value};
use crate::policy::arn::{Arn, is_account};

impl Builder<'_> {
    /// Adds what is said.
    pub(super) fn describe(&mut self, all: &Description) {
        self.world.context.extend(all.context.iter().cloned());
        for account in &all.accounts {
            self.described_account(account, all);
        }
        for key in &all.keys {
            self.described_key(key);
        }
        let by_name = self.key_names(all);
        let (mut seen, mut labels) = (HashSet::new(), HashSet::new());
        for secret in &all.secrets {
            let account = self.account(&secret.account);
            if seen.insert((account, &secret.name, &secret.region, secret.is_parameter)) {
                // Of two of one name the second is told by its region.
                let is_first = labels.insert((account, &secret.name));
                self.described_secret(secret, is_first, &by_name);
            }
        }
        let mut seen = HashSet::new();
        for principal in &all.principals {
            if seen.insert((self.account(&principal.account), &principal.name, principal.is_user)) {
                self.described_principal(principal);
            }
        }
        for key in all.keys.iter().filter(|key| !key.grants.is_empty()) {
            self.described_grants(key);
        }
        for expected in &all.expectations {
            let (principal, secret) =
                (self.named_account(&expected.principal), self.named_account(&expected.secret));
            self.world.expectations.push(Expected { principal, secret, ..expected.clone() });
        }
    }

    fn described_account(&mut self, account: &said::Account, all: &Description) {
        let at = self.account(&account.name);
        let scps = account.scps.as_ref().map(|levels| self.levels(levels));
        let rcps = account.rcps.as_ref().map(|levels| self.levels(levels));
        let of_secrets = all.secrets.iter().filter(|secret| secret.account == account.name);
        let of_keys = all.keys.iter().filter(|key| key.account == account.name);
        let mut regions = of_secrets
            .filter_map(|secret| secret.region.as_deref())
            .chain(of_keys.filter_map(|key| key.region.as_deref()));
        let partition = regions.next().map_or("aws", partition_of);
        let fact = |known: &Option<String>| known.clone().map_or(Fact::Unknown, Fact::Is);
        if let Some(id) = &account.id {
            self.number(at, id);
        }
        let Some(own) = self.world.accounts.get_mut(at) else { return };
        own.partition = Value::of(partition);
        if own.at.is_none() {
            own.at = Some(account.at.clone());
        }
        // What is said first counts, and later ones add to it.
        if own.org == Fact::Unknown {
            (own.org, own.org_path) = (fact(&account.org), fact(&account.org_path));
        }
        own.is_management |= account.is_management;
        own.scps = own.scps.take().or(scps);
        own.rcps = own.rcps.take().or(rcps);
    }

    /// A label in which an account that has a name stands under that.
    fn named_account(&self, label: &str) -> String {
        let named = label.split_once('/').filter(|(account, _)| is_account(account));
        let known = named.and_then(|(id, name)| Some((self.known_account(id)?, name)));
        known.map_or_else(|| label.to_owned(), |(account, name)| self.label_of(account, name))
    }

    fn label_of(&self, account: usize, name: &str) -> String {
        format!("{}/{}", self.account_label(account), name.trim_start_matches('/'))
    }

    fn account_label(&self, account: usize) -> &str {
        self.world.accounts.get(account).map_or("", |account| &account.label)
    }

    fn levels(&mut self, levels: &said::Levels) -> Levels {
        let mut all = Vec::new();
        for level in &levels.levels {
            // Of one list each is looked at by itself.
            if levels.is_ordered {
                all.push(self.set(&Some(level.clone()), ""));
            } else {
                all.extend(level.iter().map(|named| self.named(named)));
            }
        }
        Levels { levels: all, is_ordered: levels.is_ordered }
    }

    /// The start of ARNs of an account: `arn:aws:kms:us-east-1:111122223333:`.
    fn start(&self, service: &str, region: &Value, account: usize) -> Value {
        let account = self.world.accounts.get(account);
        account.map_or_else(Value::default, |account| account.start_of_arn(service, region))
    }

    fn region(&mut self, region: Option<&str>, arn: Option<&str>) -> Value {
        let of_arn = || arn.and_then(Arn::parse).map(|arn| arn.region);
        match region.or_else(of_arn) {
            Some(region) => Value::of(region),
            None => self.unknown(),
        }
    }

    fn described_key(&mut self, key: &said::Key) {
        let account = self.account(&key.account);
        let region = self.region(key.region.as_deref(), key.arn.as_deref());
        let arn = if let Some(arn) = &key.arn {
            Value::of(arn)
        } else {
            let id = self.unknown();
            self.start("kms", &region, account).then("key/").followed_by(&id)
        };
        let policy = key.policy.as_ref().map(|documents| self.set(&Some(documents.clone()), ""));
        self.world.keys.push(Key {
            label: key.id.clone(),
            account,
            arn,
            region,
            aliases: key.aliases.iter().map(|alias| Value::of(alias)).collect(),
            has_all_aliases: true,
            policy,
            grants: Vec::new(),
            is_disabled: key.is_disabled,
            tags: tags(&key.tags, key.has_all_tags),
            at: Some(key.at.clone()),
        });
    }

    /// Grants name principals by label or ARN.
    fn described_grants(&mut self, key: &said::Key) {
        let grants: Vec<Grant> = key
            .grants
            .iter()
            .map(|grant| {
                let mut all = self.world.principals.iter();
                let by_label = all.find(|principal| principal.label == grant.grantee);
                Grant {
                    grantee: by_label
                        .map_or_else(|| Value::of(&grant.grantee), |own| own.arn.clone()),
                    may_decrypt: grant.operations.iter().any(|name| name == "Decrypt"),
                    is_narrowed: false,
                    is_open: false,
                    at: grant.at.clone(),
                }
            })
            .collect();
        let own = self.world.keys.iter_mut().find(|own| own.label == key.id);
        if let Some(own) = own {
            own.grants = grants;
        }
    }

    /// The keys by everything that they are called.
    fn key_names(&self, all: &Description) -> HashMap<String, usize> {
        let mut names = HashMap::new();
        for (at, key) in self.world.keys.iter().enumerate() {
            names.insert(key.label.clone(), at);
            if let Some(arn) = key.arn.text() {
                names.extend(arn.rsplit_once('/').map(|(_, id)| (id.to_owned(), at)));
                names.insert(arn, at);
            }
        }
        for (key, at) in all.keys.iter().zip(self.world.keys.iter().enumerate().map(|(at, _)| at)) {
            for alias in &key.aliases {
                names.insert(format!("{}:{alias}", key.account), at);
            }
        }
        names
    }

    fn key_named(&self, name: &KeyName, account: &str, names: &HashMap<String, usize>) -> KeyOf {
        match name {
            KeyName::Managed => KeyOf::Managed,
            KeyName::Unknown => KeyOf::Unknown(String::new()),
            KeyName::Is(text) => {
                let by_alias = || {
                    let arn = Arn::parse(text);
                    let account = arn.and_then(|arn| arn.account_id()).unwrap_or(account);
                    let alias = arn.map_or(text.as_str(), |arn| arn.resource);
                    let owner = self
                        .world
                        .accounts
                        .iter()
                        .find(|own| own.id.text().as_deref() == Some(account));
                    let label = owner.map_or(account, |owner| owner.label.as_str());
                    names
                        .get(&format!("{account}:{alias}"))
                        .or_else(|| names.get(&format!("{label}:{alias}")))
                };
                let found = names.get(text).or_else(by_alias);
                found.map_or_else(|| KeyOf::Unknown(text.clone()), |at| KeyOf::Key(*at))
            }
        }
    }

    /// The ARN of a secret or parameter in a region: of a replica all is the same but for that.
    fn arn_of_secret(
        &self,
        secret: &said::Secret,
        (account, region): (usize, &Value),
        suffix: Symbol,
    ) -> Value {
        let service = if secret.is_parameter { "ssm" } else { "secretsmanager" };
        let start = self.start(service, region, account);
        if let Some(arn) = &secret.arn {
            return Arn::parse(arn).map_or_else(|| Value::of(arn), |arn| start.then(arn.resource));
        }
        if secret.is_parameter {
            let slash = if secret.name.starts_with('/') { "parameter" } else { "parameter/" };
            return start.then(slash).then(&secret.name);
        }
        start.then("secret:").then(&secret.name).then("-").random(suffix)
    }

    fn described_secret(
        &mut self,
        secret: &said::Secret,
        is_first: bool,
        keys: &HashMap<String, usize>,
    ) {
        let account = self.account(&secret.account);
        let region = self.region(secret.region.as_deref(), secret.arn.as_deref());
        let suffix = self.symbols.new_one();
        let arn_in = |builder: &Self, region: &Value| {
            builder.arn_of_secret(secret, (account, region), suffix)
        };
        let policy = secret.policy.as_ref().map(|documents| self.set(&Some(documents.clone()), ""));
        let shared_with = secret.shared_with.as_ref().map(|accounts| {
            accounts.iter().map(|account| self.account(account)).collect::<Vec<_>>()
        });
        let mut label = self.label_of(account, &secret.name);
        if let Some(region) = secret.region.as_deref().filter(|_| !is_first) {
            label = format!("{label}@{region}");
        }
        let one = Secret {
            label: label.clone(),
            account,
            is_parameter: secret.is_parameter,
            is_replica: false,
            managed: 0,
            arn: arn_in(self, &region),
            region,
            key: self.key_named(&secret.key, &secret.account, keys),
            policy,
            shared_with,
            is_advanced: secret.is_advanced,
            tags: tags(&secret.tags, secret.has_all_tags),
            stack: None,
            at: Some(secret.at.clone()),
        };
        self.world.secrets.push(one.clone());
        for (region, key) in &secret.replicas {
            let own = Value::of(region);
            self.world.secrets.push(Secret {
                label: format!("{label}@{region}"),
                is_replica: true,
                arn: arn_in(self, &own),
                region: own,
                key: self.key_named(key, &secret.account, keys),
                ..one.clone()
            });
        }
    }

    fn described_principal(&mut self, principal: &said::Principal) {
        let account = self.account(&principal.account);
        let kind = if principal.is_user { "user" } else { "role" };
        let start = self.start("iam", &Value::default(), account);
        let arn = start.then(&format!("{kind}{}{}", principal.path, principal.name));
        let identity = self.set(&principal.policies, "its policies");
        let boundary = principal.boundary.as_ref().map(|named| self.named(named));
        let session_policy = principal.session_policy.as_ref().map(|named| self.named(named));
        let trust: Option<Set> = principal.trust.as_ref().map(|named| self.named(named));
        self.world.principals.push(Principal {
            label: format!("{}/{}", self.account_label(account), principal.name),
            account,
            kind: if principal.is_user { PrincipalKind::User } else { PrincipalKind::Role },
            name: Value::of(&principal.name),
            arn,
            session: principal.session_name.clone(),
            identity,
            boundary,
            session_policy,
            trust,
            tags: tags(&principal.tags, principal.has_all_tags),
            unique_id: principal.unique_id.clone(),
            context: principal.context.clone(),
            is_service_linked: principal.path.starts_with("/aws-service-role/"),
            used_by: Vec::new(),
            stack: None,
            at: Some(principal.at.clone()),
            is_foreign: false,
        });
    }
}

fn tags(known: &[(String, String)], is_complete: bool) -> Tags {
    let lower = |(key, value): &(String, String)| (key.to_ascii_lowercase(), Value::of(value));
    Tags { known: known.iter().map(lower).collect(), is_complete }
}
