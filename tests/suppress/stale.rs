//! Entries that hide nothing any more.

use crate::fixture::{LATER, Run, Tree, token, tree};

/// What a report calls stale: why, and what it covers.
fn stale(run: &Run) -> Vec<(String, String)> {
    let report = run.report();
    let list = report["stale"].as_array().unwrap().iter();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    list.map(|stale| (text(&stale["why"]), text(&stale["covers"]))).collect()
}

const JSON: &[&str] = &["--format", "json"];
const FAIL: &[&str] = &["--fail-on", "unused-suppression"];

#[test]
fn an_ended_entry_hides_nothing() {
    let tree = tree();
    let run = tree.keylint(&["baseline", "write", "--expires", "2025-06-15", "--owner", "ops"]);
    assert_eq!(run.code, 0, "it holds on its last day: {run:?}");
    assert_eq!(tree.keylint(&["scan", "."]).code, 0);
    let later = |arguments: &[&str]| Tree::keylint_in(&tree.path(""), LATER, arguments);
    let run = later(&["scan", "."]);
    assert_eq!(run.code, 1);
    assert!(run.out.contains("has ended on 2025-06-15"), "{run:?}");
    let run = later(&[&["scan", "."], JSON].concat());
    assert_eq!(run.reported().len(), 4);
    assert!(stale(&run).iter().all(|(why, _)| why == "expired"), "{run:?}");
    assert_eq!(stale(&run).len(), 4);
    // Where the scan sees a part, what it sees has ended all the same.
    assert_eq!(stale(&later(&[&["scan", "app.env"], JSON].concat())).len(), 1);
    let run = later(&["baseline", "write"]);
    assert!(run.out.contains("entries that have ended and hide nothing: 4"), "{run:?}");
    assert_eq!(later(&["scan", "."]).code, 1, "what has ended is not renewed by itself");
    later(&["baseline", "write", "--expires", "2099-12-31"]);
    assert_eq!(later(&["scan", "."]).code, 0);
    assert!(tree.entries().iter().all(|line| line.contains("\"owner\":\"ops\"")));
    let run = later(&["baseline", "write", "--expires", "2025-06-15"]);
    run.assert_refused(&["baseline::past"]);
}

#[test]
fn an_unused_entry_is_named_where_the_scan_would_have_found_it() {
    let tree = tree();
    assert_eq!(tree.keylint(&["baseline", "write"]).code, 0);
    tree.delete("app.env");
    let run = tree.keylint(&[&["scan", "."], JSON].concat());
    let [(why, covers)] = &stale(&run)[..] else { unreachable!("{run:?}") };
    assert_eq!(why, "unused");
    assert!(covers.contains("gitlab") && covers.contains("app.env"), "{covers}");
    let run = tree.keylint(&["scan", "."]);
    assert!(run.out.contains("keylint baseline prune"), "{run:?}");
    assert_eq!(run.code, 0);
    let sarif = tree.keylint(&["scan", ".", "--format", "sarif"]).report();
    let said = sarif["runs"][0]["invocations"][0]["toolExecutionNotifications"].to_string();
    assert!(said.contains("hides nothing any more"), "{said}");
    for (arguments, code) in [
        (&["scan", "."][..], 1),
        (&["scan", ".", "--only", "secrets"], 1),
        (&["scan", ".", "--only", "policy"], 0),
        (&["scan", ".", "--min-confidence", "high"], 0),
        (&["scan", "src", "--baseline", "keylint.baseline"], 0),
        (&["scan", "src/config.py"], 0),
        (&["scan", "-", "--baseline", "keylint.baseline"], 0),
        (&["git", "--staged"], 0),
        (&["git", "--range", "HEAD~0..HEAD"], 0),
        // What is in files need not be in the history.
        (&["git"], 0),
    ] {
        let run = tree.keylint(&[arguments, FAIL].concat());
        assert_eq!(run.code, code, "{arguments:?}: {run:?}");
    }
    let run = tree.keylint(&["scan", ".", "--fail-on", "high,unused-suppression"]);
    assert_eq!(run.code, 1);
    tree.write("keylint.toml", "fail-on = \"high, unused-suppression\"\n");
    assert_eq!(tree.keylint(&["scan", "."]).code, 1);
    assert_eq!(tree.keylint(&["scan", ".", "--fail-on", "high"]).code, 0, "the flag wins");
    tree.keylint(&["scan", ".", "--fail-on", "unused"]).assert_refused_by_flag();
}

impl Run {
    fn assert_refused_by_flag(&self) {
        assert_eq!(self.code, 2);
        assert!(self.err.contains("unused-suppression"), "{self:?}");
    }
}

#[test]
fn an_entry_for_the_history_is_judged_by_histories() {
    let tree = tree();
    tree.delete("app.env");
    tree.commit("Too late");
    assert_eq!(tree.keylint(&["baseline", "write", "--history"]).code, 0);
    assert_eq!(tree.keylint(&[&["scan", "."], FAIL].concat()).code, 1, "the policy is not in it");
    assert_eq!(stale(&tree.keylint(&[&["scan", "."], JSON].concat())), []);
    assert_eq!(stale(&tree.keylint(&[&["git"], JSON].concat())), []);
    let unknown = "{\"fingerprint\":\"s1:00000000000000000000000000000000\",\"rule\":\"gitlab-pat\",\"path\":\"p\",\"history\":true}\n";
    tree.change("keylint.baseline", |text| format!("{text}{unknown}"));
    assert_eq!(stale(&tree.keylint(&[&["git"], JSON].concat())).len(), 1);
    assert_eq!(stale(&tree.keylint(&[&["scan", "."], JSON].concat())), []);
    let run = tree.keylint(&["baseline", "prune", "--history"]);
    assert!(run.out.contains("1 line removed, 3 kept"), "{run:?}");
}

#[test]
fn an_allow_that_allows_nothing_is_named() {
    let tree = tree();
    tree.write(
        "keylint.toml",
        "[[allow]]\nrule = \"gitlab-pat\"\npath = \"app.env\"\nreason = \"used\"\n\n\
         [[allow]]\nrule = \"gitlab-pat\"\npath = \"gone.env\"\nreason = \"idle\"\n\n\
         [[allow]]\nincomplete = \"gone.zip\"\nreason = \"idle\"\n",
    );
    assert_eq!(tree.keylint(&["baseline", "write"]).code, 0);
    let run = tree.keylint(&[&["scan", "."], JSON].concat());
    let covers: Vec<String> = stale(&run).into_iter().map(|(_, covers)| covers).collect();
    assert_eq!(covers.len(), 2, "{run:?}");
    assert!(covers[0].contains("gone.env") && covers[1].contains("gone.zip"), "{covers:?}");
    assert_eq!(tree.keylint(&[&["scan", "."], FAIL].concat()).code, 1);
    let part = ["scan", "src", "--config", "keylint.toml", "--baseline", "keylint.baseline"];
    let run = tree.keylint(&[&part, FAIL].concat());
    assert_eq!(run.code, 0, "only a part: {run:?}");
    // What an entry is for may be allowed elsewhere too: then it is there.
    tree.write("keylint.toml", "[[allow]]\npath = \"src/**\"\nreason = \"both\"\n");
    assert_eq!(tree.keylint(&[&["scan", "."], FAIL].concat()).code, 1, "the token");
    tree.keylint(&["baseline", "write"]);
    assert_eq!(tree.keylint(&[&["scan", "."], FAIL].concat()).code, 0);
}

#[test]
fn pruning_keeps_what_is_there() {
    let tree = tree();
    tree.keylint(&["baseline", "write"]);
    let before = tree.entries();
    assert!(tree.keylint(&["baseline", "prune"]).out.contains("0 lines removed, 4 kept"));
    tree.delete("app.env");
    tree.rename("src/config.py", "src/moved.py");
    let run = tree.keylint(&["baseline", "prune", "--dry-run"]);
    assert!(run.out.contains("would be removed: s1:"), "{run:?}");
    assert_eq!(tree.entries(), before, "--dry-run changes nothing");
    let run = tree.keylint(&["baseline", "prune"]);
    assert!(run.out.contains("1 line removed, 3 kept"), "{run:?}");
    let after = tree.entries();
    assert!(after.iter().all(|line| before.contains(line)), "kept byte for byte");
    assert_eq!(after.len(), 3);
    tree.keylint(&["baseline", "prune", "src", "--baseline", "keylint.baseline"])
        .assert_refused(&["baseline::part"]);
    tree.keylint(&["baseline", "prune", "src"]).assert_refused(&["baseline::missing"]);
    tree.keylint(&["baseline", "prune", "--min-confidence", "high"])
        .assert_refused(&["baseline::narrowed"]);
}

#[test]
fn an_incomplete_scan_prunes_nothing() {
    let tree = tree();
    tree.keylint(&["baseline", "write"]);
    let before = tree.entries();
    tree.delete("app.env");
    // An archive that cannot be read may hold the token.
    tree.write("old.gz", [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xff, 0xff, 0xff]);
    let run = tree.keylint(&[&["scan", "."], FAIL].concat());
    assert_eq!(run.code, 3, "nothing is called unused: {run:?}");
    let run = tree.keylint(&["baseline", "prune"]);
    assert_eq!(run.code, 3, "{run:?}");
    assert!(run.err.contains("old.gz") && run.err.contains("is not pruned"), "{run:?}");
    assert_eq!(tree.entries(), before);
    tree.write("new.env", format!("TOKEN={}\n", token(9)));
    let run = tree.keylint(&["baseline", "write"]);
    assert_eq!(run.code, 3, "what was found is written: {run:?}");
    assert_eq!(tree.entries().len(), before.len() + 1);
}
