//! The content of one member of a zip. A packed stream says itself where it ends; sizes in headers are only believed where it
//! does not.

use std::cell::Cell;
use std::io::{self, Read};
use std::sync::Arc;

use bzip2::bufread::BzDecoder;
use flate2::bufread::DeflateDecoder;
use lzma_rust2::{LzmaReader, XzReader};
use memchr::memmem;
use zstd::stream::read::Decoder as ZstdDecoder;

use super::header::Local;
use super::{Between, DESCRIPTOR};
use crate::blob::Origin;
use crate::outcome::SkipReason;
use crate::source::archive::budget::{Gap, Unpacked};
use crate::source::archive::input::Limited;
use crate::source::archive::{Input, Label, office};
use crate::source::out::Out;

const STORED: u16 = 0;
const DEFLATE: u16 = 8;
const BZIP2: u16 = 12;
const LZMA: u16 = 14;
const ZSTD: u16 = 93;
const XZ: u16 = 95;
const MAX_MEMORY_KIB: u32 = 80 * 1024;

pub(super) fn read(
    input: &mut Input,
    local: &Local,
    origin: &Arc<Origin>,
    out: &mut Out,
) -> io::Result<()> {
    if local.is_encrypted() {
        let detail = "it is encrypted".into();
        out.gap(origin, Gap { reason: SkipReason::Encrypted, detail });
        return pass(input, local, origin, out);
    }
    match local.method {
        STORED => stored(input, local, origin, out),
        DEFLATE | BZIP2 | LZMA | ZSTD | XZ => packed(input, local, origin, out),
        method => {
            let detail = format!("it is packed by method {method}, which keylint does not know");
            out.gap(origin, Gap { reason: SkipReason::Unsupported, detail });
            pass(input, local, origin, out)
        }
    }
}

/// Scans what cannot be unpacked as it is.
fn pass(input: &mut Input, local: &Local, origin: &Arc<Origin>, out: &mut Out) -> io::Result<()> {
    match local.packed {
        Some(left) => {
            let mut rest = Limited { input, left };
            out.plain(origin, &mut rest)?;
            ended(rest, origin, out)
        }
        None => out.plain(origin, &mut Between { input, left: 0 }),
    }
}

fn ended(rest: Limited, origin: &Arc<Origin>, out: &mut Out) -> io::Result<()> {
    if !rest.finish()? {
        let gap = Gap::malformed("the archive ends within it; what is there was scanned");
        out.gap(origin, gap);
    }
    Ok(())
}

fn stored(input: &mut Input, local: &Local, origin: &Arc<Origin>, out: &mut Out) -> io::Result<()> {
    let Some(left) = local.packed else {
        return out.content(
            Label::Own(origin),
            &mut UpToDescriptor { input, passed: 0, left: 0 },
            0,
        );
    };
    let size = usize::try_from(left).unwrap_or(usize::MAX);
    // The directory at the end may say that it is packed: then it can be unpacked to its last byte.
    if (16..=Input::AHEAD).contains(&size) {
        let bytes = input.peek(size)?;
        if unpacks_exactly(bytes) {
            let bytes = bytes.to_vec();
            let (budget, failed) = (Arc::clone(&out.budget), Cell::new(None));
            let decoder = DeflateDecoder::new(&bytes[..]);
            let what = "deflate";
            let mut inner = Unpacked { decoder, budget: &budget, failed: &failed, what };
            out.content(Label::Own(origin), &mut inner, 0)?;
        }
    }
    let mut content = Limited { input, left };
    office::content(origin, &mut content, size, out)?;
    ended(content, origin, out)
}

/// Whether bytes are one stream of deflate, no more and no less.
fn unpacks_exactly(bytes: &[u8]) -> bool {
    const MOST: u64 = 1024 * 1024;
    let mut decoder = DeflateDecoder::new(bytes);
    match io::copy(&mut (&mut decoder).take(MOST), &mut io::sink()) {
        Ok(MOST) => true,
        Ok(count) => count > 0 && decoder.total_in() == bytes.len() as u64,
        Err(_) => false,
    }
}

fn packed(input: &mut Input, local: &Local, origin: &Arc<Origin>, out: &mut Out) -> io::Result<()> {
    let start = input.offset();
    let (budget, failed) = (Arc::clone(&out.budget), Cell::new(None));
    let done = match decoder(local.method, input) {
        Ok((decoder, what)) => {
            let mut inner = Unpacked { decoder, budget: &budget, failed: &failed, what };
            office::content(origin, &mut inner, 0, out)
                .and_then(|()| io::copy(&mut inner, &mut io::sink()).map(|_| ()))
        }
        Err(error) => {
            failed.set(Some(Gap::malformed(format!("it cannot be unpacked: {error}"))));
            Ok(())
        }
    };
    let gap = failed.take();
    if let Some(gap) = gap {
        out.gap(origin, gap);
        if budget.is_spent() {
            return Ok(());
        }
    } else {
        done?;
    }
    // What the header gives to the member, and no stream is.
    let taken = input.offset() - start;
    match local.packed.and_then(|packed| packed.checked_sub(taken)) {
        Some(0) | None => Ok(()),
        Some(left) => {
            let mut rest = Limited { input, left };
            out.plain(origin, &mut rest)?;
            ended(rest, origin, out)
        }
    }
}

fn decoder<'a>(
    method: u16,
    input: &'a mut Input<'_>,
) -> io::Result<(Box<dyn Read + 'a>, &'static str)> {
    Ok(match method {
        BZIP2 => (Box::new(BzDecoder::new(input)), "bzip2"),
        ZSTD => (Box::new(ZstdDecoder::with_buffer(input)?.single_frame()), "zstd"),
        XZ => (Box::new(XzReader::new_mem_limit(input, false, MAX_MEMORY_KIB)), "xz"),
        // Section 5.8: a version, the size of the properties, and these.
        LZMA => {
            let head = input.take_bytes(9)?;
            let [_, _, 5, 0, properties, dictionary @ ..] = &head[..] else {
                return Err(io::Error::other("its LZMA properties are none"));
            };
            let dictionary = dictionary.first_chunk().ok_or(io::ErrorKind::UnexpectedEof)?;
            let size = u32::from_le_bytes(*dictionary);
            if size / 1024 > MAX_MEMORY_KIB {
                return Err(io::ErrorKind::OutOfMemory.into());
            }
            let reader = LzmaReader::new_with_props(input, u64::MAX, *properties, size, None)?;
            (Box::new(reader), "LZMA")
        }
        _ => (Box::new(DeflateDecoder::new(input)), "deflate"),
    })
}

/// Bytes of a member whose length is only told after it: up to a descriptor that tells the right one.
struct UpToDescriptor<'a, 'b> {
    input: &'a mut Input<'b>,
    passed: u64,
    left: usize,
}

impl UpToDescriptor<'_, '_> {
    fn is_end(&self, rest: &[u8], at: usize) -> bool {
        let size = rest.get(at + 8..).and_then(|size| size.first_chunk::<4>());
        let here = u32::try_from((self.passed + at as u64) & u64::from(u32::MAX)).unwrap_or(0);
        size.is_some_and(|size| u32::from_le_bytes(*size) == here)
    }
}

impl Read for UpToDescriptor<'_, '_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            self.input.peek(Input::AHEAD)?;
            let ahead = self.input.peek(Input::AHEAD)?.to_vec();
            let end = memmem::find_iter(&ahead, DESCRIPTOR).find(|at| self.is_end(&ahead, *at));
            let is_all = ahead.len() < Input::AHEAD;
            let seen = if is_all { ahead.len() } else { ahead.len() - 16 };
            self.left = end.map_or(seen, |at| at.min(seen));
            if self.left == 0 {
                return Ok(0);
            }
        }
        let most = self.left.min(out.len());
        let got = self.input.read(out.get_mut(..most).unwrap_or_default())?;
        self.left -= got;
        self.passed += got as u64;
        Ok(got)
    }
}
