//! JSON Web Tokens (RFC 7519) and what well-known issuers say in them.

use serde_json::{Map, Value};

use super::Verified;
use super::encoding::base64;
use crate::date::date;
use crate::finding::{Severity, Verdict};

type Object = Map<String, Value>;

/// Claims that are shown. Paths lead through objects.
const FACTS: &[(&[&str], &str)] = &[
    (&["iss"], "issuer"),
    (&["aud"], "audience"),
    (&["sub"], "subject"),
    (&["azp"], "authorized party"),
    (&["client_id"], "client"),
    (&["role"], "role"),
    (&["scope"], "scope"),
    (&["scp"], "scope"),
    // Supabase: <https://supabase.com/docs/guides/api/api-keys>
    (&["ref"], "project"),
    // Kubernetes: <https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/>
    (&["kubernetes.io", "namespace"], "namespace"),
    (&["kubernetes.io", "serviceaccount", "name"], "service account"),
    (&["kubernetes.io/serviceaccount/namespace"], "namespace"),
    (&["kubernetes.io/serviceaccount/service-account.name"], "service account"),
    // GitHub: <https://docs.github.com/actions/concepts/security/openid-connect>
    (&["repository"], "repository"),
    // GitLab: <https://docs.gitlab.com/ci/secrets/id_token_authentication/>
    (&["project_path"], "project"),
    // Microsoft Entra: <https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference>
    (&["tid"], "tenant"),
    (&["appid"], "client"),
];

/// Header and claims must decode and the signature must be as long as its algorithm makes it.
pub(super) fn jwt(token: &[u8], now: u64) -> Verified {
    // GitLab puts a word before the tokens of jobs.
    let token = token.strip_prefix(b"glcbt-").unwrap_or(token);
    let parts: Vec<&[u8]> = token.split(|byte| *byte == b'.').collect();
    let Some(header) = parts.first().and_then(|part| object(part)) else {
        return Verified::new(Verdict::ShapeOnly);
    };
    let Some(algorithm) = header.get("alg").and_then(Value::as_str) else {
        return Verified::new(Verdict::ShapeOnly);
    };
    if header.contains_key("enc") {
        return Verified::structure(parts.len() == 5).with("algorithm", algorithm);
    }
    let Some(claims) = parts.get(1).and_then(|part| object(part)) else {
        return Verified::new(Verdict::ShapeOnly);
    };
    let signature = parts.get(2).and_then(|part| base64(part)).unwrap_or_default();
    let fits = signature_fits(algorithm, signature.len());
    let verified = Verified::structure(fits).with("algorithm", algorithm);
    dates(describe(verified, &claims), &claims, now)
}

fn object(part: &[u8]) -> Option<Object> {
    serde_json::from_slice(&base64(part)?).ok()
}

/// RFC 7518, section 3.1; RFC 8037. Keys of RSA have 1,024 bits or more.
fn signature_fits(algorithm: &str, length: usize) -> bool {
    match algorithm {
        "HS256" => length == 32,
        "HS384" => length == 48,
        "HS512" | "ES256" | "ES256K" | "EdDSA" | "Ed25519" => length == 64,
        "ES384" => length == 96,
        "ES512" => length == 132,
        "RS256" | "RS384" | "RS512" | "PS256" | "PS384" | "PS512" => length >= 128,
        "none" => false,
        _ => length > 0,
    }
}

fn describe(mut verified: Verified, claims: &Object) -> Verified {
    for (path, fact) in FACTS {
        if let Some(value) = follow(claims, path).and_then(text).filter(|value| !is_personal(value))
            && !verified.facts.iter().any(|(known, _)| known == fact)
        {
            verified = verified.with(fact, value.chars().take(100).collect::<String>());
        }
    }
    let role = claims.get("role").and_then(Value::as_str);
    let is_supabase =
        claims.get("iss").and_then(Value::as_str).is_some_and(|issuer| issuer.contains("supabase"));
    if is_supabase && role == Some("anon") {
        // It goes into web pages; what it may do is in the rules of the database.
        verified = verified.capped(Severity::Note);
    }
    verified
}

fn follow<'a>(claims: &'a Object, path: &[&str]) -> Option<&'a Value> {
    let (first, rest) = path.split_first()?;
    rest.iter().try_fold(claims.get(*first)?, |value, name| value.get(name))
}

/// A text, or the first ones of a list.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(list) => {
            let texts: Vec<&str> = list.iter().filter_map(Value::as_str).take(5).collect();
            (!texts.is_empty()).then(|| texts.join(" "))
        }
        _ => None,
    }
}

/// Addresses of people are nobody's business; those of service accounts name what to revoke.
fn is_personal(value: &str) -> bool {
    value.contains('@') && !value.ends_with(".gserviceaccount.com")
}

fn dates(mut verified: Verified, claims: &Object, now: u64) -> Verified {
    let seconds = |claim: &str| {
        let value = claims.get(claim)?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a date beyond all calendars is one"
        )]
        value.as_u64().or_else(|| value.as_f64().map(|seconds| seconds as u64))
    };
    if let Some(issued) = seconds("iat").and_then(calendar) {
        verified = verified.with("issued", issued);
    }
    let Some(expiry) = seconds("exp") else { return verified };
    if let Some(day) = calendar(expiry) {
        verified = verified.with(if expiry < now { "expired" } else { "expires" }, day);
    }
    if expiry < now { Verified { verdict: Verdict::Expired, ..verified } } else { verified }
}

/// The date of seconds, or of milliseconds, which some issuers write.
fn calendar(seconds: u64) -> Option<String> {
    const YEAR_5000: u64 = 95_617_584_000;
    (seconds < YEAR_5000).then(|| date(seconds))
}

/// GitHub's installation tokens since 2026: `ghs_`, the number of the app, `_`, a JWT.
/// <https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/generating-an-installation-access-token-for-a-github-app>
pub(super) fn github_installation(token: &[u8], now: u64) -> Verified {
    let body = token.strip_prefix(b"ghs_").unwrap_or(token);
    let split = body.iter().position(|byte| *byte == b'_').filter(|_| body.contains(&b'.'));
    let Some((app, rest)) = split.and_then(|at| body.split_at_checked(at)) else {
        return Verified::checksum(super::checksum::base62_tail(token));
    };
    jwt(rest.strip_prefix(b"_").unwrap_or(rest), now).with("app", String::from_utf8_lossy(app))
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use serde_json::json;

    use super::*;

    fn token(claims: &Value) -> Vec<u8> {
        signed(&json!({"alg": "HS256", "typ": "JWT"}), claims, 32)
    }

    fn signed(header: &Value, claims: &Value, length: usize) -> Vec<u8> {
        let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let parts =
            [header.to_string(), claims.to_string()].map(|text| part(text.as_bytes())).join(".");
        format!("{parts}.{}", part(&vec![7; length])).into_bytes()
    }

    fn has(verified: &Verified, name: &str, value: &str) -> bool {
        verified.facts.contains(&(name.into(), value.into()))
    }

    #[test]
    fn claims_are_read() {
        let claims = json!({"iss": "me", "aud": ["a", "b"], "sub": "x@example.org", "iat": 1000, "exp": 2000});
        let verified = jwt(&token(&claims), 1500);
        assert_eq!(verified.verdict, Verdict::StructureValid);
        assert!(has(&verified, "issuer", "me") && has(&verified, "audience", "a b"));
        assert!(has(&verified, "expires", "1970-01-01") && has(&verified, "issued", "1970-01-01"));
        assert!(!verified.facts.iter().any(|(name, _)| name == "subject"), "a person");
        assert_eq!(jwt(&token(&claims), 3000).verdict, Verdict::Expired);
        assert_eq!(jwt(b"eyJx.eyJy.z", 0).verdict, Verdict::ShapeOnly);
    }

    #[test]
    fn signatures_have_their_length() {
        let verdict = |algorithm: &str, length: usize| {
            jwt(&signed(&json!({"alg": algorithm}), &json!({}), length), 0).verdict
        };
        for (algorithm, length) in [("HS256", 32), ("ES256", 64), ("RS256", 256), ("EdDSA", 64)] {
            assert_eq!(verdict(algorithm, length), Verdict::StructureValid, "{algorithm}");
            assert_eq!(verdict(algorithm, 31), Verdict::ShapeOnly, "{algorithm}");
        }
        assert_eq!(verdict("none", 0), Verdict::ShapeOnly);
    }

    #[test]
    fn known_issuers() {
        let supabase =
            |role: &str| jwt(&token(&json!({"iss": "supabase", "ref": "p", "role": role})), 0);
        assert_eq!(supabase("anon").severity, Severity::Note);
        assert_eq!(supabase("service_role").severity, Severity::Critical);
        assert!(has(&supabase("anon"), "project", "p"));
        let pod = json!({"kubernetes.io": {"namespace": "n", "serviceaccount": {"name": "s"}}});
        let verified = jwt(&token(&pod), 0);
        assert!(has(&verified, "namespace", "n") && has(&verified, "service account", "s"));
        let old = json!({"kubernetes.io/serviceaccount/namespace": "n"});
        assert!(has(&jwt(&token(&old), 0), "namespace", "n"));
    }

    #[test]
    fn dates_beyond_the_calendar_do_no_harm() {
        for exp in
            [json!(u64::MAX), json!(-5), json!(1e300), json!("soon"), json!(95_617_584_000_u64)]
        {
            let verified = jwt(&token(&json!({"exp": exp})), 1_700_000_000);
            assert!(matches!(verified.verdict, Verdict::StructureValid | Verdict::Expired));
        }
    }

    #[test]
    fn installation_tokens_wrap_one() {
        let token = [b"ghs_12345_".to_vec(), token(&json!({"exp": 10}))].concat();
        let verified = github_installation(&token, 20);
        assert_eq!(verified.verdict, Verdict::Expired);
        assert!(has(&verified, "app", "12345"));
        assert_eq!(github_installation(b"ghs_aaaaaaaaaa", 0).verdict, Verdict::ChecksumFailed);
    }
}
