//! Conditions, held against what a request has.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>

use std::net::IpAddr;
use std::ops::Range;

use super::context::{Context, State};
use super::matching::{Pattern, Value};
use super::reading::{Filled, Scope, Style, Symbols, Written};
use super::truth::Truth;
use crate::date::seconds_from_timestamp;
use crate::policy::condition::{Condition, Operator, Quantifier};
use crate::policy::text::{Wildcards, has_hole};

/// One line of a condition block, its values read.
#[derive(Debug)]
pub(super) struct Line<'w> {
    pub(super) operator: Operator<'w>,
    pub(super) key: String,
    pub(super) values: Vec<(&'w str, Range<usize>, Written)>,
}

/// What an operator compares.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Text,
    TextWithoutCase,
    Arn,
    Truth,
    Number(Order),
    Moment(Order),
    Address,
    Presence,
}

/// Which numbers an operator takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Order {
    fn holds(self, own: f64, other: f64) -> bool {
        match self {
            Self::Equal => (own - other).abs() < f64::EPSILON,
            Self::Less => own < other,
            Self::LessOrEqual => own <= other,
            Self::Greater => own > other,
            Self::GreaterOrEqual => own >= other,
        }
    }
}

/// What an operator compares, and whether it holds for everything else.
fn comparison(base: &str) -> Option<(Comparison, bool)> {
    let order = |name: &str| match name {
        "Equals" => Some((Order::Equal, false)),
        "NotEquals" => Some((Order::Equal, true)),
        "LessThan" => Some((Order::Less, false)),
        "LessThanEquals" => Some((Order::LessOrEqual, false)),
        "GreaterThan" => Some((Order::Greater, false)),
        "GreaterThanEquals" => Some((Order::GreaterOrEqual, false)),
        _ => None,
    };
    Some(match base {
        "StringEquals" | "StringLike" | "BinaryEquals" => (Comparison::Text, false),
        "StringNotEquals" | "StringNotLike" => (Comparison::Text, true),
        "StringEqualsIgnoreCase" => (Comparison::TextWithoutCase, false),
        "StringNotEqualsIgnoreCase" => (Comparison::TextWithoutCase, true),
        "ArnEquals" | "ArnLike" => (Comparison::Arn, false),
        "ArnNotEquals" | "ArnNotLike" => (Comparison::Arn, true),
        "Bool" => (Comparison::Truth, false),
        "IpAddress" => (Comparison::Address, false),
        "NotIpAddress" => (Comparison::Address, true),
        "Null" => (Comparison::Presence, false),
        _ => {
            if let Some(name) = base.strip_prefix("Numeric") {
                let (order, negated) = order(name)?;
                (Comparison::Number(order), negated)
            } else {
                let (order, negated) = order(base.strip_prefix("Date")?)?;
                (Comparison::Moment(order), negated)
            }
        }
    })
}

impl<'w> Line<'w> {
    pub(super) fn read(
        condition: Condition<'w>,
        has_variables: bool,
        scope: &Scope,
        symbols: &mut Symbols,
    ) -> Self {
        let style = match (condition.operator.wildcards(), condition.operator.base) {
            (_, base) if base.starts_with("Arn") => Style::Arn,
            (Wildcards::Match, _) => Style::Like,
            (Wildcards::Plain, _) => Style::Plain,
        };
        let mut read = |text| Written::read(text, style, has_variables, (scope, symbols));
        let values = condition.values.into_iter().map(|(text, span)| (text, span, read(text)));
        Self { operator: condition.operator, key: condition.key, values: values.collect() }
    }

    /// Whether it holds for a request.
    pub(super) fn holds(&self, context: &Context) -> Truth {
        let Some((comparison, is_negated)) = comparison(self.operator.base) else {
            return Truth::Unknown;
        };
        // A template leaves open what it is.
        if self.key.is_empty() {
            return Truth::Unknown;
        }
        let state = context.state(&self.key);
        if comparison == Comparison::Presence {
            return self.presence(&state);
        }
        let test = |value: &Value| {
            let mut all = self.values.iter();
            if is_negated {
                !Truth::any(all.map(|(text, _, written)| {
                    compare(comparison, text, written, value, context).unwrap_or(Truth::Unknown)
                }))
            } else {
                Truth::any(all.by_ref().map(|(text, _, written)| {
                    compare(comparison, text, written, value, context).unwrap_or(Truth::No)
                }))
            }
        };
        match (state, self.operator.quantifier) {
            (State::Absent, Quantifier::ForAllValues) => Truth::Yes,
            (State::Absent, Quantifier::ForAnyValue) => Truth::of(self.operator.if_exists),
            (State::Absent, Quantifier::None) => Truth::of(is_negated || self.operator.if_exists),
            (State::One(value), _) => test(&value),
            // What AWS makes of several values without a word on how is not documented.
            (State::Several(_), Quantifier::None) | (State::Unknown, _) => Truth::Unknown,
            (State::Several(values), Quantifier::ForAllValues) => {
                Truth::all(values.iter().map(test))
            }
            (State::Several(values), Quantifier::ForAnyValue) => {
                Truth::any(values.iter().map(test))
            }
            (State::Present | State::Open, _) => Truth::Depends,
        }
    }

    fn presence(&self, state: &State) -> Truth {
        let is_absent = match state {
            State::Absent => Truth::Yes,
            State::One(_) | State::Several(_) | State::Present => Truth::No,
            State::Open => Truth::Depends,
            State::Unknown => Truth::Unknown,
        };
        Truth::any(self.values.iter().map(|(text, ..)| match text.to_ascii_lowercase().as_str() {
            "true" => is_absent,
            "false" => !is_absent,
            _ => Truth::Unknown,
        }))
    }

    /// What the request has in the place of what is asked for, in words.
    pub(super) fn wanted(&self, context: &Context) -> State {
        context.state(&self.key)
    }
}

/// Whether one value of a condition takes one of a request; nothing where a variable of it is missing.
fn compare(
    comparison: Comparison,
    text: &str,
    written: &Written,
    value: &Value,
    context: &Context,
) -> Option<Truth> {
    let pattern = match written.filled(context) {
        Filled::Pattern(pattern) => pattern,
        Filled::Nothing => return None,
    };
    Some(match comparison {
        Comparison::Text => pattern.matches(value),
        Comparison::TextWithoutCase | Comparison::Truth => {
            pattern.lowered().matches(&value.lowered())
        }
        Comparison::Arn => arns(text, &pattern, value),
        Comparison::Number(order) => numbers(text, value, order, |text| text.trim().parse().ok()),
        Comparison::Moment(order) => numbers(text, value, order, moment),
        Comparison::Address => addresses(text, value),
        Comparison::Presence => Truth::Unknown,
    })
}

/// ARNs are compared field by field, so that what has fewer fields is none.
fn arns(text: &str, pattern: &Pattern, value: &Value) -> Truth {
    let matches = pattern.matches(value);
    let is_arn = crate::policy::arn::fields(text).len() == 6;
    let is_value = value.text().is_none_or(|text| text.splitn(6, ':').count() == 6);
    match (is_arn, is_value) {
        (_, false) => Truth::No,
        (true, true) => matches,
        (false, true) => matches.at_most_unknown(),
    }
}

fn numbers(text: &str, value: &Value, order: Order, read: fn(&str) -> Option<f64>) -> Truth {
    let value = value.text();
    match (value.as_deref().map(read), read(text)) {
        (Some(Some(value)), Some(wanted)) => Truth::of(order.holds(value, wanted)),
        (Some(None), _) if !has_hole(text) => Truth::No,
        _ => Truth::Unknown,
    }
}

/// A date in seconds since 1970, written so or as ISO 8601 has it.
#[expect(clippy::cast_precision_loss, reason = "moments of this age have no more than 53 bits")]
fn moment(text: &str) -> Option<f64> {
    let text = text.trim();
    text.parse().ok().or_else(|| seconds_from_timestamp(text).map(|seconds| seconds as f64))
}

fn addresses(text: &str, value: &Value) -> Truth {
    let Some(value) = value.text() else { return Truth::Unknown };
    let Ok(address) = value.trim().parse::<IpAddr>() else { return Truth::No };
    let (network, length) = match text.trim().split_once('/') {
        Some((network, length)) => (network, Some(length)),
        None => (text.trim(), None),
    };
    match (network.parse::<IpAddr>(), length.map(str::parse::<u32>)) {
        (Ok(_), Some(Err(_))) | (Err(_), _) => Truth::Unknown,
        (Ok(network), length) => Truth::of(is_in(address, network, length.and_then(Result::ok))),
    }
}

fn is_in(address: IpAddr, network: IpAddr, length: Option<u32>) -> bool {
    let bits = |address: IpAddr| match address {
        IpAddr::V4(address) => (u128::from(u32::from(address)), 32),
        IpAddr::V6(address) => (u128::from(address), 128),
    };
    let ((own, width), (other, other_width)) = (bits(address), bits(network));
    let free = width - length.unwrap_or(width).min(width);
    width == other_width
        && own.checked_shr(free).unwrap_or(0) == other.checked_shr(free).unwrap_or(0)
}
