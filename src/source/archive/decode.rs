//! Compressed streams, also several in a row, and what stands beside them: comments, frames to be skipped, bytes at the end.

use std::cell::Cell;
use std::io::{self, BufRead as _, Read};
use std::rc::Rc;
use std::sync::Arc;

use bzip2::bufread::BzDecoder;
use flate2::bufread::GzDecoder;
use lzma_rust2::XzReader;
use zstd::stream::read::Decoder as ZstdDecoder;

use super::budget::{Decoding, Gap, Unpacked};
use super::format::{Codec, Format};
use super::{Input, Label};
use crate::blob::Origin;
use crate::source::out::Out;

/// What a stream of xz may take, in KiB: its largest preset wants 65 MiB. In two other streams, less.
const MAX_XZ_KIB: [u32; 2] = [9 * 1024, 80 * 1024];
/// The largest window of zstd, as a power of two: what its own tool takes. In two other streams, less.
const MAX_ZSTD_WINDOW: [u32; 2] = [23, 27];
/// What is kept of comments and of frames to be skipped.
const MAX_ASIDE: usize = 1024 * 1024;
/// The shortest comment that could be anything.
const MIN_ASIDE: usize = 8;

impl Codec {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Bzip2 => "bzip2",
            Self::Xz => "xz",
            Self::Zstd => "zstd",
        }
    }
}

/// Decodes a stream and hands what comes out to `inner`. What is wrong with the stream is named.
///
/// # Errors
///
/// When what the stream is read from broke.
pub(super) fn read(
    codec: Codec,
    input: &mut Input,
    origin: &Arc<Origin>,
    out: &mut Out,
    inner: &mut Inner,
) -> io::Result<()> {
    let budget = Rc::clone(&out.budget);
    let decoding = budget.decode();
    let mut aside = Aside { is_large: budget.may_be_large(), ..Aside::default() };
    let streams = Streams { codec, state: State::Between(input), aside: &mut aside };
    let (failed, done) = unpack(codec, streams, out, inner);
    after(Decoded { decoding, aside, failed, done }, input, origin, out)
}

/// What is done with what comes out of a decoder.
pub(super) type Inner<'a> = dyn FnMut(&mut dyn Read, &mut Out) -> io::Result<()> + 'a;

/// Hands over what comes out of a decoder, and says what is wrong with it and how that went.
fn unpack(
    codec: Codec,
    decoder: impl Read,
    out: &mut Out,
    inner: &mut Inner,
) -> (Option<Gap>, io::Result<()>) {
    let (budget, failed) = (Rc::clone(&out.budget), Cell::new(None));
    let done = inner(&mut Unpacked::new(decoder, codec.name(), &budget, &failed), out);
    (failed.take(), done)
}

/// A stream that came to its end, or broke.
struct Decoded<'a> {
    decoding: Decoding<'a>,
    aside: Aside,
    failed: Option<Gap>,
    done: io::Result<()>,
}

/// Hands out what stands beside the streams, and behind them.
fn after(
    decoded: Decoded,
    input: &mut Input,
    origin: &Arc<Origin>,
    out: &mut Out,
) -> io::Result<()> {
    let Decoded { decoding, aside, failed, done } = decoded;
    if !aside.text.is_empty() {
        out.aside(origin, &aside.text);
    }
    if aside.is_cut {
        let detail = "it has more than 1 MiB in comments and frames to be skipped; the rest of these was not scanned";
        out.gap(origin, Gap::limit(detail));
    }
    let has_failed = failed.is_some();
    if let Some(gap) = failed {
        out.gap(origin, gap);
    } else if decoding.leaves() {
        return Ok(());
    } else {
        done?;
    }
    if out.budget.is_spent() {
        return Ok(());
    }
    drop(decoding);
    if has_failed {
        // What is left may be anything; most of it is what could not be decoded.
        return out.plain(origin, input);
    }
    pass_zeros(input)?;
    if input.fill_buf()?.is_empty() {
        return Ok(());
    }
    out.content(Label::Own(origin), input, 0)
}

/// Passes over zeros: tapes and discs are filled up with them.
fn pass_zeros(input: &mut Input) -> io::Result<()> {
    loop {
        let zeros = input.fill_buf()?.iter().take_while(|byte| **byte == 0).count();
        if zeros == 0 {
            return Ok(());
        }
        input.consume(zeros);
    }
}

/// Text that stands in a compressed file and is part of no stream.
#[derive(Default)]
struct Aside {
    text: Vec<u8>,
    /// Whether there was more than is kept.
    is_cut: bool,
    /// Whether the streams may take as much memory as their format allows.
    is_large: bool,
}

impl Aside {
    fn room(&self) -> usize {
        MAX_ASIDE.saturating_sub(self.text.len())
    }

    fn keep(&mut self, text: &[u8]) {
        if text.len() < MIN_ASIDE
            || self.text.strip_suffix(b"\n").is_some_and(|known| known.ends_with(text))
        {
            return;
        }
        self.is_cut |= text.len() >= self.room();
        self.text.extend(text.iter().take(self.room()));
        self.text.push(b'\n');
    }
}

/// Streams in a row, decoded as one.
struct Streams<'a, 'b> {
    codec: Codec,
    state: State<'a, 'b>,
    aside: &'a mut Aside,
}

enum State<'a, 'b> {
    Between(&'a mut Input<'b>),
    Gzip(Box<GzDecoder<&'a mut Input<'b>>>),
    Bzip2(BzDecoder<&'a mut Input<'b>>),
    Xz(Box<XzReader<&'a mut Input<'b>>>),
    Zstd(ZstdDecoder<'static, &'a mut Input<'b>>),
    Ended,
}

impl<'a, 'b> Streams<'a, 'b> {
    /// Begins the next stream, if there is one.
    fn begin(&mut self, input: &'a mut Input<'b>) -> io::Result<State<'a, 'b>> {
        if matches!(self.codec, Codec::Xz) {
            // Streams of xz are filled up to four bytes.
            pass_zeros(input)?;
        }
        let head = input.peek(16)?;
        if Format::of(head, false) != Some(Format::Compressed(self.codec)) {
            return Ok(State::Ended);
        }
        let is_large = usize::from(self.aside.is_large);
        Ok(match self.codec {
            Codec::Gzip => State::Gzip(Box::new(GzDecoder::new(input))),
            Codec::Bzip2 => State::Bzip2(BzDecoder::new(input)),
            Codec::Xz => {
                let memory = MAX_XZ_KIB.get(is_large).copied().unwrap_or_default();
                State::Xz(Box::new(XzReader::new_mem_limit(input, false, memory)))
            }
            Codec::Zstd if head.starts_with(b"\x28\xb5\x2f\xfd") => {
                let mut decoder = ZstdDecoder::with_buffer(input)?.single_frame();
                let window = MAX_ZSTD_WINDOW.get(is_large).copied().unwrap_or_default();
                decoder.window_log_max(window)?;
                State::Zstd(decoder)
            }
            Codec::Zstd => {
                let Some(size) = head.get(4..).and_then(|size| size.first_chunk()) else {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                };
                let size = u32::from_le_bytes(*size);
                input.consume(8);
                self.pass(input, size.into())?;
                State::Between(input)
            }
        })
    }

    /// Keeps what a frame to be skipped holds, as far as there is room.
    fn pass(&mut self, input: &mut Input, size: u64) -> io::Result<()> {
        let room = self.aside.room();
        let kept = usize::try_from(size).map_or(room, |size| size.min(room));
        let text = input.take_bytes(kept)?;
        self.aside.keep(&text);
        let rest = size - kept as u64;
        self.aside.is_cut |= rest > 0;
        let is_whole = text.len() == kept && input.skip(rest)? == rest;
        if is_whole { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }

    /// Keeps what the head of a stream of gzip says.
    fn keep_comment(&mut self) {
        if let State::Gzip(decoder) = &self.state
            && let Some(header) = decoder.header()
        {
            for text in [header.filename(), header.comment(), header.extra()].into_iter().flatten()
            {
                self.aside.keep(text);
            }
        }
    }

    /// What the stream gives next; 0 where there is none any more.
    fn decode(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match &mut self.state {
            State::Between(_) | State::Ended => Ok(0),
            State::Gzip(decoder) => decoder.read(out),
            State::Bzip2(decoder) => decoder.read(out),
            State::Xz(decoder) => decoder.read(out),
            State::Zstd(decoder) => decoder.read(out),
        }
    }
}

impl Read for Streams<'_, '_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        loop {
            let count = self.decode(out);
            if !matches!(count, Ok(0)) {
                if count.is_err() {
                    self.keep_comment();
                }
                return count;
            }
            self.keep_comment();
            let input = match std::mem::replace(&mut self.state, State::Ended) {
                State::Between(input) => input,
                State::Gzip(decoder) => decoder.into_inner(),
                State::Bzip2(decoder) => decoder.into_inner(),
                State::Xz(decoder) => decoder.into_inner(),
                State::Zstd(decoder) => decoder.finish(),
                State::Ended => return Ok(0),
            };
            self.state = self.begin(input)?;
        }
    }
}
