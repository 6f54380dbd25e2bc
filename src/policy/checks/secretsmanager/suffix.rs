//! The six random characters at the end of a secret's ARN, and what policies write in their place.
//!
//! Whether an ARN can match is decided by intersection with the set of all stored ARNs, never by looking at its end.

use std::ops::Range;

use crate::finding::Severity;
use crate::policy::arn::{Arn, secret_names};
use crate::policy::checks::{Violations, consequence, quote};
use crate::policy::condition::Condition;
use crate::policy::document::{Document, Effect, Sense, Statement};
use crate::policy::fix::Change;
use crate::policy::glob::{Class, Glob};
use crate::policy::text::{Part, Wildcards, has_hole, is_pattern, parts, strings};

/// A place where a policy names a secret.
pub(in crate::policy::checks) struct Named<'a> {
    pub(in crate::policy::checks) statement: &'a Statement<'a>,
    pub(in crate::policy::checks) text: &'a str,
    /// What follows `secret:`.
    pub(in crate::policy::checks) name: &'a str,
    pub(in crate::policy::checks) span: Range<usize>,
    pub(in crate::policy::checks) place: Place<'a>,
}

/// Where a secret is named.
#[derive(Clone, Copy)]
pub(in crate::policy::checks) enum Place<'a> {
    Resource(Sense),
    Condition(&'a Condition<'a>),
}

/// The ARNs of secrets in a document: as resources, and as values of conditions that are compared with one.
pub(in crate::policy::checks) fn named<'a>(document: &'a Document) -> Vec<Named<'a>> {
    let mut all = Vec::new();
    for statement in &document.statements {
        let resources = statement.resources.as_ref();
        for (sense, text) in
            resources.iter().flat_map(|e| e.items.iter().map(|text| (e.sense, text)))
        {
            if let Some(name) = Arn::parse(text.value).and_then(|arn| arn.secret()) {
                let place = Place::Resource(sense);
                let (text, span) = (text.value, text.span.clone());
                all.push(Named { statement, text, name, span, place });
            }
        }
        for condition in statement.conditions.iter().filter(|c| c.is_on(KEYS)) {
            for (value, span) in &condition.values {
                if let Some(name) = Arn::parse(value).and_then(|arn| arn.secret()) {
                    let place = Place::Condition(condition);
                    let (text, span) = (*value, span.clone());
                    all.push(Named { statement, text, name, span, place });
                }
            }
        }
    }
    all
}

/// The name with six question marks for its suffix.
pub(in crate::policy::checks) fn with_suffix(name: &str) -> String {
    format!("{}-??????", name.strip_suffix('-').unwrap_or(name))
}

/// Condition keys whose value is the full ARN of a secret.
const KEYS: &[&str] =
    &["secretsmanager:secretid", "kms:encryptioncontext:secretarn", "aws:sourcearn"];

impl Named<'_> {
    fn wildcards(&self) -> Wildcards {
        match self.place {
            Place::Resource(_) => Wildcards::Match,
            Place::Condition(condition) => condition.operator.wildcards(),
        }
    }

    /// Whether no secret can have this ARN.
    pub(in crate::policy::checks) fn never_matches(&self) -> bool {
        !strings(self.name, self.wildcards()).intersects(&secret_names())
    }

    /// The same ARN with another name, if that one can match.
    pub(in crate::policy::checks) fn renamed(&self, name: &str) -> Option<Change> {
        let can_match = self.wildcards() == Wildcards::Match
            && strings(name, Wildcards::Match).intersects(&secret_names());
        let start = self.text.strip_suffix(self.name).filter(|_| can_match)?;
        let (from, to) = (self.text.to_owned(), format!("{start}{name}"));
        Some(Change::Rewrite { span: self.span.clone(), from, to })
    }

    /// What AWS makes of an ARN that matches nothing.
    pub(in crate::policy::checks) fn effect(&self) -> &'static str {
        match (self.place, self.statement.effect) {
            (Place::Resource(Sense::IsNot), Some(Effect::Deny)) => {
                "the secret is denied all the same"
            }
            (Place::Resource(Sense::IsNot), _) => "the secret that should be left out is granted",
            (Place::Condition(condition), _) => condition.outcome(),
            _ => consequence(self.statement),
        }
    }
}

pub(super) fn missing(document: &Document, violations: &mut Violations) {
    for named in named(document) {
        if !named.never_matches() || wildcard_suffix(named.name).is_some() {
            continue;
        }
        let message = match named.place {
            Place::Condition(condition)
                if named.name.contains(['*', '?'])
                    && condition.operator.wildcards() == Wildcards::Plain =>
            {
                format!(
                    "`{}` takes `*` and `?` for plain characters, so {}; `StringLike` or `ArnLike` is meant.",
                    condition.operator.base,
                    named.effect()
                )
            }
            _ => format!(
                "No secret has this ARN: after {} come a hyphen and six random characters, so {}.",
                quote(named.name),
                named.effect()
            ),
        };
        violations.report(&named.span, message);
        if !named.name.is_empty() && !has_fields(named.name) {
            violations.fix(named.renamed(&with_suffix(named.name)));
        }
    }
    for condition in document.statements.iter().flat_map(|statement| &statement.conditions) {
        bare_names(condition, violations);
    }
}

/// `secretsmanager:SecretId` is always a full ARN, also when the caller gave a name.
fn bare_names(condition: &Condition, violations: &mut Violations) {
    let compares = ["String", "Arn"].iter().any(|kind| condition.operator.base.starts_with(kind));
    if !compares || !condition.is_on(&["secretsmanager:secretid"]) {
        return;
    }
    let arns = Glob::literal("arn:").any_number(Class::ANY);
    for (value, span) in &condition.values {
        let is_bare = !strings(value, condition.operator.wildcards()).intersects(&arns);
        if is_bare {
            violations.report_as(Severity::Medium, span, format!(
                "{} is compared with the full ARN of the secret, also when the caller gives a name: {}.",
                quote(value),
                condition.outcome()
            ));
        }
    }
}

/// The signs after the last hyphen, when they are meant as the suffix and are not six question marks.
fn wildcard_suffix(name: &str) -> Option<&str> {
    let (_, end) = name.rsplit_once('-')?;
    let questions = !end.is_empty() && end.bytes().all(|byte| byte == b'?') && end.len() != 6;
    let stars = end.len() > 1 && end.bytes().all(|byte| byte == b'*');
    (questions || stars).then_some(end)
}

pub(super) fn wrong_length(document: &Document, violations: &mut Violations) {
    for named in named(document) {
        let Some(end) = wildcard_suffix(named.name) else { continue };
        let message = if end.starts_with('*') {
            format!("`-{end}` is the same as `-*` and matches longer names too.")
        } else if named.never_matches() {
            format!(
                "The suffix has six characters, these are {}: no secret matches, so {}.",
                end.len(),
                named.effect()
            )
        } else {
            format!(
                "The suffix has six characters, these are {}: only secrets with a longer name match.",
                end.len()
            )
        };
        violations.report(&named.span, message);
        if let Some(stem) = named.name.strip_suffix(end) {
            violations.fix(named.renamed(&with_suffix(stem)));
        }
    }
}

/// Whether a name goes on after a colon, which no name has.
fn has_fields(name: &str) -> bool {
    parts(name).any(|part| part == Part::Char(':'))
}

/// The name before the first colon, with a suffix if it has none.
fn cut(name: &str) -> Option<String> {
    let is_plain = !has_hole(name) && !name.contains("${");
    let (name, _) = name.split_once(':').filter(|(name, _)| is_plain && !name.is_empty())?;
    let has_suffix = strings(name, Wildcards::Match).intersects(&secret_names());
    Some(if has_suffix { name.to_owned() } else { with_suffix(name) })
}

pub(super) fn value_from(document: &Document, violations: &mut Violations) {
    for named in named(document).iter().filter(|named| has_fields(named.name)) {
        violations.report(&named.span, format!(
            "What follows the suffix in {} belongs into a task definition; no secret has this ARN, so {}.",
            quote(named.name),
            named.effect()
        ));
        violations.fix(cut(named.name).and_then(|name| named.renamed(&name)));
    }
}

pub(super) fn ambiguous(document: &Document, violations: &mut Violations) {
    for named in named(document).iter().filter(|named| !is_pattern(named.name)) {
        let Some((name, end)) = named.name.rsplit_once('-') else { continue };
        let is_suffix = end.len() == 6 && end.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if is_suffix && !name.is_empty() && !looks_random(end) {
            violations.report(&named.span, format!(
                "If the secret is named {}, its ARN goes on with a hyphen and six random characters: none has the ARN written here, and {}. If it is named {}, `{end}` is its suffix and all is well.",
                quote(named.name),
                named.effect(),
                quote(name)
            ));
        }
    }
}

/// Whether six characters look drawn at random from letters of both cases and digits. Without a capital, 36 of 62
/// characters remain for each: one random suffix in 26 is like that.
fn looks_random(end: &str) -> bool {
    let has_upper = end.bytes().any(|byte| byte.is_ascii_uppercase());
    let rest_is_lower = end.bytes().skip(1).all(|byte| byte.is_ascii_lowercase());
    let all_upper = end.bytes().all(|byte| byte.is_ascii_uppercase());
    // `Config` and `CONFIG` are words; `AbCdEf` is not.
    has_upper && !rest_is_lower && !all_upper
}

pub(super) fn dash_star(document: &Document, violations: &mut Violations) {
    for named in named(document) {
        let (Place::Resource(Sense::Is), true) = (named.place, named.statement.allows()) else {
            continue;
        };
        let name =
            named.name.strip_suffix("-*").filter(|name| !name.is_empty() && !is_pattern(name));
        if let Some(name) = name {
            violations.report(
                &named.span,
                format!(
                    "This also matches secrets whose name goes on after {}, such as {}.",
                    quote(name),
                    quote(&format!("{name}-old"))
                ),
            );
            violations.fix(named.renamed(&with_suffix(name)));
        }
    }
}

pub(super) fn prefix_without_hyphen(document: &Document, violations: &mut Violations) {
    const WRITING: &[&str] =
        &["PutSecretValue", "UpdateSecret", "PutResourcePolicy", "DeleteSecret"];
    for named in named(document) {
        let (Place::Resource(Sense::Is), true) = (named.place, named.statement.allows()) else {
            continue;
        };
        let Some(stem) = named.name.strip_suffix('*') else { continue };
        let last = stem.chars().last();
        let ends_name = last.is_some_and(|last| !matches!(last, '-' | '/' | '!' | '*' | '?' | '}'));
        if !ends_name || is_pattern(stem) {
            continue;
        }
        let writes = named.statement.is_about_any("secretsmanager", WRITING);
        let severity = if writes { Severity::Medium } else { Severity::Low };
        violations.report_as(severity, &named.span, format!(
            "This also matches secrets whose name only begins with {}, such as `{stem}2` and `{stem}-other`.",
            quote(stem)
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_put_right() {
        for (name, right) in [
            ("prod/db-AbCdEf:password::", Some("prod/db-AbCdEf")),
            ("prod/db:password::", Some("prod/db-??????")),
            ("prod/db-*:password", Some("prod/db-*")),
            ("prod/db", None),
            (":password", None),
            ("${aws:PrincipalTag/name}:password", None),
        ] {
            assert_eq!(cut(name).as_deref(), right, "{name}");
        }
        assert_eq!(with_suffix("prod/db"), "prod/db-??????");
        assert_eq!(with_suffix("prod/db-"), "prod/db-??????");
    }
}
