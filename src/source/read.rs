//! Opens inputs and reads them.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use super::Unit;
use super::content::{self, Encoding};
use super::git;
use super::out::{Out, ReadStats, Scratch};
use crate::blob::{Blob, Origin};
use crate::outcome::{SkipReason, Skipped};

/// The largest input that parsers of whole documents are given.
pub const MAX_DOCUMENT: usize = 64 * 1024 * 1024;

const TOO_LARGE: &str = "policies were not read: the file is larger than 64 MiB";

/// Reads an input and calls `visit` for the blob it is, or for each of its blobs or chunks in order. What cannot be opened
/// or read to its end is named in `skipped`; chunks handed out before stay valid.
pub fn read(
    unit: &Unit,
    scratch: &mut Scratch,
    skipped: &mut Vec<Skipped>,
    visit: &mut dyn FnMut(&Blob),
) -> ReadStats {
    let mut out = Out::new(scratch, skipped, visit);
    let read = match unit {
        Unit::Batch(batch) => {
            git::read_batch(batch, &mut out);
            Ok(())
        }
        Unit::Version(version) => git::read(version, &mut out),
        Unit::Image(part) => {
            let read = part.read(&mut out);
            read.map_err(|error| skip(&Arc::new(unit.origin()), &error))
        }
        Unit::File(path) => {
            let origin = Arc::new(unit.origin());
            open(path)
                .and_then(|(mut file, size)| out.input(&origin, &mut file, size))
                .map_err(|error| skip(&origin, &error))
        }
        Unit::Text(text) => {
            let origin = Arc::new(unit.origin());
            let read = out.input(&origin, &mut &*text.bytes, text.bytes.len());
            read.map_err(|error| skip(&origin, &error))
        }
        Unit::Stdin(_) => {
            let origin = Arc::new(unit.origin());
            let read = out.input(&origin, &mut io::stdin().lock(), 0);
            read.map_err(|error| skip(&origin, &error))
        }
    };
    let stats = out.stats;
    skipped.extend(read.err());
    stats
}

/// Reads an input that was handed out in chunks once more, as one blob.
///
/// # Errors
///
/// When it is larger than [`MAX_DOCUMENT`], cannot be read, or is standard input, which is gone by then.
pub fn read_whole(unit: &Unit, visit: &mut dyn FnMut(&Blob)) -> Result<(), Skipped> {
    let origin = Arc::new(unit.origin());
    let limit = |detail: &str| Skipped::new((*origin).clone(), SkipReason::Limit, detail);
    let path = match unit {
        Unit::File(path) => path,
        Unit::Batch(_) | Unit::Image(_) => return Ok(()),
        Unit::Version(version) => {
            let raw = git::bytes(version)?;
            return show_whole(&origin, &raw, visit).ok_or_else(|| limit(TOO_LARGE));
        }
        Unit::Text(text) => {
            return show_whole(&origin, &text.bytes, visit).ok_or_else(|| limit(TOO_LARGE));
        }
        Unit::Stdin(_) => {
            return Err(limit(
                "policies were not read: standard input is longer than 1 MiB; give a file",
            ));
        }
    };
    let read = || {
        let (file, _) = open(path)?;
        let mut raw = Vec::new();
        file.take(MAX_DOCUMENT as u64 + 1).read_to_end(&mut raw)?;
        Ok(raw)
    };
    let raw = read().map_err(|error: io::Error| skip(&origin, &error))?;
    show_whole(&origin, &raw, visit).ok_or_else(|| limit(TOO_LARGE))
}

/// Shows bytes as one blob; `None` when they are too many.
fn show_whole(origin: &Arc<Origin>, raw: &[u8], visit: &mut dyn FnMut(&Blob)) -> Option<()> {
    if raw.len() > MAX_DOCUMENT {
        return None;
    }
    let (encoding, content) = content::detect(raw);
    let mut text = String::new();
    let text = if encoding == Encoding::AsciiCompatible {
        raw
    } else {
        encoding.decode(raw, &mut text);
        text.as_bytes()
    };
    visit(&Blob { width: encoding.width(), ..Blob::whole(origin, text, content) });
    Some(())
}

fn skip(origin: &Arc<Origin>, error: &io::Error) -> Skipped {
    let reason = match error.kind() {
        io::ErrorKind::InvalidInput => SkipReason::NotRegular,
        _ => SkipReason::Unreadable,
    };
    Skipped::new((**origin).clone(), reason, error.to_string())
}

/// Opens a regular file without following a link that took its place, and without waiting on a FIFO.
#[cfg(unix)]
pub(super) fn open(path: &Path) -> io::Result<(File, usize)> {
    use std::os::unix::fs::OpenOptionsExt;
    let flags =
        rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::CLOEXEC;
    let file = OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(path)?;
    regular(file)
}

#[cfg(not(unix))]
pub(super) fn open(path: &Path) -> io::Result<(File, usize)> {
    regular(OpenOptions::new().read(true).open(path)?)
}

fn regular(file: File) -> io::Result<(File, usize)> {
    let metadata = file.metadata()?;
    if metadata.is_file() {
        Ok((file, usize::try_from(metadata.len()).unwrap_or(usize::MAX)))
    } else {
        Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"))
    }
}
