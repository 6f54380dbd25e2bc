//! What a push is about to publish, as git's hook and hook managers say it.

use std::fs;

use crate::fixture::{Repo, Run};
use crate::material::{lines, token};

const NONE: &str = "0000000000000000000000000000000000000000";

/// A clone whose remote has one secret; it and the secret.
fn with_remote() -> (Repo, String) {
    let (origin, published) = (Repo::with_commit(), token(1));
    origin.commit("published.txt", format!("{published}\n"));
    origin.git(&["switch", "-q", "--detach"]);
    (origin.clone_as("clone", &[]), published)
}

fn push(repo: &Repo, lines: &[[&str; 4]]) -> Run {
    let url = format!("file://{}", repo.beside("repo").path(""));
    let input: String = lines.iter().map(|words| words.join(" ") + "\n").collect();
    repo.run_in("", &["--pre-push", "origin", &url], &[], input.as_bytes())
}

#[test]
fn a_new_branch() {
    let (repo, published) = with_remote();
    repo.git(&["switch", "-q", "-c", "feature", "origin/main"]);
    let secret = token(2);
    repo.commit("feature.txt", format!("{}{secret}\n", lines(3)));
    repo.commit("published.txt", format!("{published}\nmore\n"));
    let id = repo.id("HEAD");
    let run = push(&repo, &[["refs/heads/feature", &id, "refs/heads/feature", NONE]]);
    run.assert_finds(&[&secret]);
    // What is pushed may be named in other ways.
    let run = push(&repo, &[["HEAD@{1 day ago}", &id, "refs/heads/feature", NONE]]);
    run.assert_finds(&[&secret]);
}

#[test]
fn a_new_branch_without_anything_new() {
    let (repo, _) = with_remote();
    let id = repo.id("origin/main");
    let run = push(&repo, &[["refs/heads/same", &id, "refs/heads/same", NONE]]);
    run.assert_finds(&[]);
    assert!(run.err.contains("0 "), "{}", run.err);
}

#[test]
fn a_branch_that_is_there() {
    let (repo, _) = with_remote();
    let old = repo.id("origin/main");
    let first = repo.commit("one.txt", token(2));
    let id = repo.commit("two.txt", token(3));
    let line = ["refs/heads/main", id.as_str(), "refs/heads/main"];
    let run = push(&repo, &[[line[0], line[1], line[2], &old]]);
    run.assert_finds(&[&token(2), &token(3)]);
    // The remote has more than the tracking branch knows.
    let run = push(&repo, &[[line[0], line[1], line[2], &first]]);
    run.assert_finds(&[&token(3)]);
}

#[test]
fn a_branch_that_someone_else_moved() {
    let (repo, _) = with_remote();
    let id = repo.commit("one.txt", token(2));
    let unknown = "1234567890123456789012345678901234567890";
    let run = push(&repo, &[["refs/heads/main", &id, "refs/heads/main", unknown]]);
    run.assert_finds(&[&token(2)]);
}

#[test]
fn a_branch_that_is_rewound_or_deleted() {
    let (repo, _) = with_remote();
    repo.commit("one.txt", token(2));
    let [old, new] = [repo.id("origin/main"), repo.id("origin/main~1")];
    push(&repo, &[["refs/heads/main", &new, "refs/heads/main", &old]]).assert_finds(&[]);
    let run = push(&repo, &[["(delete)", NONE, "refs/heads/main", &old]]);
    run.assert_finds(&[]);
    push(&repo, &[]).assert_finds(&[]);
}

#[test]
fn several_refs_at_once() {
    let (repo, _) = with_remote();
    let old = repo.id("origin/main");
    let first = repo.commit("one.txt", token(2));
    repo.git(&["switch", "-q", "-c", "side", "origin/main"]);
    let second = repo.commit("two.txt", token(3));
    let run = push(
        &repo,
        &[
            ["refs/heads/main", &first, "refs/heads/main", &old],
            ["refs/heads/side", &second, "refs/heads/side", NONE],
            ["(delete)", NONE, "refs/heads/gone", &old],
        ],
    );
    run.assert_finds(&[&token(2), &token(3)]);
}

#[test]
fn a_tag_and_its_message() {
    let (repo, _) = with_remote();
    repo.commit("one.txt", token(2));
    repo.git(&["tag", "-a", "v1", "-m", &token(3)]);
    repo.git(&["reset", "-q", "--hard", "origin/main"]);
    let id = repo.id("refs/tags/v1");
    let run = push(&repo, &[["refs/tags/v1", &id, "refs/tags/v1", NONE]]);
    run.assert_finds(&[&token(2), &token(3)]);
    let blob = repo.object("blob", token(4));
    repo.git(&["tag", "key", &blob]);
    push(&repo, &[["refs/tags/key", &blob, "refs/tags/key", NONE]]).assert_finds(&[&token(4)]);
}

#[test]
fn another_remote_has_nothing_of_it() {
    let (repo, published) = with_remote();
    let id = repo.id("HEAD");
    let line = format!("refs/heads/main {id} refs/heads/main {NONE}\n");
    for arguments in [&["--pre-push", "backup", "file:///nowhere"][..], &["--pre-push", "backup"]] {
        repo.run_in("", arguments, &[], line.as_bytes()).assert_finds(&[&published]);
    }
}

#[test]
fn as_hook_managers_say_it() {
    let (repo, _) = with_remote();
    let old = repo.id("HEAD");
    repo.commit("one.txt", token(2));
    let id = repo.commit("two.txt", token(3));
    let variables = [("PRE_COMMIT_FROM_REF", old.as_str()), ("PRE_COMMIT_TO_REF", &id)];
    repo.run_in("", &["--pre-push"], &variables, b"").assert_finds(&[&token(2), &token(3)]);
    let middle = repo.id("HEAD~1");
    let variables = [("PRE_COMMIT_FROM_REF", middle.as_str()), ("PRE_COMMIT_TO_REF", &id)];
    repo.run_in("", &["--pre-push", "origin"], &variables, b"").assert_finds(&[&token(3)]);
}

#[test]
fn input_that_is_none() {
    let (repo, _) = with_remote();
    let id = repo.id("HEAD");
    for input in [
        "refs/heads/main\n".to_owned(),
        format!("refs/heads/main {id} refs/heads/main\n"),
        format!("refs/heads/main nowhere refs/heads/main {NONE}\n"),
        "\u{0}\n".to_owned(),
    ] {
        let run = repo.run_in("", &["--pre-push"], &[], input.as_bytes());
        assert_eq!(run.code, 2, "{input:?}: {}", run.err);
        assert!(run.err.contains("help:"), "{}", run.err);
    }
    // An object that is not here cannot be pushed, nor called clean.
    let line = format!("refs/heads/x {} refs/heads/x {NONE}\n", "12".repeat(20));
    let run = repo.run_in("", &["--pre-push"], &[], line.as_bytes());
    assert!(run.code == 2 || run.code == 3, "{}", run.err);
}

#[test]
fn the_hook_of_git_push() {
    let (origin, published) = (Repo::with_commit(), token(1));
    origin.commit("published.txt", &published);
    let bare = origin.clone_as("bare", &["--bare"]);
    let repo = bare.clone_as("clone", &[]);
    let report = repo.beside("home").root().join("report.json");
    let (program, out) = (env!("CARGO_BIN_EXE_keylint"), report.display());
    let line = format!(
        "exec '{program}' git --pre-push \"$@\" --no-config --reveal --format json -o '{out}'"
    );
    repo.script(".git/hooks/pre-push", &line);
    repo.git(&["switch", "-q", "-c", "feature"]);
    repo.commit("secret.txt", token(2));
    repo.commit_deletion("secret.txt");
    let (status, _, err) = repo.try_git(&["push", "-q", "origin", "feature"], &[], b"");
    assert!(!status.success(), "the secret is published");
    let found = fs::read_to_string(&report).unwrap_or_else(|_| panic!("no report: {err}"));
    assert!(found.contains(&token(2)) && !found.contains(&published), "{found}");
    assert_eq!(bare.git(&["branch", "--list", "feature"]), "");
    repo.git(&["reset", "-q", "--hard", "origin/main"]);
    repo.commit("clean.txt", "clean\n");
    repo.git(&["push", "-q", "origin", "feature"]);
    assert_eq!(bare.git(&["rev-parse", "feature"]), repo.id("HEAD"));
    repo.git(&["push", "-q", "origin", ":feature"]);
}
