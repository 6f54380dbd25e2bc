//! Private keys: whether the body parses, what kind it is, which key it is, and whether a passphrase protects it.

mod asn1;
mod jwk;
mod keystore;
mod openssh;
mod pgp;
mod public;
mod putty;
mod signing;

use super::Verified;
use super::encoding::base64;
use super::known::is_public;
use crate::finding::{Confidence, Verdict};

pub(super) use jwk::jwk;
pub(super) use keystore::{java_keystore, keytab};
pub(super) use pgp::pgp;
pub(super) use putty::ppk;
pub(super) use signing::{minisign, openvpn, signify, wireguard};

/// The base64 characters of the smallest key, one of Ed25519.
const SMALLEST: usize = 64;

/// PEM private keys of any label (RFC 7468), OpenSSH's own format included. What does not parse may still be one that
/// somebody altered.
pub(super) fn pem(token: &[u8]) -> Verified {
    let text = unescape(token);
    let Some(Armour { label, body, is_whole }) = Armour::of(&text) else {
        return Verified::new(Verdict::ShapeOnly);
    };
    let encrypted = label.contains("ENCRYPTED")
        || body.contains("Proc-Type: 4,ENCRYPTED")
        || body.contains("DEK-Info:");
    if encrypted {
        let verified = Verified::new(Verdict::EncryptedKey).with("key", label);
        return match header(body, "DEK-Info:") {
            Some(cipher) => verified.with("cipher", cipher.split(',').next().unwrap_or_default()),
            None => verified,
        };
    }
    let base64_text = base64_of(body);
    let parsed = base64(base64_text.as_bytes()).and_then(|bytes| parse(&bytes));
    let Some(verified) = parsed else {
        let verified = Verified::new(Verdict::ShapeOnly).with("key", label);
        let is_stump = base64_text.len() <= SMALLEST || !is_whole;
        return if is_stump { verified.at_most(Confidence::Low) } else { verified };
    };
    known(verified)
}

fn parse(bytes: &[u8]) -> Option<Verified> {
    match bytes.strip_prefix(openssh::MAGIC) {
        Some(rest) => Some(openssh::private_key(rest)),
        None => asn1::private_key(bytes),
    }
}

/// Keys that documentation publishes are told by their fingerprint.
fn known(verified: Verified) -> Verified {
    let is_known = verified
        .facts
        .iter()
        .any(|(name, value)| name == public::FINGERPRINT && is_public(value.as_bytes()));
    if is_known { Verified { verdict: Verdict::PublicKnown, ..verified } } else { verified }
}

/// A PEM key that is in base64 once more, as in kubeconfig files.
pub(super) fn base64_pem(token: &[u8]) -> Verified {
    base64(token).map_or(Verified::new(Verdict::ShapeOnly), |text| pem(&text))
}

/// A DER key, an OpenSSH key or a PKCS #12 store in base64 without armour.
pub(super) fn base64_der(token: &[u8]) -> Verified {
    let Some(bytes) = base64(base64_of(&unescape(token)).as_bytes()) else {
        return Verified::new(Verdict::ShapeOnly);
    };
    parse(&bytes).map_or_else(|| asn1::pkcs12(&bytes), known)
}

/// Line ends as they stand in JSON, YAML and source strings become real ones.
fn unescape(token: &[u8]) -> String {
    let text = String::from_utf8_lossy(token);
    text.replace("\\r", "")
        .replace("\\\\n", "\n")
        .replace("\\n", "\n")
        .replace("\\/", "/")
        .replace('\r', "")
}

/// A text between a line that begins it and one that ends it.
struct Armour<'a> {
    label: &'a str,
    body: &'a str,
    /// Whether the end is there.
    is_whole: bool,
}

impl<'a> Armour<'a> {
    fn of(text: &'a str) -> Option<Self> {
        let (_, rest) = text.split_once("-----BEGIN ")?;
        let (label, rest) = rest.split_once("-----")?;
        Some(match rest.split_once("-----END") {
            Some((body, _)) => Self { label, body, is_whole: true },
            None => Self { label, body: rest, is_whole: false },
        })
    }
}

/// The value of an RFC 1421 header.
fn header<'a>(body: &'a str, name: &str) -> Option<&'a str> {
    body.lines().find_map(|line| line.split_once(name)).map(|(_, value)| value.trim())
}

/// The base64 of a body, without RFC 1421 headers and the quotes, commas and plus signs that a language put between the
/// lines.
fn base64_of(body: &str) -> String {
    let is_base64 = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
    body.lines()
        .filter(|line| !line.contains(':'))
        .flat_map(|line| line.split(|c| !is_base64(c)))
        .filter(|piece| *piece != "+")
        .collect()
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    fn armour(label: &str, bytes: &[u8], line_end: &str) -> Vec<u8> {
        let (begin, end) = (format!("-----BEGIN {label}-----"), format!("-----END {label}-----"));
        let body = STANDARD.encode(bytes);
        let (first, second) = body.split_at(body.len() / 2);
        [&begin, first, second, &end].join(line_end).into_bytes()
    }

    /// An Ed25519 key in PKCS #8: all but the last 32 bytes are the same for every key (RFC 8410, section 7).
    fn ed25519() -> Vec<u8> {
        let head = [0x30, 46, 2, 1, 0, 0x30, 5, 6, 3, 0x2B, 0x65, 0x70, 4, 34, 4, 32];
        [&head[..], &[7; 32]].concat()
    }

    #[test]
    fn keys_parse_however_their_lines_end() {
        for line_end in ["\n", "\r\n", "\\n", "\\\\n", "\\r\\n", "\\n\" +\n  \"", "\",\n \""] {
            let verified = pem(&armour("PRIVATE KEY", &ed25519(), line_end));
            assert_eq!(verified.verdict, Verdict::StructureValid, "{line_end:?}");
            assert_eq!(verified.facts[0], ("key".into(), "Ed25519".into()));
        }
        let text = armour("PRIVATE KEY", &ed25519(), "\n");
        assert_eq!(base64_pem(STANDARD.encode(&text).as_bytes()), pem(&text));
        assert_eq!(base64_der(STANDARD.encode(ed25519()).as_bytes()), pem(&text));
    }

    #[test]
    fn what_does_not_parse_proves_nothing() {
        let random: Vec<u8> = (0..400_u32).map(|n| (n * 57 % 251) as u8).collect();
        let whole = pem(&armour("RSA PRIVATE KEY", &random, "\n"));
        assert_eq!((whole.verdict, whole.confidence), (Verdict::ShapeOnly, Confidence::VeryHigh));
        let mut cut = armour("RSA PRIVATE KEY", &random, "\n");
        cut.truncate(300);
        assert_eq!(pem(&cut).confidence, Confidence::Low, "no end");
        let short = pem(&armour("RSA PRIVATE KEY", &random[..40], "\n"));
        assert_eq!((short.verdict, short.confidence), (Verdict::ShapeOnly, Confidence::Low));
    }

    #[test]
    fn a_passphrase_is_seen() {
        assert_eq!(
            pem(&armour("ENCRYPTED PRIVATE KEY", &[9; 90], "\n")).verdict,
            Verdict::EncryptedKey
        );
        let legacy = armour("RSA PRIVATE KEY", &[9; 90], "\n");
        let headers = "KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00FF\n\n";
        let legacy = String::from_utf8(legacy).unwrap().replacen("KEY-----\n", headers, 1);
        let verified = pem(legacy.as_bytes());
        assert_eq!(verified.verdict, Verdict::EncryptedKey);
        assert_eq!(verified.facts[1], ("cipher".into(), "AES-128-CBC".into()));
    }
}
