//! What a token itself proves, with no network: checksums, structures, dates.

mod aws;
mod azure;
mod checksum;
mod context;
mod document;
mod encoding;
mod jwt;
mod key;
mod known;
mod macaroon;
mod reversible;
mod signed_url;
mod vendor;
mod wallet;
mod wrapped;

use std::ops::Range;

use crate::blob::inert;
use crate::finding::{Confidence, Severity, Verdict};

pub(crate) use known::is_public;

/// What a verifier says about a token.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Verified {
    pub(crate) verdict: Verdict,
    /// What the token tells about itself: name and value.
    pub(crate) facts: Vec<(String, String)>,
    /// The worst that such a token can do.
    pub(crate) severity: Severity,
    /// The surest that one can be of it.
    pub(crate) confidence: Confidence,
}

impl Verified {
    const fn new(verdict: Verdict) -> Self {
        let (severity, confidence) = (Severity::Critical, Confidence::VeryHigh);
        Self { verdict, facts: Vec::new(), severity, confidence }
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

    /// No worse than this, such as a key for tests.
    const fn capped(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// No surer than this.
    const fn at_most(mut self, confidence: Confidence) -> Self {
        self.confidence = confidence;
        self
    }
}

/// What is known of the secret at a place of a text: what its rule's verifier says of it, and what stands around it.
pub(crate) fn verify(
    judge: Option<Verifier>,
    text: &[u8],
    secret: &Range<usize>,
    now: u64,
) -> Verified {
    let token = text.get(secret.clone()).unwrap_or_default();
    let mut verified = judge.map_or(Verified::new(Verdict::ShapeOnly), |judge| judge(token, now));
    if is_public(token) {
        verified.verdict = Verdict::PublicKnown;
    }
    for (name, value) in context::facts(text, secret) {
        verified = verified.with(&name, value);
    }
    verified
}

/// Judges a token. `now` is in seconds since 1970.
pub(crate) type Verifier = fn(token: &[u8], now: u64) -> Verified;

/// The verifier that rules call by this name.
pub(crate) fn verifier(name: &str) -> Option<Verifier> {
    VERIFIERS.iter().find(|(known, _)| *known == name).map(|(_, verifier)| *verifier)
}

/// The names of all verifiers.
pub(crate) fn verifiers() -> impl Iterator<Item = &'static str> {
    VERIFIERS.iter().map(|(name, _)| *name)
}

/// Every verifier. Each function names the source of its format.
const VERIFIERS: &[(&str, Verifier)] = &[
    ("anthropic-key", |token, _| vendor::anthropic(token)),
    ("apify-crc32", |token, _| Verified::checksum(checksum::apify(token))),
    ("atlassian-crc32", |token, _| Verified::checksum(checksum::hex_upper_tail(token))),
    ("aws-key-id", |token, _| aws::key_id(token)),
    ("azure-annotated-key", |token, _| azure::annotated_key(token)),
    ("azure-client-secret", |token, _| azure::client_secret(token)),
    ("azure-devops-pat", |token, _| azure::devops_pat(token)),
    ("azure-marked-key", |token, _| azure::marked_key(token)),
    ("base58-key", |token, _| wallet::base58_key(token)),
    ("base58check", |token, _| Verified::checksum(wallet::base58check(token))),
    ("base62-crc32", |token, _| Verified::checksum(checksum::base62_tail(token))),
    ("base62-crc32-any", |token, _| checksum::base62_any(token)),
    ("base64-bits", |token, _| vendor::base64_bits(token)),
    ("base64-der", |token, _| key::base64_der(token)),
    ("base64-google-key", |token, _| wrapped::base64_google_key(token)),
    ("base64-json", |token, _| wrapped::base64_json(token)),
    ("base64-pem", |token, _| key::base64_pem(token)),
    ("basic-auth", |token, _| wrapped::basic_auth(token)),
    ("bech32", |token, _| Verified::checksum(wallet::bech32(token))),
    ("bedrock-key", wrapped::bedrock),
    ("bip39", |token, _| wallet::bip39(token)),
    ("bitcoin-wif", |token, _| wallet::bitcoin_wif(token)),
    ("bitlocker", |token, _| vendor::bitlocker(token)),
    ("cisco-type7", |token, _| reversible::cisco_type7(token)),
    ("cloudflare-crc32", |token, _| Verified::checksum(checksum::hex_tail(token))),
    ("cloudflare-tunnel", |token, _| wrapped::cloudflare_tunnel(token)),
    ("cloudsmith-crc32", |token, _| checksum::cloudsmith(token)),
    ("confluent-crc32", |token, _| Verified::checksum(checksum::confluent(token))),
    ("discord-token", wrapped::discord),
    ("elastic-key", |token, _| wrapped::elastic_key(token)),
    ("ethereum-key", |token, _| wallet::ethereum_key(token)),
    ("fly-macaroon", |token, _| wrapped::fly_macaroon(token)),
    ("github-fine-grained", |token, _| Verified::checksum(checksum::github_fine_grained(token))),
    ("github-installation", jwt::github_installation),
    ("gitlab-routable", |token, _| checksum::gitlab_routable(token)),
    ("gpp-cpassword", |token, _| reversible::gpp_cpassword(token)),
    ("grafana-crc32", |token, _| Verified::checksum(checksum::grafana(token))),
    ("groq-key", |token, _| vendor::groq(token)),
    ("intercom-token", |token, _| wrapped::intercom(token)),
    ("java-keystore", |token, _| key::java_keystore(token)),
    ("jfrog-reference", wrapped::jfrog_reference),
    ("json-document", |token, _| document::json(token)),
    ("juniper-type9", |token, _| reversible::juniper_type9(token)),
    ("jwk", |token, _| key::jwk(token)),
    ("jwt", jwt::jwt),
    ("keytab", |token, _| key::keytab(token)),
    ("mapbox-token", |token, _| wrapped::mapbox(token)),
    ("minisign", |token, _| key::minisign(token)),
    ("nats-seed", |token, _| wallet::nats_seed(token)),
    ("openai-key", |token, _| vendor::openai(token)),
    ("openvpn-key", |token, _| key::openvpn(token)),
    ("otpauth", |token, _| vendor::otpauth(token)),
    ("pem", |token, _| key::pem(token)),
    ("pgp", |token, _| key::pgp(token)),
    ("ppk", |token, _| key::ppk(token)),
    ("presigned-url", signed_url::presigned),
    ("pypi-macaroon", macaroon::pypi),
    ("rclone-obscured", |token, _| reversible::rclone_obscured(token)),
    ("sas-token", signed_url::sas),
    ("signify", |token, _| key::signify(token)),
    ("slack-token", |token, _| vendor::slack(token)),
    ("solana-keypair", |token, _| wallet::solana_keypair(token)),
    ("stellar-seed", |token, _| Verified::checksum(wallet::stellar_seed(token))),
    ("stripe-key", |token, _| vendor::stripe(token)),
    ("synapse-crc32", |token, _| checksum::synapse(token)),
    ("telegram-token", |token, _| vendor::telegram(token)),
    ("token-kind", |token, _| vendor::kind(token)),
    ("trello-crc32", |token, _| checksum::trello(token)),
    ("ulid", wrapped::ulid),
    ("websphere-xor", |token, _| reversible::websphere_xor(token)),
    ("winscp-password", |token, _| reversible::winscp_password(token)),
    ("wireguard-key", |token, _| key::wireguard(token)),
    ("workos-key", |token, _| wrapped::workos(token)),
    ("xrp-seed", |token, _| wallet::xrp_seed(token)),
    ("zuplo-crc32", |token, _| Verified::checksum(checksum::zuplo(token))),
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
        Verdict::ChecksumValid | Verdict::Proven => (severity, Confidence::VeryHigh),
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

    /// The table of the verdicts: what each makes of a rule that is critical and of medium confidence.
    #[test]
    fn verdicts_weigh() {
        let weighed = |verdict| weigh(verdict, Severity::Critical, Confidence::Medium);
        let expected = [
            (Verdict::ShapeOnly, Severity::Critical, Confidence::Medium),
            (Verdict::StructureValid, Severity::Critical, Confidence::High),
            (Verdict::ChecksumValid, Severity::Critical, Confidence::VeryHigh),
            (Verdict::ChecksumFailed, Severity::Low, Confidence::Medium),
            (Verdict::Expired, Severity::Low, Confidence::Medium),
            (Verdict::EncryptedKey, Severity::Low, Confidence::Medium),
            (Verdict::PublicKnown, Severity::Note, Confidence::Low),
        ];
        for (verdict, severity, confidence) in expected {
            assert_eq!(weighed(verdict), (severity, confidence), "{verdict}");
        }
    }

    #[test]
    fn the_place_tells_more_than_the_token() {
        let text = ["mysql://", "app:", "hunter2hunter2", "@db/x"].concat();
        let verified = verify(None, text.as_bytes(), &(12..26), 0);
        assert_eq!(verified.verdict, Verdict::ShapeOnly);
        assert_eq!(verified.facts.len(), 2);
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
                b"-----BEGIN PRIVATE KEY-----\\nMA==\\n-----END",
                b"-----BEGIN ",
                b"PuTTY-User-Key-File-3: x\nEncryption: none\nComment:\nPublic-Lines: 9",
                b"{\"kty\": \"RSA\"}",
                b"$9$",
                b"00",
                "\u{e9}".repeat(40).as_bytes(),
                &long,
            ] {
                run(token, 0);
            }
        }
    }

    /// Texts of every length, in the letters that verifiers decode, with the marks that they look for.
    #[test]
    fn no_verifier_fails_on_chance() {
        const MARKS: &[&str] =
            &["", "eyJ", "$9$", "ABSK", "LS0tLS1CRUdJTi", "AgEIcHlwaS5vcmc", "[", "FF"];
        const LETTERS: &[&[u8]] = &[
            b"0123456789ABCDEF",
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/._-:= ",
        ];
        let mut state = 1_u32;
        let mut next = |limit: usize| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as usize % limit
        };
        for length in 0..200 {
            let letters = LETTERS[length % LETTERS.len()];
            let mut token = MARKS[length % MARKS.len()].as_bytes().to_vec();
            token.extend((0..length).map(|_| letters[next(letters.len())]));
            for (_, run) in VERIFIERS {
                run(&token, u64::MAX);
            }
        }
    }
}
