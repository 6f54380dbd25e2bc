//! `--staged` as hooks call it: with names of files, from git's own hook, and with nothing left behind.

use std::fs;

use crate::fixture::{Repo, Run};
use crate::material::{lines, token};

/// A repository in which every commit is checked by keylint, with these arguments.
fn with_hook(arguments: &str) -> Repo {
    let repo = Repo::new();
    repo.write("readme.txt", "nothing\n");
    repo.git(&["add", "-A"]);
    let program = env!("CARGO_BIN_EXE_keylint");
    let out = repo.beside("home").path("report.json");
    let line = format!(
        "exec '{program}' git {arguments} --no-config --reveal --format json -o '{out}' \"$@\""
    );
    repo.script(".git/hooks/pre-commit", &line);
    repo
}

/// Tries to commit: whether it went through, and what the hook reported.
fn try_commit(repo: &Repo, arguments: &[&str]) -> (bool, Run) {
    let report = repo.beside("home").root().join("report.json");
    let _ = fs::remove_file(&report);
    let arguments = [&["commit", "-q", "-m", "Try"], arguments].concat();
    let (status, _, err) = repo.try_git(&arguments, &[], b"");
    let out = fs::read_to_string(&report).unwrap_or_else(|_| panic!("no report: {err}"));
    let report = serde_json::from_str(&out).unwrap();
    (status.success(), Run { code: i32::from(!status.success()), out, err, report })
}

#[test]
fn git_commit_in_all_its_forms() {
    let (repo, secret) = (with_hook("--staged"), token(1));
    let (is_done, run) = try_commit(&repo, &[]);
    assert!(is_done && run.secrets().is_empty(), "{}", run.err);
    // What is staged.
    repo.write("new.txt", &secret);
    repo.git(&["add", "new.txt"]);
    let (is_done, run) = try_commit(&repo, &[]);
    assert!(!is_done && run.secrets().contains(secret.as_str()), "{}", run.err);
    repo.git(&["rm", "-q", "--cached", "new.txt"]);
    // What is not staged, with an index that git makes for this commit.
    repo.write("readme.txt", &secret);
    for arguments in [&["-a"][..], &["--", "readme.txt"], &["--include", "readme.txt"]] {
        let (is_done, run) = try_commit(&repo, arguments);
        assert!(!is_done, "{arguments:?}");
        run.assert_finds(&[&secret]);
        assert_eq!(run.origins(&secret), ["readme.txt"]);
    }
    // One file only: the secret stays outside.
    repo.write("other.txt", "clean\n");
    repo.git(&["add", "other.txt"]);
    let (is_done, run) = try_commit(&repo, &["--", "other.txt"]);
    assert!(is_done, "{}", run.err);
    run.assert_finds(&[]);
}

#[test]
fn git_commit_in_a_folder_and_in_a_linked_worktree() {
    let (repo, secret) = (with_hook("--staged"), token(1));
    try_commit(&repo, &[]);
    repo.write("folder/new.txt", &secret);
    repo.git(&["add", "-A"]);
    let (is_done, _) = try_commit(&repo.beside("repo/folder"), &[]);
    assert!(!is_done);
    repo.git(&["reset", "-q", "--hard"]);
    let linked = repo.beside("linked");
    repo.git(&["worktree", "add", "-q", "-b", "linked", &linked.path("")]);
    linked.write("linked.txt", &secret);
    linked.git(&["add", "-A"]);
    let (is_done, run) = try_commit(&linked, &[]);
    assert!(!is_done);
    run.assert_finds(&[&secret]);
    linked.write("linked.txt", "clean\n");
    linked.write("readme.txt", &secret);
    let (is_done, run) = try_commit(&linked, &["-a"]);
    assert!(!is_done);
    assert_eq!(run.origins(&secret), ["readme.txt"]);
}

#[test]
fn names_of_changed_files() {
    let repo = Repo::with_commit();
    let [old, new, other] = [token(1), token(2), token(3)];
    repo.commit("folder/file.txt", format!("{old}\n{}", lines(3)));
    repo.write("folder/file.txt", format!("{old}\n{}{new}\n", lines(3)));
    repo.write("other.txt", &other);
    repo.git(&["add", "-A"]);
    repo.run(&["--staged", "folder/file.txt"]).assert_finds(&[&new]);
    repo.run_in("folder", &["--staged", "file.txt"], &[], b"").assert_finds(&[&new]);
    repo.run(&["--staged", "folder/file.txt", "other.txt"]).assert_finds(&[&new, &other]);
    repo.run(&["--staged", &repo.path("other.txt")]).assert_finds(&[&other]);
    repo.run(&["--staged-all", "folder/file.txt"]).assert_finds(&[&old, &new]);
}

#[test]
fn unchanged_names_mean_everything_in_them() {
    let (repo, [one, two]) = (Repo::with_commit(), [token(1), token(2)]);
    repo.commit("one.txt", format!("first\n{one}\n"));
    repo.commit("two.txt", format!("first\n{two}\n"));
    let run = repo.run(&["--staged", "one.txt", "readme.txt"]);
    run.assert_finds(&[&one]);
    assert_eq!(run.origins(&one), ["one.txt"]);
    repo.run(&["--staged", "one.txt", "two.txt"]).assert_finds(&[&one, &two]);
    repo.run(&["--staged"]).assert_finds(&[]);
    // A changed one among unchanged ones: still everything.
    repo.write("one.txt", format!("changed\n{one}\n"));
    repo.git(&["add", "one.txt"]);
    repo.run(&["--staged", "one.txt"]).assert_finds(&[]);
    repo.run(&["--staged", "one.txt", "two.txt"]).assert_finds(&[&one, &two]);
}

#[test]
fn names_without_content_in_the_index() {
    let (repo, secret) = (Repo::with_commit(), token(1));
    repo.commit("deleted.txt", token(2));
    repo.git(&["rm", "-q", "deleted.txt"]);
    repo.write("untracked.txt", token(3));
    repo.write("staged.txt", &secret);
    repo.git(&["add", "staged.txt"]);
    // Hook managers may pass a name that the commit deletes.
    repo.run(&["--staged", "deleted.txt", "staged.txt"]).assert_finds(&[&secret]);
    let run = repo.run(&["--staged", "untracked.txt", "staged.txt"]);
    assert!(!run.secrets().contains(token(3).as_str()), "the file of the work tree was read");
    let outside = repo.beside("home").write("outside.txt", token(4));
    repo.run(&["--staged", outside.to_str().unwrap()]).assert_refused("outside.txt");
    repo.run(&["--staged", "../home/outside.txt"]).assert_refused("outside.txt");
}

#[test]
fn nothing_to_scan_is_said() {
    let repo = Repo::with_commit();
    let run = repo.run(&["--staged"]);
    assert_eq!(run.code, 0);
    assert!(run.err.contains("0 files scanned"), "{}", run.err);
    let quiet = repo.run(&["--staged", "-q"]);
    assert_eq!((quiet.code, quiet.err.as_str()), (0, ""));
    repo.write("new.txt", "something\n");
    repo.git(&["add", "-A"]);
    let run = repo.run(&["--staged"]);
    assert!(run.code == 0 && !run.err.contains("0 files scanned"), "{}", run.err);
}

#[test]
fn a_bare_repository_has_nothing_staged() {
    let bare = Repo::with_commit().clone_as("bare", &["--bare"]);
    let run = bare.run(&["--staged"]);
    assert!(run.code == 0 || run.code == 2, "{}", run.err);
    assert!(run.err.contains("0 files scanned") || run.err.contains("bare"), "{}", run.err);
}

#[test]
fn a_very_large_index() {
    let (repo, secret) = (Repo::with_commit(), token(1));
    let blob = repo.object("blob", "nothing\n");
    let info: Vec<String> =
        (0..20_000).map(|number| format!("100644 {blob}\tmany/{number}.txt\n")).collect();
    let info = info.concat();
    repo.git_with(&["update-index", "--index-info"], &[], info.as_bytes());
    repo.git(&["commit", "-q", "-m", "Many"]);
    repo.write("many/15000.txt", &secret);
    repo.git(&["add", "many/15000.txt"]);
    for version in ["2", "3", "4"] {
        repo.git(&["update-index", "--index-version", version]);
        repo.run(&["--staged"]).assert_finds(&[&secret]);
    }
    repo.git(&["update-index", "--split-index"]);
    repo.git(&["update-index", "--untracked-cache"]);
    repo.run(&["--staged"]).assert_finds(&[&secret]);
}

#[test]
fn a_sparse_index() {
    let (repo, secret) = (Repo::with_commit(), token(1));
    repo.commit("in/file.txt", "in\n");
    repo.commit("out/deep/file.txt", "out\n");
    repo.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "in"]);
    assert!(repo.git(&["ls-files", "--sparse", "--stage"]).contains("040000"));
    repo.run(&["--staged"]).assert_finds(&[]);
    repo.write("in/new.txt", &secret);
    repo.git(&["add", "in/new.txt"]);
    repo.run(&["--staged"]).assert_finds(&[&secret]);
}
