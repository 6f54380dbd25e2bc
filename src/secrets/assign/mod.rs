//! Assignments in any language: a name, an operator, a value. Read outwards from a word in the name, so nothing is
//! parsed that no anchor points at.

mod name;
mod value;

use std::ops::Range;

pub(crate) use name::{NameClass, Words, classify};
pub(crate) use value::Quoting;

/// The words that names of secrets are made of. Each is found wherever it stands in a name.
pub(crate) const WORDS: &[&str] =
    &["pass", "pwd", "secret", "token", "auth", "cred", "key", "salt", "_pw", "otp", "jwt"];

/// The longest name that is read.
const MAX_NAME: usize = 96;
/// How far the operator may be from the name.
const MAX_GAP: usize = 24;

/// A name that gets a value. The ranges are bytes of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Assignment {
    pub(crate) name: Range<usize>,
    pub(crate) value: Range<usize>,
    pub(crate) operator: Operator,
    pub(crate) quoting: Quoting,
    /// What wraps the value, such as `String` in `String("…")`.
    pub(crate) call: Option<Range<usize>>,
}

impl Assignment {
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

/// What stands between name and value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    /// `=`, `:=`, `=>`, `<-`.
    Assign,
    /// `==`, `!=`, `eq`: a comparison with a literal gives it away as well.
    Compare,
    /// `:`, as in YAML, JSON and headers.
    Colon,
    /// `,` between quoted arguments, as in `put("password", "…")`.
    Comma,
    /// `(`, as in `setPassword("…")`.
    Call,
    /// `>`, as in `<password>…</password>`.
    Element,
    /// White space, as in `--password …` and `IDENTIFIED BY '…'`.
    Space,
}

/// What there is to read round an anchor.
pub(crate) struct Reading {
    /// Up to where anchors belong to the same name; they need not be read. Long names are read from each of them.
    pub(crate) name_end: usize,
    /// What is assigned to it, if anything.
    pub(crate) assignment: Option<Assignment>,
}

/// Reads what is assigned to the name that has an anchor at `at`.
pub(crate) fn read(text: &[u8], at: usize) -> Reading {
    let name_end = end_of_name(text, at);
    let assignment = assigned(text, at, name_end);
    Reading { name_end: if is_cut(text, at) { at } else { name_end }, assignment }
}

/// Looks for the operator first: most names have none behind them.
fn assigned(text: &[u8], at: usize, name_end: usize) -> Option<Assignment> {
    let (after, closed) = skip_closers(text, name_end);
    let (operator, length) = operator(text.get(after..)?, closed)?;
    let name = start_of_name(text, at)?..name_end;
    let fits = match operator {
        Operator::Element => opens_element(text, name.start),
        Operator::Space => {
            matches!(text.get(after), Some(b'\'' | b'"')) || takes_a_bare_word(text, &name)
        }
        _ => true,
    };
    if !fits {
        return None;
    }
    let value::Value { range, quoting, call } = value::read(text, after + length, operator)?;
    Some(Assignment { name, value: range, operator, quoting, call })
}

const fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'$') || byte >= 0x80
}

/// Signs that names do not begin or end with.
const fn is_edge(byte: u8) -> bool {
    matches!(byte, b'-' | b'.' | b'$' | b'_')
}

/// The end of the name that the byte at `at` belongs to.
fn end_of_name(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..text.len().min(at + MAX_NAME)).unwrap_or_default();
    let length = rest.iter().take_while(|byte| is_name_byte(**byte)).count();
    let name = rest.get(..length).unwrap_or_default();
    at + length - name.iter().rev().take_while(|byte| is_edge(**byte)).count()
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
    let start = at - length + name.iter().take_while(|byte| is_edge(**byte)).count();
    (start <= at).then_some(start)
}

/// What closes a quoted or indexed name: quotes (also escaped ones) at once, then brackets and white space.
fn skip_closers(text: &[u8], from: usize) -> (usize, Closed) {
    let mut closed = Closed::default();
    let mut at = from;
    while at < from + MAX_GAP {
        let blank = matches!(text.get(at), Some(b' ' | b'\t'));
        let (quote, length) = match text.get(at..) {
            Some([b'\\', b'"' | b'\'', ..]) => (true, 2),
            Some([b'"' | b'\'' | b'`', ..]) => (true, 1),
            Some([b'&', b'q', b'u', b'o', b't', b';', ..]) => (true, 6),
            Some([b'&', b'#', b'3', b'9' | b'4', b';', ..]) => (true, 5),
            Some([b']' | b')' | b'}' | b'?' | b'*' | b' ' | b'\t', ..]) => (false, 1),
            _ => break,
        };
        if quote && closed.spaced {
            break;
        }
        closed.quoted |= quote;
        closed.spaced |= blank;
        at += length;
    }
    (at, closed)
}

#[derive(Clone, Copy, Default)]
struct Closed {
    quoted: bool,
    spaced: bool,
}

/// The operator that `rest` begins with, and its length. Some need a look at the name as well.
fn operator(rest: &[u8], closed: Closed) -> Option<(Operator, usize)> {
    Some(match rest {
        [b'=' | b'!', b'=', b'=', ..] => (Operator::Compare, 3),
        [b'=' | b'!', b'=', ..] => (Operator::Compare, 2),
        [b'=' | b'-', b'>', ..]
        | [b':' | b'?' | b'+' | b'|' | b'.', b'=', ..]
        | [b'<', b'-', ..] => (Operator::Assign, 2),
        [b'|', b'|', b'=', ..] => (Operator::Assign, 3),
        [b'=', ..] => (Operator::Assign, 1),
        [b':', b':', ..] => return None,
        [b':', ..] => (Operator::Colon, 1),
        [b',', ..] if closed.quoted => (Operator::Comma, 1),
        [b'(', ..] if !closed.quoted => (Operator::Call, 1),
        [b'>', ..] => (Operator::Element, 1),
        [byte, ..] if closed.spaced && !closed.quoted && !byte.is_ascii_whitespace() => {
            (Operator::Space, 0)
        }
        _ => return None,
    })
}

/// `<password>` or `<ns:password>`.
fn opens_element(text: &[u8], name: usize) -> bool {
    let before = text.get(name.saturating_sub(24)..name).unwrap_or_default();
    let stop = before.iter().rposition(|byte| {
        !(byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'_' | b'-' | b'.'))
    });
    stop.and_then(|stop| before.get(stop)) == Some(&b'<')
}

/// `--password …`, `password …` of `.netrc`, Redis' `requirepass …`: white space and then the value.
fn takes_a_bare_word(text: &[u8], name: &Range<usize>) -> bool {
    let is =
        |known: &[u8]| text.get(name.clone()).is_some_and(|name| name.eq_ignore_ascii_case(known));
    let before = text.get(name.start.saturating_sub(200)..name.start).unwrap_or_default();
    before.ends_with(b"--")
        || is(b"requirepass")
        || is(b"masterauth")
        || is(b"password") && memchr::memmem::find(before, b"machine ").is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<(String, String)> {
        let lower = text.to_ascii_lowercase();
        let mut found = Vec::new();
        for at in 0..text.len() {
            if WORDS.iter().any(|word| lower.as_bytes()[at..].starts_with(word.as_bytes()))
                && let Some(assignment) = read(text.as_bytes(), at).assignment
            {
                let pair = (text[assignment.name].to_owned(), text[assignment.value].to_owned());
                if !found.contains(&pair) {
                    found.push(pair);
                }
            }
        }
        found
    }

    /// Line, name, value.
    const CASES: &[(&str, &str, &str)] = &[
        ("DB_PASSWORD=hunter2\n", "DB_PASSWORD", "hunter2"),
        ("export TOKEN='a b c'", "TOKEN", "a b c"),
        (r#"  "password": "p\"q","#, "password", r#"p\"q"#),
        ("spring.datasource.password: s3cr3t # local", "spring.datasource.password", "s3cr3t"),
        ("$config['db_password'] = 'x!y';", "db_password", "x!y"),
        ("users: [{user: svc, password: arvj} ]", "password", "arvj"),
        (r#"props.put("secretKey", "abc");"#, "secretKey", "abc"),
        (r#"client.setPassword("abc")"#, "client.setPassword", "abc"),
        ("<Password>abc</Password>", "Password", "abc"),
        (r#"<add key="x" password="abc"/>"#, "password", "abc"),
        ("mysql --password abc -u x", "password", "abc"),
        ("curl --api-token=abc https://x", "api-token", "abc"),
        (r#"Key: aws.String("abc")"#, "Key", "abc"),
        (r#"const password: string = "abc";"#, "password", "abc"),
        (r#"if (token == "abc")"#, "token", "abc"),
        (r#""{\"pass\":\"abc\",\"x\":1}""#, "pass", "abc"),
        ("https://x/?access_token=abc&y=1", "access_token", "abc"),
        ("password => 'abc',", "password", "abc"),
        ("nkey: &#39;abc&#39;,", "nkey", "abc"),
        ("ALTER USER x PASSWORD 'abc'", "PASSWORD", "abc"),
        ("machine h login u password abc", "password", "abc"),
        ("X-Auth-Token: abc\r\n", "X-Auth-Token", "abc"),
        ("secret = b'abc'", "secret", "abc"),
        ("LOOPIA_API_PASSWORD=abc \\", "LOOPIA_API_PASSWORD", "abc"),
        ("  db-password: fKZqg4==\n", "db-password", "fKZqg4=="),
        (r#"if [ "${password}" == "abc" ]"#, "password", "abc"),
    ];

    #[test]
    fn reads_every_way_to_write_it() {
        for (line, name, value) in CASES {
            let found = all(line);
            assert!(
                found.contains(&((*name).to_owned(), (*value).to_owned())),
                "{line:?} gave {found:?}"
            );
        }
    }

    #[test]
    fn needs_an_operator() {
        for line in ["the password of the user", "tokens", "password", "key::value", "secret\n= x"]
        {
            assert_eq!(all(line), [], "{line:?}");
        }
    }
}
