//! From the text of a policy to a pattern: wildcards, variables, and what a template leaves open.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::context::{Context, State};
use super::matching::{Pattern, Symbol, Token, Value};
use crate::policy::link::SUFFIX;
use crate::policy::text::{is_iam_variable, leading_hole, variable};

/// The names of what is not known.
#[derive(Debug, Default)]
pub(super) struct Symbols {
    by_name: HashMap<(usize, String), Symbol>,
    /// Names of holes that stand for what AWS makes up: an id, a name that nobody gave.
    made_up: HashSet<(usize, String)>,
    count: u32,
}

impl Symbols {
    /// The symbol of a hole of a scope.
    pub(super) fn of(&mut self, scope: usize, name: &str) -> Symbol {
        if let Some(known) = self.by_name.get(&(scope, name.to_owned())) {
            return *known;
        }
        self.count += 1;
        let is_made_up = self.made_up.contains(&(scope, name.to_owned()));
        let symbol = if is_made_up { Symbol::made_up(self.count) } else { Symbol::new(self.count) };
        self.by_name.insert((scope, name.to_owned()), symbol);
        symbol
    }

    /// Says that a hole of a scope is what AWS makes up for one resource.
    pub(super) fn is_made_up(&mut self, scope: usize, name: &str) {
        self.made_up.insert((scope, name.to_owned()));
    }

    /// What symbols are called, where they have a name.
    pub(super) fn names(&self) -> HashMap<Symbol, String> {
        self.by_name.iter().map(|((_, name), symbol)| (*symbol, name.clone())).collect()
    }

    /// A symbol that nothing else has.
    pub(super) fn new_one(&mut self) -> Symbol {
        self.count += 1;
        Symbol::new(self.count)
    }
}

/// Where a text is written: which holes are the same there, and which of them are known.
#[derive(Debug, Default)]
pub(super) struct Scope {
    pub(super) number: usize,
    /// What stands in the place of holes, by their name.
    pub(super) known: HashMap<String, String>,
}

/// How a text is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// As a `Resource`: within the first five fields a wildcard stays in its field, unless it ends it.
    Resource,
    /// As the value of an ARN operator: wildcards stay in the first five fields.
    Arn,
    /// `*` and `?` are any characters.
    Like,
    /// `*` and `?` are themselves.
    Plain,
}

/// A text of a policy.
#[derive(Clone, Debug, Default)]
pub(super) struct Written {
    pattern: Pattern,
    /// The variables in it: where their token is, their name in lower case, what stands for them when they are missing.
    variables: Vec<(usize, String, Option<String>)>,
}

/// A text with its variables filled in.
pub(super) enum Filled<'p> {
    Pattern(Cow<'p, Pattern>),
    /// A variable of it is missing, so that it stands for nothing.
    Nothing,
}

impl Written {
    /// Reads a text. Policies of the version of 2008 have no variables.
    pub(super) fn read(
        text: &str,
        style: Style,
        has_variables: bool,
        (scope, symbols): (&Scope, &mut Symbols),
    ) -> Self {
        let mut written = Self::default();
        let mut rest = text;
        let mut field = 0;
        let mut before = None;
        while let Some(first) = rest.chars().next() {
            let in_field = matches!(style, Style::Resource | Style::Arn) && field < 5;
            let one = rest.get(first.len_utf8()..).unwrap_or_default();
            let is_whole_field = |after: &str| {
                in_field && before == Some(':') && (after.is_empty() || after.starts_with(':'))
            };
            if let Some((name, after)) = leading_hole(rest).or_else(|| resolved(rest)) {
                written.hole(name, is_whole_field(after), scope, symbols);
                rest = after;
            } else if let Some((name, after)) = variable(rest).filter(|_| has_variables) {
                written.variable(name, is_whole_field(after));
                rest = after;
            } else {
                let ends_field = one.is_empty() || one.starts_with(':');
                written.pattern.tokens.push(match first {
                    '?' if style != Style::Plain => Token::One { colon: !in_field },
                    '*' if style != Style::Plain => {
                        Token::Any { colon: !in_field || (style == Style::Resource && ends_field) }
                    }
                    _ => Token::Char(first),
                });
                field += usize::from(first == ':');
                rest = one;
            }
            before = Some(first);
        }
        // An identity policy's ARN of fewer fields is completed with `*`.
        // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
        if style == Style::Resource && text.starts_with("arn:") && field < 5 {
            written.pattern.tokens.extend([Token::Char(':'), Token::Any { colon: true }]);
        }
        written
    }

    fn hole(&mut self, name: &str, is_field: bool, scope: &Scope, symbols: &mut Symbols) {
        let tokens = &mut self.pattern.tokens;
        if let Some(known) = scope.known.get(name) {
            tokens.extend(known.chars().map(Token::Char));
        } else if is_anonymous(name) {
            tokens.push(Token::Gap { colon: !is_field, is_of_request: false });
        } else if name == SUFFIX {
            let symbol = symbols.of(scope.number, name);
            tokens.extend((0..6).map(|at| Token::Random(symbol, at)));
        } else if is_field || symbols.is_named(scope.number, name) {
            tokens.push(Token::Open(symbols.of(scope.number, name)));
        } else {
            tokens.push(Token::Gap { colon: true, is_of_request: false });
        }
    }

    fn variable(&mut self, name: &str, is_field: bool) {
        let tokens = &mut self.pattern.tokens;
        match name {
            "*" | "?" | "$" => tokens.extend(name.chars().map(Token::Char)),
            _ => {
                let (name, default) = match name.split_once(',') {
                    Some((name, default)) => (name, Some(default.trim().trim_matches('\'').into())),
                    None => (name, None),
                };
                let is_of_request = is_iam_variable(name);
                if is_of_request {
                    self.variables.push((tokens.len(), name.to_ascii_lowercase(), default));
                }
                tokens.push(Token::Gap { colon: !is_field, is_of_request });
            }
        }
    }

    /// The pattern, with what the request has in the place of variables.
    pub(super) fn filled(&self, context: &Context) -> Filled<'_> {
        if self.variables.is_empty() {
            return Filled::Pattern(Cow::Borrowed(&self.pattern));
        }
        let mut tokens = Vec::with_capacity(self.pattern.tokens.len());
        let mut variables = self.variables.iter().peekable();
        for (at, token) in self.pattern.tokens.iter().enumerate() {
            let Some((_, name, default)) = variables.next_if(|(place, ..)| *place == at) else {
                tokens.push(token.clone());
                continue;
            };
            match (context.state(name), default) {
                (State::One(value), _) => tokens.extend(value.pattern().tokens),
                (State::Absent, Some(default)) => {
                    tokens.extend(Value::of(default).pattern().tokens);
                }
                (State::Absent, None) => return Filled::Nothing,
                _ => tokens.push(token.clone()),
            }
        }
        Filled::Pattern(Cow::Owned(Pattern { tokens }))
    }

    /// The pattern, where no request has a say in it.
    pub(super) fn fixed(&self) -> Option<&Pattern> {
        self.variables.is_empty().then_some(&self.pattern)
    }

    /// The pattern with gaps for variables.
    pub(super) fn pattern(&self) -> &Pattern {
        &self.pattern
    }
}

impl Written {
    /// A text of which nothing is known.
    pub(super) fn unknown() -> Self {
        let gap = Token::Gap { colon: true, is_of_request: false };
        Self { pattern: Pattern { tokens: vec![gap] }, variables: Vec::new() }
    }
}

impl Symbols {
    /// Whether a hole is the name of something that a value has: then it is no text with colons.
    fn is_named(&self, scope: usize, name: &str) -> bool {
        self.by_name.contains_key(&(scope, name.to_owned()))
    }
}

/// Whether a hole is named by how it came to be, so that another one of that name may be something else.
fn is_anonymous(name: &str) -> bool {
    const ROOTS: [&str; 4] = ["Fn::", "each.", "count.", "known after"];
    name != SUFFIX
        && (ROOTS.iter().any(|root| name.starts_with(root))
            || name.contains(['(', '…', '[', '?', '"', '+'])
            || name.is_empty())
}

/// A dynamic reference of `CloudFormation`, of which only the deployment knows the value.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html>
fn resolved(text: &str) -> Option<(&str, &str)> {
    let inside = text.strip_prefix("{{resolve:")?;
    let end = inside.find("}}")?;
    let start = "{{".len();
    let name = text.get(start..start + "resolve:".len() + end)?;
    Some((name, inside.get(end + "}}".len()..)?))
}

/// A text that a template gives to something: its ARN, its name.
pub(super) fn value(text: &str, scope: &Scope, symbols: &mut Symbols) -> Value {
    let mut value = Value::default();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if let Some((name, after)) = leading_hole(rest).or_else(|| resolved(rest)) {
            value = match scope.known.get(name) {
                Some(known) => value.then(known),
                None if name == SUFFIX => value.random(symbols.of(scope.number, name)),
                None if is_anonymous(name) => value.open(symbols.new_one()),
                None => value.open(symbols.of(scope.number, name)),
            };
            rest = after;
        } else {
            value = value.char(first);
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
        }
    }
    value
}
