//! Operators against the type of the key, and values against the operator.

use super::keys::conditions;
use crate::finding::Severity;
use crate::policy::catalogue::{self, Key, Kind};
use crate::policy::checks::{Violations, quote};
use crate::policy::condition::Condition;
use crate::policy::document::{Document, Statement};
use crate::policy::text::{Part, parts};

pub(super) fn types(document: &Document, violations: &mut Violations) {
    for statement in &document.statements {
        for (entry, condition) in conditions(statement) {
            let values = of_values(statement, condition, violations);
            let key = catalogue::key(&entry.key);
            let is_global = catalogue::global_key(&entry.key).is_some();
            let Some(mismatch) = key.and_then(|key| mismatch(&key, is_global, condition)) else {
                continue;
            };
            if values {
                continue;
            }
            let (severity, message) = match mismatch {
                Mismatch::Never(what) => (
                    never(statement),
                    format!(
                        "{} cannot compare {}, {what}: {}.",
                        quote(condition.operator.base),
                        quote(&entry.key),
                        condition.outcome()
                    ),
                ),
                Mismatch::Loose => (
                    Severity::Note,
                    format!(
                        "The values of {} are ARNs. `{}` lets a `*` run on past the colons, `{}` keeps it within its field.",
                        quote(&entry.key),
                        condition.operator.base,
                        condition.operator.base.replace("String", "Arn")
                    ),
                ),
            };
            violations.report_as(severity, &entry.key_span, message);
        }
    }
}

/// How bad it is that a condition has one outcome whatever the request.
fn never(statement: &Statement) -> Severity {
    if statement.denies() { Severity::High } else { Severity::Medium }
}

/// What an operator makes of a key of another type.
enum Mismatch {
    /// It is never equal: the reason.
    Never(&'static str),
    /// It compares text where fields are meant.
    Loose,
}

/// The families of operators.
fn kind_of(base: &str) -> Option<Kind> {
    Some(match base {
        "Bool" => Kind::Bool,
        "BinaryEquals" => Kind::Binary,
        "IpAddress" | "NotIpAddress" => Kind::IpAddress,
        _ if base.starts_with("String") => Kind::String,
        _ if base.starts_with("Arn") => Kind::Arn,
        _ if base.starts_with("Numeric") => Kind::Numeric,
        _ if base.starts_with("Date") => Kind::Date,
        _ => return None,
    })
}

/// Where the types of operator and key do not go together. A service's own keys are often filed as text whatever they
/// hold, so of these only the other types are relied on.
fn mismatch(key: &Key, is_global: bool, condition: &Condition) -> Option<Mismatch> {
    let operator = kind_of(condition.operator.base)?;
    let is_epoch = key.name == "aws:EpochTime";
    // A tag may hold anything.
    let is_free = key.kind == Kind::String && (!is_global || key.name.contains("${"));
    if operator == key.kind || is_free {
        return None;
    }
    let never = |what| Some(Mismatch::Never(what));
    match (key.kind, operator) {
        (Kind::Date | Kind::Numeric, Kind::Date | Kind::Numeric)
            if is_epoch || key.kind == Kind::Date =>
        {
            None
        }
        (Kind::Arn, Kind::String) => {
            let is_like = condition.operator.base.ends_with("Like");
            let has_wildcard = condition
                .values
                .iter()
                .any(|(value, _)| parts(value).any(|part| part == Part::Any));
            let is_arn = condition.values.iter().any(|(value, _)| value.starts_with("arn:"));
            (is_like && has_wildcard && is_arn && is_global).then_some(Mismatch::Loose)
        }
        // Text is equal to text, however it could have been read.
        (Kind::Bool | Kind::Numeric, Kind::String) => None,
        (Kind::Bool, _) => never("which is `true` or `false`"),
        (Kind::Numeric, _) => never("whose values are numbers"),
        (Kind::Date, _) => never("whose values are moments"),
        (Kind::IpAddress, Kind::String) => {
            let is_range = condition.values.iter().any(|(value, _)| value.contains('/'));
            if is_range { never("which is one address and no range") } else { None }
        }
        (Kind::IpAddress, _) => never("which is an address"),
        (Kind::Arn, _) => never("whose values are ARNs"),
        (Kind::String | Kind::Binary, _) => {
            never("whose values are neither addresses, numbers nor ARNs")
        }
    }
}

/// Reports the values that their operator cannot read. Whether there are any.
fn of_values(statement: &Statement, condition: &Condition, violations: &mut Violations) -> bool {
    let mut found = false;
    for (value, span) in &condition.values {
        let is_open = parts(value).any(|part| matches!(part, Part::Variable | Part::Hole));
        let Some(Reader { can_read, what }) = reader(condition.operator.base) else { continue };
        if is_open || can_read(value) {
            continue;
        }
        found = true;
        violations.report_as(
            never(statement),
            span,
            format!(
                "{} takes {what}, and {} is none: {}.",
                quote(condition.operator.base),
                quote(value),
                condition.outcome()
            ),
        );
    }
    found
}

/// What an operator can read.
struct Reader {
    can_read: fn(&str) -> bool,
    /// What to call that.
    what: &'static str,
}

fn reader(base: &str) -> Option<Reader> {
    Some(match base {
        "Bool" | "Null" => Reader { can_read: is_bool, what: "`true` or `false`" },
        _ if base.starts_with("Numeric") => Reader { can_read: is_number, what: "numbers" },
        _ if base.starts_with("Date") => {
            Reader { can_read: is_moment, what: "moments such as `2026-01-31T00:00:00Z`" }
        }
        _ => return None,
    })
}

fn is_bool(text: &str) -> bool {
    text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false")
}

fn is_number(text: &str) -> bool {
    text.parse::<f64>().is_ok()
}

/// Whether a text is a date, a date and time, or seconds since 1970.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_Date>
fn is_moment(text: &str) -> bool {
    let digits = |range: std::ops::Range<usize>| {
        text.get(range).is_some_and(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let is_date = digits(0..4) && (text.len() == 4 || text.as_bytes().get(4) == Some(&b'-'));
    let signs = |byte: u8| byte.is_ascii_digit() || b"-:.TZtz+ ".contains(&byte);
    is_number(text) || (is_date && text.bytes().all(signs))
}
