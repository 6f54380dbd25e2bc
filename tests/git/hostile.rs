//! Repositories made by an enemy: they run nothing, hide nothing, exhaust nothing and command no terminal.

use std::fmt::Write;
use std::fs;
use std::os::unix::fs::symlink;

use rustix::fs::{CWD, Mode, mkfifoat};

use crate::fixture::Repo;
use crate::material::token;

/// Every setting of git that names a program, each naming one that leaves a trace.
fn with_traps() -> Repo {
    let repo = Repo::with_commit();
    repo.write(
        ".gitattributes",
        "* filter=trap diff=trap merge=trap\n*.txt working-tree-encoding=UTF-16\n",
    );
    repo.write("changed.txt", "before\n");
    repo.git(&["-c", "core.attributesFile=/dev/null", "add", "-A"]);
    repo.commit_all("Before");
    let marker = repo.beside("home").path("marker");
    let trap = repo.script(".git/trap", &format!("touch '{marker}'; cat"));
    let trap = trap.to_str().unwrap();
    for key in [
        "core.fsmonitor",
        "core.pager",
        "core.editor",
        "core.sshCommand",
        "core.gitProxy",
        "core.alternateRefsCommand",
        "core.askPass",
        "diff.external",
        "diff.trap.command",
        "diff.trap.textconv",
        "filter.trap.clean",
        "filter.trap.smudge",
        "filter.trap.process",
        "merge.trap.driver",
        "credential.helper",
        "gpg.program",
        "uploadpack.packObjectsHook",
        "sequence.editor",
        "pager.log",
        "interactive.diffFilter",
        "remote.origin.uploadpack",
        "remote.origin.vcs",
        "protocol.ext.allow",
        "trailer.x.command",
        "alias.log",
    ] {
        let value = if key.starts_with("alias") { format!("!{trap}") } else { trap.to_owned() };
        repo.git(&["config", key, &value]);
    }
    repo.git(&["config", "remote.origin.url", &format!("ext::{trap}")]);
    repo.git(&["config", "core.hooksPath", &repo.path(".git/traps")]);
    for hook in ["pre-commit", "post-index-change", "post-checkout", "reference-transaction"] {
        repo.script(&format!(".git/traps/{hook}"), &format!("touch '{marker}'"));
    }
    let _ = fs::remove_file(marker);
    repo
}

fn has_marker(repo: &Repo) -> bool {
    repo.beside("home").root().join("marker").exists()
}

#[test]
fn settings_run_nothing() {
    let repo = with_traps();
    let (old, staged) = (token(1), token(2));
    let blob = repo.object("blob", &old);
    let tree = repo.git_with(&["mktree"], &[], format!("100644 blob {blob}\ta.txt\n").as_bytes());
    let commit = repo.git(&["commit-tree", "-m", "x", &tree]);
    repo.write(".git/refs/heads/side", format!("{commit}\n"));
    let blob = repo.object("blob", &staged);
    repo.git(&["update-index", "--add", "--cacheinfo", &format!("100644,{blob},changed.txt")]);
    let _ = fs::remove_file(repo.beside("home").root().join("marker"));
    for (arguments, expected) in [
        (&[][..], vec![&old]),
        (&["--all-objects"], vec![&old, &staged]),
        (&["--staged"], vec![&staged]),
        (&["--staged-all"], vec![&staged]),
        (&["--staged", "changed.txt"], vec![&staged]),
        (&["--range", "main..side"], vec![&old]),
        (&["--since", "2020-01-01"], vec![&old]),
    ] {
        let run = repo.run(arguments);
        run.assert_finds(&expected.iter().map(|secret| secret.as_str()).collect::<Vec<_>>());
        assert!(!has_marker(&repo), "{arguments:?} runs what the configuration says");
    }
    // The traps work: git itself falls into one.
    let _ = repo.try_git(&["status"], &[], b"");
    assert!(has_marker(&repo), "no trap was set");
}

/// The blobs that a partial clone lacks are not fetched, whatever the remote is.
#[test]
fn missing_objects_start_no_transport() {
    let repo = with_traps();
    repo.git(&["config", "core.repositoryFormatVersion", "1"]);
    repo.git(&["config", "extensions.partialClone", "origin"]);
    repo.git(&["config", "remote.origin.promisor", "true"]);
    let id = repo.git(&["rev-parse", "HEAD:changed.txt"]);
    fs::remove_file(repo.loose(&id)).unwrap();
    let _ = fs::remove_file(repo.beside("home").root().join("marker"));
    for arguments in [&[][..], &["--range", "HEAD~1..HEAD"]] {
        repo.run(arguments).assert_incomplete(&[], &[&id[..8], "changed.txt"]);
    }
    assert!(!has_marker(&repo));
}

#[test]
fn settings_hide_nothing() {
    for (key, value) in [
        ("core.worktree", "/nowhere"),
        ("core.bare", "true"),
        ("core.bare", "garbage"),
        ("core.excludesFile", "/dev/zero"),
        ("core.attributesFile", "/dev/zero"),
        ("transfer.hideRefs", "refs/heads"),
        ("log.excludeDecoration", "*"),
        ("core.notesRef", "refs/notes/none"),
        ("core.useReplaceRefs", "true"),
        ("core.bigFileThreshold", "1"),
        ("core.sparseCheckout", "true"),
        ("core.compression", "garbage"),
        ("pack.deltaCacheSize", "-1"),
        ("core.logAllRefUpdates", "garbage"),
        ("include.path", "/nowhere"),
        ("include.path", "config"),
        ("safe.directory", "/nowhere"),
        ("core.packedGitLimit", "1"),
        ("core.deltaBaseCacheLimit", "1"),
        ("core.abbrev", "garbage"),
        ("gc.logExpiry", "garbage"),
        ("submodule.active", "."),
        ("extensions.worktreeConfig", "true"),
    ] {
        let (repo, secret) = (Repo::with_commit(), token(1));
        repo.commit("file.txt", &secret);
        let (section, name) = key.split_once('.').unwrap();
        let mut config = fs::read_to_string(repo.root().join(".git/config")).unwrap();
        writeln!(config, "[{section}]\n\t{name} = {value}").unwrap();
        repo.write(".git/config", config);
        let run = repo.run(&[]);
        let is_seen = run.secrets().contains(secret.as_str());
        assert!(is_seen || run.code == 2 || run.code == 3, "{key}={value}: {}", run.err);
        assert!(is_seen || value == "garbage", "{key}={value}: {}", run.err);
    }
}

#[test]
fn a_configuration_that_cannot_be_read_is_no_clean_repository() {
    for text in ["[core\n", "\0\0\0", "[core]\n\trepositoryFormatVersion = 99\n"] {
        let (repo, secret) = (Repo::with_commit(), token(1));
        repo.commit("file.txt", &secret);
        repo.write(".git/config", text);
        let run = repo.run(&[]);
        assert_ne!(run.code, 0, "{text:?}: {}", run.err);
        assert!(!run.err.is_empty());
    }
}

#[test]
fn pipes_and_devices_are_not_waited_for() {
    let pipe = |repo: &Repo, name: &str| {
        let path = repo.root().join(".git").join(name);
        let _ = fs::remove_file(&path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        mkfifoat(CWD, &path, Mode::RUSR | Mode::WUSR).unwrap();
    };
    for name in [
        "refs/heads/pipe",
        "packed-refs",
        "objects/info/alternates",
        "shallow",
        "info/grafts",
        "info/attributes",
        "info/exclude",
        "config.worktree",
        "logs/refs/stash",
        "index",
        "HEAD",
        "modules/pipe",
        "worktrees/pipe",
        "objects/info/commit-graph",
        "objects/pack/multi-pack-index",
        "config",
        "commondir",
    ] {
        let (repo, secret) = (Repo::with_commit(), token(1));
        repo.commit("file.txt", &secret);
        pipe(&repo, name);
        // What matters is that it ends; and that it is not called clean.
        for arguments in [&[][..], &["--staged"]] {
            let run = repo.run(arguments);
            let is_history = arguments.is_empty();
            assert!(run.code != 0 || !is_history, "{name}: {}", run.err);
        }
    }
}

#[test]
fn names_and_messages_cannot_command_a_terminal() {
    let (repo, secret) = (Repo::with_commit(), token(1));
    let escape = "\u{1b}]0;owned\u{7}\u{1b}[2J\u{202e}";
    repo.write(format!("{escape}.txt"), &secret);
    repo.git(&["add", "-A"]);
    let arguments = ["commit", "-q", "-m", &format!("Subject {escape}")];
    repo.git_with(&arguments, &[("GIT_AUTHOR_NAME", &format!("Eve{escape}"))], b"");
    repo.git(&["branch", "b\u{202e}c"]);
    let broken = repo.object("blob", "broken");
    let tree = format!("100644 blob {broken}\t{escape}-broken\n");
    let tree = repo.git_with(&["mktree", "-z"], &[], tree.replace('\n', "\0").as_bytes());
    repo.git(&["update-ref", "refs/trees/broken", &tree]);
    fs::remove_file(repo.loose(&broken)).unwrap();
    for format in ["text", "json", "sarif"] {
        let run = repo.keylint("", &["git", "--no-config", "--format", format], &[], b"");
        assert_eq!(run.code, 1, "{}", run.err);
        let is_odd = |c: char| c.is_control() && c != '\n' || c == '\u{202e}' && format == "text";
        assert!(!run.out.contains(is_odd) && !run.err.contains(is_odd), "{format}: {:?}", run.out);
    }
}

#[test]
fn names_that_no_work_tree_could_have() {
    let (repo, secrets) = (Repo::with_commit(), [token(1), token(2), token(3), token(4)]);
    let mut tree = Vec::new();
    for (name, secret) in ["..", ".git", "/etc/passwd", "a/../b"].iter().zip(&secrets) {
        let blob = repo.object("blob", secret);
        tree.extend(format!("100644 {name}\0").bytes());
        let byte = |at: usize| u8::from_str_radix(&blob[at..at + 2], 16).unwrap();
        tree.extend((0..40).step_by(2).map(byte));
    }
    let tree = repo.object("tree", tree);
    let commit = repo.git(&["commit-tree", "-m", "odd", &tree]);
    repo.git(&["update-ref", "refs/heads/odd", &commit]);
    repo.run(&[]).assert_finds(&secrets.each_ref().map(String::as_str));
    repo.run(&["--range", "main..odd"]).assert_finds(&secrets.each_ref().map(String::as_str));
}

/// Ten entries in each of twelve levels: a million million paths of one file.
#[test]
fn a_tree_that_explodes_when_checked_out() {
    let (repo, secret) = (Repo::with_commit(), token(1));
    let blob = repo.object("blob", &secret);
    let mut id = blob;
    for level in 0..12 {
        let kind = if level == 0 { "100644 blob" } else { "040000 tree" };
        let tree: Vec<String> = (0..10).map(|number| format!("{kind} {id}\t{number}\n")).collect();
        let tree = tree.concat();
        id = repo.git_with(&["mktree"], &[], tree.as_bytes());
    }
    let commit = repo.git(&["commit-tree", "-m", "bomb", &id]);
    repo.git(&["update-ref", "refs/heads/bomb", &commit]);
    for arguments in [&[][..], &["--range", "main..bomb"]] {
        let run = repo.run(arguments);
        assert!(run.secrets().contains(secret.as_str()), "{}", run.err);
        assert!(run.out.len() < 1 << 20, "a report of {} bytes", run.out.len());
    }
}

#[test]
fn very_deep_folders_and_very_long_histories() {
    let (repo, [deep, old]) = (Repo::new(), [token(1), token(2)]);
    let mut stream = String::new();
    let person = "committer Bob <bob@example.org>";
    for number in 0..20_000 {
        let date = 1_600_000_000 + number;
        writeln!(stream, "commit refs/heads/main\n{person} {date} +0000\ndata 1\nx").unwrap();
        if number == 5 {
            writeln!(stream, "M 100644 inline old.txt\ndata {}\n{old}", old.len()).unwrap();
        }
        if number == 6 {
            writeln!(stream, "D old.txt").unwrap();
        }
    }
    let path = format!("{}deep.txt", "d/".repeat(1500));
    writeln!(stream, "M 100644 inline {path}\ndata {}\n{deep}", deep.len()).unwrap();
    repo.git_with(&["fast-import", "--quiet"], &[], stream.as_bytes());
    let run = repo.run(&[]);
    assert!(run.secrets().contains(old.as_str()), "{}", run.err);
    // A limit may end the descent, but then it is said.
    assert!(run.secrets().contains(deep.as_str()) || run.report["complete"] == false);
    let run = repo.run(&["--range", "main~2..main"]);
    assert!(run.secrets().contains(deep.as_str()) || run.report["complete"] == false);
}

#[test]
fn a_long_chain_of_tags() {
    let (repo, secret) = (Repo::with_commit(), token(1));
    let mut object = ("blob", repo.object("blob", &secret));
    for number in 0..300 {
        let (kind, id) = &object;
        let text =
            format!("object {id}\ntype {kind}\ntag t{number}\ntagger A <a@b> 1 +0000\n\nx\n");
        object = ("tag", repo.object("tag", text));
    }
    repo.git(&["update-ref", "refs/tags/chain", &object.1]);
    let run = repo.run(&[]);
    assert!(run.secrets().contains(secret.as_str()) || run.report["complete"] == false);
    assert_ne!(run.code, 0);
}

/// A loose object as git would write it, with a content that is not compressed.
fn stored(content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap();
    let (mut a, mut b) = (1_u32, 0_u32);
    for byte in content {
        a = (a + u32::from(*byte)) % 65521;
        b = (b + a) % 65521;
    }
    let mut bytes = vec![0x78, 0x01, 0x01];
    bytes.extend(length.to_le_bytes());
    bytes.extend((!length).to_le_bytes());
    bytes.extend(content);
    bytes.extend((b << 16 | a).to_be_bytes());
    bytes
}

#[test]
fn sizes_that_are_lies() {
    for header in [
        "blob 1152921504606846976",
        "blob 18446744073709551615",
        "blob 99999999999999999999999",
        "blob -1",
        "blob 4294967296",
        "blob 2",
        "blob",
        "",
        "tree 1152921504606846976",
        "what 6",
    ] {
        let (repo, secret) = (Repo::with_commit(), token(1));
        repo.commit("control.txt", &secret);
        let id = repo.commit("victim.txt", "victim");
        let blob = repo.id("HEAD:victim.txt");
        let path = repo.loose(&blob);
        fs::remove_file(&path).unwrap();
        fs::write(&path, stored(format!("{header}\0victim").as_bytes())).unwrap();
        repo.run(&[]).assert_incomplete(&[&secret], &[&blob[..8], "victim.txt", &id[..8]]);
    }
    // The same by hand, and right.
    let (repo, secret) = (Repo::with_commit(), token(1));
    repo.commit("victim.txt", &secret);
    let path = repo.loose(&repo.id("HEAD:victim.txt"));
    fs::remove_file(&path).unwrap();
    fs::write(&path, stored(format!("blob {}\0{secret}", secret.len()).as_bytes())).unwrap();
    repo.run(&[]).assert_finds(&[&secret]);
}

#[test]
fn links_inside_the_git_directory() {
    let (repo, secret) = (Repo::with_commit(), token(1));
    repo.commit("file.txt", &secret);
    symlink("..", repo.root().join(".git/refs/heads/loop")).unwrap();
    symlink("loop", repo.root().join(".git/refs/tags-loop")).unwrap();
    symlink(".", repo.root().join(".git/modules")).unwrap();
    let run = repo.run(&[]);
    assert!(run.secrets().contains(secret.as_str()), "{}", run.err);
}

#[test]
fn variables_of_git_that_are_not_for_us() {
    let (repo, secret) = (Repo::with_commit(), token(1));
    repo.commit("file.txt", &secret);
    let marker = repo.beside("home").path("marker");
    let variables = [
        ("GIT_EXTERNAL_DIFF", format!("touch {marker}")),
        ("GIT_PAGER", format!("touch {marker}")),
        ("GIT_SSH_COMMAND", format!("touch {marker}")),
        ("GIT_NO_REPLACE_OBJECTS", "1".to_owned()),
        ("GIT_CONFIG_COUNT", "1".to_owned()),
        ("GIT_CONFIG_KEY_0", "core.fsmonitor".to_owned()),
        ("GIT_CONFIG_VALUE_0", format!("touch {marker}")),
        ("GIT_TRACE", repo.beside("home").path("trace")),
    ];
    let variables = variables.each_ref().map(|(name, value)| (*name, value.as_str()));
    repo.run_in("", &[], &variables, b"").assert_finds(&[&secret]);
    repo.run_in("", &["--staged-all"], &variables, b"").assert_finds(&[]);
    assert!(!has_marker(&repo));
}
