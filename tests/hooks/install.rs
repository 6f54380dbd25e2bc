//! What `keylint hook` writes, what it puts back, and what it leaves alone.

use super::world::{Said, World};

const HOOKS: &str = "r/.git/hooks";

/// A hook by somebody else: not UTF-8, without an end of line.
const FOREIGN: &[u8] = b"#!/bin/sh\n# \xff\r\necho foreign >>\"$HOME/foreign\"";

fn refused(said: &Said, code: &str) {
    assert_eq!((said.code, said.out.as_str()), (2, ""), "{}", said.err);
    assert!(said.err.contains(code), "{code}: {}", said.err);
    assert!(said.err.contains("help:"), "{}", said.err);
}

#[test]
fn a_hook_is_written_and_removed() {
    let world = World::with_stand_in();
    let before = world.snapshot(HOOKS);
    let told = world.install("r", &[]);
    for part in [".git/hooks/pre-commit", "keylint git --staged", "--no-verify", "hook uninstall"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert_eq!(world.commit("r").code, 0);
    assert_eq!(world.log(), "keylint git --staged\n");
    world.write("bin/fail", "");
    assert_eq!(world.commit("r").code, 1);
    let told = world.uninstall("r", &[]);
    assert!(told.contains(".git/hooks/pre-commit is removed"), "{told}");
    assert_eq!(world.snapshot(HOOKS), before);
    world.log();
    assert_eq!(world.commit("r").code, 0);
    assert_eq!(world.log(), "");
}

#[test]
fn it_may_be_run_by_those_whom_the_umask_lets() {
    let world = World::new();
    world.write("r/run.sh", "umask 027; exec \"$1\" hook install");
    let mut command = world.command("sh", "r");
    let said = super::world::said(command.args(["run.sh", env!("CARGO_BIN_EXE_keylint")]));
    assert_eq!(said.code, 0, "{}", said.err);
    let hook = world.path("r/.git/hooks/pre-commit");
    assert_eq!(world.snapshot(HOOKS)[&hook].0 & 0o777, 0o750);
}

#[test]
fn a_second_installation_changes_nothing() {
    let world = World::new();
    world.install("r", &["--hook", "pre-push", "--hook", "pre-commit", "--hook", "pre-push"]);
    let before = world.snapshot(HOOKS);
    let told = world.install("r", &["--hook", "pre-push", "--hook", "pre-commit"]);
    assert_eq!(told.matches("is already installed").count(), 2, "{told}");
    assert_eq!(world.snapshot(HOOKS), before);
    // People add flags.
    let path = world.path("r/.git/hooks/pre-commit");
    let text = std::fs::read_to_string(&path).unwrap().replace("--staged", "--staged --quiet");
    world.script("r/.git/hooks/pre-commit", &text);
    assert!(world.install("r", &[]).contains("is already installed"));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
}

#[test]
fn what_was_there_comes_back() {
    for mode in [0o755, 0o700, 0o644] {
        let world = World::with_stand_in();
        world.write("r/.git/hooks/pre-commit", FOREIGN);
        world.set_mode("r/.git/hooks/pre-commit", mode);
        let before = world.snapshot(HOOKS);
        let told = world.install("r", &[]);
        assert!(told.contains("pre-commit.before-keylint"), "{told}");
        world.install("r", &[]);
        assert_eq!(world.commit("r").code, 0);
        assert_eq!(world.log(), "keylint git --staged\n");
        // git does not run what is not executable, and neither do we.
        assert_eq!(world.path("home/foreign").exists(), mode != 0o644, "{mode:o}");
        let told = world.uninstall("r", &[]);
        assert!(told.contains("is again the hook that was there before"), "{told}");
        assert_eq!(world.snapshot(HOOKS), before);
    }
}

#[test]
fn a_link_comes_back_as_a_link() {
    let world = World::with_stand_in();
    world.script("r/scripts/hook.sh", FOREIGN);
    world.link("../../scripts/hook.sh", "r/.git/hooks/pre-commit");
    let before = world.snapshot(HOOKS);
    world.install("r", &[]);
    assert_eq!(world.commit("r").code, 0);
    assert!(world.path("home/foreign").exists());
    world.uninstall("r", &[]);
    assert_eq!(world.snapshot(HOOKS), before);
    assert_eq!(std::fs::read(world.path("r/scripts/hook.sh")).unwrap(), FOREIGN);
}

#[test]
fn what_others_wrote_is_not_removed() {
    let world = World::new();
    world.script("r/.git/hooks/pre-commit", FOREIGN);
    let before = world.snapshot(HOOKS);
    let named = &["hook", "uninstall", "--hook", "pre-commit"];
    refused(&world.keylint("r", named), "hook::not_ours");
    assert!(world.uninstall("r", &[]).contains("there is no hook of keylint"));
    assert_eq!(world.snapshot(HOOKS), before);
    // Nor what they changed, nor a link to nowhere.
    world.install("r", &["--hook", "pre-push"]);
    let hook = world.path("r/.git/hooks/pre-push");
    let mut text = std::fs::read_to_string(&hook).unwrap();
    text.push_str("exec make check\n");
    world.script("r/.git/hooks/pre-push", &text);
    let before = world.snapshot(HOOKS);
    refused(&world.keylint("r", &["hook", "uninstall"]), "hook::changed");
    std::fs::remove_file(hook).unwrap();
    world.link("nowhere", "r/.git/hooks/pre-push");
    let named = &["hook", "uninstall", "--hook", "pre-push"];
    refused(&world.keylint("r", named), "hook::not_ours");
    std::fs::remove_file(world.path("r/.git/hooks/pre-push")).unwrap();
    world.script("r/.git/hooks/pre-push", &text);
    assert_eq!(world.snapshot(HOOKS), before);
}

#[test]
fn only_its_own_are_removed_when_none_is_named() {
    let world = World::new();
    world.script("r/.git/hooks/pre-commit", FOREIGN);
    let before = world.snapshot(HOOKS);
    world.install("r", &["--hook", "pre-push"]);
    assert_ne!(world.snapshot(HOOKS), before);
    world.uninstall("r", &[]);
    assert_eq!(world.snapshot(HOOKS), before);
}

#[test]
fn a_hook_that_was_kept_is_not_lost() {
    let world = World::new();
    world.script("r/.git/hooks/pre-commit", FOREIGN);
    let before = world.snapshot(HOOKS);
    world.install("r", &[]);
    // Somebody overwrites ours: two hooks by others now, and one name to keep them under.
    world.script("r/.git/hooks/pre-commit", "#!/bin/sh\n");
    let replaced = world.snapshot(HOOKS);
    refused(&world.keylint("r", &["hook", "install"]), "hook::name_taken");
    assert_eq!(world.snapshot(HOOKS), replaced);
    // Somebody removes ours.
    std::fs::remove_file(world.path("r/.git/hooks/pre-commit")).unwrap();
    assert!(world.install("r", &[]).contains("runs first"));
    std::fs::remove_file(world.path("r/.git/hooks/pre-commit")).unwrap();
    world.uninstall("r", &[]);
    assert_eq!(world.snapshot(HOOKS), before);
}

#[test]
fn managers_of_hooks_are_told_from_other_hooks() {
    let hooks = [
        ("pre-commit", "#!/usr/bin/env bash\n# File generated by pre-commit: https://x\n", "yaml"),
        ("prek", "#!/bin/sh\n# File generated by prek: https://x\nexec prek hook-impl\n", "yaml"),
        ("lefthook", "#!/bin/sh\ncall_lefthook run \"pre-commit\" \"$@\"\n", "lefthook.yml"),
        ("husky", "#!/usr/bin/env sh\n. \"$(dirname \"$0\")/h\"", ".husky"),
        ("husky", "#!/bin/sh\n. \"$(dirname -- \"$0\")/_/husky.sh\"\nnpm test\n", ".husky"),
        ("simple-git-hooks", "if [ \"$SKIP_SIMPLE_GIT_HOOKS\" = 1 ]; then", "package.json"),
        ("overcommit", "if ENV['OVERCOMMIT_DISABLE'].to_i != 0", ".overcommit.yml"),
    ];
    for (name, text, instead) in hooks {
        let world = World::new();
        world.script("r/.git/hooks/pre-commit", text);
        let before = world.snapshot(HOOKS);
        let said =
            world.keylint("r", &["hook", "install", "--hook", "pre-push", "--hook", "pre-commit"]);
        refused(&said, "hook::managed");
        for part in [name, instead, "keylint git --staged"] {
            assert!(said.err.contains(part), "{part}: {}", said.err);
        }
        assert_eq!(world.snapshot(HOOKS), before, "the other hook was written all the same");
    }
}

#[test]
fn what_cannot_be_done_is_an_error() {
    let world = World::new();
    refused(&world.keylint("home", &["hook", "install"]), "hook::no_repository");
    refused(&world.keylint("home", &["hook", "uninstall"]), "hook::no_repository");
    refused(&world.keylint("r", &["hook", "install", "nowhere"]), "hook::no_repository");
    assert_eq!(world.keylint("r", &["hook", "install", "--hook", "post-commit"]).code, 2);
    assert_eq!(world.keylint("r", &["hook"]).code, 2);
    world.write("r/file", "");
    for (path, code) in [
        ("/dev/null", "hook::no_directory"),
        ("file", "hook::no_directory"),
        ("file/hooks", "hook::not_permitted"),
        ("", "hook::bad_hooks_path"),
        ("~nobody-of-this-name/hooks", "hook::bad_hooks_path"),
    ] {
        world.git("r", &["config", "core.hooksPath", path]);
        refused(&world.keylint("r", &["hook", "install", "--shared"]), code);
    }
}

#[test]
fn a_directory_that_may_not_be_written_to_is_an_error() {
    let world = World::new();
    world.script("r/.git/hooks/pre-commit", FOREIGN);
    world.set_mode(HOOKS, 0o555);
    if std::fs::write(world.path("r/.git/hooks/probe"), "").is_ok() {
        std::fs::remove_file(world.path("r/.git/hooks/probe")).unwrap();
        eprintln!("not checked as root: a directory without permission to write");
    } else {
        let before = world.snapshot(HOOKS);
        refused(&world.keylint("r", &["hook", "install"]), "hook::not_permitted");
        assert_eq!(world.snapshot(HOOKS), before);
    }
    world.set_mode(HOOKS, 0o755);
}
