//! Whether somebody meant a path: whether a document is about this principal and this secret, and not about all.

use crate::policy::access::evaluate::{Evaluated, Said};
use crate::policy::access::statement::Item;
use crate::policy::access::truth::Truth;
use crate::policy::access::world::{Secret, World};
use crate::policy::arn::Arn;
use crate::policy::text::{is_hole, is_pattern};
use crate::policy::tree::Node;

impl World<'_> {
    /// Whether a policy of the principal names the secret, or a policy of the secret names the principal.
    pub(in crate::policy::access) fn is_meant(&self, path: &Evaluated) -> bool {
        self.asks(&path.read) || self.is_asked(&path.read)
    }

    /// Whether a policy of the principal is about the secret in particular, as it is or nearly.
    pub(in crate::policy::access) fn asks(&self, said: &Said) -> bool {
        let context = &said.context;
        let mut statements =
            self.policies_of(&context.principal.identity).flat_map(|policy| &policy.statements);
        statements.any(|statement| {
            let texts = statement.node.get("Resource").map_or(&[][..], Node::items);
            let names = |text: &str| is_particular(text, context.action.service());
            let covers = || {
                statement.action(context.action) != Truth::No
                    && statement.listed_resources().iter().zip(texts).any(|(item, node)| {
                        item.matches(context) != Truth::No && node.string().is_some_and(names)
                    })
            };
            let is_near = |text: &str| {
                context.secret.may_be_named(text) && names(text) && self.is_nearly(text, context)
            };
            statement.may_allow()
                && (covers() || texts.iter().filter_map(Node::string).any(is_near))
        })
    }

    /// Whether the policy of the secret names the principal, not only its account.
    pub(in crate::policy::access) fn is_asked(&self, said: &Said) -> bool {
        let context = &said.context;
        let Some(set) = &context.secret.policy else { return false };
        let mut statements = self.policies_of(set).flat_map(|policy| &policy.statements);
        statements.any(|statement| {
            let named = || {
                let named = statement.names(context);
                let is_listed = statement.listed_principals().iter().any(Item::is_identity);
                is_listed && named.directly.or(named.as_role) != Truth::No
            };
            statement.may_allow() && statement.action(context.action) != Truth::No && named()
        })
    }
}

impl Secret {
    /// Whether a text has the secret's name in it, where that is known: a glance that spares most of the work.
    fn may_be_named(&self, text: &str) -> bool {
        let name = self.label.split_once('/').map_or("", |(_, name)| name);
        let name = name.rsplit_once('@').filter(|_| self.is_replica).map_or(name, |(name, _)| name);
        self.stack.is_some() || text.contains(name)
    }
}

/// Whether a resource as written is some of a service, and not all.
fn is_particular(text: &str, service: &str) -> bool {
    if is_hole(text) {
        return true;
    }
    let Some(arn) = Arn::parse(text) else { return false };
    let name = arn.resource.trim_start_matches("secret:").trim_start_matches("parameter");
    let is_free = name.trim_matches('/').chars().all(|character| "*?-".contains(character));
    arn.service == service && !is_free && (!is_pattern(name) || name.len() > 1)
}
