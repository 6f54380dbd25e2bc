//! Every rule keeps the promises of its examples, and an example that is wrong does not go unnoticed.

use std::process::Command;

use proptest::prelude::*;

use keylint::secrets::{RuleSet, check_built_in, check_file};

/// The moment that dates in tokens are compared with; any would do.
const NOW: u64 = 1_750_000_000;

/// A rule of a user, before its examples.
const RULE: &str = r#"
[[rule]]
id = "acme-key"
title = "Acme key"
severity = "high"
trigger = { prefix = ["acme_"] }
regex = '''(acme_[0-9a-z]{20})\b'''
help = "Replace it."
"#;

/// Examples, and the beginning of the complaint about each that is wrong.
const EXAMPLES: &[(&str, &[&str])] = &[
    (r#"match = [["acme_", "k3vq8zt1m5xw0rj7bn2d"]]"#, &[]),
    (
        r#"match = [["acme_", "k3vq8zt1m5xw0rj7bn2d"], ["acme_", "tooshort"]]"#,
        &["the example that begins `acme_tooshort` should match and does not; found: nothing"],
    ),
    (
        r#"match = [["sk_live_", "CMQO2AUNu9OJuQjneRtU44Wl"]]"#,
        &[
            "the example that begins `sk_live_CMQO2AUNu9OJuQjn` should match and does not; found: stripe-live-secret-key",
        ],
    ),
    (
        "match = [[\"acme_\", \"k3vq8zt1m5xw0rj7bn2d\"]]\nno_match = [\"x\", [\"acme_\", \"w0rj7bn2dk3vq8zt1m5x\"]]",
        &[
            "the example that begins `acme_w0rj7bn2dk3vq8zt1m5` should not match and does; found: acme-key",
        ],
    ),
    (r#"no_match = ["acme"]"#, &["the rule has no `match` example"]),
];

#[test]
fn built_in_rules_keep_their_promises() {
    let reports = check_built_in(NOW).unwrap();
    let ids: Vec<&str> = reports.iter().map(|report| report.id.as_str()).collect();
    let rules = RuleSet::built_in();
    let known: Vec<&str> = rules.metas().map(|meta| meta.id.as_str()).collect();
    assert_eq!(ids, known, "every rule is tested");
    for report in &reports {
        assert!(report.failures.is_empty(), "{}: {:#?}", report.id, report.failures);
        assert!(report.examples > 0, "{} has no example", report.id);
    }
}

#[test]
fn wrong_examples_are_noticed() {
    for (examples, complaints) in EXAMPLES {
        let reports = check_file("acme.toml", &format!("{RULE}{examples}\n"), NOW).unwrap();
        let failures: Vec<&str> =
            reports.iter().flat_map(|report| &report.failures).map(String::as_str).collect();
        assert_eq!(failures, *complaints, "{examples}");
    }
}

#[test]
fn the_command_fails_when_an_example_does() {
    let folder = tempfile::tempdir().unwrap();
    for (examples, complaints) in EXAMPLES {
        let file = folder.path().join("acme.toml");
        std::fs::write(&file, format!("{RULE}{examples}\n")).unwrap();
        let run = Command::new(env!("CARGO_BIN_EXE_keylint"))
            .env_clear()
            .args(["rules", "test"])
            .arg(&file)
            .output()
            .unwrap();
        assert_eq!(run.status.code(), Some(i32::from(!complaints.is_empty())), "{examples}");
        let printed = String::from_utf8(run.stdout).unwrap();
        for complaint in *complaints {
            assert!(printed.contains(&format!("acme-key: {complaint}\n")), "{printed}");
        }
    }
}

/// Pieces of files of rules, right and wrong.
const PIECES: &[&str] = &[
    "[[rule]]\n",
    "[[rules]]\n",
    "[[rules.allowlists]]\n",
    "[allowlist]\n",
    "[extend]\n",
    "[[rules.required]]\n",
    "id = \"a\"\n",
    "id = \"\"\n",
    "title = \"b\"\n",
    "severity = \"low\"\n",
    "help = \"c\"\n",
    "path = \"d(\"\n",
    "trigger = { anywhere = [] }\n",
    "trigger = { prefix = [\"\u{e4}b\"] }\n",
    "trigger = { words = [\"x\"], run = 3 }\n",
    "regex = \"(a|\\\\b\u{e4})\"\n",
    "regex = \'\'\'[[a-\\d&&{\'\'\'\n",
    "regex = \"(a{1000}){1000}\"\n",
    "secretGroup = 9\n",
    "keywords = [\"\", \"\u{e4}\"]\n",
    "entropy = -1\n",
    "entropy = nan\n",
    "useDefault = true\n",
    "stopwords = [\"\"]\n",
    "verdict = \"jw\"\n",
    "match = [[\"a\"], \"b\"]\n",
    "commits = []\n",
    "condition = \"AND\"\n",
    "within = \"5L,C\"\n",
    "\u{0}",
    "= [",
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_the_loader_panic(
        pieces in prop::collection::vec(prop::sample::select(PIECES), 0..12),
        noise in ".{0,8}",
        at in 0..12_usize,
    ) {
        let mut pieces: Vec<String> = pieces.iter().map(|piece| (*piece).to_owned()).collect();
        if !noise.is_empty() && at % 2 == 0 {
            pieces.insert(at.min(pieces.len()), noise);
        }
        let text = pieces.concat();
        if let Ok(rules) = RuleSet::load(&[("rules.toml".into(), text.clone())]) {
            rules.check_files(None, &[("rules.toml".into(), text)], NOW);
        }
    }
}
