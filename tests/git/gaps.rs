//! Repositories that lack a part of the history, and do so by design.

use crate::fixture::Repo;
use crate::material::token;

/// A repository with a secret in each of five commits, the oldest first.
fn with_five() -> (Repo, Vec<String>) {
    let (repo, secrets) = (Repo::new(), (0..5).map(token).collect::<Vec<_>>());
    for (number, secret) in secrets.iter().enumerate() {
        repo.commit("file.txt", format!("version {number}\n{secret}\n"));
    }
    (repo, secrets)
}

#[test]
fn a_shallow_clone_is_incomplete() {
    let (repo, secrets) = with_five();
    for depth in [1, 2, 4] {
        let clone = repo.clone_as(&format!("depth-{depth}"), &["--depth", &depth.to_string()]);
        let there: Vec<&str> = secrets.iter().rev().take(depth).map(String::as_str).collect();
        clone.run(&[]).assert_incomplete(&there, &["shallow"]);
    }
    let clean = Repo::with_commit();
    clean.commit("more.txt", "more\n");
    clean.clone_as("clean", &["--depth", "1"]).run(&[]).assert_incomplete(&[], &["shallow"]);
}

#[test]
fn a_range_inside_a_shallow_clone_is_complete() {
    let (repo, secrets) = with_five();
    let clone = repo.clone_as("clone", &["--depth", "3"]);
    let run = clone.run(&["--range", "HEAD~1..HEAD"]);
    run.assert_finds(&[&secrets[4]]);
    // As far as it goes: the last commit is known not to count.
    let run = clone.run(&["--range", "HEAD~2..HEAD"]);
    run.assert_finds(&[&secrets[3], &secrets[4]]);
    clone.commit("file.txt", "clean\n");
    let run = clone.run(&["--range", "HEAD~1..HEAD"]);
    run.assert_finds(&[]);
}

#[test]
fn a_range_across_the_boundary_is_incomplete() {
    let (repo, _) = with_five();
    repo.git(&["switch", "-q", "-c", "side", "HEAD~4"]);
    repo.commit("side.txt", "one\n");
    repo.commit("side.txt", "two\n");
    repo.commit("side.txt", "three\n");
    repo.git(&["switch", "-q", "main"]);
    let clone = repo.clone_as("clone", &["--depth", "2", "--no-single-branch"]);
    // Where the branches met is not in the clone, so neither is all of what `side` brought.
    let run = clone.run(&["--range", "origin/main..origin/side"]);
    assert!(run.code == 1 || run.code == 3, "{}", run.out);
    assert_eq!(run.report["complete"], false, "{}", run.out);
    assert!(run.gaps().iter().any(|gap| gap.contains("shallow")), "{:?}", run.gaps());
    // What was there long before must not be new because its parent is missing.
    assert!(run.secrets().is_empty() || run.report["complete"] == false);
    let staged = clone.run(&["--staged"]);
    staged.assert_finds(&[]);
}

#[test]
fn a_day_across_the_boundary_is_incomplete() {
    let (repo, secrets) = with_five();
    let clone = repo.clone_as("clone", &["--depth", "2"]);
    let run = clone.run(&["--since", "2000-01-01"]);
    run.assert_incomplete(&[&secrets[3], &secrets[4]], &["shallow"]);
    // Nothing is that new, so nothing that is needed is missing.
    clone.run(&["--since", "2999-01-01"]).assert_finds(&[]);
}

/// CI checks out the merge of a pull request with its base, and nothing before it.
#[test]
fn a_checkout_of_a_pull_request_is_complete() {
    let repo = Repo::with_commit();
    let base = repo.id("HEAD");
    repo.git(&["switch", "-q", "-c", "feature"]);
    repo.commit("feature.txt", "harmless\n");
    repo.git(&["switch", "-q", "main"]);
    repo.git(&["merge", "-q", "--no-ff", "-m", "Merge feature", "feature"]);
    let clone = repo.clone_as("clone", &["--depth", "1"]);
    let run = clone.run(&["--range", &format!("{base}..HEAD")]);
    run.assert_finds(&[]);
    assert!(run.report["notes"].to_string().contains("merged"), "{}", run.report["notes"]);
    let secret = token(9);
    repo.commit("leak.txt", &secret);
    repo.git(&["branch", "-q", "topic", "HEAD~1"]);
    repo.git(&["switch", "-q", "topic"]);
    repo.git(&["merge", "-q", "--no-ff", "-m", "Merge leak", "main"]);
    let base = repo.id("HEAD^1");
    let clone = repo.clone_as("leaky", &["--depth", "1", "--branch", "topic"]);
    clone.run(&["--range", &format!("{base}..HEAD")]).assert_finds(&[&secret]);
}

#[test]
fn a_shallow_repository_with_all_its_parents_is_complete() {
    let (repo, secrets) = with_five();
    let clone = repo.clone_as("clone", &["--depth", "2"]);
    clone.git(&["fetch", "-q", "--unshallow"]);
    clone.run(&[]).assert_finds(&secrets.iter().map(String::as_str).collect::<Vec<_>>());
}

/// A clone with commits and trees, and of blobs only what the work tree needs.
fn partial(repo: &Repo, filter: &str) -> Repo {
    repo.git(&["config", "uploadpack.allowFilter", "true"]);
    let clone =
        repo.clone_as(&format!("partial-{}", filter.replace(':', "-")), &["--filter", filter]);
    assert_eq!(clone.git(&["config", "remote.origin.promisor"]), "true");
    clone
}

#[test]
fn a_partial_clone_is_incomplete_and_says_what_is_missing() {
    let (repo, secrets) = with_five();
    let missing = repo.id("HEAD~1:file.txt");
    let clone = partial(&repo, "blob:none");
    let run = clone.run(&[]);
    run.assert_incomplete(&[&secrets[4]], &[&missing[..8]]);
    assert!(run.gaps().len() >= 4 || run.gaps().iter().any(|gap| gap.contains('4')));
    assert!(run.out.contains("refetch") || run.err.contains("refetch"), "no help: {}", run.err);
    // Nothing was fetched: the blob is still not there.
    let arguments = ["cat-file", "-e", &missing];
    let (status, ..) = clone.try_git(&arguments, &[("GIT_NO_LAZY_FETCH", "1")], b"");
    assert!(!status.success());
}

#[test]
fn a_partial_clone_without_trees() {
    let (repo, _) = with_five();
    let clone = partial(&repo, "tree:0");
    let run = clone.run(&[]);
    assert_eq!(run.report["complete"], false, "{}", run.out);
    assert!(run.code == 1 || run.code == 3);
}

#[test]
fn a_range_of_a_partial_clone() {
    let (repo, _) = with_five();
    let clone = partial(&repo, "blob:none");
    clone.commit("new.txt", token(7));
    clone.run(&["--range", "HEAD~1..HEAD"]).assert_finds(&[&token(7)]);
    let run = clone.run(&["--range", "HEAD~3..HEAD"]);
    assert_eq!((run.code, &run.report["complete"]), (1, &false.into()), "{}", run.out);
}

/// A blob that only the old side of a change has is needed to tell what is new.
#[test]
fn an_old_version_that_is_missing() {
    let (repo, secrets) = with_five();
    let clone = partial(&repo, "blob:none");
    clone.commit("file.txt", format!("version 5\n{}\n", secrets[4]));
    clone.run(&["--range", "HEAD~1..HEAD"]).assert_finds(&[]);
    let run = clone.run(&["--range", "HEAD~2..HEAD~1"]);
    assert_ne!(run.code, 0, "{}", run.out);
}

#[test]
fn the_reftable_format_is_refused_not_taken_for_empty() {
    let outer = Repo::new();
    let repo = outer.beside("reftable");
    let arguments = ["init", "-q", "-b", "main", "--ref-format=reftable", &repo.path("")];
    let (status, _, err) = outer.try_git(&arguments, &[], b"");
    if !status.success() {
        println!("not checked: this git has no reftable: {err}");
        return;
    }
    repo.commit("clean.txt", "clean\n");
    repo.run(&[]).assert_incomplete(&[], &["reftable"]);
    repo.commit("secret.txt", token(1));
    // What is found all the same is reported, and that something may be missing with it.
    let run = repo.run(&[]);
    assert!(run.code == 3 || run.secrets().contains(token(1).as_str()), "{}", run.err);
    assert!(run.report["complete"] == false && run.err.contains("reftable"), "{}", run.err);
    for arguments in [&["--range", "HEAD~1..HEAD"][..], &["--since", "2020-01-01"]] {
        let run = repo.run(arguments);
        assert!(run.code != 0 && run.report["complete"] != true, "{arguments:?}: {}", run.err);
        assert!(run.err.contains("reftable"), "{}", run.err);
    }
    let run = repo.run(&["--all-objects"]);
    assert!(run.code != 0 && run.report["complete"] != true, "{}", run.err);
    repo.write("staged.txt", token(2));
    repo.git(&["add", "-A"]);
    let run = repo.run(&["--staged"]);
    assert!(run.secrets().contains(token(2).as_str()) || run.code == 3, "{}", run.err);
}
