//! Addresses and queries that carry a signature and its date.

use super::Verified;
use crate::date::{DAY, date, day, days_from_date};
use crate::finding::Verdict;

/// The value of the first field of one of these names, with `%3A` and `%2F` read.
fn field(text: &str, name: &str) -> Option<String> {
    text.split(['?', '&', ';', ' ', '"'])
        .filter_map(|field| field.trim_start_matches("amp;").split_once('='))
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|(_, value)| {
            [("%3A", ":"), ("%3a", ":"), ("%2F", "/"), ("%2f", "/")]
                .iter()
                .fold(value.to_owned(), |value, (from, to)| value.replace(from, to))
        })
}

fn judged(expiry: u64, now: u64) -> Verified {
    if expiry < now {
        Verified::new(Verdict::Expired).with("expired", date(expiry))
    } else {
        Verified::structure(true).with("expires", date(expiry))
    }
}

/// Shared access signatures of Azure: the field `se` is the expiry, `sp` what may be done.
/// <https://learn.microsoft.com/rest/api/storageservices/create-service-sas>
pub(super) fn sas(token: &[u8], now: u64) -> Verified {
    let text = String::from_utf8_lossy(token);
    let Some(expiry) = field(&text, "se").as_deref().and_then(end_of) else {
        return Verified::new(Verdict::ShapeOnly);
    };
    let mut verified = judged(expiry, now);
    for (name, fact) in [("sp", "permissions"), ("sr", "resource"), ("ss", "services")] {
        if let Some(value) = field(&text, name).filter(|value| value.len() <= 20) {
            verified = verified.with(fact, value);
        }
    }
    verified
}

/// Seconds since 1970 of a date in ISO 8601 or, as Service Bus writes it, in seconds.
fn end_of(text: &str) -> Option<u64> {
    if text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok();
    }
    // The end of that day, so that a token that is good for some hours more is not called expired.
    u64::try_from(day(text.get(..10)?)?).ok().map(|start| start + DAY)
}

/// Presigned requests of AWS, Google and those that speak their protocol.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html>,
/// <https://cloud.google.com/storage/docs/authentication/signatures>,
/// <https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-creating-signed-url-canned-policy.html>
pub(super) fn presigned(token: &[u8], now: u64) -> Verified {
    const LONGEST: u64 = 100_000_000;
    let text = String::from_utf8_lossy(token);
    let either = |name: &str| {
        field(&text, &format!("X-Amz-{name}")).or_else(|| field(&text, &format!("X-Goog-{name}")))
    };
    let seconds = |value: String| value.parse::<u64>().ok();
    let version_4 = || {
        let start = either("Date").as_deref().and_then(basic_date)?;
        let life = either("Expires").and_then(seconds).filter(|life| *life < LONGEST)?;
        Some(start + life)
    };
    let version_2 = || field(&text, "Expires").and_then(seconds).filter(|at| *at < LONGEST * 1000);
    let Some(expiry) = version_4().or_else(version_2) else {
        return Verified::new(Verdict::ShapeOnly);
    };
    let mut verified = judged(expiry, now);
    let credential = either("Credential").unwrap_or_default();
    let mut parts = credential.split('/');
    if let Some(id) = parts.next().filter(|id| !id.is_empty()) {
        verified = verified.with("key id", id.chars().take(100).collect::<String>());
    }
    for (name, value) in ["region", "service"].iter().zip(parts.skip(1)) {
        verified = verified.with(name, value.chars().take(40).collect::<String>());
    }
    verified
}

/// Seconds since 1970 of a date such as `20260131T235959Z`.
fn basic_date(text: &str) -> Option<u64> {
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<u64>().ok();
    let (year, month, day) = (number(0, 4)?, number(4, 6)?, number(6, 8)?);
    let (hour, minute, second) = (number(9, 11)?, number(11, 13)?, number(13, 15)?);
    let is_date = (1970..10_000).contains(&year)
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && hour < 24
        && minute < 60
        && second < 61;
    is_date.then(|| days_from_date(year, month, day) * DAY + hour * 3600 + minute * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_700_000_000;

    #[test]
    fn dates_are_read_to_the_end_of_the_day() {
        assert_eq!(end_of("2000-02-29T10:00:00Z"), Some(11_017 * DAY));
        assert_eq!(end_of("2024-13-01"), None);
        assert_eq!(end_of("1700000000"), Some(NOW));
        assert_eq!(basic_date("20231114T221320Z"), Some(NOW));
        assert_eq!(basic_date("20231314T221320Z"), None);
    }

    #[test]
    fn an_old_signature_has_expired() {
        let old = sas(b"sv=2020-01-01&se=2020-02-01T00%3A00%3A00Z&sp=rw&sig=x", NOW);
        assert_eq!(old.verdict, Verdict::Expired);
        assert!(old.facts.contains(&("permissions".into(), "rw".into())));
        assert_eq!(sas(b"se=2090-02-01&sig=x", NOW).verdict, Verdict::StructureValid);
        let bus = b"SharedAccessSignature sr=a%2Fb&sig=x&se=1600000000&skn=k";
        assert_eq!(sas(bus, NOW).verdict, Verdict::Expired);
        assert_eq!(sas(b"sig=x", NOW).verdict, Verdict::ShapeOnly);
    }

    #[test]
    fn a_presigned_request_tells_who_signed_it() {
        let id = ["AK", "IA", &"A".repeat(16)].concat();
        let scope = [id.as_str(), "20231114", "eu-west-1", "s3", "aws4_request"].join("%2F");
        let url = |life: u64| {
            [
                "https://b.s3.amazonaws.com/o?X-Amz-Date=20231114T221320Z&X-Amz-Credential=",
                &scope,
                &format!("&X-Amz-Expires={life}&X-Amz-Signature=0"),
            ]
            .concat()
        };
        let live = presigned(url(3600).as_bytes(), NOW + 60);
        assert_eq!(live.verdict, Verdict::StructureValid);
        assert!(live.facts.contains(&("region".into(), "eu-west-1".into())));
        assert!(live.facts.contains(&("service".into(), "s3".into())));
        assert_eq!(presigned(url(30).as_bytes(), NOW + 60).verdict, Verdict::Expired);
        assert_eq!(presigned(url(u64::MAX).as_bytes(), NOW).verdict, Verdict::ShapeOnly);
        let old = b"https://x/y?Expires=1600000000&Signature=z&Key-Pair-Id=K";
        assert_eq!(presigned(old, NOW).verdict, Verdict::Expired);
        assert_eq!(presigned(b"https://x/y", NOW).verdict, Verdict::ShapeOnly);
    }
}
