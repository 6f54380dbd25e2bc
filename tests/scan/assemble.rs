//! What findings say of each other: one finding per secret, parts of a credential, what proves what.

use serde_json::Value;

use crate::folder::{Folder, Run, with_slashes};
use crate::made::{LETTERS, UPPER, login, made, weak};

/// A secret access key, and the id of one.
fn secret() -> String {
    made(40, LETTERS, 1)
}

fn id() -> String {
    format!("{}I{}", ["AK", "IA"].concat(), made(15, UPPER, 2))
}

fn findings(run: &Run) -> Vec<Value> {
    run.json()["findings"].as_array().unwrap().clone()
}

/// The finding of a rule; there must be one.
fn of_rule(run: &Run, rule: &str) -> Value {
    let found = findings(run).into_iter().find(|finding| finding["rule"] == rule);
    found.unwrap_or_else(|| panic!("no {rule} in {}", run.text()))
}

fn fact<'a>(finding: &'a Value, name: &str) -> &'a str {
    finding["secret"]["facts"][name].as_str().unwrap_or_default()
}

/// The same secret, as two rules see it.
fn written_twice() -> Folder {
    let folder = Folder::new();
    folder.write("a/login.ini", format!("password = {}\n", secret()));
    folder.write("b/prod.env", format!("AWS_SECRET_ACCESS_KEY={}\n", secret()));
    folder
}

#[test]
fn one_secret_is_one_finding() {
    let folder = written_twice();
    let run = folder.scan(&[]);
    let [finding] = &findings(&run)[..] else { panic!("{}", run.text()) };
    assert_eq!(finding["rule"], "aws-secret-access-key");
    let place = |at: usize| {
        let place = &finding["places"][at];
        (with_slashes(place["origin"].as_str().unwrap()), place["rule"].as_str().map(str::to_owned))
    };
    assert_eq!(place(0), ("a/login.ini".into(), Some("generic-password".into())));
    assert_eq!(place(1), ("b/prod.env".into(), None));
    let text = folder.run(&["scan"]).text();
    assert!(text.contains("found here by generic-password"), "{text}");
    let sarif: Value =
        serde_json::from_slice(&folder.run(&["scan", "--format", "sarif"]).out).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let rules: Vec<&Value> = results.iter().map(|result| &result["ruleId"]).collect();
    assert_eq!(rules, ["generic-password", "aws-secret-access-key"]);
    assert_eq!(results[0]["fingerprints"], results[1]["fingerprints"]);
}

#[test]
fn what_is_suppressed_does_not_depend_on_what_else_is_scanned() {
    let folder = written_twice();
    let alone = folder.scan(&["a"]);
    let [finding] = &findings(&alone)[..] else { panic!("{}", alone.text()) };
    assert_eq!(finding["rule"], "generic-password");
    let fingerprint = finding["fingerprint"].as_str().unwrap();
    // What is allowed, and which of the places still count.
    let cases: [(String, &[&str]); 4] = [
        (format!("fingerprint = \"{fingerprint}\""), &[]),
        ("rule = \"generic-password\"".into(), &["b/prod.env"]),
        ("rule = \"aws-secret-access-key\"".into(), &["a/login.ini"]),
        (format!("rule = \"generic-password\"\nfingerprint = \"{fingerprint}\""), &["b/prod.env"]),
    ];
    for (allow, count) in cases {
        folder.write("keylint.toml", format!("[[allow]]\n{allow}\nreason = \"r\"\n"));
        let run = folder.scan(&[]);
        let left: Vec<String> = findings(&run)
            .iter()
            .flat_map(|finding| finding["places"].as_array().unwrap().clone())
            .filter(|place| place.get("suppressed").is_none())
            .map(|place| with_slashes(place["origin"].as_str().unwrap()))
            .collect();
        assert_eq!(left, count, "{allow}");
    }
    folder.write("keylint.toml", "");
    let comment = "# keylint:allow generic-password r\n";
    folder.write("a/login.ini", format!("{comment}password = {}\n", secret()));
    let places = &findings(&folder.scan(&[]))[0]["places"];
    assert!(places[0].get("suppressed").is_some() && places[1].get("suppressed").is_none());
}

#[test]
fn weak_secrets_stay_apart() {
    let folder = Folder::new();
    folder.write("a.ini", login(&weak('b')));
    folder.write("b.ini", format!("db_{}", login(&weak('b'))));
    let run = folder.scan(&[]);
    assert_eq!(findings(&run).len(), 2, "nobody may confirm a guess: {}", run.text());
}

/// Files, where the other part is for the secret, its severity and its confidence.
type Case<'a> = (Vec<(&'a str, String)>, &'a str, &'a str, &'a str);

#[test]
fn parts_are_joined_at_any_distance() {
    let (id, secret) =
        (format!("key = {}\n", id()), format!("AWS_SECRET_ACCESS_KEY={}\n", secret()));
    let far = "# it rains\n".repeat(30);
    let cases: [Case; 5] = [
        (
            vec![(".env", format!("{id}{secret}"))],
            "aws-access-key-id at .env:1 (same block)",
            "critical",
            "high",
        ),
        (
            vec![(".env", format!("{id}{far}{secret}"))],
            "aws-access-key-id at .env:1 (same file)",
            "critical",
            "medium",
        ),
        (
            vec![("a/id.txt", id.clone()), ("a/key.txt", secret.clone())],
            "aws-access-key-id at a/id.txt:1 (same directory)",
            "critical",
            "medium",
        ),
        (
            vec![("a/id.txt", id.clone()), ("b/key.txt", secret.clone())],
            "aws-access-key-id at a/id.txt:1 (same scan)",
            "critical",
            "medium",
        ),
        (vec![("b/key.txt", secret.clone())], "", "high", "medium"),
    ];
    for (files, paired, severity, confidence) in cases {
        let folder = Folder::new();
        for (name, text) in &files {
            folder.write(name, text);
        }
        let run = folder.scan(&[]);
        let found = of_rule(&run, "aws-secret-access-key");
        assert_eq!(with_slashes(fact(&found, "paired with")), paired);
        assert_eq!(
            (found["severity"].as_str(), found["confidence"].as_str()),
            (Some(severity), Some(confidence)),
            "{paired}"
        );
        let without =
            "without aws-access-key-id or aws-temporary-access-key-id or aws-legacy-access-key-id";
        assert_eq!(fact(&found, "alone"), if paired.is_empty() { without } else { "" });
        if !paired.is_empty() {
            let other = of_rule(&run, "aws-access-key-id");
            assert!(fact(&other, "paired with").starts_with("aws-secret-access-key at "));
            assert_eq!(other["severity"], "high");
        }
    }
}

#[test]
fn a_half_is_judged_by_what_was_looked_for() {
    let folder = Folder::new();
    folder.write("x.env", format!("AWS_SECRET_ACCESS_KEY={}\n", secret()));
    let severity = |arguments: &[&str]| {
        of_rule(&folder.scan(arguments), "aws-secret-access-key")["severity"].clone()
    };
    assert_eq!(severity(&[]), "high");
    folder.write("keylint.toml", "[severity]\naws-secret-access-key = \"critical\"\n");
    assert_eq!(severity(&[]), "critical", "what the configuration says holds");
    folder.write("keylint.toml", "[rules]\nonly = [\"aws-secret-access-key\"]\n");
    assert_eq!(severity(&[]), "critical", "nobody looked for the other half");
    // A half that is not listed is there all the same.
    folder.write("keylint.toml", "");
    folder.write("x.env", format!("twilio_token = {}\n", made(32, b"0123456789abcdef", 3)));
    folder.write(
        "id.env",
        format!("sid = {}{}\n", ["A", "C"].concat(), made(32, b"0123456789abcdef", 4)),
    );
    let token = |arguments: &[&str]| of_rule(&folder.scan(arguments), "twilio-auth-token");
    assert_eq!(token(&[])["severity"], "critical");
    folder.write("id.env", "");
    assert_eq!(token(&[])["severity"], "high");
}

#[test]
fn a_half_on_an_old_line_is_a_half() {
    let folder = Folder::new();
    folder.git(&["init", "-q"]);
    folder.write("x.env", format!("key = {}\n", id()));
    folder.git(&["add", "."]);
    folder.git(&["-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-qm", "m"]);
    folder.write("x.env", format!("key = {}\nAWS_SECRET_ACCESS_KEY={}\n", id(), secret()));
    folder.git(&["add", "."]);
    let run = folder.run(&["git", "--staged", "--format", "json"]);
    let found = of_rule(&run, "aws-secret-access-key");
    assert_eq!(found["severity"], "critical");
    assert!(fact(&found, "paired with").contains("x.env:1 (same block)"), "{found}");
    assert_eq!(findings(&run).len(), 1, "the old line is not listed");
}
