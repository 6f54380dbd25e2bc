//! Why an answer is what it is: the links of a path, each with the statement that decides, the one that comes closest, and what to
//! add.

mod found;
mod meant;
mod nearest;
mod remedy;
mod state;
mod words;

use std::sync::{Arc, LazyLock};

use super::description::At;
use super::evaluate::Evaluated;
use super::truth::Truth;
use super::world::World;
use crate::access::{LinkCode, Status};
use found::{Found, of_unknown_key};
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

/// The links of a path without places, and without a search for what comes closest.
pub(super) fn links_in_short(path: &Evaluated) -> Vec<Explained> {
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
}
