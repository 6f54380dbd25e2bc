//! A text that stands for a file: on standard input, as editors give it, and in memory.

#![expect(clippy::unwrap_used, reason = "a test may stop where nothing is as it expects")]

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use keylint::config::{Config, ConfigFile, Flags};
use keylint::policy;
use keylint::scan::{Progress, scan};
use keylint::source::{Source, Text};

/// A line of a file of passwords, which is one under the name of such files alone.
fn line() -> String {
    ["db.example.net:5432:app:admin:", "kWq7", "zR2m", "Vx9t"].concat()
}

fn keylint(directory: &Path, args: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_keylint"))
        .current_dir(directory)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that stops at its arguments reads nothing.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

#[test]
fn standard_input_is_read_as_the_file_that_it_stands_for() {
    let here = tempfile::tempdir().unwrap();
    let unnamed = keylint(here.path(), &["scan", "-"], &line());
    assert_eq!(unnamed.status.code(), Some(0), "{}", String::from_utf8_lossy(&unnamed.stdout));
    let named = keylint(here.path(), &["scan", "-", "--stdin-filename", "./home/.pgpass"], &line());
    assert_eq!(named.status.code(), Some(1));
    let report = String::from_utf8(named.stdout).unwrap();
    assert!(report.contains("[home/.pgpass:1:"), "{report}");
    // The file need not be there, and none is made.
    assert_eq!(fs::read_dir(here.path()).unwrap().count(), 0);
}

#[test]
fn the_configuration_of_the_file_counts() {
    let here = tempfile::tempdir().unwrap();
    let allow = "[[allow]]\npath = \"home/*\"\nreason = \"a test\"\n";
    fs::create_dir_all(here.path().join(".git")).unwrap();
    fs::write(here.path().join("keylint.toml"), allow).unwrap();
    let name = |name: &'static str| ["scan", "-", "--stdin-filename", name];
    let allowed = keylint(here.path(), &name("home/.pgpass"), &line());
    assert_eq!(allowed.status.code(), Some(0));
    assert_eq!(keylint(here.path(), &name("other/.pgpass"), &line()).status.code(), Some(1));
}

#[test]
fn a_name_without_standard_input_is_a_bad_instruction() {
    let here = tempfile::tempdir().unwrap();
    let failed = keylint(here.path(), &["scan", "--stdin-filename", ".pgpass"], "");
    assert_eq!(failed.status.code(), Some(2));
    let fixed = ["scan", "-", "--stdin-filename", "a.json", "--fix"];
    assert_eq!(keylint(here.path(), &fixed, "").status.code(), Some(2));
}

#[test]
fn a_text_in_memory_is_a_file() {
    let checks: Vec<&str> = policy::ids().collect();
    let config = Config::new(&ConfigFile::default(), &Flags::default(), &checks).unwrap();
    let text = Text { name: "home/.pgpass".into(), bytes: line().into_bytes().into() };
    let sources = [Source::Text(text)];
    let outcome = scan(&sources, &config, &Progress::default()).unwrap();
    let places: Vec<String> =
        outcome.findings.iter().map(|found| found.places[0].origin.to_string()).collect();
    assert_eq!(places, ["home/.pgpass"]);
}
