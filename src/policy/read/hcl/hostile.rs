//! Texts that try to take time or stack, and texts of anything: reading ends, and spans are inside.

use proptest::prelude::*;

use super::*;

/// What would nest too deep for a stack, or take for ever.
fn hostile() -> Vec<String> {
    let parts = [
        "[",
        "(",
        "{",
        "{a=",
        "\"${",
        "-",
        "!",
        "a?",
        "a?a:",
        "f(",
        "a[",
        "a+",
        "<<A\n${",
        "[for a in ",
        "{for a in b: a=>",
        "\"%{if a}",
        "\"%{for a in b}",
        "a==b&&",
        "[(\"${",
        "a+a+(",
        "1+1+{a=",
        "1+1+\"${",
        "1+1+a[ ",
        "a+a+(\"%{if a+a+(a)}\"${",
        "a+a+[for a in-1-1-(",
        "/*",
        "a ? 1+1+(",
        "!a.b[ !",
        "1-a%{for a in",
        "1+!a.b[",
        "1-2-(",
        "(a+/*\n*/a+",
        "\"%{~ if(a+a+(a))}\"%{else}${a+a+a}%{endif}${1+1+",
    ];
    let below = parts.iter().map(|part| format!("x = {}", part.repeat(100_000 / part.len())));
    let blocks = ["a {\n", "a ", "a \"", "x = <<A\n"].map(|part| part.repeat(25_000));
    let keys = "k=1,".repeat(20_000);
    below.chain(blocks).chain([format!("x = {{{keys}}}")]).collect()
}

#[test]
fn hostile_texts_are_refused_in_time_and_on_a_small_stack() {
    let small = std::thread::Builder::new().stack_size(2 << 20);
    let read =
        || hostile().iter().map(|text| parse(text).map_err(|error| error.kind)).collect::<Vec<_>>();
    let results = small.spawn(read).unwrap().join().unwrap();
    assert!(results.iter().all(Result::is_err));
    assert!(results.iter().filter(|result| **result == Err(Kind::TooDeep)).count() > 20);
}

fn check_spans(node: &Node, text: &str) {
    assert!(text.get(node.span.clone()).is_some(), "{:?} in {text:?}", node.span);
    match &node.value {
        Value::List(items) | Value::Call(_, items) => {
            for item in items {
                check_spans(item, text);
            }
        }
        Value::Map(entries) => {
            for entry in entries {
                assert!(
                    text.get(entry.key_span.clone()).is_some(),
                    "{:?} in {text:?}",
                    entry.key_span
                );
                check_spans(&entry.value, text);
            }
        }
        Value::Json(embedded) => {
            embedded.root.iter().for_each(|root| check_spans(root, text));
            if let Some(error) = &embedded.error {
                assert!(text.get(error.span.clone()).is_some(), "{error:?} in {text:?}");
            }
        }
        _ => {}
    }
}

fn check_text(text: &str) {
    match parse(text) {
        Ok(root) => {
            check_spans(&root, text);
            let plain = text.strip_prefix('\u{feff}').unwrap_or(text);
            assert!(limits::reads_all(plain), "{text:?}");
        }
        Err(error) => assert!(text.get(error.span.clone()).is_some(), "{error:?} in {text:?}"),
    }
}

const FRAGMENTS: &[&str] = &[
    "x = ",
    "a {",
    "}",
    "\n",
    "\r\n",
    "\"",
    "\"é",
    "${",
    "~",
    "%{ if a }",
    "%{ endif }",
    "$${",
    "\\\"",
    "\\u00e9",
    "<<-A\n",
    "<<A\r\n",
    "  A\n",
    "A\n",
    "{\"Statement\": [",
    "\\\"Statement\\\"",
    "]",
    "[",
    "(",
    ")",
    "{",
    "a",
    "a.b",
    "[0]",
    ".*",
    ",",
    "=",
    ":",
    "=>",
    "for v in a",
    "?",
    "+",
    "-",
    "!",
    "1",
    " ",
    "\t",
    "# c\n",
    "/*",
    "*/",
    "dynamic \"d\" {\n",
    "content {\n",
    "\u{feff}",
    "\u{fdd0}",
    "\u{fdd1}",
    "\u{1f600}",
    "in",
    "f(",
    "...",
];

/// Attributes that can be parsed for the most part.
const VALUES: &[&str] = &[
    "a",
    "a.b[0]",
    "\"é${a}\"",
    "[\n\"x\" ]",
    "{ a = \"\\u00e9\" }",
    "f(a, b...)",
    "a ? b : c",
    "<<-A\n  é${a}\n    {\n  A\n",
    "<<A\r\n{\"Statement\": [${a}, \"é\"]}\r\nA\r\n",
    "\"{\\\"Statement\\\": \\\"${a}\\u00e9\\\"}\"",
    "- 1",
    "-/* c */1",
    "(a)",
    "[for v in a : v]",
    "\"${~ a ~} b\"",
    "a + 1",
    "\"%{ if a }b%{ endif }\"",
];

proptest! {
    #[test]
    fn any_fragments_give_spans_inside(parts in prop::collection::vec(prop::sample::select(FRAGMENTS), 0..40)) {
        check_text(&parts.concat());
    }

    #[test]
    fn any_values_give_spans_inside(
        parts in prop::collection::vec((prop::sample::select(VALUES), prop::sample::select(FRAGMENTS)), 0..8)
    ) {
        let (mut attributes, mut blocks) = (String::new(), String::new());
        for (at, (value, odd)) in parts.iter().enumerate() {
            attributes += &[&format!("a{at} = "), *value, "\r\n"].concat();
            blocks += &["b {\na = ", *value, *odd, "\n}\n"].concat();
        }
        check_text(&attributes);
        check_text(&blocks);
    }
}
