//! Tokens that end in a checksum of themselves. CRC32 is the IEEE one everywhere.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::Verified;
use super::encoding::{
    BASE36, BASE62, BASE62_LOWER_FIRST, base32, base64, digits, hex, split_tail,
};
use crate::finding::Verdict;

/// What comes after the last underscore: bodies in base62 have none.
fn body(token: &[u8]) -> &[u8] {
    let start = token.iter().rposition(|byte| *byte == b'_').map_or(0, |at| at + 1);
    token.get(start..).unwrap_or_default()
}

/// Whether the last 6 characters are the CRC32 of the others in base 62.
fn ends_in_base62(text: &[u8], alphabet: &[u8; 62]) -> bool {
    split_tail(text, 6)
        .is_some_and(|(rest, tail)| digits(crc32fast::hash(rest), alphabet, 6) == tail)
}

/// GitHub's scheme, which npm, Vercel, Polar, `SaladCloud` and others took over: the last 6 characters of the body are the
/// CRC32 of the rest of it in base62.
/// <https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/>
pub(super) fn base62_tail(token: &[u8]) -> bool {
    ends_in_base62(body(token), BASE62)
}

/// Apify: the checksum covers the prefix too, and small letters come first.
/// <https://docs.apify.com/platform/integrations/api>
pub(super) fn apify(token: &[u8]) -> bool {
    ends_in_base62(token, BASE62_LOWER_FIRST)
}

/// Vendors copied GitHub's scheme in four ways: with the prefix or without it, in either alphabet. One that fits is a
/// proof; none is no evidence against a token of a vendor who says nothing.
pub(super) fn base62_any(token: &[u8]) -> Verified {
    let fits = [body(token), token]
        .into_iter()
        .any(|text| ends_in_base62(text, BASE62) || ends_in_base62(text, BASE62_LOWER_FIRST));
    bonus(fits)
}

/// A checksum that too few public samples bear out for a mismatch to mean anything.
const fn bonus(holds: bool) -> Verified {
    Verified::new(if holds { Verdict::ChecksumValid } else { Verdict::ShapeOnly })
}

/// Matrix Synapse: `syt_`, user in base64, `_`, 20 letters, `_`, the CRC32 of everything before in base62.
/// <https://github.com/element-hq/synapse/blob/develop/synapse/handlers/auth.py>
pub(super) fn synapse(token: &[u8]) -> Verified {
    let Some((rest, tail)) = split_tail(token, 6) else { return Verified::new(Verdict::ShapeOnly) };
    let Some(payload) = rest.strip_suffix(b"_") else { return Verified::new(Verdict::ShapeOnly) };
    let verified = Verified::checksum(digits(crc32fast::hash(payload), BASE62, 6) == tail);
    let user = token.split(|byte| *byte == b'_').nth(1).and_then(base64);
    match user.and_then(|user| String::from_utf8(user).ok()) {
        Some(user) => verified.with("user", user),
        None => verified,
    }
}

/// Cloudflare: 40 characters, then their CRC32 in hex.
/// <https://developers.cloudflare.com/fundamentals/api/get-started/token-formats/>
pub(super) fn hex_tail(token: &[u8]) -> bool {
    split_tail(body(token), 8)
        .is_some_and(|(body, tail)| hex(&crc32fast::hash(body).to_be_bytes()).as_bytes() == tail)
}

/// Zuplo: `zpka_`, 32 characters, `_`, their CRC32 in hex. <https://zuplo.com/docs/articles/api-key-leak-detection>
pub(super) fn zuplo(token: &[u8]) -> bool {
    split_tail(token, 8).is_some_and(|(rest, tail)| {
        let random = body(rest.strip_suffix(b"_").unwrap_or(rest));
        hex(&crc32fast::hash(random).to_be_bytes()).as_bytes() == tail
    })
}

/// Atlassian and Bitbucket: the last 8 characters are the CRC32 of all before them, in upper-case hex.
pub(super) fn hex_upper_tail(token: &[u8]) -> bool {
    split_tail(token, 8).is_some_and(|(body, tail)| {
        hex(&crc32fast::hash(body).to_be_bytes()).to_ascii_uppercase().as_bytes() == tail
    })
}

/// Trello (`ATTA`) probably follows Bitbucket; no public sample says so.
/// <https://developer.atlassian.com/cloud/trello/guides/rest-api/authorization/>
pub(super) fn trello(token: &[u8]) -> Verified {
    bonus(hex_upper_tail(token) || hex_upper_tail(&token.to_ascii_uppercase()))
}

/// Grafana: `glsa_`, 32 characters, `_`, the CRC32 of prefix and characters in hex, low byte first.
/// <https://github.com/grafana/grafana/blob/main/pkg/components/satokengen/satokengen.go>
pub(super) fn grafana(token: &[u8]) -> bool {
    split_tail(token, 8).is_some_and(|(rest, tail)| {
        let payload = rest.strip_suffix(b"_").unwrap_or(rest);
        hex(&crc32fast::hash(payload).to_le_bytes()).as_bytes() == tail
    })
}

/// Confluent Cloud: `cflt`, 54 characters, the first 6 of the base64 of their CRC32, low byte first.
/// <https://docs.confluent.io/cloud/current/security/authenticate/workload-identities/service-accounts/api-keys/overview.html>
pub(super) fn confluent(token: &[u8]) -> bool {
    let body = token.strip_prefix(b"cflt").unwrap_or(token);
    split_tail(body, 6).is_some_and(|(rest, tail)| {
        STANDARD.encode(crc32fast::hash(rest).to_le_bytes()).as_bytes().starts_with(tail)
    })
}

/// Cloudsmith: `csa_`, 30 characters, the base64 of the CRC32 of both. Inferred from one sample.
/// <https://docs.cloudsmith.com/accounts-and-teams/api-key>
pub(super) fn cloudsmith(token: &[u8]) -> Verified {
    bonus(split_tail(token, 6).is_some_and(|(rest, tail)| {
        STANDARD.encode(crc32fast::hash(rest).to_be_bytes()).as_bytes().starts_with(tail)
    }))
}

/// GitHub fine-grained: characters 78 to 85 are the start of base32(SHA-256(the first 77 characters)).
pub(super) fn github_fine_grained(token: &[u8]) -> bool {
    let Some((payload, rest)) = token.split_at_checked(77) else { return false };
    let sum = Sha256::digest(payload);
    let expected: Vec<u8> = base32(&sum.iter().copied().take(5).collect::<Vec<u8>>());
    rest.get(..8) == Some(expected.as_slice())
}

/// GitLab routable tokens: payload, `.`, version, `.`, two base36 digits of the payload's length, seven of the CRC32 of
/// everything before them. The payload ends in lines such as `o:1` that route the token, and a byte with their length.
/// <https://docs.gitlab.com/development/routable_tokens/>
pub(super) fn gitlab_routable(token: &[u8]) -> Verified {
    let Some((rest, tail)) = split_tail(token, 7).filter(|(rest, _)| rest.contains(&b'.')) else {
        return Verified::new(Verdict::ShapeOnly);
    };
    if digits(crc32fast::hash(rest), BASE36, 7) != tail {
        return Verified::checksum(false);
    }
    let payload = rest.split(|byte| *byte == b'.').next().unwrap_or_default();
    // A server may put its own prefix before `glpat-`, and the payload may hold hyphens: the length says where it begins.
    let length = rest.last_chunk::<2>().and_then(|digits| base36(digits)).unwrap_or(0);
    let payload = split_tail(payload, length).map(|(_, payload)| payload).and_then(base64);
    let routes = payload.as_deref().and_then(|bytes| {
        let (length, before) = bytes.split_last()?;
        split_tail(before, usize::from(*length)).map(|(_, text)| text)
    });
    let text = String::from_utf8_lossy(routes.unwrap_or_default()).into_owned();
    let mut verified = Verified::checksum(true);
    for (key, value) in text.lines().filter_map(|line| line.split_once(':')) {
        let fact = match key {
            "c" => "cell",
            "g" => "group",
            "o" => "organization",
            "p" => "project",
            "u" => "user",
            _ => continue,
        };
        if let Some(number) = base36(value.as_bytes()) {
            verified = verified.with(fact, number.to_string());
        }
    }
    verified
}

fn base36(text: &[u8]) -> Option<usize> {
    usize::from_str_radix(str::from_utf8(text).ok()?, 36).ok()
}

/// CRC-16/XMODEM.
pub(super) fn crc16_xmodem(bytes: &[u8]) -> u16 {
    let shift = |sum: u16, _| if sum & 0x8000 == 0 { sum << 1 } else { sum << 1 ^ 0x1021 };
    bytes.iter().fold(0, |sum, byte| (0..8).fold(sum ^ u16::from(*byte) << 8, shift))
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;

    /// Test vectors of the checksums themselves.
    #[test]
    fn known_sums() {
        assert_eq!(crc32fast::hash(b"hello"), 0x3610_A686);
        assert_eq!(crc16_xmodem(b"123456789"), 0x31C3);
    }

    fn flipped(token: &[u8]) -> Vec<u8> {
        let mut token = token.to_vec();
        let place = token.len() / 2;
        token[place] = if token[place] == b'a' { b'b' } else { b'a' };
        token
    }

    const BODY: &[u8] = b"0123456789abcdefghijABCDEFGHIJ";

    fn crc(bytes: &[u8]) -> u32 {
        crc32fast::hash(bytes)
    }

    #[test]
    fn sums_of_the_body() {
        let classic = [b"ghp_", BODY, &digits(crc(BODY), BASE62, 6)].concat();
        assert!(base62_tail(&classic) && !base62_tail(&flipped(&classic)));

        let cloudflare = [b"cfut_", BODY, hex(&crc(BODY).to_be_bytes()).as_bytes()].concat();
        assert!(hex_tail(&cloudflare) && !hex_tail(&flipped(&cloudflare)));

        let token = [b"zpka_", BODY, b"_", hex(&crc(BODY).to_be_bytes()).as_bytes()].concat();
        assert!(zuplo(&token) && !zuplo(&flipped(&token)));

        let sum = STANDARD.encode(crc(BODY).to_le_bytes());
        let token = [b"cflt", BODY, &sum.as_bytes()[..6]].concat();
        assert!(confluent(&token) && !confluent(&flipped(&token)));
    }

    #[test]
    fn sums_of_the_prefix_too() {
        let head = [b"ATATT3xFfG", BODY, b"="].concat();
        let token = [&head[..], hex(&crc(&head).to_be_bytes()).to_uppercase().as_bytes()].concat();
        assert!(hex_upper_tail(&token) && !hex_upper_tail(&flipped(&token)));

        let head = [b"apify_api_", BODY].concat();
        let token = [&head[..], &digits(crc(&head), BASE62_LOWER_FIRST, 6)].concat();
        assert!(apify(&token) && !apify(&flipped(&token)));
        assert_eq!(base62_any(&token).verdict, Verdict::ChecksumValid);
        assert_eq!(base62_any(&flipped(&token)).verdict, Verdict::ShapeOnly);

        let head = [b"glsa_", BODY, b"xy"].concat();
        let token = [&head[..], b"_", hex(&crc(&head).to_le_bytes()).as_bytes()].concat();
        assert!(grafana(&token) && !grafana(&flipped(&token)));

        let head = [b"csa_", BODY].concat();
        let sum = STANDARD.encode(crc(&head).to_be_bytes());
        let token = [&head[..], &sum.as_bytes()[..6]].concat();
        assert_eq!(cloudsmith(&token).verdict, Verdict::ChecksumValid);
        assert_eq!(cloudsmith(&flipped(&token)).verdict, Verdict::ShapeOnly);

        let head = [b"ATTA", BODY].concat();
        let token = [&head[..], hex(&crc(&head).to_be_bytes()).to_uppercase().as_bytes()].concat();
        assert_eq!(trello(&token).verdict, Verdict::ChecksumValid);
        assert_eq!(trello(&flipped(&token)).verdict, Verdict::ShapeOnly);
    }

    #[test]
    fn a_synapse_token_names_its_user() {
        let head = ["syt_", &URL_SAFE_NO_PAD.encode("alice"), "_ABCDEFGHIJKLMNOPQRST"].concat();
        let token = [head.as_bytes(), b"_", &digits(crc(head.as_bytes()), BASE62, 6)].concat();
        let verified = synapse(&token);
        assert_eq!(verified.verdict, Verdict::ChecksumValid);
        assert_eq!(verified.facts, [("user".into(), "alice".into())]);
        assert_eq!(synapse(&flipped(&token)).verdict, Verdict::ChecksumFailed);
    }

    #[test]
    fn a_gitlab_token_tells_where_it_leads() {
        let payload = URL_SAFE_NO_PAD.encode([&[7; 16][..], b"o:1\nu:1a", &[8]].concat());
        let length = digits(u32::try_from(payload.len()).unwrap(), BASE36, 2);
        let head = [b"glpat-", payload.as_bytes(), b".01.", &length].concat();
        let token = [&head[..], &digits(crc(&head), BASE36, 7)].concat();
        let verified = gitlab_routable(&token);
        assert_eq!(verified.verdict, Verdict::ChecksumValid);
        assert_eq!(
            verified.facts,
            [("organization".into(), "1".into()), ("user".into(), "46".into())]
        );
        assert_eq!(gitlab_routable(&flipped(&token)).verdict, Verdict::ChecksumFailed);
        assert_eq!(gitlab_routable(b"glpat-abc").verdict, Verdict::ShapeOnly);
    }

    #[test]
    fn a_fine_grained_token_proves_itself() {
        let head = [b"github_pat_", &vec![b'1'; 22][..], b"_", &vec![b'x'; 43][..]].concat();
        let sum = Sha256::digest(&head);
        let token = [&head[..], &base32(&sum[..5]), b"abcdefgh"].concat();
        assert!(github_fine_grained(&token) && !github_fine_grained(&flipped(&token)));
    }
}
