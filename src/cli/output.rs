//! Where reports go: standard output, or a file that is written whole or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use miette::Diagnostic;
use thiserror::Error;

use super::args::When;
use super::environment::{has_links, is_dumb, is_set, told};
use keylint::report::Look;

/// A report that could not be written.
#[derive(Debug, Error, Diagnostic)]
#[error("the report could not be written to {target}: {detail}")]
#[diagnostic(
    code(report::unwritten),
    help("check that there is room and permission; nothing was left behind")
)]
pub(super) struct Unwritten {
    target: String,
    detail: String,
}

/// Colours for a stream: as asked for, else on terminals whose user does not object.
pub(super) fn look(stream: &impl IsTerminal, when: When) -> Look {
    let wanted = match when {
        When::Always => true,
        When::Never => false,
        When::Auto => {
            (is_set("CLICOLOR_FORCE") || stream.is_terminal()) && !is_set("NO_COLOR") && !is_dumb()
        }
    };
    if wanted { Look::Colour } else { Look::Plain }
}

/// Whether a stream shows links: as asked for, else on terminals that are known to.
pub(super) fn shows_links(stream: &impl IsTerminal, when: When) -> bool {
    match when {
        When::Always => true,
        When::Never => false,
        // <https://github.com/Alhadis/OSC8-Adoption> names the variable.
        When::Auto => told("FORCE_HYPERLINK").map_or_else(
            || stream.is_terminal() && has_links() && !is_dumb(),
            |forced| forced != "0",
        ),
    }
}

/// Writes to a file, or to standard output. A closed pipe is no error: nobody wants the rest.
pub(super) fn write(
    file: Option<&Path>,
    report: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Unwritten> {
    let failed =
        |target: String| move |error: io::Error| Unwritten { target, detail: error.to_string() };
    if let Some(path) = file {
        to_file(path, report).map_err(failed(format!("`{}`", path.display())))
    } else {
        let mut out = BufWriter::new(io::stdout().lock());
        match report(&mut out).and_then(|()| out.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                // The buffer's rest must not be tried again when it is dropped.
                let _ = out.into_parts();
                Ok(())
            }
            done => done.map_err(failed("standard output".into())),
        }
    }
}

/// Writes beside the file and renames, so that no reader ever sees half of it. Only the user may read it.
fn to_file(path: &Path, report: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    if fs::metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
        // A device or a pipe, such as /dev/stderr: there is nothing to rename.
        let mut out = BufWriter::new(fs::OpenOptions::new().write(true).open(path)?);
        return report(&mut out).and_then(|()| out.flush());
    }
    let (temporary, file) = create_beside(path)?;
    let mut out = BufWriter::new(file);
    let written =
        report(&mut out).and_then(|()| out.flush()).and_then(|()| out.get_ref().sync_all());
    let done = written.and_then(|()| fs::rename(&temporary, path));
    if done.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    done
}

/// Puts a text in the place of a file's, whole or not at all. Who may read the file stays as it is.
pub(super) fn replace(path: &Path, text: &[u8]) -> io::Result<()> {
    let permissions = fs::metadata(path)?.permissions();
    // What a link points to is the file.
    let path = fs::canonicalize(path)?;
    let (temporary, mut file) = create_beside(&path)?;
    let written = file
        .write_all(text)
        .and_then(|()| file.set_permissions(permissions))
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&temporary, &path));
    if written.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    written
}

/// A new file with a name of its own in the directory of `path`.
fn create_beside(path: &Path) -> io::Result<(PathBuf, File)> {
    let name = path
        .file_name()
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "not a file name"))?;
    for attempt in 0..100_u32 {
        let mut hidden = std::ffi::OsString::from(".");
        hidden.push(name);
        hidden.push(format!(".{}.{attempt}.tmp", std::process::id()));
        let candidate = path.with_file_name(hidden);
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        match options.open(&candidate) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            opened => return opened.map(|file| (candidate, file)),
        }
    }
    Err(io::Error::new(io::ErrorKind::AlreadyExists, "no free name for a temporary file"))
}
