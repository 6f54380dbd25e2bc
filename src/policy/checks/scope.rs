//! Identity policies that allow more than anybody meant.

use super::{
    Check, IDENTITY, OVER_RESOURCES, Run, Supersedes, Violations, consequence, list, quote,
};
use crate::finding::Severity;
use crate::policy::actions;
use crate::policy::arn::{Arn, is_everything};
use crate::policy::catalogue::{Access, Action, Catalogue};
use crate::policy::condition;
use crate::policy::document::{Document, Sense, Statement, Text};
use crate::policy::text::has_hole;

const BEST: &str =
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege";

const AUTHORIZATION: &str = "https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html";

/// What the rows of this family have in common.
const ROW: Check = Check { kinds: IDENTITY, ..Check::ROW };

pub(super) const CHECKS: &[Check] = &[
    Check {
        supersedes: Supersedes::InStatement(&[
            "service-star",
            "sm-wildcard-actions",
            "sm-getvalue-all-secrets",
            "kms-decrypt-star",
            "passrole-star",
            "effective-star-resource",
            "resource-star-restrictable",
            "notaction-allow",
            "notresource-allow",
        ]),
        id: "admin-star",
        title: "everything is allowed",
        severity: Severity::Critical,
        help: "List the actions that are needed, on the resources they are needed for.",
        url: BEST,
        run: Run::Document(admin_star),
        ..ROW
    },
    Check {
        supersedes: Supersedes::OnElement(&["sm-wildcard-actions"]),
        id: "service-star",
        title: "every action of a service is allowed",
        severity: Severity::High,
        help: "List the actions that are needed.",
        url: BEST,
        run: Run::Document(service_star),
        ..ROW
    },
    Check {
        supersedes: Supersedes::OnElement(&["resource-star-restrictable"]),
        id: "effective-star-resource",
        title: "a pattern that stands for every resource",
        severity: Severity::Medium,
        help: "Name the region, the account and the resources.",
        url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html",
        run: Run::Document(effective_star_resource),
        ..ROW
    },
    Check {
        id: "resource-star-restrictable",
        title: "`*` where resources could be named",
        severity: Severity::Medium,
        help: "Name the resources: these actions take ARNs.",
        url: AUTHORIZATION,
        run: Run::Document(resource_star_restrictable),
        ..ROW
    },
    Check {
        id: "notaction-allow",
        title: "everything but a few actions is allowed",
        severity: Severity::High,
        help: "List what is needed in `Action`; to forbid a few things, deny them in a statement of their own.",
        url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html",
        run: Run::Document(notaction_allow),
        ..ROW
    },
    Check {
        id: "notresource-allow",
        title: "everything but a few resources is allowed",
        help: "List the resources in `Resource`; to protect a few, deny them in a statement of their own.",
        url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notresource.html",
        run: Run::Document(notresource_allow),
        ..ROW
    },
    Check {
        id: "action-needs-star-resource",
        title: "action on a resource that it does not take",
        help: "Put the action into a statement of its own with `\"Resource\": \"*\"`.",
        url: AUTHORIZATION,
        run: Run::Document(|document, violations| needs_star(document, violations, |_| true)),
        ..ROW
    },
    Check {
        supersedes: OVER_RESOURCES,
        id: "passrole-star",
        title: "any role can be passed to a service",
        severity: Severity::High,
        help: "Name the roles, and the services with `iam:PassedToService`: whoever passes a role can do what the role can.",
        url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html",
        run: Run::Document(passrole_star),
        ..ROW
    },
];

/// Whether the statement is about `*`, or about everything but some resources.
fn is_on_everything(statement: &Statement) -> bool {
    statement.resources().iter().any(|text| is_star(text.value))
}

fn is_star(text: &str) -> bool {
    matches!(text, "*" | "*:*" | "arn:*")
}

fn admin_star(document: &Document, violations: &mut Violations) {
    let open: Vec<&Statement> = document
        .allows()
        .filter(|statement| statement.conditions.is_empty() && is_on_everything(statement))
        .collect();
    for statement in &open {
        let Some(element) = &statement.actions else { continue };
        match element.sense {
            Sense::Is => {
                for text in element.items.iter().filter(|text| actions::covers(text.value, "*")) {
                    violations.report(
                        &text.span,
                        "Whoever has this policy may do everything, with everything.",
                    );
                }
            }
            // What one statement leaves out, others may put back.
            Sense::IsNot => {
                let is_put_back = |excluded: &Text| {
                    let mut others = open.iter().flat_map(|other| other.actions());
                    others.any(|text| actions::covers(text.value, excluded.value))
                };
                if element.items.iter().all(is_put_back) {
                    violations.report(&element.entry.key_span, "What is left out here is allowed by other statements: together they allow everything.");
                }
            }
        }
    }
}

/// Services of which every action is more than a broad grant: it is a way to everything else, or to all data.
const SENSITIVE: &[&str] =
    &["iam", "kms", "secretsmanager", "sts", "organizations", "ssm", "lambda", "s3"];

fn service_star(document: &Document, violations: &mut Violations) {
    for statement in document.allows() {
        for text in statement.actions() {
            let Some((service, "*")) = actions::split(text.value) else { continue };
            if service.contains('*') {
                continue;
            }
            let sensitive = SENSITIVE.contains(&service.to_ascii_lowercase().as_str());
            let severity = if sensitive { Severity::High } else { Severity::Medium };
            violations.report_as(severity, &text.span, format!(
                "{} allows every action of the service, also those that change who has access and those that AWS adds later.",
                quote(text.value)
            ));
        }
    }
}

fn effective_star_resource(document: &Document, violations: &mut Violations) {
    for statement in document.allows().filter(|s| !condition::names_resources(&s.conditions)) {
        // More services than any policy has; a hostile one could make every pair of the two lists cost time.
        let services: Vec<String> = statement.services().into_iter().take(50).collect();
        for text in statement
            .resources()
            .iter()
            .filter(|text| text.value != "*" && text.value.contains('*'))
        {
            let own =
                Arn::parse(text.value).map(|arn| arn.service).filter(|name| !name.contains('*'));
            let is_own = |service: &&String| {
                service.as_str() == "*" || own.is_none_or(|own| own == service.as_str())
            };
            let mut named = services.iter().filter(is_own);
            if named.any(|service| is_everything(text.value, own.unwrap_or(service))) {
                violations.report(&text.span, format!(
                    "{} matches every resource of its type, in every account that lets this principal in.",
                    quote(text.value)
                ));
            }
        }
    }
}

fn resource_star_restrictable(document: &Document, violations: &mut Violations) {
    for statement in document.allows().filter(|s| !condition::names_resources(&s.conditions)) {
        let Some(star) = statement.resources().iter().find(|text| text.value == "*") else {
            continue;
        };
        let mut names: Vec<&str> = Vec::new();
        let mut worst = Access::List;
        for text in statement.actions() {
            if let Some(access) = access_to_resources(document.catalogue, text.value) {
                names.push(text.value);
                worst = worst.max(access);
            }
        }
        if names.is_empty() {
            continue;
        }
        let reads = worst <= Access::Read;
        let weak = condition::is_weakly_narrowed(&statement.conditions);
        let severity = match (reads, weak) {
            (true, true) => Severity::Note,
            (true, false) | (false, true) => Severity::Low,
            (false, false) => Severity::Medium,
        };
        let them =
            if names.len() == 1 { "takes the ARN of a resource" } else { "take ARNs of resources" };
        violations.report_as(
            severity,
            &star.span,
            format!(
                "{} {them}; here {} allowed on every one.",
                list(&names, 5),
                if names.len() == 1 { "it is" } else { "they are" }
            ),
        );
    }
}

/// The most that those of an action's meanings can do for which resources could be named; nothing without such.
fn access_to_resources(catalogue: &Catalogue, written: &str) -> Option<Access> {
    let mut most = None;
    for action in catalogue.matching(written).filter(Action::takes_resources) {
        most = most.max(Some(action.access));
        if most == Some(Access::Permissions) {
            break;
        }
    }
    most
}

fn notaction_allow(document: &Document, violations: &mut Violations) {
    // What somebody with a broad grant would reach for first.
    const DANGEROUS: &[(&str, &str)] = &[
        ("iam", "CreateAccessKey"),
        ("iam", "AttachUserPolicy"),
        ("iam", "PassRole"),
        ("sts", "AssumeRole"),
        ("kms", "PutKeyPolicy"),
        ("secretsmanager", "GetSecretValue"),
        ("lambda", "UpdateFunctionCode"),
        ("s3", "PutBucketPolicy"),
        ("organizations", "LeaveOrganization"),
    ];
    for statement in document.allows() {
        let Some(element) = statement.actions.as_ref().filter(|e| e.sense == Sense::IsNot) else {
            continue;
        };
        let reached: Vec<String> = DANGEROUS
            .iter()
            .filter(|(service, name)| statement.is_about(service, name))
            .map(|(service, name)| format!("{service}:{name}"))
            .collect();
        let names: Vec<&str> = reached.iter().map(String::as_str).take(5).collect();
        let such =
            if names.is_empty() { String::new() } else { format!(", such as {}", list(&names, 5)) };
        violations.report(
            &element.entry.key_span,
            format!(
                "Everything that is not in this list is allowed{such}, and whatever AWS adds later."
            ),
        );
    }
}

fn notresource_allow(document: &Document, violations: &mut Violations) {
    for statement in document.allows() {
        let element = statement.resources.as_ref().filter(|e| e.sense == Sense::IsNot);
        if let Some(element) = element {
            let message = "Every resource that is not in this list is meant, also those that are created later.";
            violations.report(&element.entry.key_span, message);
        }
    }
}

/// Actions that AWS lists without resources and yet checks against ARNs: its own policies name patterns for them, and its
/// messages name the ARN that a request was denied on.
const NAMED_ANYWAY: &[&str] = &[
    "cloudformation:CreateStackSet",
    "eks:ListClusters",
    "iam:List*",
    "logs:Describe*",
    "ram:CreateResourceShare",
    "resource-groups:CreateGroup",
    "ssmmessages:*",
];

/// Whether an action that takes no resource is named with a pattern that AWS may nevertheless hold it against.
fn may_match(statement: &Statement, written: &str) -> bool {
    statement.resources().iter().any(|text| text.value.ends_with('*'))
        && NAMED_ANYWAY.iter().any(|known| actions::covers(known, written))
}

/// Reports actions of some services that have no type of resource, where only resources are named for them.
pub(super) fn needs_star(
    document: &Document,
    violations: &mut Violations,
    is_meant: impl Fn(&str) -> bool,
) {
    let names_resources = |statement: &&Statement| {
        let resources = statement.resources();
        let is_open = |text: &Text| {
            text.value.starts_with(['*', '$']) || is_star(text.value) || has_hole(text.value)
        };
        !resources.is_empty() && !resources.iter().any(is_open)
    };
    for statement in document.statements.iter().filter(names_resources) {
        for text in statement.actions() {
            let service =
                actions::split(text.value).map(|(service, _)| service.to_ascii_lowercase());
            if !service.is_some_and(|service| is_meant(&service)) {
                continue;
            }
            let mut matching = document.catalogue.matching(text.value).peekable();
            let is_known = matching.peek().is_some();
            if is_known
                && matching.all(|action| action.takes_only_star())
                && !may_match(statement, text.value)
            {
                violations.report(&text.span, format!(
                    "{} takes no resource but `*`: named with others it matches nothing, and {}.",
                    quote(text.value),
                    consequence(statement)
                ));
            }
        }
    }
}

fn passrole_star(document: &Document, violations: &mut Violations) {
    for statement in document.allows().filter(|statement| statement.is_about("iam", "PassRole")) {
        let passed_to = |c: &condition::Condition| c.is_on(&["iam:passedtoservice"]) && c.narrows();
        let is_narrowed = statement.conditions.iter().any(passed_to);
        let severity = if is_narrowed { Severity::Medium } else { Severity::High };
        let Some(element) = &statement.resources else { continue };
        if element.sense == Sense::IsNot {
            violations.report_as(
                severity,
                &element.entry.key_span,
                "Every role but these can be passed to a service.",
            );
            continue;
        }
        for text in &element.items {
            match roles(text.value) {
                Roles::All => violations.report_as(severity, &text.span, format!(
                    "{} lets every role of the account be passed to a service, also those that may do more than this one.",
                    quote(text.value)
                )),
                Roles::OfPath => violations.report_as(Severity::Low, &text.span, format!(
                    "{} lets every role that is ever created under this name be passed to a service.",
                    quote(text.value)
                )),
                Roles::Named => {}
            }
        }
    }
}

/// Which roles a resource stands for.
enum Roles {
    All,
    OfPath,
    Named,
}

fn roles(text: &str) -> Roles {
    let Some(arn) = Arn::parse(text) else {
        // Short forms of everything: `*`, `arn:aws:iam::*`.
        return if text.ends_with('*') { Roles::All } else { Roles::Named };
    };
    if arn.service != "iam" && !arn.service.contains('*') {
        return Roles::Named;
    }
    match arn.resource {
        "*" | "role/*" | "role*" => Roles::All,
        name if name.starts_with("role/") && name.ends_with("/*") => Roles::OfPath,
        _ => Roles::Named,
    }
}
