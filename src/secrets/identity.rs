//! What a secret is known by across runs, however its lines stand and wherever its file lies.

use std::borrow::Cow;

use super::candidate::Candidate;
use super::randomness;
use crate::blob::{Origin, path_bytes};
use crate::fingerprint::Fingerprint;

/// Secrets of this many bits are their own identity: nobody can guess them from a fingerprint.
const STRONG_BITS: f32 = 70.0;
/// Bits of evidence that say that a secret was drawn; of a shorter one, one for each character is enough.
const DRAWN_BITS: f32 = 60.0;
/// Bytes of a file that say which one it is, where the file itself is what is reported.
const HEAD: usize = 64 * 1024;

/// The identity of a candidate of a text from `origin`.
pub(super) fn fingerprint(candidate: &Candidate, origin: &Origin) -> Fingerprint {
    let family = &candidate.rule.family;
    if candidate.rule.is_for_paths() {
        let name = origin.path().and_then(|path| path.file_name());
        let name = name.map(|name| path_bytes(name.as_ref())).unwrap_or_default();
        let head = candidate.text.get(..candidate.text.len().min(HEAD)).unwrap_or_default();
        let head: Vec<u8> = head.iter().copied().filter(|byte| *byte != b'\r').collect();
        return Fingerprint::of_weak_secret(family, &name, &head);
    }
    let secret = essence(candidate.secret());
    if is_strong(&secret) {
        Fingerprint::of_strong_secret(&secret)
    } else {
        Fingerprint::of_weak_secret(family, candidate.name(), &secret)
    }
}

/// Whether nobody can guess a secret, not even with the fingerprint to hold a guess against: it is long enough, and looks
/// drawn, not made of words. Of 100 drawn ones of 24 characters one is taken for words; of those that people think of, some
/// of more than 20 characters that spell words with digits are taken for drawn.
fn is_strong(secret: &[u8]) -> bool {
    #[expect(clippy::cast_precision_loss, reason = "it is short")]
    let length = secret.len() as f32;
    randomness::guessing_bits(secret) >= STRONG_BITS
        && randomness::evidence(secret) >= length.min(DRAWN_BITS)
}

/// What a secret of several lines is without their ends and indentation; of armoured text, also without what stands between
/// its lines in strings of a program.
fn essence(secret: &[u8]) -> Cow<'_, [u8]> {
    if secret.starts_with(b"-----BEGIN ") {
        return armoured(secret).into();
    }
    if memchr::memchr2(b'\n', b'\r', secret).is_none() {
        return secret.into();
    }
    secret.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect::<Vec<u8>>().into()
}

/// The label and the base64 of armoured text (RFC 7468).
fn armoured(secret: &[u8]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(secret.len());
    let mut rest = secret;
    while let [first, after @ ..] = rest {
        if let (b'\\', [b'n' | b'r' | b't', beyond @ ..]) = (first, after) {
            rest = beyond;
            continue;
        }
        let is_text = first.is_ascii_alphanumeric() || b"+/=-".contains(first);
        kept.extend(is_text.then_some(*first));
        rest = after;
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_the_same_however_its_lines_stand() {
        let plain =
            ["-----BEGIN PRIVATE", " KEY-----\nMIIB\nabc+\n-----END PRIVATE KEY-----"].concat();
        let known = essence(plain.as_bytes()).into_owned();
        for changed in [
            plain.replace('\n', "\r\n"),
            plain.replace('\n', "\n    "),
            plain.replace('\n', "\\n"),
            plain.replace('\n', "\\r\\n\" \\\n  \""),
            plain.replace('\n', "\n# "),
        ] {
            assert_eq!(essence(changed.as_bytes()), known, "{changed}");
        }
        assert_ne!(essence(plain.replace("abc", "abd").as_bytes()), known);
    }

    #[test]
    fn long_passwords_of_people_are_not_strong() {
        for password in [
            "correct horse battery staple",
            "CorrectHorseBatteryStaple2024!",
            "Summer2024!Summer2024!",
            "Tr0ub4dor&3-Tr0ub4dor&3",
            "my-super-secret-password-123",
            "ILoveMyDogRex@Berlin1987",
            "thisisaverylongpasswordthatnobodyguesses",
            "admin1234567890admin",
            "Welcome2TheJungle!!",
            "abcdefghijklmnopqrstuvwxyz0123456789",
            "0123456789012345678901234567890",
        ] {
            assert!(!is_strong(password.as_bytes()), "{password}");
        }
    }

    #[test]
    fn what_programs_draw_is_strong() {
        for token in [
            ["8f4b2c9d1e7a", "60534b8c2f9e1d7a"].concat(),
            ["wJ4kQz8VbN2m", "Xr7TfL9cYh3P"].concat(),
            ["k3v9q2x7m1z8", "w5r4t6y0p2n8"].concat(),
            ["018f3c7e-9a2b-4d6e", "-8f1c-2b7d9e4a6c03"].concat(),
        ] {
            assert!(is_strong(token.as_bytes()), "{token}");
        }
    }
}
