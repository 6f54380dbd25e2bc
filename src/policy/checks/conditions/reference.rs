//! What the checks conclude about conditions, held against an evaluator that tries every request of a small world.

use proptest::prelude::*;

use super::CHECKS;
use crate::policy::Options;
use crate::policy::checks::{Run, Violations};
use crate::policy::condition::{Condition, Operator};
use crate::policy::document::{Document, Root};
use crate::policy::fix::Change;
use crate::policy::read::json;
use crate::policy::tree::Node;

/// The values that a key can have in the small world.
const WORLD: &[&str] = &["", "a", "b", "ab", "ba", "a*", "a?", "*"];

/// What a request brings for the one key of the small world: no value, one, or two.
fn requests() -> Vec<Vec<&'static str>> {
    let none = std::iter::once(Vec::new());
    let one = WORLD.iter().map(|value| vec![*value]);
    let two = WORLD.iter().flat_map(|a| WORLD.iter().map(|b| vec![*a, *b]));
    none.chain(one).chain(two).collect()
}

/// Whether a condition holds, as AWS's page on operators words it, step by step and without any of our own code.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>
fn holds(operator: &str, values: &[String], request: &[&str]) -> bool {
    let (set, rest) = operator.split_once(':').unwrap_or(("", operator));
    let (base, if_exists) =
        rest.strip_suffix("IfExists").map_or((rest, false), |base| (base, true));
    let is_absent = request.is_empty();
    if base == "Null" {
        return values.iter().any(|value| (value == "true") == is_absent);
    }
    if is_absent && if_exists {
        return true;
    }
    let is_negated = base.contains("Not");
    let like = base.contains("Like") || base.starts_with("Arn");
    let matches = |value: &str| {
        let listed = values
            .iter()
            .any(|own| if like { fits(own.as_bytes(), value.as_bytes()) } else { own == value });
        listed != is_negated
    };
    match set {
        "ForAllValues" => request.iter().all(|value| matches(value)),
        "ForAnyValue" => request.iter().any(|value| matches(value)),
        _ if is_absent => is_negated,
        _ => request.iter().any(|value| matches(value)),
    }
}

/// Whether a pattern fits a value, by trying everything.
fn fits(pattern: &[u8], value: &[u8]) -> bool {
    match (pattern.split_first(), value.split_first()) {
        (None, None) => true,
        (Some((b'*', rest)), None) => fits(rest, value),
        (Some((b'*', rest)), Some((_, tail))) => fits(rest, value) || fits(pattern, tail),
        (Some((sign, rest)), Some((own, tail))) => {
            (*sign == b'?' || sign == own) && fits(rest, tail)
        }
        _ => false,
    }
}

/// A policy of one statement with one condition, as text.
fn policy(effect: &str, operator: &str, key: &str, values: &[String]) -> String {
    let values: Vec<String> = values.iter().map(|value| format!("{value:?}")).collect();
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"{effect}","Action":"s3:*","Resource":"*","Condition":{{"{operator}":{{"{key}":[{}]}}}}}}]}}"#,
        values.join(",")
    )
}

fn with_condition<T>(
    operator: &str,
    key: &str,
    values: &[String],
    look: impl Fn(&Condition, &Document) -> T,
) -> T {
    let tree: Node = json::parse(&policy("Allow", operator, key, values)).unwrap();
    let root = Root::new(tree.clone(), None, 0);
    let options = Options::default();
    let document = root.read(&options);
    look(&document.statements[0].conditions[0], &document)
}

/// What a check finds in a document: how many things, and what it would change.
fn found(id: &str, document: &Document) -> (usize, Vec<Change>) {
    let check = CHECKS.iter().find(|check| check.id == id).unwrap();
    let mut violations = Violations { check, file: 0, found: Vec::new() };
    let Run::Document(run) = &check.run else { panic!("{id} runs on documents") };
    run(document, &mut violations);
    let count = violations.found.len();
    (count, violations.found.into_iter().flat_map(|violation| violation.fix).collect())
}

fn operators() -> impl Strategy<Value = String> {
    let sets = prop::sample::select(vec!["", "ForAllValues:", "ForAnyValue:"]);
    let bases = vec!["StringEquals", "StringNotEquals", "StringLike", "StringNotLike"];
    let ends = prop::sample::select(vec!["", "IfExists"]);
    (sets, prop::sample::select(bases), ends)
        .prop_map(|(set, base, end)| format!("{set}{base}{end}"))
}

fn values() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec("[ab*?]{0,2}", 1..4)
}

/// Whether the condition holds for a request that has no value.
fn holds_without(operator: &str, values: &[String]) -> bool {
    holds(operator, values, &[])
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_narrows_keeps_somebody_out(operator in operators(), values in values()) {
        let (narrows, requires) = with_condition(&operator, "aws:principalorgid", &values, |condition, _| {
            (condition.narrows(), condition.operator.requires_value())
        });
        if requires {
            prop_assert!(!holds_without(&operator, &values), "{operator} {values:?}");
        }
        if narrows {
            let passes = |request: &Vec<&str>| holds(&operator, &values, request);
            prop_assert!(!requests().iter().all(passes), "{operator} {values:?}");
            prop_assert!(!holds_without(&operator, &values), "{operator} {values:?}");
        }
    }

    #[test]
    fn presence_is_what_null_says(values in prop::collection::vec("true|false", 1..3)) {
        let requires = with_condition("Null", "aws:tagkeys", &values, |condition, _| condition.requires_presence());
        let demands = !holds_without("Null", &values) && requests().iter().skip(1).all(|request| holds("Null", &values, request));
        prop_assert_eq!(requires, demands, "{:?}", values);
    }

    #[test]
    fn negated_grants_hold_without_their_key(operator in operators(), values in values()) {
        let (count, _) = with_condition(&operator, "aws:sourcevpce", &values, |_, document| {
            found("negated-operator-missing-key", document)
        });
        if count > 0 {
            prop_assert!(holds_without(&operator, &values), "{operator} {values:?}");
        }
    }

    #[test]
    fn for_all_values_lets_through_who_has_none(operator in operators(), values in values()) {
        let (count, fix) = with_condition(&operator, "aws:sourcevpce", &values, |_, document| {
            found("set-operator-on-single", document)
        });
        if count > 0 {
            prop_assert!(holds_without(&operator, &values), "{operator} {values:?}");
        }
        // The fix changes nothing for a request that has the one value.
        for change in fix {
            let Change::Rename { from, to, .. } = change else { panic!("a rename, not {change:?}") };
            prop_assert_eq!(&from, &operator);
            for request in requests().iter().filter(|request| request.len() == 1) {
                prop_assert_eq!(holds(&from, &values, request), holds(&to, &values, request), "{} {:?}", to, request);
            }
        }
    }

    #[test]
    fn a_star_asks_for_presence_alone(operator in operators(), values in values()) {
        let (count, _) = with_condition(&operator, "aws:principaltag/team", &values, |_, document| {
            found("condition-equivalent-null", document)
        });
        if count > 0 {
            let with: Vec<bool> =
                requests().iter().skip(1).map(|request| holds(&operator, &values, request)).collect();
            prop_assert!(with.iter().all(|holds| Some(holds) == with.first()), "{operator} {values:?}");
        }
    }

    #[test]
    fn a_wildcard_that_is_none_is_met_by_itself_alone(operator in operators(), values in values()) {
        let (count, fix) = with_condition(&operator, "s3:prefix", &values, |_, document| {
            found("wildcard-without-like", document)
        });
        let plain = !Operator::read(&operator).base.contains("Like");
        let wild = values.iter().filter(|value| value.contains(['*', '?'])).count();
        prop_assert_eq!(count, if plain { wild } else { 0 }, "{} {:?}", operator, values);
        for change in fix {
            let Change::Rename { to, .. } = change else { panic!("a rename, not {change:?}") };
            // What has no wildcard means the same under the new operator.
            let rest: Vec<String> =
                values.iter().filter(|value| !value.contains(['*', '?'])).cloned().collect();
            for request in requests() {
                prop_assert_eq!(holds(&operator, &rest, &request), holds(&to, &rest, &request));
            }
        }
    }
}
