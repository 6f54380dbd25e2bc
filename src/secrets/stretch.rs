//! What every match of a regex has: so many bytes of one kind in a row. To look for these first is quicker than the regex,
//! which most places do not match.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};

/// Shorter stretches are nearly everywhere.
const SHORTEST: u32 = 8;

/// Bytes of one kind, and how many of them must follow each other.
#[derive(Debug)]
pub(super) struct Stretch {
    own: Box<[bool; 256]>,
    least: usize,
}

impl Stretch {
    /// The longest stretch that a regex over bytes asks for; `None` where it asks for none of eight or more, or does not parse.
    pub(super) fn of(pattern: &str) -> Option<Self> {
        let parser = ParserBuilder::new().unicode(false).utf8(false).nest_limit(50).build();
        let (class, least) = { parser }.parse(pattern).ok().and_then(|hir| longest(&hir))?;
        let mut own = Box::new([false; 256]);
        match class {
            Class::Bytes(class) => {
                let all = class.iter().flat_map(|range| range.start()..=range.end());
                all.for_each(|byte| own[usize::from(byte)] = true);
            }
            Class::Unicode(_) => return None,
        }
        Some(Self { own, least: usize::try_from(least).ok()? })
    }

    /// Whether `text` has such a stretch.
    pub(super) fn is_in(&self, text: &[u8]) -> bool {
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
}

fn longest(hir: &Hir) -> Option<(Class, u32)> {
    match hir.kind() {
        HirKind::Repetition(repetition) => match repetition.sub.kind() {
            HirKind::Class(class) if repetition.min >= SHORTEST => {
                Some((class.clone(), repetition.min))
            }
            _ if repetition.min > 0 => longest(&repetition.sub),
            _ => None,
        },
        HirKind::Capture(capture) => longest(&capture.sub),
        HirKind::Concat(parts) => parts.iter().filter_map(longest).max_by_key(|(_, least)| *least),
        // Of several ways to match, each may ask for something else.
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_is_part_of_every_match() {
        let stretch = Stretch::of(r"\b(key-(?:[0-9a-f]{12}){1,2})\b").unwrap();
        assert_eq!(stretch.least, 12);
        for (text, is_in) in [
            ("0123456789ab", true),
            ("..0123456789ab", true),
            ("0123456789a.b0123456789abc", true),
            ("0123456789a", false),
            ("0123456789a.0123456789a.", false),
            ("", false),
        ] {
            assert_eq!(stretch.is_in(text.as_bytes()), is_in, "{text}");
        }
        for pattern in ["[0-9]{7}", "(?:[0-9]{9})?x", "[a-z]{9}|[0-9]{9}", "(", "[a-z]*"] {
            assert!(Stretch::of(pattern).is_none(), "{pattern}");
        }
        assert!(Stretch::of("(?i)[a-f]{9}").unwrap().is_in(b"ABCDEFabc"));
    }
}
