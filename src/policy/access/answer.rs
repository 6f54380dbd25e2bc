//! The answers to all pairs, as reports see them.

use std::collections::HashMap;
use std::sync::Arc;

use miette::Diagnostic;
use thiserror::Error;

use super::description::{At, Expected};
use super::evaluate::Evaluated;
use super::explain::{Explained, links_in_short, shown};
use super::matching::{Pattern, Value};
use super::truth::Truth;
use super::world::{Fact, KeyOf, Principal, PrincipalKind, Secret, Set, World};
use crate::access::{
    self, Access, Answer, Assumption, Document, Expectation, Fix, KeyRef, Link, LinkCode, Nearest,
    Path, SecretKind, Site,
};
use crate::pool::each;

/// More pairs than this are not looked at: their answers would take gigabytes.
const MOST_PAIRS: usize = 1_000_000;

/// More principals and secrets than there can be answers for.
#[derive(Debug, Error, Diagnostic)]
#[error("{} pairs of a principal and a secret are more than {}", grouped(*count), grouped(MOST_PAIRS))]
#[diagnostic(
    code(access::too_many_pairs),
    help("read fewer files at once, such as those of one account, or name fewer in the manifest")
)]
pub struct TooManyPairs {
    count: usize,
}

/// `1,000,000`
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Links in short by what they say: they are the same for very many pairs.
pub(super) type Known = HashMap<[Option<Truth>; 10], Arc<[Link]>>;

/// What links in short are made of.
fn states(path: &Evaluated) -> [Option<Truth>; 10] {
    let mut states = [None; 10];
    for (state, code) in states.iter_mut().zip(LinkCode::ALL) {
        *state = path.state(code);
    }
    states[9] = path.is_under_managed_key().then_some(Truth::Yes);
    states
}

/// Looks places up: the file and the lines of what stands there.
pub(in crate::policy) type Places<'p> = &'p (dyn Fn(&At) -> Option<Site> + Sync);

impl World<'_> {
    /// Answers for every pair.
    pub(in crate::policy) fn answer(&self, places: Places) -> Result<Access, TooManyPairs> {
        let mut pairs = self.pairs();
        let count = pairs.iter().map(Vec::len).sum::<usize>();
        if count > MOST_PAIRS {
            return Err(TooManyPairs { count });
        }
        let explain_all = count <= Access::MOST_TOLD;
        // Reports list everything by its label.
        let principals = by_label(&self.principals, |own| &own.label);
        let secrets = by_label(&self.secrets, |own| &own.label);
        let mut places_of_secrets = vec![0; secrets.len()];
        for (place, secret) in secrets.iter().enumerate() {
            if let Some(own) = places_of_secrets.get_mut(*secret) {
                *own = place;
            }
        }
        let place_of = |secret: usize| places_of_secrets.get(secret).copied().unwrap_or_default();
        let of_principals: Vec<(usize, usize, Vec<usize>)> = principals
            .iter()
            .enumerate()
            .map(|(place, at)| {
                (place, *at, pairs.get_mut(*at).map(std::mem::take).unwrap_or_default())
            })
            .collect();
        let paths = each(of_principals, |(place, principal, mut secrets)| {
            secrets.sort_by_key(|secret| place_of(*secret));
            let mut known = Known::new();
            let path = |secret| {
                let path = self.path((principal, secret), explain_all, (places, &mut known))?;
                Some(Path { principal: place, secret: place_of(secret), ..path })
            };
            secrets.into_iter().filter_map(path).collect::<Vec<Path>>()
        });
        let paths: Vec<Path> = paths.into_iter().flatten().collect();
        let principals: Vec<access::Principal> = principals
            .iter()
            .filter_map(|at| self.principals.get(*at))
            .map(|one| self.principal(one, places))
            .collect();
        let secrets: Vec<access::Secret> = secrets
            .iter()
            .filter_map(|at| self.secrets.get(*at))
            .map(|one| self.secret(one, places))
            .collect();
        Ok(Access {
            expectations: self.expected((&principals, &secrets), &paths, places),
            accounts: self.accounts.iter().map(|account| self.account(account, places)).collect(),
            principals,
            secrets,
            keys: self.keys.iter().map(|one| self.key(one, places)).collect(),
            paths,
            assumptions: self.assumed(places),
            skipped: Vec::new(),
        })
    }

    /// The secrets that each principal is held against: those of its own stack, and all whose account is known where its own
    /// is known too. Of two templates in accounts that nobody names nothing can be said.
    pub(super) fn pairs(&self) -> Vec<Vec<usize>> {
        let is_known = |account: usize| {
            self.accounts.get(account).is_some_and(|account| account.id.text().is_some())
        };
        let of = |principal: &Principal| {
            let secrets = self.secrets.iter().enumerate().filter(|(_, secret)| {
                principal.account == secret.account
                    || is_known(principal.account)
                    || is_known(secret.account)
                    || principal.stack == secret.stack
            });
            secrets.map(|(at, _)| at).collect()
        };
        self.principals.iter().map(of).collect()
    }

    pub(super) fn path(
        &self,
        (principal, secret): (usize, usize),
        explain: bool,
        (places, known): (Places, &mut Known),
    ) -> Option<Path> {
        let evaluated = self.evaluate(principal, secret)?;
        let context = evaluated.read.context;
        // Of whom nothing is known but a name, only what names them is of interest.
        let is_named = |said: &super::evaluate::Said| said.resource() != Truth::No;
        if context.principal.is_foreign
            && !is_named(&evaluated.read)
            && !evaluated.decrypt.as_ref().is_some_and(is_named)
        {
            return None;
        }
        let is_meant = self.is_meant(&evaluated);
        let (own, other) = (context.principal.stack, context.secret.stack);
        if !is_meant && own.is_some() && other.is_some() && own != other {
            return None;
        }
        let answer = Answer::from(evaluated.answer);
        let write = |links: Vec<Explained>| {
            links.into_iter().map(|link| located(link, places)).collect::<Arc<[Link]>>()
        };
        let links = if explain || is_meant || answer != Answer::No {
            write(self.links(&evaluated))
        } else {
            let states = known.entry(states(&evaluated));
            Arc::clone(states.or_insert_with(|| write(links_in_short(&evaluated))))
        };
        Some(Path { principal, secret, answer, links, is_meant })
    }

    fn account(&self, account: &super::world::Account, places: Places) -> access::Account {
        let levels =
            [("service control policy", &account.scps), ("resource control policy", &account.rcps)];
        let documents = levels.into_iter().flat_map(|(role, levels)| {
            let sets = levels.iter().flat_map(|levels| &levels.levels);
            sets.flat_map(|set| self.documents(role, set, places)).collect::<Vec<_>>()
        });
        access::Account {
            label: account.label.clone(),
            id: account.id.text(),
            org: match &account.org {
                Fact::Is(org) => Some(org.clone()),
                Fact::Unknown => None,
            },
            documents: documents.collect(),
            site: account.at.as_ref().and_then(places),
        }
    }

    fn principal(&self, principal: &Principal, places: Places) -> access::Principal {
        let sets = [
            ("identity policy", Some(&principal.identity)),
            ("permissions boundary", principal.boundary.as_ref()),
            ("session policy", principal.session_policy.as_ref()),
            ("trust policy", principal.trust.as_ref()),
        ];
        let documents = sets
            .into_iter()
            .filter_map(|(role, set)| Some(self.documents(role, set?, places)))
            .flatten();
        access::Principal {
            label: principal.label.clone(),
            kind: match (principal.kind, &principal.session) {
                (PrincipalKind::User, _) => "user",
                (PrincipalKind::Role, None) => "role",
                (PrincipalKind::Role, Some(_)) => "session",
                (PrincipalKind::Account, _) => "account",
            },
            arn: self.shown(&principal.arn),
            account: principal.account,
            documents: documents.collect(),
            site: principal.at.as_ref().and_then(places),
            is_foreign: principal.is_foreign,
        }
    }

    fn secret(&self, secret: &Secret, places: Places) -> access::Secret {
        let set = secret.policy.as_ref();
        access::Secret {
            label: secret.label.clone(),
            kind: match (secret.is_parameter, secret.is_replica) {
                (true, _) => SecretKind::Parameter,
                (_, true) => SecretKind::Replica,
                _ => SecretKind::Secret,
            },
            arn: self.shown(&secret.arn),
            region: Some(self.shown(&secret.region)).filter(|region| !region.contains(['*', '$'])),
            account: secret.account,
            key: match &secret.key {
                KeyOf::Managed => KeyRef::Managed,
                KeyOf::Key(at) => KeyRef::Known(*at),
                KeyOf::Unknown(name) => KeyRef::Unknown(crate::policy::text::shown(name)),
            },
            documents: set
                .map_or_else(Vec::new, |set| self.documents("resource policy", set, places)),
            site: secret.at.as_ref().and_then(places),
        }
    }

    fn key(&self, key: &super::world::Key, places: Places) -> access::Key {
        let set = key.policy.as_ref();
        access::Key {
            label: key.label.clone(),
            arn: self.shown(&key.arn),
            account: key.account,
            aliases: key.aliases.iter().map(|alias| self.shown(alias)).collect(),
            documents: set.map_or_else(
                || vec![Document { role: "key policy", site: None, name: "not given".into() }],
                |set| self.documents("key policy", set, places),
            ),
            site: key.at.as_ref().and_then(places),
        }
    }

    fn documents(&self, role: &'static str, set: &Set, places: Places) -> Vec<Document> {
        let given = self.policies_of(set).map(|policy| Document {
            role,
            site: places(&At { file: policy.file, span: policy.span.clone() }),
            name: String::new(),
        });
        let lacking =
            set.lacks.iter().map(|lack| Document { role, site: None, name: lack.name.clone() });
        given.chain(lacking).collect()
    }

    fn assumed(&self, places: Places) -> Vec<Assumption> {
        let assumption = |(text, at): &(String, Option<At>)| Assumption {
            text: text.clone(),
            site: at.as_ref().and_then(places),
        };
        let mut all: Vec<Assumption> = self.assumptions.iter().map(assumption).collect();
        all.sort();
        all.dedup();
        all
    }

    /// What becomes of each expectation; paths are sorted by principal.
    fn expected(
        &self,
        (principals, secrets): (&[access::Principal], &[access::Secret]),
        paths: &[Path],
        places: Places,
    ) -> Vec<Expectation> {
        let starts: Vec<usize> = (0..=principals.len())
            .map(|principal| paths.partition_point(|path| path.principal < principal))
            .collect();
        let expectation = |wanted: &Expected| {
            let is_meant: Vec<bool> =
                secrets.iter().map(|secret| names_secret(wanted, secret)).collect();
            let of_principals =
                principals.iter().zip(starts.windows(2)).filter_map(|(own, ends)| {
                    let [start, end] = ends else { return None };
                    names_label(&wanted.principal, &own.label).then_some(*start..*end)
                });
            let is_about = |at: &usize| {
                let path = paths.get(*at);
                path.is_some_and(|path| is_meant.get(path.secret) == Some(&true))
            };
            let own: Vec<usize> = of_principals.flatten().filter(is_about).collect();
            let with = |wanted: &dyn Fn(Answer) -> bool| {
                let is_it = |at: &&usize| paths.get(**at).is_some_and(|path| wanted(path.answer));
                own.iter().filter(is_it).copied().collect()
            };
            let otherwise = if wanted.allows { Answer::No } else { Answer::Yes };
            Expectation {
                allows: wanted.allows,
                principal: wanted.principal.clone(),
                secret: wanted.secret.clone(),
                broken: with(&|answer| answer == otherwise),
                open: with(&|answer| matches!(answer, Answer::Depends | Answer::Unknown)),
                site: places(&wanted.at),
                paths: own,
            }
        };
        self.expectations.iter().map(expectation).collect()
    }

    /// A value as a person reads it.
    pub(super) fn shown(&self, value: &Value) -> String {
        shown(value, &self.names)
    }
}

impl From<Truth> for Answer {
    fn from(truth: Truth) -> Self {
        match truth {
            Truth::Yes => Self::Yes,
            Truth::No => Self::No,
            Truth::Depends => Self::Depends,
            Truth::Unknown => Self::Unknown,
        }
    }
}

/// Whether an expectation is about a secret. Replicas are meant where they are named, and by whoever forbids the secret.
fn names_secret(wanted: &Expected, secret: &access::Secret) -> bool {
    let is_replica = secret.kind == SecretKind::Replica;
    let plain = secret.label.split('@').next().unwrap_or_default();
    names_label(&wanted.secret, &secret.label)
        && (!is_replica || wanted.secret.contains('@') || !wanted.allows)
        || is_replica && !wanted.allows && names_label(&wanted.secret, plain)
}

/// The places of things, in the order of their labels.
fn by_label<T>(all: &[T], label: impl Fn(&T) -> &String) -> Vec<usize> {
    let mut places: Vec<usize> = (0..all.len()).collect();
    places.sort_by_key(|at| all.get(*at).map(&label));
    places
}

/// Whether a label is one of those that a pattern with `*` and `?` stands for.
pub fn names_label(pattern: &str, label: &str) -> bool {
    Pattern::like(pattern).matches(&Value::of(label)) == Truth::Yes
}

fn located(link: Explained, places: Places) -> Link {
    let site = |at: Option<At>| at.as_ref().and_then(places);
    Link {
        code: link.code,
        status: link.status,
        is_needed: link.is_needed,
        text: Arc::clone(&link.text),
        site: site(link.at),
        nearest: link.nearest.map(|(text, at)| Nearest { text, site: places(&at) }),
        fix: link.fix.map(|(remedy, at)| Fix {
            document: remedy.document,
            site: site(at),
            text: remedy.text,
            statement: remedy
                .statement
                .and_then(|statement| serde_json::to_string_pretty(&statement).ok())
                .map(|text| crate::policy::text::shown(&text)),
        }),
    }
}
