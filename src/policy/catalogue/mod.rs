//! The catalogue: every service, its actions, what these take, and every condition key. `rules/policy/catalogue.bin`,
//! read where it lies, and what users add to it.

mod extension;
mod keys;
mod names;
mod resource;
mod table;

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

pub use extension::CatalogueError;
pub(super) use keys::{
    Key, Kind, global_key, global_keys, is_of_credentials, key, key_across_services, keys_of,
};
pub(super) use names::{RETIRED, alias, api_name};
pub(super) use resource::ResourceType;

use self::extension::Added;
use self::table::{Service, Table};
use super::actions::{split, start};
use super::glob::matches_ignoring_case;
use crate::date::{DAY, days_from_date};

static TABLE: Table = Table::open(FILE);

/// The services of the table by name: every action that is looked up asks for one.
static SERVICES: LazyLock<HashMap<&str, Service>> =
    LazyLock::new(|| TABLE.services().map(|service| (service.name, service)).collect());

/// The service of a prefix as written, in any case.
fn find_service(prefix: &str) -> Option<Service<'static>> {
    let in_lower_case = || SERVICES.get(prefix.to_ascii_lowercase().as_str());
    SERVICES.get(prefix).or_else(in_lower_case).cloned()
}

const FILE: &[u8] = include_bytes!("../../../rules/policy/catalogue.bin");

/// Days after which an unknown name is as likely to be new as to be wrong.
const FRESH_DAYS: u64 = 180;

/// The catalogue that a document is held against: the one that keylint brings along, and what a user adds.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    /// By service, in lower case.
    added: BTreeMap<String, Vec<Added>>,
    /// When the scan takes place, in seconds since 1970; 0 where nobody said.
    now: u64,
}

/// The catalogue as it is brought along.
static BUILT_IN: Catalogue = Catalogue { added: BTreeMap::new(), now: 0 };

/// The day of the data, `2026-10-20`: what AWS adds later is not known.
pub fn date() -> &'static str {
    TABLE.date()
}

/// What the data was made from, with versions.
pub fn sources() -> &'static str {
    TABLE.sources()
}

/// Whether the data is so old at a moment, in seconds since 1970, that unknown names say little.
pub(super) fn is_stale(now: u64) -> bool {
    let mut numbers = date().split('-').filter_map(|number| number.parse().ok());
    let (Some(year), Some(month), Some(day)) = (numbers.next(), numbers.next(), numbers.next())
    else {
        return false;
    };
    now / DAY > days_from_date(year, month, day) + FRESH_DAYS
}

/// What an action does, as AWS files it. <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_understand-policy-summary-access-level-summaries.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Access {
    List,
    Read,
    Tagging,
    Write,
    Permissions,
}

/// An action of the catalogue.
#[derive(Clone, Copy, Debug)]
pub(super) struct Action<'c> {
    pub(super) service: &'c str,
    pub(super) name: &'c str,
    /// The highest one, as far as it is known.
    pub(super) access: Access,
    details: Details<'c>,
}

/// Where the rest that is known of an action stands.
#[derive(Clone, Copy, Debug)]
enum Details<'c> {
    /// Its number in the table, and where the types and keys of its service begin.
    Row {
        number: usize,
        types: usize,
        keys: usize,
        is_new: bool,
    },
    Added(&'c Added),
}

impl Catalogue {
    /// The catalogue that keylint brings along.
    pub fn built_in() -> &'static Self {
        &BUILT_IN
    }

    /// The same, at a moment in seconds since 1970: with the years it knows less, and what rests on it is said with less
    /// weight.
    #[must_use]
    pub fn at(self, now: u64) -> Self {
        Self { now, ..self }
    }

    /// Whether what is not in here may well be new.
    pub(super) fn is_stale(&self) -> bool {
        is_stale(self.now)
    }

    /// The actions that a user added under a prefix as written, each with its service.
    fn added(&self, prefix: &str) -> impl Iterator<Item = (&str, &Added)> {
        let lower = prefix.to_ascii_lowercase();
        let services = self.added.iter().filter(move |(name, _)| prefix == "*" || **name == lower);
        services.flat_map(|(name, actions)| actions.iter().map(move |action| (&**name, action)))
    }

    /// Whether there is a service of this prefix.
    pub(super) fn has_service(&self, prefix: &str) -> bool {
        find_service(prefix).is_some() || self.added(prefix).next().is_some()
    }

    /// The prefixes of all services.
    pub(super) fn prefixes(&self) -> impl Iterator<Item = &str> {
        TABLE.services().map(|service| service.name).chain(self.added.keys().map(String::as_str))
    }

    /// The known actions that a written one stands for; for `*` these are more than twenty thousand.
    pub(super) fn matching<'c>(&'c self, written: &'c str) -> impl Iterator<Item = Action<'c>> {
        let (prefix, pattern) = split(written).unwrap_or_default();
        // A name stands before those that start with it.
        let most = if pattern.contains(['*', '?']) { usize::MAX } else { 1 };
        let of_table = services(prefix).flat_map(move |service| {
            let rows = TABLE.actions_starting(service.actions.clone(), start(pattern));
            rows.take(most).filter_map(move |index| from_table(&service, index))
        });
        let added = self.added(prefix).map(|(service, added)| Action {
            service,
            name: &added.name,
            access: added.access,
            details: Details::Added(added),
        });
        of_table.chain(added).filter(move |action| matches_ignoring_case(pattern, action.name))
    }

    /// The actions of a service.
    pub(super) fn actions_of<'c>(&'c self, service: &'c str) -> impl Iterator<Item = Action<'c>> {
        let rows = find_service(service).into_iter();
        let of_table = rows.flat_map(|service| {
            service.actions.clone().filter_map(move |index| from_table(&service, index))
        });
        let added = self.added(service).map(|(service, added)| Action {
            service,
            name: &added.name,
            access: added.access,
            details: Details::Added(added),
        });
        of_table.chain(added)
    }
}

/// The services of a prefix as written: one, or all for `*`.
fn services(prefix: &str) -> impl Iterator<Item = Service<'static>> + use<> {
    let all = (prefix == "*").then(|| TABLE.services());
    let one = (prefix != "*").then(|| find_service(prefix)).flatten();
    all.into_iter().flatten().chain(one)
}

/// The types of resource of a service.
pub(super) fn resource_types(service: &str) -> impl Iterator<Item = ResourceType<'static>> {
    let found = find_service(service);
    let rows = found.into_iter().flat_map(|service| service.types);
    rows.filter_map(|index| TABLE.resource_type(index))
}

fn from_table<'c>(service: &Service<'c>, index: usize) -> Option<Action<'c>>
where
    'static: 'c,
{
    let row = TABLE.action(index)?;
    let (types, keys) = (service.types.start, service.keys.start);
    let details = Details::Row { number: row.details, types, keys, is_new: row.is_new };
    Some(Action { service: service.name, name: row.name, access: row.access, details })
}

impl<'c> Action<'c> {
    /// Service and name, as AWS writes them.
    pub(super) fn full_name(&self) -> String {
        format!("{}:{}", self.service, self.name)
    }

    /// Whether AWS's way to write the name is known.
    pub(super) fn is_described(&self) -> bool {
        match self.details {
            Details::Row { is_new, .. } => !is_new,
            Details::Added(_) => true,
        }
    }

    /// How many types of resource it takes, where that is known.
    fn count_types(&self) -> Option<usize> {
        match self.details {
            Details::Row { number, .. } => TABLE.count_types(number),
            Details::Added(added) => added.resources.as_ref().map(Vec::len),
        }
    }

    /// Whether ARNs of resources can be named for it. Not so either where that is not known.
    pub(super) fn takes_resources(&self) -> bool {
        self.count_types().is_some_and(|count| count > 0)
    }

    /// Whether it is known that it takes no resource but `*`.
    pub(super) fn takes_only_star(&self) -> bool {
        self.count_types() == Some(0)
    }

    /// The types of resource that can be named for it; nothing where they are not known.
    pub(super) fn resource_types(&self) -> Option<Vec<ResourceType<'c>>> {
        match self.details {
            Details::Row { number, types, .. } => Some(TABLE.types(number, types)?.collect()),
            Details::Added(added) => Some(added.resource_types()?.collect()),
        }
    }

    /// Whether a request for it may carry a condition key; nothing where its keys are not known.
    pub(super) fn supports(&self, key: &str) -> Option<bool> {
        match self.details {
            Details::Row { number, keys, .. } => {
                Some(TABLE.keys(number, keys)?.any(|own| own.is_written(key)))
            }
            Details::Added(added) => {
                let own = added.keys.as_ref()?;
                Some(own.iter().any(|own| keys::is_written(own, key)))
            }
        }
    }
}

#[cfg(test)]
mod tests;
