//! Regexes of Go in the syntax of ours. <https://github.com/google/re2/wiki/Syntax>
//!
//! Both are close. What differs: `\d`, `\w`, `\s` and `\b` know ASCII alone while `.` and classes match characters; a brace
//! that repeats nothing is a brace; `\Q…\E` quotes; `\<` is a `<`; in a class, `[`, `&&`, `--` and `~~` mean nothing special.

use std::fmt::Write as _;
use std::iter::Peekable;
use std::str::Chars;

use regex_automata::meta::Regex;

use super::super::pattern::{Alphabet, compile_over};
use super::super::rule_error::RuleProblem;

/// Compiles a regex of Go.
pub(super) fn compile(pattern: &str) -> Result<Regex, RuleProblem> {
    let compiled = compile_over(&translate(pattern), Alphabet::Unicode);
    compiled.map_err(|problem| match problem {
        // Where it lies is known in the translation alone.
        RuleProblem::Regex { detail, .. } => RuleProblem::Regex { detail, at: 0..pattern.len() },
        other => other,
    })
}

/// The same regex in our syntax; what is wrong in it stays wrong.
fn translate(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() + 16);
    let mut rest = pattern.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '\\' => escape(&mut rest, &mut out),
            '[' => class(&mut rest, &mut out),
            '{' if !is_repetition(rest.clone()) => out.push_str("\\{"),
            other => out.push(other),
        }
    }
    out
}

/// What follows a backslash outside of a class.
fn escape(rest: &mut Peekable<Chars>, out: &mut String) {
    match rest.next() {
        Some('d') => out.push_str("[0-9]"),
        Some('D') => out.push_str("[^0-9]"),
        Some('w') => out.push_str("[0-9A-Za-z_]"),
        Some('W') => out.push_str("[^0-9A-Za-z_]"),
        Some('s') => out.push_str(r"[\t\n\f\r ]"),
        Some('S') => out.push_str(r"[^\t\n\f\r ]"),
        Some('b') => out.push_str(r"(?-u:\b)"),
        Some('B') => out.push_str(r"(?-u:\B)"),
        Some('Q') => quoted(rest, out),
        Some(digit @ '0'..='7') => octal(digit, rest, out),
        Some(named @ ('p' | 'P' | 'x')) => braced(named, rest, out),
        Some(other) => literal_or_escape(other, out),
        None => out.push('\\'),
    }
}

/// Everything up to `\E` as it stands.
fn quoted(rest: &mut Peekable<Chars>, out: &mut String) {
    while let Some(character) = rest.next() {
        if character == '\\' && rest.peek() == Some(&'E') {
            rest.next();
            return;
        }
        literal(character, out);
    }
}

/// A character by its number: `\0`, `\12`, `\123`. There are no references to groups.
fn octal(first: char, rest: &mut Peekable<Chars>, out: &mut String) {
    let next = rest.peek().copied();
    if first != '0' && !next.is_some_and(|next| next.is_digit(8)) {
        out.push('\\');
        out.push(first);
        return;
    }
    let mut number = first.to_digit(8).unwrap_or(0);
    for _ in 0..2 {
        let Some(digit) = rest.peek().and_then(|next| next.to_digit(8)) else { break };
        number = number * 8 + digit;
        rest.next();
    }
    let _ = write!(out, "\\x{{{number:X}}}");
}

/// `\p{Greek}`, `\x{10FFFF}`: braces that repeat nothing.
fn braced(named: char, rest: &mut Peekable<Chars>, out: &mut String) {
    out.push('\\');
    out.push(named);
    if rest.peek() == Some(&'{') {
        for character in rest.by_ref() {
            out.push(character);
            if character == '}' {
                return;
            }
        }
    }
}

/// Letters keep their backslash, signs mean themselves.
fn literal_or_escape(character: char, out: &mut String) {
    if character.is_alphanumeric() {
        out.push('\\');
        out.push(character);
    } else {
        literal(character, out);
    }
}

/// A character that means itself, in a class and outside.
fn literal(character: char, out: &mut String) {
    if r"\.+*?()|[]{}^$#&-~".contains(character) {
        out.push('\\');
    }
    out.push(character);
}

/// Whether an open brace repeats what is before it: `{2}`, `{2,}`, `{2,5}`.
fn is_repetition(rest: Peekable<Chars>) -> bool {
    let inner: String = rest.take_while(|character| *character != '}').take(12).collect();
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match inner.split_once(',') {
        None => is_number(&inner),
        Some((least, most)) => is_number(least) && (most.is_empty() || is_number(most)),
    }
}

/// A class, behind its bracket.
fn class(rest: &mut Peekable<Chars>, out: &mut String) {
    out.push('[');
    if rest.next_if_eq(&'^').is_some() {
        out.push('^');
    }
    let mut is_first = true;
    // Whether what comes next may be the hyphen of a range: behind one character that ends none.
    let mut may_range = false;
    while let Some(character) = rest.next() {
        may_range = match character {
            ']' if !is_first => {
                out.push(']');
                return;
            }
            '-' if may_range && rest.peek().is_some_and(|next| *next != ']') => {
                out.push('-');
                if let Some(end) = rest.next() {
                    class_character(end, rest, out);
                }
                false
            }
            '[' if rest.peek() == Some(&':') => {
                posix(rest, out);
                false
            }
            other => class_character(other, rest, out),
        };
        is_first = false;
    }
}

/// What a class has, and whether it is one character.
fn class_character(character: char, rest: &mut Peekable<Chars>, out: &mut String) -> bool {
    if character != '\\' {
        literal(character, out);
        return true;
    }
    let is_set = rest.peek().is_some_and(|next| "dwsDWSQpP".contains(*next));
    class_escape(rest, out);
    !is_set
}

/// `[:alpha:]`, behind its first bracket; anything else that begins so is a bracket.
fn posix(rest: &mut Peekable<Chars>, out: &mut String) {
    let ahead: String = rest.clone().take(12).collect();
    match ahead.find(":]").filter(|at| *at > 0) {
        Some(end) => {
            out.push('[');
            out.extend(rest.by_ref().take(end + 2));
        }
        None => out.push_str("\\["),
    }
}

fn class_escape(rest: &mut Peekable<Chars>, out: &mut String) {
    match rest.next() {
        Some('d') => out.push_str("0-9"),
        Some('w') => out.push_str("0-9A-Za-z_"),
        Some('s') => out.push_str(r"\t\n\f\r "),
        Some('D') => out.push_str("[^0-9]"),
        Some('W') => out.push_str("[^0-9A-Za-z_]"),
        Some('S') => out.push_str(r"[^\t\n\f\r ]"),
        Some('Q') => quoted(rest, out),
        Some(digit @ '0'..='7') => octal(digit, rest, out),
        Some(named @ ('p' | 'P' | 'x')) => braced(named, rest, out),
        Some(other) => literal_or_escape(other, out),
        None => out.push('\\'),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        compile(pattern).unwrap().is_match(text.as_bytes())
    }

    #[test]
    fn what_is_the_same_stays_so() {
        for pattern in
            [r"a+b*?(?:c|d)[a-z0-9]{3,5}$", r"(?i)^x(?P<n>y)\z", r"(?s)\A.\x41\pL", "[[:alpha:]_]+"]
        {
            assert_eq!(translate(pattern), pattern);
            assert!(compile(pattern).is_ok(), "{pattern}");
        }
    }

    #[test]
    fn classes_of_ascii_and_characters_of_unicode() {
        assert!(!matches(r"^\w$", "ä") && !matches(r"^\d$", "٣") && !matches(r"^[\w]$", "ä"));
        assert!(matches("^.$", "ä") && matches("^[^a]{3}$", "äöü") && matches(r"^\W$", "ä"));
        assert!(matches(r"\bkey\b", "äkeyä"), "letters beyond ASCII end a word");
        assert!(matches(r"^\p{Greek}[\p{Greek}\x{e4}]\x{1F600}$", "αä\u{1f600}"));
        assert!(matches(r"^[\s]$", "\t") && !matches(r"^\s$", "\u{b}"));
    }

    #[test]
    fn braces_brackets_and_signs_mean_themselves() {
        assert!(!matches(r"\${[A-Z]+}", "$A"));
        assert!(matches(r"^\${[A-Z]+}$", "${ABC}") && matches(r"^a{,3}$", "a{,3}"));
        assert!(
            matches("^[[a]+$", "[a[") && matches("^[a&&b]+$", "a&b") && matches("^[~~a]+$", "~a")
        );
        assert!(matches("^[--/]+$", "-./") && matches("^[a-]+$", "a-") && matches("^[]a]+$", "]a"));
        assert!(matches(r"^[\w-]+$", "a-b") && matches(r"^[\w-.]+$", "a-b.c"));
        assert!(matches(r"^\<b\>\/\-\_\'$", "<b>/-_'"));
        assert!(matches(r"^\Qa.b\E.$", "a.bc") && !matches(r"^\Qa.b\E$", "axb"));
        assert!(matches(r"^\x41\101\0$", "AA\0") && matches(r"^[\101]$", "A"));
    }

    #[test]
    fn what_go_refuses_is_refused() {
        for pattern in [r"(?=a)", r"(a)\1", "(a", r"\y"] {
            assert!(matches!(compile(pattern), Err(RuleProblem::Regex { .. })), "{pattern}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_text_makes_it_panic(pattern in r"[\\\[\]{}():^$.|*+?a-z0-9&~QEdw -]{0,24}") {
            let _ = compile(&pattern);
        }
    }
}
