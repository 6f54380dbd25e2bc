//! What is told of every secret of a generated history, held against what git says of every commit.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::counts::generated;
use crate::fixture::Repo;

/// Where a secret is, as git greps it.
#[derive(Default)]
struct Seen {
    commits: BTreeSet<String>,
    paths: BTreeSet<String>,
    blobs: BTreeSet<String>,
}

/// Every secret in the files of every commit.
fn seen(repo: &Repo) -> BTreeMap<String, Seen> {
    let mut all: BTreeMap<String, Seen> = BTreeMap::new();
    for commit in repo.git(&["rev-list", "--all"]).lines() {
        let files = repo.git(&["ls-tree", "-r", commit]);
        let files: BTreeMap<&str, &str> = files
            .lines()
            .filter_map(|line| line.split_once('\t'))
            .map(|(left, path)| (path, left.rsplit(' ').next().unwrap()))
            .collect();
        let arguments = ["grep", "-o", "-E", "gh[p]_[0-9A-Za-z]{36}", commit];
        let (_, found, _) = repo.try_git(&arguments, &[], b"");
        for line in String::from_utf8(found).unwrap().lines() {
            let (place, secret) = line.rsplit_once(':').unwrap();
            let (_, path) = place.split_once(':').unwrap();
            let seen = all.entry(secret.to_owned()).or_default();
            seen.commits.insert(commit.to_owned());
            seen.paths.insert(path.to_owned());
            seen.blobs.insert(files[path].to_owned());
        }
    }
    all
}

fn set(list: &Value) -> BTreeSet<String> {
    list.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

/// The references from which one of these commits is reached.
fn refs(repo: &Repo, commits: &BTreeSet<String>) -> BTreeSet<String> {
    let lists = commits
        .iter()
        .map(|commit| repo.git(&["for-each-ref", "--format=%(refname)", "--contains", commit]));
    lists.flat_map(|list| list.lines().map(str::to_owned).collect::<Vec<_>>()).collect()
}

fn parents(repo: &Repo) -> BTreeMap<String, Vec<String>> {
    let list = repo.git(&["rev-list", "--all", "--parents"]);
    let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
    list.lines().map(words).map(|words| (words[0].clone(), words[1..].to_vec())).collect()
}

#[test]
fn as_git_tells_it() {
    let repo = generated();
    let run = repo.run(&["--only", "secrets"]);
    let (all, parents) = (seen(&repo), parents(&repo));
    assert!(all.len() > 10);
    let (_, head, _) = repo.try_git(&["grep", "-h", "gh[p]_", "HEAD"], &[], b"");
    let head = String::from_utf8(head).unwrap();
    assert!(head.contains("ghp_") && all.keys().any(|secret| !head.contains(secret.as_str())));
    for (secret, seen) in &all {
        let history = &run.finding(secret)["history"];
        let first = history["first"]["commit"].as_str().unwrap();
        let last = history["last"]["commit"].as_str().unwrap();
        assert!(seen.commits.contains(first) && seen.commits.contains(last), "{history}");
        assert!(parents[first].iter().all(|parent| !seen.commits.contains(parent)), "{history}");
        let has_last = |(_, parents): &(&String, &Vec<String>)| parents.iter().any(|id| id == last);
        let mut children = parents.iter().filter(has_last).map(|(child, _)| child);
        assert!(!children.any(|child| seen.commits.contains(child)), "{history}");
        assert_eq!(set(&history["paths"]), seen.paths, "{history}");
        assert_eq!(history["versions"], seen.blobs.len(), "{history}");
        assert_eq!(set(&history["refs"]), refs(&repo, &seen.commits), "{history}");
        assert_eq!(history["in_head"], head.contains(secret.as_str()), "{history}");
        let origins: BTreeSet<String> =
            run.origins(secret).into_iter().map(str::to_owned).collect();
        for origin in &origins {
            let (commit, path) = origin.split_once(':').unwrap();
            assert!(seen.commits.iter().any(|id| id.starts_with(commit)), "{origin}");
            assert!(seen.paths.contains(path), "{origin}");
        }
    }
}

/// Every commit that has a parent: what it brought is what git's diff adds.
#[test]
fn every_commit_by_itself() {
    let repo = generated();
    let list = repo.git(&["rev-list", "--all", "--no-merges", "--min-parents=1"]);
    for commit in list.lines().step_by(7) {
        let range = format!("{commit}~1..{commit}");
        let diff =
            repo.git(&["diff", "-M", "--no-ext-diff", "-U0", &format!("{commit}~1"), commit]);
        let message = repo.git(&["show", "-s", "--format=%B", commit]);
        let added = diff.lines().filter(|line| line.starts_with('+')).chain(message.lines());
        let added = added.collect::<Vec<_>>().join("\n");
        let run = repo.run(&["--only", "secrets", "--range", &range]);
        for secret in run.secrets() {
            assert!(added.contains(secret), "{range}: {secret} is not new");
        }
        assert_eq!(run.secrets().is_empty(), !added.contains("ghp_"), "{range}: {added}");
    }
}

/// What no commit of A has and some commit of the range has is found; what is found is in the range.
#[test]
fn ranges_across_merges() {
    let repo = generated();
    let all = seen(&repo);
    let ids = |range: &[&str]| -> BTreeSet<String> {
        let list = repo.git(&[&["rev-list"], range].concat());
        list.lines().map(str::to_owned).collect()
    };
    let mut found = 0;
    for (a, b) in [
        ("main", "side"),
        ("side", "main"),
        ("other", "main"),
        ("main", "other"),
        ("main~20", "main"),
        ("side~9", "other"),
        ("other~15", "side~3"),
        ("main~30", "main~4"),
    ] {
        let (known, range) = (ids(&[a]), ids(&[b, "--not", a]));
        let run = repo.run(&["--only", "secrets", "--range", &format!("{a}..{b}")]);
        assert_eq!(
            (&run.report["complete"], run.count("commits")),
            (&true.into(), range.len() as u64)
        );
        for (secret, seen) in &all {
            let is_found = run.secrets().contains(secret.as_str());
            let is_there = !seen.commits.is_disjoint(&range);
            let is_new = is_there && seen.commits.is_disjoint(&known);
            assert!(is_found || !is_new, "{a}..{b} misses {secret}");
            assert!(is_there || !is_found, "{a}..{b} reports {secret}");
            // What is old is reported only where a line of it is new: nothing here moves lines between files.
            assert!(is_new || !is_found, "{a}..{b} reports {secret}, which {a} has");
            found += usize::from(is_found);
        }
    }
    assert!(found > 10, "only {found} secrets in all ranges");
}
