//! JSON Web Keys (RFC 7517, RFC 7518, RFC 8037).

use serde_json::{Map, Value};

use super::super::Verified;
use super::super::encoding::base64;
use super::super::wallet::ed25519_public;
use super::known;
use super::public::{CURVES, Public, is_product};
use crate::finding::Verdict;

/// A private key, alone or as the first private one of a set.
pub(in super::super) fn jwk(token: &[u8]) -> Verified {
    let Ok(Value::Object(object)) = serde_json::from_slice(token) else {
        return Verified::new(Verdict::ShapeOnly);
    };
    let is_private = |key: &&Map<String, Value>| key.contains_key("d") || key.contains_key("k");
    let key = match object.get("keys").and_then(Value::as_array) {
        Some(keys) => keys.iter().filter_map(Value::as_object).find(is_private),
        None => Some(&object).filter(is_private),
    };
    let Some(verified) = key.and_then(private_key) else {
        return Verified::new(Verdict::ShapeOnly);
    };
    match key.and_then(|key| key.get("kid")).and_then(Value::as_str) {
        Some(id) => known(verified.with("key id", id.chars().take(100).collect::<String>())),
        None => known(verified),
    }
}

fn private_key(key: &Map<String, Value>) -> Option<Verified> {
    let text = |name: &str| key.get(name).and_then(Value::as_str);
    let bytes = |name: &str| text(name).and_then(|text| base64(text.as_bytes()));
    match text("kty")? {
        "RSA" => {
            let (modulus, exponent) = (bytes("n")?, bytes("e")?);
            let verified = match (bytes("p"), bytes("q")) {
                (Some(p), Some(q)) => Verified::checksum(is_product(&p, &q, &modulus)),
                _ => Verified::structure(bytes("d").is_some()),
            };
            Some(Public::Rsa { modulus: &modulus, exponent: &exponent }.describe(verified))
        }
        "EC" => {
            let curve = *CURVES.iter().find(|curve| Some(curve.name) == text("crv"))?;
            let fits = bytes("d")?.len() == usize::from(curve.bits).div_ceil(8);
            let point = [vec![4], bytes("x")?, bytes("y")?].concat();
            Some(Public::Ec { curve, point }.describe(Verified::structure(fits)))
        }
        "OKP" if text("crv") == Some("Ed25519") => {
            let public = ed25519_public(bytes("d")?.try_into().ok()?);
            let verified = Verified::checksum(bytes("x")? == public);
            Some(Public::Ed25519(public).describe(verified))
        }
        "OKP" => Some(Verified::structure(!bytes("d")?.is_empty()).with("key", text("crv")?)),
        "oct" => {
            let bits = bytes("k")?.len() * 8;
            Some(
                Verified::structure(bits > 0)
                    .with("key", "symmetric")
                    .with("bits", bits.to_string()),
            )
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use serde_json::json;

    use super::*;

    fn verify(key: &Value) -> Verified {
        jwk(key.to_string().as_bytes())
    }

    fn text(bytes: &[u8]) -> String {
        URL_SAFE_NO_PAD.encode(bytes)
    }

    #[test]
    fn pairs_prove_themselves() {
        let public = ed25519_public([3; 32]);
        let mut key = json!({"kty": "OKP", "crv": "Ed25519", "kid": "me", "d": text(&[3; 32]), "x": text(&public)});
        let verified = verify(&key);
        assert_eq!(verified.verdict, Verdict::ChecksumValid);
        assert!(verified.facts.contains(&("key id".into(), "me".into())));
        assert_eq!(verify(&json!({"keys": [{"kty": "oct"}, key.clone()]})), verified);
        key["d"] = text(&[4; 32]).into();
        assert_eq!(verify(&key).verdict, Verdict::ChecksumFailed);
    }

    #[test]
    fn rsa_keys_are_products() {
        let key = |q: &[u8]| {
            let [n, e, p] = [&[1, 4, 3][..], &[1, 0, 1], &[1, 1]].map(text);
            verify(&json!({"kty": "RSA", "n": n, "e": e, "d": "AQ", "p": p, "q": text(q)}))
        };
        assert_eq!(key(&[1, 3]).verdict, Verdict::ChecksumValid);
        assert_eq!(key(&[1, 5]).verdict, Verdict::ChecksumFailed);
    }

    #[test]
    fn curves_and_public_keys() {
        let [x, y, d] = [[1; 32], [2; 32], [3; 32]].map(|bytes| text(&bytes));
        let key = json!({"kty": "EC", "crv": "P-256", "x": x, "y": y, "d": d});
        assert_eq!(verify(&key).verdict, Verdict::StructureValid);
        let public = json!({"kty": "EC", "crv": "P-256", "x": x, "y": y});
        assert_eq!(verify(&public).verdict, Verdict::ShapeOnly);
        assert_eq!(jwk(b"{").verdict, Verdict::ShapeOnly);
    }
}
