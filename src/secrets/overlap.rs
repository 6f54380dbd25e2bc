//! One value, one finding: where candidates overlap, the one that knows more wins.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;

use super::Detection;
use super::decode::Encoding;
use super::rule::Trigger;
use crate::finding::{Confidence, Severity, Verdict};

/// Drops every detection that a better one overlaps, and sorts the rest by place. Several secrets of one view may stand for
/// the same bytes of the blob, so there the bytes of the view count.
pub(super) fn resolve(mut detections: Vec<Detection<'_>>) -> Vec<Detection<'_>> {
    detections.sort_by_key(|detection| Reverse(rank(detection)));
    let mut taken: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    detections.retain(|detection| {
        let Detection { view, found, .. } = detection;
        let before = taken.range((*view, 0)..(*view, found.end)).next_back();
        let clashes = before.is_some_and(|(_, end)| *end > found.start);
        if !clashes {
            taken.insert((*view, found.start), found.end);
        }
        !clashes
    });
    let mut taken = Taken::default();
    detections.retain(|detection| taken.take(&detection.span, detection.view));
    detections
        .sort_by_key(|detection| (detection.span.start, detection.view, detection.found.start));
    detections
}

/// Bytes of the blob that are taken, by their start, and the view that took them.
#[derive(Default)]
struct Taken(BTreeMap<usize, (usize, usize)>);

impl Taken {
    /// Whether the bytes were free, or are the same view's already.
    fn take(&mut self, span: &Range<usize>, view: usize) -> bool {
        let before = self.0.range(..span.end).next_back();
        match before.filter(|(_, (end, _))| *end > span.start) {
            None => {
                self.0.insert(span.start, (span.end, view));
                true
            }
            Some((_, (_, other))) if *other != view => false,
            Some((start, (end, _))) => {
                let (start, end) = (*start, *end);
                self.0.remove(&start);
                self.0.insert(start.min(span.start), (end.max(span.end), view));
                true
            }
        }
    }
}

/// What makes one detection better than another, most important first.
fn rank(detection: &Detection) -> (bool, u8, bool, Severity, usize, Reverse<[usize; 4]>) {
    let proved = matches!(detection.verdict, Verdict::ChecksumValid | Verdict::StructureValid);
    let precision = match detection.rule.trigger {
        Trigger::Prefix(_) => 4,
        Trigger::Infix { .. } | Trigger::Literal { .. } => 3,
        // A vendor's word alone says less than the name of a secret.
        Trigger::Words { .. }
            if detection.rule.vendor.is_some() && detection.confidence == Confidence::Low =>
        {
            0
        }
        Trigger::Words { .. } | Trigger::Anywhere { .. } => 2,
        Trigger::Assigned { .. } => 1,
    };
    // A literal that is joined is more of what was written; what is encoded may be a part of it.
    let is_written = detection.encodings.iter().all(|encoding| *encoding == Encoding::Joined);
    let Detection { rule, secret, span, encodings, view, .. } = detection;
    (
        proved && precision > 1,
        precision,
        is_written,
        rule.meta.severity,
        secret.len(),
        Reverse([encodings.len(), span.start, rule.order, *view]),
    )
}
