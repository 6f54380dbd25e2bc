//! Credentials that are whole JSON documents, such as the key file of a service account.

use serde_json::{Map, Value};

use super::{Verified, key};
use crate::finding::Verdict;

/// Fields that are shown.
const FIELDS: &[(&str, &str)] = &[
    ("client_email", "account"),
    ("project_id", "project"),
    ("private_key_id", "key id"),
    ("client_id", "client"),
    ("quota_project_id", "project"),
    ("address", "address"),
];

/// A JSON object that parses. That of a service account proves itself by the private key in it.
/// <https://cloud.google.com/iam/docs/keys-create-delete>
pub(super) fn json(token: &[u8]) -> Verified {
    let Ok(Value::Object(object)) = serde_json::from_slice(token) else {
        return Verified::new(Verdict::ShapeOnly);
    };
    let text = |name: &str| object.get(name).and_then(Value::as_str);
    let mut verified = match text("private_key") {
        Some(pem) => key::pem(pem.as_bytes()),
        None if is_ethereum_keystore(&object) => Verified::new(Verdict::EncryptedKey),
        None => Verified::structure(true),
    };
    for (field, fact) in FIELDS {
        if let Some(value) = text(field) {
            verified = verified.with(fact, value.chars().take(100).collect::<String>());
        }
    }
    verified
}

/// <https://ethereum.org/en/developers/docs/data-structures-and-encoding/web3-secret-storage/>
fn is_ethereum_keystore(object: &Map<String, Value>) -> bool {
    let crypto = object.get("crypto").or_else(|| object.get("Crypto"));
    crypto.is_some_and(|crypto| crypto.get("ciphertext").is_some() && crypto.get("kdf").is_some())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_service_account_is_as_good_as_its_key() {
        let account = |body: &str| {
            let pem = ["-----BEGIN PRIV", "ATE KEY-----\n", body, "\n-----END PRIVATE KEY-----\n"];
            let text = json!({"type": "service_account", "client_email": "a@b.iam.gserviceaccount.com", "private_key": pem.concat()});
            json(text.to_string().as_bytes())
        };
        let real = account(&["MC4CAQAwBQYDK2VwBCIEIA", &"cH".repeat(21)].concat());
        assert_eq!(real.verdict, Verdict::StructureValid);
        assert!(real.facts.contains(&("account".into(), "a@b.iam.gserviceaccount.com".into())));
        assert_eq!(account(&"cH".repeat(50)).verdict, Verdict::ShapeOnly);
        assert_eq!(json(b"{").verdict, Verdict::ShapeOnly);
    }

    #[test]
    fn a_keystore_is_under_a_passphrase() {
        let store = json!({"address": "00ff", "crypto": {"ciphertext": "00", "kdf": "scrypt"}});
        assert_eq!(json(store.to_string().as_bytes()).verdict, Verdict::EncryptedKey);
        assert_eq!(json(b"{\"a\": 1}").verdict, Verdict::StructureValid);
    }
}
