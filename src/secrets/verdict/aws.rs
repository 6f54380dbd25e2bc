//! What an AWS access key id tells: the kind of key and, for keys of the current generation, the account.

use super::Verified;
use crate::finding::Verdict;

/// Bit 0 of the 80 bits of a key id: 1 for the generation that carries the account number.
const GENERATION: u64 = 1 << 47;
/// Bits 1 to 40 of the first 48: the account number.
const ACCOUNT: u64 = 0x7FFF_FFFF_FF80;
const ACCOUNT_SHIFT: u32 = 7;
const LARGEST_ACCOUNT: u64 = 999_999_999_999;

/// Four letters of kind, then 16 base32 digits of which the first nine and a half carry the account.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids>,
/// <https://awsteele.com/blog/2020/09/26/aws-access-key-format.html>
pub(super) fn key_id(token: &[u8]) -> Verified {
    let Some((kind, digits)) = token.split_first_chunk::<4>() else {
        return Verified::new(Verdict::ShapeOnly);
    };
    let mut verified = Verified::new(Verdict::ShapeOnly);
    if let Some(kind) = kind_of(*kind) {
        verified = verified.with("key kind", kind);
    }
    let Some(bits) = first_48_bits(digits) else { return verified };
    if bits & GENERATION == 0 {
        return verified;
    }
    let account = (bits & ACCOUNT) >> ACCOUNT_SHIFT;
    if account <= LARGEST_ACCOUNT {
        verified.verdict = Verdict::StructureValid;
        verified.with("AWS account", format!("{account:012}"))
    } else {
        // No such account can exist, so no such key was ever issued.
        verified.verdict = Verdict::ChecksumFailed;
        verified
    }
}

const fn kind_of(kind: [u8; 4]) -> Option<&'static str> {
    match &kind {
        b"AKIA" => Some("long-lived access key"),
        b"ASIA" => Some("temporary access key"),
        b"ABIA" => Some("bearer token"),
        b"ACCA" => Some("context-specific credential"),
        _ => None,
    }
}

/// The first ten base32 digits are 50 bits, of which 48 are wanted.
fn first_48_bits(digits: &[u8]) -> Option<u64> {
    let digits = digits.first_chunk::<10>()?;
    let mut bits = 0;
    for digit in digits {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'2'..=b'7' => digit - b'2' + 26,
            _ => return None,
        };
        bits = bits << 5 | u64::from(value);
    }
    Some(bits >> 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Builds a key id the way the format says.
    fn synthesize(account: u64) -> Vec<u8> {
        let number: u128 = 1 << 79 | u128::from(account) << 39 | 0x12_3456_789A;
        let digit =
            |place: u32| b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[(number >> (5 * place) & 31) as usize];
        [b"AKIA".to_vec(), (0..16).rev().map(digit).collect()].concat()
    }

    #[test]
    fn reads_the_account() {
        for account in [1, 111_122_223_333, 999_999_999_999] {
            let verified = key_id(&synthesize(account));
            assert_eq!(verified.verdict, Verdict::StructureValid);
            assert!(verified.facts.contains(&("AWS account".into(), format!("{account:012}"))));
        }
    }

    #[test]
    fn an_impossible_account_is_no_key() {
        assert_eq!(key_id(&synthesize(1_000_000_000_000)).verdict, Verdict::ChecksumFailed);
    }

    #[test]
    fn old_keys_hide_the_account() {
        let verified = key_id(&[b"AKIA".as_slice(), b"IOSFODNN7", b"ABCDEFG"].concat());
        assert_eq!(verified.facts.len(), 1);
        assert_eq!(verified.verdict, Verdict::ShapeOnly);
    }
}
