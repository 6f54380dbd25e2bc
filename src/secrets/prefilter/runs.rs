//! Long runs of token characters, read off bit masks.

use std::ops::Range;

use super::super::rule::MIN_RUN;
use super::blocks::Block;

/// What a block has of long runs.
pub(super) struct Long<'a> {
    pub(super) block: &'a Block,
    /// The first byte of the block.
    pub(super) base: usize,
    /// The bytes that belong to runs of [`MIN_RUN`] or more.
    pub(super) bytes: u64,
    /// Those of them with which a run begins.
    pub(super) begins: u64,
}

/// Calls `visit` for each block that has bytes of long runs, in order.
pub(super) fn for_each_block(blocks: &[Block], mut visit: impl FnMut(&Long)) {
    let (mut windows_before, mut last_before) = (0_u64, 0_u64);
    for (index, block) in blocks.iter().enumerate() {
        let next = blocks.get(index + 1).map_or(0, |block| block.token);
        let windows = starts_of_sixteen(u128::from(next) << 64 | u128::from(block.token));
        if windows | windows_before == 0 {
            last_before = 0;
            continue;
        }
        let bytes = sixteen_from(u128::from(windows) << 64 | u128::from(windows_before));
        let begins = bytes & !(bytes << 1 | last_before);
        last_before = bytes >> 63;
        windows_before = windows;
        if bytes != 0 {
            visit(&Long { block, base: index * 64, bytes, begins });
        }
    }
}

/// The bits of the lower half at which sixteen set bits begin.
#[expect(clippy::cast_possible_truncation, reason = "the lower half is what is asked for")]
const fn starts_of_sixteen(bits: u128) -> u64 {
    const { assert!(MIN_RUN == 16) };
    let two = bits & (bits >> 1);
    let four = two & (two >> 2);
    let eight = four & (four >> 4);
    (eight & (eight >> 8)) as u64
}

/// The bits of the upper half that are among the sixteen from some set bit on.
const fn sixteen_from(starts: u128) -> u64 {
    let two = starts | starts << 1;
    let four = two | two << 2;
    let eight = four | four << 4;
    ((eight | eight << 8) >> 64) as u64
}

/// The run that the byte at `at` lies in.
pub(super) fn around(blocks: &[Block], at: usize) -> Range<usize> {
    let token = |block: usize| blocks.get(block).map_or(0, |block| block.token);
    let (block, bit) = (at / 64, at % 64);
    let mut start = at + 1 - (token(block) << (63 - bit)).leading_ones() as usize;
    while start > 0 && start.is_multiple_of(64) {
        let ones = token(start / 64 - 1).leading_ones() as usize;
        start -= ones;
        if ones < 64 {
            break;
        }
    }
    let mut end = at + (token(block) >> bit).trailing_ones() as usize;
    while end.is_multiple_of(64) {
        let ones = token(end / 64).trailing_ones() as usize;
        end += ones;
        if ones < 64 {
            break;
        }
    }
    start..end
}

/// The bits of the block at `base` from the byte at `at` on.
#[inline]
pub(super) const fn from(base: usize, at: usize) -> u64 {
    match at.saturating_sub(base) {
        passed @ 0..64 => u64::MAX << passed,
        _ => 0,
    }
}

/// Calls `visit` with the place of each set bit.
#[inline]
pub(super) fn each_bit(base: usize, mut bits: u64, mut visit: impl FnMut(usize)) {
    while bits != 0 {
        visit(base + bits.trailing_zeros() as usize);
        bits &= bits - 1;
    }
}

/// Calls `visit` with the places in `range` where a token could begin.
pub(super) fn for_each_start(blocks: &[Block], range: &Range<usize>, mut visit: impl FnMut(usize)) {
    let mut at = range.start;
    while at < range.end {
        let Some(block) = blocks.get(at / 64) else { return };
        let base = at / 64 * 64;
        let mut inside = u64::MAX << (at % 64);
        if range.end - base < 64 {
            inside &= !(u64::MAX << (range.end - base));
        }
        each_bit(base, block.start & inside, &mut visit);
        at = base + 64;
    }
}
