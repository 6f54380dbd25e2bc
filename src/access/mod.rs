//! Who can read which secret, and what each answer rests on.

mod changes;
mod grant;
mod link;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use crate::blob::Origin;
use crate::location::Location;
use crate::outcome::Skipped;
pub use changes::Change;
pub use grant::{Addition, Grant};
pub use link::{Fix, Link, LinkCode, Nearest, Status};

/// What `keylint access` has to say. Reports are made from this alone.
#[derive(Clone, Debug, Default)]
pub struct Access {
    /// In the order in which they were met.
    pub accounts: Vec<Account>,
    /// Who may read, sorted by label.
    pub principals: Vec<Principal>,
    /// What is read, sorted by label.
    pub secrets: Vec<Secret>,
    /// What it is encrypted with, in the order in which they were met.
    pub keys: Vec<Key>,
    /// The answers, by principal, then secret.
    pub paths: Vec<Path>,
    /// What the manifest expects, in its order.
    pub expectations: Vec<Expectation>,
    /// What was taken for true although no document says so.
    pub assumptions: Vec<Assumption>,
    /// What could not be read.
    pub skipped: Vec<Skipped>,
}

/// Where something is written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Site {
    /// The file.
    pub origin: Arc<Origin>,
    /// The place in it.
    pub location: Location,
}

/// A document, as far as it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// What it is to its owner: `identity policy`, `boundary`, `trust policy`, `key policy`.
    pub role: &'static str,
    /// Where it stands; `None` for one that was not given.
    pub site: Option<Site>,
    /// What it is called where it was not given, such as the ARN of a managed policy; else empty.
    pub name: String,
}

/// An account, or the unknown one that a template is deployed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Unique: the name that a manifest gives it, else its number, else what of a template it is.
    pub label: String,
    /// Twelve digits, where known.
    pub id: Option<String>,
    /// The organisation, where known.
    pub org: Option<String>,
    /// What the organisation limits it by.
    pub documents: Vec<Document>,
    /// Where it is declared.
    pub site: Option<Site>,
}

/// Who may read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// Unique: `account/name`, as expectations name it.
    pub label: String,
    /// `role`, `user` or `session`.
    pub kind: &'static str,
    /// Holes written as `${name}`.
    pub arn: String,
    /// Its place in [`Access::accounts`].
    pub account: usize,
    /// Its policies, boundary and trust.
    pub documents: Vec<Document>,
    /// Where it is declared; of one that a policy alone names, there.
    pub site: Option<Site>,
    /// Whether nothing but its name is known.
    pub is_foreign: bool,
}

/// What is read: a secret, one of its replicas, or a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    /// Unique: `account/name`, as expectations name it; of a replica `account/name@region`.
    pub label: String,
    /// What of it.
    pub kind: SecretKind,
    /// Holes written as `${name}`, the random suffix as `??????`.
    pub arn: String,
    /// Where it lies, where known.
    pub region: Option<String>,
    /// Its place in [`Access::accounts`].
    pub account: usize,
    /// What it is encrypted with.
    pub key: KeyRef,
    /// Its own policy.
    pub documents: Vec<Document>,
    /// Where it is declared.
    pub site: Option<Site>,
}

/// What kind of thing is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SecretKind {
    /// Of Secrets Manager.
    Secret,
    /// Of Secrets Manager, in another region than the secret it follows.
    Replica,
    /// A `SecureString` of Parameter Store.
    Parameter,
}

/// Which key something is encrypted with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyRef {
    /// The one that AWS manages for the account: `alias/aws/secretsmanager`, `alias/aws/ssm`.
    Managed,
    /// One of [`Access::keys`].
    Known(usize),
    /// One that is named, and was not given.
    Unknown(String),
}

/// A customer managed key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Unique.
    pub label: String,
    /// Holes written as `${name}`.
    pub arn: String,
    /// Its place in [`Access::accounts`].
    pub account: usize,
    /// With `alias/`.
    pub aliases: Vec<String>,
    /// Its policy.
    pub documents: Vec<Document>,
    /// Where it is declared.
    pub site: Option<Site>,
}

/// Whether one principal can read one secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// Its place in [`Access::principals`].
    pub principal: usize,
    /// Its place in [`Access::secrets`].
    pub secret: usize,
    /// Whether it can.
    pub answer: Answer,
    /// What of it the documents say: L1 to L9, each once, in this order.
    pub links: Arc<[Link]>,
    /// Whether some document is about this principal and this secret in particular: a path that somebody meant.
    pub is_meant: bool,
}

/// Whether a principal can read a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// Every request is allowed.
    Yes,
    /// No request is allowed.
    No,
    /// Some requests are: it depends on where they come from, when they are made, or which suffix the secret got.
    Depends,
    /// Something was not given.
    Unknown,
}

impl Answer {
    /// The word that reports use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Depends => "depends",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What a manifest expects of some paths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// `true` expects that the secret can be read, `false` that it cannot.
    pub allows: bool,
    /// Whom: a label, or a pattern with `*`.
    pub principal: String,
    /// What: a label, or a pattern with `*`.
    pub secret: String,
    /// The paths that it is about: their places in [`Access::paths`].
    pub paths: Vec<usize>,
    /// Those of them that are otherwise.
    pub broken: Vec<usize>,
    /// Those of them of which that is not known.
    pub open: Vec<usize>,
    /// Where it is written.
    pub site: Option<Site>,
}

/// Something that was taken for true.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Assumption {
    /// In words, without a full stop.
    pub text: String,
    /// What led to it.
    pub site: Option<Site>,
}

impl Access {
    /// With more paths than this, those that nobody meant and nobody can take are not told in full.
    pub const MOST_TOLD: usize = 2_000;

    /// Whether everything that was expected may be so: no expectation is broken.
    pub fn is_as_expected(&self) -> bool {
        self.expectations.iter().all(|expectation| expectation.broken.is_empty())
    }

    /// Leaves out the paths that are not asked for, but for those that are otherwise than expected, and the expectations
    /// that are about other paths alone.
    pub fn narrow(&mut self, is_asked: impl Fn(&str, &str) -> bool) {
        let broken: BTreeSet<usize> =
            self.expectations.iter().flat_map(|one| one.broken.iter().copied()).collect();
        let mut places = BTreeMap::new();
        for (at, path) in std::mem::take(&mut self.paths).into_iter().enumerate() {
            let labels = self.labels(&path);
            let is_listed = labels.is_some_and(|(principal, secret)| is_asked(principal, secret));
            if is_listed || broken.contains(&at) {
                places.insert(at, self.paths.len());
                self.paths.push(path);
            }
        }
        let moved = |all: &[usize]| all.iter().filter_map(|at| places.get(at).copied()).collect();
        // What is about none of them says nothing of what is asked for.
        let is_about = |at: &usize| places.contains_key(at);
        self.expectations.retain(|one| one.paths.is_empty() || one.paths.iter().any(is_about));
        for one in &mut self.expectations {
            one.paths = moved(&one.paths);
            one.broken = moved(&one.broken);
            one.open = moved(&one.open);
        }
    }

    /// Who reads what on a path, by their labels.
    pub fn labels(&self, path: &Path) -> Option<(&str, &str)> {
        Some((&self.principals.get(path.principal)?.label, &self.secrets.get(path.secret)?.label))
    }
}
