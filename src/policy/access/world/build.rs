//! A world while it is made: documents are looked up and numbered, values are read before the patterns that are held
//! against them.

use std::collections::{HashMap, HashSet};

use super::{Account, Extra, Fact, Key, Lack, Place, Set, Tags, World, managed};
use crate::policy::access::description::{At, Documents, Named};
use crate::policy::access::matching::Value;
use crate::policy::access::reading::{self, Scope, Symbols};
use crate::policy::access::statement::Policy;
use crate::policy::arn::{PARTITIONS, is_account};
use crate::policy::checks::Deployment;
use crate::policy::checks::roles::is_without_secrets;
use crate::policy::document::{Document, Root};

/// The scope of what was said, which has no holes.
pub(super) const SAID: usize = 0;

/// A world while it is made.
pub(super) struct Builder<'w> {
    pub(super) world: World<'w>,
    pub(super) symbols: Symbols,
    pub(super) deployments: &'w [Deployment<'w>],
    /// Of each stack what is known of its holes; the first is that of what was said.
    pub(super) scopes: Vec<Scope>,
    /// The documents of each file: the deployment, and the place in it.
    by_file: HashMap<usize, Vec<(usize, usize)>>,
    /// The numbers of documents that have one, by root, account of the scope included.
    numbers: HashMap<(*const Root, usize, bool), usize>,
    /// Those documents, in this order, each with its scope, and whether it is there in every case.
    wanted: Vec<(&'w Root, &'w Document<'w>, usize, bool)>,
    /// Accounts by label and number.
    accounts: HashMap<String, usize>,
    /// The ARNs of principals, as far as somebody asked for them.
    arns: HashSet<Value>,
}

impl<'w> Builder<'w> {
    pub(super) fn new(deployments: &'w [Deployment<'w>]) -> Self {
        let mut by_file: HashMap<usize, Vec<(usize, usize)>> = HashMap::new();
        for (at, deployment) in deployments.iter().enumerate() {
            for (place, (root, _)) in deployment.documents.iter().enumerate() {
                by_file.entry(root.file).or_default().push((at, place));
            }
        }
        let scopes = (0..=deployments.len()).map(|number| Scope { number, ..Scope::default() });
        Self {
            world: World::default(),
            symbols: Symbols::default(),
            deployments,
            scopes: scopes.collect(),
            by_file,
            numbers: HashMap::new(),
            wanted: Vec::new(),
            accounts: HashMap::new(),
            arns: HashSet::new(),
        }
    }

    /// Reads the documents, and gives the world.
    pub(super) fn finish(mut self) -> World<'w> {
        for (root, document, scope, is_certain) in std::mem::take(&mut self.wanted) {
            let stack = scope.checked_sub(1).and_then(|at| self.deployments.get(at));
            let doubts = stack.map(|deployment| &deployment.stack.doubts);
            let Some(scope) = self.scopes.get(scope) else { continue };
            let mut policy = Policy::read((root, document), doubts, scope, &mut self.symbols);
            if !is_certain {
                policy.doubt();
            }
            self.world.policies.push(policy);
        }
        self.add_managed_keys();
        self.tell_apart();
        self.world.names = self.symbols.names();
        self.world.assume();
        self.world
    }

    /// Gives each secret the key that AWS manages for its account and region.
    fn add_managed_keys(&mut self) {
        let mut known: HashMap<(usize, Value, bool), usize> = HashMap::new();
        for at in 0..self.world.secrets.len() {
            let id = self.unknown();
            let Some(secret) = self.world.secrets.get_mut(at) else { continue };
            let place = (secret.account, secret.region.clone(), secret.is_parameter);
            let next = self.world.managed.len();
            secret.managed = *known.entry(place).or_insert(next);
            if secret.managed < next {
                continue;
            }
            let (account, region) = (secret.account, secret.region.clone());
            let alias =
                if secret.is_parameter { "alias/aws/ssm" } else { "alias/aws/secretsmanager" };
            let Some(owner) = self.world.accounts.get(account) else { continue };
            let arn = owner.start_of_arn("kms", &region).then("key/").followed_by(&id);
            self.world.managed.push(Key {
                label: alias.trim_start_matches("alias/").into(),
                account,
                arn,
                region,
                aliases: vec![Value::of(alias)],
                has_all_aliases: true,
                policy: None,
                grants: Vec::new(),
                is_disabled: false,
                tags: Tags { known: Vec::new(), is_complete: true },
                at: None,
            });
        }
    }

    /// The number of a document.
    pub(super) fn document(
        &mut self,
        root: &'w Root,
        document: &'w Document<'w>,
        scope: usize,
    ) -> usize {
        self.numbered((root, document, scope, true))
    }

    /// The same document where it may not be there.
    pub(super) fn doubtful(&mut self, number: usize) -> Option<usize> {
        let (root, document, scope, _) = *self.wanted.get(number)?;
        Some(self.numbered((root, document, scope, false)))
    }

    fn numbered(&mut self, wanted: (&'w Root, &'w Document<'w>, usize, bool)) -> usize {
        let next = self.wanted.len();
        let name = (std::ptr::from_ref(wanted.0), wanted.2, wanted.3);
        let number = *self.numbers.entry(name).or_insert(next);
        if number == next {
            self.wanted.push(wanted);
        }
        number
    }

    /// Adds a document to what it is attached to.
    pub(super) fn attach(&mut self, extra: &'w Extra<'w>) {
        let world = &self.world;
        let stack = match extra.place {
            Place::Principal(at) | Place::Boundary(at) => {
                world.principals.get(at).and_then(|own| own.stack)
            }
            Place::Secret(at) => world.secrets.get(at).and_then(|own| own.stack),
            Place::Key(at) => {
                world.keys.get(at).and_then(|key| world.accounts.get(key.account)?.stack)
            }
        };
        let number =
            self.document(extra.root, &extra.document, stack.map_or(SAID, |stack| stack + 1));
        let world = &mut self.world;
        let set = match extra.place {
            Place::Principal(at) => world.principals.get_mut(at).map(|own| &mut own.identity),
            Place::Boundary(at) => {
                world.principals.get_mut(at).and_then(|own| own.boundary.as_mut())
            }
            Place::Secret(at) => {
                world.secrets.get_mut(at).map(|own| own.policy.get_or_insert_default())
            }
            Place::Key(at) => world.keys.get_mut(at).map(|own| own.policy.get_or_insert_default()),
        };
        if let Some(set) = set {
            set.policies.push(number);
        }
    }

    /// Documents that somebody names. `what` is what they are where none is named.
    pub(super) fn set(&mut self, documents: &Documents, what: &str) -> Set {
        let Some(documents) = documents else { return Set::lacking(what) };
        let mut set = Set::default();
        for named in documents {
            let one = self.named(named);
            set.add(&one);
        }
        set
    }

    /// A document that somebody names.
    pub(super) fn named(&mut self, named: &Named) -> Set {
        match named {
            Named::File { file, by } => {
                let places = self.by_file.get(file).cloned().unwrap_or_default();
                let set = self.at(&places);
                if set.policies.is_empty() {
                    return Self::lack("the documents of this file", by, true);
                }
                set
            }
            Named::Here(at) => {
                let places = self.by_file.get(&at.file).cloned().unwrap_or_default();
                let is_there = |(deployment, place): &&(usize, usize)| {
                    self.found(*deployment, *place)
                        .is_some_and(|(root, _)| root.node.span == at.span)
                };
                let places: Vec<_> = places.iter().filter(is_there).copied().collect();
                let set = self.at(&places);
                if set.policies.is_empty() {
                    return Self::lack("the document that stands here", at, true);
                }
                set
            }
            Named::Managed { arn, by } => self.managed(arn, by),
            Named::Missing { path, by } => Self::lack(path, by, true),
        }
    }

    fn lack(name: &str, by: &At, may_deny: bool) -> Set {
        let lack = Lack { name: name.into(), may_deny, at: Some(by.clone()) };
        Set { policies: Vec::new(), lacks: vec![lack] }
    }

    /// A policy that AWS or somebody else keeps, by its ARN or name.
    pub(super) fn managed(&mut self, arn: &str, by: &At) -> Set {
        let name = arn.rsplit('/').next().unwrap_or(arn);
        let is_of_aws = !arn.contains(':')
            || [":iam::aws:policy/", ":organizations::aws:policy/"]
                .iter()
                .any(|at| arn.contains(at));
        if is_of_aws && (is_without_secrets(name) || managed::is_without_secrets(name)) {
            return Set::default();
        }
        match managed::document(name).filter(|_| is_of_aws) {
            Some((root, document)) => {
                let policies = vec![self.document(root, document, SAID)];
                Set { policies, lacks: Vec::new() }
            }
            // What AWS keeps allows; but for those that are there to lock somebody out.
            None => Self::lack(
                arn,
                by,
                !is_of_aws || name.contains("Deny") || name.contains("Quarantine"),
            ),
        }
    }

    fn found(&self, deployment: usize, place: usize) -> Option<(&'w Root, &'w Document<'w>)> {
        let (root, document) = self.deployments.get(deployment)?.documents.get(place)?;
        Some((*root, document))
    }

    fn at(&mut self, places: &[(usize, usize)]) -> Set {
        let mut set = Set::default();
        for (deployment, place) in places {
            if let Some((root, document)) = self.found(*deployment, *place) {
                set.policies.push(self.document(root, document, deployment + 1));
            }
        }
        set
    }

    /// A text of a template, as a value.
    pub(super) fn value(&mut self, scope: usize, text: &str) -> Value {
        match self.scopes.get(scope) {
            Some(scope) => reading::value(text, scope, &mut self.symbols),
            None => Value::of(text),
        }
    }

    /// Something that nobody says.
    pub(super) fn unknown(&mut self) -> Value {
        Value::default().open(self.symbols.new_one())
    }

    /// The account of a number, or of a name; a new one where there is none.
    pub(super) fn account(&mut self, name: &str) -> usize {
        if let Some(known) = self.accounts.get(name) {
            return *known;
        }
        let id = if is_account(name) { Value::of(name) } else { self.unknown() };
        self.add_account(name, id)
    }

    /// The account of a number, or of a name, where there is one.
    pub(super) fn known_account(&self, name: &str) -> Option<usize> {
        self.accounts.get(name).copied()
    }

    /// Says that an account has a number.
    pub(super) fn number(&mut self, account: usize, id: &str) {
        self.accounts.insert(id.to_owned(), account);
        self.world.accounts.get_mut(account).into_iter().for_each(|own| own.id = Value::of(id));
    }

    /// A new account of which nothing but its number is known.
    pub(super) fn add_account(&mut self, label: &str, id: Value) -> usize {
        let next = self.world.accounts.len();
        self.accounts.insert(label.to_owned(), next);
        self.accounts.extend(id.text().map(|id| (id, next)));
        self.world.accounts.push(Account {
            label: label.into(),
            id,
            partition: Value::of("aws"),
            org: Fact::Unknown,
            org_path: Fact::Unknown,
            is_management: false,
            scps: None,
            rcps: None,
            stack: None,
            at: None,
        });
        next
    }

    /// Whether no principal has this ARN yet. From now on one has.
    pub(super) fn is_new(&mut self, arn: Value) -> bool {
        if self.arns.is_empty() {
            self.arns.extend(self.world.principals.iter().map(|principal| principal.arn.clone()));
        }
        self.arns.insert(arn)
    }

    pub(super) fn assume(&mut self, text: impl Into<String>, at: Option<At>) {
        self.world.assumptions.push((text.into(), at));
    }
}

/// The partition of a region, by how its name begins.
pub(super) fn partition_of(region: &str) -> &'static str {
    let mut all = PARTITIONS.iter().filter(|(_, start)| !start.is_empty());
    all.find(|(_, start)| region.starts_with(start)).map_or("aws", |(name, _)| name)
}
