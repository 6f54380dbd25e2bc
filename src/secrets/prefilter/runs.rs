//! Long runs of token characters, read off a bit mask.

use std::ops::Range;

use super::super::rule::MIN_RUN;
use super::simd::Block;

/// Calls `visit` for each maximal run of [`MIN_RUN`] or more set bits, in order. Bit `i` of word `w` is byte `64 w + i`.
pub(super) fn for_each_long(
    mask: impl Iterator<Item = u64>,
    length: usize,
    mut visit: impl FnMut(Range<usize>),
) {
    // Where the run began that reaches the first bit of the current word.
    let mut open: Option<usize> = None;
    let mut end_run = |run: Range<usize>| {
        if run.len() >= MIN_RUN {
            visit(run);
        }
    };
    for (index, word) in mask.enumerate() {
        let base = index * 64;
        let mut bits = word;
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

/// Whether there is a digit in `range`.
pub(super) fn has_digit(blocks: &[Block], range: &Range<usize>) -> bool {
    let mut found = false;
    each_block(blocks, range, |_, block, inside| found |= block.digit & inside != 0);
    found
}

/// Calls `visit` with the places in `range` where a token could begin.
#[inline]
pub(super) fn for_each_start(blocks: &[Block], range: &Range<usize>, mut visit: impl FnMut(usize)) {
    each_block(blocks, range, |base, block, inside| {
        let mut starts = block.start & inside;
        while starts != 0 {
            visit(base + starts.trailing_zeros() as usize);
            starts &= starts - 1;
        }
    });
}

/// Calls `visit` with the blocks that `range` touches: where each begins, and which of its bits are inside.
#[inline]
fn each_block(blocks: &[Block], range: &Range<usize>, mut visit: impl FnMut(usize, &Block, u64)) {
    let mut at = range.start;
    while at < range.end {
        let Some(block) = blocks.get(at / 64) else { return };
        let base = at / 64 * 64;
        let mut inside = u64::MAX << (at % 64);
        if range.end - base < 64 {
            inside &= !(u64::MAX << (range.end - base));
        }
        visit(base, block, inside);
        at = base + 64;
    }
}
