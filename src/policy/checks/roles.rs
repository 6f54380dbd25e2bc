//! What a role of the stack may do, as far as the stack says it all.

use std::ops::Range;

use super::Deployment;
use crate::policy::arn;
use crate::policy::document::{Document, Kind, Root, Sense, Statement};
use crate::policy::link::{Resource, Type};
use crate::policy::text::{Wildcards, has_hole, strings};
use crate::policy::tree::Node;

/// Policies of AWS that have nothing about secrets, parameters and keys.
/// <https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html>
const WITHOUT_SECRETS: &[&str] = &[
    "AmazonECSTaskExecutionRolePolicy",
    "AWSLambdaBasicExecutionRole",
    "AWSLambdaVPCAccessExecutionRole",
    "AWSLambdaSQSQueueExecutionRole",
    "AWSLambdaDynamoDBExecutionRole",
    "AWSLambdaKinesisExecutionRole",
    "AWSXRayDaemonWriteAccess",
    "AWSXrayWriteOnlyAccess",
    "CloudWatchLambdaInsightsExecutionRolePolicy",
    "CloudWatchLogsFullAccess",
    "AmazonS3ReadOnlyAccess",
    "AmazonEC2ContainerRegistryReadOnly",
];

/// Whether a policy of AWS of this name has nothing about secrets, parameters and keys.
pub(in crate::policy) fn is_without_secrets(name: &str) -> bool {
    WITHOUT_SECRETS.contains(&name)
}

/// With more resources than any stack of CloudFormation can have, several times over, nothing is worked out.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>
const MOST_RESOURCES: usize = 2000;

/// A document where it was found.
pub(in crate::policy) type Found<'d> = &'d (&'d Root, Document<'d>);

/// The policies of a role.
pub(in crate::policy) struct Permissions<'d> {
    pub(in crate::policy) documents: Vec<Found<'d>>,
    /// The names of AWS's policies among them.
    managed: Vec<String>,
    /// Managed policies that the stack names and does not declare, as written, each with its place.
    pub(in crate::policy) elsewhere: Vec<(String, Range<usize>)>,
    /// Whether there are no others.
    pub(in crate::policy) is_known: bool,
}

impl<'d> Permissions<'d> {
    /// Of a role; or of a function that SAM makes one for.
    pub(in crate::policy) fn of(deployment: &'d Deployment<'d>, role: &Resource) -> Self {
        let stack = deployment.stack;
        let mut all = Self {
            documents: Vec::new(),
            managed: Vec::new(),
            elsewhere: Vec::new(),
            is_known: true,
        };
        if stack.resources.len() > MOST_RESOURCES || !stack.has_few_roles() {
            all.is_known = false;
            return all;
        }
        all.take(deployment, role);
        // Each of its own policies must be among the documents, or it says something that is not known.
        let own = ["Policies", "InlinePolicy"].iter().flat_map(|name| role.property_entries(name));
        let own = own.flat_map(|entry| entry.value.items()).filter(|item| item.is_map());
        all.is_known &= own.count() <= all.documents.len();
        for property in ["ManagedPolicyArns", "Policies"] {
            let items = role.property(property).map_or(&[][..], Node::items);
            items
                .iter()
                .filter(|item| !item.is_map())
                .for_each(|item| all.attach(deployment, item));
        }
        for resource in &deployment.stack.resources {
            all.join(deployment, role, resource);
        }
        all.is_known &= !stack.is_passed_on(role);
        all.is_known &= all.documents.iter().all(|(_, document)| document.is_complete);
        all
    }

    /// Takes the documents that stand in a resource.
    fn take(&mut self, deployment: &'d Deployment<'d>, resource: &Resource) {
        let own = deployment.documents_of(resource);
        let before = self.documents.len();
        self.documents.extend(own.filter(|(_, document)| document.kind == Kind::Identity));
        let is_policy = resource.is(Type::InlinePolicy) || resource.is(Type::ManagedPolicy);
        self.is_known &= !is_policy || self.documents.len() > before;
    }

    /// Takes a managed policy by its ARN.
    fn attach(&mut self, deployment: &'d Deployment<'d>, node: &Node) {
        if let Some(policy) = deployment.stack.referred(Type::ManagedPolicy, node) {
            return self.take(deployment, policy);
        }
        let name = node.string().map(|text| text.rsplit('/').next().unwrap_or(text));
        match name.filter(|name| WITHOUT_SECRETS.contains(name)) {
            Some(name) => self.managed.push(name.into()),
            None => match node.string().filter(|text| !has_hole(text)) {
                Some(text) => self.elsewhere.push((text.to_owned(), node.span.clone())),
                None => self.is_known = false,
            },
        }
    }

    /// Takes what another resource gives to the role.
    fn join(&mut self, deployment: &'d Deployment<'d>, role: &Resource, other: &Resource) {
        let is_policy = other.is(Type::InlinePolicy) || other.is(Type::ManagedPolicy);
        if !is_policy && !other.is(Type::PolicyAttachment) {
            return;
        }
        let owners: [&str; 3] = if role.is(Type::User) {
            ["Users", "UserName", "User"]
        } else if role.is(Type::Group) {
            ["Groups", "GroupName", "Group"]
        } else {
            ["Roles", "RoleName", "Role"]
        };
        let kind = Type::of(&role.kind).unwrap_or(Type::Role);
        let named = owners.iter().filter_map(|name| other.property(name));
        for node in named.flat_map(Node::items) {
            if role.is_referred_to_by(node) {
                match other.property("PolicyArn").filter(|_| !is_policy) {
                    Some(policy) => self.attach(deployment, policy),
                    None => self.take(deployment, other),
                }
            } else if is_open(node) && deployment.stack.referred(kind, node).is_none() {
                self.is_known = false;
            }
        }
    }

    /// Whether it is certain that an action on a resource is not allowed; on any resource when none is given.
    pub(super) fn lack(&self, service: &str, action: &str, resource: Option<&str>) -> bool {
        self.is_known && self.elsewhere.is_empty() && !self.may(service, action, resource)
    }

    /// Whether some statement may allow it.
    pub(super) fn may(&self, service: &str, action: &str, resource: Option<&str>) -> bool {
        let statements = self.documents.iter().flat_map(|(_, document)| document.allows());
        statements.into_iter().any(|statement| {
            statement.is_about(service, action)
                && resource.is_none_or(|resource| may_be_about(statement, resource))
        })
    }

    pub(super) fn has_managed(&self, name: &str) -> bool {
        self.managed.iter().any(|own| own == name)
    }
}

fn may_be_about(statement: &Statement, resource: &str) -> bool {
    let Some(element) = &statement.resources else { return true };
    let meant = strings(resource, Wildcards::Match);
    element.sense == Sense::IsNot
        || element.items.len() < element.entry.value.items().len()
        || element.items.iter().any(|text| arn::resources(text.value).intersects(&meant))
}

/// Whether nothing can be said of a value before the template is deployed.
pub(in crate::policy) fn is_open(node: &Node) -> bool {
    node.is_open() || node.string().is_some_and(has_hole)
}
