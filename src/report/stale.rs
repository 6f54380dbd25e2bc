//! Decisions of people that hide nothing any more, for all reports.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::views::{InputView, input_view};

use crate::finding::SuppressionKind;
use crate::outcome::{Stale, StaleDecision};

/// Decisions that the text report names; the rest are counted.
pub(super) const MAX_STALE: usize = 20;

/// A decision that hides nothing any more, in JSON.
#[derive(Serialize, Deserialize)]
pub(super) struct StaleView<'a> {
    pub origin: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<InputView<'a>>,
    pub line: u64,
    pub kind: Cow<'a, str>,
    pub covers: Cow<'a, str>,
    pub why: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expired: Option<Cow<'a, str>>,
}

pub(super) fn view(stale: &StaleDecision) -> StaleView<'_> {
    let StaleDecision { origin, line, kind, covers, why } = stale;
    let (why, expired) = match why {
        Stale::Unused => ("unused", None),
        Stale::Expired { on } => ("expired", Some(on.into())),
    };
    StaleView {
        origin: origin.to_string().into(),
        input: Some(input_view(origin)),
        line: *line,
        kind: kind.name().into(),
        covers: covers.into(),
        why: why.into(),
        expired,
    }
}

/// What became of a decision, and what to do about it.
pub(super) fn words(stale: &StaleDecision) -> String {
    let StaleDecision { kind, covers, why, .. } = stale;
    match (why, kind) {
        (Stale::Unused, SuppressionKind::Baseline) => {
            format!("hides nothing any more: {covers}; `keylint baseline prune` removes it")
        }
        (Stale::Unused, _) => format!("hides nothing any more: {covers}; delete it"),
        (Stale::Expired { on }, SuppressionKind::Baseline) => format!(
            "has ended on {on}: {covers}; put the finding right, or renew it with `keylint baseline write --expires`"
        ),
        (Stale::Expired { on }, _) => {
            format!("has ended on {on}: {covers}; put the finding right, or set a later day")
        }
    }
}

/// The same, with where it is written.
pub(super) fn line(stale: &StaleDecision) -> String {
    format!("{}:{} {}", stale.origin, stale.line, words(stale))
}
