//! The SARIF report has what GitHub code scanning takes, and no more than it takes.
//!
//! <https://docs.github.com/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning>

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::Arc;

use flate2::Compression;
use flate2::write::GzEncoder;
use keylint::blob::Origin;
use keylint::finding::Severity;
use keylint::outcome::{SkipReason, Skipped};
use keylint::report::Format;
use serde_json::{Value, json};

use super::policy;
use super::tree::{Tree, UNREADABLE};

fn run(tree: &Tree, flags: &[&str]) -> Value {
    let text = tree.report(&[flags, &["--format", "sarif"]].concat());
    let mut log: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(log["version"], "2.1.0");
    assert_eq!(log["$schema"], "https://json.schemastore.org/sarif-2.1.0.json");
    assert_eq!(log["runs"].as_array().unwrap().len(), 1);
    log["runs"][0].take()
}

fn results(run: &Value) -> &[Value] {
    run["results"].as_array().unwrap()
}

fn rules(run: &Value) -> &[Value] {
    run["tool"]["driver"]["rules"].as_array().unwrap()
}

fn uri(result: &Value) -> &str {
    result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap()
}

fn result<'a>(run: &'a Value, wanted: &str) -> &'a Value {
    let found = results(run).iter().find(|result| uri(result) == wanted);
    found.unwrap_or_else(|| panic!("nothing in {wanted}: {run:#}"))
}

/// The text at a pointer, which must not be empty.
fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    let text = value.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    assert!(!text.is_empty(), "{pointer} is empty in {value:#}");
    text
}

#[test]
fn the_run_says_what_it_is() {
    let run = run(&Tree::full(), &[]);
    assert_eq!(run["tool"]["driver"]["name"], "keylint");
    assert_eq!(run["tool"]["driver"]["semanticVersion"], env!("CARGO_PKG_VERSION"));
    assert_eq!(run["columnKind"], "utf16CodeUnits");
    assert!(text(&run, "/automationDetails/id").ends_with('/'), "the category ends in a slash");
}

#[test]
fn rules_have_what_github_asks_for() {
    let run = run(&Tree::full(), &["--show-suppressed"]);
    let severities = ["0.1", "2.5", "5.5", "8.0", "9.5"];
    for rule in rules(&run) {
        let id = text(rule, "/id");
        for pointer in ["/shortDescription/text", "/fullDescription/text"] {
            assert!(text(rule, pointer).chars().count() <= 1024, "{id}: {pointer} is too long");
        }
        assert!(text(rule, "/name").chars().count() <= 255 && !text(rule, "/help/text").is_empty());
        assert!(text(rule, "/help/markdown").contains(text(rule, "/helpUri")), "{id}");
        assert!(severities.contains(&text(rule, "/properties/security-severity")), "{id}");
        let precisions = ["very-high", "high", "medium", "low"];
        assert!(precisions.contains(&text(rule, "/properties/precision")), "{id}");
        let tags = rule["properties"]["tags"].as_array().unwrap();
        assert!(tags.contains(&json!("security")) && tags.len() <= 10, "{id}: {tags:?}");
    }
    let ids: BTreeSet<&str> = rules(&run).iter().map(|rule| text(rule, "/id")).collect();
    assert_eq!(ids.len(), rules(&run).len(), "a rule is there once");
}

#[test]
fn results_have_what_github_asks_for() {
    let run = run(&Tree::full(), &["--show-suppressed"]);
    let mut hashes = BTreeSet::new();
    for result in results(&run) {
        let rule = &rules(&run)[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(result["ruleId"], rule["id"]);
        assert!(!text(result, "/message/text").is_empty());
        assert!(["error", "warning", "note"].contains(&text(result, "/level")));
        let hash = text(result, "/partialFingerprints/primaryLocationLineHash");
        let fingerprint = text(result, "/fingerprints/keylint~1v1");
        assert!(hash.starts_with(fingerprint) && hashes.insert(hash), "{hash} is there twice");
        assert_eq!(result["locations"].as_array().unwrap().len(), 1);
        let region = &result["locations"][0]["physicalLocation"]["region"];
        let number = |name: &str| region[name].as_u64().unwrap_or(0);
        let (start, end) = (number("startColumn"), number("endColumn"));
        assert!(number("startLine") >= 1 && start >= 1 && number("byteLength") > 0, "{region}");
        assert!(number("endLine") > number("startLine") || end > start, "{region}");
    }
    // The token that is there three times, in the order of its places.
    let ordinals: Vec<&str> = results(&run)
        .iter()
        .filter(|result| result["ruleId"] == "github-classic-pat")
        .map(|result| text(result, "/partialFingerprints/primaryLocationLineHash"))
        .map(|hash| hash.rsplit(':').next().unwrap())
        .collect();
    assert_eq!(ordinals, ["1", "2", "3"]);
}

#[test]
fn the_worst_comes_first() {
    let run = run(&Tree::full(), &["--show-suppressed"]);
    let rank = |result: &Value| {
        let words = ["critical", "high", "medium", "low", "note"];
        words.iter().position(|word| result["properties"]["severity"] == *word).unwrap()
    };
    let ranks: Vec<usize> = results(&run).iter().map(rank).collect();
    assert!(ranks.is_sorted() && ranks.first() < ranks.last(), "{ranks:?}");
}

#[test]
fn uris_are_relative_and_have_the_exact_bytes_of_the_names() {
    let run = run(&Tree::full(), &["--show-suppressed"]);
    let uris: BTreeSet<&str> = results(&run).iter().map(uri).collect();
    let expected = [
        "a%20b/%C3%BC%2520%23%3F.py",
        "again.sh",
        "caf%E9.env",
        "deploy.sh",
        "esc%1B%5B31m%07%E2%80%AE.env",
        "inline.py",
        "samples/one.py",
        "session.txt",
    ];
    assert_eq!(uris, BTreeSet::from(expected));
}

#[test]
fn columns_count_utf16_units() {
    let run = run(&Tree::full(), &[]);
    let region =
        &result(&run, "a%20b/%C3%BC%2520%23%3F.py")["locations"][0]["physicalLocation"]["region"];
    // The clef takes two units: one more than in the JSON report.
    assert_eq!(
        *region,
        json!({
            "startLine": 1, "startColumn": 25, "endLine": 1, "endColumn": 36, "byteOffset": 30, "byteLength": 11,
        })
    );
}

#[test]
fn suppressed_results_say_so_or_are_left_out() {
    let tree = Tree::full();
    let all = run(&tree, &["--show-suppressed"]);
    let suppressed: Vec<&Value> =
        results(&all).iter().filter(|result| result.get("suppressions").is_some()).collect();
    assert_eq!(suppressed.len(), 3);
    let of = |uri: &str| &result(&all, uri)["suppressions"];
    assert_eq!(
        *of("samples/one.py"),
        json!([{ "kind": "external", "status": "accepted", "justification": "a sample" }])
    );
    assert_eq!(of("inline.py")[0]["kind"], "inSource");

    let active = run(&tree, &[]);
    assert_eq!(results(&active).len(), results(&all).len() - 3);
    assert!(results(&active).iter().all(|result| result.get("suppressions").is_none()));
    assert_eq!(notes(&active), ["places suppressed: 3 (--show-suppressed lists them)"]);
    assert_eq!(notes(&all), Vec::<&str>::new());
}

fn notes(run: &Value) -> Vec<&str> {
    let notifications = run["invocations"][0]["toolExecutionNotifications"].as_array().unwrap();
    let notes = notifications.iter().filter(|notification| notification["level"] == "note");
    notes.map(|note| text(note, "/message/text")).collect()
}

#[test]
fn what_was_not_scanned_is_a_notification() {
    let tree = Tree::full();
    let gap = |run: &Value| {
        let invocation = &run["invocations"][0];
        let all = invocation["toolExecutionNotifications"].as_array().unwrap();
        let about = all.iter().find(|notification| notification.get("locations").is_some());
        let about = about.unwrap();
        assert_eq!(uri(about), "loop%201%25", "{UNREADABLE} as a URI");
        let level = text(about, "/level").to_owned();
        (invocation["executionSuccessful"].clone(), level, text(about, "/message/text").to_owned())
    };
    let (successful, level, message) = gap(&run(&tree, &[]));
    assert_eq!((successful, level.as_str()), (json!(false), "error"));
    assert!(message.starts_with("not scanned (unreadable): "), "{message}");

    tree.file("keylint.toml", "[[allow]]\nincomplete = \"loop*\"\nreason = \"a loop\"\n");
    let (successful, level, message) = gap(&run(&tree, &[]));
    assert_eq!((successful, level.as_str()), (json!(true), "note"));
    assert!(message.ends_with("; accepted: a loop"), "{message}");
}

#[test]
fn what_is_below_the_confidence_is_counted() {
    let tree = Tree::full();
    let notes_of = |run: &Value| notes(run).join("\n");
    assert!(notes_of(&run(&tree, &["--min-confidence", "very-high"])).contains("--min-confidence"));
    assert!(!notes_of(&run(&tree, &["--min-confidence", "low"])).contains("--min-confidence"));
}

#[test]
fn a_run_has_no_more_results_than_github_takes() {
    let tree = Tree::empty();
    let password = &tree.secrets.password;
    let line = format!("password = \"{password}\"\n");
    tree.file("many.py", line.repeat(25_100));
    let run = run_of(&tree, "many.py");
    assert_eq!(results(&run).len(), 25_000);
    let notifications = &run["invocations"][0]["toolExecutionNotifications"];
    assert_eq!(notifications[0]["message"]["text"], "results left out: 100 (a run may have 25000)");
    assert_eq!(notifications[0]["level"], "warning");
}

#[test]
fn a_log_has_no_more_bytes_than_github_takes() {
    let mut outcome = policy::outcome();
    let finding = outcome.findings.pop().unwrap();
    let mut noise = 0x9e37_79b9_7f4a_7c15_u64;
    for number in 0..30_000_u32 {
        let mut finding = finding.clone();
        // Names that no compressor knows how to shorten.
        let path: Vec<String> = (0..60)
            .map(|_| {
                noise ^= noise << 13;
                noise ^= noise >> 7;
                noise ^= noise << 17;
                format!("{noise:016x}")
            })
            .collect();
        finding.places[0].origin = Arc::new(Origin::File { path: path.join("/").into() });
        finding.severity = if number == 29_999 { Severity::Critical } else { Severity::Low };
        outcome.findings.push(finding);
    }
    let text = policy::report_of(Format::Sarif, &outcome);
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(text.as_bytes()).unwrap();
    let packed = packed.finish().unwrap().len();
    assert!(packed <= 10_000_000, "{packed} bytes");
    assert!(packed > 9_000_000, "{packed} bytes: more results had room");
    let log: Value = serde_json::from_str(&text).unwrap();
    let run = &log["runs"][0];
    let kept = results(run).len();
    assert!(kept < 25_000, "{kept}");
    assert_eq!(results(run)[0]["properties"]["severity"], "critical", "the worst is kept");
    let notifications = run["invocations"][0]["toolExecutionNotifications"].to_string();
    assert!(
        notifications.contains("results left out: 5000 (a run may have 25000)"),
        "{notifications}"
    );
    let left = format!("results left out: {} (a log may have 10 MB, compressed)", 25_000 - kept);
    assert!(notifications.contains(&left), "{notifications}");
}

#[test]
fn many_gaps_are_counted() {
    let mut outcome = policy::outcome();
    for number in 0..1_200 {
        let origin = Origin::File { path: format!("{number}").into() };
        outcome.skipped.push(Skipped::new(origin, SkipReason::Unreadable, "no"));
    }
    let log: Value = serde_json::from_str(&policy::report_of(Format::Sarif, &outcome)).unwrap();
    let invocation = &log["runs"][0]["invocations"][0];
    let notifications = invocation["toolExecutionNotifications"].as_array().unwrap();
    assert_eq!(notifications.len(), 1001);
    assert_eq!(
        notifications[1000]["message"]["text"],
        "not scanned: 200 more; --format json names all"
    );
}

#[test]
fn a_clean_run_is_successful_and_empty() {
    let tree = Tree::empty();
    tree.file("clean.txt", "nothing here\n");
    let run = run_of(&tree, "clean.txt");
    assert_eq!(run["results"], json!([]));
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
}

fn run_of(tree: &Tree, path: &str) -> Value {
    let output = tree.run(["scan", path, "--format", "sarif"]);
    serde_json::from_slice::<Value>(&output.stdout).unwrap()["runs"][0].take()
}
