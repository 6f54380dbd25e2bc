//! Values for tests that look drawn at random, made when they are needed: none of them stands in a file.

pub(crate) const UPPER: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
pub(crate) const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// A password that could be guessed.
pub(crate) fn weak(end: char) -> String {
    format!("{}{end}", ["kvq7", "xzw2m"].concat())
}

/// A line with a password that somebody thought of.
pub(crate) fn login(value: &str) -> String {
    format!("{} = {value}\n", ["pass", "word"].concat())
}

/// So many characters of an alphabet; another seed gives others.
pub(crate) fn made(length: usize, alphabet: &[u8], seed: u64) -> String {
    let letter = |byte: u8| char::from(alphabet[usize::from(byte) % alphabet.len()]);
    bytes(length, seed).into_iter().map(letter).collect()
}

/// So many bytes.
pub(crate) fn bytes(length: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 56) as u8
    };
    (0..length + 8).map(|_| next()).skip(8).collect()
}
