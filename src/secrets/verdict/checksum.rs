//! Tokens that end in a checksum of themselves. CRC32 is the IEEE one everywhere.

use base64::Engine as _;
use sha2::{Digest, Sha256};

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BASE36: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// `number` in a positional alphabet, most significant digit first, padded with the zero digit.
fn digits(mut number: u32, alphabet: &[u8], width: usize) -> Vec<u8> {
    let base = u32::try_from(alphabet.len()).unwrap_or(u32::MAX);
    let mut digits = vec![0; width];
    for digit in digits.iter_mut().rev() {
        *digit = alphabet.get((number % base) as usize).copied().unwrap_or(0);
        number /= base;
    }
    digits
}

fn hex(bytes: [u8; 4]) -> String {
    format!("{:08x}", u32::from_be_bytes(bytes))
}

/// What comes after the last underscore: bodies in base62 have none.
fn body(token: &[u8]) -> &[u8] {
    let start = token.iter().rposition(|byte| *byte == b'_').map_or(0, |at| at + 1);
    token.get(start..).unwrap_or_default()
}

fn split_tail(bytes: &[u8], tail: usize) -> Option<(&[u8], &[u8])> {
    bytes.len().checked_sub(tail).and_then(|at| bytes.split_at_checked(at))
}

/// GitHub's scheme, which npm, Vercel and others took over: the last 6 characters of the body are the CRC32 of the
/// rest of it in base62. <https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/>
pub(super) fn base62_tail(token: &[u8]) -> bool {
    split_tail(body(token), 6)
        .is_some_and(|(body, tail)| digits(crc32fast::hash(body), BASE62, 6) == tail)
}

/// Cloudflare: 40 characters, then their CRC32 in hex.
/// <https://developers.cloudflare.com/fundamentals/api/get-started/token-formats/>
pub(super) fn hex_tail(token: &[u8]) -> bool {
    split_tail(body(token), 8)
        .is_some_and(|(body, tail)| hex(crc32fast::hash(body).to_be_bytes()).as_bytes() == tail)
}

/// Atlassian and Bitbucket: the last 8 characters are the CRC32 of all before them, in upper-case hex.
pub(super) fn hex_upper_tail(token: &[u8]) -> bool {
    split_tail(token, 8).is_some_and(|(body, tail)| {
        hex(crc32fast::hash(body).to_be_bytes()).to_ascii_uppercase().as_bytes() == tail
    })
}

/// Grafana: `glsa_`, 32 characters, `_`, the CRC32 of prefix and characters in hex, low byte first.
/// <https://github.com/grafana/grafana/blob/main/pkg/components/satokengen/satokengen.go>
pub(super) fn grafana(token: &[u8]) -> bool {
    split_tail(token, 8).is_some_and(|(rest, tail)| {
        let payload = rest.strip_suffix(b"_").unwrap_or(rest);
        hex(crc32fast::hash(payload).to_le_bytes()).as_bytes() == tail
    })
}

/// GitHub fine-grained: characters 78 to 85 are the start of base32(SHA-256(the first 77 characters)).
pub(super) fn github_fine_grained(token: &[u8]) -> bool {
    let Some((payload, rest)) = token.split_at_checked(77) else { return false };
    let sum = Sha256::digest(payload);
    let expected: Vec<u8> = base32(&sum.iter().copied().take(5).collect::<Vec<u8>>());
    rest.get(..8) == Some(expected.as_slice())
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

/// GitLab routable tokens: payload, `.`, version, `.`, two base36 digits of the payload's length, seven of the CRC32 of
/// everything before them. <https://docs.gitlab.com/development/routable_tokens/>
pub(super) fn gitlab_routable(token: &[u8]) -> bool {
    split_tail(token, 7)
        .is_some_and(|(rest, tail)| digits(crc32fast::hash(rest), BASE36, 7) == tail)
}

/// Bytes from base64 of either alphabet, padded or not.
pub(crate) fn base64(text: &[u8]) -> Option<Vec<u8>> {
    use base64::alphabet::{STANDARD, URL_SAFE};
    use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
    const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let is_url_safe = text.iter().any(|byte| matches!(byte, b'-' | b'_'));
    let alphabet = if is_url_safe { &URL_SAFE } else { &STANDARD };
    GeneralPurpose::new(alphabet, LENIENT).decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Test vector of the catalogue of formats: the CRC32 of `hello` is 0x3610A686.
    #[test]
    fn known_encodings() {
        assert_eq!(crc32fast::hash(b"hello"), 0x3610_A686);
        assert_eq!(digits(0x3610_A686, BASE62, 6), b"0zNvy2");
        assert_eq!(base32(b"fooba"), b"MZXW6YTB");
    }

    fn flipped(token: &[u8]) -> Vec<u8> {
        let mut token = token.to_vec();
        let place = token.len() / 2;
        token[place] = if token[place] == b'a' { b'b' } else { b'a' };
        token
    }

    #[test]
    fn checksums_hold_and_break() {
        let body = b"0123456789abcdefghijABCDEFGHIJ";
        let crc = |bytes: &[u8]| crc32fast::hash(bytes);
        let classic = [b"ghp_", &body[..], &digits(crc(body), BASE62, 6)].concat();
        assert!(base62_tail(&classic) && !base62_tail(&flipped(&classic)));

        let cloudflare = [b"cfut_", &body[..], hex(crc(body).to_be_bytes()).as_bytes()].concat();
        assert!(hex_tail(&cloudflare) && !hex_tail(&flipped(&cloudflare)));

        let head = [b"ATATT3xFfG", &body[..], b"="].concat();
        let atlassian =
            [&head[..], hex(crc(&head).to_be_bytes()).to_uppercase().as_bytes()].concat();
        assert!(hex_upper_tail(&atlassian) && !hex_upper_tail(&flipped(&atlassian)));

        let head = [b"glsa_", &body[..], b"xy"].concat();
        let token = [&head[..], b"_", hex(crc(&head).to_le_bytes()).as_bytes()].concat();
        assert!(grafana(&token) && !grafana(&flipped(&token)));

        let head = [b"glpat-", &body[..], b".01.0u"].concat();
        let token = [&head[..], &digits(crc(&head), BASE36, 7)].concat();
        assert!(gitlab_routable(&token) && !gitlab_routable(&flipped(&token)));

        let head = [b"github_pat_", &vec![b'1'; 22][..], b"_", &vec![b'x'; 43][..]].concat();
        let sum = Sha256::digest(&head);
        let token = [&head[..], &base32(&sum[..5]), b"abcdefgh"].concat();
        assert!(github_fine_grained(&token) && !github_fine_grained(&flipped(&token)));
    }
}
