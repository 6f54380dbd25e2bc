//! The links of a path: what of it the documents say.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use super::Site;

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
