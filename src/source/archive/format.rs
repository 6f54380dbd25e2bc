//! What content is, by its first bytes. Names and media types have no say: anybody can choose them.

use memchr::memmem;

use super::pdf;
use super::sqlite;
use super::tar;
use super::zip;

/// A format whose content has to be unpacked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::source) enum Format {
    /// <https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13>
    Tar,
    /// <https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT>, also behind other bytes that run it.
    Zip,
    /// Packages of Debian, static libraries. <https://man7.org/linux/man-pages/man5/ar.5.html>
    Ar,
    /// Documents, whose text is packed. <https://pdfa.org/resource/iso-32000-2/>
    Pdf,
    /// Databases. <https://sqlite.org/fileformat2.html>
    Sqlite,
    /// One compressed stream, or several in a row.
    Compressed(Codec),
    /// One that is known and not unpacked.
    Unread(&'static str),
}

/// How a stream is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::source) enum Codec {
    /// <https://www.rfc-editor.org/rfc/rfc1952>
    Gzip,
    /// <https://sourceware.org/bzip2/>
    Bzip2,
    /// <https://tukaani.org/xz/xz-file-format.txt>
    Xz,
    /// <https://www.rfc-editor.org/rfc/rfc8878>
    Zstd,
}

/// First bytes. <https://en.wikipedia.org/wiki/List_of_file_signatures>
const MAGIC: &[(&[u8], Format)] = &[
    (b"\x1f\x8b\x08", Format::Compressed(Codec::Gzip)),
    (b"PK\x03\x04", Format::Zip),
    (b"PK\x05\x06", Format::Zip),
    (b"PK00PK\x03\x04", Format::Zip),
    (b"PK\x07\x08PK\x03\x04", Format::Zip),
    (b"\xfd7zXZ\0", Format::Compressed(Codec::Xz)),
    (b"\x28\xb5\x2f\xfd", Format::Compressed(Codec::Zstd)),
    (b"!<arch>\n", Format::Ar),
    (sqlite::MAGIC, Format::Sqlite),
    (b"7z\xbc\xaf\x27\x1c", Format::Unread("7z")),
    (b"Rar!\x1a\x07", Format::Unread("RAR")),
    (b"LZIP\x01", Format::Unread("lzip")),
    (b"\x04\x22\x4d\x18", Format::Unread("LZ4")),
    (b"MSCF\0\0\0\0", Format::Unread("cabinet")),
    (b"hsqs", Format::Unread("squashfs")),
];

impl Format {
    /// How many of the first bytes decide.
    pub(super) const HEAD: usize = 1024;

    /// What begins with these bytes; `is_whole` when they are all there is.
    pub(in crate::source) fn of(head: &[u8], is_whole: bool) -> Option<Self> {
        let first = *head.first()?;
        if let Some((_, format)) =
            MAGIC.iter().find(|(magic, _)| magic.first() == Some(&first) && head.starts_with(magic))
        {
            // A number that is in the wrong place in a few texts too.
            return (*format != Self::Unread("squashfs")
                || head.get(28..32) == Some(&[4, 0, 0, 0]))
            .then_some(*format);
        }
        match head {
            // <https://sourceware.org/git/?p=bzip2.git;a=blob;f=decompress.c>: the block, or the end, of the stream.
            [b'B', b'Z', b'h', b'1'..=b'9', rest @ ..]
                if rest.starts_with(b"1AY&SY") || rest.starts_with(b"\x17rE8P\x90") =>
            {
                Some(Self::Compressed(Codec::Bzip2))
            }
            // Skippable frames may come first.
            [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Self::Compressed(Codec::Zstd)),
            _ if tar::is_header(head) => Some(Self::Tar),
            _ if is_program(head) && has_zip(head, is_whole) => Some(Self::Zip),
            _ if pdf::is_header(head.get(..Self::HEAD.min(head.len())).unwrap_or_default()) => {
                Some(Self::Pdf)
            }
            _ if is_whole && ends_as_zip(head) => Some(Self::Zip),
            _ => None,
        }
    }
}

/// Whether the last bytes are the end of a zip, and so the whole is one: it begins anywhere.
pub(in crate::source) fn ends_as_zip(bytes: &[u8]) -> bool {
    bytes.last_chunk::<22>().is_some_and(|end| zip::is_end(end))
}

/// Whether it is something that one runs: these may unpack themselves.
fn is_program(head: &[u8]) -> bool {
    head.starts_with(b"MZ") || head.starts_with(b"\x7fELF") || head.starts_with(b"#!")
}

/// Whether a zip follows. Of what is not all there, the first member must be.
fn has_zip(head: &[u8], is_whole: bool) -> bool {
    let ends = || memmem::rfind(head, b"PK\x05\x06").is_some();
    (!is_whole || ends())
        && memmem::find_iter(head, b"PK\x03\x04")
            .take(64)
            .any(|at| head.get(at..).is_some_and(zip::is_local_header))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_no_archives() {
        for text in [
            "PK",
            "BZh9",
            "BZh91 is a word",
            "7z",
            "hsqs is short",
            "#!/bin/sh\nPK\x03\x04",
            "Rar!",
            "",
        ] {
            assert_eq!(Format::of(text.as_bytes(), true), None, "{text}");
        }
    }

    #[test]
    fn frames_that_are_skipped_may_come_first() {
        let zstd = Some(Format::Compressed(Codec::Zstd));
        assert_eq!(Format::of(b"\x5e\x2a\x4d\x18\0\0\0\0", true), zstd);
        assert_eq!(Format::of(b"BZh9\x17rE8P\x90", true), Some(Format::Compressed(Codec::Bzip2)));
    }
}
