//! What validators by others say about our reports. They are looked up on `PATH`; without one, its test says what it
//! did not check, and fails where `KEYLINT_REQUIRE_TOOLS` is set.

#![expect(clippy::disallowed_methods, reason = "the tools are where the environment says")]
#![expect(clippy::print_stderr, reason = "what is not checked is said")]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::json::VARIANTS;
use super::rich::{RUNS, rich};
use super::tree::Tree;

/// A program on `PATH`, or a word about what is not checked without it.
pub(crate) fn tool(name: &str, what: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file());
    if found.is_none() {
        assert!(env::var_os("KEYLINT_REQUIRE_TOOLS").is_none(), "{name} is not on PATH");
        eprintln!("not checked without {name}: {what}");
    }
    found
}

/// The folder of the SARIF multitool: the program itself, and the schema of SARIF.
pub(crate) fn multitool(what: &str) -> Option<PathBuf> {
    // node_modules/.bin/sarif-multitool leads to node_modules/@microsoft/sarif-multitool/bin.js.
    let script = fs::canonicalize(tool("sarif-multitool", what)?).unwrap();
    let folder = script.parent()?.with_file_name("sarif-multitool-linux");
    assert!(folder.is_dir(), "{} is not there", folder.display());
    Some(folder)
}

/// Writes the reports of a tree into it, and returns their paths.
fn reports(tree: &Tree, ending: &str) -> Vec<PathBuf> {
    let write = |(number, flags): (usize, &&[&str])| {
        let path = tree.path(format!("report-{number}.{ending}"));
        let text = tree.report(&[*flags, &["--format", ending]].concat());
        (path, text)
    };
    let texts: Vec<(PathBuf, String)> = VARIANTS.iter().enumerate().map(write).collect();
    for (path, text) in &texts {
        fs::write(path, text).unwrap();
    }
    texts.into_iter().map(|(path, _)| path).collect()
}

/// What `check-jsonschema` says about files; empty when they fit.
pub(crate) fn check(program: &Path, schema: &Path, files: &[PathBuf]) -> String {
    let mut command = Command::new(program);
    let output = command.arg("--schemafile").arg(schema).args(files).output().unwrap();
    if output.status.success() {
        return String::new();
    }
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

#[test]
fn check_jsonschema_accepts_json_reports() {
    let Some(program) = tool("check-jsonschema", "JSON reports against their schema") else {
        return;
    };
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/report.schema.json");
    let meta = Command::new(&program).arg("--check-metaschema").arg(&schema).output().unwrap();
    assert!(meta.status.success(), "{}", String::from_utf8_lossy(&meta.stdout));
    let tree = Tree::full();
    let files = reports(&tree, "json");
    assert_eq!(check(&program, &schema, &files), "");
    tree.file("wrong.json", fs::read_to_string(&files[0]).unwrap().replace("\"now\"", "\"then\""));
    assert_ne!(check(&program, &schema, &[tree.path("wrong.json")]), "", "a wrong report passes");
}

#[test]
fn check_jsonschema_accepts_sarif_reports() {
    let what = "SARIF reports against the schema of SARIF 2.1.0";
    let (Some(program), Some(folder)) = (tool("check-jsonschema", what), multitool(what)) else {
        return;
    };
    let schema = folder.join("sarif-2.1.0.json");
    let tree = Tree::full();
    let files = reports(&tree, "sarif");
    assert_eq!(check(&program, &schema, &files), "");
    let wrong =
        fs::read_to_string(&files[0]).unwrap().replace("\"startLine\": 1", "\"startLine\": 0");
    tree.file("wrong.sarif", wrong);
    assert_ne!(check(&program, &schema, &[tree.path("wrong.sarif")]), "", "a wrong report passes");
}

#[test]
fn the_multitool_accepts_sarif_reports() {
    let Some(folder) = multitool("SARIF reports against the rules of the SARIF multitool") else {
        return;
    };
    let tree = Tree::full();
    for file in reports(&tree, "sarif") {
        assert_eq!(complaints(&folder, &tree, &file), Vec::<String>::new(), "{}", file.display());
    }
    let tree = rich();
    for run in RUNS {
        let flags = ["--show-suppressed", "-o", "rich.sarif"];
        tree.run(run.iter().chain(&flags));
        let file = tree.path("rich.sarif");
        assert_eq!(complaints(&folder, &tree, &file), Vec::<String>::new(), "{run:?}");
        fs::remove_file(file).unwrap();
    }
    let wrong =
        tree.report(&["--format", "sarif"]).replace("\"ruleIndex\": 0", "\"ruleIndex\": 77");
    tree.file("wrong.sarif", wrong);
    let complaints = complaints(&folder, &tree, &tree.path("wrong.sarif"));
    assert!(!complaints.is_empty(), "a dangling rule index passes");
}

/// The errors and warnings in the multitool's log: its exit status is 0 either way.
pub(crate) fn complaints(folder: &Path, tree: &Tree, file: &Path) -> Vec<String> {
    let log = tree.path("validation.sarif");
    let mut command = Command::new(folder.join("Sarif.Multitool"));
    command.arg("validate").arg(file).args(["--rule-kind", "Sarif;Gh"]);
    command.args(["--level", "Error;Warning", "--log", "ForceOverwrite", "-o"]).arg(&log);
    let output = command.output().unwrap();
    let text = fs::read_to_string(&log)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stdout)));
    fs::remove_file(&log).unwrap();
    let log: Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).unwrap();
    let run = &log["runs"][0];
    assert_eq!(run["invocations"][0]["executionSuccessful"], true, "{run:#}");
    let results = run["results"].as_array().into_iter().flatten();
    results.map(ToString::to_string).collect()
}
