//! However git keeps objects, they are the same objects.

use std::fs;

use crate::fixture::Repo;
use crate::material::{lines, noise, token};

/// A long file with twenty versions. Each of three has a secret that no other has: the first, one in the middle, the last but one.
fn with_versions() -> (Repo, [String; 3]) {
    let (repo, secrets) = (Repo::with_commit(), [token(1), token(2), token(3)]);
    let text = lines(300);
    for number in 0..20 {
        let line = match number {
            0 => &secrets[0],
            9 => &secrets[1],
            18 => &secrets[2],
            _ => "nothing",
        };
        repo.commit("folder/long.txt", format!("{text}{line}\nversion {number}\n{text}"));
    }
    (repo, secrets)
}

#[track_caller]
fn assert_all(repo: &Repo, secrets: &[String]) {
    repo.run(&[]).assert_finds(&secrets.iter().map(String::as_str).collect::<Vec<_>>());
}

/// How many objects of the packs are stored as differences.
fn deltas(repo: &Repo) -> usize {
    let indexes = repo.packs("idx");
    let lists = indexes.iter().map(|path| {
        let list = repo.git(&["verify-pack", "-v", path.to_str().unwrap()]);
        list.lines().filter(|line| line.split_whitespace().count() == 7).count()
    });
    lists.sum()
}

#[test]
fn loose_objects() {
    let (repo, secrets) = with_versions();
    assert!(repo.packs("pack").is_empty());
    assert_all(&repo, &secrets);
}

#[test]
fn one_pack_with_deltas_by_offset() {
    let (repo, secrets) = with_versions();
    repo.git(&["repack", "-adfq", "--depth=50", "--window=50"]);
    assert!(deltas(&repo) > 15);
    assert_all(&repo, &secrets);
}

#[test]
fn deltas_by_reference() {
    let (repo, secrets) = with_versions();
    repo.git(&["config", "repack.useDeltaBaseOffset", "false"]);
    repo.git(&["repack", "-adfq", "--depth=50", "--window=50"]);
    assert!(deltas(&repo) > 15);
    assert_all(&repo, &secrets);
}

#[test]
fn several_packs_and_loose_objects() {
    let (repo, [first, second, loose]) = (Repo::with_commit(), [token(1), token(2), token(3)]);
    repo.commit("a.txt", &first);
    repo.git(&["repack", "-dq"]);
    repo.commit("b.txt", &second);
    repo.git(&["repack", "-dq"]);
    repo.commit("c.txt", &loose);
    assert_eq!(repo.packs("pack").len(), 2);
    assert_all(&repo, &[first, second, loose]);
}

#[test]
fn packs_of_limited_size() {
    let (repo, secrets) = with_versions();
    for number in 0..4 {
        repo.commit(&format!("noise-{number}.bin"), noise(&number.to_string(), 900 << 10));
    }
    repo.git(&["-c", "pack.packSizeLimit=1m", "repack", "-adfq"]);
    assert!(repo.packs("pack").len() > 2);
    assert_all(&repo, &secrets);
}

#[test]
fn a_thin_pack_that_was_completed() {
    let (repo, secrets) = with_versions();
    let receiver = repo.clone_as("receiver", &["--bare"]);
    receiver.git(&["repack", "-adq"]);
    let new = token(4);
    let file = fs::read_to_string(repo.root().join("folder/long.txt")).unwrap();
    let id = repo.commit("folder/long.txt", file.replace("nothing", &new));
    let revisions = format!("{id}\n^{id}~1\n");
    let arguments = ["pack-objects", "-q", "--thin", "--stdout", "--revs"];
    let (status, bytes, err) = repo.try_git(&arguments, &[], revisions.as_bytes());
    assert!(status.success(), "{err}");
    let arguments = ["index-pack", "--stdin", "--fix-thin"];
    receiver.git_with(&arguments, &[], &bytes);
    receiver.git(&["update-ref", "refs/heads/new", &id]);
    assert!(receiver.packs("pack").len() == 2 && deltas(&receiver) > 0);
    let [a, b, c] = secrets;
    assert_all(&receiver, &[a, b, c, new]);
}

#[test]
fn an_alternate() {
    let (repo, secrets) = with_versions();
    let sharing = repo.beside("sharing");
    repo.git(&["clone", "-q", "--shared", &repo.path(""), &sharing.path("")]);
    assert!(sharing.root().join(".git/objects/info/alternates").exists());
    let own = token(4);
    sharing.commit("own.txt", &own);
    let run = sharing.run(&[]);
    let [a, b, c] = &secrets;
    run.assert_finds(&[a, b, c, &own]);
    let notes = run.report["notes"].to_string();
    assert!(notes.contains(&repo.path(".git/objects")), "{notes}");
}

#[test]
fn an_alternate_of_an_alternate_named_relatively() {
    let (repo, secrets) = with_versions();
    repo.git(&["repack", "-adq"]);
    let [middle, last] = [repo.beside("middle"), repo.beside("last")];
    repo.git(&["clone", "-q", "--shared", &repo.path(""), &middle.path("")]);
    repo.git(&["clone", "-q", "--shared", &middle.path(""), &last.path("")]);
    middle.write(".git/objects/info/alternates", "../../../repo/.git/objects\n");
    last.write(".git/objects/info/alternates", "# comment\n../../../middle/.git/objects\n");
    assert!(last.packs("pack").is_empty());
    assert_all(&last, &secrets);
}

#[test]
fn auxiliary_files_of_the_store() {
    let (repo, secrets) = with_versions();
    repo.git(&["repack", "-adq", "--write-bitmap-index"]);
    assert_eq!(repo.packs("bitmap").len(), 1);
    repo.git(&["commit-graph", "write", "--reachable", "--changed-paths"]);
    assert!(repo.root().join(".git/objects/info/commit-graph").exists());
    repo.commit("more.txt", "more\n");
    repo.git(&["repack", "-dq"]);
    repo.git(&["multi-pack-index", "write", "--bitmap"]);
    assert!(repo.root().join(".git/objects/pack/multi-pack-index").exists());
    assert_all(&repo, &secrets);
    repo.git(&["commit-graph", "write", "--reachable", "--split"]);
    assert_all(&repo, &secrets);
}

/// What speeds up git must not decide what is seen.
#[test]
fn a_commit_graph_that_lies() {
    let (repo, secret) = (Repo::with_commit(), token(1));
    repo.commit("old.txt", &secret);
    repo.commit_deletion("old.txt");
    repo.git(&["commit-graph", "write", "--reachable"]);
    let graph = repo.root().join(".git/objects/info/commit-graph");
    let mut bytes = fs::read(&graph).unwrap();
    // In the data of each commit, say that there is no first parent.
    let at = bytes.windows(4).position(|word| word == b"CDAT").unwrap() + 4;
    let start = u64::from_be_bytes(bytes[at..at + 8].try_into().unwrap());
    let start = usize::try_from(start).unwrap();
    for commit in 0..3 {
        let parent = start + commit * 36 + 20;
        bytes[parent..parent + 4].copy_from_slice(&0x7000_0000_u32.to_be_bytes());
    }
    fs::remove_file(&graph).unwrap();
    fs::write(&graph, bytes).unwrap();
    let run = repo.run(&[]);
    assert!(run.secrets().contains(secret.as_str()), "{}", run.out);
}

#[test]
fn an_object_in_two_packs_and_loose_is_one() {
    let (repo, secret) = (Repo::with_commit(), token(1));
    repo.commit("file.txt", &secret);
    repo.git(&["repack", "-aq"]);
    let copy = repo.clone_as("copy", &[]);
    copy.commit("more.txt", "more\n");
    copy.git(&["repack", "-adq"]);
    for path in copy.packs("pack").into_iter().chain(copy.packs("idx")) {
        let name = path.file_name().unwrap();
        fs::copy(&path, repo.root().join(".git/objects/pack").join(name)).unwrap();
    }
    assert_eq!(repo.packs("pack").len(), 2);
    let run = repo.run(&[]);
    run.assert_finds(&[&secret]);
    assert_eq!((run.origins(&secret).len(), run.count("blobs")), (1, 2));
}
