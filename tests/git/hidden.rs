//! Content that something makes hard to see, refs off the beaten track, and what is no part of the history.

use std::fs;
use std::os::unix::fs::symlink;

use crate::fixture::Repo;
use crate::material::{lines, token};

#[test]
fn attributes_hide_nothing() {
    let (repo, secret) = (Repo::with_commit(), token(1));
    let all =
        "* -text -diff binary export-ignore linguist-generated filter=x diff=x merge=x ident\n";
    repo.write(".gitattributes", all);
    repo.write(".git/info/attributes", all);
    repo.commit("file.txt", format!("some text\nkey: {secret}\n"));
    repo.git(&["config", "filter.x.smudge", "true"]);
    let run = repo.run(&[]);
    run.assert_finds(&[&secret]);
    assert_eq!(run.finding(&secret)["places"][0]["start"]["line"], 2);
}

#[test]
fn ignored_files_that_are_committed_count() {
    let (repo, secret) = (Repo::with_commit(), token(1));
    repo.commit("file.env", &secret);
    repo.commit(".gitignore", "*\n");
    repo.commit(".ignore", "*\n");
    repo.run(&[]).assert_finds(&[&secret]);
}

#[test]
fn odd_names() {
    let repo = Repo::with_commit();
    let names: [&[u8]; 7] =
        [b"new\nline", b"a \"quote\"", b"caf\xe9", b"-q", b"--help", b"a:b", b"back\\slash"];
    let secrets: Vec<String> = (0..names.len()).map(token).collect();
    let mut tree = Vec::new();
    for (name, secret) in names.iter().zip(&secrets) {
        let blob = repo.object("blob", secret);
        tree.extend([format!("100644 blob {blob}\t").as_bytes(), name, b"\0"].concat());
    }
    let tree = repo.git_with(&["mktree", "-z"], &[], &tree);
    let id = repo.git(&["commit-tree", "-m", "Odd names", &tree]);
    repo.git(&["update-ref", "refs/heads/odd", &id]);
    let run = repo.run(&[]);
    run.assert_finds(&secrets.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(run.origins(&secrets[2]), [format!(r"{}:caf\xe9", &id[..8])]);
    assert_eq!(run.origins(&secrets[3]), [format!("{}:-q", &id[..8])]);
    let shown = format!("{}\n{}", run.out, run.err);
    assert!(!shown.contains("new\nline"), "{shown}");
}

#[test]
fn a_big_file() {
    let (repo, secret) = (Repo::with_commit(), token(1));
    let half = lines(30_000);
    assert!(half.len() > 512 * 1024);
    repo.commit("big.txt", format!("{half}key: {secret}\n{half}"));
    repo.commit_deletion("big.txt");
    let run = repo.run(&[]);
    run.assert_finds(&[&secret]);
    assert_eq!(run.finding(&secret)["places"][0]["start"]["line"], 30_001);
}

#[test]
fn a_very_big_file() {
    let (repo, secret) = (Repo::with_commit(), token(1));
    let mut text = lines(1000).repeat(2000);
    text.truncate(33 << 20);
    let line = text.lines().count() + 1;
    let text = format!("{text}\n{secret}\n{text}");
    assert!(text.len() > 64 << 20);
    repo.commit("huge.sql", &text);
    repo.commit_deletion("huge.sql");
    let run = repo.run(&["--only", "secrets"]);
    run.assert_finds(&[&secret]);
    assert_eq!(run.finding(&secret)["places"][0]["start"]["line"], line);
}

#[test]
fn text_in_utf16() {
    let (repo, secret) = (Repo::with_commit(), token(1));
    let text = format!("\u{feff}first\r\nkey = {secret}\r\n");
    let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    repo.commit("export.txt", bytes);
    let run = repo.run(&[]);
    run.assert_finds(&[&secret]);
    assert_eq!(run.finding(&secret)["places"][0]["start"]["line"], 2);
}

#[test]
fn the_target_of_a_link_is_content_and_not_followed() {
    let (repo, [target, outside]) = (Repo::with_commit(), [token(1), token(2)]);
    let file = repo.beside("home").write("outside.txt", &outside);
    symlink(&target, repo.root().join("link")).unwrap();
    symlink(&file, repo.root().join("to-outside")).unwrap();
    repo.commit_all("Links");
    repo.run(&[]).assert_finds(&[&target]);
}

#[test]
fn executable_files() {
    let (repo, secret) = (Repo::with_commit(), token(1));
    repo.script("deploy", &format!("TOKEN={secret} ./run"));
    repo.commit_all("Deploy");
    repo.run(&[]).assert_finds(&[&secret]);
}

#[test]
fn a_detached_head() {
    let (repo, secret) = (Repo::with_commit(), token(1));
    repo.git(&["switch", "-q", "--detach"]);
    repo.commit("file.txt", &secret);
    repo.run(&[]).assert_finds(&[&secret]);
}

#[test]
fn the_head_and_the_private_refs_of_a_linked_worktree() {
    let (repo, [head, private]) = (Repo::with_commit(), [token(1), token(2)]);
    let linked = repo.beside("linked");
    repo.git(&["worktree", "add", "-q", "--detach", &linked.path("")]);
    linked.commit("private.txt", &private);
    linked.git(&["update-ref", "refs/worktree/kept", "HEAD"]);
    linked.git(&["reset", "-q", "--hard", "main"]);
    linked.commit("head.txt", &head);
    linked.git(&["reflog", "expire", "--expire=now", "--all"]);
    repo.run(&[]).assert_finds(&[&head, &private]);
    linked.run(&[]).assert_finds(&[&head, &private]);
    // The main work tree's HEAD, seen from the linked one.
    let third = token(3);
    repo.git(&["switch", "-q", "--detach"]);
    repo.commit("main.txt", &third);
    linked.run(&[]).assert_finds(&[&head, &private, &third]);
}

#[test]
fn refs_that_are_no_branch_and_no_tag() {
    for name in
        ["refs/pull/7/head", "refs/remotes/origin/x", "refs/original/refs/heads/main", "refs/a/b/c"]
    {
        let (repo, secret) = (Repo::with_commit(), token(1));
        repo.git(&["switch", "-q", "--detach"]);
        let id = repo.commit("file.txt", &secret);
        repo.git(&["switch", "-q", "main"]);
        repo.git(&["update-ref", name, &id]);
        repo.run(&[]).assert_finds(&[&secret]);
        repo.git(&["pack-refs", "--all"]);
        assert!(!repo.root().join(".git").join(name).exists(), "{name} is not packed");
        repo.run(&[]).assert_finds(&[&secret]);
    }
}

/// A repository in which this was done with a secret: not found by default, found with `--all-objects`.
#[track_caller]
fn is_unreachable(lose: impl Fn(&Repo, &str)) {
    let (repo, secret, control) = (Repo::with_commit(), token(1), token(2));
    repo.commit("control.txt", &control);
    lose(&repo, &secret);
    repo.run(&[]).assert_finds(&[&control]);
    let run = repo.run(&["--all-objects"]);
    run.assert_finds(&[&control, &secret]);
    assert_eq!(run.finding(&secret)["history"]["reachable"], false);
    assert_eq!(run.finding(&control)["history"]["reachable"], true);
}

#[test]
fn a_dangling_blob() {
    is_unreachable(|repo, secret| {
        repo.object("blob", secret);
    });
    let (repo, secret) = (Repo::with_commit(), token(1));
    let blob = repo.object("blob", &secret);
    let run = repo.run(&["--all-objects"]);
    assert_eq!(run.origins(&secret), [format!("{} (blob)", &blob[..8])]);
    assert!(run.finding(&secret)["history"]["first"].is_null());
}

#[test]
fn a_dangling_commit_and_its_message() {
    is_unreachable(|repo, secret| {
        let tree = repo.id("HEAD^{tree}");
        repo.git(&["commit-tree", "-m", secret, &tree]);
    });
    is_unreachable(|repo, secret| {
        let blob = repo.object("blob", secret);
        let tree = format!("100644 blob {blob}\tfile.txt\n");
        let tree = repo.git_with(&["mktree"], &[], tree.as_bytes());
        repo.git(&["commit-tree", "-m", "dangling", &tree]);
    });
}

#[test]
fn a_commit_that_only_the_reflog_has() {
    is_unreachable(|repo, secret| {
        repo.commit("oops.txt", secret);
        repo.git(&["reset", "-q", "--hard", "HEAD~1"]);
    });
}

#[test]
fn what_was_staged_and_unstaged_again() {
    is_unreachable(|repo, secret| {
        repo.write("oops.txt", secret);
        repo.git(&["add", "oops.txt"]);
        repo.git(&["reset", "-q"]);
        repo.delete("oops.txt");
    });
}

#[test]
fn what_is_staged_is_not_history() {
    is_unreachable(|repo, secret| {
        repo.write("staged.txt", secret);
        repo.git(&["add", "staged.txt"]);
    });
}

#[test]
fn a_dropped_stash() {
    is_unreachable(|repo, secret| {
        repo.write("readme.txt", secret);
        repo.git(&["stash", "push", "-q"]);
        repo.git(&["stash", "drop", "-q"]);
    });
}

#[test]
fn unreachable_objects_of_a_cruft_pack() {
    is_unreachable(|repo, secret| {
        repo.commit("oops.txt", secret);
        repo.git(&["reset", "-q", "--hard", "HEAD~1"]);
        repo.git(&["reflog", "expire", "--expire=now", "--all"]);
        repo.git(&["repack", "-q", "--cruft", "-d"]);
        assert_eq!(repo.packs("mtimes").len(), 1);
    });
}

#[test]
fn files_of_the_work_tree_are_not_history() {
    let (repo, secret) = (Repo::with_commit(), token(1));
    repo.write("untracked.txt", &secret);
    repo.write("readme.txt", &secret);
    fs::write(repo.root().join(".git/description"), &secret).unwrap();
    repo.run(&["--all-objects"]).assert_finds(&[]);
}
