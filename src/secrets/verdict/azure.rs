//! Keys of Microsoft's clouds, which carry a marker and, most of them, a checksum.
//!
//! Formats: <https://github.com/microsoft/security-utilities>,
//! <https://learn.microsoft.com/azure/devops/organizations/accounts/use-personal-access-tokens-to-authenticate>.

use super::Verified;
use super::encoding::{base32_decode, base64, base64_encode};
use crate::finding::Verdict;

/// The seeds that services use, as the eight characters they stand for. Which one fits names the role of the key.
const SEEDS: &[&[u8; 8]] = &[
    b"Default0",
    b"Send0000",
    b"Manage00",
    b"Listen00",
    b"System00",
    b"Unknown0",
    b"IoTHub00",
    b"DpsKey00",
    b"Device00",
    b"MastRW00",
    b"MastRO00",
    b"SystRW00",
    b"SystRO00",
    b"SysAll00",
    b"Resour00",
    b"Encryp00",
    b"Master00",
    b"Functi00",
    b"Query000",
    b"PAdmin00",
    b"Access00",
    b"AbAcct00",
    b"ACRDflt0",
    b"Tenant00",
    b"Gatewy00",
    b"GitKey00",
    b"Classic0",
    b"UsrPwd00",
];

/// Marvin32 of `data`: a keyed hash of 32 bits.
fn marvin32(seed: [u8; 8], data: &[u8]) -> u32 {
    let seed = u64::from_be_bytes(seed);
    let mut state = ((seed & 0xFFFF_FFFF) as u32, (seed >> 32) as u32);
    let (words, rest) = data.as_chunks::<4>();
    for word in words {
        state = mix((state.0.wrapping_add(u32::from_le_bytes(*word)), state.1));
    }
    let mut last = [0; 4];
    last.iter_mut().zip(rest.iter().chain(&[0x80])).for_each(|(to, from)| *to = *from);
    state = mix(mix((state.0.wrapping_add(u32::from_le_bytes(last)), state.1)));
    state.0 ^ state.1
}

const fn mix((mut low, mut high): (u32, u32)) -> (u32, u32) {
    high ^= low;
    low = low.rotate_left(20).wrapping_add(high);
    high = high.rotate_left(9) ^ low;
    low = low.rotate_left(27).wrapping_add(high);
    high = high.rotate_left(19);
    (low, high)
}

/// Storage, Cosmos DB, messaging and other keys: base64 whose last four bytes are the Marvin32 of the rest.
pub(super) fn marked_key(token: &[u8]) -> Verified {
    let Some(bytes) = base64(token) else { return Verified::new(Verdict::ShapeOnly) };
    let Some((data, sum)) = bytes.split_last_chunk::<4>() else {
        return Verified::new(Verdict::ShapeOnly);
    };
    let seed = SEEDS.iter().find(|seed| marvin32(***seed, data).to_le_bytes() == *sum);
    match seed {
        Some(seed) => Verified::checksum(true)
            .with("key role", String::from_utf8_lossy(seed.trim_ascii_end())),
        None => Verified::checksum(false),
    }
}

/// Common annotated keys carry their kind and date of issue in clear. Their checksum proves them, but a mismatch says
/// nothing: hardly a public sample bears the published algorithm out.
pub(super) fn annotated_key(token: &[u8]) -> Verified {
    let Some([kind, year, month, ..]) = token.get(57..) else {
        return Verified::new(Verdict::ShapeOnly);
    };
    let signature = token.get(76..80).unwrap_or_default();
    if !(year.is_ascii_uppercase()
        && (b'A'..=b'L').contains(month)
        && matches!(kind, b'9' | b'D' | b'H'))
    {
        return Verified::new(Verdict::ShapeOnly);
    }
    let issued = format!("{}-{:02}", 2024 + u32::from(year - b'A'), month - b'A' + 1);
    let verified = if annotated_sum_holds(token) {
        Verified::checksum(true)
    } else {
        Verified::structure(true)
    };
    verified.with("issued", issued).with("service", String::from_utf8_lossy(signature))
}

/// The last four characters, or six and padding, are base64 of the Marvin32 of the 60 bytes before.
fn annotated_sum_holds(token: &[u8]) -> bool {
    let Some((body, tail)) = token.split_at_checked(80) else { return false };
    let tail = tail.strip_suffix(b"==").unwrap_or(tail);
    let sum = base64(body).map(|data| marvin32(*b"Default0", &data).to_le_bytes());
    sum.is_some_and(|sum| tail.len() >= 4 && base64_encode(&sum).as_bytes().starts_with(tail))
}

/// Microsoft Entra client secrets. In those with `8Q~` the last three characters are the first three of a checksum,
/// written in base 66; those with `7Q~` have none.
pub(super) fn client_secret(token: &[u8]) -> Verified {
    const ALPHABET: &[u8; 66] =
        b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ1234567890.-_~";
    if token.get(3..6) != Some(b"8Q~") {
        return Verified::new(Verdict::ShapeOnly);
    }
    let Some((text, tail)) = token.split_last_chunk::<3>() else {
        return Verified::new(Verdict::ShapeOnly);
    };
    let mut number = marvin32(*b"AadPwd00", text);
    let mut digits = [0; 6];
    for digit in digits.iter_mut().rev() {
        *digit = ALPHABET.get((number % 66) as usize).copied().unwrap_or(0);
        number /= 66;
    }
    // Public samples are too few to call a mismatch a failure.
    if digits.first_chunk::<3>() == Some(tail) {
        Verified::checksum(true)
    } else {
        Verified::new(Verdict::ShapeOnly)
    }
}

/// Azure DevOps personal access tokens: 32 bytes in base32, four of them a CRC32 of the others.
pub(super) fn devops_pat(token: &[u8]) -> Verified {
    const SUM_PLACES: [usize; 4] = [22, 8, 7, 2];
    const USER: u32 = 0xE0B9_692D;
    const APPLICATION: u32 = 0x1019_F92E;
    let bytes = base32_decode(token);
    if bytes.len() != 32 {
        return Verified::new(Verdict::ShapeOnly);
    }
    let data: Vec<u8> = bytes
        .iter()
        .enumerate()
        .filter(|(place, _)| !SUM_PLACES.contains(place))
        .map(|(_, byte)| *byte)
        .collect();
    let sum = u32::from_le_bytes(SUM_PLACES.map(|place| bytes.get(place).copied().unwrap_or(0)));
    match sum ^ crc32fast::hash(&data) {
        USER => Verified::checksum(true).with("issued to", "a user"),
        APPLICATION => Verified::checksum(true).with("issued to", "an application"),
        _ => Verified::checksum(false),
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    #[test]
    fn a_marked_key_proves_itself() {
        let mut bytes: Vec<u8> = (0..60).map(|n: u8| n.wrapping_mul(41)).collect();
        let sum = marvin32(*b"Default0", &bytes).to_le_bytes();
        bytes.extend_from_slice(&sum);
        let verified = marked_key(STANDARD.encode(&bytes).as_bytes());
        assert_eq!(verified.verdict, Verdict::ChecksumValid);
        assert_eq!(verified.facts, [("key role".into(), "Default0".into())]);
        bytes[5] ^= 1;
        assert_eq!(marked_key(STANDARD.encode(&bytes).as_bytes()).verdict, Verdict::ChecksumFailed);
    }

    #[test]
    fn an_annotated_key_tells_its_date() {
        let token =
            [&[b'a'; 52][..], b"JQQJ9", b"9AK", &[b'x'; 12], b"yyyy", b"AZDO", b"zzzz"].concat();
        let verified = annotated_key(&token);
        assert_eq!(verified.verdict, Verdict::StructureValid);
        assert!(verified.facts.contains(&("issued".into(), "2024-11".into())));
        let sum = marvin32(*b"Default0", &base64(&token[..80]).unwrap()).to_le_bytes();
        let proven = [&token[..80], &base64_encode(&sum).as_bytes()[..4]].concat();
        assert_eq!(annotated_key(&proven).verdict, Verdict::ChecksumValid);
    }

    #[test]
    fn a_devops_token_proves_itself() {
        let mut bytes: Vec<u8> = (0..32).map(|n: u8| n.wrapping_mul(77)).collect();
        let data: Vec<u8> = bytes
            .iter()
            .enumerate()
            .filter(|(at, _)| ![2, 7, 8, 22].contains(at))
            .map(|(_, byte)| *byte)
            .collect();
        let sum = (crc32fast::hash(&data) ^ 0xE0B9_692D).to_le_bytes();
        for (place, byte) in [22, 8, 7, 2].into_iter().zip(sum) {
            bytes[place] = byte;
        }
        let number = |at: usize| {
            let bit =
                |place: usize| bytes.get(place / 8).map_or(0, |byte| byte >> (7 - place % 8) & 1);
            (0..5).fold(0, |number, place| number << 1 | bit(at * 5 + place))
        };
        let token: Vec<u8> = (0..52)
            .map(|at| b"abcdefghijklmnopqrstuvwxyz234567"[usize::from(number(at))])
            .collect();
        assert_eq!(devops_pat(&token).verdict, Verdict::ChecksumValid);
        let mut broken = token.clone();
        broken[0] = if broken[0] == b'a' { b'b' } else { b'a' };
        assert_eq!(devops_pat(&broken).verdict, Verdict::ChecksumFailed);
    }
}
