//! The text that the content of a page shows, put together from the pieces that it is drawn in. ISO 32000-2, sections 7.8.2
//! and 9.4.

use std::io::{self, Read};

use memchr::memmem;

use super::filter::hand_out;
use super::fonts::Fonts;
use super::line::Line;
use super::object::reading;
use super::token::{Lexer, Token, is_blank};

/// How much content is taken apart at once; no token is longer.
const PIECE: usize = 256 * 1024;
/// Strings, names and numbers that one operator may have, and bytes of them; more are shown as if one came.
const MAX_OPERANDS: usize = 10_000;
const MAX_OPERAND_BYTES: usize = PIECE;
/// What is kept of strings that are not shown: they come after the others.
const MAX_ASIDE: usize = 1024 * 1024;
/// A step back of so many thousandths of the font's size is a gap between words.
const WORD_GAP: f64 = -200.0;

/// Reads content as the text that it shows.
pub(super) struct Shown<'a, R> {
    content: R,
    fonts: &'a Fonts,
    /// Which one of several fonts of the same name.
    variant: usize,
    /// Which other ones say something else: a bit each.
    pub(super) others: u8,
    buffer: Vec<u8>,
    ended: bool,
    in_picture: bool,
    operands: Vec<Operand>,
    operand_bytes: usize,
    font: Vec<u8>,
    line: Line,
    ready: Vec<u8>,
    aside: Vec<u8>,
}

enum Operand {
    Text(Vec<u8>),
    Number(f64),
    Name(Vec<u8>),
}

impl<'a, R: Read> Shown<'a, R> {
    pub(super) fn new(content: R, fonts: &'a Fonts, variant: usize) -> Self {
        Self {
            content,
            fonts,
            variant,
            others: 0,
            buffer: Vec::new(),
            ended: false,
            in_picture: false,
            operands: Vec::new(),
            operand_bytes: 0,
            font: Vec::new(),
            line: Line::default(),
            ready: Vec::new(),
            aside: Vec::new(),
        }
    }

    /// Takes the next piece apart. What goes on behind its end waits for the next one.
    fn piece(&mut self) -> io::Result<()> {
        let room = PIECE.saturating_sub(self.buffer.len()) as u64;
        let got = self.content.by_ref().take(room).read_to_end(&mut self.buffer);
        // What was there before the end is read whatever the end is.
        self.ended = !matches!(got, Ok(count) if count as u64 == room);
        let buffer = std::mem::take(&mut self.buffer);
        let taken = self.take_apart(&buffer);
        self.buffer = buffer;
        self.buffer.drain(..taken);
        if self.ended {
            self.line.end(&mut self.ready);
            self.ready.append(&mut self.aside);
        }
        got.map(|_| ())
    }

    /// Returns how many bytes were taken.
    fn take_apart(&mut self, buffer: &[u8]) -> usize {
        let mut lexer = Lexer::new(buffer);
        loop {
            let start = lexer.at;
            if self.in_picture {
                let Some(end) = picture_end(lexer.rest()) else {
                    return if self.ended { buffer.len() } else { start.max(buffer.len() - 4) };
                };
                lexer.at += end;
                self.in_picture = false;
                continue;
            }
            let Some(token) = lexer.next() else { return buffer.len() };
            // It may be cut, unless it is as long as all there is room for.
            if lexer.is_at_end() && !self.ended && start > 0 {
                return start;
            }
            self.token(token);
        }
    }

    fn token(&mut self, token: Token) {
        let operand = match token {
            Token::Word(word) => {
                self.operator(word);
                self.forget();
                return;
            }
            Token::Comment(comment) => {
                self.keep_aside(comment);
                return;
            }
            Token::Text(text) => Operand::Text(text.bytes),
            Token::Number(number) => Operand::Number(number),
            Token::Name(name) => Operand::Name(name),
            _ => return,
        };
        if let Operand::Text(bytes) | Operand::Name(bytes) = &operand {
            self.operand_bytes += bytes.len();
        }
        self.operands.push(operand);
        if self.operands.len() >= MAX_OPERANDS || self.operand_bytes >= MAX_OPERAND_BYTES {
            self.show();
            self.forget();
        }
    }

    fn forget(&mut self) {
        self.operands.clear();
        self.operand_bytes = 0;
    }

    fn operator(&mut self, word: &[u8]) {
        let numbers: Vec<f64> = self.operands.iter().filter_map(Operand::number).collect();
        match (word, &numbers[..]) {
            (b"Tj" | b"TJ", _) => self.show(),
            (b"'" | b"\"", _) => {
                self.line.next();
                self.show();
            }
            (b"Tf", [.., size]) => {
                let name = self.operands.iter().find_map(Operand::name);
                self.font = name.map(<[u8]>::to_vec).unwrap_or_default();
                self.line.size = *size;
            }
            (b"BT", _) => self.line.begin(),
            (b"Td" | b"TD", [.., x, y]) => self.line.step(*x, *y),
            (b"Tm", numbers) => {
                if let Some(matrix) = numbers.last_chunk() {
                    self.line.set(*matrix);
                }
            }
            (b"T*", _) => self.line.next(),
            (b"cm", _) => self.line.leave(),
            (b"ID", _) => self.in_picture = true,
            _ => {
                for operand in std::mem::take(&mut self.operands) {
                    if let Operand::Text(text) = operand {
                        self.keep_aside(reading(&text).as_bytes());
                    }
                }
            }
        }
    }

    /// Shows the strings before an operator.
    fn show(&mut self) {
        let maps = self.fonts.named(&self.font);
        // Numbers before a string of `"` are no gaps, but nothing was shown there.
        for operand in &self.operands {
            match operand {
                Operand::Number(number) if *number < WORD_GAP => self.line.gap(&mut self.ready),
                Operand::Text(text) => {
                    let own = maps.get(self.variant).and_then(|map| map.decode(text));
                    let read = own
                        .or_else(|| maps.iter().find_map(|map| map.decode(text)))
                        .unwrap_or_else(|| plain(text));
                    for (index, map) in maps.iter().enumerate().skip(1) {
                        let differs = map.decode(text).is_some_and(|other| other != read);
                        self.others |= u8::from(differs) << index;
                    }
                    self.line.show(&read, &mut self.ready);
                }
                _ => {}
            }
        }
    }

    /// Keeps text that is not shown.
    fn keep_aside(&mut self, text: &[u8]) {
        if !text.is_empty() && self.aside.len() + text.len() < MAX_ASIDE {
            self.aside.extend_from_slice(text);
            self.aside.push(b'\n');
        }
    }
}

impl<R: Read> Read for Shown<'_, R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut done = Ok(());
        while self.ready.is_empty() && !self.ended && done.is_ok() {
            done = self.piece();
        }
        if self.ready.is_empty() {
            return done.map(|()| 0);
        }
        Ok(hand_out(&mut self.ready, out))
    }
}

impl Operand {
    const fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    fn name(&self) -> Option<&[u8]> {
        match self {
            Self::Name(name) => Some(name),
            _ => None,
        }
    }
}

/// What a string says in a font without a table: its bytes, or the characters that two of them are.
fn plain(text: &[u8]) -> String {
    let pairs = text.as_chunks::<2>();
    if pairs.1.is_empty() && pairs.0.iter().all(|[high, low]| *high == 0 && *low != 0) {
        return pairs.0.iter().map(|[_, low]| char::from(*low)).collect();
    }
    text.iter().copied().map(char::from).collect()
}

/// Where a picture between operators ends.
fn picture_end(bytes: &[u8]) -> Option<usize> {
    let is_end = |at: &usize| {
        let before = at.checked_sub(1).and_then(|at| bytes.get(at));
        before.is_some_and(|byte| is_blank(*byte))
            && bytes.get(at + 2).is_none_or(|byte| is_blank(*byte))
    };
    memmem::find_iter(bytes, b"EI").find(is_end).map(|at| at + 2)
}

/// Whether bytes begin as content does: with operands and operators.
pub(super) fn is_content(head: &[u8]) -> bool {
    const ENOUGH: usize = 16;
    let mut operators = 0;
    let mut lexer = Lexer::new(head);
    while let Some(token) = lexer.next() {
        match token {
            Token::Word(b"true" | b"false" | b"null") => {}
            // The last one may be cut.
            Token::Word(word) if !lexer.is_at_end() || OPERATORS.contains(&word) => {
                operators += 1;
                if !OPERATORS.contains(&word) {
                    return false;
                }
                if operators == ENOUGH || word == b"ID" {
                    return true;
                }
            }
            _ => {}
        }
    }
    operators > 0
}

/// Annex A.
const OPERATORS: &[&[u8]] = &[
    b"b", b"B", b"b*", b"B*", b"BDC", b"BI", b"BMC", b"BT", b"BX", b"c", b"cm", b"CS", b"cs", b"d",
    b"d0", b"d1", b"Do", b"DP", b"EI", b"EMC", b"ET", b"EX", b"f", b"F", b"f*", b"G", b"g", b"gs",
    b"h", b"i", b"ID", b"j", b"J", b"K", b"k", b"l", b"m", b"M", b"MP", b"n", b"q", b"Q", b"re",
    b"RG", b"rg", b"ri", b"s", b"S", b"SC", b"sc", b"SCN", b"scn", b"sh", b"T*", b"Tc", b"Td",
    b"TD", b"Tf", b"Tj", b"TJ", b"TL", b"Tm", b"Tr", b"Ts", b"Tw", b"Tz", b"v", b"w", b"W", b"W*",
    b"y", b"'", b"\"",
];
