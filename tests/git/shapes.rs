//! Every kind of repository, and every way to name one.

use crate::fixture::Repo;
use crate::material::token;

/// A repository with one secret in a commit.
fn with_secret() -> (Repo, String) {
    let (repo, secret) = (Repo::with_commit(), token(1));
    repo.commit("folder/file.txt", &secret);
    (repo, secret)
}

#[test]
fn named_by_any_of_its_folders() {
    let (repo, secret) = with_secret();
    for folder in ["", "folder", ".git", ".git/refs"] {
        repo.run_in(folder, &[], &[], b"").assert_finds(&[&secret]);
    }
    let outside = repo.beside("home");
    for name in ["", ".git", "folder"] {
        let run = outside.run(&[&repo.path(name)]);
        run.assert_finds(&[&secret]);
        let id = &repo.id("HEAD")[..8];
        assert_eq!(run.origins(&secret), [format!("{id}:folder/file.txt")]);
    }
    outside.run(&["../repo"]).assert_finds(&[&secret]);
}

#[test]
fn several_repositories_in_one_run() {
    let (repo, first) = with_secret();
    let (other, second) = (repo.clone_as("other", &[]), token(2));
    other.commit("other.txt", &second);
    let run = repo.run(&[".", &other.path("")]);
    run.assert_finds(&[&first, &second]);
}

#[test]
fn bare_and_mirrored() {
    let (repo, secret) = with_secret();
    repo.git(&["branch", "side"]);
    repo.git(&["update-ref", "refs/pull/1/head", "HEAD"]);
    for options in [["--bare"], ["--mirror"]] {
        let clone = repo.clone_as(options[0], &options);
        clone.run(&[]).assert_finds(&[&secret]);
        repo.run(&[&clone.path("")]).assert_finds(&[&secret]);
        clone.run_in("refs", &[], &[], b"").assert_finds(&[&secret]);
    }
}

#[test]
fn a_mirror_has_what_a_clone_has_not() {
    let (repo, secret) = (Repo::with_commit(), token(1));
    repo.git(&["switch", "-q", "--detach"]);
    repo.commit("file.txt", &secret);
    repo.git(&["update-ref", "refs/pull/1/head", "HEAD"]);
    repo.git(&["switch", "-q", "main"]);
    repo.clone_as("mirror", &["--mirror"]).run(&[]).assert_finds(&[&secret]);
    repo.clone_as("clone", &[]).run(&[]).assert_finds(&[]);
}

#[test]
fn a_git_directory_elsewhere() {
    let outer = Repo::new();
    let elsewhere = outer.beside("elsewhere.git").path("");
    let repo = outer.beside("work");
    outer.git(&["init", "-q", "-b", "main", "--separate-git-dir", &elsewhere, &repo.path("")]);
    let secret = token(1);
    repo.commit("folder/file.txt", &secret);
    assert!(repo.root().join(".git").is_file());
    repo.run(&[]).assert_finds(&[&secret]);
    repo.run_in("folder", &[], &[], b"").assert_finds(&[&secret]);
    outer.run(&[&elsewhere]).assert_finds(&[&secret]);
}

#[test]
fn a_linked_worktree() {
    let (repo, secret) = with_secret();
    let linked = repo.beside("linked");
    repo.git(&["worktree", "add", "-q", "-b", "linked", &linked.path("")]);
    let other = token(2);
    linked.commit("other.txt", &other);
    for place in [&repo, &linked] {
        place.run(&[]).assert_finds(&[&secret, &other]);
    }
    linked.run_in("folder", &[], &[], b"").assert_finds(&[&secret, &other]);
}

#[test]
fn a_repository_without_commits() {
    let repo = Repo::new();
    for options in [&[][..], &["--all-objects"]] {
        let run = repo.run(options);
        run.assert_finds(&[]);
        assert!(run.err.contains('0'), "{}", run.err);
    }
    let bare = Repo::with(&["--bare"]);
    bare.run(&[]).assert_finds(&[]);
    // Objects without commits.
    repo.write("staged.txt", token(1));
    repo.git(&["add", "staged.txt"]);
    repo.run(&[]).assert_finds(&[]);
    repo.run(&["--all-objects"]).assert_finds(&[&token(1)]);
}

#[test]
fn an_unborn_head_does_not_hide_other_branches() {
    let (repo, secret) = with_secret();
    repo.git(&["symbolic-ref", "HEAD", "refs/heads/nowhere"]);
    repo.run(&[]).assert_finds(&[&secret]);
}

#[test]
fn sha256() {
    let (repo, [old, staged]) = (Repo::with(&["--object-format=sha256"]), [token(1), token(2)]);
    repo.commit("readme.txt", "nothing\n");
    let id = repo.commit("old.txt", &old);
    repo.commit_deletion("old.txt");
    repo.git(&["tag", "-a", "v1", "-m", "one"]);
    let run = repo.run(&[]);
    run.assert_finds(&[&old]);
    assert_eq!(run.origins(&old), [format!("{}:old.txt", &id[..8])]);
    assert_eq!(run.finding(&old)["history"]["first"]["commit"], id);
    repo.git(&["repack", "-adq"]);
    repo.run(&[]).assert_finds(&[&old]);
    repo.write("staged.txt", &staged);
    repo.git(&["add", "staged.txt"]);
    repo.run(&["--staged"]).assert_finds(&[&staged]);
    repo.run(&["--range", &format!("{id}..HEAD")]).assert_finds(&[]);
    repo.run(&["--range", &format!("{id}~1..HEAD")]).assert_finds(&[&old]);
}

/// A repository with a submodule, which has a submodule; a secret in the history of each.
fn with_submodules() -> (Repo, [String; 3]) {
    let (repo, own) = with_secret();
    let [middle, inner] = [token(2), token(3)];
    for (name, secret) in [("inner-origin", &inner), ("middle-origin", &middle)] {
        let origin = repo.beside(name);
        repo.git(&["init", "-q", "-b", "main", &origin.path("")]);
        origin.commit("secret.txt", secret);
        origin.commit_deletion("secret.txt");
    }
    let add = ["-c", "protocol.file.allow=always", "submodule", "--quiet", "add"];
    let from = |name: &str| format!("file://{}", repo.beside(name).path(""));
    let middle_origin = repo.beside("middle-origin");
    middle_origin.git(&[&add[..], &[&from("inner-origin"), "inner"]].concat());
    middle_origin.commit_all("Add inner");
    repo.git(&[&add[..], &[&from("middle-origin"), "parts/middle"]].concat());
    repo.commit_all("Add middle");
    let update = ["submodule", "--quiet", "update", "--init", "--recursive"];
    repo.git(&[&["-c", "protocol.file.allow=always"], &update[..]].concat());
    (repo, [own, middle, inner])
}

#[test]
fn submodules_are_part_of_the_history() {
    let (repo, secrets) = with_submodules();
    let nested = ".git/modules/parts/middle/modules/inner";
    assert!(repo.root().join(nested).is_dir());
    repo.run(&[]).assert_finds(&secrets.each_ref().map(String::as_str));
    // A submodule is a repository too: alone it has its own history and that of those below.
    let [_, middle, inner] = &secrets;
    repo.run_in("parts/middle", &[], &[], b"").assert_finds(&[middle, inner]);
    repo.run_in("parts/middle/inner", &[], &[], b"").assert_finds(&[inner]);
    repo.run(&[&repo.path(nested)]).assert_finds(&[inner]);
}

#[test]
fn a_submodule_that_is_gone_is_still_in_the_repository() {
    let (repo, secrets) = with_submodules();
    repo.git(&["rm", "-q", "-f", "parts/middle"]);
    repo.commit_all("Remove middle");
    assert!(repo.root().join(".git/modules/parts/middle").is_dir());
    repo.run(&[]).assert_finds(&secrets.each_ref().map(String::as_str));
}

#[test]
fn a_submodule_that_was_never_fetched_is_no_gap() {
    let (repo, [own, ..]) = with_submodules();
    let clone = repo.clone_as("without-submodules", &[]);
    clone.run(&[]).assert_finds(&[&own]);
}
