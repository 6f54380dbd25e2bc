//! What Terraform's texts are read as, and where.

use super::*;
use crate::policy::text::{hole, shown};

fn read(text: &str) -> Node {
    parse(text).unwrap_or_else(|error| panic!("{text}: {error:?}"))
}

/// The value of `x` in a text, and how it is written.
fn x(text: &str) -> (Value, String) {
    let root = read(text);
    let node = root.get("x").unwrap();
    (node.value.clone(), text[node.span.clone()].to_owned())
}

/// The value of an expression, which must span all of it.
fn value(expression: &str) -> Value {
    let (value, written) = x(&format!("é = 1\nx = {expression} // c\n"));
    assert_eq!(written, expression);
    value
}

fn string(text: &str) -> Value {
    Value::String(text.into())
}

fn named(name: &str) -> Value {
    Value::Hole(name.into())
}

#[test]
fn literals_are_values() {
    assert_eq!(value("null"), Value::Null);
    assert_eq!(value("true"), Value::Bool(true));
    for number in ["12", "-1", "1.50", "1e5", "123456789012345678901234567890"] {
        assert_eq!(value(number), Value::Number(number.into()));
    }
    assert_eq!(value("- 1"), Value::Number("-1".into()));
    assert_eq!(value(r#""a\"\n\té\u00e9\U0001F600\\""#), string("a\"\n\téé😀\\"));
    assert_eq!(value(r#""$${a} %%{b} $c 5% $$${d}""#), string("${a} %{b} $c 5% $${d}"));
}

#[test]
fn lists_and_objects_hold_nodes() {
    let text = "x = [\n  \"é\", # c\n  [1,],\n]";
    let root = read(text);
    let items = root.get("x").unwrap().items();
    let written: Vec<&str> = items.iter().map(|item| &text[item.span.clone()]).collect();
    assert_eq!(written, ["\"é\"", "[1,]"]);

    let text =
        "x = {\n a = 1 // c\n \"b\" : 2, (var.c[0]) = 3\n \"d${e}\" = 4\n 5 = (6)\n true = 7 }";
    let root = read(text);
    let entries = root.get("x").unwrap().entries();
    let keys: Vec<String> = entries.iter().map(|entry| shown(&entry.key)).collect();
    assert_eq!(keys, ["a", "b", "${var.c.[…]}", "d${e}", "5", "true"]);
    let spans: Vec<&str> = entries.iter().map(|entry| &text[entry.key_span.clone()]).collect();
    assert_eq!(spans, ["a", "\"b\"", "(var.c[0])", "\"d${e}\"", "5", "true"]);
    let values: Vec<&str> = entries.iter().map(|entry| &text[entry.value.span.clone()]).collect();
    assert_eq!(values, ["1", "2", "3", "4", "6", "7"]);
}

#[test]
fn blocks_are_nested_by_their_labels() {
    let text = "resource \"aws_x\" n /* c */ {\n  a = 1\n  b { c = 2 }\n  b {}\n}\nresource \"aws_x\" \"m\" {\n}\n";
    let root = read(text);
    let written = |span: &Range<usize>| &text[span.clone()];
    let [first, second] = root.entries() else { panic!("two blocks") };
    assert_eq!((first.key.as_str(), written(&first.key_span)), ("resource", "resource"));
    let kind = &first.value.entries()[0];
    assert_eq!((kind.key.as_str(), written(&kind.key_span)), ("aws_x", "\"aws_x\""));
    let name = &kind.value.entries()[0];
    assert_eq!((name.key.as_str(), written(&name.key_span)), ("n", "n"));
    let body = "{\n  a = 1\n  b { c = 2 }\n  b {}\n}";
    assert!([&first.value, &kind.value, &name.value].iter().all(|map| written(&map.span) == body));
    let inside = name.value.entries();
    assert_eq!(inside.iter().map(|entry| entry.key.as_str()).collect::<Vec<_>>(), ["a", "b", "b"]);
    assert_eq!(written(&inside[1].value.span), "{ c = 2 }");
    assert_eq!(written(&inside[1].value.entries()[0].key_span), "c");
    assert_eq!(written(&inside[2].value.span), "{}");
    assert_eq!(written(&second.value.span), "{\n}");
}

#[test]
fn a_dynamic_block_is_one_of_its_content() {
    let text = "d {\n dynamic \"statement\" {\n  for_each = var.s\n  content {\n   a = statement.value.a\n  }\n }\n}";
    let root = read(text);
    let entry = &root.get("d").unwrap().entries()[0];
    assert_eq!((entry.key.as_str(), &text[entry.key_span.clone()]), ("statement", "\"statement\""));
    assert_eq!(&text[entry.value.span.clone()], "{\n   a = statement.value.a\n  }");
    let Value::Call(name, content) = &entry.value.value else { panic!("a call") };
    assert_eq!(name, "dynamic");
    assert_eq!(content[0].get("a").unwrap().value, named("statement.value.a"));
}

#[test]
fn keys_that_are_there_twice_are_entries() {
    let text = "x = { a = 1, é = 2, a = 3, \"bb\" = 4, \"bb\" = { a = 5, a = 6 } }\ny = 1\ny = 2\n";
    let root = read(text);
    let keys =
        |node: &Node| node.entries().iter().map(|entry| entry.key.clone()).collect::<Vec<_>>();
    assert_eq!(keys(&root), ["x", "y", "y"]);
    let x = root.get("x").unwrap();
    assert_eq!(keys(x), ["a", "é", "a", "bb", "bb"]);
    assert_eq!(keys(x.get("bb").unwrap()), ["a", "a"]);
    let many = format!("x = {{ {} }}", "a = 1, ".repeat(40));
    assert!(parse(&many).unwrap_err().problem.contains("unique"));
}

#[test]
fn references_are_holes_without_indexes() {
    for expression in
        ["a.b[0].c", "a.b[\"k\"].c", "a.b.*.c", "a.b[*].c", "a.b.0.c", "a.b[d.e].c", "a . b . c"]
    {
        assert_eq!(value(expression), named("a.b.c"), "{expression}");
    }
    assert_eq!(value("a[\"x\"].c"), named("a.c"));
    assert_eq!(value("a"), named("a"));
    for other in ["a + 1", "!a", "a == b && c", "f(a)[0].b", "[a][*].b"] {
        assert_eq!(value(other), named(other));
    }
    let long = format!("1 + {}", "é".repeat(200));
    let Value::Hole(name) = value(&long) else { panic!("a hole") };
    assert_eq!(name.chars().count(), 120);
}

#[test]
fn calls_and_choices_keep_what_is_given() {
    let shown = |expression: &str| Node { span: 0..0, value: value(expression) }.normalised();
    assert_eq!(shown("a ? \"b\" : c"), "?:(${a},\"b\",${c})");
    assert_eq!(shown("jsonencode({ a = 1 })"), "jsonencode({\"a\":\"1\"})");
    assert_eq!(shown("f(\n  a, # c\n  b...\n)"), "f(${a},${b})");
    assert_eq!(shown("provider::aws::arn_parse(a)"), "provider::aws::arn_parse(${a})");
    assert_eq!(shown("[for k, v in a : v.b if v.c]"), "for(${v.b})");
    assert_eq!(shown("{ for v in a : v.k => v... }"), "for(${v.k},${v})");
    let (value, written) = x("x = ( /* c */ a )");
    assert_eq!((value, written.as_str()), (named("a"), "a"));
}

#[test]
fn templates_have_holes() {
    assert_eq!(value("\"a${b.c[0]}d\""), string(&format!("a{}d", hole("b.c"))));
    assert_eq!(value("\"${f(\"}\")}$\""), string(&format!("{}$", hole("f(\"}\")"))));
    assert_eq!(value("\"${a.b}\""), named("a.b"));
    let (value_of_list, written) = x("x = \"${ [1] }\"");
    let item = Node { span: 9..10, value: Value::Number("1".into()) };
    assert_eq!((value_of_list, written.as_str()), (Value::List(vec![item]), "\"${ [1] }\""));
    assert_eq!(value("\"a %{ if b }c%{ endif }\""), named("%{…}"));
    assert_eq!(value("\"a  ${~ b ~}  c\""), string(&format!("a{}c", hole("b"))));
}

#[test]
fn heredocs_are_dedented_as_terraform_does() {
    let (value, written) = x("x = <<EOT\n  a\n b \\n $${c}\nEOT\n");
    assert_eq!((value, written.as_str()), (string("  a\n b \\n ${c}\n"), "  a\n b \\n $${c}\n"));
    assert_eq!(
        x("x = <<-EOT\n    a\n\n      b${c}  d\n  \n    ${e}\n  EOT\n").0,
        string(&format!("a\n\n  b{}  d\n  \n{}\n", hole("c"), hole("e")))
    );
    assert_eq!(x("x = <<-EOT\n  a\n${b}\n  EOT\n").0, string(&format!("  a\n{}\n", hole("b"))));
    assert_eq!(x("x = <<-EOT\r\n  é\r\n    b\r\n  EOT\r\n").0, string("é\r\n  b\r\n"));
    assert_eq!(x("x = <<-EOT\nEOT\n"), (string(""), String::new()));
    assert_eq!(x("x = f(<<-A\n  a\n  A\n  , 1)\n").1, "f(<<-A\n  a\n  A\n  , 1)");
}

#[test]
fn documents_in_strings_stand_where_they_are_written() {
    let heredoc = "x = <<-EOT\r\n    {\"Statement\": [\r\n      {\"a\": \"${a.b}/é\", \"Resource\": \"arn:${var.p}:s3:::x\" },\r\n      ${c}\r\n    ]}\r\n  EOT\r\n";
    let quoted = r#"x = "{\"a${b}\": \"\u00e9\\n\", \"Statement\": [{\"Resource\": \"arn:${var.p}:s3:::x\"}, ${c}]}""#;
    for (text, written) in
        [(heredoc, "\"arn:${var.p}:s3:::x\""), (quoted, r#"\"arn:${var.p}:s3:::x\""#)]
    {
        for text in [text.to_owned(), format!("\u{feff}{text}"), format!("é = 1\n{text}")] {
            let root = read(&text);
            let Value::Json(embedded) = &root.get("x").unwrap().value else { panic!("{text}") };
            let items = embedded.root.as_ref().unwrap().get("Statement").unwrap().items();
            let resource = items[0].get("Resource").unwrap();
            assert_eq!(&text[resource.span.clone()], written);
            assert_eq!(shown(resource.string().unwrap()), "arn:${var.p}:s3:::x");
            assert_eq!(items[1].value, named("c"));
            assert_eq!(&text[items[1].span.clone()], "${c}");
            assert_eq!(embedded.error, None);
        }
    }
}

#[test]
fn a_byte_order_mark_and_line_ends_move_nothing() {
    let text = "\u{feff}a = 1\r\nx {\r\n  b = \"é\" # c\r\n}\r\n";
    let root = read(text);
    assert_eq!(&text[root.get("x").unwrap().span.clone()], "{\r\n  b = \"é\" # c\r\n}");
    let b = &root.get("x").unwrap().entries()[0];
    assert_eq!((&text[b.key_span.clone()], &text[b.value.span.clone()]), ("b", "\"é\""));
    assert_eq!(parse("\u{feff}a = é = 1").unwrap_err().span, 10..11);
    assert_eq!(read("").entries(), []);
}

#[test]
fn slips_are_placed() {
    for (text, written) in [
        ("a = \n", "\n"),
        ("a = [1 2]", "2"),
        ("a {\n  b = 1 c = 2\n}", "c"),
        ("a {\n  b = 1\n", "\n"),
        ("a = \"é\\q\"", "\\q"),
        ("a = \"\\u12\"", "\\u"),
        ("{\"a\": 1}", "{"),
    ] {
        let error = parse(text).unwrap_err();
        assert_eq!(
            (&text[error.span.clone()], error.kind),
            (written, Kind::Other),
            "{text}: {error:?}"
        );
    }
}
