//! What shells and manuals are told of the command line.

#![expect(clippy::unwrap_used, reason = "a test may stop where nothing is as it expects")]

use std::fs;
use std::process::{Command, Output, Stdio};

/// Commands that completions and manuals must know.
const COMMANDS: &[&str] = &["scan", "git", "image", "access", "rules", "explain", "hook", "man"];

fn keylint(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_keylint")).args(args).output().unwrap()
}

#[test]
fn every_shell_completes_every_command() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let printed = keylint(&["completions", shell]);
        assert!(printed.status.success(), "{shell}");
        let script = String::from_utf8(printed.stdout).unwrap();
        for command in COMMANDS {
            assert!(script.contains(command), "{shell} does not know {command}");
        }
        assert!(script.contains("min-confidence"), "{shell} does not know options");
    }
}

/// What a shell makes of the script, where that shell is there.
#[test]
fn shells_read_their_scripts() {
    for (shell, check) in [("bash", "-n"), ("zsh", "-n"), ("fish", "-n")] {
        let started = Command::new(shell)
            .arg(check)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn();
        let Ok(mut child) = started else {
            println!("not checked, for want of it: {shell}");
            continue;
        };
        let script = keylint(&["completions", shell]).stdout;
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), &script).unwrap();
        let done = child.wait_with_output().unwrap();
        assert!(done.status.success(), "{shell}: {}", String::from_utf8_lossy(&done.stderr));
    }
}

#[test]
fn there_is_a_page_for_every_command() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().to_str().unwrap();
    assert!(keylint(&["man", "--directory", path]).status.success());
    for command in COMMANDS {
        let page =
            fs::read_to_string(directory.path().join(format!("keylint-{command}.1"))).unwrap();
        assert!(page.contains(".SH DESCRIPTION"), "{command}: {page}");
        let printed = keylint(&["man", command]).stdout;
        assert_eq!(String::from_utf8(printed).unwrap(), page, "{command}");
    }
    let page = fs::read_to_string(directory.path().join("keylint-rules-test.1")).unwrap();
    assert!(page.contains("\\-\\-cost"), "{page}");
}

#[test]
fn a_command_that_is_none_is_a_bad_instruction() {
    let failed = keylint(&["man", "rules", "tets"]);
    assert_eq!(failed.status.code(), Some(2));
    assert!(String::from_utf8(failed.stderr).unwrap().contains("did you mean `test`?"));
    assert_eq!(keylint(&["man", "--directory", "/no/such/directory"]).status.code(), Some(2));
}
