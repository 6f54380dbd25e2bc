//! How often bytes occur in the text of repositories: what is looked for should be rare.

use super::randomness;

/// How often, in ten thousand bytes, those from 0x20 to 0x3f and from 0x60 to 0x7f occur once the bit 0x20 is set in each:
/// both cases of a letter are one, and a line end counts as `*`. Counted over 24 MB of source code of nine projects.
const PER_TEN_THOUSAND: [u16; 64] = [
    2115, 5, 126, 6, 5, 3, 5, 88, 99, 212, 284, 4, 97, 35, 151, 48, // 0x20
    36, 23, 20, 11, 11, 9, 11, 6, 8, 6, 59, 38, 17, 65, 41, 3, // 0x30
    13, 420, 96, 246, 205, 683, 118, 128, 120, 420, 14, 52, 239, 154, 393, 397, // 0x60
    194, 15, 449, 385, 531, 187, 65, 56, 42, 85, 16, 45, 9, 45, 1, 47, // 0x70
];

/// How often a byte occurs, from 0 to 1, both cases of a letter together.
pub(crate) fn of_byte(byte: u8) -> f32 {
    let byte = byte | 0x20;
    let place = byte & 0x1F | (byte & 0x40) >> 1;
    let count = if byte < 0x80 { PER_TEN_THOUSAND.get(usize::from(place)) } else { None };
    f32::from(count.copied().unwrap_or(8)) / 10_000.0
}

/// How often three bytes occur in a row, from 0 to 1, roughly: letters as they follow each other in words.
pub(crate) fn of_three([a, b, c]: [u8; 3]) -> f32 {
    let last = randomness::chance_of([a, b, c]).unwrap_or_else(|| of_byte(c));
    of_byte(a) * of_byte(b) * last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_are_frequent_and_signs_are_rare() {
        assert!(of_byte(b' ') > of_byte(b'e') && of_byte(b'e') > of_byte(b'Q'));
        assert!((of_byte(b'E') - of_byte(b'e')).abs() < 1e-9 && of_byte(b'~') < of_byte(b'z'));
        assert!(of_three(*b"the") > of_three(*b"hte") && of_three(*b"://") < of_three(*b"ing"));
    }
}
