//! Sets of beginnings, one bit each: the cheapest test of whether a word may start at a place.

/// Values of [`hash`]: 8 KiB of bits, so that a set stays in the nearest cache.
const BITS: usize = 1 << 16;

/// The first four bytes of words. Others may pass too, few if the words are.
pub(crate) struct Starts(Box<[u64; BITS / 64]>);

impl Starts {
    /// What the words begin with, as `bytes` makes it of them; anything may stand behind a word of three. Shorter words
    /// have no beginning.
    pub(crate) fn new<'a>(words: impl Iterator<Item = &'a [u8]>, bytes: fn(u8) -> u8) -> Self {
        Self::of(words.filter_map(|word| match *word {
            [a, b, c, next, ..] => Some([a, b, c, next].map(|byte| Some(bytes(byte)))),
            [a, b, c] => Some([Some(bytes(a)), Some(bytes(b)), Some(bytes(c)), None]),
            _ => None,
        }))
    }

    /// Four bytes each; at most one of them may be anything.
    pub(crate) fn of(starts: impl Iterator<Item = [Option<u8>; 4]>) -> Self {
        let mut set = Self(Box::new([0; BITS / 64]));
        for start in starts {
            if start.contains(&None) {
                (0..=u8::MAX).for_each(|any| set.add(start.map(|byte| byte.unwrap_or(any))));
            } else {
                set.add(start.map(|byte| byte.unwrap_or(0)));
            }
        }
        set
    }

    fn add(&mut self, start: [u8; 4]) {
        let bit = hash(u32::from_le_bytes(start));
        if let Some(bits) = self.0.get_mut(bit / 64) {
            *bits |= 1 << (bit % 64);
        }
    }

    /// 1 where a word may begin with these four bytes, the first of them lowest; otherwise 0.
    #[inline]
    pub(crate) fn has(&self, bytes: u32) -> u64 {
        let bit = hash(bytes);
        self.0.get(bit / 64).map_or(0, |bits| bits >> (bit % 64) & 1)
    }
}

/// The first five bytes of words, folded. Others may pass too, few if the words are.
pub(crate) struct Fives(Box<[u64; BITS / 64]>);

impl Fives {
    /// Words of fewer bytes have no beginning.
    pub(crate) fn new<'a>(words: impl Iterator<Item = &'a [u8]>) -> Self {
        let mut set = Box::new([0; BITS / 64]);
        for word in words {
            let Some([a, b, c, d, e]) = word.first_chunk().map(|start| start.map(fold)) else {
                continue;
            };
            let bit = hash_five(u64::from_le_bytes([a, b, c, d, e, 0, 0, 0]));
            if let Some(bits) = set.get_mut(bit / 64) {
                *bits |= 1_u64 << (bit % 64);
            }
        }
        Self(set)
    }

    /// 1 where a word may begin with the five lowest bytes, the first of them lowest; otherwise 0.
    #[inline]
    pub(crate) fn has(&self, bytes: u64) -> u64 {
        let bit = hash_five(bytes);
        self.0.get(bit / 64).map_or(0, |bits| bits >> (bit % 64) & 1)
    }
}

/// Of the five lowest bytes alone.
#[inline]
const fn hash_five(bytes: u64) -> usize {
    ((bytes << 24).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 48) as usize
}

#[inline]
const fn hash(bytes: u32) -> usize {
    (bytes.wrapping_mul(0x9E37_79B1) >> 16) as usize
}

/// The byte with the bit set that tells lower case from upper.
#[inline]
pub(crate) const fn fold(byte: u8) -> u8 {
    byte | 0x20
}

/// The four bytes at a place, the first of them lowest; NULs behind the end of the text.
#[inline]
pub(crate) fn four(text: &[u8], at: usize) -> u32 {
    let rest = text.get(at..).unwrap_or_default();
    u32::from_le_bytes(rest.first_chunk().copied().unwrap_or_else(|| {
        let mut padded = [0; 4];
        padded.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
        padded
    }))
}

/// [`four`], as it is in a set of folded words.
#[inline]
pub(crate) fn folded_four(text: &[u8], at: usize) -> u32 {
    four(text, at) | 0x2020_2020
}

/// Keeps the places at which `passes` gives 1. No jump depends on the outcome: it would be guessed wrong too often.
#[inline]
pub(crate) fn retain(places: &mut Vec<usize>, passes: impl Fn(usize) -> u64) {
    let mut kept = 0;
    for at in 0..places.len() {
        let place = places[at];
        places[kept] = place;
        kept += usize::from(passes(place) == 1);
    }
    places.truncate(kept);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_places_of_its_words() {
        let words = [&b"abcd"[..], b"XYZ", b"no"];
        let set = Starts::new(words.into_iter(), fold);
        let text = b"-abcd-xyz-abce xyz";
        let mut places: Vec<usize> = (0..text.len()).collect();
        retain(&mut places, |at| set.has(folded_four(text, at)));
        assert_eq!(places, [1, 6, 15], "whatever the case, and not past the end");
        let set = Starts::new(words.into_iter(), |byte| byte);
        places = (0..text.len()).collect();
        retain(&mut places, |at| set.has(four(text, at)));
        assert_eq!(places, [1], "in the same case");
    }
}
