//! A home, a `PATH` and repositories of their own: nothing of the machine's configuration has a say.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::{env, io::Write};

use tempfile::TempDir;

/// Says what it was given, and fails when there is a file `fail` beside it.
const STAND_IN: &str = "#!/bin/sh
here=${0%/*}
{ echo \"keylint $*\"; if [ \"$2\" = --pre-push ]; then cat; fi; } >>\"$here/log\"
[ ! -e \"$here/fail\" ]
";

pub(crate) struct World {
    root: TempDir,
}

/// What a program said.
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl World {
    /// With a repository `r` that has no commit.
    pub(crate) fn new() -> Self {
        let world = Self { root: tempfile::tempdir().unwrap() };
        fs::create_dir(world.path("home")).unwrap();
        fs::create_dir(world.path("bin")).unwrap();
        world.git(".", &["init", "-q", "-b", "main", "r"]);
        world
    }

    /// With a stand-in for keylint on `PATH` of hooks.
    pub(crate) fn with_stand_in() -> Self {
        let world = Self::new();
        world.script("bin/keylint", STAND_IN);
        world
    }

    /// Puts the program under test where hooks find it.
    pub(crate) fn put_keylint_on_path(&self) {
        let _ = fs::remove_file(self.path("bin/keylint"));
        self.link(env!("CARGO_BIN_EXE_keylint"), "bin/keylint");
    }

    pub(crate) fn path(&self, below: impl AsRef<Path>) -> PathBuf {
        fs::canonicalize(self.root.path()).unwrap().join(below)
    }

    /// A program in this world. Its `PATH` has what hooks find, and of the machine's what has no keylint.
    pub(crate) fn command(&self, program: impl Into<OsString>, folder: &str) -> Command {
        let path = env::var_os("PATH").unwrap_or_default();
        let others = env::split_paths(&path).filter(|folder| !folder.join("keylint").exists());
        let path = env::join_paths([self.path("bin")].into_iter().chain(others)).unwrap();
        let mut command = Command::new(program.into());
        for (name, _) in env::vars_os() {
            if name.to_string_lossy().starts_with("GIT_") {
                command.env_remove(name);
            }
        }
        command.env("PATH", path).env("HOME", self.path("home")).env_remove("XDG_CONFIG_HOME");
        command.env("GIT_CONFIG_NOSYSTEM", "1").env("NO_COLOR", "1");
        for role in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{role}_NAME"), "A").env(format!("GIT_{role}_EMAIL"), "a@b.c");
        }
        command.current_dir(self.path(folder)).stdin(Stdio::null());
        command
    }

    /// git, which must succeed.
    pub(crate) fn git(&self, folder: &str, args: &[&str]) -> String {
        let said = self.try_git(folder, args);
        assert_eq!(said.code, 0, "git {args:?}: {}", said.err);
        said.out
    }

    pub(crate) fn try_git(&self, folder: &str, args: &[&str]) -> Said {
        let mut command = self.command("git", folder);
        said(command.args(["-c", "protocol.file.allow=always"]).args(args))
    }

    /// The program under test.
    pub(crate) fn keylint(&self, folder: &str, args: &[&str]) -> Said {
        said(self.command(env!("CARGO_BIN_EXE_keylint"), folder).args(args))
    }

    /// The same, which must succeed.
    pub(crate) fn install(&self, folder: &str, args: &[&str]) -> String {
        let said = self.keylint(folder, &[&["hook", "install"], args].concat());
        assert_eq!(said.code, 0, "{}", said.err);
        said.out
    }

    pub(crate) fn uninstall(&self, folder: &str, args: &[&str]) -> String {
        let said = self.keylint(folder, &[&["hook", "uninstall"], args].concat());
        assert_eq!(said.code, 0, "{}", said.err);
        said.out
    }

    /// A commit of nothing.
    pub(crate) fn commit(&self, folder: &str) -> Said {
        self.try_git(folder, &["commit", "-q", "--allow-empty", "-m", "a commit"])
    }

    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        fs::create_dir_all(self.path(path).parent().unwrap()).unwrap();
        let mut file = fs::File::create(self.path(path)).unwrap();
        file.write_all(content.as_ref()).unwrap();
    }

    /// A file that may be run.
    pub(crate) fn script(&self, path: &str, content: impl AsRef<[u8]>) {
        self.write(path, content);
        self.set_mode(path, 0o755);
    }

    pub(crate) fn set_mode(&self, path: &str, mode: u32) {
        fs::set_permissions(self.path(path), fs::Permissions::from_mode(mode)).unwrap();
    }

    pub(crate) fn link(&self, target: &str, path: &str) {
        symlink(target, self.path(path)).unwrap();
    }

    /// What hooks gave the stand-in since the last time.
    pub(crate) fn log(&self) -> String {
        let log = self.path("bin/log");
        let text = fs::read_to_string(&log).unwrap_or_default();
        let _ = fs::remove_file(log);
        text
    }

    /// Everything in a folder: mode, and content or target.
    pub(crate) fn snapshot(&self, folder: &str) -> BTreeMap<PathBuf, (u32, Vec<u8>)> {
        let Ok(entries) = fs::read_dir(self.path(folder)) else { return BTreeMap::new() };
        let entry = |path: PathBuf| {
            let metadata = fs::symlink_metadata(&path).unwrap();
            let content = match fs::read_link(&path) {
                Ok(target) => target.into_os_string().into_encoded_bytes(),
                Err(_) => fs::read(&path).unwrap_or_default(),
            };
            (path, (metadata.permissions().mode(), content))
        };
        entries.map(|found| entry(found.unwrap().path())).collect()
    }
}

pub(crate) fn said(command: &mut Command) -> Said {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Said { code: status.code().unwrap_or(-1), out: text(stdout), err: text(stderr) }
}
