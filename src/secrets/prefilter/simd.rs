//! The pass over every byte: five bit masks for each block of 64 bytes, made with what the processor has.
//!
//! This is the only file with `unsafe`. Every way must give the same blocks as the plain loop: `agree.rs` checks that on
//! every kind of input. Without the feature `simd` only the plain loop is left, and no `unsafe`.

#![cfg_attr(
    all(feature = "simd", any(target_arch = "x86_64", target_arch = "aarch64")),
    expect(
        unsafe_code,
        reason = "vector loads and calls of code for a processor feature found at run time"
    )
)]

use super::blocks::{Block, Tables, plain_loop};

/// Fills blocks, which are empty, for a text.
pub(super) type Way = fn(&[u8], &Tables, &mut Vec<Block>);

/// Fills `blocks` for a text.
pub(super) fn classify(text: &[u8], tables: &Tables, blocks: &mut Vec<Block>) {
    blocks.clear();
    let way = ways().next().map_or(plain_loop as Way, |(_, way)| way);
    way(text, tables, blocks);
}

/// The ways to fill blocks that this processor has, by name, the fastest first and the plain loop last.
pub(super) fn ways() -> impl Iterator<Item = (&'static str, Way)> {
    let ways = [
        #[cfg(all(feature = "simd", target_arch = "x86_64"))]
        avx2::way(),
        #[cfg(all(feature = "simd", target_arch = "x86_64"))]
        sse2::way(),
        #[cfg(all(feature = "simd", target_arch = "aarch64"))]
        neon::way(),
        Some(("plain", plain_loop as Way)),
    ];
    ways.into_iter().flatten()
}

#[cfg(all(feature = "simd", target_arch = "x86_64"))]
mod avx2 {
    use std::arch::x86_64::{
        __m256i, _mm_loadu_si128, _mm256_and_si256, _mm256_broadcastsi128_si256, _mm256_cmpeq_epi8,
        _mm256_cmpgt_epi8, _mm256_loadu_si256, _mm256_movemask_epi8, _mm256_or_si256,
        _mm256_set1_epi8, _mm256_setzero_si256, _mm256_shuffle_epi8, _mm256_srli_epi16,
    };

    use super::super::blocks::{Block, Masks, PADDED, Tables, fill};
    use super::super::classes::{ALNUM, DIGIT, GAP, Lookups, Pair, SIGN, TOKEN};
    use super::Way;

    pub(super) fn way() -> Option<(&'static str, Way)> {
        // SAFETY: the processor has AVX2, which is asked before this is handed out.
        let way: Way = |text, tables, blocks| unsafe { classify(text, tables, blocks) };
        std::arch::is_x86_feature_detected!("avx2").then_some(("avx2", way))
    }

    #[target_feature(enable = "avx2")]
    fn classify(text: &[u8], tables: &Tables, blocks: &mut Vec<Block>) {
        let vectors = Vectors::new(tables, |bytes| table(bytes));
        fill(text, blocks, |block| vectors.masks(block));
    }

    type Vectors = Lookups<__m256i>;

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
        #[inline]
        fn masks(&self, block: &[u8; PADDED]) -> Masks {
            let nibbles = Nibbles::load(block, 0);
            let runs = nibbles.look_up(self.runs);
            let signs = nibbles.look_up(self.signs);
            Masks {
                token: runs.any_from(TOKEN),
                alnum: runs.any_from(ALNUM),
                digit: runs.any_from(DIGIT),
                anchor: self.anchor(block, nibbles),
                sign: signs.map(|half| _mm256_and_si256(half, splat(SIGN))).any_from(SIGN),
                quote: signs.top_bits(),
                gap: signs.any_from(GAP),
            }
        }

        /// Where a probe may stand: in some bucket for each of its three bytes.
        #[target_feature(enable = "avx2")]
        #[inline]
        fn anchor(&self, block: &[u8; PADDED], first: Nibbles) -> u64 {
            let (second, third) = (Nibbles::load(block, 1), Nibbles::load(block, 2));
            let both = |a: Halves, b| a.with(b, |a, b| _mm256_and_si256(a, b));
            let group = |group: &[Pair<__m256i>; 3]| {
                let start = both(first.look_up(group[0]), second.look_up(group[1]));
                both(start, third.look_up(group[2]))
            };
            let [one, other] = &self.anchors;
            let none = group(one).with(group(other), |a, b| {
                _mm256_cmpeq_epi8(_mm256_or_si256(a, b), _mm256_setzero_si256())
            });
            !none.top_bits()
        }
    }

    impl Nibbles {
        /// Of the block from a byte on, from 0 to 2.
        #[target_feature(enable = "avx2")]
        #[inline]
        fn load(block: &[u8; PADDED], at: usize) -> Self {
            let bytes = Halves(load(block, at), load(block, at + 32));
            let low = bytes.map(|half| _mm256_and_si256(half, splat(0x0F)));
            let high =
                bytes.map(|half| _mm256_and_si256(_mm256_srli_epi16::<4>(half), splat(0x0F)));
            Self { low, high }
        }

        /// What both nibbles of each byte agree on.
        #[target_feature(enable = "avx2")]
        #[inline]
        fn look_up(self, tables: Pair<__m256i>) -> Halves {
            let by_low = self.low.map(|half| _mm256_shuffle_epi8(tables.low, half));
            let by_high = self.high.map(|half| _mm256_shuffle_epi8(tables.high, half));
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

        /// One bit for each byte that has the lowest of the bits or a higher one, and not the highest that there is.
        #[target_feature(enable = "avx2")]
        #[inline]
        fn any_from(self, bits: u8) -> u64 {
            let below = (1 << bits.trailing_zeros()) - 1;
            self.map(|half| _mm256_cmpgt_epi8(half, splat(below))).top_bits()
        }
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

#[cfg(all(feature = "simd", target_arch = "x86_64"))]
mod sse2 {
    use std::arch::x86_64::{
        __m128i, _mm_cmpeq_epi8, _mm_cmpeq_epi16, _mm_loadu_si128, _mm_min_epu8, _mm_movemask_epi8,
        _mm_or_si128, _mm_packs_epi16, _mm_set1_epi8, _mm_setr_epi16, _mm_setzero_si128,
        _mm_sub_epi8,
    };

    use super::super::blocks::{BLOCK, Block, ByByte, Masks, PADDED, Tables, fill};
    use super::Way;

    pub(super) fn way() -> Option<(&'static str, Way)> {
        // SAFETY: the processor has SSE2, which is asked before this is handed out.
        let way: Way = |text, tables, blocks| unsafe { classify(text, tables, blocks) };
        std::arch::is_x86_feature_detected!("sse2").then_some(("sse2", way))
    }

    #[target_feature(enable = "sse2")]
    fn classify(text: &[u8], tables: &Tables, blocks: &mut Vec<Block>) {
        let by_byte = tables.by_byte();
        fill(text, blocks, |block| masks(block, by_byte));
    }

    /// SSE2 cannot look bytes up: they are compared, and those of probes are looked up one by one.
    #[target_feature(enable = "sse2")]
    #[inline]
    fn masks(block: &[u8; PADDED], by_byte: &ByByte) -> Masks {
        let mut masks = Masks::default();
        for at in (0..BLOCK).step_by(16) {
            let bytes = load(block, at);
            let digit = in_range(bytes, b'0', 9);
            let letter = in_range(_mm_or_si128(bytes, splat(0x20)), b'a', 25);
            let alnum = _mm_or_si128(digit, letter);
            let nowhere = _mm_packs_epi16(
                begins_nowhere(block, at, by_byte),
                begins_nowhere(block, at + 8, by_byte),
            );
            masks.digit |= top_bits(digit) << at;
            masks.alnum |= top_bits(alnum) << at;
            masks.token |= top_bits(_mm_or_si128(alnum, one_of(bytes, *b"_+/-"))) << at;
            masks.anchor |= (top_bits(nowhere) ^ 0xFFFF) << at;
            masks.sign |= top_bits(one_of(bytes, *b"\\%&")) << at;
            masks.quote |= top_bits(one_of(bytes, *b"\"'")) << at;
            masks.gap |= top_bits(one_of(bytes, *b" \t\n\r+.&\\")) << at;
        }
        masks
    }

    /// All bits of the 16 of each of eight bytes with which no probe may begin.
    #[target_feature(enable = "sse2")]
    #[inline]
    fn begins_nowhere(block: &[u8; PADDED], at: usize, by_byte: &ByByte) -> __m128i {
        let of = |place: usize| by_byte.of(block, at + place).cast_signed();
        let buckets = _mm_setr_epi16(of(0), of(1), of(2), of(3), of(4), of(5), of(6), of(7));
        _mm_cmpeq_epi16(buckets, _mm_setzero_si128())
    }

    /// All bits of each byte from `first` to `first + span`.
    #[target_feature(enable = "sse2")]
    #[inline]
    fn in_range(bytes: __m128i, first: u8, span: u8) -> __m128i {
        let above = _mm_sub_epi8(bytes, splat(first));
        _mm_cmpeq_epi8(_mm_min_epu8(above, splat(span)), above)
    }

    /// All bits of each byte that is among the wanted ones.
    #[target_feature(enable = "sse2")]
    #[inline]
    fn one_of<const COUNT: usize>(bytes: __m128i, wanted: [u8; COUNT]) -> __m128i {
        let is = |byte| _mm_cmpeq_epi8(bytes, splat(byte));
        wanted.into_iter().fold(_mm_setzero_si128(), |found, byte| _mm_or_si128(found, is(byte)))
    }

    #[target_feature(enable = "sse2")]
    #[inline]
    fn top_bits(bytes: __m128i) -> u64 {
        u64::from(_mm_movemask_epi8(bytes).cast_unsigned())
    }

    #[target_feature(enable = "sse2")]
    #[inline]
    fn splat(byte: u8) -> __m128i {
        _mm_set1_epi8(byte.cast_signed())
    }

    /// 16 bytes of the block, from 0, 16, 32 or 48.
    #[target_feature(enable = "sse2")]
    #[inline]
    fn load(block: &[u8; PADDED], at: usize) -> __m128i {
        let bytes: &[u8] = &block[at..at + 16];
        // SAFETY: the slice has 16 bytes, and the load asks for no alignment.
        unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) }
    }
}

#[cfg(all(feature = "simd", target_arch = "aarch64"))]
mod neon {
    use std::arch::aarch64::{
        uint8x16_t, vandq_u8, vdupq_n_u8, vgetq_lane_u64, vld1q_u8, vorrq_u8, vpaddq_u8,
        vqtbl1q_u8, vreinterpretq_u64_u8, vshrq_n_u8, vtstq_u8,
    };
    use std::array;

    use super::super::blocks::{Block, Masks, PADDED, Tables, fill};
    use super::super::classes::{ALNUM, DIGIT, GAP, Lookups, Pair, QUOTE, SIGN, TOKEN};
    use super::Way;

    pub(super) fn way() -> Option<(&'static str, Way)> {
        // SAFETY: the processor has NEON, which is asked before this is handed out.
        let way: Way = |text, tables, blocks| unsafe { classify(text, tables, blocks) };
        std::arch::is_aarch64_feature_detected!("neon").then_some(("neon", way))
    }

    #[target_feature(enable = "neon")]
    fn classify(text: &[u8], tables: &Tables, blocks: &mut Vec<Block>) {
        let vectors = Vectors::new(tables, |bytes| load(bytes));
        fill(text, blocks, |block| vectors.masks(block));
    }

    type Vectors = Lookups<uint8x16_t>;

    /// The four quarters of a block.
    type Quarters = [uint8x16_t; 4];

    impl Vectors {
        #[target_feature(enable = "neon")]
        #[inline]
        fn masks(&self, block: &[u8; PADDED]) -> Masks {
            let bytes = quarters(block, 0);
            let (runs, signs) = (look_up(self.runs, bytes), look_up(self.signs, bytes));
            let any_of = |looked_up: Quarters, classes| {
                bits(looked_up.map(|quarter| vtstq_u8(quarter, vdupq_n_u8(classes))))
            };
            Masks {
                token: any_of(runs, TOKEN),
                alnum: any_of(runs, ALNUM),
                digit: any_of(runs, DIGIT),
                anchor: self.anchor(block),
                sign: any_of(signs, SIGN),
                quote: any_of(signs, QUOTE),
                gap: any_of(signs, GAP),
            }
        }

        /// Where a probe may stand: in some bucket for each of its three bytes.
        #[target_feature(enable = "neon")]
        #[inline]
        fn anchor(&self, block: &[u8; PADDED]) -> u64 {
            let [first, second, third] = [0, 1, 2].map(|at| quarters(block, at));
            let group = |group: &[Pair<uint8x16_t>; 3]| {
                let start = both(look_up(group[0], first), look_up(group[1], second));
                both(start, look_up(group[2], third))
            };
            let [one, other] = self.anchors.each_ref().map(group);
            bits(array::from_fn(|at| {
                let any = vorrq_u8(one[at], other[at]);
                vtstq_u8(any, any)
            }))
        }
    }

    #[target_feature(enable = "neon")]
    #[inline]
    fn both(one: Quarters, other: Quarters) -> Quarters {
        array::from_fn(|at| vandq_u8(one[at], other[at]))
    }

    /// What both nibbles of each byte agree on.
    #[target_feature(enable = "neon")]
    #[inline]
    fn look_up(tables: Pair<uint8x16_t>, bytes: Quarters) -> Quarters {
        bytes.map(|quarter| {
            let by_low = vqtbl1q_u8(tables.low, vandq_u8(quarter, vdupq_n_u8(0x0F)));
            vandq_u8(by_low, vqtbl1q_u8(tables.high, vshrq_n_u8::<4>(quarter)))
        })
    }

    /// One bit for each byte that has all bits; the others have none.
    #[target_feature(enable = "neon")]
    #[inline]
    fn bits(bytes: Quarters) -> u64 {
        let weights = load(&[1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128]);
        let [a, b, c, d] = bytes.map(|quarter| vandq_u8(quarter, weights));
        // Three times neighbours are added: of eight bytes one is left.
        let sums = vpaddq_u8(vpaddq_u8(a, b), vpaddq_u8(c, d));
        vgetq_lane_u64::<0>(vreinterpretq_u64_u8(vpaddq_u8(sums, sums)))
    }

    /// The 64 bytes from 0, 1 or 2.
    #[target_feature(enable = "neon")]
    #[inline]
    fn quarters(block: &[u8; PADDED], at: usize) -> Quarters {
        array::from_fn(|quarter| load(&block[at + 16 * quarter..]))
    }

    #[target_feature(enable = "neon")]
    #[inline]
    fn load(bytes: &[u8]) -> uint8x16_t {
        let bytes = &bytes[..16];
        // SAFETY: the slice has 16 bytes, and the load asks for no alignment.
        unsafe { vld1q_u8(bytes.as_ptr()) }
    }
}
