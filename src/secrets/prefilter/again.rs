//! The pass over a text that is mostly another one: nothing that is found reaches over the end of a line, so that what was
//! found on lines that the texts share is found again. And what led nowhere there leads nowhere here, unless something
//! within reach of it is new.

use std::ops::Range;

use super::super::decode;
use super::{Hit, Lanes, Prefilter};
use crate::blob::Copied;

/// What was found in a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Hits {
    pub(crate) prefixes: Vec<Hit>,
    pub(crate) anchors: Vec<Hit>,
    pub(crate) runs: Vec<Range<usize>>,
    pub(crate) signs: Vec<usize>,
    pub(crate) encoded: Vec<usize>,
    /// The length of the text.
    pub(crate) len: usize,
    /// Which of them led to something.
    pub(crate) led: Marks,
}

/// A mark for each hit and run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Marks {
    pub(crate) prefixes: Vec<bool>,
    pub(crate) anchors: Vec<bool>,
    pub(crate) runs: Vec<bool>,
}

impl Marks {
    pub(crate) fn clear(&mut self) {
        self.prefixes.clear();
        self.anchors.clear();
        self.runs.clear();
    }
}

/// What is tried at a hit depends on no more bytes than these on either side; what does is marked as leading to something.
pub(crate) const REACH: usize = 4096;

/// What is tried at a run depends on no more bytes than these on either side: words near it, and what ties one to it.
const RUN_REACH: usize = 640;

/// Whole lines of a text that are whole lines of another.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Shared {
    here: Range<usize>,
    /// Where they begin in the other.
    there: usize,
}

impl Prefilter {
    /// Searches a text that has the bytes `copied` of one in which `before` was found.
    pub(crate) fn search_again(
        &self,
        text: &[u8],
        before: &Hits,
        copied: &[Copied],
        lanes: &mut Lanes,
    ) {
        let shared = shared(text, before.len, copied);
        let mut idle = std::mem::take(&mut lanes.idle);
        idle.clear();
        let mut found = std::mem::take(&mut lanes.found);
        found.clear();
        let mut at = 0;
        let mut edges = Vec::new();
        for Shared { here, there } in
            shared.into_iter().chain([Shared { here: text.len()..text.len(), there: 0 }])
        {
            let changed = text.get(at..here.start).unwrap_or_default();
            if !changed.is_empty() {
                self.search(changed, lanes);
                idle.prefixes.resize(idle.prefixes.len() + lanes.prefixes.len(), false);
                idle.anchors.resize(idle.anchors.len() + lanes.anchors.len(), false);
                idle.runs.resize(idle.runs.len() + lanes.runs.len(), false);
                found.add(&lanes.prefixes, &lanes.anchors, &lanes.runs, |offset| offset + at);
                found.add_encoded(&lanes.signs, &lanes.encoded, |offset| offset + at);
            }
            let there = there..there + here.len();
            // Whether something new is within reach; the ends of both texts are no news.
            let is_start = here.start == 0 && there.start == 0;
            let is_end = here.end == text.len() && there.end == before.len;
            let is_idle = |led: Option<&bool>, start: usize, end: usize, reach: usize| {
                led == Some(&false)
                    && (is_start || there.start + reach <= start)
                    && (is_end || end + reach <= there.end)
            };
            let (prefixes, led) =
                stretch(&before.prefixes, &before.led.prefixes, &there, |hit| hit.at);
            let marks = prefixes.iter().enumerate();
            idle.prefixes
                .extend(marks.map(|(at, hit)| is_idle(led.get(at), hit.at, hit.at, REACH)));
            let (anchors, led) =
                stretch(&before.anchors, &before.led.anchors, &there, |hit| hit.at);
            let marks = anchors.iter().enumerate();
            idle.anchors.extend(marks.map(|(at, hit)| is_idle(led.get(at), hit.at, hit.at, REACH)));
            let (runs, led) = stretch(&before.runs, &before.led.runs, &there, |run| run.start);
            let marks = runs.iter().enumerate();
            idle.runs
                .extend(marks.map(|(at, run)| is_idle(led.get(at), run.start, run.end, RUN_REACH)));
            found.add(prefixes, anchors, runs, |offset| offset - there.start + here.start);
            let (signs, _) = stretch(&before.signs, &[], &there, |sign| *sign);
            let (encoded, _) = stretch(&before.encoded, &[], &there, |start| *start);
            found.add_encoded(signs, encoded, |offset| offset - there.start + here.start);
            edges.extend([at, here.start]);
            at = here.end;
        }
        std::mem::swap(&mut lanes.prefixes, &mut found.prefixes);
        std::mem::swap(&mut lanes.anchors, &mut found.anchors);
        std::mem::swap(&mut lanes.runs, &mut found.runs);
        decode::mend(text, &edges, &mut found.signs);
        std::mem::swap(&mut lanes.signs, &mut found.signs);
        std::mem::swap(&mut lanes.encoded, &mut found.encoded);
        lanes.found = found;
        lanes.idle = idle;
    }
}

impl Hits {
    /// What the last search found in a text of this length, and what of it led to something.
    pub(crate) fn of(lanes: &Lanes, len: usize, led: Marks) -> Self {
        Self {
            prefixes: lanes.prefixes.clone(),
            anchors: lanes.anchors.clone(),
            runs: lanes.runs.clone(),
            signs: lanes.signs.clone(),
            encoded: lanes.encoded.clone(),
            len,
            led,
        }
    }

    fn clear(&mut self) {
        self.prefixes.clear();
        self.anchors.clear();
        self.runs.clear();
        self.signs.clear();
        self.encoded.clear();
    }

    fn add_encoded(&mut self, signs: &[usize], encoded: &[usize], place: impl Fn(usize) -> usize) {
        self.signs.extend(signs.iter().map(|at| place(*at)));
        self.encoded.extend(encoded.iter().map(|at| place(*at)));
    }

    fn add(
        &mut self,
        prefixes: &[Hit],
        anchors: &[Hit],
        runs: &[Range<usize>],
        place: impl Fn(usize) -> usize,
    ) {
        let hit = |hit: &Hit| Hit { at: place(hit.at), id: hit.id };
        self.prefixes.extend(prefixes.iter().map(hit));
        self.anchors.extend(anchors.iter().map(hit));
        self.runs.extend(runs.iter().map(|run| place(run.start)..place(run.end)));
    }
}

/// The items of a sorted list that begin in a range, and their marks.
fn stretch<'a, T>(
    items: &'a [T],
    marks: &'a [bool],
    range: &Range<usize>,
    start: impl Fn(&T) -> usize,
) -> (&'a [T], &'a [bool]) {
    let from = items.partition_point(|item| start(item) < range.start);
    let to = items.partition_point(|item| start(item) < range.end);
    (items.get(from..to).unwrap_or_default(), marks.get(from..to).unwrap_or_default())
}

/// The whole lines that copies carry over, in the order of the text and apart.
fn shared(text: &[u8], other_len: usize, copied: &[Copied]) -> Vec<Shared> {
    let mut shared: Vec<Shared> = Vec::new();
    let mut pieces = copied.iter().copied().peekable();
    while let Some(mut copy) = pieces.next() {
        // Long copies come in pieces.
        while let Some(next) = pieces
            .next_if(|next| next.to == copy.to + copy.len && next.from == copy.from + copy.len)
        {
            copy.len += next.len;
        }
        let (Ok(to), Ok(from), Ok(len)) =
            (usize::try_from(copy.to), usize::try_from(copy.from), usize::try_from(copy.len))
        else {
            continue;
        };
        let bytes = text.get(to..to + len).unwrap_or_default();
        let is_start = to == 0 && from == 0;
        let is_end = to + len == text.len() && from + len == other_len;
        let start = if is_start { Some(0) } else { memchr::memchr(b'\n', bytes).map(|at| at + 1) };
        let end = if is_end { Some(len) } else { memchr::memrchr(b'\n', bytes).map(|at| at + 1) };
        if let (Some(start), Some(end)) = (start, end)
            && start < end
        {
            shared.push(Shared { here: to + start..to + end, there: from + start });
        }
    }
    shared
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A text made of another: pieces of it, and new ones.
    fn make(base: &str, pieces: &[Result<(usize, usize), String>]) -> (String, Vec<Copied>) {
        let (mut text, mut copied) = (String::new(), Vec::new());
        for piece in pieces {
            match piece {
                Ok((from, len)) => {
                    let from = from % (base.len() + 1);
                    let len = (*len).min(base.len() - from);
                    let number = |number: usize| u32::try_from(number).unwrap();
                    if len > 0 {
                        copied.push(Copied {
                            to: number(text.len()),
                            from: number(from),
                            len: number(len),
                        });
                    }
                    text.push_str(&base[from..from + len]);
                }
                Err(new) => text.push_str(new),
            }
        }
        (text, copied)
    }

    fn check(base: &str, pieces: &[Result<(usize, usize), String>]) {
        let prefilter = &*super::super::tests::PREFILTER;
        let (text, copied) = make(base, pieces);
        let mut lanes = Lanes::default();
        prefilter.search(base.as_bytes(), &mut lanes);
        let before = Hits::of(&lanes, base.len(), Marks::default());
        prefilter.search_again(text.as_bytes(), &before, &copied, &mut lanes);
        let again = Hits::of(&lanes, text.len(), Marks::default());
        prefilter.search(text.as_bytes(), &mut lanes);
        assert_eq!(again, Hits::of(&lanes, text.len(), Marks::default()), "{text:?} of {base:?}");
    }

    #[test]
    fn lines_that_are_only_half_there_are_looked_at_again() {
        let base = "ab_0123456789abcdef\npassword: x\nab_0123456789abcdef";
        check(base, &[Ok((0, 99))]);
        check(base, &[Ok((3, 99))]);
        check(base, &[Err("a".into()), Ok((0, 99))]);
        check(base, &[Ok((0, 25)), Err("sword".into()), Ok((28, 99))]);
        check(base, &[Ok((0, 99)), Err("xyz".into())]);
    }

    #[test]
    fn shares_whole_lines_alone() {
        let copy = |to, from, len| Copied { to, from, len };
        let lines = |pieces: &[Copied]| shared(b"one\ntwo\nthree", 13, pieces);
        let whole = Shared { here: 0..13, there: 0 };
        assert_eq!(lines(&[copy(0, 0, 13)]), std::slice::from_ref(&whole));
        assert_eq!(lines(&[copy(0, 0, 5), copy(5, 5, 8)]), [whole]);
        assert_eq!(lines(&[copy(1, 1, 10)]), [Shared { here: 4..8, there: 4 }]);
        assert_eq!(lines(&[copy(4, 0, 9)]), [Shared { here: 8..8, there: 4 }].get(..0).unwrap());
        assert_eq!(lines(&[copy(0, 2, 3)]), []);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn finds_what_a_whole_search_finds(
            base in prop::collection::vec(
                prop_oneof![
                    "[a-z0-9_+/-]{0,24}", Just("ab_".to_owned()), Just("SG.".to_owned()), Just("pAss".to_owned()),
                    Just("\n".to_owned()), Just("://".to_owned()), Just("x.y.".to_owned()),
                ],
                0..24,
            ),
            pieces in prop::collection::vec(
                prop_oneof![
                    (0..200_usize, 0..80_usize).prop_map(Ok),
                    "[a-z0-9_.\n]{0,20}".prop_map(Err),
                ],
                0..8,
            ),
        ) {
            check(&base.concat(), &pieces);
        }
    }
}
