//! The least that lets a principal read a secret: statements for each document, held against our own evaluation.

use std::collections::HashMap;

use miette::Diagnostic;
use thiserror::Error;

use super::answer::{Places, names_label};
use super::description::{self as said, At, Description, KeyName};
use super::evaluate::Evaluated;
use super::explain::Remedy;
use super::manifest::nearest;
use super::truth::Truth;
use super::world::{Extra, KeyOf, Place, World};
use crate::access::{Addition, Answer, Grant, LinkCode};
use crate::blob::inert;
use crate::policy::Options;
use crate::policy::arn::Arn;
use crate::policy::checks::Deployment;
use crate::policy::document::{Hint, Kind, Root};
use crate::policy::read::json;
use crate::policy::text::shown;

/// Somebody or something that a grant is asked for, and that nobody knows.
#[derive(Debug, Error, Diagnostic)]
#[error("there is no {what} `{}` in what was read", inert(name.as_bytes()))]
#[diagnostic(code(access::unknown_label))]
pub struct UnknownLabel {
    what: &'static str,
    name: String,
    #[help]
    help: String,
}

/// What else a grant may be asked for.
const OR_ARN: &str = "; an ARN will do as well";

impl UnknownLabel {
    /// Whether one of these labels is meant by a pattern.
    ///
    /// # Errors
    ///
    /// When none is, with the one that is most like it.
    pub fn check<'l>(
        what: &'static str,
        pattern: &str,
        known: impl Iterator<Item = &'l str> + Clone,
    ) -> Result<(), Self> {
        let is_known = known.clone().any(|label| names_label(pattern, label));
        if is_known { Ok(()) } else { Err(Self::new(what, pattern, known, "")) }
    }

    fn new<'l>(
        what: &'static str,
        name: &str,
        known: impl Iterator<Item = &'l str>,
        end: &str,
    ) -> Self {
        let near = nearest(name, known).map(|label| format!("did you mean `{label}`? "));
        let near = near.unwrap_or_default();
        let help = format!("{near}`keylint access --show-world` lists all labels{end}");
        Self { what, name: name.into(), help }
    }
}

/// A statement, where it belongs, and whether the document says as much already.
struct Wanted {
    remedy: Remedy,
    place: Place,
    is_there: bool,
}

/// Works the statements out. `principal` and `secret` are labels or ARNs.
pub(super) fn grant(
    said: &Description,
    deployments: &[Deployment],
    (principal, secret): (&str, &str),
    (options, places): (&Options, Places),
) -> Result<Grant, UnknownLabel> {
    let mut said = said.clone();
    let world = World::new(&said, deployments);
    if world.principal_called(principal).is_none() {
        let labels = world.principals.iter().map(|own| own.label.as_str());
        let known = described_principal(principal);
        said.principals
            .push(known.ok_or_else(|| UnknownLabel::new("principal", principal, labels, OR_ARN))?);
    }
    if world.secret_called(secret).is_none() {
        let labels = world.secrets.iter().map(|own| own.label.as_str());
        let known = described_secret(secret);
        said.secrets
            .push(known.ok_or_else(|| UnknownLabel::new("secret", secret, labels, OR_ARN))?);
    }
    let world = World::new(&said, deployments);
    let unknown = || UnknownLabel::new("pair", principal, std::iter::empty(), "");
    let pair =
        world.principal_called(principal).zip(world.secret_called(secret)).ok_or_else(unknown)?;
    let evaluated = world.evaluate(pair.0, pair.1).ok_or_else(unknown)?;
    let wanted = world.wanted(&evaluated, pair);
    let missing = wanted.iter().filter(|one| !one.is_there);
    let roots: Vec<(Place, Root)> =
        missing.filter_map(|one| Some((one.place, root(&one.remedy, one.place)?))).collect();
    let extra: Vec<Extra> = roots
        .iter()
        .map(|(place, root)| Extra { place: *place, root, document: root.read(options) })
        .collect();
    let after = World::with(&said, deployments, &extra);
    let after = after.path(pair, true, (places, &mut HashMap::new()));
    let statements = wanted.into_iter().filter_map(|one| {
        let text = shown(&serde_json::to_string_pretty(&one.remedy.statement?).ok()?);
        let statement = serde_json::from_str(&text).ok()?;
        Some(Addition { document: one.remedy.document, is_there: one.is_there, statement, text })
    });
    Ok(Grant {
        principal: principal.to_owned(),
        secret: secret.to_owned(),
        before: evaluated.answer.into(),
        after: after.as_ref().map_or(Answer::Unknown, |path| path.answer),
        statements: statements.collect(),
        remaining: after.as_ref().map_or_else(Vec::new, Grant::remaining),
    })
}

impl World<'_> {
    fn principal_called(&self, name: &str) -> Option<usize> {
        self.principals.iter().position(|own| own.label == name || self.shown(&own.arn) == name)
    }

    fn secret_called(&self, name: &str) -> Option<usize> {
        self.secrets.iter().position(|own| own.label == name || self.shown(&own.arn) == name)
    }

    /// The statements that the path rests on, each with the document that it belongs in.
    fn wanted(&self, path: &Evaluated, (principal, secret): (usize, usize)) -> Vec<Wanted> {
        let context = &path.read.context;
        let key = match &context.secret.key {
            KeyOf::Key(at) => Some(*at),
            KeyOf::Managed | KeyOf::Unknown(_) => None,
        };
        let of_principal = Place::Principal(principal);
        let mut links = vec![(LinkCode::L1, of_principal, path.read.identity)];
        if path.read.same != Truth::Yes {
            links.push((LinkCode::L2, Place::Secret(secret), path.read.resource()));
        }
        if let Some((said, key)) = path.decrypt.as_ref().zip(key) {
            links.push((LinkCode::L3, Place::Key(key), said.resource()));
            // Within the account it is enough that the key's policy names the principal.
            if said.same != Truth::Yes || said.named.by_account == Truth::Yes {
                links.push((LinkCode::L4, of_principal, said.identity));
            }
        }
        let limits = context.principal.boundary.is_some();
        if limits {
            let passes = Truth::all(path.requests().map(|said| said.boundary));
            links.push((LinkCode::L9, Place::Boundary(principal), passes));
        }
        let wanted = links.into_iter().filter_map(|(code, place, truth)| {
            let remedy = self.remedy(code, context.principal, context.secret)?;
            Some(Wanted { remedy, place, is_there: truth == Truth::Yes })
        });
        wanted.collect()
    }
}

/// A document of one statement.
fn root(remedy: &Remedy, place: Place) -> Option<Root> {
    let statement = serde_json::to_string(remedy.statement.as_ref()?).ok()?;
    let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#);
    let kind = match place {
        Place::Principal(_) | Place::Boundary(_) => Kind::Identity,
        Place::Secret(_) => Kind::Resource,
        Place::Key(_) => Kind::Key,
    };
    Some(Root::new(json::parse(&text).ok()?, Some(Hint::Attached(kind)), usize::MAX))
}

/// Where something stands that the command line says.
fn nowhere() -> At {
    At { file: usize::MAX, span: 0..0 }
}

/// A role or user by its ARN, without policies.
fn described_principal(text: &str) -> Option<said::Principal> {
    let arn = Arn::parse(text).filter(|arn| arn.service == "iam")?;
    let (kind, name) = arn.resource.split_once('/')?;
    let (path, name) = match name.rsplit_once('/') {
        Some((path, name)) => (format!("/{path}/"), name),
        None => ("/".to_owned(), name),
    };
    let is_user = match kind {
        "role" => false,
        "user" => true,
        _ => return None,
    };
    Some(said::Principal {
        account: arn.account_id()?.to_owned(),
        name: name.to_owned(),
        path,
        is_user,
        policies: Some(Vec::new()),
        boundary: None,
        session_policy: None,
        session_name: None,
        trust: None,
        unique_id: None,
        tags: Vec::new(),
        has_all_tags: false,
        context: Vec::new(),
        at: nowhere(),
    })
}

/// A secret or parameter by its ARN, under a key that nobody knows.
fn described_secret(text: &str) -> Option<said::Secret> {
    let arn = Arn::parse(text)?;
    let is_parameter = arn.service == "ssm";
    let name = match arn.secret() {
        Some(name) => name.get(..name.len().checked_sub(7)?)?.to_owned(),
        None if is_parameter => arn.resource.strip_prefix("parameter")?.to_owned(),
        None => return None,
    };
    Some(said::Secret {
        account: arn.account_id()?.to_owned(),
        region: arn.region_name().map(ToOwned::to_owned),
        name,
        is_parameter,
        arn: Some(text.to_owned()),
        key: KeyName::Unknown,
        policy: Some(Vec::new()),
        replicas: Vec::new(),
        shared_with: None,
        is_advanced: None,
        tags: Vec::new(),
        has_all_tags: false,
        at: nowhere(),
    })
}
