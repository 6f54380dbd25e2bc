//! What there is: accounts, principals, secrets, keys, and the policies of each. Made of what was said (`described`) and of what
//! templates declare (`stacks`); asked by the evaluation.

mod assumed;
mod build;
mod described;
mod labels;
mod managed;
mod stacks;

use std::collections::HashMap;

use super::description::{At, Deployed, Description, Expected};
use super::matching::{Pattern, Symbol, Value};
use super::statement::Policy;
use super::truth::Truth;
use crate::policy::checks::Deployment;
use crate::policy::document::{Document, Root};
use crate::policy::link::Stack;
use build::{Builder, partition_of};

/// Everything that is known.
#[derive(Default)]
pub(in crate::policy) struct World<'w> {
    pub(super) accounts: Vec<Account>,
    pub(super) principals: Vec<Principal>,
    pub(super) secrets: Vec<Secret>,
    pub(super) keys: Vec<Key>,
    /// The keys that AWS manages, one for each service, account and region.
    pub(super) managed: Vec<Key>,
    pub(super) policies: Vec<Policy<'w>>,
    /// Keys that every request has, or has not where no value is given.
    pub(super) context: Vec<(String, Vec<String>)>,
    pub(super) expectations: Vec<Expected>,
    pub(super) assumptions: Vec<(String, Option<At>)>,
    /// What symbols stand for, where they have a name.
    pub(super) names: HashMap<Symbol, String>,
}

impl<'w> World<'w> {
    /// The world of what is said and of what templates declare.
    pub(in crate::policy) fn new(said: &Description, deployments: &'w [Deployment<'w>]) -> Self {
        Self::with(said, deployments, &[])
    }

    /// The same, with documents beside those that are there.
    pub(super) fn with(
        said: &Description,
        deployments: &'w [Deployment<'w>],
        extra: &'w [Extra<'w>],
    ) -> Self {
        let mut builder = Builder::new(deployments);
        builder.describe(said);
        builder.add_stacks(&|stack| deployed(stack, said));
        for one in extra {
            builder.attach(one);
        }
        builder.finish()
    }
}

/// A document that is added to what was read.
pub(super) struct Extra<'w> {
    pub(super) place: Place,
    pub(super) root: &'w Root,
    pub(super) document: Document<'w>,
}

/// What a document is attached to, by its place in the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Principal(usize),
    Boundary(usize),
    Secret(usize),
    Key(usize),
}

/// Where a stack is deployed, where somebody says so. The last one wins.
fn deployed(stack: &Stack, said: &Description) -> Option<Deployed> {
    let path = stack.path.to_string_lossy();
    let is_meant = |one: &&Deployed| {
        let pattern = one.path.trim_end_matches('/');
        Pattern::like(pattern).matches(&Value::of(&path)) == Truth::Yes
    };
    said.templates.iter().rev().find(is_meant).cloned()
}

/// An account.
#[derive(Clone, Debug)]
pub(super) struct Account {
    pub(super) label: String,
    /// Its number, or a symbol.
    pub(super) id: Value,
    pub(super) partition: Value,
    pub(super) org: Fact,
    pub(super) org_path: Fact,
    /// Whether no policy of an organisation limits it.
    pub(super) is_management: bool,
    pub(super) scps: Option<Levels>,
    pub(super) rcps: Option<Levels>,
    /// The stack whose account it is, where that is all that is known of it.
    pub(super) stack: Option<usize>,
    pub(super) at: Option<At>,
}

impl Account {
    /// The start of ARNs in it: `arn:aws:kms:us-east-1:111122223333:`.
    fn start_of_arn(&self, service: &str, region: &Value) -> Value {
        Value::of("arn:")
            .followed_by(&self.partition)
            .then(&format!(":{service}:"))
            .followed_by(region)
            .then(":")
            .followed_by(&self.id)
            .then(":")
    }
}

/// Something that is known, or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fact {
    Is(String),
    Unknown,
}

/// Policies of an organisation for an account, root first.
#[derive(Clone, Debug, Default)]
pub(super) struct Levels {
    pub(super) levels: Vec<Set>,
    /// Whether each is one level. Else who is on which was not said.
    pub(super) is_ordered: bool,
}

/// Documents that are attached to one thing.
#[derive(Clone, Debug, Default)]
pub(super) struct Set {
    /// Their places in [`World::policies`].
    pub(super) policies: Vec<usize>,
    /// Those that were not given.
    pub(super) lacks: Vec<Lack>,
}

/// A document that was not given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lack {
    /// What is known of it: an ARN, a path, or what kind of document it is.
    pub(super) name: String,
    /// Whether it may deny. AWS's own policies do not.
    pub(super) may_deny: bool,
    pub(super) at: Option<At>,
}

impl Set {
    /// Nothing but that something is not given.
    pub(super) fn lacking(name: impl Into<String>) -> Self {
        let lack = Lack { name: name.into(), may_deny: true, at: None };
        Self { policies: Vec::new(), lacks: vec![lack] }
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.policies.extend(&other.policies);
        self.lacks.extend(other.lacks.iter().cloned());
    }
}

/// Who may read.
#[derive(Clone, Debug)]
pub(super) struct Principal {
    /// `account/name`.
    pub(super) label: String,
    pub(super) account: usize,
    pub(super) kind: PrincipalKind,
    /// Its own name, without path.
    pub(super) name: Value,
    pub(super) arn: Value,
    pub(super) session: Option<String>,
    pub(super) identity: Set,
    pub(super) boundary: Option<Set>,
    pub(super) session_policy: Option<Set>,
    pub(super) trust: Option<Set>,
    pub(super) tags: Tags,
    pub(super) unique_id: Option<String>,
    pub(super) context: Vec<(String, Vec<String>)>,
    /// Whether AWS made it for a service: no policy of the organisation limits it.
    pub(super) is_service_linked: bool,
    /// Services that use it, by what a template says: `lambda.amazonaws.com`, and where it says so.
    pub(super) used_by: Vec<(String, String, At)>,
    /// The stack that declares it.
    pub(super) stack: Option<usize>,
    pub(super) at: Option<At>,
    /// Whether other documents name it and nothing else is known.
    pub(super) is_foreign: bool,
}

/// What a principal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PrincipalKind {
    Role,
    User,
    /// Whoever an account lets.
    Account,
}

/// Tags.
#[derive(Clone, Debug, Default)]
pub(super) struct Tags {
    /// Keys in lower case, for conditions have no case there.
    pub(super) known: Vec<(String, Value)>,
    /// Whether there are no others.
    pub(super) is_complete: bool,
}

/// What is read.
#[derive(Clone, Debug)]
pub(super) struct Secret {
    /// `account/name`.
    pub(super) label: String,
    pub(super) account: usize,
    pub(super) is_parameter: bool,
    pub(super) is_replica: bool,
    pub(super) region: Value,
    pub(super) arn: Value,
    pub(super) key: KeyOf,
    /// The key that AWS manages for its account and region, as its place in [`World::managed`].
    pub(super) managed: usize,
    /// `None` where nothing says that it has one.
    pub(super) policy: Option<Set>,
    /// Of a parameter: the accounts it is shared with, where that is known.
    pub(super) shared_with: Option<Vec<usize>>,
    /// Of a parameter: whether it can be shared at all, where that is known.
    pub(super) is_advanced: Option<bool>,
    pub(super) tags: Tags,
    pub(super) stack: Option<usize>,
    pub(super) at: Option<At>,
}

/// What a secret is encrypted with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum KeyOf {
    Managed,
    /// Its place in [`World::keys`].
    Key(usize),
    /// What is said of it, if anything is.
    Unknown(String),
}

/// A customer managed key.
#[derive(Clone, Debug)]
pub(super) struct Key {
    pub(super) label: String,
    pub(super) account: usize,
    pub(super) arn: Value,
    pub(super) region: Value,
    pub(super) aliases: Vec<Value>,
    /// Whether these are all.
    pub(super) has_all_aliases: bool,
    /// `None` where it was not given.
    pub(super) policy: Option<Set>,
    pub(super) grants: Vec<Grant>,
    pub(super) is_disabled: bool,
    pub(super) tags: Tags,
    pub(super) at: Option<At>,
}

/// A grant to decrypt.
#[derive(Clone, Debug)]
pub(super) struct Grant {
    pub(super) grantee: Value,
    pub(super) may_decrypt: bool,
    /// Whether it holds for some requests only.
    pub(super) is_narrowed: bool,
    /// Whether nobody says whom it is for, or whether it is there.
    pub(super) is_open: bool,
    pub(super) at: At,
}
