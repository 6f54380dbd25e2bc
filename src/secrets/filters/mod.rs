//! Why a candidate is not a secret. Each filter has a name that `explain` and the statistics show.

mod code;
mod elsewhere;
mod made_up;
#[cfg(test)]
mod tests;
mod words;

pub(super) use elsewhere::is_uuid;
pub(super) use words::words;

use super::candidate::Candidate;
use super::rule::Trigger;
use super::vendor;

/// A reason to drop a candidate.
pub(crate) struct Filter {
    pub(crate) name: &'static str,
    scope: Scope,
    rejects: fn(&Candidate) -> bool,
}

#[derive(PartialEq, Eq)]
enum Scope {
    /// Every rule.
    All,
    /// Rules whose format has no mark of its own, only a word nearby.
    Unmarked,
    /// Rules whose values are scored: a provider's own format is evidence enough.
    Scored,
    /// The same, and the filter asks for nothing but the value and how it is written. These come first.
    Value,
}

/// Every filter; those that are cheap or drop much come first.
pub(crate) const FILTERS: &[Filter] = &[
    value("too-short", |candidate| candidate.secret().len() < 3),
    value("constant", code::is_constant),
    value("number", code::is_number),
    value("version", code::is_version),
    value("joined", code::is_joined),
    all("repetition", made_up::is_repetition),
    all("kinds", |candidate| {
        !candidate.rule.needs.iter().all(|kind| kind.is_in(candidate.secret()))
    }),
    scored("expression", code::is_expression),
    unmarked("reference", elsewhere::is_reference),
    all("placeholder", made_up::is_placeholder),
    unmarked("not-random", made_up::is_not_random),
    scored("prose", made_up::is_prose),
    scored("path", code::is_path),
    scored("format", code::is_format),
    scored("escapes", code::is_escapes),
    scored("option", code::is_option),
    scored("url", |candidate| memchr::memmem::find(candidate.secret(), b"://").is_some()),
    scored("uuid", elsewhere::is_identifier),
    scored("locale", elsewhere::is_of_locale),
    scored("file-name", elsewhere::is_of_source_file),
    scored("test-result", elsewhere::is_test_result),
    scored("change-log", elsewhere::is_change_log),
    scored("member", code::is_member_of_name),
    scored("ciphertext", elsewhere::is_ciphertext),
    scored("password-hash", elsewhere::is_password_hash),
    unmarked("digest", elsewhere::is_digest),
    unmarked("unnamed", vendor::is_unnamed),
    scored("public-key", elsewhere::is_public_key),
    scored("name-again", made_up::repeats_its_name),
];

/// How many of the first filters let an assigned value pass, whatever rule it is given and wherever it stands; `None` when
/// one of them, or what it looks like, will drop it.
pub(super) fn passed(candidate: &Candidate) -> Option<usize> {
    let of_value = || FILTERS.iter().take_while(|filter| filter.scope == Scope::Value);
    let drops = of_value().any(|filter| (filter.rejects)(candidate));
    (!drops && !code::is_expression(candidate)).then(|| of_value().count())
}

/// The name of the filter that drops `candidate`, if one does.
pub(crate) fn reject(candidate: &Candidate) -> Option<&'static str> {
    if let Some(conditions) = &candidate.rule.conditions {
        // What gitleaks would report is reported.
        return conditions.reject(candidate.secret());
    }
    let applies = |filter: &&Filter| match filter.scope {
        Scope::All => true,
        Scope::Unmarked => candidate.rule.is_scored() || is_unmarked(candidate),
        Scope::Scored | Scope::Value => candidate.rule.is_scored(),
    };
    FILTERS
        .iter()
        .skip(candidate.passed)
        .filter(applies)
        .find(|filter| (filter.rejects)(candidate))
        .map(|filter| filter.name)
}

const fn all(name: &'static str, rejects: fn(&Candidate) -> bool) -> Filter {
    Filter { name, scope: Scope::All, rejects }
}

const fn value(name: &'static str, rejects: fn(&Candidate) -> bool) -> Filter {
    Filter { name, scope: Scope::Value, rejects }
}

const fn scored(name: &'static str, rejects: fn(&Candidate) -> bool) -> Filter {
    Filter { name, scope: Scope::Scored, rejects }
}

const fn unmarked(name: &'static str, rejects: fn(&Candidate) -> bool) -> Filter {
    Filter { name, scope: Scope::Unmarked, rejects }
}

/// Whether the rule goes by a word near a run.
const fn is_unmarked(candidate: &Candidate) -> bool {
    matches!(candidate.rule.trigger, Trigger::Words { .. })
}
