//! What GitLab takes: its report on secrets, and its report on the quality of code.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::rich::{RUNS, rich};
use super::schema;
use super::tools::{check, tool};
use super::tree::Tree;

/// What GitLab's own schema of version 15 asks for, in our words.
const SECRETS: &str = include_str!("schemas/gitlab-secrets.json");
/// What GitLab's page on code quality asks for.
const QUALITY: &str = include_str!("schemas/gitlab-quality.json");

fn report(tree: &Tree, arguments: &[&str], format: &str) -> Value {
    let output = tree.run(arguments.iter().chain(&["--format", format]));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn reports_have_what_gitlab_asks_for() {
    let tree = rich();
    for run in RUNS {
        for flags in [&[][..], &["--show-suppressed"]] {
            let arguments = [run, flags].concat();
            let secrets = report(&tree, &arguments, "gitlab");
            assert_eq!(
                schema::problems(&parsed(SECRETS), &secrets),
                Vec::<String>::new(),
                "{arguments:?}"
            );
            let quality = report(&tree, &arguments, "gitlab-codequality");
            assert_eq!(
                schema::problems(&parsed(QUALITY), &quality),
                Vec::<String>::new(),
                "{arguments:?}"
            );
        }
    }
}

#[test]
fn check_jsonschema_accepts_them() {
    let Some(program) = tool("check-jsonschema", "reports for GitLab against their schemas") else {
        return;
    };
    let tree = rich();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reports/schemas");
    for (format, name) in
        [("gitlab", "gitlab-secrets.json"), ("gitlab-codequality", "gitlab-quality.json")]
    {
        let report = report(&tree, RUNS[0], format);
        tree.file("good.json", report.to_string());
        assert_eq!(check(&program, &folder.join(name), &[tree.path("good.json")]), "");
        tree.file("wrong.json", report.to_string().replace("\"location\"", "\"place\""));
        assert_ne!(check(&program, &folder.join(name), &[tree.path("wrong.json")]), "", "{format}");
    }
}

#[test]
fn every_secret_is_a_vulnerability_with_an_identity_of_its_own() {
    let tree = rich();
    let listed = report(&tree, RUNS[0], "json");
    let secrets =
        listed["findings"].as_array().unwrap().iter().filter(|of| of.get("secret").is_some());
    let active = |of: &&Value| of.get("suppressed").is_none();
    let places: usize =
        secrets.map(|of| of["places"].as_array().unwrap().iter().filter(active).count()).sum();
    let of_gitlab = report(&tree, RUNS[0], "gitlab");
    let all = of_gitlab["vulnerabilities"].as_array().unwrap();
    assert_eq!(all.len(), places);
    let ids: BTreeSet<&str> = all.iter().map(|of| of["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), all.len());
    assert!(all.iter().all(|of| of.get("raw_source_code_extract").is_none()));
    let of = |file: &str| all.iter().find(|of| of["location"]["file"] == file).unwrap();
    assert_eq!(
        of("deploy.sh")["location"],
        json!({ "file": "deploy.sh", "start_line": 2, "end_line": 2, "commit": { "sha": "0000000" } })
    );
    // Lines of what is in an archive are not those of the archive.
    assert_eq!(
        of("backup.tar")["location"],
        json!({ "file": "backup.tar", "commit": { "sha": "0000000" } })
    );
    assert!(of("backup.tar")["description"].as_str().unwrap().contains("in/side.env:1"));
}

#[test]
fn what_is_in_a_history_has_its_commit() {
    let tree = rich();
    let report = report(&tree, RUNS[1], "gitlab");
    let all = report["vulnerabilities"].as_array().unwrap();
    let commit =
        &all.iter().find(|of| of["location"]["file"] == "x.env").unwrap()["location"]["commit"];
    assert_eq!(commit["sha"].as_str().unwrap().len(), 40);
    assert_eq!(
        (&commit["author"], &commit["message"]),
        (&json!("A B <a@example.org>"), &json!("first | <b> ::error::x"))
    );
}

#[test]
fn messages_say_what_the_report_leaves_out() {
    let tree = rich();
    let report = report(&tree, RUNS[0], "gitlab");
    assert_eq!(report["scan"]["status"], "failure");
    let messages: Vec<&str> = report["scan"]["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|of| of["value"].as_str().unwrap())
        .collect();
    let messages = messages.join("\n");
    for part in [
        "not scanned (malformed): broken.gz: ",
        "--format gitlab-codequality",
        "places suppressed: 3 ",
    ] {
        assert!(messages.contains(part), "{part} is missing:\n{messages}");
    }
}

#[test]
fn issues_of_code_have_fingerprints_of_their_own_that_do_not_move() {
    let tree = rich();
    let before = report(&tree, RUNS[0], "gitlab-codequality");
    let all = before.as_array().unwrap();
    let prints = |all: &[Value]| -> BTreeSet<String> {
        all.iter().map(|of| of["fingerprint"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(prints(all).len(), all.len());
    let names: BTreeSet<&str> = all.iter().map(|of| of["check_name"].as_str().unwrap()).collect();
    assert!(
        ["admin-star", "github-classic-pat", "keylint-not-scanned"]
            .iter()
            .all(|name| names.contains(name))
    );
    let text = fs::read_to_string(tree.path("again.sh")).unwrap();
    tree.file("again.sh", format!("# new\n{text}"));
    let after = report(&tree, RUNS[0], "gitlab-codequality");
    assert_eq!(prints(after.as_array().unwrap()), prints(all));
    assert_ne!(after, before);
}

#[test]
fn paths_are_relative() {
    let tree = Tree::full();
    let report = report(&tree, &["scan", "./deploy.sh"], "gitlab-codequality");
    assert_eq!(report[0]["location"]["path"], "deploy.sh");
}
