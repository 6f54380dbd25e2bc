//! Repositories made by an enemy: they run nothing, hide nothing, exhaust nothing and command no terminal.

use std::fmt::Write;
use std::fs;
use std::os::unix::fs::symlink;

use rustix::fs::{CWD, Mode, mkfifoat};

use crate::fixture::Repo;
use crate::material::token;
use crate::packs::{raw, stored};

#[test]
fn pipes_and_devices_are_not_waited_for() {
    let pipe = |repo: &Repo, name: &str| {
        let path = repo.root().join(".git").join(name);
        let _ = fs::remove_file(&path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        mkfifoat(CWD, &path, Mode::RUSR | Mode::WUSR).unwrap();
    };
    for name in [
        "objects/12/34567890123456789012345678901234567890",
        "objects/pack/pack-1234567890123456789012345678901234567890.idx",
        "worktrees/pipe/HEAD",
        "modules/pipe/HEAD",
        "refs/heads/main",
        "refs/heads/pipe",
        "packed-refs",
        "objects/info/alternates",
        "shallow",
        "info/grafts",
        "info/attributes",
        "info/exclude",
        "config.worktree",
        "logs/refs/stash",
        "index",
        "HEAD",
        "modules/pipe",
        "worktrees/pipe",
        "objects/info/commit-graph",
        "objects/pack/multi-pack-index",
        "config",
        "commondir",
    ] {
        let (repo, secret) = (Repo::with_commit(), token(1));
        repo.commit("file.txt", &secret);
        repo.git(&["branch", "other"]);
        pipe(&repo, name);
        // What matters is that it ends; and that it is not called clean.
        for arguments in [&[][..], &["--staged"]] {
            let run = repo.run(arguments);
            let is_history = arguments.is_empty();
            assert!(run.code != 0 || !is_history, "{name}: {}", run.err);
        }
    }
}

#[test]
fn names_and_messages_cannot_command_a_terminal() {
    let (repo, secret) = (Repo::with_commit(), token(1));
    let escape = "\u{1b}]0;owned\u{7}\u{1b}[2J\u{202e}";
    repo.write(format!("{escape}.txt"), &secret);
    repo.git(&["add", "-A"]);
    let arguments = ["commit", "-q", "-m", &format!("Subject {escape}")];
    repo.git_with(&arguments, &[("GIT_AUTHOR_NAME", &format!("Eve{escape}"))], b"");
    repo.git(&["branch", "b\u{202e}c"]);
    let broken = repo.object("blob", "broken");
    let tree = format!("100644 blob {broken}\t{escape}-broken\n");
    let tree = repo.git_with(&["mktree", "-z"], &[], tree.replace('\n', "\0").as_bytes());
    repo.git(&["update-ref", "refs/trees/broken", &tree]);
    fs::remove_file(repo.loose(&broken)).unwrap();
    for format in ["text", "json", "sarif"] {
        let run = repo.keylint("", &["git", "--no-config", "--format", format], &[], b"");
        assert_eq!(run.code, 1, "{}", run.err);
        let is_odd = |c: char| c.is_control() && c != '\n' || c == '\u{202e}' && format == "text";
        assert!(!run.out.contains(is_odd) && !run.err.contains(is_odd), "{format}: {:?}", run.out);
    }
}

#[test]
fn names_that_no_work_tree_could_have() {
    let (repo, secrets) = (Repo::with_commit(), [token(1), token(2), token(3), token(4)]);
    let mut tree = Vec::new();
    for (name, secret) in ["..", ".git", "/etc/hosts", "a/../b"].iter().zip(&secrets) {
        let blob = repo.object("blob", secret);
        tree.extend(format!("100644 {name}\0").bytes());
        tree.extend(raw(&blob));
    }
    let tree = repo.object("tree", tree);
    let commit = repo.git(&["commit-tree", "-m", "odd", &tree]);
    repo.git(&["update-ref", "refs/heads/odd", &commit]);
    repo.run(&[]).assert_finds(&secrets.each_ref().map(String::as_str));
    repo.run(&["--range", "main..odd"]).assert_finds(&secrets.each_ref().map(String::as_str));
}

/// Ten entries in each of twelve levels: a million million paths of one file.
#[test]
fn a_tree_that_explodes_when_checked_out() {
    let (repo, secret) = (Repo::with_commit(), token(1));
    let blob = repo.object("blob", &secret);
    let mut id = blob;
    for level in 0..12 {
        let kind = if level == 0 { "100644 blob" } else { "040000 tree" };
        let tree: Vec<String> = (0..10).map(|number| format!("{kind} {id}\t{number}\n")).collect();
        let tree = tree.concat();
        id = repo.git_with(&["mktree"], &[], tree.as_bytes());
    }
    let commit = repo.git(&["commit-tree", "-m", "bomb", &id]);
    repo.git(&["update-ref", "refs/heads/bomb", &commit]);
    for arguments in [&[][..], &["--range", "main..bomb"]] {
        let run = repo.run(arguments);
        assert!(run.secrets().contains(secret.as_str()), "{}", run.err);
        assert!(run.out.len() < 1 << 20, "a report of {} bytes", run.out.len());
    }
    // An exclusion must not make it look for every path.
    let config = repo.write("../exclude.toml", "exclude = [\"0/**\"]\n");
    let fixed = ["git", "--format", "json", "--reveal", "--config", config.to_str().unwrap()];
    let run = repo.keylint("", &fixed, &[], b"").with_report();
    assert!(run.secrets().contains(secret.as_str()), "{}", run.err);
}

#[test]
fn very_deep_folders_and_very_long_histories() {
    let (repo, [deep, old]) = (Repo::new(), [token(1), token(2)]);
    let mut stream = String::new();
    let person = "committer Bob <bob@example.org>";
    for number in 0..20_000 {
        let date = 1_600_000_000 + number;
        writeln!(stream, "commit refs/heads/main\n{person} {date} +0000\ndata 1\nx").unwrap();
        if number == 5 {
            writeln!(stream, "M 100644 inline old.txt\ndata {}\n{old}", old.len()).unwrap();
        }
        if number == 6 {
            writeln!(stream, "D old.txt").unwrap();
        }
    }
    let path = format!("{}deep.txt", "d/".repeat(1500));
    writeln!(stream, "M 100644 inline {path}\ndata {}\n{deep}", deep.len()).unwrap();
    repo.git_with(&["fast-import", "--quiet"], &[], stream.as_bytes());
    let run = repo.run(&[]);
    assert!(run.secrets().contains(old.as_str()), "{}", run.err);
    // A limit may end the descent, but then it is said.
    assert!(run.secrets().contains(deep.as_str()) || run.report["complete"] == false);
    let run = repo.run(&["--range", "main~2..main"]);
    assert!(run.secrets().contains(deep.as_str()) || run.report["complete"] == false);
}

#[test]
fn a_long_chain_of_tags() {
    let (repo, secret) = (Repo::with_commit(), token(1));
    let mut object = ("blob", repo.object("blob", &secret));
    for number in 0..300 {
        let (kind, id) = &object;
        let text =
            format!("object {id}\ntype {kind}\ntag t{number}\ntagger A <a@b> 1 +0000\n\nx\n");
        object = ("tag", repo.object("tag", text));
    }
    repo.git(&["update-ref", "refs/tags/chain", &object.1]);
    let run = repo.run(&[]);
    assert!(run.secrets().contains(secret.as_str()) || run.report["complete"] == false);
    assert_ne!(run.code, 0);
}

#[test]
fn sizes_that_are_lies() {
    for header in [
        "blob 1152921504606846976",
        "blob 18446744073709551615",
        "blob 99999999999999999999999",
        "blob -1",
        "blob 4294967296",
        "blob 2",
        "blob",
        "",
        "tree 1152921504606846976",
        "what 6",
    ] {
        let (repo, secret) = (Repo::with_commit(), token(1));
        repo.commit("control.txt", &secret);
        let id = repo.commit("victim.txt", "victim");
        let blob = repo.id("HEAD:victim.txt");
        let path = repo.loose(&blob);
        fs::remove_file(&path).unwrap();
        fs::write(&path, stored(format!("{header}\0victim").as_bytes())).unwrap();
        repo.run(&[]).assert_incomplete(&[&secret], &[&blob[..8], "victim.txt", &id[..8]]);
    }
    // The same by hand, and right.
    let (repo, secret) = (Repo::with_commit(), token(1));
    repo.commit("victim.txt", &secret);
    let path = repo.loose(&repo.id("HEAD:victim.txt"));
    fs::remove_file(&path).unwrap();
    fs::write(&path, stored(format!("blob {}\0{secret}", secret.len()).as_bytes())).unwrap();
    repo.run(&[]).assert_finds(&[&secret]);
}

#[test]
fn links_inside_the_git_directory() {
    let (repo, secret) = (Repo::with_commit(), token(1));
    repo.commit("file.txt", &secret);
    symlink("..", repo.root().join(".git/refs/heads/loop")).unwrap();
    symlink("loop", repo.root().join(".git/refs/tags-loop")).unwrap();
    symlink(".", repo.root().join(".git/modules")).unwrap();
    let run = repo.run(&[]);
    assert!(run.secrets().contains(secret.as_str()), "{}", run.err);
}

/// What lies outside of the git directory is no part of the repository, whatever a link says.
#[test]
fn submodules_outside() {
    let (repo, [own, others]) = (Repo::with_commit(), [token(1), token(2)]);
    repo.commit("file.txt", &own);
    let other = repo.beside("others/inner");
    repo.git(&["init", "-q", "-b", "main", &other.path("")]);
    other.commit("file.txt", &others);
    let modules = repo.root().join(".git/modules");
    symlink("../../others", &modules).unwrap();
    assert!(!repo.run(&[]).secrets().contains(others.as_str()), "the link of all is followed");
    fs::remove_file(&modules).unwrap();
    for name in ["x", "folder/x"] {
        let link = modules.join(name);
        fs::create_dir_all(link.parent().unwrap()).unwrap();
        symlink(other.root().join(".git"), &link).unwrap();
        assert!(!repo.run(&[]).secrets().contains(others.as_str()), "{name} is followed");
    }
    let worktrees = repo.root().join(".git/worktrees");
    symlink("../../others/inner/.git", &worktrees).unwrap();
    let run = repo.run(&[]);
    assert!(run.secrets().contains(own.as_str()), "{}", run.err);
}
