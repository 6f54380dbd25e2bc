//! PDF, as a stream: its bytes are scanned as they are, and what is packed in them too. There is no index and no tree: every
//! stream that is found is read, whoever refers to it. ISO 32000-2.

mod cmap;
mod filter;
mod fonts;
mod line;
mod lzw;
mod object;
mod stream;
mod text;
mod token;

use std::cell::RefCell;
use std::io::{self, Read};
use std::sync::{Arc, LazyLock};

use memchr::memmem;

use crate::blob::Origin;
use crate::source::archive::tee::Tee;
use crate::source::out::Out;
use object::{Head, Kind};
use stream::Streams;
use token::is_blank;

/// Bytes of a packed stream.
const MAX_STREAM: usize = 32 * 1024 * 1024;
/// Bytes between streams that are read at once.
const MAX_BETWEEN: usize = 1024 * 1024;
const STREAM: &[u8] = b"stream";
const END: &[u8] = b"endstream";

/// Reads a PDF.
///
/// # Errors
///
/// When what it is read from broke.
pub(super) fn read(origin: &Arc<Origin>, reader: &mut dyn Read, out: &mut Out) -> io::Result<()> {
    let seen = RefCell::new(Vec::new());
    let mut pdf = Pdf {
        buffer: Vec::new(),
        at: 0,
        searched: 0,
        state: State::Between,
        streams: Streams::new(origin),
    };
    let mut tee = Tee { reader, seen: &seen };
    let done = out.plain_with(origin, &mut tee, &mut |out| pdf.feed(&mut seen.take(), false, out));
    pdf.feed(&mut seen.take(), true, out);
    pdf.streams.finish(out);
    done
}

/// Whether these bytes begin a PDF; anything may come before.
pub(super) fn is_header(head: &[u8]) -> bool {
    const SIGN: &[u8] = b"%PDF-";
    // Made once: this is asked of every file.
    static FINDER: LazyLock<memmem::Finder> = LazyLock::new(|| memmem::Finder::new(SIGN));
    let ends = |at: usize| head.get(at + SIGN.len()).is_some_and(u8::is_ascii_digit);
    FINDER.find(head).is_some_and(ends)
}

/// Takes a document apart as it comes.
struct Pdf<'a> {
    buffer: Vec<u8>,
    /// What of the buffer was read.
    at: usize,
    /// How much behind that was searched for what comes next.
    searched: usize,
    state: State,
    streams: Streams<'a>,
}

enum State {
    /// Between streams.
    Between,
    /// In a stream, whose end may be found already.
    Stream(Head, Option<usize>),
    /// In one that is of no interest.
    Passing,
}

impl Pdf<'_> {
    fn feed(&mut self, bytes: &mut Vec<u8>, is_end: bool, out: &mut Out) {
        if out.budget.is_spent() {
            self.buffer = Vec::new();
            self.at = 0;
            return;
        }
        self.buffer.append(bytes);
        while self.step(is_end, out) {}
        self.buffer.drain(..self.at.min(self.buffer.len()));
        self.at = 0;
    }

    /// Reads up to the next stream or its end; false when it needs more bytes.
    fn step(&mut self, is_end: bool, out: &mut Out) -> bool {
        match std::mem::replace(&mut self.state, State::Between) {
            State::Between => self.between(is_end),
            State::Stream(head, end) => self.stream(head, end, is_end, out),
            State::Passing => self.passing(is_end),
        }
    }

    fn rest(&self) -> &[u8] {
        self.buffer.get(self.at..).unwrap_or_default()
    }

    /// Goes on with what comes behind so many bytes.
    const fn advance(&mut self, count: usize) {
        self.at += count;
        self.searched = 0;
    }

    fn between(&mut self, is_end: bool) -> bool {
        let rest = self.buffer.get(self.at..).unwrap_or_default();
        let unseen = rest.get(self.searched..).unwrap_or_default();
        let mut begins = memmem::find_iter(unseen, STREAM).map(|at| at + self.searched);
        let begun = begins.find_map(|at| begin(rest, at, is_end).map(|begin| (at, begin)));
        match begun {
            Some((at, Begin::At(data))) => {
                let head = self.streams.objects.read(rest.get(..at).unwrap_or_default());
                self.advance(data);
                let is_packed = head.kind != Kind::Places && head.kind != Kind::Picture;
                self.state = if is_packed { State::Stream(head, None) } else { State::Passing };
                return true;
            }
            Some((at, Begin::Unknown)) => self.searched = at,
            None => self.searched = rest.len().saturating_sub(END.len()),
        }
        if is_end || rest.len() > MAX_BETWEEN {
            // An object that goes on is read when all of it is there.
            let whole = memmem::rfind(rest, b"endobj").filter(|_| !is_end);
            let read = whole.unwrap_or(rest.len().saturating_sub(if is_end { 0 } else { 16 }));
            self.streams.objects.read(rest.get(..read).unwrap_or_default());
            self.advance(read);
        }
        false
    }

    fn stream(&mut self, head: Head, end: Option<usize>, is_end: bool, out: &mut Out) -> bool {
        let rest = self.buffer.get(self.at..).unwrap_or_default();
        let unseen = rest.get(self.searched..).unwrap_or_default();
        let found = end.or_else(|| memmem::find(unseen, END).map(|at| at + self.searched));
        let Some(mut end) = found.or_else(|| is_end.then_some(rest.len())) else {
            self.searched = rest.len().saturating_sub(END.len());
            if rest.len() > MAX_STREAM {
                self.streams.too_large(&head);
                self.state = State::Passing;
                return true;
            }
            self.state = State::Stream(head, None);
            return false;
        };
        // What is not packed may hold the word; then its length tells the right one, if it is no lie.
        if let Some(length) = head.length.filter(|length| (end + 1..MAX_STREAM).contains(length)) {
            if rest.len() < length + 2 * END.len() && !is_end {
                self.state = State::Stream(head, Some(end));
                return false;
            }
            let behind = rest.get(length..).unwrap_or_default();
            let behind = behind.get(..behind.len().min(2 * END.len())).unwrap_or_default();
            if behind.trim_ascii_start().starts_with(END) {
                end = length;
            }
        }
        self.streams.read(head, rest.get(..end).unwrap_or_default(), out);
        self.advance(end);
        true
    }

    fn passing(&mut self, is_end: bool) -> bool {
        let rest = self.rest();
        let Some(end) = memmem::find(rest, END) else {
            let kept = if is_end { 0 } else { END.len() };
            self.advance(rest.len().saturating_sub(kept));
            self.state = State::Passing;
            return false;
        };
        self.advance(end + END.len());
        true
    }
}

/// Where the bytes of a stream begin.
enum Begin {
    At(usize),
    /// More must be read to know that.
    Unknown,
}

/// Where the bytes of a stream begin whose `stream` is here: behind a dictionary, before the end of a line.
fn begin(rest: &[u8], at: usize, is_end: bool) -> Option<Begin> {
    let before = rest.get(..at)?;
    let blanks = before.iter().rev().take_while(|byte| is_blank(**byte)).count();
    if !before.get(..at - blanks)?.ends_with(b">>") {
        return None;
    }
    let mut data = at + STREAM.len();
    data += rest.get(data..)?.iter().take_while(|byte| **byte == b' ').count();
    match rest.get(data..)? {
        [b'\r', b'\n', ..] => Some(Begin::At(data + 2)),
        [b'\r'] | [] => (!is_end).then_some(Begin::Unknown),
        [b'\r' | b'\n', ..] => Some(Begin::At(data + 1)),
        _ => None,
    }
}
