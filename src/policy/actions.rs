//! The actions that keylint knows by name: `rules/policy/actions.txt`, read once.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::glob::{Glob, matches_ignoring_case};

/// What an action does, as AWS files it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Access {
    List,
    Read,
    Tagging,
    Write,
    Permissions,
}

/// An action of the catalogue.
#[derive(Clone, Debug)]
pub(super) struct Action {
    pub(super) name: &'static str,
    pub(super) access: Access,
    /// The types of resource that can be named for it; without any it takes only `*`.
    pub(super) resource_types: Vec<&'static str>,
}

static CATALOGUE: LazyLock<BTreeMap<&'static str, Vec<Action>>> = LazyLock::new(|| {
    let mut services: BTreeMap<&'static str, Vec<Action>> = BTreeMap::new();
    let mut service = "";
    for line in include_str!("../../rules/policy/actions.txt").lines() {
        let mut words = line.split_whitespace();
        match (words.next(), words.next()) {
            (Some(name), None) => service = name.trim_end_matches(':'),
            (Some(name), Some(access)) if !name.starts_with('#') => {
                services.entry(service).or_default().push(Action {
                    name,
                    access: match access {
                        "list" => Access::List,
                        "read" => Access::Read,
                        "tagging" => Access::Tagging,
                        "permissions" => Access::Permissions,
                        _ => Access::Write,
                    },
                    resource_types: words.filter(|word| *word != "-").collect(),
                });
            }
            _ => {}
        }
    }
    services
});

/// Service and name of an action as written; `*` is every action of every service.
pub(super) fn split(action: &str) -> Option<(&str, &str)> {
    if action == "*" { Some(("*", "*")) } else { action.split_once(':') }
}

/// Whether an action as written, with or without wildcards, stands for one that is named in full.
pub(super) fn matches(written: &str, service: &str, name: &str) -> bool {
    split(written).is_some_and(|(prefix, pattern)| {
        (prefix == "*" || prefix.eq_ignore_ascii_case(service))
            && matches_ignoring_case(pattern, name)
    })
}

/// Whether one action as written stands for everything that another one does.
pub(super) fn covers(written: &str, other: &str) -> bool {
    let fold = |action: &str| match split(action) {
        Some((service, name)) => Glob::pattern(&format!("{service}:{name}").to_ascii_lowercase()),
        None => Glob::pattern(&action.to_ascii_lowercase()),
    };
    fold(written).covers(&fold(other))
}

/// The known actions that a written one stands for, each with its service.
pub(super) fn matching(written: &str) -> Vec<(&'static str, &'static Action)> {
    let services = CATALOGUE.iter().filter(|(service, _)| {
        split(written)
            .is_some_and(|(prefix, _)| prefix == "*" || prefix.eq_ignore_ascii_case(service))
    });
    services
        .flat_map(|(service, actions)| actions.iter().map(move |action| (*service, action)))
        .filter(|(service, action)| matches(written, service, action.name))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_is_complete_and_sorted() {
        let count: BTreeMap<_, _> =
            CATALOGUE.iter().map(|(service, actions)| (*service, actions.len())).collect();
        assert_eq!(
            count,
            BTreeMap::from([
                ("iam", 187),
                ("kms", 55),
                ("secretsmanager", 23),
                ("ssm", 156),
                ("sts", 16)
            ])
        );
        assert!(CATALOGUE.values().all(|actions| actions.is_sorted_by_key(|action| action.name)));
        let (_, get) = matching("SecretsManager:getsecretvalue")[0];
        assert_eq!(
            (get.access, get.resource_types.as_slice()),
            (Access::Read, ["secret"].as_slice())
        );
    }

    #[test]
    fn actions_have_no_case() {
        for (written, is) in [
            ("secretsmanager:GetSecretValue", true),
            ("SecretsManager:getsecretvalue", true),
            ("secretsmanager:Get*", true),
            ("secretsmanager:*Secret?alue", true),
            ("*", true),
            ("secretsmanager:List*", false),
            ("kms:*", false),
            ("secretsmanager.GetSecretValue", false),
        ] {
            assert_eq!(matches(written, "secretsmanager", "GetSecretValue"), is, "{written}");
        }
        assert!(covers("*", "s3:Get*") && covers("*:*", "*") && covers("s3:*", "S3:Get*"));
        assert!(!covers("s3:Get*", "s3:*"));
    }
}
