//! What changed since a commit, or against another directory.

use super::fixture::{ACROSS, Folder, IDLE};

const JSON: &[&str] = &["-q", "--format", "json", "--diff"];
const ADDED: &str = "added app/App security/prod/db";
const REMOVED: &str = "removed app/App security/prod/db";

/// A template in which a role may read a secret.
const STACK: &str = "Resources:
  Db:
    Type: AWS::SecretsManager::Secret
    Properties: {Name: prod/db}
  Worker:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: 'sts:AssumeRole'}]
      Policies:
        - PolicyName: read
          PolicyDocument:
            Version: '2012-10-17'
            Statement: [{Effect: Allow, Action: 'secretsmanager:GetSecretValue', Resource: !Ref Db}]
";

fn repository(files: &[(&str, &str)]) -> Folder {
    let folder = Folder::new(files);
    folder.commit();
    folder
}

fn against(folder: &Folder, base: &str) -> Vec<String> {
    folder.access(&[JSON, &[base]].concat()).ends(0).changes()
}

#[test]
fn nothing_changed() {
    let folder = repository(ACROSS);
    let run = folder.access(&["-q", "--diff", "main"]).ends(0);
    assert_eq!(run.out, "access to secrets: no access changed\n");
    assert_eq!(against(&folder, "HEAD"), Vec::<String>::new());
}

#[test]
fn access_is_added_and_removed() {
    let folder = repository(ACROSS);
    folder.write("app.json", IDLE);
    assert_eq!(against(&folder, "main"), [REMOVED]);
    folder.commit();
    assert_eq!(against(&folder, "main"), Vec::<String>::new());
    assert_eq!(against(&folder, "main~1"), [REMOVED]);
    folder.add(ACROSS);
    let run = folder.access(&["-q", "--diff", "main"]).ends(0);
    assert!(
        run.out.starts_with("+ added    app/App -> security/prod/db: yes (was: no)\n"),
        "{run}"
    );
    assert!(run.out.contains("L1 ") && run.out.ends_with("access to secrets: 1 added\n"), "{run}");
    let run = folder.access(&["-q", "--diff", "main", "--format", "markdown"]).ends(0);
    assert!(run.out.starts_with("### Access to secrets: 1 added\n"), "{run}");
    let change = &folder.access(&[JSON, &["main"]].concat()).json()["changes"][0];
    assert_eq!((change["before"].as_str(), change["after"].as_str()), (Some("no"), Some("yes")));
    assert_eq!(change["path"]["links"].as_array().unwrap().len(), 9);
}

#[test]
fn access_under_other_conditions_is_changed() {
    let folder = repository(ACROSS);
    folder.replace(
        "secret.json",
        "\"Resource\": \"*\"",
        "\"Resource\": \"*\", \"Condition\": {\"IpAddress\": {\"aws:SourceIp\": \"192.0.2.0/24\"}}",
    );
    assert_eq!(against(&folder, "main"), ["changed app/App security/prod/db"]);
}

#[test]
fn labels_narrow_changes_on_both_sides() {
    let folder = repository(ACROSS);
    folder.write("app.json", IDLE);
    let asked =
        |label: &str| folder.access(&[JSON, &["main", "--principal", label]].concat()).changes();
    assert_eq!(asked("app/*"), [REMOVED]);
    assert_eq!(asked("other/*"), Vec::<String>::new());
}

#[test]
fn a_path_below_the_root_is_held_against_the_same_path() {
    let folder = Folder::new(&[("readme.md", "")]);
    for (name, text) in ACROSS {
        folder.write(&format!("infra/aws/{name}"), text);
        folder.write(&format!("infra/other/{name}"), text);
    }
    folder.commit();
    folder.write("infra/aws/app.json", IDLE);
    let below = |folder_in: &str, path: &[&str]| {
        folder.access_in(folder_in, &[path, JSON, &["main"]].concat()).ends(0).changes()
    };
    assert_eq!(below("", &["infra/aws"]), [REMOVED]);
    assert_eq!(below("infra", &["aws"]), [REMOVED]);
    assert_eq!(below("infra/aws", &[]), [REMOVED]);
    assert_eq!(below("infra/other", &["../aws"]), [REMOVED]);
    assert_eq!(below("infra/other", &[]), Vec::<String>::new());
    let whole = folder.path().join("infra/aws");
    assert_eq!(below("", &[whole.to_str().unwrap()]), [REMOVED]);
    // The manifest names files that lie beside it, not below what is read.
    folder.write("empty/readme.md", "");
    assert_eq!(below("", &["empty", "--manifest", "infra/aws/accounts.toml"]), [REMOVED]);
}

#[test]
fn a_manifest_that_was_not_there_before() {
    let folder = Folder::new(ACROSS);
    folder.delete("accounts.toml");
    folder.commit();
    folder.add(ACROSS);
    assert_eq!(against(&folder, "main"), [ADDED]);
    folder.commit();
    folder.delete("accounts.toml");
    assert_eq!(against(&folder, "main"), [REMOVED]);
}

#[test]
fn a_manifest_that_changed() {
    let folder = repository(ACROSS);
    folder.append(
        "accounts.toml",
        "\n[[role]]\naccount = \"app\"\nname = \"Second\"\npolicies = [\"app.json\"]\n",
    );
    folder.replace("secret.json", "role/App\"", "role/Second\"");
    let expected = [REMOVED, "added app/Second security/prod/db"];
    let mut found = against(&folder, "main");
    found.sort_by_key(|line| line.starts_with("added"));
    assert_eq!(found, expected);
}

#[test]
fn what_the_manifest_named_is_found_whatever_it_is_called() {
    let folder = Folder::new(ACROSS);
    folder.replace("accounts.toml", "\"app.json\"", "\"policies/app.policy\"");
    folder.delete("app.json");
    folder.write("policies/app.policy", ACROSS[1].1);
    folder.commit();
    assert_eq!(against(&folder, "main"), Vec::<String>::new());
    folder.write("policies/app.policy", IDLE);
    assert_eq!(against(&folder, "main"), [REMOVED]);
}

#[test]
fn files_that_move_change_nothing() {
    let folder = repository(ACROSS);
    folder.write("policies/app.json", ACROSS[1].1);
    folder.delete("app.json");
    folder.replace("accounts.toml", "\"app.json\"", "\"policies/app.json\"");
    assert_eq!(against(&folder, "main"), Vec::<String>::new());
}

#[test]
fn templates_that_are_deleted_take_their_access_away() {
    let folder = repository(&[("stack.yaml", STACK), ("keep.yaml", STACK)]);
    assert_eq!(against(&folder, "main"), Vec::<String>::new());
    folder.delete("stack.yaml");
    let changes = against(&folder, "main");
    assert_eq!(changes.len(), 1, "{changes:?}");
    assert!(changes[0].starts_with("removed stack.yaml/"), "{changes:?}");
    folder.commit();
    folder.write("new.yaml", STACK);
    let changes = against(&folder, "main");
    assert!(changes.len() == 1 && changes[0].starts_with("added new.yaml/"), "{changes:?}");
}

#[test]
fn several_paths_are_each_held_against_what_they_were() {
    let folder = repository(&[("a/stack.yaml", STACK), ("b/stack.yaml", STACK), ("c/x.md", "")]);
    folder.delete("b/stack.yaml");
    let run = folder.access(&[&["a", "b"], JSON, &["main"]].concat()).ends(0);
    assert_eq!(run.changes().len(), 1, "{run}");
    // A folder in another one is read once.
    let run = folder.access(&[&["a", ".", "b"], JSON, &["main"]].concat()).ends(0);
    assert_eq!(run.changes().len(), 1, "{run}");
    let run = folder.access(&[&["c", "a/stack.yaml"], JSON, &["main"]].concat()).ends(0);
    assert_eq!(run.changes(), Vec::<String>::new());
}

#[test]
fn another_directory_takes_the_place_of_the_path() {
    let folder = Folder::new(&[]);
    for (name, text) in ACROSS {
        folder.write(&format!("old/{name}"), text);
        folder.write(&format!("new/{name}"), text);
    }
    let run = || folder.access(&[&["new"], JSON, &["old"]].concat()).ends(0).changes();
    assert_eq!(run(), Vec::<String>::new());
    folder.write("new/app.json", IDLE);
    assert_eq!(run(), [REMOVED]);
    folder.delete("old/accounts.toml");
    folder.add(&[("new/app.json", ACROSS[1].1)]);
    assert_eq!(run(), [ADDED]);
    // One file in the place of another.
    folder.write("old/stack.yaml", STACK);
    folder.write("new/stack.yaml", STACK);
    let run = folder.access(&[&["new/stack.yaml"], JSON, &["old/stack.yaml"]].concat()).ends(0);
    assert_eq!(run.changes(), Vec::<String>::new());
    let run = folder.access(&[&["new/stack.yaml"], JSON, &["old"]].concat()).ends(0);
    assert_eq!(run.changes(), Vec::<String>::new());
}

#[test]
fn a_manifest_beside_both_directories_is_that_of_both() {
    let folder = Folder::new(ACROSS);
    for side in ["old", "new"] {
        folder.write(&format!("{side}/app.json"), ACROSS[1].1);
    }
    folder.replace("accounts.toml", "\"app.json\"", "\"new/app.json\"");
    let run = || {
        let arguments = [&["new", "--manifest", "accounts.toml"], JSON, &["old"]].concat();
        folder.access(&arguments).ends(0).changes()
    };
    assert_eq!(run(), Vec::<String>::new());
    folder.write("old/app.json", IDLE);
    assert_eq!(run(), [ADDED]);
}

#[test]
fn expectations_that_are_broken_are_named() {
    let folder = Folder::new(ACROSS);
    folder
        .append("accounts.toml", "\n[[expect]]\nallow = \"app/App\"\non = \"security/prod/db\"\n");
    folder.commit();
    folder.write("app.json", IDLE);
    let run = folder.access(&["-q", "--diff", "main"]).ends(1);
    assert!(run.out.contains("expected  BROKEN   allow app/App on security/prod/db"), "{run}");
    let run = folder.access(&["-q", "--diff", "main", "--format", "markdown"]).ends(1);
    assert!(run.out.contains("expected, **broken**"), "{run}");
    let run = folder.access(&[JSON, &["main"]].concat()).ends(1);
    assert_eq!(run.json()["broken"][0]["principal"], "app/App");
}

#[test]
fn a_base_that_is_not_there_is_an_error() {
    let folder = repository(ACROSS);
    let run = folder.access(&["--diff", "no-such-branch"]).ends(2);
    assert!(run.err.contains("no-such-branch"), "{run}");
    assert_eq!(run.out, "");
    let run = Folder::new(ACROSS).access(&["--diff", "main"]).ends(2);
    assert!(run.err.contains("git"), "{run}");
    for format in ["html", "sarif"] {
        let run = folder.access(&["--diff", "main", "--format", format]).ends(2);
        assert!(run.err.contains("changes cannot be written in this format"), "{run}");
    }
}

#[test]
fn a_bad_manifest_of_then_says_so() {
    let folder = Folder::new(ACROSS);
    folder.replace("accounts.toml", "account = \"app\"", "account = \"ap\"");
    folder.commit();
    folder.add(ACROSS);
    let run = folder.access(&["-q", "--diff", "main"]).ends(2);
    assert!(run.err.contains("accounts.toml (at main)"), "{run}");
    // What was expected then of nobody is no error now.
    let folder = Folder::new(ACROSS);
    folder.append(
        "accounts.toml",
        "\n[[expect]]\nallow = \"app/Nobody\"\non = \"security/prod/db\"\n",
    );
    folder.commit();
    folder.add(ACROSS);
    assert_eq!(against(&folder, "main"), Vec::<String>::new());
}

#[test]
fn nothing_is_written_and_no_program_is_run() {
    let folder = repository(ACROSS);
    folder.write("app.json", IDLE);
    let hook = "#!/bin/sh\ntouch ran\n";
    folder.write(".git/hooks/post-checkout", hook);
    folder.git(&["config", "core.fsmonitor", "touch ran"]);
    let before = folder.snapshot();
    assert_eq!(against(&folder, "main"), [REMOVED]);
    assert_eq!(folder.snapshot(), before);
}

#[test]
fn links_in_the_path_lead_to_the_same_place() {
    let folder = Folder::new(&[]);
    for (name, text) in ACROSS {
        folder.write(&format!("infra/{name}"), text);
    }
    folder.commit();
    folder.write("infra/app.json", IDLE);
    std::os::unix::fs::symlink("infra", folder.path().join("link")).unwrap();
    let run = folder.access(&[&["link"], JSON, &["main"]].concat()).ends(0);
    assert_eq!(run.changes(), [REMOVED], "{run}");
}
