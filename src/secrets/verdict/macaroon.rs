//! Macaroons: a location, an identifier, caveats and a signature, all but the last readable.
//! <https://github.com/rescrv/libmacaroons/blob/master/doc/format.txt>

use super::Verified;
use super::encoding::base64;
use crate::date::date;
use crate::finding::Verdict;

const END: u8 = 0;
const LOCATION: u8 = 1;
const IDENTIFIER: u8 = 2;
const SIGNATURE: u8 = 6;

/// Takes fields off the front of a macaroon of version 2: type, length, value.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    /// A number of seven bits a byte, low ones first.
    fn number(&mut self) -> Option<usize> {
        let mut number = 0;
        for place in 0..4 {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            number |= usize::from(byte & 0x7F) << (7 * place);
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    fn next(&mut self) -> Option<(u8, &'a [u8])> {
        let kind = u8::try_from(self.number()?).ok()?;
        if kind == END {
            return Some((END, &[]));
        }
        let length = self.number()?;
        let (value, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some((kind, value))
    }
}

/// `PyPI` tokens: a macaroon of version 2 with the host name of the index in its location.
/// <https://github.com/pypi/warehouse/blob/main/docs/dev/development/token-scanning.rst>
pub(super) fn pypi(token: &[u8], now: u64) -> Verified {
    let body = token.strip_prefix(b"pypi-").unwrap_or(token);
    match base64(body).and_then(|bytes| version_2(&bytes, now)) {
        Some(verified) => verified,
        None => Verified::new(Verdict::ShapeOnly),
    }
}

fn version_2(bytes: &[u8], now: u64) -> Option<Verified> {
    let [2, rest @ ..] = bytes else { return None };
    let mut fields = Fields(rest);
    let (LOCATION, location) = fields.next()? else { return None };
    let host = str::from_utf8(location).ok().filter(|host| host.contains('.'))?;
    let (mut caveats, mut expiry, mut is_signed, mut ends) = (0, None, false, 0);
    while let Some((kind, value)) = fields.next() {
        match kind {
            END => ends += 1,
            // The first identifier is that of the token.
            IDENTIFIER if ends > 0 => {
                caveats += 1;
                expiry = expiry.or_else(|| not_after(value));
            }
            SIGNATURE => is_signed = value.len() == 32 && fields.0.is_empty(),
            _ => {}
        }
    }
    let mut verified = Verified::structure(is_signed).with("index", host);
    if caveats > 0 {
        verified = verified.with("caveats", caveats.to_string());
    }
    Some(match expiry {
        Some(expiry) if expiry < now => {
            Verified { verdict: Verdict::Expired, ..verified }.with("expired", date(expiry))
        }
        Some(expiry) => verified.with("expires", date(expiry)),
        None => verified,
    })
}

/// A caveat of kind 0 limits the time: `[0, not after, not before]`.
fn not_after(caveat: &[u8]) -> Option<u64> {
    match serde_json::from_slice::<Vec<serde_json::Value>>(caveat).ok()?.as_slice() {
        [kind, after, _before] if kind.as_u64() == Some(0) => {
            after.as_u64().filter(|seconds| *seconds < 1 << 36)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;

    fn field(kind: u8, value: &[u8]) -> Vec<u8> {
        [&[kind, u8::try_from(value.len()).unwrap()], value].concat()
    }

    fn token(host: &str, caveat: &[u8], signature: usize) -> Vec<u8> {
        let parts = [
            vec![2],
            field(1, host.as_bytes()),
            field(2, b"00000000-0000-4000-8000-000000000000"),
            vec![0],
            field(2, caveat),
            vec![0, 0],
            field(6, &vec![7; signature]),
        ];
        format!("pypi-{}", URL_SAFE_NO_PAD.encode(parts.concat())).into_bytes()
    }

    #[test]
    fn pypi_tokens() {
        let verified = pypi(&token("pypi.org", br#"[1, ["p"]]"#, 32), 50);
        assert_eq!(verified.verdict, Verdict::StructureValid);
        assert_eq!(verified.facts[0], ("index".into(), "pypi.org".into()));
        assert_eq!(verified.facts[1], ("caveats".into(), "1".into()));
        assert_eq!(pypi(&token("pypi.org", b"[0, 40, 10]", 32), 50).verdict, Verdict::Expired);
        assert_eq!(
            pypi(&token("pypi.org", b"[0, 60, 10]", 32), 50).verdict,
            Verdict::StructureValid
        );
        assert_eq!(pypi(&token("pypi.org", b"", 31), 50).verdict, Verdict::ShapeOnly);
        assert_eq!(pypi(b"pypi-AgEIcHlwaS5vcmc", 0).verdict, Verdict::ShapeOnly);
        assert_eq!(pypi(b"pypi-Ag", 0).verdict, Verdict::ShapeOnly);
    }
}
