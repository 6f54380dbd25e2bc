//! Compressed streams, also several in a row, and what stands beside them: comments, frames to be skipped, bytes at the end.

use std::cell::Cell;
use std::io::{self, BufRead as _, Cursor, Read};
use std::sync::Arc;
use std::thread;

use bzip2::bufread::BzDecoder;
use flate2::bufread::GzDecoder;
use lzma_rust2::XzReader;
use zstd::stream::read::Decoder as ZstdDecoder;

use super::Input;
use super::ahead::ends;
use super::budget::Unpacked;
use super::format::Codec;
use crate::blob::Origin;
use crate::source::out::Out;

/// What a stream of xz may take, in KiB: its largest preset wants 65 MiB.
const MAX_XZ_KIB: u32 = 80 * 1024;
/// The largest window of zstd, as a power of two: what its own tool takes.
const MAX_ZSTD_WINDOW: u32 = 27;
/// What is kept of comments and of frames to be skipped.
const MAX_ASIDE: usize = 1024 * 1024;

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
    let mut aside = Vec::new();
    let streams = Streams { codec, state: State::Between(input), aside: &mut aside };
    if unpack(codec, streams, origin, out, inner)? {
        after(&aside, input, origin, out)?;
    }
    Ok(())
}

/// What is done with what comes out of a decoder.
pub(super) type Inner<'a> = dyn FnMut(&mut dyn Read, &mut Out) -> io::Result<()> + 'a;

/// [`read`], while another thread decodes.
///
/// # Errors
///
/// As [`read`].
pub(super) fn read_ahead(
    codec: Codec,
    reader: &mut (dyn Read + Send),
    origin: &Arc<Origin>,
    out: &mut Out,
    inner: &mut Inner,
) -> io::Result<()> {
    let (ahead, behind) = ends();
    let decoded = thread::scope(|scope| {
        let decode = || {
            let (mut input, mut aside) = (Input::new(&mut *reader), Vec::new());
            let state = State::Between(&mut input);
            behind.send(&mut Streams { codec, state, aside: &mut aside });
            (aside, input.into_ahead())
        };
        let decoding = scope.spawn(decode);
        // The other thread ends when nobody reads any more.
        let done = unpack(codec, ahead, origin, out, inner);
        let left = decoding.join().map_err(|_| io::Error::other("the decoder failed"));
        done.and_then(|is_whole| Ok((is_whole, left?)))
    });
    let (is_whole, (aside, ahead)) = decoded?;
    if is_whole {
        after(&aside, &mut Input::new(&mut Cursor::new(ahead).chain(reader)), origin, out)?;
    }
    Ok(())
}

/// Hands out what comes out of a decoder; false when it broke, which is named.
fn unpack(
    codec: Codec,
    decoder: impl Read,
    origin: &Arc<Origin>,
    out: &mut Out,
    inner: &mut Inner,
) -> io::Result<bool> {
    let (budget, failed) = (Arc::clone(&out.budget), Cell::new(None));
    let what = codec.name();
    let mut decoder = Unpacked { decoder, budget: &budget, failed: &failed, what };
    let done = inner(&mut decoder, out);
    drop(decoder);
    if let Some(gap) = failed.take() {
        out.gap(origin, gap);
        return Ok(false);
    }
    done.map(|()| true)
}

/// Hands out what stands beside the streams.
fn after(aside: &[u8], input: &mut Input, origin: &Arc<Origin>, out: &mut Out) -> io::Result<()> {
    if !aside.is_empty() {
        out.aside(origin, aside);
    }
    // Tapes and discs are filled up with zeros.
    while input.fill_buf()?.first() == Some(&0) {
        let zeros = input.fill_buf()?.iter().take_while(|byte| **byte == 0).count();
        input.consume(zeros);
    }
    if input.fill_buf()?.is_empty() { Ok(()) } else { out.plain(origin, input) }
}

/// Streams in a row, decoded as one.
struct Streams<'a, 'b> {
    codec: Codec,
    state: State<'a, 'b>,
    /// Text that is part of no stream.
    aside: &'a mut Vec<u8>,
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
        let head = input.peek(8)?;
        Ok(match self.codec {
            Codec::Gzip if head.starts_with(b"\x1f\x8b\x08") => {
                State::Gzip(Box::new(GzDecoder::new(input)))
            }
            Codec::Bzip2 if head.starts_with(b"BZh") => State::Bzip2(BzDecoder::new(input)),
            Codec::Xz if head.starts_with(b"\xfd7zXZ\0") => {
                State::Xz(Box::new(XzReader::new_mem_limit(input, true, MAX_XZ_KIB)))
            }
            Codec::Zstd => match *head {
                [0x50..=0x5f, 0x2a, 0x4d, 0x18, a, b, c, d] => {
                    input.consume(8);
                    self.pass(input, u32::from_le_bytes([a, b, c, d]).into())?;
                    State::Between(input)
                }
                [0x28, 0xb5, 0x2f, 0xfd, ..] => {
                    let mut decoder = ZstdDecoder::with_buffer(input)?.single_frame();
                    decoder.window_log_max(MAX_ZSTD_WINDOW)?;
                    State::Zstd(decoder)
                }
                _ => State::Ended,
            },
            _ => State::Ended,
        })
    }

    /// Keeps what a frame to be skipped holds, as far as there is room.
    fn pass(&mut self, input: &mut Input, size: u64) -> io::Result<()> {
        let room = MAX_ASIDE.saturating_sub(self.aside.len());
        let kept = usize::try_from(size).map_or(room, |size| size.min(room));
        self.aside.extend(input.take_bytes(kept)?);
        let rest = size - kept as u64;
        if input.skip(rest)? == rest { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }

    /// Keeps what the head of a stream of gzip says beside the name of the file.
    fn keep_comment(&mut self) {
        if let State::Gzip(decoder) = &self.state
            && let Some(header) = decoder.header()
        {
            for text in [header.filename(), header.comment(), header.extra()].into_iter().flatten()
            {
                if text.len() < MAX_ASIDE.saturating_sub(self.aside.len()) {
                    self.aside.extend_from_slice(text);
                    self.aside.push(b'\n');
                }
            }
        }
    }
}

impl Read for Streams<'_, '_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        loop {
            let count = match &mut self.state {
                State::Between(_) => 0,
                State::Gzip(decoder) => decoder.read(out)?,
                State::Bzip2(decoder) => decoder.read(out)?,
                State::Xz(decoder) => decoder.read(out)?,
                State::Zstd(decoder) => decoder.read(out)?,
                State::Ended => return Ok(0),
            };
            if count > 0 {
                return Ok(count);
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
