//! Bytes as text: base64, base32, base58, base62, hexadecimal.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

pub(super) const BASE62: &[u8; 62] =
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// The same digits, small letters before capitals.
pub(super) const BASE62_LOWER_FIRST: &[u8; 62] =
    b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
pub(super) const BASE36: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
pub(super) const BASE58: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
/// The alphabet of the XRP Ledger. <https://xrpl.org/docs/references/protocol/data-types/base58-encodings>
pub(super) const BASE58_XRP: &[u8; 58] =
    b"rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz";

/// `number` in a positional alphabet, most significant digit first, padded with the zero digit.
pub(super) fn digits(mut number: u32, alphabet: &[u8], width: usize) -> Vec<u8> {
    let base = u32::try_from(alphabet.len()).unwrap_or(u32::MAX);
    let mut digits = vec![0; width];
    for digit in digits.iter_mut().rev() {
        *digit = alphabet.get((number % base) as usize).copied().unwrap_or(0);
        number /= base;
    }
    digits
}

/// Small hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// Bytes from hexadecimal digits of either case.
pub(super) fn hex_decode(text: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let (pairs, []) = text.as_chunks::<2>() else { return None };
    pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect()
}

/// Bytes from base64 of either alphabet, padded or not.
pub(super) fn base64(text: &[u8]) -> Option<Vec<u8>> {
    const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let is_url_safe = text.iter().any(|byte| matches!(byte, b'-' | b'_'));
    let alphabet = if is_url_safe { &URL_SAFE } else { &STANDARD };
    GeneralPurpose::new(alphabet, LENIENT).decode(text).ok()
}

/// Base64 without padding.
pub(super) fn base64_encode(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD_NO_PAD.encode(bytes)
}

/// Bytes from RFC 4648 base32 in either case, without padding; what is no digit of it ends the text.
pub(super) fn base32_decode(text: &[u8]) -> Vec<u8> {
    let (mut bits, mut count, mut bytes) = (0_u32, 0, Vec::new());
    for digit in text {
        let value = match digit.to_ascii_uppercase() {
            letter @ b'A'..=b'Z' => letter - b'A',
            number @ b'2'..=b'7' => number - b'2' + 26,
            _ => break,
        };
        bits = bits << 5 | u32::from(value);
        count += 5;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 0xFF) as u8);
        }
    }
    bytes
}

/// RFC 4648 base32 of whole groups of five bytes.
pub(super) fn base32(bytes: &[u8]) -> Vec<u8> {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let groups = bytes.as_chunks::<5>().0.iter();
    let digit = |number: u64, place: u32| {
        ALPHABET.get((number >> (5 * place) & 31) as usize).copied().unwrap_or(0)
    };
    groups
        .flat_map(|group| {
            let number = group.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
            (0..8).rev().map(move |place| digit(number, place))
        })
        .collect()
}

/// Bytes from base58 with the given digits: one large number, leading zero digits kept as bytes. The time is quadratic,
/// so only texts of the length of keys are read.
pub(super) fn base58_decode(text: &[u8], alphabet: &[u8; 58]) -> Option<Vec<u8>> {
    const LONGEST: usize = 160;
    if text.len() > LONGEST {
        return None;
    }
    let mut bytes: Vec<u8> = Vec::new();
    for digit in text {
        let value = alphabet.iter().position(|known| known == digit)?;
        let mut carry = u32::try_from(value).ok()?;
        for byte in &mut bytes {
            carry += u32::from(*byte) * 58;
            *byte = (carry & 0xFF) as u8;
            carry >>= 8;
        }
        if carry > 0 {
            bytes.push((carry & 0xFF) as u8);
        }
    }
    let zero = alphabet.first();
    bytes.extend(text.iter().take_while(|digit| Some(*digit) == zero).map(|_| 0));
    bytes.reverse();
    Some(bytes)
}

/// The last `tail` bytes, and what stands before them.
pub(super) fn split_tail(bytes: &[u8], tail: usize) -> Option<(&[u8], &[u8])> {
    bytes.len().checked_sub(tail).and_then(|at| bytes.split_at_checked(at))
}

/// Base58 of bytes, the inverse of [`base58_decode`].
#[cfg(test)]
pub(super) fn base58(bytes: &[u8], alphabet: &[u8; 58]) -> Vec<u8> {
    let mut digits: Vec<u32> = Vec::new();
    for byte in bytes {
        let mut carry = u32::from(*byte);
        for digit in &mut digits {
            carry += *digit << 8;
            *digit = carry % 58;
            carry /= 58;
        }
        while carry > 0 {
            digits.push(carry % 58);
            carry /= 58;
        }
    }
    digits.extend(bytes.iter().take_while(|byte| **byte == 0).map(|_| 0));
    digits.iter().rev().map(|digit| alphabet[*digit as usize]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_become_bytes_and_back() {
        assert_eq!(digits(0x3610_A686, BASE62, 6), b"0zNvy2");
        assert_eq!(base32(b"fooba"), b"MZXW6YTB");
        assert_eq!(base32_decode(b"mzxw6ytb"), b"fooba");
        assert_eq!(hex_decode(b"00fFa").or(hex_decode(b"00fF")), Some(vec![0, 255]));
        assert_eq!(hex_decode(b"0g"), None);
        let bytes = [0, 0, 1, 2, 250];
        assert_eq!(base58_decode(&base58(&bytes, BASE58), BASE58), Some(bytes.to_vec()));
        assert_eq!(base58_decode(b"0", BASE58), None);
        assert_eq!(base64(base64_encode(&bytes).as_bytes()), Some(bytes.to_vec()));
    }

    #[test]
    fn every_alphabet_has_each_digit_once() {
        for alphabet in [&BASE62[..], BASE62_LOWER_FIRST, BASE36, BASE58, BASE58_XRP] {
            let mut sorted = alphabet.to_vec();
            sorted.sort_unstable();
            sorted.dedup();
            assert_eq!(sorted.len(), alphabet.len());
        }
    }
}
