//! ARNs whose parts contradict one another, or were never filled in.

use std::ops::Range;

use crate::finding::Severity;
use crate::policy::arn::{Arn, PARTITIONS};
use crate::policy::checks::{Violations, quote};
use crate::policy::document::{Document, Statement};
use crate::policy::fix::Change;
use crate::policy::text::{Part, has_hole, parts};

/// Every text of a document that may be an ARN: resources, principals and values of conditions.
fn texts<'a>(document: &'a Document) -> impl Iterator<Item = (&'a str, &'a Range<usize>)> {
    document.statements.iter().flat_map(texts_of)
}

fn texts_of<'a>(statement: &'a Statement<'a>) -> impl Iterator<Item = (&'a str, &'a Range<usize>)> {
    let resources = statement.resources.iter().flat_map(|element| &element.items);
    let principals = statement.principals.iter().flat_map(|element| &element.items);
    let values = statement.conditions.iter().flat_map(|condition| &condition.values);
    resources
        .map(|text| (text.value, &text.span))
        .chain(principals.map(|principal| (principal.text, &principal.span)))
        .chain(values.map(|(value, span)| (*value, span)))
}

pub(super) fn partition_region_mismatch(document: &Document, violations: &mut Violations) {
    for (text, span) in texts(document) {
        let Some(arn) = Arn::parse(text) else { continue };
        let is_known = PARTITIONS.iter().any(|(name, _)| *name == arn.partition);
        let Some(partition) = partition_of(arn.region) else { continue };
        if is_known && partition != arn.partition {
            violations.report(
                span,
                format!(
                    "{} belongs to the partition `{partition}` and not to `{}`: no resource has this ARN.",
                    quote(arn.region),
                    arn.partition
                ),
            );
            let rest = text.strip_prefix("arn:").and_then(|rest| rest.strip_prefix(arn.partition));
            let to = rest.map(|rest| format!("arn:{partition}{rest}"));
            let change = |to| Change::Rewrite { span: span.clone(), from: text.into(), to };
            violations.fix(to.filter(|_| !has_hole(text)).map(change));
        }
    }
}

/// The partition of a region, written out or as a pattern that fits the regions of one partition alone.
fn partition_of(region: &str) -> Option<&'static str> {
    let start: String = parts(region)
        .map_while(|part| if let Part::Char(own) = part { Some(own) } else { None })
        .collect();
    let special =
        PARTITIONS.iter().find(|(_, begin)| !begin.is_empty() && start.starts_with(begin));
    let is_ordinary = start == region
        && region.ends_with(|last: char| last.is_ascii_digit())
        && region.split('-').count() == 3
        && region.split('-').all(|part| !part.is_empty());
    special.map(|(name, _)| *name).or(is_ordinary.then_some("aws"))
}

/// Accounts that AWS's documentation uses in examples.
const EXAMPLES: &[&str] = &["123456789012", "111122223333", "444455556666", "777788889999"];

/// How names of buckets in AWS's documentation begin.
const EXAMPLE_BUCKETS: &[&str] = &["amzn-s3-demo-", "DOC-EXAMPLE-BUCKET"];

/// Reports the first of each sort in each statement: a policy that is a sample has many.
pub(super) fn placeholder(document: &Document, violations: &mut Violations) {
    for statement in &document.statements {
        placeholder_of(statement, violations);
    }
}

fn placeholder_of(statement: &Statement, violations: &mut Violations) {
    let arns =
        || texts_of(statement).filter_map(|(text, span)| Some((text, Arn::parse(text)?, span)));
    let mut open = arns().filter_map(|(text, arn, span)| Some((text, unfilled(&arn)?, span)));
    if let Some((text, left, span)) = open.next() {
        let more = others(open.count());
        violations.report(
            span,
            format!(
                "{} in {} is a place to fill in, not a name{more}: this matches nothing.",
                quote(left),
                quote(text)
            ),
        );
    }
    let mut told = arns().filter_map(|(_, arn, span)| Some((example(&arn)?, span)));
    if let Some((example, span)) = told.next() {
        let more = others(told.count());
        let message =
            format!("{} is what AWS's documentation writes in examples{more}.", quote(example));
        violations.report_as(Severity::Low, span, message);
    }
}

fn others(count: usize) -> String {
    match count {
        0 => String::new(),
        1 => ", and so is another one here".into(),
        _ => format!(", and so are {count} others here"),
    }
}

/// The part of an ARN that is yet to be filled in by a person. What a program fills in is written otherwise.
fn unfilled<'a>(arn: &Arn<'a>) -> Option<&'a str> {
    let is_for_programs = |text: &str| has_hole(text) || text.contains(['$', '{', '%', '@']);
    let fields = [(arn.region, "region"), (arn.account, "account")];
    let field = fields.into_iter().find(|(text, word)| {
        !is_for_programs(text) && (is_bracketed(text) || is_told(text, word) || is_crossed(text))
    });
    let resource = [arn.resource]
        .into_iter()
        .find(|text| !is_for_programs(text) && (is_bracketed(text) || has_your(text)));
    field.map(|(text, _)| text).or(resource)
}

/// `<account>`
fn is_bracketed(text: &str) -> bool {
    text.split_once('<').is_some_and(|(_, rest)| {
        rest.split_once('>')
            .is_some_and(|(name, _)| !name.is_empty() && !name.contains(['<', '*', '/']))
    })
}

/// `ACCOUNT_ID`, `your-account-id`, `REGION`
fn is_told(text: &str, word: &str) -> bool {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    text.to_ascii_lowercase().contains(word) && text.bytes().all(is_name)
}

/// `xxxxxxxxxxxx`
fn is_crossed(text: &str) -> bool {
    text.len() >= 3 && text.bytes().all(|byte| matches!(byte, b'x' | b'X'))
}

/// `YOUR_BUCKET`, `your-bucket-name/*`
fn has_your(text: &str) -> bool {
    let name = text.rsplit_once(['/', ':']).filter(|(_, last)| !matches!(*last, "*" | ""));
    let last = name.map_or(text, |(_, last)| last);
    [text, last].iter().any(|name| {
        ["YOUR_", "YOUR-"].iter().any(|start| name.starts_with(start))
            || ["your-bucket", "your-account", "your_bucket"]
                .iter()
                .any(|start| name.starts_with(start))
    })
}

/// What a text has from an example in AWS's documentation.
fn example<'a>(arn: &Arn<'a>) -> Option<&'a str> {
    let account = Some(arn.account).filter(|account| EXAMPLES.contains(account));
    let bucket = || {
        let is_example = EXAMPLE_BUCKETS.iter().any(|start| arn.resource.starts_with(start));
        (arn.service == "s3" && is_example).then_some(arn.resource)
    };
    account.or_else(bucket)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_tells_its_partition() {
        for (region, partition) in [
            ("us-east-1", Some("aws")),
            ("cn-north-1", Some("aws-cn")),
            ("cn-*", Some("aws-cn")),
            ("us-gov-west-1", Some("aws-us-gov")),
            ("us-isob-east-1", Some("aws-iso-b")),
            ("us-*", None),
            ("*", None),
            ("", None),
            ("aws-global", None),
            ("REGION", None),
        ] {
            assert_eq!(partition_of(region), partition, "{region}");
        }
    }

    #[test]
    fn places_to_fill_in_are_told_from_names() {
        for (text, left) in [
            ("arn:aws:sqs:us-east-1:<account>:q", Some("<account>")),
            ("arn:aws:sqs:us-east-1:ACCOUNT_ID:q", Some("ACCOUNT_ID")),
            ("arn:aws:sqs:REGION:210987654321:q", Some("REGION")),
            ("arn:aws:sqs:us-east-1:xxxxxxxxxxxx:q", Some("xxxxxxxxxxxx")),
            ("arn:aws:s3:::YOUR_BUCKET/*", Some("YOUR_BUCKET/*")),
            ("arn:aws:s3:::<bucket>/*", Some("<bucket>/*")),
            ("arn:aws:sqs:us-east-1:${Account}:q", None),
            ("arn:aws:sqs:us-east-1:{{account}}:q", None),
            ("arn:aws:iam::aws:policy/ReadOnlyAccess", None),
            ("arn:aws:iam::cloudfront:user/x", None),
            ("arn:aws:sqs:us-east-1:210987654321:ACCOUNT", None),
        ] {
            assert_eq!(unfilled(&Arn::parse(text).unwrap()), left, "{text}");
        }
    }
}
