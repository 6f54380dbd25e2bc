//! Functions in the policies of a template that `CloudFormation` does not have: what they give cannot be told.

use super::{Language, Root, Slip};
use crate::policy::read::json::{Kind, SyntaxError};
use crate::policy::text;
use crate::policy::tree::{Node, Value};

/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html>,
/// and those of rules and conditions.
const FUNCTIONS: &[&str] = &[
    "And",
    "Base64",
    "Cidr",
    "Contains",
    "EachMemberEquals",
    "EachMemberIn",
    "Equals",
    "FindInMap",
    "ForEach",
    "GetAZs",
    "GetAtt",
    "GetStackOutput",
    "If",
    "ImportValue",
    "Join",
    "Length",
    "Not",
    "Or",
    "RefAll",
    "Select",
    "Split",
    "Sub",
    "ToJsonString",
    "Transform",
    "ValueOf",
    "ValueOfAll",
];

/// A slip for each unknown function of a document.
pub(super) fn functions(root: &Root) -> Vec<Slip> {
    let mut slips = Vec::new();
    visit(&root.node, &mut |node, name| {
        let Some(function) = name.strip_prefix("Fn::") else { return };
        let is_known = FUNCTIONS.contains(&function.split("::").next().unwrap_or(function));
        if !is_known {
            let problem = format!("unknown function `Fn::{}`", function.escape_debug());
            let error =
                SyntaxError { span: node.span.clone(), problem, kind: Kind::UnknownFunction };
            slips.push(Slip { file: root.file, error, language: Language::Yaml, is_meant: true });
        }
    });
    slips
}

/// Every hole of a value, by its name.
fn visit(node: &Node, found: &mut dyn FnMut(&Node, &str)) {
    match &node.value {
        Value::Hole(name) => found(node, name),
        Value::String(text) => text::holes(text).for_each(|name| found(node, name)),
        Value::List(items) | Value::Call(_, items) => {
            for item in items {
                visit(item, found);
            }
        }
        Value::Map(entries) => {
            for entry in entries {
                visit(&entry.value, found);
            }
        }
        Value::Json(embedded) => embedded.root.iter().for_each(|root| visit(root, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
