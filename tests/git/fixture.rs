//! A repository made by the real git, away from the machine's settings, and what the program says about it.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::rc::Rc;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// 2024-01-01T00:00:00Z: when the first thing happens in a repository.
pub(crate) const START: u64 = 1_704_067_200;
/// How long a run may take before it counts as hanging.
const PATIENCE: Duration = Duration::from_secs(60);

/// How the history of a repository is scanned, so that a test can tell which secrets were found.
const REVEALED: &[&str] = &["git", "--format", "json", "--no-config", "--reveal"];

/// A repository in a temporary folder, which other repositories may share.
pub(crate) struct Repo {
    folder: Rc<TempDir>,
    root: PathBuf,
    clock: Cell<u64>,
}

/// How a run of the program ended.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
    /// The report; null when the instruction was bad.
    pub(crate) report: Value,
}

impl Repo {
    /// An empty repository with a work tree, on the unborn branch `main`.
    pub(crate) fn new() -> Self {
        Self::with(&[])
    }

    /// An empty repository made with these options of `git init`.
    pub(crate) fn with(options: &[&str]) -> Self {
        let folder = Rc::new(tempfile::tempdir().unwrap());
        fs::create_dir(folder.path().join("home")).unwrap();
        let repo = Self { root: folder.path().join("repo"), folder, clock: Cell::new(START) };
        fs::create_dir(&repo.root).unwrap();
        repo.git(&[&["init", "-q", "-b", "main"], options].concat());
        repo
    }

    /// A repository with one commit, which holds nothing to find.
    pub(crate) fn with_commit() -> Self {
        let repo = Self::new();
        repo.commit("readme.txt", "nothing to see\n");
        repo
    }

    /// What lies under this name next to this repository.
    pub(crate) fn beside(&self, name: &str) -> Self {
        Self {
            folder: Rc::clone(&self.folder),
            root: self.folder.path().join(name),
            clock: Cell::new(self.clock.get()),
        }
    }

    /// Clones this repository, over the file protocol, next to it.
    pub(crate) fn clone_as(&self, name: &str, options: &[&str]) -> Self {
        let clone = self.beside(name);
        let url = format!("file://{}", self.root.display());
        self.git(&[&["clone", "-q"], options, &[&url, clone.root.to_str().unwrap()]].concat());
        clone
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// A path in this repository as text; without a name, the repository's.
    pub(crate) fn path(&self, name: &str) -> String {
        let path = if name.is_empty() { self.root.clone() } else { self.root.join(name) };
        path.to_str().unwrap().to_owned()
    }

    /// Writes a file of the work tree, or of `.git`, and the folders it lies in.
    pub(crate) fn write(&self, name: impl AsRef<Path>, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.root.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    /// Writes a script that can be run.
    pub(crate) fn script(&self, name: &str, text: &str) -> PathBuf {
        let path = self.write(name, format!("#!/bin/sh\n{text}\n"));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    pub(crate) fn delete(&self, name: &str) {
        fs::remove_file(self.root.join(name)).unwrap();
    }

    /// Runs git, which must succeed; its output without the last line feed.
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        self.git_with(arguments, &[], b"")
    }

    /// Runs git with input and with these variables.
    pub(crate) fn git_with(
        &self,
        arguments: &[&str],
        variables: &[(&str, &str)],
        input: &[u8],
    ) -> String {
        let (status, out, err) = self.try_git(arguments, variables, input);
        assert!(status.success(), "git {arguments:?}: {err}");
        String::from_utf8_lossy(&out).trim_end_matches('\n').to_owned()
    }

    /// Runs git, which may fail; its status, output and error output.
    pub(crate) fn try_git(
        &self,
        arguments: &[&str],
        variables: &[(&str, &str)],
        input: &[u8],
    ) -> (ExitStatus, Vec<u8>, String) {
        self.clock.set(self.clock.get() + 60);
        let date = format!("{} +0000", self.clock.get());
        let mut command = Command::new("git");
        command
            .args(arguments)
            .current_dir(&self.root)
            .env_clear()
            .env("PATH", path_of_programs())
            .env("HOME", self.folder.path().join("home"))
            .envs([("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_CONFIG_GLOBAL", "/dev/null")])
            .envs([("GIT_AUTHOR_NAME", "Ada"), ("GIT_AUTHOR_EMAIL", "ada@example.org")])
            .envs([("GIT_COMMITTER_NAME", "Bob"), ("GIT_COMMITTER_EMAIL", "bob@example.org")])
            .envs([("GIT_AUTHOR_DATE", &date), ("GIT_COMMITTER_DATE", &date)])
            .envs([("LC_ALL", "C"), ("TZ", "UTC")])
            .envs(variables.iter().copied());
        finish(command, input)
    }

    /// Sets the time of what happens next, in seconds since 1970.
    pub(crate) fn set_clock(&self, seconds: u64) {
        self.clock.set(seconds - 60);
    }

    /// Commits everything in the work tree; the commit's id.
    pub(crate) fn commit_all(&self, message: &str) -> String {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
        self.id("HEAD")
    }

    /// Writes a file and commits it; the commit's id.
    pub(crate) fn commit(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        self.write(name, bytes);
        self.commit_all(&format!("Change {name}"))
    }

    /// Deletes a file and commits that.
    pub(crate) fn commit_deletion(&self, name: &str) -> String {
        self.delete(name);
        self.commit_all(&format!("Delete {name}"))
    }

    /// The id of an object by any of its names.
    pub(crate) fn id(&self, revision: &str) -> String {
        self.git(&["rev-parse", "--verify", revision])
    }

    /// Puts an object into the store; its id.
    pub(crate) fn object(&self, kind: &str, bytes: impl AsRef<[u8]>) -> String {
        let arguments = ["hash-object", "-t", kind, "-w", "--literally", "--stdin"];
        self.git_with(&arguments, &[], bytes.as_ref())
    }

    /// The file of a loose object.
    pub(crate) fn loose(&self, id: &str) -> PathBuf {
        let path = self.root.join(".git/objects").join(&id[..2]).join(&id[2..]);
        assert!(path.exists(), "{id} is not loose");
        path
    }

    /// The files with this extension among the packs, sorted.
    pub(crate) fn packs(&self, extension: &str) -> Vec<PathBuf> {
        let below =
            if self.root.join(".git").exists() { ".git/objects/pack" } else { "objects/pack" };
        let entries = fs::read_dir(self.root.join(below)).unwrap();
        let paths = entries.map(|entry| entry.unwrap().path());
        let mut packs: Vec<PathBuf> =
            paths.filter(|path| path.extension() == Some(OsStr::new(extension))).collect();
        packs.sort();
        packs
    }

    /// Runs `keylint git` at the root, with raw secrets in a JSON report.
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        self.run_in("", arguments, &[], b"")
    }

    /// Runs `keylint git` in a folder of the repository, with raw secrets in a JSON report.
    pub(crate) fn run_in(
        &self,
        folder: &str,
        arguments: &[&str],
        variables: &[(&str, &str)],
        input: &[u8],
    ) -> Run {
        let arguments = [REVEALED, arguments].concat();
        self.keylint(folder, &arguments, variables, input).with_report()
    }

    /// The same at the root, with so many kilobytes of address space at most, where the system knows such a limit.
    pub(crate) fn run_within(&self, kilobytes: usize, arguments: &[&str]) -> Run {
        let mut command = self.isolated("/bin/sh", "");
        command
            .args(["-c", &format!("ulimit -v {kilobytes}; exec \"$@\""), "sh"])
            .arg(env!("CARGO_BIN_EXE_keylint"))
            .args(REVEALED)
            .args(arguments);
        self.watch(command, b"").with_report()
    }

    /// Runs `keylint` in a folder of the repository. Whatever it does, nothing changes.
    pub(crate) fn keylint(
        &self,
        folder: &str,
        arguments: &[&str],
        variables: &[(&str, &str)],
        input: &[u8],
    ) -> Run {
        let mut command = self.isolated(env!("CARGO_BIN_EXE_keylint"), folder);
        command.args(arguments).envs(variables.iter().copied());
        self.watch(command, input)
    }

    /// A command in a folder of the repository, which can start no program by its name.
    fn isolated(&self, program: &str, folder: &str) -> Command {
        let home = self.folder.path().join("home");
        let mut command = Command::new(program);
        command
            .current_dir(self.root.join(folder))
            .env_clear()
            .envs([("PATH", &home), ("HOME", &home)])
            .env("SOURCE_DATE_EPOCH", "1750000000");
        command
    }

    fn watch(&self, command: Command, input: &[u8]) -> Run {
        let before = self.snapshot();
        let called = format!("{command:?}");
        let (status, out, err) = finish(command, input);
        let code = status.code().unwrap_or_else(|| panic!("{called}: {status}: {err}"));
        assert!((0..=3).contains(&code), "{called}: code {code}: {err}");
        let changed = differences(&before, &self.snapshot());
        assert_eq!(changed, Vec::<String>::new(), "{called} changes files");
        let out = String::from_utf8(out).unwrap();
        Run { code, out, err, report: Value::Null }
    }

    /// Everything in the folder: kinds, modes, times, and a checksum of each file.
    fn snapshot(&self) -> BTreeMap<PathBuf, String> {
        let mut seen = BTreeMap::new();
        look(self.folder.path(), &mut seen);
        seen
    }
}

/// Runs a command to its end; no pipe can fill up, and nothing hangs for ever.
fn finish(mut command: Command, input: &[u8]) -> (ExitStatus, Vec<u8>, String) {
    let (mut out, mut err) = (tempfile::tempfile().unwrap(), tempfile::tempfile().unwrap());
    command.stdin(Stdio::piped()).stdout(out.try_clone().unwrap()).stderr(err.try_clone().unwrap());
    let mut child = command.spawn().unwrap();
    // Who does not read its input closes the pipe; that is no failure.
    let _ = child.stdin.take().unwrap().write_all(input);
    let status = wait(&mut child, &command);
    let err = String::from_utf8_lossy(&read_again(&mut err)).into_owned();
    (status, read_again(&mut out), err)
}

fn wait(child: &mut Child, command: &Command) -> ExitStatus {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        if start.elapsed() > PATIENCE {
            child.kill().unwrap();
            panic!("hangs: {command:?}");
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn read_again(file: &mut File) -> Vec<u8> {
    let mut bytes = Vec::new();
    file.rewind().unwrap();
    file.read_to_end(&mut bytes).unwrap();
    bytes
}

fn path_of_programs() -> String {
    #[expect(clippy::disallowed_methods, reason = "git and sh are found as the machine says")]
    std::env::var("PATH").unwrap()
}

fn look(path: &Path, seen: &mut BTreeMap<PathBuf, String>) {
    let data = fs::symlink_metadata(path).unwrap();
    let content = if data.is_symlink() {
        format!("to {}", fs::read_link(path).unwrap().display())
    } else if data.is_file() {
        let bytes = fs::read(path).map(|bytes| crc32fast::hash(&bytes));
        format!("{} bytes, {:?}", data.len(), bytes.map_err(|error| error.kind()))
    } else {
        String::new()
    };
    let (seconds, nanoseconds) = (data.mtime(), data.mtime_nsec());
    let line = format!("{:o} {seconds}.{nanoseconds:09} {content}", data.mode());
    seen.insert(path.to_owned(), line);
    if data.is_dir() {
        for entry in fs::read_dir(path).into_iter().flatten() {
            look(&entry.unwrap().path(), seen);
        }
    }
}

fn differences(
    before: &BTreeMap<PathBuf, String>,
    after: &BTreeMap<PathBuf, String>,
) -> Vec<String> {
    let paths: BTreeSet<&PathBuf> = before.keys().chain(after.keys()).collect();
    let changed = paths.into_iter().filter(|path| before.get(*path) != after.get(*path));
    changed
        .map(|path| {
            format!("{}: {:?} became {:?}", path.display(), before.get(path), after.get(path))
        })
        .collect()
}
