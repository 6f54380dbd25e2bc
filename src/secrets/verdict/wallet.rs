//! Keys and seeds of blockchains and of what borrowed their encodings.

use sha2::{Digest, Sha256};

use super::Verified;
use super::checksum::crc16_xmodem;
use super::encoding::{BASE58, BASE58_XRP, base32_decode, base58_decode, hex_decode};
use super::known::is_public;
use crate::finding::Verdict;

/// Bech32 (BIP 173), in one case: human-readable part, `1`, data with a checksum of six characters.
/// <https://github.com/bitcoin/bips/blob/master/bip-0173.mediawiki>
pub(super) fn bech32(token: &[u8]) -> bool {
    const ALPHABET: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    const GENERATORS: [u32; 5] = [0x3B6A_57B2, 0x2650_8E6D, 0x1EA1_19FA, 0x3D42_33DD, 0x2A14_62B3];
    let token = token.to_ascii_lowercase();
    let Some(separator) = token.iter().rposition(|byte| *byte == b'1') else { return false };
    let (prefix, data) = token.split_at(separator);
    let values: Option<Vec<u32>> = data
        .iter()
        .skip(1)
        .map(|byte| {
            ALPHABET
                .iter()
                .position(|known| known == byte)
                .and_then(|value| u32::try_from(value).ok())
        })
        .collect();
    let Some(values) = values.filter(|values| values.len() >= 6) else { return false };
    let high = prefix.iter().map(|byte| u32::from(byte >> 5));
    let low = prefix.iter().map(|byte| u32::from(byte & 31));
    let sum = high.chain([0]).chain(low).chain(values).fold(1_u32, |sum, value| {
        let shifted = (sum & 0x01FF_FFFF) << 5 ^ value;
        let used = GENERATORS.iter().enumerate().filter(|(bit, _)| sum >> (25 + bit) & 1 == 1);
        used.fold(shifted, |sum, (_, generator)| sum ^ generator)
    });
    sum == 1
}

/// What a `Base58Check` text holds, when its checksum holds: the last four bytes are the start of a double SHA-256 of the
/// others. <https://en.bitcoin.it/wiki/Base58Check_encoding>
fn base58check_payload(token: &[u8], alphabet: &[u8; 58]) -> Option<Vec<u8>> {
    let mut bytes = base58_decode(token, alphabet)?;
    let (data, sum) = bytes.split_last_chunk::<4>()?;
    let holds = Sha256::digest(Sha256::digest(data)).starts_with(sum);
    bytes.truncate(bytes.len() - 4);
    holds.then_some(bytes)
}

/// Any text in `Base58Check`.
pub(super) fn base58check(token: &[u8]) -> bool {
    base58check_payload(token, BASE58).is_some()
}

/// What begins with these bytes, and how many follow.
type Version = (&'static [u8], usize, &'static str);

/// Bitcoin and Tezos: version bytes, length of what follows, name.
/// <https://en.bitcoin.it/wiki/Wallet_import_format>, <https://en.bitcoin.it/wiki/BIP_0038>,
/// <https://github.com/satoshilabs/slips/blob/master/slip-0132.md>,
/// <https://gitlab.com/tezos/tezos/-/blob/master/src/lib_crypto/base58.ml>
const VERSIONS: &[Version] = &[
    (&[0x80], 32, "Bitcoin key"),
    (&[0x80], 33, "Bitcoin key, compressed"),
    (&[0xEF], 32, "Bitcoin test key"),
    (&[0xEF], 33, "Bitcoin test key, compressed"),
    (&[0x04, 0x88, 0xAD, 0xE4], 74, "BIP 32 key"),
    (&[0x04, 0x9D, 0x78, 0x78], 74, "BIP 32 key (BIP 49)"),
    (&[0x04, 0xB2, 0x43, 0x0C], 74, "BIP 32 key (BIP 84)"),
    (&[0x04, 0x35, 0x83, 0x94], 74, "BIP 32 test key"),
    (&[0x04, 0x4A, 0x4E, 0x28], 74, "BIP 32 test key (BIP 49)"),
    (&[0x04, 0x5F, 0x18, 0xBC], 74, "BIP 32 test key (BIP 84)"),
    (&[0x0D, 0x0F, 0x3A, 0x07], 32, "Tezos Ed25519 seed"),
    (&[0x2B, 0xF6, 0x4E, 0x07], 64, "Tezos Ed25519 key"),
    (&[0x11, 0xA2, 0xE0, 0xC9], 32, "Tezos secp256k1 key"),
    (&[0x10, 0x51, 0xEE, 0xBD], 32, "Tezos P-256 key"),
];
/// Keys under a passphrase.
const ENCRYPTED: &[Version] = &[
    (&[0x01, 0x42], 37, "BIP 38 key"),
    (&[0x01, 0x43], 37, "BIP 38 key"),
    (&[0x07, 0x5A, 0x3C, 0xB3, 0x29], 56, "Tezos Ed25519 seed"),
    (&[0x09, 0xED, 0xF1, 0xAE, 0x96], 56, "Tezos secp256k1 key"),
    (&[0x09, 0x30, 0x39, 0x73, 0xAB], 56, "Tezos P-256 key"),
];

fn named(payload: &[u8], versions: &[Version]) -> Option<&'static str> {
    let fits = |(version, length, _): &&Version| {
        payload.strip_prefix(*version).is_some_and(|rest| rest.len() == *length)
    };
    versions.iter().find(fits).map(|(_, _, name)| *name)
}

/// Private keys in `Base58Check`, told apart by version bytes and length.
pub(super) fn base58_key(token: &[u8]) -> Verified {
    let Some(payload) = base58check_payload(token, BASE58) else {
        return Verified::checksum(false);
    };
    if let Some(name) = named(&payload, ENCRYPTED) {
        return Verified::new(Verdict::EncryptedKey).with("key", name);
    }
    match named(&payload, VERSIONS) {
        Some(name) => Verified::checksum(true).with("key", name),
        None => Verified::new(Verdict::ShapeOnly),
    }
}

/// Keys of Bitcoin by themselves. One that does not hold is none: their letters are those of many other texts.
pub(super) fn bitcoin_wif(token: &[u8]) -> Verified {
    let verified = base58_key(token);
    match verified.verdict {
        Verdict::ChecksumFailed => Verified::new(Verdict::ShapeOnly),
        _ => verified,
    }
}

/// Seeds of the XRP Ledger: `Base58Check` with digits of its own and 16 bytes.
/// <https://xrpl.org/docs/references/protocol/data-types/base58-encodings>
pub(super) fn xrp_seed(token: &[u8]) -> Verified {
    let name = |payload: &[u8]| {
        named(payload, &[(&[0x21], 16, "seed"), (&[0x01, 0xE1, 0x4B], 16, "Ed25519 seed")])
    };
    match base58check_payload(token, BASE58_XRP).as_deref().map(name) {
        Some(Some(name)) => Verified::checksum(true).with("key", name),
        Some(None) => Verified::new(Verdict::ShapeOnly),
        None => Verified::checksum(false),
    }
}

/// Bytes of base32 that end in a CRC16 of the others, low byte first.
fn with_crc16(token: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = base32_decode(token);
    let (data, sum) = bytes.split_last_chunk::<2>()?;
    let holds = crc16_xmodem(data).to_le_bytes() == *sum;
    bytes.truncate(bytes.len() - 2);
    holds.then_some(bytes)
}

/// NATS seeds: base32 of two bytes of kind, 32 bytes of key and a CRC16, low byte first.
/// <https://github.com/nats-io/nkeys/blob/main/strkey.go>
pub(super) fn nats_seed(token: &[u8]) -> Verified {
    const SEED: u8 = 18 << 3;
    let Some(bytes) = with_crc16(token) else { return Verified::checksum(false) };
    let [first, second, _key @ ..] = bytes.as_slice() else { return Verified::checksum(false) };
    let role = match (first & 7) << 5 | second >> 3 {
        0 => "account",
        104 => "server",
        112 => "operator",
        16 => "cluster",
        160 => "user",
        184 => "curve key",
        _ => "unknown",
    };
    Verified::checksum(first & 0xF8 == SEED).with("role", role)
}

/// Stellar seeds: base32 of a version byte, 32 bytes and a CRC16, low byte first.
/// <https://github.com/stellar/stellar-protocol/blob/master/ecosystem/sep-0023.md>
pub(super) fn stellar_seed(token: &[u8]) -> bool {
    const SEED: u8 = 18 << 3;
    with_crc16(token).is_some_and(|bytes| bytes.len() == 33 && bytes.first() == Some(&SEED))
}

/// Solana key pairs: 64 bytes in base58 or as a JSON array, the second half the Ed25519 public key of the first.
/// <https://solana.com/docs/core/accounts>, <https://www.rfc-editor.org/rfc/rfc8032>
pub(super) fn solana_keypair(token: &[u8]) -> Verified {
    let bytes = if token.starts_with(b"[") && token.len() < 1000 {
        serde_json::from_slice::<Vec<u8>>(token).ok()
    } else {
        base58_decode(token, BASE58)
    };
    match bytes.as_deref().and_then(|bytes| <[u8; 64]>::try_from(bytes).ok()) {
        Some(pair) => Verified::checksum(is_ed25519_pair(pair)),
        None => Verified::new(Verdict::ShapeOnly),
    }
}

/// Whether the second half of an Ed25519 key is the public key of the first.
pub(super) fn is_ed25519_pair(pair: [u8; 64]) -> bool {
    let Some(seed) = pair.first_chunk::<32>() else { return false };
    pair.ends_with(&ed25519_public(*seed))
}

/// The public key of an Ed25519 seed.
pub(super) fn ed25519_public(seed: [u8; 32]) -> [u8; 32] {
    *ed25519_compact::KeyPair::from_seed(ed25519_compact::Seed::new(seed)).pk
}

/// Keys of Ethereum are numbers below the order of the curve, which says little: nearly all 32 bytes are.
/// <https://www.secg.org/sec2-v2.pdf>, section 2.4.1
pub(super) fn ethereum_key(token: &[u8]) -> Verified {
    const ORDER: [u8; 32] = [
        0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
        0xFE, 0xBA, 0xAE, 0xDC, 0xE6, 0xAF, 0x48, 0xA0, 0x3B, 0xBF, 0xD2, 0x5E, 0x8C, 0xD0, 0x36,
        0x41, 0x41,
    ];
    let digits = token.strip_prefix(b"0x").unwrap_or(token).to_ascii_lowercase();
    if is_public(&digits) {
        return Verified::new(Verdict::PublicKnown);
    }
    match hex_decode(&digits).and_then(|bytes| <[u8; 32]>::try_from(bytes).ok()) {
        Some(key) if key == [0; 32] || key >= ORDER => Verified::checksum(false),
        _ => Verified::new(Verdict::ShapeOnly),
    }
}

/// A mnemonic of BIP 39: every word is in the list, and the last bits are a checksum of the others.
/// <https://github.com/bitcoin/bips/blob/master/bip-0039.mediawiki>
pub(super) fn bip39(token: &[u8]) -> Verified {
    const WORDS: &str = include_str!("../../../rules/secrets/bip39-english.txt");
    let list: Vec<&str> = WORDS.lines().collect();
    let text = String::from_utf8_lossy(token).to_ascii_lowercase();
    let words: Vec<&str> = text.split([' ', ',']).filter(|word| !word.is_empty()).collect();
    if is_public(words.join(" ").as_bytes()) {
        return Verified::new(Verdict::PublicKnown);
    }
    let places: Option<Vec<usize>> =
        words.iter().map(|word| list.binary_search(word).ok()).collect();
    let Some(places) = places.filter(|places| matches!(places.len(), 12 | 15 | 18 | 21 | 24))
    else {
        return Verified::new(Verdict::ShapeOnly);
    };
    let bits: Vec<bool> =
        places.iter().flat_map(|word| (0..11).rev().map(move |bit| word >> bit & 1 == 1)).collect();
    let sum_bits = bits.len() / 33;
    let (entropy, sum) = bits.split_at(bits.len() - sum_bits);
    let number = |bits: &[bool]| bits.iter().fold(0_u8, |number, bit| number << 1 | u8::from(*bit));
    let entropy: Vec<u8> = entropy.chunks(8).map(number).collect();
    let expected = Sha256::digest(&entropy).first().map(|byte| byte >> (8 - sum_bits));
    Verified::checksum(expected == Some(number(sum)))
}

#[cfg(test)]
mod tests {
    use super::super::encoding::{base32, base58};
    use super::*;

    /// Valid strings of BIP 173 and a version byte of BIP 32, from the documents themselves.
    #[test]
    fn checksummed_encodings() {
        assert!(
            bech32(b"A12UEL5L")
                && bech32(b"split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w")
        );
        assert!(!bech32(b"A12UEL5K") && !bech32(b"1"));
        let xpub = [
            "xpub661MyMwAqRbcFtXgS5sYJABqqG9YLmC4Q1Rdap9gSE8Nq",
            "twybGhePY2gZ29ESFjqJoCu1Rupje8YtGqsefD265TMg7usUDFdp6W1EGMcet8",
        ]
        .concat();
        assert!(base58check(xpub.as_bytes()));
        assert!(!base58check(xpub.replace("Mw", "wM").as_bytes()));
        assert_eq!(base58_key(xpub.as_bytes()).verdict, Verdict::ShapeOnly, "a public key");
    }

    fn base58check_of(version: &[u8], length: usize, alphabet: &[u8; 58]) -> Vec<u8> {
        let data = [version.to_vec(), (0_u8..).map(|n| n.wrapping_mul(37)).take(length).collect()]
            .concat();
        let sum = Sha256::digest(Sha256::digest(&data));
        base58(&[&data, &sum[..4]].concat(), alphabet)
    }

    fn changed(token: &[u8]) -> Vec<u8> {
        let mut token = token.to_vec();
        token[9] = if token[9] == b'b' { b'c' } else { b'b' };
        token
    }

    /// Each version gives the letters that its keys are known by.
    #[test]
    fn versions_are_told_apart() {
        for (version, length, start, name) in [
            (&[0x80][..], 32, "5", "Bitcoin key"),
            (&[0x04, 0x88, 0xAD, 0xE4], 74, "xprv", "BIP 32 key"),
            (&[0x0D, 0x0F, 0x3A, 0x07], 32, "edsk", "Tezos Ed25519 seed"),
            (&[0x2B, 0xF6, 0x4E, 0x07], 64, "edsk", "Tezos Ed25519 key"),
            (&[0x11, 0xA2, 0xE0, 0xC9], 32, "spsk", "Tezos secp256k1 key"),
            (&[0x10, 0x51, 0xEE, 0xBD], 32, "p2sk", "Tezos P-256 key"),
        ] {
            let token = base58check_of(version, length, BASE58);
            assert!(token.starts_with(start.as_bytes()), "{name}");
            let verified = base58_key(&token);
            assert_eq!(verified.verdict, Verdict::ChecksumValid);
            assert_eq!(verified.facts, [("key".into(), name.into())]);
            assert_eq!(base58_key(&changed(&token)).verdict, Verdict::ChecksumFailed);
        }
        for (version, length, start) in [
            (&[0x01, 0x42][..], 37, "6"),
            (&[0x07, 0x5A, 0x3C, 0xB3, 0x29], 56, "edesk"),
            (&[0x09, 0xED, 0xF1, 0xAE, 0x96], 56, "spesk"),
            (&[0x09, 0x30, 0x39, 0x73, 0xAB], 56, "p2esk"),
        ] {
            let token = base58check_of(version, length, BASE58);
            assert!(token.starts_with(start.as_bytes()), "{start}");
            assert_eq!(base58_key(&token).verdict, Verdict::EncryptedKey);
        }
    }

    #[test]
    fn xrp_seeds() {
        for (version, start) in [(&[0x21][..], "s"), (&[0x01, 0xE1, 0x4B], "sEd")] {
            let token = base58check_of(version, 16, BASE58_XRP);
            assert!(token.starts_with(start.as_bytes()));
            assert_eq!(xrp_seed(&token).verdict, Verdict::ChecksumValid);
            assert_eq!(xrp_seed(&changed(&token)).verdict, Verdict::ChecksumFailed);
        }
    }

    fn seed(head: &[u8]) -> Vec<u8> {
        let bytes = [head.to_vec(), (0..32).collect()].concat();
        let sum = crc16_xmodem(&bytes).to_le_bytes();
        let length = ((bytes.len() + 2) * 8).div_ceil(5);
        let mut text = base32(&[bytes, sum.to_vec(), vec![0; 4]].concat());
        text.truncate(length);
        text
    }

    #[test]
    fn seeds_with_a_crc() {
        let nats = seed(&[0x95, 0x00]);
        assert!(nats.starts_with(b"SU"));
        assert_eq!(nats_seed(&nats).facts, [("role".into(), "user".into())]);
        assert_eq!(nats_seed(&nats).verdict, Verdict::ChecksumValid);
        assert_eq!(nats_seed(&changed(&nats)).verdict, Verdict::ChecksumFailed);
        let stellar = seed(&[0x90]);
        assert!(stellar.starts_with(b"S") && stellar.len() == 56);
        assert!(stellar_seed(&stellar) && !stellar_seed(&changed(&stellar)));
        assert!(!stellar_seed(&nats));
    }

    #[test]
    fn halves_of_a_pair_belong_together() {
        let seed: Vec<u8> = (1..=32).collect();
        let public = ed25519_public(seed.clone().try_into().unwrap());
        let pair = [&seed[..], &public].concat();
        let text = base58(&pair, BASE58);
        assert_eq!(solana_keypair(&text).verdict, Verdict::ChecksumValid);
        let array = serde_json::to_vec(&pair).unwrap();
        assert_eq!(solana_keypair(&array).verdict, Verdict::ChecksumValid);
        let swapped = [&public[..], &seed].concat();
        assert_eq!(solana_keypair(&base58(&swapped, BASE58)).verdict, Verdict::ChecksumFailed);
        assert_eq!(solana_keypair(b"[1, 2]").verdict, Verdict::ShapeOnly);
    }

    #[test]
    fn ethereum_keys_are_below_the_order() {
        let verdict = |text: &str| ethereum_key(text.as_bytes()).verdict;
        assert_eq!(verdict(&"ff".repeat(32)), Verdict::ChecksumFailed);
        assert_eq!(verdict(&"00".repeat(32)), Verdict::ChecksumFailed);
        assert_eq!(verdict(&format!("0x{}", "1b".repeat(32))), Verdict::ShapeOnly);
    }

    #[test]
    fn mnemonics() {
        let list = include_str!("../../../rules/secrets/bip39-english.txt");
        let mut words = vec!["ability"; 12];
        let mut count = [0, 0];
        for last in list.lines() {
            words[11] = last;
            let verdict = bip39(words.join(" ").as_bytes()).verdict;
            count[usize::from(verdict == Verdict::ChecksumValid)] += 1;
        }
        assert_eq!(count, [2048 - 128, 128], "four of the last eleven bits are the checksum");
        words = vec!["abandon"; 11];
        words.push("about");
        assert_eq!(bip39(words.join(", ").as_bytes()).verdict, Verdict::PublicKnown);
        assert_eq!(bip39(b"not a mnemonic at all").verdict, Verdict::ShapeOnly);
    }
}
