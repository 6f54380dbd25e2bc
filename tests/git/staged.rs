//! What is about to be committed.

use std::fs;
use std::os::unix::fs::symlink;

use crate::fixture::Repo;
use crate::material::{lines, policy, private_key, token};

/// A repository in which this is staged.
fn with_staged(name: &str, text: &str) -> Repo {
    let repo = Repo::with_commit();
    repo.write(name, text);
    repo.git(&["add", name]);
    repo
}

#[test]
fn a_new_file_from_anywhere() {
    let secret = token(1);
    let repo = with_staged("folder/new.txt", &format!("first\nkey: {secret}\n"));
    repo.write("folder/deep/other.txt", "not staged\n");
    for folder in ["", "folder", "folder/deep"] {
        let run = repo.run_in(folder, &["--staged"], &[], b"");
        run.assert_finds(&[&secret]);
        assert_eq!(run.origins(&secret), ["folder/new.txt"]);
        assert_eq!(run.finding(&secret)["places"][0]["start"]["line"], 2);
        assert!(run.finding(&secret)["history"].is_null());
    }
    repo.beside("home").run(&["--staged", &repo.path("")]).assert_finds(&[&secret]);
}

#[test]
fn in_a_linked_worktree() {
    let repo = with_staged("main.txt", &token(1));
    let linked = repo.beside("linked");
    repo.git(&["worktree", "add", "-q", "-b", "linked", &linked.path("")]);
    linked.run(&["--staged"]).assert_finds(&[]);
    linked.write("linked.txt", token(2));
    linked.git(&["add", "linked.txt"]);
    linked.run(&["--staged"]).assert_finds(&[&token(2)]);
    repo.run(&["--staged"]).assert_finds(&[&token(1)]);
}

#[test]
fn before_the_first_commit() {
    let repo = Repo::new();
    let run = repo.run(&["--staged"]);
    run.assert_finds(&[]);
    assert!(run.err.contains("0 files scanned"), "{}", run.err);
    repo.write("file.txt", token(1));
    repo.git(&["add", "file.txt"]);
    repo.run(&["--staged"]).assert_finds(&[&token(1)]);
    repo.run(&[]).assert_finds(&[]);
}

#[test]
fn the_index_counts_not_the_file() {
    let (secret, repo) = (token(1), Repo::with_commit());
    repo.write("file.txt", "clean\n");
    repo.git(&["add", "file.txt"]);
    repo.write("file.txt", &secret);
    repo.run(&["--staged"]).assert_finds(&[]);
    repo.run(&["--staged", "file.txt"]).assert_finds(&[]);
    repo.git(&["add", "file.txt"]);
    repo.write("file.txt", "clean\n");
    repo.run(&["--staged"]).assert_finds(&[&secret]);
    repo.run(&["--staged", "file.txt"]).assert_finds(&[&secret]);
    repo.delete("file.txt");
    repo.run(&["--staged"]).assert_finds(&[&secret]);
}

#[test]
fn another_index() {
    let repo = with_staged("a.txt", &token(1));
    let other = repo.path(".git/other-index");
    fs::copy(repo.root().join(".git/index"), &other).unwrap();
    repo.write("b.txt", token(2));
    repo.git_with(&["add", "b.txt"], &[("GIT_INDEX_FILE", &other)], b"");
    repo.run(&["--staged"]).assert_finds(&[&token(1)]);
    for name in [other.as_str(), ".git/other-index"] {
        let run = repo.run_in("", &["--staged"], &[("GIT_INDEX_FILE", name)], b"");
        run.assert_finds(&[&token(1), &token(2)]);
    }
}

#[test]
fn only_added_lines_count() {
    let (repo, [old, new]) = (Repo::with_commit(), [token(1), token(2)]);
    repo.commit("file.txt", format!("{}{old}\n{}", lines(5), lines(5)));
    repo.write("file.txt", format!("{}{old}\n{}added\n", lines(5), lines(5)));
    repo.git(&["add", "file.txt"]);
    repo.run(&["--staged"]).assert_finds(&[]);
    repo.run(&["--staged-all"]).assert_finds(&[&old]);
    repo.write("file.txt", format!("moved down\n{}{old}\n{new}\n", lines(5)));
    repo.git(&["add", "file.txt"]);
    let run = repo.run(&["--staged"]);
    run.assert_finds(&[&new]);
    assert_eq!(run.finding(&new)["places"][0]["start"]["line"], 8);
    repo.run(&["--staged-all"]).assert_finds(&[&old, &new]);
}

#[test]
fn a_line_around_an_old_secret_that_changed_counts() {
    let (repo, secret) = (Repo::with_commit(), token(1));
    repo.commit("file.txt", format!("key: {secret}\n"));
    repo.write("file.txt", format!("token: {secret}\n"));
    repo.git(&["add", "file.txt"]);
    repo.run(&["--staged"]).assert_finds(&[&secret]);
}

#[test]
fn a_second_copy_of_an_old_secret_counts_once() {
    let (repo, secret) = (Repo::with_commit(), token(1));
    repo.commit("file.txt", format!("{secret}\nmiddle\n"));
    repo.write("file.txt", format!("{secret}\nmiddle\n{secret}\n"));
    repo.git(&["add", "file.txt"]);
    let run = repo.run(&["--staged"]);
    run.assert_finds(&[&secret]);
    assert_eq!(run.origins(&secret).len(), 1);
    assert_eq!(run.finding(&secret)["places"][0]["start"]["line"], 3);
}

#[test]
fn one_changed_line_of_a_private_key() {
    let (repo, key) = (Repo::with_commit(), private_key(1));
    repo.commit("key.pem", format!("{key}\n"));
    let other = private_key(2);
    let (middle, new) = (key.lines().nth(3).unwrap(), other.lines().nth(3).unwrap());
    repo.write("key.pem", format!("{}\n", key.replace(middle, new)));
    repo.git(&["add", "key.pem"]);
    let run = repo.run(&["--staged"]);
    assert_eq!((run.code, run.secrets().len()), (1, 1), "{}", run.out);
    // A change next to it is none of it.
    repo.git(&["reset", "-q", "--hard"]);
    repo.write("key.pem", format!("{key}\nafter\n"));
    repo.git(&["add", "key.pem"]);
    repo.run(&["--staged"]).assert_finds(&[]);
}

#[test]
fn lines_that_end_as_in_windows() {
    let (repo, [old, new]) = (Repo::with_commit(), [token(1), token(2)]);
    repo.commit("file.txt", format!("one\r\n{old}\r\nthree\r\n"));
    repo.write("file.txt", format!("one\r\n{old}\r\n{new}\r\n"));
    repo.git(&["add", "file.txt"]);
    let run = repo.run(&["--staged"]);
    run.assert_finds(&[&new]);
    assert_eq!(run.finding(&new)["places"][0]["start"]["line"], 3);
    // Now every line differs.
    repo.write("file.txt", format!("one\n{old}\n{new}\n"));
    repo.git(&["add", "file.txt"]);
    repo.run(&["--staged"]).assert_finds(&[&old, &new]);
}

#[test]
fn text_in_utf16() {
    let (repo, [old, new]) = (Repo::with_commit(), [token(1), token(2)]);
    let utf16 =
        |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    repo.commit("file.txt", utf16(&format!("\u{feff}one\n{old}\nthree\n")));
    repo.write("file.txt", utf16(&format!("\u{feff}one\n{old}\nthree\n{new}\n")));
    repo.git(&["add", "file.txt"]);
    let run = repo.run(&["--staged"]);
    run.assert_finds(&[&new]);
    assert_eq!(run.finding(&new)["places"][0]["start"]["line"], 4);
}

#[test]
fn a_renamed_file_and_a_changed_mode() {
    let (repo, secret) = (Repo::with_commit(), token(1));
    repo.commit("old.txt", format!("{}{secret}\n", lines(9)));
    repo.git(&["update-index", "--chmod=+x", "old.txt"]);
    repo.run(&["--staged"]).assert_finds(&[]);
    repo.git(&["mv", "old.txt", "new.txt"]);
    repo.run(&["--staged"]).assert_finds(&[]);
    let run = repo.run(&["--staged-all"]);
    run.assert_finds(&[&secret]);
    assert_eq!(run.origins(&secret), ["new.txt"]);
}

/// A rename is no place to hide a new secret.
#[test]
fn a_renamed_file_with_a_new_line() {
    let (repo, [old, new]) = (Repo::with_commit(), [token(1), token(2)]);
    repo.commit("folder/old.txt", format!("{}{old}\n", lines(9)));
    repo.git(&["mv", "folder/old.txt", "new.txt"]);
    repo.write("new.txt", format!("{}{old}\n{new}\n", lines(9)));
    repo.git(&["add", "-A"]);
    let run = repo.run(&["--staged"]);
    assert!(run.secrets().contains(new.as_str()), "{}", run.out);
    // A copy of what stays is a second place of the secret, and new.
    repo.git(&["reset", "-q", "--hard"]);
    repo.write("copy.txt", &old);
    repo.git(&["add", "-A"]);
    repo.run(&["--staged"]).assert_finds(&[&old]);
}

#[test]
fn a_deleted_file_is_nothing_to_scan() {
    let repo = Repo::with_commit();
    repo.commit("file.txt", token(1));
    repo.git(&["rm", "-q", "file.txt"]);
    for option in ["--staged", "--staged-all"] {
        let run = repo.run(&[option]);
        run.assert_finds(&[]);
        assert!(run.err.contains("0 files scanned"), "{}", run.err);
    }
}

#[test]
fn a_link_becomes_content() {
    let (repo, [target, outside]) = (Repo::with_commit(), [token(1), token(2)]);
    let file = repo.beside("home").write("outside.txt", &outside);
    symlink(&file, repo.root().join("to-outside")).unwrap();
    symlink(&target, repo.root().join("link")).unwrap();
    repo.git(&["add", "-A"]);
    let run = repo.run(&["--staged"]);
    run.assert_finds(&[&target]);
    assert_eq!(run.origins(&target), ["link"]);
}

#[test]
fn an_intent_to_add_has_no_content() {
    let repo = Repo::with_commit();
    repo.write("later.txt", token(1));
    repo.git(&["add", "--intent-to-add", "later.txt"]);
    let run = repo.run(&["--staged"]);
    run.assert_finds(&[]);
    assert!(run.err.contains("0 files scanned"), "{}", run.err);
}

#[test]
fn a_submodule_is_counted_not_scanned() {
    let (repo, secret) = (Repo::with_commit(), token(1));
    let id = repo.id("HEAD");
    repo.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{id},part")]);
    let run = repo.run(&["--staged"]);
    run.assert_finds(&[]);
    repo.write("file.txt", &secret);
    repo.git(&["add", "file.txt"]);
    repo.run(&["--staged"]).assert_finds(&[&secret]);
    assert_eq!(run.report["stats"]["submodules"], 1);
}

#[test]
fn all_sides_of_a_conflict() {
    let (repo, [ours, theirs]) = (Repo::with_commit(), [token(1), token(2)]);
    repo.git(&["switch", "-q", "-c", "side"]);
    repo.commit("both.txt", &theirs);
    repo.git(&["switch", "-q", "main"]);
    repo.commit("both.txt", &ours);
    let (status, ..) = repo.try_git(&["merge", "-q", "side"], &[], b"");
    assert!(!status.success());
    assert!(repo.git(&["ls-files", "-u"]).contains(" 3\t"), "there should be a conflict");
    // Nothing of it can be committed before it is resolved; what is staged beside it is seen.
    repo.write("beside.txt", token(3));
    repo.git(&["add", "beside.txt"]);
    let run = repo.run(&["--staged"]);
    assert!(run.secrets().contains(token(3).as_str()), "{}", run.out);
    repo.write("both.txt", format!("{ours}\n{theirs}\n"));
    repo.git(&["add", "both.txt"]);
    repo.run(&["--staged"]).assert_finds(&[&theirs, &token(3)]);
}

#[test]
fn policies_with_a_changed_line() {
    let (repo, wrong) = (Repo::with_commit(), policy("admin-star"));
    let [first, second] =
        [wrong.clone(), wrong.replace("\"Version\"", "\"Id\": \"2\", \"Version\"")];
    repo.commit("one.json", &first);
    repo.commit("two.json", &first);
    repo.write("one.json", &second);
    repo.write("two.json", format!("{first}\n\n"));
    repo.git(&["add", "-A"]);
    let run = repo.run(&["--staged", "--only", "policy"]);
    let origins = |text: &str| text.matches("\"origin\": \"two.json\"").count();
    assert!(run.policy_rules().contains("admin-star"), "{}", run.out);
    assert_eq!(origins(&run.out), 0, "no line of its documents changed: {}", run.out);
    let all = repo.run(&["--staged-all", "--only", "policy"]);
    assert!(origins(&all.out) > 0, "{}", all.out);
}
