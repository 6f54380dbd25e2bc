//! One escape at a time: what it stands for, and how many bytes it takes.

use super::is_written;

/// The bytes that an escape stands for; none for what is there to be left out.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bytes {
    bytes: [u8; 4],
    length: usize,
}

impl Bytes {
    fn one(byte: u8) -> Self {
        Self { bytes: [byte, 0, 0, 0], length: 1 }
    }

    fn character(code: u32) -> Option<Self> {
        let character = char::from_u32(code)?;
        let mut bytes = [0; 4];
        let length = character.encode_utf8(&mut bytes).len();
        (code >= 0x80 || is_written(bytes[0])).then_some(Self { bytes, length })
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

/// What the backslash at `at` begins.
pub(super) fn backslash(text: &[u8], at: usize) -> Option<(Bytes, usize)> {
    let rest = text.get(at + 1..)?;
    let short = |byte: u8| Some((Bytes::one(byte), 2));
    match *rest.first()? {
        b'n' => short(b'\n'),
        b't' => short(b'\t'),
        b'r' => short(b'\r'),
        sign @ (b'"' | b'\'' | b'\\' | b'/' | b'`') => short(sign),
        b'\n' | b'\r' => goes_on(rest),
        b'x' => {
            let byte = u8::try_from(hex(rest.get(1..3)?)?).ok()?;
            (is_written(byte) || byte >= 0x80).then_some((Bytes::one(byte), 4))
        }
        b'u' if rest.get(1) == Some(&b'{') => {
            let digits = rest.get(2..rest.len().min(9))?;
            let length = digits.iter().position(|byte| *byte == b'}')?;
            Some((Bytes::character(hex(digits.get(..length)?)?)?, length + 4))
        }
        b'u' => utf16(rest),
        b'U' => Some((Bytes::character(hex(rest.get(1..9)?)?)?, 10)),
        b'0'..=b'3' => octal(rest.get(..3)?),
        _ => None,
    }
}

/// `\u` with four digits, or two of them for a character that UTF-16 writes as a pair.
fn utf16(rest: &[u8]) -> Option<(Bytes, usize)> {
    let unit = hex(rest.get(1..5)?)?;
    if !(0xD800..0xDC00).contains(&unit) {
        return Some((Bytes::character(unit)?, 6));
    }
    let [b'\\', b'u', low @ ..] = rest.get(5..11)? else { return None };
    let low = hex(low)?.checked_sub(0xDC00).filter(|low| *low < 0x400)?;
    Some((Bytes::character(0x1_0000 + ((unit - 0xD800) << 10) + low)?, 12))
}

/// A backslash at the end of a line, which goes on behind the blanks of the next one.
fn goes_on(rest: &[u8]) -> Option<(Bytes, usize)> {
    let end = if rest.starts_with(b"\r\n") { 2 } else { 1 };
    let next = rest.get(end..)?;
    let blanks = next.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    Some((Bytes::default(), 1 + end + blanks))
}

fn octal(digits: &[u8]) -> Option<(Bytes, usize)> {
    let value = digits.iter().try_fold(0, |value, digit| {
        matches!(digit, b'0'..=b'7').then(|| value * 8 + u32::from(digit - b'0'))
    })?;
    let byte = u8::try_from(value).ok().filter(|byte| is_written(*byte))?;
    Some((Bytes::one(byte), 4))
}

/// What the percent sign at `at` stands for.
pub(super) fn percent(text: &[u8], at: usize) -> Option<(u8, usize)> {
    let byte = u8::try_from(hex(text.get(at + 1..at + 3)?)?).ok()?;
    (is_written(byte) || byte >= 0x80).then_some((byte, 3))
}

/// [`percent`] in the form of the others.
pub(super) fn percent_bytes(text: &[u8], at: usize) -> Option<(Bytes, usize)> {
    percent(text, at).map(|(byte, taken)| (Bytes::one(byte), taken))
}

/// What the entity that begins with the `&` at `at` stands for.
pub(super) fn entity(text: &[u8], at: usize) -> Option<(Bytes, usize)> {
    let rest = text.get(at + 1..text.len().min(at + 12))?;
    let length = rest.iter().position(|byte| *byte == b';')?;
    let found = match rest.get(..length)? {
        [b'#', b'x' | b'X', digits @ ..] => Bytes::character(hex(digits)?)?,
        [b'#', digits @ ..] => Bytes::character(decimal(digits)?)?,
        b"quot" => Bytes::one(b'"'),
        b"amp" => Bytes::one(b'&'),
        b"apos" => Bytes::one(b'\''),
        b"lt" => Bytes::one(b'<'),
        b"gt" => Bytes::one(b'>'),
        b"nbsp" => Bytes::one(b' '),
        _ => return None,
    };
    Some((found, length + 2))
}

/// What the `=` at `at` stands for in quoted-printable text (RFC 2045, 6.7): a byte, or nothing at the end of a line.
pub(super) fn quoted(text: &[u8], at: usize) -> Option<(Bytes, usize)> {
    match text.get(at + 1..)? {
        [b'\n', ..] => Some((Bytes::default(), 2)),
        [b'\r', b'\n', ..] => Some((Bytes::default(), 3)),
        [high, low, ..] if !high.is_ascii_lowercase() && !low.is_ascii_lowercase() => {
            let byte = u8::try_from(hex(&[*high, *low])?).ok()?;
            (is_written(byte) || byte >= 0x80).then_some((Bytes::one(byte), 3))
        }
        _ => None,
    }
}

/// The value of up to eight hexadecimal digits.
fn hex(digits: &[u8]) -> Option<u32> {
    if digits.is_empty() || digits.len() > 8 {
        return None;
    }
    digits
        .iter()
        .try_fold(0, |value: u32, digit| Some(value << 4 | char::from(*digit).to_digit(16)?))
}

/// The value of up to seven decimal digits.
fn decimal(digits: &[u8]) -> Option<u32> {
    if digits.is_empty() || digits.len() > 7 {
        return None;
    }
    digits
        .iter()
        .try_fold(0, |value: u32, digit| Some(value * 10 + char::from(*digit).to_digit(10)?))
}
