//! Folders that are laid out by account, which need no manifest:
//!
//! - `accounts/<number or name>/` is an account; one that is called by a name has the number that an ARN in it says.
//! - `roles/<name>/` and `users/<name>/`: `trust.json` and `boundary.json` are what they are called, or what comes before the
//!   `.json` in `app.trust.json` is; all other JSON there and in a folder `policies` below are policies. A name in further
//!   folders has these as its path: `roles/team/app/` is `/team/app`. An empty `policies`, kept by a file that is no JSON, says
//!   that there are none. `get-role`, `get-user`, `list-role-policies` and `list-attached-role-policies`, as the AWS CLI prints
//!   them, are told by what is in them.
//! - `secrets/<name>/`, `parameters/<name>/`, `keys/<name>/`: the policy, in a file of any name, and what `describe-secret`,
//!   `get-resource-policy`, `describe-parameters`, `describe-key`, `list-aliases` and `list-resource-tags` print. Further folders
//!   are a part of the name: `secrets/prod/db/` is `prod/db`, `parameters/prod/db/` is `/prod/db`. A folder of a key is its id.
//! - Any of these may be a file alone: `roles/app.policy.json`, `roles/app.trust.json`, `keys/secrets.json`,
//!   `secrets/prod/db.policy.json`.
//! - `scp/` and `rcp/`: policies of the organisation, in one list, whose levels are not known.

mod described;
mod place;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::path::Path;

use super::authorization::{self, list, text};
use super::description::{
    Account, At, Description, Documents, Key, KeyName, Levels, Named, Principal, Secret,
};
use crate::policy::arn::{Arn, is_account};
use crate::policy::tree::Node;
use described::Said;
use place::{Kind, Part, Place};

/// A file that was read.
#[derive(Clone, Copy, Debug)]
pub(in crate::policy) struct LaidOut<'a> {
    /// Its place in the list of files that are read.
    pub(in crate::policy) file: usize,
    pub(in crate::policy) path: &'a Path,
    /// Every value in it that stands by itself.
    pub(in crate::policy) roots: &'a [Node],
}

impl LaidOut<'_> {
    fn at(&self) -> At {
        At { file: self.file, span: 0..0 }
    }

    /// The documents in it.
    fn named(&self) -> Named {
        Named::File { file: self.file, by: self.at() }
    }
}

/// Reads the files that lie in folders of accounts; others say nothing.
pub(in crate::policy) fn read(files: &[LaidOut]) -> Description {
    let mut reader = Reader::default();
    for file in files {
        if let Some(place) = Place::of(file.path) {
            reader.add(file, place);
        }
    }
    reader.finish()
}

/// What was said so far.
#[derive(Default)]
struct Reader {
    said: Description,
    /// Accounts by name: their place in the description.
    accounts: HashMap<String, usize>,
    /// Everything else by account, kind and name.
    owners: HashMap<(String, Kind, String), usize>,
    /// The aliases that were listed beside each key.
    aliases: HashMap<usize, Vec<(String, String)>>,
}

impl Reader {
    fn add(&mut self, file: &LaidOut, place: Place) {
        self.account(file, &place);
        let owner = place.owner.join("/");
        let new = match place.kind {
            Kind::Role | Kind::User => self.said.principals.len(),
            Kind::Secret | Kind::Parameter => self.said.secrets.len(),
            Kind::Key => self.said.keys.len(),
            Kind::Scp | Kind::Rcp => return self.add_limit(file, &place),
        };
        let at = *self.owners.entry((place.account.clone(), place.kind, owner)).or_insert(new);
        match place.kind {
            Kind::Role | Kind::User => {
                if at == new {
                    self.said.principals.push(principal(file, &place));
                }
                if let Some(principal) = self.said.principals.get_mut(at) {
                    add_to_principal(principal, file, place.part);
                }
            }
            Kind::Key => {
                if at == new {
                    self.said.keys.push(key(file, place));
                }
                self.add_to_key(at, file);
            }
            _ => {
                if at == new {
                    self.said.secrets.push(secret(file, place));
                }
                self.add_to_secret(at, file);
            }
        }
    }

    fn account(&mut self, file: &LaidOut, place: &Place) {
        let new = self.said.accounts.len();
        let at = *self.accounts.entry(place.account.clone()).or_insert(new);
        if at == new {
            let name = place.account.clone();
            self.said.accounts.push(Account {
                id: is_account(&name).then(|| name.clone()),
                name,
                org: None,
                org_path: None,
                is_management: false,
                scps: None,
                rcps: None,
                at: file.at(),
            });
        }
    }

    /// Adds a policy of the organisation.
    fn add_limit(&mut self, file: &LaidOut, place: &Place) {
        let at = self.accounts.get(&place.account);
        let account = at.and_then(|at| self.said.accounts.get_mut(*at));
        let Some(account) = account else { return };
        let limits = if place.kind == Kind::Scp { &mut account.scps } else { &mut account.rcps };
        let levels =
            limits.get_or_insert_with(|| Levels { levels: vec![vec![]], is_ordered: false });
        levels.levels.iter_mut().for_each(|level| level.push(file.named()));
    }

    fn add_to_key(&mut self, at: usize, file: &LaidOut) {
        let Some(key) = self.said.keys.get_mut(at) else { return };
        let listed = self.aliases.entry(at).or_default();
        let said = file.roots.iter().map(|root| described::key(root, key, listed));
        if said.last().unwrap_or(Said::Policy) == Said::Policy {
            key.policy.get_or_insert_default().push(file.named());
        }
    }

    fn add_to_secret(&mut self, at: usize, file: &LaidOut) {
        let Some(secret) = self.said.secrets.get_mut(at) else { return };
        let said = file.roots.iter().map(|root| described::secret(root, secret));
        match said.last().unwrap_or(Said::Policy) {
            Said::Policy => secret.policy.get_or_insert_default().push(file.named()),
            Said::NoPolicy => {
                secret.policy.get_or_insert_default();
            }
            Said::Other => {}
        }
    }

    /// Aliases are told apart, and accounts numbered, when everything is known.
    fn finish(mut self) -> Description {
        for (at, key) in self.said.keys.iter_mut().enumerate() {
            let listed = self.aliases.get(&at).map_or(&[][..], Vec::as_slice);
            key.aliases = described::own_aliases(key, listed);
        }
        let of_secrets = self.said.secrets.iter().map(|secret| (&secret.account, &secret.arn));
        let of_keys = self.said.keys.iter().map(|key| (&key.account, &key.arn));
        for (account, arn) in of_secrets.chain(of_keys) {
            let id = arn.as_deref().and_then(Arn::parse).and_then(|arn| arn.account_id());
            let at = self.accounts.get(account);
            let account = at.and_then(|at| self.said.accounts.get_mut(*at));
            if let (Some(account), Some(id)) = (account, id) {
                account.id.get_or_insert_with(|| id.to_owned());
            }
        }
        self.said
    }
}

fn principal(file: &LaidOut, place: &Place) -> Principal {
    let (name, folders) =
        place.owner.split_last().map_or((String::new(), &[][..]), |(a, b)| (a.clone(), b));
    let path = folders.iter().fold("/".to_owned(), |path, folder| path + folder + "/");
    Principal {
        account: place.account.clone(),
        name,
        path,
        is_user: place.kind == Kind::User,
        policies: None,
        boundary: None,
        session_policy: None,
        session_name: None,
        trust: None,
        unique_id: None,
        tags: Vec::new(),
        has_all_tags: false,
        context: Vec::new(),
        at: file.at(),
    }
}

fn add_to_principal(principal: &mut Principal, file: &LaidOut, part: Part) {
    match part {
        Part::Trust => principal.trust = Some(file.named()),
        Part::Boundary => principal.boundary = Some(file.named()),
        Part::Nothing => {
            principal.policies.get_or_insert_default();
        }
        Part::Policy => {
            let is_told = file.roots.iter().map(|root| describe(root, file, principal));
            if !is_told.last().unwrap_or(false) {
                principal.policies.get_or_insert_default().push(file.named());
            }
        }
    }
}

/// Takes what the AWS CLI prints of a principal; `false` where a file is something else.
fn describe(root: &Node, file: &LaidOut, principal: &mut Principal) -> bool {
    let key = if principal.is_user { "User" } else { "Role" };
    if let Some(detail) = root.get(key) {
        if let Some(read) = authorization::principal(detail, principal.is_user, file.file) {
            principal.path = read.path;
            principal.unique_id = read.unique_id;
            principal.boundary = read.boundary.or(principal.boundary.take());
            principal.trust = principal.trust.take().or(read.trust);
            (principal.tags, principal.has_all_tags) = (read.tags, read.has_all_tags);
        }
        return true;
    }
    let attached = root.get("AttachedPolicies").is_some();
    if attached {
        let managed = |policy: &Node| {
            let arn = policy.get("PolicyArn")?;
            let by = At { file: file.file, span: arn.span.clone() };
            Some(Named::Managed { arn: text(policy, "PolicyArn")?.to_owned(), by })
        };
        let policies: &mut Documents = &mut principal.policies;
        let attached = list(root, "AttachedPolicies").filter_map(managed);
        policies.get_or_insert_default().extend(attached);
    }
    let names = root.get("PolicyNames");
    if names.is_some_and(|names| names.items().is_empty()) {
        principal.policies.get_or_insert_default();
    }
    attached || names.is_some()
}

fn key(file: &LaidOut, place: Place) -> Key {
    Key {
        id: place.owner.join("/"),
        account: place.account,
        region: None,
        arn: None,
        policy: None,
        aliases: Vec::new(),
        grants: Vec::new(),
        is_disabled: false,
        tags: Vec::new(),
        has_all_tags: false,
        at: file.at(),
    }
}

fn secret(file: &LaidOut, place: Place) -> Secret {
    let is_parameter = place.kind == Kind::Parameter;
    // The name of a parameter with a `/` in it begins with one.
    // https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html
    let start = if is_parameter && place.owner.len() > 1 { "/" } else { "" };
    Secret {
        name: format!("{start}{}", place.owner.join("/")),
        account: place.account,
        region: None,
        is_parameter,
        arn: None,
        key: KeyName::Unknown,
        policy: None,
        replicas: Vec::new(),
        shared_with: None,
        is_advanced: None,
        tags: Vec::new(),
        has_all_tags: false,
        at: file.at(),
    }
}
