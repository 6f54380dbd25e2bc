//! What is allowed on everything, against an evaluator that asks of one new resource at a time.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::policy::Options;
use crate::policy::document::Root;
use crate::policy::read::json as reader;

const PASS: Need = Need { service: "iam", name: "PassRole", kind: "role" };
const CREATE: Need = Need { service: "lambda", name: "CreateFunction", kind: "function" };

fn granted_in(policy: &Value, need: Need, passed: &str) -> Option<bool> {
    let root = reader::parse(&policy.to_string()).unwrap();
    let root = Root::new(root.clone(), None, 0);
    let options = Options::default();
    let document = root.read(&options);
    grant(&document, need, passed).map(|grant| grant.is_narrowed)
}

fn policy(statements: &[Value]) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}

#[test]
fn what_is_denied_or_narrowed_is_not_allowed() {
    let all = json!({"Effect": "Allow", "Action": "iam:*", "Resource": "*"});
    let deny = |action: &str, resource: &str, condition: Value| json!({"Effect": "Deny", "Action": action, "Resource": resource, "Condition": condition});
    let boundary = json!({"StringNotEquals": {"iam:PermissionsBoundary": "arn:aws:iam::111122223333:policy/edge"}});
    let mfa = json!({"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}});
    let hole = crate::policy::text::hole("Unknown");
    for (statement, is_granted) in [
        (deny("iam:PassRole", "arn:aws:iam::111122223333:role/admin", json!({})), true),
        (deny("iam:PassRole", "arn:aws:iam::111122223333:role/*", json!({})), false),
        (deny("iam:*", "*", boundary), false),
        (deny("iam:*", "*", mfa), true),
        (deny("iam:Create*", "*", json!({})), true),
        (deny(&hole, "*", json!({})), false),
        (deny("iam:PassRole", &hole, json!({})), false),
    ] {
        let document = policy(&[all.clone(), statement.clone()]);
        assert_eq!(
            granted_in(&document, PASS, "ec2.amazonaws.com").is_some(),
            is_granted,
            "{statement}"
        );
    }
}

#[test]
fn patterns_stand_for_all_of_a_type() {
    let hole = crate::policy::text::hole("AWS::AccountId");
    for (text, is) in [
        ("*".to_owned(), true),
        ("arn:aws:iam::111122223333:role/*".to_owned(), true),
        (format!("arn:aws:iam::{hole}:role/*"), true),
        (format!("arn:aws:iam::111122223333:role/{hole}"), false),
        (format!("arn:aws:iam::111122223333:role/{hole}*"), false),
        ("arn:aws:iam::111122223333:*".to_owned(), true),
        ("arn:aws:iam::*:role/app-*".to_owned(), false),
        ("arn:aws:iam::*:user/*".to_owned(), false),
        ("arn:aws:iam::*:user/${aws:username}".to_owned(), false),
        ("arn:aws:s3:::*".to_owned(), false),
        ("arn:aws:*:*:*:*".to_owned(), true),
    ] {
        assert_eq!(is_all(&text, PASS), is, "{text}");
    }
}

/// One request: does one statement after the other match it?
struct Request<'a> {
    action: &'a str,
    resource: &'a str,
    passed: &'a str,
    has_mfa: bool,
}

fn matches_text(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, rest)) => text
            .strip_prefix(start)
            .is_some_and(|left| (0..=left.len()).any(|at| matches_text(rest, &left[at..]))),
    }
}

fn element(statement: &Value, name: &str, text: &str) -> bool {
    let not = format!("Not{name}");
    match statement.get(name) {
        Some(pattern) => matches_text(pattern.as_str().unwrap(), text),
        None => !matches_text(statement[&not].as_str().unwrap(), text),
    }
}

fn condition_holds(statement: &Value, request: &Request) -> bool {
    let Some(block) = statement.get("Condition") else { return true };
    if let Some(service) = block.pointer("/StringEquals/iam:PassedToService") {
        return service == request.passed;
    }
    request.has_mfa == (block.pointer("/Bool/aws:MultiFactorAuthPresent") == Some(&json!("true")))
}

fn is_allowed(policy: &Value, request: &Request) -> bool {
    let hits = |effect: &str| {
        policy["Statement"].as_array().unwrap().iter().any(|statement| {
            statement["Effect"] == effect
                && element(statement, "Action", request.action)
                && element(statement, "Resource", request.resource)
                && condition_holds(statement, request)
        })
    };
    hits("Allow") && !hits("Deny")
}

fn statements() -> impl Strategy<Value = Value> {
    let actions = prop::sample::select(vec![
        "*",
        "iam:*",
        "iam:PassRole",
        "iam:Get*",
        "lambda:*",
        "lambda:CreateFunction",
        "lambda:Create*",
    ]);
    let resources = prop::sample::select(vec![
        "*",
        "arn:aws:iam::111122223333:role/*",
        "arn:aws:iam::111122223333:role/admin",
        "arn:aws:iam::111122223333:*",
        "arn:aws:lambda:us-east-1:111122223333:function:*",
        "arn:aws:lambda:us-east-1:111122223333:function:app",
    ]);
    let conditions = prop::sample::select(vec![
        None,
        None,
        Some(json!({"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}})),
        Some(json!({"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}})),
        Some(json!({"Bool": {"aws:MultiFactorAuthPresent": "true"}})),
        Some(json!({"Bool": {"aws:MultiFactorAuthPresent": "false"}})),
    ]);
    let effects = prop::sample::select(vec!["Allow", "Allow", "Deny"]);
    (effects, prop::bool::weighted(0.8), actions, prop::bool::weighted(0.8), resources, conditions)
        .prop_map(|(effect, is_action, action, is_resource, resource, condition)| {
            let mut statement = json!({"Effect": effect});
            statement[if is_action { "Action" } else { "NotAction" }] = json!(action);
            statement[if is_resource { "Resource" } else { "NotResource" }] = json!(resource);
            if let Some(condition) = condition {
                statement["Condition"] = condition;
            }
            statement
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    // What is said to be allowed on everything is allowed on a new resource, in some circumstances.
    #[test]
    fn nothing_is_said_to_be_allowed_that_is_not(statements in prop::collection::vec(statements(), 1..5)) {
        let document = policy(&statements);
        for (need, resource) in [
            (PASS, "arn:aws:iam::111122223333:role/created-tomorrow"),
            (CREATE, "arn:aws:lambda:us-east-1:111122223333:function:created-tomorrow"),
        ] {
            let passed = if need.name == PASS.name { "lambda.amazonaws.com" } else { "" };
            let action = format!("{}:{}", need.service, need.name);
            let allowed = |has_mfa| {
                is_allowed(&document, &Request { action: &action, resource, passed, has_mfa })
            };
            let granted = granted_in(&document, need, passed);
            if granted.is_some() {
                prop_assert!(allowed(true) || allowed(false), "{} in {}", action, document);
            }
            // Without a Deny nothing is missed either.
            let denies = statements.iter().any(|statement| statement["Effect"] == "Deny");
            if !denies && (allowed(true) || allowed(false)) {
                prop_assert!(granted.is_some(), "{} in {}", action, document);
            }
        }
    }
}
