//! Real images, made by `scripts/test_images.sh`, in every shape: each leak that it planted is found, where it says. Without the
//! tools that it needs, the test says what it did not check, and fails where `KEYLINT_REQUIRE_TOOLS` is set.

#![expect(clippy::disallowed_methods, reason = "the tools are where the environment says")]
#![expect(clippy::print_stderr, reason = "what is not checked is said")]

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::world::{Run, World};

/// The images in a folder, and what must be found in them.
fn images() -> Option<(World, Vec<Value>)> {
    let world = World::new();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/test_images.sh");
    let output = Command::new(script).arg(world.path()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        assert!(env::var_os("KEYLINT_REQUIRE_TOOLS").is_none(), "no real images: {said}");
        eprintln!("not checked: what is found in real images of all shapes: {said}");
        return None;
    }
    let expected = fs::read(world.path().join("expected.json")).unwrap();
    Some((world, serde_json::from_slice(&expected).unwrap()))
}

#[test]
fn every_leak_is_found_in_every_shape() {
    let Some((world, expected)) = images() else { return };
    let mut by_image: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for image in &expected {
        by_image.entry(text(&image["image"])).or_default().push(image);
    }
    assert!(by_image.len() >= 13, "{:?}", by_image.keys());
    for (name, images) in by_image {
        let run = world.scan(&[name]);
        assert_eq!(run.gaps(), Vec::<String>::new(), "{name}");
        let leaks = || images.iter().flat_map(|image| leaks_of(image));
        let secrets: BTreeSet<&str> = leaks().filter_map(|leak| leak["secret"].as_str()).collect();
        assert_eq!(run.secrets(), secrets, "{name}");
        for image in &images {
            for leak in leaks_of(image) {
                check(name, image, leak, &run);
            }
        }
        check_text(&world, name, &images);
        check_sarif(&world, name, &secrets);
    }
    check_platforms(&world, &expected);
}

fn leaks(image: &Value) -> impl Iterator<Item = &Value> {
    image["leaks"].as_array().unwrap().iter()
}

fn leaks_of(image: &Value) -> Vec<&Value> {
    leaks(image).collect()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

/// One place of the leak is what the script says.
fn check(name: &str, image: &Value, leak: &Value, run: &Run) {
    let of = leak["secret"].as_str().or_else(|| leak["rule"].as_str()).unwrap();
    let places = run.places(of);
    let fits = |place: &&&Value| {
        let is_there = match leak["field"].as_str() {
            Some(field) => place["field"].as_str().is_some_and(|it| it.starts_with(field)),
            None => place["path"] == leak["path"],
        };
        let is_named = image["name"].as_str().is_none_or(|tag| {
            place["name"].as_str().is_some_and(|name| name.ends_with(&format!(":{tag}")))
        });
        is_there && is_named && place["platform"] == image["platform"]
    };
    let place = places.iter().find(fits);
    let place = place.unwrap_or_else(|| panic!("{name}: no place of {leak}: {places:#?}"));
    if leak["field"].is_string() {
        return;
    }
    let layer = &place["layer"];
    assert!(text(&layer["digest"]).starts_with("sha256:"), "{name}: {place:#}");
    assert_eq!(layer["index"], leak["layer"][0], "{name}: {place:#}");
    assert_eq!(layer["of"], image["layers"], "{name}: {place:#}");
    assert!(text(&layer["instruction"]).contains(text(&leak["layer"][1])), "{name}: {place:#}");
    let links = place.get("links").cloned().unwrap_or_else(|| Value::Array(Vec::new()));
    let expected = leak.get("links").cloned().unwrap_or_else(|| Value::Array(Vec::new()));
    assert_eq!(links, expected, "{name}: {place:#}");
    assert_eq!(place["deleted"], leak["hidden"].is_array(), "{name}: {place:#}");
    if leak["hidden"].is_array() {
        let by = &place["hidden_by"];
        assert_eq!(
            (&by["how"], &by["index"]),
            (&leak["hidden"][0], &leak["hidden"][1]),
            "{name}: {by}"
        );
        assert!(text(&by["instruction"]).contains(text(&leak["hidden"][2])), "{name}: {by}");
        assert!(text(&by["digest"]).starts_with("sha256:"), "{name}: {by}");
    }
    if image["also"].is_object() {
        let shared = &place["shared_with"][0];
        assert!(text(&shared["name"]).ends_with(text(&image["also"]["name"])), "{name}: {shared}");
        assert_eq!(shared["of"], image["also"]["layers"], "{name}: {shared}");
    }
}

/// The tree for people has the layers, the paths and what hides them.
fn check_text(world: &World, name: &str, images: &[&Value]) {
    let tree = world.run(&[name]).out;
    let has = |line: &str| assert!(tree.contains(line), "{name}: no {line:?} in\n{tree}");
    for image in images {
        has(&format!("({})", text(&image["platform"])));
        for leak in leaks(image) {
            if let Some(field) = leak["field"].as_str() {
                has(&format!(" {field}"));
                continue;
            }
            let index = &leak["layer"][0];
            has(&format!("─ layer {index} of {}  sha256:", image["layers"]));
            has(&format!("─ {}:", text(&leak["path"])));
            if let [how, by, instruction] = leak["hidden"].as_array().map_or(&[][..], Vec::as_slice)
            {
                let how = text(how);
                has(&format!(
                    "still extractable: {how} in layer {by} but present in layer {index} (layer {by}: `"
                ));
                has(text(instruction));
            }
            for link in leak["links"].as_array().into_iter().flatten() {
                has(&format!("also {} (hard link)", text(link)));
            }
        }
    }
}

/// Every result of SARIF has an address that is one, and says where in the image it is.
fn check_sarif(world: &World, name: &str, secrets: &BTreeSet<&str>) {
    let run = world.run(&[name, "--format", "sarif"]);
    for secret in secrets {
        assert!(!run.out.contains(secret), "{name}: {secret} is shown");
    }
    let log: Value = serde_json::from_str(&run.out).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert!(results.len() >= secrets.len(), "{name}: {}", results.len());
    for result in results {
        let place = &result["locations"][0]["physicalLocation"];
        let uri = text(&place["artifactLocation"]["uri"]);
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._~/%!@:".contains(c);
        assert!(uri.chars().all(is_plain), "{name}: {uri}");
        let image = &result["properties"]["image"];
        assert_eq!(image["source"], name, "{name}: {result:#}");
        assert!(image["layer"]["digest"].is_string() || image["field"].is_string(), "{result:#}");
    }
}

/// One platform of several.
fn check_platforms(world: &World, expected: &[Value]) {
    let multi: Vec<&Value> =
        expected.iter().filter(|image| image["image"] == "multi-oci").collect();
    assert_eq!(multi.len(), 2);
    for image in multi {
        let run = world.scan(&["multi-oci", "--platform", text(&image["platform"])]);
        let secrets: BTreeSet<&str> =
            leaks(image).filter_map(|leak| leak["secret"].as_str()).collect();
        assert_eq!(run.secrets(), secrets, "{}", image["platform"]);
    }
    let all = "linux/amd64, linux/arm64/v8";
    world.scan(&["multi-oci", "--platform", "linux/s390x"]).assert_refused(&[all]);
}
