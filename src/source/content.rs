//! What a run of bytes is: its encoding, and whether it is text at all. Decided once, from the first bytes.

use crate::blob::Content;
use crate::location::Width;

/// How many of the first bytes decide.
pub(super) const SAMPLE: usize = 8 * 1024;

/// The encoding of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    /// UTF-8, Latin-1 or anything else in which ASCII bytes mean ASCII: left as it is.
    AsciiCompatible,
    /// UTF-16, low byte first.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
    /// UTF-32, low byte first.
    Utf32Le,
    /// UTF-32, high byte first.
    Utf32Be,
}

impl Encoding {
    /// What one character takes in the input.
    pub(super) const fn width(self) -> Width {
        match self {
            Self::AsciiCompatible => Width::Bytes,
            Self::Utf16Le | Self::Utf16Be => Width::Utf16,
            Self::Utf32Le | Self::Utf32Be => Width::Utf32,
        }
    }

    /// Appends `bytes` to `text` as UTF-8. What does not decode becomes U+FFFD; a cut last unit is left out.
    pub(super) fn decode(self, bytes: &[u8], text: &mut String) {
        let pairs = || bytes.as_chunks::<2>().0.iter();
        let quads = || bytes.as_chunks::<4>().0.iter();
        match self {
            Self::AsciiCompatible => text.push_str(&String::from_utf8_lossy(bytes)),
            Self::Utf16Le => decode_utf16(pairs().map(|pair| u16::from_le_bytes(*pair)), text),
            Self::Utf16Be => decode_utf16(pairs().map(|pair| u16::from_be_bytes(*pair)), text),
            Self::Utf32Le => decode_utf32(quads().map(|quad| u32::from_le_bytes(*quad)), text),
            Self::Utf32Be => decode_utf32(quads().map(|quad| u32::from_be_bytes(*quad)), text),
        }
    }
}

fn decode_utf16(units: impl Iterator<Item = u16>, text: &mut String) {
    text.extend(char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)));
}

fn decode_utf32(units: impl Iterator<Item = u32>, text: &mut String) {
    text.extend(units.map(|unit| char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER)));
}

/// Decides from the first bytes of an input: byte order mark, then the pattern of NULs, then their number.
pub(super) fn detect(input: &[u8]) -> (Encoding, Content) {
    let sample = input.get(..input.len().min(SAMPLE)).unwrap_or_default();
    if let Some(encoding) = byte_order_mark(sample) {
        return (encoding, Content::Text);
    }
    if memchr::memchr(0, sample).is_none() {
        return (Encoding::AsciiCompatible, Content::Text);
    }
    if let Some(encoding) = wide_encoding(sample) {
        return (encoding, Content::Text);
    }
    // A few stray NULs do not make a text binary, or one NUL would hide a password file.
    let odd = sample.iter().filter(|byte| is_odd_in_text(**byte)).count();
    let content = if odd * 50 > sample.len() { Content::Binary } else { Content::Text };
    (Encoding::AsciiCompatible, content)
}

/// The two parts of a text that goes on in another encoding: that of the first, where it ends, that of the second. Shells
/// append UTF-16 to files that began otherwise, and the other way round. `detected` is what the first bytes look like.
pub(super) fn two_parts(input: &[u8], detected: Encoding) -> Option<(Encoding, usize, Encoding)> {
    let ascii = Encoding::AsciiCompatible;
    let tail = input.get(input.len().saturating_sub(TAIL)..)?;
    if matches!(detected, Encoding::Utf32Le | Encoding::Utf32Be)
        || (detected == ascii && memchr::memchr(0, tail).is_none())
    {
        return None;
    }
    let first_nul = memchr::memchr(0, input)?;
    // The low byte of a character comes before its NUL, or after it.
    for (cut, encoding) in
        [(first_nul.checked_sub(1), Encoding::Utf16Le), (Some(first_nul), Encoding::Utf16Be)]
    {
        let Some((head, rest)) = cut.and_then(|cut| input.split_at_checked(cut)) else { continue };
        let sample = rest.get(..rest.len().min(SAMPLE)).unwrap_or_default();
        let is_part = is_ascii_text(head) || detected == ascii && !head.is_empty();
        // Read one byte too early or too late, the last unit is not whole.
        if is_part && rest.len() % 2 == 0 && wide_encoding(sample) == Some(encoding) {
            return Some((ascii, head.len(), encoding));
        }
    }
    let last_nul = memchr::memrchr(0, input)?;
    let cut = if detected == Encoding::Utf16Le { last_nul + 1 } else { last_nul + 2 };
    let is_tail = detected != ascii && input.get(cut..).is_some_and(is_ascii_text);
    is_tail.then_some((detected, cut, ascii))
}

/// How far from the end a NUL must be for the end to be UTF-16.
const TAIL: usize = 256;

/// Whether bytes beside UTF-16 are a text of their own; a few could be characters of another script.
fn is_ascii_text(bytes: &[u8]) -> bool {
    bytes.len() >= 12 && bytes.is_ascii() && !bytes.iter().any(|byte| is_odd_in_text(*byte))
}

fn byte_order_mark(sample: &[u8]) -> Option<Encoding> {
    match sample {
        [0xFF, 0xFE, 0, 0, ..] => Some(Encoding::Utf32Le),
        [0, 0, 0xFE, 0xFF, ..] => Some(Encoding::Utf32Be),
        [0xFF, 0xFE, ..] => Some(Encoding::Utf16Le),
        [0xFE, 0xFF, ..] => Some(Encoding::Utf16Be),
        _ => None,
    }
}

/// UTF-16 or UTF-32 without a mark. Where there are ASCII characters, NULs stand in some byte places of a unit and spare
/// the others; text in other scripts has at least its blanks and line ends.
fn wide_encoding(sample: &[u8]) -> Option<Encoding> {
    // What does not fill a unit has no say: somebody may have appended a line in another encoding.
    let quads = sample.as_chunks::<4>().0;
    if quads.is_empty() {
        return None;
    }
    let nuls = |place: usize| quads.iter().filter(|quad| quad.get(place) == Some(&0)).count();
    let places = [nuls(0), nuls(1), nuls(2), nuls(3)];
    let all = |count: usize| count * 50 >= quads.len() * 49;
    let some = |count: usize| count * 10 >= quads.len();
    let few = |count: usize| count * 50 <= quads.len();
    let encoding = match places {
        [a, b, c, d] if few(a) && some(b) && all(c) && all(d) => Encoding::Utf32Le,
        [a, b, c, d] if all(a) && all(b) && some(c) && few(d) => Encoding::Utf32Be,
        [a, b, c, d] if few(a) && some(b) && few(c) && some(d) => Encoding::Utf16Le,
        [a, b, c, d] if some(a) && few(b) && some(c) && few(d) => Encoding::Utf16Be,
        _ => return None,
    };
    let mut text = String::new();
    encoding.decode(quads.as_flattened(), &mut text);
    // A surrogate pair may be cut by the end of the sample, no more than that.
    let is_odd =
        |c: char| c == char::REPLACEMENT_CHARACTER || u8::try_from(c).is_ok_and(is_odd_in_text);
    let odd = text.chars().filter(|c| is_odd(*c)).count();
    (odd * 50 <= text.chars().count()).then_some(encoding)
}

/// Control characters that text files do not have.
fn is_odd_in_text(byte: u8) -> bool {
    byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0C | 0x1B)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, mark: bool) -> Vec<u8> {
        let units = mark.then_some(0xFEFF).into_iter().chain(text.encode_utf16());
        units.flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn tells_encodings_apart() {
        let text = "user = \"hunter2\"\n";
        let be: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let utf32: Vec<u8> = text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
        for (bytes, encoding) in [
            (text.as_bytes().to_vec(), Encoding::AsciiCompatible),
            (utf16(text, true), Encoding::Utf16Le),
            (utf16(text, false), Encoding::Utf16Le),
            (be, Encoding::Utf16Be),
            (utf32, Encoding::Utf32Le),
        ] {
            assert_eq!(detect(&bytes), (encoding, Content::Text));
            let mut decoded = String::new();
            encoding.decode(&bytes, &mut decoded);
            assert_eq!(decoded.trim_start_matches('\u{feff}'), text);
        }
    }

    #[test]
    fn other_scripts_need_no_mark() {
        let text = "# настройки сервера и пароль\nпароль = \"kvq7xzw2\"\n".repeat(8);
        let be: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(detect(&utf16(&text, false)), (Encoding::Utf16Le, Content::Text));
        assert_eq!(detect(&be), (Encoding::Utf16Be, Content::Text));
        let chinese = "数据库的密码不要写在这里 KEY=1\n".repeat(8);
        assert_eq!(detect(&utf16(&chinese, false)), (Encoding::Utf16Le, Content::Text));
        let utf32: Vec<u8> = chinese.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
        assert_eq!(detect(&utf32), (Encoding::Utf32Le, Content::Text));
    }

    #[test]
    fn a_text_may_go_on_in_another_encoding() {
        let (one, other) = ("user = admin\n".repeat(4), "a line of another text\r\n");
        let be: Vec<u8> = other.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let ascii = Encoding::AsciiCompatible;
        let parts = |bytes: &[u8]| two_parts(bytes, detect(bytes).0);
        for (wide, encoding) in [(utf16(other, false), Encoding::Utf16Le), (be, Encoding::Utf16Be)]
        {
            for text in [one.as_str(), "user = admin\n"] {
                let mixed = [text.as_bytes(), &wide].concat();
                assert_eq!(parts(&mixed), Some((ascii, text.len(), encoding)));
                let mixed = [&wide, text.as_bytes()].concat();
                assert_eq!(parts(&mixed), Some((encoding, wide.len(), ascii)));
            }
            assert_eq!(parts(&wide), None);
        }
        assert_eq!(parts(one.as_bytes()), None);
        let binary: Vec<u8> = (0..=255).cycle().take(4000).collect();
        assert_eq!(parts(&binary), None);
    }

    #[test]
    fn a_byte_too_many_hides_nothing() {
        let text = "user = \"hunter2\"\nsome more text\n";
        let bytes = [utf16(text, false), b"\n".to_vec()].concat();
        assert_eq!(detect(&bytes), (Encoding::Utf16Le, Content::Text));
    }

    #[test]
    fn one_nul_does_not_hide_a_text() {
        let mut bytes = b"\0API_KEY=abcdefghijklmnopqrstuvwxyz\n".to_vec();
        bytes.extend_from_slice(&b"x = 1\n".repeat(20));
        assert_eq!(detect(&bytes).1, Content::Text);
    }

    #[test]
    fn binaries_are_binary() {
        let bytes: Vec<u8> =
            (0..4096_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        assert_eq!(detect(&bytes), (Encoding::AsciiCompatible, Content::Binary));
        let numbers: Vec<u8> = (0..2000_u16).flat_map(|n| (n % 16).to_le_bytes()).collect();
        assert_eq!(detect(&numbers).1, Content::Binary);
    }
}
