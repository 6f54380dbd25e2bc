//! Texts encoded in every way that is decoded, for tests.

use std::io::Write;
use std::ops::Range;

/// Bytes that were encoded, and which of them stand for each byte.
#[derive(Clone, Debug)]
pub(in crate::secrets) struct Encoded {
    pub(in crate::secrets) bytes: Vec<u8>,
    at: Vec<Range<usize>>,
}

impl Encoded {
    pub(super) fn plain(bytes: &[u8]) -> Self {
        Self { bytes: bytes.to_vec(), at: (0..bytes.len()).map(|at| at..at + 1).collect() }
    }

    pub(super) fn span(&self, range: &Range<usize>) -> Range<usize> {
        self.at[range.start].start..self.at[range.end - 1].end
    }

    /// This, encoded again.
    pub(super) fn then(&self, outer: Self) -> Self {
        let at = self.at.iter().map(|range| outer.span(range)).collect();
        Self { bytes: outer.bytes, at }
    }

    pub(super) fn within(mut self, before: &[u8], after: &[u8]) -> Self {
        self.bytes = [before, &self.bytes, after].concat();
        for range in &mut self.at {
            *range = range.start + before.len()..range.end + before.len();
        }
        self
    }

    /// Each byte by itself.
    fn each(bytes: &[u8], encode: impl Fn(usize, u8) -> String) -> Self {
        let mut encoded = Self { bytes: Vec::new(), at: Vec::new() };
        for (at, byte) in bytes.iter().enumerate() {
            let start = encoded.bytes.len();
            encoded.bytes.extend(encode(at, *byte).bytes());
            encoded.at.push(start..encoded.bytes.len());
        }
        encoded
    }

    fn base64(bytes: &[u8], alphabet: &::base64::engine::GeneralPurpose, width: usize) -> Self {
        use ::base64::Engine as _;
        let digits = alphabet.encode(bytes);
        let count = digits.trim_end_matches('=').len();
        let place = |digit: usize| digit + digit / width;
        let lines: Vec<&str> = digits
            .as_bytes()
            .chunks(width)
            .map(|line| std::str::from_utf8(line).unwrap())
            .collect();
        let group = |at: usize| at / 3 * 4..(at / 3 * 4 + 4).min(count);
        let at =
            (0..bytes.len()).map(group).map(|group| place(group.start)..place(group.end - 1) + 1);
        Self { at: at.collect(), bytes: lines.join("\n").into_bytes() }
    }

    fn packed(bytes: &[u8], packed: &[u8]) -> Self {
        let whole = 0..packed.len();
        Self { bytes: packed.to_vec(), at: vec![whole; bytes.len()] }.then(Self::base64(
            packed,
            &::base64::prelude::BASE64_STANDARD,
            usize::MAX,
        ))
    }
}

pub(in crate::secrets) const WAYS: usize = 18;

/// A text, encoded in one of [`WAYS`] ways.
pub(in crate::secrets) fn encode(way: usize, bytes: &[u8]) -> Encoded {
    use ::base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE};
    let each = |encode: fn(usize, u8) -> String| Encoded::each(bytes, encode);
    match way {
        0 => Encoded::base64(bytes, &BASE64_STANDARD, usize::MAX),
        1 => Encoded::base64(bytes, &BASE64_STANDARD_NO_PAD, 64),
        2 => Encoded::base64(bytes, &BASE64_STANDARD, 76),
        3 => Encoded::base64(bytes, &BASE64_URL_SAFE, usize::MAX),
        4 => each(|_, byte| format!("{byte:02x}")),
        5 => each(|_, byte| format!("{byte:02X}")).within(b"0x", b""),
        6 => each(|_, byte| format!("%{byte:02X}")),
        7 => each(|_, byte| match byte {
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).into()
            }
            _ => format!("%{byte:02x}"),
        }),
        8 => each(|_, byte| format!("\\u{byte:04x}")).within(b"\"", b"\""),
        9 => each(|_, byte| format!("\\x{byte:02x}")).within(b"'", b"'"),
        10 => each(|_, byte| format!("\\u{{{byte:x}}}")).within(b"\"", b"\""),
        11 => each(|_, byte| match byte {
            b'"' | b'\\' => format!("\\{}", char::from(byte)),
            b'\n' => "\\n".into(),
            b'_' => "\\u005f".into(),
            _ => char::from(byte).into(),
        })
        .within(b"{\"text\": \"", b"\"}"),
        12 => each(|_, byte| format!("&#{byte};")),
        13 => each(|_, byte| format!("&#x{byte:X};")),
        14 => each(|at, byte| match byte {
            b'=' => "=3D".into(),
            _ if at % 60 == 59 && byte != b'\n' => format!("{}=\n", char::from(byte)),
            _ => char::from(byte).into(),
        })
        .without_line_ends()
        .within(b"x=3D1\n", b""),
        15 => joined(bytes),
        16 => {
            let mut encoder =
                flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
            encoder.write_all(bytes).unwrap();
            Encoded::packed(bytes, &encoder.finish().unwrap())
        }
        _ => {
            let mut encoder =
                flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
            encoder.write_all(bytes).unwrap();
            Encoded::packed(bytes, &encoder.finish().unwrap())
        }
    }
}

impl Encoded {
    /// A soft line end stands for nothing, so it does not belong to the byte before.
    fn without_line_ends(mut self) -> Self {
        for range in &mut self.at {
            if self.bytes[range.clone()].ends_with(b"=\n") {
                range.end -= 2;
            }
        }
        self
    }
}

/// String literals that a program joins; what cannot be written in them is written in percent signs.
fn joined(bytes: &[u8]) -> Encoded {
    const JOINTS: [&str; 8] = [
        "\" + \"",
        "\" \"",
        "\"\n    \"",
        "\" +\n  \"",
        "\"\n + \"",
        "\" . \"",
        "\" & \"",
        "\" .. \"",
    ];
    if bytes.iter().any(|byte| !(b' '..=b'~').contains(byte) || b"\"'\\".contains(byte)) {
        return encode(6, bytes);
    }
    let is_seam = |at: usize| {
        at % 5 == 3
            && at > 0
            && bytes[at - 1].is_ascii_alphanumeric()
            && bytes[at].is_ascii_alphanumeric()
    };
    let mut encoded = Encoded { bytes: Vec::new(), at: Vec::new() };
    for (at, byte) in bytes.iter().enumerate() {
        if is_seam(at) {
            encoded.bytes.extend(JOINTS[at / 5 % JOINTS.len()].bytes());
        }
        encoded.at.push(encoded.bytes.len()..encoded.bytes.len() + 1);
        encoded.bytes.push(*byte);
    }
    encoded.within(b"\"", b"\"")
}
