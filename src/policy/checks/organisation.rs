//! Policies of an organisation: what service and resource control policies may not say.

use super::{Check, Kind, Run, Supersedes, Violations, quote};
use crate::finding::{Confidence, Severity};
use crate::policy::actions;
use crate::policy::document::{Document, Sense, Statement, opening};
use crate::policy::text::has_hole;
use crate::policy::tree::{Entry, Node};

pub(super) const CHECKS: &[Check] = &[
    Check {
        supersedes: Supersedes::OnElement(&["principal-in-identity-policy"]),
        id: "scp-syntax",
        title: "service control policy that Organizations refuses",
        confidence: Confidence::VeryHigh,
        kinds: &[Kind::ServiceControl],
        why: "A service control policy is about every principal of the accounts it is attached to, so the language has no element to name one. To except somebody takes a condition, such as one on `aws:PrincipalArn`.",
        help: "Remove the element; name whom to except in a condition on `aws:PrincipalArn`.",
        url: "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_syntax.html",
        aliases: &["SCP_SYNTAX_ERROR_PRINCIPAL"],
        run: Run::Document(scp_syntax),
        ..Check::ROW
    },
    Check {
        supersedes: Supersedes::OnElement(&["missing-version"]),
        id: "rcp-syntax",
        title: "resource control policy that Organizations refuses",
        kinds: &[Kind::ResourceControl],
        why: "A resource control policy can only take away: it denies actions of the services that support it to everybody who does not meet its conditions. Organizations refuses a document with anything else, and ignores nothing.",
        help: "Write `\"Effect\": \"Deny\"`, `\"Principal\": \"*\"`, actions with the prefix of a supported service, and a condition for whom to let through.",
        url: "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html",
        aliases: &[
            "RCP_SYNTAX_ERROR_PRINCIPAL",
            "RCP_SYNTAX_ERROR_ALLOW",
            "RCP_SYNTAX_ERROR_NOTACTION",
            "RCP_SYNTAX_ERROR_ACTION",
        ],
        run: Run::Document(rcp_syntax),
        ..Check::ROW
    },
];

fn scp_syntax(document: &Document, violations: &mut Violations) {
    for element in document.statements.iter().filter_map(|statement| statement.principals.as_ref())
    {
        violations.report(
            &element.entry.key_span,
            format!(
                "A service control policy has no `{}`: it is about everybody in its accounts.",
                element.entry.key
            ),
        );
    }
}

/// Services that no resource control policy can be about, of those that policies name most often. AWS's list of the others
/// grows, so what is on neither list is let pass. As of autumn 2026.
/// <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html>
const WITHOUT: &[&str] = &["ec2", "iam", "lambda", "sns", "ssm"];

fn rcp_syntax(document: &Document, violations: &mut Violations) {
    if document.node.get("Version").is_none() {
        violations
            .report(&opening(document.node), "A resource control policy must have a `Version`.");
    }
    for statement in &document.statements {
        effect(statement, violations);
        principal(statement, violations);
        action(statement, violations);
        resource(statement, violations);
    }
}

fn effect(statement: &Statement, violations: &mut Violations) {
    let node = statement.node.get("Effect");
    if let Some(node) = node.filter(|_| statement.allows()) {
        violations.report(&node.span, "A resource control policy can only deny; the one that allows is AWS's own, `RCPFullAWSAccess`.");
    }
}

fn principal(statement: &Statement, violations: &mut Violations) {
    let Some(element) = &statement.principals else {
        violations.report(
            &opening(statement.node),
            "A statement of a resource control policy must have `\"Principal\": \"*\"`.",
        );
        return;
    };
    if element.sense == Sense::IsNot {
        violations.report(&element.entry.key_span, "A resource control policy has no `NotPrincipal`: it is about everybody, and conditions say who is excepted.");
        return;
    }
    let value = &element.entry.value;
    let is_star = |node: &Node| node.string().is_some_and(|text| text == "*" || has_hole(text));
    // Of `{"AWS": "*"}`, which means the same elsewhere, the page says nothing.
    let is_star_of_kind = |entry: &Entry| is_star(&entry.value);
    if !is_star(value) && !matches!(value.entries(), [only] if is_star_of_kind(only)) {
        violations.report(&element.entry.key_span, "The `Principal` of a resource control policy is `\"*\"` and nothing else: conditions say who is excepted.");
    }
}

fn resource(statement: &Statement, violations: &mut Violations) {
    if statement.resources.is_none() {
        violations.report(
            &opening(statement.node),
            "A statement of a resource control policy must have a `Resource` or a `NotResource`.",
        );
    }
}

fn action(statement: &Statement, violations: &mut Violations) {
    let Some(element) = &statement.actions else { return };
    if element.sense == Sense::IsNot {
        violations.report(
            &element.entry.key_span,
            "A resource control policy has no `NotAction`: it names what it denies.",
        );
        return;
    }
    for text in element.items.iter().filter(|text| !has_hole(text.value)) {
        let service = actions::split(text.value).map(|(service, _)| service.to_ascii_lowercase());
        if text.value == "*" {
            violations.report(&text.span, "A sole `*` is refused here: the action of a resource control policy starts with the prefix of a service.");
        } else if service.is_some_and(|service| WITHOUT.contains(&service.as_str())) {
            violations.report_as(Severity::Medium, &text.span, format!(
                "{} is of a service that had no resource control policies in autumn 2026: it is not denied.",
                quote(text.value)
            ));
        }
    }
}
