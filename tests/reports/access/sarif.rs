//! The SARIF report on access has what is otherwise than somebody meant, and where.

use std::sync::Arc;

use keylint::access::{Access, Site};
use keylint::report::access::Format;
use serde_json::{Value, json};

use super::{PLAIN, report, world};
use crate::inert;

/// Reports on worlds of all kinds.
pub(crate) fn reports() -> Vec<String> {
    let worlds = [world::full(), world::hostile(), world::large(2, 2), Access::default()];
    worlds.iter().map(|access| report(Format::Sarif, access, &PLAIN)).collect()
}

fn run(access: &Access) -> Value {
    let mut log: Value = serde_json::from_str(&report(Format::Sarif, access, &PLAIN)).unwrap();
    assert_eq!(log["version"], "2.1.0");
    log["runs"][0].take()
}

#[test]
fn results_are_what_somebody_did_not_mean() {
    let run = run(&world::full());
    assert_eq!(run["automationDetails"]["id"], "keylint/access/");
    let results = run["results"].as_array().unwrap();
    let about = |result: &Value| {
        let of = &result["properties"];
        format!("{} {} {}", result["ruleId"], of["principal"], of["secret"]).replace('"', "")
    };
    assert_eq!(
        results.iter().map(about).collect::<Vec<_>>(),
        [
            "access-path-unexpected security/Admin security/prod/db",
            "access-path-broken app/ApplicationRole security/prod/db",
        ],
        "the path of app/BuildRole is denied, and should be"
    );
    let broken = &results[1];
    let place = &broken["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "key.json");
    assert_eq!(place["region"]["startLine"], 5);
    let related = broken["relatedLocations"].as_array().unwrap();
    assert_eq!(related.len(), 6, "five links with a place, and the expectation");
    assert_eq!((&related[0]["id"], &related[5]["id"]), (&json!(1), &json!(6)));
    let message = broken["message"]["text"].as_str().unwrap();
    for part in [
        "app/ApplicationRole cannot read security/prod/db",
        "missing: L3 key policy: no statement",
        "fix: the key policy of key.secrets (key.json:1): add this statement: { \"Sid\": \"DecryptForApp\"",
        "missing: L4 identity decrypt: ",
    ] {
        assert!(message.contains(part), "{part} is missing:\n{message}");
    }
}

#[test]
fn rules_have_what_github_asks_for() {
    let run = run(&world::full());
    for (at, rule) in run["tool"]["driver"]["rules"].as_array().unwrap().iter().enumerate() {
        let text =
            |pointer: &str| rule.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        for pointer in [
            "/shortDescription/text",
            "/fullDescription/text",
            "/help/text",
            "/help/markdown",
            "/helpUri",
        ] {
            assert!(!text(pointer).is_empty(), "rule {at}: {pointer}");
        }
        assert!(text("/fullDescription/text").chars().count() <= 1024);
        assert!(["5.5", "8.0"].contains(&text("/properties/security-severity")));
    }
    for result in run["results"].as_array().unwrap() {
        let rule = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(run["tool"]["driver"]["rules"][rule]["id"], result["ruleId"]);
        assert_eq!(result["locations"].as_array().unwrap().len(), 1);
    }
}

fn hashes(access: &Access) -> Vec<String> {
    let results = run(access)["results"].take();
    let hash =
        |result: &Value| result["partialFingerprints"]["primaryLocationLineHash"].to_string();
    results.as_array().unwrap().iter().map(hash).collect()
}

#[test]
fn fingerprints_outlive_moves() {
    let full = world::full();
    let mut moved = world::full();
    for link in moved.paths.iter_mut().flat_map(|path| Arc::make_mut(&mut path.links)) {
        link.site = link.site.as_ref().map(|_| world::site("elsewhere.json", 77));
    }
    assert_eq!(hashes(&full), hashes(&moved));
    let mut repaired = world::full();
    Arc::make_mut(&mut repaired.paths[1].links)[2] = repaired.paths[0].links[2].clone();
    assert_ne!(hashes(&full), hashes(&repaired), "another link is missing: another result");
}

#[test]
fn a_path_without_places_is_where_it_is_expected() {
    let mut access = world::full();
    let none = |site: &mut Option<Site>| *site = None;
    for link in Arc::make_mut(&mut access.paths[1].links) {
        none(&mut link.site);
        link.nearest = None;
        link.fix = None;
    }
    let run = run(&access);
    let place = &run["results"][1]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(place, "accounts.toml");
}

#[test]
fn what_was_not_read_is_a_notification() {
    let run = run(&world::full());
    let invocation = &run["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let notes = invocation["toolExecutionNotifications"].as_array().unwrap();
    let levels: Vec<_> = notes.iter().map(|note| note["level"].as_str().unwrap()).collect();
    assert_eq!(levels, ["error", "warning", "note", "note"]);
    assert_eq!(
        notes[1]["message"]["text"],
        "an expectation is about no path: allow app/NoSuchRole on security/prod/db"
    );
}

#[test]
fn no_name_commands_the_terminal() {
    for text in reports() {
        inert::assert_harmless("sarif", text.into_bytes());
    }
}
