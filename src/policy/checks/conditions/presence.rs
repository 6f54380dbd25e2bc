//! Keys that a request may lack, or have several values of, and the operators that make something of it.

use super::keys::{ALWAYS, MULTIVALUED, OPTIONAL, SINGLE, TAGS, TELLING, is_claim};
use super::line::{Compares, Line, is_among, lines};
use crate::finding::Severity;
use crate::policy::checks::{Violations, quote};
use crate::policy::condition::Quantifier;
use crate::policy::document::{Document, Statement};
use crate::policy::principal::Kind;

pub(super) fn set_operator_on_single(document: &Document, violations: &mut Violations) {
    let for_all = |line: &Line| line.parsed().quantifier == Quantifier::ForAllValues;
    let compares =
        |line: &Line| line.known().is_some_and(|known| known.compares != Compares::Presence);
    for line in lines(document).filter(for_all).filter(compares) {
        if !line.is_on(SINGLE) && !is_claim(&line.key) {
            continue;
        }
        let (severity, effect) = if line.statement.denies() {
            (Severity::Note, "such a request is denied too")
        } else if is_present(line.statement, &line.key) {
            (Severity::Note, "here every request has it, so the quantifier says nothing")
        } else {
            (Severity::High, "such a request is let through")
        };
        violations.report_as(severity, &line.operator.key_span, format!(
            "`ForAllValues` holds as well when a request has no {}, which never has more than one value: {effect}.",
            quote(&line.entry.key)
        ));
        let bare = line.operator.key.split_once(':').map(|(_, rest)| rest.to_owned());
        violations.fix(bare.and_then(|bare| line.rename(bare)));
    }
}

/// Whether no request that the statement allows lacks a key.
fn is_present(statement: &Statement, key: &str) -> bool {
    is_among(key, ALWAYS)
        || statement.conditions.iter().any(|condition| {
            condition.key == key
                && (condition.requires_presence() || condition.operator.requires_value())
        })
}

pub(super) fn missing_set_operator(document: &Document, violations: &mut Violations) {
    for line in lines(document).filter(|line| line.is_on(MULTIVALUED)) {
        let compares = line.known().is_some_and(|known| known.compares != Compares::Presence);
        if compares && line.parsed().quantifier == Quantifier::None {
            violations.report(&line.entry.key_span, format!(
                "A request may have several values of {}; without `ForAnyValue:` or `ForAllValues:` this does not say which of them count.",
                quote(&line.entry.key)
            ));
        }
    }
}

pub(super) fn forallvalues_missing_key(document: &Document, violations: &mut Violations) {
    let is_meant = |line: &Line| {
        line.statement.allows()
            && line.parsed().quantifier == Quantifier::ForAllValues
            && !is_present(line.statement, &line.key)
    };
    for line in lines(document).filter(is_meant) {
        let requested = if line.is_on(TELLING) && !comes_with_context(&line) {
            "a request that has none at all is let through"
        } else if reads_every_item(&line) {
            "`dynamodb:Scan` has none, and reads every item"
        } else if selects_nothing(&line) {
            "a request that names none gets every attribute"
        } else {
            continue;
        };
        violations.report(
            &line.operator.key_span,
            format!(
                "`ForAllValues` asks only about the {} there are: {requested}.",
                quote(&line.entry.key)
            ),
        );
    }
}

/// Whether a key of an encryption context stands beside a service that always gives one.
fn comes_with_context(line: &Line) -> bool {
    let mut conditions = line.statement.conditions.iter();
    line.key == "kms:encryptioncontextkeys"
        && conditions.any(|condition| condition.key == "kms:viaservice" && condition.narrows())
}

/// Whether a condition on the keys of items stands beside the one operation that names no key.
fn reads_every_item(line: &Line) -> bool {
    line.key == "dynamodb:leadingkeys" && line.statement.is_about("dynamodb", "Scan")
}

/// Whether a condition on attributes stands alone. A request that names no attributes gets all of them, unless
/// `dynamodb:Select` demands that it names some.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html>
fn selects_nothing(line: &Line) -> bool {
    let mut conditions = line.statement.conditions.iter();
    line.key == "dynamodb:attributes"
        && line.statement.is_about_any("dynamodb", &["GetItem", "BatchGetItem", "Query", "Scan"])
        && !conditions.any(|condition| condition.key == "dynamodb:select")
}

pub(super) fn negated_operator_missing_key(document: &Document, violations: &mut Violations) {
    let is_negated = |line: &Line| {
        let operator = line.parsed();
        line.known().is_some_and(|known| known.is_negated)
            && !operator.if_exists
            && operator.quantifier == Quantifier::None
    };
    for line in lines(document).filter(is_negated) {
        if is_present(line.statement, &line.key) {
            continue;
        }
        let severity = match (line.statement.allows(), line.is_on(OPTIONAL), line.is_on(TAGS)) {
            (true, true, _) => Severity::Medium,
            (true, _, true) => Severity::Low,
            _ => continue,
        };
        let whose = if line.is_on(TAGS) { "what has no such tag" } else { "a request without it" };
        violations.report_as(
            severity,
            &line.entry.key_span,
            format!(
                "`{}` holds as well where {} is absent: {whose} is allowed.",
                line.parsed().base,
                quote(&line.entry.key)
            ),
        );
    }
    denied_without_key(document, violations);
}

/// Keys that only an AWS service sends, or only for members of an organisation.
const OF_SERVICES: &[&str] = &["aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid"];

/// Keys that say of a call whether it comes from a service.
const TELLS_SERVICES: &[&str] =
    &["aws:principalisawsservice", "aws:viaawsservice", "aws:principaltype"];

/// Denials that fall on everybody who calls directly, because only services send the key.
fn denied_without_key(document: &Document, violations: &mut Violations) {
    for line in lines(document).filter(|line| line.statement.denies() && line.is_on(OF_SERVICES)) {
        let operator = line.parsed();
        let is_negated = line.known().is_some_and(|known| known.is_negated);
        let mut others = line.statement.conditions.iter();
        let tells = others.any(|condition| {
            condition.is_on(TELLS_SERVICES)
                || (condition.key == line.key && condition.operator.base == "Null")
        });
        let names_service =
            line.statement.principals().iter().any(|principal| principal.kind == Kind::Service);
        if is_negated
            && !operator.if_exists
            && operator.quantifier == Quantifier::None
            && !tells
            && !names_service
        {
            violations.report_as(Severity::Note, &line.entry.key_span, format!(
                "Only calls of AWS services have {}: `{}` holds for every other call, which is denied.",
                quote(&line.entry.key),
                operator.base
            ));
        }
    }
}
