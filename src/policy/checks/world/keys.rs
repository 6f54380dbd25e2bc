//! Keys that a role is to use, and what their policies say of it.

use std::collections::{HashMap, HashSet};

use crate::policy::arn::Arn;
use crate::policy::checks::roles::{Found, Permissions};
use crate::policy::checks::{Deployment, Violations, World, quote};
use crate::policy::document::{Document, Root, Sense, Statement};
use crate::policy::link::{Resource, Type};
use crate::policy::principal::{Kind, Principal};
use crate::policy::text::{has_hole, holes, is_hole};

/// With more resources than AWS lets a stack have nothing is worked out: each role is held against each policy, and
/// each of these may name every role.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>
const MOST_RESOURCES: usize = 500;

/// A key with the documents that are its policy; none when it has the default one.
struct Key<'d> {
    resource: &'d Resource,
    policy: Vec<&'d Document<'d>>,
}

/// The stacks that are looked at. Grants let in whom no policy names.
fn deployments<'w>(world: &'w World<'w>) -> impl Iterator<Item = &'w Deployment<'w>> {
    world.deployments.iter().filter(|deployment| {
        let resources = &deployment.stack.resources;
        resources.len() <= MOST_RESOURCES
            && deployment.stack.has_few_roles()
            && !resources.iter().any(|resource| resource.kind == "aws_kms_grant")
    })
}

/// The keys whose policy is known, by their ARN.
fn keys<'d>(deployment: &'d Deployment<'d>) -> HashMap<&'d str, Key<'d>> {
    let known = |resource: &'d Resource| {
        let policy = policy(deployment, resource)?;
        Some((resource.arn.as_deref()?, Key { resource, policy }))
    };
    deployment.stack.of_type(Type::Key).filter_map(known).collect()
}

/// The documents of a key's policy, when all that it says is known. In Terraform it may be a resource of its own.
fn policy<'d>(deployment: &'d Deployment<'d>, key: &'d Resource) -> Option<Vec<&'d Document<'d>>> {
    let mut holders = Vec::new();
    if key.property("KeyPolicy").or_else(|| key.property("Policy")).is_some() {
        holders.push(key);
    }
    for other in
        deployment.stack.resources.iter().filter(|other| other.kind == "aws_kms_key_policy")
    {
        let id = other.property("KeyId")?;
        if key.is_referred_to_by(id) {
            holders.push(other);
        } else {
            deployment.stack.referred(Type::Key, id)?;
        }
    }
    let mut documents = Vec::new();
    for holder in holders {
        let before = documents.len();
        documents.extend(deployment.documents_of(holder).map(|(_, document)| document));
        if documents.len() == before {
            return None;
        }
    }
    documents.iter().all(|document| document.is_complete).then_some(documents)
}

impl Key<'_> {
    /// Whether a statement of its policy hands the decision on to the account, or may do so.
    fn delegates(&self) -> bool {
        let is_account = |principal: &Principal| {
            let is_root = Arn::parse(principal.text).is_some_and(|arn| arn.resource == "root");
            let is_id = is_hole(principal.text) && holes(principal.text).eq(["AWS::AccountId"]);
            principal.is_account() || is_root || is_id
        };
        self.policy.is_empty()
            || self.allows().any(|statement| statement.principals().iter().any(is_account))
    }

    fn allows(&self) -> impl Iterator<Item = &Statement<'_>> {
        self.policy.iter().flat_map(|document| document.allows())
    }

    /// Whether its policy may let a role in by name. `others` are the ARNs of what is declared and is not this role.
    fn may_name(&self, role: &Resource, others: &HashSet<&str>) -> bool {
        let is_other = |principal: &Principal| match principal.kind {
            Kind::Service | Kind::CanonicalUser => true,
            Kind::Everyone | Kind::Federated => false,
            Kind::Aws => is_other(principal.text, role, others),
        };
        self.allows().any(|statement| {
            let is_not = statement.principals.as_ref().is_some_and(|e| e.sense == Sense::IsNot);
            is_not || !statement.principals().iter().all(is_other)
        })
    }
}

/// Whether a principal is certainly not this role.
fn is_other(text: &str, role: &Resource, others: &HashSet<&str>) -> bool {
    if role.arn.as_deref() == Some(text) {
        return false;
    }
    let name = role.own_name.as_deref().filter(|name| !has_hole(name));
    let Some(arn) = Arn::parse(text) else {
        return text.len() == 12 || holes(text).eq(["AWS::AccountId"]);
    };
    if arn.resource == "root" || others.contains(text) {
        return true;
    }
    let is_plain = !has_hole(arn.resource) && !arn.resource.contains(['*', '?']);
    let own = arn.resource.rsplit('/').next();
    is_plain && arn.service == "iam" && name.is_some_and(|name| own != Some(name))
}

/// The ARNs of the roles and users of a stack.
fn identities<'d>(deployment: &'d Deployment) -> HashSet<&'d str> {
    let all = &deployment.stack.resources;
    let meant = all.iter().filter(|resource| resource.is(Type::Role) || resource.is(Type::User));
    meant.filter_map(|resource| resource.arn.as_deref()).collect()
}

/// The statements that allow, each with the place of its document.
fn statements<'p>(
    policies: &'p Permissions,
) -> impl Iterator<Item = (&'p Root, &'p Statement<'p>)> {
    let of =
        |(root, document): &Found<'p>| document.allows().map(move |statement| (*root, statement));
    policies.documents.iter().flat_map(of)
}

pub(super) fn no_delegation(world: &World, violations: &mut Violations) {
    for deployment in deployments(world) {
        let mut closed = keys(deployment);
        closed.retain(|_, key| !key.delegates());
        if closed.is_empty() {
            continue;
        }
        let others = identities(deployment);
        for role in deployment.stack.of_type(Type::Role) {
            let policies = Permissions::of(deployment, role);
            for (root, statement) in statements(&policies) {
                violations.look_at(root.file);
                ineffective(statement, role, (&closed, &others), violations);
            }
        }
    }
}

/// Reports the keys of a statement that leave nothing to it.
fn ineffective(
    statement: &Statement,
    role: &Resource,
    (closed, others): (&HashMap<&str, Key>, &HashSet<&str>),
    violations: &mut Violations,
) {
    if !statement.services().iter().any(|service| service == "kms") {
        return;
    }
    for text in statement.resources() {
        let key = closed.get(text.value).filter(|key| !key.may_name(role, others));
        if let Some(key) = key {
            violations.report(&text.span, format!(
                "The policy of the key {} does not name {} and hands nothing on to the account's own policies: this Allow grants nothing.",
                quote(&key.resource.name),
                quote(&role.name)
            ));
        }
    }
}
