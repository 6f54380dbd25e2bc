//! Credentials that are whole JSON documents, such as the key file of a service account.

use super::Verified;
use crate::finding::Verdict;

/// A JSON object that parses; a few well-known fields are read.
pub(super) fn json(token: &[u8]) -> Verified {
    let Ok(serde_json::Value::Object(object)) = serde_json::from_slice(token) else {
        return Verified::new(Verdict::ShapeOnly);
    };
    let mut verified = Verified::structure(true);
    for (field, fact) in
        [("client_email", "account"), ("project_id", "project"), ("private_key_id", "key id")]
    {
        if let Some(value) = object.get(field).and_then(serde_json::Value::as_str) {
            verified = verified.with(fact, value.chars().take(100).collect::<String>());
        }
    }
    verified
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_account() {
        let verified =
            json(br#"{"type": "service_account", "client_email": "a@b.iam.gserviceaccount.com"}"#);
        assert_eq!(verified.facts, [("account".into(), "a@b.iam.gserviceaccount.com".into())]);
        assert_eq!(json(b"{").verdict, Verdict::ShapeOnly);
    }
}
