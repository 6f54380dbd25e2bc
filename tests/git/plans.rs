//! What plans say of secrets in a history.

use std::fs;

use tempfile::TempDir;

use crate::fixture::Repo;
use crate::material::{private_key, token};

fn plan(repo: &Repo) -> String {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("plan.md");
    let arguments = ["git", "--no-config", "--plan", file.to_str().unwrap()];
    let run = repo.keylint("", &arguments, &[], b"");
    assert_eq!(run.code, 1, "{}", run.err);
    fs::read_to_string(file).unwrap()
}

#[track_caller]
fn assert_says(plan: &str, words: &[&str]) {
    for wanted in words {
        assert!(plan.contains(wanted), "no `{wanted}` in\n{plan}");
    }
}

#[test]
fn what_was_pushed_comes_first_and_is_cleaned() {
    let repo = Repo::with_commit();
    repo.commit("z.sh", format!("TOKEN={}\n", token(1)));
    let clone = repo.clone_as("clone", &[]);
    clone.commit("a.sh", format!("TOKEN={}\n", token(2)));
    let plan = plan(&clone);
    assert_says(
        &plan,
        &[
            "It was pushed: everybody",
            "It was not pushed, as far as",
            "## Clean the history",
            "Cleaning does not replace rotation",
            "git filter-repo --sensitive-data-removal --replace-text",
        ],
    );
    let (pushed, own) = (plan.find("z.sh:1` |").unwrap(), plan.find("a.sh:1` |").unwrap());
    assert!(pushed < own, "{plan}");
    for secret in [token(1), token(2)] {
        assert!(!plan.contains(&secret), "{plan}");
    }
}

#[test]
fn what_was_not_pushed_needs_no_cleaning() {
    let repo = Repo::with_commit();
    let clone = repo.clone_as("clone", &[]);
    clone.commit("a.sh", format!("TOKEN={}\n", token(1)));
    let plan = plan(&clone);
    assert_says(&plan, &["It was not pushed, as far as", "git rebase -i"]);
    assert!(!plan.contains("## Clean the history"), "{plan}");
}

#[test]
fn what_is_no_longer_in_the_files_is_still_there() {
    let repo = Repo::with_commit();
    repo.commit("old.pem", private_key(1));
    repo.git(&["mv", "old.pem", "new.pem"]);
    repo.commit_all("Rename");
    repo.commit_deletion("new.pem");
    let plan = plan(&repo);
    assert!(!plan.contains("put_secret"), "nothing reads it any more:\n{plan}");
    assert_says(
        &plan,
        &[
            "no longer in the files of HEAD",
            "under `new.pem`, `old.pem`",
            "Whether it was pushed cannot be seen",
        ],
    );
}

#[test]
fn what_a_forge_knows_was_pushed() {
    let repo = Repo::with_commit();
    let clone = repo.clone_as("clone", &[]);
    clone.commit("a.sh", format!("TOKEN={}\n", token(1)));
    clone.git(&["update-ref", "refs/pull/7/head", "HEAD"]);
    clone.git(&["reset", "-q", "--hard", "HEAD~1"]);
    assert_says(&plan(&clone), &["It was pushed: everybody", "## Clean the history"]);
}
