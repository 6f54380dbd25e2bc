//! What a document gives away about itself where nothing says what it is attached to.

use super::Statement;
use crate::policy::arn::is_everything;
use crate::policy::principal::Principal;
use crate::policy::tree::{Node, Value};

/// Whether these are statements of a resource control policy: they deny everybody, everywhere, what no policy of one resource
/// would be asked. A role's policy names no resource, a key's has to allow something, others are about one service.
/// <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html>
pub(super) fn is_resource_control(statements: &[Statement], assumes: bool, is_kms: bool) -> bool {
    let is_guard = |statement: &&Statement| {
        statement.denies()
            && statement.principals().iter().any(Principal::is_everyone)
            && statement.resources().iter().any(|text| is_everything(text.value, "kms"))
    };
    let guards = statements.iter().filter(is_guard).count();
    if assumes {
        return guards * 2 > statements.len();
    }
    let mut services: Vec<String> = statements.iter().flat_map(Statement::services).collect();
    services.sort_unstable();
    services.dedup();
    guards > 0 && guards == statements.len() && (is_kms || services.len() > 1)
}

/// Services whose resources have no policies of their own: what everybody may do there stands in the policy of an endpoint.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html>
const WITHOUT_POLICIES: &[&str] = &[
    "athena",
    "autoscaling",
    "cloudformation",
    "cloudwatch",
    "ec2",
    "ec2messages",
    "elasticloadbalancing",
    "rds",
    "ssmmessages",
];

/// Whether everybody is allowed something of services whose resources have no policies.
pub(super) fn is_of_endpoint(statements: &[Statement]) -> bool {
    let allows_everybody = |statement: &Statement| {
        statement.allows() && statement.principals().iter().any(Principal::is_everyone)
    };
    let mut services = statements.iter().flat_map(Statement::services).peekable();
    statements.iter().any(allows_everybody)
        && services.peek().is_some()
        && services.all(|service| WITHOUT_POLICIES.contains(&service.as_str()))
}

/// Whether this protects a stack of `CloudFormation` from updates: the same elements, another language.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/protect-stack-resources.html>
pub(super) fn is_stack_policy(document: &Node) -> bool {
    let statements = document.get("Statement").map_or(&[][..], Node::items);
    statements.iter().any(|statement| {
        let actions = ["Action", "NotAction"].into_iter().filter_map(|key| statement.get(key));
        let mut texts = actions.flat_map(Node::items).filter_map(Node::string);
        texts.any(|text| text.starts_with("Update:"))
    })
}

/// The function of `CloudFormation` that stands in the place of a value: frameworks and macros apply it, where no template says so.
pub(super) fn function(node: &Node) -> Option<&str> {
    let Value::Map(entries) = &node.value else { return None };
    let [entry] = entries.as_slice() else { return None };
    (entry.key == "Ref" || entry.key.starts_with("Fn::")).then_some(entry.key.as_str())
}
