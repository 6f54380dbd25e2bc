//! Configurations of gitleaks: what their rules find, what their allowlists take away, and what is said of the rest.

#![expect(clippy::unwrap_used, reason = "a test may stop where a scan cannot run")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

/// A tree with these files; texts are built from parts, so that nothing here looks like a secret.
fn tree(files: &[(&str, &[&str])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, parts) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, parts.concat()).unwrap();
    }
    folder
}

fn keylint(folder: &Path, arguments: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE_keylint");
    Command::new(program).current_dir(folder).env_clear().args(arguments).output().unwrap()
}

/// Rule, line and whether it is suppressed of each place, and the notes.
fn scan(folder: &Path, arguments: &[&str]) -> (Vec<String>, Vec<String>) {
    let flags = ["scan", "--format", "json", "--show-suppressed", "--quiet"];
    let run = keylint(folder, &[&flags[..], arguments].concat());
    let error = String::from_utf8_lossy(&run.stderr).into_owned();
    assert!(run.status.code() < Some(2), "{error}");
    let report: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap();
    let mut found = Vec::new();
    for finding in report["findings"].as_array().unwrap() {
        for place in finding["places"].as_array().unwrap() {
            let kind = place["suppressed"]["kind"].as_str().unwrap_or("counts");
            let (rule, origin) =
                (finding["rule"].as_str().unwrap(), place["origin"].as_str().unwrap());
            found.push(format!("{rule} {origin}:{} {kind}", place["start"]["line"]));
        }
    }
    found.sort();
    let notes = report["notes"].as_array().unwrap();
    (found, notes.iter().map(|note| note.as_str().unwrap().to_owned()).collect())
}

/// What is found with one rule file.
fn with(rules: &str, files: &[(&str, &[&str])]) -> Vec<String> {
    let folder = tree(files);
    fs::write(folder.path().join("rules.toml"), rules).unwrap();
    let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
    scan(folder.path(), &[&["--rules", "rules.toml"], &names[..]].concat()).0
}

#[test]
fn the_secret_is_a_group_the_first_group_or_the_match() {
    let rules = r#"
        [[rules]]
        id = "Numbered"
        regex = '''one=(a)?(\w+)=(\w+)'''
        secretGroup = 3
        entropy = 1.9
        [[rules]]
        id = "first"
        regex = '''two=(a)?(\w+)'''
        keywords = ["TWO"]
        [[rules]]
        id = "whole"
        regex = '''three=\w+'''
        entropy = 3.0
    "#;
    let text = ["one=aaaa=abcd\none=abcd=aabb\n", "two=qwer\n", "three=eee\nthree=wxyz\n"];
    let found = with(rules, &[("a.txt", &text)]);
    assert_eq!(found, ["first a.txt:3 counts", "numbered a.txt:1 counts", "whole a.txt:5 counts"]);
}

#[test]
fn keywords_and_paths_say_where_a_rule_is_tried() {
    let rules = r#"
        [[rules]]
        id = "keyword"
        regex = '''k-\d{4}'''
        keywords = ["acme", "other"]
        [[rules]]
        id = "path"
        regex = '''p-\d{4}'''
        path = '''(^|/)conf/.*\.ini$'''
        [[rules]]
        id = "file"
        description = "A key file."
        path = '''\.keyfile$'''
    "#;
    let files: [(&str, &[&str]); 4] = [
        ("a.txt", &["ACME k-1234 p-1234"]),
        ("b.txt", &["k-1234"]),
        ("conf/a.ini", &["x\np-1234"]),
        ("empty.keyfile", &[""]),
    ];
    let found = with(rules, &files);
    let wanted =
        ["file empty.keyfile:1 counts", "keyword a.txt:1 counts", "path conf/a.ini:2 counts"];
    assert_eq!(found, wanted);
}

#[test]
fn allowlists_mark_and_never_drop() {
    let rules = r#"
        [[rules]]
        id = "acme"
        regex = '''acme: (\w+-\d+)'''
        [[rules.allowlists]]
        stopwords = ["EXAMPLE"]
        [[rules.allowlists]]
        condition = "AND"
        regexTarget = "match"
        regexes = ['''^acme: both''']
        paths = ['''^t/''']
        [rules.allowlist]
        regexTarget = "line"
        regexes = ['''only for tests$''']
        [[allowlists]]
        targetRules = ["other"]
        paths = ['''.''']
        [[allowlists]]
        description = "fixtures"
        paths = ['''^fixtures/''']
    "#;
    let files: [(&str, &[&str]); 3] = [
        (
            "a.txt",
            &["acme: real-1\nacme: anexample-1\nacme: both-1\nacme: line-1 only for tests\n"],
        ),
        ("t/a.txt", &["acme: both-1\n"]),
        ("fixtures/a.txt", &["acme: real-2\npass", "word = \"Xk7#v", "Q2!mZp9\"\n"]),
    ];
    let found = with(rules, &files);
    let wanted = [
        "acme a.txt:1 counts",
        "acme a.txt:2 gitleaks-allowlist",
        "acme a.txt:3 counts",
        "acme a.txt:4 gitleaks-allowlist",
        "acme fixtures/a.txt:1 gitleaks-allowlist",
        "acme t/a.txt:1 gitleaks-allowlist",
        "generic-password fixtures/a.txt:2 gitleaks-allowlist",
    ];
    assert_eq!(found, wanted);
}

#[test]
fn rules_may_require_others_nearby() {
    let rules = r#"
        [[rules]]
        id = "pair"
        regex = '''secret=\w+'''
        [[rules.required]]
        id = "part"
        withinLines = 1
        withinColumns = 4
        [[rules]]
        id = "part"
        regex = '''id=\w+'''
        skipReport = true
    "#;
    let text = ["id=a\nsecret=near\n\n\nsecret=far\n\n\n", "id=b\n        secret=aside\n"];
    assert_eq!(with(rules, &[("a.txt", &text)]), ["pair a.txt:2 counts"]);
}

#[test]
fn what_is_not_used_is_said() {
    let folder = tree(&[("a.txt", &["nothing"])]);
    let rules = r#"
        title = "Ours"
        minVersion = "v8.25.0"
        [extend]
        useDefault = true
        disabledRules = ["json-web-token", "no-such-rule"]
        [[rules]]
        id = "acme"
        regex = '''acme\d{8}'''
        tokenEfficiency = true
        entropie = 3
        [[rules]]
        id = "a-rule-of-gitleaks"
        entropy = 4.5
    "#;
    fs::write(folder.path().join(".gitleaks.toml"), rules).unwrap();
    let (_, notes) = scan(folder.path(), &["--rules", ".gitleaks.toml", "a.txt"]);
    let wanted = [
        ".gitleaks.toml: `entropie` of rule acme is not used: is `entropy` meant?",
        ".gitleaks.toml: `tokenefficiency` of rule acme is not used: it needs the vocabulary of a language model",
        ".gitleaks.toml: changes rule a-rule-of-gitleaks; only its allowlists are used",
        ".gitleaks.toml turns the built-in rule json-web-token off",
        ".gitleaks.toml turns off no-such-rule, which is no built-in rule",
        "rule acme is searched without a trigger: it reads every byte",
    ];
    assert_eq!(notes, wanted);
    let (_, notes) = scan(folder.path(), &["."]);
    assert_eq!(notes, [".gitleaks.toml is not read; use it with --rules or `[rules] files`"]);
}

#[test]
fn what_would_find_less_is_refused() {
    let cases = [
        ("[extend]\npath = \"base.toml\"\n", "builds on `base.toml`, which is not given"),
        ("[extend]\nurl = \"https://example.org/x.toml\"\n", "file from the network"),
        ("[[rules]]\nid = \"a\"\nregex = '''a(?=b)'''\n", "look-around"),
        ("[[rules]]\nid = \"a\"\nregex = '''(a{1000}){1000}'''\n", "too large"),
        ("[[rules]]\nid = \"a\"\nregex = '''(a)'''\nsecretGroup = 2\n", "has 1 groups"),
        ("[[rules]]\nid = \"a\"\n", "has no `regex`"),
        ("[[rules]]\nregex = \"a\"\n", "`id` is empty"),
        ("[allowlist]\ndescription = \"x\"\n", "is empty"),
        ("[allowlist]\nregexTarget = \"lines\"\nregexes = [\"a\"]\n", "did you mean `line`?"),
        ("[allowlist]\ncondition = \"XOR\"\npaths = [\"a\"]\n", "there are OR, AND"),
    ];
    for (rules, message) in cases {
        let folder = tree(&[("a.txt", &["nothing"]), ("rules.toml", &[rules])]);
        let run = keylint(folder.path(), &["scan", "a.txt", "--rules", "rules.toml"]);
        let error = String::from_utf8(run.stderr).unwrap();
        assert_eq!(run.status.code(), Some(2), "{rules}{error}");
        let words: Vec<&str> = error.split_whitespace().filter(|word| *word != "│").collect();
        assert!(words.join(" ").contains(message), "{message}: {error}");
    }
    let files: [(&str, &[&str]); 3] = [
        ("a.txt", &["b-1234"]),
        ("rules.toml", &["[extend]\npath = \"base.toml\"\n"]),
        ("base.toml", &["[[rules]]\nid = \"b\"\nregex = '''b-\\d{4}'''\n"]),
    ];
    let folder = tree(&files);
    let found = scan(folder.path(), &["--rules", "rules.toml", "--rules", "base.toml", "a.txt"]).0;
    assert_eq!(found, ["b a.txt:1 counts"]);
}

#[test]
fn the_configuration_brings_rules_along() {
    let own = r#"
        [rules]
        files = ["security/rules.toml"]
        [[rule]]
        id = "json-web-token"
        title = "Our own tokens"
        severity = "high"
        trigger = { anywhere = ["acme"] }
        regex = '''acme (\d{8})'''
        help = "Replace it."
        match = ["acme 70931528"]
    "#;
    let files: [(&str, &[&str]); 3] = [
        ("keylint.toml", &[own]),
        ("security/rules.toml", &["[[rules]]\nid = \"b\"\nregex = '''b-\\d{4}'''\n"]),
        ("a.txt", &["acme 48205917 b-1234"]),
    ];
    let folder = tree(&files);
    let (found, notes) = scan(folder.path(), &[".", "--only", "secrets"]);
    assert!(found.contains(&"json-web-token a.txt:1 counts".to_owned()), "{found:?}");
    assert!(found.contains(&"b a.txt:1 counts".to_owned()), "{found:?}");
    let replaced = "rule json-web-token of keylint.toml takes the place of the built-in one";
    assert_eq!(notes[0], replaced);
    let listed = keylint(folder.path(), &["rules", "list"]);
    assert!(String::from_utf8(listed.stdout).unwrap().contains("Our own tokens"));
    assert_eq!(keylint(folder.path(), &["rules", "show", "b"]).status.code(), Some(0));
    assert_eq!(
        keylint(folder.path(), &["rules", "show", "b", "--no-config"]).status.code(),
        Some(2)
    );
}

#[test]
fn the_configuration_reaches_no_further_than_its_directory() {
    for name in ["../rules.toml", "/dev/null", "missing.toml", "."] {
        let config = format!("[rules]\nfiles = [{name:?}]\n");
        let folder = tree(&[("rules.toml", &[""]), ("tree/keylint.toml", &[&config])]);
        let run = keylint(folder.path(), &["scan", "tree"]);
        assert_eq!(run.status.code(), Some(2), "{name}");
    }
}
