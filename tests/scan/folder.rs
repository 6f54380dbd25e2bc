//! A temporary folder, and what the program says about it.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A credential that is found wherever it stands: the format alone tells it.
pub(crate) const TOKEN: &str = concat!("sk_", "live_", "CMQO2AUN", "u9OJuQjn", "eRtU44Wl");
/// What finds it.
pub(crate) const RULE: &str = "stripe-live-secret-key";

pub(crate) struct Folder(TempDir);

/// How a run of the program ended.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: Vec<u8>,
    pub(crate) err: String,
}

/// Where a report says that a secret starts.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Start {
    pub(crate) origin: String,
    pub(crate) line: u64,
    pub(crate) column: u64,
    pub(crate) offset: u64,
}

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A folder with one control: whatever else is in it, this must be found.
    pub(crate) fn with_control() -> Self {
        let folder = Self::new();
        folder.write("control.txt", TOKEN);
        folder
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file and the folders it lies in.
    pub(crate) fn write(&self, name: impl AsRef<Path>, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    /// Runs git here, without the configuration of the machine.
    pub(crate) fn git(&self, arguments: &[&str]) {
        let run = Command::new("git")
            .args(arguments)
            .current_dir(self.path())
            .envs([("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_SYSTEM", "/dev/null")])
            .output()
            .unwrap();
        assert!(
            run.status.success(),
            "git {arguments:?}: {}",
            String::from_utf8_lossy(&run.stderr)
        );
    }

    /// Runs `keylint` here.
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        self.run_with(arguments, &[], b"")
    }

    /// Runs `keylint scan --format json` here.
    pub(crate) fn scan(&self, arguments: &[&str]) -> Run {
        self.run(&[&["scan", "--format", "json"], arguments].concat())
    }

    /// Runs `keylint` here, with no environment but these variables.
    pub(crate) fn run_with(
        &self,
        arguments: &[&str],
        variables: &[(&str, &Path)],
        input: &[u8],
    ) -> Run {
        let mut child = Command::new(env!("CARGO_BIN_EXE_keylint"))
            .args(arguments)
            .current_dir(self.path())
            .env_clear()
            .env("SOURCE_DATE_EPOCH", "1750000000")
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A run that does not read its input closes the pipe; that is no failure.
        let _ = child.stdin.take().unwrap().write_all(input);
        let output = child.wait_with_output().unwrap();
        Run {
            code: output.status.code().unwrap(),
            out: output.stdout,
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Run {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.out.clone()).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        let parsed: Option<Value> = serde_json::from_slice(&self.out).ok();
        assert!(parsed.is_some(), "no report; exit code {}: {}", self.code, self.err);
        parsed.unwrap_or_default()
    }

    /// Every place of every finding, sorted.
    pub(crate) fn starts(&self) -> Vec<Start> {
        let report = self.json();
        let places = |finding: &Value| finding["places"].as_array().unwrap().clone();
        let mut starts: Vec<Start> = report["findings"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(places)
            .map(|place| Start {
                origin: with_slashes(place["origin"].as_str().unwrap()),
                line: place["start"]["line"].as_u64().unwrap(),
                column: place["start"]["column"].as_u64().unwrap(),
                offset: place["start"]["offset"].as_u64().unwrap(),
            })
            .collect();
        starts.sort();
        starts
    }

    /// The inputs in which something was found, sorted, each once.
    pub(crate) fn origins(&self) -> Vec<String> {
        let mut origins: Vec<String> =
            self.starts().into_iter().map(|start| start.origin).collect();
        origins.dedup();
        origins
    }

    /// The inputs that the report says were not scanned.
    pub(crate) fn skipped(&self) -> Vec<String> {
        let report = self.json();
        let skipped = report["skipped"].as_array().unwrap();
        skipped.iter().map(|skipped| skipped["origin"].as_str().unwrap().to_owned()).collect()
    }
}

/// The path that a report shows, with the separators of Unix.
pub(crate) fn with_slashes(path: &str) -> String {
    if cfg!(windows) { path.replace('\\', "/") } else { path.to_owned() }
}
