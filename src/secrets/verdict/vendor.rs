//! What the parts of a vendor's token say by where they stand. Few of them prove anything.

use super::Verified;
use super::encoding::base64;
use crate::finding::{Severity, Verdict};

fn shape() -> Verified {
    Verified::new(Verdict::ShapeOnly)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Beginnings that tell one kind of a vendor's tokens from another; longer ones first.
const KINDS: &[(&[u8], &str)] = &[
    // <https://developer.hashicorp.com/vault/docs/concepts/tokens#token-prefixes>
    (b"hvs.", "service token"),
    (b"hvb.", "batch token"),
    (b"hvr.", "recovery token"),
    // <https://docs.doppler.com/docs/service-tokens>, <https://docs.doppler.com/reference/auth-token-formats>
    (b"dp.pt.", "personal token"),
    (b"dp.st.", "service token"),
    (b"dp.ct.", "CLI token"),
    (b"dp.sa.", "service account token"),
    (b"dp.said.", "service account identity token"),
    (b"dp.scim.", "SCIM token"),
    (b"dp.audit.", "audit token"),
    // <https://docs.digitalocean.com/reference/api/create-personal-access-token/>
    (b"dop_v1_", "personal access token"),
    (b"doo_v1_", "OAuth access token"),
    (b"dor_v1_", "OAuth refresh token"),
    // <https://www.twilio.com/docs/glossary/what-is-a-sid>
    (b"SK", "API key SID"),
    (b"AC", "account SID"),
];

/// Names the kind that a token's beginning tells.
pub(super) fn kind(token: &[u8]) -> Verified {
    let kind = KINDS.iter().find(|(start, _)| token.starts_with(start));
    match kind {
        Some((_, kind)) => shape().with("kind", *kind),
        None => shape(),
    }
}

/// Slack: numbers of team and bot or user between hyphens, or a webhook with team and app.
/// <https://docs.slack.dev/authentication/tokens>
pub(super) fn slack(token: &[u8]) -> Verified {
    const KINDS: &[(&[u8], &str)] = &[
        (b"xoxb-", "bot token"),
        (b"xoxp-", "user token"),
        (b"xoxe", "token of rotation"),
        (b"xoxc-", "browser session"),
        (b"xoxd-", "browser cookie"),
        (b"xoxa-", "workspace token"),
        (b"xoxr-", "refresh token"),
        (b"xapp-", "app-level token"),
    ];
    let Some((_, kind)) = KINDS.iter().find(|(start, _)| token.starts_with(start)) else {
        return slack_webhook(token);
    };
    let verified = shape().with("kind", *kind);
    let mut parts = token.split(|byte| *byte == b'-').skip(1);
    let is_number = |part: &&[u8]| part.len() >= 8 && part.iter().all(u8::is_ascii_digit);
    if token.starts_with(b"xapp-") {
        return match parts.nth(1) {
            Some(app) if app.starts_with(b"A") => verified.with("app", text(app)),
            _ => verified,
        };
    }
    match parts.next().filter(is_number) {
        Some(team) => verified.with("team number", text(team)),
        None => verified,
    }
}

/// <https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks>
fn slack_webhook(token: &[u8]) -> Verified {
    let parts: Vec<&[u8]> = token.split(|byte| *byte == b'/').collect();
    let starts = |part: &[u8], letter: u8| {
        part.first() == Some(&letter) && part.iter().all(u8::is_ascii_alphanumeric)
    };
    let found = parts.windows(3).find(|window| {
        matches!(window, [team, app, secret] if starts(team, b'T') && starts(app, b'B') && secret.len() >= 20)
    });
    match found {
        Some([team, app, _]) => shape().with("team", text(team)).with("app", text(app)),
        _ => shape(),
    }
}

/// Stripe: secret or restricted, live or test; newer ones hold the start of the account.
/// <https://docs.stripe.com/keys>
pub(super) fn stripe(token: &[u8]) -> Verified {
    let mut parts = token.splitn(3, |byte| *byte == b'_');
    let (Some(kind), Some(mode), Some(body)) = (parts.next(), parts.next(), parts.next()) else {
        return shape();
    };
    let mut verified = match kind {
        b"sk" => shape().with("kind", "secret key"),
        b"rk" => shape().with("kind", "restricted key"),
        b"pk" => shape().with("kind", "publishable key").capped(Severity::Note),
        _ => return shape(),
    };
    match mode {
        b"live" => verified = verified.with("mode", "live"),
        b"test" => verified = verified.with("mode", "test").capped(Severity::Low),
        _ => {}
    }
    match body.strip_prefix(b"5").filter(|body| body.len() > 30 && body.starts_with(b"1")) {
        Some(body) => {
            verified.with("account", format!("acct_{}…", text(body.get(..15).unwrap_or_default())))
        }
        None => verified,
    }
}

/// Telegram: the bot's number, a colon, 35 characters that begin with `AA`.
/// <https://core.telegram.org/bots/features#botfather>
pub(super) fn telegram(token: &[u8]) -> Verified {
    let colon = token.iter().position(|byte| *byte == b':');
    match colon.and_then(|at| token.split_at_checked(at)) {
        Some((id, secret)) if id.iter().all(u8::is_ascii_digit) && secret.starts_with(b":AA") => {
            shape().with("bot", text(id))
        }
        _ => shape(),
    }
}

/// `OpenAI`: base64 of "`OpenAI`" between two halves as long as one another.
/// <https://platform.openai.com/docs/api-reference/authentication>
pub(super) fn openai(token: &[u8]) -> Verified {
    const SIGN: &[u8] = b"T3BlbkFJ";
    let sign = token.windows(SIGN.len()).rposition(|window| window == SIGN);
    let Some((head, rest)) = sign.and_then(|at| token.split_at_checked(at)) else { return shape() };
    let tail = rest.len() - SIGN.len();
    // The halves are 20, 58 or 74 characters; the first has the prefix before it.
    let half = head.len().checked_sub(tail).and_then(|start| head.get(..start));
    let starts: &[&[u8]] = &[b"sk-", b"sk-proj-", b"sk-svcacct-", b"sk-admin-", b"sk-None-"];
    Verified::structure(
        matches!(tail, 20 | 58 | 74) && half.is_some_and(|half| starts.contains(&half)),
    )
}

/// Groq: keys as Groq issues them have this text after 20 characters. <https://console.groq.com/docs/quickstart>
pub(super) fn groq(token: &[u8]) -> Verified {
    Verified::structure(token.get(24..32) == Some(b"WGdyb3FY"))
}

/// Anthropic: 93 characters after the kind, then `AA`. <https://docs.anthropic.com/en/api/overview>
pub(super) fn anthropic(token: &[u8]) -> Verified {
    let kind = token.strip_prefix(b"sk-ant-").and_then(|rest| rest.split(|b| *b == b'-').next());
    let verified = match kind {
        Some([b'a', b'p', b'i', ..]) => shape().with("kind", "API key"),
        Some([b'a', b'd', b'm', b'i', b'n', ..]) => shape().with("kind", "admin key"),
        Some([b'o', b'a', b't', ..]) => shape().with("kind", "OAuth access token"),
        Some([b'o', b'r', b't', ..]) => shape().with("kind", "OAuth refresh token"),
        _ => return shape(),
    };
    if token.len() == 108 && token.ends_with(b"AA") {
        Verified { verdict: Verdict::StructureValid, ..verified }
    } else {
        verified
    }
}

/// Random bytes in base64: an encoder leaves the bits after the last byte at zero. A text that has them set was altered or
/// made up. <https://www.rfc-editor.org/rfc/rfc4648#section-3.5>
pub(super) fn base64_bits(token: &[u8]) -> Verified {
    let body = token.rsplit(|byte| matches!(byte, b'~' | b'.')).next().unwrap_or_default();
    let padding = body.iter().rev().take_while(|byte| **byte == b'=').count();
    let digits = body.get(..body.len() - padding).unwrap_or_default();
    let unused = match digits.len() % 4 {
        2 => 4,
        3 => 2,
        _ => 0,
    };
    if unused == 0 || base64(body).is_none() {
        return shape();
    }
    // The last digit alone, after three zeros, is a byte with the digit's six bits.
    let last = digits.last().copied().unwrap_or(b'A');
    let value = base64(&[b'A', b'A', b'A', last]).and_then(|bytes| bytes.last().copied());
    match value.unwrap_or(0) & ((1 << unused) - 1) {
        0 => shape(),
        _ => Verified::checksum(false),
    }
}

/// `BitLocker` recovery: eight groups of six digits, each a multiple of 11 below 720,896.
/// <https://learn.microsoft.com/windows/security/operating-system-security/data-protection/bitlocker/recovery-overview>
pub(super) fn bitlocker(token: &[u8]) -> Verified {
    let groups: Vec<&[u8]> = token.split(|byte| *byte == b'-').collect();
    if groups.len() != 8 || groups.iter().any(|group| group.len() != 6) {
        return shape();
    }
    let holds = |group: &&[u8]| {
        let number = str::from_utf8(group).ok().and_then(|group| group.parse::<u32>().ok());
        number.is_some_and(|number| number % 11 == 0 && u16::try_from(number / 11).is_ok())
    };
    Verified::checksum(groups.iter().all(holds))
}

/// One-time passwords: `otpauth://` with a secret in base32.
/// <https://github.com/google/google-authenticator/wiki/Key-Uri-Format>
pub(super) fn otpauth(token: &[u8]) -> Verified {
    let address = text(token);
    let field = |name: &str| {
        address
            .split(['?', '&'])
            .filter_map(|field| field.split_once('='))
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value)
    };
    let secret = field("secret").unwrap_or(if address.contains(':') { "" } else { &address });
    let secret = secret.trim_end_matches('=');
    let is_base32 = |byte: u8| matches!(byte.to_ascii_uppercase(), b'A'..=b'Z' | b'2'..=b'7');
    let verified = Verified::structure(secret.len() >= 16 && secret.bytes().all(is_base32));
    match field("issuer") {
        Some(issuer) => verified.with("issuer", issuer.chars().take(60).collect::<String>()),
        None => verified,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(verified: &Verified, name: &str, value: &str) -> bool {
        verified.facts.contains(&(name.into(), value.into()))
    }

    #[test]
    fn beginnings_tell_the_kind() {
        assert!(has(&kind(b"dp.st.x"), "kind", "service token"));
        assert!(has(&kind(b"hvb.x"), "kind", "batch token"));
        assert!(kind(b"x").facts.is_empty());
    }

    #[test]
    fn slack_tokens_name_the_team() {
        let token = ["xox", "b-123456789012-210987654321-x"].concat();
        assert!(has(&slack(token.as_bytes()), "team number", "123456789012"));
        assert!(has(&slack(b"xapp-1-A0123-456-x"), "app", "A0123"));
        let hook = ["https://hooks.slack", ".com/services/T01/B02/", &"x".repeat(24)].concat();
        assert!(has(&slack(hook.as_bytes()), "team", "T01"));
        assert!(slack(b"nothing").facts.is_empty());
    }

    #[test]
    fn stripe_keys_of_tests_do_little() {
        let key = |mode: &str| ["sk_", mode, "_51AbCdEfGhIjKlMn", &"x".repeat(83)].concat();
        assert_eq!(stripe(key("test").as_bytes()).severity, Severity::Low);
        let live = stripe(key("live").as_bytes());
        assert_eq!(live.severity, Severity::Critical);
        assert!(has(&live, "account", "acct_1AbCdEfGhIjKlMn…"));
    }

    #[test]
    fn telegram_bots_have_a_number() {
        let token = format!("123456789:AA{}", "x".repeat(33));
        assert!(has(&telegram(token.as_bytes()), "bot", "123456789"));
        assert!(telegram(b"123:BB").facts.is_empty());
    }

    #[test]
    fn signs_in_the_middle() {
        let key = |start: &str, half: usize| {
            [start, &"x".repeat(half), "T3Blb", "kFJ", &"y".repeat(half)].concat()
        };
        for (start, half) in [("sk-", 20), ("sk-proj-", 74), ("sk-svcacct-", 58)] {
            assert_eq!(openai(key(start, half).as_bytes()).verdict, Verdict::StructureValid);
            assert_eq!(openai(key(start, half - 1).as_bytes()).verdict, Verdict::ShapeOnly);
        }
        let key = ["gsk_", &"x".repeat(20), "WGdy", "b3FY", &"y".repeat(24)].concat();
        assert_eq!(groq(key.as_bytes()).verdict, Verdict::StructureValid);
        assert_eq!(groq(&key.as_bytes()[1..]).verdict, Verdict::ShapeOnly);
        let key = ["sk-ant-", "api03-", &"x".repeat(93), "AA"].concat();
        assert_eq!(anthropic(key.as_bytes()).verdict, Verdict::StructureValid);
        assert_eq!(anthropic(&key.as_bytes()[..107]).verdict, Verdict::ShapeOnly);
    }

    #[test]
    fn bits_that_no_encoder_sets() {
        let token = |last: char| format!("sha256~{}{last}", "x".repeat(42));
        for last in "AEIMQUYcgkosw048".chars() {
            assert_eq!(base64_bits(token(last).as_bytes()).verdict, Verdict::ShapeOnly, "{last}");
        }
        assert_eq!(base64_bits(token('B').as_bytes()).verdict, Verdict::ChecksumFailed);
        let padded = |last: char| format!("{}{last}==", "x".repeat(85));
        assert_eq!(base64_bits(padded('g').as_bytes()).verdict, Verdict::ShapeOnly);
        assert_eq!(base64_bits(padded('h').as_bytes()).verdict, Verdict::ChecksumFailed);
    }

    #[test]
    fn bitlocker_groups_are_multiples() {
        let key = |last: u32| {
            let groups = [11, 65_535 * 11, 22, 33, 44, 55, 66, last];
            groups.map(|group| format!("{group:06}")).join("-")
        };
        assert_eq!(bitlocker(key(770_000 / 77 * 11).as_bytes()).verdict, Verdict::ChecksumValid);
        assert_eq!(bitlocker(key(12).as_bytes()).verdict, Verdict::ChecksumFailed);
        assert_eq!(bitlocker(key(65_536 * 11).as_bytes()).verdict, Verdict::ChecksumFailed);
        assert_eq!(bitlocker(b"000011-000022").verdict, Verdict::ShapeOnly);
    }

    #[test]
    fn one_time_passwords() {
        let digits = "GEZDGNBV".repeat(4);
        let address = format!("otpauth://totp/x?secret={digits}&issuer=ACME");
        let verified = otpauth(address.as_bytes());
        assert_eq!(verified.verdict, Verdict::StructureValid);
        assert!(has(&verified, "issuer", "ACME"));
        assert_eq!(otpauth(digits.as_bytes()).verdict, Verdict::StructureValid);
        assert_eq!(otpauth(b"otpauth://totp/x?secret=1").verdict, Verdict::ShapeOnly);
    }
}
