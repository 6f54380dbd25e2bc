//! Strings between quotes of every kind, on one line or several.

use std::ops::Range;

use super::value::MAX_VALUE;
use super::window::trim;

/// Quotes, also those that are written within other strings; longer ones first.
const QUOTES: [&[u8]; 10] =
    [b"\"\"\"", b"'''", b"\\\"", b"\\'", b"&quot;", b"&#39;", b"&#34;", b"\"", b"'", b"`"];
/// The longest word that ends a heredoc.
const MAX_TAG: usize = 32;

/// A string with its quotes.
#[derive(Debug)]
pub(super) struct Quoted {
    /// What is between the quotes.
    pub(super) inside: Range<usize>,
    /// Where the closing quote ends.
    pub(super) end: usize,
}

impl Quoted {
    const fn new(inside: Range<usize>, quote: usize) -> Self {
        let end = inside.end + quote;
        Self { inside, end }
    }

    /// A block, whose first and last white space is not part of the value.
    fn trimmed(self, text: &[u8]) -> Self {
        Self { inside: trim(text, self.inside), end: self.end }
    }
}

/// The string that begins at `at` with a quote of any kind, after an optional prefix such as `b` or `@`.
pub(super) fn quoted(text: &[u8], at: usize) -> Option<Quoted> {
    let rest = text.get(at..)?;
    match rest.first()? {
        b'<' => return heredoc(text, at),
        b'%' | b'[' => return bracketed(text, at),
        b'r' | b'R' | b'b' | b'#' | b'$' | b'c' => {
            if let Some(range) = raw(text, at) {
                return Some(range);
            }
        }
        _ => {}
    }
    let prefix = match rest {
        [
            b'b' | b'B' | b'r' | b'R' | b'u' | b'U' | b'L' | b'f' | b'@' | b'$' | b'N' | b'E'
            | b'e' | b'c',
            b'"' | b'\'' | b'\\',
            ..,
        ] => 1,
        [b'b' | b'r' | b'$' | b'@', b'r' | b'b' | b'@' | b'$' | b'#', b'"' | b'\'', ..] => 2,
        _ => 0,
    };
    let rest = rest.get(prefix..)?;
    let quote = QUOTES.into_iter().find(|quote| rest.starts_with(quote))?;
    closed(text, at + prefix + quote.len(), quote)
}

/// Up to the quote that closes what begins at `start`.
fn closed(text: &[u8], start: usize, quote: &[u8]) -> Option<Quoted> {
    let rest = text.get(start..text.len().min(start + MAX_VALUE))?;
    let first = quote.first().copied()?;
    let is_block = quote.len() == 3 || first == b'`';
    let mut at = 0;
    loop {
        // Whatever is no quote, backslash or line end is part of the value.
        at += memchr::memchr3(first, b'\\', b'\n', rest.get(at..)?)?;
        match rest.get(at..)? {
            here if here.starts_with(quote) => {
                let string = Quoted::new(start..start + at, quote.len());
                return Some(if is_block { string.trimmed(text) } else { string });
            }
            // A backslash takes the next character along, unless the quote itself is written with one.
            [b'\\', next, ..] if *next != b'\n' && first != b'\\' => at += 2,
            [b'\\', b'\n', ..] if first != b'\\' => at += 2,
            [b'\n', ..] if is_block => at += 1,
            [b'\n', ..] if quote.len() == 1 => return over_lines(text, start, first),
            [b'\n', ..] => return None,
            _ => at += 1,
        }
    }
}

/// A string that goes on over lines as in dotenv, shell and SQL. In other languages the quote is a stray one, so nothing that
/// looks like the next assignment may stand in it, and nothing but a separator behind it.
fn over_lines(text: &[u8], start: usize, quote: u8) -> Option<Quoted> {
    let rest = text.get(start..text.len().min(start + MAX_VALUE))?;
    let end = memchr::memchr(quote, rest)?;
    let after = rest.get(end + 1..)?.iter().find(|byte| !matches!(byte, b' ' | b'\t'));
    let ends = after.is_none_or(|byte| b"\r\n,;)]}#".contains(byte));
    let value = rest.get(..end)?;
    let is_plain = value.split(|byte| *byte == b'\n').all(|line| {
        let line = line.trim_ascii();
        let name = line.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_');
        let name = name.count();
        let rest = line.get(name..).unwrap_or_default().trim_ascii_start();
        let is_assignment = name > 0
            && (matches!(rest, [b':', b' ', ..] | [b':'])
                || matches!(rest, [b'=', b' ' | b'"' | b'\'', ..]));
        line.len() <= 256 && !is_assignment && !line.ends_with(b"{")
    });
    let is_value = ends && is_plain && !value.trim_ascii().is_empty();
    is_value.then(|| Quoted::new(start..start + end, 1).trimmed(text))
}

/// Raw strings: `r#"…"#`, `R"x(…)x"`, `#"…"#`, `$tag$…$tag$`.
fn raw(text: &[u8], at: usize) -> Option<Quoted> {
    let rest = text.get(at..)?;
    if rest.starts_with(b"$") {
        let tag = rest.iter().skip(1).take(MAX_TAG).take_while(|byte| byte.is_ascii_alphanumeric());
        let fence = rest.get(..tag.count() + 2).filter(|fence| fence.ends_with(b"$"))?;
        return fenced(text, at + fence.len(), fence);
    }
    if rest.starts_with(b"R\"") {
        let tag = rest.get(2..)?;
        let tag = tag.get(..memchr::memchr(b'(', tag.get(..tag.len().min(17))?)?)?;
        return fenced(text, at + 3 + tag.len(), &[b")", tag, b"\""].concat());
    }
    let prefix = rest.iter().take(2).take_while(|byte| matches!(byte, b'r' | b'b' | b'c')).count();
    let hashes = rest.iter().skip(prefix).take(8).take_while(|byte| **byte == b'#').count();
    let fence = b"\"########".get(..=hashes)?;
    let opens = hashes > 0 && rest.get(prefix + hashes) == Some(&b'"');
    if opens { fenced(text, at + prefix + hashes + 1, fence) } else { None }
}

/// Up to a fence, over any number of lines.
fn fenced(text: &[u8], start: usize, fence: &[u8]) -> Option<Quoted> {
    let rest = text.get(start..text.len().min(start + MAX_VALUE))?;
    let end = memchr::memmem::find(rest, fence)?;
    Some(Quoted::new(start..start + end, fence.len()).trimmed(text))
}

/// `%q(…)`, `%w[…]` of Ruby and `[[…]]` of Lua.
fn bracketed(text: &[u8], at: usize) -> Option<Quoted> {
    let rest = text.get(at..)?;
    if rest.starts_with(b"[[") {
        return fenced(text, at + 2, b"]]");
    }
    let (start, open) = match rest {
        [b'%', b'q' | b'Q', open, ..] => (at + 3, *open),
        _ => return None,
    };
    let close = match open {
        b'(' => b')',
        b'[' => b']',
        b'{' => b'}',
        b'<' => b'>',
        b'|' | b'!' | b'/' => open,
        _ => return None,
    };
    let line = text.get(start..text.len().min(start + MAX_VALUE))?;
    let end = memchr::memchr2(close, b'\n', line)?;
    (line.get(end) == Some(&close)).then(|| Quoted::new(start..start + end, 1))
}

/// `<<EOF`, `<<-'EOF'`, `<<~EOF`, `<<<EOT`: the lines up to the one that has the word alone.
fn heredoc(text: &[u8], at: usize) -> Option<Quoted> {
    let rest = text.get(at..)?.strip_prefix(b"<<")?;
    let rest = rest.strip_prefix(b"<").unwrap_or(rest);
    let rest = rest.strip_prefix(b"-").or_else(|| rest.strip_prefix(b"~")).unwrap_or(rest);
    let rest = rest.trim_ascii_start();
    let rest = rest.strip_prefix(b"'").or_else(|| rest.strip_prefix(b"\"")).unwrap_or(rest);
    let is_tag = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_';
    let length = rest.iter().take(MAX_TAG).take_while(is_tag).count();
    let tag = rest.get(..length).filter(|tag| tag.iter().any(u8::is_ascii_uppercase))?;
    let first_line = memchr::memchr(b'\n', rest.get(..rest.len().min(MAX_TAG + 64))?)?;
    let start = text.len() - rest.len() + first_line + 1;
    let mut line_start = start;
    for line in text.get(start..text.len().min(start + MAX_VALUE))?.split(|byte| *byte == b'\n') {
        let end = line.trim_ascii().strip_prefix(tag);
        if end.is_some_and(|rest| !rest.iter().any(u8::is_ascii_alphanumeric)) {
            let string = Quoted::new(start..line_start, line.len()).trimmed(text);
            return (!string.inside.is_empty()).then_some(string);
        }
        line_start += line.len() + 1;
    }
    None
}
