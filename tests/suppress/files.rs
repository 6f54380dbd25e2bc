//! Which baseline counts, and baselines that are none.

use std::collections::BTreeSet;

use crate::fixture::{LATER, Tree, token, tree};

const HEADER: &str = "{\"keylint\":\"baseline\",\"version\":1}\n";

#[test]
fn it_is_found_like_the_configuration() {
    let tree = tree();
    tree.baseline();
    let all = tree.reported(&["scan", ".", "--no-config"]);
    assert_eq!(all.len(), 4, "without a configuration there is no baseline");
    let run = tree.keylint(&["scan", "."]);
    assert!(run.err.contains("keylint: using keylint.baseline"), "{run:?}");
    assert!(run.out.contains("4 findings suppressed"), "{run:?}");
    assert_eq!(tree.keylint(&["scan", ".", "-q"]).err, "");
    for arguments in [
        &["scan", ".", "--no-config", "--baseline", "keylint.baseline"][..],
        &["git"],
        &["git", "--range", "HEAD~0..HEAD"],
        &["scan", "src/config.py"],
    ] {
        assert_eq!(tree.keylint(arguments).code, 0, "{arguments:?}");
    }
    tree.rename("keylint.baseline", "ci/known.jsonl");
    assert_eq!(tree.reported(&["scan", "."]).len(), 4);
    tree.write("keylint.toml", "baseline = \"ci/known.jsonl\"\n");
    assert_eq!(tree.reported(&["scan", "."]), BTreeSet::new());
    tree.write("keylint.toml", "baseline = \"../known.jsonl\"\n");
    tree.keylint(&["scan", "."]).assert_refused(&["config::invalid", "--baseline FILE"]);
    tree.write("keylint.toml", "baseline = \"gone.jsonl\"\n");
    tree.keylint(&["scan", "."]).assert_refused(&["baseline::unreadable"]);
}

#[test]
fn two_baselines_are_one_too_many() {
    let tree = Tree::new();
    for name in ["a", "b"] {
        tree.write(&format!("{name}/keylint.baseline"), HEADER);
    }
    tree.keylint(&["scan", "a", "b"]).assert_refused(&["config::ambiguous", "--baseline"]);
    tree.keylint(&["baseline", "write", "a", "b"])
        .assert_refused(&["baseline::no_place", "-o FILE"]);
    assert_eq!(tree.keylint(&["scan", "a", "b", "--baseline", "a/keylint.baseline"]).code, 0);
}

#[test]
fn what_is_no_baseline_stops_the_run() {
    let tree = tree();
    let entry =
        "{\"fingerprint\":\"s1:00000000000000000000000000000000\",\"rule\":\"r\",\"path\":\"p\"";
    let rows = [
        (format!("{HEADER}{entry},\"line\":3}}\n"), "baseline::line"),
        (format!("{HEADER}{entry},\"expires\":\"soon\"}}\n"), "YYYY-MM-DD"),
        (format!("{HEADER}not JSON\n"), "keylint.baseline:2:1"),
        (format!("{HEADER}{}\n", entry.replace("s1:", "x1:")), "baseline::line"),
        (HEADER.replace('1', "2"), "baseline::version"),
        (format!("{entry}}}\n"), "first line"),
        ("[{\"RuleID\": \"x\", \"StartLine\": 1}]".into(), "keylint baseline import"),
        ("{\"version\": \"1.5.0\", \"plugins_used\": []}".into(), "detect-secrets"),
        ("a.env:generic-api-key:12\n".into(), ".gitleaksignore"),
        (format!("{HEADER}\0\n"), "baseline::line"),
    ];
    for (text, word) in rows {
        tree.write("keylint.baseline", &text);
        for arguments in [
            &["scan", "."][..],
            &["git", "--staged"],
            &["baseline", "write"],
            &["baseline", "prune"],
        ] {
            tree.keylint(arguments).assert_refused(&[word]);
        }
        assert_eq!(tree.read("keylint.baseline"), text, "nothing is overwritten");
    }
    tree.write("keylint.baseline", [0xff, 0xfe, 0x00]);
    tree.keylint(&["scan", "."]).assert_refused(&["UTF-8"]);
}

#[test]
fn a_message_shows_no_secret() {
    let tree = tree();
    tree.write("keylint.baseline", format!("{HEADER}{{\"secret\":\"{}\"}}\n", token(7)));
    let run = tree.keylint(&["scan", "."]);
    run.assert_refused(&["baseline::line"]);
    assert!(!run.err.contains(&token(7)), "{}", run.err);
}

#[test]
fn a_hook_reads_it_from_the_work_tree() {
    let tree = tree();
    tree.write("new.env", format!("TOKEN={}\n", token(8)));
    tree.git(&["add", "new.env"]);
    assert_eq!(tree.keylint(&["git", "--staged"]).code, 1);
    assert_eq!(tree.keylint(&["baseline", "write"]).code, 0);
    let run = tree.keylint(&["git", "--staged"]);
    assert_eq!(run.code, 0, "{run:?}");
}

#[test]
fn explain_names_the_entry() {
    let tree = tree();
    tree.keylint(&["baseline", "write", "--reason", "of the demo", "--expires", "2026-01-31"]);
    let run = tree.keylint(&["explain", "app.env"]);
    assert!(run.out.contains("hidden by the baseline: of the demo"), "{run:?}");
    let run = Tree::keylint_in(&tree.path(""), LATER, &["explain", "app.env"]);
    assert!(!run.out.contains("hidden by the baseline"), "{run:?}");
}
