//! What the checks would remove, held against an evaluator that tries every request of a small world.

use proptest::prelude::*;

use super::CHECKS;
use crate::policy::Options;
use crate::policy::checks::{Run, Violations};
use crate::policy::document::{Document, Root, Statement};
use crate::policy::fix::Change;
use crate::policy::read::json;

/// A statement of the small world.
#[derive(Clone, Debug)]
struct Said {
    allows: bool,
    not_action: bool,
    actions: Vec<String>,
    resources: Vec<String>,
    /// Whether it applies only under the one condition there is.
    is_conditional: bool,
}

impl Said {
    fn written(&self) -> String {
        let list = |items: &[String]| {
            let items: Vec<String> = items.iter().map(|item| format!("{item:?}")).collect();
            format!("[{}]", items.join(","))
        };
        let condition = if self.is_conditional {
            r#","Condition":{"Bool":{"aws:SecureTransport":"true"}}"#
        } else {
            ""
        };
        format!(
            r#"{{"Effect":"{}","{}":{},"Resource":{}{condition}}}"#,
            if self.allows { "Allow" } else { "Deny" },
            if self.not_action { "NotAction" } else { "Action" },
            list(&self.actions),
            list(&self.resources),
        )
    }
}

/// Whether a pattern fits a text, by trying everything.
fn fits(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, None) => true,
        (Some((b'*', rest)), None) => fits(rest, text),
        (Some((b'*', rest)), Some((_, tail))) => fits(rest, text) || fits(pattern, tail),
        (Some((sign, rest)), Some((own, tail))) => {
            (*sign == b'?' || sign == own) && fits(rest, tail)
        }
        _ => false,
    }
}

fn texts(length: usize) -> Vec<String> {
    let mut all = vec![String::new()];
    for at in 0..(1 << (length + 1)) - 1 {
        for character in ['a', 'b'] {
            let next = format!("{}{character}", all[at]);
            if next.len() <= length {
                all.push(next);
            }
        }
        if at + 1 >= all.len() {
            break;
        }
    }
    all
}

/// What the statements decide on a request: denied, allowed, or neither.
fn decide(
    statements: &[&Statement],
    action: &str,
    resource: &str,
    is_secure: bool,
) -> Option<bool> {
    let fits_any = |items: &[crate::policy::document::Text], text: &str| {
        items.iter().any(|item| fits(item.value.to_ascii_lowercase().as_bytes(), text.as_bytes()))
    };
    let applies = |statement: &&&Statement| {
        let is_listed = match statement.node.get("NotAction") {
            Some(_) => {
                let element = statement.actions.as_ref().unwrap();
                !fits_any(&element.items, action)
            }
            None => fits_any(statement.actions(), action),
        };
        is_listed
            && fits_any(statement.resources(), resource)
            && (is_secure || statement.conditions.is_empty())
    };
    let applying: Vec<&&Statement> = statements.iter().filter(applies).collect();
    if applying.iter().any(|statement| statement.denies()) {
        return Some(false);
    }
    applying.iter().any(|statement| statement.allows()).then_some(true)
}

/// Every decision of a policy on the requests of the small world.
fn decisions(statements: &[&Statement]) -> Vec<Option<bool>> {
    let names = texts(3);
    let mut all = Vec::new();
    for name in &names {
        for resource in &names {
            for is_secure in [true, false] {
                let (action, resource) = (format!("s3:{name}"), format!("arn:aws:s3:::{resource}"));
                all.push(decide(statements, &action, &resource, is_secure));
            }
        }
    }
    all
}

/// The starts of what a check would remove, and of what it reports.
fn found(id: &str, document: &Document) -> (Vec<usize>, Vec<usize>) {
    let check = CHECKS.iter().find(|check| check.id == id).unwrap();
    let mut violations = Violations { check, file: 0, found: Vec::new() };
    let Run::Document(run) = &check.run else { panic!("{id} runs on documents") };
    run(document, &mut violations);
    let reported = violations.found.iter().map(|violation| violation.span.start).collect();
    let removed = violations.found.iter().flat_map(|violation| &violation.fix).map(|change| {
        let Change::RemoveItem { span } = change else { panic!("a removal, not {change:?}") };
        span.start
    });
    (removed.collect(), reported)
}

fn said() -> impl Strategy<Value = Said> {
    let actions = prop::collection::vec("s3:[abA*]{1,2}|\\*", 1..4);
    let resources = prop::collection::vec("arn:aws:s3:::[ab*?]{1,2}|\\*", 1..4);
    (any::<bool>(), prop::bool::weighted(0.2), actions, resources, prop::bool::weighted(0.3))
        .prop_map(|(allows, not_action, actions, resources, is_conditional)| Said {
            allows,
            not_action,
            actions,
            resources,
            is_conditional,
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn removing_what_is_redundant_changes_no_decision(all in prop::collection::vec(said(), 1..5)) {
        let written: Vec<String> = all.iter().map(Said::written).collect();
        let text = format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, written.join(","));
        let tree = json::parse(&text).unwrap();
        let root = Root::new(tree.clone(), None, 0);
    let options = Options::default();
    let document = root.read(&options);
        let document = &document;
        let whole: Vec<&Statement> = document.statements.iter().collect();
        let before = decisions(&whole);
        let (removed, _) = found("redundant-statement", document);
        let (_, shadowed) = found("shadowed-allow", document);
        for gone in [removed, shadowed] {
            let rest: Vec<&Statement> =
                whole.iter().copied().filter(|statement| !gone.contains(&statement.node.span.start)).collect();
            prop_assert!(decisions(&rest) == before, "{text} without {gone:?}");
        }
        let mut items = text.clone();
        for id in ["redundant-action", "redundant-resource"] {
            let (removed, _) = found(id, document);
            for start in removed {
                // An item that matches nothing stands in for one that is gone.
                let end = start + 1 + text[start + 1..].find('"').unwrap();
                items.replace_range(start + 1..end, &"~".repeat(end - start - 1));
            }
        }
        let tree = json::parse(&items).unwrap();
        let root = Root::new(tree.clone(), None, 0);
    let options = Options::default();
    let document = root.read(&options);
        let rest: Vec<&Statement> = document.statements.iter().collect();
        prop_assert!(decisions(&rest) == before, "{text} as {items}");
    }
}
