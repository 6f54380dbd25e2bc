//! What somebody says of accounts, principals, secrets and keys: a manifest, a folder for each account, or what AWS prints
//! of an account. Documents are named here, and looked up later.

use std::ops::Range;

/// Where something is said: a file, as its place in the list of those that are read, and the bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct At {
    /// The file.
    pub file: usize,
    /// The bytes.
    pub span: Range<usize>,
}

/// A document that somebody names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::policy) enum Named {
    /// All documents of a file, as its place in the list of those that are read.
    File { file: usize, by: At },
    /// The document that stands there.
    Here(At),
    /// A managed policy by its ARN, of which no text was given.
    Managed { arn: String, by: At },
    /// A file that is named and could not be read.
    Missing { path: String, by: At },
}

/// Documents: `None` where nobody says which.
pub(in crate::policy) type Documents = Option<Vec<Named>>;

/// Everything that is said.
#[derive(Clone, Debug, Default)]
pub(in crate::policy) struct Description {
    pub(in crate::policy) accounts: Vec<Account>,
    pub(in crate::policy) principals: Vec<Principal>,
    pub(in crate::policy) secrets: Vec<Secret>,
    pub(in crate::policy) keys: Vec<Key>,
    pub(in crate::policy) templates: Vec<Deployed>,
    pub(in crate::policy) expectations: Vec<Expected>,
    /// Keys of every request, by their name in lower case; without a value a key is absent.
    pub(in crate::policy) context: Vec<(String, Vec<String>)>,
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::policy) struct Account {
    /// What others call it: a name, or its number.
    pub(in crate::policy) name: String,
    /// Twelve digits.
    pub(in crate::policy) id: Option<String>,
    pub(in crate::policy) org: Option<String>,
    /// Its path in the organisation: `o-abc/r-1/ou-2/`.
    pub(in crate::policy) org_path: Option<String>,
    /// Whether it is the management account, which no policy of the organisation limits.
    pub(in crate::policy) is_management: bool,
    /// Each level of the organisation with its service control policies; `None` where none are said to apply.
    pub(in crate::policy) scps: Option<Levels>,
    /// The same of resource control policies.
    pub(in crate::policy) rcps: Option<Levels>,
    pub(in crate::policy) at: At,
}

/// The policies of an organisation for an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::policy) struct Levels {
    /// Root first, each with its policies.
    pub(in crate::policy) levels: Vec<Vec<Named>>,
    /// Whether that is how they are attached. Else they are one list, and who is on which level was not said.
    pub(in crate::policy) is_ordered: bool,
}

/// A role or a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::policy) struct Principal {
    /// The name of its account in [`Description::accounts`].
    pub(in crate::policy) account: String,
    pub(in crate::policy) name: String,
    /// Begins and ends in `/`.
    pub(in crate::policy) path: String,
    pub(in crate::policy) is_user: bool,
    /// Those of its groups as well.
    pub(in crate::policy) policies: Documents,
    /// `None` for one that has none.
    pub(in crate::policy) boundary: Option<Named>,
    /// The policy of the session in which it is used.
    pub(in crate::policy) session_policy: Option<Named>,
    pub(in crate::policy) session_name: Option<String>,
    pub(in crate::policy) trust: Option<Named>,
    /// The unique id: `AROA…`, `AIDA…`.
    pub(in crate::policy) unique_id: Option<String>,
    pub(in crate::policy) tags: Vec<(String, String)>,
    /// Whether `tags` are all.
    pub(in crate::policy) has_all_tags: bool,
    /// Keys of its requests, as in [`Description::context`].
    pub(in crate::policy) context: Vec<(String, Vec<String>)>,
    pub(in crate::policy) at: At,
}

/// A secret or a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::policy) struct Secret {
    pub(in crate::policy) account: String,
    /// `None` where nobody says.
    pub(in crate::policy) region: Option<String>,
    pub(in crate::policy) name: String,
    pub(in crate::policy) is_parameter: bool,
    /// In full, with its suffix.
    pub(in crate::policy) arn: Option<String>,
    pub(in crate::policy) key: KeyName,
    /// `None` where nobody says, an empty list where it has none.
    pub(in crate::policy) policy: Documents,
    /// Regions, each with its key.
    pub(in crate::policy) replicas: Vec<(String, KeyName)>,
    /// Of a parameter: the accounts it is shared with through AWS RAM; `None` where nobody says.
    pub(in crate::policy) shared_with: Option<Vec<String>>,
    /// Of a parameter: whether it is of the advanced tier, the only one that can be shared.
    pub(in crate::policy) is_advanced: Option<bool>,
    pub(in crate::policy) tags: Vec<(String, String)>,
    pub(in crate::policy) has_all_tags: bool,
    pub(in crate::policy) at: At,
}

/// How a secret names its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::policy) enum KeyName {
    /// Not at all, or by the alias of the one that AWS manages.
    Managed,
    /// By its id in [`Description::keys`], its ARN, its key id, or an alias.
    Is(String),
    /// Nobody says.
    Unknown,
}

/// A customer managed key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::policy) struct Key {
    pub(in crate::policy) id: String,
    pub(in crate::policy) account: String,
    /// `None` where nobody says.
    pub(in crate::policy) region: Option<String>,
    pub(in crate::policy) arn: Option<String>,
    pub(in crate::policy) policy: Documents,
    /// With `alias/`.
    pub(in crate::policy) aliases: Vec<String>,
    pub(in crate::policy) grants: Vec<Grant>,
    pub(in crate::policy) is_disabled: bool,
    pub(in crate::policy) tags: Vec<(String, String)>,
    pub(in crate::policy) has_all_tags: bool,
    pub(in crate::policy) at: At,
}

/// A grant on a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::policy) struct Grant {
    /// A principal by label or ARN.
    pub(in crate::policy) grantee: String,
    /// Such as `Decrypt`.
    pub(in crate::policy) operations: Vec<String>,
    pub(in crate::policy) at: At,
}

/// Where templates are deployed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::policy) struct Deployed {
    /// A path, or a pattern with `*`, relative to what the description stands in.
    pub(in crate::policy) path: String,
    pub(in crate::policy) account: String,
    pub(in crate::policy) region: Option<String>,
    pub(in crate::policy) at: At,
}

/// What is expected of some paths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::policy) struct Expected {
    pub(in crate::policy) allows: bool,
    pub(in crate::policy) principal: String,
    pub(in crate::policy) secret: String,
    /// Where the principal is written.
    pub(in crate::policy) at: At,
    /// Where the secret is.
    pub(in crate::policy) secret_at: At,
}

impl Description {
    /// Adds what another one says.
    pub(in crate::policy) fn add(&mut self, other: Self) {
        self.accounts.extend(other.accounts);
        self.principals.extend(other.principals);
        self.secrets.extend(other.secrets);
        self.keys.extend(other.keys);
        self.templates.extend(other.templates);
        self.expectations.extend(other.expectations);
        self.context.extend(other.context);
    }
}
