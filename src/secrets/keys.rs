//! Sets of three-byte beginnings, one bit each: the cheapest test of whether a word may start at a place.

/// Bytes that make a key.
pub(crate) const LENGTH: usize = 3;
/// Bits of a key: five of each byte, which do not depend on the case of letters.
const BITS: u32 = 15;

/// A set of keys: 4 KiB, so that it stays in the nearest cache.
pub(crate) struct Keys(Box<[u64; 1 << BITS >> 6]>);

/// The key of three bytes.
pub(crate) const fn key([a, b, c]: [u8; LENGTH]) -> usize {
    push(push(push(0, a), b), c)
}

/// The key of the last three bytes, one byte further.
pub(crate) const fn push(key: usize, byte: u8) -> usize {
    key >> 5 | ((byte & 31) as usize) << 10
}

impl FromIterator<usize> for Keys {
    fn from_iter<I: IntoIterator<Item = usize>>(keys: I) -> Self {
        let mut set = Box::new([0; 1 << BITS >> 6]);
        for key in keys {
            if let Some(bits) = set.get_mut(key / 64) {
                *bits |= 1 << (key % 64);
            }
        }
        Self(set)
    }
}

impl Keys {
    #[inline]
    pub(crate) fn has(&self, key: usize) -> bool {
        self.bit(key) == 1
    }

    #[inline]
    fn bit(&self, key: usize) -> u64 {
        self.0.get(key / 64).map_or(0, |bits| bits >> (key % 64) & 1)
    }

    /// Keeps the places of a text at which a key of the set begins. No jump depends on the outcome: it would be guessed
    /// wrong too often.
    pub(crate) fn retain(&self, text: &[u8], places: &mut Vec<usize>) {
        let mut kept = 0;
        for at in 0..places.len() {
            let place = places[at];
            let key = text
                .get(place..)
                .and_then(|rest| rest.first_chunk())
                .map_or(0, |start| key(*start));
            places[kept] = place;
            kept += usize::from(self.has(key));
        }
        places.truncate(kept);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_places_of_its_keys() {
        let keys: Keys = [key(*b"abc"), key(*b"XYZ")].into_iter().collect();
        let mut places: Vec<usize> = (0..12).collect();
        keys.retain(b"-abc-xyz-ab", &mut places);
        assert_eq!(places, [1, 5], "whatever the case, and not past the end");
    }
}
