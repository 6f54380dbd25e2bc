//! A tree with everything that is hard to report, made at run time, and the program run on it.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tempfile::TempDir;

/// Every format of reports on findings.
pub(crate) const FORMATS: &[&str] = &[
    "text",
    "json",
    "jsonl",
    "sarif",
    "github",
    "gitlab",
    "gitlab-codequality",
    "junit",
    "csv",
    "markdown",
    "html",
];

/// A name with an escape sequence, a bell and a mark that turns text round.
const CONTROL_NAME: &str = "esc\u{1b}[31m\u{7}\u{202e}.env";
/// A link that leads to itself: whoever asks for it gets an error, root too.
pub(crate) const UNREADABLE: &str = "loop 1%";

/// The made-up secrets of the tree, in parts here so that no scanner takes this file for a leak.
pub(crate) struct Secrets {
    pub(crate) github: String,
    pub(crate) aws: String,
    pub(crate) password: String,
    pub(crate) allowed_inline: String,
    pub(crate) allowed_above: String,
    pub(crate) allowed_by_file: String,
    pub(crate) phrase: String,
    pub(crate) jwt: String,
}

impl Secrets {
    fn new() -> Self {
        let join = |parts: [&str; 3]| parts.concat();
        let claims = "{\"iss\":\"https://a\\u001b]52;c;eA==\\u0007\\u202e\",\"sub\":\"1\",\"exp\":4103444800}";
        let header = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";
        let jwt = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part)).join(".");
        Self {
            github: join(["ghp_rtK7te1H2kp", "LxiTbVw3htDF", "eLjPme92uZWqs"]),
            aws: join(["AKIA", "RTX3GSDSU", "ZM7Z7DA"]),
            password: join(["qZ7!", "vk2R", "m9x"]),
            allowed_inline: join(["Hx4#", "wq8T", "n2z"]),
            allowed_above: join(["Jd6%", "rb3Y", "k7c"]),
            allowed_by_file: join(["Vn9?", "lf5W", "p3s"]),
            phrase: join(["Gt2&\u{e9}", "mh8x", "Q4v"]),
            jwt: format!("{jwt}.{}", join(["DBF90JVfGqXprU_", "tJLgy4ghkqzS1", "jdZThFS3LT"])),
        }
    }

    /// All of them, with a name each.
    pub(crate) fn all(&self) -> [(&'static str, &str); 8] {
        let Self {
            github,
            aws,
            password,
            allowed_inline,
            allowed_above,
            allowed_by_file,
            phrase,
            jwt,
        } = self;
        [
            ("github", github),
            ("aws", aws),
            ("password", password),
            ("allowed inline", allowed_inline),
            ("allowed above", allowed_above),
            ("allowed by file", allowed_by_file),
            ("phrase", phrase),
            ("jwt", jwt),
        ]
    }
}

/// A directory that goes away with this value.
pub(crate) struct Tree {
    root: TempDir,
    pub(crate) secrets: Secrets,
}

impl Tree {
    /// The tree with every case.
    pub(crate) fn full() -> Self {
        let tree = Self::empty();
        let Secrets {
            github,
            aws,
            password,
            allowed_inline,
            allowed_above,
            allowed_by_file,
            phrase,
            jwt,
        } = &tree.secrets;
        tree.file("keylint.toml", "[[allow]]\npath = \"samples/**\"\nreason = \"a sample\"\n");
        tree.file("a b/ü%20#?.py", format!("x = \"日本𝄞\"; password = \"{password}\"\n"));
        tree.file(
            "deploy.sh",
            format!(
                "set -e\r\nexport GITHUB_TOKEN={github}\r\ncurl -u \"me:{github}\" https://example.org\r\n"
            ),
        );
        tree.file("again.sh", format!("GITHUB_TOKEN={github}\n"));
        let repeat = format!("password: \"{phrase}\"\nrun: login --with {phrase} {password}\n");
        tree.file(CONTROL_NAME, &repeat);
        tree.file(OsString::from_vec(b"caf\xe9.env".to_vec()), format!("aws_key={aws}\n"));
        let inline = format!(
            "ui_password = \"{allowed_inline}\" # keylint:allow generic-password a \u{1b}[7mtest\u{202e}\n\
             # keylint:allow generic-password also a test\n\
             api_password = \"{allowed_above}\"\n"
        );
        tree.file("inline.py", &inline);
        tree.file("samples/one.py", format!("db_password = \"{allowed_by_file}\"\n"));
        tree.file("session.txt", format!("\u{1b}]0;title\u{7} token \u{202e} {jwt}\n"));
        std::os::unix::fs::symlink(UNREADABLE, tree.path(UNREADABLE)).unwrap();
        tree
    }

    /// An empty tree.
    pub(crate) fn empty() -> Self {
        Self { root: TempDir::new().unwrap(), secrets: Secrets::new() }
    }

    /// A path below the root.
    pub(crate) fn path(&self, below: impl AsRef<Path>) -> PathBuf {
        self.root.path().join(below)
    }

    /// Writes a file and the directories above it.
    pub(crate) fn file(&self, below: impl AsRef<Path>, text: impl AsRef<[u8]>) {
        let path = self.path(below);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// The program, to be run in the root under an environment of its own.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_keylint"));
        command.current_dir(self.root.path()).env_clear().env("SOURCE_DATE_EPOCH", "1700000000");
        command
    }

    /// Runs the program in the root.
    pub(crate) fn run<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Output {
        self.command().args(arguments).output().unwrap()
    }

    /// Runs a scan of the root and of the unreadable link.
    pub(crate) fn scan(&self, flags: &[&str]) -> Output {
        self.run(["scan", ".", UNREADABLE].iter().chain(flags))
    }

    /// What a scan prints.
    pub(crate) fn report(&self, flags: &[&str]) -> String {
        String::from_utf8(self.scan(flags).stdout).expect("reports are UTF-8")
    }
}
