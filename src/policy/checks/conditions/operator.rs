//! Operators: their names, `Null`, and wildcards where an operator has none.

use super::keys::WITH_STARS;
use super::line::{Compares, Known, OPERATORS, known, lines, operators, rename};
use crate::policy::catalogue::{Kind, key};
use crate::policy::checks::{Violations, quote};
use crate::policy::condition::{Operator, Quantifier};
use crate::policy::document::Document;
use crate::policy::text::{Part, is_placeholder, parts};

/// The most unknown operators of a document that are reported: more say nothing new.
const MOST: usize = 100;

pub(super) fn unknown(document: &Document, violations: &mut Violations) {
    let unknown = operators(document).filter(|(_, _, operator)| {
        known(Operator::read(&operator.key).base).is_none() && !is_placeholder(&operator.key)
    });
    for (_, block, operator) in unknown.take(MOST) {
        let nearest = nearest(&operator.key);
        // What differs in case alone is taken, as far as anybody has said.
        if nearest.as_ref().is_some_and(|name| name.eq_ignore_ascii_case(&operator.key)) {
            continue;
        }
        let hint = nearest
            .as_ref()
            .map_or_else(String::new, |name| format!(" Did you mean {}?", quote(name)));
        violations.report(
            &operator.key_span,
            format!(
                "There is no operator {}, and AWS refuses the policy.{hint}",
                quote(&operator.key)
            ),
        );
        violations.fix(nearest.and_then(|name| rename(block, operator, name)));
    }
}

/// The operator that a name was most likely meant to be.
fn nearest(name: &str) -> Option<String> {
    let (prefix, rest) = name.split_once(':').map_or(("", name), |(prefix, rest)| (prefix, rest));
    let quantifiers = ["", "ForAllValues:", "ForAnyValue:"];
    let word = |known: &str| known.trim_end_matches(':').to_owned();
    let quantifier = quantifiers
        .iter()
        .filter(|known| is_close(&word(known), prefix))
        .min_by_key(|known| strsim::damerau_levenshtein(&word(known), prefix))?;
    let cut = ["IfExists", "IfExist", "ifexists"].iter().find_map(|end| rest.strip_suffix(end));
    let base = cut.unwrap_or(rest);
    let close = OPERATORS.iter().filter(|known| is_close(known.name, base));
    let nearest = close.min_by_key(|known| strsim::damerau_levenshtein(known.name, base));
    let best = nearest.or_else(|| OPERATORS.iter().find(|known| is_moved(known, base)))?;
    let suffix = if cut.is_some() { "IfExists" } else { "" };
    Some(format!("{quantifier}{}{suffix}", best.name))
}

/// Whether two names are the same but for a slip or two.
fn is_close(name: &str, written: &str) -> bool {
    let (a, b) = (name.to_ascii_lowercase(), written.to_ascii_lowercase());
    let allowed = if name.len() < 5 { usize::from(name.len() > 2) } else { 2 };
    a.len().abs_diff(b.len()) <= allowed && strsim::damerau_levenshtein(&a, &b) <= allowed
}

/// Whether a name is a negated one whose `Not` stands elsewhere.
fn is_moved(known: &Known, written: &str) -> bool {
    known.is_negated
        && written.contains("Not")
        && known.name.replacen("Not", "", 1).eq_ignore_ascii_case(&written.replacen("Not", "", 1))
}

pub(super) fn null(document: &Document, violations: &mut Violations) {
    for (_, block, operator) in operators(document) {
        let parsed = Operator::read(&operator.key);
        if known(parsed.base).is_none_or(|known| known.compares != Compares::Presence) {
            continue;
        }
        let problem = match parsed.quantifier {
            Quantifier::ForAllValues => "always holds, whatever the request: it narrows nothing",
            Quantifier::ForAnyValue => "never holds, whatever the request",
            Quantifier::None if parsed.if_exists => {
                "would ask whether a key is there only if it is there: AWS refuses it"
            }
            Quantifier::None => continue,
        };
        violations.report(&operator.key_span, format!("{} {problem}.", quote(&operator.key)));
        violations.fix(rename(block, operator, "Null".into()));
    }
    for line in lines(document) {
        if line.known().is_none_or(|known| known.compares != Compares::Presence) {
            continue;
        }
        for (value, span) in line.values().filter(|(value, _)| !is_placeholder(value)) {
            if !["true", "false"].iter().any(|known| value.eq_ignore_ascii_case(known)) {
                violations.report(span, format!(
                    "`Null` takes `true` for a key that is absent and `false` for one that is there, not {}.",
                    quote(value)
                ));
            }
        }
        if line.values().count() > 1 {
            violations.report(
                &line.entry.key_span,
                "`Null` takes one value: a key is there, or it is not.",
            );
        }
    }
}

/// The operators that take wildcards for plain characters, each with the one that does not.
const PLAIN: &[(&str, Option<&str>)] = &[
    ("StringEquals", Some("StringLike")),
    ("StringNotEquals", Some("StringNotLike")),
    ("StringEqualsIgnoreCase", None),
    ("StringNotEqualsIgnoreCase", None),
];

pub(super) fn wildcard_without_like(document: &Document, violations: &mut Violations) {
    for line in lines(document).filter(|line| !line.is_on(WITH_STARS)) {
        let operator = line.parsed();
        let Some((base, like)) =
            PLAIN.iter().find(|(name, _)| name.eq_ignore_ascii_case(operator.base))
        else {
            continue;
        };
        for (value, span) in line.values() {
            let mut wildcards = parts(value).filter(|part| matches!(part, Part::Any | Part::One));
            let Some(wildcard) = wildcards.next() else { continue };
            let sign = if wildcard == Part::Any { '*' } else { '?' };
            let effect =
                if base.contains("Not") { "it excludes nothing" } else { "it never holds" };
            violations.report_as(line.severity(), span, format!(
                "`{base}` takes `{sign}` in {} for a plain character: unless a value holds one, {effect}.",
                quote(value)
            ));
            // Access Analyzer wants the operators of ARNs for keys that hold one.
            let holds_arn = key(&line.key).is_some_and(|key| key.kind == Kind::Arn);
            let like = like
                .map(|like| if holds_arn { like.replace("String", "Arn") } else { like.into() });
            let to =
                like.map(|like: String| operator_like(&line.operator.key, operator.base, &like));
            violations.fix(to.and_then(|to| line.rename(to)));
        }
    }
}

/// An operator as written, with another base.
fn operator_like(written: &str, base: &str, like: &str) -> String {
    written.replacen(base, like, 1)
}
