//! The pass over every byte: five bit masks for each block of 64 bytes.
//!
//! This is the only file with `unsafe`. The vector path must give the same blocks as the plain loop: `agree.rs` checks that
//! on every kind of input.

#![expect(
    unsafe_code,
    reason = "vector loads and calls of code for a processor feature found at run time"
)]

use super::super::frequency;

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
    bytes.filter(|byte| low[usize::from(byte & 15)] & bit != 0).map(frequency::of_byte).sum()
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
    plain_loop(text, tables, blocks);
}

/// What every processor can do, and what the others are held against.
fn plain_loop(text: &[u8], tables: &Tables, blocks: &mut Vec<Block>) {
    let mut carry = Carry::default();
    for_each_block(text, |block| blocks.push(finish(plain::block(block, tables), &mut carry)));
}

/// Fills blocks, which are empty, for a text.
#[cfg(any(test, fuzzing))]
pub(super) type Way = fn(&[u8], &Tables, &mut Vec<Block>);

/// The ways to fill blocks that this processor has, by name, the plain loop first.
#[cfg(any(test, fuzzing))]
pub(super) fn ways() -> Vec<(&'static str, Way)> {
    let mut ways: Vec<(&'static str, Way)> = vec![("plain", plain_loop)];
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2.
        ways.push(("avx2", |text, tables, blocks| unsafe {
            avx2::classify(text, tables, blocks);
        }));
    }
    ways
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
    let mut padded = [0; PADDED];
    for at in (0..text.len()).step_by(BLOCK) {
        let rest = text.get(at..).unwrap_or_default();
        visit(rest.first_chunk::<PADDED>().unwrap_or_else(|| {
            padded.fill(0);
            padded.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
            &padded
        }));
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
        _mm256_loadu_si256, _mm256_min_epu8, _mm256_movemask_epi8, _mm256_or_si256,
        _mm256_set1_epi8, _mm256_setzero_si256, _mm256_shuffle_epi8, _mm256_srli_epi16,
        _mm256_sub_epi8,
    };

    use super::{Block, Carry, PADDED, Tables, finish, for_each_block};

    /// Classes of signs, one bit each, looked up by nibble. A byte has the class that both of its nibbles have.
    const BACKSLASH: u8 = 1;
    const PERCENT_OR_AND: u8 = 2;
    const BLANK: u8 = 4;
    const SPACE_OR_JOIN: u8 = 8;
    const TOKEN: u8 = 16;
    const UNDERSCORE: u8 = 32;
    const QUOTE: u8 = 128;

    const SIGN_BY_HIGH: [u8; 16] = {
        let mut table = [0; 16];
        table[0x0] = BLANK;
        table[0x2] = PERCENT_OR_AND | SPACE_OR_JOIN | TOKEN | QUOTE;
        table[0x5] = BACKSLASH | UNDERSCORE;
        table
    };

    const SIGN_BY_LOW: [u8; 16] = {
        let mut table = [0; 16];
        table[0x0] = SPACE_OR_JOIN;
        (table[0x2], table[0x7]) = (QUOTE, QUOTE);
        table[0x5] = PERCENT_OR_AND;
        table[0x6] = PERCENT_OR_AND | SPACE_OR_JOIN;
        (table[0x9], table[0xA]) = (BLANK, BLANK);
        table[0xB] = SPACE_OR_JOIN | TOKEN;
        table[0xC] = BACKSLASH;
        table[0xD] = BLANK | TOKEN;
        table[0xE] = SPACE_OR_JOIN;
        table[0xF] = TOKEN | UNDERSCORE;
        table
    };

    #[target_feature(enable = "avx2")]
    pub(super) fn classify(text: &[u8], tables: &Tables, blocks: &mut Vec<Block>) {
        let vectors = Vectors::new(tables);
        let mut carry = Carry::default();
        for_each_block(text, |block| blocks.push(finish(vectors.block(block), &mut carry)));
    }

    struct Vectors {
        sign_by_low: __m256i,
        sign_by_high: __m256i,
        low: [[__m256i; 3]; 2],
        high: [[__m256i; 3]; 2],
    }

    /// The two halves of a block.
    #[derive(Clone, Copy)]
    struct Halves(__m256i, __m256i);

    /// The lower and the upper nibbles of a block.
    #[derive(Clone, Copy)]
    struct Nibbles {
        low: Halves,
        high: Halves,
    }

    impl Vectors {
        #[target_feature(enable = "avx2")]
        fn new(tables: &Tables) -> Self {
            let low = |group: usize| tables.low[group].each_ref().map(|bytes| table(bytes));
            // Bytes are looked up as they are: those with the bit 0x20 and those without it have the same entry.
            let folded = |bytes: &[u8; 16]| std::array::from_fn(|nibble| bytes[nibble | 2]);
            let high =
                |group: usize| tables.high[group].each_ref().map(|bytes| table(&folded(bytes)));
            Self {
                sign_by_low: table(&SIGN_BY_LOW),
                sign_by_high: table(&SIGN_BY_HIGH),
                low: [low(0), low(1)],
                high: [high(0), high(1)],
            }
        }

        #[target_feature(enable = "avx2")]
        #[inline]
        fn block(&self, block: &[u8; PADDED]) -> [u64; 7] {
            let bytes = Halves(load(block, 0), load(block, 32));
            let nibbles = Nibbles::of(bytes);
            let digit = in_range(bytes, b'0', 9);
            let letter = in_range(bytes.map(|half| _mm256_or_si256(half, splat(0x20))), b'a', 25);
            let alnum = digit.with(letter, |a, b| _mm256_or_si256(a, b));
            let digit = digit.top_bits();
            let alnum = alnum.top_bits();
            let signs = nibbles.look_up(self.sign_by_low, self.sign_by_high);
            let token = alnum | signs.any_of(TOKEN | UNDERSCORE);
            let sign = signs.any_of(BACKSLASH | PERCENT_OR_AND);
            let gap = signs.any_of(BACKSLASH | BLANK | SPACE_OR_JOIN);
            let anchor = self.anchor(block, nibbles);
            [token, alnum, digit, anchor, sign, signs.top_bits(), gap]
        }

        /// Where a probe may stand: in some bucket for each of its three bytes.
        #[target_feature(enable = "avx2")]
        #[inline]
        fn anchor(&self, block: &[u8; PADDED], first: Nibbles) -> u64 {
            let from = |at: usize| Nibbles::of(Halves(load(block, at), load(block, at + 32)));
            let (second, third) = (from(1), from(2));
            let both = |a: Halves, b| a.with(b, |a, b| _mm256_and_si256(a, b));
            let group = |low: &[__m256i; 3], high: &[__m256i; 3]| {
                let first = first.look_up(low[0], high[0]);
                let second = second.look_up(low[1], high[1]);
                both(both(first, second), third.look_up(low[2], high[2]))
            };
            let (one, other) =
                (group(&self.low[0], &self.high[0]), group(&self.low[1], &self.high[1]));
            one.with(other, |a, b| _mm256_or_si256(a, b)).any()
        }
    }

    impl Nibbles {
        #[target_feature(enable = "avx2")]
        #[inline]
        fn of(bytes: Halves) -> Self {
            let low = bytes.map(|half| _mm256_and_si256(half, splat(0x0F)));
            let high =
                bytes.map(|half| _mm256_and_si256(_mm256_srli_epi16::<4>(half), splat(0x0F)));
            Self { low, high }
        }

        /// What both nibbles of each byte agree on.
        #[target_feature(enable = "avx2")]
        #[inline]
        fn look_up(self, low: __m256i, high: __m256i) -> Halves {
            let by_low = self.low.map(|half| _mm256_shuffle_epi8(low, half));
            let by_high = self.high.map(|half| _mm256_shuffle_epi8(high, half));
            by_low.with(by_high, |a, b| _mm256_and_si256(a, b))
        }
    }

    impl Halves {
        #[target_feature(enable = "avx2")]
        #[inline]
        fn map(self, change: impl Fn(__m256i) -> __m256i) -> Self {
            Self(change(self.0), change(self.1))
        }

        #[target_feature(enable = "avx2")]
        #[inline]
        fn with(self, other: Self, join: impl Fn(__m256i, __m256i) -> __m256i) -> Self {
            Self(join(self.0, other.0), join(self.1, other.1))
        }

        /// The highest bit of each byte.
        #[target_feature(enable = "avx2")]
        #[inline]
        fn top_bits(self) -> u64 {
            let bits = |half| u64::from(_mm256_movemask_epi8(half).cast_unsigned());
            bits(self.0) | bits(self.1) << 32
        }

        /// One bit for each byte that is not zero.
        #[target_feature(enable = "avx2")]
        #[inline]
        fn any(self) -> u64 {
            !self.map(|half| _mm256_cmpeq_epi8(half, _mm256_setzero_si256())).top_bits()
        }

        /// One bit for each byte that has one of the bits of `wanted`.
        #[target_feature(enable = "avx2")]
        #[inline]
        fn any_of(self, wanted: u8) -> u64 {
            self.map(|half| _mm256_and_si256(half, splat(wanted))).any()
        }
    }

    /// All bits of each byte from `first` to `first + span`.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn in_range(bytes: Halves, first: u8, span: u8) -> Halves {
        bytes.map(|half| {
            let above = _mm256_sub_epi8(half, splat(first));
            _mm256_cmpeq_epi8(_mm256_min_epu8(above, splat(span)), above)
        })
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
