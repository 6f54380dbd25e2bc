//! Whether statements speak of a request.

use serde_json::Value;

use super::Named;
use super::condition::{self, glob};
use super::request::Request;

/// The statements of a document, each with whether variables are variables in it.
pub(super) fn all(document: &Value) -> Vec<(bool, &Value)> {
    let has_variables = document["Version"] == "2012-10-17";
    let statements = list(&document["Statement"]);
    statements.into_iter().map(|statement| (has_variables, statement)).collect()
}

/// One or many, as a list.
pub(super) fn list(value: &Value) -> Vec<&Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(values) => values.iter().collect(),
        one => vec![one],
    }
}

fn texts(value: &Value) -> Vec<&str> {
    list(value).into_iter().filter_map(Value::as_str).collect()
}

/// Whether a document without principals allows a request.
pub(super) fn allows(document: &Value, request: &Request) -> bool {
    all(document).into_iter().any(|one| one.1["Effect"] == "Allow" && is_about(one, request))
}

/// Whether a document denies a request; `of_resource` where it names principals.
pub(super) fn denies(document: &Value, request: &Request, of_resource: bool) -> bool {
    all(document).into_iter().any(|one| {
        one.1["Effect"] == "Deny"
            && is_about(one, request)
            && (!of_resource || is_of_principal(one.1, request))
    })
}

/// The most direct way in which the policy of a resource allows a request.
pub(super) fn names(policy: &Value, request: &Request) -> Named {
    let allowing = all(policy).into_iter().filter(|one| one.1["Effect"] == "Allow");
    let allowing = allowing.filter(|one| is_about(*one, request));
    allowing.map(|one| how_named(&one.1["Principal"], request)).max().unwrap_or(Named::Not)
}

/// Action, resource and condition.
fn is_about(one: (bool, &Value), request: &Request) -> bool {
    let (has_variables, statement) = one;
    is_of_action(statement, request)
        && is_of_resource(one, request)
        && condition::holds(&statement["Condition"], request, has_variables)
}

fn is_of_action(statement: &Value, request: &Request) -> bool {
    let action = request.action.to_ascii_lowercase();
    let is_in = |value: &Value| {
        texts(value).iter().any(|pattern| glob(&pattern.to_ascii_lowercase(), &action))
    };
    match statement.get("NotAction") {
        Some(others) => !is_in(others),
        None => is_in(&statement["Action"]),
    }
}

fn is_of_resource((has_variables, statement): (bool, &Value), request: &Request) -> bool {
    let is_in = |value: &Value| {
        texts(value)
            .iter()
            .any(|text| condition::pattern_meets(text, &request.resource, request, has_variables))
    };
    match statement.get("NotResource") {
        Some(others) => !is_in(others),
        None => is_in(&statement["Resource"]),
    }
}

/// Whether the principals of a denial are about the caller.
fn is_of_principal(statement: &Value, request: &Request) -> bool {
    match statement.get("NotPrincipal") {
        Some(others) => how_named(others, request) < Named::Role,
        None => how_named(&statement["Principal"], request) > Named::Not,
    }
}

fn how_named(principals: &Value, request: &Request) -> Named {
    let names = if principals.is_object() { &principals["AWS"] } else { principals };
    texts(names).into_iter().map(|name| how_one_named(name, request)).max().unwrap_or(Named::Not)
}

fn how_one_named(name: &str, request: &Request) -> Named {
    let root = format!("arn:aws:iam::{}:root", request.account);
    if name == "*" || Some(name) == request.session.as_deref() {
        Named::Self_
    } else if name == request.principal {
        if request.is_user { Named::Self_ } else { Named::Role }
    } else if name == request.account || name == root {
        Named::Account
    } else {
        Named::Not
    }
}
