//! Regions and accounts in ARNs whose types have none, and the other way round.

use super::{outcome, severity, weigh};
use crate::policy::arn::Arn;
use crate::policy::catalogue::{self, ResourceType};
use crate::policy::checks::{Violations, quote};
use crate::policy::document::Document;
use crate::policy::glob::Glob;
use crate::policy::text::{Wildcards, has_hole, is_pattern, strings};

/// Services with resources of AWS itself, whose ARNs have no account where those of users have one: public parameters,
/// documents, images, platforms, views.
const WITH_PUBLIC: &[&str] = &[
    "bedrock",
    "ec2",
    "elasticbeanstalk",
    "imagebuilder",
    "resource-explorer-2",
    "sagemaker",
    "servicecatalog",
    "ssm",
];

pub(super) fn region_account(document: &Document, violations: &mut Violations) {
    for statement in &document.statements {
        let Some(element) = &statement.resources else { continue };
        for text in &element.items {
            let Some(arn) = Arn::parse(text.value) else { continue };
            if has_hole(arn.resource) || is_pattern(arn.service) {
                continue;
            }
            let Some(what) = problem(&arn) else { continue };
            violations.report_as(
                severity(statement, element.sense),
                &text.span,
                format!(
                    "{} {what}, so it matches nothing and {}.",
                    quote(text.value),
                    outcome(statement, element.sense)
                ),
            );
            weigh(violations, document.catalogue);
        }
    }
}

/// What is wrong with the region or account of an ARN, judged by all types that its last field may be of.
fn problem(arn: &Arn) -> Option<&'static str> {
    // A pattern stands for a field and for none.
    if is_pattern(arn.region) && is_pattern(arn.account) {
        return None;
    }
    let resource = strings(arn.resource, Wildcards::Match);
    let types = catalogue::resource_types(arn.service).filter(|kind| {
        kind.service() == arn.service
            && kind.may_have(arn.resource)
            && resource.intersects(&last_field(kind))
    });
    let types: Vec<ResourceType> = types.collect();
    if types.is_empty() {
        return None;
    }
    let none_has = |field: fn(&ResourceType<'static>) -> &'static str| {
        types.iter().all(|kind| field(kind).is_empty())
    };
    let all_have = |field: fn(&ResourceType<'static>) -> &'static str| {
        types.iter().all(|kind| field(kind).starts_with("${"))
    };
    let is_given = |field: &str| !field.is_empty() && !is_pattern(field);
    let is_public = WITH_PUBLIC.contains(&arn.service);
    match arn {
        _ if is_given(arn.region) && none_has(ResourceType::region) => {
            Some("names a region, and ARNs of its type have none")
        }
        _ if is_given(arn.account) && none_has(ResourceType::account) => {
            Some("names an account, and ARNs of its type have none")
        }
        _ if arn.region.is_empty() && all_have(ResourceType::region) => {
            Some("names no region, and ARNs of its type have one")
        }
        _ if arn.account.is_empty() && !is_public && all_have(ResourceType::account) => {
            Some("names no account, and ARNs of its type have one")
        }
        _ => None,
    }
}

/// Every last field of the ARNs of a type.
fn last_field(kind: &ResourceType) -> Glob {
    let mut pattern = String::new();
    let mut rest = kind.resource();
    while let Some((before, after)) = rest.split_once("${") {
        pattern.push_str(before);
        pattern.push('*');
        rest = after.split_once('}').map_or("", |(_, after)| after);
    }
    pattern.push_str(rest);
    Glob::pattern(&pattern)
}
