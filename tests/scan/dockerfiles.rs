//! Secrets that a Dockerfile of the scan builds into an image, and those that it does not.

use serde_json::Value;

use crate::folder::{Folder, TOKEN};

/// What is said of the token in `.env`: the effect and the line of the instruction.
fn said_of(folder: &Folder, path: &str) -> Option<(String, u64)> {
    folder.write(path, format!("TOKEN={TOKEN}\n"));
    let report: Value = serde_json::from_slice(&folder.scan(&["."]).out).unwrap();
    let places = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|finding| finding["places"].as_array().unwrap().iter());
    let place = places.into_iter().find(|place| place["origin"] == path).unwrap();
    let built = place.get("built")?;
    assert!(!built["instruction"].as_str().unwrap().contains(TOKEN), "{built}");
    Some((built["effect"].as_str()?.to_owned(), built["line"].as_u64()?))
}

fn effect(files: &[(&str, &str)], path: &str) -> Option<(String, u64)> {
    let folder = Folder::new();
    for (name, text) in files {
        folder.write(name, text);
    }
    said_of(&folder, path)
}

/// Nothing, or an effect and a line.
type Expected = Option<(&'static str, u64)>;

fn shown(said: Option<&(String, u64)>) -> Option<(&str, u64)> {
    said.map(|(effect, line)| (effect.as_str(), *line))
}

#[test]
fn files_that_are_copied() {
    let all = "FROM scratch\nCOPY . .\n";
    for (files, path, expected) in [
        (&[("Dockerfile", all)][..], ".env", Some(("copied", 2))),
        (&[("Dockerfile", all)], "deep/down/.env", Some(("copied", 2))),
        (&[("Dockerfile", all), (".dockerignore", "**/.env\n")], ".env", None),
        (&[("Dockerfile", all), (".dockerignore", "*.md\n")], ".env", Some(("copied", 2))),
        (&[("Dockerfile", all), (".dockerignore", "*\n!deep\n")], "deep/.env", Some(("copied", 2))),
        (&[("app/Dockerfile", all)], ".env", None),
        (&[("app/Dockerfile", all)], "app/.env", Some(("copied", 2))),
        (&[("dev.Dockerfile", all), ("dev.Dockerfile.dockerignore", ".env")], ".env", None),
        (
            &[("Containerfile", "FROM a\nADD --chown=1 conf/ /conf\n")],
            "conf/.env",
            Some(("copied", 2)),
        ),
        (&[("Dockerfile", "FROM a\nCOPY [\"src\", \"/src\"]\n")], ".env", None),
        (&[("Dockerfile", "FROM a\nCOPY --exclude=*.env . .\n")], "x.env", None),
        (
            &[("Dockerfile", "FROM a AS build\nCOPY . .\nFROM b\nCOPY --from=build /x /x\n")],
            ".env",
            Some(("copied-to-stage", 2)),
        ),
        (
            &[("Dockerfile", "FROM a AS base\nCOPY . .\nFROM base\nRUN x\n")],
            ".env",
            Some(("copied", 2)),
        ),
    ] {
        let expected: Expected = expected;
        assert_eq!(shown(effect(files, path).as_ref()), expected, "{files:?} {path}");
    }
}

#[test]
fn instructions_that_hold_a_secret() {
    let folder = Folder::new();
    for (instruction, expected) in [
        ("ENV API_KEY=", Some(("environment", 2))),
        ("LABEL key=", Some(("label", 2))),
        ("ARG KEY=", Some(("history", 2))),
        ("RUN curl \\\n  --oauth2-bearer ", Some(("history", 2))),
    ] {
        folder.write("Dockerfile", format!("FROM a\n{instruction}{TOKEN}\n"));
        let report: Value = serde_json::from_slice(&folder.scan(&["."]).out).unwrap();
        let built = &report["findings"][0]["places"][0]["built"];
        let said = Some((built["effect"].as_str().unwrap(), built["line"].as_u64().unwrap()));
        assert_eq!(said, expected, "{instruction}");
        let text = built["instruction"].as_str().unwrap();
        assert!(!text.contains(TOKEN) && text.contains("****"), "{text}");
    }
    // What only a stage of the build has is not in the image.
    folder.write("Dockerfile", format!("FROM a\nENV API_KEY={TOKEN}\nFROM b\n"));
    let report: Value = serde_json::from_slice(&folder.scan(&["."]).out).unwrap();
    assert_eq!(report["findings"][0]["places"][0].get("built"), None);
}
