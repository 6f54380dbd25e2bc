//! `OpenPGP` private keys in armour (RFC 9580): the CRC24 of the body, and what its first packet says.

use sha1::{Digest, Sha1};

use super::super::Verified;
use super::super::encoding::{base64, hex};
use super::{Armour, unescape};
use crate::date::date;
use crate::finding::Verdict;

/// A key in armour. The line after the body is a checksum of the bytes; newer programs leave it out.
pub(in super::super) fn pgp(token: &[u8]) -> Verified {
    let text = unescape(token);
    let Some(Armour { body, .. }) = Armour::of(&text) else {
        return Verified::new(Verdict::ShapeOnly);
    };
    let lines = body.lines().map(|line| {
        line.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | '\\'))
    });
    let lines = lines.filter(|line| !line.is_empty() && !line.contains(": "));
    let (sum, data): (Vec<&str>, Vec<&str>) =
        lines.partition(|line| line.starts_with('=') && line.len() == 5);
    let Some(bytes) = base64(data.concat().as_bytes()) else {
        return Verified::new(Verdict::ShapeOnly);
    };
    let sum = sum.first().and_then(|line| base64(line.get(1..)?.as_bytes()));
    let key = SecretKey::read(&bytes);
    let verdict = match (sum.as_deref(), &key) {
        (Some([a, b, c]), _) if crc24(&bytes) != u32::from_be_bytes([0, *a, *b, *c]) => {
            Verdict::ChecksumFailed
        }
        (_, Some(key)) if key.is_encrypted => Verdict::EncryptedKey,
        (Some([_, _, _]), _) => Verdict::ChecksumValid,
        (_, Some(_)) => Verdict::StructureValid,
        _ => Verdict::ShapeOnly,
    };
    match key {
        Some(key) => key.describe(Verified::new(verdict)),
        None => Verified::new(verdict),
    }
}

pub(super) fn crc24(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x00B7_04CE, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte) << 16, |sum, _| {
            let shifted = sum << 1;
            if shifted & 0x0100_0000 == 0 { shifted } else { shifted ^ 0x0186_4CFB }
        })
    })
}

/// The body of the first packet, if it is a secret key (section 5.5.3).
struct SecretKey {
    algorithm: &'static str,
    bits: Option<u16>,
    created: u32,
    /// SHA-1 over the public half, as version 4 has it.
    fingerprint: String,
    is_encrypted: bool,
}

impl SecretKey {
    fn read(bytes: &[u8]) -> Option<Self> {
        let (tag, body) = packet(bytes)?;
        if !matches!(tag, 5 | 7) {
            return None;
        }
        let [4, t1, t2, t3, t4, algorithm, rest @ ..] = body else { return None };
        let (algorithm, curve, numbers) = match algorithm {
            1..=3 => ("RSA", false, 2),
            16 => ("ElGamal", false, 3),
            17 => ("DSA", false, 4),
            18 => ("ECDH", true, 1),
            19 => ("ECDSA", true, 1),
            22 => ("EdDSA", true, 1),
            27 => ("Ed25519", false, 0),
            _ => return None,
        };
        let mut rest = if algorithm == "Ed25519" { rest.get(32..)? } else { rest };
        if curve {
            rest = rest.get(1 + usize::from(*rest.first()?)..)?;
        }
        let bits = rest.first_chunk().map(|bits| u16::from_be_bytes(*bits));
        for _ in 0..numbers {
            let (bits, after) = rest.split_first_chunk::<2>()?;
            rest = after.get(usize::from(u16::from_be_bytes(*bits)).div_ceil(8)..)?;
        }
        if algorithm == "ECDH" {
            rest = rest.get(1 + usize::from(*rest.first()?)..)?;
        }
        let public = body.get(..body.len() - rest.len())?;
        let length = u16::try_from(public.len()).ok()?.to_be_bytes();
        let sum = Sha1::new().chain_update([0x99]).chain_update(length).chain_update(public);
        Some(Self {
            algorithm,
            bits: bits.filter(|_| !curve && numbers > 0),
            created: u32::from_be_bytes([*t1, *t2, *t3, *t4]),
            fingerprint: hex(&sum.finalize()),
            is_encrypted: *rest.first()? != 0,
        })
    }

    fn describe(&self, verified: Verified) -> Verified {
        let verified = verified
            .with("key", self.algorithm)
            .with("fingerprint", self.fingerprint.as_str())
            .with("created", date(self.created.into()));
        match self.bits {
            Some(bits) => verified.with("bits", bits.to_string()),
            None => verified,
        }
    }
}

/// Type and body of the first packet (section 4.2), in either format of headers.
fn packet(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let (head, rest) = bytes.split_first()?;
    let (tag, length, rest) = match (head & 0xC0, rest) {
        (0xC0, [first @ 0..192, rest @ ..]) => (head & 0x3F, usize::from(*first), rest),
        (0xC0, [first @ 192..224, second, rest @ ..]) => {
            let length = (usize::from(*first) - 192) * 256 + usize::from(*second) + 192;
            (head & 0x3F, length, rest)
        }
        (0xC0, [255, a, b, c, d, rest @ ..]) => {
            (head & 0x3F, u32::from_be_bytes([*a, *b, *c, *d]) as usize, rest)
        }
        (0x80, _) => {
            let size = 1_usize << (head & 3);
            let (length, rest) = rest.split_at_checked(size)?;
            let length = length.iter().fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte));
            (head >> 2 & 0xF, length, rest)
        }
        _ => return None,
    };
    Some((tag, rest.get(..length)?))
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    /// A packet with an RSA key of 17 bits made in 2001.
    fn key(usage: u8, is_new: bool) -> Vec<u8> {
        let created = 1_000_000_000_u32.to_be_bytes();
        let numbers = [0, 17, 1, 4, 3, 0, 17, 1, 0, 1];
        let body = [&[4][..], &created, &[1], &numbers, &[usage, 1, 2, 3, 4, 5]].concat();
        let length = u8::try_from(body.len()).unwrap();
        let head = if is_new { vec![0xC5, length] } else { vec![0x95, 0, length] };
        [head, body].concat()
    }

    fn armour(bytes: &[u8], sum: Option<[u8; 3]>) -> Vec<u8> {
        let label = "PGP PRIVATE KEY BLOCK";
        let body = STANDARD.encode(bytes);
        let sum = sum.map(|sum| format!("={}\n", STANDARD.encode(sum))).unwrap_or_default();
        format!("-----BEGIN {label}-----\nVersion: x\n\n{body}\n{sum}-----END {label}-----")
            .into_bytes()
    }

    fn sum_of(bytes: &[u8]) -> [u8; 3] {
        let [_, sum @ ..] = crc24(bytes).to_be_bytes();
        sum
    }

    #[test]
    fn sums() {
        for is_new in [false, true] {
            let bytes = key(0, is_new);
            let verified = pgp(&armour(&bytes, Some(sum_of(&bytes))));
            assert_eq!(verified.verdict, Verdict::ChecksumValid);
            assert_eq!(verified.facts[0], ("key".into(), "RSA".into()));
            assert_eq!(verified.facts[2], ("created".into(), "2001-09-09".into()));
            assert_eq!(verified.facts[3], ("bits".into(), "17".into()));
            let wrong = pgp(&armour(&bytes, Some([1, 2, 3])));
            assert_eq!(wrong.verdict, Verdict::ChecksumFailed);
            assert_eq!(pgp(&armour(&bytes, None)).verdict, Verdict::StructureValid);
        }
    }

    #[test]
    fn a_passphrase_is_seen() {
        let bytes = key(254, false);
        let verified = pgp(&armour(&bytes, Some(sum_of(&bytes))));
        assert_eq!(verified.verdict, Verdict::EncryptedKey);
        let cut = &bytes[..8];
        assert_eq!(pgp(&armour(cut, None)).verdict, Verdict::ShapeOnly);
        assert_eq!(pgp(&armour(cut, Some(sum_of(cut)))).verdict, Verdict::ChecksumValid);
    }
}
