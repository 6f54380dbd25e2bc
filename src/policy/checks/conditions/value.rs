//! Values: what an operator cannot compare, and what is so wide that it compares nothing.

use std::net::IpAddr;
use std::ops::Range;

use super::keys::SENSITIVE;
use super::line::{Compares, Line, lines};
use crate::finding::Severity;
use crate::policy::checks::{Violations, quote};
use crate::policy::condition::Quantifier;
use crate::policy::document::Document;
use crate::policy::fix::Change;
use crate::policy::text::{Part, Wildcards, is_placeholder, parts};

pub(super) fn wrong_type(document: &Document, violations: &mut Violations) {
    for line in lines(document) {
        let Some(known) = line.known() else { continue };
        let (is_right, wanted): (fn(&str) -> bool, &str) = match known.compares {
            Compares::Bool => (is_bool, "`true` or `false`"),
            Compares::Number => (is_number, "a number"),
            Compares::Date => (is_date, "a date such as `2026-12-31T23:59:59Z`"),
            Compares::Binary => (is_base64, "a text in Base64"),
            Compares::Address => (is_address, "an address or a range such as `203.0.113.0/24`"),
            Compares::Text | Compares::Arn | Compares::Presence => continue,
        };
        for (value, span) in line.values().filter(|(value, _)| !is_placeholder(value)) {
            if !is_right(value) {
                violations.report_as(
                    line.severity(),
                    span,
                    format!(
                        "`{}` compares with {wanted}, which {} is not: no request has this value.",
                        known.name,
                        quote(value)
                    ),
                );
            } else if known.compares == Compares::Address {
                host_bits(value, span, violations);
            }
        }
        if known.compares == Compares::Bool && line.values().count() > 1 {
            violations.report_as(
                line.severity(),
                &line.entry.key_span,
                format!(
                    "{} is compared with several booleans: AWS refuses more than one.",
                    quote(&line.entry.key)
                ),
            );
        }
    }
}

fn is_bool(text: &str) -> bool {
    ["true", "false"].iter().any(|known| text.eq_ignore_ascii_case(known))
}

fn is_number(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit()) && text.parse::<f64>().is_ok()
}

fn is_base64(text: &str) -> bool {
    let digits = text.trim_end_matches('=');
    let is_digit = |byte: u8| byte.is_ascii_alphanumeric() || b"+/".contains(&byte);
    text.len().is_multiple_of(4) && text.len() - digits.len() <= 2 && digits.bytes().all(is_digit)
}

/// Whether a text is a date as W3C writes them, or seconds since 1970. A time without a zone is let pass: AWS does not
/// say what it makes of one.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_Date>
fn is_date(text: &str) -> bool {
    if is_number(text) {
        return true;
    }
    let (day, time) = text.split_once('T').map_or((text, None), |(day, time)| (day, Some(time)));
    let fields: Vec<&str> = day.split('-').collect();
    let is_day = match fields[..] {
        [year] => is_between(year, 4, 0..=9999),
        [year, month] => is_between(year, 4, 0..=9999) && is_between(month, 2, 1..=12),
        [year, month, day] => {
            is_between(year, 4, 0..=9999)
                && is_between(month, 2, 1..=12)
                && is_between(day, 2, 1..=31)
        }
        _ => false,
    };
    is_day && time.is_none_or(is_time)
}

fn is_time(text: &str) -> bool {
    let (time, zone) = match text.find(['Z', 'z', '+', '-']) {
        Some(at) => text.split_at(at),
        None => (text, ""),
    };
    let whole = time.split_once('.').map_or(time, |(whole, _)| whole);
    let fields: Vec<&str> = whole.split(':').collect();
    let is_clock = fields.len() >= 2
        && fields.len() <= 3
        && fields.iter().all(|field| is_between(field, 2, 0..=60));
    let digits = zone.get(1..).unwrap_or_default().replace(':', "");
    is_clock && (digits.is_empty() || is_between(&digits, 4, 0..=1500))
}

/// Whether a text is a number of so many digits within a range.
fn is_between(text: &str, digits: usize, range: std::ops::RangeInclusive<u32>) -> bool {
    text.len() == digits
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && text.parse().is_ok_and(|number| range.contains(&number))
}

fn is_address(text: &str) -> bool {
    range(text).is_some()
}

/// The address and the number of fixed bits of a range.
fn range(text: &str) -> Option<(IpAddr, u32)> {
    let (address, bits) =
        text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
    let address: IpAddr = address.parse().ok()?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let bits = match bits {
        Some(bits) => bits.parse().ok().filter(|bits| *bits <= most)?,
        None => most,
    };
    Some((address, bits))
}

/// Bits beyond the fixed ones, which AWS does not look at.
fn host_bits(text: &str, span: &Range<usize>, violations: &mut Violations) {
    let Some((address, bits)) = range(text) else { return };
    let network = match address {
        IpAddr::V4(own) => {
            let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
            IpAddr::V4((own.to_bits() & mask).into())
        }
        IpAddr::V6(own) => {
            let mask = u128::MAX.checked_shl(128 - bits).unwrap_or(0);
            IpAddr::V6((own.to_bits() & mask).into())
        }
    };
    if network != address {
        let to = format!("{network}/{bits}");
        violations.report_as(
            Severity::Note,
            span,
            format!(
                "AWS looks at the first {bits} bits alone: {} is the whole range {}.",
                quote(text),
                quote(&to)
            ),
        );
        violations.fix([Change::Rewrite { span: span.clone(), from: text.into(), to }]);
    }
}

/// Keys of networks and endpoints, each with how their ids start.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-sourcevpc>
const NETWORKS: &[(&str, &str)] = &[("aws:sourcevpc", "vpc-"), ("aws:sourcevpce", "vpce-")];

pub(super) fn sourcevpc_format(document: &Document, violations: &mut Violations) {
    for line in
        lines(document).filter(|line| line.known().is_some_and(|k| k.compares == Compares::Text))
    {
        let Some((_, start)) = NETWORKS.iter().find(|(key, _)| *key == line.key) else { continue };
        for (value, span) in line.values().filter(|(value, _)| is_plain(value)) {
            let id = value.strip_prefix(start);
            let is_id = id.is_some_and(|id| {
                [8, 17].contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
            });
            if !is_id {
                let effect = if line.known().is_some_and(|known| known.is_negated) {
                    "it excludes nothing"
                } else {
                    "it never holds"
                };
                violations.report(span, format!(
                    "{} is compared with ids that are `{start}` and 8 or 17 characters; {} is none, so {effect}.",
                    quote(&line.entry.key),
                    quote(value)
                ));
            }
        }
    }
}

/// Whether a value is written out, without wildcards, variables and places to fill in.
fn is_plain(value: &str) -> bool {
    !is_placeholder(value) && parts(value).all(|part| matches!(part, Part::Char(_)))
}

/// How many characters of an id a pattern has to name at least. AWS refuses fewer in new policies.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html>
const LITERAL: usize = 6;

pub(super) fn wildcard_too_permissive(document: &Document, violations: &mut Violations) {
    for line in lines(document).filter(|line| line.is_on(SENSITIVE) && is_like(line)) {
        for (value, span) in line.values() {
            let literal = parts(value).take_while(|part| matches!(part, Part::Char(_))).count();
            let is_wild = matches!(parts(value).nth(literal), Some(Part::Any | Part::One));
            if is_wild && literal < LITERAL {
                let effect = if line.known().is_some_and(|known| known.is_negated) {
                    "ids of anybody else are excepted too"
                } else {
                    "ids of anybody else match too"
                };
                violations.report(
                    span,
                    format!(
                        "{} is an id of which no part means anything: with {} {effect}.",
                        quote(&line.entry.key),
                        quote(value)
                    ),
                );
            }
        }
    }
}

fn is_like(line: &Line) -> bool {
    line.parsed().wildcards() == Wildcards::Match
}

pub(super) fn equivalent_null(document: &Document, violations: &mut Violations) {
    for line in lines(document).filter(|line| is_like(line) && !line.is_on(SENSITIVE)) {
        let Some((_, span)) = line.values().find(|(value, _)| *value == "*") else { continue };
        let operator = line.parsed();
        let is_negated = line.known().is_some_and(|known| known.is_negated);
        let effect = match (
            is_negated,
            operator.if_exists || operator.quantifier == Quantifier::ForAllValues,
        ) {
            (false, true) => "it always holds",
            (false, false) => "it holds whenever the key is there",
            (true, _) => "it holds only where the key is absent",
        };
        violations.report(
            span,
            format!("`*` matches every value of {}, so {effect}.", quote(&line.entry.key)),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_numbers_and_addresses_are_told_from_what_is_none() {
        for (text, is) in [
            ("2026-12-31", true),
            ("2026-12-31T23:59:59Z", true),
            ("2026-12-31T23:59:59.123+01:00", true),
            ("2026-12", true),
            ("1767225599", true),
            ("31-12-2026", false),
            ("2026-13-01", false),
            ("tomorrow", false),
            ("2026-12-31T25", false),
        ] {
            assert_eq!(is_date(text), is, "{text}");
        }
        for (text, is) in [("12", true), ("-1.5", true), ("1h", false), ("nan", false)] {
            assert_eq!(is_number(text), is, "{text}");
        }
        for (text, is) in [
            ("203.0.113.0/24", true),
            ("203.0.113.7", true),
            ("2001:db8::/32", true),
            ("203.0.113.0/33", false),
            ("203.0.113.*", false),
            ("::/0", true),
        ] {
            assert_eq!(is_address(text), is, "{text}");
        }
        for (text, is) in [("QmluYXJ5", true), ("QQ==", true), ("QQ=", false), ("a b=", false)] {
            assert_eq!(is_base64(text), is, "{text}");
        }
    }
}
