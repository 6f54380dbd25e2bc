//! Every place of a repository's history that a secret can hide in.

use crate::fixture::Repo;
use crate::material::{lines, token};

/// A repository with one commit in which there is nothing, to be changed, and the secret that must then be found.
#[track_caller]
fn hides(hide: impl Fn(&Repo, &str)) {
    let (repo, secret) = (Repo::with_commit(), token(1));
    repo.run(&[]).assert_finds(&[]);
    hide(&repo, &secret);
    repo.run(&[]).assert_finds(&[&secret]);
}

#[test]
fn a_file_that_is_there() {
    let (repo, secret) = (Repo::with_commit(), token(1));
    let id = repo.commit("src/main.py", format!("key = '{secret}'\n"));
    let run = repo.run(&[]);
    run.assert_finds(&[&secret]);
    assert_eq!(run.origins(&secret), [format!("{}:src/main.py", &id[..8])]);
    assert_eq!(run.finding(&secret)["places"][0]["start"]["line"], 1);
}

#[test]
fn a_deleted_file() {
    let (repo, secret) = (Repo::with_commit(), token(1));
    let id = repo.commit("old.txt", &secret);
    repo.commit_deletion("old.txt");
    let run = repo.run(&[]);
    run.assert_finds(&[&secret]);
    assert_eq!(run.origins(&secret), [format!("{}:old.txt", &id[..8])]);
}

#[test]
fn a_line_that_only_one_of_many_versions_has() {
    let (repo, secret) = (Repo::with_commit(), token(1));
    let text = lines(50);
    for number in 0..12 {
        let line = if number == 5 { secret.clone() } else { format!("version {number}") };
        repo.commit("long.txt", format!("{text}{line}\n{text}"));
    }
    let run = repo.run(&[]);
    run.assert_finds(&[&secret]);
    assert_eq!(run.finding(&secret)["places"][0]["start"]["line"], 51);
}

#[test]
fn a_side_branch_and_a_branch_without_common_history() {
    let (repo, [side, other]) = (Repo::with_commit(), [token(1), token(2)]);
    repo.git(&["switch", "-q", "-c", "side"]);
    repo.commit("side.txt", &side);
    repo.git(&["switch", "-q", "--orphan", "other"]);
    repo.commit("other.txt", &other);
    repo.git(&["switch", "-q", "main"]);
    repo.run(&[]).assert_finds(&[&side, &other]);
}

#[test]
fn content_that_was_born_in_a_merge() {
    let (repo, [resolved, smuggled]) = (Repo::with_commit(), [token(1), token(2)]);
    repo.git(&["switch", "-q", "-c", "side"]);
    repo.commit("both.txt", "theirs\n");
    repo.git(&["switch", "-q", "main"]);
    repo.commit("both.txt", "ours\n");
    let (status, ..) = repo.try_git(&["merge", "side"], &[], b"");
    assert!(!status.success(), "there should be a conflict");
    repo.write("both.txt", format!("ours and theirs {resolved}\n"));
    repo.write("unrelated.txt", &smuggled);
    let merge = repo.commit_all("Merge side");
    repo.commit("both.txt", "clean again\n");
    repo.commit_deletion("unrelated.txt");
    let run = repo.run(&[]);
    run.assert_finds(&[&resolved, &smuggled]);
    assert_eq!(run.origins(&resolved), [format!("{}:both.txt", &merge[..8])]);
}

#[test]
fn an_octopus_merge() {
    hides(|repo, secret| {
        for name in ["a", "b", "c"] {
            repo.git(&["switch", "-q", "-c", name, "main"]);
            let text = if name == "c" { secret } else { name };
            repo.commit(&format!("{name}.txt"), text);
        }
        repo.git(&["switch", "-q", "main"]);
        repo.git(&["merge", "-q", "-m", "Octopus", "a", "b", "c"]);
        repo.git(&["branch", "-D", "a", "b", "c"]);
    });
}

#[test]
fn the_three_parts_of_a_stash() {
    let repo = Repo::with_commit();
    let [work, index, untracked] = [token(1), token(2), token(3)];
    repo.commit("file.txt", "committed\n");
    repo.write("file.txt", &index);
    repo.git(&["add", "file.txt"]);
    repo.write("file.txt", &work);
    repo.write("untracked.txt", &untracked);
    repo.git(&["stash", "push", "-q", "--include-untracked"]);
    repo.run(&[]).assert_finds(&[&work, &index, &untracked]);
}

#[test]
fn an_older_entry_of_the_stash() {
    let repo = Repo::with_commit();
    let secrets = [token(1), token(2), token(3)];
    for secret in &secrets {
        repo.write("readme.txt", secret);
        repo.git(&["stash", "push", "-q"]);
    }
    repo.run(&[]).assert_finds(&secrets.each_ref().map(String::as_str));
}

#[test]
fn notes() {
    let (repo, [usual, other]) = (Repo::with_commit(), [token(1), token(2)]);
    repo.git(&["notes", "add", "-m", &usual]);
    repo.git(&["notes", "--ref", "builds", "add", "-m", &other]);
    repo.run(&[]).assert_finds(&[&usual, &other]);
}

#[test]
fn the_message_of_a_commit() {
    let (repo, secret) = (Repo::with_commit(), token(1));
    let id = repo.commit_all(&format!("Fix it\n\nUse {secret} for now.\n"));
    let run = repo.run(&[]);
    run.assert_finds(&[&secret]);
    assert_eq!(run.origins(&secret), [format!("{} (commit message)", &id[..8])]);
}

#[test]
fn the_message_of_a_tag() {
    let (repo, secret) = (Repo::with_commit(), token(1));
    repo.git(&["tag", "-a", "v1", "-m", &format!("Release with {secret}")]);
    let id = repo.id("refs/tags/v1");
    let run = repo.run(&[]);
    run.assert_finds(&[&secret]);
    assert_eq!(run.origins(&secret), [format!("{} (tag message)", &id[..8])]);
}

#[test]
fn a_tag_of_a_tag() {
    hides(|repo, secret| {
        repo.git(&["tag", "-a", "inner", "-m", secret]);
        repo.git(&["tag", "-a", "outer", "-m", "of a tag", "inner"]);
        repo.git(&["tag", "-d", "inner"]);
    });
    // What only the innermost of many leads to.
    hides(|repo, secret| {
        repo.git(&["switch", "-q", "-c", "side"]);
        repo.commit("side.txt", secret);
        repo.git(&["tag", "-a", "t0", "-m", "first"]);
        for number in 1..5 {
            let [name, of] = [format!("t{number}"), format!("t{}", number - 1)];
            repo.git(&["tag", "-a", &name, "-m", "next", &of]);
            repo.git(&["tag", "-d", &of]);
        }
        repo.git(&["switch", "-q", "main"]);
        repo.git(&["branch", "-D", "side"]);
    });
}

#[test]
fn a_tag_of_a_blob() {
    hides(|repo, secret| {
        let blob = repo.object("blob", secret);
        repo.git(&["tag", "light", &blob]);
    });
    hides(|repo, secret| {
        let blob = repo.object("blob", secret);
        repo.git(&["tag", "-a", "heavy", "-m", "a key", &blob]);
    });
}

#[test]
fn a_tag_of_a_tree() {
    hides(|repo, secret| {
        let blob = repo.object("blob", secret);
        let tree = format!("100644 blob {blob}\tfile.txt\n");
        let tree = repo.git_with(&["mktree"], &[], tree.as_bytes());
        let tree = format!("040000 tree {tree}\tfolder\n");
        let tree = repo.git_with(&["mktree"], &[], tree.as_bytes());
        repo.git(&["tag", "-a", "tree", "-m", "a tree", &tree]);
    });
}

#[test]
fn a_ref_to_a_blob_or_a_tree() {
    hides(|repo, secret| {
        let blob = repo.object("blob", secret);
        repo.git(&["update-ref", "refs/keys/mine", &blob]);
    });
    hides(|repo, secret| {
        let blob = repo.object("blob", secret);
        let tree = format!("100644 blob {blob}\tfile.txt\n");
        let tree = repo.git_with(&["mktree"], &[], tree.as_bytes());
        repo.git(&["update-ref", "refs/trees/mine", &tree]);
    });
}

#[test]
fn the_names_of_author_committer_and_tagger() {
    for variable in ["GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME"] {
        hides(|repo, secret| {
            let arguments = ["commit", "-q", "--allow-empty", "-m", "Ordinary"];
            repo.git_with(&arguments, &[(variable, secret)], b"");
        });
    }
    hides(|repo, secret| {
        let arguments = ["tag", "-a", "v1", "-m", "Ordinary"];
        repo.git_with(&arguments, &[("GIT_COMMITTER_NAME", secret)], b"");
    });
}

#[test]
fn headers_of_a_commit_that_git_does_not_know() {
    hides(|repo, secret| {
        let tree = repo.id("HEAD^{tree}");
        let commit = format!(
            "tree {tree}\nauthor A <a@b> 1704067200 +0000\ncommitter A <a@b> 1704067200 +0000\n\
             build-info first line\n second {secret}\n\nOrdinary\n"
        );
        let commit = repo.object("commit", commit);
        repo.git(&["update-ref", "refs/heads/side", &commit]);
    });
}

/// A merge of a signed tag keeps the tag, even when the tag is deleted.
#[test]
fn the_tag_that_a_merge_keeps() {
    hides(|repo, secret| {
        let [tree, parent] = [repo.id("HEAD^{tree}"), repo.id("HEAD")];
        let tag = format!(
            "object {parent}\n type commit\n tag v1\n tagger A <a@b> 1704067200 +0000\n \n {secret}"
        );
        let commit = format!(
            "tree {tree}\nparent {parent}\nauthor A <a@b> 1704067200 +0000\n\
             committer A <a@b> 1704067200 +0000\nmergetag {tag}\n\nOrdinary\n"
        );
        let commit = repo.object("commit", commit);
        repo.git(&["update-ref", "refs/heads/side", &commit]);
        repo.git(&["fsck", "--strict"]);
    });
}

#[test]
fn both_sides_of_a_replacement() {
    let (repo, [original, replacement]) = (Repo::with_commit(), [token(1), token(2)]);
    repo.commit("file.txt", &original);
    let blob = repo.id("HEAD:file.txt");
    let new = repo.object("blob", &replacement);
    repo.git(&["replace", &blob, &new]);
    assert_eq!(repo.git(&["cat-file", "blob", &blob]), replacement);
    repo.run(&[]).assert_finds(&[&original, &replacement]);
}

#[test]
fn history_that_a_graft_hides() {
    hides(|repo, secret| {
        repo.commit("old.txt", secret);
        repo.commit_deletion("old.txt");
        let head = repo.commit("new.txt", "nothing\n");
        repo.git(&["replace", "--graft", &head]);
        assert_eq!(repo.git(&["rev-list", "--count", "HEAD"]), "1");
        repo.git(&["pack-refs", "--all"]);
    });
    hides(|repo, secret| {
        repo.commit("old.txt", secret);
        repo.commit_deletion("old.txt");
        let head = repo.commit("new.txt", "nothing\n");
        repo.write(".git/info/grafts", format!("{head}\n"));
        assert_eq!(repo.git(&["rev-list", "--count", "HEAD"]), "1");
    });
}
