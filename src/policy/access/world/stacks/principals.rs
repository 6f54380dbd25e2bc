//! The roles and users of a stack, and whom else its policies name.

use super::Taken;
use crate::policy::access::description::At;
use crate::policy::access::matching::Value;
use crate::policy::access::truth::Truth;
use crate::policy::access::world::build::Builder;
use crate::policy::access::world::{Principal, PrincipalKind, Set, Tags};
use crate::policy::arn::Arn;
use crate::policy::checks::roles::{Found, Permissions};
use crate::policy::document::{Kind, Statement};
use crate::policy::link::{Resource, Stack, Type};
use crate::policy::text::{has_hole, hole, shown};
use crate::policy::tree::{Node, Value as Tree};

impl<'w> Builder<'w> {
    pub(super) fn take_principals(&mut self, taken: &Taken<'w>) {
        let stack = taken.stack();
        let roles = stack.of_type(Type::Role).map(|role| (role, PrincipalKind::Role));
        let users = stack.of_type(Type::User).map(|user| (user, PrincipalKind::User));
        // SAM makes a role for a function that has none.
        let functions = stack.of_type(Type::Function).filter(|function| {
            function.kind == "AWS::Serverless::Function"
                && function.property("Role").is_none()
                && global(stack, "Role").is_none()
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
        let account = self.account_in(taken, resource);
        let mut label = self.label(taken, account, resource);
        let (name, arn) = if is_function {
            label.push_str("Role");
            let number = self.value(taken.scope, &hole("AWS::AccountId"));
            let name = self.value(taken.scope, &hole(&format!("{}Role", resource.name)));
            let start = self.value(taken.scope, &format!("arn:{}:iam::", hole("AWS::Partition")));
            let arn = start.followed_by(&number).then(":role/").followed_by(&name);
            (name, arn)
        } else {
            let own =
                |text: &Option<String>| text.as_deref().map(|text| taken.own_text(resource, text));
            let (name, arn) = (own(&resource.own_name), own(&resource.arn));
            (self.text(taken, name.as_deref()), self.text(taken, arn.as_deref()))
        };
        let identity = self.identity(taken, resource, kind);
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
        let boundary = self.boundary(taken, resource);
        Principal {
            label,
            account,
            kind,
            name,
            arn,
            session: None,
            identity,
            boundary,
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

    /// The policies of a principal, those of its groups and what may be among them as well.
    fn identity(&mut self, taken: &Taken<'w>, resource: &'w Resource, kind: PrincipalKind) -> Set {
        let mut identity = self.permissions(taken, resource);
        if kind == PrincipalKind::User {
            for (group, is_certain) in Self::groups(taken, resource) {
                match group {
                    Some(group) => {
                        let set = self.permissions(taken, group);
                        identity.add(&if is_certain { set } else { self.doubted(&set) });
                    }
                    None => identity.add(&Set::lacking("policies of its groups")),
                }
            }
        }
        if taken.is_given_away(resource) {
            identity.add(&Set::lacking("policies that it may be given elsewhere"));
        }
        identity
    }

    /// The boundary of a principal, where it has one.
    fn boundary(&mut self, taken: &Taken<'w>, resource: &'w Resource) -> Option<Set> {
        let boundary = resource
            .property("PermissionsBoundary")
            .filter(|node| node.value != Tree::Null && node.string() != Some(""));
        match boundary {
            Some(node) => Some(self.managed_policy(taken, (resource, node))),
            None if resource.is(Type::Function)
                && global(taken.stack(), "PermissionsBoundary").is_some() =>
            {
                Some(Set::lacking("the boundary of all functions"))
            }
            None => None,
        }
    }

    /// The policies of a role, user or group.
    fn permissions(&mut self, taken: &Taken<'w>, resource: &'w Resource) -> Set {
        let permissions = Permissions::of(taken.deployment, resource);
        let mut set = Set::default();
        for (root, document) in &permissions.documents {
            let number = self.document(root, document, taken.scope);
            let number =
                if taken.is_given(resource, root) { Some(number) } else { self.doubtful(number) };
            if let Some(number) = number.filter(|number| !set.policies.contains(number)) {
                set.policies.push(number);
            }
        }
        for (name, span) in &permissions.elsewhere {
            let by = At { file: resource.file, span: span.clone() };
            let policy = self.managed(name, &by);
            let is_certain = taken.is_named_for_certain(resource, span);
            set.add(&if is_certain { policy } else { self.doubted(&policy) });
        }
        let is_read = permissions.documents.iter().all(|(_, document)| document.is_complete);
        if !permissions.is_known && is_read {
            set.add(&Set::lacking("policies that the template leaves open"));
        }
        set
    }

    /// A managed policy that a property names.
    fn managed_policy(&mut self, taken: &Taken<'w>, (owner, node): (&Resource, &Node)) -> Set {
        if let Some(policy) = taken.plain(Type::ManagedPolicy, owner, node) {
            return self.documents_of(taken, policy, "a managed policy");
        }
        match node.string().filter(|_| taken.is_certain(owner, node)) {
            Some(text) if !has_hole(text) => self.managed(text, &Taken::at(owner)),
            _ => Set::lacking("a managed policy that the template leaves open"),
        }
    }

    /// The groups of a user, and whether it is in them in every case; nothing in the place of one that is not known.
    fn groups(taken: &Taken<'w>, user: &'w Resource) -> Vec<(Option<&'w Resource>, bool)> {
        let stack = taken.stack();
        let group = |owner: &Resource, list: &'w Node, is_bound: bool| -> Vec<_> {
            let item = |node: &'w Node| {
                let is_certain = is_bound
                    && taken.is_certain(owner, list)
                    && taken.plain(Type::Group, owner, node).is_some();
                (stack.referred(Type::Group, node), is_certain)
            };
            list.items().iter().map(item).collect()
        };
        let own = user.property("Groups").into_iter().flat_map(|list| group(user, list, true));
        let kinds = [
            "AWS::IAM::UserToGroupAddition",
            "aws_iam_user_group_membership",
            "aws_iam_group_membership",
        ];
        let memberships =
            stack.resources.iter().filter(|other| kinds.contains(&other.kind.as_str()));
        let joined = memberships.flat_map(|other| {
            let named = ["Users", "User"].iter().filter_map(|name| other.property(name));
            let named: Vec<&Node> = named.flat_map(Node::items).collect();
            let is_bound = named.iter().any(|node| taken.is_bound(other, node, user));
            let is_meant = named.iter().any(|node| {
                user.is_referred_to_by(node)
                    || crate::policy::checks::roles::is_open(node)
                        && stack.referred(Type::User, node).is_none()
            });
            let groups = ["GroupName", "Groups", "Group"].iter().filter(|_| is_meant);
            let groups = groups.filter_map(|name| other.property(name));
            groups.flat_map(|list| group(other, list, is_bound)).collect::<Vec<_>>()
        });
        own.chain(joined).collect()
    }

    /// Adds those whom the policies of secrets and keys name, and of whom nothing else is known.
    pub(super) fn take_foreign(&mut self, taken: &Taken<'w>) {
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
            let principals = document.allows().flat_map(Statement::principals);
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
        let (kind, name, arn) = if let Some((kind, name)) = resource {
            (kind, Value::of(name), self.value(taken.scope, text))
        } else {
            let open = self.unknown();
            let own = self.world.accounts.get(account);
            let id = own.map(|account| account.id.clone()).unwrap_or_default();
            let arn = Value::of("arn:aws:iam::").followed_by(&id).then(":").followed_by(&open);
            (PrincipalKind::Account, open, arn)
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
    if text.contains("{{") {
        return None;
    }
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

/// What SAM gives to all functions.
fn global<'s>(stack: &'s Stack, name: &str) -> Option<&'s Node> {
    let mut globals = stack.frames.iter().filter_map(|frame| frame.globals.as_ref());
    globals.find_map(|globals| globals.get("Function")?.get(name))
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
