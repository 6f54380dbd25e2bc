//! Expressions: what is written out becomes a value, everything else a hole or a call under its name.

use hcl_edit::Span;
use hcl_edit::expr::{Expression, FuncCall, ObjectKey, ObjectValue, TraversalOperator};

use super::Source;
use crate::policy::text;
use crate::policy::tree::{Entry, Node, Value};

/// The most characters of an expression that its hole is called by.
const MAX_NAME: usize = 120;

impl Source<'_> {
    pub(super) fn node(self, expression: &Expression) -> Node {
        let span = expression.span().unwrap_or_default();
        let value = match expression {
            Expression::Null(_) => Value::Null,
            Expression::Bool(literal) => Value::Bool(*literal.value()),
            Expression::Number(_) => Value::Number(self.number(expression)),
            Expression::String(_) => self.plain(&span).value(),
            Expression::StringTemplate(template) => return self.quoted(template, span),
            Expression::HeredocTemplate(heredoc) => return self.heredoc(heredoc, &span),
            Expression::Array(array) => {
                Value::List(array.iter().map(|item| self.node(item)).collect())
            }
            Expression::Object(object) => {
                Value::Map(object.iter().map(|(key, value)| self.entry(key, value)).collect())
            }
            Expression::Parenthesis(parenthesis) => return self.node(parenthesis.inner()),
            Expression::Conditional(choice) => {
                let given = [&choice.cond_expr, &choice.true_expr, &choice.false_expr];
                Value::Call("?:".into(), given.map(|part| self.node(part)).into())
            }
            Expression::FuncCall(call) => {
                let given = call.args.iter().map(|argument| self.node(argument)).collect();
                Value::Call(function(call), given)
            }
            Expression::ForExpr(each) => {
                let made = each.key_expr.iter().chain([&each.value_expr]);
                Value::Call("for".into(), made.map(|part| self.node(part)).collect())
            }
            Expression::Variable(_)
            | Expression::Traversal(_)
            | Expression::UnaryOp(_)
            | Expression::BinaryOp(_) => Value::Hole(self.name(expression)),
        };
        Node { span, value }
    }

    /// A number as it is written, without the space that may follow its sign.
    fn number(self, expression: &Expression) -> String {
        let span = expression.span().unwrap_or_default();
        let written = self.slice(&span);
        match written.strip_prefix('-') {
            Some(rest) => {
                let digits =
                    rest.rfind(|character: char| character.is_whitespace() || character == '/');
                format!("-{}", digits.and_then(|at| rest.get(at + 1..)).unwrap_or(rest))
            }
            None => written.into(),
        }
    }

    fn entry(self, key: &ObjectKey, value: &ObjectValue) -> Entry {
        let key_span = key.span().unwrap_or_default();
        let name = match key {
            ObjectKey::Ident(_) => self.slice(&key_span).into(),
            ObjectKey::Expression(expression) => self.key(expression),
        };
        Entry { key: name, key_span, value: self.node(value.expr()) }
    }

    fn key(self, expression: &Expression) -> String {
        let span = expression.span().unwrap_or_default();
        match expression {
            Expression::Null(_) | Expression::Bool(_) => self.slice(&span).into(),
            Expression::Number(_) => self.number(expression),
            Expression::String(_) => self.plain(&span).decoded,
            Expression::StringTemplate(template) => self.filled(template, &span),
            Expression::Parenthesis(parenthesis) => self.key(parenthesis.inner()),
            other => text::hole(&self.name(other)),
        }
    }

    /// What an expression is called that only a deployment knows the value of: `module.x.arn` for
    /// `module.x[0].arn`, or as it is written.
    pub(super) fn name(self, expression: &Expression) -> String {
        path(expression).unwrap_or_else(|| {
            let written = self.slice(&expression.span().unwrap_or_default());
            // Characters that Unicode gives no meaning to have one in our texts.
            let kept = written.chars().filter(|one| !matches!(one, '\u{fdd0}'..='\u{fdef}'));
            kept.take(MAX_NAME).collect()
        })
    }
}

/// A variable and the attributes that are read of it. Which one of several resources is meant makes no difference to what it
/// is; of several values of a local it does.
fn path(expression: &Expression) -> Option<String> {
    match expression {
        Expression::Variable(name) => Some(name.as_str().into()),
        Expression::Traversal(traversal) => {
            let mut path = path(&traversal.expr)?;
            for operator in &traversal.operators {
                match operator.value() {
                    TraversalOperator::GetAttr(name) => {
                        path.push('.');
                        path.push_str(name.as_str());
                    }
                    TraversalOperator::Index(Expression::String(key)) if is_value(&path) => {
                        path.push('.');
                        path.push_str(key.value());
                    }
                    _ if is_value(&path) => path.push_str(".[…]"),
                    _ => {}
                }
            }
            Some(path)
        }
        _ => None,
    }
}

/// Whether a path leads into a value, not to a resource.
fn is_value(path: &str) -> bool {
    ["local.", "var.", "each."].iter().any(|root| path.starts_with(root))
}

fn function(call: &FuncCall) -> String {
    let parts = call.name.namespace.iter().chain([&call.name.name]);
    parts.map(|part| part.as_str()).collect::<Vec<_>>().join("::")
}
