//! Passwords that programs store under a key that everybody has. What decodes to printable text is one.

use aes::Aes256;
use aes::cipher::{Block, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};

use super::Verified;
use super::encoding::{base64, hex_decode};
use crate::finding::Verdict;

/// A decoded text proves the format if it can be read, and not if it cannot.
fn readable(text: Option<Vec<u8>>) -> Verified {
    let is_printable = |text: &str| !text.is_empty() && !text.chars().any(char::is_control);
    let text = text.and_then(|text| String::from_utf8(text).ok());
    match text.filter(|text| is_printable(text)) {
        Some(text) => Verified::structure(true)
            .with("stored", "reversibly, under a published key")
            .with("length", text.chars().count().to_string()),
        None => Verified::new(Verdict::ShapeOnly),
    }
}

/// Cisco type 7: two decimal digits say where in the table to begin, then one hexadecimal byte for each character.
/// <https://www.cisco.com/c/en/us/support/docs/security-vpn/remote-authentication-dial-user-service-radius/107614-64.html>,
/// <https://github.com/nccgroup/ccat>
pub(super) fn cisco_type7(token: &[u8]) -> Verified {
    const TABLE: &[u8] = b"dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87";
    let decoded = token.split_first_chunk::<2>().and_then(|(start, rest)| {
        let start: usize = str::from_utf8(start).ok()?.parse().ok()?;
        let bytes = hex_decode(rest).filter(|_| start < 16)?;
        let table = TABLE.iter().cycle().skip(start);
        Some(bytes.iter().zip(table).map(|(byte, key)| byte ^ key).collect())
    });
    readable(decoded)
}

/// Juniper `$9$`: each character is the sum of the weighted gaps between its letters in an alphabet.
/// <https://metacpan.org/pod/Crypt::Juniper>,
/// <https://www.juniper.net/documentation/us/en/software/junos/user-access/topics/topic-map/managing-root-password.html>
pub(super) fn juniper_type9(token: &[u8]) -> Verified {
    readable(token.strip_prefix(b"$9$").and_then(juniper_text))
}

fn juniper_text(body: &[u8]) -> Option<Vec<u8>> {
    /// The letters in four families; the first letter of a text says how many random ones follow it.
    const FAMILIES: [&[u8]; 4] =
        [b"QzF3n6/9CAtpu0O", b"B1IREhcSyrleKvMW8LXx", b"7N-dVbwsY2g4oaJZGUDj", b"iHkq.mPf5T"];
    const WEIGHTS: [&[usize]; 7] = [
        &[1, 4, 32],
        &[1, 16, 32],
        &[1, 8, 32],
        &[1, 64],
        &[1, 32],
        &[1, 4, 16, 128],
        &[1, 32, 64],
    ];
    let alphabet = FAMILIES.concat();
    let place = |letter: &u8| alphabet.iter().position(|known| known == letter);
    let first = body.first()?;
    let random = 3 - FAMILIES.iter().position(|family| family.contains(first))?;
    let mut previous = place(first)?;
    let mut letters = body.get(1 + random..)?;
    let mut text = Vec::new();
    for weights in WEIGHTS.iter().cycle() {
        if letters.is_empty() {
            break;
        }
        let (group, rest) = letters.split_at_checked(weights.len())?;
        letters = rest;
        let mut sum = 0;
        for (letter, weight) in group.iter().zip(*weights) {
            let next = place(letter)?;
            let gap = (next + alphabet.len() - previous) % alphabet.len();
            sum += (gap + alphabet.len() - 1) % alphabet.len() * weight;
            previous = next;
        }
        text.push(u8::try_from(sum % 256).ok()?);
    }
    Some(text)
}

/// Group Policy Preferences: AES-256 in CBC with a key that Microsoft published, of UTF-16.
/// <https://learn.microsoft.com/openspecs/windows_protocols/ms-gppref/2c15cbf0-f086-4c74-8b70-1f2fa45dd4be>
pub(super) fn gpp_cpassword(token: &[u8]) -> Verified {
    const KEY: [u8; 32] = [
        0x4E, 0x99, 0x06, 0xE8, 0xFC, 0xB6, 0x6C, 0xC9, 0xFA, 0xF4, 0x93, 0x10, 0x62, 0x0F, 0xFE,
        0xE8, 0xF4, 0x96, 0xE8, 0x06, 0xCC, 0x05, 0x79, 0x90, 0x20, 0x9B, 0x09, 0xA4, 0x33, 0xB6,
        0x6C, 0x1B,
    ];
    let text = base64(token).and_then(|bytes| {
        let padded = cbc_decrypt(KEY, &bytes)?;
        let padding = usize::from(*padded.last()?);
        let text = padded.get(..padded.len().checked_sub(padding)?)?;
        let (units, []) = text.as_chunks::<2>() else { return None };
        let units: Vec<u16> = units.iter().map(|unit| u16::from_le_bytes(*unit)).collect();
        (1..=16).contains(&padding).then(|| String::from_utf16(&units).ok())?
    });
    readable(text.map(String::into_bytes))
}

fn cbc_decrypt(key: [u8; 32], bytes: &[u8]) -> Option<Vec<u8>> {
    let cipher = Aes256::new(&key.into());
    let (blocks, []) = bytes.as_chunks::<16>() else { return None };
    let mut previous = [0; 16];
    let mut plain = Vec::with_capacity(bytes.len());
    for block in blocks {
        let mut clear = Block::<Aes256>::from(*block);
        cipher.decrypt_block(&mut clear);
        plain.extend(clear.iter().zip(previous).map(|(byte, before)| byte ^ before));
        previous = *block;
    }
    Some(plain)
}

/// The key of `rclone obscure`.
const RCLONE: [u8; 32] = [
    0x9C, 0x93, 0x5B, 0x48, 0x73, 0x0A, 0x55, 0x4D, 0x6B, 0xFD, 0x7C, 0x63, 0xC8, 0x86, 0xA9, 0x2B,
    0xD3, 0x90, 0x19, 0x8E, 0xB8, 0x12, 0x8A, 0xFB, 0xF4, 0xDE, 0x16, 0x2B, 0x8B, 0x95, 0xF6, 0x38,
];

/// `rclone obscure`: AES-256 in counter mode; the first 16 bytes are where the counter begins.
/// <https://github.com/rclone/rclone/blob/master/fs/config/obscure/obscure.go>
pub(super) fn rclone_obscured(token: &[u8]) -> Verified {
    let text = base64(token).and_then(|bytes| {
        let (start, rest) = bytes.split_first_chunk::<16>()?;
        Some(ctr(*start, rest))
    });
    readable(text)
}

fn ctr(start: [u8; 16], bytes: &[u8]) -> Vec<u8> {
    let cipher = Aes256::new(&RCLONE.into());
    let mut counter = u128::from_be_bytes(start);
    let mut plain = Vec::with_capacity(bytes.len());
    for chunk in bytes.chunks(16) {
        let mut pad = Block::<Aes256>::from(counter.to_be_bytes());
        cipher.encrypt_block(&mut pad);
        plain.extend(chunk.iter().zip(pad.iter()).map(|(byte, pad)| byte ^ pad));
        counter = counter.wrapping_add(1);
    }
    plain
}

/// `WinSCP` without a master password: hexadecimal of inverted bytes under a constant; a length, bytes to skip, then user,
/// host and password in one. <https://github.com/winscp/winscp/blob/master/source/core/Security.cpp>
pub(super) fn winscp_password(token: &[u8]) -> Verified {
    const MAGIC: u8 = 0xA3;
    /// The text begins with user and host.
    const WITH_KEY: u8 = 0xFF;
    let text = hex_decode(token).and_then(|bytes| {
        let plain: Vec<u8> = bytes.iter().map(|byte| !(byte ^ MAGIC)).collect();
        let (length, rest) = match plain.as_slice() {
            [WITH_KEY, 2, high, low, rest @ ..] => (u16::from_be_bytes([*high, *low]), rest),
            [WITH_KEY, _, length, rest @ ..] | [length, rest @ ..] => (u16::from(*length), rest),
            [] => return None,
        };
        let (skip, rest) = rest.split_first()?;
        let rest = rest.get(usize::from(*skip)..)?;
        rest.get(..usize::from(length)).map(<[u8]>::to_vec)
    });
    readable(text)
}

/// `WebSphere` and Liberty: `{xor}`, then base64 of the text under one byte.
/// <https://www.ibm.com/docs/en/was-liberty/base?topic=applications-password-encryption-limitations>
pub(super) fn websphere_xor(token: &[u8]) -> Verified {
    let body = token.strip_prefix(b"{xor}").unwrap_or(token);
    readable(base64(body).map(|bytes| bytes.iter().map(|byte| byte ^ b'_').collect()))
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

    use super::super::encoding::hex;
    use super::*;

    const TEXT: &str = "Tr0ub4dor&3";

    /// That the token decodes to `TEXT`, as far as its length tells.
    fn holds(verified: &Verified) -> bool {
        verified.verdict == Verdict::StructureValid
            && verified.facts.contains(&("length".into(), TEXT.len().to_string()))
    }

    fn under(key: &[u8], text: &str) -> String {
        hex(&text.bytes().zip(key.iter().cycle()).map(|(a, b)| a ^ b).collect::<Vec<u8>>())
    }

    #[test]
    fn cisco() {
        // `08` begins at the ninth letter of the table.
        let token = format!("08{}", under(b"A,.iyewrkldJKDH", TEXT).to_uppercase());
        assert!(holds(&cisco_type7(token.as_bytes())));
        assert_eq!(
            cisco_type7(format!("99{}", &token[2..]).as_bytes()).verdict,
            Verdict::ShapeOnly
        );
        assert_eq!(cisco_type7(b"0800").facts[1].1, "1");
        assert_eq!(cisco_type7(b"08FF0011").verdict, Verdict::ShapeOnly);
    }

    /// One letter of the text is 32 × one gap and 1 × another.
    #[test]
    fn juniper() {
        // Family 4 has no random letters. `i` is letter 55 of 65; a gap of g + 1 stands for g.
        let alphabet: Vec<u8> =
            b"QzF3n6/9CAtpu0OB1IREhcSyrleKvMW8LXx7N-dVbwsY2g4oaJZGUDjiHkq.mPf5T".to_vec();
        let mut place = alphabet.iter().position(|letter| *letter == b'i').unwrap();
        let mut body = vec![b'i'];
        for gap in [1, 0, 2] {
            place = (place + gap + 1) % alphabet.len();
            body.push(alphabet[place]);
        }
        assert_eq!(juniper_text(&body).unwrap(), [1 + 2 * 32]);
        let token = [b"$9$", &body[..]].concat();
        assert_eq!(juniper_type9(&token).verdict, Verdict::StructureValid);
        assert_eq!(juniper_type9(&token[..6]).verdict, Verdict::ShapeOnly);
    }

    #[test]
    fn group_policy() {
        let mut plain: Vec<u8> = TEXT.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let padding = 16 - plain.len() % 16;
        plain.extend(vec![u8::try_from(padding).unwrap(); padding]);
        // The published key, as the one place that encrypts with it.
        let key = hex_decode(
            ["4e9906e8fcb66cc9faf49310620ffee8", "f496e806cc057990209b09a433b66c1b"]
                .concat()
                .as_bytes(),
        );
        let cipher = Aes256::new_from_slice(&key.unwrap()).unwrap();
        let mut bytes: Vec<u8> = Vec::new();
        let mut previous = [0; 16];
        for block in plain.as_chunks::<16>().0 {
            let mut mixed = Block::<Aes256>::default();
            for ((to, from), before) in mixed.iter_mut().zip(block).zip(previous) {
                *to = from ^ before;
            }
            cipher.encrypt_block(&mut mixed);
            previous = mixed.into();
            bytes.extend(previous);
        }
        assert!(holds(&gpp_cpassword(STANDARD.encode(&bytes).as_bytes())));
        bytes[17] ^= 1;
        assert_eq!(gpp_cpassword(STANDARD.encode(&bytes).as_bytes()).verdict, Verdict::ShapeOnly);
    }

    #[test]
    fn rclone() {
        let start = [0xFF; 16];
        let bytes = [&start[..], &ctr(start, TEXT.as_bytes())].concat();
        assert!(holds(&rclone_obscured(URL_SAFE_NO_PAD.encode(&bytes).as_bytes())));
        let random = URL_SAFE_NO_PAD.encode([3; 40]);
        assert_eq!(rclone_obscured(random.as_bytes()).verdict, Verdict::ShapeOnly);
    }

    #[test]
    fn winscp() {
        let length = u8::try_from(TEXT.len()).unwrap();
        let plain = [&[0xFF, 0, length, 2, 9, 9], TEXT.as_bytes(), b"rest"].concat();
        let token = hex(&plain.iter().map(|byte| !byte ^ 0xA3).collect::<Vec<u8>>());
        assert!(holds(&winscp_password(token.to_uppercase().as_bytes())));
        assert_eq!(winscp_password(&token.as_bytes()[..20]).verdict, Verdict::ShapeOnly);
    }

    #[test]
    fn websphere() {
        let bytes: Vec<u8> = TEXT.bytes().map(|byte| byte ^ 0x5F).collect();
        assert!(holds(&websphere_xor(format!("{{xor}}{}", STANDARD.encode(bytes)).as_bytes())));
        assert_eq!(websphere_xor(b"{xor}!").verdict, Verdict::ShapeOnly);
    }
}
