//! `keylint baseline import`: what other scanners wrote becomes entries for what is found of it, and for nothing else.

#![expect(clippy::unwrap_used, reason = "a test may stop where the program is not as it expects")]

mod hostile;
mod project;
mod real;

use serde_json::{Value, json};

use project::{COMMITTER, GONE, Project, TOKEN};

/// The entries of the baseline: path, reason, and whether it is for the history.
fn entries(project: &Project) -> Vec<(String, String, bool)> {
    let text = project.read("keylint.baseline");
    let entry = |line: &str| {
        let entry: Value = serde_json::from_str(line).unwrap();
        let text = |key: &str| entry[key].as_str().unwrap_or_default().to_owned();
        (text("path"), text("reason"), entry["history"] == true)
    };
    let mut entries: Vec<_> = text.lines().skip(1).map(entry).collect();
    entries.sort();
    entries
}

fn entry(path: &str, reason: &str) -> (String, String, bool) {
    (path.into(), reason.into(), false)
}

#[test]
fn what_is_named_is_hidden_and_nothing_else() {
    let project = Project::new();
    let report = json!([
        { "RuleID": "stripe", "File": "app/main.txt", "StartLine": 1, "Secret": TOKEN, "Commit": "" },
        { "RuleID": "x", "File": "app/login.ini", "StartLine": 9, "Secret": "another", "Commit": "" },
    ]);
    // It holds the secret too, and would come first.
    project.write("a.json", report.to_string());
    let run = project.run(&["baseline", "import", "a.json"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert_eq!(entries(&project), [entry("app/main.txt", "imported from gitleaks")]);
    let said = "1 of 2 entries name what is found here, 1 do not:\n        app/login.ini:9: nothing is found there\n";
    assert!(run.out.contains(said), "{}", run.out);
    assert!(!run.out.contains(TOKEN) && !project.read("keylint.baseline").contains(TOKEN));
    let scan = project.run(&["scan", "--format", "json", "--baseline", "keylint.baseline", "app"]);
    let report: Value = serde_json::from_str(&scan.out).unwrap();
    let rules: Vec<&Value> =
        report["findings"].as_array().unwrap().iter().map(|finding| &finding["rule"]).collect();
    assert_eq!(rules, ["generic-password"], "the password stays reported");
}

#[test]
fn entries_that_are_there_stay() {
    let project = Project::new();
    project.write("app/.gitleaksignore", "main.txt:generic-api-key:1\n");
    let first = ["baseline", "import", "app/.gitleaksignore", "app", "-o", "known"];
    assert_eq!(project.run(&first).code, 0);
    let known = project.read("known");
    assert!(known.contains("imported from .gitleaksignore"), "{known}");
    let again = project.run(&first);
    assert!(
        again.out.contains("nothing to add") && again.out.contains("1 known one"),
        "{}",
        again.out
    );
    assert_eq!(project.read("known"), known);
}

#[test]
fn several_files_are_one_import() {
    let project = Project::new();
    let line = json!({
        "SourceMetadata": { "Data": { "Filesystem": { "file": "app/login.ini", "line": 1 } } },
        "Raw": project::password(),
    });
    project.write("truffle.json", format!("{line}\n"));
    project.write("ignore", "app/main.txt:r:1\n");
    let run = project.run(&["baseline", "import", "truffle.json", "ignore", "."]);
    assert_eq!(run.code, 0, "{}", run.err);
    let wanted = [
        entry("app/login.ini", "imported from trufflehog"),
        entry("app/main.txt", "imported from .gitleaksignore"),
    ];
    assert_eq!(entries(&project), wanted);
}

#[test]
fn commits_are_looked_up_in_the_history() {
    let project = Project::new();
    project.git(&["init", "-q"]);
    project.write("old.txt", format!("x = 1\nkey = \"{}\"\n", project::gone()));
    project.git(&["add", "."]);
    project.git(&[&COMMITTER[..], &["commit", "-qm", "one"]].concat());
    let commit = project.git(&["rev-parse", "HEAD"]).trim().to_owned();
    project.git(&["rm", "-q", "old.txt"]);
    project.git(&[&COMMITTER[..], &["commit", "-qm", "two"]].concat());
    project.write("ignore", format!("{commit}:old.txt:r:2\n{commit}:old.txt:r:1\n"));
    let run = project.run(&["baseline", "import", "ignore"]);
    assert_eq!(run.code, 0, "{}", run.err);
    let wanted = (GONE.to_owned(), "imported from .gitleaksignore".to_owned(), true);
    assert_eq!(entries(&project), [wanted], "{}", run.out);
    let short = &commit[..8];
    assert!(run.out.contains(&format!("{short}:old.txt:1: nothing is found there")), "{}", run.out);
    let history = project.run(&["git", "--format", "json"]);
    let report: Value = serde_json::from_str(&history.out).unwrap();
    assert_eq!(report["summary"]["suppressed_by"]["baseline"], 1);
}

#[test]
fn what_something_else_hides_needs_no_entry() {
    let project = Project::new();
    project.write("keylint.toml", "[[allow]]\npath = \"app/**\"\nreason = \"r\"\n");
    project.write("ignore", "app/main.txt:r:1\n");
    let run = project.run(&["baseline", "import", "ignore"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(!project.path().join("keylint.baseline").exists(), "there is nothing to write");
    assert!(run.out.contains("1  left out: comments or keylint.toml hide them"), "{}", run.out);
}
