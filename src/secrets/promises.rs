//! What holds for every text, as far as one can try: bodies of the fuzz targets in `fuzz/`, which tests run on texts that
//! are made up. Each stops where a promise is broken.

use std::cell::RefCell;
use std::ops::Range;
use std::sync::{Arc, LazyLock};

use super::{Detected, RuleSet, Scratch};
use crate::blob::{Blob, Content, Origin};
use crate::location::Position;
use crate::outcome::Stats;

static RULES: LazyLock<RuleSet> = LazyLock::new(RuleSet::built_in);
/// A moment that dates in tokens are compared with, in seconds since 1970.
const NOW: u64 = 1_760_000_000;
/// Longer texts would not lie in every chunk with all that is round them.
const MOST: usize = 16 * 1024;

/// Every way this processor has to make the pass over a text marks the same places.
///
/// # Panics
///
/// When they do not.
pub fn passes_agree(text: &[u8]) {
    RULES.prefilter.agree(text);
}

/// What is found in a text does not depend on where chunks of it end.
///
/// # Panics
///
/// When it does.
pub fn chunks_agree(text: &[u8], cut: usize) {
    let text = text.get(..MOST).unwrap_or(text);
    let cut = cut % (text.len() + 1);
    let whole = found(text, 0..text.len());
    let mut parts = found(text, 0..cut);
    parts.extend(found(text, cut..text.len()));
    // Where two rules find overlapping secrets and the cut lies between their beginnings, both stay.
    let meets = |one: &Found, other: &Found| {
        one.span.start < other.span.end.max(other.span.start + 1) && other.span.start < one.span.end
    };
    for secret in &whole {
        assert!(parts.contains(secret), "{secret:?} is lost when the text is cut at {cut}");
    }
    for secret in &parts {
        let is_known = whole.iter().any(|known| known == secret || meets(known, secret));
        assert!(is_known, "{secret:?} is found only when the text is cut at {cut}");
    }
}

/// A secret, by what makes it one for the reader of a report.
#[derive(Debug, PartialEq, Eq)]
struct Found {
    rule: String,
    span: Range<usize>,
    secret: Vec<u8>,
}

/// What is found in the part of a text that a chunk owns.
fn found(text: &[u8], owns: Range<usize>) -> Vec<Found> {
    thread_local! {
        static SCRATCH: RefCell<Scratch> = RefCell::default();
    }
    let origin = Arc::new(Origin::Stdin);
    let is_whole = owns.len() == text.len();
    let start = match owns.start {
        0 => Position::START,
        // As of a chunk that is not the first: the lines before it do not matter.
        own_from => Position { offset: own_from as u64, ..Position::START },
    };
    let blob = Blob { start, owns, is_whole, ..Blob::whole(&origin, text, Content::Text) };
    SCRATCH.with_borrow_mut(|scratch| {
        let Detected { detections, .. } = RULES.detect(&blob, NOW, scratch, &mut Stats::default());
        let found = detections.iter().map(|detection| Found {
            rule: detection.meta().id.clone(),
            span: detection.span(),
            secret: detection.secret().to_vec(),
        });
        found.collect()
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Pieces of which texts with secrets are made, in parts.
    fn piece() -> impl Strategy<Value = String> {
        prop_oneof![
            "[ -~\n]{0,30}",
            "[a-zA-Z0-9+/_-]{16,60}",
            "[0-9a-f]{32}",
            Just(["sk_", "live_", "CMQO2AUN", "u9OJuQjn", "eRtU44Wl"].concat()),
            "[0-9A-Za-z]{36}".prop_map(|rest| ["gh", "p_", &rest].concat()),
            "[ -~]{8,24}".prop_map(|value| format!("\npassword = \"{value}\"\n")),
            "[0-9a-zA-Z]{12,30}".prop_map(|value| format!("API_TOKEN={value}\n")),
            "[0-9a-zA-Z]{12,30}".prop_map(|value| format!("%22secret%22%3A%20%22{value}%22 ")),
            "\\PC{0,12}",
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn passes_agree_on_made_up_texts(pieces in prop::collection::vec(piece(), 0..16)) {
            passes_agree(pieces.concat().as_bytes());
        }

        #[test]
        fn chunks_agree_on_made_up_texts(
            pieces in prop::collection::vec(piece(), 0..12),
            cut in any::<usize>(),
        ) {
            chunks_agree(pieces.concat().as_bytes(), cut);
        }

        #[test]
        fn chunks_agree_on_any_bytes(
            text in prop::collection::vec(any::<u8>(), 0..600),
            cut in any::<usize>(),
        ) {
            chunks_agree(&text, cut);
        }
    }
}
