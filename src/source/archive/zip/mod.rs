//! Zip, as a stream, by the headers before each member: the directory at the end may leave members out or tell other things of
//! them, and a member is what can be unpacked. What is no member is scanned as it is, the directory with its comments too.
//! <https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT>

mod content;
mod header;

use std::io::{self, Read};
use std::sync::Arc;

use memchr::memmem;

use super::budget::Gap;
use super::{Input, member};
use crate::blob::{Origin, bytes_path, inert};
use crate::outcome::SkipReason;
use crate::source::out::Out;
pub(super) use header::is_local_header;
use header::{Directory, Local};

const LOCAL: &[u8] = b"PK\x03\x04";
const DIRECTORY: &[u8] = b"PK\x01\x02";
const DESCRIPTOR: &[u8] = b"PK\x07\x08";
/// Entries of the directory that are named when they are not as the members say; the rest are counted.
const MAX_NAMED: usize = 10;

/// Reads a zip.
///
/// # Errors
///
/// When what it is read from broke.
pub(super) fn read(input: &mut Input, origin: &Arc<Origin>, out: &mut Out) -> io::Result<()> {
    let mut zip = Zip { input, origin, out, members: Vec::new(), odd: 0, has_end: false };
    while zip.next()? {}
    if zip.odd > MAX_NAMED {
        let more = zip.odd - MAX_NAMED;
        let detail = format!("its directory is not as its members say in {more} more places");
        zip.out.gap(origin, Gap::malformed(detail));
    }
    if !zip.has_end && !zip.out.budget.is_spent() {
        let detail = "the zip has no directory at its end: it may be cut off";
        zip.out.gap(origin, Gap::malformed(detail));
    }
    Ok(())
}

struct Zip<'a, 'b, 'c> {
    input: &'a mut Input<'b>,
    origin: &'a Arc<Origin>,
    out: &'a mut Out<'c>,
    /// Where each member begins, and how it is packed.
    members: Vec<(u64, u16)>,
    /// Entries of the directory that are not as the members say.
    odd: usize,
    has_end: bool,
}

impl Zip<'_, '_, '_> {
    /// Reads a member, an entry of the directory, or what lies between them; false at the end.
    fn next(&mut self) -> io::Result<bool> {
        if self.out.budget.is_spent() {
            return Ok(false);
        }
        let head = self.input.peek(Local::SIZE)?;
        if head.is_empty() {
            return Ok(false);
        }
        if is_local_header(head) {
            let local = Local::new(head);
            return match local {
                Some(local) => self.member(local).map(|()| true),
                None => Ok(false),
            };
        }
        if head.starts_with(DIRECTORY) && head.len() == Local::SIZE && self.directory()? {
            return Ok(true);
        }
        self.has_end |= head_is_end(self.input.peek(4)?);
        self.between()?;
        Ok(true)
    }

    fn member(&mut self, mut local: Local) -> io::Result<()> {
        if let Err(gap) = self.out.budget.member() {
            self.out.gap(self.origin, gap);
            return Ok(());
        }
        self.members.push((self.input.offset(), local.method));
        self.input.skip(Local::SIZE as u64)?;
        let name = self.input.take_bytes(local.name)?;
        let extra = self.input.take_bytes(local.extra)?;
        local.read_extra(&extra);
        let origin = member(self.origin, bytes_path(&name));
        content::read(self.input, &local, &origin, self.out)?;
        self.pass_descriptor()
    }

    /// What stands behind a member whose sizes were not known before.
    fn pass_descriptor(&mut self) -> io::Result<()> {
        let rest = self.input.peek(28)?;
        let ends = |at: usize| rest.get(at..at + 2) == Some(b"PK") || rest.len() == at;
        let sizes: &[usize] = if rest.starts_with(DESCRIPTOR) { &[16, 24] } else { &[12, 20] };
        if rest.starts_with(b"PK") && !rest.starts_with(DESCRIPTOR) {
            return Ok(());
        }
        if let Some(size) = sizes.iter().find(|size| ends(**size)) {
            self.input.skip(*size as u64)?;
        }
        Ok(())
    }

    /// Compares an entry of the directory with its member; its text is scanned. False when it is none.
    fn directory(&mut self) -> io::Result<bool> {
        let Some(entry) = Directory::new(self.input.peek(Directory::SIZE)?) else {
            return Ok(false);
        };
        self.has_end = true;
        self.input.skip(Directory::SIZE as u64)?;
        let name = self.input.take_bytes(entry.name)?;
        let extra = self.input.take_bytes(entry.extra)?;
        let comment = self.input.take_bytes(entry.comment)?;
        for text in [&extra, &comment].into_iter().filter(|text| text.len() > 24) {
            self.out.aside(self.origin, text);
        }
        let first = self.members.first().map_or(0, |(at, _)| *at);
        let known = entry.local(&extra).and_then(|at| {
            // Before the first member may be a program; then places are counted from its end, or not.
            let find = |at: u64| self.members.binary_search_by_key(&at, |(at, _)| *at).ok();
            find(at).or_else(|| find(at.checked_add(first)?))
        });
        let method = known.and_then(|at| self.members.get(at)).map(|(_, method)| *method);
        if method != Some(entry.method) {
            self.odd += 1;
            if self.odd <= MAX_NAMED {
                let name = inert(&name);
                let detail = match method {
                    None => format!(
                        "its directory names `{name}` where no member begins; the bytes were scanned as they are"
                    ),
                    Some(_) => format!(
                        "its directory and the member `{name}` differ in how it is packed; it was read as the member says"
                    ),
                };
                self.out.gap(self.origin, Gap { reason: SkipReason::Malformed, detail });
            }
        }
        Ok(true)
    }

    /// Scans what is neither, up to the next member or the directory.
    fn between(&mut self) -> io::Result<()> {
        let mut between = Between { input: self.input, left: 1 };
        self.out.plain(self.origin, &mut between)
    }
}

fn head_is_end(head: &[u8]) -> bool {
    head.starts_with(b"PK\x05\x06") || head.starts_with(b"PK\x06\x06")
}

/// Bytes up to the next member, or the directory.
pub(super) struct Between<'a, 'b> {
    pub(super) input: &'a mut Input<'b>,
    /// So many bytes belong to it whatever they are.
    pub(super) left: usize,
}

impl Read for Between<'_, '_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            let ahead = self.input.peek(Input::AHEAD)?;
            let begins = |at: &usize| {
                let rest = ahead.get(*at..).unwrap_or_default();
                is_local_header(rest) || rest.starts_with(DIRECTORY)
            };
            let is_all = ahead.len() < Input::AHEAD;
            // A header that the end of what is seen cuts is looked at again.
            let seen = if is_all { ahead.len() } else { ahead.len() - Local::SIZE };
            self.left =
                memmem::find_iter(ahead, b"PK").find(begins).map_or(seen, |at| at.min(seen));
            if self.left == 0 {
                return Ok(0);
            }
        }
        let most = self.left.min(out.len());
        let got = self.input.read(out.get_mut(..most).unwrap_or_default())?;
        self.left -= got;
        Ok(got)
    }
}
