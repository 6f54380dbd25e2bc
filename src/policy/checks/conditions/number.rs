//! Limits in conditions: of several, one counts.

use super::line::{Line, lines};
use crate::policy::checks::{Violations, quote};
use crate::policy::condition::Quantifier;
use crate::policy::document::Document;

/// The end of a range that an operator asks for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Limit {
    Upper,
    Lower,
}

pub(super) fn redundant(document: &Document, violations: &mut Violations) {
    for line in lines(document).filter(|line| line.parsed().quantifier == Quantifier::None) {
        let Some(limit) = limit(&line) else { continue };
        let numbers: Option<Vec<(f64, &str)>> =
            line.values().map(|(value, _)| Some((value.parse().ok()?, value))).collect();
        let Some(numbers) = numbers.filter(|numbers| numbers.len() > 1) else { continue };
        let ordered = |a: &&(f64, &str), b: &&(f64, &str)| a.0.total_cmp(&b.0);
        let counts = match limit {
            Limit::Upper => numbers.iter().max_by(ordered),
            Limit::Lower => numbers.iter().min_by(ordered),
        };
        if let Some((_, text)) = counts {
            let message =
                format!("Any of these is enough, so {} is the one that counts.", quote(text));
            violations.report(&line.entry.value.span, message);
        }
    }
}

fn limit(line: &Line) -> Option<Limit> {
    let known = line.known()?;
    match known.name {
        "NumericLessThan" | "NumericLessThanEquals" => Some(Limit::Upper),
        "NumericGreaterThan" | "NumericGreaterThanEquals" => Some(Limit::Lower),
        _ => None,
    }
}
