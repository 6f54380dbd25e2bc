//! A look at a text before it is parsed: some texts that nobody writes would keep the parser busy for years.
//!
//! It tries what follows the second operator of `a + a + (…` once more when that is never closed, and the index of
//! `!a.b[…`, so each such bracket in another one takes twice as long. And it compares each key of an object with all
//! before it. So brackets, strings and comments are told apart here just as the parser does it; a text that it would
//! refuse need not be read on.

use hcl_edit::Ident;

use super::is_of_name;
use crate::policy::read::json::{Kind, SyntaxError};

/// The most brackets within each other that the parser may try twice.
const MAX_CHAINS: usize = 6;

/// The most keys of an object.
const MAX_KEYS: usize = 4000;

/// What is open.
#[derive(Clone, Copy, PartialEq)]
enum Open<'a> {
    /// `(`, `[` or `{`, with the byte that closes it.
    Bracket(u8),
    /// `${`, or `%{` when nothing is to come after it.
    Filling,
    /// `%{ if …` or `%{ for …`, which a text follows.
    Opening,
    /// `%{ endif` or `%{ endfor`, which closes that text.
    Closing,
    /// `%{` before its first word.
    Directive,
    /// `"…`
    Quoted,
    /// The text between two directives: nothing but another directive ends it.
    Between,
    /// A heredoc with its marker.
    Heredoc(&'a str),
}

struct Frame<'a> {
    open: Open<'a>,
    /// The operators since the last value began.
    operators: usize,
    keys: usize,
    /// How many times this bracket, with those round it, doubles the time.
    chains: usize,
}

/// Refuses a text that takes the parser too long.
pub(super) fn check(text: &str) -> Result<(), SyntaxError> {
    let mut scan = Scan::new(text);
    loop {
        let start = scan.at;
        if !scan.step() {
            return Ok(());
        }
        let top = scan.frames.last();
        let problem = if top.is_some_and(|top| top.chains > MAX_CHAINS) {
            format!("more than {MAX_CHAINS} levels of brackets behind operators")
        } else if top.is_some_and(|top| top.keys > MAX_KEYS) {
            format!("an object of more than {MAX_KEYS} keys")
        } else {
            continue;
        };
        return Err(SyntaxError { span: start..scan.at, problem, kind: Kind::TooDeep });
    }
}

/// Whether brackets, strings and comments are understood to the end: so it must be for what the parser takes.
#[cfg(test)]
pub(super) fn reads_all(text: &str) -> bool {
    let mut scan = Scan::new(text);
    while scan.step() {}
    scan.at >= text.len() && scan.frames.len() == 1
}

struct Scan<'a> {
    text: &'a str,
    at: usize,
    frames: Vec<Frame<'a>>,
    /// Whether the last thing was a name: a `(` after one is a call, a `{` a block.
    after_word: bool,
}

impl<'a> Scan<'a> {
    fn new(text: &'a str) -> Self {
        let mut scan = Self { text, at: 0, frames: Vec::new(), after_word: false };
        scan.open(Open::Bracket(0), 0);
        scan
    }

    /// Passes the next token; false at the end, and where the parser stops.
    fn step(&mut self) -> bool {
        match self.frames.last().map(|frame| frame.open) {
            _ if self.at >= self.text.len() => false,
            None => false,
            Some(Open::Quoted | Open::Between | Open::Heredoc(_)) => self.in_text(),
            Some(_) => self.in_code(),
        }
    }

    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn open(&mut self, open: Open<'a>, length: usize) -> bool {
        // What goes wrong in a call or a heredoc is not tried again.
        let is_call = open == Open::Bracket(b')') && self.after_word;
        let chains = match self.frames.last() {
            Some(top) if !is_call && !matches!(open, Open::Heredoc(_)) => {
                let is_index = open == Open::Bracket(b']') && top.operators >= 1;
                top.chains + usize::from(top.operators >= 2) + usize::from(is_index)
            }
            _ => 0,
        };
        self.frames.push(Frame { open, operators: 0, keys: 0, chains });
        self.after_word = false;
        self.pass(length)
    }

    fn pass(&mut self, length: usize) -> bool {
        self.at += length;
        true
    }

    /// Passes a byte of a string or a heredoc, or what it begins.
    fn in_text(&mut self) -> bool {
        let (rest, open) = (self.rest(), self.frames.last().map(|frame| frame.open));
        match (rest, open) {
            ([b'$', b'$', b'{', ..] | [b'%', b'%', b'{', ..], _) => self.pass(3),
            ([b'$', b'{', ..], _) => self.open(Open::Filling, 2),
            ([b'%', b'{', ..], _) => self.open(Open::Directive, 2),
            ([b'\\', ..], Some(Open::Quoted)) => self.pass(2),
            ([b'"', ..], Some(Open::Quoted)) => self.close(1),
            ([b'\n', ..], Some(Open::Heredoc(marker))) => match self.marker(marker, 1) {
                Some(length) => self.close(length),
                None => self.pass(1),
            },
            _ => self.pass(1),
        }
    }

    fn close(&mut self, length: usize) -> bool {
        self.after_word = false;
        self.frames.pop().is_some() && self.pass(length)
    }

    /// The bytes up to the end of the marker, if it is the first thing of the line that begins after `skip` bytes.
    fn marker(&self, marker: &str, skip: usize) -> Option<usize> {
        let line = self.text.get(self.at + skip..)?;
        let after = line.trim_start_matches([' ', '\t']).strip_prefix(marker)?;
        let goes_on = after.chars().next().is_some_and(is_of_name);
        (!goes_on).then(|| skip + line.len() - after.len())
    }

    /// Passes a token outside of strings.
    fn in_code(&mut self) -> bool {
        let rest = self.rest();
        let until = |end: &[u8]| memchr::memmem::find(rest, end).unwrap_or(rest.len());
        match rest {
            [b'#', ..] | [b'/', b'/', ..] => self.pass(until(b"\n")),
            [b'/', b'*', inside @ ..] => match memchr::memmem::find(inside, b"*/") {
                Some(end) => self.pass(end + 4),
                None => false,
            },
            [b' ' | b'\t' | b'\r' | b'\n' | b'~' | b'.', ..] => self.pass(1),
            [b'"', ..] => self.open(Open::Quoted, 1),
            [b'(', ..] => self.open(Open::Bracket(b')'), 1),
            [b'[', ..] => self.open(Open::Bracket(b']'), 1),
            [b'{', ..] => self.open(Open::Bracket(b'}'), 1),
            [b'<', b'<', ..] => self.begin_heredoc(),
            [byte @ (b')' | b']' | b'}'), ..] => self.close_bracket(*byte),
            [first, ..] if first.is_ascii_alphanumeric() || *first == b'_' || *first >= 0x80 => {
                self.word()
            }
            _ => self.sign(),
        }
    }

    fn begin_heredoc(&mut self) -> bool {
        let line = self.text.get(self.at..).and_then(|rest| rest.split('\n').next());
        let line = line.unwrap_or_default();
        let marker = line.strip_prefix("<<").unwrap_or(line);
        let marker = marker.strip_prefix('-').unwrap_or(marker);
        let marker = marker.strip_suffix('\r').unwrap_or(marker);
        if Ident::try_new(marker).is_err() {
            return false;
        }
        self.open(Open::Heredoc(marker), line.len() + 1);
        match self.marker(marker, 0) {
            Some(length) => self.close(length),
            None => true,
        }
    }

    fn close_bracket(&mut self, byte: u8) -> bool {
        let open = self.frames.last().map(|frame| frame.open);
        match open {
            Some(Open::Bracket(end)) if end == byte => self.close(1),
            Some(Open::Filling) if byte == b'}' => self.close(1),
            Some(Open::Opening) if byte == b'}' => self.close(1) && self.open(Open::Between, 0),
            Some(Open::Closing) if byte == b'}' => {
                let is_open = |frame: &Frame<'_>| frame.open == Open::Between;
                self.close(1) && self.frames.last().is_some_and(is_open) && self.close(0)
            }
            _ => false,
        }
    }

    /// Passes a name or a number.
    fn word(&mut self) -> bool {
        let rest = self.rest();
        let is_number = rest.first().is_some_and(u8::is_ascii_digit);
        let ends = |byte: &u8| {
            let hyphen = *byte == b'-' && !is_number;
            !(byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80 || hyphen)
        };
        let mut word = rest.get(..rest.iter().position(ends).unwrap_or(rest.len())).unwrap_or(rest);
        // `in -1` can be written in one.
        if let [b'i', b'n' | b'f', b'-' | b'0'..=b'9', ..] = word {
            word = word.get(..2).unwrap_or(word);
        }
        self.after_word = !is_number && !matches!(word, b"in" | b"if");
        if let Some(top) = self.frames.last_mut().filter(|top| top.open == Open::Directive) {
            top.open = match word {
                [b'i', b'f', ..] | [b'f', b'o', b'r', ..] => Open::Opening,
                [b'e', b'n', b'd', ..] => Open::Closing,
                _ => Open::Filling,
            };
        }
        self.pass(word.len())
    }

    /// Passes an operator, or what stands between two values.
    fn sign(&mut self) -> bool {
        let rest = self.rest();
        self.after_word = false;
        let Some(top) = self.frames.last_mut() else { return false };
        match rest {
            [b'=' | b'!' | b'<' | b'>', b'=', ..] | [b'&', b'&', ..] | [b'|', b'|', ..] => {
                top.operators += 1;
                self.pass(2)
            }
            [b'=', b'>', ..] => {
                top.operators = 0;
                self.pass(2)
            }
            [b'=' | b':', ..] => {
                top.keys += usize::from(top.open == Open::Bracket(b'}'));
                top.operators = 0;
                self.pass(1)
            }
            [b',' | b'?', ..] => {
                top.operators = 0;
                self.pass(1)
            }
            [b'+' | b'-' | b'*' | b'/' | b'%' | b'<' | b'>' | b'!', ..] => {
                top.operators += 1;
                self.pass(1)
            }
            _ => false,
        }
    }
}
