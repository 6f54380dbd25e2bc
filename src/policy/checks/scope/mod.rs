//! Identity policies that allow more than anybody meant.

mod actions;
mod regions;
mod resources;
mod roles;

pub(super) use resources::{needs_star, needs_star_where};

use super::{Check, IDENTITY, Kind, Run, Supersedes};
use crate::finding::{Confidence, Severity};
use crate::policy::document::{Document, Statement};

const BEST: &str =
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege";

const AUTHORIZATION: &str = "https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html";

/// What the rows of this family have in common.
const ROW: Check = Check { kinds: IDENTITY, ..Check::ROW };

/// What is said of a part of everything, and goes without saying of all of it.
const OVER_PARTS: Supersedes = Supersedes::InStatement(&[
    "audit-tamper",
    "create-slr-broad",
    "credentials-exposure",
    "data-exfiltration",
    "effective-star-resource",
    "kms-creategrant-unconstrained",
    "kms-decrypt-star",
    "kms-schedule-key-deletion",
    "notaction-allow",
    "notresource-allow",
    "passrole-star",
    "privesc-path",
    "resource-exposure",
    "resource-star-restrictable",
    "service-star",
    "sm-getvalue-all-secrets",
    "sm-wildcard-actions",
    "ssm-putparameter-overwrite",
]);

pub(super) const CHECKS: &[Check] = &[
    Check {
        supersedes: OVER_PARTS,
        id: "admin-star",
        title: "everything is allowed",
        severity: Severity::Critical,
        why: "Every action on every resource is what an account's administrator has, and includes changing this very policy. One leaked credential is then the whole account.",
        help: "List the actions that are needed, on the resources they are needed for.",
        url: BEST,
        run: Run::Document(actions::admin_star),
        ..ROW
    },
    Check {
        supersedes: OVER_PARTS,
        id: "effective-admin",
        title: "as good as everything is allowed",
        severity: Severity::Critical,
        why: "Who may write nearly every kind of policy and access list can allow everything that is still missing. A long list of services, or a short one of exceptions, then only looks narrower than `*`.",
        help: "Take out the actions that change who has access, `iam` first, and name resources for those that are needed.",
        url: BEST,
        run: Run::Document(actions::effective_admin),
        ..ROW
    },
    Check {
        supersedes: Supersedes::OnElement(&["privesc-path", "sm-wildcard-actions"]),
        id: "service-star",
        title: "every action of a service is allowed",
        severity: Severity::High,
        why: "A service's actions are not only those of its daily use: some decide who else has access, some delete for good. The wildcard also takes in whatever AWS adds later.",
        help: "List the actions that are needed.",
        url: BEST,
        run: Run::Document(actions::service_star),
        ..ROW
    },
    Check {
        supersedes: Supersedes::OnElement(&["resource-star-restrictable"]),
        id: "effective-star-resource",
        title: "a pattern that stands for every resource",
        severity: Severity::Medium,
        why: "IAM matches the whole ARN, so wildcards in all the places that differ leave nothing to tell resources apart. Such a text looks like a limit and is none.",
        help: "Name the region, the account and the resources.",
        url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html",
        run: Run::Document(resources::effective_star_resource),
        ..ROW
    },
    Check {
        id: "resource-star-restrictable",
        title: "`*` where resources could be named",
        severity: Severity::Medium,
        why: "Some actions take only `*`, these take ARNs. With `*` they reach every resource of the account, those of other teams and those that are created later among them.",
        help: "Name the resources: these actions take ARNs.",
        url: AUTHORIZATION,
        run: Run::Document(resources::resource_star_restrictable),
        ..ROW
    },
    Check {
        supersedes: Supersedes::OnElement(&["create-slr-broad"]),
        id: "notaction-allow",
        title: "everything but a few actions is allowed",
        severity: Severity::High,
        why: "`NotAction` in an Allow is a grant of all actions of all services that are not in its list. The list has to be complete on the day it is written, and AWS adds actions every week.",
        help: "List what is needed in `Action`; to forbid a few things, deny them in a statement of their own.",
        url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html",
        run: Run::Document(actions::notaction_allow),
        ..ROW
    },
    Check {
        id: "notresource-allow",
        title: "everything but a few resources is allowed",
        why: "`NotResource` in an Allow grants the actions on all resources that are not in its list, of every service they fit and also those that are created later. It does not protect the listed ones from other statements either.",
        help: "List the resources in `Resource`; to protect a few, deny them in a statement of their own.",
        url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notresource.html",
        run: Run::Document(resources::notresource_allow),
        ..ROW
    },
    Check {
        id: "action-needs-star-resource",
        title: "action on a resource that it does not take",
        why: "An action without a type of resource is always asked for on `*`. A statement that names only ARNs never matches such a request, so it grants nothing, or forbids nothing.",
        help: "Put the action into a statement of its own with `\"Resource\": \"*\"`.",
        url: AUTHORIZATION,
        run: Run::Document(|document, violations| needs_star(document, violations, |_| true)),
        ..ROW
    },
    Check {
        supersedes: Supersedes::OnElement(&[
            "effective-star-resource",
            "notresource-allow",
            "resource-star-restrictable",
        ]),
        id: "passrole-star",
        title: "any role can be passed to a service",
        severity: Severity::High,
        why: "A service that is given a role acts with all of its rights, and does what its user tells it to. Who may pass any role, to a service of choice, has the rights of the strongest role in the account.",
        help: "Name the roles, and the services with `iam:PassedToService`: whoever passes a role can do what the role can.",
        url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html",
        aliases: &[
            "PASS_ROLE_WITH_NOT_ACTION_AND_NOT_RESOURCE",
            "PASS_ROLE_WITH_NOT_RESOURCE",
            "PASS_ROLE_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE",
            "PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE",
            "PASS_ROLE_WITH_STAR_IN_RESOURCE",
            "PASS_ROLE_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION",
        ],
        run: Run::Document(roles::passrole_star),
        ..ROW
    },
    Check {
        id: "create-slr-broad",
        title: "any service can be given its role",
        severity: Severity::Low,
        why: "A service-linked role gives an AWS service the rights that AWS has laid down for it. Without a limit, services that nobody has decided on can be let into the account.",
        help: "Name the service in the ARN, `role/aws-service-role/<service>.amazonaws.com/*`, or with `iam:AWSServiceName`.",
        url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/create-service-linked-role.html",
        aliases: &[
            "CREATE_SLR_WITH_NOT_ACTION_AND_NOT_RESOURCE",
            "CREATE_SLR_WITH_NOT_RESOURCE",
            "CREATE_SLR_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE",
            "CREATE_SLR_WITH_STAR_IN_ACTION_AND_RESOURCE",
            "CREATE_SLR_WITH_STAR_IN_RESOURCE",
            "CREATE_SLR_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION",
        ],
        run: Run::Document(roles::create_slr_broad),
        ..ROW
    },
    Check {
        id: "deny-notaction-region-lockout",
        title: "guard of regions that shuts out global services",
        severity: Severity::Note,
        confidence: Confidence::Medium,
        kinds: &[Kind::Identity, Kind::ServiceControl],
        why: "Some services have no regions: whoever uses them, from wherever, makes requests to `us-east-1`. A Deny of all regions but others stops them, unless it leaves them out by name.",
        help: "Add the services that are needed to `NotAction`, such as `iam:*`.",
        url: "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_examples_general.html",
        run: Run::Document(regions::lockout),
        ..ROW
    },
];

/// Whether the statement is about `*`.
fn is_on_everything(statement: &Statement) -> bool {
    statement.resources().iter().any(|text| is_star(text.value))
}

fn is_star(text: &str) -> bool {
    matches!(text, "*" | "*:*" | "arn:*")
}

/// The statements that allow something on everything, without any condition.
fn open<'d>(document: &'d Document) -> Vec<&'d Statement<'d>> {
    let is_open =
        |statement: &&Statement| statement.conditions.is_empty() && is_on_everything(statement);
    document.statements.iter().filter(|statement| statement.allows()).filter(is_open).collect()
}
