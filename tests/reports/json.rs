//! The JSON report says what `docs/report.schema.json` says, and tells the truth about the tree.

use serde_json::{Value, json};

use super::schema;
use super::tree::{Tree, UNREADABLE};

/// The schema of the report.
pub(crate) const SCHEMA: &str = include_str!("../../docs/report.schema.json");

/// Flags that change what a JSON report holds.
pub(crate) const VARIANTS: &[&[&str]] = &[
    &[],
    &["--show-suppressed"],
    &["--show-suppressed", "--reveal"],
    &["--min-confidence", "low"],
    &["--only", "secrets", "--min-confidence", "very-high"],
];

fn report(tree: &Tree, flags: &[&str]) -> Value {
    let text = tree.report(&[flags, &["--format", "json"]].concat());
    serde_json::from_str(&text).unwrap()
}

fn finding<'a>(report: &'a Value, origin: &str) -> &'a Value {
    let all = report["findings"].as_array().unwrap();
    let found = all.iter().find(|finding| finding["places"][0]["origin"] == origin);
    found.unwrap_or_else(|| panic!("nothing in {origin}: {report:#}"))
}

#[test]
fn reports_fit_the_schema() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let tree = Tree::full();
    for flags in VARIANTS {
        let report = report(&tree, flags);
        assert_eq!(schema::problems(&schema, &report), Vec::<String>::new(), "{flags:?}");
    }
    assert_eq!(schema::undescribed(&schema, ""), Vec::<String>::new());
}

#[test]
fn the_schema_refuses_what_is_wrong() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let good = report(&Tree::full(), &["--show-suppressed"]);
    let cases: &[(&str, Value)] = &[
        ("/schema_version", json!(2)),
        ("/summary", json!({})),
        ("/summary/by_severity", json!({ "terrible": 1 })),
        ("/findings/0/severity", json!("HIGH")),
        ("/findings/0/fingerprint", json!("s1:abc")),
        ("/findings/0/places", json!([])),
        ("/findings/0/places/0/start/line", json!(0)),
        ("/findings/0/places/0/start/column", json!("1")),
        ("/findings/0/secret", json!({ "redacted": "x", "verdict": "true", "facts": {} })),
        ("/findings/0/policy", json!({ "supersedes": [] })),
        ("/skipped/0/reason", json!("bored")),
        ("/skipped/0/other", json!(1)),
        ("/stats/files", json!(-1)),
        ("/stats/rejected", json!({ "prose": "1" })),
        ("/other", json!(1)),
    ];
    for (pointer, wrong) in cases {
        let mut report = good.clone();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        match report.pointer_mut(parent).unwrap() {
            Value::Object(fields) => fields.insert(key.into(), wrong.clone()),
            other => panic!("{parent} is {other}"),
        };
        assert!(!schema::problems(&schema, &report).is_empty(), "{pointer} may be {wrong}");
    }
}

#[test]
fn a_policy_finding_fits_the_schema() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let mut report = report(&Tree::full(), &[]);
    let finding = report["findings"][0].as_object_mut().unwrap();
    finding.remove("secret");
    assert!(!schema::problems(&schema, &Value::Null).is_empty());
    let neither = schema::problems(&schema, &report);
    assert!(neither.iter().any(|problem| problem.contains("oneOf")), "{neither:?}");
    let finding = report["findings"][0].as_object_mut().unwrap();
    finding.insert("policy".into(), json!({ "supersedes": ["wildcard-action"] }));
    finding.insert("fingerprint".into(), json!("p1:00112233445566778899aabbccddeeff"));
    assert_eq!(schema::problems(&schema, &report), Vec::<String>::new());
}

#[test]
fn the_report_counts_what_is_there() {
    let tree = Tree::full();
    let report = report(&tree, &[]);
    assert_eq!(report["now"], "2023-11-14T22:13:20Z");
    assert_eq!(report["complete"], false);
    let listed = report["findings"].as_array().unwrap().len();
    assert_eq!(
        report["summary"],
        json!({
            "findings": listed, "suppressed": 3, "below_confidence": 0,
            "suppressed_by": { "config": 1, "inline": 2 },
            // An access key id without its secret is one level lower.
            "by_severity": { "critical": 1, "medium": 4 },
        })
    );
    assert_eq!(report["stats"]["files"], 9);
    assert_eq!(report["stats"]["links"], 1);
    let skipped = &report["skipped"][0];
    assert_eq!(
        (&skipped["origin"], &skipped["reason"]),
        (&json!(UNREADABLE), &json!("unreadable"))
    );
}

#[test]
fn positions_are_bytes_and_characters() {
    let report = report(&Tree::full(), &[]);
    let place = &finding(&report, "a b/ü%20#?.py")["places"][0];
    assert_eq!(place["start"], json!({ "line": 1, "column": 24, "offset": 30 }));
    assert_eq!(place["end"], json!({ "line": 1, "column": 35, "offset": 41 }));
    assert_eq!(place["snippet"], "x = \"日本𝄞\"; password = \"********\"");
}

#[test]
fn one_secret_is_one_finding_with_all_its_places() {
    let report = report(&Tree::full(), &[]);
    let places = finding(&report, "again.sh")["places"].as_array().unwrap();
    let places: Vec<String> =
        places.iter().map(|place| format!("{}:{}", place["origin"], place["start"])).collect();
    assert_eq!(
        places,
        [
            r#""again.sh":{"column":14,"line":1,"offset":13}"#,
            r#""deploy.sh":{"column":21,"line":2,"offset":28}"#,
            r#""deploy.sh":{"column":13,"line":3,"offset":82}"#
        ]
    );
}

#[test]
fn suppressed_places_are_listed_on_request_with_their_reasons() {
    let tree = Tree::full();
    let report = report(&tree, &["--show-suppressed"]);
    let mut reasons: Vec<(String, String)> = Vec::new();
    for place in report["findings"].as_array().unwrap().iter().map(|found| &found["places"][0]) {
        if let Some(suppressed) = place["suppressed"].as_object() {
            reasons.push((suppressed["kind"].to_string(), suppressed["reason"].to_string()));
        }
    }
    let expected = [
        (r#""inline""#, r#""a \\u{1b}[7mtest\\u{202e}""#),
        (r#""inline""#, r#""also a test""#),
        (r#""config""#, r#""a sample""#),
    ];
    assert_eq!(reasons, expected.map(|(kind, reason)| (kind.into(), reason.into())));
    assert_eq!(report["summary"]["suppressed"], 3);
}

#[test]
fn an_accepted_gap_completes_the_report() {
    let tree = Tree::full();
    tree.file("keylint.toml", "[[allow]]\nincomplete = \"loop*\"\nreason = \"a loop\"\n");
    let report = report(&tree, &[]);
    assert_eq!(
        (&report["complete"], &report["skipped"][0]["accepted"]),
        (&json!(true), &json!("a loop"))
    );
}

#[test]
fn a_report_does_not_depend_on_threads() {
    let tree = Tree::full();
    for format in ["text", "json", "sarif"] {
        let one = tree.report(&["--threads", "1", "--format", format]);
        assert_eq!(one, tree.report(&["--threads", "7", "--format", format]), "{format}");
    }
}
