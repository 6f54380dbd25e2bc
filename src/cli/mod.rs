//! The command line. The only place that prints, reads the environment and knows the working directory.

mod access;
mod args;
mod baseline;
mod costs;
mod environment;
mod explain;
mod failure;
mod fix;
mod format;
mod git;
mod hook;
mod image;
#[cfg(feature = "registry")]
mod login;
mod next;
mod output;
mod plan;
mod progress;
mod report;
mod rules;
mod scan;
mod shell;
mod stats;
mod summary;
mod verbose;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme};

use args::{Args, Command};
use keylint::report::Look;

/// How a run ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exit {
    /// Clean and complete.
    Clean = 0,
    /// Findings at or above the threshold.
    Findings = 1,
    /// The instruction was bad.
    Usage = 2,
    /// No finding, but something could not be scanned.
    Incomplete = 3,
}

/// A reason to stop with exit code 2.
type Failure = Box<dyn Diagnostic + Send + Sync>;

/// Runs the program and says how it ended.
pub(crate) fn run() -> ExitCode {
    // A panic on one input is reported as an input not scanned; its message could hold a piece of that input.
    std::panic::set_hook(Box::new(|_| {}));
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            let wanted = !error.use_stderr();
            return if error.print().is_ok() && wanted {
                code(Exit::Clean)
            } else {
                code(Exit::Usage)
            };
        }
    };
    let look = output::look(&io::stderr(), args.color);
    let done = match args.command {
        Command::Scan(scan) => scan::run(&scan, args.color),
        Command::Git(git) => git::run(&git, args.color),
        Command::Image(image) => image::run(&image, args.color),
        Command::Access(access) => access::run(&access, args.color),
        Command::Rules(command) => rules::run(&command),
        Command::Explain(explain) => explain::run(&explain),
        Command::Baseline(command) => baseline::run(&command),
        Command::Report(report) => report::run(&report, args.color),
        Command::Hook(command) => hook::run(&command),
        Command::Completions { shell } => shell::completions(shell),
        Command::Man(args) => shell::man(&args),
    };
    done.map_or_else(|failure| fail(failure.as_ref(), look), code)
}

fn code(exit: Exit) -> ExitCode {
    ExitCode::from(exit as u8)
}

/// Prints what is wrong with the instruction.
fn fail(failure: &dyn Diagnostic, look: Look) -> ExitCode {
    let theme = match look {
        Look::Plain => GraphicalTheme::unicode_nocolor(),
        Look::Colour => GraphicalTheme::unicode(),
    };
    let failure = failure::Inert::new(failure);
    let mut text = String::new();
    if GraphicalReportHandler::new_themed(theme)
        .with_links(false)
        .render_report(&mut text, &failure)
        .is_err()
    {
        text = failure.to_string();
    }
    let _ = writeln!(io::stderr(), "{}", text.trim_end());
    code(Exit::Usage)
}
