//! What the command line takes, where reports go, and how runs end.

use std::process::{Command, Stdio};

use super::fixture::{ACROSS, Folder, IDLE};

const YES: &str = "app/App security/prod/db yes";

#[test]
fn the_manifest_of_the_folder_is_used_and_announced() {
    let folder = Folder::new(ACROSS);
    let run = folder.access(&["--format", "json"]).ends(0);
    assert_eq!(run.answers(), [YES]);
    assert_eq!(run.err, "keylint: using accounts.toml\n");
    let quiet = folder.access(&["--format", "json", "-q"]).ends(0);
    assert_eq!((quiet.out, quiet.err), (run.out, String::new()));
}

#[test]
fn the_manifest_of_a_path_is_used() {
    let folder = Folder::new(&[]);
    for (name, text) in ACROSS {
        folder.write(&format!("infra/aws/{name}"), text);
    }
    for path in ["infra/aws", "./infra/aws/", "infra/../infra/aws"] {
        let run = folder.access(&[path, "--format", "json"]).ends(0);
        assert_eq!(run.answers(), [YES], "{path}");
        assert!(run.err.starts_with("keylint: using infra/"), "{path}: {}", run.err);
    }
    let whole = folder.path().join("infra/aws");
    let run = folder.access(&[whole.to_str().unwrap(), "--format", "json"]).ends(0);
    assert_eq!(run.answers(), [YES]);
    // It lies deeper than the path: nobody said that it is meant.
    let run = folder.access(&["--format", "json"]).ends(0);
    assert_eq!(run.err, "");
    // Of several paths the first that has one counts.
    let run = folder.access(&["infra", "infra/aws", "--format", "json"]).ends(0);
    assert_eq!(run.answers(), [YES]);
}

#[test]
fn a_manifest_elsewhere_names_files_beside_itself() {
    let folder = Folder::new(&[("empty/readme.md", "")]);
    for (name, text) in ACROSS {
        folder.write(&format!("infra/{}", name.replace("accounts", "world")), text);
    }
    for arguments in
        [&["--manifest", "infra/world.toml"][..], &["empty", "--manifest", "infra/world.toml"]]
    {
        let run = folder.access(&[arguments, &["--format", "json"]].concat()).ends(0);
        assert_eq!(run.answers(), [YES], "{arguments:?}");
        assert_eq!(run.err, "", "what was asked for is not announced");
    }
    let run = folder.access(&["--manifest", "no.toml"]).ends(2);
    assert!(run.err.contains("the manifest `no.toml` cannot be read"), "{run}");
    let run = folder.access(&["--manifest", "infra"]).ends(2);
    assert!(run.err.contains("the manifest `infra` cannot be read"), "{run}");
    assert_eq!(run.out, "");
}

#[test]
fn paths_that_are_not_there_are_refused() {
    let folder = Folder::new(ACROSS);
    let run = folder.access(&["no-such-path"]).ends(2);
    assert!(run.err.contains("`no-such-path` does not exist"), "{run}");
    assert_eq!(run.out, "");
}

#[test]
fn standard_input_is_one_more_document() {
    let folder = Folder::new(ACROSS);
    let run = folder.access(&["-", "--format", "json"]).ends(0);
    assert_eq!(run.answers(), Vec::<String>::new());
    let run = folder.access(&["-", "--diff", "main"]).ends(2);
    assert!(run.err.contains("standard input cannot be compared"), "{run}");
}

#[test]
fn an_empty_folder_says_that_there_is_nothing() {
    let run = Folder::new(&[]).access(&[]).ends(0);
    assert!(run.out.starts_with("nothing to answer: no principal and no secret"), "{run}");
    assert_eq!(run.err, "");
}

/// Two roles and two secrets.
fn four() -> Folder {
    let folder = Folder::new(ACROSS);
    folder.write("idle.json", IDLE);
    folder.append(
        "accounts.toml",
        "\n[[role]]\naccount = \"app\"\nname = \"Idle\"\npolicies = [\"idle.json\"]\n\n\
         [[secret]]\naccount = \"security\"\nregion = \"us-east-1\"\nname = \"other\"\n",
    );
    folder
}

#[test]
fn labels_and_patterns_narrow_the_list() {
    let folder = four();
    let count = |arguments: &[&str]| {
        folder.access(&[arguments, &["--format", "json"]].concat()).ends(0).answers().len()
    };
    assert_eq!(count(&[]), 4);
    assert_eq!(count(&["--principal", "app/App"]), 2);
    assert_eq!(count(&["--principal", "app/*"]), 4);
    assert_eq!(count(&["--secret", "security/prod/*"]), 2);
    assert_eq!(count(&["--principal", "app/Idle", "--secret", "*/other"]), 1);
}

#[test]
fn a_label_that_nobody_has_is_an_error() {
    let folder = four();
    let run = folder.access(&["--principal", "app/Ap"]).ends(2);
    assert!(run.err.contains("there is no principal `app/Ap`"), "{run}");
    assert!(run.err.contains("did you mean `app/App`?"), "{run}");
    let run = folder.access(&["--secret", "nothing/*"]).ends(2);
    assert!(run.err.contains("there is no secret `nothing/*`"), "{run}");
}

#[test]
fn narrowing_leaves_expectations_on_others_out() {
    let folder = four();
    folder.append(
        "accounts.toml",
        "\n[[expect]]\nallow = \"app/App\"\non = \"security/prod/db\"\n\n\
         [[expect]]\ndeny = \"app/Idle\"\non = \"security/*\"\n",
    );
    let run = folder.access(&["--principal", "app/Idle"]).ends(0);
    assert!(run.out.contains("expected  held     deny app/Idle"), "{run}");
    assert!(!run.out.contains("NOTHING") && !run.out.contains("allow app/App"), "{run}");
    // What is broken is shown, whatever is asked for: the exit code has a reason.
    folder.write("app.json", IDLE);
    let run = folder.access(&["--principal", "app/Idle"]).ends(1);
    assert!(run.out.contains("expected  BROKEN   allow app/App"), "{run}");
}

#[test]
fn what_nobody_means_is_counted_or_listed() {
    let folder = four();
    let run = folder.access(&[]).ends(0);
    assert!(run.out.contains("(--all)"), "{run}");
    assert!(!run.out.contains("app/Idle"), "{run}");
    let run = folder.access(&["--all"]).ends(0);
    assert_eq!(run.out.matches("  app/Idle ").count(), 2, "{run}");
    assert!(run.out.contains("not needed"), "{run}");
}

#[test]
fn few_paths_have_all_their_links() {
    let run = four().access(&["--format", "json"]).ends(0);
    for path in run.json()["paths"].as_array().unwrap() {
        assert_eq!(path["links"].as_array().unwrap().len(), 9, "{path}");
    }
}

#[test]
fn the_world_is_shown_as_text_and_json() {
    let folder = four();
    folder.append("accounts.toml", "\n[[expect]]\nallow = \"app/Idle\"\non = \"security/other\"\n");
    let text = folder.access(&["--show-world"]).ends(1);
    for line in ["accounts: 2", "principals: 2", "secrets and parameters: 2", "keys: 1"] {
        assert!(text.out.lines().any(|known| known == line), "{line}: {text}");
    }
    assert!(text.out.contains("identity policy: app.json:"), "{text}");
    let world = folder.access(&["--show-world", "--format", "json"]).json();
    assert_eq!(world["principals"].as_array().unwrap().len(), 2);
    for field in ["paths", "expectations"] {
        assert_eq!(world[field].as_array().unwrap().len(), 0, "{field}");
    }
    let run = folder.access(&["--show-world", "--format", "sarif"]).ends(2);
    assert!(run.err.contains("use --format text or json"), "{run}");
    folder.access(&["--show-world", "--diff", "main"]).ends(2);
}

#[test]
fn the_name_of_the_file_says_the_format() {
    let folder = Folder::new(ACROSS);
    let begins = [
        ("a.txt", "app (222233334444)"),
        ("b.json", "{\"version\":1"),
        ("c.sarif", "{"),
        ("d.sarif.json", "{"),
        ("e.html", "<!"),
        ("f.md", "### Access to secrets"),
        ("G.HTML", "<!"),
    ];
    for (name, start) in begins {
        let run = folder.access(&["-q", "-o", name]).ends(0);
        assert_eq!((run.out.as_str(), run.err.as_str()), ("", ""), "{name}");
        let text = folder.read(name);
        assert!(text.starts_with(start), "{name}: {}", text.get(..80).unwrap_or(&text));
        assert_eq!(text.contains("\"$schema\""), name.contains("sarif"), "{name}");
        folder.delete(name);
    }
    let run = folder.access(&["-o", "report"]).ends(2);
    assert!(run.err.contains("does not say which format is wanted"), "{run}");
    folder.access(&["-o", "report", "--format", "markdown"]).ends(0);
    assert!(folder.read("report").starts_with("### "));
}

#[test]
fn every_format_comes_out() {
    let folder = Folder::new(ACROSS);
    for format in ["text", "json", "sarif", "html", "markdown"] {
        let run = folder.access(&["-q", "--format", format]).ends(0);
        assert!(run.out.len() > 100 && run.out.ends_with('\n'), "{format}: {run}");
    }
}

#[test]
fn a_report_that_cannot_be_written_is_an_error() {
    let folder = Folder::new(ACROSS);
    let run = folder.access(&["-o", "no/such/folder/report.json"]).ends(2);
    assert!(run.err.contains("the report could not be written"), "{run}");
    let run = folder.access(&["--format", "json", "-o", "/dev/full"]);
    assert_eq!(run.code, if std::path::Path::new("/dev/full").exists() { 2 } else { 0 }, "{run}");
}

#[test]
fn a_closed_pipe_is_no_error() {
    let folder = Folder::new(ACROSS);
    for format in ["text", "json", "sarif", "html", "markdown"] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_keylint"));
        command.args(["access", "-q", "--format", format]).current_dir(folder.path());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{format}: {output:?}");
        assert!(output.stderr.is_empty(), "{format}: {output:?}");
    }
}

#[test]
fn what_was_not_read_is_said() {
    let folder = Folder::new(ACROSS);
    folder.replace("accounts.toml", "[\"app.json\"]", "[\"app.json\", \"bad.json\"]");
    folder.write("bad.json", "{ \"Version\": \"2012-10-17\", \"Statement\": [ { \"Effect\": ");
    let run = folder.access(&[]).ends(0);
    assert!(run.out.contains("not read: bad.json: policies were not read"), "{run}");
    let run = folder.access(&["--format", "json"]).ends(0);
    assert!(run.err.contains("keylint: not read: bad.json: policies were not read"), "{run}");
    assert_eq!(run.json()["skipped"][0]["origin"], "bad.json");
}

#[test]
fn help_fits_and_says_what_to_do() {
    let folder = Folder::new(&[]);
    for arguments in [&["--help"][..], &["grant", "--help"], &["-h"], &["grant", "-h"]] {
        let run = folder.access(arguments).ends(0);
        assert_eq!(run.err, "");
        for line in run.out.lines() {
            assert!(line.chars().count() <= 100, "{arguments:?}: {line}");
        }
    }
    assert!(folder.access(&["--help"]).out.contains("Exit codes"));
}
