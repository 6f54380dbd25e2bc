//! A repository with secrets and a policy, and what the program says about it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// 2025-06-15: the day of every run that names no other.
pub(crate) const TODAY: &str = "1750000000";
/// 2033-05-18.
pub(crate) const LATER: &str = "2000000000";

/// A repository in a temporary folder.
pub(crate) struct Tree {
    folder: TempDir,
}

/// How a run of the program ended.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Tree {
    /// An empty repository on the branch `main`.
    pub(crate) fn new() -> Self {
        let tree = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(tree.path("")).unwrap();
        tree.git(&["init", "-q", "-b", "main"]);
        tree
    }

    /// A path in the repository; without a name, the repository's.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        let root = self.folder.path().join("repo");
        if name.is_empty() { root } else { root.join(name) }
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Changes the text of a file.
    pub(crate) fn change(&self, name: &str, change: impl Fn(&str) -> String) {
        let text = self.read(name);
        let changed = change(&text);
        assert_ne!(text, changed, "{name} did not change");
        self.write(name, changed);
    }

    /// Puts a text in the place of another.
    pub(crate) fn replace(&self, name: &str, old: &str, new: &str) {
        self.change(name, |text| text.replace(old, new));
    }

    pub(crate) fn rename(&self, old: &str, new: &str) {
        fs::create_dir_all(self.path(new).parent().unwrap()).unwrap();
        fs::rename(self.path(old), self.path(new)).unwrap();
    }

    pub(crate) fn delete(&self, name: &str) {
        fs::remove_file(self.path(name)).unwrap();
    }

    /// Runs git, which must succeed.
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let output = self.try_git(arguments);
        let err = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git {arguments:?}: {err}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Runs git away from the settings of the machine.
    pub(crate) fn try_git(&self, arguments: &[&str]) -> Output {
        let date = "1700000000 +0000";
        Command::new("git")
            .args(arguments)
            .current_dir(self.path(""))
            .envs([("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_CONFIG_GLOBAL", "/dev/null")])
            .envs([("GIT_AUTHOR_NAME", "Ada"), ("GIT_AUTHOR_EMAIL", "ada@example.org")])
            .envs([("GIT_COMMITTER_NAME", "Bob"), ("GIT_COMMITTER_EMAIL", "bob@example.org")])
            .envs([("GIT_AUTHOR_DATE", date), ("GIT_COMMITTER_DATE", date)])
            .envs([("GIT_EDITOR", "true"), ("LC_ALL", "C")])
            .output()
            .unwrap()
    }

    /// Commits everything.
    pub(crate) fn commit(&self, message: &str) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
    }

    /// Runs `keylint` at the root.
    pub(crate) fn keylint(&self, arguments: &[&str]) -> Run {
        Self::keylint_in(&self.path(""), TODAY, arguments)
    }

    /// Runs `keylint` in a folder, at a moment in seconds since 1970.
    pub(crate) fn keylint_in(folder: &Path, now: &str, arguments: &[&str]) -> Run {
        let output = Command::new(env!("CARGO_BIN_EXE_keylint"))
            .args(arguments)
            .current_dir(folder)
            .env("SOURCE_DATE_EPOCH", now)
            .env_remove("GIT_DIR")
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let code = output.status.code().unwrap();
        Run { code, out: text(output.stdout), err: text(output.stderr) }
    }

    /// Writes the baseline of what is there, the history too.
    pub(crate) fn baseline(&self) {
        for more in [&[][..], &["--history"]] {
            let run = self.keylint(&[&["baseline", "write"], more].concat());
            assert_eq!(run.code, 0, "{run:?}");
        }
    }

    /// The lines of the baseline that are entries.
    pub(crate) fn entries(&self) -> Vec<String> {
        self.read("keylint.baseline").lines().skip(1).map(str::to_owned).collect()
    }

    /// What a scan reports that nothing hides: secrets as they are, policy findings by their check.
    pub(crate) fn reported(&self, arguments: &[&str]) -> BTreeSet<String> {
        let run = self.keylint(&[arguments, &["--reveal", "--format", "json"]].concat());
        run.reported()
    }
}

impl Run {
    /// The JSON report.
    pub(crate) fn report(&self) -> Value {
        serde_json::from_str(&self.out)
            .unwrap_or_else(|error| panic_with(&format!("{error}: {self:?}")))
    }

    pub(crate) fn reported(&self) -> BTreeSet<String> {
        let report = self.report();
        assert_eq!(report["complete"], true, "{self:?}");
        let findings = report["findings"].as_array().unwrap().iter();
        let name = |finding: &Value| {
            let secret = finding["secret"]["raw"].as_str();
            secret.or(finding["rule"].as_str()).unwrap().to_owned()
        };
        findings.map(name).collect()
    }

    /// The instruction was refused, with these words in what is said.
    #[track_caller]
    pub(crate) fn assert_refused(&self, words: &[&str]) {
        assert_eq!((self.code, self.out.as_str()), (2, ""), "{self:?}");
        // Lines are broken where the terminal ends.
        let said: Vec<&str> = self.err.split_whitespace().filter(|word| *word != "│").collect();
        let said = said.join(" ");
        for word in words {
            assert!(said.contains(word), "`{word}` is not in {}", self.err);
        }
        assert!(said.contains("help:"), "{}", self.err);
    }
}

#[expect(clippy::panic, reason = "a test may stop where the world is not as it expects")]
fn panic_with(message: &str) -> ! {
    panic!("{message}")
}

/// So many characters that look drawn at random, made when they are needed; another seed gives others.
pub(crate) fn made(length: usize, seed: u64) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 56
    };
    let drawn = (0..length + 8).map(|_| next()).skip(8);
    drawn
        .map(|number| char::from(LETTERS[usize::try_from(number).unwrap() % LETTERS.len()]))
        .collect()
}

/// A token whose format is known.
pub(crate) fn token(seed: u64) -> String {
    format!("{}{}", ["gl", "pat-"].concat(), made(20, seed))
}

/// A private key in lines of 64 characters.
pub(crate) fn pem(seed: u64) -> String {
    let body: Vec<String> = (0..12).map(|line| made(64, seed * 100 + line)).collect();
    let label = ["RSA PRIVATE", " KEY-----"].concat();
    format!("-----BEGIN {label}\nMII{}\n-----END {label}\n", body.join("\n"))
}

/// A password that somebody thought of.
pub(crate) fn weak(end: char) -> String {
    format!("{}{end}", ["kvq7", "xzw2m"].concat())
}

/// `password`, so that no line of these tests looks like one.
pub(crate) fn key() -> String {
    ["pass", "word"].concat()
}

/// A policy for everything in a bucket.
pub(crate) fn policy(bucket: &str) -> String {
    format!(
        "{{\"Version\":\"2012-10-17\",\"Statement\":[{{\"Effect\":\"Allow\",\"Action\":\"s3:GetObjekt\",\"Resource\":\"arn:aws:s3:::{bucket}/*\"}}]}}\n"
    )
}

/// A tree with one of each: a strong token, a weak password, a private key, a policy.
pub(crate) fn tree() -> Tree {
    let tree = Tree::new();
    tree.write("app.env", format!("# settings\nTOKEN={}\nMODE=fast\n", token(1)));
    tree.write("src/config.py", format!("import os\n\n{} = \"{}\"\n", key(), weak('a')));
    tree.write("keys/server.pem", pem(1));
    tree.write("policy.json", policy("one"));
    tree.commit("Begin");
    tree
}
