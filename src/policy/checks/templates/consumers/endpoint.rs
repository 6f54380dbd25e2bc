//! Endpoints of a VPC: what may pass through them.

use super::super::{is_absent, place};
use crate::policy::checks::{Deployment, Violations, quote};
use crate::policy::document::{Document, Sense, Statement};
use crate::policy::link::{Resource, Type};
use crate::policy::principal::Principal;

/// Services through whose endpoint secrets leave.
const SERVICES: &[&str] = &["secretsmanager", "kms", "ssm"];

pub(in super::super) fn policy_star(deployment: &Deployment, violations: &mut Violations) {
    let stack = deployment.stack;
    for endpoint in stack.of_type(Type::VpcEndpoint).filter(|_| !stack.is_plan) {
        let name = endpoint.property("ServiceName").and_then(|node| node.string());
        let service = name.and_then(|name| name.rsplit('.').next()).unwrap_or_default();
        if !SERVICES.contains(&service) {
            continue;
        }
        violations.look_at(endpoint.file);
        let owners = [endpoint].into_iter().chain(apart(deployment, endpoint));
        let documents: Vec<&Document> = owners
            .flat_map(|owner| deployment.documents_of(owner).map(|(_, document)| document))
            .collect();
        let has_policy = !is_absent(endpoint.property("PolicyDocument"))
            || apart(deployment, endpoint).next().is_some()
            || stack.is_passed_on(endpoint);
        let is_open = documents.iter().any(|document| lets_all_through(document));
        if is_open || !has_policy {
            violations.report(&place(endpoint, "PolicyDocument"), format!(
                "Any principal of any account gets to {} through this endpoint, whatever the action and the resource.",
                quote(service)
            ));
        }
    }
}

/// The policies of an endpoint that are resources of their own.
fn apart<'a>(
    deployment: &'a Deployment,
    endpoint: &'a Resource,
) -> impl Iterator<Item = &'a Resource> {
    deployment.stack.resources.iter().filter(|resource| {
        resource.kind == "aws_vpc_endpoint_policy"
            && resource.property("VpcEndpointId").is_some_and(|id| endpoint.is_referred_to_by(id))
    })
}

/// Whether one statement allows everything, and none takes it back.
fn lets_all_through(document: &Document) -> bool {
    let is_star = |text: Option<&str>| matches!(text, Some("*" | "*:*"));
    document.is_complete
        && document.statements.iter().all(Statement::allows)
        && document.allows().any(|statement| {
            let actions = statement
                .actions()
                .iter()
                .any(|text| is_star(Some(text.value)) || text.value.ends_with(":*"));
            let resources = statement.resources.as_ref().is_none_or(|e| {
                e.sense == Sense::Is && e.items.iter().any(|text| text.value == "*")
            });
            actions
                && resources
                && statement.conditions.is_empty()
                && statement.principals().iter().any(Principal::is_everyone)
        })
}
