//! `keylint explain` of what a commit holds or held.

use crate::fixture::Repo;
use crate::material::token;

fn explain(repo: &Repo, place: &str) -> (i32, String) {
    let run = repo.keylint("", &["explain", place, "--no-config"], &[], b"");
    (run.code, format!("{}{}", run.out, run.err))
}

#[test]
fn a_place_of_a_commit_is_explained_as_reports_write_it() {
    let repo = Repo::with_commit();
    let first = repo.commit("conf/z.sh", format!("# first\nTOKEN={}\n", token(1)));
    repo.commit("conf/z.sh", "nothing\n");
    let short = first.get(..8).unwrap();
    let (code, text) = explain(&repo, &format!("{short}:conf/z.sh:2"));
    assert_eq!(code, 0, "{text}");
    assert!(text.contains(&format!("{short}:conf/z.sh:2:7 ")), "{text}");
    assert!(
        text.contains(": reported") && text.contains("what became of each candidate"),
        "{text}"
    );
    assert!(!text.contains(&token(1)), "{text}");
    let (code, text) = explain(&repo, "HEAD:conf/z.sh:1");
    assert_eq!((code, text.contains("no rule tried anything")), (0, true), "{text}");
}

#[test]
fn what_no_commit_holds_is_a_bad_instruction() {
    let repo = Repo::with_commit();
    for (place, said) in [
        ("HEAD:no/such/file:1", "`no/such/file` does not exist"),
        ("no-such-branch:x:1", "leads to no commit"),
    ] {
        let (code, text) = explain(&repo, place);
        assert_eq!((code, text.contains(said)), (2, true), "{text}");
    }
}
