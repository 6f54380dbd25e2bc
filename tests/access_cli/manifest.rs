//! Manifests that cannot be used, as a person sees that, and expectations.

use super::fixture::{ACROSS, Folder, IDLE, Run, snapshot};

/// What becomes of the manifest with a text in the place of another one.
fn with(from: &str, to: &str) -> Run {
    let folder = Folder::new(ACROSS);
    folder.replace("accounts.toml", from, to);
    folder.access(&["-q"])
}

#[test]
fn messages_have_the_place_and_the_nearest_name() {
    let run = with("account = \"app\"", "account = \"apq\"").ends(2);
    snapshot("unknown-account", &run.err);
    let run = with("[\"app.json\"]", "[\"ap.json\"]").ends(2);
    snapshot("unknown-file", &run.err);
    let run = with("policies = [", "polices = [").ends(2);
    snapshot("unknown-key", &run.err);
    let run = with("id = \"222233334444\"", "id = 222233334444").ends(2);
    snapshot("wrong-type", &run.err);
}

#[test]
fn expectations_end_as_they_should() {
    let cases = [
        ("allow", "app/App", 0, "held"),
        ("deny", "app/App", 1, "BROKEN"),
        ("allow", "app/*", 1, "BROKEN"),
        ("deny", "app/Idle", 0, "held"),
        ("allow", "security/Unknown", 0, "open"),
        ("deny", "security/Unknown", 0, "open"),
        ("deny", "other/*", 0, "NOTHING"),
        ("deny", "app/Gone", 0, "NOTHING"),
        ("allow", "other/*", 0, "NOTHING"),
    ];
    let folder = Folder::new(ACROSS);
    folder.write("idle.json", IDLE);
    folder.append(
        "accounts.toml",
        "\n[[role]]\naccount = \"app\"\nname = \"Idle\"\npolicies = [\"idle.json\"]\n\n\
         [[role]]\naccount = \"security\"\nname = \"Unknown\"\n",
    );
    let manifest = folder.read("accounts.toml");
    for (verb, principal, code, word) in cases {
        let expect = format!("\n[[expect]]\n{verb} = \"{principal}\"\non = \"security/prod/db\"\n");
        folder.write("accounts.toml", format!("{manifest}{expect}"));
        let run = folder.access(&["-q"]).ends(code);
        assert!(run.out.contains(&format!("expected  {word:7}  {verb} {principal}")), "{run}");
        for format in ["json", "sarif", "html", "markdown"] {
            folder.access(&["-q", "--format", format]).ends(code);
        }
    }
}

#[test]
fn what_is_forbidden_need_not_be_there_but_its_account() {
    let folder = Folder::new(ACROSS);
    folder.append("accounts.toml", "\n[[expect]]\ndeny = \"ap/Gone\"\non = \"security/prod/db\"\n");
    let run = folder.access(&["-q"]).ends(2);
    assert!(run.err.contains("there is no principal `ap/Gone`"), "{run}");
}

fn expecting(principal: &str, secret: &str) -> Folder {
    let folder = Folder::new(ACROSS);
    let expect = format!("\n[[expect]]\nallow = \"{principal}\"\non = \"{secret}\"\n");
    folder.append("accounts.toml", &expect);
    folder
}

#[test]
fn an_expectation_of_nobody_is_an_error_with_the_nearest_label() {
    let run = expecting("app/Appp", "security/prod/db").access(&["-q"]).ends(2);
    snapshot("nobody", &run.err);
    let run = expecting("app/App", "security/prod/bd").access(&["-q"]).ends(2);
    snapshot("nothing", &run.err);
    // The number of the account will do as well.
    let run = expecting("222233334444/App", "111122223333/prod/db").access(&["-q"]).ends(0);
    assert!(run.out.contains("held"), "{run}");
}

#[test]
fn with_templates_an_expectation_of_nobody_is_said_alone() {
    let folder = expecting("app/Worker", "security/prod/db");
    folder.write(
        "stack.yaml",
        "Resources:\n  Db:\n    Type: AWS::SecretsManager::Secret\n    Properties: {Name: x}\n",
    );
    let run = folder.access(&["-q"]).ends(0);
    assert!(run.out.contains("NOTHING") && run.out.contains("there is no such path"), "{run}");
    assert!(run.out.contains("1 about no path"), "{run}");
}

#[test]
fn a_manifest_that_is_no_text_is_refused() {
    let folder = Folder::new(ACROSS);
    folder.write("accounts.toml", b"[account.a]\nid = \"\xff\xfe\"\n");
    let run = folder.access(&["-q"]).ends(2);
    assert!(run.err.contains("is not UTF-8"), "{run}");
    folder.write("accounts.toml", [0; 64]);
    folder.access(&["-q"]).ends(2);
    let utf16: Vec<u8> = "\u{feff}[account.app]\nid = \"222233334444\"\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    folder.write("accounts.toml", utf16);
    folder.access(&["-q"]).ends(0);
}

#[test]
fn a_large_manifest_takes_no_time() {
    let folder = Folder::new(ACROSS);
    let comment = format!("# {}\n", "x".repeat(100)).repeat(52_000);
    folder.append("accounts.toml", &comment);
    folder.access(&["-q"]).ends(0);
    // The same with a slip at its end: the message shows the line and not the rest.
    folder.append("accounts.toml", "\n[[rol]]\nname = \"x\"\n");
    let run = folder.access(&["-q"]).ends(2);
    assert!(run.err.len() < 3000 && run.err.contains("there is no key `rol`"), "{run}");
}

#[test]
fn deep_nesting_is_refused() {
    let folder = Folder::new(ACROSS);
    for deep in [format!("a = {}", "[".repeat(100_000)), format!("[{}]", "a.".repeat(100_000))] {
        folder.append("accounts.toml", &format!("\n{deep}\n"));
        let run = folder.access(&["-q"]).ends(2);
        assert!(run.err.len() < 1_000, "{} bytes", run.err.len());
        folder.add(ACROSS);
    }
}

#[test]
fn directories_links_and_pipes_as_policies() {
    let folder = Folder::new(ACROSS);
    folder.write("folder/readme.md", "");
    folder.replace("accounts.toml", "\"app.json\"", "\"folder\"");
    let run = folder.access(&["-q"]).ends(2);
    assert!(run.err.contains("`folder`"), "{run}");
    folder.add(ACROSS);
    // A link that the manifest names is followed.
    std::fs::rename(folder.path().join("app.json"), folder.path().join("real.txt")).unwrap();
    std::os::unix::fs::symlink("real.txt", folder.path().join("app.json")).unwrap();
    let run = folder.access(&["-q", "--format", "json"]).ends(0);
    assert_eq!(run.answers(), ["app/App security/prod/db yes"]);
    folder.delete("app.json");
    let fifo = std::process::Command::new("mkfifo").arg(folder.path().join("app.json")).status();
    assert!(fifo.unwrap().success());
    let run = folder.access(&["-q"]).ends(2);
    assert!(run.err.contains("`app.json`"), "{run}");
}
