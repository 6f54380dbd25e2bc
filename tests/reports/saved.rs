//! `keylint report`: saved reports are read back whole, merged, filtered and converted; what is no report is refused.

use std::fs;
use std::io::Write;
use std::process::{Output, Stdio};

use serde_json::{Value, json};

use super::inert::assert_harmless;
use super::rich::{RUNS, rich};
use super::schema::problems;
use super::tree::{FORMATS, Tree};

fn save(tree: &Tree, run: &[&str], flags: &[&str], name: &str) -> Output {
    tree.run(run.iter().chain(flags).chain(&["-o", name]))
}

fn json_of(tree: &Tree, arguments: &[&str]) -> Value {
    let output = tree.run(["report"].iter().chain(arguments).chain(&["--format", "json"]));
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)))
}

#[test]
fn every_format_of_a_saved_report_is_that_of_the_scan() {
    let tree = rich();
    let cases: [(&[&str], &[&str]); 5] = [
        (RUNS[0], &[]),
        (RUNS[0], &["--show-suppressed"]),
        (RUNS[0], &["--reveal"]),
        (RUNS[1], &[]),
        (RUNS[2], &[]),
    ];
    let folder = tempfile::tempdir().unwrap();
    let saved = folder.path().join("saved.json").display().to_string();
    let lines = folder.path().join("saved.jsonl").display().to_string();
    for (run, flags) in cases {
        save(&tree, run, flags, &saved);
        save(&tree, run, flags, &lines);
        for format in FORMATS {
            let flags = [flags, &["--format", format]].concat();
            let direct = tree.run(run.iter().chain(&flags));
            let read = tree.run(["report", &saved].iter().chain(&flags));
            let from_lines = tree.run(["report", &lines].iter().chain(&flags));
            let text = |output: &Output| String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(!direct.stdout.is_empty(), "{run:?} {flags:?}");
            assert_eq!(text(&read), text(&direct), "{run:?} {flags:?}");
            assert_eq!(text(&from_lines), text(&direct), "{run:?} {flags:?}, from lines");
            assert_eq!(read.status.code(), direct.status.code(), "{run:?} {flags:?}");
        }
    }
}

/// Decisions of a baseline: one that holds, with all that it may say, and one that has ended.
#[test]
fn what_a_baseline_decides_is_saved_too() {
    let tree = rich();
    let found = tree.run(RUNS[0].iter().chain(&["--format", "json"])).stdout;
    let found: Value = serde_json::from_slice(&found).unwrap();
    let fingerprint = |at: usize| found["findings"][at]["fingerprint"].clone();
    let lines = [
        json!({ "keylint": "baseline", "version": 1 }),
        json!({ "fingerprint": fingerprint(0), "rule": "r", "path": "p", "reason": "a | reason", "owner": "<b>", "expires": "9999-12-31" }),
        json!({ "fingerprint": fingerprint(1), "rule": "r", "path": "p", "expires": "2001-01-01" }),
    ];
    let lines = lines.map(|line| line.to_string()).join("\n");
    tree.file("keylint.baseline", lines);
    let folder = tempfile::tempdir().unwrap();
    let saved = folder.path().join("saved.json").display().to_string();
    for flags in [&[][..], &["--show-suppressed"]] {
        save(&tree, RUNS[0], flags, &saved);
        let report = json_of(&tree, &[&saved]);
        assert_eq!(report["summary"]["suppressed_by"]["baseline"], 1);
        assert_eq!(report["stale"][0]["expired"], "2001-01-01");
        let schema = include_str!("../../docs/report.schema.json");
        assert_eq!(problems(&serde_json::from_str(schema).unwrap(), &report), Vec::<String>::new());
        for format in FORMATS {
            let flags = [flags, &["--format", format]].concat();
            let direct = tree.run(RUNS[0].iter().chain(&flags));
            let read = tree.run(["report", &saved].iter().chain(&flags));
            let text = |output: &Output| String::from_utf8_lossy(&output.stdout).into_owned();
            assert_eq!(text(&read), text(&direct), "{flags:?}");
            // A table, a list of tests and a list of issues have no place for it.
            let tells = !["csv", "junit", "gitlab-codequality"].contains(format);
            assert_eq!(text(&direct).contains("2001-01-01"), tells, "{format}");
        }
    }
}

#[test]
fn what_was_saved_with_suppressed_findings_can_be_shown_without() {
    let tree = rich();
    save(&tree, RUNS[0], &["--show-suppressed"], "/dev/null");
    let folder = tempfile::tempdir().unwrap();
    let saved = folder.path().join("saved.json").display().to_string();
    save(&tree, RUNS[0], &["--show-suppressed"], &saved);
    for format in FORMATS {
        let direct = tree.run(RUNS[0].iter().chain(&["--format", format]));
        let read = tree.run(["report", &saved, "--format", format]);
        assert_eq!(
            String::from_utf8_lossy(&read.stdout),
            String::from_utf8_lossy(&direct.stdout),
            "{format}"
        );
    }
}

/// Two parts of a tree, saved apart as `a.json` and `b.json`.
fn parts() -> Tree {
    let tree = Tree::empty();
    let (github, password) = (&tree.secrets.github, &tree.secrets.password);
    tree.file("a/one.env", format!("GITHUB_TOKEN={github}\n"));
    tree.file("b/two.env", format!("GITHUB_TOKEN={github}\n"));
    tree.file("b/three.py", format!("password = \"{password}\"\n"));
    save(&tree, &["scan", "a"], &[], "a.json");
    save(&tree, &["scan", "b", "a"], &[], "b.json");
    tree
}

#[test]
fn a_finding_of_several_reports_is_one_with_each_place_once() {
    let tree = parts();
    let merged = json_of(&tree, &["a.json", "b.json"]);
    let whole = json_of(&tree, &["b.json"]);
    assert_eq!(merged["findings"], whole["findings"]);
    assert_eq!(merged["rules"], whole["rules"]);
    assert_eq!(merged["summary"], whole["summary"]);
    assert_eq!((&merged["stats"]["files"], &whole["stats"]["files"]), (&json!(4), &json!(3)));
    // The order of the reports is of no account.
    assert_eq!(json_of(&tree, &["b.json", "a.json"]), merged);
}

#[test]
fn gaps_and_decisions_are_joined() {
    let tree = Tree::full();
    tree.file("allow.toml", "[[allow]]\nincomplete = \"loop*\"\nreason = \"known\"\n[[allow]]\nrule = \"github-classic-pat\"\nreason = \"ours\"\n");
    let flags = ["--show-suppressed"];
    tree.run(
        ["scan", "deploy.sh", super::tree::UNREADABLE, "--config", "allow.toml", "-o", "a.json"]
            .iter()
            .chain(&flags),
    );
    let alone = tree.run(["report", "a.json"]);
    assert_eq!(alone.status.code(), Some(0));
    tree.run(
        ["scan", "again.sh", "deploy.sh", super::tree::UNREADABLE, "--no-config", "-o", "b.json"]
            .iter()
            .chain(&flags),
    );
    let merged = json_of(&tree, &["a.json", "b.json"]);
    assert_eq!(merged["complete"], false, "a gap is accepted when all accept it");
    assert_eq!(merged["skipped"].as_array().unwrap().len(), 1);
    let places = merged["findings"][0]["places"].as_array().unwrap();
    assert_eq!(places.len(), 3, "{places:?}");
    assert!(places.iter().all(|place| place.get("suppressed").is_none()), "{places:?}");
    assert_eq!(tree.run(["report", "a.json", "b.json"]).status.code(), Some(1));
}

#[test]
fn several_reports_may_stand_in_one_stream() {
    let tree = parts();
    let both = ["a.json", "b.json"].map(|name| fs::read(tree.path(name)).unwrap()).concat();
    let mut command = tree.command();
    command.args(["report", "-", "--format", "json"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.stderr(Stdio::null()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(&both).unwrap();
    let read: Value = serde_json::from_slice(&child.wait_with_output().unwrap().stdout).unwrap();
    assert_eq!(read, json_of(&tree, &["a.json", "b.json"]));
}

#[test]
fn filters_leave_out_and_say_so() {
    let tree = rich();
    let folder = tempfile::tempdir().unwrap();
    let saved = folder.path().join("saved.json").display().to_string();
    save(&tree, RUNS[0], &["--min-confidence", "low"], &saved);
    let all = json_of(&tree, &[&saved]);
    let count = |report: &Value| report["findings"].as_array().unwrap().len();
    let keeps = |flags: &[&str], wanted: &dyn Fn(&Value) -> bool| {
        let report = json_of(&tree, &[&[saved.as_str()], flags].concat());
        let findings = report["findings"].as_array().unwrap();
        let expected = all["findings"].as_array().unwrap().iter().filter(|of| wanted(of)).count();
        assert!(expected > 0 && expected < count(&all), "{flags:?} keeps {expected}");
        assert_eq!(findings.len(), expected, "{flags:?}");
        assert!(findings.iter().all(wanted), "{flags:?}");
        assert_eq!(report["skipped"], all["skipped"], "{flags:?} hides a gap");
        let note = format!(
            "findings that the filters of this report leave out: {}",
            count(&all) - expected
        );
        assert!(
            flags.contains(&"--min-confidence")
                || report["notes"].as_array().unwrap().contains(&json!(note)),
            "{report:#}"
        );
    };
    let is = |field: &'static str, value: &'static str| move |of: &Value| of[field] == value;
    keeps(&["--only", "secrets"], &|of| of.get("secret").is_some());
    keeps(&["--only", "policy"], &|of| of.get("policy").is_some());
    keeps(&["--rule", "github-classic-pat"], &is("rule", "github-classic-pat"));
    keeps(&["--severity", "critical"], &is("severity", "critical"));
    keeps(&["--path", "policies/**"], &|of| of.get("policy").is_some());
    keeps(&["--path", "backup.tar"], &|of| of.to_string().contains("backup.tar!/"));
    keeps(&["--min-confidence", "very-high"], &is("confidence", "very-high"));
}

#[test]
fn the_exit_code_is_that_of_a_scan() {
    let tree = rich();
    let folder = tempfile::tempdir().unwrap();
    let saved = folder.path().join("saved.json").display().to_string();
    save(&tree, RUNS[0], &[], &saved);
    let cases: &[(&[&str], i32)] = &[
        (&[], 1),
        (&["--fail-on", "critical"], 1),
        (&["--rule", "generic-password"], 1),
        // As the scan was told.
        (&["--rule", "action-case"], 3),
        (&["--rule", "action-case", "--fail-on", "note"], 1),
        (&["--rule", "nothing"], 3),
        (&["--path", "[z-a"], 2),
    ];
    for (flags, code) in cases {
        let output = tree.run(["report", &saved].iter().chain(*flags));
        assert_eq!(output.status.code(), Some(*code), "{flags:?}");
    }
}

#[test]
fn what_is_no_report_is_refused_with_a_next_step() {
    let tree = parts();
    let report = fs::read_to_string(tree.path("b.json")).unwrap();
    save(&tree, &["scan", "b"], &[], "b.jsonl");
    let lines = fs::read_to_string(tree.path("b.jsonl")).unwrap();
    let cut = |text: &str| text[..text.len() - 20].to_owned();
    let without_last = lines.lines().next().unwrap().to_owned() + "\n";
    let utf16: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(report.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let deep = "[".repeat(200_000) + &"]".repeat(200_000);
    let deep = report.replace("\"notes\": []", &format!("\"notes\": [{deep}]"));
    let cases: &[(&str, Vec<u8>, &str)] = &[
        ("empty", Vec::new(), "is empty"),
        ("blank", b" \n".to_vec(), "is empty"),
        ("text", b"no findings\n".to_vec(), "not JSON"),
        ("array", b"[{\"RuleID\": \"x\"}]".to_vec(), "JSON of something else"),
        ("other", b"{\"results\": []}".to_vec(), "JSON of something else"),
        ("sarif", b"{\"version\": \"2.1.0\", \"runs\": []}".to_vec(), "a SARIF log"),
        ("access", b"{\"schema_version\": 1, \"principals\": []}".to_vec(), "keylint access"),
        (
            "newer",
            report.replace("\"schema_version\": 1", "\"schema_version\": 2").into(),
            "schema_version 2",
        ),
        ("cut off", cut(&report).into(), "cut off"),
        ("cut line", cut(&lines).into(), "cut off"),
        ("no last line", without_last.into(), "cut off"),
        ("utf16", utf16, "UTF-16"),
        ("deep", deep.into(), "expected a string"),
        (
            "tool",
            report.replace("\"name\": \"keylint\"", "\"name\": \"other\\u001b[31m\"").into(),
            "written by",
        ),
        ("verdict", report.replace("checksum-valid\"", "true\\u202e\"").into(), "does not know"),
        ("fingerprint", report.replace("\"s1:", "\"q1:").into(), "no fingerprint"),
        ("now", report.replace("\"now\": \"2", "\"now\": \"x").into(), "no moment"),
    ];
    for (name, bytes, words) in cases {
        tree.file("bad.json", bytes);
        let output = tree.run(["report", "bad.json"]);
        assert_eq!(output.status.code(), Some(2), "{name}");
        assert!(output.stdout.is_empty(), "{name}");
        let error = assert_harmless(name, output.stderr);
        assert!(error.replace("\n  │ ", " ").contains(words), "{name}: {error}");
        assert!(error.contains("help: "), "{name} says no next step: {error}");
    }
    // Its size alone is enough.
    let huge = fs::File::create(tree.path("huge.json")).unwrap();
    huge.set_len(2 << 30).unwrap();
    let output = tree.run(["report", "huge.json"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("more than 1024 MiB"));
    let missing = tree.run(["report", "missing.json"]);
    assert_eq!(missing.status.code(), Some(2));
    assert_eq!(tree.run(["report"]).status.code(), Some(2));
}

#[test]
fn raw_secrets_pass_only_when_they_may() {
    let tree = parts();
    save(&tree, &["scan", "b"], &["--reveal"], "raw.json");
    let refused = tree.run(["report", "raw.json"]);
    assert_eq!(refused.status.code(), Some(2));
    let error = String::from_utf8(refused.stderr).unwrap();
    assert!(error.contains("--reveal") && !error.contains(&tree.secrets.github), "{error}");
    let passed = tree.run(["report", "raw.json", "--reveal"]);
    assert!(String::from_utf8(passed.stdout).unwrap().contains(&tree.secrets.github));
    // What was never saved cannot be shown.
    let masked = tree.run(["report", "b.json", "--reveal", "--format", "json"]);
    assert_eq!(masked.stdout, fs::read(tree.path("b.json")).unwrap());
}

/// Fields whose text somebody may have chosen.
const TEXTS: [&str; 22] = [
    "title",
    "message",
    "help",
    "why",
    "redacted",
    "reason",
    "owner",
    "origin",
    "path",
    "snippet",
    "detail",
    "instruction",
    "author",
    "subject",
    "name",
    "field",
    "source",
    "image",
    "dockerfile",
    "layer",
    "repository",
    "accepted",
];

/// Puts something hostile into every text and number.
fn spoil(value: &mut Value, text: &str, number: Option<u64>) {
    match value {
        Value::Object(fields) => {
            let is_gap = fields.contains_key("detail");
            for (name, inner) in fields {
                if is_gap && name == "reason" {
                    continue;
                }
                let is_rule = name == "rule" || name == "id";
                match inner {
                    Value::String(old) if is_rule || TEXTS.contains(&name.as_str()) => {
                        if old != "keylint" {
                            *old = format!("{text}{old}");
                        }
                    }
                    Value::Array(items)
                        if ["notes", "references", "tags", "refs", "paths", "links"]
                            .contains(&name.as_str()) =>
                    {
                        items.push(text.into());
                    }
                    Value::Number(old) if name != "schema_version" => {
                        *old = number.map_or_else(|| old.clone(), Into::into);
                    }
                    inner => spoil(inner, text, number),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| spoil(item, text, number)),
        _ => {}
    }
}

#[test]
fn hostile_reports_command_nothing_and_stop_nothing() {
    let tree = rich();
    let text = "\u{1b}[31m\u{9b}5m\u{202e}\r\n::error::x ##[add-mask]y <script> | ` ]]>\0\u{ffff}";
    for run in RUNS {
        let saved = tree.run(run.iter().chain(&["--show-suppressed", "--format", "json"])).stdout;
        for number in [None, Some(u64::MAX), Some(0)] {
            let mut report: Value = serde_json::from_slice(&saved).unwrap();
            spoil(&mut report, text, number);
            if let Some(number) = number.filter(|number| *number > 0) {
                let order = json!(u32::try_from(number).unwrap_or(u32::MAX));
                let text = report
                    .to_string()
                    .replace(&format!("\"order\":{number}"), &format!("\"order\":{order}"));
                report = serde_json::from_str(&text).unwrap();
            }
            tree.file("hostile.json", report.to_string());
            for format in FORMATS {
                let output =
                    tree.run(["report", "hostile.json", "--show-suppressed", "--format", format]);
                let error = String::from_utf8_lossy(&output.stderr).into_owned();
                assert!(
                    matches!(output.status.code(), Some(0 | 1 | 3)),
                    "{run:?} {format} {number:?}: {error}"
                );
                let text = assert_harmless(format, output.stdout);
                assert!(text.len() > 100, "{format}: {text}");
                assert_harmless("standard error", output.stderr);
                if *format == "github" {
                    super::github::assert_commands(&text);
                }
            }
            // The same report again, whatever it says.
            tree.run(["report", "hostile.json", "--show-suppressed", "-o", "again.json"]);
            tree.run(["report", "again.json", "--show-suppressed", "-o", "third.json"]);
            let [again, third] = ["again.json", "third.json"]
                .map(|name| fs::read_to_string(tree.path(name)).unwrap());
            assert_eq!(again, third);
        }
    }
}
