//! Values of a manifest that may stand alone or in a list, each with its place.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, de};
use toml::Spanned;

/// A value, or a list of values.
#[derive(Clone, Debug)]
pub(super) enum Given {
    Text(String),
    /// A number or a boolean, as condition keys have it.
    Other(String),
    List(Vec<Spanned<Given>>),
}

impl<'de> Deserialize<'de> for Given {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(GivenVisitor)
    }
}

struct GivenVisitor;

impl<'de> Visitor<'de> for GivenVisitor {
    type Value = Given;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a text or a list")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Given, E> {
        Ok(Given::Text(text.into()))
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Given, E> {
        Ok(Given::Other(value.to_string()))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Given, E> {
        Ok(Given::Other(value.to_string()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Given, E> {
        Ok(Given::Other(value.to_string()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Given, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Given::List(items))
    }
}

/// A replica: its region alone, or with its key.
#[derive(Clone, Debug)]
pub(super) struct ReplicaText {
    /// `None` where the item itself is the region.
    region: Option<Spanned<String>>,
    text: String,
    pub(super) kms: Option<Spanned<String>>,
}

impl ReplicaText {
    /// The region, where it stands.
    pub(super) fn region(item: &Spanned<Self>) -> Spanned<String> {
        let of = item.get_ref();
        of.region.clone().unwrap_or_else(|| Spanned::new(item.span(), of.text.clone()))
    }
}

/// A replica with its key.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReplicaTable {
    region: Spanned<String>,
    kms: Option<Spanned<String>>,
}

impl<'de> Deserialize<'de> for ReplicaText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ReplicaVisitor)
    }
}

struct ReplicaVisitor;

impl<'de> Visitor<'de> for ReplicaVisitor {
    type Value = ReplicaText;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a region, or a table of `region` and `kms`")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<ReplicaText, E> {
        Ok(ReplicaText { region: None, text: text.into(), kms: None })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ReplicaText, A::Error> {
        let ReplicaTable { region, kms } =
            ReplicaTable::deserialize(MapAccessDeserializer::new(map))?;
        Ok(ReplicaText { region: Some(region), text: String::new(), kms })
    }
}
