//! Decisions of people that hide nothing any more, for all reports.

use serde::Serialize;

use crate::finding::SuppressionKind;
use crate::outcome::{Stale, StaleDecision};

/// Decisions that the text report names; the rest are counted.
pub(super) const MAX_STALE: usize = 20;

/// A decision that hides nothing any more, in JSON.
#[derive(Serialize)]
pub(super) struct StaleView<'a> {
    origin: String,
    line: u64,
    kind: &'static str,
    covers: &'a str,
    why: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    expired: Option<&'a str>,
}

pub(super) fn view(stale: &StaleDecision) -> StaleView<'_> {
    let StaleDecision { origin, line, kind, covers, why } = stale;
    let (why, expired) = match why {
        Stale::Unused => ("unused", None),
        Stale::Expired { on } => ("expired", Some(on.as_str())),
    };
    StaleView { origin: origin.to_string(), line: *line, kind: kind.name(), covers, why, expired }
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
