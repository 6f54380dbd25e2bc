//! S3: what is done to a bucket, and what to the objects in it.

use std::ops::Range;

use crate::finding::Severity;
use crate::policy::arn::Arn;
use crate::policy::catalogue::Catalogue;
use crate::policy::checks::{Violations, consequence, quote};
use crate::policy::document::{Document, Element, Sense, Statement, Text};
use crate::policy::fix::Change;
use crate::policy::text::{Part, parts};
use crate::policy::tree::Value;

/// What an action takes, or a resource is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Bucket,
    Object,
}

pub(super) fn mixup(document: &Document, violations: &mut Violations) {
    for statement in &document.statements {
        let Some(resources) = statement.resources.as_ref().filter(|e| e.sense == Sense::Is) else {
            continue;
        };
        let sides: Option<Vec<Side>> = resources
            .items
            .iter()
            .filter(|text| is_s3(text.value))
            .map(|text| side(text.value))
            .collect();
        // A pattern that may be both, or an access point.
        let Some(sides) = sides.filter(|sides| !sides.is_empty()) else { continue };
        if !resources.items.iter().all(|text| text.value.starts_with("arn:")) {
            continue;
        }
        let mut is_first = true;
        for text in statement.actions() {
            let Some(wanted) = side_of_action(document.catalogue, text.value) else { continue };
            if sides.contains(&wanted) {
                continue;
            }
            report(statement, text, wanted, violations);
            if is_first {
                violations.fix(changes(document.catalogue, statement, resources, wanted));
                is_first = false;
            }
        }
    }
}

fn report(statement: &Statement, text: &Text, wanted: Side, violations: &mut Violations) {
    let what = match wanted {
        Side::Bucket => "is done to a bucket, and only objects are named",
        Side::Object => "is done to objects, and only the bucket is named",
    };
    violations.report_as(
        Severity::High,
        &text.span,
        format!("{} {what}: here {}.", quote(text.value), consequence(statement)),
    );
}

fn is_s3(text: &str) -> bool {
    Arn::parse(text).is_none_or(|arn| arn.service == "s3" || arn.service.contains(['*', '?', '$']))
}

/// Whether a resource is a bucket or objects; nothing where it may be both, or neither.
fn side(text: &str) -> Option<Side> {
    let arn = Arn::parse(text)?;
    if arn.service != "s3" || !is_blank(arn.region) || !is_blank(arn.account) {
        return None;
    }
    // Access points, grants and jobs, in any region.
    if !arn.region.is_empty() && OTHER_TYPES.iter().any(|start| arn.resource.starts_with(start)) {
        return None;
    }
    let bucket = parts(arn.resource).take_while(|part| *part != Part::Char('/'));
    let is_literal = |part: Part| matches!(part, Part::Char(_) | Part::One);
    if arn.resource.contains('/') && parts(arn.resource).any(|part| part == Part::Char('/')) {
        return Some(Side::Object);
    }
    bucket.into_iter().all(is_literal).then_some(Side::Bucket)
}

/// How ARNs of S3 begin that are neither buckets nor objects.
const OTHER_TYPES: &[&str] =
    &["access-grants/", "accesspoint/", "async-request/", "job/", "storage-lens"];

fn is_blank(field: &str) -> bool {
    field.is_empty() || field == "*"
}

/// What all meanings of an action take; nothing where they differ, or take something else.
fn side_of_action(catalogue: &Catalogue, written: &str) -> Option<Side> {
    let mut found = None;
    for action in catalogue.matching(written) {
        if action.service != "s3" {
            return None;
        }
        let types = action.resource_types()?;
        let plain = types.iter().filter(|kind| kind.service() == "s3" && kind.region().is_empty());
        for kind in plain {
            let side = if kind.resource().contains('/') { Side::Object } else { Side::Bucket };
            if found.is_some_and(|found| found != side) {
                return None;
            }
            found = Some(side);
        }
        found?;
    }
    found
}

/// The same resource on the other side.
fn turned(text: &str, wanted: Side) -> Option<String> {
    match wanted {
        Side::Object => Some(format!("{text}/*")),
        Side::Bucket => {
            let (bucket, _) = text.split_once('/')?;
            bucket.starts_with("arn:").then(|| bucket.to_owned())
        }
    }
}

/// Names the other side in the place of this one where nothing else is meant, and beside it where something is.
fn changes(
    catalogue: &Catalogue,
    statement: &Statement,
    resources: &Element<Text>,
    wanted: Side,
) -> Vec<Change> {
    let is_all = statement
        .actions()
        .iter()
        .all(|text| side_of_action(catalogue, text.value) == Some(wanted));
    let of_s3 = resources.items.iter().filter(|text| side(text.value).is_some());
    let is_list = matches!(resources.entry.value.value, Value::List(_));
    let change = |text: &Text| {
        let (span, from): (Range<usize>, String) = (text.span.clone(), text.value.to_owned());
        let to = turned(text.value, wanted)?;
        match (is_all, is_list) {
            (true, _) => Some(Change::Rewrite { span, from, to }),
            (false, true) => Some(Change::AddItem { after: span, item: to }),
            (false, false) => None,
        }
    };
    of_s3.filter_map(change).collect()
}
