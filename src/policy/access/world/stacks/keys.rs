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
            let arn = self.text(taken, key.arn.as_deref());
            let region = self.region_of(taken, key.arn.as_deref());
            let aliases: Vec<Value> = taken
                .stack()
                .of_type(Type::Alias)
                .filter(|alias| {
                    alias.property("TargetKeyId").is_some_and(|id| key.is_referred_to_by(id))
                })
                .filter_map(|alias| alias.own_name.as_deref())
                .map(|name| self.value(taken.scope, name))
                .collect();
            let policy = self.key_policy(taken, key);
            let is_off =
                |node: &Node| node.scalar().is_some_and(|text| text.eq_ignore_ascii_case("false"));
            taken.keys.insert(&key.name, self.world.keys.len());
            let tags = self.tags(taken, key);
            self.world.keys.push(Key {
                label: self.label(taken, key),
                account: taken.account,
                arn,
                region,
                aliases,
                has_all_aliases: false,
                policy,
                grants: Vec::new(),
                is_disabled: key
                    .property("Enabled")
                    .or_else(|| key.property("IsEnabled"))
                    .is_some_and(is_off),
                tags,
                at: Some(Taken::at(key)),
            });
        }
    }

    /// The policy of a key: its own, that of a resource beside it, or the one it has by default.
    fn key_policy(&mut self, taken: &Taken<'w>, key: &'w Resource) -> Option<Set> {
        let beside =
            taken.stack().resources.iter().filter(|other| other.kind == "aws_kms_key_policy");
        let mut set = Set::default();
        let mut has_own = false;
        for other in beside {
            match other.property("KeyId") {
                Some(id) if key.is_referred_to_by(id) => {
                    has_own = true;
                    set.add(&self.documents_of(taken, other, "its policy"));
                }
                Some(id) if id.is_open() && taken.stack().referred(Type::Key, id).is_none() => {
                    has_own = true;
                    set.add(&Set::lacking("whose key policy this is"));
                }
                _ => {}
            }
        }
        let own = ["KeyPolicy", "Policy"].iter().find_map(|name| key.property(name));
        if own.is_some_and(|node| node.value != Tree::Null) {
            set.add(&self.documents_of(taken, key, "its policy"));
            return Some(set);
        }
        if !has_own && let Some((root, document)) = managed::default_key_policy() {
            set.policies.push(self.document(root, document, taken.scope));
        }
        Some(set)
    }

    fn key_of(&mut self, taken: &Taken<'w>, node: Option<&Node>) -> KeyOf {
        let Some(node) = node.filter(|node| node.value != Tree::Null) else {
            return KeyOf::Managed;
        };
        let stack = taken.stack();
        let referred = |node: &Node| {
            let key = stack
                .referred(Type::Key, node)
                .or_else(|| stack.referred(Type::ReplicaKey, node))?;
            taken.keys.get(key.name.as_str()).copied()
        };
        let by_alias = || {
            let alias = stack.referred(Type::Alias, node)?;
            referred(alias.property("TargetKeyId")?)
        };
        if let Some(key) = referred(node).or_else(by_alias) {
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
                if owner.property("SecretId").is_some_and(|id| secret.is_referred_to_by(id)) {
                    has_policy = true;
                    set.add(&self.documents_of(taken, owner, "its policy"));
                }
            }
            // In Terraform it may stand in the secret itself.
            if !secret.is_of_cloudformation()
                && secret.property("Policy").is_some_and(|node| node.value != Tree::Null)
            {
                has_policy = true;
                set.add(&self.documents_of(taken, secret, "its policy"));
            }
            let key = self.key_of(taken, secret.property("KmsKeyId"));
            let one = self.secret(taken, secret, key, has_policy.then_some(set));
            self.world.secrets.push(one.clone());
            self.take_replicas(taken, secret, &one);
        }
        for parameter in taken.stack().of_type(Type::Parameter) {
            if parameter.property("Type").and_then(Node::string) != Some("SecureString") {
                continue;
            }
            let key = self.key_of(taken, parameter.property("KeyId"));
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
        Secret {
            label: self.label(taken, secret),
            account: taken.account,
            is_parameter: false,
            is_replica: false,
            managed: 0,
            region: self.region_of(taken, secret.arn.as_deref()),
            arn: self.text(taken, secret.arn.as_deref()),
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
            let key = self.key_of(taken, inner("KmsKeyId"));
            let own = Value::of(region);
            let arn = secret.arn.as_deref().and_then(|arn| {
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
            let key = grant.property("KeyId").and_then(|id| taken.stack().referred(Type::Key, id));
            let Some(key) = key.and_then(|key| taken.keys.get(key.name.as_str()).copied()) else {
                continue;
            };
            let grantee = grant.property("GranteePrincipal").and_then(Node::string);
            let grantee = self.text(taken, grantee);
            let operations = grant.property("Operations").map_or(&[][..], Node::items);
            let may_decrypt =
                operations.iter().any(|node| node.is_open() || node.string() == Some("Decrypt"));
            let is_narrowed = grant.property("Constraints").is_some();
            let grant = Grant { grantee, may_decrypt, is_narrowed, at: Taken::at(grant) };
            self.world.keys.get_mut(key).into_iter().for_each(|key| key.grants.push(grant.clone()));
        }
    }
}
