//! The content of one member of a zip. A packed stream says itself where it ends; sizes in headers are only believed where it
//! does not.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;
use std::sync::Arc;

use bzip2::bufread::BzDecoder;
use flate2::bufread::DeflateDecoder;
use lzma_rust2::{LzmaReader, XzReader};
use zstd::stream::read::Decoder as ZstdDecoder;

use super::header::Local;
use super::span::{Between, UpToDescriptor};
use crate::blob::Origin;
use crate::outcome::SkipReason;
use crate::source::archive::budget::{Gap, Unpacked};
use crate::source::archive::input::Limited;
use crate::source::archive::{Format, Input, Label, office};
use crate::source::out::Out;

const STORED: u16 = 0;
const DEFLATE: u16 = 8;
const BZIP2: u16 = 12;
const LZMA: u16 = 14;
const ZSTD: u16 = 93;
const XZ: u16 = 95;
/// What a member may take to unpack, in KiB; in two other streams, less.
const MAX_MEMORY_KIB: [u32; 2] = [9 * 1024, 80 * 1024];
/// What is scanned again as it is where it could not be unpacked.
const TRIED: usize = 4096;

pub(super) fn read(
    input: &mut Input,
    local: &Local,
    origin: &Arc<Origin>,
    out: &mut Out,
) -> io::Result<()> {
    if local.is_encrypted() {
        let detail = "it is encrypted; what is in it was not scanned".into();
        out.gap(origin, Gap { reason: SkipReason::Encrypted, detail });
        return pass(input, local, origin, out);
    }
    match local.method {
        STORED => stored(input, local, origin, out),
        DEFLATE | BZIP2 | LZMA | ZSTD | XZ => packed(input, local, origin, out),
        method => {
            let detail = format!(
                "it is packed by method {method}, which keylint does not read; its bytes were scanned as they are"
            );
            out.gap(origin, Gap { reason: SkipReason::Unsupported, detail });
            pass(input, local, origin, out)
        }
    }
}

/// Scans what cannot be unpacked as it is. A size has no say: members that it covers are members.
fn pass(input: &mut Input, local: &Local, origin: &Arc<Origin>, out: &mut Out) -> io::Result<()> {
    if local.packed.is_some_and(|size| !input.has(size)) {
        out.gap(origin, Gap::malformed(TOO_LONG));
    }
    if local.packed == Some(0) {
        return Ok(());
    }
    out.plain(origin, &mut Between { input, left: 0 })
}

const TOO_LONG: &str =
    "its header says that it is longer than the archive; what is there was scanned";

fn stored(input: &mut Input, local: &Local, origin: &Arc<Origin>, out: &mut Out) -> io::Result<()> {
    let Some(left) = local.packed.filter(|size| input.has(*size)) else {
        if local.packed.is_some() {
            out.gap(origin, Gap::malformed(TOO_LONG));
        }
        let is_archive = Format::of(input.peek(Format::HEAD)?, false).is_some();
        let mut content = UpToDescriptor { input, passed: 0, left: 0, is_archive };
        return out.content(Label::Own(origin), &mut content, 0);
    };
    let size = usize::try_from(left).unwrap_or(usize::MAX);
    // The directory at the end may say that it is packed: then it can be unpacked to its last byte.
    if (16..=Input::AHEAD).contains(&size) {
        let bytes = input.peek(size)?;
        if unpacks_exactly(bytes) {
            let bytes = bytes.to_vec();
            let (budget, failed) = (Rc::clone(&out.budget), Cell::new(None));
            let _decoding = budget.decode();
            let mut inner =
                Unpacked::new(DeflateDecoder::new(&bytes[..]), "deflate", &budget, &failed);
            // It was unpacked before, as far as that matters: no more than a limit can be wrong.
            let _ = out.content(Label::Own(origin), &mut inner, 0);
            if let Some(gap) = failed.take() {
                out.gap(origin, gap);
            }
        }
    }
    let mut content = Limited { input, left };
    office::content(origin, &mut content, size, out)?;
    if !content.finish()? {
        let gap = Gap::malformed("the archive ends within it; what is there was scanned");
        out.gap(origin, gap);
    }
    Ok(())
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
    let tried = input.peek(TRIED)?.to_vec();
    let (budget, failed) = (Rc::clone(&out.budget), Cell::new(None));
    let decoding = budget.decode();
    let done = match decoder(local, input, budget.may_be_large()) {
        Ok((decoder, what)) => {
            let mut inner = Unpacked::new(decoder, what, &budget, &failed);
            office::content(origin, &mut inner, 0, out)
                .and_then(|()| io::copy(&mut inner, &mut io::sink()).map(|_| ()))
        }
        Err(error) => {
            failed.set(Some(Gap::of(&error, "packed")));
            Ok(())
        }
    };
    let Some(gap) = failed.take() else {
        return if decoding.leaves() { Ok(()) } else { done };
    };
    out.gap(origin, gap);
    if budget.is_spent() {
        return Ok(());
    }
    // It may not be what its header says.
    let taken = usize::try_from(input.offset() - start).unwrap_or(usize::MAX);
    if let Some(tried) = tried.get(..taken.min(tried.len())).filter(|tried| !tried.is_empty()) {
        out.aside(origin, tried);
    }
    out.plain(origin, &mut Between { input, left: 0 })
}

type Decoder<'a> = (Box<dyn Read + 'a>, &'static str);

fn decoder<'a>(
    local: &Local,
    input: &'a mut Input<'_>,
    may_be_large: bool,
) -> io::Result<Decoder<'a>> {
    let memory = MAX_MEMORY_KIB.get(usize::from(may_be_large)).copied().unwrap_or_default();
    Ok(match local.method {
        BZIP2 => (Box::new(BzDecoder::new(input)), "bzip2"),
        ZSTD => {
            let mut decoder = ZstdDecoder::with_buffer(input)?.single_frame();
            decoder.window_log_max(if may_be_large { 27 } else { 23 })?;
            (Box::new(decoder), "zstd")
        }
        XZ => (Box::new(XzReader::new_mem_limit(input, false, memory)), "xz"),
        // Section 5.8: a version, the size of the properties, and these.
        LZMA => {
            let head = input.take_bytes(9)?;
            let [_, _, 5, 0, properties, dictionary @ ..] = &head[..] else {
                return Err(io::Error::other("the properties of LZMA are missing"));
            };
            let dictionary = dictionary.first_chunk().ok_or(io::ErrorKind::UnexpectedEof)?;
            let dictionary = u32::from_le_bytes(*dictionary);
            if dictionary / 1024 > memory {
                return Err(io::ErrorKind::OutOfMemory.into());
            }
            let size = if local.has_end_mark() { u64::MAX } else { local.unpacked };
            // It reads further than its stream goes.
            let input = Between { input, left: 0 };
            let reader = LzmaReader::new_with_props(input, size, *properties, dictionary, None)?;
            (Box::new(reader), "LZMA")
        }
        _ => (Box::new(DeflateDecoder::new(input)), "deflate"),
    })
}
