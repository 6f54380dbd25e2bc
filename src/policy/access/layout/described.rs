//! What the AWS CLI prints of secrets, parameters and keys, where it lies beside their policies.

use super::super::authorization::{list, tags, text};
use super::super::description::{Key, KeyName, Secret};
use super::super::manifest::is_managed;
use crate::policy::arn::Arn;
use crate::policy::tree::{Node, Value};

/// Keys that `describe-secret` prints and `get-resource-policy` does not.
const OF_DESCRIPTION: &[&str] = &[
    "CreatedDate",
    "KmsKeyId",
    "LastChangedDate",
    "ReplicationStatus",
    "Tags",
    "VersionIdsToStages",
];

/// What a file beside a policy says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// Nothing that is known here: it is a policy itself, or holds one.
    Policy,
    /// That there is no policy.
    NoPolicy,
    /// Something else.
    Other,
}

/// Takes what a file says of a secret or a parameter.
pub(super) fn secret(root: &Node, secret: &mut Secret) -> Said {
    if secret.is_parameter {
        return parameter(root, secret);
    }
    let arn = text(root, "ARN").and_then(|arn| Some((arn, Arn::parse(arn)?)));
    let Some((arn, of)) = arn.filter(|(_, arn)| arn.secret().is_some()) else {
        return Said::Policy;
    };
    secret.arn = Some(arn.to_owned());
    secret.region = of.region_name().map(Into::into);
    if let Some(name) = text(root, "Name") {
        name.clone_into(&mut secret.name);
    }
    if root.get("ResourcePolicy").is_some() {
        return Said::Policy;
    }
    if !OF_DESCRIPTION.iter().any(|key| root.get(key).is_some()) {
        return Said::NoPolicy;
    }
    secret.key = key_name(root);
    secret.replicas = list(root, "ReplicationStatus")
        .filter_map(|replica| Some((text(replica, "Region")?.to_owned(), key_name(replica))))
        .collect();
    secret.tags = tags(root, "Tags", ["Key", "Value"]);
    secret.has_all_tags = true;
    Said::Other
}

/// `describe-parameters`, which may print others as well.
fn parameter(root: &Node, secret: &mut Secret) -> Said {
    let Some(all) = root.get("Parameters") else { return Said::Policy };
    let bare = |name: &str| name.trim_start_matches('/').to_owned();
    let is_it = |item: &&Node| text(item, "Name").map(bare) == Some(bare(&secret.name));
    if let Some(item) = all.items().iter().find(is_it) {
        if let Some(name) = text(item, "Name") {
            name.clone_into(&mut secret.name);
        }
        if let Some(arn) = text(item, "ARN") {
            secret.arn = Some(arn.to_owned());
            let region = Arn::parse(arn).and_then(|arn| arn.region_name());
            secret.region = region.map(Into::into);
        }
        if item.get("KeyId").is_some() {
            secret.key = named_key(item, "KeyId");
        }
        secret.is_advanced = match text(item, "Tier") {
            Some("Advanced") => Some(true),
            Some("Standard") => Some(false),
            _ => None,
        };
    }
    Said::Other
}

/// Takes what a file says of a key: `describe-key`, `list-resource-tags`, `list-aliases`. Aliases come with the key they are
/// of.
pub(super) fn key(root: &Node, key: &mut Key, aliases: &mut Vec<(String, String)>) -> Said {
    if let Some(metadata) = root.get("KeyMetadata") {
        if let Some(arn) = text(metadata, "Arn") {
            key.arn = Some(arn.to_owned());
            key.region = Arn::parse(arn).and_then(|arn| arn.region_name()).map(Into::into);
        }
        let is_off = |node: &Node| node.value == Value::Bool(false);
        key.is_disabled = metadata.get("Enabled").is_some_and(is_off);
        return Said::Other;
    }
    if root.get("Aliases").is_some() {
        let pair = |alias: &Node| {
            Some((text(alias, "AliasName")?.to_owned(), text(alias, "TargetKeyId")?.to_owned()))
        };
        aliases.extend(list(root, "Aliases").filter_map(pair));
        return Said::Other;
    }
    if root.get("Tags").is_some() {
        key.tags = tags(root, "Tags", ["TagKey", "TagValue"]);
        key.has_all_tags = true;
        return Said::Other;
    }
    Said::Policy
}

/// The aliases of a key among those that were listed: all of them where the key id is not known and they are of one key.
pub(super) fn own_aliases(key: &Key, listed: &[(String, String)]) -> Vec<String> {
    let of_arn = key.arn.as_deref().and_then(Arn::parse);
    let id = of_arn.and_then(|arn| arn.resource.strip_prefix("key/")).unwrap_or(&key.id);
    let is_of_one = listed.windows(2).all(|pair| matches!(pair, [a, b] if a.1 == b.1));
    let is_known = key.arn.is_some() || listed.iter().any(|(_, target)| target == id);
    let is_own = |(_, target): &&(String, String)| if is_known { target == id } else { is_of_one };
    listed.iter().filter(is_own).map(|(alias, _)| alias.clone()).collect()
}

fn key_name(node: &Node) -> KeyName {
    named_key(node, "KmsKeyId")
}

fn named_key(node: &Node, key: &str) -> KeyName {
    match text(node, key) {
        Some(key) if !is_managed(key) => KeyName::Is(key.to_owned()),
        _ => KeyName::Managed,
    }
}
