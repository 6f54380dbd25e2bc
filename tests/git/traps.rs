//! Settings that an enemy made: they run nothing and hide nothing.

use std::fmt::Write;
use std::fs;

use crate::fixture::Repo;
use crate::material::token;

/// Every setting of git that names a program, each naming one that leaves a trace.
fn with_traps() -> Repo {
    let repo = Repo::with_commit();
    repo.write(".gitattributes", "* filter=trap diff=trap merge=trap\n");
    repo.write("changed.txt", "before\n");
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
