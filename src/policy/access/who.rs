//! Whom the principals of a statement stand for, and how they name who makes a request.

use super::context::Context;
use super::matching::Pattern;
use super::reading::{Scope, Style, Symbols, Written};
use super::statement::Item;
use super::truth::Truth;
use super::world::PrincipalKind;
use crate::policy::arn::{Arn, is_account};
use crate::policy::principal;
use crate::policy::text::has_hole;

/// Whom a principal of a statement stands for.
#[derive(Debug)]
pub(super) enum Who {
    Everyone,
    /// An account.
    Account(Pattern),
    /// A user, a role, or a session.
    Identity(Pattern),
    /// The unique id of a user or role.
    Unique(String),
    /// A service, or somebody vouched for by another party.
    Other(String),
    /// Nobody knows.
    Open,
}

/// How a statement names a principal, which decides what else has to allow the request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Named {
    /// In a way that nothing else limits: as a user, as a session, as everybody.
    pub(super) directly: Truth,
    /// As a role, which boundary and session policy limit.
    pub(super) as_role: Truth,
    /// As one of an account, which leaves it to the account's own policies.
    pub(super) by_account: Truth,
}

/// In which way an item names somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Directly,
    Everyone,
    AsRole,
    ByAccount,
}

impl Item<Who> {
    /// Whether it is one user, role or session.
    pub(super) fn is_identity(&self) -> bool {
        matches!(self.is, Who::Identity(_) | Who::Unique(_))
    }

    pub(super) fn names(&self, context: &Context) -> (Way, Truth) {
        let principal = context.principal;
        match &self.is {
            Who::Everyone => (Way::Everyone, Truth::Yes),
            Who::Account(pattern) => (Way::ByAccount, pattern.matches(&context.account.id)),
            Who::Identity(pattern) => context.named_by(pattern),
            Who::Unique(id) => {
                let truth = match &principal.unique_id {
                    Some(own) => Truth::of(own == id),
                    None => Truth::Unknown,
                };
                (if context.is_role() { Way::AsRole } else { Way::Directly }, truth)
            }
            Who::Other(_) => (Way::Directly, Truth::No),
            Who::Open => (Way::ByAccount, Truth::Unknown),
        }
    }

    pub(super) fn any(&self, context: &Context) -> Truth {
        let (_, truth) = self.names(context);
        if self.is_alternative { truth.at_most_unknown() } else { truth }
    }
}

impl Context<'_> {
    pub(super) fn is_role(&self) -> bool {
        self.principal.kind == PrincipalKind::Role
    }

    /// How an ARN of a policy names the principal.
    fn named_by(&self, pattern: &Pattern) -> (Way, Truth) {
        let by_arn = pattern.matches(&self.principal.arn);
        if !self.is_role() {
            return (Way::Directly, by_arn);
        }
        if by_arn != Truth::No {
            return (Way::AsRole, by_arn);
        }
        (Way::Directly, self.principal.named_in_session(pattern, self.account))
    }
}

impl Who {
    pub(super) fn read(principal: &principal::Principal, at: (&Scope, &mut Symbols)) -> Self {
        use principal::{Form, Kind};
        let text = principal.text;
        match principal.kind {
            Kind::Everyone => return Self::Everyone,
            Kind::Aws => {}
            Kind::Service | Kind::Federated | Kind::CanonicalUser => {
                return Self::Other(text.into());
            }
        }
        // What a dynamic reference stands for has no colons to go by.
        if text.contains("{{resolve:") {
            return Self::Open;
        }
        let read = |text: &str| Written::read(text, Style::Plain, false, at).pattern().clone();
        match principal.form() {
            Form::Everyone => Self::Everyone,
            Form::Account if is_account(text) => Self::Account(read(text)),
            Form::Account => Self::Account(read(Arn::parse(text).map_or(text, |arn| arn.account))),
            Form::Identity => Self::Identity(read(text)),
            Form::UniqueId => Self::Unique(text.into()),
            // AWS takes neither.
            Form::Wildcard | Form::Wrong if !has_hole(text) => Self::Other(text.into()),
            Form::Wildcard | Form::Wrong | Form::Open => match Arn::parse(text) {
                Some(arn) if arn.resource == "root" => Self::Account(read(arn.account)),
                Some(_) => Self::Identity(read(text)),
                None => Self::Open,
            },
        }
    }
}
