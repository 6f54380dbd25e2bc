//! A report arrives whole or not at all, only its owner reads it, and the exit code is that of the scan.

use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use super::tree::{FORMATS, Tree};

#[test]
fn the_name_of_the_file_says_the_format() {
    let tree = Tree::full();
    for (name, start) in [
        ("r.json", "{\n  \"schema_version\": 1"),
        ("r.sarif", "{\n  \"$schema\""),
        ("r.sarif.json", "{\n  \"$schema\""),
        ("R.SARIF", "{\n  \"$schema\""),
        ("r.html", "<!doctype html>"),
        ("r.txt", "generic-password\n"),
        ("r.jsonl", "{\"rule\":"),
        ("r.csv", "status,severity,"),
        ("r.md", "### keylint: "),
        ("r.junit.xml", "<?xml version=\"1.0\""),
        ("r.xml", "<?xml version=\"1.0\""),
        ("gl-secret-detection-report.json", "{\n  \"scan\": {"),
        ("gl-code-quality-report.json", "[\n  {\n    \"check_name\""),
    ] {
        let output = tree.scan(&["-o", name]);
        assert_eq!(output.status.code(), Some(1), "{name}");
        assert!(output.stdout.is_empty(), "{name}");
        let text = fs::read_to_string(tree.path(name)).unwrap();
        assert!(text.starts_with(start), "{name} begins {:?}", &text[..40]);
        fs::remove_file(tree.path(name)).unwrap();
    }
    assert_eq!(tree.scan(&["-o", "report"]).status.code(), Some(2));
    assert_eq!(tree.scan(&["-o", "report", "--format", "json"]).status.code(), Some(1));
}

#[test]
fn a_report_is_for_its_owner_and_replaces_the_last_one() {
    let tree = Tree::full();
    tree.file("r.json", "old");
    fs::set_permissions(tree.path("r.json"), fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(tree.scan(&["-o", "r.json"]).status.code(), Some(1));
    let mode = fs::metadata(tree.path("r.json")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(fs::read_to_string(tree.path("r.json")).unwrap().ends_with("}\n"));
    assert_eq!(leftovers(&tree, ""), Vec::<String>::new());
}

#[test]
fn a_report_that_cannot_be_written_is_a_failure_and_leaves_nothing() {
    let tree = Tree::full();
    fs::create_dir(tree.path("dir.json")).unwrap();
    let mut targets = vec!["missing/r.json", "dir.json"];
    if cfg!(target_os = "linux") {
        targets.push("/dev/full");
    }
    for target in targets {
        let output = tree.scan(&["-o", target, "--format", "json"]);
        assert_eq!(output.status.code(), Some(2), "{target}");
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(error.contains("could not be written") && error.contains(target), "{error}");
    }
    assert_eq!(leftovers(&tree, ""), Vec::<String>::new());
    assert_eq!(fs::read_dir(tree.path("dir.json")).unwrap().count(), 0);
}

#[test]
fn a_report_that_breaks_off_leaves_the_last_one() {
    let tree = Tree::full();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report");
    fs::write(&file, "old").unwrap();
    // No file may grow beyond one block; the signal that says so is ignored, as by a shell that minds.
    let limited = "trap '' XFSZ; ulimit -f 1; exec \"$0\" \"$@\"";
    for format in FORMATS {
        let mut shell = Command::new("/bin/sh");
        shell.current_dir(tree.path("")).env_clear().args(["-c", limited]);
        shell.args([env!("CARGO_BIN_EXE_keylint"), "scan", ".", "--format", format, "-o"]);
        let output = shell.arg(&file).output().unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{format}: {error}");
        assert!(error.contains("could not be written to"), "{format}: {error}");
        assert_eq!(fs::read_to_string(&file).unwrap(), "old", "{format}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "{format} leaves something");
    }
}

#[test]
fn a_directory_that_may_not_be_written_is_a_failure() {
    let tree = Tree::full();
    fs::create_dir(tree.path("closed")).unwrap();
    fs::set_permissions(tree.path("closed"), fs::Permissions::from_mode(0o555)).unwrap();
    // The superuser may write everywhere; for anybody else this must fail.
    let may_write = fs::write(tree.path("closed/probe"), "").is_ok();
    let status = tree.scan(&["-o", "closed/r.json"]).status.code();
    assert_eq!(status, Some(if may_write { 1 } else { 2 }));
    assert_eq!(leftovers(&tree, "closed"), Vec::<String>::new());
}

#[test]
fn a_full_disk_behind_standard_output_is_a_failure() {
    if !cfg!(target_os = "linux") {
        return;
    }
    let tree = Tree::full();
    for format in FORMATS {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let mut command = tree.command();
        command.args(["scan", ".", "--format", format]).stdout(full);
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{format}");
        assert!(String::from_utf8(output.stderr).unwrap().contains("standard output"), "{format}");
    }
}

#[test]
fn a_closed_pipe_is_quiet_and_changes_nothing() {
    let tree = Tree::empty();
    let password = &tree.secrets.password;
    for number in 0..2000 {
        // More than a pipe holds.
        tree.file(
            format!("{number}.py"),
            format!("db{number}_password = \"{password}{number}\"\n"),
        );
    }
    for format in FORMATS {
        let mut command = tree.command();
        command.args(["scan", ".", "--format", format]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut start = [0; 16];
        child.stdout.take().unwrap().read_exact(&mut start).unwrap();
        // The pipe is closed here, long before all is written.
        let output = child.wait_with_output().unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), error.as_str()), (Some(1), ""), "{format}");
    }
}

#[test]
fn exit_codes_say_what_happened() {
    let tree = Tree::full();
    tree.file("clean/readme.txt", "nothing here\n");
    let only = "clean";
    let gap = super::tree::UNREADABLE;
    let cases: &[(&[&str], i32)] = &[
        (&["scan", only], 0),
        (&["scan", "."], 1),
        (&["scan", ".", gap], 1),
        (&["scan", ".", "--fail-on", "critical"], 1),
        (&["scan", "session.txt", "--fail-on", "critical"], 0),
        (&["scan", only, gap], 3),
        (&["scan", "session.txt", gap, "--fail-on", "critical"], 3),
        (&["scan", "samples/one.py"], 1),
        (&["scan", "samples/one.py", "--config", "keylint.toml"], 0),
        (&["scan", "missing"], 2),
        (&["scan", "--nonsense"], 2),
        (&["scan", ".", "--fail-on", "bad"], 2),
        (&["explain", only], 0),
        (&["explain", gap], 3),
        (&["rules", "show", "missing"], 2),
    ];
    for (arguments, code) in cases {
        assert_eq!(tree.run(*arguments).status.code(), Some(*code), "{arguments:?}");
    }
}

#[test]
fn quiet_prints_the_report_alone() {
    let tree = Tree::full();
    for format in FORMATS {
        let loud = tree.scan(&["--format", format]);
        let quiet = tree.scan(&["--format", format, "--quiet"]);
        assert_eq!(loud.stdout, quiet.stdout);
        assert!(String::from_utf8(loud.stderr).unwrap().contains("using keylint.toml"), "{format}");
        assert!(quiet.stderr.is_empty(), "{format}");
    }
}

/// The names in a directory of the tree that begin as a temporary file does.
fn leftovers(tree: &Tree, below: &str) -> Vec<String> {
    let names = fs::read_dir(tree.path(below)).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    names.filter(|name| name.starts_with('.') || name.contains("tmp")).collect()
}
