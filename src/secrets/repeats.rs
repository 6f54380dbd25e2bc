//! A secret that is found in one place may stand, without a sign of being one, beside another finding. Its snippet
//! must not show it either, nor the instruction that made its layer.

use std::collections::BTreeSet;
use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use crate::finding::{Finding, FindingKind};

/// Shorter secrets are words that would be masked everywhere.
const SHORTEST: usize = 6;
/// Longer secrets have lines of their own, or are cut.
const LONGEST: usize = 200;

/// Stands for a secret in a text that is no snippet.
const MASK: &str = "********";

/// Masks every secret of `findings` in every snippet.
pub(crate) fn mask_repeats(findings: &mut [Finding]) {
    let secrets: BTreeSet<&[u8]> = findings.iter().filter_map(secret).collect();
    if secrets.is_empty() {
        return;
    }
    let search = AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        .kind(Some(AhoCorasickKind::ContiguousNFA))
        .build(secrets);
    let Ok(search) = search else { return };
    for place in findings.iter_mut().flat_map(|finding| &mut finding.places) {
        let spans = repeats(&search, place.snippet.text.as_bytes());
        if !spans.is_empty() {
            place.snippet.hide(&spans);
        }
        for text in place.instructions_mut() {
            for span in repeats(&search, text.as_bytes()).into_iter().rev() {
                if text.is_char_boundary(span.start) && text.is_char_boundary(span.end) {
                    text.replace_range(span, MASK);
                }
            }
        }
    }
}

fn secret(finding: &Finding) -> Option<&[u8]> {
    let FindingKind::Secret { secret, .. } = &finding.kind else { return None };
    Some(secret.reveal()).filter(|bytes| (SHORTEST..=LONGEST).contains(&bytes.len()))
}

/// Where secrets stand in a text as words of their own.
fn repeats(search: &AhoCorasick, text: &[u8]) -> Vec<Range<usize>> {
    let is_letter =
        |at: Option<usize>| at.and_then(|at| text.get(at)).is_some_and(u8::is_ascii_alphanumeric);
    let spans = search.find_iter(text).map(|found| found.range());
    spans
        .filter(|span| !is_letter(span.start.checked_sub(1)) && !is_letter(Some(span.end)))
        .collect()
}
