//! `keylint access grant`: its statements, pasted into the documents that it names, make the answer `yes`.

use serde_json::{Value, json};

use super::fixture::{ACROSS, Folder, IDLE, Run, snapshot};

const PAIR: &[&str] = &["--principal", "app/App", "--secret", "security/prod/db"];
const EMPTY: &str = "{\"Version\":\"2012-10-17\",\"Statement\":[]}";

fn grant(folder: &Folder, pair: &[&str]) -> Run {
    folder.access(&[&["grant", "-q"], pair].concat()).ends(0)
}

fn grant_json(folder: &Folder, pair: &[&str]) -> Value {
    let run = folder.access(&[&["grant", "-q", "--format", "json"], pair].concat()).ends(0);
    run.json()
}

/// Puts statements into the documents that they are for.
fn paste(folder: &Folder, grant: &Value, files: &[(&str, &str)]) {
    for addition in grant["statements"].as_array().unwrap() {
        if addition["is_there"] == true {
            continue;
        }
        let document = addition["document"].as_str().unwrap();
        let file = files.iter().find(|(name, _)| document == *name);
        let (_, file) = file.unwrap_or_else(|| panic!("{document} is none of {files:?}"));
        let mut policy: Value = serde_json::from_str(&folder.read(file)).unwrap();
        policy["Statement"].as_array_mut().unwrap().push(addition["statement"].clone());
        folder.write(file, serde_json::to_string_pretty(&policy).unwrap());
    }
}

fn answer(folder: &Folder, [_, principal, _, secret]: [&str; 4]) -> String {
    let run =
        folder.access(&["-q", "--format", "json", "--principal", principal, "--secret", secret]);
    let answers = run.answers();
    assert_eq!(answers.len(), 1, "{run}");
    answers[0].rsplit(' ').next().unwrap().to_owned()
}

/// Takes everything away, asks for what is missing, and pastes that.
fn mends(folder: &Folder, pair: [&str; 4], files: &[(&str, &str)]) -> Value {
    for (_, file) in files {
        folder.write(file, if *file == "key.json" { KEY } else { EMPTY });
    }
    assert_eq!(answer(folder, pair), "no");
    let grant = grant_json(folder, &pair);
    assert_eq!(
        (grant["before"].as_str(), grant["after"].as_str()),
        (Some("no"), Some("yes")),
        "{grant}"
    );
    assert_eq!(grant["remaining"], json!([]));
    paste(folder, &grant, files);
    assert_eq!(answer(folder, pair), "yes", "{grant}");
    let again = grant_json(folder, &pair);
    let statements = again["statements"].as_array().unwrap();
    assert!(
        !statements.is_empty() && statements.iter().all(|one| one["is_there"] == true),
        "{again}"
    );
    assert_eq!(again["before"], "yes");
    grant
}

/// A key policy that leaves its account in charge and nobody else.
const KEY: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"kms:*","Resource":"*"}]}"#;

const FILES: &[(&str, &str)] = &[
    ("a policy of app/App", "app.json"),
    ("the policy of the secret security/prod/db", "secret.json"),
    ("the policy of the key key.secrets", "key.json"),
];

#[test]
fn across_accounts_four_statements_in_three_documents() {
    let folder = Folder::new(ACROSS);
    let grant = mends(&folder, ["--principal", "app/App", "--secret", "security/prod/db"], FILES);
    assert_eq!(grant["statements"].as_array().unwrap().len(), 4);
}

#[test]
fn within_the_account_what_the_role_needs() {
    let folder = Folder::new(ACROSS);
    folder.append(
        "accounts.toml",
        "\n[[role]]\naccount = \"security\"\nname = \"Own\"\npolicies = [\"own.json\"]\n",
    );
    folder.write("own.json", EMPTY);
    let files = [("a policy of security/Own", "own.json"), FILES[1], FILES[2]];
    let pair = ["--principal", "security/Own", "--secret", "security/prod/db"];
    mends(&folder, pair, &files);
}

#[test]
fn a_replica_has_a_key_of_its_own() {
    let folder = Folder::new(ACROSS);
    folder.replace(
        "accounts.toml",
        "policy = \"secret.json\"",
        "policy = \"secret.json\"\nreplicas = [{ region = \"eu-west-1\", kms = \"key.replica\" }]",
    );
    folder.append(
        "accounts.toml",
        "\n[[key]]\nid = \"key.replica\"\naccount = \"security\"\npolicy = \"replica.json\"\n\
         arn = \"arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-1111-4222-8333-444455556667\"\n",
    );
    folder.write("replica.json", KEY);
    let pair = ["--principal", "app/App", "--secret", "security/prod/db@eu-west-1"];
    let files = [
        ("a policy of app/App", "app.json"),
        ("the policy of the secret security/prod/db@eu-west-1", "secret.json"),
        ("the policy of the key key.replica", "replica.json"),
    ];
    folder.write("app.json", EMPTY);
    folder.write("secret.json", EMPTY);
    let grant = grant_json(&folder, &pair);
    assert_eq!(grant["after"], "yes", "{grant}");
    paste(&folder, &grant, &files);
    assert_eq!(answer(&folder, pair), "yes", "{grant}");
}

#[test]
fn a_parameter_is_read_with_another_action() {
    let folder = Folder::new(ACROSS);
    folder.append(
        "accounts.toml",
        "\n[[parameter]]\naccount = \"security\"\nregion = \"us-east-1\"\nname = \"/prod/url\"\nkms = \"key.secrets\"\n\
         \n[[role]]\naccount = \"security\"\nname = \"Own\"\npolicies = [\"own.json\"]\n",
    );
    folder.write("own.json", EMPTY);
    let pair = ["--principal", "security/Own", "--secret", "security/prod/url"];
    let grant = mends(&folder, pair, &[("a policy of security/Own", "own.json"), FILES[2]]);
    let text = grant.to_string();
    assert!(
        text.contains("ssm:GetParameter") && text.contains("ssm.us-east-1.amazonaws.com"),
        "{text}"
    );
}

#[test]
fn no_statement_helps_under_a_managed_key_of_another_account() {
    let folder = Folder::new(ACROSS);
    folder.replace("accounts.toml", "kms = \"key.secrets\"\n", "");
    let run = grant(&folder, PAIR);
    assert!(run.out.contains("With these the answer is: no"), "{run}");
    assert!(run.out.contains("L5 missing: "), "{run}");
    let grant = grant_json(&folder, PAIR);
    assert_eq!(grant["after"], "no");
    assert_eq!(grant["remaining"].as_array().unwrap().len(), 1, "{grant}");
}

#[test]
fn arns_will_do() {
    let folder = Folder::new(ACROSS);
    let by_arn =
        ["--principal", "arn:aws:iam::222233334444:role/App", "--secret", "security/prod/db"];
    let (one, other) = (grant_json(&folder, &by_arn), grant_json(&folder, PAIR));
    assert_eq!((&one["statements"], &one["before"]), (&other["statements"], &other["before"]));
    // Somebody whom no document is about.
    let new =
        ["--principal", "arn:aws:iam::222233334444:user/team/New", "--secret", "security/prod/db"];
    let grant = grant_json(&folder, &new);
    assert_eq!(
        (grant["before"].as_str(), grant["after"].as_str()),
        (Some("no"), Some("yes")),
        "{grant}"
    );
}

#[test]
fn what_nobody_knows_is_an_error() {
    let folder = Folder::new(ACROSS);
    let ask = |principal, secret| {
        let run =
            folder.access(&["grant", "-q", "--principal", principal, "--secret", secret]).ends(2);
        assert_eq!(run.out, "");
        run.err
    };
    snapshot("grant-to-nobody", &ask("app/Apq", "security/prod/db"));
    snapshot("grant-on-nothing", &ask("app/App", "security/prod/bd"));
    ask("arn:aws:s3:::bucket", "security/prod/db");
    ask("app/App", "arn:aws:iam::222233334444:role/App");
    ask("", "");
}

#[test]
fn text_is_for_pasting() {
    let folder = Folder::new(ACROSS);
    folder.write("app.json", IDLE);
    snapshot("grant", &grant(&folder, PAIR).out);
}
