//! OpenSSH's own format of private keys.
//! <https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key>

use super::super::Verified;
use super::super::wallet::is_ed25519_pair;
use super::public::{FINGERPRINT, bits, fingerprint, is_product};
use crate::finding::Verdict;

/// What opens the format.
pub(super) const MAGIC: &[u8] = b"openssh-key-v1\0";

/// Takes strings off the front of bytes (RFC 4251, section 5).
pub(super) struct Fields<'a>(pub(super) &'a [u8]);

impl<'a> Fields<'a> {
    pub(super) fn number(&mut self) -> Option<u32> {
        let (number, rest) = self.0.split_first_chunk::<4>()?;
        self.0 = rest;
        Some(u32::from_be_bytes(*number))
    }

    pub(super) fn string(&mut self) -> Option<&'a [u8]> {
        let length = self.number()?;
        let (string, rest) = self.0.split_at_checked(length as usize)?;
        self.0 = rest;
        Some(string)
    }
}

/// What follows the magic: cipher, KDF, its options, number of keys, public key, private part.
pub(super) fn private_key(bytes: &[u8]) -> Verified {
    read(bytes).unwrap_or(Verified::new(Verdict::ShapeOnly))
}

fn read(bytes: &[u8]) -> Option<Verified> {
    let mut fields = Fields(bytes);
    let (cipher, kdf, options) = (fields.string()?, fields.string()?, fields.string()?);
    if cipher != b"none" {
        let verified = Verified::new(Verdict::EncryptedKey)
            .with("cipher", String::from_utf8_lossy(cipher))
            .with("KDF", kdf_text(kdf, options));
        let public = fields.number().and_then(|_count| fields.string());
        return Some(match public {
            Some(blob) => describe(blob, verified),
            None => verified,
        });
    }
    let (_count, public, private) = (fields.number()?, fields.string()?, fields.string()?);
    let mut private = Fields(private);
    let (check, again) = (private.number()?, private.number()?);
    if check != again {
        return Some(describe(public, Verified::checksum(false)));
    }
    let (halves, comment) = halves(private);
    let verdict = match halves {
        Some(true) => Verdict::ChecksumValid,
        Some(false) => Verdict::ChecksumFailed,
        None => Verdict::StructureValid,
    };
    let verified = describe(public, Verified::new(verdict));
    Some(match comment {
        Some(comment) if !comment.is_empty() => verified.with(
            "comment",
            String::from_utf8_lossy(comment).chars().take(100).collect::<String>(),
        ),
        _ => verified,
    })
}

fn kdf_text(kdf: &[u8], options: &[u8]) -> String {
    let name = String::from_utf8_lossy(kdf);
    let mut options = Fields(options);
    match options.string().and_then(|_salt| options.number()) {
        Some(rounds) => format!("{name}, {rounds} rounds"),
        None => name.into_owned(),
    }
}

/// Whether the two halves of the key belong together, if that can be told, and its comment.
fn halves(mut private: Fields<'_>) -> (Option<bool>, Option<&[u8]>) {
    let holds = match private.string() {
        Some(b"ssh-ed25519") => {
            private.string();
            let pair = private.string().and_then(|pair| pair.try_into().ok());
            pair.map(is_ed25519_pair)
        }
        Some(b"ssh-rsa") => {
            // n, e, d, iqmp, p, q.
            let mut numbers = [&[][..]; 6];
            for number in &mut numbers {
                let Some(field) = private.string() else { return (None, None) };
                *number = field;
            }
            let [n, _, _, _, p, q] = numbers;
            Some(is_product(p, q, n))
        }
        Some(kind) if kind.starts_with(b"ecdsa-sha2-") => {
            (0..3).for_each(|_| _ = private.string());
            None
        }
        Some(b"ssh-dss") => {
            (0..5).for_each(|_| _ = private.string());
            None
        }
        _ => return (None, None),
    };
    (holds, private.string())
}

/// Names a public key as SSH sends it.
pub(super) fn describe(blob: &[u8], verified: Verified) -> Verified {
    let mut fields = Fields(blob);
    let Some(kind) = fields.string() else { return verified };
    let size = match kind {
        b"ssh-rsa" => fields.string().and_then(|_e| fields.string()).map(bits),
        b"ssh-dss" => fields.string().map(bits),
        _ => None,
    };
    let verified = verified.with("key", String::from_utf8_lossy(kind));
    let verified = match size {
        Some(size) => verified.with("bits", size.to_string()),
        None => verified,
    };
    verified.with(FINGERPRINT, fingerprint(blob))
}

#[cfg(test)]
mod tests {
    use super::super::super::wallet::ed25519_public;
    use super::super::public::string;
    use super::*;

    fn file(cipher: &str, options: &[u8], public: &[u8], private: &[u8]) -> Vec<u8> {
        let fields = [string(cipher.as_bytes()), string(b"bcrypt"), string(options)];
        [fields.concat(), vec![0, 0, 0, 1], string(public), string(private)].concat()
    }

    fn ed25519(check: [u8; 8], seed: [u8; 32]) -> Vec<u8> {
        let public = ed25519_public([5; 32]);
        let blob = [string(b"ssh-ed25519"), string(&public)].concat();
        let private =
            [&check[..], &blob, &string(&[seed, public].concat()), &string(b"me@here"), &[1, 2]]
                .concat();
        file("none", b"", &blob, &private)
    }

    #[test]
    fn keys_in_clear_prove_themselves() {
        let verified = private_key(&ed25519([1, 2, 3, 4, 1, 2, 3, 4], [5; 32]));
        assert_eq!(verified.verdict, Verdict::ChecksumValid);
        assert_eq!(verified.facts[0], ("key".into(), "ssh-ed25519".into()));
        assert_eq!(verified.facts[1].0, FINGERPRINT);
        assert_eq!(verified.facts[2], ("comment".into(), "me@here".into()));
        let other_check = private_key(&ed25519([1, 2, 3, 4, 1, 2, 3, 5], [5; 32]));
        assert_eq!(other_check.verdict, Verdict::ChecksumFailed);
        let other_seed = private_key(&ed25519([1, 2, 3, 4, 1, 2, 3, 4], [6; 32]));
        assert_eq!(other_seed.verdict, Verdict::ChecksumFailed);
    }

    #[test]
    fn rsa_keys_are_products() {
        let numbers = [&[1, 4, 3][..], &[1, 0, 1], &[9], &[9], &[1, 1], &[1, 3]];
        let public = [string(b"ssh-rsa"), string(numbers[1]), string(numbers[0])].concat();
        let private =
            [vec![7; 8], string(b"ssh-rsa"), numbers.map(string).concat(), string(b"")].concat();
        let verified = private_key(&file("none", b"", &public, &private));
        assert_eq!(verified.verdict, Verdict::ChecksumValid);
        assert_eq!(verified.facts[1], ("bits".into(), "17".into()));
    }

    #[test]
    fn keys_under_a_passphrase_still_have_a_name() {
        let blob = [string(b"ssh-ed25519"), string(&[5; 32])].concat();
        let options = [string(&[1; 16]), vec![0, 0, 0, 16]].concat();
        let verified = private_key(&file("aes256-ctr", &options, &blob, &[9; 64]));
        assert_eq!(verified.verdict, Verdict::EncryptedKey);
        assert_eq!(verified.facts[1], ("KDF".into(), "bcrypt, 16 rounds".into()));
        assert_eq!(verified.facts[3].0, FINGERPRINT);
    }

    #[test]
    fn what_does_not_parse_proves_nothing() {
        let file = ed25519([0; 8], [5; 32]);
        for length in 0..file.len() {
            let verdict = private_key(&file[..length]).verdict;
            assert_eq!(verdict, Verdict::ShapeOnly, "{length}");
        }
        assert_eq!(private_key(&[0xFF; 100]).verdict, Verdict::ShapeOnly);
    }
}
