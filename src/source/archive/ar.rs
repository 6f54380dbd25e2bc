//! `ar`: packages of Debian, which are tars in it, and static libraries. <https://man7.org/linux/man-pages/man5/ar.5.html>

use std::io;
use std::sync::Arc;

use super::budget::Gap;
use super::input::Limited;
use super::{Input, Label, member};
use crate::blob::{Origin, bytes_path};
use crate::source::out::Out;

const MAGIC: u64 = 8;
const HEADER: usize = 60;

/// Reads an `ar`.
///
/// # Errors
///
/// When what it is read from broke.
pub(super) fn read(input: &mut Input, origin: &Arc<Origin>, out: &mut Out) -> io::Result<()> {
    input.skip(MAGIC)?;
    loop {
        let header = input.peek(HEADER)?;
        if header.is_empty() || out.budget.is_spent() {
            return Ok(());
        }
        let Some((name, size)) = name_and_size(header) else {
            out.gap(origin, Gap::malformed("the ar is corrupt: the rest was scanned as it is"));
            return out.plain(origin, input);
        };
        input.skip(HEADER as u64)?;
        if let Err(gap) = out.budget.member() {
            out.gap(origin, gap);
            return Ok(());
        }
        let origin = member(origin, bytes_path(&name));
        let mut content = Limited { input, left: size };
        out.content(
            Label::Own(&origin),
            &mut content,
            usize::try_from(size).unwrap_or(usize::MAX),
        )?;
        if !content.finish()? {
            let gap = Gap::malformed("the archive ends within it; what is there was scanned");
            out.gap(&origin, gap);
        }
        // Members begin at even places.
        if size % 2 == 1 {
            input.skip(1)?;
        }
    }
}

fn name_and_size(header: &[u8]) -> Option<(Vec<u8>, u64)> {
    let header = header.first_chunk::<HEADER>()?;
    let text = |from: usize, to: usize| Some(header.get(from..to)?.trim_ascii_end());
    if header.get(58..60)? != b"`\n" {
        return None;
    }
    let size = std::str::from_utf8(text(48, 58)?).ok()?.parse().ok()?;
    let name = text(0, 16)?;
    Some((name.strip_suffix(b"/").unwrap_or(name).into(), size))
}
