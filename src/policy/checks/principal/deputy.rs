//! AWS services as principals: for whom they may act.

use crate::finding::Severity;
use crate::policy::arn::{Arn, is_account};
use crate::policy::checks::{Violations, quote};
use crate::policy::condition::Condition;
use crate::policy::document::{Document, Statement};
use crate::policy::fix::Change;
use crate::policy::principal::{Kind, Principal};
use crate::policy::text::{Wildcards, has_hole};

/// Services that, by AWS's documentation, say for which resource or account they act when they use a resource of the
/// services that follow. A pair that is not here is not reported: events on a topic and Elastic Load
/// Balancing on a bucket, for example, do not send the keys.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html#cross-service-confused-deputy-prevention>
const SENDERS: &[(&str, &[&str])] = &[
    ("apigateway", &["lambda"]),
    ("aps", &["sns"]),
    ("bedrock", &["lambda"]),
    ("budgets", &["sns"]),
    ("cloudfront", &["s3"]),
    ("cloudtrail", &["s3", "sns"]),
    ("cloudwatch", &["sns"]),
    ("cognito-idp", &["lambda"]),
    ("config", &["lambda", "s3", "sns"]),
    ("costalerts", &["sns"]),
    ("delivery.logs", &["s3"]),
    ("events", &["lambda", "sqs"]),
    ("events.rds", &["sns"]),
    ("guardduty", &["s3"]),
    ("inspector2", &["s3"]),
    ("iot", &["lambda"]),
    ("lambda.alarms.cloudwatch", &["lambda"]),
    ("lexv2", &["lambda"]),
    ("logging.s3", &["s3"]),
    ("logs", &["lambda", "s3"]),
    ("macie", &["s3"]),
    ("s3", &["lambda", "s3", "sns", "sqs"]),
    ("secretsmanager", &["lambda"]),
    ("serverlessrepo", &["s3"]),
    ("ses", &["lambda", "s3", "sns"]),
    ("sns", &["lambda", "sqs"]),
    ("storage-lens.s3", &["s3"]),
];

/// Services for which AWS documents the same conditions in the trust policy of their roles.
const TRUSTED_SENDERS: &[&str] = &[
    "access-grants.s3",
    "bedrock",
    "cloudtrail",
    "codebuild",
    "datasync",
    "emr-serverless",
    "grafana",
    "iot",
    "logs",
    "osis-pipelines",
    "pipes",
    "scheduler",
    "ssm",
    "states",
    "transfer",
    "vpc-flow-logs",
];

/// Services whose pages allow the conditions without asking for them.
const TRUSTED_OPTIONAL: &[&str] = &["ecs-tasks", "lambda"];

/// Keys that say for which resource or account a service acts.
const SOURCE: &[&str] = &[
    "aws:sourcearn",
    "aws:sourceaccount",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:sourceowner",
];

/// Keys that are never in a request that a service makes in its own name. Of `aws:PrincipalArn` and
/// `aws:PrincipalAccount` AWS does not say so.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principal-properties>
const OF_PRINCIPALS: &[&str] =
    &["aws:principalorgid", "aws:principalorgpaths", "aws:principaltag/"];

/// The name of a service, without region and domain: `logs` of `logs.us-east-1.amazonaws.com`.
fn name<'a>(principal: &Principal<'a>) -> Option<&'a str> {
    if principal.kind != Kind::Service || has_hole(principal.text) {
        return None;
    }
    let text = principal.text.strip_suffix(".cn").unwrap_or(principal.text);
    let name = text.strip_suffix(".amazonaws.com")?;
    let region = name.rsplit_once('.').filter(|(_, last)| {
        last.matches('-').count() >= 2 && last.ends_with(|end: char| end.is_ascii_digit())
    });
    Some(region.map_or(name, |(name, _)| name))
}

fn services<'s, 'a>(
    statement: &'s Statement<'a>,
) -> impl Iterator<Item = (&'s Principal<'a>, &'a str)> {
    statement.principals().iter().filter_map(|principal| Some((principal, name(principal)?)))
}

/// Whether a statement, or a Deny beside it, says for whom a service may act.
fn names_source(document: &Document, statement: &Statement) -> bool {
    let names = |condition: &Condition| condition.is_on(SOURCE) || has_hole(&condition.key);
    let by_deny = document.statements.iter().filter(|other| other.denies()).any(|deny| {
        deny.conditions.iter().any(|condition| names(condition) && condition.is_negated())
    });
    by_deny
        || statement
            .conditions
            .iter()
            .any(|condition| (names(condition) || is_own_source(condition)) && condition.narrows())
}

/// Keys of single services that say the same.
fn is_own_source(condition: &Condition) -> bool {
    condition.is_on(&["kms:encryptioncontext:", "aws:referer", "aws:principalorgid"])
}

pub(super) fn confused_deputy(document: &Document, violations: &mut Violations) {
    for statement in document.allows().filter(|statement| !names_source(document, statement)) {
        let about = statement.services();
        for (principal, name) in services(statement) {
            let Some((_, targets)) = SENDERS.iter().find(|(sender, _)| *sender == name) else {
                continue;
            };
            if about.is_empty() || !about.iter().all(|service| targets.contains(&service.as_str()))
            {
                continue;
            }
            let severity = if is_confined(statement) { Severity::Low } else { Severity::High };
            violations.report_as(
                severity,
                &principal.span,
                format!(
                    "{} does this for any AWS account that asks it to; no condition says for whom it may.",
                    quote(principal.text)
                ),
            );
        }
    }
}

/// Whether the service can do little for others: it looks, or writes to where the name of an account leads.
fn is_confined(statement: &Statement) -> bool {
    let looks = statement.actions().iter().all(|text| {
        ["s3:GetBucketAcl", "s3:ListBucket", "s3:GetBucketLocation"]
            .iter()
            .any(|action| text.value.eq_ignore_ascii_case(action))
    });
    let in_own_folder = |resource: &str| resource.split('/').any(is_account) || has_hole(resource);
    looks
        || (statement.services() == ["s3"]
            && !statement.resources().is_empty()
            && statement
                .resources()
                .iter()
                .all(|text| text.value.contains("AWSLogs/") && in_own_folder(text.value)))
}

pub(super) fn confused_deputy_trust(document: &Document, violations: &mut Violations) {
    for statement in document.allows().filter(|statement| !names_source(document, statement)) {
        for (principal, name) in services(statement) {
            let severity = if TRUSTED_SENDERS.contains(&name) {
                Severity::Low
            } else if TRUSTED_OPTIONAL.contains(&name) {
                Severity::Note
            } else {
                continue;
            };
            violations.report_as(
                severity,
                &principal.span,
                format!(
                    "No condition says for whom {} may assume this role.",
                    quote(principal.text)
                ),
            );
        }
    }
}

pub(super) fn recommended_source_key(document: &Document, violations: &mut Violations) {
    for statement in document.allows() {
        let has_source = statement.conditions.iter().any(|condition| condition.is_on(SOURCE));
        let Some((principal, _)) = services(statement).next().filter(|_| !has_source) else {
            continue;
        };
        for condition in statement.conditions.iter().filter(|c| c.is_on(&["aws:referer"])) {
            let Some((_, span)) = condition.values.first() else { continue };
            violations.report(
                span,
                format!(
                    "`aws:Referer` is a header that callers set themselves; for {} there is `aws:SourceAccount`.",
                    quote(principal.text)
                ),
            );
        }
    }
}

pub(super) fn key_without_service(document: &Document, violations: &mut Violations) {
    for statement in document.allows() {
        let Some((principal, _)) = services(statement).next() else { continue };
        let is_meant =
            |c: &&Condition| c.is_on(OF_PRINCIPALS) && (c.narrows() || c.requires_presence());
        for condition in statement.conditions.iter().filter(is_meant) {
            let Some((_, span)) = condition.values.first() else { continue };
            violations.report(
                span,
                format!(
                    "{} is in no organisation and has no tags: with this condition it is not let in.",
                    quote(principal.text)
                ),
            );
        }
    }
}

pub(super) fn ecs_tasks_source_arn(document: &Document, violations: &mut Violations) {
    for statement in document.allows() {
        if !services(statement).any(|(_, name)| name == "ecs-tasks") {
            continue;
        }
        for condition in statement.conditions.iter().filter(|c| c.is_on(&["aws:sourcearn"])) {
            for (value, span) in &condition.values {
                let Some(arn) = Arn::parse(value).filter(|arn| arn.service == "ecs") else {
                    continue;
                };
                let Some(kind) = arn.resource.split_once('/').map(|(kind, _)| kind) else {
                    continue;
                };
                if kind != "cluster" || has_hole(kind) {
                    continue;
                }
                violations.report(
                    span,
                    format!(
                        "{} is no ARN that ECS sends for a task, so no task gets this role.",
                        quote(value)
                    ),
                );
                let open = value.strip_suffix(arn.resource).map(|start| format!("{start}*"));
                if let Some(to) =
                    open.filter(|_| condition.operator.wildcards() == Wildcards::Match)
                {
                    let from = (*value).to_owned();
                    violations.fix([Change::Rewrite { span: span.clone(), from, to }]);
                }
            }
        }
    }
}

pub(super) fn paired_source_account(document: &Document, violations: &mut Violations) {
    for statement in document.allows() {
        let others =
            ["aws:sourceaccount", "aws:sourceowner", "aws:sourceorgid", "aws:sourceorgpaths"];
        let is_paired = statement.conditions.iter().any(|condition| {
            condition.is_on(&others) && condition.narrows()
                || condition.is_on_caller() && !condition.is_on(SOURCE) && condition.narrows()
        });
        if is_paired {
            continue;
        }
        let sources = statement
            .conditions
            .iter()
            .filter(|condition| condition.is_on(&["aws:sourcearn"]) && condition.narrows());
        for condition in sources {
            for (value, span) in &condition.values {
                let arn = Arn::parse(value);
                let is_bucket = arn.is_some_and(|arn| {
                    arn.service == "s3" && arn.account.is_empty() && arn.region.is_empty()
                });
                if is_bucket {
                    violations.report(span, format!(
                        "{} names no account: when the bucket is deleted, whoever takes its name next is let in.",
                        quote(value)
                    ));
                }
            }
        }
    }
}
