//! Tokens that wrap something readable: JSON, dates, user names, word lists.

use sha2::{Digest, Sha256};

use super::Verified;
use super::checksum::{base32_decode as base32, base64};
use crate::date::{DAY, date, days_from_date};
use crate::finding::Verdict;

/// JSON Web Tokens (RFC 7519): the header must decode; claims give issuer, subject and expiry.
pub(super) fn jwt(token: &[u8], now: u64) -> Verified {
    let mut parts = token.split(|byte| *byte == b'.');
    let mut object = || parts.next().and_then(base64).and_then(|bytes| json_object(&bytes));
    let (Some(header), Some(claims)) = (object(), object()) else {
        return Verified::new(Verdict::ShapeOnly);
    };
    let Some(algorithm) = header.get("alg").and_then(serde_json::Value::as_str) else {
        return Verified::new(Verdict::ShapeOnly);
    };
    let mut verified = Verified::structure(true).with("algorithm", algorithm);
    for (claim, fact) in [
        ("iss", "issuer"),
        ("aud", "audience"),
        ("sub", "subject"),
        ("role", "role"),
        ("scope", "scope"),
    ] {
        if let Some(value) = claims.get(claim).and_then(serde_json::Value::as_str) {
            verified = verified.with(fact, value.chars().take(100).collect::<String>());
        }
    }
    match claims.get("exp").and_then(serde_json::Value::as_f64) {
        #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 have 31 bits")]
        Some(expiry) if expiry < now as f64 => Verified { verdict: Verdict::Expired, ..verified },
        _ => verified,
    }
}

fn json_object(bytes: &[u8]) -> Option<serde_json::Map<String, serde_json::Value>> {
    serde_json::from_slice(bytes).ok()
}

/// Tokens of which some part is base64 of a JSON object, such as Grafana's `glc_` and Sentry's `sntrys_`.
pub(super) fn base64_json(token: &[u8]) -> Verified {
    let start = token.windows(2).position(|pair| pair == b"ey" || pair == b"ew").unwrap_or(0);
    let rest = token.get(start..).unwrap_or_default();
    let end = rest.iter().position(|byte| matches!(byte, b'.' | b'_')).unwrap_or(rest.len());
    let parses = |end: usize| {
        rest.get(..end).and_then(base64).is_some_and(|bytes| json_object(&bytes).is_some())
    };
    Verified::structure(parses(end) || parses(rest.len()))
}

/// Base64 of `user:password`.
pub(super) fn basic_auth(token: &[u8]) -> Verified {
    let decoded = base64(token).and_then(|bytes| String::from_utf8(bytes).ok());
    let pair = decoded.as_deref().and_then(|text| text.split_once(':'));
    match pair {
        Some((user, password))
            if !password.is_empty()
                && !user.chars().chain(password.chars()).any(char::is_control) =>
        {
            Verified::structure(true).with("user", user.chars().take(60).collect::<String>())
        }
        _ => Verified::new(Verdict::ShapeOnly),
    }
}

/// `JFrog` reference tokens: base64 of `reftkn:version:expiry:secret`; an expiry of 0 is none.
pub(super) fn jfrog_reference(token: &[u8], now: u64) -> Verified {
    let decoded = base64(token).and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
    let mut fields = decoded.split(':');
    if fields.next() != Some("reftkn") {
        return Verified::new(Verdict::ShapeOnly);
    }
    let expiry: Option<u64> = fields.nth(1).and_then(|field| field.parse().ok());
    match expiry {
        Some(expiry) if expiry > 0 && expiry < now => Verified::new(Verdict::Expired),
        Some(_) => Verified::structure(true),
        None => Verified::new(Verdict::ShapeOnly),
    }
}

/// `PyPI` tokens: a macaroon of version 2 with the host name of the index in its location.
/// <https://github.com/pypi/warehouse/blob/main/docs/dev/development/token-scanning.rst>
pub(super) fn macaroon(token: &[u8]) -> Verified {
    let body = token.strip_prefix(b"pypi-").unwrap_or(token);
    let Some(bytes) = base64(body) else { return Verified::new(Verdict::ShapeOnly) };
    let [2, 1, length, rest @ ..] = bytes.as_slice() else {
        return Verified::new(Verdict::ShapeOnly);
    };
    let location = rest.get(..usize::from(*length)).map(String::from_utf8_lossy);
    match location {
        Some(host) if host.contains('.') => Verified::structure(true).with("index", host),
        _ => Verified::new(Verdict::ShapeOnly),
    }
}

/// Discord bot tokens: base64 of the user's number, base64 of a time, HMAC. The number holds its date of creation.
/// <https://discord.com/developers/docs/reference#snowflakes>
pub(super) fn discord(token: &[u8]) -> Verified {
    const EPOCH_MS: u64 = 1_420_070_400_000;
    let mut parts = token.split(|byte| *byte == b'.');
    let number = parts
        .next()
        .and_then(base64)
        .and_then(|bytes| String::from_utf8(bytes).ok()?.parse::<u64>().ok());
    match number {
        Some(number) if number > 1 << 22 => {
            let year = 1970 + ((number >> 22) + EPOCH_MS) / 31_556_952_000;
            Verified::structure(year < 2100).with("account created", year.to_string())
        }
        _ => Verified::new(Verdict::ShapeOnly),
    }
}

/// Shared access signatures: the field `se` is the expiry.
/// <https://learn.microsoft.com/rest/api/storageservices/create-service-sas>
pub(super) fn sas(token: &[u8], now: u64) -> Verified {
    let text = String::from_utf8_lossy(token);
    let mut fields = text
        .split(['?', '&', ';'])
        .filter_map(|field| field.trim_start_matches("amp;").split_once('='));
    let expiry = fields
        .find(|(name, _)| *name == "se")
        .map(|(_, value)| value.replace("%3A", ":").replace("%3a", ":"));
    match expiry.as_deref().and_then(seconds_of_date) {
        Some(expiry) if expiry < now => {
            Verified::new(Verdict::Expired).with("expired", date(expiry))
        }
        Some(expiry) => Verified::structure(true).with("expires", date(expiry)),
        None => Verified::new(Verdict::ShapeOnly),
    }
}

/// Seconds since 1970 of an ISO 8601 date, to the day.
fn seconds_of_date(text: &str) -> Option<u64> {
    let mut fields = text.get(..10)?.splitn(3, '-');
    let mut field = || fields.next()?.parse::<u64>().ok();
    let (year, month, day) = (field()?, field()?, field()?);
    if !(1970..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // The end of that day, so that a token that is good for some hours more is not called expired.
    Some((days_from_date(year, month, day) + 1) * DAY)
}

/// Bech32 (BIP 173), in one case: human-readable part, `1`, data with a checksum of six characters.
/// <https://github.com/bitcoin/bips/blob/master/bip-0173.mediawiki>
pub(super) fn bech32(token: &[u8]) -> bool {
    const ALPHABET: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    const GENERATORS: [u32; 5] = [0x3B6A_57B2, 0x2650_8E6D, 0x1EA1_19FA, 0x3D42_33DD, 0x2A14_62B3];
    let token = token.to_ascii_lowercase();
    let Some(separator) = token.iter().rposition(|byte| *byte == b'1') else { return false };
    let (prefix, data) = token.split_at(separator);
    let values: Option<Vec<u32>> = data
        .iter()
        .skip(1)
        .map(|byte| {
            ALPHABET
                .iter()
                .position(|known| known == byte)
                .and_then(|value| u32::try_from(value).ok())
        })
        .collect();
    let Some(values) = values.filter(|values| values.len() >= 6) else { return false };
    let high = prefix.iter().map(|byte| u32::from(byte >> 5));
    let low = prefix.iter().map(|byte| u32::from(byte & 31));
    let sum = high.chain([0]).chain(low).chain(values).fold(1_u32, |sum, value| {
        let shifted = (sum & 0x01FF_FFFF) << 5 ^ value;
        let used = GENERATORS.iter().enumerate().filter(|(bit, _)| sum >> (25 + bit) & 1 == 1);
        used.fold(shifted, |sum, (_, generator)| sum ^ generator)
    });
    sum == 1
}

/// NATS seeds: base32 of two bytes of kind, 32 bytes of key and a CRC16, low byte first.
/// <https://github.com/nats-io/nkeys/blob/main/strkey.go>
pub(super) fn nats_seed(token: &[u8]) -> bool {
    let bytes = base32(token);
    bytes
        .split_last_chunk::<2>()
        .is_some_and(|(data, sum)| crc16_xmodem(data).to_le_bytes() == *sum)
}

fn crc16_xmodem(bytes: &[u8]) -> u16 {
    let shift = |sum: u16, _| if sum & 0x8000 == 0 { sum << 1 } else { sum << 1 ^ 0x1021 };
    bytes.iter().fold(0, |sum, byte| (0..8).fold(sum ^ u16::from(*byte) << 8, shift))
}

/// `Base58Check`: the last four bytes are the start of a double SHA-256 of the others.
/// <https://en.bitcoin.it/wiki/Base58Check_encoding>
pub(super) fn base58check(token: &[u8]) -> bool {
    const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    if token.len() > 120 {
        return false;
    }
    let mut bytes: Vec<u8> = Vec::new();
    for digit in token {
        let Some(value) = ALPHABET.iter().position(|known| known == digit) else { return false };
        let mut carry = u32::try_from(value).unwrap_or(0);
        for byte in &mut bytes {
            carry += u32::from(*byte) * 58;
            *byte = (carry & 0xFF) as u8;
            carry >>= 8;
        }
        if carry > 0 {
            bytes.push((carry & 0xFF) as u8);
        }
    }
    bytes.extend(token.iter().take_while(|digit| **digit == b'1').map(|_| 0));
    bytes.reverse();
    bytes
        .split_last_chunk::<4>()
        .is_some_and(|(data, sum)| Sha256::digest(Sha256::digest(data)).starts_with(sum))
}

/// A mnemonic of BIP 39: every word is in the list, and the last bits are a checksum of the others.
/// <https://github.com/bitcoin/bips/blob/master/bip-0039.mediawiki>
pub(super) fn bip39(token: &[u8]) -> Verified {
    const WORDS: &str = include_str!("../../../rules/secrets/bip39-english.txt");
    let list: Vec<&str> = WORDS.lines().collect();
    let text = String::from_utf8_lossy(token).to_ascii_lowercase();
    let words: Option<Vec<usize>> = text
        .split([' ', ','])
        .filter(|word| !word.is_empty())
        .map(|word| list.binary_search(&word).ok())
        .collect();
    let Some(words) = words.filter(|words| matches!(words.len(), 12 | 15 | 18 | 21 | 24)) else {
        return Verified::new(Verdict::ShapeOnly);
    };
    let bits: Vec<bool> =
        words.iter().flat_map(|word| (0..11).rev().map(move |bit| word >> bit & 1 == 1)).collect();
    let sum_bits = bits.len() / 33;
    let (entropy, sum) = bits.split_at(bits.len() - sum_bits);
    let number = |bits: &[bool]| bits.iter().fold(0_u8, |number, bit| number << 1 | u8::from(*bit));
    let entropy: Vec<u8> = entropy.chunks(8).map(number).collect();
    let expected = Sha256::digest(&entropy).first().map(|byte| byte >> (8 - sum_bits));
    Verified::checksum(expected == Some(number(sum)))
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

    use super::*;

    fn jwt_of(claims: &str) -> String {
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        format!("{}.{}.{}", part(r#"{"alg":"HS256","typ":"JWT"}"#), part(claims), part("signature"))
    }

    #[test]
    fn jwt_claims_are_read() {
        let verified = jwt(jwt_of(r#"{"iss":"me","exp":2000}"#).as_bytes(), 1000);
        assert_eq!(verified.verdict, Verdict::StructureValid);
        assert!(verified.facts.contains(&("issuer".into(), "me".into())));
        assert_eq!(jwt(jwt_of(r#"{"exp":2000}"#).as_bytes(), 3000).verdict, Verdict::Expired);
        assert_eq!(jwt(b"eyJx.eyJy.z", 0).verdict, Verdict::ShapeOnly);
    }

    #[test]
    fn dates_are_read_to_the_end_of_the_day() {
        assert_eq!(seconds_of_date("2000-02-29T10:00:00Z"), Some(11_017 * DAY));
        assert_eq!(seconds_of_date("2024-13-01"), None);
    }

    #[test]
    fn an_old_signature_has_expired() {
        assert_eq!(
            sas(b"sv=2020-01-01&se=2020-02-01T00%3A00%3A00Z&sig=x", 1_700_000_000).verdict,
            Verdict::Expired
        );
        assert_eq!(sas(b"se=2090-02-01&sig=x", 1_700_000_000).verdict, Verdict::StructureValid);
    }

    /// Valid strings of BIP 173 and a version byte of BIP 32, from the documents themselves.
    #[test]
    fn checksummed_encodings() {
        assert!(
            bech32(b"A12UEL5L")
                && bech32(b"split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w")
        );
        assert!(!bech32(b"A12UEL5K") && !bech32(b"1"));
        let xpub = [
            "xpub661MyMwAqRbcFtXgS5sYJABqqG9YLmC4Q1Rdap9gSE8Nq",
            "twybGhePY2gZ29ESFjqJoCu1Rupje8YtGqsefD265TMg7usUDFdp6W1EGMcet8",
        ]
        .concat();
        assert!(base58check(xpub.as_bytes()));
        assert!(!base58check(xpub.replace("Mw", "wM").as_bytes()));
    }

    #[test]
    fn nats_seeds() {
        let mut bytes = vec![0x95, 0x00];
        bytes.extend(0..32);
        let sum = crc16_xmodem(&bytes).to_le_bytes();
        let seed = super::super::checksum::base32(&[bytes, sum.to_vec(), vec![0; 4]].concat());
        assert!(nats_seed(&seed[..58]));
        assert!(!nats_seed(&[b"SU", &seed[3..58], b"A"].concat()));
        assert_eq!(crc16_xmodem(b"123456789"), 0x31C3);
    }

    #[test]
    fn mnemonics() {
        let mut words = vec!["abandon"; 11];
        words.push("about");
        assert_eq!(bip39(words.join(" ").as_bytes()).verdict, Verdict::ChecksumValid);
        words.rotate_left(1);
        assert_eq!(bip39(words.join(" ").as_bytes()).verdict, Verdict::ChecksumFailed);
        assert_eq!(bip39(b"not a mnemonic at all").verdict, Verdict::ShapeOnly);
    }

    #[test]
    fn readable_tokens() {
        let basic = STANDARD.encode("alice:hunter2");
        assert_eq!(basic_auth(basic.as_bytes()).facts, [("user".into(), "alice".into())]);
        assert_eq!(basic_auth(STANDARD.encode("no colon").as_bytes()).verdict, Verdict::ShapeOnly);
        let token = format!("glc_{}", STANDARD.encode(r#"{"o":"1","n":"x","k":"y","m":{}}"#));
        assert_eq!(base64_json(token.as_bytes()).verdict, Verdict::StructureValid);
        let reference = |expiry: u64| STANDARD.encode(format!("reftkn:01:{expiry}:abcdef"));
        assert_eq!(jfrog_reference(reference(500).as_bytes(), 1000).verdict, Verdict::Expired);
        assert_eq!(jfrog_reference(reference(0).as_bytes(), 1000).verdict, Verdict::StructureValid);
        let pypi = format!("pypi-{}", URL_SAFE_NO_PAD.encode(b"\x02\x01\x08pypi.org\x02\x24rest"));
        assert_eq!(macaroon(pypi.as_bytes()).facts, [("index".into(), "pypi.org".into())]);
        let user = URL_SAFE_NO_PAD.encode("800000000000000000");
        assert_eq!(discord(format!("{user}.AAAAAA.x").as_bytes()).verdict, Verdict::StructureValid);
    }
}
