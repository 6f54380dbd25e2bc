//! What there is to say of each link that an answer rests on: in words, with the statement that decides.

use super::nearest::{Near, Party};
use super::{status, words};
use crate::access::Status;
use crate::policy::access::context::Context;
use crate::policy::access::description::At;
use crate::policy::access::evaluate::{Evaluated, Said};
use crate::policy::access::statement::{Policy, Prepared};
use crate::policy::access::truth::Truth;
use crate::policy::access::who::Named;
use crate::policy::access::world::{KeyOf, Levels, Set, World};

/// A status with what there is to say of it.
pub(super) struct Found {
    pub(super) status: Status,
    pub(super) text: String,
    pub(super) at: Option<At>,
    pub(super) nearest: Option<Near>,
    /// The document that a fix is for.
    pub(super) document: Option<At>,
}

impl Found {
    fn new(status: Status, text: impl Into<String>) -> Self {
        Self { status, text: text.into(), at: None, nearest: None, document: None }
    }
}

impl World<'_> {
    /// L1 and L4: what the principal's own policies say.
    pub(super) fn of_principal(&self, said: &Said) -> Found {
        let set = &said.context.principal.identity;
        let action = said.context.action.full_name();
        let mut found = self.of_set(set, &said.context, said.identity);
        found.text = match said.identity {
            Truth::Yes => format!("a policy of the principal allows `{action}`"),
            Truth::No if set.policies.is_empty() => "the principal has no policies".into(),
            Truth::No => format!("no policy of the principal allows `{action}` on this"),
            Truth::Depends => {
                format!("a policy of the principal allows `{action}` under conditions")
            }
            Truth::Unknown => not_given(set, "policies of the principal"),
        };
        found.nearest = self.nearest_of(set, said, Party::Principal, said.identity);
        found
    }

    /// L2 and L3: what the policy of the secret or key says.
    pub(super) fn of_resource(&self, said: &Said) -> Found {
        let context = &said.context;
        let (set, what) = match context.key {
            Some(key) => (key.policy.as_ref(), "key"),
            None if context.secret.is_parameter => return Self::of_share(said),
            None => (context.secret.policy.as_ref(), "secret"),
        };
        let truth = said.resource();
        let Some(set) = set else {
            if said.grant == Truth::Yes {
                return Self::of_grant(said);
            }
            let text = format!("the policy of the {what} was not given");
            return Found::new(status(truth.max(Truth::Unknown)), text);
        };
        if said.grant == Truth::Yes && said.named == Named::default() {
            return Self::of_grant(said);
        }
        let mut found = self.of_resource_set(set, said, truth);
        let who = if said.named.by_account == Truth::Yes && said.given() != Truth::Yes {
            "the account of the principal"
        } else {
            "the principal"
        };
        let action = context.action.full_name();
        found.text = match truth {
            Truth::Yes => format!("the policy of the {what} lets {who} use `{action}`"),
            Truth::No => {
                let label = context.key.map_or(&context.secret.label, |key| &key.label);
                let also = if context.key.is_some() { ", nor does a grant" } else { "" };
                format!(
                    "no statement of the policy of {label} lets the principal use `{action}`{also}"
                )
            }
            Truth::Depends => {
                format!("the policy of the {what} allows `{action}` under conditions")
            }
            Truth::Unknown => not_given(set, &format!("the policy of the {what}")),
        };
        found.nearest = self.nearest_of(set, said, Party::Resource, truth);
        found
    }

    pub(super) fn of_grant(said: &Said) -> Found {
        let mut grants = said.context.key.into_iter().flat_map(|key| &key.grants);
        let at = grants.find(|grant| grant.grantee == said.context.principal.arn);
        Found {
            at: at.map(|grant| grant.at.clone()),
            ..Found::new(Status::Ok, "a grant on the key lets the principal decrypt")
        }
    }

    pub(super) fn of_share(said: &Said) -> Found {
        let truth = said.resource();
        let text = match truth {
            Truth::Yes => "the parameter is shared with the account of the principal",
            Truth::No => "the parameter is not shared with the account of the principal",
            Truth::Depends | Truth::Unknown => "whom the parameter is shared with was not given",
        };
        Found::new(status(truth), text)
    }

    /// L5: whether the key is one that the principal can use.
    pub(super) fn of_key(&self, path: &Evaluated) -> Found {
        let secret = path.read.context.secret;
        let text = match (&secret.key, path.key) {
            (KeyOf::Managed, Truth::Yes) => {
                "the key that AWS manages, within its account".to_owned()
            }
            (KeyOf::Managed, Truth::No) => {
                let alias = if secret.is_parameter { "aws/ssm" } else { "aws/secretsmanager" };
                format!("it is encrypted with `{alias}`, which no other account can use")
            }
            (KeyOf::Managed, _) => {
                "the key that AWS manages; whether the principal is of its account is not known"
                    .into()
            }
            (KeyOf::Key(_), Truth::No) => "the key is disabled".into(),
            (KeyOf::Key(_), _) => "a customer managed key".into(),
            (KeyOf::Unknown(_), _) => of_unknown_key(path).text,
        };
        let at = match &secret.key {
            KeyOf::Key(at) => self.keys.get(*at).and_then(|key| key.at.clone()),
            KeyOf::Managed | KeyOf::Unknown(_) => secret.at.clone(),
        };
        Found { at, document: secret.at.clone(), ..Found::new(status(path.key), text) }
    }

    /// L6: whether something denies.
    pub(super) fn of_denials(&self, path: &Evaluated) -> Found {
        let worst = path.requests().max_by_key(|said| match said.deny {
            Truth::No => 0,
            Truth::Unknown => 1,
            Truth::Depends => 2,
            Truth::Yes => 3,
        });
        let Some(said) = worst else { return Found::new(Status::Ok, "nothing denies it") };
        let denial = self.denial(said);
        let action = said.context.action.full_name();
        let text = match (said.deny, &denial) {
            (Truth::No, _) => "nothing denies it".to_owned(),
            (Truth::Yes, Some((_, _, why))) if !why.is_empty() => {
                format!("a statement denies `{action}`, for its condition holds: {why}")
            }
            (Truth::Yes, _) => format!("a statement denies `{action}`"),
            (Truth::Depends, Some((_, _, why))) => {
                format!("a statement denies `{action}` under conditions: {why}")
            }
            (Truth::Depends, None) => format!("a statement denies `{action}` under conditions"),
            (Truth::Unknown, Some(_)) => {
                format!("a statement may deny `{action}`: what decides was not given")
            }
            (Truth::Unknown, None) => "a document that was not given may deny it".into(),
        };
        let at = denial.map(|(file, span, _)| At { file, span });
        Found { document: at.clone(), at, ..Found::new(status(!said.deny), text) }
    }

    /// The statement that denies a request: where it is, and its conditions.
    fn denial(&self, said: &Said) -> Option<(usize, std::ops::Range<usize>, String)> {
        let context = &said.context;
        let principal = context.principal;
        let own = [
            Some(&principal.identity),
            principal.boundary.as_ref(),
            principal.session_policy.as_ref(),
        ];
        let resource =
            context.key.map_or(context.secret.policy.as_ref(), |key| key.policy.as_ref());
        let levels = |levels: &'_ Option<Levels>| -> Vec<Set> {
            levels.iter().flat_map(|levels| levels.levels.clone()).collect()
        };
        let sets: Vec<(Set, bool)> = own
            .into_iter()
            .flatten()
            .map(|set| (set.clone(), false))
            .chain(resource.map(|set| (set.clone(), true)))
            .chain(levels(&context.account.scps).into_iter().map(|set| (set, false)))
            .chain(levels(&context.owner.rcps).into_iter().map(|set| (set, true)))
            .collect();
        let mut best: Option<(Truth, usize, &Prepared)> = None;
        for (set, names) in &sets {
            for policy in self.policies_of(set) {
                for statement in policy.statements.iter().filter(|one| one.may_deny()) {
                    let about = if *names { statement.is_about(context) } else { Truth::Yes };
                    let truth = statement.applies(context).and(about);
                    if truth == said.deny && best.is_none() {
                        best = Some((truth, policy.file, statement));
                    }
                }
            }
        }
        let (_, file, statement) = best?;
        Some((file, statement.node.span.clone(), conditions(statement, context)))
    }

    /// L7: what the organisation's policies leave.
    pub(super) fn of_organisation(&self, path: &Evaluated, truth: Truth) -> Found {
        let missing = path.requests().find(|said| said.scp.and(said.rcp) == truth);
        let text = match (truth, missing) {
            (Truth::Yes, _) | (_, None) => "the organisation's policies let it pass".to_owned(),
            (Truth::No, Some(said)) => format!(
                "on some level no service control policy allows `{}`",
                said.context.action.full_name()
            ),
            (Truth::Depends, _) => {
                "the organisation's policies let it pass under conditions".into()
            }
            (Truth::Unknown, _) => "whether the organisation's policies let it pass was not given; where they stand in one list, write a list for each level".into(),
        };
        // The level that does not let it pass.
        let first = missing.and_then(|said| {
            let levels = said.context.account.scps.as_ref()?;
            let mut sets = levels.levels.iter();
            let set = sets.find(|set| self.allows(set, &said.context) == truth);
            self.policies_of(set.or_else(|| levels.levels.first())?).map(Policy::at).next()
        });
        Found { at: first.clone(), document: first, ..Found::new(status(truth), text) }
    }

    /// L8: whether somebody can act as the principal.
    pub(super) fn of_trust(&self, path: &Evaluated) -> Found {
        let principal = path.read.context.principal;
        let trust = principal.trust.as_ref();
        let policies = || trust.into_iter().flat_map(|trust| self.policies_of(trust));
        let at = policies().next().map(Policy::at);
        let found = |status, text: String| Found {
            at: at.clone(),
            document: at.clone(),
            ..Found::new(status, text)
        };
        if path.trust == Truth::No {
            return found(Status::Missing, "the trust policy lets nobody assume the role".into());
        }
        let is_complete = trust.is_none_or(|trust| trust.lacks.is_empty());
        for (service, user, _) in &principal.used_by {
            let mut statements = policies().flat_map(|policy| &policy.statements);
            if is_complete && !statements.any(|statement| statement.lets_service(service)) {
                return found(
                    Status::Conditional,
                    format!(
                        "{user} uses the role, and the trust policy does not let `{service}` assume it"
                    ),
                );
            }
        }
        found(Status::Ok, "somebody can assume the role".into())
    }

    /// L9: what boundary and session policy leave.
    pub(super) fn of_limits(&self, path: &Evaluated, truth: Truth) -> Found {
        let principal = path.read.context.principal;
        let decides = path.limited().find(|said| said.limits() == truth);
        let Some(said) = decides else {
            return Found::new(status(truth), "boundary and session policy decide");
        };
        let (set, what) = if said.boundary == truth && principal.boundary.is_some() {
            (principal.boundary.as_ref(), "permissions boundary")
        } else {
            (principal.session_policy.as_ref(), "session policy")
        };
        let action = said.context.action.full_name();
        let Some(set) = set else {
            return Found::new(status(truth), "boundary and session policy decide");
        };
        let mut found = self.of_set(set, &said.context, truth);
        found.text = match truth {
            Truth::Yes => "boundary and session policy let it pass".into(),
            Truth::No => format!("the {what} does not allow `{action}` on this"),
            Truth::Depends => format!("the {what} allows `{action}` under conditions"),
            Truth::Unknown => not_given(set, &format!("the {what}")),
        };
        found.nearest = self.nearest_of(set, said, Party::Principal, truth);
        found
    }

    /// What a set of documents says, with the statement that decides.
    pub(super) fn of_set(&self, set: &Set, context: &Context, truth: Truth) -> Found {
        let at = self.deciding(set, truth, |statement| statement.applies(context));
        Found { document: self.first_of(set), ..Found { at, ..Found::new(status(truth), "") } }
    }

    pub(super) fn of_resource_set(&self, set: &Set, said: &Said, truth: Truth) -> Found {
        let context = &said.context;
        let at = self.deciding(set, truth, |statement| {
            let named = statement.names(context);
            statement.applies(context).and(Truth::any([
                named.directly,
                named.as_role,
                named.by_account,
            ]))
        });
        Found { document: self.first_of(set), ..Found { at, ..Found::new(status(truth), "") } }
    }

    /// The statement of a set that makes it what it is; of a set that says no its first document.
    fn deciding(&self, set: &Set, truth: Truth, of: impl Fn(&Prepared) -> Truth) -> Option<At> {
        if truth != Truth::No {
            for policy in self.policies_of(set) {
                let mut statements = policy.statements.iter().filter(|one| one.may_allow());
                if let Some(statement) = statements.find(|one| of(one) == truth) {
                    return Some(At { file: policy.file, span: statement.node.span.clone() });
                }
            }
        }
        self.first_of(set)
    }

    fn first_of(&self, set: &Set) -> Option<At> {
        let first = self.policies_of(set).next();
        first.map(Policy::at).or_else(|| set.lacks.first()?.at.clone())
    }

    fn nearest_of(&self, set: &Set, said: &Said, party: Party, truth: Truth) -> Option<Near> {
        (truth != Truth::Yes).then(|| self.nearest(set, &said.context, party)).flatten()
    }
}

/// The conditions of a statement that decide.
fn conditions(statement: &Prepared, context: &Context) -> String {
    let open = statement.lines.iter().filter(|line| line.holds(context) != Truth::No);
    let all: Vec<String> = open
        .map(|line| {
            let values: Vec<String> = line
                .values
                .iter()
                .map(|(text, ..)| format!("`{}`", crate::policy::text::shown(text)))
                .collect();
            format!("{} {} {}", line.operator.base, line.key, words::listed(&values))
        })
        .collect();
    words::listed(&all)
}

pub(super) fn of_unknown_key(path: &Evaluated) -> Found {
    let text = match &path.read.context.secret.key {
        KeyOf::Unknown(name) if !name.is_empty() => {
            format!("the key `{}` was not given", crate::policy::text::shown(name))
        }
        _ => "which key it is encrypted with was not given".into(),
    };
    Found::new(Status::NotGiven, text)
}

/// What was not given of a set, in words.
fn not_given(set: &Set, what: &str) -> String {
    match set.lacks.first() {
        Some(lack) if lack.name.contains([':', '/', '.']) => {
            format!("`{}` was not given", lack.name)
        }
        Some(lack) => format!("not given: {}", lack.name),
        None => format!("{what}: what is not known decides"),
    }
}
