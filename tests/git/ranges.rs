//! A part of the history: what its commits brought, and nothing that was there before.

use crate::fixture::{Repo, START};
use crate::material::{lines, policy, private_key, token};

const DAY: u64 = 86_400;

/// Three commits with a secret each; the ids of the commits.
fn with_three() -> (Repo, [String; 3], [String; 3]) {
    let (repo, secrets) = (Repo::with_commit(), [token(1), token(2), token(3)]);
    let names = ["one.txt", "two.txt", "three.txt"];
    let ids = [0, 1, 2].map(|number| repo.commit(names[number], &secrets[number]));
    (repo, ids, secrets)
}

#[test]
fn every_way_to_write_one() {
    let (repo, [one, two, _], [first, second, third]) = with_three();
    repo.git(&["tag", "-a", "v1", "-m", "one", &one]);
    for (range, expected) in [
        (format!("{one}..{two}"), vec![&second]),
        (format!("{one}.."), vec![&second, &third]),
        ("HEAD~1..HEAD".to_owned(), vec![&third]),
        ("v1..main".to_owned(), vec![&second, &third]),
        (format!("{}..refs/heads/main", &two[..10]), vec![&third]),
        ("main~3..main".to_owned(), vec![&first, &second, &third]),
        ("@~1..@".to_owned(), vec![&third]),
        ("HEAD^..".to_owned(), vec![&third]),
        ("v1^{commit}..HEAD~1".to_owned(), vec![&second]),
    ] {
        let run = repo.run(&["--range", &range]);
        run.assert_finds(&expected.iter().map(|secret| secret.as_str()).collect::<Vec<_>>());
    }
    // What HEAD does not have: nothing here, and something on another branch.
    repo.git(&["switch", "-q", "-c", "side", &one]);
    repo.commit("side.txt", token(4));
    repo.git(&["switch", "-q", "main"]);
    repo.run(&["--range", "..side"]).assert_finds(&[&token(4)]);
    // The commits of either side that the other has not.
    repo.run(&["--range", "main...side"]).assert_finds(&[&second, &third, &token(4)]);
}

#[test]
fn an_empty_range_is_clean_and_said() {
    let (repo, ids, _) = with_three();
    for range in ["HEAD..HEAD".to_owned(), format!("HEAD..{}", ids[0])] {
        let run = repo.run(&["--range", &range]);
        run.assert_finds(&[]);
        assert!(run.err.contains("0 "), "{}", run.err);
    }
}

#[test]
fn repositories_are_told_apart() {
    let (one, ids, secrets) = with_three();
    let two = one.clone_as("two", &[]);
    two.commit("other.txt", "harmless\n");
    let (secret, path) = (token(7), two.path(""));
    let id = two.commit("leak.txt", &secret);
    let run = one.run(&["--range", "HEAD~1..HEAD", ".", &path]);
    run.assert_finds(&[&secrets[2], &secret]);
    assert_eq!(run.finding(&secret)["history"]["first"]["commit"], id);
    assert_eq!(run.finding(&secrets[2])["history"]["first"]["commit"], ids[2]);
    assert!(run.origins(&secret)[0].starts_with(&path), "{:?}", run.origins(&secret));
}

#[test]
fn names_of_branches_may_have_many_parts() {
    let (repo, _, [.., third]) = with_three();
    repo.git(&["branch", "a/b/c/d/e/f/g/h/i/j/k/l"]);
    repo.run(&["--range", "HEAD~1..a/b/c/d/e/f/g/h/i/j/k/l"]).assert_finds(&[&third]);
}

#[test]
fn unknown_revisions_are_refused() {
    let (repo, ..) = with_three();
    repo.run(&["--range", "nowhere..HEAD"]).assert_refused("nowhere");
    repo.run(&["--range", "HEAD..nowhere"]).assert_refused("nowhere");
    let id = "1234567890123456789012345678901234567890";
    repo.run(&["--range", &format!("{id}..HEAD")]).assert_refused(id);
    let blob = repo.id("HEAD:one.txt");
    repo.run(&["--range", &format!("{blob}..HEAD")]).assert_refused(&blob[..8]);
    for range in ["HEAD", "", "--", "a..b..c"] {
        let run = repo.run(&["--range", range]);
        assert_eq!(run.code, 2, "{range:?}: {}", run.err);
    }
}

#[test]
fn only_new_lines_count() {
    let (repo, [old, new]) = (Repo::with_commit(), [token(1), token(2)]);
    repo.commit("file.txt", format!("{}{old}\n", lines(9)));
    repo.commit("file.txt", format!("first\n{}{old}\n", lines(9)));
    repo.commit("file.txt", format!("first\n{}{old}\n{new}\n", lines(9)));
    let run = repo.run(&["--range", "HEAD~2..HEAD"]);
    run.assert_finds(&[&new]);
    assert_eq!(run.finding(&new)["places"][0]["start"]["line"], 12);
    assert_eq!(run.origins(&new), [format!("{}:file.txt", &repo.id("HEAD")[..8])]);
}

#[test]
fn one_changed_line_of_a_private_key() {
    let (repo, key) = (Repo::with_commit(), private_key(1));
    repo.commit("key.pem", format!("{key}\n"));
    let other = private_key(2);
    let (middle, new) = (key.lines().nth(3).unwrap(), other.lines().nth(3).unwrap());
    repo.commit("key.pem", format!("{}\n", key.replace(middle, new)));
    repo.commit("key.pem", "gone\n");
    let run = repo.run(&["--range", "HEAD~2..HEAD"]);
    assert_eq!((run.code, run.secrets().len()), (1, 1), "{}", run.out);
}

#[test]
fn what_a_merge_brought_from_a_is_not_new() {
    let (repo, [base, theirs]) = (Repo::with_commit(), [token(1), token(2)]);
    repo.git(&["switch", "-q", "-c", "feature"]);
    repo.commit("feature.txt", "nothing\n");
    repo.git(&["switch", "-q", "main"]);
    repo.commit("main.txt", format!("{base}\n{}", lines(9)));
    repo.git(&["switch", "-q", "feature"]);
    repo.git(&["merge", "-q", "-m", "Merge main", "main"]);
    repo.run(&["--range", "main..feature"]).assert_finds(&[]);
    // And what comes from a third branch is.
    repo.git(&["switch", "-q", "-c", "third", "main~1"]);
    repo.commit("third.txt", &theirs);
    repo.git(&["switch", "-q", "feature"]);
    repo.git(&["merge", "-q", "-m", "Merge third", "third"]);
    repo.run(&["--range", "main..feature"]).assert_finds(&[&theirs]);
    // A file that both sides changed: each line of the merge is of one side.
    repo.git(&["switch", "-q", "main"]);
    repo.commit("main.txt", format!("{base}\n{}at the end\n", lines(9)));
    repo.git(&["switch", "-q", "feature"]);
    repo.commit("main.txt", format!("at the start\n{base}\n{}", lines(9)));
    repo.git(&["merge", "-q", "-m", "Merge main again", "main"]);
    repo.run(&["--range", "main..feature"]).assert_finds(&[&theirs]);
}

#[test]
fn content_that_was_born_in_a_merge() {
    let (repo, secret) = (Repo::with_commit(), token(1));
    repo.git(&["switch", "-q", "-c", "feature"]);
    repo.commit("feature.txt", "nothing\n");
    repo.git(&["switch", "-q", "main"]);
    repo.commit("main.txt", "nothing\n");
    repo.git(&["switch", "-q", "feature"]);
    repo.git(&["merge", "-q", "--no-commit", "main"]);
    repo.write("main.txt", format!("nothing\n{secret}\n"));
    repo.commit_all("Merge main");
    repo.commit("main.txt", "nothing\n");
    repo.run(&["--range", "main..feature"]).assert_finds(&[&secret]);
}

#[test]
fn added_and_deleted_inside() {
    let (repo, secret) = (Repo::with_commit(), token(1));
    repo.commit("file.txt", format!("clean\n{secret}\n"));
    repo.commit("file.txt", "clean\n");
    repo.commit_deletion("file.txt");
    repo.run(&["--range", "HEAD~3..HEAD"]).assert_finds(&[&secret]);
    repo.run(&["--range", "HEAD~2..HEAD"]).assert_finds(&[]);
}

#[test]
fn a_rename_is_nothing_new() {
    let (repo, secret) = (Repo::with_commit(), token(1));
    repo.commit("old.txt", format!("{}{secret}\n", lines(20)));
    repo.git(&["mv", "old.txt", "new.txt"]);
    repo.commit_all("Rename");
    repo.git(&["mv", "new.txt", "newer.txt"]);
    repo.commit_all("Rename again");
    repo.run(&["--range", "HEAD~2..HEAD"]).assert_finds(&[]);
    repo.git(&["revert", "--no-edit", "HEAD"]);
    repo.run(&["--range", "HEAD~1..HEAD"]).assert_finds(&[]);
}

#[test]
fn messages_inside() {
    let (repo, [before, message, tag]) = (Repo::with_commit(), [token(1), token(2), token(3)]);
    repo.commit_all(&before);
    repo.commit_all(&message);
    repo.git(&["tag", "-a", "v1", "-m", &tag]);
    let run = repo.run(&["--range", "HEAD~1..HEAD"]);
    run.assert_finds(&[&message]);
    assert_eq!(run.origins(&message), [format!("{} (commit message)", &repo.id("HEAD")[..8])]);
    let _ = tag;
}

#[test]
fn policies_as_they_are_at_the_end() {
    let repo = Repo::with_commit();
    let rules = |range: &str| {
        let run = repo.run(&["--only", "policy", "--range", range]);
        run.policy_rules().contains("admin-star")
    };
    repo.commit("policy.json", policy("admin-star"));
    assert!(rules("HEAD~1..HEAD"));
    repo.commit("other.txt", "other\n");
    assert!(!rules("HEAD~1..HEAD"), "the document did not change");
    repo.commit("policy.json", "{}\n");
    assert!(!rules("HEAD~3..HEAD"), "it is put right at the end");
}

#[test]
fn since_a_date() {
    let (repo, [old, new]) = (Repo::with_commit(), [token(1), token(2)]);
    repo.set_clock(START + 10 * DAY);
    repo.commit("old.txt", &old);
    repo.set_clock(START + 20 * DAY);
    let first = repo.commit("new.txt", &new);
    // 2024-01-01 and ten days; and the moments around the second commit.
    let date = repo.git(&["show", "-s", "--format=%ct", &first]).parse::<u64>().unwrap();
    for (since, expected) in [
        ("2024-01-01".to_owned(), vec![&old, &new]),
        ("2024-01-11".to_owned(), vec![&old, &new]),
        ("2024-01-12".to_owned(), vec![&new]),
        (format!("@{date}"), vec![&new]),
        (format!("@{}", date + 1), vec![]),
        ("2025-01-01".to_owned(), vec![]),
    ] {
        let run = repo.run(&["--since", &since]);
        run.assert_finds(&expected.iter().map(|secret| secret.as_str()).collect::<Vec<_>>());
    }
    for since in ["yesterday", "2024-13-01", "", "@", "2024-01"] {
        let run = repo.run(&["--since", since]);
        assert!(run.code == 2 && run.err.contains("expected a day"), "{since:?}: {}", run.err);
    }
}

/// A child may be older than its parent: that must not end the walk.
#[test]
fn dates_that_run_backwards() {
    let (repo, [old, new]) = (Repo::with_commit(), [token(1), token(2)]);
    repo.set_clock(START + 20 * DAY);
    repo.commit("new.txt", &new);
    repo.set_clock(START + 2 * DAY);
    repo.commit("old.txt", &old);
    repo.set_clock(START + 30 * DAY);
    repo.commit("last.txt", "last\n");
    repo.run(&["--since", "2024-01-10"]).assert_finds(&[&new]);
    repo.run(&["--range", "HEAD~2..HEAD"]).assert_finds(&[&old]);
    repo.run(&[]).assert_finds(&[&old, &new]);
    // A range whose left side is young.
    repo.git(&["switch", "-q", "-c", "side", "HEAD~2"]);
    repo.set_clock(START + DAY);
    repo.commit("side.txt", token(3));
    repo.run(&["--range", "main..side"]).assert_finds(&[&token(3)]);
}

#[test]
fn instructions_that_exclude_one_another() {
    let (repo, ..) = with_three();
    for arguments in [
        &["--staged", "--range", "HEAD~1..HEAD"][..],
        &["--staged", "--since", "2024-01-01"],
        &["--staged", "--all-objects"],
        &["--range", "HEAD~1..", "--all-objects"],
        &["--pre-push", "--staged"],
        &["--pre-push", "--range", "HEAD~1.."],
    ] {
        assert_eq!(repo.run(arguments).code, 2, "{arguments:?}");
    }
}
