//! `keylint hook`: hooks for people without a manager of hooks. What is in their place is kept, runs first, and comes back.

mod args;
mod script;

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use miette::Diagnostic;
use thiserror::Error;

use super::environment::working_directory;
use super::{Exit, Failure, output};
pub(super) use args::HookCommand;
use args::{HookArgs, HookName, InstallArgs};
use keylint::blob::{inert, path_bytes};
use keylint::source::hooks::{self, Hooks, HooksPlace};
use script::Author;

/// A hook that is not installed or not removed.
#[derive(Debug, Error, Diagnostic)]
enum HookError {
    /// A manager of hooks would undo it.
    #[error("`{}` belongs to {manager}", path.display())]
    #[diagnostic(code(hook::managed))]
    Managed {
        path: PathBuf,
        manager: &'static str,
        #[help]
        help: String,
    },
    /// Other repositories would get the hook too.
    #[error("git runs the hooks in `{}`, which is outside of this repository", directory.display())]
    #[diagnostic(code(hook::shared_directory))]
    Shared {
        directory: PathBuf,
        #[help]
        help: String,
    },
    /// git runs no hooks at all, as with `/dev/null`.
    #[error("`{}` is not a directory, so git runs no hooks here", directory.display())]
    #[diagnostic(
        code(hook::no_directory),
        help("`git config --show-origin core.hooksPath` says whether and where this is set")
    )]
    NoDirectory { directory: PathBuf },
    /// The place where the hook that is there would be kept is taken.
    #[error("there is a hook, and `{}`, the name it would be kept under, is taken", path.display())]
    #[diagnostic(
        code(hook::name_taken),
        help(
            "something replaced keylint's hook since it was installed: decide which of the two files to keep, and remove the other"
        )
    )]
    NameTaken { path: PathBuf },
    /// Others wrote what is there.
    #[error("`{}` was not written by keylint", path.display())]
    #[diagnostic(
        code(hook::not_ours),
        help(
            "it is left as it is; if a manager of hooks moved keylint's aside, uninstall that first"
        )
    )]
    NotOurs { path: PathBuf },
    /// Others changed what keylint wrote.
    #[error("`{}` was changed since keylint wrote it", path.display())]
    #[diagnostic(
        code(hook::changed),
        help(
            "it is left as it is; remove it by hand, and rename the file that ends in `.before-keylint`, if there is one"
        )
    )]
    Changed { path: PathBuf },
    /// The file system does not allow it.
    #[error("`{}` could not be {what}: {detail}", path.display())]
    #[diagnostic(
        code(hook::not_permitted),
        help("check who owns the directory and may write to it")
    )]
    NotPermitted { path: PathBuf, what: &'static str, detail: io::Error },
}

pub(super) fn run(command: &HookCommand) -> Result<Exit, Failure> {
    match command {
        HookCommand::Install(args) => install(args),
        HookCommand::Uninstall(args) => uninstall(args),
    }
}

/// One hook of a repository.
struct Hook {
    name: HookName,
    /// Where git looks for it.
    path: PathBuf,
    /// Where a hook is kept that was there before.
    before: PathBuf,
    /// Who wrote what is there.
    author: Option<Author>,
}

impl Hook {
    fn read(name: HookName, directory: &Path) -> Result<Self, HookError> {
        let path = directory.join(name.as_str());
        let author = match fs::symlink_metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(detail) => return Err(HookError::NotPermitted { path, what: "read", detail }),
            // What cannot be read, such as a link to nowhere, is not ours.
            Ok(_) => Some(match fs::metadata(&path) {
                Ok(metadata) if metadata.is_file() => {
                    script::author(name, &fs::read(&path).unwrap_or_default())
                }
                _ => Author::Others,
            }),
        };
        let before = directory.join(format!("{}.before-keylint", name.as_str()));
        Ok(Self { name, path, before, author })
    }

    /// Why it cannot be installed, if so.
    fn refuse(&self) -> Result<(), HookError> {
        match self.author {
            Some(Author::Manager(manager)) => Err(HookError::Managed {
                path: self.path.clone(),
                manager: manager.name,
                help: format!(
                    "{}: it is to run `{}`. Recipes: https://github.com/keylint/keylint/blob/main/docs/hooks.md",
                    manager.instead,
                    self.name.command()
                ),
            }),
            Some(Author::Others) if exists(&self.before) => {
                Err(HookError::NameTaken { path: self.before.clone() })
            }
            _ => Ok(()),
        }
    }

    /// Writes the hook. What is there is kept beside it, and is back where it was when that fails.
    fn write(&self) -> Result<(), HookError> {
        let failed = |detail| self.failed("written", detail);
        let was_there = self.author.is_some();
        if was_there {
            fs::rename(&self.path, &self.before).map_err(failed)?;
        }
        create(&self.path, script::text(self.name)).map_err(|error| {
            let _ = fs::remove_file(&self.path);
            if was_there {
                let _ = fs::rename(&self.before, &self.path);
            }
            failed(error)
        })
    }

    fn failed(&self, what: &'static str, detail: io::Error) -> HookError {
        HookError::NotPermitted { path: self.path.clone(), what, detail }
    }
}

/// Writes a new file that may be run.
fn create(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o777);
    options.open(path)?.write_all(text.as_bytes())
}

fn exists(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

fn find(args: &HookArgs) -> Result<Hooks, Failure> {
    let hooks = hooks::find(&args.repository)?;
    if exists(&hooks.directory) && !hooks.directory.is_dir() {
        return Err(HookError::NoDirectory { directory: hooks.directory }.into());
    }
    Ok(hooks)
}

fn install(args: &InstallArgs) -> Result<Exit, Failure> {
    let hooks = find(&args.hook)?;
    let names = args.hook.names().unwrap_or_else(|| vec![HookName::PreCommit]);
    if hooks.place == HooksPlace::Elsewhere && !args.shared {
        return Err(shared(hooks).into());
    }
    let mut found = Vec::new();
    for name in names {
        let hook = Hook::read(name, &hooks.directory)?;
        hook.refuse()?;
        found.push(hook);
    }
    fs::create_dir_all(&hooks.directory).map_err(|detail| HookError::NotPermitted {
        path: hooks.directory.clone(),
        what: "created",
        detail,
    })?;
    let mut lines = Vec::new();
    for hook in found {
        if matches!(hook.author, Some(Author::Keylint | Author::KeylintAndOthers)) {
            lines.push(format!("{} is already installed", shown(&hook.path)));
            continue;
        }
        hook.write()?;
        lines.extend(installed(&hook));
    }
    lines.extend(meaning(&hooks));
    say(&lines)
}

fn shared(hooks: Hooks) -> HookError {
    let help = format!(
        "every repository whose hooks are there would get keylint's: `--shared` installs it nevertheless. `git config core.hooksPath '{}'` gives this repository its own hooks, in the place of those",
        hooks.own.display()
    );
    HookError::Shared { directory: hooks.directory, help }
}

/// What is said about a hook that is new.
fn installed(hook: &Hook) -> Vec<String> {
    let name = hook.name.as_str();
    let mut lines = vec![format!(
        "{} is installed: it runs `{}` before each {}",
        shown(&hook.path),
        hook.name.command(),
        hook.name.act()
    )];
    if exists(&hook.before) {
        lines.push(format!(
            "  the hook that was there runs first; it is {} now",
            shown(&hook.before)
        ));
    }
    lines.push(format!("  to skip it once: git {} --no-verify", hook.name.act()));
    lines.push(format!("  to undo: keylint hook uninstall --hook {name}"));
    lines
}

/// What it means that the hooks are not in the git directory.
fn meaning(hooks: &Hooks) -> Option<String> {
    let directory = shown(&hooks.directory);
    match hooks.place {
        HooksPlace::Own => None,
        HooksPlace::WorkTree => Some(format!(
            "note: {directory} is part of the work tree, so the hook is a file to commit, and runs for everybody whose git looks there"
        )),
        HooksPlace::Elsewhere => Some(format!(
            "note: {directory} is outside of the repository, so the hook runs in every repository whose hooks are there"
        )),
    }
}

fn uninstall(args: &HookArgs) -> Result<Exit, Failure> {
    let hooks = find(args)?;
    let asked = args.names();
    let mut found = Vec::new();
    for name in asked.clone().unwrap_or_else(|| HookName::ALL.to_vec()) {
        let hook = Hook::read(name, &hooks.directory)?;
        match hook.author {
            Some(Author::Keylint) => found.push(hook),
            // Somebody removed it, but not what was there before.
            None if exists(&hook.before) => found.push(hook),
            Some(Author::KeylintAndOthers) => {
                return Err(HookError::Changed { path: hook.path }.into());
            }
            Some(_) if asked.is_some() => return Err(HookError::NotOurs { path: hook.path }.into()),
            _ => {}
        }
    }
    let mut lines = Vec::new();
    for hook in &found {
        lines.push(remove(hook)?);
    }
    if lines.is_empty() {
        lines.push(format!("there is no hook of keylint in {}", shown(&hooks.directory)));
    }
    say(&lines)
}

/// Takes a hook away, and puts what was there before in its place.
fn remove(hook: &Hook) -> Result<String, HookError> {
    let path = shown(&hook.path);
    let (done, line) = if exists(&hook.before) {
        let line = format!("{path} is again the hook that was there before");
        (fs::rename(&hook.before, &hook.path), line)
    } else {
        (fs::remove_file(&hook.path), format!("{path} is removed"))
    };
    done.map_err(|detail| hook.failed("removed", detail))?;
    Ok(line)
}

/// A path as people would name it here.
fn shown(path: &Path) -> String {
    let here = working_directory().and_then(|here| fs::canonicalize(here).ok());
    let below = here.and_then(|here| path.strip_prefix(here).ok().map(Path::to_path_buf));
    inert(&path_bytes(below.as_deref().unwrap_or(path)))
}

fn say(lines: &[String]) -> Result<Exit, Failure> {
    output::write(None, |out| lines.iter().try_for_each(|line| writeln!(out, "{line}")))?;
    Ok(Exit::Clean)
}
