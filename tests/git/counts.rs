//! Every object once, as many as git counts, and the same report for any number of threads.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;

use crate::fixture::{Repo, Run, START};
use crate::material::{lines, policy, token};

/// A repository of a few hundred objects with branches, merges, folders, links, tags and a secret every now and then.
pub(crate) fn generated() -> Repo {
    let repo = Repo::new();
    let mut stream = String::new();
    let data = |text: &str| format!("data {}\n{text}\n", text.len());
    for number in 0..120_u64 {
        let branch = ["main", "side", "other"][usize::try_from(number % 3).unwrap()];
        let time = START + number * 1000;
        let from = match number {
            0..3 => String::new(),
            _ if number % 10 == 0 => format!("from :{}\nmerge :{}\n", number - 2, number - 1),
            _ => format!("from :{}\n", number - 2),
        };
        let secret =
            if number % 10 == 4 { token(usize::try_from(number).unwrap()) } else { String::new() };
        let text = format!("{}key: {secret}\n{number}\n", lines(20));
        let message = if number % 40 == 7 { token(1000) } else { format!("Change {number}") };
        write!(
            stream,
            "commit refs/heads/{branch}\nmark :{}\ncommitter Bob <bob@example.org> {time} +0000\n{}{from}\
             M 100644 inline folder/{}/file-{}.txt\n{}M 100755 inline script-{}\n{}M 120000 inline link\n{}\n",
            number + 1,
            data(&message),
            number % 5,
            number % 7,
            data(&text),
            number % 4,
            data(&format!("run {}", number / 8)),
            data(&format!("target-{}", number % 3)),
        )
        .unwrap();
    }
    repo.git_with(&["fast-import", "--quiet"], &[], stream.as_bytes());
    repo.git(&["reset", "-q", "--hard"]);
    repo.commit("policy.json", policy("admin-star"));
    repo.git(&["tag", "-a", "v1", "-m", &token(2000), "main~5"]);
    repo.git(&["tag", "-a", "v2", "-m", "of a tag", "v1"]);
    repo
}

/// The objects that git reaches, by kind.
fn reachable(repo: &Repo) -> BTreeMap<String, u64> {
    let list = repo.git(&["rev-list", "--objects", "--all"]);
    let ids: Vec<String> =
        list.lines().map(|line| format!("{}\n", line.split(' ').next().unwrap())).collect();
    let ids = ids.concat();
    let kinds = repo.git_with(&["cat-file", "--batch-check=%(objecttype)"], &[], ids.as_bytes());
    let mut counts = BTreeMap::new();
    for kind in kinds.lines() {
        *counts.entry(kind.to_owned()).or_default() += 1;
    }
    counts
}

#[test]
fn as_many_objects_as_git_counts() {
    let repo = generated();
    let counts = reachable(&repo);
    for _ in 0..2 {
        let run = repo.run(&[]);
        let counted = ["blob", "commit", "tag", "tree"]
            .map(|kind| (kind.to_owned(), run.count(&format!("{kind}s"))));
        assert_eq!(BTreeMap::from(counted), counts);
        repo.git(&["repack", "-adq"]);
    }
    assert!(counts["tree"] + counts["blob"] > 300, "{counts:?}");
    let text = repo.keylint("", &["git", "--no-config", "--stats"], &[], b"");
    for count in counts.values() {
        assert!(text.err.contains(&count.to_string()), "{count} is not in {}", text.err);
    }
}

#[test]
fn garbage_is_counted_with_all_objects_only() {
    let repo = Repo::with_commit();
    let before = repo.run(&[]).count("blobs");
    repo.object("blob", "dangling\n");
    assert_eq!(repo.run(&[]).count("blobs"), before);
    assert_eq!(repo.run(&["--all-objects"]).count("blobs"), before + 1);
}

#[test]
fn the_same_bytes_for_any_number_of_threads() {
    let repo = generated();
    repo.object("blob", format!("dangling {}\n", token(3000)));
    for mode in
        [&[][..], &["--all-objects"], &["--range", "main~20..main"], &["--since", "2024-01-02"]]
    {
        for format in ["json", "sarif", "text"] {
            let runs = ["1", "2", "7"].map(|threads| {
                let arguments = ["git", "--no-config", "--format", format, "--threads", threads];
                repo.keylint("", &[&arguments, mode].concat(), &[], b"")
            });
            let [one, two, seven] = &runs;
            assert_eq!(one.code, 1, "{mode:?}: {}", one.err);
            assert_eq!((&one.out, &one.err), (&two.out, &two.err), "{mode:?} {format}");
            assert_eq!((&one.out, &one.err), (&seven.out, &seven.err), "{mode:?} {format}");
        }
    }
}

/// How objects are stored says nothing about what they are.
#[test]
fn the_same_bytes_loose_and_packed() {
    let repo = generated();
    let report = |repo: &Repo| {
        let run = repo.run(&[]);
        assert_eq!(run.code, 1);
        run.out
    };
    let first = report(&repo);
    repo.git(&["repack", "-adfq", "--depth=50"]);
    repo.git(&["pack-refs", "--all"]);
    assert_eq!(report(&repo), first);
    repo.git(&["repack", "-adfq", "--depth=1", "--window=2"]);
    repo.git(&["commit-graph", "write", "--reachable"]);
    assert_eq!(report(&repo), first);
}

/// The history of a repository holds what a scan of each of its files holds.
#[test]
fn as_many_findings_as_in_every_blob() {
    let repo = generated();
    let fingerprints = |run: &Run| -> BTreeSet<String> {
        let findings = run.list("findings").iter();
        findings.map(|finding| finding["fingerprint"].to_string()).collect()
    };
    repo.git(&["tag", "-d", "v1", "v2"]);
    let run = repo.run(&["--only", "secrets"]);
    let messages: BTreeSet<String> = run
        .list("findings")
        .iter()
        .filter(|finding| finding["places"].to_string().contains("message"))
        .map(|finding| finding["fingerprint"].to_string())
        .collect();
    let list = repo.git(&["rev-list", "--objects", "--all"]);
    let files = repo.beside("files");
    fs::create_dir(files.root()).unwrap();
    for (id, path) in list.lines().filter_map(|line| line.split_once(' ')) {
        if repo.git(&["cat-file", "-t", id]) == "blob" {
            let (_, bytes, _) = repo.try_git(&["cat-file", "blob", id], &[], b"");
            files.write(format!("{id}/{path}"), bytes);
        }
    }
    let arguments = ["scan", "--no-config", "--no-ignore", "--only", "secrets", "--reveal"];
    let scan = files.keylint("", &[&arguments[..], &["--format", "json"]].concat(), &[], b"");
    let scan = scan.with_report();
    assert!(fingerprints(&scan).len() > 10);
    let all: BTreeSet<String> = fingerprints(&scan).union(&messages).cloned().collect();
    assert_eq!(fingerprints(&run), all);
}

/// A way to write a text as bytes.
type Encode = fn(&str) -> Vec<u8>;

/// Contents that are made of one another, in every encoding, with a secret that wanders through them.
#[test]
fn the_same_bytes_whatever_the_encoding() {
    let repo = Repo::with_commit();
    let encodings: [(&str, Encode); 6] = [
        ("plain.txt", |text| text.into()),
        ("mark.txt", |text| format!("\u{feff}{text}").into()),
        ("wide.txt", |text| text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("wide-mark.txt", |text| {
            format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_be_bytes).collect()
        }),
        ("binary.bin", |text| text.replace("line 7\n", "line 7\0\n").into()),
        ("one-line.txt", |text| text.replace('\n', " ").into()),
    ];
    let mut secrets = BTreeSet::new();
    for number in 0..12 {
        for (kind, (name, encode)) in encodings.iter().enumerate() {
            let secret = token(number / 3 * 10 + kind);
            let key = if number % 2 == 0 { "key" } else { "another key" };
            let (before, after) = (lines(number * 3), lines(40 - number));
            repo.write(name, encode(&format!("{before}{key}: {secret}\n{after}")));
            secrets.insert(secret);
        }
        repo.commit_all(&format!("Version {number}"));
    }
    let run = repo.run(&[]);
    run.assert_finds(&secrets.iter().map(String::as_str).collect::<Vec<_>>());
    repo.git(&["repack", "-adfq", "--depth=50", "--window=50"]);
    assert_eq!(repo.run(&[]).out, run.out);
    assert_eq!(repo.run(&["--threads", "1"]).out, run.out);
}
