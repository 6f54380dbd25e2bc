//! What every match of a regex has: so many bytes of one kind in a row. To look for these first is quicker than the regex,
//! which most places do not match.

use std::ops::Range;

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind, Look};

/// Shorter stretches are nearly everywhere.
const SHORTEST: u32 = 8;

/// Bytes of one kind, and how many of them must follow each other.
#[derive(Debug)]
pub(super) struct Stretch {
    own: Box<[bool; 256]>,
    least: usize,
    /// The most of them, where they are letters and digits and no others stand beside them.
    most: Option<usize>,
}

/// What stands at one side of a part of a regex.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// No letter or digit.
    Closed,
    /// Perhaps one.
    Open,
    /// Nothing at all, perhaps; otherwise no letter or digit.
    Empty,
}

impl Stretch {
    /// The longest stretch that a regex over bytes asks for, when what stands at both of its sides is `around`; `None` where
    /// it asks for none of eight or more, or does not parse.
    pub(super) fn of(pattern: &str, around: Side) -> Option<Self> {
        let mut parser = ParserBuilder::new().unicode(false).utf8(false).nest_limit(50).build();
        let found = longest(&parser.parse(pattern).ok()?, [around, around])?;
        let mut own = Box::new([false; 256]);
        let Class::Bytes(class) = found.class else { return None };
        let all = class.iter().flat_map(|range| range.start()..=range.end());
        all.for_each(|byte| own[usize::from(byte)] = true);
        let is_plain = (0..=u8::MAX).all(|byte| !own[usize::from(byte)] || is_plain(byte));
        let most = found.most.filter(|_| is_plain && found.is_closed);
        let length = |count: u32| usize::try_from(count).ok();
        Some(Self { own, least: length(found.least)?, most: most.and_then(length) })
    }

    /// Whether there is such a stretch in a part of a text.
    pub(super) fn is_in(&self, text: &[u8], part: Range<usize>) -> bool {
        match self.most {
            Some(most) => self.is_whole_in(text, part, most),
            None => self.is_part_of(text.get(part).unwrap_or_default()),
        }
    }

    fn is_part_of(&self, text: &[u8]) -> bool {
        let is_other = |byte: &u8| !self.own[usize::from(*byte)];
        let mut from = 0;
        while let Some(bytes) = text.get(from..from + self.least) {
            match bytes.iter().rposition(is_other) {
                Some(last) => from += last + 1,
                None => return true,
            }
        }
        false
    }

    /// Whether letters and digits that no others touch are as many as they should be.
    fn is_whole_in(&self, text: &[u8], part: Range<usize>, most: usize) -> bool {
        let is_plain_at = |at: usize| text.get(at).is_some_and(|byte| is_plain(*byte));
        let mut at = part.start;
        while at + self.least <= part.end {
            let rest = text.get(at..part.end).unwrap_or_default();
            let length = rest.iter().take_while(|byte| is_plain(**byte)).count();
            let run = rest.get(..length).unwrap_or_default();
            let touches = at == part.start && at.checked_sub(1).is_some_and(is_plain_at)
                || at + length == part.end && is_plain_at(part.end);
            if (self.least..=most).contains(&length)
                && !touches
                && run.iter().all(|byte| self.own[usize::from(*byte)])
            {
                return true;
            }
            at += length + 1;
        }
        false
    }
}

const fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
}

/// So many bytes of a class in a row.
struct Found {
    class: Class,
    least: u32,
    most: Option<u32>,
    /// Whether no letter or digit stands beside them.
    is_closed: bool,
}

fn longest(hir: &Hir, [before, behind]: [Side; 2]) -> Option<Found> {
    match hir.kind() {
        HirKind::Repetition(repetition) => match repetition.sub.kind() {
            HirKind::Class(class) if repetition.min >= SHORTEST => Some(Found {
                class: class.clone(),
                least: repetition.min,
                most: repetition.max,
                is_closed: before == Side::Closed && behind == Side::Closed,
            }),
            _ if repetition.min > 0 => longest(&repetition.sub, [Side::Open, Side::Open]),
            _ => None,
        },
        HirKind::Capture(capture) => longest(&capture.sub, [before, behind]),
        HirKind::Concat(parts) => {
            let found = parts.iter().enumerate().filter_map(|(at, part)| {
                let (left, right) = (parts.get(..at)?, parts.get(at + 1..)?);
                let left = first(left.iter().rev().map(last_side), before);
                let right = first(right.iter().map(first_side), behind);
                longest(part, [left, right])
            });
            found.max_by_key(|found| found.least)
        }
        // Of several ways to match, each may ask for something else.
        _ => None,
    }
}

/// What the first of some parts says that is not empty; at last what stands beyond them.
fn first(sides: impl Iterator<Item = Side>, beyond: Side) -> Side {
    sides.chain([beyond]).find(|side| *side != Side::Empty).unwrap_or(Side::Open)
}

/// What a part of a regex ends in.
fn last_side(hir: &Hir) -> Side {
    side(hir, &|parts| first(parts.iter().rev().map(last_side), Side::Empty), &<[u8]>::last)
}

/// What a part of a regex begins with.
fn first_side(hir: &Hir) -> Side {
    side(hir, &|parts| first(parts.iter().map(first_side), Side::Empty), &<[u8]>::first)
}

fn side(
    hir: &Hir,
    of_parts: &dyn Fn(&[Hir]) -> Side,
    outer: &dyn Fn(&[u8]) -> Option<&u8>,
) -> Side {
    let closed = |is_closed: bool| if is_closed { Side::Closed } else { Side::Open };
    match hir.kind() {
        HirKind::Empty => Side::Empty,
        HirKind::Look(Look::Start | Look::End | Look::StartLF | Look::EndLF | Look::WordAscii) => {
            Side::Closed
        }
        HirKind::Look(_) => Side::Empty,
        HirKind::Literal(literal) => closed(outer(&literal.0).is_some_and(|byte| !is_plain(*byte))),
        HirKind::Class(Class::Bytes(class)) => {
            let mut all = class.iter().flat_map(|range| range.start()..=range.end());
            closed(!all.any(is_plain))
        }
        HirKind::Class(Class::Unicode(_)) => Side::Open,
        HirKind::Capture(capture) => side(&capture.sub, of_parts, outer),
        HirKind::Repetition(repetition) => match side(&repetition.sub, of_parts, outer) {
            Side::Closed if repetition.min == 0 => Side::Empty,
            side => side,
        },
        HirKind::Concat(parts) => of_parts(parts),
        HirKind::Alternation(ways) => {
            let sides: Vec<Side> = ways.iter().map(|way| side(way, of_parts, outer)).collect();
            let has = |side: Side| sides.contains(&side);
            if has(Side::Open) {
                Side::Open
            } else if has(Side::Empty) {
                Side::Empty
            } else {
                Side::Closed
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_in(stretch: &Stretch, text: &str) -> bool {
        stretch.is_in(text.as_bytes(), 0..text.len())
    }

    #[test]
    fn a_stretch_is_part_of_every_match() {
        let stretch = Stretch::of("key-(?:[0-9a-f]{12}){1,2}", Side::Open).unwrap();
        assert_eq!((stretch.least, stretch.most), (12, None));
        for (text, found) in [
            ("0123456789ab", true),
            ("..0123456789ab", true),
            ("0123456789a.b0123456789abc", true),
            ("0123456789a", false),
            ("0123456789a.0123456789a.", false),
            ("", false),
        ] {
            assert_eq!(is_in(&stretch, text), found, "{text}");
        }
        for pattern in ["[0-9]{7}", "(?:[0-9]{9})?x", "[a-z]{9}|[0-9]{9}", "(", "[a-z]*"] {
            assert!(Stretch::of(pattern, Side::Open).is_none(), "{pattern}");
        }
        assert!(is_in(&Stretch::of("(?i)[a-f]{9}", Side::Open).unwrap(), "ABCDEFabc"));
    }

    #[test]
    fn a_stretch_that_is_closed_is_no_part_of_a_longer_one() {
        for pattern in [
            r"\b([0-9a-f]{8,9})\b",
            r"(?:^|[^0-9A-Za-z])([0-9a-f]{8,9})(?:$|[^0-9A-Za-z])",
            r#"key[=:] {0,2}"?([0-9a-f]{8,9})(?:["'; ]|$)"#,
            r"(?m)^([0-9a-f]{8,9})$",
        ] {
            let stretch = Stretch::of(pattern, Side::Open).unwrap();
            assert_eq!((stretch.least, stretch.most), (8, Some(9)), "{pattern}");
            for (text, found) in [
                ("01234567", true),
                (" x 01234567_y", true),
                ("012345678 ", true),
                ("0123456789", false),
                ("g01234567", false),
                ("0123456.89abcdef0.", true),
                ("0123456.89abcdefg", false),
            ] {
                assert_eq!(is_in(&stretch, text), found, "{text}");
            }
        }
        let stretch = Stretch::of("[0-9a-f]{8}", Side::Closed).unwrap();
        assert!(!stretch.is_in(b"x01234567 ", 1..10) && !stretch.is_in(b" 012345678", 0..9));
        for pattern in
            [r"x?([0-9]{8})\b", r"\b([0-9]{8})y?", r"\b([0-9_]{8})\b", r"\b(?:[0-9]{8}){2}\b"]
        {
            assert_eq!(Stretch::of(pattern, Side::Open).unwrap().most, None, "{pattern}");
        }
    }
}
