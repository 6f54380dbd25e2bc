//! A folder with a manifest and policies, and what `keylint access` says of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// Two accounts, one secret under a key of its own, and a role of the other account that may read it.
pub(crate) const ACROSS: &[(&str, &str)] = &[
    ("accounts.toml", include_str!("../../fixtures/access/across-accounts/accounts.toml")),
    ("app.json", include_str!("../../fixtures/access/across-accounts/app.json")),
    ("key.json", include_str!("../../fixtures/access/across-accounts/key.json")),
    ("secret.json", include_str!("../../fixtures/access/across-accounts/secret.json")),
];

/// A policy that allows nothing of interest.
pub(crate) const IDLE: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::a/*"}]}"#;

/// Holds a text against the one that is kept.
pub(crate) fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// A temporary folder.
pub(crate) struct Folder(TempDir);

/// How a run of the program ended.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Run {
    /// The report, which must be JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self}"))
    }

    /// The answers as `principal secret answer`.
    pub(crate) fn answers(&self) -> Vec<String> {
        let report = self.json();
        let paths = report["paths"].as_array().unwrap().iter();
        paths.map(|path| words(path, &["principal", "secret", "answer"])).collect()
    }

    /// The changes as `change principal secret`.
    pub(crate) fn changes(&self) -> Vec<String> {
        let report = self.json();
        let changes = report["changes"].as_array().unwrap().iter();
        changes.map(|change| words(change, &["change", "principal", "secret"])).collect()
    }

    /// This, where it ended with a code.
    #[track_caller]
    pub(crate) fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self}");
        self
    }
}

impl std::fmt::Display for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "code {}\nout: {}\nerr: {}", self.code, self.out, self.err)
    }
}

fn words(value: &Value, fields: &[&str]) -> String {
    fields.iter().map(|field| value[field].as_str().unwrap()).collect::<Vec<_>>().join(" ")
}

impl Folder {
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.add(files);
        folder
    }

    pub(crate) fn add(&self, files: &[(&str, &str)]) {
        for (name, text) in files {
            self.write(name, text);
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).unwrap()
    }

    pub(crate) fn delete(&self, name: &str) {
        fs::remove_file(self.path().join(name)).unwrap();
    }

    /// Puts a text in the place of another one that a file has.
    pub(crate) fn replace(&self, name: &str, from: &str, to: &str) {
        let text = self.read(name);
        assert!(text.contains(from), "{name} has no {from}");
        self.write(name, text.replace(from, to));
    }

    /// Adds a text at the end of a file.
    pub(crate) fn append(&self, name: &str, text: &str) {
        self.write(name, self.read(name) + text);
    }

    /// Runs `keylint access` in the folder.
    pub(crate) fn access(&self, arguments: &[&str]) -> Run {
        self.access_in("", arguments)
    }

    /// Runs `keylint access` in a folder of the folder.
    pub(crate) fn access_in(&self, folder: &str, arguments: &[&str]) -> Run {
        self.run(folder, &[&["access"], arguments].concat())
    }

    /// Runs the program. It can start no other program by its name.
    fn run(&self, folder: &str, arguments: &[&str]) -> Run {
        let mut command = Command::new(env!("CARGO_BIN_EXE_keylint"));
        command
            .args(arguments)
            .current_dir(self.path().join(folder))
            .env_clear()
            .envs([("PATH", "/nowhere"), ("HOME", "/nowhere"), ("COLUMNS", "100")])
            .stdin(Stdio::null());
        let output = command.output().unwrap();
        Run {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Runs the real git, away from the settings of the machine.
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        #[expect(clippy::disallowed_methods, reason = "git is found as the machine says")]
        let path = std::env::var("PATH").unwrap();
        let output = Command::new("git")
            .args(arguments)
            .current_dir(self.path())
            .env_clear()
            .env("PATH", path)
            .envs([("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_CONFIG_GLOBAL", "/dev/null")])
            .envs([("GIT_AUTHOR_NAME", "Ada"), ("GIT_AUTHOR_EMAIL", "ada@example.org")])
            .envs([("GIT_COMMITTER_NAME", "Bob"), ("GIT_COMMITTER_EMAIL", "bob@example.org")])
            .output()
            .unwrap();
        assert!(output.status.success(), "git {arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Commits everything.
    pub(crate) fn commit(&self) {
        if !self.path().join(".git").exists() {
            self.git(&["init", "-q", "-b", "main"]);
        }
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", "change"]);
    }

    /// Everything below the folder, with the bytes of files.
    pub(crate) fn snapshot(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut all = Vec::new();
        look(self.path(), &mut all);
        all.sort();
        all
    }
}

fn look(folder: &Path, all: &mut Vec<(PathBuf, Vec<u8>)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            look(&path, all);
        } else {
            let bytes = fs::read(&path).unwrap_or_default();
            all.push((path, bytes));
        }
    }
}
