//! Zip, as a stream, by the headers before each member: the directory at the end may leave members out or tell other things of
//! them, and a member is what can be unpacked. What is no member is scanned as it is, the directory with its comments too.
//! <https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT>

mod content;
mod header;
mod span;

use std::hash::{DefaultHasher, Hasher};
use std::io;
use std::sync::Arc;

use super::budget::Gap;
use super::{Input, member};
use crate::blob::{Origin, bytes_path, inert};
use crate::source::out::Out;
use header::{Directory, End, Local, has_text};
pub(super) use header::{is_end, is_local_header};
use span::Between;

/// Entries of the directory that are named when they are not as the members say; the rest are counted.
const MAX_NAMED: usize = 10;
/// The shortest comment that could be anything.
const MIN_TEXT: usize = 8;

/// Reads a zip.
///
/// # Errors
///
/// When what it is read from broke.
pub(super) fn read(input: &mut Input, origin: &Arc<Origin>, out: &mut Out) -> io::Result<()> {
    let mut zip =
        Zip { input, origin, out, members: Vec::new(), odd: 0, has_end: false, is_cut: false };
    while zip.next()? {}
    if zip.odd > MAX_NAMED {
        let more = zip.odd - MAX_NAMED;
        let detail = format!("its directory is not as its members say in {more} more places");
        zip.out.gap(origin, Gap::malformed(detail));
    }
    if !zip.has_end && !zip.is_cut && !zip.out.budget.is_spent() {
        let detail =
            "the zip has no directory at its end: it may be cut off; what is there was scanned";
        zip.out.gap(origin, Gap::malformed(detail));
    }
    Ok(())
}

struct Zip<'a, 'b, 'c> {
    input: &'a mut Input<'b>,
    origin: &'a Arc<Origin>,
    out: &'a mut Out<'c>,
    members: Vec<Member>,
    /// Entries of the directory that are not as the members say.
    odd: usize,
    /// Whether the directory ended, and nothing began after it.
    has_end: bool,
    /// Whether a member was named for the end of the archive in it.
    is_cut: bool,
}

/// What is compared with the directory.
struct Member {
    at: u64,
    method: u16,
    /// Of its name.
    hash: u64,
}

impl Zip<'_, '_, '_> {
    /// Reads a member, an entry of the directory, or what lies between them; false at the end.
    fn next(&mut self) -> io::Result<bool> {
        if self.out.budget.is_spent() {
            return Ok(false);
        }
        let head = self.input.peek(Directory::SIZE)?;
        if head.is_empty() {
            return Ok(false);
        }
        if let Some(local) = Local::new(head) {
            self.member(local)?;
        } else if let Some(entry) = Directory::new(head) {
            self.directory(&entry)?;
        } else if let Some(end) = End::new(head) {
            self.end(&end)?;
        } else {
            // What is neither, up to the next of them.
            let mut between = Between { input: self.input, left: 1 };
            self.out.plain(self.origin, &mut between)?;
        }
        Ok(true)
    }

    fn member(&mut self, mut local: Local) -> io::Result<()> {
        if let Err(gap) = self.out.budget.member() {
            self.out.gap(self.origin, gap);
            return Ok(());
        }
        self.has_end = false;
        let at = self.input.offset();
        self.input.skip(Local::SIZE as u64)?;
        let name = self.input.take_bytes(local.name)?;
        let extra = self.input.take_bytes(local.extra)?;
        local.read_extra(&extra);
        self.members.push(Member { at, method: local.method, hash: hash(&name) });
        let origin = member(self.origin, bytes_path(&name));
        if has_text(&extra) {
            self.out.aside(&origin, &extra);
        }
        let (start, gaps) = (self.input.offset(), self.out.budget.gaps());
        content::read(self.input, &local, &origin, self.out)?;
        if self.out.budget.gaps() > gaps && self.input.peek(1)?.is_empty() {
            self.is_cut = true;
        }
        let taken = self.input.offset() - start;
        let descriptor = local.descriptor(taken, self.input.peek(28)?);
        self.input.skip(descriptor)?;
        Ok(())
    }

    /// Compares an entry of the directory with its member; its text is scanned.
    fn directory(&mut self, entry: &Directory) -> io::Result<()> {
        self.input.skip(Directory::SIZE as u64)?;
        let name = self.input.take_bytes(entry.name)?;
        let extra = self.input.take_bytes(entry.extra)?;
        let comment = self.input.take_bytes(entry.comment)?;
        let known = self.find(entry, &extra);
        let has_name = known.is_some_and(|known| known.hash == hash(&name));
        let method = known.map(|known| known.method);
        if !has_name && name.len() >= MIN_TEXT {
            self.out.aside(self.origin, &name);
        }
        if has_text(&extra) {
            self.out.aside(self.origin, &extra);
        }
        if comment.len() >= MIN_TEXT {
            self.out.aside(self.origin, &comment);
        }
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
                self.out.gap(self.origin, Gap::malformed(detail));
            }
        }
        Ok(())
    }

    /// The member that an entry of the directory stands for.
    fn find(&self, entry: &Directory, extra: &[u8]) -> Option<&Member> {
        let at = entry.local(extra)?;
        // Before the first member may be a program; then places are counted from its end, or not.
        let first = self.members.first()?.at;
        let find = |at: u64| self.members.binary_search_by_key(&at, |member| member.at).ok();
        let found = find(at).or_else(|| find(at.checked_add(first)?))?;
        self.members.get(found)
    }

    /// The end of the directory. Another zip may follow.
    fn end(&mut self, end: &End) -> io::Result<()> {
        self.input.skip(End::SIZE as u64)?;
        let comment = self.input.take_bytes(end.comment)?;
        if comment.len() >= MIN_TEXT {
            self.out.aside(self.origin, &comment);
        }
        self.has_end = comment.len() == end.comment;
        self.members.clear();
        Ok(())
    }
}

fn hash(name: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(name);
    hasher.finish()
}
