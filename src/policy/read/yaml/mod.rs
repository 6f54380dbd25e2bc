//! YAML as templates of AWS have it: aliases and merges written out, the short forms of functions as the long ones.

mod build;
mod problem;
mod reuse;
mod scalar;
mod tag;

use granit_parser::{Parser, options};

use super::Reading;
use super::json::MAX_DEPTH;
use build::Builder;

/// The most line breaks that are taken for spaces in one text.
const MAX_JOINED: usize = 64;

/// Parses every document of a text. Spans are offsets into `text`. At the first mistake reading stops; the documents
/// before it are kept.
pub(in crate::policy) fn parse(text: &str) -> Reading {
    let (reading, at) = parse_once(text);
    let Some(mut at) = at else { return reading };
    // CloudFormation reads lines of a text in quotes that are indented no more than its key. A break there is a space.
    let mut joined = text.as_bytes().to_vec();
    for _ in 0..MAX_JOINED {
        let Some(line) = start_of_indented_line(&joined, at) else { break };
        for byte in
            joined.iter_mut().take(line).rev().take_while(|byte| matches!(byte, b'\n' | b'\r'))
        {
            *byte = b' ';
        }
        let (again, next) = parse_once(&String::from_utf8_lossy(&joined));
        match next {
            Some(next) => at = next,
            None if again.error.is_none() => return again,
            None => break,
        }
    }
    reading
}

/// Where the line of a place starts, if something on it is indented.
fn start_of_indented_line(text: &[u8], at: usize) -> Option<usize> {
    let before = text.get(..at)?;
    let line = memchr::memrchr(b'\n', before)? + 1;
    (text.get(line) == Some(&b' ')).then_some(line)
}

/// Parses a text as it is, and says where a line of a text in quotes is not indented.
fn parse_once(text: &str) -> (Reading, Option<usize>) {
    let options = options! {
        emit_comments: false,
        emit_unresolved_aliases: true,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
    };
    let mut builder = Builder::new(text);
    let mut at = None;
    let error = Parser::new_from_str_with_options(text, options).find_map(|event| match event {
        Ok((event, span)) => builder.take(event, span).err(),
        Err(error) => {
            at = problem::line_not_indented(&error, text);
            Some(problem::of(&error, text))
        }
    });
    let reading = Reading { roots: builder.documents(), error, unescaped: Vec::new() };
    (reading, at)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::ops::Range;
    use std::path::Path;

    use proptest::prelude::*;

    use super::*;
    use crate::policy::read::json;
    use crate::policy::tree::{Node, Value};

    /// The only document of a text that is right.
    fn tree(text: &str) -> Node {
        let reading = parse(text);
        assert_eq!(reading.error, None, "{text}");
        assert_eq!(reading.roots.len(), 1, "{text}");
        reading.roots.into_iter().next().unwrap()
    }

    fn shown<'t>(text: &'t str, node: &Node) -> &'t str {
        &text[node.span.clone()]
    }

    #[test]
    fn spans_are_exactly_what_was_written() {
        let text = "\u{feff}# é\nnone:   # ü\nlist:\n- 'it''s'\n- \"q\\n\"\n-   a: plain text   # c\n    b: {x: [1, é], y: }\n\
                    block: |\n\n    one\n      two\n\n\nfolded: >-\n  three\n  four\n\nlast:\n  more\n  lines\n\n";
        let root = tree(text);
        let at = |key: &str| shown(text, root.get(key).unwrap());
        assert_eq!(at("none"), "");
        assert_eq!(root.get("none").unwrap().value, Value::Null);
        assert_eq!(at("block"), "one\n      two");
        assert_eq!(at("folded"), "three\n  four");
        assert_eq!(at("last"), "more\n  lines");
        let list = root.get("list").unwrap();
        assert_eq!(shown(text, list), &text[text.find("- 'it").unwrap()..=text.find('}').unwrap()]);
        let items: Vec<&str> = list.items().iter().map(|item| shown(text, item)).collect();
        assert_eq!(items[..2], ["'it''s'", "\"q\\n\""]);
        assert_eq!(items[2], "a: plain text   # c\n    b: {x: [1, é], y: }");
        assert_eq!(shown(text, list.items()[2].get("a").unwrap()), "plain text");
        let flow = list.items()[2].get("b").unwrap();
        assert_eq!(
            (shown(text, flow), shown(text, &flow.entries()[0].value)),
            ("{x: [1, é], y: }", "[1, é]")
        );
        assert_eq!(root.span, text.find("none").unwrap()..text.trim_end().len());
    }

    #[test]
    fn line_ends_of_two_bytes_change_nothing() {
        let text = "a:\n  - b: |\n      one\n      two\n\n  - c\nd: plain\n  more\n";
        let crlf = text.replace('\n', "\r\n");
        let (root, other) = (tree(text), tree(&crlf));
        assert_eq!(root.normalised(), other.normalised());
        let block = other.get("a").unwrap().items()[0].get("b").unwrap();
        assert_eq!(shown(&crlf, block), "one\r\n      two");
        assert_eq!(shown(&crlf, other.get("d").unwrap()), "plain\r\n  more");
    }

    #[test]
    fn lines_in_quotes_need_no_more_indentation_than_their_key() {
        let text = "a:\n  b: 'one\n  two\r\n  three'\n  c: d\n";
        let root = tree(text);
        let inner = root.get("a").unwrap();
        assert!(inner.get("b").unwrap().string().unwrap().starts_with("one"));
        assert_eq!(shown(text, inner.get("c").unwrap()), "d");
        for broken in ["a: 'b\nc: 1\n", "a:\n  b: 'c\n  d: 1\n"] {
            assert!(parse(broken).error.is_some(), "{broken:?}");
        }
    }

    #[test]
    fn short_forms_are_long_forms() {
        let text = "a: !Ref  Name\nb: !GetAtt x.Arn\nc: !Condition Prod\nd: !Sub\n  - x${y}\n  - y: !Join ['', [a, !Ref b]]\ne: !Ref\n\
                    f: !If [c, !Ref d, 12]\ng: !Base64 12\nh: &x !Sub y\n";
        let root = tree(text);
        let at = |key: &str| root.get(key).unwrap();
        let short = at("a");
        assert_eq!(shown(text, short), "!Ref  Name");
        let [entry] = short.entries() else { panic!("one entry") };
        assert_eq!((entry.key.as_str(), &text[entry.key_span.clone()]), ("Ref", "!Ref"));
        assert_eq!(entry.value.string(), Some("Name"));
        assert_eq!(shown(text, &entry.value), "Name");
        assert_eq!(at("b").get("Fn::GetAtt").unwrap().string(), Some("x.Arn"));
        assert_eq!(at("c").get("Condition").unwrap().string(), Some("Prod"));
        let parts = at("d").get("Fn::Sub").unwrap().items();
        assert_eq!(parts[0].string(), Some("x${y}"));
        let join = parts[1].get("y").unwrap().get("Fn::Join").unwrap();
        assert_eq!(join.items()[1].items()[1].get("Ref").unwrap().string(), Some("b"));
        assert_eq!(shown(text, at("e")), "!Ref");
        assert_eq!(at("f").get("Fn::If").unwrap().items()[2].value, Value::Number("12".into()));
        assert_eq!(at("g").get("Fn::Base64").unwrap().string(), Some("12"));
        assert_eq!(shown(text, at("h")), "!Sub y");
        assert!(tree("!<!Ref> x").get("Ref").is_some());
    }

    #[test]
    fn keys_are_texts_in_order_and_may_repeat() {
        let root = tree("b: 1\n12: x\n2012-10-17: y\ntrue: z\n? b\n: 2\n'q': 3\n~: 4\n: 5\n");
        let keys: Vec<&str> = root.entries().iter().map(|entry| entry.key.as_str()).collect();
        assert_eq!(keys, ["b", "12", "2012-10-17", "true", "b", "q", "~", ""]);
        assert_eq!(root.get("b").unwrap().value, Value::Number("2".into()));
    }

    #[test]
    fn a_stream_has_documents() {
        let text = "%YAML 1.1\n---\na: 1\n---\n- b\n...\n# c\n---\nd: é\n";
        let roots = parse(text).roots;
        let all: Vec<&str> = roots.iter().map(|root| shown(text, root)).collect();
        assert_eq!(all, ["a: 1", "- b", "d: é"]);
        for empty in ["", "\n", "# c", "\u{feff}", "  \n\n"] {
            assert_eq!(parse(empty), Reading::default(), "{empty:?}");
        }
        assert_eq!(parse("---\n---\n").roots.len(), 2);
        let broken = parse("a: 1\n---\nb: [1\n---\nc: 1\n");
        assert_eq!(broken.roots.len(), 1);
        assert!(broken.error.is_some());
    }

    #[test]
    fn json_is_read_as_the_reader_of_json_does() {
        let mut read = 0;
        let mut left = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/policy")];
        while let Some(path) = left.pop() {
            if path.is_dir() {
                left.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
                continue;
            }
            let Ok(text) = fs::read_to_string(&path) else { continue };
            let Ok(root) = json::parse(&text) else { continue };
            assert_eq!(tree(&text), root, "{}", path.display());
            read += 1;
        }
        assert!(read > 50, "{read} files");
    }

    /// Every span of a tree.
    fn spans(node: &Node, out: &mut Vec<Range<usize>>) {
        out.push(node.span.clone());
        match &node.value {
            Value::List(items) => items.iter().for_each(|item| spans(item, out)),
            Value::Map(entries) => {
                for entry in entries {
                    out.push(entry.key_span.clone());
                    spans(&entry.value, out);
                }
            }
            Value::Json(embedded) => {
                embedded.root.iter().for_each(|root| spans(root, out));
                out.extend(embedded.error.iter().map(|error| error.span.clone()));
            }
            _ => {}
        }
    }

    const PIECES: &[&str] = &[
        "a",
        "b: ",
        ": ",
        "- ",
        "-",
        "\n",
        "\n  ",
        "\n    ",
        "\r\n",
        "\t",
        " ",
        "[",
        "]",
        "{",
        "}",
        ",",
        "? ",
        "&x ",
        "*x",
        "*y",
        "<<: ",
        "!Ref ",
        "!Sub ",
        "!",
        "!!str ",
        "!<!Ref> ",
        "|\n",
        ">-\n",
        "|2+\n",
        "'",
        "''",
        "\"",
        "\\",
        "\\\n",
        "\\u00e9",
        "\\ud83d\\ude00",
        "é",
        "😀",
        "\u{a0}",
        "\u{feff}",
        "\u{2028}",
        "#",
        " # c",
        "---\n",
        "...\n",
        "%YAML 1.2\n",
        "%TAG ! x\n",
        "~",
        "1",
        "@",
        "{{ x }}",
        "{\"Statement\": [1, ",
        "\"Statement\"",
        "{\"Statement\":[\"é\\n\"]}",
        "%7B%22Statement%22%3A1%7D",
    ];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn any_text_is_read_and_every_span_is_of_that_text(
            pieces in prop::collection::vec(prop::sample::select(PIECES), 0..40)
        ) {
            let text = pieces.concat();
            let reading = parse(&text);
            let mut all = Vec::new();
            reading.roots.iter().for_each(|root| spans(root, &mut all));
            all.extend(reading.error.iter().map(|error| error.span.clone()));
            for span in all {
                prop_assert!(text.get(span.clone()).is_some(), "{:?} of {:?}", span, text);
            }
        }
    }
}
