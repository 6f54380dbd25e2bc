//! Whether each link of a path holds, and whether the answer rests on it. Cheap: what was evaluated says it all.

use crate::access::LinkCode;
use crate::policy::access::evaluate::{Evaluated, Said};
use crate::policy::access::truth::Truth;
use crate::policy::access::world::KeyOf;

impl<'w> Evaluated<'w> {
    /// Both requests, as far as there are two.
    pub(in crate::policy::access) fn requests(&self) -> impl Iterator<Item = &Said<'w>> + Clone {
        [Some(&self.read), self.decrypt.as_ref()].into_iter().flatten()
    }

    /// Whether a link holds; nothing where the answer does not rest on it.
    pub(in crate::policy::access) fn state(&self, code: LinkCode) -> Option<Truth> {
        let read = &self.read;
        let is_key_open = matches!(read.context.secret.key, KeyOf::Unknown(_));
        let of_unknown_key = is_key_open.then_some(Truth::Unknown);
        match code {
            LinkCode::L1 => (!read.is_given_within()).then_some(read.identity),
            LinkCode::L2 => {
                let is_used = read.given() != Truth::No && read.own() != Truth::Yes;
                (read.same != Truth::Yes || is_used).then(|| read.resource())
            }
            LinkCode::L3 | LinkCode::L4 if self.is_under_managed_key() => None,
            LinkCode::L3 => self.decrypt.map_or(of_unknown_key, |said| Some(said.resource())),
            LinkCode::L4 => match &self.decrypt {
                Some(said) if said.is_given_within() || said.grant == Truth::Yes => None,
                Some(said) => Some(said.identity),
                None => of_unknown_key,
            },
            LinkCode::L5 => Some(self.key),
            LinkCode::L6 => Some(!Truth::any(self.requests().map(|said| said.deny))),
            LinkCode::L7 => {
                let is_limited = |said: &Said| {
                    said.context.account.scps.is_some() || said.context.owner.rcps.is_some()
                };
                let passes = Truth::all(self.requests().map(|said| said.scp.and(said.rcp)));
                self.requests().any(is_limited).then_some(passes)
            }
            LinkCode::L8 => read.context.principal.trust.as_ref().map(|_| self.trust),
            LinkCode::L9 => {
                let principal = read.context.principal;
                let is_there = principal.boundary.is_some() || principal.session_policy.is_some();
                let mut limited = self.limited().peekable();
                (is_there && limited.peek().is_some())
                    .then(|| Truth::all(limited.map(Said::limits)))
            }
        }
    }

    /// Whether the key is the one that AWS manages, whose policy nobody writes.
    pub(in crate::policy::access) fn is_under_managed_key(&self) -> bool {
        self.read.context.secret.key == KeyOf::Managed
    }

    /// The requests that boundary and session policy limit: what is given directly they do not.
    pub(super) fn limited(&self) -> impl Iterator<Item = &Said<'w>> {
        self.requests().filter(|said| !said.is_given_within())
    }
}

impl Said<'_> {
    /// Whether the policy of the resource is enough, because both are of one account.
    pub(super) fn is_given_within(&self) -> bool {
        self.same == Truth::Yes && self.given() == Truth::Yes
    }
}
