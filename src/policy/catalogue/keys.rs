//! Condition keys: those of a service, those of every service, and those that identity providers bring along.

use super::{Catalogue, TABLE, find_service};
use crate::policy::text::has_hole;

/// A condition key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::policy) struct Key<'c> {
    /// As AWS writes it: `aws:ResourceTag/${TagKey}`.
    pub(in crate::policy) name: &'c str,
    pub(in crate::policy) kind: Kind,
    /// Whether a request may carry more than one value of it.
    pub(in crate::policy) has_several_values: bool,
    /// Whether every request carries it. Known of the keys of every service alone.
    pub(in crate::policy) is_always_present: bool,
}

/// What the values of a key are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::policy) enum Kind {
    String,
    Arn,
    Bool,
    Numeric,
    Date,
    IpAddress,
    Binary,
}

impl Key<'_> {
    /// Whether a key of a policy is this one.
    pub(in crate::policy) fn is_written(&self, written: &str) -> bool {
        is_written(self.name, written)
    }
}

/// What AWS writes in the place of a name in a key: an opening and a closing.
const OPEN: &[(&str, &str)] = &[("${", "}"), ("<", ">"), ("tag-key", "")];

/// Whether a key of a policy is one of the catalogue. Keys have no case, and what AWS writes as `${TagKey}` may be anything.
pub(super) fn is_written(name: &str, written: &str) -> bool {
    if name.eq_ignore_ascii_case(written) {
        return true;
    }
    let may_be_open = name.bytes().any(|byte| b"$<".contains(&byte)) || name.ends_with("tag-key");
    if !may_be_open {
        return false;
    }
    let opening = OPEN.iter().find_map(|(open, close)| {
        let (head, rest) = name.split_once(open)?;
        Some((head, rest.split_once(close)?.1))
    });
    let Some((head, tail)) = opening else { return false };
    let tail_at = written.len().saturating_sub(tail.len());
    let is =
        |part: Option<&str>, own: &str| part.is_some_and(|part| part.eq_ignore_ascii_case(own));
    tail_at > head.len() && is(written.get(..head.len()), head) && is(written.get(tail_at..), tail)
}

/// Keys that requests to other services than their own carry too.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>
const ACROSS_SERVICES: &[(&str, Kind)] = &[
    ("codebuild:buildArn", Kind::Arn),
    ("codebuild:projectArn", Kind::Arn),
    ("ec2:RoleDelivery", Kind::Numeric),
    ("ec2:SourceInstanceArn", Kind::Arn),
    ("glue:CredentialIssuingService", Kind::String),
    ("glue:RoleAssumedBy", Kind::String),
    ("identitystore:UserId", Kind::String),
    ("lambda:SourceFunctionArn", Kind::Arn),
    ("ssm:SourceInstanceArn", Kind::Arn),
    ("sts:SourceIdentity", Kind::String),
];

/// Prefixes of keys that come with the credentials, whatever they are used for: those of SAML and of identity pools.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html>
const OF_CREDENTIALS: &[&str] = &["saml:", "cognito-identity-auth:", "cognito-identity-unauth:"];

/// Whether a key comes with the credentials, whatever they are used for: as one of those prefixes, or as an identity
/// provider brings it along, which is the name of a host, a colon, and a claim.
pub(in crate::policy) fn is_of_credentials(written: &str) -> bool {
    let starts = |prefix: &&str| -> bool {
        written.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    let of_provider =
        written.rsplit_once(':').filter(|(host, claim)| host.contains('.') && !claim.is_empty());
    of_provider.is_some() || OF_CREDENTIALS.iter().any(starts)
}

/// A key of every service, as a policy writes it.
pub(in crate::policy) fn global_key(written: &str) -> Option<Key<'static>> {
    TABLE.global_keys().find(|key| key.is_written(written))
}

/// The keys of every service.
pub(in crate::policy) fn global_keys() -> impl Iterator<Item = Key<'static>> {
    TABLE.global_keys()
}

/// A key that any request may carry although it is named after one service, as a policy writes it.
pub(in crate::policy) fn key_across_services(written: &str) -> Option<Key<'static>> {
    let found = ACROSS_SERVICES.iter().find(|(name, _)| name.eq_ignore_ascii_case(written));
    found.map(|(name, kind)| Key {
        name,
        kind: *kind,
        has_several_values: false,
        is_always_present: false,
    })
}

/// The keys that a service lists, its own and those of others.
pub(in crate::policy) fn keys_of(service: &str) -> impl Iterator<Item = Key<'static>> {
    let found = find_service(service);
    found.into_iter().flat_map(|service| service.keys).filter_map(|row| TABLE.service_key(row))
}

/// Any known key, as a policy writes it.
pub(in crate::policy) fn key(written: &str) -> Option<Key<'static>> {
    let prefix = written.split_once(':')?.0;
    if prefix.eq_ignore_ascii_case("aws") {
        return global_key(written);
    }
    let own = keys_of(prefix).find(|key| key.is_written(written));
    own.or_else(|| key_across_services(written)).or_else(|| {
        // A key of this name that only other services list.
        let rows = TABLE.services().flat_map(|service| service.keys);
        rows.filter_map(|row| TABLE.service_key(row)).find(|key| key.is_written(written))
    })
}

impl Catalogue {
    /// Whether any action of the service that a key is named after supports it. A key that is in the service's list and in
    /// that of no action says that the lists of the actions are incomplete.
    pub(in crate::policy) fn has_action_with(&self, written: &str) -> bool {
        let prefix = written.split_once(':').map_or("", |(prefix, _)| prefix);
        self.actions_of(prefix).any(|action| action.supports(written) == Some(true))
    }

    /// Whether a key is known, or is none that could be: it comes with the credentials, or from a template.
    pub(in crate::policy) fn knows_key(&self, written: &str) -> bool {
        has_hole(written)
            || written.starts_with('$')
            || is_of_credentials(written)
            || key(written).is_some()
            || self.added_keys().any(|key| is_written(key, written))
    }
}
