//! What cannot be read is named, and hides nothing else.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::fixture::Repo;
use crate::material::{noise, token};
use crate::packs::raw;

/// The name of no object.
pub(crate) const UNKNOWN: &str = "1234567890123456789012345678901234567890";

/// What names the damage; one of them must be in the report.
pub(crate) type Names = Vec<String>;

/// Does damage to a repository twice: to one with nothing to find, and to one with a secret on a branch of its own.
#[track_caller]
pub(crate) fn is_named(damage: impl Fn(&Repo) -> Names) {
    is_named_when(|_| {}, damage);
}

#[track_caller]
fn is_named_when(prepare: impl Fn(&Repo), damage: impl Fn(&Repo) -> Names) {
    for control in [None, Some(token(1))] {
        let repo = Repo::with_commit();
        repo.write("folder/inner.txt", "in a folder\n");
        repo.commit("victim.bin", noise("victim", 100 << 10));
        prepare(&repo);
        if let Some(secret) = &control {
            repo.git(&["switch", "-q", "--orphan", "control"]);
            repo.commit("control.txt", secret);
            repo.git(&["switch", "-q", "main"]);
        }
        let names = damage(&repo);
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let secrets: Vec<&str> = control.iter().map(String::as_str).collect();
        repo.run(&[]).assert_incomplete(&secrets, &names);
    }
}

fn names(id: &str, path: &str) -> Names {
    vec![id[..8].to_owned(), path.to_owned()]
}

fn rewrite(path: &Path, change: impl Fn(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).unwrap();
    change(&mut bytes);
    fs::remove_file(path).unwrap();
    fs::write(path, bytes).unwrap();
}

fn repack(repo: &Repo) {
    repo.git(&["repack", "-adq"]);
}

#[test]
fn no_repository() {
    let repo = Repo::new();
    let home = repo.beside("home");
    home.write("plain/file.txt", token(1));
    home.run_in("plain", &[], &[], b"").assert_refused("repository");
    home.run(&["plain"]).assert_refused("plain");
    home.run(&["plain/file.txt"]).assert_refused("file.txt");
    home.run(&["nowhere"]).assert_refused("nowhere");
    home.run(&["--staged"]).assert_refused("repository");
    home.run(&["--range", "A..B"]).assert_refused("repository");
    // Something that only looks like one.
    home.write("odd/.git", "gitdir: nowhere\n");
    home.run(&["odd"]).assert_refused("odd");
    fs::create_dir_all(home.root().join("hollow/.git")).unwrap();
    assert_eq!(home.run(&["hollow"]).code, 2);
}

#[test]
fn a_loose_object_that_is_cut_short_or_garbage() {
    let damages: [fn(&mut Vec<u8>); 5] = [
        |bytes| bytes.truncate(bytes.len() / 2),
        Vec::clear,
        |bytes| bytes.fill(b'x'),
        |bytes| bytes.truncate(bytes.len() - 1),
        |bytes| {
            let middle = bytes.len() / 2;
            bytes[middle] ^= 0x40;
        },
    ];
    for damage in damages {
        is_named(|repo| {
            let id = repo.id("HEAD:victim.bin");
            rewrite(&repo.loose(&id), damage);
            names(&id, "victim.bin")
        });
    }
    for damage in &damages[..3] {
        for revision in ["HEAD", "HEAD^{tree}", "HEAD:folder"] {
            is_named(|repo| {
                let [id, head] = [repo.id(revision), repo.id("HEAD")];
                rewrite(&repo.loose(&id), damage);
                vec![id[..8].to_owned(), head[..8].to_owned(), "refs/heads/main".to_owned()]
            });
        }
    }
}

#[test]
fn an_object_that_is_missing() {
    for (revision, path) in [
        ("HEAD:victim.bin", "victim.bin"),
        ("HEAD^{tree}", "refs/heads/main"),
        ("HEAD:folder", "folder"),
        ("HEAD", "refs/heads/main"),
        ("HEAD~1", "refs/heads/main"),
        ("HEAD~1^{tree}", "refs/heads/main"),
    ] {
        is_named(|repo| {
            let id = repo.id(revision);
            fs::remove_file(repo.loose(&id)).unwrap();
            names(&id, path)
        });
    }
    is_named(|repo| {
        repo.git(&["tag", "-a", "v1", "-m", "one"]);
        let id = repo.id("v1");
        fs::remove_file(repo.loose(&id)).unwrap();
        names(&id, "refs/tags/v1")
    });
}

/// What a tree says of a name is not what lies there.
#[test]
fn an_entry_of_the_wrong_kind() {
    let tree = |repo: &Repo, mode: &str, id: &str| {
        repo.object("tree", [format!("{mode} wrong\0").as_bytes(), &raw(id)].concat())
    };
    for mode in ["100644", "40000", "160000", "0", "777777", "120755"] {
        let (repo, secret) = (Repo::with_commit(), token(1));
        let blob = repo.object("blob", &secret);
        let inner = tree(&repo, "100644", &blob);
        for id in [&blob, &inner] {
            let outer = tree(&repo, mode, id);
            repo.write(".git/refs/heads/wrong", format!("{outer}\n"));
            let run = repo.run(&[]);
            let is_submodule = mode == "160000";
            assert!(is_submodule || run.secrets().contains(secret.as_str()), "{mode}: {}", run.out);
        }
        // The message of a commit that only a tree leads to.
        let head = repo.id("HEAD^{tree}");
        let commit = repo.git(&["commit-tree", "-m", &secret, &head]);
        let outer = tree(&repo, mode, &commit);
        repo.write(".git/refs/heads/wrong", format!("{outer}\n"));
        let run = repo.run(&[]);
        assert!(run.code != 0 || mode == "160000", "{mode}: {}", run.out);
    }
}

#[test]
fn an_object_of_the_wrong_kind() {
    // A commit whose tree is a blob, and one that is no commit at all.
    is_named(|repo| {
        let blob = repo.id("HEAD:victim.bin");
        let commit =
            format!("tree {blob}\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n\nx\n");
        let commit = repo.object("commit", commit);
        repo.write(".git/refs/heads/wrong", format!("{commit}\n"));
        vec![blob[..8].to_owned(), commit[..8].to_owned()]
    });
    for (kind, text) in [("commit", "no commit\n"), ("tree", "no tree\n"), ("tag", "no tag\n")] {
        is_named(|repo| {
            let id = repo.object(kind, text);
            repo.write(".git/refs/heads/wrong", format!("{id}\n"));
            names(&id, "refs/heads/wrong")
        });
    }
}

/// What was not selected is not missing.
#[test]
fn an_unreachable_object_that_is_broken() {
    for (kind, text) in [("commit", "no commit\n"), ("tree", "no tree\n"), ("blob", "a blob\n")] {
        for cut in [false, true] {
            let (repo, secret) = (Repo::with_commit(), token(1));
            repo.commit("file.txt", &secret);
            let id = repo.object(kind, text);
            if cut {
                rewrite(&repo.loose(&id), |bytes| bytes.truncate(bytes.len() / 2));
            }
            repo.run(&[]).assert_finds(&[&secret]);
            if cut || kind != "blob" {
                repo.run(&["--all-objects"]).assert_incomplete(&[&secret], &[&id[..8]]);
            }
        }
    }
}

#[test]
fn a_file_without_permission() {
    let probe = Repo::with_commit();
    let path = probe.loose(&probe.id("HEAD:readme.txt"));
    fs::set_permissions(&path, Permissions::from_mode(0o000)).unwrap();
    if fs::read(&path).is_ok() {
        println!("not checked: files without permission, because this user may read everything");
        return;
    }
    is_named(|repo| {
        let id = repo.id("HEAD:victim.bin");
        fs::set_permissions(repo.loose(&id), Permissions::from_mode(0o000)).unwrap();
        names(&id, "victim.bin")
    });
    is_named_when(repack, |repo| {
        fs::set_permissions(&repo.packs("idx")[0], Permissions::from_mode(0o000)).unwrap();
        vec!["pack-".to_owned(), "refs/heads/main".to_owned()]
    });
}

#[test]
fn a_pack_with_a_wrong_byte() {
    is_named_when(repack, |repo| {
        rewrite(&repo.packs("pack")[0], |bytes| {
            let middle = bytes.len() / 2;
            bytes[middle] ^= 0x40;
        });
        names(&repo.id("HEAD:victim.bin"), "victim.bin")
    });
}

#[test]
fn a_pack_that_is_cut_short() {
    is_named_when(repack, |repo| {
        let id = repo.id("HEAD:victim.bin");
        rewrite(&repo.packs("pack")[0], |bytes| bytes.truncate(bytes.len() / 2));
        vec![id[..8].to_owned(), "victim.bin".to_owned(), "pack-".to_owned()]
    });
    is_named_when(repack, |repo| {
        rewrite(&repo.packs("pack")[0], Vec::clear);
        vec!["pack-".to_owned(), "refs/heads/main".to_owned()]
    });
}

#[test]
fn an_index_of_a_pack_that_is_broken_or_gone() {
    for keep in [0, 7, 500, 1100] {
        is_named_when(repack, |repo| {
            let id = repo.id("HEAD");
            rewrite(&repo.packs("idx")[0], |bytes| bytes.truncate(keep));
            vec![id[..8].to_owned(), "pack-".to_owned(), "refs/heads/main".to_owned()]
        });
    }
    is_named_when(repack, |repo| {
        let id = repo.id("HEAD");
        fs::remove_file(&repo.packs("idx")[0]).unwrap();
        vec![id[..8].to_owned(), "pack-".to_owned(), "refs/heads/main".to_owned()]
    });
}

#[test]
fn an_index_that_is_broken() {
    let damages: [fn(&mut Vec<u8>); 4] = [
        |bytes| bytes.truncate(20),
        |bytes| bytes.fill(b'x'),
        |bytes| bytes.truncate(bytes.len() - 30),
        Vec::clear,
    ];
    for damage in damages {
        let repo = Repo::with_commit();
        repo.write("staged.txt", token(1));
        repo.git(&["add", "staged.txt"]);
        rewrite(&repo.root().join(".git/index"), damage);
        repo.run(&["--staged"]).assert_incomplete(&[], &["index"]);
        repo.run(&[]).assert_finds(&[]);
    }
}

#[test]
fn staged_content_that_is_broken() {
    for (damage, control) in [(0, false), (0, true), (1, true)] {
        let repo = Repo::with_commit();
        repo.write("victim.txt", "what breaks\n");
        if control {
            repo.write("control.txt", token(1));
        }
        repo.git(&["add", "-A"]);
        let path = repo.loose(&repo.id(":victim.txt"));
        if damage == 0 {
            fs::remove_file(path).unwrap();
        } else {
            rewrite(&path, |bytes| bytes.truncate(5));
        }
        let expected = if control { vec![token(1)] } else { vec![] };
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        repo.run(&["--staged"]).assert_incomplete(&expected, &["victim.txt"]);
    }
    // Without HEAD's tree nobody knows which lines are new: all of them, and it is said.
    let repo = Repo::with_commit();
    repo.write("file.txt", token(1));
    repo.git(&["add", "-A"]);
    fs::remove_file(repo.loose(&repo.id("HEAD^{tree}"))).unwrap();
    let run = repo.run(&["--staged"]);
    assert!(run.code == 1 || run.code == 3, "{}", run.err);
    assert_eq!(run.report["complete"], false, "{}", run.out);
}

#[test]
fn a_range_with_a_broken_commit() {
    let (repo, secret) = (Repo::with_commit(), token(1));
    repo.commit("a.txt", "one\n");
    let blob = repo.id("HEAD:a.txt");
    repo.commit("a.txt", "two\n");
    repo.commit("b.txt", &secret);
    fs::remove_file(repo.loose(&blob)).unwrap();
    repo.run(&["--range", "HEAD~3..HEAD"]).assert_incomplete(&[&secret], &["a.txt", &blob[..8]]);
    repo.run(&["--range", "HEAD~1..HEAD"]).assert_finds(&[&secret]);
}

#[test]
fn one_of_several_submodules_is_broken() {
    let (repo, secret) = (Repo::with_commit(), token(1));
    repo.commit("file.txt", &secret);
    let [good, bad] = [repo.beside("repo/.git/modules/good"), repo.beside("repo/.git/modules/bad")];
    for part in [&good, &bad] {
        let work = repo.beside("work");
        repo.git(&["init", "-q", "-b", "main", &work.path("")]);
        work.commit("part.txt", token(2));
        fs::create_dir_all(part.root().parent().unwrap()).unwrap();
        fs::rename(work.root().join(".git"), part.root()).unwrap();
    }
    rewrite(&bad.root().join("refs/heads/main"), Vec::clear);
    repo.run(&[]).assert_incomplete(&[&secret, &token(2)], &["modules/bad"]);
}
