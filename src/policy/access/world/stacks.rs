//! A world of what templates declare: the roles and users of a stack, its secrets and keys, and whom their policies name.

use std::collections::HashMap;

use super::build::Builder;
use super::{
    Grant, Key, KeyOf, Principal, PrincipalKind, Secret, Set, Tags, managed, partition_of,
};
use crate::policy::access::description::{At, Deployed};
use crate::policy::access::matching::Value;
use crate::policy::access::truth::Truth;
use crate::policy::arn::Arn;
use crate::policy::checks::Deployment;
use crate::policy::checks::roles::{Found, Permissions};
use crate::policy::document::Kind;
use crate::policy::link::{Resource, Stack, Type};
use crate::policy::text::{has_hole, hole, shown};
use crate::policy::tree::{Node, Value as Tree};

/// With more resources than any template can have nothing is worked out: policies of each role are looked for among all.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>
const MOST_RESOURCES: usize = 2000;

/// A stack while it is taken in.
struct Taken<'w> {
    deployment: &'w Deployment<'w>,
    /// Its place among the deployments, and its scope.
    number: usize,
    scope: usize,
    account: usize,
    /// The keys by the name of their resource.
    keys: HashMap<&'w str, usize>,
}

impl<'w> Taken<'w> {
    fn stack(&self) -> &'w Stack {
        self.deployment.stack
    }

    fn at(resource: &Resource) -> At {
        At { file: resource.file, span: resource.name_span.clone() }
    }
}

impl<'w> Builder<'w> {
    /// Adds what stacks declare. `where_deployed` says in which account and region.
    pub(super) fn add_stacks(&mut self, where_deployed: &dyn Fn(&Stack) -> Option<Deployed>) {
        let mut all = Vec::new();
        for (number, deployment) in self.deployments.iter().enumerate() {
            let stack = deployment.stack;
            let kinds = [Type::Secret, Type::Parameter, Type::Key, Type::Role, Type::User];
            let has_some = kinds.iter().any(|kind| stack.of_type(*kind).next().is_some())
                || stack.of_type(Type::Function).next().is_some();
            if !has_some {
                continue;
            }
            if stack.resources.len() > MOST_RESOURCES || !stack.has_few_roles() {
                self.assume(
                    format!("{} declares so much that it is left out", stack.path.display()),
                    None,
                );
                continue;
            }
            let account = self.account_of(number, where_deployed(stack));
            all.push(Taken {
                deployment,
                number,
                scope: number + 1,
                account,
                keys: HashMap::new(),
            });
        }
        for taken in &mut all {
            self.take_keys(taken);
        }
        for taken in &all {
            self.take_secrets(taken);
            self.take_principals(taken);
        }
        for taken in &all {
            self.take_grants(taken);
            self.take_foreign(taken);
        }
    }

    /// The account that a stack is deployed to, with what is known of its holes.
    fn account_of(&mut self, number: usize, deployed: Option<Deployed>) -> usize {
        let Some(deployment) = self.deployments.get(number) else { return 0 };
        let region = deployed.as_ref().and_then(|deployed| deployed.region.clone());
        let partition =
            region.as_deref().map_or_else(|| written_partition(deployment), partition_of);
        let known = self.scopes.get_mut(number + 1).map(|scope| &mut scope.known);
        if let Some(known) = known {
            known.insert("AWS::Partition".into(), partition.into());
            known.extend(region.map(|region| ("AWS::Region".to_owned(), region)));
            let asked = deployment.stack.asked_partition.clone();
            known.extend(asked.map(|name| (format!("{name}.partition"), partition.to_owned())));
        }
        if let Some(deployed) = deployed {
            let account = self.account(&deployed.account);
            let id = self.world.accounts.get(account).and_then(|account| account.id.text());
            if let Some((scope, id)) = self.scopes.get_mut(number + 1).zip(id) {
                scope.known.insert("AWS::AccountId".into(), id);
            }
            return account;
        }
        let id = self.value(number + 1, &hole("AWS::AccountId"));
        let label = match deployment.stack.path.to_string_lossy() {
            path if path.is_empty() => ".".to_owned(),
            path => path.into_owned(),
        };
        let account = self.add_account(&label, id);
        if let Some(own) = self.world.accounts.get_mut(account) {
            own.partition = Value::of(partition);
            own.stack = Some(number);
        }
        account
    }

    /// A text of a stack as a value, where there is one.
    fn text(&mut self, taken: &Taken, text: Option<&str>) -> Value {
        match text {
            Some(text) => self.value(taken.scope, text),
            None => self.unknown(),
        }
    }

    fn region_of(&mut self, taken: &Taken, arn: Option<&str>) -> Value {
        let region = arn.and_then(Arn::parse).map(|arn| arn.region.to_owned());
        self.text(taken, region.as_deref())
    }

    fn label(&self, taken: &Taken, resource: &Resource) -> String {
        let account = self.world.accounts.get(taken.account);
        let account = account.map_or("", |account| account.label.as_str());
        let name = resource.own_name.as_deref().filter(|name| !has_hole(name));
        format!(
            "{account}/{}",
            name.map_or(resource.name.as_str(), |name| name.trim_start_matches('/'))
        )
    }

    fn take_keys(&mut self, taken: &mut Taken<'w>) {
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

    /// The documents that belong to a resource and have principals.
    fn documents_of(&mut self, taken: &Taken<'w>, resource: &'w Resource, what: &str) -> Set {
        let found: Vec<Found<'w>> = taken
            .deployment
            .documents_of(resource)
            .filter(|(_, document)| document.kind != Kind::Identity || !resource.is(Type::Role))
            .collect();
        if found.is_empty() {
            return Set::lacking(what);
        }
        let policies =
            found.into_iter().map(|(root, document)| self.document(root, document, taken.scope));
        Set { policies: policies.collect(), lacks: Vec::new() }
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

    fn take_secrets(&mut self, taken: &Taken<'w>) {
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
            name: self.text(taken, secret.own_name.as_deref()),
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

    fn take_replicas(&mut self, taken: &Taken<'w>, secret: &'w Resource, one: &Secret) {
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

    fn take_principals(&mut self, taken: &Taken<'w>) {
        let stack = taken.stack();
        let roles = stack.of_type(Type::Role).map(|role| (role, PrincipalKind::Role));
        let users = stack.of_type(Type::User).map(|user| (user, PrincipalKind::User));
        // SAM makes a role for a function that has none.
        let functions = stack.of_type(Type::Function).filter(|function| {
            function.kind == "AWS::Serverless::Function" && function.property("Role").is_none()
        });
        let functions = functions.map(|function| (function, PrincipalKind::Role));
        let all: Vec<_> = roles.chain(users).chain(functions).collect();
        for (resource, kind) in all {
            let principal = self.declared(taken, resource, kind);
            self.world.principals.push(principal);
        }
    }

    fn declared(
        &mut self,
        taken: &Taken<'w>,
        resource: &'w Resource,
        kind: PrincipalKind,
    ) -> Principal {
        let is_function = resource.is(Type::Function);
        let mut label = self.label(taken, resource);
        let (name, arn) = if is_function {
            label.push_str("Role");
            let account = self.value(taken.scope, &hole("AWS::AccountId"));
            let name = self.value(taken.scope, &hole(&format!("{}Role", resource.name)));
            let start = self.value(taken.scope, &format!("arn:{}:iam::", hole("AWS::Partition")));
            let arn = start.followed_by(&account).then(":role/").followed_by(&name);
            (name, arn)
        } else {
            (
                self.text(taken, resource.own_name.as_deref()),
                self.text(taken, resource.arn.as_deref()),
            )
        };
        let mut identity = self.permissions(taken, resource);
        if kind == PrincipalKind::User {
            for group in self.groups(taken, resource) {
                match group {
                    Some(group) => identity.add(&self.permissions(taken, group)),
                    None => identity.add(&Set::lacking("policies of its groups")),
                }
            }
        }
        let trust = taken
            .deployment
            .documents_of(resource)
            .filter(|(_, document)| document.kind == Kind::Trust);
        let trust: Vec<Found<'w>> = trust.collect();
        let trust: Vec<usize> = trust
            .into_iter()
            .map(|(root, document)| self.document(root, document, taken.scope))
            .collect();
        let path = resource.property("Path").and_then(Node::string).unwrap_or_default();
        Principal {
            label,
            account: taken.account,
            kind,
            name,
            arn,
            session: None,
            identity,
            boundary: resource
                .property("PermissionsBoundary")
                .map(|node| self.managed_policy(taken, node, Taken::at(resource))),
            session_policy: None,
            trust: (!trust.is_empty()).then_some(Set { policies: trust, lacks: Vec::new() }),
            tags: self.tags(taken, resource),
            unique_id: None,
            context: Vec::new(),
            is_service_linked: path.starts_with("/aws-service-role/"),
            used_by: users_of(taken.stack(), resource),
            stack: Some(taken.number),
            at: Some(Taken::at(resource)),
            is_foreign: false,
        }
    }

    /// The policies of a role, user or group.
    fn permissions(&mut self, taken: &Taken<'w>, resource: &'w Resource) -> Set {
        let permissions = Permissions::of(taken.deployment, resource);
        let mut set = Set::default();
        for (root, document) in &permissions.documents {
            let number = self.document(root, document, taken.scope);
            if !set.policies.contains(&number) {
                set.policies.push(number);
            }
        }
        for (name, span) in &permissions.elsewhere {
            let by = At { file: resource.file, span: span.clone() };
            set.add(&self.managed(name, &by));
        }
        let is_read = permissions.documents.iter().all(|(_, document)| document.is_complete);
        if !permissions.is_known && is_read {
            set.add(&Set::lacking("policies that the template leaves open"));
        }
        set
    }

    /// A managed policy that a property names.
    fn managed_policy(&mut self, taken: &Taken<'w>, node: &Node, by: At) -> Set {
        if let Some(policy) = taken.stack().referred(Type::ManagedPolicy, node) {
            return self.documents_of(taken, policy, "a managed policy");
        }
        match node.string() {
            Some(text) if !has_hole(text) => self.managed(text, &by),
            _ => Set::lacking("a managed policy that the template leaves open"),
        }
    }

    /// The groups of a user; nothing in the place of one that is not known.
    fn groups(&self, taken: &Taken<'w>, user: &'w Resource) -> Vec<Option<&'w Resource>> {
        let stack = taken.stack();
        let own = user
            .property("Groups")
            .into_iter()
            .flat_map(Node::items)
            .map(|node| stack.referred(Type::Group, node));
        let kinds = [
            "AWS::IAM::UserToGroupAddition",
            "aws_iam_user_group_membership",
            "aws_iam_group_membership",
        ];
        let memberships =
            stack.resources.iter().filter(|other| kinds.contains(&other.kind.as_str())).filter(
                |other| {
                    ["Users", "User"]
                        .iter()
                        .filter_map(|name| other.property(name))
                        .any(|node| user.is_referred_to_by(node))
                },
            );
        let joined = memberships.flat_map(|other| {
            let groups =
                ["GroupName", "Groups", "Group"].iter().filter_map(|name| other.property(name));
            groups
                .flat_map(Node::items)
                .map(|node| stack.referred(Type::Group, node))
                .collect::<Vec<_>>()
        });
        own.chain(joined).collect()
    }

    /// The tags that are written out. A stack and a provider may add others.
    fn tags(&mut self, taken: &Taken<'w>, resource: &Resource) -> Tags {
        let mut known = Vec::new();
        let Some(node) = resource.property("Tags") else { return Tags::default() };
        let text = |node: Option<&Node>| node.and_then(Node::scalar).map(ToOwned::to_owned);
        for item in node.items() {
            let pairs: Vec<(Option<String>, Option<String>)> =
                match (item.get("Key"), item.get("Value")) {
                    (Some(key), value) => vec![(text(Some(key)), text(value))],
                    _ => item
                        .entries()
                        .iter()
                        .map(|entry| (Some(entry.key.clone()), text(Some(&entry.value))))
                        .collect(),
                };
            for (key, value) in pairs {
                if let Some((key, value)) = key.zip(value).filter(|(key, _)| !has_hole(key)) {
                    known.push((key.to_ascii_lowercase(), self.value(taken.scope, &value)));
                }
            }
        }
        Tags { known, is_complete: false }
    }

    fn take_grants(&mut self, taken: &Taken<'w>) {
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

    /// Adds those whom the policies of secrets and keys name, and of whom nothing else is known.
    fn take_foreign(&mut self, taken: &Taken<'w>) {
        let owners: Vec<&'w Resource> =
            [Type::Secret, Type::SecretPolicy, Type::Key, Type::ReplicaKey]
                .iter()
                .flat_map(|kind| taken.stack().of_type(*kind))
                .chain(
                    taken
                        .stack()
                        .resources
                        .iter()
                        .filter(|other| other.kind == "aws_kms_key_policy"),
                )
                .collect();
        let documents: Vec<Found<'w>> =
            owners.into_iter().flat_map(|owner| taken.deployment.documents_of(owner)).collect();
        for (root, document) in documents {
            let principals = document.allows().flat_map(|statement| statement.principals());
            for principal in
                principals.filter(|principal| principal.kind == crate::policy::principal::Kind::Aws)
            {
                self.foreign(
                    taken,
                    principal.text,
                    At { file: root.file, span: principal.span.clone() },
                );
            }
        }
    }

    fn foreign(&mut self, taken: &Taken<'w>, text: &str, at: At) {
        let Some((account, resource)) = account_and_name(text) else { return };
        let account = self.value(taken.scope, &account);
        let own = self.world.accounts.get(taken.account);
        if own.is_some_and(|own| own.id.pattern().matches(&account) == Truth::Yes) {
            return;
        }
        let label = account.text().unwrap_or_else(|| shown(text));
        let account = self.account(&label);
        let (kind, name, arn) = match resource {
            Some((kind, name)) => (kind, Value::of(name), self.value(taken.scope, text)),
            None => {
                let open = self.unknown();
                let start = self
                    .world
                    .accounts
                    .get(account)
                    .map(|account| account.id.clone())
                    .unwrap_or_default();
                let arn =
                    Value::of("arn:aws:iam::").followed_by(&start).then(":").followed_by(&open);
                (PrincipalKind::Account, open, arn)
            }
        };
        let identity = if kind == PrincipalKind::Account { start_of(account) } else { arn.clone() };
        if !self.is_new(identity) {
            return;
        }
        let account_label =
            self.world.accounts.get(account).map_or(String::new(), |own| own.label.clone());
        let label = match name.text() {
            Some(name) if kind != PrincipalKind::Account => format!("{account_label}/{name}"),
            _ => format!("{account_label}/*"),
        };
        self.world.principals.push(Principal {
            label,
            account,
            kind,
            name,
            arn,
            session: None,
            identity: Set::lacking("its policies"),
            boundary: None,
            session_policy: None,
            trust: None,
            tags: Tags::default(),
            unique_id: None,
            context: Vec::new(),
            is_service_linked: false,
            used_by: Vec::new(),
            stack: None,
            at: Some(at),
            is_foreign: true,
        });
    }
}

/// What stands for everybody of an account where principals are told apart.
fn start_of(account: usize) -> Value {
    Value::of(&format!("account {account}"))
}

/// The account that a principal of a policy is of, and which user or role it is, where it is one.
fn account_and_name(text: &str) -> Option<(String, Option<(PrincipalKind, &str)>)> {
    if crate::policy::arn::is_account(text) {
        return Some((text.to_owned(), None));
    }
    let arn = Arn::parse(text).filter(|arn| arn.service == "iam")?;
    let resource = match arn.resource.split_once('/') {
        Some(("role", name)) => {
            Some((PrincipalKind::Role, name.rsplit('/').next().unwrap_or(name)))
        }
        Some(("user", name)) => {
            Some((PrincipalKind::User, name.rsplit('/').next().unwrap_or(name)))
        }
        None if arn.resource == "root" => None,
        _ => return None,
    };
    let is_whole =
        !arn.resource.contains(['*', '?']) && resource.is_none_or(|(_, name)| !has_hole(name));
    is_whole.then(|| (arn.account.to_owned(), resource))
}

/// The partition that the texts of a stack name.
fn written_partition(deployment: &Deployment) -> &'static str {
    let statements = deployment.documents.iter().flat_map(|(_, document)| &document.statements);
    let mut arns = statements
        .flat_map(|statement| statement.resources())
        .filter_map(|text| Arn::parse(text.value));
    let known = arns.find_map(|arn| {
        let all = crate::policy::arn::PARTITIONS.iter();
        all.map(|(name, _)| *name).find(|name| *name == arn.partition)
    });
    known.unwrap_or("aws")
}

/// What of a stack uses a role: the service that assumes it, and the name of what does.
fn users_of(stack: &Stack, role: &Resource) -> Vec<(String, String, At)> {
    let uses = [
        (Type::Function, &["Role"][..], "lambda.amazonaws.com"),
        (Type::TaskDefinition, &["ExecutionRoleArn", "TaskRoleArn"][..], "ecs-tasks.amazonaws.com"),
        (Type::StateMachine, &["RoleArn", "Role"][..], "states.amazonaws.com"),
    ];
    let mut found = Vec::new();
    for (kind, properties, service) in uses {
        for user in stack.of_type(kind) {
            let mut named = properties.iter().filter_map(|name| user.property(name));
            if named.any(|node| role.is_referred_to_by(node)) {
                found.push((service.to_owned(), user.name.clone(), Taken::at(user)));
            }
        }
    }
    found
}
