//! What the path of a file says: whose it is, and what of it.

use std::path::Path;

/// What lies in the folders of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Role,
    User,
    Secret,
    Parameter,
    Key,
    Scp,
    Rcp,
}

impl Kind {
    fn of(folder: &str) -> Option<Self> {
        Some(match folder {
            "roles" => Self::Role,
            "users" => Self::User,
            "secrets" => Self::Secret,
            "parameters" => Self::Parameter,
            "keys" => Self::Key,
            "scp" | "scps" => Self::Scp,
            "rcp" | "rcps" => Self::Rcp,
            _ => return None,
        })
    }

    /// Whether it can have many policies.
    fn is_principal(self) -> bool {
        matches!(self, Self::Role | Self::User)
    }
}

/// What a file is to its owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Policy,
    Trust,
    Boundary,
    /// It is no JSON: a folder of policies that is kept although there are none.
    Nothing,
}

/// Endings of names, before `.json`, and whole names.
const PARTS: &[(&str, Part)] = &[
    ("policy", Part::Policy),
    ("describe", Part::Policy),
    ("trust", Part::Trust),
    ("trust-policy", Part::Trust),
    ("assume-role-policy", Part::Trust),
    ("boundary", Part::Boundary),
    ("permissions-boundary", Part::Boundary),
];

/// Where a file lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) account: String,
    pub(super) kind: Kind,
    /// The owner's name, with the folders it lies in; empty for the policies of an organisation.
    pub(super) owner: Vec<String>,
    pub(super) part: Part,
}

impl Place {
    /// Of the first `accounts/<account>/<kind>/…` in a path.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let parts: Vec<String> =
            path.iter().map(|part| part.to_string_lossy().into_owned()).collect();
        let at = parts.windows(3).position(|window| {
            matches!(window, [accounts, _, kind] if accounts == "accounts" && Kind::of(kind).is_some())
        })?;
        let [_, account, kind, below @ ..] = parts.get(at..)? else { return None };
        let (file, folders) = below.split_last()?;
        let kind = Kind::of(kind)?;
        let (owner, part) = match kind {
            Kind::Scp | Kind::Rcp => {
                (Vec::new(), file.strip_suffix(".json").map(|_| Part::Policy)?)
            }
            _ => owner(kind, folders, file)?,
        };
        Some(Self { account: account.clone(), kind, owner, part })
    }
}

/// Whose a file is, by the folders between the folder of its kind and itself, and what of it.
fn owner(kind: Kind, folders: &[String], file: &str) -> Option<(Vec<String>, Part)> {
    let (folders, is_in_policies) = match folders {
        [own @ .., last] if kind.is_principal() && !own.is_empty() && last == "policies" => {
            (own, true)
        }
        _ => (folders, false),
    };
    let Some(stem) = file.strip_suffix(".json") else {
        return is_in_policies.then(|| (folders.to_vec(), Part::Nothing));
    };
    if is_in_policies {
        return Some((folders.to_vec(), Part::Policy));
    }
    let ended = PARTS
        .iter()
        .find_map(|(word, part)| Some((stem.strip_suffix(word)?.strip_suffix('.')?, *part)));
    let Some(last) = folders.last() else {
        let (name, part) = ended.unwrap_or((stem, Part::Policy));
        return (!name.is_empty()).then(|| (vec![name.to_owned()], part));
    };
    match ended {
        // A secret has one policy: another name before `.policy` is that of another secret.
        Some((name, part)) if !kind.is_principal() && name != last => {
            Some(([folders, &[name.to_owned()]].concat(), part))
        }
        Some((_, part)) => Some((folders.to_vec(), part)),
        None => {
            let whole = PARTS.iter().find(|(word, _)| *word == stem);
            Some((folders.to_vec(), whole.map_or(Part::Policy, |(_, part)| *part)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_say_whose_a_file_is() {
        for (path, owner, part) in [
            ("roles/app.policy.json", "app", Part::Policy),
            ("roles/app.trust.json", "app", Part::Trust),
            ("roles/app.json", "app", Part::Policy),
            ("roles/app/trust.json", "app", Part::Trust),
            ("roles/app/app.trust.json", "app", Part::Trust),
            ("roles/app/boundary.json", "app", Part::Boundary),
            ("roles/app/read.policy.json", "app", Part::Policy),
            ("roles/app/anything.json", "app", Part::Policy),
            ("roles/app/policies/trust.json", "app", Part::Policy),
            ("roles/app/policies/.gitkeep", "app", Part::Nothing),
            ("roles/team/app/policies/a.json", "team/app", Part::Policy),
            ("roles/policies/a.json", "policies", Part::Policy),
            ("secrets/prod/db/policy.json", "prod/db", Part::Policy),
            ("secrets/prod/db/db.policy.json", "prod/db", Part::Policy),
            ("secrets/prod/db.policy.json", "prod/db", Part::Policy),
            ("secrets/prod/describe.json", "prod", Part::Policy),
            ("keys/k.json", "k", Part::Policy),
            ("scp/root/full.json", "", Part::Policy),
        ] {
            let place = Place::of(Path::new(&format!("x/accounts/app/{path}")));
            let place = place.unwrap_or_else(|| panic!("{path}"));
            assert_eq!((place.owner.join("/").as_str(), place.part), (owner, part), "{path}");
        }
        for path in ["accounts/a/roles", "accounts/a/roles/.policy.json", "accounts/a/x.json"] {
            assert_eq!(Place::of(Path::new(path)), None, "{path}");
        }
        for path in ["a/roles/x.json", "accounts/a/roles/x/README.md", "accounts/a/scp/x.md"] {
            assert_eq!(Place::of(Path::new(path)), None, "{path}");
        }
    }
}
