//! What is read of each scanner's file, and which findings it is about.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::*;
use crate::finding::{
    Confidence, Finding, FindingKind, Place, RuleMeta, Secret, Severity, Verdict,
};
use crate::fingerprint::Fingerprint;
use crate::history::{At, GitPlace, ObjectName};
use crate::location::{Location, Position};
use crate::snippet::Snippet;

const COMMIT: [u8; 20] = [0xab; 20];

fn secret(rule: &str, value: &str, path: &str, lines: (u64, u64)) -> Finding {
    let rule = Arc::new(RuleMeta {
        id: rule.into(),
        title: String::new(),
        help: String::new(),
        severity: Severity::High,
        confidence: Confidence::High,
        references: Vec::new(),
        tags: Vec::new(),
        check: None,
    });
    let origin = match path.strip_prefix("commit:") {
        Some(path) => crate::blob::Origin::Git(GitPlace {
            repository: None,
            path: path.into(),
            at: At::Commit {
                order: 0,
                commit: ObjectName::new(&COMMIT),
                blob: ObjectName::new(&[1; 20]),
            },
        }),
        None => crate::blob::Origin::File { path: path.into() },
    };
    let at = |line| Position { line, ..Position::START };
    let is_strong = value.len() > 20;
    let fingerprint = if is_strong {
        Fingerprint::of_strong_secret(value.as_bytes())
    } else {
        Fingerprint::of_weak_secret(&rule.id, b"", value.as_bytes())
    };
    Finding {
        severity: rule.severity,
        confidence: rule.confidence,
        message: String::new(),
        places: vec![Place {
            rule: Arc::clone(&rule),
            origin: Arc::new(origin),
            location: Location { start: at(lines.0), end: at(lines.1) },
            snippet: Snippet::default(),
            suppressed: None,
            written: None,
            layer: None,
            built: None,
            fix: None,
        }],
        kind: FindingKind::Secret {
            secret: Secret::new(value.as_bytes()),
            redacted: String::new(),
            verdict: Verdict::ShapeOnly,
            facts: Vec::new(),
        },
        fingerprint,
        history: None,
        rule,
    }
}

/// Two on a line, one below, one of several lines, one in a commit, one that is strong.
fn findings() -> Vec<Finding> {
    vec![
        secret("generic-password", "first one here", "a/x.py", (3, 3)),
        secret("generic-password", "second one here", "a/x.py", (3, 3)),
        secret("generic-password", "the third one", "a/x.py", (5, 5)),
        secret("rsa-private-key", "BEGIN\nabc\nEND", "k.pem", (1, 3)),
        secret("generic-password", "fourth one", "commit:old.py", (7, 7)),
        secret("generic-token", "a strong one that nobody can guess", "moved.py", (9, 9)),
        secret("generic-token", "a strong one of the report alone", "report.json", (1, 1)),
    ]
}

/// What the claims of a text are about, and what is said of the others.
fn about(text: &str) -> (Vec<usize>, Vec<String>) {
    let imports = [read("file", text).unwrap()];
    let exists = |path: &Path| path != Path::new("gone.py");
    let imported = [PathBuf::from("report.json")];
    let (root, absolute) = (Path::new(""), Path::new("/tree"));
    let tree = Tree { root, absolute, imported: &imported, exists: &exists };
    let matched = matched(&imports, &findings(), &tree);
    let unmatched = matched.by_file().iter().map(ToString::to_string).collect();
    (matched.findings.into_keys().collect(), unmatched)
}

fn sha1(text: &str) -> String {
    use sha1::Digest;
    use std::fmt::Write;
    let mut hex = String::new();
    sha1::Sha1::digest(text).iter().for_each(|byte| write!(hex, "{byte:02x}").unwrap());
    hex
}

#[test]
fn gitleaks_names_secrets_or_lines() {
    let row = |secret: &str, file: &str, line: u64, commit: &str| {
        format!(
            r#"[{{"RuleID":"r","File":"{file}","StartLine":{line},"Secret":"{secret}","Commit":"{commit}","New":1}}]"#
        )
    };
    let commit = "ab".repeat(20);
    let none: Vec<String> = Vec::new();
    for (text, wanted, said) in [
        (row("second one here", "a/x.py", 3, ""), vec![1], ""),
        (row("second one here", "./a/x.py", 44, ""), vec![1], ""),
        (row("second one here", "/tree/a/x.py", 3, ""), vec![1], ""),
        (row("second one here", "b.py", 3, ""), vec![], "b.py:3: nothing is found there"),
        (row("a strong one that nobody can guess", "gone.py", 1, ""), vec![5], ""),
        (
            row("quite another", "a/x.py", 3, ""),
            vec![],
            "a/x.py:3: what is found there are other secrets",
        ),
        (row("one", "a/x.py", 3, ""), vec![], "a/x.py:3: what is found there are other secrets"),
        (row("REDACTED", "a/x.py", 5, ""), vec![2], ""),
        (
            row("REDACTED", "a/x.py", 3, ""),
            vec![],
            "a/x.py:3: several secrets are found there, and it does not say which",
        ),
        (row("fir...", "a/x.py", 3, ""), vec![0], ""),
        (row("REDACTED", "gone.py", 3, ""), vec![], "gone.py:3: there is no such file"),
        (row("BEGIN\\nabc\\nEND", "k.pem", 1, ""), vec![3], ""),
        (row("REDACTED", "old.py", 7, &commit), vec![4], ""),
        (
            row("REDACTED", "old.py", 7, &"cd".repeat(20)),
            vec![],
            "cdcdcdcd:old.py:7: nothing is found there",
        ),
        (row("REDACTED", "old.py", 7, ""), vec![], "old.py:7: nothing is found there"),
        (
            row("REDACTED", "../../etc/passwd", 1, ""),
            vec![],
            "../../etc/passwd:1: nothing is found there",
        ),
        (row("REDACTED", "\\u001b[31mx", 1, ""), vec![], "\\u{1b}[31mx:1: nothing is found there"),
    ] {
        let said = if said.is_empty() { none.clone() } else { vec![said.to_owned()] };
        assert_eq!(about(&text), (wanted, said), "{text}");
    }
    assert_eq!(about("[]").0, Vec::<usize>::new());
}

#[test]
fn gitleaksignore_names_lines() {
    let commit = "ab".repeat(20);
    let text =
        format!("# known\n\na/x.py:generic-api-key:5\n{commit}:old.py:r:7 # why\na/x.py:r:3\n");
    let (found, said) = about(&text);
    assert_eq!(found, [2, 4]);
    assert_eq!(said, ["a/x.py:3: several secrets are found there, and it does not say which"]);
}

#[test]
fn detect_secrets_has_hashes() {
    let row = |hash: &str, line: u64, more: &str| {
        format!(
            r#"{{"type":"Secret Keyword","filename":"a/x.py","hashed_secret":"{hash}","line_number":{line}{more}}}"#
        )
    };
    let file = |name: &str, rows: &[String]| {
        format!(
            r#"{{"version":"1.5.0","plugins_used":[],"results":{{"{name}":[{}]}}}}"#,
            rows.join(",")
        )
    };
    let second = row(&sha1("second one here"), 3, "");
    assert_eq!(about(&file("a/x.py", std::slice::from_ref(&second))).0, [1]);
    let part = row(&sha1("second one"), 3, "");
    assert_eq!(about(&file("a/x.py", &[part])).0, [1], "they leave out the end of some");
    let small = row(&sha1("one"), 3, "");
    assert_eq!(about(&file("a/x.py", &[small])).0, Vec::<usize>::new(), "that may be any");
    let key = row(&sha1(&["BEGIN RSA PRIVATE", "KEY"].join(" ")), 1, "");
    assert_eq!(about(&file("k.pem", &[key])).0, [3]);
    let both = [second, row(&sha1("first one here"), 3, ""), row(&sha1("other"), 3, "")];
    assert_eq!(
        about(&file("a/x.py", &both)),
        (vec![0, 1], vec![]),
        "the third is the same line again"
    );
    for (mark, reason) in [
        (",\"is_secret\":false", "imported from detect-secrets, marked as no secret there"),
        (",\"is_secret\":true", "imported from detect-secrets, marked as a secret there"),
        ("", "imported from detect-secrets"),
    ] {
        let text = file("a/x.py", &[row(&sha1("the third one"), 5, mark)]);
        let import = read("file", &text).unwrap();
        assert_eq!(import.claims[0].reason(import.tool), reason);
    }
}

#[test]
fn trufflehog_and_kingfisher_print_objects() {
    let log = r#"{"level":"info-0","msg":"scanning"}"#;
    let line = r#"{"SourceMetadata":{"Data":{"Filesystem":{"file":"a/x.py","line":3}}},"DetectorName":"D","Raw":"first one here"}"#;
    assert_eq!(about(&format!("{log}\n{line}\n")).0, [0]);
    let commit = "ab".repeat(20);
    let git = format!(
        r#"{{"SourceMetadata":{{"Data":{{"Git":{{"commit":"{commit}","file":"old.py","line":7}}}}}},"Raw":"fourth one"}}"#
    );
    assert_eq!(about(&git).0, [4]);
    let finding =
        r#"{"rule":{"id":"r"},"finding":{"snippet":"the third one","line":5,"path":"./a/x.py"}}"#;
    let sum = r#"{"findings":1,"kingfisher":{}}"#;
    assert_eq!(about(&format!("{finding}\n{sum}\n")).0, [2]);
    assert_eq!(about(&format!(r#"{{"findings":[{finding}],"metadata":{{}}}}"#)).0, [2]);
    let redacted = finding.replace("the third one", "[REDACTED:00112233]");
    assert_eq!(about(&redacted).0, [2]);
}

#[test]
fn what_is_not_known_is_refused_and_not_repeated() {
    let value = ["nobody", "must", "read", "this"].concat();
    for (text, wanted) in [
        (String::new(), "is nothing that can be imported"),
        ("some words\n".into(), "is nothing that can be imported"),
        ("{}".into(), "is nothing that can be imported"),
        (r#"{"a":[1,2]}"#.into(), "is nothing that can be imported"),
        ("[1, 2]".into(), "something else is expected in line 1"),
        ("[".into(), "it ends too early, in line 1"),
        ("[".repeat(100_000), "in line 1"),
        (r#"{"a":"#.repeat(100_000), "in line 1"),
        (r#"[{"RuleID": }]"#.into(), "it is no JSON in line 1"),
        (
            format!(r#"[{{"RuleID":"r","StartLine":"{value}"}}]"#),
            "something else is expected in line 1",
        ),
        (format!(r#"[{{"RuleID":"r"}},"{value}"]"#), "something else is expected in line 1"),
        (
            r#"{"results":{"a":[{"line_number":1}]},"plugins_used":[]}"#.into(),
            "something else is expected",
        ),
        (
            r#"{"SourceMetadata":{"Data":{"Git":[]}}, "Raw":[]}"#.into(),
            "something else is expected",
        ),
    ] {
        let error = read("file", &text).unwrap_err().to_string();
        let head: String = text.chars().take(40).collect();
        assert!(error.contains(wanted), "{head}: {error}");
        assert!(!error.contains(&value), "{error}");
    }
}

#[test]
fn paths_are_compared_without_their_dots() {
    assert_eq!(plain("./a/./b"), PathBuf::from("a/b"));
    assert_eq!(plain("../a"), PathBuf::from("../a"));
    assert_eq!(plain(""), PathBuf::new());
}
