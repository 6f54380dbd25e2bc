//! Long runs of token characters, read off a bit mask.

use std::ops::Range;

use super::super::rule::MIN_RUN;

/// Calls `visit` for each maximal run of [`MIN_RUN`] or more set bits, in order. Bit `i` of word `w` is byte `64 w + i`.
pub(super) fn for_each_long(mask: &[u64], length: usize, mut visit: impl FnMut(Range<usize>)) {
    // Where the run began that reaches the first bit of the current word.
    let mut open: Option<usize> = None;
    let mut end_run = |run: Range<usize>| {
        if run.len() >= MIN_RUN {
            visit(run);
        }
    };
    for (index, word) in mask.iter().enumerate() {
        let base = index * 64;
        let mut bits = *word;
        if let Some(start) = open {
            let lead = bits.trailing_ones();
            if lead == 64 {
                continue;
            }
            end_run(start..base + lead as usize);
            open = None;
            bits &= u64::MAX << lead;
        }
        let tail = bits.leading_ones();
        if tail == 64 {
            open = Some(base);
            continue;
        }
        if tail > 0 {
            open = Some(base + 64 - tail as usize);
            bits &= u64::MAX >> tail;
        }
        let mut starts = starts_of_sixteen(bits);
        while starts != 0 {
            let start = starts.trailing_zeros();
            let run = (bits >> start).trailing_ones();
            end_run(base + start as usize..base + (start + run) as usize);
            starts &= u64::MAX.checked_shl(start + run).unwrap_or(0);
        }
    }
    if let Some(start) = open {
        end_run(start..length);
    }
}

/// The bits at which sixteen set bits begin.
const fn starts_of_sixteen(bits: u64) -> u64 {
    const { assert!(MIN_RUN == 16) };
    let two = bits & (bits >> 1);
    let four = two & (two >> 2);
    let eight = four & (four >> 4);
    eight & (eight >> 8)
}

/// Whether any bit of `range` is set.
pub(super) fn any(mask: &[u64], range: &Range<usize>) -> bool {
    words(mask, range).any(|(_, bits)| bits != 0)
}

/// The words that `range` touches, without the bits outside of it: index of the word's first byte, bits.
pub(super) fn words<'a>(
    mask: &'a [u64],
    range: &Range<usize>,
) -> impl Iterator<Item = (usize, u64)> + 'a {
    let Range { start, end } = *range;
    let span = start / 64..end.div_ceil(64).min(mask.len());
    mask.get(span.clone()).unwrap_or_default().iter().zip(span).map(move |(word, index)| {
        let base = index * 64;
        let below = u64::MAX << start.saturating_sub(base).min(63);
        let above = if end >= base + 64 { 0 } else { u64::MAX << (end - base) };
        (base, word & below & !above)
    })
}
