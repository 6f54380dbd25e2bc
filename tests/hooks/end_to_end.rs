//! A commit with a secret does not happen, whichever way the hook is run; and nothing is passed unread.

use super::managers::{Managed, with_each};
use super::world::{Said, World, said};

/// A made-up token with a checksum that holds.
fn token() -> String {
    ["ghp_rtK7te1H2kp", "LxiTbVw3htDF", "eLjPme92uZWqs"].concat()
}

pub(crate) fn leak() -> String {
    format!("first line\nkey: {}\n", token())
}

/// What a person needs: which rule, where, and not the secret.
pub(crate) fn is_readable(said: &Said, place: &str) {
    let text = format!("{}{}", said.out, said.err);
    for part in ["github-classic-pat", place, "help:", "1 finding (1 critical) in"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains(&token()), "{text}");
    assert!(!text.contains('\u{1b}'), "colours in a log: {text:?}");
}

fn commits(world: &World) -> String {
    world.try_git("r", &["rev-list", "--count", "--all"]).out
}

pub(crate) fn with_keylint(what: &str, check: impl Fn(&Managed)) {
    with_each(what, |it| {
        it.world.put_keylint_on_path();
        check(it);
    });
}

#[test]
fn a_managed_hook_stops_a_staged_secret() {
    with_keylint("that a commit with a secret is stopped", |it| {
        it.world.write("r/app.conf", leak());
        it.world.git("r", &["add", "."]);
        // What is not staged has no say.
        it.world.write("r/app.conf", "clean\n");
        let stopped = it.git(&["commit", "-q", "-m", "stopped"]);
        assert_eq!(stopped.code, 1);
        is_readable(&stopped, "app.conf:2:6");
        assert_eq!(commits(&it.world), "0\n");
        it.world.git("r", &["add", "."]);
        it.world.write("r/app.conf", leak());
        let passed = it.git(&["commit", "-q", "-m", "passed"]);
        assert_eq!(passed.code, 0, "{}", passed.err);
        assert_eq!(commits(&it.world), "1\n");
        let left = std::fs::read_to_string(it.world.path("r/app.conf")).unwrap();
        assert_eq!(left, leak(), "the work tree is as it was");
    });
}

#[test]
fn a_managed_hook_reports_new_lines_alone() {
    with_keylint("that a commit is not stopped for an old secret", |it| {
        it.world.write("r/app.conf", leak());
        it.world.git("r", &["add", "."]);
        it.world.git("r", &["commit", "-q", "--no-verify", "-m", "old"]);
        it.world.write("r/app.conf", format!("{}more\n", leak()));
        let passed = it.git(&["commit", "-q", "-a", "-m", "another line"]);
        assert_eq!(passed.code, 0, "{}", passed.err);
        it.world.write("r/app.conf", format!("{}more\nkey: {}", leak(), token()));
        assert_eq!(it.git(&["commit", "-q", "-a", "-m", "stopped"]).code, 1);
    });
}

#[test]
fn all_files_are_all_files() {
    with_keylint("that all files are scanned when all are asked for", |it| {
        it.world.write("r/a", "clean\n");
        it.world.write("r/b/c", [0, 159, 146]);
        it.world.git("r", &["add", "."]);
        assert_eq!(it.git(&["commit", "-q", "-m", "clean"]).code, 0);
        let clean = it.run(["run", "--all-files", "--verbose"]);
        assert_eq!(clean.code, 0, "{}{}", clean.out, clean.err);
        // With the configuration of the manager.
        assert!(clean.out.contains("no findings in 3 files"), "{}", clean.out);
        it.world.write("r/app.conf", leak());
        it.world.git("r", &["add", "."]);
        it.world.git("r", &["commit", "-q", "--no-verify", "-m", "leak"]);
        let found = it.run(["run", "--all-files"]);
        assert_eq!(found.code, 1);
        is_readable(&found, "app.conf:2:6");
    });
}

/// Alone on the command line, a link to a folder could be taken for a repository.
#[test]
fn a_link_to_another_repository_is_content_like_any_other() {
    with_keylint("that a link to another repository is not followed", |it| {
        it.world.git("r", &["add", "."]);
        assert_eq!(it.git(&["commit", "-q", "-m", "first"]).code, 0);
        it.world.git(".", &["init", "-q", "other"]);
        it.world.write("other/app.conf", leak());
        it.world.git("other", &["add", "."]);
        it.world.link("../other", "r/link");
        it.world.git("r", &["add", "link"]);
        let passed = it.git(&["commit", "-q", "-m", "a link"]);
        assert_eq!(passed.code, 0, "{}", passed.err);
        it.world.link(&format!("../{}", token()), "r/leak");
        it.world.git("r", &["add", "leak"]);
        let stopped = it.git(&["commit", "-q", "-m", "a target"]);
        assert_eq!(stopped.code, 1, "{}", stopped.err);
        is_readable(&stopped, "leak:1:4");
    });
}

#[test]
fn an_installed_hook_stops_a_staged_secret() {
    let world = World::new();
    world.put_keylint_on_path();
    world.install("r", &[]);
    world.write("r/sub/app.conf", leak());
    world.git("r", &["add", "."]);
    world.write("r/sub/app.conf", "clean\n");
    let commit = |folder: &str, args: &[&str]| {
        world.try_git(folder, &[&["commit", "-q", "-m", "a commit"], args].concat())
    };
    for folder in ["r", "r/sub"] {
        let stopped = commit(folder, &[]);
        assert_eq!(stopped.code, 1);
        is_readable(&stopped, "sub/app.conf:2:6");
    }
    assert_eq!(commits(&world), "0\n");
    // What these commit is in an index of their own.
    assert_eq!(commit("r", &["-a"]).code, 0);
    world.write("r/sub/app.conf", leak());
    world.write("r/other", "clean\n");
    world.git("r", &["add", "other"]);
    for args in [&["-a"][..], &["sub/app.conf"], &["--include", "sub/app.conf"]] {
        let stopped = commit("r", args);
        assert_eq!(stopped.code, 1, "{args:?}");
        is_readable(&stopped, "sub/app.conf:2:6");
    }
    assert_eq!(commit("r", &["other"]).code, 0);
    assert_eq!(commits(&world), "2\n");
}

/// A hook in a linked work tree, in a submodule, and in the work tree of a bare repository.
#[test]
fn an_installed_hook_reads_the_index_of_its_work_tree() {
    let world = World::new();
    world.put_keylint_on_path();
    world.commit("r");
    world.git(".", &["init", "-q", "part"]);
    world.commit("part");
    world.git("r", &["submodule", "add", "-q", "../part", "part"]);
    world.git(".", &["clone", "-q", "--bare", "r", "bare.git"]);
    world.git("bare.git", &["worktree", "add", "-q", "../of-bare", "main"]);
    world.git("r", &["worktree", "add", "-q", "../linked"]);
    for tree in ["linked", "of-bare", "r/part"] {
        world.install(tree, &[]);
        world.write(&format!("{tree}/app.conf"), leak());
        world.git(tree, &["add", "app.conf"]);
        let stopped = world.commit(tree);
        assert_eq!(stopped.code, 1, "{tree}");
        is_readable(&stopped, "app.conf:2:6");
        world.write(&format!("{tree}/app.conf"), "clean\n");
        world.git(tree, &["add", "app.conf"]);
        let passed = world.commit(tree);
        assert_eq!(passed.code, 0, "{tree}: {}", passed.err);
    }
}

#[test]
fn a_bad_configuration_stops_the_commit() {
    let world = World::new();
    world.put_keylint_on_path();
    world.install("r", &[]);
    world.write("r/keylint.toml", "nonsense = 1\n");
    world.git("r", &["add", "."]);
    let stopped = world.commit("r");
    assert_eq!(stopped.code, 1);
    assert!(stopped.err.contains("nonsense"), "{}", stopped.err);
    let mut command = world.command("git", "r");
    command.env("NO_COLOR", "1").args(["rm", "-q", "--cached", "keylint.toml"]);
    assert_eq!(said(&mut command).code, 0);
    std::fs::remove_file(world.path("r/keylint.toml")).unwrap();
    assert_eq!(world.commit("r").code, 0);
}
