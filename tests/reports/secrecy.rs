//! A raw secret leaves the program only under `--reveal`.

use super::tree::{FORMATS, Tree, UNREADABLE};

/// Arguments that make the program print something about the tree.
const RUNS: &[&[&str]] = &[
    &["scan", ".", UNREADABLE],
    &["scan", ".", "--show-suppressed"],
    &["scan", ".", "--min-confidence", "low", "--color", "always", "--stats"],
    &["explain", "."],
    &["explain", ".", "--format", "jsonl"],
];

/// Instructions that are bad, and whose error shows a piece of a file.
const BAD: &[&[&str]] = &[
    &["scan", ".", "--config", "broken.toml"],
    &["scan", ".", "--config", "wrong.toml"],
    &["scan", ".", "--config", "deploy.sh"],
    &["scan", ".", "--rules", "broken.toml"],
    &["scan", ".", "--rules", "deploy.sh"],
    &["rules", "test", "wrong.toml"],
];

fn printed(tree: &Tree, arguments: &[&str]) -> String {
    let output = tree.run(arguments);
    let all = [output.stdout, output.stderr].concat();
    assert!(!all.is_empty(), "{arguments:?} prints nothing");
    unescaped(&String::from_utf8(all).unwrap())
}

/// A text without the escapes that pages have for characters of markup.
fn unescaped(text: &str) -> String {
    let escapes = [("\\u003c", "<"), ("\\u003e", ">"), ("\\u0026", "&")];
    escapes.iter().fold(text.to_owned(), |text, (escape, plain)| text.replace(escape, plain))
}

#[test]
fn no_output_shows_a_secret() {
    let tree = Tree::full();
    for arguments in RUNS {
        let text = printed(&tree, arguments);
        for (name, secret) in tree.secrets.all() {
            assert!(!text.contains(secret), "{arguments:?} shows {name}:\n{text}");
        }
    }
    for format in FORMATS {
        let text = printed(&tree, &["scan", ".", "--show-suppressed", "--format", format]);
        for (name, secret) in tree.secrets.all() {
            assert!(!text.contains(secret), "{format} shows {name}:\n{text}");
        }
    }
}

#[test]
fn no_error_shows_a_secret() {
    let tree = Tree::full();
    let (github, password) = (&tree.secrets.github, &tree.secrets.password);
    tree.file("broken.toml", format!("[allow]]\nreason = \"{github}\"\n"));
    tree.file("wrong.toml", format!("fail-on = \"{github}\"\ndb_password = \"{password}\"\n"));
    for arguments in BAD {
        let output = tree.run(*arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(text.contains("*****"), "{arguments:?} shows no line of the file:\n{text}");
        for (name, secret) in tree.secrets.all() {
            assert!(!text.contains(secret), "{arguments:?} shows {name}:\n{text}");
        }
    }
}

#[test]
fn reveal_shows_every_secret_in_every_format() {
    let tree = Tree::full();
    // Others escape some characters of it, or have no room for a value.
    for format in ["text", "json", "jsonl", "sarif", "csv", "html"] {
        let text = unescaped(&tree.report(&["--show-suppressed", "--reveal", "--format", format]));
        for (name, secret) in tree.secrets.all() {
            assert!(text.contains(secret), "{format} does not show {name}:\n{text}");
        }
    }
    let text = printed(&tree, &["explain", ".", "--reveal"]);
    for (name, secret) in tree.secrets.all() {
        assert!(text.contains(secret), "explain does not show {name}:\n{text}");
    }
}

#[test]
fn a_secret_is_masked_beside_other_findings_too() {
    let tree = Tree::empty();
    let (github, password) = (&tree.secrets.github, &tree.secrets.password);
    tree.file(
        "a.py",
        format!("password = \"{password}\"\nlogin(\"{password}\", user{password})\n"),
    );
    tree.file("b.py", format!("login(\"{password}\")\nGITHUB_TOKEN = \"{github}\"\n"));
    let text = String::from_utf8(tree.run(["scan", "."]).stdout).unwrap();
    assert!(text.contains("login(\"********\")"), "{text}");
    assert!(text.contains(&format!("login(\"********\", user{password})")), "{text}");
}

#[test]
fn a_secret_that_only_a_policy_check_knows_is_masked() {
    let tree = Tree::empty();
    // No rule takes these for secrets: a word, and values under names that say nothing.
    let words = [["swordfish", "ridge"], ["mandolin", "harbour"], ["lantern", "meadow"]];
    let [default, value, shown] = words.map(|parts| parts.concat());
    tree.file(
        "t.yaml",
        format!(
            "Parameters:\n  DbPassword:\n    Type: String\n    Default: {default}\nResources:\n  S:\n    Type: AWS::SecretsManager::Secret\n    Properties:\n      Name: db\n      SecretString: {value}\n  F:\n    Type: AWS::Lambda::Function\n    Properties:\n      Environment:\n        Variables:\n          API_TOKEN: {shown}\n"
        ),
    );
    for format in FORMATS.iter().filter(|format| **format != "gitlab") {
        let output = tree.run(["scan", ".", "--only", "policy", "--format", format]);
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains("sm-plaintext-value"), "{text}");
        for word in [&default, &value, &shown] {
            assert!(!text.contains(word.as_str()), "{format} shows {word}:\n{text}");
        }
    }
}
