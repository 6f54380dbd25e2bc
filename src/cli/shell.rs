//! `keylint completions` and `keylint man`: what shells and manuals know of the command line.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::{Command, CommandFactory};
use clap_complete::Shell;
use clap_mangen::Man;
use miette::Diagnostic;
use thiserror::Error;

use super::args::{Args, ManArgs};
use super::{Exit, Failure, output};
use keylint::config::nearest;

/// Prints the completions of a shell.
pub(super) fn completions(shell: Shell) -> Result<Exit, Failure> {
    // The generator stops the program when nobody reads what it writes.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "keylint", &mut script);
    output::write(None, |out| out.write_all(&script))?;
    Ok(Exit::Clean)
}

/// A command that is none.
#[derive(Debug, Error, Diagnostic)]
#[error("there is no command `{name}`")]
#[diagnostic(code(man::unknown_command))]
struct UnknownCommand {
    name: String,
    #[help]
    help: String,
}

/// A directory that takes no pages.
#[derive(Debug, Error, Diagnostic)]
#[error("`{}` cannot be written to: {error}", path.display())]
#[diagnostic(
    code(man::unwritten),
    help("name a directory that is there and that you may write to")
)]
struct Unwritten {
    path: PathBuf,
    error: io::Error,
}

/// Prints the manual page of the program or of a command, or writes all of them to a directory.
pub(super) fn man(args: &ManArgs) -> Result<Exit, Failure> {
    let mut program = Args::command();
    program.build();
    if let Some(directory) = &args.directory {
        write_all(&program, directory)?;
        return Ok(Exit::Clean);
    }
    let mut command = &program;
    for name in &args.command {
        command = command.find_subcommand(name).ok_or_else(|| unknown(command, name))?;
    }
    let page = page(command);
    output::write(None, |out| out.write_all(&page?))?;
    Ok(Exit::Clean)
}

fn unknown(command: &Command, name: &str) -> UnknownCommand {
    let known: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
    let help = match nearest(name, known.iter().copied()) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None if known.is_empty() => format!("`{}` has no commands", command.get_name()),
        None => format!("there are {}", known.join(", ")),
    };
    UnknownCommand { name: name.into(), help }
}

/// A page for the program and for each command, as `keylint-rules-test.1`.
fn write_all(command: &Command, directory: &Path) -> Result<(), Unwritten> {
    let path = directory.join(format!("{}.1", full_name(command)));
    let written = page(command).and_then(|page| fs::write(&path, page));
    written.map_err(|error| Unwritten { path, error })?;
    let shown = command.get_subcommands().filter(|command| command.get_name() != "help");
    shown.into_iter().try_for_each(|command| write_all(command, directory))
}

/// `keylint-rules-test` for what is called `keylint rules test`.
fn full_name(command: &Command) -> String {
    command.get_bin_name().unwrap_or(command.get_name()).replace(' ', "-")
}

fn page(command: &Command) -> io::Result<Vec<u8>> {
    let name = full_name(command);
    let mut page = Vec::new();
    Man::new(command.clone().name(name.clone())).title(name.to_uppercase()).render(&mut page)?;
    Ok(page)
}
