//! A temporary folder with images, and what the program says of them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

/// A credential that is found wherever it stands: the format alone tells it.
pub(crate) fn secret(name: &str) -> String {
    const SIGNS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789";
    let mut state: u64 =
        name.bytes().fold(0x51_7c_c1, |state, byte| state.wrapping_mul(31) + u64::from(byte));
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
        char::from(SIGNS[usize::try_from(state >> 40).unwrap() % SIGNS.len()])
    };
    let text: String = (0..20).map(|_| next()).collect();
    ["glpat-", &text].concat()
}

/// The text of a file that holds a secret.
pub(crate) fn leak(name: &str) -> Vec<u8> {
    format!("token = {}\n", secret(name)).into_bytes()
}

pub(crate) struct World(TempDir);

/// How a run of the program ended.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
    /// The report; null when there is none.
    pub(crate) report: Value,
}

impl World {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file and the folders it lies in.
    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    /// Runs `keylint image` here, in JSON with raw secrets.
    pub(crate) fn scan(&self, arguments: &[&str]) -> Run {
        let mut run = self.run(&[&["--format", "json", "--reveal"], arguments].concat());
        if run.code != 2 {
            run.report = serde_json::from_str(&run.out)
                .unwrap_or_else(|problem| panic!("no report ({problem}): {}", run.err));
            run.check_exit_code();
        }
        run
    }

    /// Runs `keylint image` here.
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        let output = Command::new(env!("CARGO_BIN_EXE_keylint"))
            .args(["image", "--no-config"])
            .args(arguments)
            .current_dir(self.path())
            .env_clear()
            .env("SOURCE_DATE_EPOCH", "1750000000")
            .output()
            .unwrap();
        Run {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
            report: Value::Null,
        }
    }
}

impl Run {
    /// The exit code says what the report says.
    fn check_exit_code(&self) {
        let is_complete = self.report["complete"].as_bool().unwrap();
        assert_eq!(is_complete, self.list("skipped").is_empty(), "{}", self.out);
        let expected = match (self.list("findings").len(), is_complete) {
            (0, true) => 0,
            (0, false) => 3,
            _ => 1,
        };
        assert_eq!(self.code, expected, "{}\n{}", self.err, self.out);
    }

    /// A list of the report.
    pub(crate) fn list(&self, name: &str) -> &[Value] {
        self.report[name].as_array().map_or(&[], Vec::as_slice)
    }

    /// The secrets that were found.
    pub(crate) fn secrets(&self) -> BTreeSet<&str> {
        let findings = self.list("findings").iter();
        findings.filter_map(|finding| finding["secret"]["raw"].as_str()).collect()
    }

    /// What the images tell of the places of a secret, or of what a rule found.
    pub(crate) fn places(&self, of: &str) -> Vec<&Value> {
        let mut findings = self.list("findings").iter();
        let found =
            findings.find(|finding| finding["secret"]["raw"] == of || finding["rule"] == of);
        let found =
            found.unwrap_or_else(|| panic!("{of} is not found: {}\n{}", self.out, self.err));
        found["places"].as_array().unwrap().iter().map(|place| &place["image"]).collect()
    }

    /// The only place of the secret of this name.
    pub(crate) fn place(&self, name: &str) -> &Value {
        let places = self.places(&secret(name));
        assert_eq!(places.len(), 1, "{name}: {places:#?}");
        places[0]
    }

    /// What was not scanned, and why.
    pub(crate) fn gaps(&self) -> Vec<String> {
        let text = |gap: &Value, field: &str| gap[field].as_str().unwrap().to_owned();
        let gaps = self.list("skipped").iter();
        gaps.map(|gap| format!("{}: {}", text(gap, "origin"), text(gap, "detail"))).collect()
    }

    /// Exactly the secrets of these names are found, and nothing is missing.
    #[track_caller]
    pub(crate) fn assert_finds(&self, names: &[&str]) {
        self.assert_secrets(names);
        assert_eq!(self.gaps(), Vec::<String>::new(), "{}", self.err);
    }

    /// Exactly the secrets of these names are found, and one gap has all these words.
    #[track_caller]
    pub(crate) fn assert_gap(&self, names: &[&str], words: &[&str]) {
        self.assert_secrets(names);
        let gaps = self.gaps();
        let is_named = gaps.iter().any(|gap| words.iter().all(|word| gap.contains(word)));
        assert!(is_named, "no gap with {words:?} in {gaps:#?}");
        assert!(self.err.contains("not scanned"), "{}", self.err);
    }

    #[track_caller]
    fn assert_secrets(&self, names: &[&str]) {
        let expected: BTreeSet<String> = names.iter().map(|name| secret(name)).collect();
        let expected: BTreeSet<&str> = expected.iter().map(String::as_str).collect();
        assert_eq!(self.secrets(), expected, "{names:?}\n{}\n{}", self.err, self.out);
    }

    /// The instruction was refused, with these words in the explanation.
    #[track_caller]
    pub(crate) fn assert_refused(&self, words: &[&str]) {
        assert_eq!((self.code, self.out.as_str()), (2, ""), "{}", self.err);
        let said: String = self.err.split_whitespace().collect::<Vec<_>>().join(" ");
        for word in words.iter().chain(&["help:"]) {
            assert!(said.contains(word), "no {word:?} in {}", self.err);
        }
    }
}
