//! References and alternates that lead nowhere, and those that only look so.

use std::fs;
use std::os::unix::fs::symlink;

use crate::broken::{UNKNOWN, is_named};
use crate::fixture::Repo;
use crate::material::token;

#[test]
fn refs_that_lead_nowhere() {
    for text in [UNKNOWN, "garbage", "", "\u{0}", "12345678"] {
        is_named(|repo| {
            repo.write(".git/refs/heads/broken", format!("{text}\n"));
            vec!["refs/heads/broken".to_owned()]
        });
    }
    for text in ["garbage\n".to_owned(), format!("{UNKNOWN} refs/heads/gone\n"), "\0\0".to_owned()]
    {
        is_named(|repo| {
            repo.write(".git/packed-refs", &text);
            vec!["packed ref".to_owned(), "packed-refs".to_owned(), "refs/heads/gone".to_owned()]
        });
    }
}

/// A clone whose remote renamed its branch has one of these; nothing is missing because of it.
#[test]
fn symbolic_refs_without_end_are_no_gap() {
    let (repo, secret) = (Repo::with_commit(), token(1));
    repo.commit("file.txt", &secret);
    repo.write(".git/refs/remotes/origin/HEAD", "ref: refs/remotes/origin/gone\n");
    repo.run(&[]).assert_finds(&[&secret]);
    repo.write(".git/refs/heads/a", "ref: refs/heads/b\n");
    repo.write(".git/refs/heads/b", "ref: refs/heads/a\n");
    repo.write(".git/refs/heads/c", "ref: \n");
    repo.write(".git/refs/heads/d", "ref: ../../../etc/hosts\n");
    assert!(repo.run(&[]).secrets().contains(secret.as_str()));
}

#[test]
fn a_head_that_leads_nowhere() {
    for text in [UNKNOWN, "garbage", ""] {
        is_named(|repo| {
            repo.write(".git/HEAD", format!("{text}\n"));
            vec!["HEAD".to_owned()]
        });
    }
}

#[test]
fn alternates_that_lead_nowhere_or_in_circles() {
    let (repo, secret) = (Repo::with_commit(), token(1));
    repo.commit("file.txt", &secret);
    // Everything is here; that the alternate is not must be said, one way or the other.
    repo.write(".git/objects/info/alternates", "/nowhere/objects\n");
    let run = repo.run(&[]);
    assert_eq!((run.code, run.secrets().len()), (1, 1), "{}", run.err);
    let said = format!("{} {:?}", run.report["notes"], run.gaps());
    assert!(said.contains("/nowhere/objects"), "{said}");
    // Itself, by two names.
    repo.write(".git/objects/info/alternates", "../objects\n");
    assert_eq!(repo.run(&[]).secrets().len(), 1);
    let other = repo.beside("other");
    repo.git(&["init", "-q", "-b", "main", &other.path("")]);
    repo.write(".git/objects/info/alternates", other.path(".git/objects\n"));
    other.write(".git/objects/info/alternates", repo.path(".git/objects\n"));
    for place in [&repo, &other] {
        let run = place.run(&[]);
        assert_eq!(run.secrets().len(), usize::from(place.root() == repo.root()), "{}", run.err);
    }
    // What is missing because the alternate is.
    let sharing = repo.beside("sharing");
    repo.delete(".git/objects/info/alternates");
    repo.git(&["clone", "-q", "--shared", &repo.path(""), &sharing.path("")]);
    sharing.write(".git/objects/info/alternates", "/nowhere/objects\n");
    sharing.run(&[]).assert_incomplete(&[], &["/nowhere/objects", "refs/heads/main"]);
}

/// The secret is found, or it is said that something could not be read.
#[track_caller]
fn assert_not_clean(repo: &Repo, secret: &str, what: &str) {
    let run = repo.run(&[]);
    let is_said = run.code == 2 || run.report["complete"] == false;
    assert!(run.secrets().contains(secret) || is_said, "{what}: {}\n{}", run.err, run.out);
}

/// git reads a reference through a link.
#[test]
fn references_that_are_links() {
    let (repo, secret) = (Repo::with_commit(), token(1));
    repo.commit("file.txt", &secret);
    let git = repo.root().join(".git");
    fs::rename(git.join("refs/heads/main"), git.join("main-elsewhere")).unwrap();
    symlink("../../main-elsewhere", git.join("refs/heads/main")).unwrap();
    assert_eq!(repo.git(&["rev-list", "--count", "--all"]), "2");
    assert_not_clean(&repo, &secret, "a file");
    repo.delete(".git/refs/heads/main");
    fs::create_dir(git.join("elsewhere")).unwrap();
    fs::rename(git.join("main-elsewhere"), git.join("elsewhere/main")).unwrap();
    fs::remove_dir(git.join("refs/heads")).unwrap();
    symlink("../elsewhere", git.join("refs/heads")).unwrap();
    assert_eq!(repo.git(&["rev-list", "--count", "--all"]), "2");
    assert_not_clean(&repo, &secret, "a folder");
    repo.git(&["symbolic-ref", "HEAD", "refs/heads/other"]);
    assert_not_clean(&repo, &secret, "a folder, without HEAD");
}

/// What `core.preferSymlinkRefs` makes.
#[test]
fn a_head_that_is_a_link() {
    let (repo, secret) = (Repo::with_commit(), token(1));
    repo.commit("file.txt", &secret);
    repo.delete(".git/HEAD");
    symlink("refs/heads/main", repo.root().join(".git/HEAD")).unwrap();
    assert_eq!(repo.git(&["symbolic-ref", "HEAD"]), "refs/heads/main");
    let run = repo.run(&[]);
    run.assert_finds(&[&secret]);
    assert_eq!(run.finding(&secret)["history"]["in_head"], true);
}

/// What git's script `git-new-workdir` makes: a git directory of links into another.
#[test]
fn a_git_directory_of_links() {
    let (repo, secret) = (Repo::with_commit(), token(1));
    repo.commit("file.txt", &secret);
    let linked = repo.beside("linked");
    fs::create_dir_all(linked.root().join(".git/logs")).unwrap();
    for name in ["config", "refs", "logs/refs", "objects", "info", "hooks", "packed-refs"] {
        let target = repo.root().join(".git").join(name);
        symlink(target, linked.root().join(".git").join(name)).unwrap();
    }
    fs::copy(repo.root().join(".git/HEAD"), linked.root().join(".git/HEAD")).unwrap();
    assert_eq!(linked.git(&["rev-list", "--count", "--all"]), "2");
    assert_not_clean(&linked, &secret, "loose");
    repo.git(&["repack", "-adq"]);
    repo.git(&["pack-refs", "--all"]);
    assert_not_clean(&linked, &secret, "packed");
}

/// A branch whose file is a device has no commits to show; nor is it clean.
#[test]
fn references_that_are_no_files() {
    for name in ["refs/heads/main", "refs/heads/other", "packed-refs"] {
        let (repo, secret) = (Repo::with_commit(), token(1));
        repo.commit("file.txt", &secret);
        let path = repo.root().join(".git").join(name);
        let _ = fs::remove_file(&path);
        symlink("/dev/zero", &path).unwrap();
        let run = repo.run_within(4 << 20, &[]);
        assert!(run.code == 2 || run.report["complete"] == false, "{name}: {}", run.out);
        assert!(name.ends_with("main") || run.secrets().contains(secret.as_str()), "{name}");
    }
}

#[test]
fn the_private_refs_of_the_main_worktree() {
    let (repo, secret) = (Repo::with_commit(), token(1));
    let linked = repo.beside("linked");
    repo.git(&["worktree", "add", "-q", "--detach", &linked.path("")]);
    repo.commit("private.txt", &secret);
    repo.git(&["update-ref", "refs/worktree/kept", "HEAD"]);
    repo.git(&["reset", "-q", "--hard", "HEAD~1"]);
    repo.run(&[]).assert_finds(&[&secret]);
    linked.run(&[]).assert_finds(&[&secret]);
}

/// git takes none of these for a reference, and says nothing of them.
#[test]
fn files_that_are_no_references() {
    let (repo, secret) = (Repo::with_commit(), token(1));
    repo.commit("file.txt", &secret);
    let deep = ["x"; 40].join("/");
    repo.git(&["branch", &deep]);
    repo.write(".git/refs/.DS_Store", "\0\0\0\u{1}Bud1");
    repo.write(".git/refs/heads/.hidden", "garbage");
    repo.write(".git/refs/heads/main.lock", "");
    repo.write(".git/refs/heads/empty/deeper/.keep", "");
    let known = repo.git(&["for-each-ref", "--format=%(refname)"]);
    assert_eq!(known, format!("refs/heads/main\nrefs/heads/{deep}"));
    let run = repo.run(&[]);
    run.assert_finds(&[&secret]);
    let refs = run.finding(&secret)["history"]["refs"].as_array().unwrap();
    assert_eq!(refs.len(), 2, "{refs:?}");
}
