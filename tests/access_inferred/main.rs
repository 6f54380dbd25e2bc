//! What `keylint access` says of templates without a manifest. Each folder of `fixtures/access_inferred/` has an
//! `expected.txt` with every answer, and the links that are missing where it is `no`.

#![expect(clippy::unwrap_used, reason = "a test may stop where the world is not as it expects")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use keylint::access::{Access, Answer, Status};

/// The files of a folder and those below it, in the order of their paths.
fn files(folder: &Path, below: &Path, found: &mut Vec<(PathBuf, Vec<u8>)>) {
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, below, found);
        } else if path.file_name().unwrap() != "expected.txt" {
            found.push((path.strip_prefix(below).unwrap().into(), std::fs::read(&path).unwrap()));
        }
    }
}

/// The answers, a line each.
fn shown(access: &Access) -> String {
    let mut text = String::new();
    for path in &access.paths {
        let principal = &access.principals[path.principal].label;
        let secret = &access.secrets[path.secret].label;
        write!(text, "{principal} -> {secret}: {}", path.answer).unwrap();
        let missing = path.links.iter().filter(|link| link.status == Status::Missing);
        if path.answer == Answer::No {
            missing.for_each(|link| write!(text, " {:?}", link.code).unwrap());
        }
        text.push('\n');
    }
    text
}

fn answered(folder: &Path) -> Access {
    let mut found = Vec::new();
    files(folder, folder, &mut found);
    let manifest = found.iter().any(|(path, _)| path == Path::new("accounts.toml"));
    keylint::scan::access_of(found, manifest.then_some(Path::new("accounts.toml"))).unwrap()
}

fn folders() -> Vec<PathBuf> {
    let all = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/access_inferred");
    let mut folders: Vec<PathBuf> =
        std::fs::read_dir(all).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders
}

#[test]
fn each_folder_has_the_answers_that_are_expected() {
    let mut wrong = String::new();
    for folder in folders() {
        let expected = std::fs::read_to_string(folder.join("expected.txt")).unwrap();
        let mut found: Vec<String> = shown(&answered(&folder)).lines().map(Into::into).collect();
        let mut expected: Vec<String> = expected.lines().map(Into::into).collect();
        found.sort();
        expected.sort();
        if found != expected {
            let name = folder.file_name().unwrap().to_string_lossy();
            writeln!(wrong, "{name}:").unwrap();
            for line in expected.iter().filter(|line| !found.contains(line)) {
                writeln!(wrong, "  - {line}").unwrap();
            }
            for line in found.iter().filter(|line| !expected.contains(line)) {
                writeln!(wrong, "  + {line}").unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn labels_tell_everything_apart() {
    for folder in folders() {
        let access = answered(&folder);
        let labels: [Vec<&str>; 4] = [
            access.accounts.iter().map(|one| one.label.as_str()).collect(),
            access.principals.iter().map(|one| one.label.as_str()).collect(),
            access.secrets.iter().map(|one| one.label.as_str()).collect(),
            access.keys.iter().map(|one| one.label.as_str()).collect(),
        ];
        for mut all in labels {
            let count = all.len();
            all.sort_unstable();
            all.dedup();
            assert_eq!(all.len(), count, "{} {all:?}", folder.display());
        }
    }
}

#[test]
fn modules_that_call_each_other_come_to_an_end() {
    let module = |call: &str| {
        format!(
            "module \"m\" {{\n source = \"{call}\"\n x = module.m.y\n}}\noutput \"y\" {{\n value = module.m.y\n}}\n\
             resource \"aws_secretsmanager_secret\" \"s\" {{\n name = module.m.y\n}}\n"
        )
    };
    let given =
        [("a/main.tf", "../b"), ("b/main.tf", "../a"), ("c/main.tf", "../a"), ("d/main.tf", "./")]
            .map(|(path, call)| (PathBuf::from(path), module(call).into_bytes()));
    let access = keylint::scan::access_of(given.into(), None).unwrap();
    assert!(access.paths.is_empty());
}
