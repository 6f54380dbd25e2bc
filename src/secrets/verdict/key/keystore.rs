//! Stores of keys that are written in base64: Java's, and Kerberos' tables of keys.

use sha1::{Digest, Sha1};

use super::super::Verified;
use super::super::encoding::base64;
use super::base64_of;
use crate::finding::Verdict;

/// Passwords that manuals give to stores; one that opens a store protects nothing.
/// <https://docs.oracle.com/javase/8/docs/technotes/tools/unix/keytool.html>
const DEFAULTS: &[&str] = &["changeit", "changeme", "password", "android", "secret", ""];

/// A Java key store (JKS, JCEKS): its last 20 bytes are the SHA-1 of password, two words and the rest.
/// <https://github.com/openjdk/jdk/blob/master/src/java.base/share/classes/sun/security/provider/JavaKeyStore.java>
pub(in super::super) fn java_keystore(token: &[u8]) -> Verified {
    const LARGEST: usize = 1 << 20;
    let bytes = base64(base64_of(&String::from_utf8_lossy(token)).as_bytes()).unwrap_or_default();
    let is_store = matches!(
        bytes.as_slice(),
        [0xFE, 0xED, 0xFE, 0xED, 0, 0, 0, 1 | 2, ..] | [0xCE, 0xCE, 0xCE, 0xCE, 0, 0, 0, 1 | 2, ..]
    );
    let parts = bytes.split_last_chunk::<20>().filter(|_| is_store && bytes.len() < LARGEST);
    let Some((data, sum)) = parts else { return Verified::new(Verdict::ShapeOnly) };
    let opens = |password: &&&str| {
        let password: Vec<u8> = password.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let phrase = [b"Mighty ".as_slice(), b"Aphrodite"].concat();
        let hash = Sha1::new().chain_update(password).chain_update(phrase).chain_update(data);
        hash.finalize().as_slice() == sum
    };
    match DEFAULTS.iter().find(opens) {
        Some(_) => Verified::checksum(true).with("password", "one that manuals give"),
        None => Verified::new(Verdict::EncryptedKey),
    }
}

/// A table of keys of Kerberos, version 2: lengths, realm and names, then keys in clear.
/// <https://web.mit.edu/kerberos/krb5-devel/doc/formats/keytab_file_format.html>
pub(in super::super) fn keytab(token: &[u8]) -> Verified {
    let bytes = base64(token).unwrap_or_default();
    let Some(rest) = bytes.strip_prefix(&[5, 2]) else { return Verified::new(Verdict::ShapeOnly) };
    match first_principal(rest) {
        Some(principal) => Verified::structure(true).with("principal", principal),
        None => Verified::new(Verdict::ShapeOnly),
    }
}

/// Takes a number of two bytes off the front.
fn number(rest: &mut &[u8]) -> Option<usize> {
    let (number, after) = rest.split_first_chunk::<2>()?;
    *rest = after;
    Some(usize::from(u16::from_be_bytes(*number)))
}

fn first_principal(bytes: &[u8]) -> Option<String> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let mut rest = rest.get(..u32::from_be_bytes(*length) as usize)?;
    let count = number(&mut rest).filter(|count| (1..=10).contains(count))?;
    let mut names = Vec::new();
    for _ in 0..=count {
        let length = number(&mut rest)?;
        let (name, after) = rest.split_at_checked(length)?;
        names.push(str::from_utf8(name).ok()?.to_owned());
        rest = after;
    }
    let realm = names.remove(0);
    Some(format!("{}@{realm}", names.join("/")))
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    #[test]
    fn a_store_under_a_password_of_a_manual() {
        let store = |password: &str| {
            let data = [&[0xFE, 0xED, 0xFE, 0xED, 0, 0, 0, 2], &[7; 200][..]].concat();
            let password: Vec<u8> = password.encode_utf16().flat_map(u16::to_be_bytes).collect();
            let sum = Sha1::digest([&password[..], b"Mighty Aphrodite", &data].concat());
            java_keystore(STANDARD.encode([&data[..], &sum].concat()).as_bytes()).verdict
        };
        assert_eq!(store("changeit"), Verdict::ChecksumValid);
        assert_eq!(store("xk3v9q"), Verdict::EncryptedKey);
        assert_eq!(java_keystore(b"/u3+7QAA").verdict, Verdict::ShapeOnly);
    }

    #[test]
    fn a_table_of_keys_names_whose_they_are() {
        let field =
            |text: &str| [&[0, u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
        let entry = [vec![0, 2], field("EXAMPLE.ORG"), field("host"), field("a"), vec![0; 20]];
        let entry = entry.concat();
        let length = u32::try_from(entry.len()).unwrap().to_be_bytes();
        let bytes = [&[5, 2][..], &length, &entry].concat();
        let verified = keytab(STANDARD.encode(&bytes).as_bytes());
        assert_eq!(verified.facts, [("principal".into(), "host/a@EXAMPLE.ORG".into())]);
        assert_eq!(keytab(STANDARD.encode(&bytes[..30]).as_bytes()).verdict, Verdict::ShapeOnly);
    }
}
