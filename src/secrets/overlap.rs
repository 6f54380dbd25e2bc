//! One value, one finding: where candidates overlap, the one that knows more wins.

use std::cmp::Reverse;

use super::Detection;
use super::rule::Trigger;
use crate::finding::{Confidence, Severity, Verdict};

/// Drops every detection that a better one overlaps, and sorts the rest by place.
pub(super) fn resolve(mut detections: Vec<Detection<'_>>) -> Vec<Detection<'_>> {
    detections.sort_by_key(|detection| Reverse(rank(detection)));
    let mut kept: std::collections::BTreeMap<usize, usize> = std::collections::BTreeMap::new();
    detections.retain(|detection| {
        let secret = detection.candidate.secret.clone();
        let clashes =
            kept.range(..secret.end).next_back().is_some_and(|(_, end)| *end > secret.start);
        if !clashes {
            kept.insert(secret.start, secret.end);
        }
        !clashes
    });
    detections.sort_by_key(|detection| detection.candidate.secret.start);
    detections
}

/// What makes one detection better than another, most important first.
fn rank(detection: &Detection) -> (bool, u8, Severity, usize, Reverse<(usize, usize)>) {
    let proved = matches!(detection.verdict, Verdict::ChecksumValid | Verdict::StructureValid);
    let precision = match detection.candidate.rule.trigger {
        Trigger::Prefix(_) => 4,
        Trigger::Infix { .. } | Trigger::Literal { .. } => 3,
        // A vendor's word alone says less than the name of a secret.
        Trigger::Words { .. }
            if detection.candidate.rule.vendor.is_some()
                && detection.confidence == Confidence::Low =>
        {
            0
        }
        Trigger::Words { .. } | Trigger::Anywhere { .. } => 2,
        Trigger::Assigned { .. } => 1,
    };
    let candidate = &detection.candidate;
    (
        proved && precision > 1,
        precision,
        candidate.rule.meta.severity,
        candidate.secret.len(),
        Reverse((candidate.secret.start, candidate.rule.order)),
    )
}
