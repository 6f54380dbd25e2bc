//! Conditions of a request of which every key is known: present with its values, or absent.

use std::net::Ipv4Addr;

use serde_json::Value;

use super::request::Request;
use super::statement::list;

/// How values of a key are compared with those of a request.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Each {
    /// The key has one value.
    One,
    /// One of the values of the request is enough.
    Any,
    /// All values of the request, of which there may be none.
    All,
}

/// Whether every operator holds for every one of its keys.
pub(super) fn holds(condition: &Value, request: &Request, has_variables: bool) -> bool {
    let Some(operators) = condition.as_object() else { return true };
    operators.iter().all(|(operator, keys)| {
        keys.as_object()
            .unwrap()
            .iter()
            .all(|(key, values)| holds_of_key(operator, (key, values), request, has_variables))
    })
}

fn holds_of_key(
    operator: &str,
    (key, values): (&str, &Value),
    request: &Request,
    has_variables: bool,
) -> bool {
    let present = request.context.get(&key.to_ascii_lowercase());
    let wanted: Vec<String> = list(values).into_iter().map(text).collect();
    if operator == "Null" {
        return wanted.iter().any(|wanted| (wanted == "true") == present.is_none());
    }
    let (each, operator) = match operator.split_once(':') {
        Some(("ForAnyValue", operator)) => (Each::Any, operator),
        Some((_, operator)) => (Each::All, operator),
        None => (Each::One, operator),
    };
    let (operator, may_be_absent) = match operator.strip_suffix("IfExists") {
        Some(operator) => (operator, true),
        None => (operator, false),
    };
    let (positive, is_negated) = without_not(operator);
    let is_met = |value: &String| {
        let mut wanted = wanted.iter();
        wanted.any(|wanted| compare(&positive, value, wanted, (request, has_variables)))
            != is_negated
    };
    match (present, each) {
        (None, _) if may_be_absent => true,
        (None, Each::One) => is_negated,
        (None, Each::Any) => false,
        (None, Each::All) => true,
        (Some(values), Each::All) => values.iter().all(is_met),
        (Some(values), _) => values.iter().any(is_met),
    }
}

/// `StringNotLike` is `StringLike`, turned round.
fn without_not(operator: &str) -> (String, bool) {
    match operator.split_once("Not") {
        Some((before, after)) => (format!("{before}{after}"), true),
        None => (operator.to_owned(), false),
    }
}

fn compare(
    operator: &str,
    value: &str,
    wanted: &str,
    (request, has_variables): (&Request, bool),
) -> bool {
    let said = |wanted: &str| plain(&parts(wanted, request, has_variables));
    match operator {
        "StringEquals" => value == said(wanted),
        "StringEqualsIgnoreCase" => value.eq_ignore_ascii_case(&said(wanted)),
        "StringLike" => pattern_meets(wanted, value, request, has_variables),
        // The same operator under two names: each of the six parts is a pattern.
        "ArnLike" | "ArnEquals" => arn_meets(wanted, value, request, has_variables),
        "Bool" => value == wanted,
        "IpAddress" => is_in_block(value, wanted),
        _ if operator.starts_with("Numeric") => ordered(operator, &number(value), &number(wanted)),
        _ if operator.starts_with("Date") => ordered(operator, &moment(value), &moment(wanted)),
        _ => panic!("an operator that is not described: {operator}"),
    }
}

fn ordered<T: PartialOrd>(operator: &str, value: &T, wanted: &T) -> bool {
    let how = operator.trim_start_matches("Numeric").trim_start_matches("Date");
    match how {
        "Equals" => value == wanted,
        "LessThan" => value < wanted,
        "LessThanEquals" => value <= wanted,
        "GreaterThan" => value > wanted,
        "GreaterThanEquals" => value >= wanted,
        _ => panic!("an operator that is not described: {operator}"),
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), Into::into)
}

fn number(text: &str) -> f64 {
    text.parse().unwrap()
}

/// Year to second of `2026-01-31T12:00:00Z`.
fn moment(text: &str) -> Vec<u32> {
    let parts = text.trim_end_matches('Z').split(['-', 'T', ':']);
    parts.map(|part| part.parse().unwrap()).collect()
}

fn is_in_block(address: &str, block: &str) -> bool {
    let (base, bits) = block.split_once('/').unwrap_or((block, "32"));
    let number = |text: &str| u32::from(text.parse::<Ipv4Addr>().unwrap());
    let bits: u32 = bits.parse().unwrap();
    let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
    number(address) & mask == number(base) & mask
}

fn arn_meets(wanted: &str, value: &str, request: &Request, has_variables: bool) -> bool {
    let wanted: Vec<&str> = wanted.splitn(6, ':').collect();
    let value: Vec<&str> = value.splitn(6, ':').collect();
    assert!(wanted.len() == 6 && value.len() == 6, "ARNs are whole: {wanted:?} {value:?}");
    let mut pairs = wanted.iter().zip(&value);
    pairs.all(|(wanted, value)| pattern_meets(wanted, value, request, has_variables))
}

/// Whether a text with wildcards and variables meets a value.
pub(super) fn pattern_meets(
    pattern: &str,
    value: &str,
    request: &Request,
    has_variables: bool,
) -> bool {
    let value: Vec<char> = value.chars().collect();
    glob_parts(&parts(pattern, request, has_variables), &value)
}

/// Whether a text with wildcards alone meets a value.
pub(super) fn glob(pattern: &str, value: &str) -> bool {
    let pattern: Vec<Part> = pattern.chars().map(Part::of_pattern).collect();
    let value: Vec<char> = value.chars().collect();
    glob_parts(&pattern, &value)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// `*`
    Run,
    /// `?`
    One,
    Is(char),
}

impl Part {
    fn of_pattern(char: char) -> Self {
        match char {
            '*' => Self::Run,
            '?' => Self::One,
            char => Self::Is(char),
        }
    }
}

fn glob_parts(pattern: &[Part], value: &[char]) -> bool {
    match pattern.split_first() {
        None => value.is_empty(),
        Some((Part::Run, rest)) => {
            rest.is_empty() || (0..=value.len()).any(|at| glob_parts(rest, &value[at..]))
        }
        Some((Part::One, rest)) => !value.is_empty() && glob_parts(rest, &value[1..]),
        Some((Part::Is(char), rest)) => {
            value.first() == Some(char) && glob_parts(rest, &value[1..])
        }
    }
}

/// The text of a comparison that knows no wildcards.
fn plain(parts: &[Part]) -> String {
    parts
        .iter()
        .map(|part| match part {
            Part::Run => '*',
            Part::One => '?',
            Part::Is(char) => *char,
        })
        .collect()
}

/// A text with its variables replaced. What replaces them is never a wildcard.
fn parts(text: &str, request: &Request, has_variables: bool) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let variable = rest.strip_prefix("${").filter(|_| has_variables);
        if let Some((name, after)) = variable.and_then(|rest| rest.split_once('}')) {
            parts.extend(replaced(name, request).chars().map(Part::Is));
            rest = after;
        } else {
            parts.push(Part::of_pattern(first));
            rest = &rest[first.len_utf8()..];
        }
    }
    parts
}

fn replaced(variable: &str, request: &Request) -> String {
    if matches!(variable, "*" | "?" | "$") {
        return variable.to_owned();
    }
    let (name, default) = match variable.split_once(',') {
        Some((name, default)) => (name.trim(), Some(default.trim().trim_matches('\''))),
        None => (variable, None),
    };
    let value = request.context.get(&name.to_ascii_lowercase()).map(|values| values[0].as_str());
    value.or(default).expect("a variable is there or has a default").to_owned()
}
