//! What git and the installed hooks do together: order, arguments, standard input, and who may stop whom.

use std::fs;

use super::world::World;

#[test]
fn the_hook_that_was_there_comes_first_and_may_stop_the_commit() {
    let world = World::with_stand_in();
    world.script("r/.git/hooks/pre-commit", "#!/bin/sh\necho mine >>../bin/log\nexit ${MINE:-0}\n");
    world.install("r", &[]);
    assert_eq!(world.commit("r").code, 0);
    assert_eq!(world.log(), "mine\nkeylint git --staged\n");
    let mut command = world.command("git", "r");
    command.env("MINE", "7").args(["commit", "-q", "--allow-empty", "-m", "stopped"]);
    assert_eq!(super::world::said(&mut command).code, 1);
    assert_eq!(world.log(), "mine\n");
    assert_eq!(world.git("r", &["rev-list", "--count", "HEAD"]), "1\n");
}

#[test]
fn without_keylint_on_path_nothing_is_committed_or_pushed() {
    let world = World::new();
    world.commit("r");
    world.git(".", &["init", "-q", "--bare", "remote.git"]);
    world.install("r", &["--hook", "pre-commit", "--hook", "pre-push"]);
    let commit = world.commit("r");
    let push = world.try_git("r", &["push", "-q", "../remote.git", "main"]);
    for (said, way) in [(&commit, "git commit --no-verify"), (&push, "git push --no-verify")] {
        assert_eq!(said.code, 1);
        assert!(said.err.contains("keylint is not on PATH"), "{}", said.err);
        assert!(said.err.contains(way), "{}", said.err);
    }
    world.git("r", &["commit", "--no-verify", "-q", "--allow-empty", "-m", "skipped"]);
    world.git("r", &["push", "--no-verify", "-q", "../remote.git", "main"]);
    assert_eq!(world.git("remote.git", &["rev-list", "--count", "main"]), "2\n");
}

/// The four words that git writes for each ref.
fn line(world: &World, local: &str, remote: &str) -> String {
    let zeros = "0".repeat(40);
    let id = world.git("r", &["rev-parse", local]);
    format!("{local} {} {remote} {zeros}\n", id.trim())
}

#[test]
fn both_hooks_get_all_of_what_is_pushed() {
    let world = World::with_stand_in();
    world.commit("r");
    world.git("r", &["branch", "side"]);
    world.git(".", &["init", "-q", "--bare", "remote.git"]);
    world.git("r", &["remote", "add", "origin", "../remote.git"]);
    world.script("r/.git/hooks/pre-push", "#!/bin/sh\necho \"$@\" >../mine\ncat >>../mine\n");
    world.install("r", &["--hook", "pre-push"]);
    world.git("r", &["push", "-q", "origin", "main", "side"]);
    let lines = ["main", "side"]
        .map(|name| format!("refs/heads/{name}"))
        .map(|name| line(&world, &name, &name));
    let lines = lines.concat();
    assert_eq!(world.log(), format!("keylint git --pre-push origin ../remote.git\n{lines}"));
    let mine = fs::read_to_string(world.path("mine")).unwrap();
    assert_eq!(mine, format!("origin ../remote.git\n{lines}"));
    // Nothing to push: nothing on standard input, not an empty line.
    world.git("r", &["push", "-q", "origin", "main"]);
    assert_eq!(world.log(), "keylint git --pre-push origin ../remote.git\n");
    assert_eq!(fs::read_to_string(world.path("mine")).unwrap(), "origin ../remote.git\n");
}

#[test]
fn either_hook_may_stop_the_push() {
    let world = World::with_stand_in();
    world.commit("r");
    world.git(".", &["init", "-q", "--bare", "remote.git"]);
    world.install("r", &["--hook", "pre-push"]);
    world.write("bin/fail", "");
    let push = || world.try_git("r", &["push", "-q", "../remote.git", "main"]).code;
    assert_eq!(push(), 1);
    assert!(world.log().starts_with("keylint git --pre-push"));
    fs::remove_file(world.path("bin/fail")).unwrap();
    // One that reads nothing of its standard input.
    world.uninstall("r", &[]);
    world.script("r/.git/hooks/pre-push", "#!/bin/sh\nexit 3\n");
    world.install("r", &["--hook", "pre-push"]);
    assert_eq!(push(), 1);
    assert_eq!(world.log(), "");
    world.script("r/.git/hooks/pre-push.before-keylint", "#!/bin/sh\nexit 0\n");
    assert_eq!(push(), 0);
    assert!(world.log().contains("refs/heads/main"));
}
