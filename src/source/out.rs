//! Where what is read goes: to the visitor as blobs, and what is an archive is opened on the way.

use std::io::{self, Cursor, Read};
use std::rc::Rc;
use std::sync::Arc;

use super::archive::{self, Budget, Format, Gap, Label};
use super::chunks::{CHUNK, Chunks, Rest};
use super::content::{self, Encoding};
use super::git;
use crate::blob::{Blob, Content, Made, Name, Origin};
use crate::outcome::{SkipReason, Skipped};

/// What is in memory anyway is shown whole up to this size.
const MAX_WHOLE: usize = 16 * CHUNK;

/// Buffers that one thread uses again for every input.
#[derive(Default)]
pub struct Scratch {
    /// For what is read: one for the content, one for each archive that it is in.
    raw: Vec<Vec<u8>>,
    text: String,
    pub(super) walk: git::Scratch,
}

/// How much was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadStats {
    /// Inputs: files, members of archives, or contents of a repository.
    pub inputs: u64,
    /// Bytes of them.
    pub bytes: u64,
    /// How many of the inputs were taken for binary.
    pub binary: u64,
    /// Archives and compressed streams that were opened.
    pub archives: u64,
    /// Layers of container images.
    pub layers: u64,
    /// Inputs that the configuration leaves out, which is known only when they are named.
    pub excluded: u64,
}

/// Where what is read goes, and what it may cost.
pub(in crate::source) struct Out<'a> {
    pub(in crate::source) scratch: &'a mut Scratch,
    pub(in crate::source) skipped: &'a mut Vec<Skipped>,
    pub(in crate::source) visit: &'a mut dyn FnMut(&Blob),
    pub(in crate::source) stats: ReadStats,
    /// Of the input that is read.
    pub(in crate::source) budget: Rc<Budget>,
}

impl<'a> Out<'a> {
    pub(in crate::source) fn new(
        scratch: &'a mut Scratch,
        skipped: &'a mut Vec<Skipped>,
        visit: &'a mut dyn FnMut(&Blob),
    ) -> Self {
        Self { scratch, skipped, visit, stats: ReadStats::default(), budget: Rc::default() }
    }

    /// Hands out an input that a reader gives, of so many bytes where that is known.
    ///
    /// # Errors
    ///
    /// When it cannot be read to its end. What comes before is handed out.
    pub(in crate::source) fn input(
        &mut self,
        origin: &Arc<Origin>,
        reader: &mut dyn Read,
        size: usize,
    ) -> io::Result<()> {
        let done = if size == 0 {
            let mut reader = self.counted(reader);
            self.content(Label::Own(origin), &mut reader, size)
        } else {
            // A reader that is not wrapped fills buffers that nobody has cleared.
            self.budget = Rc::default();
            self.budget.read(size);
            self.content(Label::Own(origin), reader, size)
        };
        self.ended(origin, done)
    }

    /// Ends an input that was begun: a limit that was reached is named, and so is how many gaps were not.
    pub(in crate::source) fn ended(
        &mut self,
        origin: &Arc<Origin>,
        done: io::Result<()>,
    ) -> io::Result<()> {
        self.count_gaps(origin);
        match done {
            // A limit was reached, and it is named.
            Err(error) if archive::is_broken(&error) => Ok(()),
            done => done,
        }
    }

    /// Says how many gaps of the input were not named.
    fn count_gaps(&mut self, origin: &Arc<Origin>) {
        let more = self.budget.unnamed();
        if more > 0 {
            let detail = format!("it has {more} more places that were not scanned");
            self.skipped.push(Skipped::new((**origin).clone(), SkipReason::Limit, detail));
        }
    }

    /// Begins an input: what it unpacks to is held against what is read of it.
    pub(in crate::source) fn counted<R: Read>(&mut self, reader: R) -> Counted<R> {
        self.budget = Rc::default();
        Counted { reader, budget: Rc::clone(&self.budget) }
    }

    /// Hands out an input as the blob it is, or in chunks.
    pub(in crate::source) fn bytes(&mut self, name: Name, mut bytes: &[u8], made: Option<Made>) {
        if let Some(format) = Format::of(bytes, true) {
            self.budget = Rc::default();
            self.budget.read(bytes.len());
            // Bytes in memory can always be read.
            let size = bytes.len();
            let _ = archive::read(format, Label::Own(name.origin()), &mut bytes, size, self);
            self.count_gaps(name.origin());
            return;
        }
        let (encoding, content) = content::detect(bytes);
        let is_plain = encoding == Encoding::AsciiCompatible
            && bytes.len() <= MAX_WHOLE
            && content::two_parts(bytes, encoding).is_none();
        if is_plain {
            self.stats.inputs += 1;
            self.stats.bytes += bytes.len() as u64;
            self.stats.binary += u64::from(content == Content::Binary);
            (self.visit)(&Blob { made, ..Blob::named(name, bytes, content) });
            return;
        }
        let raw = self.scratch.raw.pop().unwrap_or_default();
        let mut rest = Rest { size: bytes.len(), reader: &mut bytes, ended: false, error: None };
        let mut raw = raw;
        raw.clear();
        rest.fill(&mut raw);
        let (raw, _) = self.chunks(name.origin(), raw, rest);
        self.scratch.raw.push(raw);
    }

    /// Hands out content: what is in it, where it is an archive.
    ///
    /// # Errors
    ///
    /// When what it is read from broke.
    pub(in crate::source) fn content(
        &mut self,
        label: Label,
        reader: &mut dyn Read,
        size: usize,
    ) -> io::Result<()> {
        let mut raw = self.scratch.raw.pop().unwrap_or_default();
        raw.clear();
        let mut rest = Rest { reader, size, ended: false, error: None };
        rest.fill(&mut raw);
        let (raw, done) = match Format::of(&raw, rest.ended) {
            Some(format) => {
                let mut all = Cursor::new(raw).chain(rest);
                let done = archive::read(format, label, &mut all, size, self);
                (all.into_inner().0.into_inner(), done)
            }
            None => self.chunks(&label.origin(), raw, rest),
        };
        self.scratch.raw.push(raw);
        done
    }

    /// Hands out bytes as they are, whatever they are.
    ///
    /// # Errors
    ///
    /// When what they are read from broke.
    pub(in crate::source) fn plain(
        &mut self,
        origin: &Arc<Origin>,
        reader: &mut dyn Read,
    ) -> io::Result<()> {
        let mut raw = self.scratch.raw.pop().unwrap_or_default();
        raw.clear();
        let mut rest = Rest { reader, size: 0, ended: false, error: None };
        rest.fill(&mut raw);
        let (raw, done) = if raw.is_empty() && rest.error.is_none() {
            (raw, Ok(()))
        } else {
            self.chunks(origin, raw, rest)
        };
        self.scratch.raw.push(raw);
        done
    }

    /// Hands out bytes as they are; after each chunk of them, `between` may hand out something else.
    ///
    /// # Errors
    ///
    /// As [`Self::plain`].
    pub(in crate::source) fn plain_with(
        &mut self,
        origin: &Arc<Origin>,
        reader: &mut dyn Read,
        between: &mut dyn FnMut(&mut Out),
    ) -> io::Result<()> {
        let Self { scratch, skipped, visit, stats, budget } = self;
        let mut own = Scratch::default();
        let mut other = ReadStats::default();
        let mut both = |blob: &Blob| {
            visit(blob);
            let visit = &mut |blob: &Blob| visit(blob);
            let mut out = Out { budget: Rc::clone(budget), ..Out::new(&mut own, skipped, visit) };
            between(&mut out);
            other.add(out.stats);
        };
        let mut unused = Vec::new();
        let visit = &mut both;
        let mut out = Out { budget: Rc::clone(budget), ..Out::new(scratch, &mut unused, visit) };
        let done = out.plain(origin, reader);
        let read = out.stats;
        stats.add(read);
        stats.add(other);
        done
    }

    /// Hands out a text that stands beside content: what a header says, where a link leads.
    pub(in crate::source) fn aside(&mut self, origin: &Arc<Origin>, text: &[u8]) {
        self.stats.bytes += text.len() as u64;
        (self.visit)(&Blob::whole(origin, text, content::detect(text).1));
    }

    pub(in crate::source) fn gap(&mut self, origin: &Arc<Origin>, gap: Gap) {
        self.skip(origin, gap.reason, gap.detail);
    }

    pub(in crate::source) fn skip(
        &mut self,
        origin: &Arc<Origin>,
        reason: SkipReason,
        detail: impl Into<String>,
    ) {
        if self.budget.gap() {
            self.skipped.push(Skipped::new((**origin).clone(), reason, detail));
        }
    }

    /// Hands out content of which some was read. Gives the buffer back.
    fn chunks(
        &mut self,
        origin: &Arc<Origin>,
        raw: Vec<u8>,
        rest: Rest,
    ) -> (Vec<u8>, io::Result<()>) {
        let is_large = !rest.ended;
        let Self { scratch, visit, .. } = self;
        let visit = &mut |blob: &Blob| visit(blob);
        let mut chunks = Chunks { rest, origin, raw, text: &mut scratch.text, visit };
        let (stats, done) = chunks.run();
        let raw = chunks.raw;
        self.stats.add(stats);
        if is_large && archive::ends_as_zip(&raw) {
            let detail = "a zip follows its first MiB; its bytes were scanned as they are";
            self.skip(origin, SkipReason::Unsupported, detail);
        }
        (raw, done)
    }
}

impl ReadStats {
    pub(super) const fn add(&mut self, other: Self) {
        let Self { inputs, bytes, binary, archives, layers, excluded } = other;
        self.inputs += inputs;
        self.bytes += bytes;
        self.binary += binary;
        self.archives += archives;
        self.layers += layers;
        self.excluded += excluded;
    }
}

/// An input itself, whose bytes are counted.
pub(in crate::source) struct Counted<R> {
    reader: R,
    budget: Rc<Budget>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(out)?;
        self.budget.read(count);
        Ok(count)
    }
}
