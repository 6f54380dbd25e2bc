//! Private keys in armour: whether the body parses, what kind it is, and whether a passphrase protects it.

use super::Verified;
use super::checksum::base64;
use crate::finding::Verdict;

/// PEM private keys of any label (RFC 7468), OpenSSH's own format included.
/// <https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key>
pub(super) fn pem(token: &[u8]) -> Verified {
    let text = unescape(token);
    let Some((label, body)) = split_armour(&text) else { return Verified::new(Verdict::ShapeOnly) };
    let encrypted = label.contains("ENCRYPTED")
        || body.contains("Proc-Type: 4,ENCRYPTED")
        || body.contains("DEK-Info:");
    if encrypted {
        return Verified::new(Verdict::EncryptedKey).with("key", label);
    }
    let Some(bytes) = base64(strip_headers(body).as_bytes()) else {
        return Verified::new(Verdict::ShapeOnly);
    };
    match bytes.strip_prefix(b"openssh-key-v1\0") {
        Some(rest) => openssh(rest),
        None => Verified::structure(is_der_sequence(&bytes)).with("key", label),
    }
}

/// Line ends as they stand in JSON, YAML and source strings become real ones.
fn unescape(token: &[u8]) -> String {
    let text = String::from_utf8_lossy(token);
    text.replace("\\r", "")
        .replace("\\n", "\n")
        .replace("\\\\n", "\n")
        .replace("\\/", "/")
        .replace('\r', "")
}

/// Label and body of an armour.
fn split_armour(text: &str) -> Option<(&str, &str)> {
    let (_, rest) = text.split_once("-----BEGIN ")?;
    let (label, rest) = rest.split_once("-----")?;
    let (body, _) = rest.split_once("-----END")?;
    Some((label, body))
}

/// The base64 lines, without RFC 1421 headers and whatever quotes, commas and plus signs a language put between them.
fn strip_headers(body: &str) -> String {
    let lines = body.lines().filter(|line| !line.contains(':'));
    lines
        .flat_map(str::chars)
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '='))
        .collect()
}

/// One DER SEQUENCE that fills the bytes exactly.
fn is_der_sequence(bytes: &[u8]) -> bool {
    let [0x30, first, rest @ ..] = bytes else { return false };
    let (length, body) = match first {
        0..=0x7F => (usize::from(*first), rest),
        0x81..=0x84 => {
            let Some((length, body)) = rest.split_at_checked(usize::from(first & 0x7F)) else {
                return false;
            };
            (length.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), body)
        }
        _ => return false,
    };
    length == body.len()
}

/// OpenSSH: cipher, KDF, KDF options, number of keys, public key, private part. In clear, the private part begins
/// with a random number written twice.
fn openssh(bytes: &[u8]) -> Verified {
    let mut rest = bytes;
    let mut field = || {
        let (length, after) = rest.split_first_chunk::<4>()?;
        let (field, after) = after.split_at_checked(u32::from_be_bytes(*length) as usize)?;
        rest = after;
        Some(field)
    };
    let (Some(cipher), Some(_kdf), Some(_options)) = (field(), field(), field()) else {
        return Verified::new(Verdict::ShapeOnly);
    };
    if cipher != b"none" {
        return Verified::new(Verdict::EncryptedKey)
            .with("cipher", String::from_utf8_lossy(cipher));
    }
    // The number of keys stands between the options and the public key.
    let Some((_count, after)) = rest.split_first_chunk::<4>() else {
        return Verified::new(Verdict::ShapeOnly);
    };
    rest = after;
    let mut field = || {
        let (length, after) = rest.split_first_chunk::<4>()?;
        let (field, after) = after.split_at_checked(u32::from_be_bytes(*length) as usize)?;
        rest = after;
        Some(field)
    };
    let (Some(public), Some(private)) = (field(), field()) else {
        return Verified::new(Verdict::ShapeOnly);
    };
    let kind = public
        .get(4..)
        .and_then(|name| name.get(..usize::from(*public.get(3)?)))
        .unwrap_or_default();
    let equal = private.len() > 8
        && private.first_chunk::<4>() == private.get(4..).and_then(|rest| rest.first_chunk());
    Verified::structure(equal).with("key", String::from_utf8_lossy(kind))
}

/// `OpenPGP` armour (RFC 9580): the line after the body is a CRC24 of the bytes.
pub(super) fn pgp(token: &[u8]) -> Verified {
    let text = unescape(token);
    let Some((_, body)) = split_armour(&text) else { return Verified::new(Verdict::ShapeOnly) };
    let lines: Vec<&str> = body
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.contains(": "))
        .collect();
    let (sum, data): (Vec<&str>, Vec<&str>) =
        lines.iter().partition(|line| line.starts_with('=') && line.len() == 5);
    let Some(bytes) = base64(data.concat().as_bytes()) else {
        return Verified::new(Verdict::ShapeOnly);
    };
    let sum = sum.first().and_then(|line| base64(line.get(1..)?.as_bytes()));
    match sum.as_deref() {
        Some([a, b, c]) => Verified::checksum(crc24(&bytes) == u32::from_be_bytes([0, *a, *b, *c])),
        _ => Verified::structure(bytes.first().is_some_and(|tag| tag & 0x80 != 0)),
    }
}

fn crc24(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x00B7_04CE, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte) << 16, |sum, _| {
            let shifted = sum << 1;
            if shifted & 0x0100_0000 == 0 { shifted } else { shifted ^ 0x0186_4CFB }
        })
    })
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    fn armour(label: &str, bytes: &[u8], line_end: &str) -> Vec<u8> {
        let (begin, end) = (format!("-----BEGIN {label}-----"), format!("-----END {label}-----"));
        [begin, STANDARD.encode(bytes), end].join(line_end).into_bytes()
    }

    fn der(length: u8) -> Vec<u8> {
        [vec![0x30, 0x81, length], vec![7; usize::from(length)]].concat()
    }

    #[test]
    fn der_must_fill_the_body() {
        for line_end in ["\n", "\r\n", "\\n"] {
            assert_eq!(
                pem(&armour("PRIVATE KEY", &der(200), line_end)).verdict,
                Verdict::StructureValid
            );
        }
        let mut short = der(200);
        short.pop();
        assert_eq!(pem(&armour("PRIVATE KEY", &short, "\n")).verdict, Verdict::ShapeOnly);
    }

    #[test]
    fn a_passphrase_is_seen() {
        assert_eq!(
            pem(&armour("ENCRYPTED PRIVATE KEY", &der(9), "\n")).verdict,
            Verdict::EncryptedKey
        );
    }

    fn openssh_key(cipher: &str, check: [u8; 8]) -> Vec<u8> {
        let field =
            |bytes: &[u8]| [&u32::try_from(bytes.len()).unwrap().to_be_bytes(), bytes].concat();
        let public = field(b"ssh-ed25519");
        let private = [&check[..], b"more"].concat();
        let fields = [
            field(cipher.as_bytes()),
            field(b"none"),
            field(b""),
            vec![0, 0, 0, 1],
            field(&public),
            field(&private),
        ];
        [b"openssh-key-v1\0".to_vec(), fields.concat()].concat()
    }

    #[test]
    fn openssh_check_numbers() {
        let verdict = |bytes: Vec<u8>| pem(&armour("OPENSSH PRIVATE KEY", &bytes, "\n"));
        let clear = verdict(openssh_key("none", [1, 2, 3, 4, 1, 2, 3, 4]));
        assert_eq!(
            (clear.verdict, clear.facts),
            (Verdict::StructureValid, vec![("key".into(), "ssh-ed25519".into())])
        );
        assert_eq!(
            verdict(openssh_key("none", [1, 2, 3, 4, 1, 2, 3, 5])).verdict,
            Verdict::ShapeOnly
        );
        assert_eq!(verdict(openssh_key("aes256-ctr", [0; 8])).verdict, Verdict::EncryptedKey);
    }

    #[test]
    fn pgp_sums() {
        let bytes = [0x95, 1, 2, 3, 4, 5, 6, 7, 8];
        let [_, sum @ ..] = crc24(&bytes).to_be_bytes();
        let text = |sum: &[u8]| {
            let label = "PGP PRIVATE KEY BLOCK";
            let body = STANDARD.encode(bytes);
            format!(
                "-----BEGIN {label}-----\nVersion: x\n\n{body}\n={}\n-----END {label}-----",
                STANDARD.encode(sum)
            )
        };
        assert_eq!(pgp(text(&sum).as_bytes()).verdict, Verdict::ChecksumValid);
        assert_eq!(pgp(text(&[1, 2, 3]).as_bytes()).verdict, Verdict::ChecksumFailed);
    }
}
