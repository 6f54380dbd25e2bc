//! The keys and secrets of a stack.

use super::Taken;
use crate::policy::access::matching::Value;
use crate::policy::access::world::build::Builder;
use crate::policy::access::world::{Grant, Key, KeyOf, Secret, Set, managed};
use crate::policy::arn::Arn;
use crate::policy::link::{Resource, Type};
use crate::policy::text::{has_hole, hole};
use crate::policy::tree::{Node, Value as Tree};

impl<'w> Builder<'w> {
    pub(super) fn take_keys(&mut self, taken: &mut Taken<'w>) {
        let keys = taken.stack().of_type(Type::Key).chain(taken.stack().of_type(Type::ReplicaKey));
        for key in keys {
            let account = self.account_in(taken, key);
            let arn = key.arn.as_deref().map(|arn| taken.own_text(key, arn));
            let region = self.region_of(taken, arn.as_deref());
            let arn = self.text(taken, arn.as_deref());
            let aliases: Vec<Value> = taken
                .stack()
                .of_type(Type::Alias)
                .filter(|alias| {
                    alias.property("TargetKeyId").is_some_and(|id| key.is_referred_to_by(id))
                })
                .filter_map(|alias| alias.own_name.as_deref())
                .map(|name| self.value(taken.scope, name))
                .collect();
            let policy = Some(self.key_policy(taken, key));
            let is_off =
                |node: &Node| node.scalar().is_some_and(|text| text.eq_ignore_ascii_case("false"));
            let enabled = key.property("Enabled").or_else(|| key.property("IsEnabled"));
            let may_be_off = enabled.is_some_and(|node| {
                !taken.is_certain(key, node)
                    || node.is_open()
                    || node.string().is_some_and(has_hole)
            });
            let policy = policy.map(|mut set| {
                if may_be_off {
                    set.add(&Set::lacking("whether the key is enabled"));
                }
                set
            });
            taken.keys.insert(&key.name, self.world.keys.len());
            let tags = self.tags(taken, key);
            self.world.keys.push(Key {
                label: self.label(taken, account, key),
                account,
                arn,
                region,
                aliases,
                has_all_aliases: false,
                policy,
                grants: Vec::new(),
                is_disabled: enabled.is_some_and(is_off) && !may_be_off,
                tags,
                at: Some(Taken::at(key)),
            });
        }
    }

    /// The policy of a key: its own, that of a resource beside it, or the one it has by default.
    fn key_policy(&mut self, taken: &Taken<'w>, key: &'w Resource) -> Set {
        let beside =
            taken.stack().resources.iter().filter(|other| other.kind == "aws_kms_key_policy");
        let mut set = Set::default();
        let mut has_own = false;
        for other in beside {
            match other.property("KeyId") {
                Some(id) if taken.is_bound(other, id, key) => {
                    has_own = true;
                    set.add(&self.documents_of(taken, other, "its policy"));
                }
                Some(id)
                    if key.is_referred_to_by(id)
                        || !is_known(id) && taken.stack().referred(Type::Key, id).is_none() =>
                {
                    has_own = true;
                    let policy = self.documents_of(taken, other, "its policy");
                    set.add(&self.doubted(&policy));
                    set.add(&Set::lacking("whether this is its policy"));
                }
                _ => {}
            }
        }
        let own = ["KeyPolicy", "Policy"].iter().find_map(|name| key.property(name));
        let own = own.filter(|node| node.value != Tree::Null && node.string() != Some(""));
        if let Some(node) = own {
            let policy = self.documents_of(taken, key, "its policy");
            if taken.is_certain(key, node) {
                set.add(&policy);
            } else {
                set.add(&self.doubted(&policy));
                set.add(&Set::lacking("whether this is its policy"));
            }
            return set;
        }
        if !has_own && let Some((root, document)) = managed::default_key_policy() {
            set.policies.push(self.document(root, document, taken.scope));
        }
        set
    }

    fn key_of(&mut self, taken: &Taken<'w>, owner: &Resource, node: Option<&Node>) -> KeyOf {
        let Some(node) = node.filter(|node| node.value != Tree::Null) else {
            return KeyOf::Managed;
        };
        if !taken.is_certain(owner, node) {
            return KeyOf::Unknown(node.string().unwrap_or_default().to_owned());
        }
        let referred = |owner: &Resource, node: &Node| {
            let key = taken
                .plain(Type::Key, owner, node)
                .or_else(|| taken.plain(Type::ReplicaKey, owner, node))?;
            taken.keys.get(key.name.as_str()).copied()
        };
        let by_alias = || {
            let alias = taken.plain(Type::Alias, owner, node)?;
            referred(alias, alias.property("TargetKeyId")?)
        };
        if let Some(key) = referred(owner, node).or_else(by_alias) {
            return KeyOf::Key(key);
        }
        match node.string() {
            Some(text)
                if text.is_empty()
                    || text.ends_with("alias/aws/secretsmanager")
                    || text.ends_with("alias/aws/ssm") =>
            {
                KeyOf::Managed
            }
            Some(text) => {
                let value = self.value(taken.scope, text);
                let is_it = |key: &Key| {
                    key.arn == value || key.aliases.contains(&value) && key.account == taken.account
                };
                let known = self.world.keys.iter().position(is_it);
                known.map_or_else(|| KeyOf::Unknown(text.to_owned()), KeyOf::Key)
            }
            None => KeyOf::Unknown(match &node.value {
                Tree::Hole(name) | Tree::Call(name, _) => hole(name),
                _ => String::new(),
            }),
        }
    }

    pub(super) fn take_secrets(&mut self, taken: &Taken<'w>) {
        for secret in taken.stack().of_type(Type::Secret) {
            let mut set = Set::default();
            let mut has_policy = false;
            for owner in taken.stack().of_type(Type::SecretPolicy) {
                let Some(id) = owner.property("SecretId") else { continue };
                if taken.is_bound(owner, id, secret) {
                    has_policy = true;
                    set.add(&self.documents_of(taken, owner, "its policy"));
                } else if secret.is_referred_to_by(id)
                    || !is_known(id) && taken.stack().referred(Type::Secret, id).is_none()
                {
                    has_policy = true;
                    let policy = self.documents_of(taken, owner, "its policy");
                    set.add(&self.doubted(&policy));
                    set.add(&Set::lacking("whether this is its policy"));
                }
            }
            // In Terraform it may stand in the secret itself.
            if !secret.is_of_cloudformation()
                && let Some(node) = secret.property("Policy")
                && node.value != Tree::Null
            {
                has_policy = true;
                let policy = self.documents_of(taken, secret, "its policy");
                let is_certain = taken.is_certain(secret, node);
                set.add(&if is_certain { policy } else { self.doubted(&policy) });
            }
            let key = self.key_of(taken, secret, secret.property("KmsKeyId"));
            let one = self.secret(taken, secret, key, has_policy.then_some(set));
            self.world.secrets.push(one.clone());
            self.take_replicas(taken, secret, &one);
        }
        for parameter in taken.stack().of_type(Type::Parameter) {
            if parameter.property("Type").and_then(Node::string) != Some("SecureString") {
                continue;
            }
            let key = self.key_of(taken, parameter, parameter.property("KeyId"));
            let mut one = self.secret(taken, parameter, key, None);
            let tier = parameter.property("Tier").and_then(Node::string);
            one.is_advanced =
                tier.filter(|tier| *tier != "Intelligent-Tiering").map(|tier| tier == "Advanced");
            one.is_parameter = true;
            self.world.secrets.push(one);
        }
    }

    fn secret(
        &mut self,
        taken: &Taken<'w>,
        secret: &'w Resource,
        key: KeyOf,
        policy: Option<Set>,
    ) -> Secret {
        let account = self.account_in(taken, secret);
        let arn = secret.arn.as_deref().map(|arn| taken.own_text(secret, arn));
        Secret {
            label: self.label(taken, account, secret),
            account,
            is_parameter: false,
            is_replica: false,
            managed: 0,
            region: self.region_of(taken, arn.as_deref()),
            arn: self.text(taken, arn.as_deref()),
            key,
            policy,
            shared_with: None,
            is_advanced: None,
            tags: self.tags(taken, secret),
            stack: Some(taken.number),
            at: Some(Taken::at(secret)),
        }
    }

    pub(super) fn take_replicas(&mut self, taken: &Taken<'w>, secret: &'w Resource, one: &Secret) {
        let replicas =
            secret.property_entries("ReplicaRegions").flat_map(|entry| entry.value.items());
        for replica in replicas {
            let inner = |name: &str| {
                replica.items().iter().find_map(|body| body.get(&secret.own_key(name)))
            };
            let Some(region) =
                inner("Region").and_then(Node::string).filter(|text| !has_hole(text))
            else {
                continue;
            };
            let key = self.key_of(taken, secret, inner("KmsKeyId"));
            let own = Value::of(region);
            let own_arn = secret.arn.as_deref().map(|arn| taken.own_text(secret, arn));
            let arn = own_arn.as_deref().and_then(|arn| {
                let parsed = Arn::parse(arn)?;
                Some(format!(
                    "arn:{}:secretsmanager:{region}:{}:{}",
                    parsed.partition, parsed.account, parsed.resource
                ))
            });
            let arn = self.text(taken, arn.as_deref());
            self.world.secrets.push(Secret {
                label: format!("{}@{region}", one.label),
                is_replica: true,
                arn,
                region: own,
                key,
                ..one.clone()
            });
        }
    }

    pub(super) fn take_grants(&mut self, taken: &Taken<'w>) {
        for grant in taken.stack().resources.iter().filter(|other| other.kind == "aws_kms_grant") {
            let Some(id) = grant.property("KeyId") else { continue };
            let mut keys: Vec<&Resource> = taken
                .stack()
                .of_type(Type::Key)
                .chain(taken.stack().of_type(Type::ReplicaKey))
                .filter(|key| key.is_referred_to_by(id))
                .collect();
            let is_bound = keys.iter().all(|key| taken.is_bound(grant, id, key));
            if keys.is_empty() && !is_known(id) {
                keys.extend(taken.stack().of_type(Type::Key));
            }
            let whom = grant.property("GranteePrincipal");
            let text = whom.and_then(Node::string);
            let is_open = !is_bound
                || keys.is_empty()
                || whom.is_some_and(|node| !taken.is_certain(grant, node))
                || text.is_none_or(|text| !text.starts_with("arn:"));
            let grantee = self.text(taken, text);
            let operations = grant.property("Operations").map_or(&[][..], Node::items);
            let may_decrypt =
                operations.iter().any(|node| node.is_open() || node.string() == Some("Decrypt"));
            let is_narrowed = grant.property("Constraints").is_some();
            let grant = Grant { grantee, may_decrypt, is_narrowed, is_open, at: Taken::at(grant) };
            for key in keys.iter().filter_map(|key| taken.keys.get(key.name.as_str())) {
                if let Some(key) = self.world.keys.get_mut(*key) {
                    key.grants.push(grant.clone());
                }
            }
        }
    }
}

/// Whether all of a value is known.
fn is_known(node: &Node) -> bool {
    node.string().is_some_and(|text| !has_hole(text) && !text.contains("{{"))
}
