//! Types of resource, and the set of all ARNs of one.

use crate::policy::glob::{Class, Glob};

/// A type of resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::policy) struct ResourceType<'c> {
    pub(in crate::policy) name: &'c str,
    /// Its ARNs after `arn:partition:`, with `${Name}` for what differs between resources.
    pub(in crate::policy) arn: &'c str,
    /// Whether the action takes no request without one.
    pub(in crate::policy) is_required: bool,
}

impl<'c> ResourceType<'c> {
    /// The service that its ARNs name.
    pub(in crate::policy) fn service(&self) -> &'c str {
        self.field(0)
    }

    /// The region that its ARNs name: nothing where they name none.
    pub(in crate::policy) fn region(&self) -> &'c str {
        self.field(1)
    }

    /// The account that its ARNs name: nothing where they name none.
    pub(in crate::policy) fn account(&self) -> &'c str {
        self.field(2)
    }

    /// What its ARNs have after the account.
    pub(in crate::policy) fn resource(&self) -> &'c str {
        self.arn.splitn(4, ':').nth(3).unwrap_or_default()
    }

    /// Whether a text as a policy writes it may be what its ARNs have after the account: a quick look at how both begin.
    pub(in crate::policy) fn may_have(&self, resource: &str) -> bool {
        let own = self.resource().split(['$', '*']).next().unwrap_or_default();
        let written = resource.split(['*', '?', '$', '\u{fdd0}']).next().unwrap_or_default();
        own.starts_with(written) || written.starts_with(own)
    }

    fn field(&self, index: usize) -> &'c str {
        self.arn.splitn(4, ':').nth(index).unwrap_or_default()
    }

    /// The pattern of its ARNs, for reading.
    pub(in crate::policy) fn shown(&self) -> String {
        format!("arn:${{Partition}}:{}", self.arn)
    }

    /// Every ARN of the type, and with the names of some also others: a name may hold any character.
    pub(in crate::policy) fn arns(&self) -> Glob {
        let mut rest = self.arn;
        let mut field = 2;
        let mut glob = Glob::literal("arn:").any_number(Class::NOT_COLON).then(":");
        loop {
            let inner = if field < 5 { Class::NOT_COLON } else { Class::ANY };
            if let Some((_, after)) = rest.strip_prefix("${").and_then(|name| name.split_once('}'))
            {
                rest = after;
                glob = glob.any_number(inner);
                continue;
            }
            let mut characters = rest.chars();
            let Some(character) = characters.next() else { break };
            rest = characters.as_str();
            field += usize::from(character == ':');
            glob = match character {
                '*' => glob.any_number(inner),
                _ => glob.once(Class::Char(character)),
            };
        }
        glob
    }
}
