//! Names and files from anybody: no report lets them be more than text, and no world is too large to be refused or told.

use std::fmt::Write as _;

use super::fixture::{ACROSS, Folder, IDLE};

/// Ends links, cells, spans, scripts and lines, moves what follows, and colours it.
const NASTY: &str = "\u{1b}[31m\u{202e}<script>alert(1)</script>|`@a`\u{7}\u{2066}[x](http://a)";

/// A role and a secret of such a name.
fn nasty() -> Folder {
    let folder = Folder::new(ACROSS);
    let escaped: String = NASTY
        .chars()
        .map(|character| {
            if character.is_control() {
                format!("\\u{:04x}", u32::from(character))
            } else {
                character.into()
            }
        })
        .collect();
    folder.append(
        "accounts.toml",
        &format!(
            "\n[account.\"{escaped}\"]\nid = \"333344445555\"\n\
             \n[[secret]]\naccount = \"{escaped}\"\nregion = \"us-east-1\"\nname = \"{escaped}\"\n\
             \n[[role]]\naccount = \"{escaped}\"\nname = \"Role\"\n\
             \n[[expect]]\nallow = \"{escaped}/*\"\non = \"{escaped}/*\"\n"
        ),
    );
    folder
}

fn is_harmless(text: &str) -> bool {
    let acts = |character: char| {
        character.is_control() && character != '\n'
            || ('\u{202a}'..='\u{202e}').contains(&character)
            || ('\u{2066}'..='\u{2069}').contains(&character)
    };
    !text.contains(acts)
}

#[test]
fn no_report_lets_a_name_act() {
    let folder = nasty();
    for format in ["text", "json", "sarif", "html", "markdown"] {
        for all in [&["-q"][..], &["-q", "--all"]] {
            let run = folder.access(&[all, &["--format", format]].concat());
            // The manifest may refuse such a name, but has to say so without it.
            assert!([0, 2].contains(&run.code), "{format}: {run}");
            assert!(is_harmless(&run.out) && is_harmless(&run.err), "{format}: {run}");
            if matches!(format, "html" | "markdown") {
                assert!(!run.out.contains("<script>alert"), "{format}: {run}");
            }
        }
    }
    let run = folder.access(&["--show-world"]);
    assert!(is_harmless(&run.out) && is_harmless(&run.err), "{run}");
    for format in ["text", "json"] {
        let arguments =
            ["grant", "--principal", "app/App", "--secret", "security/prod/db", "--format", format];
        let run = folder.access(&arguments);
        assert!(is_harmless(&run.out) && is_harmless(&run.err), "{run}");
    }
    let run = folder.access(&["--principal", NASTY]);
    assert!(run.code == 2 && is_harmless(&run.err), "{run}");
    let run = folder.access(&["grant", "--principal", NASTY, "--secret", NASTY]);
    assert!(run.code == 2 && is_harmless(&run.err), "{run}");
}

#[test]
fn names_of_files_act_no_more() {
    let folder = Folder::new(ACROSS);
    let name = "a\u{1b}[31m\u{202e}<img src=x>.json";
    folder.write(name, IDLE);
    folder
        .write("b\u{1b}[31m\u{202e}/bad.json", "{ \"Version\": \"2012-10-17\", \"Statement\": [ ");
    for format in ["text", "json", "sarif", "html", "markdown"] {
        let run = folder.access(&["--format", format]).ends(0);
        assert!(is_harmless(&run.out) && is_harmless(&run.err), "{format}: {run}");
    }
    let run = folder.access(&["--show-world"]).ends(0);
    assert!(is_harmless(&run.out), "{run}");
}

#[test]
fn a_policy_that_is_no_json_leaves_the_answer_open() {
    for text in [
        "not json at all",
        "{ \"Version\": \"2012-10-17\", \"Statement\": [",
        "",
        "\u{0}\u{1}\u{2}",
        "[1,2]",
    ] {
        let folder = Folder::new(ACROSS);
        folder.write("app.json", text);
        let run = folder.access(&["-q", "--format", "json"]).ends(0);
        assert_eq!(run.answers(), ["app/App security/prod/db unknown"], "{text:?}: {run}");
        let report = run.json();
        let skipped = report["skipped"].as_array().unwrap();
        assert!(skipped.iter().any(|one| one["origin"] == "app.json"), "{text:?}: {run}");
    }
}

#[test]
fn deep_policies_are_named() {
    let folder = Folder::new(ACROSS);
    let deep = format!("{{\"Statement\":{}{}}}", "[".repeat(200_000), "]".repeat(200_000));
    folder.write("app.json", deep);
    let run = folder.access(&["-q", "--format", "json"]).ends(0);
    assert_eq!(run.answers(), ["app/App security/prod/db unknown"], "{run}");
}

/// A manifest of so many roles and secrets.
fn large(count: usize) -> Folder {
    let folder = Folder::new(ACROSS);
    let mut text = folder.read("accounts.toml");
    for number in 0..count {
        let _ = writeln!(
            text,
            "\n[[role]]\naccount = \"app\"\nname = \"R{number}\"\npolicies = [\"app.json\"]"
        );
        let _ = writeln!(
            text,
            "\n[[secret]]\naccount = \"security\"\nregion = \"us-east-1\"\nname = \"s{number}\""
        );
    }
    folder.write("accounts.toml", text);
    folder
}

#[test]
fn beyond_two_thousand_paths_what_nobody_meant_is_told_in_short() {
    let folder = large(60);
    let report = folder.access(&["-q", "--format", "json"]).ends(0).json();
    let paths = report["paths"].as_array().unwrap();
    assert_eq!(paths.len(), 61 * 61);
    let links = |path: &serde_json::Value| path["links"].as_array().unwrap().len();
    assert!(paths.iter().any(|path| links(path) < 9));
    assert!(paths.iter().filter(|path| path["meant"] == true).all(|path| links(path) == 9));
    let report = folder.access(&["-q", "--format", "json", "--all"]).ends(0).json();
    assert!(report["paths"].as_array().unwrap().iter().all(|path| links(path) == 9));
    let run = folder.access(&["-q", "--format", "text", "--all"]).ends(0);
    assert!(run.out.contains("not listed") && run.out.len() < 1_000_000, "{} bytes", run.out.len());
}

#[test]
fn a_world_that_is_too_large_is_refused() {
    let folder = large(2_000);
    let run = folder.access(&["-q"]).ends(2);
    assert!(run.err.contains("4,004,001 pairs"), "{run}");
    assert!(run.err.len() < 1000, "{run}");
}
