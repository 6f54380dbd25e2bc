//! Tokens of PDF: of its objects and of the content of its pages. ISO 32000-2, section 7.2.

use memchr::memchr2;

/// One token.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token<'a> {
    /// Without its slash, its escapes resolved.
    Name(Vec<u8>),
    Number(f64),
    /// A string, decoded.
    Text(Text),
    /// `[` and `]`, `<<` and `>>`.
    Open,
    Close,
    OpenDict,
    CloseDict,
    /// An operator or a keyword.
    Word(&'a [u8]),
    /// Up to the end of the line, without the `%`.
    Comment(&'a [u8]),
}

/// A string.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Text {
    pub(super) bytes: Vec<u8>,
    /// Whether its bytes do not stand in the file as they are.
    pub(super) is_encoded: bool,
}

/// Takes bytes apart. What is no token is passed over.
#[derive(Debug)]
pub(super) struct Lexer<'a> {
    bytes: &'a [u8],
    pub(super) at: usize,
}

impl<'a> Lexer<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// The bytes that were not taken yet.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// Whether nothing is left: then the last token may go on in bytes that are not there yet.
    pub(super) const fn is_at_end(&self) -> bool {
        self.at >= self.bytes.len()
    }

    fn take_while(&mut self, takes: impl Fn(u8) -> bool) -> &'a [u8] {
        let rest = self.rest();
        let length = rest.iter().position(|byte| !takes(*byte)).unwrap_or(rest.len());
        self.at += length;
        rest.get(..length).unwrap_or_default()
    }

    fn name(&mut self) -> Vec<u8> {
        let raw = self.take_while(is_regular);
        let mut name = Vec::with_capacity(raw.len());
        let mut rest = raw;
        while let [first, tail @ ..] = rest {
            match (first, tail) {
                (b'#', [high, low, tail @ ..])
                    if digit(*high).is_some() && digit(*low).is_some() =>
                {
                    name.push(byte(digit(*high), digit(*low)));
                    rest = tail;
                }
                _ => {
                    name.push(*first);
                    rest = tail;
                }
            }
        }
        name
    }

    /// A string in hex, behind its `<`.
    fn hex(&mut self) -> Text {
        let raw = self.take_while(|byte| byte != b'>');
        self.at += 1;
        let mut digits = raw.iter().filter_map(|byte| digit(*byte));
        let mut bytes = Vec::with_capacity(raw.len() / 2);
        while let Some(high) = digits.next() {
            bytes.push(byte(Some(high), digits.next()));
        }
        Text { bytes, is_encoded: true }
    }

    /// A string in parentheses, behind the first of them.
    fn literal(&mut self) -> Text {
        let mut text = Text::default();
        let mut depth = 0_usize;
        loop {
            let plain = self.take_while(|byte| !matches!(byte, b'(' | b')' | b'\\'));
            text.bytes.extend_from_slice(plain);
            let Some(byte) = self.rest().first() else { return text };
            self.at += 1;
            match byte {
                b'(' => depth += 1,
                b')' => match depth.checked_sub(1) {
                    Some(less) => depth = less,
                    None => return text,
                },
                _ => {
                    self.escape(&mut text);
                    continue;
                }
            }
            text.bytes.push(*byte);
        }
    }

    /// What stands behind a backslash.
    fn escape(&mut self, text: &mut Text) {
        let rest = self.rest();
        let Some(first) = rest.first() else { return };
        let octal = rest.iter().take(3).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
        if octal > 0 {
            let digits = rest.get(..octal).unwrap_or_default();
            let value = digits.iter().fold(0_u32, |sum, digit| sum * 8 + u32::from(digit - b'0'));
            text.bytes.push((value & 0xff) as u8);
            text.is_encoded = true;
            self.at += octal;
            return;
        }
        self.at += 1;
        let meant = match first {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'b' => 8,
            b'f' => 12,
            b'\r' | b'\n' => {
                // The line goes on.
                if *first == b'\r' && self.rest().first() == Some(&b'\n') {
                    self.at += 1;
                }
                text.is_encoded = true;
                return;
            }
            other => {
                text.is_encoded |= !matches!(other, b'(' | b')' | b'\\');
                *other
            }
        };
        text.bytes.push(meant);
    }
}

impl<'a> Iterator for Lexer<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            self.take_while(is_blank);
            let rest = self.rest();
            let first = *rest.first()?;
            if is_regular(first) {
                let word = self.take_while(is_regular);
                return Some(number(word).map_or(Token::Word(word), Token::Number));
            }
            self.at += 1;
            return Some(match (first, rest.get(1)) {
                (b'%', _) => {
                    let comment = rest.get(1..).unwrap_or_default();
                    let end = memchr2(b'\r', b'\n', comment).unwrap_or(comment.len());
                    self.at += end;
                    Token::Comment(comment.get(..end).unwrap_or_default())
                }
                (b'/', _) => Token::Name(self.name()),
                (b'(', _) => Token::Text(self.literal()),
                (b'[', _) => Token::Open,
                (b']', _) => Token::Close,
                (b'<', Some(b'<')) => {
                    self.at += 1;
                    Token::OpenDict
                }
                (b'>', Some(b'>')) => {
                    self.at += 1;
                    Token::CloseDict
                }
                (b'<', _) => Token::Text(self.hex()),
                _ => continue,
            });
        }
    }
}

pub(super) const fn is_blank(byte: u8) -> bool {
    matches!(byte, 0 | b'\t' | b'\n' | 12 | b'\r' | b' ')
}

const fn is_regular(byte: u8) -> bool {
    !is_blank(byte)
        && !matches!(byte, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

fn number(word: &[u8]) -> Option<f64> {
    let is_number = word.len() <= 32
        && word.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'-' | b'+'));
    std::str::from_utf8(word).ok().filter(|_| is_number)?.parse().ok()
}

/// The value of a digit in hex.
pub(super) const fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

/// Two digits; one that is missing counts as 0.
pub(super) fn byte(high: Option<u8>, low: Option<u8>) -> u8 {
    high.unwrap_or(0) << 4 | low.unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8], is_encoded: bool) -> Token<'static> {
        Token::Text(Text { bytes: bytes.to_vec(), is_encoded })
    }

    #[test]
    fn takes_everything_apart() {
        let content =
            b"/F#311 -12.5 Tf[(a(b)\\)c)-250<414 2>](\\101\\\n\\z)Tj<</A true>>% note\rET";
        let tokens: Vec<Token> = Lexer::new(content).collect();
        let expected = [
            Token::Name(b"F11".to_vec()),
            Token::Number(-12.5),
            Token::Word(b"Tf"),
            Token::Open,
            text(b"a(b))c", false),
            Token::Number(-250.0),
            text(b"AB", true),
            Token::Close,
            text(b"Az", true),
            Token::Word(b"Tj"),
            Token::OpenDict,
            Token::Name(b"A".to_vec()),
            Token::Word(b"true"),
            Token::CloseDict,
            Token::Comment(b" note"),
            Token::Word(b"ET"),
        ];
        assert_eq!(tokens, expected);
    }

    #[test]
    fn what_does_not_end_ends_with_the_bytes() {
        for (bytes, expected) in [
            (&b"(a\\"[..], vec![text(b"a", false)]),
            (b"<4", vec![text(b"@", true)]),
            (b"((", vec![text(b"(", false)]),
            (b"/", vec![Token::Name(Vec::new())]),
            (b">})", vec![]),
        ] {
            assert_eq!(Lexer::new(bytes).collect::<Vec<_>>(), expected);
        }
    }
}
