//! A push of a secret does not happen, though a later commit removed it; what the remote has is not looked at again.

use super::end_to_end::{is_readable, leak, with_keylint};
use super::world::{Said, World};

/// Commits content, whatever hooks say, and gives the commit's first digits.
fn commit(world: &World, content: &str) -> String {
    world.write("r/app.conf", content);
    world.git("r", &["add", "."]);
    world.git("r", &["commit", "-q", "--no-verify", "-m", "a commit"]);
    world.git("r", &["rev-parse", "--short=8", "HEAD"]).trim().to_owned()
}

fn add_remote(world: &World) {
    world.git(".", &["init", "-q", "--bare", "remote.git"]);
    world.git("r", &["remote", "add", "origin", "../remote.git"]);
}

/// Pushes of a branch through its life: the first ever, the next, a new branch.
fn pushes(world: &World, push: impl Fn(&[&str]) -> Said) {
    add_remote(world);
    let leaking = commit(world, &leak());
    commit(world, "clean\n");
    for name in ["main", "HEAD:refs/heads/main"] {
        let stopped = push(&[name]);
        assert_eq!(stopped.code, 1, "{name}: {}", stopped.err);
        is_readable(&stopped, &format!("{leaking}:app.conf:2:6"));
    }
    world.git("r", &["push", "-q", "--no-verify", "origin", "main"]);
    commit(world, "clean still\n");
    let passed = push(&["main"]);
    assert_eq!(passed.code, 0, "what the remote has was scanned again: {}", passed.err);
    world.git("r", &["checkout", "-q", "-b", "side"]);
    commit(world, "clean on a side\n");
    let leaking = commit(world, &leak());
    commit(world, "clean again\n");
    let stopped = push(&["side"]);
    assert_eq!(stopped.code, 1, "{}", stopped.err);
    is_readable(&stopped, &format!("{leaking}:app.conf:2:6"));
}

#[test]
fn a_managed_hook_stops_a_push() {
    with_keylint("that a push with a secret is stopped", |it| {
        pushes(&it.world, |refs| it.git(&[&["push", "-q", "origin"], refs].concat()));
    });
}

#[test]
fn an_installed_hook_stops_a_push() {
    let world = World::new();
    world.put_keylint_on_path();
    world.install("r", &["--hook", "pre-push"]);
    let push = |refs: &[&str]| world.try_git("r", &[&["push", "-q", "origin"], refs].concat());
    pushes(&world, push);
    // One branch of several, and one that goes away.
    world.git("r", &["branch", "clean", "main"]);
    assert_eq!(push(&["clean", "side"]).code, 1);
    assert_eq!(push(&["clean"]).code, 0);
    assert_eq!(push(&[":clean"]).code, 0);
    assert_eq!(push(&["main"]).code, 0, "nothing to push");
    // git writes the name of what is pushed as it was given, spaces included.
    assert_eq!(push(&["side@{0 seconds ago}:refs/heads/other"]).code, 1);
    assert_eq!(push(&["main@{0 seconds ago}:refs/heads/other"]).code, 0);
}
