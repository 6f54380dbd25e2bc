//! What a tag such as `!Ref` or `!!str` says about the value after it.

use std::ops::Range;

use granit_parser::{Span, Tag};

use crate::policy::tree::{Entry, Node, Value};

/// The short form of a function.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html>
#[derive(Debug)]
pub(super) struct Function {
    /// As in the long form: `Ref`, `Fn::Sub`.
    name: String,
    span: Range<usize>,
}

impl Function {
    /// The function that a tag calls. Tags of YAML itself call none.
    pub(super) fn of(tag: Option<&Tag>, span: &Span) -> Option<Self> {
        let tag = tag?;
        let name = match tag.handle() {
            "!" => tag.suffix(),
            "" => tag.suffix().strip_prefix('!')?,
            _ => return None,
        };
        let name = match name {
            "" => return None,
            "Ref" | "Condition" => name.into(),
            other => format!("Fn::{other}"),
        };
        Some(Self { name, span: span.tag_span()?.byte_range()? })
    }

    /// The long form: a map of the function's name and what is given to it. After an alias it stands where that does.
    pub(super) fn call(self, given: Node, alias: Option<&Range<usize>>) -> Node {
        let key_span = alias.cloned().unwrap_or(self.span);
        let span = key_span.start..given.span.end.max(key_span.end);
        let entry = Entry { key: self.name, key_span, value: given };
        Node { span, value: Value::Map(vec![entry]) }
    }
}
