//! How streams of a PDF are packed: filters, one behind the other. ISO 32000-2, section 7.4.

use std::cell::Cell;
use std::io::{self, BufRead, BufReader, Read};

use flate2::{Decompress, FlushDecompress, Status};

use super::lzw::Lzw;
use super::token::{byte, digit, is_blank};
use crate::source::archive::budget::{Budget, Gap, Unpacked};

/// Filters behind one another; a document needs two.
pub(super) const MAX_FILTERS: usize = 8;

/// One way to pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Filter {
    Flate,
    Lzw,
    Ascii85,
    AsciiHex,
    RunLength,
    /// Pictures, whose bytes are no text.
    Picture,
    /// Encrypted, or none that is known.
    Unknown,
}

impl Filter {
    /// By its name, which may be short.
    pub(super) fn of(name: &[u8]) -> Self {
        match name {
            b"FlateDecode" | b"Fl" => Self::Flate,
            b"LZWDecode" | b"LZW" => Self::Lzw,
            b"ASCII85Decode" | b"A85" => Self::Ascii85,
            b"ASCIIHexDecode" | b"AHx" => Self::AsciiHex,
            b"RunLengthDecode" | b"RL" => Self::RunLength,
            b"DCTDecode" | b"DCT" | b"JPXDecode" | b"CCITTFaxDecode" | b"CCF" | b"JBIG2Decode" => {
                Self::Picture
            }
            _ => Self::Unknown,
        }
    }
}

/// Reads a stream through its filters. Each counts what comes out of it.
pub(super) fn decoder<'a>(
    filters: &[Filter],
    packed: &'a [u8],
    budget: &'a Budget,
    failed: &'a Cell<Option<Gap>>,
) -> Box<dyn Read + 'a> {
    let mut reader: Box<dyn Read + 'a> = Box::new(packed);
    for filter in filters {
        let inner = BufReader::new(reader);
        let decoder: Box<dyn Read + 'a> = match filter {
            Filter::Flate => Box::new(Flate { inner, state: Decompress::new(true), ended: false }),
            Filter::Lzw => Box::new(Lzw::new(inner)),
            Filter::Ascii85 => Box::new(Ascii85 { inner, ready: Vec::new(), ended: false }),
            Filter::AsciiHex => Box::new(AsciiHex { inner, ended: false }),
            Filter::RunLength => Box::new(RunLength { inner, ready: Vec::new(), ended: false }),
            Filter::Picture | Filter::Unknown => Box::new(inner),
        };
        reader = Box::new(Unpacked::new(decoder, "packed", budget, failed));
    }
    reader
}

/// The next byte.
pub(super) fn next(reader: &mut impl BufRead) -> io::Result<Option<u8>> {
    let first = reader.fill_buf()?.first().copied();
    reader.consume(usize::from(first.is_some()));
    Ok(first)
}

/// The next byte that is no blank.
fn next_sign(reader: &mut impl BufRead) -> io::Result<Option<u8>> {
    loop {
        match next(reader)? {
            Some(blank) if is_blank(blank) => {}
            sign => return Ok(sign),
        }
    }
}

/// Hands out bytes that are there already.
pub(super) fn hand_out(ready: &mut Vec<u8>, out: &mut [u8]) -> usize {
    let count = ready.len().min(out.len());
    for (to, from) in out.iter_mut().zip(ready.drain(..count)) {
        *to = from;
    }
    count
}

/// Section 7.4.4. A stream that ends early is an error, but what stands behind one is not.
struct Flate<R> {
    inner: R,
    state: Decompress,
    ended: bool,
}

impl<R: BufRead> Read for Flate<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while !self.ended && !out.is_empty() {
            let there = self.inner.fill_buf()?;
            let is_end = there.is_empty();
            let before = (self.state.total_in(), self.state.total_out());
            let status = self.state.decompress(there, out, FlushDecompress::None)?;
            let taken = usize::try_from(self.state.total_in() - before.0).unwrap_or(0);
            let count = usize::try_from(self.state.total_out() - before.1).unwrap_or(0);
            self.inner.consume(taken);
            self.ended = status == Status::StreamEnd;
            if count > 0 {
                return Ok(count);
            }
            if is_end && !self.ended {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(0)
    }
}

/// Section 7.4.2.
struct AsciiHex<R> {
    inner: R,
    ended: bool,
}

impl<R: BufRead> AsciiHex<R> {
    fn digit(&mut self) -> io::Result<Option<u8>> {
        match next_sign(&mut self.inner)? {
            Some(sign) if sign != b'>' => {
                digit(sign).map(Some).ok_or_else(|| io::Error::other("no digit of hex"))
            }
            _ => {
                self.ended = true;
                Ok(None)
            }
        }
    }
}

impl<R: BufRead> Read for AsciiHex<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut count = 0;
        for to in out {
            if self.ended {
                break;
            }
            let Some(high) = self.digit()? else { break };
            *to = byte(Some(high), self.digit()?);
            count += 1;
        }
        Ok(count)
    }
}

/// Section 7.4.3.
struct Ascii85<R> {
    inner: R,
    ready: Vec<u8>,
    ended: bool,
}

impl<R: BufRead> Ascii85<R> {
    /// Five signs, which are four bytes; fewer at the end.
    fn group(&mut self) -> io::Result<()> {
        let mut group = Vec::with_capacity(5);
        while group.len() < 5 {
            match next_sign(&mut self.inner)? {
                Some(b'z') if group.is_empty() => {
                    self.ready.extend([0; 4]);
                    return Ok(());
                }
                // Some write what begins such a text elsewhere.
                Some(b'<') if group.is_empty() && self.inner.fill_buf()?.first() == Some(&b'~') => {
                    self.inner.consume(1);
                }
                Some(sign @ b'!'..=b'u') => group.push(sign - b'!'),
                Some(b'~') | None => {
                    self.ended = true;
                    break;
                }
                Some(_) => return Err(io::Error::other("no digit of Ascii85")),
            }
        }
        let bytes = group.len().saturating_sub(1);
        if bytes == 0 {
            return Ok(());
        }
        group.resize(5, 84);
        let value = group.iter().fold(0_u64, |sum, sign| sum * 85 + u64::from(*sign));
        let value = u32::try_from(value).map_err(io::Error::other)?;
        self.ready.extend(value.to_be_bytes().iter().take(bytes));
        Ok(())
    }
}

impl<R: BufRead> Read for Ascii85<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.ready.len() < out.len().min(4096) && !self.ended {
            self.group()?;
        }
        Ok(hand_out(&mut self.ready, out))
    }
}

/// Section 7.4.5.
struct RunLength<R> {
    inner: R,
    ready: Vec<u8>,
    ended: bool,
}

impl<R: BufRead> Read for RunLength<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.ready.is_empty() && !self.ended {
            match next(&mut self.inner)? {
                Some(128) | None => self.ended = true,
                Some(length @ ..128) => {
                    self.inner.by_ref().take(u64::from(length) + 1).read_to_end(&mut self.ready)?;
                }
                Some(length) => {
                    let byte = next(&mut self.inner)?.ok_or(io::ErrorKind::UnexpectedEof)?;
                    self.ready.resize(257 - usize::from(length), byte);
                }
            }
        }
        Ok(hand_out(&mut self.ready, out))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(filters: &[Filter], packed: &[u8]) -> (Vec<u8>, bool) {
        let (budget, failed) = (Budget::default(), Cell::new(None));
        let mut bytes = Vec::new();
        let done = decoder(filters, packed, &budget, &failed).read_to_end(&mut bytes);
        (bytes, done.is_ok())
    }

    #[test]
    fn filters_decode() {
        for (filter, packed, expected) in [
            (Filter::AsciiHex, &b"48 65 6C6c 7>"[..], &b"Hellp"[..]),
            (Filter::Ascii85, b"87cUR\nD]j7BEbo80~>", b"Hello world!"),
            (Filter::Ascii85, b"<~z87cUR~>", b"\0\0\0\0Hell"),
            (Filter::Ascii85, b"<<)6m<<<~>", b"T\xff\xea\xb7U\x02"),
            (Filter::RunLength, b"\x04Hello\xfd!\x80more", b"Hello!!!!"),
            (Filter::Lzw, b"\x80\x0b\x60\x50\x22\x0c\x0c\x85\x01", b"-----A---B"),
        ] {
            assert_eq!(decoded(&[filter], packed), (expected.to_vec(), true), "{filter:?}");
        }
        assert_eq!(decoded(&[Filter::Flate], b"no stream"), (Vec::new(), false));
        let chain = [Filter::AsciiHex, Filter::Ascii85];
        assert_eq!(decoded(&chain, b"38 37 63 55 52 7e3e>").0, b"Hell");
    }
}
