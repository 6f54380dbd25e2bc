//! The policies of a role, as far as what declares it says them all.

use crate::policy::checks::Deployment;
use crate::policy::document::{Document, Kind, Root};
use crate::policy::link::{Resource, Type};
use crate::policy::text::has_hole;
use crate::policy::tree::Node;

/// Policies of AWS that have nothing about keys.
/// <https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html>
const WITHOUT_KEYS: &[&str] = &[
    "AmazonEC2ContainerRegistryReadOnly",
    "AmazonECSTaskExecutionRolePolicy",
    "AmazonS3ReadOnlyAccess",
    "AWSLambdaBasicExecutionRole",
    "AWSLambdaSQSQueueExecutionRole",
    "AWSLambdaVPCAccessExecutionRole",
    "AWSXRayDaemonWriteAccess",
    "CloudWatchLogsFullAccess",
];

/// A document where it was found.
pub(super) type Found<'d> = &'d (&'d Root, Document<'d>);

/// The policies of a role.
pub(super) struct Policies<'d> {
    pub(super) documents: Vec<Found<'d>>,
    /// Whether there are no others.
    pub(super) is_all: bool,
}

impl<'d> Policies<'d> {
    pub(super) fn of(deployment: &'d Deployment<'d>, role: &Resource) -> Self {
        let mut policies = Self { documents: Vec::new(), is_all: true };
        policies.take(deployment, role);
        // Each of its own policies must be among the documents, or it says something that is not known.
        let own = ["Policies", "InlinePolicy"].iter().filter_map(|name| role.property(name));
        policies.is_all &= own.flat_map(Node::items).count() <= policies.documents.len();
        let managed = role.property("ManagedPolicyArns").map_or(&[][..], Node::items);
        for item in managed {
            policies.attach(deployment, item);
        }
        for other in &deployment.stack.resources {
            policies.join(deployment, role, other);
        }
        policies.is_all &= policies.documents.iter().all(|(_, document)| document.is_complete);
        policies.is_all &= !deployment.stack.is_passed_on(role);
        policies
    }

    /// Takes the documents that stand in a resource.
    fn take(&mut self, deployment: &'d Deployment<'d>, resource: &Resource) {
        let before = self.documents.len();
        let own = deployment.documents_of(resource);
        self.documents.extend(own.filter(|(_, document)| document.kind == Kind::Identity));
        self.is_all &= resource.is(Type::Role) || self.documents.len() > before;
    }

    /// Takes a managed policy by its ARN.
    fn attach(&mut self, deployment: &'d Deployment<'d>, arn: &Node) {
        if let Some(policy) = deployment.stack.referred(Type::ManagedPolicy, arn) {
            return self.take(deployment, policy);
        }
        let name = arn.string().and_then(|text| text.rsplit('/').next()).unwrap_or_default();
        self.is_all &= WITHOUT_KEYS.contains(&name);
    }

    /// Takes what another resource gives to the role.
    fn join(&mut self, deployment: &'d Deployment<'d>, role: &Resource, other: &Resource) {
        let is_policy = other.is(Type::InlinePolicy) || other.is(Type::ManagedPolicy);
        if !is_policy && !other.is(Type::PolicyAttachment) {
            return;
        }
        let named = ["Roles", "RoleName", "Role"].iter().filter_map(|name| other.property(name));
        for node in named.flat_map(Node::items) {
            if role.is_referred_to_by(node) {
                match other.property("PolicyArn").filter(|_| !is_policy) {
                    Some(arn) => self.attach(deployment, arn),
                    None => self.take(deployment, other),
                }
            } else if is_open(node) && deployment.stack.referred(Type::Role, node).is_none() {
                self.is_all = false;
            }
        }
    }
}

fn is_open(node: &Node) -> bool {
    node.is_open() || node.string().is_some_and(has_hole)
}
