//! References and alternates that lead nowhere, and those that only look so.

use crate::broken::{UNKNOWN, is_named};
use crate::fixture::Repo;
use crate::material::token;

#[test]
fn refs_that_lead_nowhere() {
    for text in [UNKNOWN, "garbage", "", "ref: ", "ref: ../../../etc/passwd"] {
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
