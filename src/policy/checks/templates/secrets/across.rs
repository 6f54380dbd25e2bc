//! Secrets that other accounts, and replicas in other regions, use: which key they can be under.

use super::super::{inner, is_absent, is_open, place};
use crate::policy::arn::Arn;
use crate::policy::checks::{Deployment, Violations, quote};
use crate::policy::document::{Document, Statement};
use crate::policy::link::{Dialect, Resource, Type};
use crate::policy::principal::{Kind, Principal};
use crate::policy::tree::Node;

/// The key that AWS manages, by its alias.
const MANAGED: &str = "alias/aws/secretsmanager";

/// A secret whose policy lets in a principal of another account.
struct Shared<'a> {
    secret: &'a Resource,
    principal: &'a str,
}

fn shared<'a>(deployment: &'a Deployment<'a>) -> Vec<Shared<'a>> {
    let mut all = Vec::new();
    for secret in deployment.stack.of_type(Type::Secret) {
        let policies = deployment.stack.of_type(Type::SecretPolicy).filter(|policy| {
            policy.property("SecretId").is_some_and(|id| secret.is_referred_to_by(id))
        });
        let documents = policies
            .chain([secret])
            .flat_map(|owner| deployment.documents_of(owner).map(|(_, document)| document));
        let foreign = documents.into_iter().find_map(|document| foreign(deployment, document));
        all.extend(foreign.map(|principal| Shared { secret, principal: principal.text }));
    }
    all
}

/// A principal of another account than the secret: the policy names two accounts, or the one it names is not among those that
/// the resources of the stack are in. A template that is deployed to the very account that it writes out in this one place is taken for
/// one that is not.
fn foreign<'a>(deployment: &Deployment, document: &'a Document) -> Option<&'a Principal<'a>> {
    let named: Vec<&Principal> = document
        .allows()
        .filter(|statement| {
            statement.is_about_any("secretsmanager", &["GetSecretValue", "PutSecretValue"])
        })
        .flat_map(Statement::principals)
        .filter(|principal| principal.kind == Kind::Aws && principal.account().is_some())
        .collect();
    let last = named.last().copied()?;
    let several = named.iter().any(|principal| principal.account() != last.account());
    let is_own = || {
        let documents = deployment.documents.iter().map(|(_, document)| document);
        let mut resources =
            documents.flat_map(|document| &document.statements).flat_map(Statement::resources);
        resources
            .any(|text| Arn::parse(text.value).and_then(|arn| arn.account_id()) == last.account())
    };
    (several || !is_own()).then_some(last)
}

/// Whether a key is certainly the one that AWS manages.
fn is_managed(key: Option<&Node>) -> bool {
    is_absent(key)
        || key.and_then(Node::string).is_some_and(|text| text.is_empty() || text.ends_with(MANAGED))
}

pub(in super::super) fn managed_key(deployment: &Deployment, violations: &mut Violations) {
    if deployment.stack.is_plan {
        return;
    }
    for Shared { secret, principal } in shared(deployment) {
        violations.look_at(secret.file);
        if is_managed(secret.property("KmsKeyId")) {
            violations.report(&place(secret, "KmsKeyId"), format!(
                "The policy of this secret lets in {}, but the secret is under `aws/secretsmanager`, which no other account can use: it is refused.",
                quote(principal)
            ));
            continue;
        }
        for replica in replicas(secret) {
            if is_managed(inner(secret, replica, "KmsKeyId")) && !is_open(replica) {
                violations.report(&replica.span, format!(
                    "The policy of this secret lets in {}, but this replica is under `aws/secretsmanager`, which no other account can use.",
                    quote(principal)
                ));
            }
        }
    }
}

/// The replicas of a secret; in Terraform one block each.
fn replicas(secret: &Resource) -> impl Iterator<Item = &Node> {
    secret.property_entries("ReplicaRegions").flat_map(|entry| entry.value.items())
}

pub(in super::super) fn key_not_arn(deployment: &Deployment, violations: &mut Violations) {
    for Shared { secret, principal } in shared(deployment) {
        let Some(node) = secret.property("KmsKeyId") else { continue };
        let key = deployment.stack.referred(Type::Key, node);
        let is_bare = match (node.string(), key) {
            (Some(text), Some(key)) => key.arn.as_deref() != Some(text),
            (Some(text), None) => {
                !is_open(node) && !text.starts_with("arn:") && !is_managed(Some(node))
            }
            (None, Some(_)) => true,
            (None, None) => false,
        };
        if is_bare {
            violations.look_at(secret.file);
            violations.report(&node.span, format!(
                "The key is named without its account. When {} writes this secret, Secrets Manager looks for the key in that account and finds none.",
                quote(principal)
            ));
        }
    }
}

pub(in super::super) fn replica_key(deployment: &Deployment, violations: &mut Violations) {
    for secret in deployment.stack.of_type(Type::Secret) {
        violations.look_at(secret.file);
        for replica in replicas(secret) {
            let region = inner(secret, replica, "Region");
            let region = region.filter(|node| !is_open(node)).and_then(Node::string);
            let Some(key) = inner(secret, replica, "KmsKeyId") else { continue };
            let written = key.string().and_then(Arn::parse);
            let of_key = written.as_ref().and_then(Arn::region_name);
            if let (Some(region), Some(other)) = (region, of_key)
                && region != other
            {
                violations.report(&key.span, format!(
                    "This key lies in `{other}`, the replica in {}: Secrets Manager encrypts a replica only with a key of its own region.",
                    quote(region)
                ));
            } else if is_of_this_region(deployment, key) {
                violations.report(&key.span, "This key is created by the same stack, and so in the region of the secret itself; the replica lies in another one, and needs a key there.");
            }
        }
    }
}

/// Whether a key is one of the stack's own that exists in the stack's region alone. Terraform can create it elsewhere.
fn is_of_this_region(deployment: &Deployment, key: &Node) -> bool {
    let own = deployment.stack.referred(Type::Key, key);
    deployment.stack.dialect == Dialect::CloudFormation
        && own.is_some_and(|own| is_absent(own.property("MultiRegion")))
}
