//! `ar`: packages of Debian, which are tars in it, and static libraries. <https://man7.org/linux/man-pages/man5/ar.5.html>

use std::io::{self, Read};
use std::sync::Arc;

use memchr::memmem;

use super::budget::Gap;
use super::input::Limited;
use super::{Input, Label, member};
use crate::blob::{Origin, bytes_path};
use crate::source::out::Out;

const MAGIC: u64 = 8;
/// What each header ends with.
const MARK: &[u8] = b"`\n";
/// The longest list of long names that is believed.
const MAX_NAMES: u64 = 1024 * 1024;

/// Reads an `ar`.
///
/// # Errors
///
/// When what it is read from broke.
pub(super) fn read(input: &mut Input, origin: &Arc<Origin>, out: &mut Out) -> io::Result<()> {
    input.skip(MAGIC)?;
    let mut ar = Ar { input, origin, out, names: Vec::new(), strays: 0 };
    while ar.next()? {}
    if ar.strays > 0 {
        let detail = "the ar is corrupt: what is no member of it was scanned as it is";
        ar.out.gap(origin, Gap::malformed(detail));
    }
    Ok(())
}

struct Ar<'a, 'b, 'c> {
    input: &'a mut Input<'b>,
    origin: &'a Arc<Origin>,
    out: &'a mut Out<'c>,
    /// Names that are too long for a header.
    names: Vec<u8>,
    /// Stretches that are no members.
    strays: usize,
}

impl Ar<'_, '_, '_> {
    /// Reads a member; false at the end.
    fn next(&mut self) -> io::Result<bool> {
        let head = self.input.peek(Header::SIZE)?;
        if head.is_empty() || self.out.budget.is_spent() {
            return Ok(false);
        }
        let Some(header) = Header::new(head) else {
            // Some members are filled up with more than one byte.
            let is_filling = head == b"\n";
            self.strays += usize::from(!is_filling);
            self.out.plain(self.origin, &mut Stray { input: self.input, left: 1 })?;
            return Ok(true);
        };
        self.input.skip(Header::SIZE as u64)?;
        if let Err(gap) = self.out.budget.member() {
            self.out.gap(self.origin, gap);
            return Ok(false);
        }
        self.member(&header)?;
        Ok(true)
    }

    fn member(&mut self, header: &Header) -> io::Result<()> {
        let Header { name, mut size } = header.clone();
        let name = if let Some(length) = number(&name, b"#1/").filter(|length| *length <= size) {
            // As BSD writes it: the name comes first.
            let mut name =
                self.input.take_bytes(usize::try_from(length.min(MAX_NAMES)).unwrap_or(0))?;
            size -= length.min(MAX_NAMES);
            name.truncate(name.iter().position(|byte| *byte == 0).unwrap_or(name.len()));
            name
        } else if let Some(at) = number(&name, b"/") {
            self.long_name(at).unwrap_or(name)
        } else if name == b"//" {
            self.read_names(size)?;
            name
        } else {
            name.strip_suffix(b"/").filter(|name| !name.is_empty()).unwrap_or(&name).into()
        };
        let origin = member(self.origin, bytes_path(&name));
        if !self.input.has(size) {
            let detail =
                "its header says that it is longer than the archive; what is there was scanned";
            self.out.gap(&origin, Gap::malformed(detail));
            let mut stray = Stray { input: self.input, left: 0 };
            return self.out.content(Label::Own(&origin), &mut stray, 0);
        }
        let known = usize::try_from(size).unwrap_or(usize::MAX);
        let mut content = Limited { input: self.input, left: size };
        self.out.content(Label::Own(&origin), &mut content, known)?;
        if !content.finish()? {
            let gap = Gap::malformed("the archive ends within it; what is there was scanned");
            self.out.gap(&origin, gap);
        }
        // Members begin at even places.
        if header.size % 2 == 1 && self.input.peek(1)? == b"\n" {
            self.input.skip(1)?;
        }
        Ok(())
    }

    /// Looks ahead at the long names, which are a member like others.
    fn read_names(&mut self, size: u64) -> io::Result<()> {
        let size = usize::try_from(size.min(MAX_NAMES)).unwrap_or(0);
        self.names = self.input.peek(size)?.to_vec();
        Ok(())
    }

    fn long_name(&self, at: u64) -> Option<Vec<u8>> {
        let name =
            self.names.get(usize::try_from(at).ok()?..)?.split(|byte| *byte == b'\n').next()?;
        Some(name.strip_suffix(b"/").unwrap_or(name).into())
    }
}

#[derive(Clone)]
struct Header {
    name: Vec<u8>,
    size: u64,
}

impl Header {
    const SIZE: usize = 60;

    fn new(head: &[u8]) -> Option<Self> {
        let head = head.first_chunk::<{ Self::SIZE }>()?;
        if head.get(58..60)? != MARK {
            return None;
        }
        let text = |from: usize, to: usize| Some(head.get(from..to)?.trim_ascii_end());
        let size = std::str::from_utf8(text(48, 58)?).ok()?.parse().ok()?;
        Some(Self { name: text(0, 16)?.into(), size })
    }
}

/// The number after a prefix, where nothing else follows.
fn number(name: &[u8], prefix: &[u8]) -> Option<u64> {
    std::str::from_utf8(name.strip_prefix(prefix)?).ok()?.parse().ok()
}

/// Bytes up to the next header.
struct Stray<'a, 'b> {
    input: &'a mut Input<'b>,
    /// So many bytes belong to it whatever they are.
    left: u64,
}

impl Read for Stray<'_, '_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            let ahead = self.input.peek(Input::AHEAD)?;
            let is_all = ahead.len() < Input::AHEAD;
            let seen = if is_all { ahead.len() } else { ahead.len() - Header::SIZE };
            let begins = |at: usize| at.checked_sub(Header::SIZE - MARK.len());
            let header = memmem::find_iter(ahead, MARK)
                .filter_map(begins)
                .find(|at| ahead.get(*at..).is_some_and(|head| Header::new(head).is_some()));
            self.left = header.map_or(seen, |at| at.min(seen)) as u64;
            if self.left == 0 {
                return Ok(0);
            }
        }
        self.input.read_of(&mut self.left, out)
    }
}
