//! Why an answer is what it is: the links of a path, each with the statement that decides, the one that comes closest, and what to
//! add.

mod meant;
mod nearest;
mod remedy;
mod state;
mod words;

use std::sync::{Arc, LazyLock};

use super::context::Context;
use super::description::At;
use super::evaluate::{Evaluated, Said};
use super::statement::{Policy, Prepared};
use super::truth::Truth;
use super::world::{KeyOf, Levels, Set, World};
use crate::access::{LinkCode, Status};
use nearest::{Near, Party};
pub(super) use remedy::Remedy;
pub(super) use words::shown;

/// A link before places are looked up.
pub(super) struct Explained {
    pub(super) code: LinkCode,
    pub(super) status: Status,
    pub(super) is_needed: bool,
    pub(super) text: Arc<str>,
    pub(super) at: Option<At>,
    pub(super) nearest: Option<(String, At)>,
    pub(super) fix: Option<(Remedy, Option<At>)>,
}

/// A status with what there is to say of it.
struct Found {
    status: Status,
    text: String,
    at: Option<At>,
    nearest: Option<Near>,
    /// The document that a fix is for.
    document: Option<At>,
}

impl Found {
    fn new(status: Status, text: impl Into<String>) -> Self {
        Self { status, text: text.into(), at: None, nearest: None, document: None }
    }
}

fn status(truth: Truth) -> Status {
    match truth {
        Truth::Yes => Status::Ok,
        Truth::No => Status::Missing,
        Truth::Depends => Status::Conditional,
        Truth::Unknown => Status::NotGiven,
    }
}

impl Explained {
    /// A link that the answer does not rest on.
    fn needless(code: LinkCode, path: &Evaluated) -> Self {
        static TEXTS: LazyLock<[Arc<str>; 10]> = LazyLock::new(|| {
            [
                "the policy of the secret is enough within the account",
                "within the account the policies of the principal are enough",
                "the key that AWS manages has a policy of its own",
                "a grant or the policy of the key is enough",
                "",
                "",
                "no policies of an organisation were given",
                "no trust policy was given, and none is asked for",
                "there is neither a boundary nor a session policy that limits this",
                "the key that AWS manages is open to every principal of its account, and to no other",
            ]
            .map(Arc::from)
        });
        let number = match code {
            LinkCode::L3 | LinkCode::L4 if path.is_under_managed_key() => 9,
            _ => code as usize,
        };
        let text = TEXTS.get(number).cloned().unwrap_or_else(|| Arc::from(""));
        Self {
            code,
            status: Status::Ok,
            is_needed: false,
            text,
            at: None,
            nearest: None,
            fix: None,
        }
    }
}

/// What a link says of a pair that nobody meant.
fn short(code: LinkCode, truth: Truth) -> &'static Arc<str> {
    static TEXTS: LazyLock<Vec<[Arc<str>; 4]>> = LazyLock::new(|| {
        let of = |code: &LinkCode| {
            let what = match code {
                LinkCode::L1 => "policies of the principal about the secret",
                LinkCode::L2 => "policy of the secret",
                LinkCode::L3 => "policy of the key",
                LinkCode::L4 => "policies of the principal about the key",
                LinkCode::L5 => "key that the principal can use",
                LinkCode::L6 => "no statement that denies",
                LinkCode::L7 => "policies of the organisation",
                LinkCode::L8 => "trust policy",
                LinkCode::L9 => "boundary and session policy",
            };
            ["do not allow it", "allow it under conditions", "were not given", "allow it"]
                .map(|end| format!("{what}: {end}").into())
        };
        LinkCode::ALL.iter().map(of).collect()
    });
    static NONE: LazyLock<Arc<str>> = LazyLock::new(|| Arc::from(""));
    TEXTS.get(code as usize).and_then(|all| all.get(truth as usize)).unwrap_or(&NONE)
}

fn of_unknown_key(path: &Evaluated) -> Found {
    let text = match &path.read.context.secret.key {
        KeyOf::Unknown(name) if !name.is_empty() => {
            format!("the key `{}` was not given", crate::policy::text::shown(name))
        }
        _ => "which key it is encrypted with was not given".into(),
    };
    Found::new(Status::NotGiven, text)
}

impl World<'_> {
    /// The links of a path, L1 to L9.
    pub(super) fn links(&self, path: &Evaluated) -> Vec<Explained> {
        let context = &path.read.context;
        let link = |code: LinkCode| {
            let Some(truth) = path.state(code) else { return Explained::needless(code, path) };
            let found = self.found(code, path, truth);
            let is_missing = found.status == Status::Missing;
            let remedy = is_missing.then(|| self.remedy(code, context.principal, context.secret));
            Explained {
                code,
                status: found.status,
                is_needed: true,
                text: found.text.into(),
                at: found.at,
                nearest: found.nearest.map(|near| (near.text, near.at)),
                fix: remedy.flatten().map(|remedy| (remedy, found.document)),
            }
        };
        LinkCode::ALL.map(link).into()
    }

    /// The same without places, and without a search for what comes closest.
    pub(super) fn links_in_short(&self, path: &Evaluated) -> Vec<Explained> {
        let link = |code: LinkCode| {
            let Some(truth) = path.state(code) else { return Explained::needless(code, path) };
            Explained {
                code,
                status: status(truth),
                is_needed: true,
                text: Arc::clone(short(code, truth)),
                at: None,
                nearest: None,
                fix: None,
            }
        };
        LinkCode::ALL.map(link).into()
    }

    /// What there is to say of a link that the answer rests on.
    fn found(&self, code: LinkCode, path: &Evaluated, truth: Truth) -> Found {
        match (code, &path.decrypt) {
            (LinkCode::L1, _) => self.of_principal(&path.read),
            (LinkCode::L2, _) => self.of_resource(&path.read),
            (LinkCode::L3, Some(said)) => self.of_resource(said),
            (LinkCode::L4, Some(said)) => self.of_principal(said),
            (LinkCode::L3 | LinkCode::L4, None) => of_unknown_key(path),
            (LinkCode::L5, _) => self.of_key(path),
            (LinkCode::L6, _) => self.of_denials(path),
            (LinkCode::L7, _) => self.of_organisation(path, truth),
            (LinkCode::L8, _) => self.of_trust(path),
            (LinkCode::L9, _) => self.of_limits(path, truth),
        }
    }

    /// L1 and L4: what the principal's own policies say.
    fn of_principal(&self, said: &Said) -> Found {
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
            Truth::Unknown => self.not_given(set, "policies of the principal"),
        };
        found.nearest = self.nearest_of(set, said, Party::Principal, said.identity);
        found
    }

    /// L2 and L3: what the policy of the secret or key says.
    fn of_resource(&self, said: &Said) -> Found {
        let context = &said.context;
        let (set, what) = match context.key {
            Some(key) => (key.policy.as_ref(), "key"),
            None if context.secret.is_parameter => return Self::of_share(said),
            None => (context.secret.policy.as_ref(), "secret"),
        };
        let truth = said.resource();
        let Some(set) = set else {
            if said.grant == Truth::Yes {
                return self.of_grant(said);
            }
            let text = format!("the policy of the {what} was not given");
            return Found::new(status(truth.max(Truth::Unknown)), text);
        };
        if said.grant == Truth::Yes && said.named == super::statement::Named::default() {
            return self.of_grant(said);
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
            Truth::Unknown => self.not_given(set, &format!("the policy of the {what}")),
        };
        found.nearest = self.nearest_of(set, said, Party::Resource, truth);
        found
    }

    fn of_grant(&self, said: &Said) -> Found {
        let mut grants = said.context.key.into_iter().flat_map(|key| &key.grants);
        let at = grants.find(|grant| grant.grantee == said.context.principal.arn);
        Found {
            at: at.map(|grant| grant.at.clone()),
            ..Found::new(Status::Ok, "a grant on the key lets the principal decrypt")
        }
    }

    fn of_share(said: &Said) -> Found {
        let truth = said.resource();
        let text = match truth {
            Truth::Yes => "the parameter is shared with the account of the principal",
            Truth::No => "the parameter is not shared with the account of the principal",
            Truth::Depends | Truth::Unknown => "whom the parameter is shared with was not given",
        };
        Found::new(status(truth), text)
    }

    /// L5: whether the key is one that the principal can use.
    fn of_key(&self, path: &Evaluated) -> Found {
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
    fn of_denials(&self, path: &Evaluated) -> Found {
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
        Some((file, statement.node.span.clone(), self.conditions(statement, context)))
    }

    /// The conditions of a statement that decide.
    fn conditions(&self, statement: &Prepared, context: &Context) -> String {
        let open = statement.lines.iter().filter(|line| line.holds(context).is_open());
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

    /// L7: what the organisation's policies leave.
    fn of_organisation(&self, path: &Evaluated, truth: Truth) -> Found {
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
        let levels = missing.and_then(|said| said.context.account.scps.as_ref());
        let sets = levels.into_iter().flat_map(|levels| &levels.levels);
        let first = sets.flat_map(|set| self.policies_of(set)).map(Policy::at).next();
        Found { at: first.clone(), document: first, ..Found::new(status(truth), text) }
    }

    /// L8: whether somebody can act as the principal.
    fn of_trust(&self, path: &Evaluated) -> Found {
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
    fn of_limits(&self, path: &Evaluated, truth: Truth) -> Found {
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
            Truth::Unknown => self.not_given(set, &format!("the {what}")),
        };
        found.nearest = self.nearest_of(set, said, Party::Principal, truth);
        found
    }

    /// What a set of documents says, with the statement that decides.
    fn of_set(&self, set: &Set, context: &Context, truth: Truth) -> Found {
        let at = self.deciding(set, truth, |statement| statement.applies(context));
        Found { document: self.first_of(set), ..Found { at, ..Found::new(status(truth), "") } }
    }

    fn of_resource_set(&self, set: &Set, said: &Said, truth: Truth) -> Found {
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

    /// What was not given of a set, in words.
    fn not_given(&self, set: &Set, what: &str) -> String {
        match set.lacks.first() {
            Some(lack) if lack.name.contains([':', '/', '.']) => {
                format!("`{}` was not given", lack.name)
            }
            Some(lack) => format!("not given: {}", lack.name),
            None => format!("{what}: what a template leaves open decides"),
        }
    }
}
