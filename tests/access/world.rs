//! Worlds in which everything is known, each thing with whether the files say it.

use std::collections::BTreeMap;

use serde_json::Value;

/// Something that is so, and whether a manifest says it.
#[derive(Clone, Debug)]
pub(crate) struct Known<T> {
    pub(crate) is: T,
    pub(crate) is_told: bool,
}

impl<T> Known<T> {
    pub(crate) fn told(is: T) -> Self {
        Self { is, is_told: true }
    }
}

/// Tags, or tag-like pairs.
pub(crate) type Tags = BTreeMap<String, String>;

/// Keys of a request with their values; without a value a key is absent.
pub(crate) type Context = BTreeMap<String, Known<Vec<String>>>;

#[derive(Clone, Debug, Default)]
pub(crate) struct World {
    pub(crate) accounts: Vec<Account>,
    pub(crate) principals: Vec<Principal>,
    pub(crate) secrets: Vec<Secret>,
    pub(crate) keys: Vec<Key>,
    /// Of every request, where the principal says nothing else.
    pub(crate) context: Context,
}

#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) org: Known<Option<String>>,
    /// Levels with their policies, root first; `None` where none apply.
    pub(crate) scps: Option<Vec<Vec<Value>>>,
    pub(crate) rcps: Option<Vec<Vec<Value>>>,
}

#[derive(Clone, Debug)]
pub(crate) struct Principal {
    /// The place of its account in [`World::accounts`].
    pub(crate) account: usize,
    pub(crate) name: String,
    /// Begins and ends in `/`.
    pub(crate) path: String,
    pub(crate) is_user: bool,
    pub(crate) policies: Known<Vec<Value>>,
    pub(crate) boundary: Option<Value>,
    /// Of a role alone.
    pub(crate) session_policy: Option<Value>,
    /// Of a role alone.
    pub(crate) session_name: Known<String>,
    pub(crate) trust: Option<Value>,
    pub(crate) tags: Known<Tags>,
    /// Beside [`World::context`].
    pub(crate) context: Context,
}

#[derive(Clone, Debug)]
pub(crate) struct Secret {
    pub(crate) account: usize,
    pub(crate) region: String,
    /// Of a parameter with its `/`.
    pub(crate) name: String,
    pub(crate) is_parameter: bool,
    /// What follows the name in the ARN, without the `-`; nothing of a parameter.
    pub(crate) suffix: Known<String>,
    /// Its place in [`World::keys`]; `None` for the key that AWS manages.
    pub(crate) key: Option<usize>,
    pub(crate) policy: Known<Option<Value>>,
    pub(crate) tags: Known<Tags>,
    /// Regions to which it is copied under the key that AWS manages there.
    pub(crate) replicas: Vec<String>,
    /// Of a parameter: account ids.
    pub(crate) shared_with: Vec<String>,
    pub(crate) is_advanced: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) label: String,
    pub(crate) account: usize,
    pub(crate) region: String,
    /// The last part of its ARN.
    pub(crate) id: Known<String>,
    pub(crate) policy: Known<Value>,
    pub(crate) aliases: Vec<String>,
    pub(crate) grants: Vec<Grant>,
    pub(crate) tags: Known<Tags>,
}

#[derive(Clone, Debug)]
pub(crate) struct Grant {
    /// An ARN.
    pub(crate) grantee: String,
    pub(crate) operations: Vec<String>,
}

impl World {
    pub(crate) fn account(&self, at: usize) -> &Account {
        &self.accounts[at]
    }

    /// The ARN of the role or user itself.
    pub(crate) fn principal_arn(&self, principal: &Principal) -> String {
        let kind = if principal.is_user { "user" } else { "role" };
        let id = &self.account(principal.account).id;
        format!("arn:aws:iam::{id}:{kind}{}{}", principal.path, principal.name)
    }

    /// What a role is when it is used. There is no path in it.
    pub(crate) fn session_arn(&self, principal: &Principal) -> Option<String> {
        let id = &self.account(principal.account).id;
        let session = &principal.session_name.is;
        (!principal.is_user)
            .then(|| format!("arn:aws:sts::{id}:assumed-role/{}/{session}", principal.name))
    }

    /// The ARN of a secret in one of its regions.
    pub(crate) fn secret_arn(&self, secret: &Secret, region: &str) -> String {
        let id = &self.account(secret.account).id;
        if secret.is_parameter {
            return format!("arn:aws:ssm:{region}:{id}:parameter{}", secret.name);
        }
        format!("arn:aws:secretsmanager:{region}:{id}:secret:{}-{}", secret.name, secret.suffix.is)
    }

    /// The key of a secret in one of its regions; `None` for the one that AWS manages.
    pub(crate) fn key_of(&self, secret: &Secret, region: &str) -> Option<&Key> {
        secret.key.filter(|_| region == secret.region).map(|at| &self.keys[at])
    }

    pub(crate) fn key_arn(&self, key: &Key) -> String {
        format!("arn:aws:kms:{}:{}:key/{}", key.region, self.account(key.account).id, key.id.is)
    }

    pub(crate) fn principal_label(&self, principal: &Principal) -> String {
        format!("{}/{}", self.account(principal.account).name, principal.name)
    }

    /// The label of a secret in its own region, or of a replica.
    pub(crate) fn secret_label(&self, secret: &Secret, region: &str) -> String {
        let account = &self.account(secret.account).name;
        let name = secret.name.trim_start_matches('/');
        if region == secret.region {
            format!("{account}/{name}")
        } else {
            format!("{account}/{name}@{region}")
        }
    }
}
