//! What the pass over every byte gives, five bit masks for each block of 64 bytes, and the plain loop that makes them on
//! any processor. The vectors of `simd.rs` are held against it.

use std::sync::OnceLock;

use super::super::frequency;
use super::{is_gap, is_token_byte};

/// What one block of 64 bytes gives: one bit for each byte, bit `i` for byte `i`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Block {
    /// Letters, digits, `_`, `+`, `/` and `-`.
    pub(super) token: u64,
    /// Letters and digits that come after something else.
    pub(super) start: u64,
    /// Digits.
    pub(super) digit: u64,
    /// Places where an anchor's probe may stand.
    pub(super) anchor: u64,
    /// `\`, `%` and `&`, and quotes that only a gap parts from a quote before: spaces, line ends, `+`, `.`, `&` and `\`.
    pub(super) sign: u64,
}

/// What one block says to the next.
#[derive(Clone, Copy, Default)]
struct Carry {
    /// Whether its last byte is a letter or digit.
    alnum: u64,
    /// Whether its last byte is a quote, or belongs to the gap after one.
    gap: u64,
}

/// What is seen of a block by itself: one bit for each byte that is one of these.
#[derive(Clone, Copy, Default)]
pub(super) struct Masks {
    pub(super) token: u64,
    /// Letters and digits.
    pub(super) alnum: u64,
    pub(super) digit: u64,
    pub(super) anchor: u64,
    /// `\`, `%` and `&`.
    pub(super) sign: u64,
    pub(super) quote: u64,
    pub(super) gap: u64,
}

/// Bytes of a block.
pub(super) const BLOCK: usize = 64;
/// A block and the two bytes behind it, which tell whether a probe begins in the block.
pub(super) const PADDED: usize = BLOCK + 2;

/// How many groups of probes there are.
pub(super) const BUCKETS: usize = 16;

/// Sixteen buckets of three-byte beginnings, split into nibbles: `low[g][j][n]` has bit `b` set when bucket `8 g + b`
/// has a word whose byte `j` ends in nibble `n`; `high` likewise, whatever the case of the byte.
#[derive(Clone, Debug, Default)]
pub(super) struct Tables {
    pub(super) low: [[[u8; 16]; 3]; 2],
    pub(super) high: [[[u8; 16]; 3]; 2],
    by_byte: OnceLock<Box<ByByte>>,
}

/// The buckets that have a byte as the first, the second and the third of a beginning, one bit each.
#[derive(Clone, Debug)]
pub(super) struct ByByte([[u16; 256]; 3]);

impl ByByte {
    /// The buckets that have all three bytes from `at` on.
    #[inline]
    pub(super) fn of(&self, block: &[u8; PADDED], at: usize) -> u16 {
        let [first, second, third] = &self.0;
        let byte = |at: usize| usize::from(block[at]);
        first[byte(at)] & second[byte(at + 1)] & third[byte(at + 2)]
    }
}

impl Tables {
    /// How often a place in a text passes a bucket, roughly, from 0 to 1.
    pub(super) fn passing(&self, bucket: usize) -> f32 {
        let (group, bit) = (bucket / 8 % 2, 1 << (bucket % 8));
        let (Some(low), Some(high)) = (self.low.get(group), self.high.get(group)) else {
            return 0.0;
        };
        low.iter().zip(high).map(|(low, high)| passing_bytes(low, high, bit)).product()
    }

    /// Adds a beginning, with the bit 0x20 set in each byte, to a bucket from 0 to 15.
    pub(super) fn add(&mut self, start: [u8; 3], bucket: usize) {
        self.by_byte.take();
        let (group, bit) = (bucket / 8 % 2, 1 << (bucket % 8));
        let (Some(low), Some(high)) = (self.low.get_mut(group), self.high.get_mut(group)) else {
            return;
        };
        for ((byte, low), high) in start.into_iter().zip(low).zip(high) {
            low[usize::from(byte & 15)] |= bit;
            // With the bit 0x20 and without it: texts are looked up as they are.
            high[usize::from(byte >> 4)] |= bit;
            high[usize::from(byte >> 4 & !2)] |= bit;
        }
    }

    /// The same by whole bytes, for those who cannot look up sixteen nibbles at once. Made when it is first asked for.
    pub(super) fn by_byte(&self) -> &ByByte {
        self.by_byte.get_or_init(|| {
            let mut all = Box::new(ByByte([[0; 256]; 3]));
            for (place, by_byte) in all.0.iter_mut().enumerate() {
                for (byte, buckets) in (0..=u8::MAX).zip(by_byte) {
                    *buckets = self.buckets(byte, place);
                }
            }
            all
        })
    }

    /// The buckets that have a byte as their first, second or third: at a place from 0 to 2.
    fn buckets(&self, byte: u8, place: usize) -> u16 {
        let (low, high) = (usize::from(byte & 15), usize::from(byte >> 4));
        let of = |group: usize| self.low[group][place][low] & self.high[group][place][high];
        u16::from_le_bytes([of(0), of(1)])
    }
}

/// How often a byte of text has both nibbles in the set that `bit` marks.
fn passing_bytes(low: &[u8; 16], high: &[u8; 16], bit: u8) -> f32 {
    // With the bit 0x20 set, ASCII has these upper nibbles.
    let nibbles =
        [2, 3, 6, 7].into_iter().filter(|nibble: &u8| high[usize::from(*nibble)] & bit != 0);
    let bytes = nibbles.flat_map(|nibble| (0..16).map(move |rest| nibble << 4 | rest));
    bytes.filter(|byte| low[usize::from(byte & 15)] & bit != 0).map(frequency::of_byte).sum()
}

/// Fills `blocks`, which is empty, for a text: cut into blocks with two bytes of what follows, its end padded with NULs.
#[inline]
pub(super) fn fill(text: &[u8], blocks: &mut Vec<Block>, masks: impl Fn(&[u8; PADDED]) -> Masks) {
    let mut carry = Carry::default();
    let mut padded = [0; PADDED];
    let mut rest = text;
    blocks.reserve(text.len().div_ceil(BLOCK));
    // A loop of its own: an iterator's might not become part of the code that has the vectors.
    while !rest.is_empty() {
        let block = rest.first_chunk::<PADDED>().unwrap_or_else(|| {
            padded.fill(0);
            padded.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
            &padded
        });
        let masks = masks(block);
        blocks.push(finish(masks, &mut carry));
        rest = rest.get(BLOCK..).unwrap_or_default();
    }
}

/// Turns the masks of letters and digits, quotes and gaps into those of starts and signs.
#[inline]
fn finish(masks: Masks, carry: &mut Carry) -> Block {
    let Masks { token, alnum, digit, anchor, sign, quote, gap } = masks;
    let start = alnum & !(alnum << 1 | carry.alnum);
    carry.alnum = alnum >> 63;
    // The sum carries the first byte of a gap after a quote to the byte behind the gap.
    let opened = quote << 1 | carry.gap;
    let (sum, is_open) = gap.overflowing_add(opened & gap);
    let closed = (sum & !gap | carry.gap & !gap) & quote;
    carry.gap = quote >> 63 | u64::from(is_open);
    Block { token, start, digit, anchor, sign: sign | closed }
}

/// Fills `blocks` for a text on any processor.
pub(super) fn plain_loop(text: &[u8], tables: &Tables, blocks: &mut Vec<Block>) {
    let by_byte = tables.by_byte();
    fill(text, blocks, |block| {
        let mut masks = Masks::default();
        for (place, byte) in block.iter().copied().take(BLOCK).enumerate() {
            masks.token |= u64::from(is_token_byte(byte)) << place;
            masks.alnum |= u64::from(byte.is_ascii_alphanumeric()) << place;
            masks.digit |= u64::from(byte.is_ascii_digit()) << place;
            masks.anchor |= u64::from(by_byte.of(block, place) != 0) << place;
            masks.sign |= u64::from(matches!(byte, b'\\' | b'%' | b'&')) << place;
            masks.quote |= u64::from(matches!(byte, b'"' | b'\'')) << place;
            masks.gap |= u64::from(is_gap(byte)) << place;
        }
        masks
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beginnings_are_marked_whatever_their_case() {
        let mut tables = Tables::default();
        tables.add(*b"pas", 0);
        // Asked for before there is more: what was made of the tables must not stay.
        assert_eq!(tables.by_byte().of(&[b'k'; PADDED], 0), 0);
        tables.add(*b"key", 9);
        let mut blocks = Vec::new();
        plain_loop(b"pas PAS pa paS kEy pey", &tables, &mut blocks);
        let marked: Vec<usize> = (0..BLOCK).filter(|at| blocks[0].anchor >> at & 1 == 1).collect();
        assert_eq!(marked, [0, 4, 11, 15]);
    }
}
