//! What a secret may fit: a signed token, a private key under a passphrase, the hash of a password.

use aes::cipher::block_padding::NoPadding;
use aes::cipher::{BlockModeDecrypt, KeyIvInit, StreamCipher};
use aes::{Aes128, Aes192, Aes256};
use des::TdesEde3;
use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use pkcs5::EncryptionScheme;
use sha2::{Digest, Sha256, Sha384, Sha512};

use super::super::hash;
use super::super::public::{Der, Ssh, base64, base64_url, is_sequence};
use super::armour::Armour;

/// Rounds of bcrypt in OpenSSH's format, beyond which it is not tried; 16 and 24 are usual.
const MOST_SSH_ROUNDS: u32 = 128;
/// Rounds of PBKDF2, likewise; half a million are usual.
const MOST_PBKDF2_ROUNDS: u32 = 2_000_000;
/// `OCTET STRING` of DER.
const OCTET_STRING: u8 = 4;

/// What it costs to try a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effort {
    Quick,
    Slow,
    /// So much that it is not done, or nobody here knows how.
    Endless,
}

/// What a secret may fit.
pub(super) enum Lock<'a> {
    /// A JWT: the length of the digest in bits, what is signed, and the signature.
    Token { bits: u32, signed: &'a [u8], signature: Vec<u8> },
    /// A private key in armour.
    Key(Armour<'a>),
    /// The hash of a password.
    Hash(&'a str),
}

impl<'a> Lock<'a> {
    /// What a secret is protected by, when that can be tried.
    pub(super) fn of(secret: &'a [u8]) -> Option<Self> {
        token(secret).or_else(|| {
            let armour = Armour::read(secret)?;
            let is_encrypted = armour.cipher.is_some()
                || armour.label == "ENCRYPTED PRIVATE KEY" && scheme(&armour.bytes).is_some()
                || armour.openssh().is_some_and(|key| key.cipher != b"none");
            is_encrypted.then_some(Self::Key(armour))
        })
    }

    pub(super) fn effort(&self) -> Effort {
        match self {
            Self::Hash(hash) if hash::is_too_slow(hash) => Effort::Endless,
            Self::Hash(hash) if hash::is_slow(hash) => Effort::Slow,
            Self::Token { .. } | Self::Hash(_) => Effort::Quick,
            Self::Key(armour) => effort(armour).unwrap_or(Effort::Endless),
        }
    }

    /// How many trials of the budget one trial takes.
    pub(super) fn price(&self) -> usize {
        if let Self::Hash(hash) = self { hash::price(hash) } else { 1 }
    }

    pub(super) fn fits(&self, secret: &[u8]) -> bool {
        match self {
            Self::Token { bits, signed, signature } => {
                let decoded = [base64(secret), base64_url(secret)];
                let keys = decoded.iter().flatten().map(Vec::as_slice).chain([secret]);
                keys.into_iter().any(|key| match bits {
                    256 => signs::<Hmac<Sha256>>(key, signed, signature),
                    384 => signs::<Hmac<Sha384>>(key, signed, signature),
                    _ => signs::<Hmac<Sha512>>(key, signed, signature),
                })
            }
            Self::Hash(hash) => hash::fits(hash, secret),
            Self::Key(armour) => match (armour.cipher, armour.openssh()) {
                (Some((cipher, initial)), _) => {
                    opens_legacy(cipher, initial, &armour.bytes, secret).unwrap_or(false)
                }
                (None, Some(_)) => opens_ssh(armour, secret).unwrap_or(false),
                (None, None) => opens_pkcs8(&armour.bytes, secret).unwrap_or(false),
            },
        }
    }

    /// What a secret does that fits, and what it is called there.
    pub(super) const fn words(&self) -> (&'static str, &'static str) {
        match self {
            Self::Token { .. } => ("signs the token", "the secret that signs it"),
            Self::Key(_) => ("opens the private key", "the passphrase that opens it"),
            Self::Hash(_) => ("has the hash", ""),
        }
    }
}

/// What it costs to try a passphrase; `None` for what cannot be tried. Scrypt says itself how much memory it takes, so it
/// is not.
fn effort(armour: &Armour) -> Option<Effort> {
    if let Some((cipher, _)) = armour.cipher {
        return legacy_key_length(cipher).map(|_| Effort::Quick);
    }
    let slow = |is_slow: bool| is_slow.then_some(Effort::Slow);
    if let Some(key) = armour.openssh() {
        return slow(ssh_key_length(key.cipher).is_some() && key.rounds <= MOST_SSH_ROUNDS);
    }
    let (scheme, _) = scheme(&armour.bytes)?;
    slow(scheme.pbes2()?.kdf.pbkdf2()?.iteration_count <= MOST_PBKDF2_ROUNDS)
}

/// A JWT that is signed with a shared secret (RFC 7518, section 3.2).
fn token(secret: &[u8]) -> Option<Lock<'_>> {
    let end = memchr::memrchr(b'.', secret)?;
    let (signed, signature) = (secret.get(..end)?, secret.get(end + 1..)?);
    let header = base64_url(signed.get(..memchr::memchr(b'.', signed)?)?)?;
    let header: serde_json::Map<String, serde_json::Value> =
        serde_json::from_slice(&header).ok()?;
    let bits = match header.get("alg")?.as_str()? {
        "HS256" => 256,
        "HS384" => 384,
        "HS512" => 512,
        _ => return None,
    };
    Some(Lock::Token { bits, signed, signature: base64_url(signature)? })
}

fn signs<M: Mac + KeyInit>(key: &[u8], signed: &[u8], signature: &[u8]) -> bool {
    let mac = <M as KeyInit>::new_from_slice(key);
    mac.is_ok_and(|mac| mac.chain_update(signed).verify_slice(signature).is_ok())
}

/// PEM of before PKCS#8: the key is the MD5 of passphrase and salt, as OpenSSL's `EVP_BytesToKey` makes it.
fn opens_legacy(cipher: &str, initial: &str, bytes: &[u8], secret: &[u8]) -> Option<bool> {
    let initial = hex(initial)?;
    let salt = initial.get(..8)?;
    let mut key: Vec<u8> = Vec::new();
    let mut last: Vec<u8> = Vec::new();
    while key.len() < 32 {
        last = Md5::digest([last.as_slice(), secret, salt].concat()).to_vec();
        key.extend(&last);
    }
    let key = key.get(..legacy_key_length(cipher)?)?;
    let mut clear = bytes.to_vec();
    match cipher {
        "AES-128-CBC" => blocks::<cbc::Decryptor<Aes128>>(key, &initial, &mut clear)?,
        "AES-192-CBC" => blocks::<cbc::Decryptor<Aes192>>(key, &initial, &mut clear)?,
        "AES-256-CBC" => blocks::<cbc::Decryptor<Aes256>>(key, &initial, &mut clear)?,
        _ => blocks::<cbc::Decryptor<TdesEde3>>(key, &initial, &mut clear)?,
    }
    let padding = usize::from(*clear.last()?);
    let (clear, padded) = clear.split_at_checked(clear.len().checked_sub(padding)?)?;
    Some(is_sequence(clear) && padded.iter().all(|byte| usize::from(*byte) == padding))
}

fn legacy_key_length(cipher: &str) -> Option<usize> {
    match cipher {
        "AES-128-CBC" => Some(16),
        "AES-192-CBC" | "DES-EDE3-CBC" => Some(24),
        "AES-256-CBC" => Some(32),
        _ => None,
    }
}

fn hex(text: &str) -> Option<Vec<u8>> {
    let digit =
        |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = text.as_bytes().chunks(2);
    pairs.map(|pair| Some(digit(pair.first()?)? << 4 | digit(pair.get(1)?)?)).collect()
}

/// OpenSSH: in clear, the private part begins with a number that is written twice, and the name of the kind of key.
fn opens_ssh(armour: &Armour, secret: &[u8]) -> Option<bool> {
    let key = armour.openssh()?;
    let length = ssh_key_length(key.cipher)?;
    let mut made = vec![0; length + 16];
    bcrypt_pbkdf::bcrypt_pbkdf(secret, key.salt, key.rounds, &mut made).ok()?;
    let (made, initial) = made.split_at_checked(length)?;
    let mut start = key.private.get(..32)?.to_vec();
    if key.cipher.ends_with(b"ctr") {
        match length {
            16 => stream::<ctr::Ctr128BE<Aes128>>(made, initial, &mut start)?,
            24 => stream::<ctr::Ctr128BE<Aes192>>(made, initial, &mut start)?,
            _ => stream::<ctr::Ctr128BE<Aes256>>(made, initial, &mut start)?,
        }
    } else {
        match length {
            16 => blocks::<cbc::Decryptor<Aes128>>(made, initial, &mut start)?,
            24 => blocks::<cbc::Decryptor<Aes192>>(made, initial, &mut start)?,
            _ => blocks::<cbc::Decryptor<Aes256>>(made, initial, &mut start)?,
        }
    }
    let mut fields = Ssh(&start);
    let is_equal = fields.number()? == fields.number()?;
    let kind = fields.field()?;
    Some(is_equal && kind.iter().all(u8::is_ascii_graphic))
}

fn ssh_key_length(cipher: &[u8]) -> Option<usize> {
    match cipher {
        b"aes128-ctr" | b"aes128-cbc" => Some(16),
        b"aes192-ctr" | b"aes192-cbc" => Some(24),
        b"aes256-ctr" | b"aes256-cbc" => Some(32),
        _ => None,
    }
}

fn stream<C: KeyIvInit + StreamCipher>(key: &[u8], initial: &[u8], bytes: &mut [u8]) -> Option<()> {
    C::new_from_slices(key, initial).ok()?.apply_keystream(bytes);
    Some(())
}

fn blocks<C: KeyIvInit + BlockModeDecrypt>(
    key: &[u8],
    initial: &[u8],
    bytes: &mut [u8],
) -> Option<()> {
    C::new_from_slices(key, initial).ok()?.decrypt_padded::<NoPadding>(bytes).ok()?;
    Some(())
}

/// The algorithm of an `EncryptedPrivateKeyInfo` (RFC 5958), and what is encrypted.
fn scheme(der: &[u8]) -> Option<(EncryptionScheme, &[u8])> {
    let mut fields = Der(der).sequence()?;
    let before = fields.0;
    fields.sequence()?;
    let algorithm = before.get(..before.len() - fields.0.len())?;
    Some((EncryptionScheme::try_from(algorithm).ok()?, fields.take(OCTET_STRING)?))
}

fn opens_pkcs8(der: &[u8], secret: &[u8]) -> Option<bool> {
    let (scheme, encrypted) = scheme(der)?;
    Some(is_sequence(&scheme.decrypt(secret, encrypted).ok()?))
}

#[cfg(test)]
mod tests {
    use aes::cipher::BlockModeEncrypt;
    use aes::cipher::block_padding::Pkcs7;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use pkcs5::der::Encode;
    use pkcs5::pbes2;

    use super::*;

    /// DER of a key, as far as anybody looks.
    const CLEAR: [u8; 34] = {
        let mut clear = [7; 34];
        (clear[0], clear[1]) = (0x30, 32);
        clear
    };

    fn armour(label: &str, headers: &str, bytes: &[u8]) -> String {
        let body = STANDARD.encode(bytes);
        format!("-----BEGIN {label}-----\n{headers}{body}\n-----END {label}-----\n")
    }

    fn check(text: &str, effort: Effort) {
        let lock = Lock::of(text.as_bytes()).unwrap();
        assert_eq!(lock.effort(), effort);
        assert!(lock.fits(b"lilac") && !lock.fits(b"lila") && !lock.fits(b""), "{text}");
    }

    #[test]
    fn passphrases_open_pkcs8() {
        let kdf = |rounds| {
            let parameters =
                pbes2::Parameters::generate_pbkdf2_sha256_aes256cbc(rounds, &[5; 16], [6; 16]);
            EncryptionScheme::from(parameters.unwrap())
        };
        let info = |rounds, encrypted: &[u8]| {
            let mut buffer = [0; 200];
            let algorithm = kdf(rounds).encode_to_slice(&mut buffer).unwrap().to_vec();
            let content =
                [algorithm, vec![4, u8::try_from(encrypted.len()).unwrap()], encrypted.to_vec()];
            let content = content.concat();
            [vec![0x30, 0x81, u8::try_from(content.len()).unwrap()], content].concat()
        };
        let encrypted = kdf(100).encrypt(b"lilac", &CLEAR).unwrap();
        let label = ["ENCRYPTED PRIVATE", "KEY"].join(" ");
        check(&armour(&label, "", &info(100, &encrypted)), Effort::Slow);
        let patient = armour(&label, "", &info(90_000_000, &encrypted));
        assert_eq!(Lock::of(patient.as_bytes()).unwrap().effort(), Effort::Endless);
        assert!(Lock::of(armour(&label, "", &CLEAR).as_bytes()).is_none(), "it is none");
    }

    #[test]
    fn passphrases_open_what_is_older() {
        let initial = "00112233445566778899AABBCCDDEEFF";
        let bytes = hex(initial).unwrap();
        let first = Md5::digest([b"lilac", &bytes[..8]].concat());
        let second = Md5::digest([&first[..], b"lilac", &bytes[..8]].concat());
        let key = [first, second].concat();
        let aes = cbc::Encryptor::<Aes256>::new_from_slices(&key, &bytes).unwrap();
        let des = cbc::Encryptor::<TdesEde3>::new_from_slices(&key[..24], &bytes[..8]).unwrap();
        for (cipher, initial, encrypted) in [
            ("AES-256-CBC", initial, aes.encrypt_padded_vec::<Pkcs7>(&CLEAR)),
            ("DES-EDE3-CBC", &initial[..16], des.encrypt_padded_vec::<Pkcs7>(&CLEAR)),
        ] {
            let headers = format!("Proc-Type: 4,ENCRYPTED\nDEK-Info: {cipher},{initial}\n\n");
            check(&armour(&["RSA PRIVATE", "KEY"].join(" "), &headers, &encrypted), Effort::Quick);
        }
    }
}
