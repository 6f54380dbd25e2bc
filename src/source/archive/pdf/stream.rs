//! What is done with the streams of a PDF: content becomes the text that it shows, everything else is handed out as it is
//! unpacked.

use std::cell::Cell;
use std::io::{Cursor, Read};
use std::path::PathBuf;

use std::rc::Rc;
use std::sync::Arc;

use memchr::memmem;

use super::filter::{Filter, MAX_FILTERS, decoder};
use super::fonts::MAX_ALIKE;
use super::object::{Head, Kind, Objects};
use super::text::{Shown, is_content};
use crate::blob::Origin;
use crate::outcome::SkipReason;
use crate::source::archive::budget::Gap;
use crate::source::archive::{Format, Label, member};
use crate::source::out::Out;

/// Packed bytes of content that waits for the fonts: these may come behind it.
const MAX_WAITING: usize = 32 * 1024 * 1024;
/// How much decides what a stream is.
const HEAD: usize = 4 * 1024;
/// Bytes of a stream of objects, or of the table of a font, that are taken apart.
const MAX_OBJECTS: u64 = 16 * 1024 * 1024;
/// Bytes of strings that are kept until they are handed out.
const MAX_STRINGS: usize = 256 * 1024;

/// The streams of a document.
pub(super) struct Streams<'a> {
    origin: &'a Arc<Origin>,
    pub(super) objects: Objects,
    waiting: Vec<(Head, Vec<u8>)>,
    size: usize,
    /// Streams that could not be decoded, and the first one.
    bad: Odd,
    large: Odd,
}

/// Streams with which something is wrong.
#[derive(Default)]
struct Odd {
    count: usize,
    first: u32,
    why: String,
}

impl Odd {
    fn add(&mut self, number: u32, why: impl Into<String>) {
        if self.count == 0 {
            (self.first, self.why) = (number, why.into());
        }
        self.count += 1;
    }
}

impl<'a> Streams<'a> {
    pub(super) fn new(origin: &'a Arc<Origin>) -> Self {
        Self {
            origin,
            objects: Objects::default(),
            waiting: Vec::new(),
            size: 0,
            bad: Odd::default(),
            large: Odd::default(),
        }
    }

    /// A stream is larger than what is kept.
    pub(super) fn too_large(&mut self, head: &Head) {
        if !head.filters.is_empty() {
            self.large.add(head.number, "");
        }
    }

    /// Reads a stream.
    pub(super) fn read(&mut self, head: Head, packed: &[u8], out: &mut Out) {
        if self.objects.strings.len() > MAX_STRINGS {
            self.hand_out_strings(out);
        }
        let is_text = !head.filters.contains(&Filter::Picture);
        if packed.trim_ascii().is_empty() || !is_text || out.budget.is_spent() {
            return;
        }
        if head.filters.len() > MAX_FILTERS || head.filters.contains(&Filter::Unknown) {
            self.bad.add(head.number, "its filters are not known, or too many");
            return;
        }
        let Self { origin, objects, .. } = self;
        let (what, gap) = decode(&head.filters, packed, out, |reader, out| {
            let mut first = Vec::new();
            // Whatever is wrong is told when the rest is read.
            let _ = reader.take(HEAD as u64).read_to_end(&mut first);
            match head.kind {
                _ if first.is_empty() => {}
                Kind::Any if is_content(&first) => return What::Content,
                kind => {
                    let is_packed = !head.filters.is_empty();
                    if kind == Kind::Objects || is_table(&first) {
                        let _ = reader.take(MAX_OBJECTS).read_to_end(&mut first);
                    }
                    match kind {
                        Kind::Objects => objects.read_stream(&head, &first),
                        _ if is_table(&first) => objects.fonts.add_table(head.number, &first),
                        _ => {}
                    }
                    if is_packed || Format::of(&first, false).is_some() {
                        let name = named(origin, &format!("object {}", head.number));
                        let mut all = Cursor::new(first).chain(reader);
                        // Bytes in memory can be read; what else goes wrong is kept by the decoder.
                        let _ = out.content(Label::Own(&name), &mut all, 0);
                    }
                }
            }
            What::Other
        });
        match what {
            What::Content => self.wait(head, packed, out),
            What::Other => self.failed(head.number, gap, out),
        }
    }

    /// Keeps content until the fonts are known.
    fn wait(&mut self, head: Head, packed: &[u8], out: &mut Out) {
        self.size += packed.len();
        self.waiting.push((head, packed.to_vec()));
        if self.size > MAX_WAITING {
            self.show_waiting(out);
        }
    }

    /// Hands out the texts of the content that was kept.
    fn show_waiting(&mut self, out: &mut Out) {
        self.size = 0;
        for (head, packed) in std::mem::take(&mut self.waiting) {
            if out.budget.is_spent() {
                return;
            }
            let name = named(self.origin, &format!("object {} (text)", head.number));
            let fonts = &self.objects.fonts;
            let mut show = |variant| {
                decode(&head.filters, &packed, out, |reader, out| {
                    let mut shown = Shown::new(reader, fonts, variant);
                    // What goes wrong is kept by the decoder.
                    let _ = out.plain(&name, &mut shown);
                    shown.others
                })
            };
            let (others, failed) = show(0);
            for variant in (1..MAX_ALIKE).filter(|variant| others >> variant & 1 == 1) {
                show(variant);
            }
            self.failed(head.number, failed, out);
        }
    }

    fn hand_out_strings(&mut self, out: &mut Out) {
        let strings = std::mem::take(&mut self.objects.strings);
        if !strings.is_empty() {
            out.aside(&named(self.origin, "strings"), &strings);
        }
    }

    fn failed(&mut self, number: u32, gap: Option<Gap>, out: &mut Out) {
        match gap {
            Some(gap) if gap.reason == SkipReason::Limit => out.gap(self.origin, gap),
            Some(gap) => self.bad.add(number, gap.detail),
            None => {}
        }
    }

    /// Hands out what is left, and names what could not be read.
    pub(super) fn finish(mut self, out: &mut Out) {
        self.show_waiting(out);
        self.hand_out_strings(out);
        if self.objects.is_encrypted {
            let detail = "it is encrypted; its bytes were scanned as they are";
            out.skip(self.origin, SkipReason::Encrypted, detail);
            return;
        }
        if let Odd { count: count @ 1.., first, why } = self.bad {
            let detail = format!(
                "{count} of its streams could not be decoded (the first is object {first}: {why}); their bytes were scanned as they are"
            );
            out.gap(self.origin, Gap::malformed(detail));
        }
        if let Odd { count: count @ 1.., first, .. } = self.large {
            let detail = format!(
                "{count} of its streams are larger than 32 MiB (the first is object {first}); they were not unpacked"
            );
            out.skip(self.origin, SkipReason::Limit, detail);
        }
    }
}

/// What a stream turned out to be.
enum What {
    Content,
    Other,
}

/// Lends a stream's decoder to `use_it`. Returns what that returns, and what went wrong.
fn decode<T>(
    filters: &[Filter],
    packed: &[u8],
    out: &mut Out,
    use_it: impl FnOnce(&mut dyn Read, &mut Out) -> T,
) -> (T, Option<Gap>) {
    let (budget, failed) = (Rc::clone(&out.budget), Cell::new(None));
    let result = use_it(&mut decoder(filters, packed, &budget, &failed), out);
    (result, failed.take())
}

fn named(origin: &Arc<Origin>, name: &str) -> Arc<Origin> {
    member(origin, PathBuf::from(name))
}

/// Whether it is the table of a font.
fn is_table(first: &[u8]) -> bool {
    memmem::find(first, b"begincmap").is_some()
}
