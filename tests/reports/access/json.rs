//! The JSON reports on access say what `docs/access.schema.json` says.

use keylint::access::Access;
use keylint::report::access::{ChangesFormat, Format, Options};
use serde_json::{Value, json};

use super::{PLAIN, before, changes, report, world};
use crate::{inert, schema};

/// The schema of the reports.
const SCHEMA: &str = include_str!("../../../docs/access.schema.json");

/// Worlds with their reports.
pub(crate) fn reports() -> Vec<String> {
    let mut all = Vec::new();
    for access in [world::full(), world::hostile(), world::large(3, 4), Access::default()] {
        for everything in [false, true] {
            all.push(report(Format::Json, &access, &Options { all: everything, ..PLAIN }));
        }
        all.push(changes(ChangesFormat::Json, &before(), &access));
    }
    all
}

fn schema() -> Value {
    serde_json::from_str(SCHEMA).unwrap()
}

/// The schema, for reports of one kind alone: problems have their places then.
fn kind_of(report: &Value) -> Value {
    let mut schema = schema();
    let kind = if report.get("paths").is_some() { "answers" } else { "changes" };
    schema.as_object_mut().unwrap().remove("oneOf");
    schema["$ref"] = json!(format!("#/$defs/{kind}"));
    schema
}

fn full() -> Value {
    serde_json::from_str(&report(Format::Json, &world::full(), &PLAIN)).unwrap()
}

#[test]
fn reports_fit_the_schema() {
    for text in reports() {
        let report: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(schema::problems(&kind_of(&report), &report), Vec::<String>::new());
        assert_eq!(schema::problems(&schema(), &report), Vec::<String>::new());
        inert::assert_harmless("json", text.into_bytes());
    }
    assert_eq!(schema::undescribed(&schema(), ""), Vec::<String>::new());
}

#[test]
fn the_schema_refuses_what_is_wrong() {
    let good = full();
    let schema = kind_of(&good);
    let cases: &[(&str, Value)] = &[
        ("/version", json!(2)),
        ("/other", json!(1)),
        ("/paths/1/answer", json!("NO")),
        ("/paths/1/links/2/code", json!("L10")),
        ("/paths/1/links/2/status", json!("not given")),
        ("/paths/1/links/2/place", json!(null)),
        ("/paths/1/links/2/place/line", json!(0)),
        ("/paths/1/links/2/fix/statement", json!("{}")),
        ("/paths/1/other", json!(1)),
        ("/secrets/0/key", json!({ "kind": "known" })),
        ("/expectations/0/kind", json!("permit")),
        ("/expectations/0/result", json!("ok")),
        ("/expectations/0/paths", json!([-1])),
        ("/skipped/0/reason", json!("bored")),
        ("/summary/yes", json!("1")),
    ];
    for (pointer, wrong) in cases {
        let mut report = good.clone();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        report.pointer_mut(parent).unwrap()[key] = wrong.clone();
        assert!(!schema::problems(&schema, &report).is_empty(), "{pointer} may be {wrong}");
    }
}

#[test]
fn a_path_has_its_links_places_and_fixes() {
    let report = full();
    let path = &report["paths"][1];
    assert_eq!(path["principal"], "app/ApplicationRole");
    assert_eq!(
        path["secret_arn"],
        "arn:aws:secretsmanager:us-east-1:111122223333:secret:prod/db-??????"
    );
    assert_eq!(
        (&path["principal_account"], &path["secret_account"]),
        (&json!("app"), &json!("security"))
    );
    let link = &path["links"][2];
    assert_eq!((&link["code"], &link["name"]), (&json!("L3"), &json!("key-policy-decrypt")));
    assert_eq!((&link["status"], &link["needed"]), (&json!("missing"), &json!(true)));
    assert_eq!(link["place"], json!({ "path": "key.json", "line": 5, "column": 9 }));
    assert_eq!(link["nearest"]["place"]["line"], 14);
    assert_eq!(link["fix"]["statement"]["Action"], "kms:Decrypt");
    assert_eq!(path["links"].as_array().unwrap().len(), 9);
    assert_eq!(path["links"][4].get("place"), None, "what is not there is left out");
}

#[test]
fn paths_that_nobody_meant_are_short() {
    let links = |access: &Access, options: &Options| {
        let report: Value = serde_json::from_str(&report(Format::Json, access, options)).unwrap();
        report["paths"][3]["links"].as_array().unwrap().len()
    };
    assert_eq!(links(&world::full(), &PLAIN), 9);
    // There are very many of them.
    let mut many = world::full();
    many.paths.resize(Access::MOST_TOLD + 1, many.paths[3].clone());
    assert_eq!(links(&many, &PLAIN), 1);
    assert_eq!(links(&many, &Options { all: true, ..PLAIN }), 9);
}

#[test]
fn the_summary_counts() {
    assert_eq!(
        full()["summary"],
        json!({
            "paths": 8, "yes": 2, "no": 4, "depends": 1, "unknown": 1,
            "expectations": { "held": 1, "broken": 2, "open": 1, "nothing": 1 },
        })
    );
}

#[test]
fn names_are_exact() {
    let access = world::hostile();
    let report: Value = serde_json::from_str(&report(Format::Json, &access, &PLAIN)).unwrap();
    assert_eq!(report["principals"][0]["label"], json!(access.principals[0].label));
    let path = report["paths"][0]["links"][0]["place"]["path"].as_str().unwrap();
    assert!(path.starts_with("a\\u{1b}[31m|`\\u{a}@team"), "{path}");
}

#[test]
fn names_of_files_that_are_not_utf8_stay_readable() {
    use std::os::unix::ffi::OsStrExt;
    let mut access = world::full();
    let path = std::ffi::OsStr::from_bytes(b"caf\xe9.json").into();
    access.skipped[0].origin = keylint::blob::Origin::File { path };
    let report: Value = serde_json::from_str(&report(Format::Json, &access, &PLAIN)).unwrap();
    assert_eq!(report["skipped"][0]["origin"], "caf\\xe9.json");
}

#[test]
fn a_path_is_a_line() {
    let text = report(Format::Json, &world::large(3, 4), &PLAIN);
    assert_eq!(text.lines().filter(|line| line.starts_with("{\"principal\":")).count(), 12);
}

#[test]
fn changes_have_the_paths_that_are_there_now() {
    let text = changes(ChangesFormat::Json, &before(), &world::full());
    let report: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["summary"], json!({ "added": 2, "changed": 2, "removed": 1 }));
    let change = &report["changes"][0];
    assert_eq!(
        (&change["change"], &change["before"], &change["after"]),
        (&json!("added"), &json!("no"), &json!("yes"))
    );
    assert_eq!(change["path"]["links"].as_array().unwrap().len(), 9);
}
