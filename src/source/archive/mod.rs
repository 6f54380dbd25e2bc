//! Archives and compressed streams, told by their first bytes and read as they come: nothing is extracted, nothing is sought
//! in. What is in them is handed out like any input, under the name of the archive, `!/` and its own.

mod ar;
mod budget;
mod compiled;
mod decode;
mod format;
mod input;
mod office;
mod pax;
mod pdf;
mod sqlite;
mod tar;
mod tee;
mod zip;

use std::io::{self, Read};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

pub(in crate::source) use budget::{Budget, Gap, is_broken};
pub use budget::{FREE, MAX_BOMBS, MAX_DEPTH, MAX_GAPS, MAX_MEMBERS, MAX_RATIO, MAX_UNPACKED};
pub(in crate::source) use format::{Format, ends_as_zip};
pub(in crate::source) use input::Input;
pub(in crate::source) use input::Limited;
pub(in crate::source) use tar::{Entry, Kind, OnEntry, hand_out, read as read_tar};

use super::out::Out;
use crate::blob::Origin;
use crate::outcome::SkipReason;

/// What content is called, which may depend on what it turns out to be.
#[derive(Clone, Copy)]
pub(in crate::source) enum Label<'a> {
    /// By a name of its own.
    Own(&'a Arc<Origin>),
    /// What came out of a compressed stream: the members of a tar are the stream's, anything else is a file in it.
    Inner {
        /// The stream.
        of: &'a Arc<Origin>,
    },
}

impl Label<'_> {
    /// The content itself.
    pub(in crate::source) fn origin(self) -> Arc<Origin> {
        match self {
            Self::Own(origin) => Arc::clone(origin),
            Self::Inner { of } => member(of, stem(of)),
        }
    }

    /// What members of the content are in.
    fn container(self, format: Format) -> Arc<Origin> {
        match self {
            Self::Inner { of } if format == Format::Tar => Arc::clone(of),
            _ => self.origin(),
        }
    }
}

/// A member of an archive.
fn member(archive: &Arc<Origin>, path: PathBuf) -> Arc<Origin> {
    Arc::new(Origin::Member { archive: Arc::clone(archive), path })
}

/// What a compressed file is called when it is not compressed: `dump.sql` of `dump.sql.gz`.
fn stem(of: &Origin) -> PathBuf {
    let name = of.path().and_then(|path| path.file_name()).map(PathBuf::from);
    let Some(name) = name else { return PathBuf::from("content") };
    match name.extension().and_then(|extension| extension.to_str()) {
        Some("gz" | "bz2" | "xz" | "zst") => name.with_extension(""),
        Some("svgz") => name.with_extension("svg"),
        _ => name,
    }
}

/// Reads what is in an archive or a compressed stream of so many bytes; 0 when nobody knows how many.
///
/// # Errors
///
/// When what it is read from broke; whatever is wrong with the archive itself is named in `out`.
pub(in crate::source) fn read(
    format: Format,
    label: Label,
    reader: &mut dyn Read,
    size: usize,
    out: &mut Out,
) -> io::Result<()> {
    let origin = label.container(format);
    let budget = Rc::clone(&out.budget);
    if budget.is_spent() {
        return Ok(());
    }
    let Some(_inside) = budget.enter() else {
        let detail = format!(
            "it lies in more than {MAX_DEPTH} archives; its bytes were scanned as they are"
        );
        out.skip(&origin, SkipReason::Limit, detail);
        return out.plain(&origin, reader);
    };
    out.stats.archives += u64::from(format.is_archive());
    let mut input = Input::new(reader, size as u64);
    match format {
        Format::Tar => tar::read(&mut input, &origin, out, &mut hand_out),
        Format::Zip => zip::read(&mut input, &origin, out),
        Format::Ar => ar::read(&mut input, &origin, out),
        Format::Pdf => pdf::read(&origin, &mut input, out),
        Format::Sqlite => sqlite::read(&origin, &mut input, out),
        Format::Compiled => compiled::read(&origin, &mut input, out),
        Format::Compressed(codec) => {
            let inner = &mut |reader: &mut dyn Read, out: &mut Out| {
                out.content(Label::Inner { of: &origin }, reader, 0)
            };
            decode::read(codec, &mut input, &origin, out, inner)
        }
        Format::Unread(what) => {
            let detail =
                format!("{what} archives are not unpacked; its bytes were scanned as they are");
            out.skip(&origin, SkipReason::Unsupported, detail);
            out.plain(&origin, &mut input)
        }
    }
}

/// Reads a layer of an image: a tar, however it is compressed. What is no tar is handed out as
/// it is; false then.
///
/// # Errors
///
/// As [`read`].
pub(in crate::source) fn read_layer(
    origin: &Arc<Origin>,
    reader: &mut dyn Read,
    out: &mut Out,
    on_entry: &mut OnEntry,
) -> io::Result<bool> {
    let mut input = Input::new(reader, 0);
    let head = input.peek(Format::HEAD)?;
    let is_empty = head.is_empty();
    match Format::of(head, false) {
        Some(Format::Compressed(codec)) => {
            let budget = Rc::clone(&out.budget);
            let Some(_inside) = budget.enter() else {
                out.skip(origin, SkipReason::Limit, "it is compressed too many times");
                return Ok(true);
            };
            let mut is_tar = true;
            let inner = &mut |reader: &mut dyn Read, out: &mut Out| {
                is_tar = read_layer(origin, reader, out, on_entry)?;
                Ok(())
            };
            decode::read(codec, &mut input, origin, out, inner)?;
            Ok(is_tar)
        }
        Some(Format::Tar) => tar::read(&mut input, origin, out, on_entry).map(|()| true),
        _ if is_empty => Ok(true),
        _ => out.content(Label::Own(origin), &mut input, 0).map(|()| false),
    }
}
