//! Whether keylint and the oracle see a world alike.

use std::fmt;

use keylint::access::{Access, Answer};

use crate::asked::answers;
use crate::oracle;
use crate::world::{Principal, Secret, World};
use crate::written;

/// What keylint says otherwise.
#[derive(Debug)]
pub(super) struct Disagreement {
    principal: String,
    secret: String,
    what: String,
}

impl Disagreement {
    pub(super) fn new(principal: &str, secret: &str, what: &str) -> Self {
        Self { principal: principal.into(), secret: secret.into(), what: what.into() }
    }

    /// Whether the same is wrong, be it of others.
    pub(super) fn is_alike(&self, other: &Self) -> bool {
        self.what == other.what
    }
}

impl fmt::Display for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} on {}: {}", self.principal, self.secret, self.what)
    }
}

/// Who, what, and in which region.
pub(super) fn questions(world: &World) -> Vec<(&Principal, &Secret, &str)> {
    let mut all = Vec::new();
    for principal in &world.principals {
        for secret in &world.secrets {
            all.push((principal, secret, secret.region.as_str()));
            all.extend(secret.replicas.iter().map(|region| (principal, secret, region.as_str())));
        }
    }
    all
}

/// What keylint says otherwise of worlds of which the same is told; a single one is told in full.
pub(super) fn disagreement(worlds: &[World]) -> Option<Disagreement> {
    let first = &worlds[0];
    let access = match answers(&written::files(first)) {
        Ok(access) => access,
        Err(error) => return Some(Disagreement::new("manifest", "", &error)),
    };
    for (principal, secret, region) in questions(first) {
        let who = first.principal_label(principal);
        let what = first.secret_label(secret, region);
        let at = worlds.iter().map(|world| {
            let principal = world.principals.iter().find(|one| world.principal_label(one) == who);
            let of = |one: &&Secret| world.secret_label(one, region) == what;
            oracle::can_read(
                world,
                principal.unwrap(),
                world.secrets.iter().find(of).unwrap(),
                region,
            )
        });
        let truths: Vec<bool> = at.collect();
        let answer = answer(&access, &who, &what);
        // The id of a key that AWS manages cannot be told, and policies may name ids.
        let is_open = answer == Some(Answer::Unknown) && first.key_of(secret, region).is_none();
        if let Some(text) = wrong(answer, &truths).filter(|_| !is_open) {
            return Some(Disagreement::new(&who, &what, text));
        }
    }
    None
}

fn answer(access: &Access, principal: &str, secret: &str) -> Option<Answer> {
    let is_it = |path: &&keylint::access::Path| access.labels(path) == Some((principal, secret));
    access.paths.iter().find(is_it).map(|path| path.answer)
}

/// What is wrong with an answer, where it is so in some worlds, and perhaps not in others.
fn wrong(answer: Option<Answer>, truths: &[bool]) -> Option<&'static str> {
    match answer {
        None => Some("there is no path"),
        Some(Answer::Yes) if truths.contains(&false) => Some("`yes`, and AWS does not allow it"),
        Some(Answer::No) if truths.contains(&true) => Some("`no`, and AWS allows it"),
        Some(Answer::Depends) if truths.len() == 1 => Some("`depends`, and everything is told"),
        Some(Answer::Unknown) if truths.len() == 1 => Some("`unknown`, and everything is told"),
        _ => None,
    }
}
