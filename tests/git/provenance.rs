//! Where a secret comes from and where it still is: commits, people, paths, refs, remotes.

use serde_json::{Value, json};

use crate::fixture::{Repo, START};
use crate::material::{lines, token};

const DAY: u64 = 86_400;

fn history(repo: &Repo, secret: &str) -> Value {
    let run = repo.run(&[]);
    let history = run.finding(secret)["history"].clone();
    assert!(history.is_object(), "no history: {}", run.finding(secret));
    history
}

/// A commit as the report shows it, told by git.
fn shown(repo: &Repo, id: &str) -> Value {
    let format = "--format=%H%n%an <%ae>%n%ct%n%s";
    let text = repo.git(&["show", "-s", format, id]);
    let lines: Vec<&str> = text.lines().collect();
    let seconds: u64 = lines[2].parse().unwrap();
    let (day, second) = ((seconds - START) / DAY, seconds % DAY);
    assert!(day < 31, "dates of these tests are in January 2024");
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let date = format!("2024-01-{:02}T{hour:02}:{minute:02}:{second:02}Z", day + 1);
    json!({ "commit": lines[0], "author": lines[1], "date": date, "subject": lines[3] })
}

#[test]
fn first_and_last_commit() {
    let (repo, secret) = (Repo::with_commit(), token(1));
    repo.set_clock(START + 3 * DAY);
    let first = repo.commit("file.txt", format!("{secret}\n"));
    repo.set_clock(START + 4 * DAY);
    repo.commit("file.txt", format!("{secret}\nmore\n"));
    repo.set_clock(START + 5 * DAY + 3723);
    repo.commit("file.txt", format!("{secret}\neven more\n"));
    // The last that has it, not the last that changed it.
    let last = repo.commit("unrelated.txt", "unrelated\n");
    repo.commit_deletion("file.txt");
    let history = history(&repo, &secret);
    assert_eq!(history["first"], shown(&repo, &first));
    assert_eq!(history["last"], shown(&repo, &last));
    assert_eq!(history["paths"], json!(["file.txt"]));
    assert_eq!(history["versions"], 3);
    assert_eq!((&history["in_head"], &history["reachable"]), (&json!(false), &json!(true)));
    assert_eq!(history["refs"], json!(["refs/heads/main"]));
}

#[test]
fn still_there() {
    let (repo, secret) = (Repo::with_commit(), token(1));
    let id = repo.commit("file.txt", &secret);
    let head = repo.commit("unrelated.txt", "unrelated\n");
    let there = history(&repo, &secret);
    assert_eq!((&there["in_head"], &there["versions"]), (&json!(true), &json!(1)));
    assert_eq!((&there["first"], &there["last"]), (&shown(&repo, &id), &shown(&repo, &head)));
    repo.git(&["switch", "-q", "-c", "other", "HEAD~2"]);
    assert_eq!(history(&repo, &secret)["in_head"], false);
    repo.git(&["switch", "-q", "--detach", "main"]);
    assert_eq!(history(&repo, &secret)["in_head"], true);
}

#[test]
fn paths_after_a_rename_and_copies() {
    let (repo, secret) = (Repo::with_commit(), token(1));
    let text = format!("{}{secret}\n", lines(5));
    let first = repo.commit("b/old.txt", &text);
    repo.git(&["mv", "b/old.txt", "new.txt"]);
    repo.commit_all("Rename");
    repo.write("a/copy.txt", &text);
    repo.commit_all("Copy");
    repo.commit("new.txt", format!("{text}more\n"));
    let run = repo.run(&[]);
    let history = &run.finding(&secret)["history"];
    let mut paths: Vec<&str> =
        history["paths"].as_array().unwrap().iter().map(|path| path.as_str().unwrap()).collect();
    paths.sort_unstable();
    assert_eq!(paths, ["a/copy.txt", "b/old.txt", "new.txt"]);
    assert_eq!(history["versions"], 2);
    assert_eq!(history["first"]["commit"], first);
    assert_eq!(run.origins(&secret)[0], format!("{}:b/old.txt", &first[..8]));
}

#[test]
fn the_folder_that_moved_and_the_same_tree_twice() {
    let (repo, secret) = (Repo::with_commit(), token(1));
    let first = repo.commit("src/deep/file.txt", &secret);
    repo.git(&["mv", "src", "lib"]);
    repo.commit_all("Move");
    let history = history(&repo, &secret);
    assert_eq!(history["first"], shown(&repo, &first));
    let paths = history["paths"].as_array().unwrap();
    assert_eq!(paths.len(), 2, "{paths:?}");
    assert!(
        paths.contains(&json!("src/deep/file.txt")) && paths.contains(&json!("lib/deep/file.txt"))
    );
}

#[test]
fn refs_that_have_it() {
    let (repo, secret) = (Repo::with_commit(), token(1));
    repo.git(&["branch", "before"]);
    repo.git(&["tag", "v0"]);
    repo.commit("file.txt", &secret);
    repo.git(&["tag", "v1"]);
    repo.commit_deletion("file.txt");
    repo.git(&["tag", "-a", "v2", "-m", "two"]);
    repo.git(&["switch", "-q", "-c", "side", "v1"]);
    repo.commit("side.txt", "side\n");
    let refs = history(&repo, &secret)["refs"].clone();
    assert_eq!(refs, json!(["refs/heads/main", "refs/heads/side", "refs/tags/v1", "refs/tags/v2"]));
}

#[test]
fn whether_a_remote_has_it() {
    let (origin, [published, own]) = (Repo::with_commit(), [token(1), token(2)]);
    origin.commit("file.txt", &published);
    assert!(history(&origin, &published)["on_remote"].is_null(), "it has no remote");
    let repo = origin.clone_as("clone", &[]);
    repo.commit("own.txt", &own);
    assert_eq!(history(&repo, &published)["on_remote"], true);
    assert_eq!(history(&repo, &own)["on_remote"], false);
    origin.git(&["switch", "-q", "--detach"]);
    repo.git(&["push", "-q", "origin", "main"]);
    assert_eq!(history(&repo, &own)["on_remote"], true);
    repo.git(&["remote", "remove", "origin"]);
    assert!(history(&repo, &own)["on_remote"].is_null());
}

#[test]
fn the_first_commit_is_the_oldest_by_descent_not_by_date() {
    let (repo, secret) = (Repo::with_commit(), token(1));
    repo.set_clock(START + 20 * DAY);
    let first = repo.commit("file.txt", &secret);
    repo.set_clock(START + 2 * DAY);
    repo.commit("file.txt", format!("{secret}\nmore\n"));
    let last = repo.commit("file.txt", format!("{secret}\nmost\n"));
    let history = history(&repo, &secret);
    assert_eq!(
        (&history["first"]["commit"], &history["last"]["commit"]),
        (&json!(first), &json!(last))
    );
}

#[test]
fn content_of_two_branches_is_of_the_older_commit() {
    let (repo, secret) = (Repo::with_commit(), token(1));
    repo.git(&["switch", "-q", "-c", "side"]);
    repo.set_clock(START + 3 * DAY);
    let first = repo.commit("side.txt", &secret);
    repo.git(&["switch", "-q", "main"]);
    repo.set_clock(START + 6 * DAY);
    repo.commit("main.txt", &secret);
    let run = repo.run(&[]);
    assert_eq!(run.finding(&secret)["history"]["first"]["commit"], first);
}

#[test]
fn a_secret_that_came_back() {
    let (repo, secret) = (Repo::with_commit(), token(1));
    let first = repo.commit("file.txt", &secret);
    repo.commit_deletion("file.txt");
    repo.commit("file.txt", &secret);
    let history = history(&repo, &secret);
    assert_eq!(history["first"]["commit"], first);
    assert_eq!((&history["in_head"], &history["versions"]), (&json!(true), &json!(1)));
}

#[test]
fn a_message_has_a_history_too() {
    let (repo, secret) = (Repo::with_commit(), token(1));
    let id = repo.commit_all(&format!("Use\n\n{secret}"));
    let history = history(&repo, &secret);
    assert_eq!((&history["first"]["commit"], &history["last"]["commit"]), (&json!(id), &json!(id)));
    assert_eq!((&history["first"]["subject"], &history["paths"]), (&json!("Use"), &json!([])));
}

#[test]
fn a_secret_in_a_subject_or_a_name_is_masked() {
    let (repo, [subject, name, content]) = (Repo::with_commit(), [token(1), token(2), token(3)]);
    repo.write("file.txt", &content);
    repo.write(&name, &content);
    repo.git(&["add", "-A"]);
    let arguments = ["commit", "-q", "-m", &format!("Use {subject} now")];
    repo.git_with(&arguments, &[("GIT_AUTHOR_NAME", &name)], b"");
    for format in ["json", "sarif", "text"] {
        let run = repo.keylint("", &["git", "--no-config", "--format", format], &[], b"");
        assert_eq!(run.code, 1, "{}", run.err);
        for secret in [&subject, &content] {
            assert!(
                !run.out.contains(secret) && !run.err.contains(secret),
                "{format}: {}",
                run.out
            );
        }
        assert!(run.out.contains("Use ghp_"), "{format}: the subject is not shown: {}", run.out);
    }
    let run = repo.keylint("", &["git", "--no-config", "--format", "json"], &[], b"");
    let report: Value = serde_json::from_str(&run.out).unwrap();
    let first = &report["findings"][0]["history"]["first"];
    assert!(!first.to_string().contains(&name), "{first}");
}

#[test]
fn people_are_told_in_two_lines() {
    let (repo, secret) = (Repo::with_commit(), token(1));
    let first = repo.commit("file.txt", &secret);
    repo.commit("file.txt", format!("{secret}\nmore\n"));
    let last = repo.commit_all("Nothing of it");
    let run = repo.keylint("", &["git", "--no-config"], &[], b"");
    assert_eq!(run.code, 1, "{}", run.err);
    let about: Vec<&str> = run.out.lines().filter(|line| line.contains("2024-01-01")).collect();
    assert!((1..=2).contains(&about.len()), "{}", run.out);
    for word in [&first[..8], "Ada", "Change file.txt", "refs/heads/main", "file.txt"] {
        let short = word.strip_prefix("refs/heads/").unwrap_or(word);
        assert!(run.out.contains(short), "{word} is not in {}", run.out);
    }
    assert!(!run.out.contains(&last[..8]), "{}", run.out);
}

#[test]
fn sarif_says_where_in_the_repository() {
    let (repo, secret) = (Repo::with_commit(), token(1));
    let id = repo.commit("src/file.txt", &secret);
    let run = repo.keylint("", &["git", "--no-config", "--format", "sarif"], &[], b"");
    let report: Value = serde_json::from_str(&run.out).unwrap();
    let result = &report["runs"][0]["results"][0];
    let uri = &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert!(uri.as_str().unwrap().ends_with("src/file.txt"), "{uri}");
    assert!(run.out.contains(&id[..8]), "{}", run.out);
}
