//! A folder of files, and the plan for it.

use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use tempfile::TempDir;

/// A made-up GitHub token with a checksum that is right, in parts here so that no scanner takes this file for a leak.
pub(crate) fn token() -> String {
    ["ghp_rtK7te1H2kp", "LxiTbVw3htDF", "eLjPme92uZWqs"].concat()
}

/// A made-up password.
pub(crate) fn password() -> String {
    ["qZ7!", "vk2R", "m9x"].concat()
}

/// The id of a key that nobody has, of the account 123456789012.
pub(crate) fn key_id() -> String {
    ["AKIA", "RZPKLWJZ", "CEHQ7T3D"].concat()
}

/// A folder `shop` that goes away with this value.
pub(crate) struct World(TempDir);

impl World {
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().unwrap();
        fs::create_dir(folder.path().join("shop")).unwrap();
        Self(folder)
    }

    pub(crate) fn with(files: &[(&str, String)]) -> Self {
        let world = Self::new();
        for (name, text) in files {
            world.file(name, text);
        }
        world
    }

    pub(crate) fn file(&self, name: impl AsRef<OsStr>, text: impl AsRef<[u8]>) {
        let path = self.0.path().join("shop").join(name.as_ref());
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.0.path().join("shop")
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_keylint"));
        command.args(arguments).current_dir(self.0.path().join("shop"));
        command.env("SOURCE_DATE_EPOCH", "1750000000").output().unwrap()
    }

    /// The plan for everything in the folder.
    pub(crate) fn plan(&self) -> String {
        self.plan_of(&["scan", "."])
    }

    pub(crate) fn plan_of(&self, arguments: &[&str]) -> String {
        let output = self.run(&[arguments, &["--no-config", "--plan", "../plan.md"]].concat());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code().is_some_and(|code| code != 2), "{said}");
        fs::read_to_string(self.0.path().join("plan.md")).unwrap()
    }
}

/// The blocks of code in a plan: language and text.
pub(crate) fn blocks(plan: &str) -> Vec<(String, String)> {
    let mut blocks: Vec<(String, String)> = Vec::new();
    let mut open: Option<usize> = None;
    for line in plan.lines() {
        let bare = line.trim_start();
        match (open, bare.strip_prefix("```")) {
            (None, Some(language)) => {
                open = Some(line.len() - bare.len());
                blocks.push((language.to_owned(), String::new()));
            }
            (Some(_), Some(_)) => open = None,
            (Some(indent), None) => {
                let text = &mut blocks.last_mut().unwrap().1;
                text.push_str(line.get(indent..).unwrap_or_default());
                text.push('\n');
            }
            (None, None) => {}
        }
    }
    assert_eq!(open, None, "a block has no end:\n{plan}");
    blocks
}
