//! Templates: what CloudFormation and Terraform declare round the policies, and how they write them.

mod consumers;
mod form;
mod keys;
mod secrets;
mod values;

use std::ops::Range;

use super::roles::is_open;
use super::{ANY, Check};
use crate::policy::link::Resource;
use crate::policy::tree::{Node, Value};

pub(super) use consumers::{CHECKS as CONSUMERS, invoked_by_anybody};
pub(super) use form::CHECKS as FORM;
pub(super) use keys::{CHECKS as KEYS, bypassed_safety_check};
pub(super) use secrets::{CHECKS as SECRETS, recovery_window};

/// What is true of a check of resources, unless its row says otherwise.
const ROW: Check = Check { kinds: ANY, ..Check::ROW };

/// Where a property is shown; without one the name of the resource.
fn place(resource: &Resource, property: &str) -> Range<usize> {
    let entry = resource.property_entry(property);
    entry.map_or_else(|| resource.name_span.clone(), |entry| entry.key_span.clone())
}

/// Something in a property, by its name in CloudFormation.
fn inner<'a>(resource: &Resource, node: &'a Node, name: &str) -> Option<&'a Node> {
    let key = resource.own_key(name);
    node.items().iter().find_map(|body| body.get(&key))
}

/// Whether a property is there and says no.
fn is_true(node: Option<&Node>) -> bool {
    node.and_then(Node::scalar).is_some_and(|text| text.eq_ignore_ascii_case("true"))
}

/// Whether a property is left out, or is nothing.
fn is_absent(node: Option<&Node>) -> bool {
    node.is_none_or(|node| node.value == Value::Null)
}

/// A whole number.
fn number(node: &Node) -> Option<i64> {
    node.scalar()?.trim().parse().ok()
}

/// Terraform leaves a value as it is that is set once and then ignored: what stands in the file is not it any more.
fn is_set_later(resource: &Resource) -> bool {
    let lifecycle = resource.properties.get("lifecycle").map_or(&[][..], Node::items);
    let ignored = lifecycle.iter().find_map(|body| body.get("ignore_changes"));
    ignored.is_some_and(|node| {
        node.items().iter().any(|item| {
            let name = match &item.value {
                Value::String(name) | Value::Hole(name) => name.as_str(),
                _ => return true,
            };
            ["all", "value", "secret_string"].iter().any(|known| name.contains(known))
        })
    })
}
