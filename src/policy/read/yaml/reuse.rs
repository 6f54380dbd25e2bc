//! What is written once and stands in several places: anchors with their aliases, and merges.

use std::collections::BTreeSet;
use std::ops::Range;

use granit_parser::Event;

use crate::policy::tree::{Entry, Node, Value};

/// The most values that aliases and merges may stand for in one text; long strings count as several.
pub(super) const MAX_EXPANDED: usize = 200_000;

/// How many bytes of a string count as one value where an alias repeats it.
const BYTES_PER_VALUE: usize = 16;

/// How many values an event counts as.
pub(super) fn weight(event: &Event<'_>) -> usize {
    match event {
        Event::Scalar(text, ..) => 1 + text.len() / BYTES_PER_VALUE,
        _ => 1,
    }
}

/// Entries with those of `<<` among them, where the map itself does not have the key. Counts what was looked at.
/// <https://yaml.org/type/merge.html>
pub(super) fn merged(entries: Vec<Entry>, expanded: &mut usize) -> Vec<Entry> {
    if !entries.iter().any(|entry| entry.key == "<<") {
        return entries;
    }
    let mut present: BTreeSet<String> = entries.iter().map(|entry| entry.key.clone()).collect();
    let mut out = Vec::with_capacity(entries.len());
    for entry in entries {
        let is_merge = entry.key == "<<" && entry.value.items().iter().all(Node::is_map);
        let sources = match entry.value.value {
            Value::List(items) if is_merge => items,
            value @ Value::Map(_) if is_merge => vec![Node { span: entry.value.span, value }],
            value => {
                let value = Node { value, ..entry.value };
                out.push(Entry { value, ..entry });
                continue;
            }
        };
        for source in sources {
            let Value::Map(inherited) = source.value else { continue };
            *expanded += inherited.len();
            out.extend(inherited.into_iter().filter(|entry| present.insert(entry.key.clone())));
        }
    }
    out
}

/// Says of a value and everything in it that it stands in one place.
pub(super) fn put_all_at(node: &mut Node, span: &Range<usize>) {
    node.span = span.clone();
    match &mut node.value {
        Value::List(items) => items.iter_mut().for_each(|item| put_all_at(item, span)),
        Value::Map(entries) => {
            for entry in entries {
                entry.key_span = span.clone();
                put_all_at(&mut entry.value, span);
            }
        }
        Value::Json(embedded) => {
            embedded.root.iter_mut().for_each(|root| put_all_at(root, span));
            if let Some(error) = &mut embedded.error {
                error.span = span.clone();
            }
        }
        Value::Call(_, given) => given.iter_mut().for_each(|node| put_all_at(node, span)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Hole(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use crate::policy::read::json::Kind;
    use crate::policy::read::yaml::parse;
    use crate::policy::tree::{Node, Value};

    fn tree(text: &str) -> Node {
        let reading = parse(text);
        assert_eq!(reading.error, None, "{text}");
        reading.roots.into_iter().next().unwrap()
    }

    fn shown<'t>(text: &'t str, node: &Node) -> &'t str {
        &text[node.span.clone()]
    }

    #[test]
    fn aliases_are_what_they_stand_for_where_they_stand() {
        let text = "a: &x {b: [1, &y !Ref z], c: *y}\nd: *x\ne: [*y, *x]\n*y : key\n&k k: *k\nf: &n\ng: *n\n";
        let text = text.replace("*y : key\n", "").replace("&n\n", "&n ~\n");
        let root = tree(&text);
        let copy = root.get("d").unwrap();
        assert_eq!(copy.normalised(), root.get("a").unwrap().normalised());
        assert_eq!(shown(&text, copy), "*x");
        let inner = copy.get("c").unwrap();
        assert_eq!((shown(&text, inner), inner.get("Ref").unwrap().string()), ("*x", Some("z")));
        assert_eq!(inner.entries()[0].key_span, copy.span);
        assert_eq!(shown(&text, root.get("a").unwrap().get("c").unwrap()), "*y");
        assert_eq!(shown(&text, &root.get("e").unwrap().items()[0]), "*y");
        assert_eq!(root.get("k").unwrap().string(), Some("k"));
        assert_eq!(root.get("g").unwrap().value, Value::Null);
        let key = tree("a: &x b\n*x : c\n");
        assert_eq!(
            (key.entries()[1].key.as_str(), key.entries()[1].key_span.clone()),
            ("b", 8..10)
        );
    }

    #[test]
    fn an_anchor_may_be_set_anew() {
        let root = tree("[&x 1, *x, &x 2, *x]");
        assert_eq!(root.normalised(), tree("[1, 1, 2, 2]").normalised());
    }

    #[test]
    fn a_policy_in_a_string_stands_where_the_alias_does() {
        let text = "a: &x '{\"Statement\": [{\"Action\": 1}]}'\nb: *x\n";
        let root = tree(text);
        let Value::Json(copy) = &root.get("b").unwrap().value else { panic!("JSON") };
        let statement = &copy.root.as_ref().unwrap().get("Statement").unwrap().items()[0];
        assert_eq!(
            (shown(text, statement), &text[statement.entries()[0].key_span.clone()]),
            ("*x", "*x")
        );
    }

    #[test]
    fn merges_add_what_is_not_there() {
        let text = "a: &x {k: 1, l: 2}\nb: &y {l: 3, m: 4}\nc:\n  n: 5\n  <<: [*x, *y]\n  k: 6\nd:\n  <<: *y\ne: {<<: {k: 7}}\nf: {<<: no}\n";
        let root = tree(text);
        let c = root.get("c").unwrap();
        let all: Vec<String> = c
            .entries()
            .iter()
            .map(|entry| format!("{}={}", entry.key, shown(text, &entry.value)))
            .collect();
        assert_eq!(all, ["n=5", "l=*x", "m=*y", "k=6"]);
        assert_eq!(c.get("l").unwrap().scalar(), Some("2"));
        assert_eq!(root.get("d").unwrap().get("m").unwrap().scalar(), Some("4"));
        assert_eq!(shown(text, root.get("e").unwrap().get("k").unwrap()), "7");
        assert_eq!(root.get("f").unwrap().get("<<").unwrap().string(), Some("no"));
    }

    #[test]
    fn aliases_of_aliases_do_not_fill_the_memory() {
        let mut laughs = "a0: &a0 ha\n".to_owned();
        for level in 1..40 {
            let item = format!("*a{}", level - 1);
            writeln!(laughs, "a{level}: &a{level} [{item}, {item}, {item}]").unwrap();
        }
        let long = format!("a: &x '{}'\nb: [{}]\n", "ha".repeat(500_000), "*x, ".repeat(1_000));
        for text in [laughs, long] {
            let error = parse(&text).error.unwrap();
            assert_eq!(
                (error.kind, error.problem.as_str()),
                (Kind::TooDeep, "aliases or merges that expand to more than 200,000 values")
            );
            assert!(text[error.span].starts_with('*'));
        }
        let nested = format!(
            "{}1{}",
            (0..500).fold(String::new(), |all, at| all + &format!("&a{at} [")),
            "]".repeat(500)
        );
        assert_eq!(parse(&nested).error, None);
    }

    #[test]
    fn merges_of_merges_are_limited() {
        let keys: Vec<String> = (0..10_000).map(|key| key.to_string()).collect();
        let keys = keys.join(",");
        let text = format!("{}{{{keys}}}{}", "{<<: ".repeat(200), "}".repeat(200));
        assert_eq!(parse(&text).error.unwrap().kind, Kind::TooDeep);
    }

    #[test]
    fn depth_counts_through_aliases() {
        let mut text = "a0: &a0 [1]\n".to_owned();
        for level in 1..20 {
            let (open, close) = ("[".repeat(40), "]".repeat(40));
            writeln!(text, "a{level}: &a{level} {open}*a{}{close}", level - 1).unwrap();
        }
        assert_eq!(parse(&text).error.unwrap().kind, Kind::TooDeep);
    }
}
