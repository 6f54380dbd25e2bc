//! What a template says beside its resources, and how its texts are written, before functions are applied.

use std::collections::HashSet;
use std::ops::Range;

use crate::policy::text::{is_iam_variable, variables};
use crate::policy::tree::{Node, Value};

/// A template of CloudFormation without its resources.
#[derive(Debug)]
pub(in crate::policy) struct Frame {
    pub(in crate::policy) file: usize,
    /// As written.
    pub(in crate::policy) parameters: Option<Node>,
    pub(in crate::policy) outputs: Option<Node>,
    /// What SAM gives to every resource of a type.
    pub(in crate::policy) globals: Option<Node>,
    /// The `Metadata` of the template and of each resource.
    pub(in crate::policy) metadata: Vec<Node>,
    /// The names of what it declares: parameters and resources.
    pub(in crate::policy) names: HashSet<String>,
    /// Whether something else than CloudFormation and SAM works on its texts.
    pub(in crate::policy) has_macros: bool,
    /// The texts of `Fn::Sub`.
    pub(in crate::policy) filled: HashSet<Range<usize>>,
    /// Variables of IAM that `Fn::Sub` takes for its own, each with the place of its text.
    pub(in crate::policy) unescaped: Vec<(String, Range<usize>)>,
    /// Whether it names the partition by `AWS::Partition` somewhere.
    pub(in crate::policy) asks_partition: bool,
}

impl Frame {
    pub(super) fn new(root: &Node, file: usize) -> Self {
        let section = |name: &str| root.get(name).cloned();
        let entries = |name: &str| root.get(name).map_or(&[][..], Node::entries);
        let of_resources = entries("Resources").iter().map(|entry| entry.value.get("Metadata"));
        let metadata = of_resources.chain([root.get("Metadata")]).flatten().cloned().collect();
        let declared = entries("Parameters").iter().chain(entries("Resources"));
        let mut frame = Self {
            file,
            parameters: section("Parameters"),
            outputs: section("Outputs"),
            globals: section("Globals"),
            metadata,
            names: declared.map(|entry| entry.key.clone()).collect(),
            has_macros: root.get("Transform").is_some_and(has_macros),
            filled: HashSet::new(),
            unescaped: Vec::new(),
            asks_partition: false,
        };
        frame.walk(root, false);
        frame
    }

    /// `is_filled` is whether the texts are those of `Fn::Sub`.
    fn walk(&mut self, node: &Node, is_filled: bool) {
        match &node.value {
            Value::Map(entries) => {
                for entry in entries {
                    match (entry.key.as_str(), &entry.value.value) {
                        ("Fn::Sub", Value::List(given)) => {
                            for (at, given) in given.iter().enumerate() {
                                self.walk(given, at == 0);
                            }
                        }
                        (key, _) => self.walk(&entry.value, is_filled || key == "Fn::Sub"),
                    }
                }
            }
            Value::List(items) | Value::Call(_, items) => {
                for item in items {
                    self.walk(item, is_filled);
                }
            }
            Value::Json(embedded) => {
                embedded.root.iter().for_each(|root| self.walk(root, is_filled));
            }
            Value::String(text) => self.text(text, &node.span, is_filled),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Hole(_) => {}
        }
    }

    fn text(&mut self, text: &str, span: &Range<usize>, is_filled: bool) {
        self.asks_partition |= text.contains("AWS::Partition");
        if is_filled {
            self.filled.insert(span.clone());
            for name in variables(text).filter(|name| is_iam_variable(name.trim())) {
                self.unescaped.push((name.to_owned(), span.clone()));
            }
        }
    }
}

/// Whether macros other than AWS's own are applied.
fn has_macros(transform: &Node) -> bool {
    const OWN: [&str; 3] =
        ["AWS::Serverless-2016-10-31", "AWS::LanguageExtensions", "AWS::SecretsManager-"];
    let is_own =
        |item: &Node| item.string().is_some_and(|name| OWN.iter().any(|own| name.starts_with(own)));
    !transform.items().iter().all(is_own)
}
