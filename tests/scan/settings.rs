//! What people decide: keylint.toml, flags and comments; and what is said when they decide what cannot be.

use crate::folder::{Folder, RULE, Run, TOKEN, with_slashes};

/// A password, found by the name it is assigned to.
const PASSWORD: &str = concat!("pass", "word = kvq7", "xzw2mb\n");
/// Amazon's own example: known to everybody, so that it is a note of low confidence.
const KNOWN: &str = concat!("id: AKIA", "IOSFODNN7", "EXAMPLE\n");

const MAIN: &str = "app/main.txt stripe-live-secret-key";
const LOGIN: &str = "app/login.ini generic-password";
const EXAMPLE: &str = "docs/known.txt aws-access-key-id";

fn project() -> Folder {
    let folder = Folder::new();
    folder.write("app/main.txt", format!("x = \"{TOKEN}\"\n"));
    folder.write("app/login.ini", PASSWORD);
    folder.write("docs/known.txt", KNOWN);
    folder
}

/// Place and rule of every finding that the report lists, sorted.
fn found(run: &Run) -> Vec<String> {
    let report = run.json();
    let mut found: Vec<String> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| {
            let origin = with_slashes(finding["places"][0]["origin"].as_str().unwrap());
            format!("{origin} {}", finding["rule"].as_str().unwrap())
        })
        .collect();
    found.sort();
    found
}

/// `keylint.toml`, arguments, exit code, findings.
type Row = (&'static str, &'static [&'static str], i32, &'static [&'static str]);

const DECISIONS: &[Row] = &[
    ("", &[], 1, &[LOGIN, MAIN]),
    ("", &["--min-confidence", "low"], 1, &[LOGIN, MAIN, EXAMPLE]),
    ("", &["--min-confidence", "high"], 1, &[LOGIN, MAIN]),
    ("", &["--min-confidence", "very-high"], 0, &[]),
    ("min-confidence = \"low\"", &[], 1, &[LOGIN, MAIN, EXAMPLE]),
    ("min-confidence = \"low\"", &["--min-confidence", "very-high"], 0, &[]),
    ("", &["--only", "secrets"], 1, &[LOGIN, MAIN]),
    ("", &["--fail-on", "critical"], 1, &[LOGIN, MAIN]),
    ("", &["--fail-on", "critical", "app/login.ini"], 0, &[LOGIN]),
    ("", &["--fail-on", "high", "app/login.ini"], 0, &[LOGIN]),
    ("", &["--fail-on", "medium", "app/login.ini"], 1, &[LOGIN]),
    ("", &["--fail-on", "low", "app/login.ini"], 1, &[LOGIN]),
    ("", &["docs", "--min-confidence", "low"], 0, &[EXAMPLE]),
    ("", &["docs", "--min-confidence", "low", "--fail-on", "note"], 1, &[EXAMPLE]),
    (
        "fail-on = \"critical\"\n[severity]\nstripe-live-secret-key = \"high\"",
        &[],
        0,
        &[LOGIN, MAIN],
    ),
    ("fail-on = \"critical\"", &["--fail-on", "medium"], 1, &[LOGIN, MAIN]),
    ("[severity]\ngeneric-password = \"critical\"", &["--fail-on", "critical"], 1, &[LOGIN, MAIN]),
    ("exclude = [\"app/**\"]", &[], 0, &[]),
    ("exclude = [\"*.ini\"]", &[], 1, &[MAIN]),
    ("exclude = [\"main.txt\"]", &["--no-config"], 1, &[LOGIN, MAIN]),
    ("exclude = [\"app/**\"]", &["app/login.ini"], 1, &[LOGIN]),
    ("[rules]\ndisable = [\"generic-password\"]", &[], 1, &[MAIN]),
    ("[rules]\ndisable = [\"generic-password\"]", &["--no-config"], 1, &[LOGIN, MAIN]),
    ("[rules]\nonly = [\"generic-password\", \"generic-token\"]", &[], 1, &[LOGIN]),
    ("[[allow]]\nrule = \"generic-password\"\nreason = \"r\"", &[], 1, &[MAIN]),
    ("[[allow]]\npath = \"app/**\"\nreason = \"r\"", &[], 0, &[]),
    ("[[allow]]\npath = \"app/**\"\nreason = \"r\"", &["--show-suppressed"], 0, &[LOGIN, MAIN]),
    (
        "[[allow]]\nrule = \"generic-password\"\npath = \"docs/**\"\nreason = \"r\"",
        &[],
        1,
        &[LOGIN, MAIN],
    ),
];

#[test]
fn decisions_are_followed() {
    let folder = project();
    for (text, arguments, code, wanted) in DECISIONS {
        folder.write("keylint.toml", text);
        // A file that is named is under the configuration of its own folder, so that this one is named too.
        let named = arguments.iter().any(|argument| argument.starts_with("app/"));
        let config: &[&str] = if named { &["--config", "keylint.toml"] } else { &[] };
        let run = folder.scan(&[config, arguments].concat());
        assert_eq!(
            (run.code, found(&run)),
            (*code, wanted.iter().map(|&w| w.to_owned()).collect()),
            "{text} {arguments:?}: {}",
            run.err
        );
    }
}

#[test]
fn what_is_left_out_is_counted() {
    let folder = project();
    folder.write(
        "keylint.toml",
        "exclude = [\"docs/**\"]\n[[allow]]\npath = \"app/main.txt\"\nreason = \"a test key\"\n",
    );
    let run = folder.scan(&["--show-suppressed"]);
    let report = run.json();
    assert_eq!(report["summary"]["suppressed"], 1);
    assert_eq!(report["stats"]["excluded"], 1);
    let place = &report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .find(|finding| finding["rule"] == RULE)
        .unwrap()["places"][0];
    assert_eq!(place["suppressed"]["reason"], "a test key");
    let text = folder.run(&["scan"]).text();
    assert!(
        text.contains("1 finding suppressed (1 by keylint.toml; --show-suppressed); 1 file excluded by keylint.toml"),
        "{text}"
    );
    assert!(folder.run(&["scan"]).err.contains("using keylint.toml"), "it is announced");
}

#[test]
fn a_fingerprint_allows_one_secret() {
    let folder = project();
    let report = folder.scan(&["app/main.txt"]).json();
    let fingerprint = report["findings"][0]["fingerprint"].as_str().unwrap();
    folder.write(
        "keylint.toml",
        format!("[[allow]]\nfingerprint = \"{fingerprint}\"\nreason = \"r\"\n"),
    );
    assert_eq!(found(&folder.scan(&[])), [LOGIN]);
}

/// A comment on a line, the line above and the token; and whether the token still counts.
const COMMENTS: &[(&str, &str, bool)] = &[
    ("", "  # keylint:allow stripe-live-secret-key made up", false),
    ("// keylint:allow stripe-live-secret-key made up", "", false),
    ("<!-- keylint:allow stripe-live-secret-key made up -->", "", false),
    ("", "  # keylint:allow generic-password made up", true),
    ("", "  # keylint:allow", true),
    ("", "  # keylint:allow all", true),
    ("y = 1 // keylint:allow stripe-live-secret-key of another line", "", true),
    ("// keylint:allow stripe-live-secret-key too far\n", "", true),
];

#[test]
fn comments_name_a_rule_and_a_place() {
    for (above, behind, counts) in COMMENTS {
        let folder = Folder::new();
        folder.write("x.txt", format!("{above}\nx = \"{TOKEN}\"{behind}\n"));
        let run = folder.scan(&[]);
        assert_eq!(run.code, i32::from(*counts), "{above} {behind}");
        assert_eq!(run.json()["summary"]["suppressed"], u64::from(!counts), "{above} {behind}");
        // The same secret elsewhere is not allowed with it.
        folder.write("y.txt", format!("x = \"{TOKEN}\"\n"));
        assert_eq!(folder.scan(&[]).code, 1, "{above} {behind}");
    }
}

/// `keylint.toml`, and what the program must say about it.
const MISTAKES: &[(&str, &[&str])] = &[
    (
        "[rules]\ndisable = [\"generic-pasword\"]",
        &[
            "no rule or check `generic-pasword`",
            "did you mean `generic-password`",
            "keylint.toml:2:",
        ],
    ),
    ("[rules]\nonly = [\"stripe-live-secret\"]", &["did you mean `stripe-live-secret-key`"]),
    ("[severity]\nstripe-live-key = \"low\"", &["did you mean `stripe-live-", "keylint.toml:2:1"]),
    (
        "[[allow]]\nrule = \"zzz\"\nreason = \"r\"",
        &["no rule or check `zzz`", "`keylint rules list` shows all"],
    ),
    (
        "[severity]\nservice-star = \"error\"",
        &["unknown variant `error`", "keylint.toml:2:", "help:"],
    ),
    ("exclude = [\"a\"\nfail-on = \"low\"", &["keylint.toml:", "help:"]),
    ("exlude = [\"a\"]", &["unknown field `exlude`", "keylint.toml:1:1", "help:"]),
    ("exclude = [\"a[\"]", &["`a[` is not a path pattern", "keylint.toml:1:", "help:"]),
    ("[[allow]]\nrule = \"generic-password\"", &["missing field `reason`", "help:"]),
    (
        "[[allow]]\nrule = \"generic-password\"\nreason = \" \"",
        &["needs a reason", "keylint.toml:3:", "help:"],
    ),
    ("[[allow]]\nreason = \"r\"", &["would allow everything", "help:"]),
    (
        "[[allow]]\nincomplete = \"a\"\nrule = \"generic-password\"\nreason = \"r\"",
        &["`incomplete` cannot stand beside", "help:"],
    ),
    ("min-confidence = \"sure\"", &["unknown variant `sure`", "help:"]),
];

#[test]
fn a_configuration_that_cannot_be_is_no_clean_scan() {
    let folder = project();
    for (text, says) in MISTAKES {
        folder.write("keylint.toml", text);
        assert_refused(&folder.scan(&[]), text, says);
        assert_eq!(folder.scan(&["--no-config"]).code, 1, "{text}: without it the scan goes on");
    }
    assert_refused(
        &folder.scan(&["--config", "none.toml"]),
        "none.toml",
        &["`none.toml` cannot be read", "help:"],
    );
}

#[test]
fn a_scan_for_nothing_is_refused() {
    let folder = project();
    folder.write(
        "keylint.toml",
        "[rules]\nonly = [\"generic-token\"]\ndisable = [\"generic-token\"]\n",
    );
    let says = ["leaves no rule", "help:"];
    assert_refused(&folder.scan(&["--only", "secrets"]), "no rules", &says);
    let run = folder.scan(&["--only", "policy", "--no-config"]);
    assert!(run.code != 1 && !run.text().contains(RULE), "secrets are not what was asked for");
}

/// What the second line of a rule file may be, and what the program must say about the file.
const RULE_MISTAKES: &[(&str, &[&str])] = &[
    (
        "trigger = { prefix = [\"acme_\"] }\nregex = \"(acme_[0-9a-z]{20}\"",
        &["rule `acme`: the regex does not compile: unclosed group"],
    ),
    (
        "trigger = { prefix = [\"acme_\"] }\nregex = \"acme_[0-9a-z]{20}\"",
        &["rule `acme`: the regex has no group"],
    ),
    ("trigger = { prefix = [\"acme_\"] }", &["rule `acme`: the rule has no `regex`"]),
    ("trigger = { prefix = [\"a\"] }\nregex = \"(a)\"", &["needs at least 2 bytes"]),
    ("trigger = { run = 8, words = [\"acme\"] }\nregex = \"(a)\"", &["`run` is 8"]),
    ("trigger = { literal = [\"acme\"], span = 99999 }\nregex = \"(a)\"", &["`span` is 99999"]),
    ("trigger = { }\nregex = \"(a)\"", &["exactly one of"]),
    ("trigger = { assigned = [\"passwort\"] }", &["`passwort` is no class of name"]),
    (
        "trigger = { prefix = [\"acme_\"] }\nregex = \"(a{500}{500}{500})\"",
        &["the regex is too large"],
    ),
    ("trigger = { prefix = [\"acme_\"] }\nregexp = \"(a)\"", &["unknown field `regexp`"]),
    ("trigger = \"acme\"", &["is not a rule file"]),
    ("= x", &["is not a rule file"]),
];

#[test]
fn a_rule_that_cannot_be_is_refused() {
    let folder = project();
    for (text, says) in RULE_MISTAKES {
        let head = "[[rule]]\nid = \"acme\"\ntitle = \"t\"\nhelp = \"h\"\nseverity = \"low\"\n";
        folder.write("rules.toml", format!("{head}{text}\n"));
        let run = folder.scan(&["--rules", "rules.toml"]);
        assert_refused(&run, text, says);
        assert!(
            run.err.contains("rules.toml:") && run.err.contains("help:"),
            "{text}: {}",
            run.err
        );
    }
    assert_refused(&folder.scan(&["--rules", "none"]), "none", &["`none` cannot be read", "help:"]);
}

#[test]
fn flags_that_cannot_be_are_refused() {
    let folder = project();
    for arguments in [
        &["--fail-on", "worst"][..],
        &["--min-confidence", "0.5"],
        &["--only", "iam"],
        &["--format", "xml"],
        &["--nonsense"],
        &["--config", "a", "--no-config"],
        &["-o", "report.unknown"],
    ] {
        let run = folder.run(&[&["scan"], arguments].concat());
        assert_refused(&run, &format!("{arguments:?}"), &[]);
    }
}

/// Exit code 2, an explanation, and no report that could be taken for that of a scan.
fn assert_refused(run: &Run, case: &str, says: &[&str]) {
    assert_eq!((run.code, run.out.len()), (2, 0), "{case}: {}", run.err);
    assert!(!run.err.is_empty(), "{case}");
    // Long messages are broken into lines.
    let said: Vec<&str> = run.err.split_whitespace().filter(|word| *word != "│").collect();
    let said = said.join(" ");
    for words in says {
        assert!(said.contains(words), "{case}: `{words}` is not in {}", run.err);
    }
}

#[test]
fn exit_codes_say_how_it_ended() {
    let folder = Folder::new();
    assert_eq!(folder.run(&["scan"]).code, 0, "an empty folder is clean");
    folder.write("clean.txt", "it rains\n");
    let run = folder.run(&["scan"]);
    assert_eq!((run.code, run.text().as_str()), (0, "no findings in 1 file, 9 bytes\n"));
    folder.write("x.txt", TOKEN);
    assert_eq!(folder.run(&["scan"]).code, 1);
    assert_eq!(folder.run(&["scan", "missing"]).code, 2);
}
