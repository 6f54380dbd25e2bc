//! Decoded text, and the way back from each byte of it to the text that it was decoded from.

use std::ops::Range;

/// How a stretch of text was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Encoding {
    /// As it is.
    Plain,
    Base64,
    Hex,
    Gzip,
    Zlib,
    Utf16,
    Percent,
    /// `\u0041`, `\x41`, `\101`, `\n`, `\"` …
    Escapes,
    /// `&#65;`, `&quot;` …
    Entities,
    QuotedPrintable,
    /// Literals that the program joins, and lines that go on in the next one.
    Joined,
}

impl Encoding {
    /// The word that reports use; part of the interface.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Base64 => "base64",
            Self::Hex => "hex",
            Self::Gzip => "gzip",
            Self::Zlib => "zlib",
            Self::Utf16 => "utf-16",
            Self::Percent => "percent",
            Self::Escapes => "escapes",
            Self::Entities => "entities",
            Self::QuotedPrintable => "quoted-printable",
            Self::Joined => "joined",
        }
    }
}

/// A stretch of a view and where it comes from: every `step.0` bytes of the view from `step.1` bytes of the source.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Piece {
    here: Range<usize>,
    source: Range<usize>,
    step: (usize, usize),
    encoding: Encoding,
}

/// Decoded text.
#[derive(Debug, Default)]
pub(crate) struct View {
    pub(super) text: Vec<u8>,
    pieces: Vec<Piece>,
    /// Where unconnected regions of the text begin.
    regions: Vec<usize>,
    /// Whether it stands for itself, without the text that was around it.
    pub(super) is_opaque: bool,
    /// Whether it is, or is part of, quoted-printable text.
    pub(super) is_quoted: bool,
}

impl View {
    /// A view that stands for itself.
    pub(super) fn opaque() -> Self {
        Self { is_opaque: true, ..Self::default() }
    }

    /// A view of what can be read in parts.
    pub(super) fn readable(is_quoted: bool) -> Self {
        Self { is_quoted, ..Self::default() }
    }

    /// Adds bytes that were made, `step.0` at a time, from `step.1` bytes each of `source`.
    pub(super) fn push(
        &mut self,
        bytes: &[u8],
        source: Range<usize>,
        step: (usize, usize),
        encoding: Encoding,
    ) {
        if bytes.is_empty() {
            return;
        }
        let start = self.text.len();
        self.text.extend_from_slice(bytes);
        let here = start..self.text.len();
        match self.pieces.last_mut() {
            Some(last)
                if last.encoding == encoding
                    && last.step == step
                    && last.here.end == here.start
                    && last.source.end == source.start
                    && last.here.len() % step.0.max(1) == 0 =>
            {
                last.here.end = here.end;
                last.source.end = source.end;
            }
            _ => self.pieces.push(Piece { here, source, step, encoding }),
        }
    }

    /// Adds bytes that all of `source` stands for.
    pub(super) fn push_whole(&mut self, bytes: &[u8], source: Range<usize>, encoding: Encoding) {
        let step = (bytes.len(), source.len());
        self.push(bytes, source, step, encoding);
    }

    /// Begins a region that has nothing to do with what is there so far; `distance` line ends keep them apart.
    pub(super) fn begin_region(&mut self, distance: usize) {
        if !self.text.is_empty() {
            self.text.resize(self.text.len() + distance, b'\n');
        }
        self.regions.push(self.text.len());
    }

    /// Where a stretch of the view comes from, and how it was written; `None` where it has bytes of two regions.
    fn origin(&self, range: &Range<usize>) -> Option<(Range<usize>, Vec<Encoding>)> {
        let last = range.end.checked_sub(1)?.max(range.start);
        let region = |at: usize| self.regions.partition_point(|start| *start <= at);
        if region(range.start) != region(last) {
            return None;
        }
        let (first, end) = (self.piece(range.start)?, self.piece(last)?);
        let pieces = self.pieces.get(first..=end)?;
        let from = pieces.first()?.source_of(range.start);
        let to = pieces.last()?.source_of(last);
        let mut encodings: Vec<Encoding> = Vec::new();
        for piece in pieces.iter().filter(|piece| piece.encoding != Encoding::Plain) {
            if !encodings.contains(&piece.encoding) {
                encodings.push(piece.encoding);
            }
        }
        if encodings.is_empty() {
            encodings.extend(self.nearest(first));
        }
        encodings.sort_unstable();
        Some((from.start..to.end, encodings))
    }

    /// The number of the piece that has a byte.
    fn piece(&self, at: usize) -> Option<usize> {
        let number = self.pieces.partition_point(|piece| piece.here.end <= at);
        self.pieces.get(number).filter(|piece| piece.here.start <= at).map(|_| number)
    }

    /// The encoding that was decoded next to a plain piece: without it nothing would have been found there.
    fn nearest(&self, number: usize) -> Option<Encoding> {
        let is_decoded = |piece: &&Piece| piece.encoding != Encoding::Plain;
        let (before, after) = self.pieces.split_at_checked(number)?;
        let found = before.iter().rev().take(8).find(is_decoded);
        found.or_else(|| after.iter().take(8).find(is_decoded)).map(|piece| piece.encoding)
    }

    /// Whether anything of it is decoded; else it is what it was made of.
    pub(super) fn is_decoded(&self) -> bool {
        self.is_opaque || self.pieces.iter().any(|piece| piece.encoding != Encoding::Plain)
    }

    /// Whether a stretch stands in the source just as it does here, with what is before and after it.
    pub(super) fn is_copied(&self, range: &Range<usize>) -> bool {
        let Some(piece) = self.piece(range.start).and_then(|number| self.pieces.get(number)) else {
            return false;
        };
        matches!(piece.encoding, Encoding::Plain | Encoding::Joined)
            && piece.here.start < range.start
            && range.end < piece.here.end
    }
}

impl Piece {
    /// The source of the byte at `at`.
    fn source_of(&self, at: usize) -> Range<usize> {
        let (out, taken) = self.step;
        let start = self.source.start + (at - self.here.start) / out.max(1) * taken;
        start..self.source.end.min(start + taken)
    }
}

/// A view within the views that it was decoded from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Trail<'a> {
    pub(super) view: &'a View,
    pub(super) outer: Option<&'a Trail<'a>>,
    /// The number of the view among those of its blob, from 1.
    pub(crate) number: usize,
}

/// Where something that was found in a view stands in the blob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(crate) span: Range<usize>,
    /// How it was written, the outermost encoding first.
    pub(crate) encodings: Vec<Encoding>,
}

impl Origin {
    /// Of what is no view.
    pub(crate) const fn plain(span: Range<usize>) -> Self {
        Self { span, encodings: Vec::new() }
    }

    /// `base64 > gzip`.
    pub(crate) fn chain(&self) -> String {
        let names: Vec<&str> = self.encodings.iter().map(|encoding| encoding.name()).collect();
        names.join(" > ")
    }
}

impl Trail<'_> {
    /// Where a stretch of the view lies in the blob.
    pub(crate) fn origin(&self, range: &Range<usize>) -> Option<Origin> {
        let (span, encodings) = self.view.origin(range)?;
        let Some(outer) = self.outer else { return Some(Origin { span, encodings }) };
        let mut origin = outer.origin(&span)?;
        origin.encodings.extend(encodings);
        Some(origin)
    }

    /// Whether the view stands for itself, without the text that was around it.
    pub(crate) const fn is_opaque(&self) -> bool {
        self.view.is_opaque
    }

    /// Whether an assignment in it may be believed.
    pub(crate) fn is_text(&self) -> bool {
        !self.view.is_opaque || super::is_text(&self.view.text)
    }
}
