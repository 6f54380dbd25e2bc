//! Who can read which secret, and what each answer rests on.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use crate::blob::Origin;
use crate::location::Location;
use crate::outcome::Skipped;

/// What `keylint access` has to say. Reports are made from this alone.
#[derive(Clone, Debug, Default)]
pub struct Access {
    /// Sorted by label.
    pub accounts: Vec<Account>,
    /// Who may read, sorted by label.
    pub principals: Vec<Principal>,
    /// What is read, sorted by label.
    pub secrets: Vec<Secret>,
    /// What it is encrypted with, sorted by label.
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
    pub links: Vec<Link>,
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

/// One link of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Which.
    pub code: LinkCode,
    /// Whether it holds.
    pub status: Status,
    /// Whether the answer rests on it.
    pub is_needed: bool,
    /// What the documents say, in words, without a full stop.
    pub text: Arc<str>,
    /// Where they say it: the statement that decides.
    pub site: Option<Site>,
    /// The statement that comes closest, where none holds.
    pub nearest: Option<Nearest>,
    /// What to add to make it hold.
    pub fix: Option<Fix>,
}

/// The links of a path. Their codes are stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum LinkCode {
    /// The policies of the principal allow to read the secret.
    L1,
    /// The policy of the secret allows it.
    L2,
    /// The policy of the key allows to decrypt.
    L3,
    /// The policies of the principal allow to decrypt.
    L4,
    /// The key is one that the principal's account can use.
    L5,
    /// No statement denies it.
    L6,
    /// The organisation's policies let it pass.
    L7,
    /// Somebody can act as the principal.
    L8,
    /// Permissions boundary and session policy let it pass.
    L9,
}

impl LinkCode {
    /// All of them, in order.
    pub const ALL: [Self; 9] =
        [Self::L1, Self::L2, Self::L3, Self::L4, Self::L5, Self::L6, Self::L7, Self::L8, Self::L9];

    /// The code as reports write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::L1 => "L1",
            Self::L2 => "L2",
            Self::L3 => "L3",
            Self::L4 => "L4",
            Self::L5 => "L5",
            Self::L6 => "L6",
            Self::L7 => "L7",
            Self::L8 => "L8",
            Self::L9 => "L9",
        }
    }

    /// What it is about, for programs.
    pub const fn title(self) -> &'static str {
        match self {
            Self::L1 => "identity-secret",
            Self::L2 => "resource-policy-secret",
            Self::L3 => "key-policy-decrypt",
            Self::L4 => "identity-decrypt",
            Self::L5 => "key-is-customer-managed",
            Self::L6 => "no-explicit-deny",
            Self::L7 => "organisation",
            Self::L8 => "trust",
            Self::L9 => "boundary-session",
        }
    }
}

/// Whether a link holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// It does.
    Ok,
    /// It does not.
    Missing,
    /// It does under conditions that a request may meet.
    Conditional,
    /// What would tell was not given.
    NotGiven,
}

impl Status {
    /// The word that reports use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Missing => "missing",
            Self::Conditional => "conditional",
            Self::NotGiven => "not-given",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A statement that almost makes a link hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nearest {
    /// What keeps it from that, in words, without a full stop.
    pub text: String,
    /// The element that does.
    pub site: Option<Site>,
}

/// What makes a link hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// The document to change, in words: `the key policy of key.secrets`.
    pub document: String,
    /// That document, where it was given.
    pub site: Option<Site>,
    /// What to do, in words, without a full stop.
    pub text: String,
    /// The statement to add, as JSON over several lines; `None` where no statement helps.
    pub statement: Option<String>,
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

/// An answer that is another one than before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The label of the principal.
    pub principal: String,
    /// The label of the secret.
    pub secret: String,
    /// The answer before; `None` where there was no such path.
    pub before: Option<Answer>,
    /// The answer now; `None` where there is no such path.
    pub after: Option<Answer>,
    /// The path now, as its place in [`Access::paths`].
    pub path: Option<usize>,
}

impl Access {
    /// Whether everything that was expected may be so: no expectation is broken.
    pub fn is_as_expected(&self) -> bool {
        self.expectations.iter().all(|expectation| expectation.broken.is_empty())
    }

    /// The answers that differ from those of another run, by label.
    pub fn changes_since(&self, before: &Self) -> Vec<Change> {
        let mut old: std::collections::BTreeMap<(&str, &str), Answer> = before
            .paths
            .iter()
            .filter_map(|path| Some((before.labels(path)?, path.answer)))
            .collect();
        let mut changes = Vec::new();
        for (at, path) in self.paths.iter().enumerate() {
            let Some((principal, secret)) = self.labels(path) else { continue };
            let was = old.remove(&(principal, secret));
            if was != Some(path.answer) {
                changes.push(Change {
                    principal: principal.into(),
                    secret: secret.into(),
                    before: was,
                    after: Some(path.answer),
                    path: Some(at),
                });
            }
        }
        let gone = old.into_iter().map(|((principal, secret), answer)| Change {
            principal: principal.into(),
            secret: secret.into(),
            before: Some(answer),
            after: None,
            path: None,
        });
        changes.extend(gone);
        // Who could not read before and cannot now was not changed, whether there was a path or not.
        let may_read = |answer: Option<Answer>| answer.is_some_and(|answer| answer != Answer::No);
        changes.retain(|change| may_read(change.before) || may_read(change.after));
        changes.sort_by(|a, b| (&a.principal, &a.secret).cmp(&(&b.principal, &b.secret)));
        changes
    }

    /// Who reads what on a path, by their labels.
    pub fn labels(&self, path: &Path) -> Option<(&str, &str)> {
        Some((&self.principals.get(path.principal)?.label, &self.secrets.get(path.secret)?.label))
    }
}
