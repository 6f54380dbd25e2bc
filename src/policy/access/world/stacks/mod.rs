//! A world of what templates declare: the roles and users of a stack, its secrets and keys, and whom their policies name.

mod certain;
mod keys;
mod principals;

use std::collections::HashMap;

use super::build::Builder;
use super::{Set, Tags, partition_of};
use crate::policy::access::description::{At, Deployed};
use crate::policy::access::matching::Value;
use crate::policy::arn::Arn;
use crate::policy::checks::Deployment;
use crate::policy::checks::roles::Found;
use crate::policy::document::Kind;
use crate::policy::document::Statement;
use crate::policy::link::{Resource, Stack, Type};
use crate::policy::text::{has_hole, hole};
use crate::policy::tree::Node;

/// With more resources than any template can have nothing is worked out: policies of each role are looked for among all.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>
const MOST_RESOURCES: usize = 2000;

/// A stack while it is taken in.
struct Taken<'w> {
    deployment: &'w Deployment<'w>,
    /// Its place among the deployments, and its scope.
    number: usize,
    scope: usize,
    account: usize,
    /// The keys by the name of their resource.
    keys: HashMap<&'w str, usize>,
    by_name: HashMap<&'w str, &'w Resource>,
}

impl<'w> Taken<'w> {
    fn stack(&self) -> &'w Stack {
        self.deployment.stack
    }

    fn at(resource: &Resource) -> At {
        At { file: resource.file, span: resource.name_span.clone() }
    }
}

impl<'w> Builder<'w> {
    /// Adds what stacks declare. `where_deployed` says in which account and region.
    pub(super) fn add_stacks(&mut self, where_deployed: &dyn Fn(&Stack) -> Option<Deployed>) {
        let mut all = Vec::new();
        for (number, deployment) in self.deployments.iter().enumerate() {
            let stack = deployment.stack;
            let kinds = [Type::Secret, Type::Parameter, Type::Key, Type::Role, Type::User];
            let has_some = kinds.iter().any(|kind| stack.of_type(*kind).next().is_some())
                || stack.of_type(Type::Function).next().is_some();
            if !has_some {
                continue;
            }
            if stack.resources.len() > MOST_RESOURCES || !stack.has_few_roles() {
                self.assume(
                    format!("{} declares so much that it is left out", stack.path.display()),
                    None,
                );
                continue;
            }
            for resource in &stack.resources {
                self.symbols.is_made_up(number + 1, &resource.name);
            }
            let account = self.account_of(number, where_deployed(stack));
            all.push(Taken {
                deployment,
                number,
                scope: number + 1,
                account,
                keys: HashMap::new(),
                by_name: stack.resources.iter().map(|one| (one.name.as_str(), one)).collect(),
            });
        }
        for taken in &mut all {
            self.take_keys(taken);
        }
        for taken in &all {
            self.take_secrets(taken);
            self.take_principals(taken);
        }
        for taken in &all {
            self.take_grants(taken);
            self.take_foreign(taken);
        }
    }

    /// The account that a stack is deployed to, with what is known of its holes.
    fn account_of(&mut self, number: usize, deployed: Option<Deployed>) -> usize {
        let Some(deployment) = self.deployments.get(number) else { return 0 };
        let stack = deployment.stack;
        let (seen_account, seen_region) = seen_in(stack);
        let region = deployed.as_ref().and_then(|deployed| deployed.region.clone());
        let region = region.or_else(|| stack.region().map(ToOwned::to_owned)).or(seen_region);
        let partition =
            region.as_deref().map_or_else(|| written_partition(deployment), partition_of);
        let known = self.scopes.get_mut(number + 1).map(|scope| &mut scope.known);
        if let Some(known) = known {
            known.insert("AWS::Partition".into(), partition.into());
            known.extend(region.map(|region| ("AWS::Region".to_owned(), region)));
            let asked = deployment.stack.asked_partition.clone();
            known.extend(asked.map(|name| (format!("{name}.partition"), partition.to_owned())));
        }
        if let Some(deployed) = deployed {
            let account = self.account(&deployed.account);
            let id = self.world.accounts.get(account).and_then(|account| account.id.text());
            if let Some((scope, id)) = self.scopes.get_mut(number + 1).zip(id) {
                scope.known.insert("AWS::AccountId".into(), id);
            }
            return account;
        }
        if let Some(seen) = seen_account {
            if let Some(scope) = self.scopes.get_mut(number + 1) {
                scope.known.insert("AWS::AccountId".into(), seen.clone());
            }
            return self.account(&seen);
        }
        let id = self.value(number + 1, &hole("AWS::AccountId"));
        let label = match deployment.stack.path.to_string_lossy() {
            path if path.is_empty() => ".".to_owned(),
            path => path.into_owned(),
        };
        let account = self.add_account(&label, id);
        if let Some(own) = self.world.accounts.get_mut(account) {
            own.partition = Value::of(partition);
            own.stack = Some(number);
        }
        account
    }

    /// A text of a stack as a value, where there is one.
    fn text(&mut self, taken: &Taken, text: Option<&str>) -> Value {
        match text {
            Some(text) => self.value(taken.scope, text),
            None => self.unknown(),
        }
    }

    fn region_of(&mut self, taken: &Taken, arn: Option<&str>) -> Value {
        let region = arn.and_then(Arn::parse).map(|arn| arn.region.to_owned());
        self.text(taken, region.as_deref())
    }

    fn label(&self, taken: &Taken, account: usize, resource: &Resource) -> String {
        let account = self.world.accounts.get(account);
        let account = account.map_or("", |account| account.label.as_str());
        let is_named = |name: &&str| {
            !has_hole(name) && taken.own_text(resource, name) == **name && !name.contains("{{")
        };
        let name = resource.own_name.as_deref().filter(is_named);
        let name = name.map_or_else(|| called(&resource.name), ToOwned::to_owned);
        format!("{account}/{}", name.trim_start_matches('/'))
    }

    /// The documents that belong to a resource and have principals.
    fn documents_of(&mut self, taken: &Taken<'w>, resource: &'w Resource, what: &str) -> Set {
        let found: Vec<Found<'w>> = taken
            .deployment
            .documents_of(resource)
            .filter(|(_, document)| document.kind != Kind::Identity || !resource.is(Type::Role))
            .collect();
        if found.is_empty() {
            return Set::lacking(what);
        }
        let mut set = Set::default();
        for (root, document) in found {
            let number = self.document(root, document, taken.scope);
            if taken.has_for_certain(resource, root) {
                set.policies.push(number);
            } else {
                set.policies.extend(self.doubtful(number));
                set.add(&Set::lacking(what));
            }
        }
        set
    }

    /// The tags that are written out. A stack and a provider may add others.
    fn tags(&mut self, taken: &Taken<'w>, resource: &Resource) -> Tags {
        let mut known = Vec::new();
        let Some(node) = resource.property("Tags") else { return Tags::default() };
        let text = |node: Option<&Node>| node.and_then(Node::scalar).map(ToOwned::to_owned);
        for item in node.items() {
            let pairs: Vec<(Option<String>, Option<String>)> =
                match (item.get("Key"), item.get("Value")) {
                    (Some(key), value) => vec![(text(Some(key)), text(value))],
                    _ => item
                        .entries()
                        .iter()
                        .map(|entry| (Some(entry.key.clone()), text(Some(&entry.value))))
                        .collect(),
                };
            for (key, value) in pairs {
                if let Some((key, value)) = key.zip(value).filter(|(key, _)| !has_hole(key)) {
                    known.push((key.to_ascii_lowercase(), self.value(taken.scope, &value)));
                }
            }
        }
        Tags { known, is_complete: false }
    }
}

/// What a template calls a resource; of one in a module that is called as a plan writes it.
fn called(name: &str) -> String {
    match name.split_once('.') {
        Some((kind, name)) if name.contains('/') && !name.contains('.') => {
            let mut parts: Vec<&str> = name.split('/').collect();
            let own = parts.pop().unwrap_or_default();
            let modules = parts.iter().flat_map(|part| ["module.", part, "."]);
            modules.collect::<String>() + kind + "." + own
        }
        _ => name.to_owned(),
    }
}

/// The account and the region that a plan or a state names.
fn seen_in(stack: &Stack) -> (Option<String>, Option<String>) {
    let arns = stack.resources.iter().filter(|_| stack.is_plan);
    let arns: Vec<Arn> = arns.filter_map(|own| Arn::parse(own.arn.as_deref()?)).collect();
    let known = |field: Option<&str>| field.map(ToOwned::to_owned);
    let account = known(arns.iter().find_map(Arn::account_id));
    let mut regions: Vec<&str> = arns.iter().filter_map(Arn::region_name).collect();
    regions.dedup();
    (account, known(regions.first().copied().filter(|_| regions.len() == 1)))
}

/// The partition that the texts of a stack name.
fn written_partition(deployment: &Deployment) -> &'static str {
    let statements = deployment.documents.iter().flat_map(|(_, document)| &document.statements);
    let mut arns =
        statements.flat_map(Statement::resources).filter_map(|text| Arn::parse(text.value));
    let known = arns.find_map(|arn| {
        let all = crate::policy::arn::PARTITIONS.iter();
        all.map(|(name, _)| *name).find(|name| *name == arn.partition)
    });
    known.unwrap_or("aws")
}
