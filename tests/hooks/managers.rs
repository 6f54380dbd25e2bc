//! The hooks of `.pre-commit-hooks.yaml` in the real pre-commit and prek. Without one of them on `PATH`, its test says
//! what it did not check, and fails where `KEYLINT_REQUIRE_TOOLS` is set.

use std::collections::BTreeSet;
use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::world::{Said, World, said};

const TOOLS: [&str; 2] = ["pre-commit", "prek"];

/// A program on `PATH`, or a word about what is not checked without it.
pub(crate) fn tool(name: &str, what: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file());
    if found.is_none() {
        assert!(env::var_os("KEYLINT_REQUIRE_TOOLS").is_none(), "{name} is not on PATH");
        eprintln!("not checked without {name}: {what}");
    }
    found
}

/// Runs a check with each of the tools that there are.
pub(crate) fn with_each(what: &str, check: impl Fn(&Managed)) {
    for name in TOOLS {
        let Some(program) = tool(name, what) else { continue };
        eprintln!("with {name}");
        check(&Managed::new(name, program));
    }
}

/// A world whose repository `r` runs our hooks by a manager.
pub(crate) struct Managed {
    name: &'static str,
    program: PathBuf,
    pub(crate) world: World,
}

impl Managed {
    fn new(name: &'static str, program: PathBuf) -> Self {
        let world = World::with_stand_in();
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join(".pre-commit-hooks.yaml");
        world.git(".", &["init", "-q", "hooks"]);
        world.write("hooks/.pre-commit-hooks.yaml", fs::read(manifest).unwrap());
        world.git("hooks", &["add", "."]);
        world.git("hooks", &["commit", "-q", "-m", "hooks"]);
        let config = format!(
            "repos:\n- repo: {}\n  rev: {}  hooks:\n  - id: keylint-system\n  - id: keylint-system-pre-push\n",
            world.path("hooks").display(),
            world.git("hooks", &["rev-parse", "HEAD"]),
        );
        world.write("r/.pre-commit-config.yaml", config);
        let managed = Self { name, program, world };
        let types = ["install", "--hook-type", "pre-commit", "--hook-type", "pre-push"];
        let installed = managed.run(types);
        assert_eq!(installed.code, 0, "{}{}", installed.out, installed.err);
        managed
    }

    /// The manager in the repository.
    pub(crate) fn run(&self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Said {
        said(self.command(&self.program).args(args))
    }

    fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = self.world.command(program.as_ref(), "r");
        command.env("PRE_COMMIT_HOME", self.world.path("home/store"));
        command.env("PREK_HOME", self.world.path("home/store"));
        command
    }

    pub(crate) fn git(&self, args: &[&str]) -> Said {
        said(self.command("git").args(["-c", "protocol.file.allow=always"]).args(args))
    }

    /// What the stand-in was called with: the lines of all calls.
    fn calls(&self) -> Vec<String> {
        self.world.log().lines().map(str::to_owned).collect()
    }

    /// The names that the stand-in was given, sorted, after flags that must be there.
    fn names(&self) -> Vec<String> {
        let calls = self.calls();
        let [call] = calls.as_slice() else { panic!("{}: {calls:?}", self.name) };
        let names = call.strip_prefix("keylint git --staged -- ").unwrap();
        let mut names: Vec<String> = names.split(' ').map(str::to_owned).collect();
        names.sort();
        names
    }
}

#[test]
fn every_kind_of_content_is_passed() {
    with_each("that binary files and links are passed to the hook, and submodules are not", |it| {
        let world = &it.world;
        world.git(".", &["init", "-q", "part"]);
        world.commit("part");
        world.git("r", &["submodule", "add", "-q", "../part", "part"]);
        world.write("r/binary", [0, 1, 2, 0xff]);
        world.write("r/no-ending", "text");
        world.write("r/-q", "a name like a flag");
        world.script("r/run", "#!/bin/sh\n");
        world.link("nowhere", "r/link");
        world.link("sub", "r/link-to-folder");
        world.write("r/sub/empty", "");
        world.git("r", &["add", "."]);
        let all = [
            "-q",
            ".gitmodules",
            ".pre-commit-config.yaml",
            "binary",
            "link",
            "link-to-folder",
            "no-ending",
            "run",
            "sub/empty",
        ];
        let committed = it.git(&["commit", "-q", "-m", "all"]);
        assert_eq!(committed.code, 0, "{}", committed.err);
        assert_eq!(it.names(), all);
        let ran = it.run(["run", "--all-files"]);
        assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
        assert_eq!(it.names(), all);
        world.write("bin/fail", "");
        world.write("r/binary", [0, 7]);
        let committed = it.git(&["commit", "-q", "-a", "-m", "stopped"]);
        assert_eq!(committed.code, 1, "{}", committed.err);
        assert_eq!(it.names(), ["binary"]);
    });
}

#[test]
fn the_hook_for_pushes_runs_once_and_may_stop() {
    with_each("that the hook for pushes runs when something is pushed", |it| {
        let world = &it.world;
        world.git("r", &["add", "."]);
        world.git(".", &["init", "-q", "--bare", "remote.git"]);
        world.git("r", &["remote", "add", "origin", "../remote.git"]);
        assert_eq!(it.git(&["commit", "-q", "-m", "first"]).code, 0);
        it.calls();
        world.write("bin/fail", "");
        let pushed = it.git(&["push", "-q", "origin", "main"]);
        assert_eq!(pushed.code, 1, "{}", pushed.err);
        assert_eq!(it.calls(), ["keylint git --pre-push"]);
        fs::remove_file(world.path("bin/fail")).unwrap();
        assert_eq!(it.git(&["push", "-q", "origin", "main"]).code, 0);
        // Nothing of what the remote has not.
        it.calls();
        assert_eq!(it.git(&["push", "-q", "origin", "main"]).code, 0);
        assert_eq!(it.calls(), Vec::<String>::new());
    });
}

#[test]
fn what_managers_install_is_recognised() {
    with_each("that hooks which it wrote are recognised", |it| {
        let before = it.world.snapshot("r/.git/hooks");
        let refused = it.world.keylint("r", &["hook", "install"]);
        assert_eq!(refused.code, 2);
        for part in ["hook::managed", it.name, ".pre-commit-config.yaml"] {
            assert!(refused.err.contains(part), "{part}: {}", refused.err);
        }
        assert_eq!(it.world.snapshot("r/.git/hooks"), before);
    });
}

/// All managers keep a hook that is there and run it.
#[test]
fn a_manager_that_comes_later_runs_our_hook_too() {
    with_each("that it runs a hook of ours that was there before", |it| {
        let world = &it.world;
        assert_eq!(it.run(["uninstall", "--hook-type", "pre-commit"]).code, 0);
        world.install("r", &[]);
        assert_eq!(it.run(["install", "--hook-type", "pre-commit"]).code, 0);
        world.git("r", &["add", "."]);
        assert_eq!(it.git(&["commit", "-q", "-m", "both"]).code, 0);
        let calls = it.calls();
        assert!(calls.contains(&"keylint git --staged".to_owned()), "{}: {calls:?}", it.name);
        assert_eq!(calls.len(), 2, "{calls:?}");
    });
}

#[test]
fn the_hooks_that_pages_name_exist() {
    let read =
        |name: &str| fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap();
    let ids = |text: &str| -> BTreeSet<String> {
        text.lines()
            .filter_map(|line| line.trim().strip_prefix("- id: ").map(str::to_owned))
            .collect()
    };
    let offered = ids(&read(".pre-commit-hooks.yaml"));
    let page = read("docs/hooks.md");
    assert_eq!(offered.len(), 6);
    for id in &offered {
        assert!(page.contains(&format!("`{id}`")), "docs/hooks.md does not name {id}");
    }
    for text in [page, read("README.md")] {
        let named = ids(&text);
        assert!(!named.is_empty() && named.is_subset(&offered), "{named:?}");
    }
}
