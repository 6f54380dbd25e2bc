//! Objects of a PDF that are no streams: what a dictionary says of the stream behind it, which fonts there are, and strings that
//! do not stand in the file as they read. ISO 32000-2, section 7.3.

use memchr::memmem;

use super::filter::Filter;
use super::fonts::Fonts;
use super::token::{Lexer, Text, Token};

/// Lists and dictionaries in one another that are told apart.
const MAX_DEPTH: usize = 64;

/// What a dictionary says of its stream.
#[derive(Clone, Debug, Default)]
pub(super) struct Head {
    /// The number of the object.
    pub(super) number: u32,
    pub(super) filters: Vec<Filter>,
    pub(super) length: Option<usize>,
    pub(super) kind: Kind,
    /// Of a stream of objects: how many there are, and where the first one begins.
    pub(super) count: usize,
    pub(super) first: usize,
}

/// What a stream is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Kind {
    /// The content of a page, if it looks like that.
    #[default]
    Any,
    /// Other objects.
    Objects,
    /// Places of objects.
    Places,
    /// A picture or a font: no text.
    Picture,
}

/// What is known of the objects so far.
#[derive(Debug, Default)]
pub(super) struct Objects {
    pub(super) fonts: Fonts,
    pub(super) is_encrypted: bool,
    /// Strings that are written in another way than they read, a line each.
    pub(super) strings: Vec<u8>,
}

/// A list or a dictionary that is open.
struct Level {
    is_dict: bool,
    key: Vec<u8>,
    has_value: bool,
}

impl Objects {
    /// Reads objects. What the last one says may be of a stream that follows.
    pub(super) fn read(&mut self, piece: &[u8]) -> Head {
        let mut last = (0, 0);
        for at in memmem::find_iter(piece, b"obj") {
            let before = piece.get(last.1..at).unwrap_or_default();
            let Some((number, length)) = number_before(before) else { continue };
            let body = before.get(..before.len() - length).unwrap_or_default();
            self.object(last.0, body);
            last = (number, at + 3);
        }
        self.object(last.0, piece.get(last.1..).unwrap_or_default())
    }

    /// Reads the objects of a stream of objects.
    pub(super) fn read_stream(&mut self, head: &Head, content: &[u8]) {
        let (table, bodies) = content.split_at_checked(head.first).unwrap_or_default();
        let mut numbers = Lexer::new(table).filter_map(|token| match token {
            Token::Number(number) => Some(whole(number)),
            _ => None,
        });
        let mut places = Vec::new();
        while let (Some(object), Some(at)) = (numbers.next(), numbers.next()) {
            places.push((at as usize, object));
        }
        places.truncate(head.count);
        places.sort_unstable();
        let ends = places.iter().skip(1).map(|(at, _)| *at).chain([bodies.len()]);
        for ((at, object), end) in places.iter().zip(ends) {
            self.object(*object, bodies.get(*at..end).unwrap_or_default());
        }
    }

    fn object(&mut self, number: u32, body: &[u8]) -> Head {
        let mut head = Head { number, ..Head::default() };
        let mut levels: Vec<Level> = Vec::new();
        let mut numbers = [0.0, 0.0];
        for token in Lexer::new(body) {
            match token {
                Token::Open | Token::OpenDict if levels.len() < MAX_DEPTH => {
                    let is_dict = token == Token::OpenDict;
                    levels.push(Level { is_dict, key: Vec::new(), has_value: true });
                }
                Token::Close | Token::CloseDict => {
                    levels.pop();
                    valued(&mut levels);
                }
                Token::Name(name) => match levels.last_mut() {
                    Some(level) if level.is_dict && level.has_value => {
                        (level.key, level.has_value) = (name, false);
                    }
                    _ => {
                        head.name(top_key(&levels), &name);
                        valued(&mut levels);
                    }
                },
                Token::Number(number) => {
                    numbers = [numbers[1], number];
                    if levels.len() == 1 && levels.last().is_some_and(|level| !level.has_value) {
                        head.number(top_key(&levels), number);
                    }
                    valued(&mut levels);
                }
                Token::Word(b"R") => {
                    let [to, _] = numbers;
                    let key = levels.last().filter(|level| level.is_dict);
                    if let Some(Level { key, .. }) = key {
                        self.fonts.refer(number, key, whole(to));
                        if key == b"Length" {
                            head.length = None;
                        }
                        self.is_encrypted |= key == b"Encrypt" && levels.len() == 1;
                    }
                }
                Token::Text(text) => {
                    self.string(&text);
                    valued(&mut levels);
                }
                Token::Word(_) => valued(&mut levels),
                _ => {}
            }
        }
        head
    }

    /// Keeps a string that says something else than its bytes in the file.
    fn string(&mut self, text: &Text) {
        let is_wide = text.bytes.starts_with(b"\xfe\xff");
        if !is_wide && !text.is_encoded {
            return;
        }
        let read = reading(&text.bytes);
        if read.chars().all(|c| !c.is_control() || c.is_ascii_whitespace()) {
            self.strings.extend_from_slice(read.as_bytes());
            self.strings.push(b'\n');
        }
    }
}

/// What a string outside of pages says. Section 7.9.2.
pub(super) fn reading(bytes: &[u8]) -> String {
    match bytes {
        [0xfe, 0xff, wide @ ..] => {
            let units = wide.as_chunks::<2>().0.iter().map(|unit| u16::from_be_bytes(*unit));
            char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
        }
        [0xef, 0xbb, 0xbf, utf8 @ ..] => String::from_utf8_lossy(utf8).into_owned(),
        _ => bytes.iter().copied().map(char::from).collect(),
    }
}

/// A number that counts something.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "what does not fit becomes the number that is next to it"
)]
const fn whole(number: f64) -> u32 {
    number as u32
}

/// The key of the outermost dictionary that we are at.
fn top_key(levels: &[Level]) -> &[u8] {
    match levels {
        [top] | [top, Level { is_dict: false, .. }] => &top.key,
        _ => &[],
    }
}

fn valued(levels: &mut [Level]) {
    if let Some(level) = levels.last_mut() {
        level.has_value = true;
    }
}

impl Head {
    fn name(&mut self, key: &[u8], name: &[u8]) {
        match (key, name) {
            (b"Filter", _) => self.filters.push(Filter::of(name)),
            (b"Type", b"ObjStm") => self.kind = Kind::Objects,
            (b"Type", b"XRef") => self.kind = Kind::Places,
            (b"Subtype", b"Image" | b"Type1C" | b"CIDFontType0C" | b"OpenType") => {
                self.kind = Kind::Picture;
            }
            _ => {}
        }
    }

    fn number(&mut self, key: &[u8], number: f64) {
        match key {
            b"Length" => self.length = Some(whole(number) as usize),
            // Only programs of fonts have parts.
            b"Length1" => self.kind = Kind::Picture,
            b"N" => self.count = whole(number) as usize,
            b"First" => self.first = whole(number) as usize,
            _ => {}
        }
    }
}

/// The number of the object whose `obj` follows, and how many bytes it and its generation take.
fn number_before(before: &[u8]) -> Option<(u32, usize)> {
    const MOST: usize = 40;
    let tail = before.get(before.len().saturating_sub(MOST)..)?;
    let trimmed = tail.trim_ascii_end();
    let generation = digits_at_end(trimmed);
    let rest = trimmed.get(..trimmed.len() - generation)?;
    let number = rest.trim_ascii_end();
    let length = digits_at_end(number);
    if generation == 0 || length == 0 || number.len() == rest.len() {
        return None;
    }
    let start = number.len() - length;
    let digits = std::str::from_utf8(number.get(start..)?).ok()?;
    Some((digits.parse().ok()?, tail.len() - start))
}

fn digits_at_end(bytes: &[u8]) -> usize {
    bytes.iter().rev().take_while(|byte| byte.is_ascii_digit()).count()
}
