//! What of a stack is there in every case, and what a template may leave out or put elsewhere.

use super::Taken;
use crate::policy::access::world::Set;
use crate::policy::access::world::build::Builder;
use crate::policy::arn::{Arn, is_account};
use crate::policy::document::Root;
use crate::policy::link::{Resource, Type};
use crate::policy::text::{HOLE, has_hole, hole, leading_hole};
use crate::policy::tree::{Node, Value as Tree};

/// What others say of a resource that is one of several: which one they mean is not known.
const ONE_OF_SEVERAL: &str = "one of several";

impl<'w> Taken<'w> {
    /// Whether a value of a resource is there in every case.
    pub(super) fn is_certain(&self, owner: &Resource, node: &Node) -> bool {
        !matches!(node.value, Tree::Call(..)) && !self.stack().doubts.covers(owner.file, &node.span)
    }

    /// Whether a value refers to a resource in every case, and `owner`, whose value it is, is there whenever that one is.
    pub(super) fn is_bound(&self, owner: &Resource, node: &Node, to: &Resource) -> bool {
        self.is_certain(owner, node)
            && to.is_plainly(node)
            && owner.is_there_with(to)
            && (!to.is_repeated || owner.is_repeated)
    }

    /// The resource of a type to which a value refers in every case.
    pub(super) fn plain(&self, kind: Type, owner: &Resource, node: &Node) -> Option<&'w Resource> {
        let is_it = |resource: &&Resource| resource.is_plainly(node);
        self.stack().of_type(kind).find(is_it).filter(|_| self.is_certain(owner, node))
    }

    /// Whether a document is the one of a resource in every case.
    pub(super) fn has_for_certain(&self, owner: &Resource, root: &Root) -> bool {
        !self.stack().doubts.covers(root.file, &root.node.span)
            && !is_chosen(&owner.properties, root, false)
    }

    /// Whether a document that others give to a role, user or group is given to it in every case.
    pub(super) fn is_given(&self, owner: &Resource, root: &Root) -> bool {
        if root.attached.contains(&owner.name) {
            return self.has_for_certain(owner, root);
        }
        let givers = root.attached.iter().filter_map(|name| self.by_name.get(name.as_str()));
        givers.copied().any(|giver| {
            self.has_for_certain(giver, root)
                && (self.names_plainly(giver, owner)
                    || self.is_attached(owner, &|node| giver.is_plainly(node)))
        })
    }

    /// Whether a managed policy that is named there is attached in every case.
    pub(super) fn is_named_for_certain(
        &self,
        owner: &Resource,
        node: &std::ops::Range<usize>,
    ) -> bool {
        self.is_attached(owner, &|other| other.span == *node)
    }

    /// Whether a role, user or group has a managed policy in every case: one of its own list, or one that is attached.
    fn is_attached(&self, owner: &Resource, is_meant: &dyn Fn(&Node) -> bool) -> bool {
        let lists = ["ManagedPolicyArns", "Policies"];
        let own = lists.iter().filter_map(|name| owner.property(name));
        let is_own = own.filter(|list| self.is_certain(owner, list)).flat_map(Node::items);
        let mut is_own = is_own.filter(|item| self.is_certain(owner, item));
        is_own.any(is_meant)
            || self.stack().of_type(Type::PolicyAttachment).any(|attachment| {
                let policy = attachment.property("PolicyArn");
                policy.is_some_and(|node| self.is_certain(attachment, node) && is_meant(node))
                    && self.names_plainly(attachment, owner)
            })
    }

    /// Whether a policy or an attachment names a role, user or group in every case.
    fn names_plainly(&self, giver: &Resource, owner: &Resource) -> bool {
        let names = [
            "Roles",
            "RoleName",
            "Role",
            "Users",
            "UserName",
            "User",
            "Groups",
            "GroupName",
            "Group",
        ];
        let properties = names.iter().filter_map(|name| giver.property(name));
        let lists = properties.filter(|list| self.is_certain(giver, list));
        lists.flat_map(Node::items).any(|node| self.is_bound(giver, node, owner))
    }

    /// Whether a resource is given to another module or stack, which may do with it what is not seen here.
    pub(super) fn is_given_away(&self, resource: &Resource) -> bool {
        if self.stack().is_put_out(resource) {
            return true;
        }
        let inner = ["AWS::CloudFormation::Stack", "AWS::Serverless::Application"];
        let nested =
            self.stack().resources.iter().filter(|other| inner.contains(&other.kind.as_str()));
        let mut given = nested.filter_map(|stack| stack.property("Parameters"));
        given.any(|parameters| resource.is_referred_to_by(parameters))
    }

    /// A text that a resource has of its own, with holes that nobody else's are where it is one of several, or its name is
    /// not certain.
    pub(super) fn own_text(&self, resource: &Resource, text: &str) -> String {
        let mut text = text.to_owned();
        let named = ["Name", "RoleName", "UserName", "Path", "AliasName"];
        let is_doubtful = |node: &&Node| !self.is_certain(resource, node);
        let doubtful = named.iter().filter_map(|name| resource.property(name)).find(is_doubtful);
        if let Some(name) = doubtful.and_then(Node::string).filter(|name| name.len() > 1) {
            text = text.replace(name, &hole(&format!("name of {}", resource.name)));
        }
        if !resource.is_repeated || !has_hole(&text) {
            return text;
        }
        let (mut out, mut rest) = (String::with_capacity(text.len()), text.as_str());
        while let Some(at) = rest.find(HOLE[0]) {
            let (before, from) = rest.split_at(at);
            out += before;
            let Some((name, after)) = leading_hole(from) else { break };
            rest = after;
            if name.starts_with("AWS::") || name == crate::policy::link::SUFFIX {
                out += &hole(name);
            } else {
                out += &hole(&format!("{name}, {ONE_OF_SEVERAL}"));
            }
        }
        out + rest
    }
}

impl<'w> Builder<'w> {
    /// The account that a resource is in: that of its stack, unless its ARN says otherwise.
    pub(super) fn account_in(&mut self, taken: &Taken<'w>, resource: &Resource) -> usize {
        let Some(arn) = resource.arn.as_deref().and_then(Arn::parse) else { return taken.account };
        if is_account(arn.account) {
            let own = self.world.accounts.get(taken.account).and_then(|own| own.id.text());
            return if own.as_deref() == Some(arn.account) || own.is_some() {
                taken.account
            } else {
                self.account(arn.account)
            };
        }
        let Some((name, "")) = leading_hole(arn.account) else { return taken.account };
        let Some(provider) = name.strip_prefix("AWS::AccountId of ") else { return taken.account };
        let stack = self.world.accounts.get(taken.account).map_or("", |own| own.label.as_str());
        let label = format!("{stack} ({provider})");
        if let Some(known) = self.known_account(&label) {
            return known;
        }
        let id = self.value(taken.scope, arn.account);
        let account = self.add_account(&label, id);
        let partition = self.world.accounts.get(taken.account).map(|own| own.partition.clone());
        if let Some((own, partition)) = self.world.accounts.get_mut(account).zip(partition) {
            (own.partition, own.stack) = (partition, Some(taken.number));
        }
        account
    }

    /// The documents of a set, of which none is certain.
    pub(super) fn doubted(&mut self, set: &Set) -> Set {
        let policies = set.policies.iter().filter_map(|number| self.doubtful(*number)).collect();
        Set { policies, lacks: set.lacks.clone() }
    }
}

/// Whether a function of a template decides whether a document is taken.
fn is_chosen(node: &Node, root: &Root, is_inside: bool) -> bool {
    let inner = |node: &Node, is_inside| is_chosen(node, root, is_inside);
    match &node.value {
        Tree::Map(entries) => entries.iter().any(|entry| inner(&entry.value, is_inside)),
        Tree::List(items) => items.iter().any(|item| inner(item, is_inside)),
        Tree::Call(name, items) => {
            // A file is that file.
            let is_inside = is_inside || !["file", "templatefile"].contains(&name.as_str());
            let span = &root.node.span;
            is_inside
                && node.span.start <= span.start
                && span.end <= node.span.end
                && !span.is_empty()
                || items.iter().any(|item| inner(item, is_inside))
        }
        Tree::Hole(name) => {
            is_inside && root.name.as_deref().is_some_and(|own| name.starts_with(own))
        }
        _ => false,
    }
}
