//! From a text to its views, and from those to the views in them.

use std::ops::Range;

use super::super::prefilter::{Lanes, Prefilter};
use super::opaque::Stretch;
use super::packed::{Packing, Unpacked, unpack};
use super::regions::What;
use super::view::{Trail, View};
use super::{GROWTH, MAX_DECODED, MAX_DEPTH, SPARE, opaque, regions};
use crate::profile::{Meter, Stage};

/// Views of readable text are shown when they are as long as this.
const MAX_VIEW: usize = 256 * 1024;

/// Why something that is encoded was not searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Gap {
    /// It is encoded once more.
    Depth,
    /// It is too much.
    Size,
}

impl Gap {
    /// The gap in words, without a full stop.
    pub(crate) const fn detail(self) -> &'static str {
        match self {
            Self::Depth => "something in it is encoded more than five times over",
            Self::Size => "what is encoded in it is larger than can be decoded",
        }
    }
}

/// What is shown of a view: its text, what the prefilter found there, and the way back.
pub(crate) struct Found<'v> {
    pub(crate) text: &'v [u8],
    pub(crate) lanes: &'v Lanes,
    pub(crate) trail: Trail<'v>,
}

/// The way through all views of one text.
pub(crate) struct Walk<'a> {
    prefilter: &'a Prefilter,
    /// How many more bytes may be decoded.
    left: usize,
    /// How many views there were.
    views: usize,
    /// Buffers that are not in use.
    spare: &'a mut Vec<Lanes>,
    meter: &'a Meter,
    gaps: Vec<Gap>,
    visit: &'a mut dyn FnMut(&Found),
}

impl<'a> Walk<'a> {
    /// A way through a text of `length` bytes, on which `visit` sees each view.
    pub(crate) fn new(
        prefilter: &'a Prefilter,
        length: usize,
        spare: &'a mut Vec<Lanes>,
        meter: &'a Meter,
        visit: &'a mut dyn FnMut(&Found),
    ) -> Self {
        let left = length.saturating_mul(GROWTH).saturating_add(SPARE).min(MAX_DECODED);
        Self { prefilter, left, views: 0, spare, meter, gaps: Vec::new(), visit }
    }

    /// Shows every view of a text, and says what was left out.
    pub(crate) fn through(mut self, text: &[u8], lanes: &Lanes) -> Vec<Gap> {
        self.level(text, lanes, None, 0);
        self.gaps.sort_unstable();
        self.gaps.dedup();
        self.gaps
    }

    /// Shows the views of one text. `depth` is how often it was decoded itself.
    fn level(&mut self, text: &[u8], lanes: &Lanes, trail: Option<&Trail>, depth: usize) {
        if !lanes.encoded.is_empty() || trail.is_none() && opaque::begins_within(text) {
            self.opaque(text, lanes, trail, depth);
        }
        let quoted = trail.is_some_and(|trail| trail.view.is_quoted)
            || self.prefilter.quoted(lanes).next().is_some();
        if quoted {
            let mut signs: Vec<usize> = self.prefilter.quoted(lanes).collect();
            signs.extend(soft_breaks(text));
            signs.extend(&lanes.signs);
            signs.sort_unstable();
            self.readable(text, &signs, trail, depth);
        } else if !lanes.signs.is_empty() {
            self.readable(text, &lanes.signs, trail, depth);
        }
    }

    fn opaque(&mut self, text: &[u8], lanes: &Lanes, trail: Option<&Trail>, depth: usize) {
        let mut done = 0;
        let within = (trail.is_none() && opaque::begins_within(text)).then_some(0);
        for at in within.into_iter().chain(lanes.encoded.iter().copied()) {
            if at < done {
                continue;
            }
            let stretch = Stretch::at(text, at);
            let range = stretch.range();
            done = range.end.max(at + 1);
            let is_known = trail.is_some_and(|trail| trail.view.is_copied(&range));
            if is_known || !self.has_room(stretch.decoded_len()) {
                continue;
            }
            let Some(view) = stretch.decode(text) else { continue };
            self.show(&view, trail, depth);
        }
    }

    /// Whether so many bytes may be decoded still; says so when not.
    fn has_room(&mut self, length: usize) -> bool {
        if length > self.left {
            self.gaps.push(Gap::Size);
        }
        length <= self.left
    }

    fn readable(&mut self, text: &[u8], signs: &[usize], trail: Option<&Trail>, depth: usize) {
        // Lines are joined before anything else is read: one may end between the two bytes of an escape.
        let joins_lines = signs.iter().any(|sign| text.get(*sign) == Some(&b'='));
        let is_quoted = joins_lines || trail.is_some_and(|trail| trail.view.is_quoted);
        let what = match (joins_lines, is_quoted) {
            (true, _) => What::Quoted,
            (false, true) => What::All,
            (false, false) => What::NotQuoted,
        };
        let empty = || View::readable(is_quoted);
        let mut view = empty();
        for region in regions::regions(text, signs.iter().copied()) {
            if !self.has_room(view.text.len() + region.len()) {
                break;
            }
            regions::decode(text, &region, what, &mut view);
            if view.text.len() >= MAX_VIEW {
                self.show(&view, trail, depth);
                view = empty();
            }
        }
        self.show(&view, trail, depth);
    }

    /// Shows a view of a text that was decoded `depth` times, and the views in it.
    fn show(&mut self, view: &View, outer: Option<&Trail>, depth: usize) {
        self.left = self.left.saturating_sub(view.text.len());
        if view.text.is_empty() || !view.is_decoded() {
            return;
        }
        if depth >= MAX_DEPTH {
            return self.gaps.push(Gap::Depth);
        }
        self.views += 1;
        let trail = Trail { view, outer, number: self.views };
        if let Some(packing) = Packing::of(&view.text).filter(|_| view.is_opaque) {
            return self.unpack(packing, &trail, depth + 1);
        }
        let mut lanes = self.spare.pop().unwrap_or_default();
        self.meter.enter(Stage::Prefilter);
        self.prefilter.search(&view.text, &mut lanes);
        self.meter.enter(Stage::Decoding);
        (self.visit)(&Found { text: &view.text, lanes: &lanes, trail });
        self.level(&view.text, &lanes, Some(&trail), depth + 1);
        self.spare.push(lanes);
    }

    fn unpack(&mut self, packing: Packing, trail: &Trail, depth: usize) {
        match unpack(&trail.view.text, packing, self.left) {
            Unpacked::Other => {}
            Unpacked::Text(view) => self.show(&view, Some(trail), depth),
            Unpacked::TooMuch(view) => {
                self.gaps.push(Gap::Size);
                self.show(&view, Some(trail), depth);
            }
        }
    }
}

/// The signs at which lines of quoted-printable text go on in the next one.
fn soft_breaks(text: &[u8]) -> impl Iterator<Item = usize> {
    let is_break = |at: &usize| {
        let Range { start, end } = *at + 1..text.len().min(at + 3);
        matches!(text.get(start..end), Some([b'\n', ..] | [b'\r', b'\n']))
    };
    memchr::memchr_iter(b'=', text).filter(is_break)
}
