//! Policies in inputs that are too large to be handed out whole. A file can be read again; what is in an archive is put
//! together from its chunks.

use std::sync::Arc;

use super::policies::Held;
use crate::blob::{Blob, Content, Origin};
use crate::location::{Position, Width};
use crate::outcome::{SkipReason, Skipped};
use crate::policy;
use crate::source::Unit;

/// The largest member of an archive that is read for policies.
const MAX_MEMBER: usize = 16 * 1024 * 1024;

/// What the chunks of an input say of policies in it.
#[derive(Default)]
pub(super) struct Chunks {
    /// What the first one is written in.
    language: Option<policy::Language>,
    /// Whether there are words of a policy in the input itself.
    has_words_of_one: bool,
    /// The member that is put together, and those that may hold policies.
    members: Vec<Member>,
}

/// A member of an archive, as far as it was handed out.
struct Member {
    origin: Arc<Origin>,
    text: Vec<u8>,
    width: Width,
    has_words: bool,
    is_too_large: bool,
}

impl Chunks {
    pub(super) fn see(&mut self, blob: &Blob) {
        if blob.is_whole {
            return;
        }
        if blob.start == Position::START {
            self.language = policy::language(blob);
            self.members.retain(|member| member.has_words);
            if self.language.is_some() && matches!(**blob.origin(), Origin::Member { .. }) {
                self.members.push(Member::new(blob));
            }
        }
        let Some(language) = self.language else { return };
        let has_words = policy::chunk_may_hold_policy(language, blob.text);
        if matches!(**blob.origin(), Origin::Member { .. }) {
            if let Some(member) = self.members.last_mut() {
                member.add(blob, has_words);
            }
        } else {
            self.has_words_of_one |= has_words;
        }
    }

    /// Whether the input itself may hold a policy, and is to be read again.
    pub(super) const fn may_hold_policy(&self) -> bool {
        self.has_words_of_one
    }

    /// The members that may hold policies, or what is to be said of them.
    pub(super) fn members(self, unit: &Unit) -> impl Iterator<Item = Result<Held, Skipped>> {
        self.members.into_iter().filter(|member| member.has_words).map(|member| {
            if member.is_too_large {
                let detail = "policies were not read: it is larger than 16 MiB and in an archive";
                return Err(Skipped::new((*member.origin).clone(), SkipReason::Limit, detail));
            }
            let whole = Blob::whole(&member.origin, &member.text, Content::Text);
            Ok(Held::new(&Blob { width: member.width, ..whole }, unit))
        })
    }
}

impl Member {
    fn new(blob: &Blob) -> Self {
        Self {
            origin: Arc::clone(blob.origin()),
            text: Vec::new(),
            width: blob.width,
            has_words: false,
            is_too_large: false,
        }
    }

    /// Adds what is the chunk's own.
    fn add(&mut self, blob: &Blob, has_words: bool) {
        self.has_words |= has_words;
        let own = blob.text.get(blob.owns.clone()).unwrap_or_default();
        self.is_too_large |= self.text.len() + own.len() > MAX_MEMBER;
        if self.is_too_large {
            self.text = Vec::new();
        } else {
            self.text.extend_from_slice(own);
        }
    }
}
