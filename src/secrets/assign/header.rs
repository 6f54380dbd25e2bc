//! Headers of requests: cookies, whose parts have names of their own.

use std::ops::Range;

use super::name_length;
use super::value::Value;
use super::window::Window;

/// How much of a header is read.
const MAX_HEADER: usize = 2000;
/// The most cookies of one.
const MAX_COOKIES: usize = 24;
/// What the names of cookies have that let somebody in.
const SESSIONS: [&[u8]; 7] = [b"sess", b"sid", b"token", b"auth", b"jwt", b"remember", b"login"];

/// A cookie that stands for a login.
pub(super) struct Cookie {
    pub(super) name: Range<usize>,
    pub(super) value: Value,
}

/// The cookies in the header whose name ends at `at`: `Cookie: a=…; b=…`.
pub(super) fn cookies(window: &Window, at: usize) -> Vec<Cookie> {
    let mut found = Vec::new();
    let limit = window.line_end(at).min(at + MAX_HEADER);
    let opening = window.get(at..limit).iter().take(12);
    let opening = opening.take_while(|byte| b"\"':,=[]( \\".contains(byte)).count();
    let mut at = at + opening;
    if opening == 0 {
        return found;
    }
    for _ in 0..MAX_COOKIES {
        let name = at..at + name_length(window.after(at));
        if name.is_empty() || window.byte(name.end) != Some(b'=') {
            break;
        }
        let rest = window.get(name.end + 1..limit);
        let ends = |byte: &u8| byte.is_ascii_whitespace() || b"\"'`;\\,<>".contains(byte);
        let length = rest.iter().position(ends).unwrap_or(rest.len());
        let value = Value::bare(name.end + 1..name.end + 1 + length);
        let lower = window.get(name.clone()).to_ascii_lowercase();
        if SESSIONS.iter().any(|word| memchr::memmem::find(&lower, word).is_some()) {
            found.extend(value.checked(window).map(|value| Cookie { name: name.clone(), value }));
        }
        if rest.get(length) != Some(&b';') {
            break;
        }
        at = window.skip_blanks(name.end + length + 2);
    }
    found
}
