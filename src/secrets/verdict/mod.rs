//! What a token itself proves, with no network: checksums, structures, dates.

mod aws;
mod azure;
mod checksum;
mod document;
mod encoded;
mod key;
mod known;

use crate::blob::inert;
use crate::finding::{Confidence, Severity, Verdict};

pub(crate) use checksum::base64;
pub(crate) use known::is_public;

/// What a verifier says about a token.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Verified {
    pub(crate) verdict: Verdict,
    /// What the token tells about itself: name and value.
    pub(crate) facts: Vec<(String, String)>,
}

impl Verified {
    const fn new(verdict: Verdict) -> Self {
        Self { verdict, facts: Vec::new() }
    }

    /// A checksum that holds or does not.
    const fn checksum(holds: bool) -> Self {
        Self::new(if holds { Verdict::ChecksumValid } else { Verdict::ChecksumFailed })
    }

    /// A structure that parses; its absence proves nothing.
    const fn structure(parses: bool) -> Self {
        Self::new(if parses { Verdict::StructureValid } else { Verdict::ShapeOnly })
    }

    fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.facts.push((name.into(), inert(value.into().as_bytes())));
        self
    }
}

/// Judges a token. `now` is in seconds since 1970.
pub(crate) type Verifier = fn(token: &[u8], now: u64) -> Verified;

/// The verifier that rules call by this name.
pub(crate) fn verifier(name: &str) -> Option<Verifier> {
    VERIFIERS.iter().find(|(known, _)| *known == name).map(|(_, verifier)| *verifier)
}

/// Every verifier. Each function names the source of its format.
const VERIFIERS: &[(&str, Verifier)] = &[
    ("atlassian-crc32", |token, _| Verified::checksum(checksum::hex_upper_tail(token))),
    ("aws-key-id", |token, _| aws::key_id(token)),
    ("azure-annotated-key", |token, _| azure::annotated_key(token)),
    ("azure-client-secret", |token, _| azure::client_secret(token)),
    ("azure-devops-pat", |token, _| azure::devops_pat(token)),
    ("azure-marked-key", |token, _| azure::marked_key(token)),
    ("base58check", |token, _| Verified::checksum(encoded::base58check(token))),
    ("base62-crc32", |token, _| Verified::checksum(checksum::base62_tail(token))),
    ("base64-json", |token, _| encoded::base64_json(token)),
    ("basic-auth", |token, _| encoded::basic_auth(token)),
    ("bech32", |token, _| Verified::checksum(encoded::bech32(token))),
    ("bip39", |token, _| encoded::bip39(token)),
    ("cloudflare-crc32", |token, _| Verified::checksum(checksum::hex_tail(token))),
    ("discord-token", |token, _| encoded::discord(token)),
    ("github-fine-grained", |token, _| Verified::checksum(checksum::github_fine_grained(token))),
    ("gitlab-routable", |token, _| Verified::checksum(checksum::gitlab_routable(token))),
    ("grafana-crc32", |token, _| Verified::checksum(checksum::grafana(token))),
    ("jfrog-reference", encoded::jfrog_reference),
    ("json-document", |token, _| document::json(token)),
    ("jwt", encoded::jwt),
    ("nats-seed", |token, _| Verified::checksum(encoded::nats_seed(token))),
    ("pem", |token, _| key::pem(token)),
    ("pgp", |token, _| key::pgp(token)),
    ("pypi-macaroon", |token, _| encoded::macaroon(token)),
    ("sas-token", encoded::sas),
];

/// What a verdict makes of a rule's severity and confidence.
pub(crate) fn weigh(
    verdict: Verdict,
    severity: Severity,
    confidence: Confidence,
) -> (Severity, Confidence) {
    match verdict {
        Verdict::ShapeOnly => (severity, confidence),
        Verdict::StructureValid => (severity, confidence.max(Confidence::High)),
        Verdict::ChecksumValid => (severity, Confidence::VeryHigh),
        Verdict::ChecksumFailed => {
            (severity.min(Severity::Low), confidence.min(Confidence::Medium))
        }
        Verdict::Expired | Verdict::EncryptedKey => (severity.min(Severity::Low), confidence),
        Verdict::PublicKnown => (Severity::Note, Confidence::Low),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_findable() {
        assert!(VERIFIERS.is_sorted_by(|a, b| a.0 < b.0));
        assert!(verifier("jwt").is_some() && verifier("nothing").is_none());
    }

    #[test]
    fn no_verifier_fails_on_nonsense() {
        let long = vec![b'A'; 5000];
        for (_, run) in VERIFIERS {
            for token in [
                &b""[..],
                b"_",
                b".",
                b"a",
                b"\xff\x00",
                b"=====",
                b"eyJ.eyJ.x",
                b"github_pat__",
                &long,
            ] {
                run(token, 0);
            }
        }
    }
}
