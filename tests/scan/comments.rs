//! Comments next to a place: ours, and those for other scanners.

use serde_json::json;

use crate::folder::{Folder, RULE, Run, TOKEN};
use crate::made::{LETTERS, login, made};

/// What stands above the token, behind it, and the reason that the report gives, if it is suppressed.
const FOR_OTHERS: &[(&str, &str, Option<&str>)] = &[
    ("", " # gitleaks:allow", Some("gitleaks:allow")),
    ("", " #gitleaks:allow a dead one", Some("gitleaks:allow a dead one")),
    ("", " # betterleaks:allow", Some("betterleaks:allow")),
    ("", " // trufflehog:ignore", Some("trufflehog:ignore")),
    ("", " # ggignore", Some("ggignore")),
    ("", " /* kingfisher:ignore */ y = 1", Some("kingfisher:ignore")),
    ("", " # pragma: allowlist secret", Some("pragma: allowlist secret")),
    ("", " # pragma: whitelist secret", Some("pragma: whitelist secret")),
    ("# pragma: allowlist nextline secret\n", "", Some("pragma: allowlist nextline secret")),
    ("# kingfisher:ignore\n", "", Some("kingfisher:ignore")),
    ("# gitleaks:allow\n", "", None),
    ("# pragma: allowlist secret\n", "", None),
    ("y = 1 # pragma: allowlist nextline secret\n", "", None),
    ("", " # xgitleaks:allowx", None),
    ("", "\n# gitleaks:allow", None),
];

fn suppression(run: &Run, rule: &str) -> serde_json::Value {
    let report = run.json();
    let findings = report["findings"].as_array().unwrap();
    let finding = findings.iter().find(|finding| finding["rule"] == rule);
    finding.unwrap_or_else(|| panic!("no {rule}: {report}"))["places"][0]["suppressed"].clone()
}

#[test]
fn comments_for_other_scanners_count_and_are_counted() {
    for (above, behind, reason) in FOR_OTHERS {
        let folder = Folder::new();
        folder.write("x.txt", format!("{above}x = \"{TOKEN}\"{behind}\n"));
        let run = folder.scan(&["--show-suppressed"]);
        let decision = suppression(&run, RULE);
        let wanted = reason.map(|reason| json!({ "kind": "peer-comment", "reason": reason }));
        assert_eq!(decision, wanted.unwrap_or_default(), "{above}{behind}");
        assert_eq!(run.code, i32::from(reason.is_none()), "{above}{behind}");
        let by = &run.json()["summary"]["suppressed_by"];
        assert_eq!(by["peer-comment"].as_u64(), reason.map(|_| 1), "{above}{behind}");
    }
}

#[test]
fn a_comment_for_another_scanner_is_about_secrets_alone() {
    let folder = Folder::new();
    let policy = "Version: '2012-10-17'\nStatement:\n  - Effect: Allow\n    Action: 's3:*' # gitleaks:allow\n    \
        Resource: '*' # pragma: allowlist secret\n";
    folder.write("policy.yaml", policy);
    let report = folder.scan(&["--show-suppressed"]).json();
    assert!(!report["findings"].as_array().unwrap().is_empty(), "{report}");
    assert_eq!(report["summary"]["suppressed"], 0);
}

#[test]
fn a_secret_does_not_hide_itself() {
    let folder = Folder::new();
    let value = format!("\"{} gitleaks:allow {}\"", made(9, LETTERS, 3), made(9, LETTERS, 4));
    folder.write("x.ini", login(&value));
    let run = folder.scan(&["--min-confidence", "low"]);
    assert_eq!((run.code, &run.json()["summary"]["suppressed"]), (1, &json!(0)), "{}", run.text());
}

/// A private key of several lines, which is no key of anybody.
fn key() -> String {
    let label = ["PRIVATE", "KEY"].join(" ");
    let body: Vec<String> = (0..12).map(|seed| made(64, LETTERS, seed + 1)).collect();
    format!("-----BEGIN RSA {label}-----\n{}\n-----END RSA {label}-----", body.join("\n"))
}

#[test]
fn of_a_secret_of_several_lines_the_first_and_the_last_count() {
    for (before, behind, is_suppressed) in [
        ("k = \"\"\"", "\"\"\"\n", false),
        ("k = \"\"\"", "\"\"\" # gitleaks:allow\n", true),
        ("/* ggignore */ k = \"\"\"", "\"\"\"\n", true),
        ("# pragma: allowlist nextline secret\nk = \"\"\"", "\"\"\"\n", true),
        ("k = \"\"\"", "\"\"\"\n# kingfisher:ignore\n", true),
        ("k = \"\"\"", "\"\"\"\n# gitleaks:allow\n", false),
    ] {
        let folder = Folder::new();
        folder.write("k.py", format!("{before}{}{behind}", key()));
        let run = folder.scan(&["--show-suppressed"]);
        assert_eq!(run.json()["findings"].as_array().unwrap().len(), 1, "{before} {behind}");
        let by = &run.json()["summary"]["suppressed_by"]["peer-comment"];
        assert_eq!(by == 1, is_suppressed, "{before} {behind}");
    }
}

#[test]
fn history_and_index_have_the_same_comments() {
    let folder = Folder::new();
    folder.git(&["init", "-q"]);
    folder.write("x.txt", format!("x = \"{TOKEN}\" # gitleaks:allow\n"));
    folder.git(&["add", "."]);
    let staged = folder.run(&["git", "--staged", "--format", "json"]).json();
    assert_eq!(staged["summary"]["suppressed_by"], json!({ "peer-comment": 1 }));
    folder.git(&["-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-qm", "one"]);
    let history = folder.run(&["git", "--format", "json"]).json();
    assert_eq!(history["summary"]["suppressed_by"], json!({ "peer-comment": 1 }));
}

#[test]
fn the_summary_tells_decisions_apart() {
    let folder = Folder::new();
    folder.write("x.txt", format!("x = \"{TOKEN}\" # gitleaks:allow\n"));
    let known = login("kvq7xzw2mb");
    folder.write("y.ini", format!("# keylint:allow generic-password made up\n{known}"));
    folder.write("z.ini", login("vmw4tzq9kx"));
    folder.write("keylint.toml", "[[allow]]\npath = \"z.ini\"\nreason = \"r\"\n");
    let run = folder.run(&["scan"]);
    let wanted = "3 findings suppressed (1 by comments, 1 by keylint.toml, 1 by comments for other \
        scanners; --show-suppressed)";
    assert!(run.text().contains(wanted), "{}", run.text());
}

#[test]
fn a_reason_shows_no_secret() {
    let folder = Folder::new();
    for comment in ["gitleaks:allow", "keylint:allow stripe-live-secret-key"] {
        folder.write("x.js", format!("/* {comment} made up */ x = \"{TOKEN}\"\n"));
        let run = folder.scan(&["--show-suppressed"]);
        assert_eq!(run.code, 0, "{comment}: {}", run.text());
        assert!(!run.text().contains(TOKEN), "{comment}");
        let reason = suppression(&run, RULE)["reason"].as_str().unwrap().to_owned();
        assert!(reason.ends_with("made up"), "{reason}");
    }
}

#[test]
fn our_comments_may_end_and_have_an_owner() {
    // The clock of these tests stands at 2025-06-15.
    for (until, code) in [("2025-06-15", 0), ("2025-06-14", 1), ("soon", 1)] {
        let folder = Folder::new();
        let comment = format!("keylint:allow {RULE} until={until} owner=ops made up");
        folder.write("x.txt", format!("x = \"{TOKEN}\" # {comment}\n"));
        let run = folder.scan(&["--show-suppressed"]);
        assert_eq!(run.code, code, "{until}");
        if code == 0 {
            let wanted =
                json!({ "kind": "inline", "reason": "made up", "owner": "ops", "expires": until });
            assert_eq!(suppression(&run, RULE), wanted);
        }
    }
}

#[test]
fn an_allow_may_end_and_have_an_owner() {
    for (expires, code) in [("2025-06-15", 0), ("2025-06-14", 1), ("2025-06-31", 2), ("soon", 2)] {
        let folder = Folder::new();
        folder.write("x.txt", TOKEN);
        let allow = format!(
            "[[allow]]\npath = \"x.txt\"\nreason = \"r\"\nowner = \"ops\"\nexpires = \"{expires}\"\n"
        );
        folder.write("keylint.toml", allow);
        let run = folder.scan(&["--show-suppressed"]);
        assert_eq!(run.code, code, "{expires}: {}", run.err);
        match code {
            0 => {
                let wanted =
                    json!({ "kind": "config", "reason": "r", "owner": "ops", "expires": expires });
                assert_eq!(suppression(&run, RULE), wanted);
            }
            2 => assert!(
                run.err.contains("is no day") && run.err.contains("keylint.toml:5"),
                "{}",
                run.err
            ),
            _ => {}
        }
    }
}

/// Line and subject of every decision that hides nothing any more.
fn stale(run: &Run) -> Vec<(u64, String)> {
    let report = run.json();
    let decisions = report["stale"].as_array().unwrap().iter();
    decisions
        .map(|stale| {
            (stale["line"].as_u64().unwrap(), stale["covers"].as_str().unwrap().to_owned())
        })
        .collect()
}

/// `keylint.toml`, what is scanned, arguments, and the comments that hide nothing.
type Row = (&'static str, String, &'static [&'static str], &'static [(u64, &'static str)]);

#[test]
fn comments_that_hide_nothing_are_named_on_request() {
    const ASKED: &[&str] = &["--fail-on", "unused-suppression"];
    let used = format!("x = \"{TOKEN}\" # keylint:allow {RULE} made up\n");
    let idle = format!("a = 1\n# keylint:allow {RULE} made up\nb = 2\n");
    let known = concat!("id: AKIA", "IOSFODNN7", "EXAMPLE # keylint:allow aws-access-key-id r\n");
    let check = "a: 1 # keylint:allow action-case r\n".to_owned();
    let rows: &[Row] = &[
        ("", used.clone(), ASKED, &[]),
        ("", idle.clone(), &[], &[]),
        ("", idle.clone(), ASKED, &[(2, RULE)]),
        ("", format!("{used}{used}{idle}"), ASKED, &[(4, RULE)]),
        ("fail-on = \"unused-suppression\"", idle.clone(), &[], &[(2, RULE)]),
        ("[rules]\ndisable = [\"stripe-live-secret-key\"]", idle.clone(), ASKED, &[]),
        ("", idle, &["--fail-on", "unused-suppression", "--only", "policy"], &[]),
        ("", known.to_owned(), ASKED, &[]),
        ("", check.clone(), &["--fail-on", "unused-suppression", "--only", "secrets"], &[]),
        ("", check, ASKED, &[(1, "action-case")]),
        (
            "",
            "# keylint:allow stripe-live-secret-kee r\n".to_owned(),
            ASKED,
            &[(
                1,
                "stripe-live-secret-kee, which is no rule; did you mean `stripe-live-secret-key`?",
            )],
        ),
        ("", "# keylint:allow <rule> why, keylint:allow RULE\n".to_owned(), ASKED, &[]),
    ];
    for (config, text, arguments, wanted) in rows {
        let folder = Folder::new();
        folder.write("keylint.toml", config);
        folder.write("x.yaml", text);
        let run = folder.scan(arguments);
        let wanted: Vec<(u64, String)> =
            wanted.iter().map(|(at, id)| (*at, (*id).into())).collect();
        assert_eq!(stale(&run), wanted, "{text} {arguments:?} {}", run.err);
        assert_eq!(run.code, i32::from(!wanted.is_empty()), "{text} {arguments:?}");
    }
}

#[test]
fn what_has_ended_is_named() {
    let folder = Folder::new();
    folder.write("x.txt", format!("x = \"{TOKEN}\" # keylint:allow {RULE} until=2025-01-31 r\n"));
    let report = folder.scan(&[]).json();
    let wanted = json!([{
        "origin": "x.txt", "line": 1, "kind": "inline", "covers": RULE, "why": "expired", "expired": "2025-01-31",
        "input": { "kind": "file", "path": "x.txt" },
    }]);
    assert_eq!(report["stale"], wanted);
}

#[test]
fn comments_of_a_history_cannot_be_changed() {
    let folder = Folder::new();
    folder.git(&["init", "-q"]);
    let ended = format!("x = \"{TOKEN}\" # keylint:allow {RULE} until=2025-01-31 r\n");
    folder.write("x.txt", format!("# keylint:allow generic-password r\n{ended}"));
    folder.git(&["add", "."]);
    folder.git(&["-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-qm", "one"]);
    let run = folder.run(&["git", "--format", "json", "--fail-on", "unused-suppression"]);
    assert_eq!(stale(&run), []);
    assert_eq!(run.json()["summary"]["findings"], 1, "what has ended hides nothing there either");
}
