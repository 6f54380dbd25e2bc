//! The identity of a finding: stable across line moves, renames and history rewrites.
//!
//! A fingerprint of a weak secret must not let whoever holds a baseline confirm a guess, so it carries
//! 16 bits of the value and no more.

use std::fmt::{self, Write as _};

use sha2::{Digest, Sha256};

/// The name by which a finding is known in baselines and reports.
///
/// `s1:` a secret nobody can guess, `w1:` a weak secret under a named key, `p1:` a policy finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(String);

/// The SHA-256 of a whole input: whether it is still what was scanned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContentId([u8; 32]);

impl ContentId {
    /// The id of some bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

impl Fingerprint {
    /// For a secret of 70 bits or more: 128 bits of SHA-256 over the secret. Which rule found it has no part in it, so
    /// that it is the same wherever and however the secret is written.
    pub fn of_strong_secret(secret: &[u8]) -> Self {
        Self(format!("s1:{}", digest(&[b"s1", secret])))
    }

    /// For a secret that could be guessed: 128 bits over rule family, the name it is assigned to, and
    /// 16 bits of a digest of the value.
    ///
    /// Whoever holds the fingerprint learns 16 bits of the value, not enough to confirm a guess; the price is
    /// that another value under the same name goes unnoticed once in 65 536.
    pub fn of_weak_secret(family: &str, key: &[u8], secret: &[u8]) -> Self {
        let value = Sha256::digest(secret);
        let sixteen_bits: Vec<u8> = value.iter().copied().take(2).collect();
        Self(format!("w1:{}", digest(&[b"w1", family.as_bytes(), key, &sixteen_bits])))
    }

    /// For a policy finding: check, normalised statement and path of the element within it. No line, no file name.
    pub fn of_policy(check: &str, statement: ContentId, element: &str) -> Self {
        Self(format!("p1:{}", digest(&[b"p1", check.as_bytes(), &statement.0, element.as_bytes()])))
    }

    /// The fingerprint that is written so; `None` for what is none.
    pub fn from_text(text: &str) -> Option<Self> {
        let digits = ["s1:", "w1:", "p1:"].iter().find_map(|kind| text.strip_prefix(kind))?;
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        (digits.len() == 32 && digits.bytes().all(is_digit)).then(|| Self(text.to_owned()))
    }

    /// The fingerprint as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// 128 bits of SHA-256 in hex. Each part is preceded by its length, so that parts cannot run into each other.
fn digest(parts: &[&[u8]]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hasher.finalize().iter().take(16).fold(String::with_capacity(32), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_do_not_run_into_each_other() {
        assert_ne!(
            Fingerprint::of_weak_secret("ab", b"c", b"x"),
            Fingerprint::of_weak_secret("a", b"bc", b"x")
        );
    }

    #[test]
    fn a_strong_secret_is_its_own_identity() {
        let one = Fingerprint::of_strong_secret(b"secret one");
        assert_eq!(one, Fingerprint::of_strong_secret(b"secret one"));
        assert_ne!(one, Fingerprint::of_strong_secret(b"secret two"));
        assert_eq!(one.as_str().len(), 35);
    }

    #[test]
    fn fingerprints_are_read_back() {
        let one = Fingerprint::of_strong_secret(b"secret one");
        assert_eq!(Fingerprint::from_text(one.as_str()), Some(one.clone()));
        for wrong in ["", "s1:", "x1:0123", &one.as_str().to_uppercase(), &format!("{one}0")] {
            assert_eq!(Fingerprint::from_text(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_weak_secret_gives_away_sixteen_bits() {
        let known: std::collections::HashSet<_> = (0..200_000_u32)
            .map(|n| Fingerprint::of_weak_secret("f", b"password", &n.to_le_bytes()))
            .collect();
        assert!(known.len() <= 65_536, "{} distinct fingerprints", known.len());
        assert!(known.len() > 60_000);
    }
}
