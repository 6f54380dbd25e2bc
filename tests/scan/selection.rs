//! Which files are scanned.

use std::fs;

use globset::{Glob, GlobSet};
use keylint::source::{Choice, IgnoreFiles, Ignored, Selection, choice};

use crate::folder::{Folder, TOKEN};

/// A repository in which every file holds the token: name, and what is to be expected of it.
const FILES: &[(&str, Expect)] = &[
    ("plain.txt", Expect::Found),
    ("named-by-dot-ignore.txt", Expect::Found),
    ("named-by-exclude.txt", Expect::Found),
    ("named-by-parent.txt", Expect::Found),
    ("named-by-user.txt", Expect::Found),
    (".hidden/.file", Expect::Found),
    ("kept.log", Expect::Found),
    ("tracked.log", Expect::Tracked),
    ("loose.log", Expect::Ignored),
    (".env", Expect::Found),
    (".env.production", Expect::Found),
    ("server.pem", Expect::Found),
    ("deploy/id_ed25519", Expect::Found),
    ("deploy/prod.tfvars", Expect::Found),
    ("local/credentials.yml", Expect::Found),
    ("local/notes.txt", Expect::Ignored),
    ("node_modules/left/index.js", Expect::Ignored),
    ("node_modules/left/.env", Expect::Ignored),
    ("node_modules/patched/index.js", Expect::Tracked),
    ("deep/build/out.txt", Expect::Ignored),
    (".git/hooks/note", Expect::Never),
    (".git/info/note", Expect::Never),
    ("module/.git/logs/note", Expect::Never),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Expect {
    Found,
    /// Added to the index in spite of a rule.
    Tracked,
    /// Found with `--no-ignore` alone.
    Ignored,
    Never,
}

fn repository() -> Folder {
    let folder = Folder::new();
    folder.git(&["init", "-q"]);
    folder.write("module/.git/HEAD", "ref: refs/heads/main\n");
    for (name, _) in FILES {
        folder.write(name, TOKEN);
    }
    let ignored =
        "*.log\n!kept.log\n.env*\n*.pem\ndeploy/\nlocal/*\nnode_modules\n/deep/build\n*.tfvars\n";
    folder.write(".gitignore", ignored);
    folder.write(".ignore", "named-by-dot-ignore.txt\n");
    folder.write(".git/info/exclude", "named-by-exclude.txt\n");
    for (name, _) in FILES.iter().filter(|(_, expect)| *expect == Expect::Tracked) {
        folder.git(&["add", "-f", name]);
    }
    // The address of a remote may hold a token.
    folder.git(&["remote", "add", "origin", &format!("https://x:{TOKEN}@git.example.org/r")]);
    folder
}

fn names(wanted: &[Expect]) -> Vec<String> {
    let mut names: Vec<String> = FILES
        .iter()
        .filter(|(_, expect)| wanted.contains(expect))
        .map(|(name, _)| (*name).to_owned())
        .chain([".git/config".to_owned()])
        .collect();
    names.sort();
    names
}

#[test]
fn git_has_a_say_but_not_over_what_is_tracked_or_sensitive() {
    let folder = repository();
    let run = folder.scan(&[]);
    assert_eq!(run.origins(), names(&[Expect::Found, Expect::Tracked]));
    assert_eq!((run.code, run.skipped()), (1, vec![]));
    // loose.log, local/notes.txt, and the folders node_modules and deep/build, which were not entered.
    assert_eq!(run.json()["stats"]["ignored"], 4);
}

#[test]
fn no_ignore_scans_everything() {
    let run = repository().scan(&["--no-ignore"]);
    assert_eq!(run.origins(), names(&[Expect::Found, Expect::Tracked, Expect::Ignored]));
    assert_eq!(run.json()["stats"]["ignored"], 0);
}

#[test]
fn what_is_left_out_is_named_when_that_is_asked_for() {
    let folder = repository();
    folder.write("keylint.toml", "exclude = [\"plain.*\"]\n");
    let left_out = |arguments: &[&str]| -> Vec<String> {
        let run = folder.scan(arguments);
        let named = run.err.lines().filter_map(|line| line.strip_prefix("keylint: left out: "));
        named.map(ToOwned::to_owned).collect()
    };
    let ignored = ["deep/build", "local/notes.txt", "loose.log", "node_modules"];
    let mut named: Vec<String> =
        ignored.iter().map(|name| format!("{name}: git ignores it")).collect();
    named.push("plain.txt: `exclude` in keylint.toml".into());
    assert_eq!(left_out(&["--verbose"]), named);
    assert_eq!(left_out(&[]), Vec::<String>::new());
}

/// `keylint explain` says of each file what a scan does, and why.
#[test]
fn what_is_said_of_a_file_is_what_is_done() {
    let folder = repository();
    let root = folder.path();
    let never = FILES.iter().filter(|(_, expect)| *expect == Expect::Never);
    for (ignore_files, flags) in
        [(IgnoreFiles::Respect, &[][..]), (IgnoreFiles::Overrule, &["--no-ignore"])]
    {
        let selection = Selection { ignore_files, ..Selection::default() };
        let scanned = folder.scan(flags).origins();
        for (name, _) in FILES {
            let said = choice(root, &root.join(name), &selection);
            assert_eq!(said.is_taken(), scanned.contains(&(*name).to_owned()), "{name}: {said:?}");
        }
    }
    for (name, _) in never {
        let said = choice(root, &root.join(name), &Selection::default());
        assert_eq!(said, Choice::Repository, "{name}");
    }
}

#[test]
fn what_makes_git_ignore_a_file_is_named() {
    let folder = repository();
    let root = folder.path();
    let of = |name: &str| choice(root, &root.join(name), &Selection::default());
    let by = |pattern: &str, directory: Option<&str>| Ignored {
        file: root.join(".gitignore"),
        pattern: pattern.into(),
        directory: directory.map(|directory| root.join(directory)),
    };
    assert_eq!(of("plain.txt"), Choice::Taken);
    assert_eq!(of("kept.log"), Choice::Taken);
    assert_eq!(of("loose.log"), Choice::Ignored(by("*.log", None)));
    assert_eq!(of("tracked.log"), Choice::TakenAsTracked(by("*.log", None)));
    assert_eq!(of(".env"), Choice::TakenForItsName(by(".env*", None)));
    assert_eq!(of("deploy/id_ed25519"), Choice::TakenForItsName(by("deploy/", Some("deploy"))));
    let packages = by("node_modules", Some("node_modules"));
    assert_eq!(of("node_modules/left/.env"), Choice::Ignored(packages));
    let excluded = Selection {
        exclude: GlobSet::new([Glob::new("plain.*").unwrap()]).unwrap(),
        exclude_texts: vec!["plain.*".into()],
        exclude_root: root.into(),
        ..Selection::default()
    };
    let said = choice(root, &root.join("plain.txt"), &excluded);
    assert_eq!(said, Choice::Excluded { pattern: "plain.*".into() });
}

#[cfg(unix)]
#[test]
fn links_and_what_is_no_file_are_told_apart() {
    let folder = repository();
    let root = folder.path();
    std::os::unix::fs::symlink("deploy", root.join("there")).unwrap();
    let of = |name: &str| choice(root, &root.join(name), &Selection::default());
    assert_eq!(of("there"), Choice::Link(root.join("there")));
    assert_eq!(of("there/prod.tfvars"), Choice::Link(root.join("there")));
    assert_eq!(of("deploy"), Choice::Special);
}

#[test]
fn what_is_named_is_scanned() {
    let folder = repository();
    for (name, expect) in FILES {
        assert_eq!(folder.scan(&[name]).origins(), [*name], "git may ignore it, the user did not");
        if *expect == Expect::Ignored {
            let above = name.rsplit_once('/').map_or(".", |(above, _)| above);
            let found = folder.scan(&[above]).origins();
            assert_eq!(found.contains(&(*name).to_owned()), above != ".", "{name} below {above}");
        }
    }
}

#[test]
fn ignore_files_elsewhere_have_no_say() {
    let folder = Folder::new();
    let inner = "outer/inner/";
    folder.write("outer/.gitignore", "*\n");
    folder.write("outer/.ignore", "*\n");
    folder.write(format!("{inner}.ignore"), "*\n");
    folder.write(format!("{inner}.rgignore"), "*\n");
    folder.write(format!("{inner}found.txt"), TOKEN);
    folder.write(format!("{inner}.gitignore"), "none\n");
    let home = folder.path().join("home");
    folder.write("home/.config/git/ignore", "*\n");
    folder.write("home/.gitconfig", "[core]\nexcludesFile = ~/.config/git/ignore\n");
    let scan = || {
        let arguments = ["scan", "--format", "json", "outer/inner"];
        folder.run_with(&arguments, &[("HOME", &home), ("XDG_CONFIG_HOME", &home)], b"").origins()
    };
    let found = ["outer/inner/found.txt"];
    assert_eq!(scan(), found, "outside of repositories");
    folder.git(&["init", "-q", "outer/inner"]);
    folder.git(&[
        "-C",
        "outer/inner",
        "config",
        "core.excludesFile",
        "../../home/.config/git/ignore",
    ]);
    assert_eq!(scan(), found, "in a repository");
    fs::remove_dir_all(folder.path().join("outer/inner/.git")).unwrap();
    folder.git(&["init", "-q", "outer"]);
    assert_eq!(scan(), found, "in a folder of a repository whose rules lie above");
}

#[test]
fn each_file_is_scanned_once_and_a_missing_one_is_an_error() {
    let folder = Folder::with_control();
    folder.write("other/deep.txt", TOKEN);
    let run = folder.scan(&[".", "control.txt", "./control.txt", "other"]);
    let origins: Vec<String> = run.starts().into_iter().map(|start| start.origin).collect();
    assert_eq!(origins, ["control.txt", "other/deep.txt"]);
    for missing in ["missing.txt", "other/missing", "control.txt/below"] {
        let run = folder.scan(&["control.txt", missing]);
        assert_eq!((run.code, run.out.len()), (2, 0), "{missing}");
        assert!(run.err.contains(&format!("`{missing}` does not exist")), "{}", run.err);
        assert!(run.err.contains("help:"), "{}", run.err);
    }
}

#[test]
fn standard_input_is_one_of_the_sources() {
    let folder = Folder::with_control();
    let text = format!("one\ntwo {TOKEN}\n");
    let arguments = ["scan", "--format", "json", "-", "control.txt"];
    let starts = folder.run_with(&arguments, &[], text.as_bytes()).starts();
    let places: Vec<(&str, u64, u64)> =
        starts.iter().map(|start| (start.origin.as_str(), start.line, start.column)).collect();
    assert_eq!(places, [("<stdin>", 2, 5), ("control.txt", 1, 1)]);
    let run = folder.run_with(&["scan", "-"], &[], b"nothing here\n");
    assert_eq!(run.code, 0, "{}", run.err);
}
