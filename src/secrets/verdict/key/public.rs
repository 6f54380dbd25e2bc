//! The public half of a key: what is said of it in reports, and the fingerprint that names it elsewhere.

use der::asn1::{AnyRef, BitStringRef, ObjectIdentifier, UintRef};
use der::{Encode, Tag};
use sha2::{Digest, Sha256};

use super::super::Verified;
use super::super::encoding::{base64_encode, hex};

/// An elliptic curve, by its names in ASN.1 and SSH.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Curve {
    pub(super) oid: ObjectIdentifier,
    /// Empty where SSH has none.
    pub(super) ssh: &'static str,
    /// As in JSON Web Keys.
    pub(super) name: &'static str,
    pub(super) bits: u16,
}

/// <https://www.rfc-editor.org/rfc/rfc5480#section-2.1.1.1>, <https://www.rfc-editor.org/rfc/rfc5656#section-10.1>
pub(super) const CURVES: &[Curve] = &[
    Curve {
        oid: ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7"),
        ssh: "nistp256",
        name: "P-256",
        bits: 256,
    },
    Curve {
        oid: ObjectIdentifier::new_unwrap("1.3.132.0.34"),
        ssh: "nistp384",
        name: "P-384",
        bits: 384,
    },
    Curve {
        oid: ObjectIdentifier::new_unwrap("1.3.132.0.35"),
        ssh: "nistp521",
        name: "P-521",
        bits: 521,
    },
    Curve {
        oid: ObjectIdentifier::new_unwrap("1.3.132.0.10"),
        ssh: "",
        name: "secp256k1",
        bits: 256,
    },
];

pub(super) const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
pub(super) const DSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10040.4.1");
pub(super) const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
pub(super) const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

/// The public half of a key. Numbers are big-endian, without leading zeros.
#[derive(Debug)]
pub(super) enum Public<'a> {
    Rsa { modulus: &'a [u8], exponent: &'a [u8] },
    Dsa { parameters: [&'a [u8]; 3], number: &'a [u8] },
    Ec { curve: Curve, point: Vec<u8> },
    Ed25519([u8; 32]),
}

impl Public<'_> {
    const fn name(&self) -> &'static str {
        match self {
            Self::Rsa { .. } => "RSA",
            Self::Dsa { .. } => "DSA",
            Self::Ec { curve, .. } => curve.name,
            Self::Ed25519(_) => "Ed25519",
        }
    }

    fn bits(&self) -> usize {
        match self {
            Self::Rsa { modulus, .. } | Self::Dsa { parameters: [modulus, ..], .. } => {
                bits(modulus)
            }
            Self::Ec { curve, .. } => curve.bits.into(),
            Self::Ed25519(_) => 256,
        }
    }

    /// The key as SSH sends it (RFC 4253, section 6.6; RFC 5656; RFC 8709). `None` for curves that SSH does not have.
    fn ssh(&self) -> Option<Vec<u8>> {
        let blob = match self {
            Self::Rsa { modulus, exponent } => {
                [string(b"ssh-rsa"), number(exponent), number(modulus)].concat()
            }
            Self::Dsa { parameters: [p, q, g], number: y } => {
                [string(b"ssh-dss"), number(p), number(q), number(g), number(y)].concat()
            }
            Self::Ec { curve, .. } if curve.ssh.is_empty() => return None,
            Self::Ec { curve, point } => {
                let name = format!("ecdsa-sha2-{}", curve.ssh);
                [string(name.as_bytes()), string(curve.ssh.as_bytes()), string(point)].concat()
            }
            Self::Ed25519(key) => [string(b"ssh-ed25519"), string(key)].concat(),
        };
        Some(blob)
    }

    /// The key as certificates hold it: `SubjectPublicKeyInfo` of RFC 5280.
    fn spki(&self) -> der::Result<Vec<u8>> {
        let (algorithm, parameters, key) = match self {
            Self::Rsa { modulus, exponent } => {
                let key = sequence(&[
                    UintRef::new(modulus)?.to_der()?,
                    UintRef::new(exponent)?.to_der()?,
                ])?;
                (RSA, AnyRef::NULL.to_der()?, key)
            }
            Self::Dsa { parameters, number } => {
                let parameters: der::Result<Vec<Vec<u8>>> =
                    parameters.iter().map(|number| UintRef::new(number)?.to_der()).collect();
                (DSA, sequence(&parameters?)?, UintRef::new(number)?.to_der()?)
            }
            Self::Ec { curve, point } => (EC, curve.oid.to_der()?, point.clone()),
            Self::Ed25519(key) => (ED25519, Vec::new(), key.to_vec()),
        };
        let algorithm = sequence(&[algorithm.to_der()?, parameters])?;
        sequence(&[algorithm, BitStringRef::from_bytes(&key)?.to_der()?])
    }

    /// Names the key in a report.
    pub(super) fn describe(&self, verified: Verified) -> Verified {
        let mut verified = verified.with("key", self.name()).with("bits", self.bits().to_string());
        if let Some(blob) = self.ssh() {
            verified = verified.with(FINGERPRINT, fingerprint(&blob));
        }
        match self.spki() {
            Ok(spki) => verified.with("SPKI SHA-256", hex(&Sha256::digest(&spki))),
            Err(_) => verified,
        }
    }
}

/// The name of the fact that tells an SSH key from all others.
pub(super) const FINGERPRINT: &str = "fingerprint";

/// As `ssh-keygen -l` prints it.
pub(super) fn fingerprint(blob: &[u8]) -> String {
    format!("SHA256:{}", base64_encode(&Sha256::digest(blob)))
}

fn sequence(parts: &[Vec<u8>]) -> der::Result<Vec<u8>> {
    AnyRef::new(Tag::Sequence, &parts.concat())?.to_der()
}

/// Bytes with their length before them (RFC 4251, section 5).
pub(super) fn string(bytes: &[u8]) -> Vec<u8> {
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    [&length.to_be_bytes(), bytes].concat()
}

/// A positive number: a leading zero keeps the sign away.
fn number(bytes: &[u8]) -> Vec<u8> {
    let bytes = trim(bytes);
    let sign: &[u8] = if bytes.first().is_some_and(|byte| byte & 0x80 != 0) { &[0] } else { &[] };
    string(&[sign, bytes].concat())
}

/// A number without its leading zeros.
pub(super) fn trim(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes.get(zeros..).unwrap_or_default()
}

pub(super) fn bits(number: &[u8]) -> usize {
    let number = trim(number);
    number.first().map_or(0, |byte| number.len() * 8 - byte.leading_zeros() as usize)
}

/// Whether `p` × `q` is `n`: the proof of an RSA key. Numbers beyond 16,384 bits are not tried.
pub(super) fn is_product(p: &[u8], q: &[u8], n: &[u8]) -> bool {
    const LONGEST: usize = 2048;
    let (p, q, n) = (trim(p), trim(q), trim(n));
    if n.len() > LONGEST || p.len() + q.len() > n.len() + 1 || p.len() < 2 || q.len() < 2 {
        return false;
    }
    let mut product = vec![0_u64; p.len() + q.len()];
    for (i, a) in p.iter().rev().enumerate() {
        for (to, b) in product.iter_mut().skip(i).zip(q.iter().rev()) {
            *to += u64::from(*a) * u64::from(*b);
        }
    }
    let mut carry = 0;
    let mut bytes: Vec<u8> = product
        .iter()
        .map(|sum| {
            let sum = sum + carry;
            carry = sum >> 8;
            (sum & 0xFF) as u8
        })
        .collect();
    bytes.reverse();
    trim(&bytes) == n
}

#[cfg(test)]
mod tests {
    use super::super::super::encoding::base64;
    use super::*;
    use crate::finding::Verdict;

    #[test]
    fn products() {
        assert!(is_product(&[1, 1], &[0, 1, 1], &[1, 2, 1]));
        assert!(!is_product(&[1, 1], &[1, 1], &[1, 2, 2]));
        assert!(!is_product(&[], &[], &[]) && !is_product(&[1], &[9, 9], &[9, 9]));
        let all = [0xFF; 128];
        let mut square = [0xFF; 256];
        square[127] = 0xFE;
        square[128..255].fill(0);
        square[255] = 1;
        assert!(is_product(&all, &all, &square));
        assert_eq!((bits(&[0, 1, 0]), bits(&[])), (9, 0));
    }

    /// The public key of Vagrant's boxes, and what its documentation calls it.
    #[test]
    fn an_ssh_key_has_the_name_that_ssh_keygen_gives_it() {
        let key = Public::Ed25519([7; 32]);
        let blob = key.ssh().unwrap();
        assert_eq!(blob.len(), 4 + 11 + 4 + 32);
        let facts = key.describe(Verified::new(Verdict::ShapeOnly)).facts;
        assert_eq!(facts[..2], [("key".into(), "Ed25519".into()), ("bits".into(), "256".into())]);
        let name = facts[2].1.strip_prefix("SHA256:").unwrap();
        assert_eq!(base64(name.as_bytes()).unwrap(), Sha256::digest(&blob).as_slice());
    }

    /// The head of a P-256 key in a certificate is the same for all of them.
    #[test]
    fn spki_of_a_curve() {
        let key = Public::Ec { curve: CURVES[0], point: vec![4; 65] };
        let spki = key.spki().unwrap();
        assert_eq!(hex(&spki[..27]), "3059301306072a8648ce3d020106082a8648ce3d03010703420004");
        let blob = key.ssh().unwrap();
        assert!(blob[4..].starts_with(b"ecdsa-sha2-nistp256"));
    }
}
