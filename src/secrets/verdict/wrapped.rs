//! Tokens that wrap something readable: a pair in base64, JSON, a macaroon, a number with a date.

use serde_json::{Map, Value};

use super::Verified;
use super::encoding::base64;
use super::signed_url::presigned;
use crate::date::{DAY, date};
use crate::finding::{Severity, Verdict};

fn shape() -> Verified {
    Verified::new(Verdict::ShapeOnly)
}

/// Text in base64 without control characters.
fn base64_text(token: &[u8]) -> Option<String> {
    let text = String::from_utf8(base64(token)?).ok()?;
    (!text.is_empty() && !text.chars().any(char::is_control)).then_some(text)
}

/// The first part of a text, for a report.
fn short(text: &str) -> String {
    text.chars().take(100).collect()
}

/// Fields of wrapped JSON that are shown.
const FIELDS: &[(&str, &str)] = &[
    // Sentry: <https://docs.sentry.io/account/auth-tokens/>
    ("org", "organization"),
    ("region_url", "region"),
    // Grafana Cloud: <https://grafana.com/docs/grafana-cloud/security-and-account-management/authentication-and-permissions/access-policies/>
    ("o", "organization"),
    ("n", "name"),
    // 1Password: <https://developer.1password.com/docs/service-accounts/>
    ("signInAddress", "sign-in address"),
    // Mapbox: <https://docs.mapbox.com/help/dive-deeper/access-tokens/>
    ("u", "user"),
    // TeamCity, JetBrains: <https://www.jetbrains.com/help/teamcity/configuring-your-user-profile.html>
    ("typ", "type"),
    ("project_id", "project"),
];

/// Tokens of which some part is base64 of a JSON object, such as Grafana's `glc_` and Sentry's `sntrys_`.
pub(super) fn base64_json(token: &[u8]) -> Verified {
    let Some(object) = wrapped_object(token) else { return shape() };
    let mut verified = Verified::structure(true);
    for (field, fact) in FIELDS {
        let value = object.get(*field).and_then(|value| match value {
            Value::String(text) => Some(short(text)),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        });
        if let Some(value) = value.filter(|value| !value.contains('@')) {
            verified = verified.with(fact, value);
        }
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a negative date is the first one"
    )]
    match object.get("iat").and_then(Value::as_f64).map(|seconds| seconds as u64) {
        Some(issued) if issued < 1 << 36 => verified.with("issued", date(issued)),
        _ => verified,
    }
}

fn wrapped_object(token: &[u8]) -> Option<Map<String, Value>> {
    let start = token.windows(2).position(|pair| pair == b"ey" || pair == b"ew").unwrap_or(0);
    let rest = token.get(start..)?;
    let end = rest.iter().position(|byte| matches!(byte, b'.' | b'_')).unwrap_or(rest.len());
    let object = |end: usize| serde_json::from_slice(&base64(rest.get(..end)?)?).ok();
    object(end).or_else(|| object(rest.len()))
}

/// Mapbox: `sk.`, `pk.` or `tk.`, then JSON with the user, then a signature. `pk.` goes into web pages.
/// <https://docs.mapbox.com/help/dive-deeper/access-tokens/>
pub(super) fn mapbox(token: &[u8]) -> Verified {
    let verified = base64_json(token);
    match token.get(..3) {
        Some(b"sk.") => verified.with("kind", "secret"),
        Some(b"tk.") => verified.with("kind", "temporary"),
        Some(b"pk.") => verified.with("kind", "public").capped(Severity::Note),
        _ => verified,
    }
}

/// Tunnels of Cloudflare: JSON with account, tunnel and secret.
/// <https://developers.cloudflare.com/cloudflare-one/networks/connectors/cloudflare-tunnel/configure-tunnels/remote-tunnel-permissions/>
pub(super) fn cloudflare_tunnel(token: &[u8]) -> Verified {
    let object = wrapped_object(token).unwrap_or_default();
    let text = |name: &str| object.get(name).and_then(Value::as_str);
    match (text("a"), text("t"), text("s")) {
        (Some(account), Some(tunnel), Some(_)) => {
            Verified::structure(true).with("account", short(account)).with("tunnel", short(tunnel))
        }
        _ => shape(),
    }
}

/// Base64 of `user:password`.
pub(super) fn basic_auth(token: &[u8]) -> Verified {
    let text = base64_text(token);
    match text.as_deref().and_then(|text| text.split_once(':')) {
        Some((user, password)) if !password.is_empty() => {
            Verified::structure(true).with("user", short(user))
        }
        _ => shape(),
    }
}

/// Elasticsearch, after `essu_` or alone: base64 of `id:key`, 20 characters and 22.
/// <https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-security-create-api-key>
pub(super) fn elastic_key(token: &[u8]) -> Verified {
    let text = base64_text(token.strip_prefix(b"essu_").unwrap_or(token));
    match text.as_deref().and_then(|text| text.split_once(':')) {
        Some((id, key)) if id.len() == 20 && key.len() == 22 => {
            Verified::structure(true).with("key id", id)
        }
        Some((id, key)) if id.len() >= 10 && key.len() >= 10 => {
            Verified::structure(true).with("key id", short(id))
        }
        _ => shape(),
    }
}

/// `WorkOS`: after `sk_live_` or `sk_test_`, base64 of `key_…,secret`. <https://workos.com/docs/reference/api-keys>
pub(super) fn workos(token: &[u8]) -> Verified {
    let body = token.rsplit(|byte| *byte == b'_').next().unwrap_or_default();
    let text = base64_text(body);
    match text.as_deref().and_then(|text| text.split_once(',')) {
        Some((id, secret)) if id.starts_with("key_") && !secret.is_empty() => {
            Verified::structure(true).with("key id", short(id))
        }
        _ => shape(),
    }
}

/// Intercom: base64 of `tok:…`. <https://developers.intercom.com/docs/build-an-integration/learn-more/authentication>
pub(super) fn intercom(token: &[u8]) -> Verified {
    Verified::structure(base64_text(token).is_some_and(|text| text.starts_with("tok:")))
}

/// A key of Google in base64: `AIza` and 35 characters. <https://docs.cloud.google.com/docs/authentication/api-keys>
pub(super) fn base64_google_key(token: &[u8]) -> Verified {
    let is_key = |text: String| text.starts_with("AIza") && text.len() == 39;
    Verified::structure(base64_text(token).is_some_and(is_key))
}

/// `JFrog` reference tokens: base64 of `reftkn:version:expiry:secret`; an expiry of 0 is none.
/// <https://jfrog.com/help/r/jfrog-platform-administration-documentation/access-tokens>
pub(super) fn jfrog_reference(token: &[u8], now: u64) -> Verified {
    let decoded = base64_text(token).unwrap_or_default();
    let mut fields = decoded.split(':');
    if fields.next() != Some("reftkn") {
        return shape();
    }
    match fields.nth(1).and_then(|field| field.parse::<u64>().ok()) {
        Some(0) => Verified::structure(true),
        Some(expiry) if expiry >= 1 << 36 => shape(),
        Some(expiry) if expiry < now => {
            Verified::new(Verdict::Expired).with("expired", date(expiry))
        }
        Some(expiry) => Verified::structure(true).with("expires", date(expiry)),
        None => shape(),
    }
}

/// Amazon Bedrock: `ABSK` and base64 of `BedrockAPIKey-id-at-account:secret`, or `bedrock-api-key-` and a presigned
/// request. <https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html>
pub(super) fn bedrock(token: &[u8], now: u64) -> Verified {
    if let Some(body) = token.strip_prefix(b"bedrock-api-key-") {
        return base64(body).map_or_else(shape, |url| presigned(&url, now));
    }
    let text = token.strip_prefix(b"ABSK").and_then(base64_text);
    let account = text.as_deref().and_then(|text| {
        let (user, _secret) = text.strip_prefix("BedrockAPIKey-")?.split_once(':')?;
        user.split_once("-at-").map(|(_, account)| account)
    });
    match account {
        Some(account) if account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit()) => {
            Verified::structure(true).with("AWS account", account)
        }
        _ => shape(),
    }
}

/// Fly.io: `fm1r_`, `fm1a_` or `fm2_`, then base64 of a list in `MessagePack`.
/// <https://github.com/superfly/macaroon/blob/main/macaroon-thought.md>
pub(super) fn fly_macaroon(token: &[u8]) -> Verified {
    let is_list = |byte: &u8| matches!(byte, 0x90..=0x9F | 0xDC);
    let first = token.split(|byte| *byte == b',').next().unwrap_or_default();
    let body = first.iter().position(|byte| *byte == b'_').and_then(|at| first.get(at + 1..));
    let bytes = body.and_then(base64).unwrap_or_default();
    Verified::structure(bytes.len() > 40 && bytes.first().is_some_and(is_list))
}

/// Discord bot tokens: base64 of the user's number, base64 of a time, HMAC. The number holds its date of creation.
/// <https://discord.com/developers/docs/reference#snowflakes>
pub(super) fn discord(token: &[u8], now: u64) -> Verified {
    const EPOCH_MS: u64 = 1_420_070_400_000;
    let mut parts = token.split(|byte| *byte == b'.');
    let number = parts.next().and_then(base64_text).and_then(|text| text.parse::<u64>().ok());
    let Some(number) = number.filter(|number| *number > 1 << 22) else { return shape() };
    let created = ((number >> 22) + EPOCH_MS) / 1000;
    // A day of grace for clocks; no clock at all is one that stands at 0.
    if now > 0 && created > now.saturating_add(DAY) {
        return shape();
    }
    Verified::structure(true).with("bot", number.to_string()).with("account created", date(created))
}

/// Numbers and dates of the ULID that ends a token: 26 digits of Crockford's base32, the first ten a time in
/// milliseconds. <https://github.com/ulid/spec>
pub(super) fn ulid(token: &[u8], now: u64) -> Verified {
    const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let time = token.last_chunk::<26>().and_then(|ulid| {
        ulid.iter().take(10).try_fold(0_u64, |time, digit| {
            let value = DIGITS.iter().position(|known| *known == digit.to_ascii_uppercase())?;
            Some(time << 5 | u64::try_from(value).ok()?)
        })
    });
    match time.map(|milliseconds| milliseconds / 1000) {
        Some(created)
            if created > 1_400_000_000 && (now == 0 || created <= now.saturating_add(DAY)) =>
        {
            Verified::structure(true).with("created", date(created))
        }
        _ => shape(),
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

    use super::*;

    #[test]
    fn pairs() {
        let basic = STANDARD.encode("alice:hunter2");
        assert_eq!(basic_auth(basic.as_bytes()).facts, [("user".into(), "alice".into())]);
        assert_eq!(basic_auth(STANDARD.encode("no colon").as_bytes()).verdict, Verdict::ShapeOnly);
        let pair = [["i"; 20].concat(), ["k"; 22].concat()].join(":");
        let token = format!("essu_{}", STANDARD.encode(pair));
        assert_eq!(elastic_key(token.as_bytes()).facts, [("key id".into(), "i".repeat(20))]);
        let token = format!("sk_live_{}", STANDARD.encode("key_01H,abc"));
        assert_eq!(workos(token.as_bytes()).facts, [("key id".into(), "key_01H".into())]);
        assert_eq!(workos(b"sk_live_abcdefgh").verdict, Verdict::ShapeOnly);
        assert_eq!(intercom(STANDARD.encode("tok:1").as_bytes()).verdict, Verdict::StructureValid);
        let key = STANDARD.encode(["AIza", &"x".repeat(35)].concat());
        assert_eq!(base64_google_key(key.as_bytes()).verdict, Verdict::StructureValid);
        assert_eq!(base64_google_key(&key.as_bytes()[..40]).verdict, Verdict::ShapeOnly);
    }

    #[test]
    fn json() {
        let token = format!("glc_{}", STANDARD.encode(r#"{"o":"1","n":"x","k":"y","m":{}}"#));
        let verified = base64_json(token.as_bytes());
        assert_eq!(verified.verdict, Verdict::StructureValid);
        assert_eq!(
            verified.facts,
            [("organization".into(), "1".into()), ("name".into(), "x".into())]
        );
        let body = URL_SAFE_NO_PAD.encode(r#"{"u":"me","a":"x"}"#);
        let token = |kind: &str| mapbox(format!("{kind}.{body}.sig").as_bytes());
        assert_eq!(
            (token("pk").severity, token("sk").severity),
            (Severity::Note, Severity::Critical)
        );
        assert_eq!(token("sk").facts[0], ("user".into(), "me".into()));
        let tunnel = STANDARD.encode(r#"{"a":"account","t":"tunnel","s":"secret"}"#);
        assert_eq!(cloudflare_tunnel(tunnel.as_bytes()).facts.len(), 2);
        assert_eq!(cloudflare_tunnel(b"eyJ9").verdict, Verdict::ShapeOnly);
    }

    #[test]
    fn expiries() {
        let reference = |expiry: u64| STANDARD.encode(format!("reftkn:01:{expiry}:abcdef"));
        let verdict = |expiry: u64| jfrog_reference(reference(expiry).as_bytes(), 1000).verdict;
        assert_eq!(verdict(500), Verdict::Expired);
        assert_eq!(verdict(0), Verdict::StructureValid);
        assert_eq!(verdict(u64::MAX), Verdict::ShapeOnly);
        let query = "https://b.amazonaws.com/?X-Amz-Date=20200101T000000Z&X-Amz-Expires=60";
        let short_lived = format!("bedrock-api-key-{}", STANDARD.encode(query));
        assert_eq!(bedrock(short_lived.as_bytes(), 1 << 32).verdict, Verdict::Expired);
    }

    #[test]
    fn bedrock_keys_name_the_account() {
        let text = STANDARD.encode("BedrockAPIKey-a1b2-at-111122223333:secret");
        let verified = bedrock(format!("ABSK{text}").as_bytes(), 0);
        assert_eq!(verified.facts, [("AWS account".into(), "111122223333".into())]);
        assert_eq!(bedrock(b"ABSKnothing", 0).verdict, Verdict::ShapeOnly);
    }

    #[test]
    fn numbers_hold_dates() {
        let user = URL_SAFE_NO_PAD.encode("800000000000000000");
        let token = format!("{user}.AAAAAA.x");
        let verified = discord(token.as_bytes(), 1_700_000_000);
        assert_eq!(verified.facts[1], ("account created".into(), "2021-01-16".into()));
        assert_eq!(
            discord(token.as_bytes(), 1_500_000_000).verdict,
            Verdict::ShapeOnly,
            "too soon"
        );
        // The example of the specification.
        let verified = ulid(&[b"PMAT-01ARZ3NDEK".as_slice(), b"TSV4RRFFQ69G5FAV"].concat(), 0);
        assert_eq!(verified.facts, [("created".into(), "2016-07-30".into())]);
        assert_eq!(
            ulid(&[b"PMAT-".as_slice(), &[b'U'; 26]].concat(), 0).verdict,
            Verdict::ShapeOnly
        );
    }

    #[test]
    fn fly() {
        let token = format!("fm2_{}", STANDARD.encode([&[0x94][..], &[7; 60]].concat()));
        assert_eq!(fly_macaroon(token.as_bytes()).verdict, Verdict::StructureValid);
        assert_eq!(fly_macaroon(&token.as_bytes()[..20]).verdict, Verdict::ShapeOnly);
    }
}
