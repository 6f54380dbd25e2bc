//! Assignments in any language: a name, an operator, a value. Read outwards from a word in the name, so nothing is
//! parsed that no anchor points at.

mod command;
mod entries;
pub(crate) mod files;
mod header;
mod kubernetes;
mod name;
mod nested;
mod operator;
mod pair;
mod parents;
mod quotes;
mod sql;
#[cfg(test)]
mod tests;
mod value;
mod window;
mod xml;
mod yaml;

use std::ops::Range;

pub(crate) use entries::refers;
pub(crate) use name::{NameClass, Words, classify};
pub(crate) use operator::Operator;
pub(crate) use parents::read as parents;
pub(crate) use value::Quoting;

use value::Value;
use window::Window;

/// The words at which something is read: those that names of secrets are made of, wherever they stand in a name, and those
/// that begin what gives a secret without naming it.
pub(crate) const WORDS: &[&str] = &[
    "pass",
    "pwd",
    "secret",
    "token",
    "auth",
    "cred",
    "key",
    "salt",
    "_pw",
    "otp",
    "jwt",
    // Programs and statements; see `command.rs`, `sql.rs` and `header.rs`.
    "identified",
    "securestring",
    "cookie",
    "mysql",
    "mariadb",
    "mongo",
    "redis-cli",
    "sqlcmd",
    "ldap",
    "login",
    "net use",
    "useradd",
    "sqlplus",
    "smbclient",
    "ipmitool",
    "plink",
];

/// Words that begin like one of [`WORDS`] and have nothing to do with secrets. Texts are full of them.
const OTHERWISE: &[&str] = &[
    "author",
    "passed",
    "passing",
    "passes",
    "passive",
    "passage",
    "passenger",
    "keyword",
    "keyboard",
    "tokeniz",
    "credit",
];

/// The longest name that is read.
const MAX_NAME: usize = 96;

/// A name that gets a value. The ranges are bytes of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Assignment {
    pub(crate) name: Range<usize>,
    pub(crate) value: Range<usize>,
    pub(crate) operator: Operator,
    pub(crate) quoting: Quoting,
    /// What wraps the value, such as `String` in `String("…")`.
    pub(crate) call: Option<Range<usize>>,
    /// What the syntax says that the value is, where the name does not say it.
    pub(crate) class: Option<NameClass>,
    /// Whether the value is the base64 of what is meant.
    pub(crate) is_coded: bool,
}

impl Assignment {
    fn new(name: Range<usize>, operator: Operator, value: Value) -> Self {
        let Value { range, quoting, call } = value;
        Self { name, value: range, operator, quoting, call, class: None, is_coded: false }
    }

    /// The part of the name that says what the value is: of `password.encode("…")` it is `encode`.
    pub(crate) fn spoken<'a>(&self, name: &'a [u8]) -> &'a [u8] {
        match self.operator {
            Operator::Call | Operator::Compare => {
                name.rsplit(|byte| *byte == b'.').next().unwrap_or(name)
            }
            _ => name,
        }
    }
}

/// What there is to read round an anchor.
pub(crate) struct Reading {
    /// Up to where anchors belong to the same name; they need not be read. Long names are read from each of them.
    pub(crate) name_end: usize,
    /// What is assigned to it, if anything.
    pub(crate) assignments: Vec<Assignment>,
}

/// Reads what is assigned to the name that has an anchor at `at`.
pub(crate) fn read(text: &[u8], at: usize) -> Reading {
    if begins_otherwise(text, at) {
        return Reading { name_end: at, assignments: Vec::new() };
    }
    let name_end = end_of_name(text, at);
    let window = Window::round(text, name_end);
    let assignments = assigned(&window, at, name_end).unwrap_or_default();
    Reading { name_end: if is_cut(text, at) { at } else { name_end }, assignments }
}

/// Whether the word at `at` is one of [`OTHERWISE`]; `authorization` is none.
fn begins_otherwise(text: &[u8], at: usize) -> bool {
    let rest = text.get(at..text.len().min(at + 10)).unwrap_or_default();
    let is_it = |word: &&&str| {
        rest.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes()))
    };
    // The fifth letter tells most others apart.
    let may_be =
        matches!(rest.get(4).map(u8::to_ascii_lowercase), Some(b'o' | b'e' | b'i' | b'a' | b'n'));
    may_be
        && OTHERWISE
            .iter()
            .find(is_it)
            .is_some_and(|word| !matches!(rest.get(word.len()), Some(b'i' | b'I')))
}

/// Looks for the operator first: most names have none behind them.
fn assigned(window: &Window, at: usize, name_end: usize) -> Option<Vec<Assignment>> {
    let (after, closed) = operator::skip_closers(window.text(), name_end);
    let operator = operator::operator(window.after(after), closed);
    let name = start_of_name(window.text(), at)?..name_end;
    if is_cookie(window, &name) {
        let cookies = header::cookies(window, name_end);
        return Some(cookies.into_iter().map(of_cookie).collect());
    }
    let one = |operator, value| Some(vec![Assignment::new(name.clone(), operator, value)]);
    if let Some((
        operator @ (Operator::Assign | Operator::Colon | Operator::Compare | Operator::Call),
        length,
    )) = operator
    {
        return behind(window, &name, operator, after + length);
    }
    if let Some(found) = beside(window, &name, after) {
        return Some(found);
    }
    let (operator, length) = operator?;
    let operator = match operator {
        Operator::Element => return None,
        Operator::Space => before_a_word(window, &name, after)?,
        _ => operator,
    };
    let value = value::read(window, after + length, operator, name.start)?;
    one(operator, if operator == Operator::Flag { of_flag(window, value)? } else { value })
}

/// What stands behind an operator: a value, or several of them.
fn behind(
    window: &Window,
    name: &Range<usize>,
    operator: Operator,
    at: usize,
) -> Option<Vec<Assignment>> {
    let with = |operator, values: Vec<Value>| {
        let assign = |value| Assignment::new(name.clone(), operator, value);
        Some(values.into_iter().map(assign).collect())
    };
    if matches!(operator, Operator::Assign | Operator::Colon) {
        let nested = nested::read(window, at, operator, name);
        if !nested.is_empty() {
            return with(Operator::Item, nested);
        }
    }
    with(operator, vec![value::read(window, at, operator, name.start)?])
}

/// What is said beside the name, where it is a value itself, an element, or the name of a program or statement.
fn beside(window: &Window, name: &Range<usize>, after: usize) -> Option<Vec<Assignment>> {
    let one = |operator, value| Some(vec![Assignment::new(name.clone(), operator, value)]);
    let next = window.byte(after);
    if opens_element(window.text(), name.start) {
        return one(Operator::Element, xml::element(window, name)?);
    }
    if next == Some(b'<')
        && let Some(value) = xml::element_pair(window, name)
    {
        return one(Operator::Pair, value);
    }
    let secret = kubernetes::read(window, name);
    if !secret.is_empty() {
        return Some(secret.into_iter().map(|entry| of_secret(window, entry)).collect());
    }
    if let Some(value) = pair::read(window, name) {
        return one(Operator::Pair, value);
    }
    if next == Some(b'{')
        && let Some(value) = nested::labelled(window, after, name.start)
    {
        return one(Operator::Item, value);
    }
    if let Some(at) = yaml::explicit_value(window, name) {
        return one(Operator::Colon, value::read(window, at, Operator::Colon, name.start)?);
    }
    if let Some(given) = command::read(window, name) {
        let class = Some(NameClass::Password);
        return Some(vec![Assignment {
            class,
            ..Assignment::new(given.flag, Operator::Flag, given.value)
        }]);
    }
    let class = sql::class(window, name);
    let values = sql::read(window, name);
    let assign =
        |value| Assignment { class, ..Assignment::new(name.clone(), Operator::Sql, value) };
    (!values.is_empty()).then(|| values.into_iter().map(assign).collect())
}

fn of_cookie(cookie: header::Cookie) -> Assignment {
    let class = Some(NameClass::Token);
    Assignment { class, ..Assignment::new(cookie.name, Operator::Pair, cookie.value) }
}

/// An entry of a Kubernetes secret is a secret, whatever it is called.
fn of_secret(window: &Window, entry: kubernetes::Entry) -> Assignment {
    let class = classify(&Words::of(window.get(entry.name.clone()))).unwrap_or(NameClass::Secret);
    Assignment {
        class: Some(class),
        is_coded: entry.is_coded,
        ..Assignment::new(entry.name, Operator::Entry, entry.value)
    }
}

fn is_cookie(window: &Window, name: &Range<usize>) -> bool {
    let start = name.end.saturating_sub(6).max(name.start);
    window.get(start..name.end).eq_ignore_ascii_case(b"cookie")
}

const fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'$') || byte >= 0x80
}

/// Signs that names do not begin or end with.
const fn is_edge(byte: u8) -> bool {
    matches!(byte, b'-' | b'.' | b'$' | b'_')
}

/// How much of `rest` is a name.
fn name_length(rest: &[u8]) -> usize {
    rest.iter().take(MAX_NAME).take_while(|byte| is_name_byte(**byte)).count()
}

/// The end of the name that the byte at `at` belongs to.
fn end_of_name(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..text.len().min(at + MAX_NAME)).unwrap_or_default();
    let name = rest.get(..name_length(rest)).unwrap_or_default();
    // `net use`: the one anchor of two words.
    if name.len() == 3 && rest.get(..7).is_some_and(|rest| rest.eq_ignore_ascii_case(b"net use")) {
        return at + 7;
    }
    at + name.len() - name.iter().rev().take_while(|byte| is_edge(**byte)).count()
}

/// Whether the name goes on beyond what is read of it from `at`.
fn is_cut(text: &[u8], at: usize) -> bool {
    let rest = text.get(at..at + MAX_NAME).unwrap_or_default();
    !rest.is_empty() && rest.iter().all(|byte| is_name_byte(*byte))
}

/// The start of the name that the byte at `at` belongs to; `None` when that byte is a sign before it.
fn start_of_name(text: &[u8], at: usize) -> Option<usize> {
    let before = text.get(at.saturating_sub(MAX_NAME)..at)?;
    let length = before.iter().rev().take_while(|byte| is_name_byte(**byte)).count();
    let name = text.get(at - length..)?;
    let edge = name.iter().take_while(|byte| is_edge(**byte)).count();
    let is_property = matches!(name, [b'-', b'D', first, ..] if first.is_ascii_lowercase());
    let start = at - length + if is_property { 2 } else { edge };
    // The `n` of `\n` is no letter of the name.
    let is_escaped = start < at
        && start.checked_sub(1).and_then(|before| text.get(before)) == Some(&b'\\')
        && matches!(text.get(start), Some(b'n' | b'r' | b't'));
    let start = start + usize::from(is_escaped);
    (start <= at).then_some(start)
}

/// `<password>` or `<ns:password>`.
fn opens_element(text: &[u8], name: usize) -> bool {
    let before = text.get(name.saturating_sub(24)..name).unwrap_or_default();
    let stop = before.iter().rposition(|byte| {
        !(byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'_' | b'-' | b'.'))
    });
    stop.and_then(|stop| before.get(stop)) == Some(&b'<')
}

/// What white space means between a name and a value: an option, `ENV` of a Dockerfile, `password …` of `.netrc`, Redis'
/// `requirepass …`, a string.
fn before_a_word(window: &Window, name: &Range<usize>, after: usize) -> Option<Operator> {
    const SETTERS: [&[u8]; 8] = [
        b"env",
        b"setx",
        b"setenv",
        b"configure set",
        b"config set",
        b"set -x",
        b"set -gx",
        b"secret set",
    ];
    let is = |known: &[u8]| window.get(name.clone()).eq_ignore_ascii_case(known);
    let before = window.before(name.start, 200);
    if before.ends_with(b"--") {
        return Some(Operator::Space);
    }
    if matches!(before, [.., b' ' | b'\t' | b'\n' | b'"' | b'\'' | b'`', b'-']) {
        return Some(Operator::Flag);
    }
    let path = before.iter().rev().take_while(|byte| !byte.is_ascii_whitespace()).count();
    let words = before.get(..before.len() - path).unwrap_or_default().trim_ascii_end();
    let sets = |setter: &&[u8]| {
        let start = words.len().saturating_sub(setter.len());
        let alone = start == 0 || !words.get(start - 1).is_some_and(u8::is_ascii_alphanumeric);
        alone && words.get(start..).is_some_and(|end| end.eq_ignore_ascii_case(setter))
    };
    if words
        .get(words.len().saturating_sub(13)..)
        .is_some_and(|end| end.eq_ignore_ascii_case(b"identified by"))
    {
        return None;
    }
    if words.len() < before.len() && SETTERS.iter().any(sets) {
        return Some(Operator::Assign);
    }
    let is_netrc = || {
        memchr::memmem::find(before, b"machine ").is_some()
            || memchr::memmem::find(before, b"default").is_some()
                && memchr::memmem::find(before, b"login").is_some()
    };
    // `pass "x" to the function` is a sentence.
    if is(b"pass") {
        return None;
    }
    let takes = is(b"requirepass") || is(b"masterauth") || is(b"password") && is_netrc();
    (takes || matches!(window.byte(after), Some(b'\'' | b'"'))).then_some(Operator::Space)
}

/// `pass:…` of OpenSSL is the password itself; `file:…` and the like are not.
fn of_flag(window: &Window, value: Value) -> Option<Value> {
    let bytes = window.get(value.range.clone());
    if bytes.starts_with(b"file:") || bytes.starts_with(b"env:") || bytes.starts_with(b"fd:") {
        return None;
    }
    let source = if bytes.starts_with(b"pass:") { 5 } else { 0 };
    Some(Value { range: value.range.start + source..value.range.end, ..value })
}
