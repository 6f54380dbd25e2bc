//! A finding of the policy half, which has no secret, in every format.

use std::path::PathBuf;
use std::sync::Arc;

use keylint::blob::{Blob, Content, Origin};
use keylint::config::Secrets;
use keylint::finding::{
    CheckMeta, Confidence, Edit, Example, Finding, FindingKind, Fix, Place, RuleMeta, Severity,
};
use keylint::fingerprint::{ContentId, Fingerprint};
use keylint::outcome::Outcome;
use keylint::report::{self, Format, Look, Options, Suppressed};
use keylint::snippet::Snippet;
use serde_json::{Value, json};

use super::schema;

const POLICY: &[u8] = b"{\n  \"Action\": \"*\"\n}\n";

pub(crate) fn outcome() -> Outcome {
    let rule = RuleMeta {
        id: "any-action".into(),
        title: "Every action is allowed".into(),
        help: "Name the actions that are needed.".into(),
        severity: Severity::High,
        confidence: Confidence::High,
        references: vec!["https://docs.aws.amazon.com/IAM/latest/UserGuide/".into()],
        tags: vec!["policy".into()],
        check: Some(CheckMeta {
            why: "Whoever has it can do everything.".into(),
            aliases: vec!["ANY_ACTION".into()],
            bad: Example { language: "json", text: "{}" },
            good: Example { language: "json", text: "{}" },
        }),
    };
    let origin = Arc::new(Origin::File { path: PathBuf::from("policy.json") });
    let span = 14..17;
    let location = Blob::whole(&origin, POLICY, Content::Text).locator().locate(&span);
    let edit = Edit { location, text: "\"s3:Get\"".into() };
    let rule = Arc::new(rule);
    let place = Place {
        rule: Arc::clone(&rule),
        location,
        snippet: Snippet::new(POLICY, &span, &[]),
        suppressed: None,
        written: None,
        layer: None,
        built: None,
        fix: Some(Fix { edits: vec![edit], of: ContentId::of(POLICY) }),
        origin,
    };
    let finding = Finding {
        rule,
        severity: Severity::High,
        confidence: Confidence::High,
        message: "the statement allows every action".into(),
        places: vec![place],
        kind: FindingKind::Policy { supersedes: vec!["wide-action".into()] },
        fingerprint: Fingerprint::of_policy("any-action", ContentId::of(b"statement"), "Action"),
        history: None,
    };
    let mut outcome = Outcome { findings: vec![finding], ..Outcome::default() };
    outcome.stats.files = 1;
    outcome.stats.documents = 2;
    outcome
}

fn report(format: Format) -> String {
    report_of(format, &outcome())
}

/// An outcome as a report.
pub(crate) fn report_of(format: Format, outcome: &Outcome) -> String {
    let options = Options {
        suppressed: Suppressed::Counted,
        secrets: Secrets::Masked,
        now: 0,
        fail_on: Severity::Low,
        look: Look::Plain,
        width: 100,
        links: None,
        category: "scan",
    };
    let mut out = Vec::new();
    report::write(format, outcome, &options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn json_has_policy_instead_of_secret() {
    let report: Value = serde_json::from_str(&report(Format::Json)).unwrap();
    let rules: Value = serde_json::from_str(super::json::SCHEMA).unwrap();
    assert_eq!(schema::problems(&rules, &report), Vec::<String>::new());
    let finding = &report["findings"][0];
    let start = json!({ "line": 2, "column": 13, "offset": 14 });
    let end = json!({ "line": 2, "column": 16, "offset": 17 });
    let edit = json!({ "start": start, "end": end, "text": "\"s3:Get\"" });
    assert_eq!(finding["policy"], json!({ "supersedes": ["wide-action"] }));
    assert_eq!(finding["places"][0]["fix"], json!([edit]));
    assert_eq!(finding.get("secret"), None);
    assert_eq!(finding["places"][0]["start"], json!({ "line": 2, "column": 13, "offset": 14 }));
    assert_eq!(report["stats"]["documents"], 2);
}

#[test]
fn sarif_has_the_checks_it_supersedes() {
    let log: Value = serde_json::from_str(&report(Format::Sarif)).unwrap();
    let run = &log["runs"][0];
    assert_eq!(run["results"][0]["properties"]["supersedes"], json!(["wide-action"]));
    assert_eq!(run["results"][0]["message"]["text"], "the statement allows every action");
    let tags = &run["tool"]["driver"]["rules"][0]["properties"]["tags"];
    assert_eq!(*tags, json!(["security", "policy"]));
    let codes = &run["tool"]["driver"]["rules"][0]["properties"]["accessAnalyzer"];
    assert_eq!(*codes, json!(["ANY_ACTION"]));
}

#[test]
fn sarif_has_the_fix_to_the_byte() {
    let log: Value = serde_json::from_str(&report(Format::Sarif)).unwrap();
    let change = &log["runs"][0]["results"][0]["fixes"][0]["artifactChanges"][0];
    assert_eq!(change["artifactLocation"]["uri"], "policy.json");
    let replacement = &change["replacements"][0];
    let region = &replacement["deletedRegion"];
    assert_eq!((&region["byteOffset"], &region["byteLength"]), (&json!(14), &json!(3)));
    assert_eq!(replacement["insertedContent"]["text"], "\"s3:Get\"");
}

#[test]
fn text_shows_the_place_and_counts_documents() {
    let text = report(Format::Text);
    for part in [
        "any-action\n",
        "× the statement allows every action",
        "[policy.json:2:13]",
        "2 │   \"Action\": \"*\"",
        "high severity, high confidence",
        "help: Name the actions that are needed.",
        "1 finding (1 high) in 1 file",
        "1 place to be put right by --fix",
        "2 policy documents read",
    ] {
        assert!(text.contains(part), "{part} is missing:\n{text}");
    }
}
