//! A small project with two secrets, and what the program says about it.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

/// A credential that is found wherever it stands.
pub(crate) const TOKEN: &str = concat!("sk_", "live_", "CMQO2AUN", "u9OJuQjn", "eRtU44Wl");
/// The path of an entry for a secret of the history.
pub(crate) const GONE: &str = "old.txt";
/// Who commits.
pub(crate) const COMMITTER: [&str; 4] = ["-c", "user.name=a", "-c", "user.email=a@example.com"];

/// A password that somebody thought of.
pub(crate) fn password() -> String {
    ["kvq7", "xzw2mb"].concat()
}

/// A credential that is in the history alone.
pub(crate) fn gone() -> String {
    ["sk_", "live_", "9Jx2LqPz", "Rm4VtYcK", "w7HsBd3N"].concat()
}

/// Lines that look drawn at random, as those of a key.
pub(crate) fn lines() -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut state: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let at = usize::try_from(state >> 33).unwrap();
        char::from(LETTERS[at % LETTERS.len()])
    };
    let mut line = || (0..64).map(|_| next()).collect::<String>();
    (0..12).map(|_| line()).collect::<Vec<_>>().join("\n")
}

pub(crate) struct Project(TempDir);

/// How a run of the program ended.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Project {
    pub(crate) fn new() -> Self {
        let project = Self(tempfile::tempdir().unwrap());
        project.write("app/main.txt", format!("x = \"{TOKEN}\"\n"));
        project.write("app/login.ini", format!("{} = {}\n", ["pass", "word"].concat(), password()));
        project
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).unwrap()
    }

    /// Runs git here, without the configuration of the machine.
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
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
        String::from_utf8(run.stdout).unwrap()
    }

    /// Runs `keylint` here.
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        let output = Command::new(env!("CARGO_BIN_EXE_keylint"))
            .args(arguments)
            .current_dir(self.path())
            .env_clear()
            .output()
            .unwrap();
        Run {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}
