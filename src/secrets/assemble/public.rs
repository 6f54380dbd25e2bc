//! The public half of a key, read from certificates, public keys and private keys: what identifies a key pair.

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use sha2::{Digest, Sha256};

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_allow_trailing_bits(true)
    .with_decode_padding_mode(DecodePaddingMode::Indifferent);
const BASE64: GeneralPurpose = GeneralPurpose::new(&STANDARD, LENIENT);
const BASE64_URL: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, LENIENT);

const RSA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 1];
const EC: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 2, 1];
const ED25519: &[u8] = &[0x2B, 0x65, 0x70];

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const OBJECT: u8 = 0x06;
const SEQUENCE: u8 = 0x30;

/// What identifies a key pair: a digest of its public half, whatever that is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Id([u8; 32]);

impl Id {
    fn new(kind: &[u8], parts: &[&[u8]]) -> Self {
        let mut hasher = Sha256::new_with_prefix(kind);
        for part in parts {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        Self(hasher.finalize().into())
    }

    fn rsa(modulus: &[u8], exponent: &[u8]) -> Self {
        let plain = |number| {
            let mut number: &[u8] = number;
            while let [0, rest @ ..] = number {
                number = rest;
            }
            number
        };
        Self::new(b"rsa", &[plain(modulus), plain(exponent)])
    }

    fn ec(point: &[u8]) -> Self {
        Self::new(b"ec", &[point])
    }

    fn ed25519(key: &[u8]) -> Self {
        Self::new(b"ed25519", &[key])
    }
}

pub(super) fn base64(text: &[u8]) -> Option<Vec<u8>> {
    BASE64.decode(text).ok()
}

pub(super) fn base64_url(text: &[u8]) -> Option<Vec<u8>> {
    BASE64_URL.decode(text).ok()
}

/// Base64 in lines, or in strings of a language.
pub(super) fn base64_lines(text: &[u8]) -> Option<Vec<u8>> {
    let mut plain = Vec::with_capacity(text.len());
    let mut bytes = text.iter().copied();
    while let Some(byte) = bytes.next() {
        match byte {
            // What is escaped is the end of a line, or a slash.
            b'\\' => plain.extend(bytes.next().filter(|escaped| *escaped == b'/')),
            b'+' | b'/' | b'=' => plain.push(byte),
            _ if byte.is_ascii_alphanumeric() => plain.push(byte),
            _ => {}
        }
    }
    base64(&plain)
}

/// Elements of DER, one after the other.
pub(super) struct Der<'a>(pub(super) &'a [u8]);

impl<'a> Der<'a> {
    /// The next element: its tag and its content.
    pub(super) fn next(&mut self) -> Option<(u8, &'a [u8])> {
        let [tag, first, rest @ ..] = self.0 else { return None };
        let (length, rest) = match first {
            0..=0x7F => (usize::from(*first), rest),
            0x81..=0x84 => {
                let (length, rest) = rest.split_at_checked(usize::from(first & 0x7F))?;
                (length.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest)
            }
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((*tag, content))
    }

    /// The content of the next element, which must have this tag.
    pub(super) fn take(&mut self, wanted: u8) -> Option<&'a [u8]> {
        self.next().filter(|(tag, _)| *tag == wanted).map(|(_, content)| content)
    }

    /// The elements of the next one, which must be a sequence.
    pub(super) fn sequence(&mut self) -> Option<Self> {
        self.take(SEQUENCE).map(Der)
    }
}

/// Whether the bytes are one sequence and nothing else.
pub(super) fn is_sequence(der: &[u8]) -> bool {
    let mut elements = Der(der);
    elements.sequence().is_some() && elements.0.is_empty()
}

/// X.509 (RFC 5280): version, serial number, algorithm, issuer, dates and subject stand before the key.
pub(super) fn certificate(der: &[u8]) -> Option<Id> {
    let mut fields = Der(der).sequence()?.sequence()?;
    if fields.0.first() == Some(&0xA0) {
        fields.next()?;
    }
    for _ in 0..5 {
        fields.next()?;
    }
    subject_public_key(fields.0)
}

/// `SubjectPublicKeyInfo` (RFC 5280).
pub(super) fn subject_public_key(der: &[u8]) -> Option<Id> {
    let mut fields = Der(der).sequence()?;
    let kind = fields.sequence()?.take(OBJECT)?;
    let key = bits(fields.take(BIT_STRING)?)?;
    match kind {
        RSA => pkcs1_public(key),
        EC => Some(Id::ec(key)),
        ED25519 => Some(Id::ed25519(key)),
        _ => None,
    }
}

/// `RSAPublicKey` (RFC 8017).
pub(super) fn pkcs1_public(der: &[u8]) -> Option<Id> {
    let mut fields = Der(der).sequence()?;
    Some(Id::rsa(fields.take(INTEGER)?, fields.take(INTEGER)?))
}

/// `RSAPrivateKey` (RFC 8017).
pub(super) fn pkcs1_private(der: &[u8]) -> Option<Id> {
    let mut fields = Der(der).sequence()?;
    fields.take(INTEGER)?;
    Some(Id::rsa(fields.take(INTEGER)?, fields.take(INTEGER)?))
}

/// `ECPrivateKey` (RFC 5915): the public half is optional and mostly there.
pub(super) fn sec1_private(der: &[u8]) -> Option<Id> {
    let mut fields = Der(der).sequence()?;
    while let Some((tag, content)) = fields.next() {
        if tag == 0xA1 {
            return Some(Id::ec(bits(Der(content).take(BIT_STRING)?)?));
        }
    }
    None
}

/// `PrivateKeyInfo` (RFC 5958).
pub(super) fn pkcs8_private(der: &[u8]) -> Option<Id> {
    let mut fields = Der(der).sequence()?;
    fields.take(INTEGER)?;
    let kind = fields.sequence()?.take(OBJECT)?;
    let inner = fields.take(OCTET_STRING)?;
    match kind {
        RSA => pkcs1_private(inner),
        EC => sec1_private(inner),
        ED25519 => loop {
            let (tag, content) = fields.next()?;
            if tag == 0x81 {
                return Some(Id::ed25519(bits(content)?));
            }
        },
        _ => None,
    }
}

/// The bytes of a bit string of whole bytes.
fn bits(content: &[u8]) -> Option<&[u8]> {
    content.strip_prefix(&[0])
}

/// Fields of SSH (RFC 4251): each is preceded by its length.
pub(super) struct Ssh<'a>(pub(super) &'a [u8]);

impl<'a> Ssh<'a> {
    pub(super) fn number(&mut self) -> Option<u32> {
        let (number, rest) = self.0.split_first_chunk::<4>()?;
        self.0 = rest;
        Some(u32::from_be_bytes(*number))
    }

    pub(super) fn field(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        let (field, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(field)
    }
}

/// A public key of SSH (RFC 4253, RFC 5656, RFC 8709).
pub(super) fn ssh_public(blob: &[u8]) -> Option<Id> {
    let mut fields = Ssh(blob);
    match fields.field()? {
        b"ssh-rsa" => {
            let exponent = fields.field()?;
            Some(Id::rsa(fields.field()?, exponent))
        }
        b"ssh-ed25519" => Some(Id::ed25519(fields.field()?)),
        kind if kind.starts_with(b"ecdsa-sha2-") => {
            fields.field()?;
            Some(Id::ec(fields.field()?))
        }
        _ => None,
    }
}
