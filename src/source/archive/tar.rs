//! Tar, as a stream: headers by the `tar` crate, everything else so that no byte is passed over. A header that is none, a
//! size that lies or data after the end hide nothing: what is no member is scanned as it is.

use std::io::{self, Read};
use std::sync::Arc;

use tar::{EntryType, Header};

use super::budget::Gap;
use super::input::Limited;
use super::pax::Extended;
use super::{Input, Label, member};
use crate::blob::{Origin, bytes_path};
use crate::outcome::SkipReason;
use crate::source::out::Out;

const BLOCK: usize = 512;
/// The longest name or PAX header that is believed.
const MAX_EXTENDED: u64 = 1024 * 1024;

/// An entry of a tar.
#[derive(Clone, Debug)]
pub(in crate::source) struct Entry<'a> {
    /// Its name, as written.
    pub(in crate::source) path: &'a [u8],
    pub(in crate::source) kind: Kind<'a>,
    /// What its content is called.
    pub(in crate::source) origin: Arc<Origin>,
}

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::source) enum Kind<'a> {
    /// A file with content.
    File,
    /// Another name of a file, which is in the same tar.
    HardLink(&'a [u8]),
    /// A link, and where it leads.
    SymbolicLink(&'a [u8]),
    /// A directory.
    Directory,
    /// A device, a pipe.
    Other,
}

/// What is done with an entry. Its content is handed over, of which no more need be read than is wanted.
pub(in crate::source) type OnEntry<'a> =
    dyn FnMut(&Entry, &mut Limited, &mut Out) -> io::Result<()> + 'a;

/// Hands out the content of an entry, and where a link leads.
pub(in crate::source) fn hand_out(
    entry: &Entry,
    content: &mut Limited,
    out: &mut Out,
) -> io::Result<()> {
    match entry.kind {
        Kind::SymbolicLink(link) => {
            out.aside(&entry.origin, link);
            Ok(())
        }
        Kind::File => {
            let size = usize::try_from(content.left).unwrap_or(usize::MAX);
            out.content(Label::Own(&entry.origin), content, size)
        }
        _ => out.plain(&entry.origin, content),
    }
}

/// Whether these bytes begin with a header: its sum is right. Old ones have no mark.
pub(super) fn is_header(head: &[u8]) -> bool {
    // Most content is told from a header by a few bytes.
    let Some(block) = head.first_chunk::<BLOCK>() else { return false };
    let sum = block.get(148..156).unwrap_or_default();
    block.first() != Some(&0)
        && sum.iter().all(|byte| matches!(byte, b'0'..=b'7' | b' ' | 0))
        && sum.iter().any(u8::is_ascii_digit)
        && has_right_sum(block)
}

fn has_right_sum(block: &[u8; BLOCK]) -> bool {
    let Some((before, rest)) = block.split_at_checked(148) else { return false };
    let after = rest.get(8..).unwrap_or_default();
    let header = Header::from_byte_slice(block);
    let bytes = || before.iter().chain(after);
    let sum: u32 = bytes().map(|byte| u32::from(*byte)).sum::<u32>() + 8 * 32;
    // Some programs took bytes for signed numbers.
    let signed: i32 = bytes().map(|byte| i32::from(byte.cast_signed())).sum::<i32>() + 8 * 32;
    header
        .cksum()
        .is_ok_and(|said| said == sum || i32::try_from(said).is_ok_and(|said| said == signed))
}

/// Reads a tar, entry by entry.
///
/// # Errors
///
/// When what it is read from broke.
pub(in crate::source) fn read(
    input: &mut Input,
    origin: &Arc<Origin>,
    out: &mut Out,
    on_entry: &mut OnEntry,
) -> io::Result<()> {
    let mut tar =
        Tar { input, origin, out, extended: Extended::default(), strays: 0, end: End::Missing };
    while tar.next(on_entry)? {}
    // Some builders write layers without an end; that these are whole is told by their digests.
    let may_be_cut = || tar.end == End::Missing && !matches!(**origin, Origin::Image(_));
    let detail = if tar.strays > 0 {
        "the tar is corrupt: what is no member of it was scanned as it is"
    } else if may_be_cut() && !tar.out.budget.is_spent() {
        "the tar has no end: it may be cut off; what is there was scanned"
    } else {
        return Ok(());
    };
    tar.out.gap(origin, Gap::malformed(detail));
    Ok(())
}

/// How far it is to the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Missing,
    /// There was a block of zeros, or something said that there is none.
    Seen,
}

struct Tar<'a, 'b, 'c> {
    input: &'a mut Input<'b>,
    origin: &'a Arc<Origin>,
    out: &'a mut Out<'c>,
    /// What was said of the entry that comes next.
    extended: Extended,
    /// Stretches that are no members, and no bytes after the end.
    strays: usize,
    end: End,
}

impl Tar<'_, '_, '_> {
    /// Reads one entry; false at the end.
    fn next(&mut self, on_entry: &mut OnEntry) -> io::Result<bool> {
        if self.out.budget.is_spent() {
            return Ok(false);
        }
        let block = self.input.peek(BLOCK)?;
        if block.is_empty() {
            return Ok(false);
        }
        if block.iter().all(|byte| *byte == 0) {
            // The end, mostly; but something may come after it.
            let count = block.len() as u64;
            self.end = End::Seen;
            return Ok(self.input.skip(count)? > 0);
        }
        let Some(block) = block.first_chunk::<BLOCK>().filter(|block| is_header(&block[..])) else {
            self.stray()?;
            return Ok(true);
        };
        self.end = End::Missing;
        let header = Header::from_byte_slice(block).clone();
        self.input.skip(BLOCK as u64)?;
        let size = header.entry_size().unwrap_or(0);
        match header.entry_type() {
            EntryType::XHeader | EntryType::XGlobalHeader => {
                let data = self.data(size)?;
                let is_global = header.entry_type() == EntryType::XGlobalHeader;
                if self.extended.read(&data, is_global) {
                    self.out.aside(self.origin, &data);
                }
            }
            EntryType::GNULongName => self.extended.path = Some(self.name(size)?),
            EntryType::GNULongLink => self.extended.link = Some(self.name(size)?),
            _ => {
                let extended = std::mem::take(&mut self.extended);
                self.entry(&header, &extended, on_entry)?;
            }
        }
        Ok(true)
    }

    /// Scans what is no member: bytes after the end may be anything, others are a defect.
    fn stray(&mut self) -> io::Result<()> {
        let mut stray = Stray { input: self.input, left: 0 };
        if self.end == End::Seen {
            return self.out.content(Label::Own(self.origin), &mut stray, 0);
        }
        self.strays += 1;
        self.out.plain(self.origin, &mut stray)
    }

    fn entry(
        &mut self,
        header: &Header,
        extended: &Extended,
        on_entry: &mut OnEntry,
    ) -> io::Result<()> {
        if let Err(gap) = self.out.budget.member() {
            self.out.gap(self.origin, gap);
            return Ok(());
        }
        let own = header.path_bytes();
        let path = extended.path.as_deref().unwrap_or(&own);
        let path = path.strip_prefix(b"./").unwrap_or(path);
        let own = header.link_name_bytes().unwrap_or_default();
        let link = extended.link.as_deref().unwrap_or(&own);
        let kind = header.entry_type();
        let said = match kind {
            EntryType::Link => Kind::HardLink(link),
            EntryType::Symlink => Kind::SymbolicLink(link),
            EntryType::Directory => Kind::Directory,
            EntryType::Char | EntryType::Block | EntryType::Fifo => Kind::Other,
            // Old tars know no directories.
            EntryType::Regular if path.ends_with(b"/") => Kind::Directory,
            _ => Kind::File,
        };
        if header.as_gnu().is_some_and(|gnu| kind == EntryType::GNUSparse && gnu.is_extended()) {
            self.pass_map()?;
        }
        let origin = member(self.origin, bytes_path(path));
        // What links and directories hold is read as if it came after them; what has no content may leave its size out.
        let has_content = said == Kind::File || kind == EntryType::Regular;
        let is_blank = header.as_old().size.iter().all(|byte| matches!(byte, 0 | b' '));
        let own = if is_blank || !has_content { Some(0) } else { header.entry_size().ok() };
        let size = extended.size.filter(|_| has_content).or(own);
        let Some(size) = size.filter(|size| self.input.has(*size)) else {
            let detail = match size {
                None => "its header does not say how long it is; what follows was scanned",
                Some(_) => {
                    "its header says that it is longer than the archive; what is there was scanned"
                }
            };
            self.end = End::Seen;
            self.out.gap(&origin, Gap::malformed(detail));
            let mut stray = Stray { input: self.input, left: 0 };
            return self.out.content(Label::Own(&origin), &mut stray, 0);
        };
        let mut content = Limited { input: self.input, left: size };
        let entry = Entry { path, kind: said, origin: Arc::clone(&origin) };
        on_entry(&entry, &mut content, self.out)?;
        if content.finish()? {
            return self.pad(size);
        }
        self.end = End::Seen;
        let gap = Gap::malformed("the archive ends within it; what is there was scanned");
        self.out.gap(&origin, gap);
        Ok(())
    }

    /// Passes over where the pieces of a sparse file lie: what is stored of it lies in a row.
    fn pass_map(&mut self) -> io::Result<()> {
        while let Some(continues) = map_continues(self.input.peek(BLOCK)?) {
            self.input.skip(BLOCK as u64)?;
            if !continues {
                break;
            }
        }
        Ok(())
    }

    /// What an entry says of the next one.
    fn data(&mut self, size: u64) -> io::Result<Vec<u8>> {
        let kept = size.min(MAX_EXTENDED);
        let data = self.input.take_bytes(usize::try_from(kept).unwrap_or_default())?;
        if size > kept {
            let detail = format!("an extended header has more than {MAX_EXTENDED} bytes");
            let reason = SkipReason::Limit;
            self.out.gap(self.origin, Gap { reason, detail });
            let mut rest = Limited { input: self.input, left: size - kept };
            self.out.plain(self.origin, &mut rest)?;
            rest.finish()?;
        }
        self.pad(size)?;
        Ok(data)
    }

    fn name(&mut self, size: u64) -> io::Result<Vec<u8>> {
        let mut name = self.data(size)?;
        while name.last() == Some(&0) {
            name.pop();
        }
        Ok(name)
    }

    /// Passes over what fills up the last block.
    fn pad(&mut self, size: u64) -> io::Result<()> {
        let over = size % BLOCK as u64;
        if over > 0 {
            self.input.skip(BLOCK as u64 - over)?;
        }
        Ok(())
    }
}

/// Whether a map of a sparse file goes on after this block; `None` for a block that is no map.
fn map_continues(block: &[u8]) -> Option<bool> {
    const NUMBERS: usize = 504;
    let (numbers, rest) = block.first_chunk::<BLOCK>()?.split_at_checked(NUMBERS)?;
    let is_number = |number: &[u8; 12]| match number {
        [0x80, 0, 0, 0, ..] => true,
        digits => digits.iter().all(|byte| matches!(byte, b'0'..=b'7' | b' ' | 0)),
    };
    let (continues, rest) = rest.split_first()?;
    let is_map = numbers.as_chunks().0.iter().all(is_number) && rest.iter().all(|byte| *byte == 0);
    is_map.then_some(*continues != 0)
}

/// Bytes up to the next header.
struct Stray<'a, 'b> {
    input: &'a mut Input<'b>,
    /// What is left of a block.
    left: u64,
}

impl Read for Stray<'_, '_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            let block = self.input.peek(BLOCK)?;
            if is_header(block) {
                return Ok(0);
            }
            self.left = block.len() as u64;
        }
        self.input.read_of(&mut self.left, out)
    }
}
