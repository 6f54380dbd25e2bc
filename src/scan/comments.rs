//! `keylint:allow` in the texts of a scan: what it hides, and where it hides nothing any more.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::blob::{Blob, Origin};
use crate::config::{Config, KnownIds};
use crate::finding::{Place, RuleMeta, SuppressionKind};
use crate::history::At;
use crate::location::{Location, Locator};
use crate::outcome::{Stale, StaleDecision};
use crate::suppress::{Near, inline};

/// A comment: in which input, on which line, about which rule.
type Comment = (Arc<Origin>, u64, String);

/// What is known of the comments of some inputs.
#[derive(Default)]
pub(super) struct Comments {
    /// Those whose last day has passed.
    ended: Vec<StaleDecision>,
    /// Those in texts that were scanned for what their rules find; only where that is asked for.
    seen: BTreeSet<Comment>,
    /// Those that hide something; only where that is asked for.
    used: BTreeSet<Comment>,
}

impl Comments {
    /// Adds those of other inputs.
    pub(super) fn add(&mut self, other: Self) {
        self.ended.extend(other.ended);
        self.seen.extend(other.seen);
        self.used.extend(other.used);
    }

    /// Marks a place that a comment is about.
    pub(super) fn about(&mut self, place: &mut Place, near: &Near, config: &Config) {
        let Some(comment) = inline::find(near, &place.rule.id) else { return };
        let line = line(&comment, place.location);
        self.use_up(&place.origin, line, &place.rule, config);
        let Some(on) = comment.decision.ended(config.now) else {
            place.suppressed = Some(comment.decision);
            return;
        };
        if can_change(&place.origin) {
            self.ended.push(StaleDecision {
                origin: (*place.origin).clone(),
                line,
                kind: SuppressionKind::Inline,
                covers: place.rule.id.clone(),
                why: Stale::Expired { on: on.to_owned() },
            });
        }
    }

    /// A comment about what is not listed is of use when it is.
    pub(super) fn below(
        &mut self,
        near: &Near,
        (origin, location): (&Arc<Origin>, Location),
        rule: &Arc<RuleMeta>,
        config: &Config,
    ) {
        if config.comments.is_some()
            && let Some(comment) = inline::find(near, &rule.id)
        {
            self.use_up(origin, line(&comment, location), rule, config);
        }
    }

    fn use_up(&mut self, origin: &Arc<Origin>, line: u64, rule: &Arc<RuleMeta>, config: &Config) {
        if config.comments.is_some() {
            self.used.insert((Arc::clone(origin), line, rule.id.clone()));
        }
    }

    /// Notes the comments of a whole text about what it was scanned for, and those about nothing there is.
    pub(super) fn seen(&mut self, blob: &Blob, looked: Looked, config: &Config) {
        let Some(known) = config.comments.as_ref().filter(|_| blob.is_whole) else { return };
        let mut locator: Option<Locator> = None;
        for (at, id) in inline::all(blob.text) {
            if !can_change(blob.origin()) {
                return;
            }
            if looked.finds(&id, known) || !known.has(&id) {
                let line = locator.get_or_insert_with(|| blob.locator()).position(at).line;
                self.seen.insert((Arc::clone(blob.origin()), line, id));
            }
        }
    }

    /// What hides nothing any more.
    pub(super) fn stale(self, config: &Config) -> Vec<StaleDecision> {
        let Self { mut ended, seen, used } = self;
        let unused = seen.into_iter().filter(|comment| !used.contains(comment));
        ended.extend(unused.map(|(origin, line, id)| StaleDecision {
            origin: (*origin).clone(),
            line,
            kind: SuppressionKind::Inline,
            covers: config.comments.as_ref().map_or(id.clone(), |known| known.describe(&id)),
            why: Stale::Unused,
        }));
        ended
    }
}

/// What a text was scanned for.
#[derive(Clone, Copy)]
pub(super) struct Looked {
    pub(super) for_secrets: bool,
    pub(super) for_policies: bool,
}

impl Looked {
    /// Whether what a rule or check finds would have been found.
    fn finds(self, id: &str, known: &KnownIds) -> bool {
        self.for_secrets && known.rules.contains(id)
            || self.for_policies && known.checks.contains(id)
    }
}

/// The line of a comment.
const fn line(comment: &inline::Comment, of: Location) -> u64 {
    of.start.line.saturating_sub(if comment.is_above { 1 } else { 0 })
}

/// Whether somebody can take a comment out: not from history, nor from an archive.
fn can_change(origin: &Origin) -> bool {
    match origin {
        Origin::File { .. } | Origin::Stdin => true,
        Origin::Git(place) => matches!(place.at, At::Index),
        Origin::Image(_) | Origin::Member { .. } => false,
    }
}
