//! What the text around a secret tells of it: who logs in with it, and where.

use std::ops::Range;

use memchr::memmem;

type Facts = Vec<(String, String)>;

/// How far an address may reach on either side.
const REACH: usize = 300;

/// User, host and scheme of an address around a password, or the registry of a Docker login.
pub(super) fn facts(text: &[u8], secret: &Range<usize>) -> Facts {
    let before = text.get(secret.start.saturating_sub(REACH)..secret.start).unwrap_or_default();
    let end = text.len().min(secret.end + REACH);
    let after = text.get(secret.end..end).unwrap_or_default();
    address(before, after).or_else(|| registry(before)).unwrap_or_default()
}

/// `scheme://user:` before and `@host` after (RFC 3986, section 3.2).
fn address(before: &[u8], after: &[u8]) -> Option<Facts> {
    let scheme_end = memmem::rfind(before, b"://")?;
    let user = before.get(scheme_end + 3..)?.strip_suffix(b":")?;
    let is_plain = |byte: &u8| {
        byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b'<' | b'>' | b'/' | b'@' | b'`')
    };
    if !user.iter().all(is_plain) {
        return None;
    }
    let host = after.strip_prefix(b"@")?;
    let is_host = |byte: &u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':' | b',')
    };
    let length = host.iter().take_while(|byte| is_host(byte)).count();
    let mut facts = Facts::new();
    for (name, value) in [("user", user), ("host", host.get(..length)?)] {
        if !value.is_empty() {
            facts.push((name.into(), String::from_utf8_lossy(value).into_owned()));
        }
    }
    Some(facts)
}

/// The key before `{"auth": "` in a Docker configuration.
/// <https://docs.docker.com/reference/cli/docker/login/>
fn registry(before: &[u8]) -> Option<Facts> {
    let text = str::from_utf8(
        before.get(before.iter().rposition(|byte| *byte >= 0x80).map_or(0, |at| at + 1)..)?,
    )
    .ok()?;
    let text = text.trim_end_matches(['"', '\\', ' ']).strip_suffix(':')?;
    let text = text.trim_end().trim_end_matches(['"', '\\']).strip_suffix("auth")?;
    let text = text.trim_end_matches(['"', '\\']).trim_end().trim_end_matches("\\n").trim_end();
    let text = text.strip_suffix('{')?.trim_end().strip_suffix(':')?.trim_end();
    let text = text.trim_end_matches(['"', '\\']);
    let name = text.rsplit(['"', '\\']).next()?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || "./:-_".contains(c);
    (!name.is_empty() && name.chars().all(is_name)).then(|| vec![("registry".into(), name.into())])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn around(text: &str) -> Facts {
        let start = text.find("SECRET").unwrap();
        facts(text.as_bytes(), &(start..start + 6))
    }

    #[test]
    fn addresses() {
        let found = around("x = postgres://app:SECRET@db.internal:5432/main");
        let expected = [("user", "app"), ("host", "db.internal:5432")];
        assert_eq!(found, expected.map(|(name, value)| (name.into(), value.into())));
        assert_eq!(around("redis://:SECRET@cache/0"), [("host".into(), "cache".into())]);
        assert!(around("password: SECRET@host").is_empty());
        assert!(around("see http://x/ then \"a:SECRET@b\"").is_empty());
    }

    #[test]
    fn registries() {
        for text in [
            r#"{"auths": {"ghcr.io": {"auth": "SECRET"}}}"#,
            "{\"auths\":{\n  \"ghcr.io\" : {\n    \"auth\" : \"SECRET\"",
            r#"{\"auths\":{\"ghcr.io\":{\"auth\":\"SECRET\"}}}"#,
        ] {
            assert_eq!(around(text), [("registry".into(), "ghcr.io".into())], "{text}");
        }
        assert!(around(r#""auth": "SECRET""#).is_empty());
    }
}
