//! Grants to everybody: who is left after the conditions, and after what the document takes back.

use crate::policy::actions;
use crate::policy::arn::resources;
use crate::policy::checks::{Violations, quote};
use crate::policy::condition::{Audience, Condition, Quantifier, audience};
use crate::policy::document::{Document, Kind as DocumentKind, Sense, Statement, Text};
use crate::policy::principal::{Kind, Principal};

/// Reports each statement that lets in everybody; `what` they may do follows.
fn report(
    document: &Document,
    violations: &mut Violations,
    what: &str,
    is_meant: impl Fn(&Statement) -> bool,
) {
    for statement in document.allows().filter(|statement| is_meant(statement)) {
        let everybody = statement.principals().iter().find(|principal| principal.is_everyone());
        let Some(principal) = everybody else { continue };
        let who = match audience(&statement.conditions) {
            Audience::Public => "Everybody in every AWS account",
            Audience::Via => "Everybody in every AWS account, through an AWS service,",
            _ => continue,
        };
        if is_taken_back(document, statement) {
            continue;
        }
        let but = weakness(&statement.conditions);
        violations.report(&principal.span, format!("{who} {what}{but}."));
    }
}

/// Why the conditions of a statement keep nobody out; nothing when there are none.
fn weakness(conditions: &[Condition]) -> String {
    if conditions.is_empty() {
        return String::new();
    }
    let mut reasons: Vec<String> =
        conditions.iter().filter(|c| c.is_on_caller()).filter_map(weakness_of).collect();
    // The order of keys in a block means nothing.
    reasons.sort_unstable();
    reasons.into_iter().next().unwrap_or_else(|| "; no condition says who that is".into())
}

fn weakness_of(condition: &Condition) -> Option<String> {
    let operator = condition.operator;
    if operator.quantifier == Quantifier::ForAllValues {
        return Some("; `ForAllValues` also holds for callers without the key".into());
    }
    if operator.if_exists {
        let name = quote(&format!("{}IfExists", operator.base));
        return Some(format!("; {name} also holds for callers without the key"));
    }
    if condition.is_negated() {
        return Some(format!("; {} keeps out only what it names", quote(operator.base)));
    }
    let (value, _) = condition.values.first()?;
    if condition.is_of_any_account() {
        return Some(format!("; {} is of no account in particular", quote(value)));
    }
    operator.requires_value().then(|| format!("; {} stands for all of them", quote(value)))
}

/// Whether the document denies the same to all whom it does not name: the usual way to write a guard for everybody.
fn is_taken_back(document: &Document, allow: &Statement) -> bool {
    let denials = document.statements.iter().filter(|statement| statement.denies());
    denials.into_iter().any(|deny| keeps_to_some(deny) && covers(deny, allow))
}

/// Whether a Deny is for all but those it names.
fn keeps_to_some(deny: &Statement) -> bool {
    let Some(principals) = &deny.principals else { return false };
    let excludes =
        |condition: &Condition| condition.is_negated() && condition.operator.base != "Null";
    match principals.sense {
        Sense::IsNot => deny.conditions.is_empty(),
        Sense::Is => {
            principals.items.iter().any(Principal::is_everyone)
                && deny.conditions.iter().any(|c| excludes(c) && c.is_on_caller())
                && deny.conditions.iter().all(|c| excludes(c) || is_exemption(c))
        }
    }
}

/// Whether a condition of a Deny only leaves alone what AWS services do.
fn is_exemption(condition: &Condition) -> bool {
    condition.is_on(&["aws:principalisawsservice", "aws:viaawsservice"])
}

/// Whether one statement is about everything that another is about.
fn covers(deny: &Statement, allow: &Statement) -> bool {
    let denied =
        |action: &str| deny.actions().iter().any(|text| actions::covers(text.value, action));
    let named = allow.actions();
    let all_actions =
        denied("*") || (!named.is_empty() && named.iter().all(|text| denied(text.value)));
    let on = |resource: &str| {
        let wanted = resources(resource);
        deny.resources()
            .iter()
            .any(|text| text.value == resource || resources(text.value).covers(&wanted))
    };
    let all_resources = match (&deny.resources, &allow.resources) {
        (None, None) => true,
        (_, Some(element)) if element.sense == Sense::Is => {
            element.items.iter().all(|text| on(text.value))
        }
        _ => on("*"),
    };
    all_actions && all_resources
}

pub(super) fn principal_star_allow(document: &Document, violations: &mut Violations) {
    report(document, violations, "may do this", |statement| {
        !is_on(statement, NOT_GRANTED) && !is_of_endpoint(document, statement)
    });
}

/// What everybody in a policy does not open: an API without a policy is open to all that its methods take, and the
/// policy of a stack is about updates by whoever may make them.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies.html>,
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/protect-stack-resources.html>
const NOT_GRANTED: &[&str] = &["execute-api", "update"];

/// Whether a statement is the default policy of a VPC endpoint, which no resource could have.
/// <https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html>
fn is_of_endpoint(document: &Document, statement: &Statement) -> bool {
    let is_star = |items: &[Text]| items.len() == 1 && items.iter().all(|text| text.value == "*");
    document.kind == DocumentKind::Resource
        && is_star(statement.actions())
        && is_star(statement.resources())
}

pub(super) fn sm_rp_principal_star(document: &Document, violations: &mut Violations) {
    report(document, violations, "may use this secret", |statement| {
        is_on(statement, &["secretsmanager"])
    });
}

pub(super) fn ecr_public(document: &Document, violations: &mut Violations) {
    report(document, violations, "may use the images of this repository", |statement| {
        is_on(statement, &["ecr"])
    });
}

pub(super) fn sqs_sns_public(document: &Document, violations: &mut Violations) {
    report(document, violations, "may use this queue", |statement| is_on(statement, &["sqs"]));
    report(document, violations, "may use this topic", |statement| is_on(statement, &["sns"]));
}

pub(super) fn lambda_permission_public(document: &Document, violations: &mut Violations) {
    report(document, violations, "may call this function", |statement| {
        statement.is_about_any("lambda", &["InvokeFunction", "InvokeFunctionUrl"])
            && is_on(statement, &["lambda"])
    });
}

/// Whether every action is of one of some services.
fn is_on(statement: &Statement, services: &[&str]) -> bool {
    let named = statement.services();
    !named.is_empty() && named.iter().all(|service| services.contains(&service.as_str()))
}

pub(super) fn trust_star(document: &Document, violations: &mut Violations) {
    report(document, violations, "may assume this role", |_| true);
}

pub(super) fn kms_principal_star(document: &Document, violations: &mut Violations) {
    report(document, violations, "may use this key", |_| true);
}

pub(super) fn trust_star_string(document: &Document, violations: &mut Violations) {
    for principal in document.statements.iter().flat_map(Statement::principals) {
        if principal.kind == Kind::Everyone {
            violations.report(
                &principal.span,
                "A trust policy does not take `\"Principal\": \"*\"`: AWS refuses it.",
            );
        }
    }
}

pub(super) fn notprincipal_allow(document: &Document, violations: &mut Violations) {
    for statement in document.allows() {
        let element = statement.principals.as_ref().filter(|e| e.sense == Sense::IsNot);
        if let Some(element) = element {
            violations.report(
                &element.entry.key_span,
                "Everybody in every AWS account but these may do this.",
            );
        }
    }
}

pub(super) fn trust_notprincipal(document: &Document, violations: &mut Violations) {
    for element in document.statements.iter().filter_map(|statement| statement.principals.as_ref())
    {
        if element.sense == Sense::IsNot {
            violations.report(
                &element.entry.key_span,
                "A trust policy takes no `NotPrincipal`: AWS refuses the whole document.",
            );
        }
    }
}
