//! Small private keys without armour: minisign, signify, `WireGuard`, `OpenVPN`.

use blake2::{Blake2b, Digest as _};
use sha2::Sha512;
use sha2::digest::consts::U32;

use super::super::Verified;
use super::super::encoding::{base64, hex, hex_decode};
use super::super::wallet::is_ed25519_pair;
use crate::finding::Verdict;

/// minisign: algorithm, KDF, kind of sum, salt and two limits, then key id, key pair and the `BLAKE2b` of algorithm, id and
/// pair. A KDF of zeros means no passphrase. <https://jedisct1.github.io/minisign/#secret-key-format>
pub(in super::super) fn minisign(token: &[u8]) -> Verified {
    let line = last_line(token);
    let bytes = base64(line).and_then(|bytes| <[u8; 158]>::try_from(bytes).ok());
    let Some(bytes) = bytes.filter(|bytes| bytes.starts_with(b"Ed")) else {
        return Verified::new(Verdict::ShapeOnly);
    };
    let (head, body) = bytes.split_at(54);
    let (id, rest) = body.split_at(8);
    let id_text = hex(&id.iter().rev().copied().collect::<Vec<u8>>()).to_uppercase();
    if head.get(2..4) != Some(&[0, 0]) {
        // Under a passphrase the id is too.
        return Verified::new(Verdict::EncryptedKey);
    }
    let (pair, sum) = rest.split_at(64);
    let expected = Blake2b::<U32>::new().chain_update(b"Ed").chain_update(id).chain_update(pair);
    let holds = expected.finalize().as_slice() == sum && is_pair(pair);
    Verified::checksum(holds).with("key", "Ed25519").with("key id", id_text)
}

/// signify of OpenBSD: algorithm, KDF, rounds, salt, the first 8 bytes of the SHA-512 of the pair, key id, pair.
/// <https://github.com/openbsd/src/blob/master/usr.bin/signify/signify.c>
pub(in super::super) fn signify(token: &[u8]) -> Verified {
    let bytes = base64(last_line(token)).and_then(|bytes| <[u8; 104]>::try_from(bytes).ok());
    let Some(bytes) = bytes.filter(|bytes| bytes.starts_with(b"EdBK")) else {
        return Verified::new(Verdict::ShapeOnly);
    };
    let (head, pair) = bytes.split_at(40);
    if head.get(4..8) != Some(&[0; 4]) {
        return Verified::new(Verdict::EncryptedKey);
    }
    let holds = head.get(24..32).is_some_and(|sum| Sha512::digest(pair).starts_with(sum));
    Verified::checksum(holds && is_pair(pair))
        .with("key", "Ed25519")
        .with("key id", hex(head.get(32..).unwrap_or_default()))
}

fn is_pair(bytes: &[u8]) -> bool {
    bytes.try_into().is_ok_and(is_ed25519_pair)
}

/// The key is on the last line, after a comment.
fn last_line(token: &[u8]) -> &[u8] {
    token.trim_ascii().rsplit(|byte| *byte == b'\n').next().unwrap_or_default().trim_ascii()
}

/// `WireGuard`: 32 bytes of which `wg genkey` sets five bits; one text in 32 has them by chance.
/// <https://git.zx2c4.com/wireguard-tools/tree/src/curve25519.h>
pub(in super::super) fn wireguard(token: &[u8]) -> Verified {
    let key = base64(token).and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    let is_clamped =
        |[first, .., last]: [u8; 32]| first.trailing_zeros() >= 3 && last & 0xC0 == 0x40;
    Verified::structure(key.is_some_and(is_clamped))
}

/// `OpenVPN` static keys: 256 bytes in hexadecimal between two lines.
/// <https://openvpn.net/community-resources/reference-manual-for-openvpn-2-6/>
pub(in super::super) fn openvpn(token: &[u8]) -> Verified {
    let text = super::unescape(token);
    let Some(armour) = super::Armour::of(&text) else { return Verified::new(Verdict::ShapeOnly) };
    let digits: Vec<u8> = armour.body.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    Verified::structure(hex_decode(&digits).is_some_and(|key| key.len() == 256))
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::super::super::wallet::ed25519_public;
    use super::*;

    fn pair() -> Vec<u8> {
        [[8; 32], ed25519_public([8; 32])].concat()
    }

    fn minisign_key(kdf: &[u8]) -> Vec<u8> {
        let (id, pair) = ([1, 2, 3, 4, 5, 6, 7, 8], pair());
        let sum = Blake2b::<U32>::digest([b"Ed".as_slice(), &id, &pair].concat());
        [b"Ed", kdf, b"B2", &[0; 48], &id, &pair, &sum].concat()
    }

    #[test]
    fn minisign_keys() {
        let text = |bytes: &[u8]| format!("untrusted comment: x\n{}\n", STANDARD.encode(bytes));
        let mut bytes = minisign_key(&[0, 0]);
        let verified = minisign(text(&bytes).as_bytes());
        assert_eq!(verified.verdict, Verdict::ChecksumValid);
        assert_eq!(verified.facts[1], ("key id".into(), "0807060504030201".into()));
        bytes[80] ^= 1;
        assert_eq!(minisign(text(&bytes).as_bytes()).verdict, Verdict::ChecksumFailed);
        let locked = text(&minisign_key(b"Sc"));
        assert_eq!(minisign(locked.as_bytes()).verdict, Verdict::EncryptedKey);
        assert_eq!(minisign(&locked.as_bytes()[..90]).verdict, Verdict::ShapeOnly);
    }

    #[test]
    fn signify_keys() {
        let key = |rounds: u8, first: u8| {
            let mut sum = Sha512::digest(pair())[..8].to_vec();
            sum[0] ^= first;
            let head = [b"EdBK", &[0, 0, 0, rounds][..], &[3; 16], &sum, &[9; 8]].concat();
            STANDARD.encode([head, pair()].concat())
        };
        assert_eq!(signify(key(0, 0).as_bytes()).verdict, Verdict::ChecksumValid);
        assert_eq!(signify(key(0, 1).as_bytes()).verdict, Verdict::ChecksumFailed);
        assert_eq!(signify(key(42, 0).as_bytes()).verdict, Verdict::EncryptedKey);
        assert_eq!(signify(b"RWRCSw==").verdict, Verdict::ShapeOnly);
    }

    #[test]
    fn wireguard_keys_have_five_bits_set() {
        let mut key = [0x55; 32];
        key[0] = 0x58;
        assert_eq!(wireguard(STANDARD.encode(key).as_bytes()).verdict, Verdict::StructureValid);
        key[31] = 0xC0;
        assert_eq!(wireguard(STANDARD.encode(key).as_bytes()).verdict, Verdict::ShapeOnly);
    }

    #[test]
    fn openvpn_keys_have_256_bytes() {
        let key = |lines: usize| {
            let label = "OpenVPN Static key V1";
            let body = format!("{}\n", "0f".repeat(16)).repeat(lines);
            format!("-----BEGIN {label}-----\n{body}-----END {label}-----")
        };
        assert_eq!(openvpn(key(16).as_bytes()).verdict, Verdict::StructureValid);
        assert_eq!(openvpn(key(15).as_bytes()).verdict, Verdict::ShapeOnly);
    }
}
