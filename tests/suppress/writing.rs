//! How a baseline is written: whole or not at all, by scans and by reports, and nothing in it that helps to guess.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::fixture::{Tree, key, token, tree, weak};

#[test]
fn writing_twice_changes_nothing() {
    let tree = tree();
    let run = tree.keylint(&["baseline", "write"]);
    assert!(run.out.contains("4 findings added, 0 known ones kept"), "{run:?}");
    assert!(run.out.contains("rotate them"), "{run:?}");
    let once = tree.read("keylint.baseline");
    let state = || {
        let data = fs::metadata(tree.path("keylint.baseline")).unwrap();
        (data.modified().unwrap(), data.permissions().mode() & 0o600)
    };
    let before = state();
    let run =
        tree.keylint(&["baseline", "write", "--reason", "another", "--expires", "2099-01-01"]);
    assert!(run.out.contains("nothing to add, 4 known ones kept"), "{run:?}");
    assert_eq!((tree.read("keylint.baseline"), state()), (once.clone(), before));
    for (secret, name) in [(token(1), "the token"), (weak('a'), "the password")] {
        assert!(!once.contains(&secret), "{name} is in the baseline");
    }
    assert!(once.ends_with("}\n") && !once.contains("\"line\""), "{once}");
    assert_eq!(
        tree.keylint(&["scan", "keylint.baseline", "--no-config"]).code,
        0,
        "it is clean itself"
    );
}

#[test]
fn entries_stay_byte_for_byte() {
    let tree = tree();
    tree.keylint(&["baseline", "write"]);
    tree.change("keylint.baseline", |text| text.replace("\"rule\":", " \"rule\" : "));
    let edited = tree.entries();
    tree.rename("app.env", "moved.env");
    tree.write("new.env", format!("TOKEN={}\n", token(2)));
    let run = tree.keylint(&["baseline", "write", "-q", "--reason", "of a demo", "--owner", "ops"]);
    assert_eq!((run.out.as_str(), run.err.as_str()), ("", ""));
    let after = tree.entries();
    assert!(edited.iter().all(|line| after.contains(line)), "{after:?}");
    let new: Vec<&String> = after.iter().filter(|line| !edited.contains(line)).collect();
    assert_eq!(new.len(), 1);
    assert!(
        new[0].ends_with("\"path\":\"new.env\",\"reason\":\"of a demo\",\"owner\":\"ops\"}"),
        "{new:?}"
    );
}

#[test]
fn reports_can_be_taken_for_a_scan() {
    let tree = tree();
    tree.keylint(&["scan", ".", "-o", "../report.json"]);
    let run = tree.keylint(&["baseline", "write", "--from", "../report.json"]);
    assert_eq!(run.code, 0, "{run:?}");
    let taken = tree.read("keylint.baseline");
    tree.delete("keylint.baseline");
    tree.keylint(&["baseline", "write"]);
    assert_eq!(tree.read("keylint.baseline"), taken);
    for (text, word) in
        [("hello", "line 1"), ("{\"schema_version\":2,\"findings\":[]}", "version is 2")]
    {
        tree.write("bad.json", text);
        let run = tree.keylint(&["baseline", "write", "--from", "bad.json"]);
        run.assert_refused(&["baseline::report", word]);
    }
    let run = tree.keylint(&["scan", ".", "--baseline", "../report.json"]);
    run.assert_refused(&["keylint baseline write --from ../report.json"]);
}

#[test]
fn what_cannot_be_written_is_left_as_it_is() {
    let tree = tree();
    tree.keylint(&["baseline", "write", "-o", "none/base"])
        .assert_refused(&["baseline::unwritten"]);
    tree.write("folder/x", "");
    tree.keylint(&["baseline", "write", "-o", "folder"]).assert_refused(&["baseline::unreadable"]);
    tree.write("notes.txt", "my notes\n");
    tree.keylint(&["baseline", "write", "-o", "notes.txt"]).assert_refused(&["baseline::line"]);
    assert_eq!(tree.read("notes.txt"), "my notes\n");
    let locked = tree.path("locked");
    fs::create_dir(&locked).unwrap();
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o555)).unwrap();
    // The superuser may write everywhere.
    if fs::write(locked.join("probe"), "").is_err() {
        let run = tree.keylint(&["baseline", "write", "-o", "locked/base"]);
        run.assert_refused(&["baseline::unwritten", "nothing was changed"]);
    }
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o755)).unwrap();
    let left: Vec<_> =
        fs::read_dir(tree.path("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().ends_with(".tmp")), "{left:?}");
}

#[test]
fn the_history_is_written_down_too() {
    let tree = tree();
    tree.delete("app.env");
    tree.commit("Too late");
    tree.keylint(&["baseline", "write"]);
    assert_eq!(tree.reported(&["git"]), BTreeSet::from([token(1)]));
    let run = tree.keylint(&["baseline", "write", "--history"]);
    assert!(run.out.contains("1 finding added, 3 known ones kept"), "{run:?}");
    assert_eq!(tree.reported(&["git"]), BTreeSet::new());
    let new: Vec<String> =
        tree.entries().into_iter().filter(|line| line.contains("\"history\":true")).collect();
    assert!(matches!(&new[..], [one] if one.contains("\"path\":\"app.env\"")), "{new:?}");
}

/// A reader of a baseline can try passwords, and many fit: what it says of the value has 16 bits.
#[test]
fn a_weak_entry_fits_many_passwords() {
    let tree = Tree::new();
    let passwords: BTreeSet<String> =
        (0..70_000).map(|number| format!("Hq{number:05}zk")).collect();
    let lines: Vec<String> = passwords.iter().map(|text| format!("{}={text}", key())).collect();
    tree.write("many.env", lines.join("\n"));
    let run = tree.keylint(&["scan", "many.env", "--format", "json", "--min-confidence", "low"]);
    let report = run.report();
    let findings = report["findings"].as_array().unwrap();
    let places: usize =
        findings.iter().map(|finding| finding["places"].as_array().unwrap().len()).sum();
    assert!(places > 65_536, "{places} places");
    assert!(
        findings.iter().all(|finding| finding["fingerprint"].as_str().unwrap().starts_with("w1:"))
    );
    assert!(findings.len() < places && findings.len() <= 65_536, "{} findings", findings.len());
}
