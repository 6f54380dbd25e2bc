//! Private keys in DER: PKCS #1, PKCS #8, SEC 1, and the form OpenSSL gives DSA keys.

use der::asn1::{AnyRef, ObjectIdentifier, UintRef};
use der::{Decode, Reader, SliceReader, Tag, TagNumber, Tagged};

use super::super::Verified;
use super::super::wallet::ed25519_public;
use super::public::{CURVES, Curve, DSA, EC, ED25519, Public, RSA, bits, is_product, trim};
use crate::finding::Verdict;

/// What stands in a SEQUENCE that fills the bytes exactly.
pub(super) fn sequence(bytes: &[u8]) -> Option<Vec<AnyRef<'_>>> {
    let any = AnyRef::from_der(bytes).ok()?;
    (any.tag() == Tag::Sequence).then(|| elements(any.value()))?
}

fn elements(bytes: &[u8]) -> Option<Vec<AnyRef<'_>>> {
    let mut reader = SliceReader::new(bytes).ok()?;
    let mut found = Vec::new();
    while !reader.is_finished() {
        found.push(AnyRef::decode(&mut reader).ok()?);
    }
    Some(found)
}

fn number<'a>(any: &AnyRef<'a>) -> Option<&'a [u8]> {
    any.decode_as::<UintRef<'a>>().ok().map(|number| number.as_bytes())
}

fn octets<'a>(any: &AnyRef<'a>) -> Option<&'a [u8]> {
    (any.tag() == Tag::OctetString).then(|| any.value())
}

fn oid(any: &AnyRef) -> Option<ObjectIdentifier> {
    any.decode_as().ok()
}

/// What a private key in DER says of itself; `None` when it is none.
pub(super) fn private_key(bytes: &[u8]) -> Option<Verified> {
    let parts = sequence(bytes)?;
    match parts.as_slice() {
        [version, algorithm, key, ..] if algorithm.tag() == Tag::Sequence => {
            number(version)?;
            pkcs8(&elements(algorithm.value())?, octets(key)?)
        }
        [version, key, rest @ ..] if key.tag() == Tag::OctetString => {
            let scalar = octets(key).filter(|_| number(version) == Some(&[1]))?;
            Some(sec1(scalar, None, rest))
        }
        [_, _, _, _, _, _] => openssl_dsa(&parts),
        _ => pkcs1(&parts),
    }
}

/// RFC 8017, A.1.2: version, n, e, d, p, q and three more. That p × q is n proves it.
fn pkcs1(parts: &[AnyRef]) -> Option<Verified> {
    let numbers: Vec<&[u8]> = parts.iter().map_while(number).collect();
    let [_version, modulus, exponent, _d, p, q, _, _, _, ..] = numbers.as_slice() else {
        return None;
    };
    let verified = Verified::checksum(is_product(p, q, modulus));
    Some(Public::Rsa { modulus, exponent }.describe(verified))
}

/// Version, p, q, g, y, x. <https://docs.openssl.org/3.0/man1/openssl-dsa/>
fn openssl_dsa(parts: &[AnyRef]) -> Option<Verified> {
    let numbers: Option<Vec<&[u8]>> = parts.iter().map(number).collect();
    let [_version, modulus, order, generator, number, secret] = numbers?.try_into().ok()?;
    let fits = bits(secret) <= bits(order) && bits(number) <= bits(modulus);
    let public = Public::Dsa { parameters: [modulus, order, generator], number };
    Some(public.describe(Verified::structure(fits)))
}

/// RFC 5915: the number, then optionally the curve and the point.
fn sec1(scalar: &[u8], curve: Option<Curve>, rest: &[AnyRef]) -> Verified {
    let tagged = |place: u32| {
        let tag = Tag::ContextSpecific { constructed: true, number: TagNumber(place) };
        rest.iter().find(|any| any.tag() == tag).and_then(|any| AnyRef::from_der(any.value()).ok())
    };
    let named = tagged(0).and_then(|any| curve_of(&any));
    let fits = |curve: &Curve| {
        trim(scalar).len() <= usize::from(curve.bits).div_ceil(8) && !trim(scalar).is_empty()
    };
    let Some(curve) = curve.or(named) else {
        return Verified::structure(scalar.len() >= 20).with("key", "EC");
    };
    let verified = Verified::structure(fits(&curve));
    let point = tagged(1).and_then(|any| any.value().strip_prefix(&[0]).map(<[u8]>::to_vec));
    match point {
        Some(point) => Public::Ec { curve, point }.describe(verified),
        None => verified.with("key", curve.name).with("bits", curve.bits.to_string()),
    }
}

fn curve_of(any: &AnyRef) -> Option<Curve> {
    let oid = oid(any)?;
    CURVES.iter().find(|curve| curve.oid == oid).copied()
}

/// RFC 5958: an algorithm and, in a string of octets, a key of it.
fn pkcs8(algorithm: &[AnyRef], key: &[u8]) -> Option<Verified> {
    let name = oid(algorithm.first()?)?;
    match name {
        RSA => pkcs1(&sequence(key)?),
        EC => {
            let parts = sequence(key)?;
            let [_version, scalar, rest @ ..] = parts.as_slice() else { return None };
            Some(sec1(octets(scalar)?, algorithm.get(1).and_then(curve_of), rest))
        }
        ED25519 => {
            let seed = octets(&AnyRef::from_der(key).ok()?)?.try_into().ok()?;
            let public = Public::Ed25519(ed25519_public(seed));
            Some(public.describe(Verified::structure(true)))
        }
        DSA => {
            let parameters = elements(algorithm.get(1)?.value())?;
            let p = number(parameters.first()?)?;
            Some(Verified::structure(true).with("key", "DSA").with("bits", bits(p).to_string()))
        }
        other => Some(Verified::structure(true).with("key", known_name(other))),
    }
}

/// Algorithms of which only the name is read. <https://www.rfc-editor.org/rfc/rfc8410#section-3>
fn known_name(oid: ObjectIdentifier) -> String {
    match oid.to_string().as_str() {
        "1.3.101.110" => "X25519".into(),
        "1.3.101.111" => "X448".into(),
        "1.3.101.113" => "Ed448".into(),
        "1.2.840.113549.1.1.10" => "RSA-PSS".into(),
        "1.2.840.113549.1.3.1" => "Diffie-Hellman".into(),
        other => other.into(),
    }
}

/// PKCS #12 (RFC 7292): version 3 and a `ContentInfo`. What is in it is nearly always under a password.
pub(super) fn pkcs12(bytes: &[u8]) -> Verified {
    let is_pfx = sequence(bytes).is_some_and(|parts| {
        let content = parts.get(1).and_then(|any| elements(any.value()));
        let kind = content.and_then(|content| content.first().and_then(oid));
        parts.first().and_then(number) == Some(&[3])
            && kind.is_some_and(|kind| kind.to_string().starts_with("1.2.840.113549.1.7."))
    });
    Verified::new(if is_pfx { Verdict::EncryptedKey } else { Verdict::ShapeOnly })
}

#[cfg(test)]
mod tests {
    use der::Encode;

    use super::*;

    fn any(tag: Tag, value: &[u8]) -> Vec<u8> {
        AnyRef::new(tag, value).unwrap().to_der().unwrap()
    }

    fn int(bytes: &[u8]) -> Vec<u8> {
        UintRef::new(bytes).unwrap().to_der().unwrap()
    }

    fn seq(parts: &[Vec<u8>]) -> Vec<u8> {
        any(Tag::Sequence, &parts.concat())
    }

    fn wrapped(algorithm: ObjectIdentifier, parameters: Vec<u8>, key: &[u8]) -> Vec<u8> {
        let algorithm = seq(&[algorithm.to_der().unwrap(), parameters]);
        seq(&[int(&[0]), algorithm, any(Tag::OctetString, key)])
    }

    /// 257 × 259 is 66,563.
    fn rsa(q: &[u8]) -> Vec<u8> {
        let numbers = [&[0][..], &[1, 4, 3], &[1, 0, 1], &[9], &[1, 1], q, &[1], &[1], &[1]];
        seq(&numbers.map(int))
    }

    fn fact<'a>(verified: &'a Verified, name: &str) -> Option<&'a str> {
        verified.facts.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    #[test]
    fn rsa_keys_are_products() {
        let key = rsa(&[1, 3]);
        let plain = private_key(&key).unwrap();
        assert_eq!(plain.verdict, Verdict::ChecksumValid);
        assert_eq!((fact(&plain, "key"), fact(&plain, "bits")), (Some("RSA"), Some("17")));
        let in_pkcs8 = private_key(&wrapped(RSA, AnyRef::NULL.to_der().unwrap(), &key)).unwrap();
        assert_eq!(in_pkcs8, plain);
        assert_eq!(private_key(&rsa(&[1, 5])).unwrap().verdict, Verdict::ChecksumFailed);
        assert_eq!(private_key(&key[..key.len() - 1]), None);
    }

    #[test]
    fn curves() {
        let tagged = |number: u32, value: &[u8]| {
            any(Tag::ContextSpecific { constructed: true, number: TagNumber(number) }, value)
        };
        let point = any(Tag::BitString, &[&[0, 4], &[7; 64][..]].concat());
        let scalar = any(Tag::OctetString, &[5; 32]);
        let curve = CURVES[0].oid.to_der().unwrap();
        let parts = [int(&[1]), scalar.clone(), tagged(0, &curve), tagged(1, &point)];
        let plain = private_key(&seq(&parts)).unwrap();
        assert_eq!(plain.verdict, Verdict::StructureValid);
        assert!(fact(&plain, "fingerprint").is_some_and(|name| name.starts_with("SHA256:")));
        let inner = seq(&[int(&[1]), scalar, tagged(1, &point)]);
        assert_eq!(private_key(&wrapped(EC, curve, &inner)).unwrap(), plain);
    }

    #[test]
    fn ed25519_and_others() {
        let key = wrapped(ED25519, Vec::new(), &any(Tag::OctetString, &[9; 32]));
        let verified = private_key(&key).unwrap();
        assert_eq!(verified.verdict, Verdict::StructureValid);
        assert_eq!(fact(&verified, "key"), Some("Ed25519"));
        let other = ObjectIdentifier::new_unwrap("1.3.101.110");
        let key = wrapped(other, Vec::new(), &any(Tag::OctetString, &[9; 32]));
        assert_eq!(fact(&private_key(&key).unwrap(), "key"), Some("X25519"));
        let dsa =
            seq(&[&[0][..], &[0x71; 64], &[0x61; 20], &[2], &[0x51; 64], &[0x41; 20]].map(int));
        let verified = private_key(&dsa).unwrap();
        assert_eq!((fact(&verified, "key"), fact(&verified, "bits")), (Some("DSA"), Some("511")));
    }

    #[test]
    fn key_stores() {
        let data = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1").to_der().unwrap();
        let store = seq(&[int(&[3]), seq(&[data])]);
        assert_eq!(pkcs12(&store).verdict, Verdict::EncryptedKey);
        assert_eq!(pkcs12(&rsa(&[1, 3])).verdict, Verdict::ShapeOnly);
    }
}
