//! What a tree may hold that is no plain file: none of it is followed, waited for, or hides the others.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;

use rustix::fs::{CWD, Mode, mkfifoat};

use crate::folder::{Folder, Run, TOKEN};

/// The control is found and nothing else, and the report says that something is missing.
fn assert_incomplete(run: &Run, missing: &[&str]) {
    assert_eq!(run.origins(), ["control.txt"]);
    assert_eq!(run.skipped(), missing);
    assert_eq!((run.code, &run.json()["complete"]), (1, &false.into()));
    for name in missing {
        assert!(run.err.contains(&format!("not scanned: {name}: ")), "{}", run.err);
    }
}

#[test]
fn links_are_counted_not_followed() {
    let outside = Folder::new();
    let target = outside.write("secret/target.txt", TOKEN);
    let folder = Folder::with_control();
    folder.git(&["init", "-q"]);
    let rules = outside.write("rules", "*\n");
    for (link, target) in [
        ("file.txt", target.as_path()),
        (".env", target.as_path()),
        ("folder", outside.path()),
        ("dangling", "nowhere".as_ref()),
        ("loop", "loop".as_ref()),
        ("self", ".".as_ref()),
        ("above", "..".as_ref()),
        (".gitignore", rules.as_path()),
    ] {
        symlink(target, folder.path().join(link)).unwrap();
    }
    fs::remove_file(folder.path().join(".git/config")).unwrap();
    symlink(&target, folder.path().join(".git/config")).unwrap();
    let run = folder.scan(&[]);
    assert_eq!((run.code, run.origins(), run.skipped()), (1, vec!["control.txt".into()], vec![]));
    assert_eq!(run.json()["stats"]["links"], 8);
    assert_eq!(folder.scan(&["--no-ignore"]).origins(), ["control.txt"]);
}

#[test]
fn a_link_that_is_named_is_meant() {
    let outside = Folder::new();
    let target = outside.write("secret/target.txt", TOKEN);
    let folder = Folder::with_control();
    symlink(&target, folder.path().join("link.txt")).unwrap();
    let real = fs::canonicalize(&target).unwrap();
    assert_eq!(folder.scan(&["link.txt"]).origins(), [real.to_str().unwrap()]);
    symlink(outside.path(), folder.path().join("link")).unwrap();
    assert_eq!(folder.scan(&["link"]).origins(), ["link/secret/target.txt"]);
}

#[test]
fn pipes_and_sockets_are_not_opened() {
    let folder = Folder::with_control();
    // Whoever opened this pipe to read would wait forever.
    mkfifoat(CWD, folder.path().join("pipe"), Mode::RUSR | Mode::WUSR).unwrap();
    let _socket = UnixListener::bind(folder.path().join("socket")).unwrap();
    let run = folder.scan(&[]);
    assert_eq!((run.code, run.origins(), run.skipped()), (1, vec!["control.txt".into()], vec![]));
    assert_eq!(run.json()["stats"]["special"], 2);
    for special in ["pipe", "socket"] {
        let run = folder.scan(&["control.txt", special]);
        assert_eq!((run.code, run.out.len()), (2, 0));
        let problem = format!("`{special}` is neither a file nor a directory");
        assert!(run.err.contains(&problem) && run.err.contains("help:"), "{}", run.err);
    }
}

#[test]
fn what_cannot_be_read_is_named_and_hides_nothing() {
    let folder = Folder::with_control();
    symlink("loop", folder.path().join("loop")).unwrap();
    assert_incomplete(&folder.scan(&["loop", "."]), &["loop"]);
    let alone = folder.scan(&["loop"]);
    assert_eq!((alone.code, alone.skipped()), (3, vec!["loop".into()]));
    // A regular file whose first byte cannot be read, whoever asks.
    #[cfg(target_os = "linux")]
    assert_incomplete(&folder.scan(&["/proc/self/mem", "."]), &["/proc/self/mem"]);

    let locked = folder.write("locked.txt", TOKEN);
    folder.write("closed/inside.txt", TOKEN);
    let closed = folder.path().join("closed");
    fs::set_permissions(&locked, Permissions::from_mode(0o000)).unwrap();
    fs::set_permissions(&closed, Permissions::from_mode(0o000)).unwrap();
    if fs::read(&locked).is_ok() {
        println!("not checked: files without permission, because this user may read everything");
    } else {
        assert_incomplete(&folder.scan(&[]), &["closed", "locked.txt"]);
        assert_eq!(folder.scan(&["closed"]).code, 3);
    }
    fs::set_permissions(&closed, Permissions::from_mode(0o700)).unwrap();
}

#[test]
fn a_broken_index_does_not_hide_files() {
    let folder = Folder::with_control();
    folder.git(&["init", "-q"]);
    folder.write(".gitignore", "*.log\n");
    folder.write("ignored.log", TOKEN);
    for broken in ["", "DIRC", "no index at all\n"] {
        folder.write(".git/index", broken);
        assert_incomplete(&folder.scan(&[]), &[".git"]);
    }
    folder.write("keylint.toml", "[[allow]]\nincomplete = \".git\"\nreason = \"known\"\n");
    fs::remove_file(folder.path().join("control.txt")).unwrap();
    let run = folder.scan(&[]);
    assert_eq!((run.code, &run.json()["complete"]), (0, &true.into()), "a gap that is accepted");
    assert_eq!(run.json()["skipped"][0]["accepted"], "known");
}

#[test]
fn rules_that_are_too_much_have_no_say() {
    let folder = Folder::with_control();
    folder.git(&["init", "-q"]);
    folder.write(".gitignore", "*\n".repeat(600_000));
    assert_eq!(folder.scan(&[]).origins(), ["control.txt"]);
    folder.write(".gitignore", b"\xff\xfe[\n[[\n**\x00\n{a,\n");
    assert_eq!(folder.scan(&[]).origins(), ["control.txt"]);
}

/// Only Linux takes any bytes for a name.
#[cfg(target_os = "linux")]
#[test]
fn names_are_bytes_and_cannot_command_a_terminal() {
    use std::os::unix::ffi::OsStrExt;
    let folder = Folder::with_control();
    for name in
        [&b"caf\xe9.txt"[..], b"a\x1b]52;c;x\x07b", b"new\nline %41#?.txt", b"-q", b"--help"]
    {
        folder.write(std::ffi::OsStr::from_bytes(name), TOKEN);
    }
    let shown = [
        "--help",
        "-q",
        r"a\u{1b}]52;c;x\u{7}b",
        r"caf\xe9.txt",
        "control.txt",
        r"new\u{a}line %41#?.txt",
    ];
    assert_eq!(folder.scan(&[]).origins(), shown);
    for format in ["text", "json", "sarif"] {
        let run = folder.run(&["scan", "--format", format]);
        let is_odd = |c: char| c.is_control() && c != '\n';
        assert!(!run.text().contains(is_odd) && !run.err.contains(is_odd), "{format}");
    }
    let sarif = folder.run(&["scan", "--format", "sarif"]).text();
    for uri in ["caf%E9.txt", "a%1B%5D52%3Bc%3Bx%07b", "new%0Aline%20%2541%23%3F.txt"] {
        assert!(sarif.contains(&format!("\"{uri}\"")), "{uri}: {sarif}");
    }
}

#[test]
fn deep_folders_are_no_hiding_place() {
    let folder = Folder::with_control();
    let deep = format!("{}deep.txt", "d/".repeat(300));
    folder.write(&deep, TOKEN);
    assert_eq!(folder.scan(&[]).origins(), ["control.txt", deep.as_str()]);
}
