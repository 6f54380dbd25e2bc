//! The pass over every byte: five bit masks for each block of 64 bytes.
//!
//! This is the only file with `unsafe`. The vector path must give the same blocks as the plain loop, which the tests
//! check on every kind of input.

#![expect(
    unsafe_code,
    reason = "vector loads and calls of code for a processor feature found at run time"
)]

use super::super::randomness;

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

/// Bytes of a block.
const BLOCK: usize = 64;
/// A block and the two bytes behind it, which tell whether a probe begins in the block.
const PADDED: usize = BLOCK + 2;

/// How many groups of probes there are.
pub(super) const BUCKETS: usize = 16;

/// Sixteen buckets of three-byte beginnings, split into nibbles: `low[g][j][n]` has bit `b` set when bucket `8 g + b`
/// has a word whose byte `j` ends in nibble `n`; `high` likewise.
#[derive(Clone, Debug, Default)]
pub(super) struct Tables {
    low: [[[u8; 16]; 3]; 2],
    high: [[[u8; 16]; 3]; 2],
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
        let (group, bit) = (bucket / 8 % 2, 1 << (bucket % 8));
        let (Some(low), Some(high)) = (self.low.get_mut(group), self.high.get_mut(group)) else {
            return;
        };
        for ((byte, low), high) in start.into_iter().zip(low).zip(high) {
            if let Some(entry) = low.get_mut(usize::from(byte & 15)) {
                *entry |= bit;
            }
            if let Some(entry) = high.get_mut(usize::from(byte >> 4)) {
                *entry |= bit;
            }
        }
    }
}

/// How often a byte of text has both nibbles in the set that `bit` marks.
fn passing_bytes(low: &[u8; 16], high: &[u8; 16], bit: u8) -> f32 {
    // With the bit 0x20 set, ASCII has these upper nibbles.
    let nibbles =
        [2, 3, 6, 7].into_iter().filter(|nibble: &u8| high[usize::from(*nibble)] & bit != 0);
    let bytes = nibbles.flat_map(|nibble| (0..16).map(move |rest| nibble << 4 | rest));
    bytes.filter(|byte| low[usize::from(byte & 15)] & bit != 0).map(randomness::frequency).sum()
}

/// Fills `blocks` for a text.
pub(super) fn classify(text: &[u8], tables: &Tables, blocks: &mut Vec<Block>) {
    blocks.clear();
    blocks.reserve(text.len().div_ceil(BLOCK));
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2.
        unsafe { avx2::classify(text, tables, blocks) };
        return;
    }
    let mut carry = Carry::default();
    for_each_block(text, |block| blocks.push(finish(plain::block(block, tables), &mut carry)));
}

/// Turns the masks of letters and digits, quotes and gaps into those of starts and signs.
#[inline]
fn finish([token, alnum, digit, anchor, sign, quote, gap]: [u64; 7], carry: &mut Carry) -> Block {
    let start = alnum & !(alnum << 1 | carry.alnum);
    carry.alnum = alnum >> 63;
    // The sum carries the first byte of a gap after a quote to the byte behind the gap.
    let opened = quote << 1 | carry.gap;
    let (sum, is_open) = gap.overflowing_add(opened & gap);
    let closed = (sum & !gap | carry.gap & !gap) & quote;
    carry.gap = quote >> 63 | u64::from(is_open);
    Block { token, start, digit, anchor, sign: sign | closed }
}

/// Cuts a text into blocks with two bytes of what follows; the end of the text is padded with NULs.
#[inline]
fn for_each_block(text: &[u8], mut visit: impl FnMut(&[u8; PADDED])) {
    let mut at = 0;
    while let Some(block) = text.get(at..).and_then(|rest| rest.first_chunk::<PADDED>()) {
        visit(block);
        at += BLOCK;
    }
    while let Some(rest @ [_, ..]) = text.get(at..) {
        let mut padded = [0; PADDED];
        padded.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
        visit(&padded);
        at += BLOCK;
    }
}

mod plain {
    use super::{BLOCK, PADDED, Tables};

    pub(super) fn block(block: &[u8; PADDED], tables: &Tables) -> [u64; 7] {
        let (mut token, mut alnum, mut digit, mut anchor) = (0, 0, 0, 0);
        let (mut sign, mut quote, mut gap) = (0, 0, 0);
        for (place, bytes) in block.windows(3).take(BLOCK).enumerate() {
            let &[byte, second, third] = bytes else { continue };
            let is_alnum = byte.is_ascii_alphanumeric();
            token |= u64::from(is_alnum || matches!(byte, b'_' | b'+' | b'/' | b'-')) << place;
            alnum |= u64::from(is_alnum) << place;
            digit |= u64::from(byte.is_ascii_digit()) << place;
            anchor |= u64::from(may_begin([byte, second, third], tables)) << place;
            sign |= u64::from(matches!(byte, b'\\' | b'%' | b'&')) << place;
            quote |= u64::from(matches!(byte, b'"' | b'\'')) << place;
            gap |= u64::from(super::super::is_gap(byte)) << place;
        }
        [token, alnum, digit, anchor, sign, quote, gap]
    }

    fn may_begin(bytes: [u8; 3], tables: &Tables) -> bool {
        tables.low.iter().zip(&tables.high).any(|(low, high)| {
            let both =
                low.iter().zip(high).zip(bytes).fold(u8::MAX, |buckets, ((low, high), byte)| {
                    let byte = byte | 0x20;
                    let low = low.get(usize::from(byte & 15)).copied().unwrap_or(0);
                    buckets & low & high.get(usize::from(byte >> 4)).copied().unwrap_or(0)
                });
            both != 0
        })
    }
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use std::arch::x86_64::{
        __m256i, _mm_loadu_si128, _mm256_and_si256, _mm256_broadcastsi128_si256, _mm256_cmpeq_epi8,
        _mm256_loadu_si256, _mm256_movemask_epi8, _mm256_or_si256, _mm256_set1_epi8,
        _mm256_setzero_si256, _mm256_shuffle_epi8, _mm256_srli_epi16,
    };

    use super::{Block, Carry, PADDED, Tables, finish, for_each_block};

    /// Classes of bytes, one bit each, looked up by nibble. A byte has the class that both of its nibbles have.
    const SIGN: u8 = 1;
    const DIGIT: u8 = 2;
    const LETTER_LOW: u8 = 4;
    const LETTER_HIGH: u8 = 8;
    const UNDERSCORE: u8 = 16;

    const CLASS_BY_HIGH: [u8; 16] = {
        let mut table = [0; 16];
        table[0x2] = SIGN;
        table[0x3] = DIGIT;
        table[0x4] = LETTER_LOW;
        table[0x5] = LETTER_HIGH | UNDERSCORE;
        table[0x6] = LETTER_LOW;
        table[0x7] = LETTER_HIGH;
        table
    };

    const CLASS_BY_LOW: [u8; 16] = {
        let mut table = [0; 16];
        let mut nibble = 0;
        while nibble < 16 {
            table[nibble] = match nibble {
                0 => DIGIT | LETTER_HIGH,
                1..=9 => DIGIT | LETTER_LOW | LETTER_HIGH,
                0xA => LETTER_LOW | LETTER_HIGH,
                0xB | 0xD => LETTER_LOW | SIGN,
                0xF => LETTER_LOW | SIGN | UNDERSCORE,
                _ => LETTER_LOW,
            };
            nibble += 1;
        }
        table
    };

    /// More classes, of signs.
    const BACKSLASH: u8 = 1;
    const PERCENT_OR_AND: u8 = 2;
    const BLANK: u8 = 4;
    const SPACE_OR_JOIN: u8 = 8;
    const QUOTE: u8 = 16;

    const SIGN_BY_HIGH: [u8; 16] = {
        let mut table = [0; 16];
        table[0x0] = BLANK;
        table[0x2] = PERCENT_OR_AND | SPACE_OR_JOIN | QUOTE;
        table[0x5] = BACKSLASH;
        table
    };

    const SIGN_BY_LOW: [u8; 16] = {
        let mut table = [0; 16];
        table[0x0] = SPACE_OR_JOIN;
        (table[0x2], table[0x7]) = (QUOTE, QUOTE);
        table[0x5] = PERCENT_OR_AND;
        table[0x6] = PERCENT_OR_AND | SPACE_OR_JOIN;
        (table[0x9], table[0xA], table[0xD]) = (BLANK, BLANK, BLANK);
        (table[0xB], table[0xE]) = (SPACE_OR_JOIN, SPACE_OR_JOIN);
        table[0xC] = BACKSLASH;
        table
    };

    #[target_feature(enable = "avx2")]
    pub(super) fn classify(text: &[u8], tables: &Tables, blocks: &mut Vec<Block>) {
        let vectors = Vectors::new(tables);
        let mut carry = Carry::default();
        for_each_block(text, |block| blocks.push(finish(vectors.block(block), &mut carry)));
    }

    struct Vectors {
        class_by_low: __m256i,
        class_by_high: __m256i,
        sign_by_low: __m256i,
        sign_by_high: __m256i,
        low: [[__m256i; 3]; 2],
        high: [[__m256i; 3]; 2],
    }

    impl Vectors {
        #[target_feature(enable = "avx2")]
        fn new(tables: &Tables) -> Self {
            let all = |tables: &[[[u8; 16]; 3]; 2]| {
                let group = |[first, second, third]: &[[u8; 16]; 3]| {
                    [table(first), table(second), table(third)]
                };
                [group(&tables[0]), group(&tables[1])]
            };
            Self {
                class_by_low: table(&CLASS_BY_LOW),
                class_by_high: table(&CLASS_BY_HIGH),
                sign_by_low: table(&SIGN_BY_LOW),
                sign_by_high: table(&SIGN_BY_HIGH),
                low: all(&tables.low),
                high: all(&tables.high),
            }
        }

        #[target_feature(enable = "avx2")]
        #[inline]
        fn block(&self, block: &[u8; PADDED]) -> [u64; 7] {
            let [first, second] = [self.half(block, 0), self.half(block, 32)];
            let join = |place: usize| u64::from(first[place]) | u64::from(second[place]) << 32;
            std::array::from_fn(join)
        }

        /// The masks of 32 bytes.
        #[target_feature(enable = "avx2")]
        #[inline]
        fn half(&self, block: &[u8; PADDED], at: usize) -> [u32; 7] {
            let bytes = load(block, at);
            let class = look_up(self.class_by_low, self.class_by_high, bytes);
            let signs = look_up(self.sign_by_low, self.sign_by_high, bytes);
            let has = |class: __m256i, wanted: u8| any_bit(_mm256_and_si256(class, splat(wanted)));
            let anchor =
                any_bit(_mm256_or_si256(self.buckets(block, at, 0), self.buckets(block, at, 1)));
            let alnum = has(class, DIGIT | LETTER_LOW | LETTER_HIGH);
            let sign = has(signs, BACKSLASH | PERCENT_OR_AND);
            let gap = has(signs, BACKSLASH | BLANK | SPACE_OR_JOIN);
            [any_bit(class), alnum, has(class, DIGIT), anchor, sign, has(signs, QUOTE), gap]
        }

        /// The buckets of one group that a word beginning at each byte may be in.
        #[target_feature(enable = "avx2")]
        #[inline]
        fn buckets(&self, block: &[u8; PADDED], at: usize, group: usize) -> __m256i {
            let case = splat(0x20);
            let (low, high) = (&self.low[group], &self.high[group]);
            let place = |place: usize| {
                look_up(low[place], high[place], _mm256_or_si256(load(block, at + place), case))
            };
            _mm256_and_si256(_mm256_and_si256(place(0), place(1)), place(2))
        }
    }

    /// What both nibbles of each byte agree on.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn look_up(low: __m256i, high: __m256i, bytes: __m256i) -> __m256i {
        let nibble = splat(0x0F);
        let by_low = _mm256_shuffle_epi8(low, _mm256_and_si256(bytes, nibble));
        let by_high =
            _mm256_shuffle_epi8(high, _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), nibble));
        _mm256_and_si256(by_low, by_high)
    }

    /// One bit for each byte that is not zero.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn any_bit(bytes: __m256i) -> u32 {
        !_mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, _mm256_setzero_si256())).cast_unsigned()
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn splat(byte: u8) -> __m256i {
        _mm256_set1_epi8(byte.cast_signed())
    }

    /// 32 bytes of the block, from 0, 1, 2 or 32, 33, 34.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn load(block: &[u8; PADDED], at: usize) -> __m256i {
        let bytes: &[u8] = &block[at..at + 32];
        // SAFETY: the slice has 32 bytes, and the load asks for no alignment.
        unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) }
    }

    /// A table of 16 bytes, in both halves of the vector.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn table(bytes: &[u8; 16]) -> __m256i {
        // SAFETY: the array has 16 bytes, and the load asks for no alignment.
        _mm256_broadcastsi128_si256(unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tables() -> Tables {
        let mut tables = Tables::default();
        for (bucket, start) in [b"pas", b"key", b"://", b"8q~", b"\xff  "].into_iter().enumerate() {
            tables.add(*start, bucket * 3);
        }
        tables
    }

    fn check(text: &[u8]) {
        let (mut fast, mut slow) = (Vec::new(), Vec::new());
        classify(text, &tables(), &mut fast);
        let mut carry = Carry::default();
        for_each_block(text, |block| slow.push(finish(plain::block(block, &tables()), &mut carry)));
        assert_eq!(fast, slow);
    }

    #[test]
    fn every_byte_value_in_every_place() {
        let all: Vec<u8> = (0..=255).collect();
        for shift in 0..70 {
            let text = [vec![b'x'; shift], all.clone()].concat();
            check(&text);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn vectors_equal_the_plain_loop(text in prop::collection::vec(any::<u8>(), 0..400)) {
            check(&text);
        }

        #[test]
        fn vectors_equal_the_plain_loop_on_literals(text in "([a%&;]{0,30}[\"' +.&\\\\\n]{0,80}){0,5}") {
            check(text.as_bytes());
        }

        #[test]
        fn vectors_equal_the_plain_loop_on_text(text in "[paskey:/8q~ -]{0,300}") {
            check(text.as_bytes());
        }
    }
}
