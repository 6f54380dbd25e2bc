//! What is edited, and what a baseline then hides: one row for each kind of edit, held against files, what is staged, and the
//! whole history.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::fixture::{Tree, key, made, pem, policy, token, tree, weak};

/// An edit of the tree of [`tree`], and what must be reported after it; everything else stays silent.
struct Row {
    name: &'static str,
    edit: fn(&Tree),
    /// Secrets, and checks of policies.
    reported: Vec<String>,
}

/// An edit that changes no secret and no policy.
fn silent(name: &'static str, edit: fn(&Tree)) -> Row {
    Row { name, edit, reported: Vec::new() }
}

fn reported(name: &'static str, edit: fn(&Tree), what: String) -> Row {
    Row { name, edit, reported: vec![what] }
}

fn moves() -> Vec<Row> {
    vec![
        silent("lines move down", |tree| {
            for file in ["app.env", "src/config.py", "keys/server.pem"] {
                tree.change(file, |text| format!("\n\n\n{text}"));
            }
        }),
        silent("the line before changes", |tree| tree.replace("app.env", "settings", "of the app")),
        silent("a comment behind it", |tree| {
            tree.change("src/config.py", |text| text.trim_end().to_owned() + "  # todo\n");
        }),
        silent("files are renamed", |tree| {
            tree.rename("app.env", "service.env");
            tree.rename("src/config.py", "src/settings.py");
            tree.rename("keys/server.pem", "keys/old.pem");
            tree.rename("policy.json", "role.json");
        }),
        silent("files move into folders", |tree| {
            tree.rename("app.env", "deploy/prod/app.env");
            tree.rename("src/config.py", "lib/app/config.py");
            tree.rename("keys/server.pem", "server.pem");
            tree.rename("policy.json", "iam/policy.json");
        }),
        silent("code is indented", |tree| {
            let line = format!("{} =", key());
            tree.replace("src/config.py", &line, &format!("class A:\n    {line}"));
        }),
        silent("quotes change", |tree| tree.replace("src/config.py", "\"", "'")),
        silent("spaces around the sign go", |tree| tree.replace("src/config.py", " = ", "=")),
        silent("a copy in another file", |tree| {
            tree.write("backup/app.env", tree.read("app.env"));
            tree.write("backup/server.pem", tree.read("keys/server.pem"));
        }),
        silent("a token in another file and syntax", |tree| {
            tree.delete("app.env");
            tree.write(
                "ci.yml",
                format!("deploy:\n  script: curl -H 'PRIVATE-TOKEN: {}' x\n", token(1)),
            );
        }),
        silent("secrets go", |tree| {
            tree.replace("app.env", &token(1), "");
            tree.delete("keys/server.pem");
        }),
    ]
}

fn forms() -> Vec<Row> {
    vec![
        silent("line ends of Windows", |tree| {
            for file in ["app.env", "src/config.py", "keys/server.pem", "policy.json"] {
                tree.change(file, |text| text.replace('\n', "\r\n"));
            }
        }),
        silent("UTF-16", |tree| {
            let text = tree.read("app.env");
            let units = "\u{feff}".encode_utf16().chain(text.encode_utf16());
            tree.write("app.env", units.flat_map(u16::to_le_bytes).collect::<Vec<u8>>());
        }),
        silent("a key indented in YAML", |tree| {
            let lines = tree.read("keys/server.pem").replace('\n', "\n    ");
            tree.delete("keys/server.pem");
            tree.write("deploy.yaml", format!("tls:\n  key: |\n    {}\n", lines.trim_end()));
        }),
        silent("a key on one line of JSON", |tree| {
            let line = tree.read("keys/server.pem").replace('\n', "\\n");
            tree.delete("keys/server.pem");
            tree.write("tls.json", format!("{{\"tls\": {{\"key\": \"{line}\"}}}}\n"));
        }),
        silent("a token in base64", |tree| {
            let packed = STANDARD.encode(format!("TOKEN={}\n", token(1)));
            tree.delete("app.env");
            tree.write("app.yaml", format!("kind: Secret\ndata:\n  env: {packed}\n"));
        }),
        silent("a policy in other lines", |tree| {
            tree.change("policy.json", |text| {
                text.replace(",\"", ",\n    \"").replace("\":", "\" : ")
            });
        }),
        silent("a policy beside another statement", |tree| {
            let other =
                r#"{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::two"},"#;
            tree.change("policy.json", |text| text.replace('[', &format!("[{other}")));
        }),
    ]
}

fn changes() -> Vec<Row> {
    vec![
        reported("another token", |tree| tree.replace("app.env", &token(1), &token(2)), token(2)),
        reported(
            "another secret on the same line",
            |tree| {
                tree.change("app.env", |text| {
                    text.replace("\nMODE", &format!(" {}\nMODE", token(3)))
                });
            },
            token(3),
        ),
        reported(
            "a weak password changes under its name",
            |tree| tree.replace("src/config.py", &weak('a'), &weak('b')),
            weak('b'),
        ),
        reported(
            "a weak password under another name",
            |tree| tree.replace("src/config.py", &key(), &format!("db_{}", key())),
            weak('a'),
        ),
        reported(
            "one letter of a key",
            |tree| {
                tree.change("keys/server.pem", |text| text.replace(&made(64, 105), &made(64, 999)));
            },
            pem(1).replace(&made(64, 105), &made(64, 999)).trim_end().to_owned(),
        ),
        reported(
            "a token in a new file",
            |tree| tree.write("new/one.env", format!("TOKEN={}\n", token(4))),
            token(4),
        ),
        reported(
            "a policy about something else",
            |tree| tree.write("policy.json", policy("other")),
            "unknown-action".into(),
        ),
    ]
}

#[test]
fn edits_are_told_from_changes() {
    let rows: Vec<Row> = [moves(), forms(), changes()].into_iter().flatten().collect();
    assert!(rows.len() >= 16);
    let mut wrong = Vec::new();
    for Row { name, edit, reported } in rows {
        let tree = tree();
        let before = tree.reported(&["scan", "."]);
        assert_eq!(before.len(), 4, "all are found before: {before:?}");
        tree.baseline();
        tree.commit("Know of what is there");
        assert_eq!(tree.reported(&["scan", "."]), BTreeSet::new(), "{name}: before the edit");
        edit(&tree);
        let expected: BTreeSet<String> = reported.into_iter().collect();
        let secrets = |found: BTreeSet<String>| -> BTreeSet<String> {
            found.into_iter().filter(|found| *found != "unknown-action").collect()
        };
        let of_files = tree.reported(&["scan", "."]);
        tree.git(&["add", "-A"]);
        let staged = tree.reported(&["git", "--staged"]);
        tree.commit("Edit");
        let of_history = tree.reported(&["git"]);
        if of_files != expected {
            wrong.push(format!("{name}: files: {of_files:?}"));
        }
        if staged != expected {
            wrong.push(format!("{name}: staged: {staged:?}"));
        }
        // A history has no policies.
        if of_history != secrets(expected) {
            wrong.push(format!("{name}: history: {of_history:?}"));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn histories_may_be_written_anew() {
    let tree = tree();
    tree.baseline();
    tree.commit("Know of what is there");
    tree.git(&["checkout", "-q", "-b", "side", "HEAD~1"]);
    tree.write("side.txt", "nothing\n");
    tree.commit("Side one");
    tree.write("side.env", format!("TOKEN={}\n", token(5)));
    tree.commit("Side two");
    tree.git(&["rebase", "-q", "main"]);
    assert_eq!(tree.reported(&["git"]), BTreeSet::from([token(5)]), "rebased");
    tree.git(&["checkout", "-q", "main"]);
    tree.git(&["merge", "-q", "--squash", "side"]);
    tree.commit("Squashed");
    tree.git(&["branch", "-q", "-D", "side"]);
    tree.git(&["reflog", "expire", "--expire=all", "--all"]);
    assert_eq!(tree.reported(&["git"]), BTreeSet::from([token(5)]), "squashed");
    tree.git(&["checkout", "-q", "--orphan", "fresh"]);
    tree.commit("All at once");
    assert_eq!(tree.reported(&["git"]), BTreeSet::from([token(5)]), "begun anew");
}

#[test]
fn the_working_directory_has_no_say() {
    let tree = tree();
    tree.baseline();
    let root = tree.path("");
    let (root, parent) = (root.to_str().unwrap(), root.parent().unwrap());
    for (folder, arguments) in [
        (parent, &["scan", "repo"][..]),
        (parent, &["scan", root]),
        (&tree.path("src"), &["scan", ".."]),
        (&tree.path("src"), &["scan", "../src/config.py", "../app.env"]),
        (parent, &["git", "repo"]),
    ] {
        let run = Tree::keylint_in(folder, "1750000000", arguments);
        assert_eq!(run.code, 0, "{arguments:?}: {run:?}");
    }
}

#[test]
fn whole_files_are_known_by_name_and_content() {
    let tree = Tree::new();
    let rules = "[[rules]]\nid = \"vault-file\"\npath = '''\\.vault$'''\n";
    tree.write("rules.toml", rules);
    tree.write("keylint.toml", "[rules]\nfiles = [\"rules.toml\"]\n");
    tree.write("a/team.vault", "sealed\n");
    let reported = || tree.reported(&["scan", "."]);
    assert_eq!(reported().len(), 1);
    tree.baseline();
    assert_eq!(reported(), BTreeSet::new());
    tree.rename("a/team.vault", "b/c/team.vault");
    assert_eq!(reported(), BTreeSet::new(), "in another folder");
    let root = tree.path("");
    let run = Tree::keylint_in(root.parent().unwrap(), "1750000000", &["scan", "repo"]);
    assert_eq!(run.code, 0, "from elsewhere: {run:?}");
    tree.write("b/c/team.vault", "sealed anew\n");
    assert_eq!(reported().len(), 1, "another content");
}
