//! What vectors look bytes up in: a table of 16 bytes for the lower nibbles, and one for the upper. A byte has the bits that
//! both of its nibbles have.

use super::blocks::Tables;

/// All that is looked up, in vectors of some kind.
pub(super) struct Lookups<Vector> {
    pub(super) runs: Pair<Vector>,
    pub(super) signs: Pair<Vector>,
    /// Two groups of buckets, each for the three bytes of a beginning.
    pub(super) anchors: [[Pair<Vector>; 3]; 2],
}

/// Tables for the lower and the upper nibbles of bytes.
#[derive(Clone, Copy)]
pub(super) struct Pair<Vector> {
    pub(super) low: Vector,
    pub(super) high: Vector,
}

impl<Vector> Lookups<Vector> {
    pub(super) fn new(tables: &Tables, load: impl Fn(&[u8; 16]) -> Vector) -> Self {
        let pair = |low, high| Pair { low: load(low), high: load(high) };
        let group = |group: usize| {
            let (low, high) = (&tables.low[group], &tables.high[group]);
            [0, 1, 2].map(|place: usize| pair(&low[place], &high[place]))
        };
        Self {
            runs: pair(&RUNS.low, &RUNS.high),
            signs: pair(&SIGNS.low, &SIGNS.high),
            anchors: [group(0), group(1)],
        }
    }
}

/// What runs are made of. What is asked for has all the bits from one up, so that one comparison finds it.
const RUNS: Pair<[u8; 16]> = pair(&[
    (0x40, b"0123456789"),
    (0x20, b"ABCDEFGHIJKLMNOabcdefghijklmno"),
    (0x10, b"PQRSTUVWXYZpqrstuvwxyz"),
    (0x08, b"+-/"),
    (0x04, b"_"),
]);
pub(super) const DIGIT: u8 = 0x40;
pub(super) const ALNUM: u8 = 0x70;
pub(super) const TOKEN: u8 = 0x7C;

/// Signs of escapes, and what joins literals: the highest bit are quotes, those below it gaps.
const SIGNS: Pair<[u8; 16]> =
    pair(&[(QUOTE, b"\"'"), (0x40, b" &+."), (0x20, b"\t\n\r"), (0x10, b"\\"), (0x08, b"%&")]);
pub(super) const QUOTE: u8 = 0x80;
pub(super) const GAP: u8 = 0x70;
pub(super) const SIGN: u8 = 0x18;

/// The upper nibbles of a class must all go with the lower ones.
const fn pair(classes: &[(u8, &[u8])]) -> Pair<[u8; 16]> {
    let mut pair = Pair { low: [0; 16], high: [0; 16] };
    let mut class = 0;
    while class < classes.len() {
        let (bit, bytes) = classes[class];
        let mut at = 0;
        while at < bytes.len() {
            pair.low[(bytes[at] & 15) as usize] |= bit;
            pair.high[(bytes[at] >> 4) as usize] |= bit;
            at += 1;
        }
        class += 1;
    }
    pair
}
