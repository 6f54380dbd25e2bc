//! Regexes of rules: compiled over bytes, in linear time and bounded space.

use regex_automata::meta::{BuildError, Regex};
use regex_automata::util::syntax;

use super::rule_error::RuleProblem;

/// The longest regex taken from a user, in bytes.
pub(super) const MAX_PATTERN: usize = 8 * 1024;
/// What a compiled regex may take, in bytes.
const MAX_COMPILED: usize = 4 << 20;

/// Which characters classes know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alphabet {
    /// Bytes: the tables of Unicode cost more than all the rest of the start-up.
    Bytes,
    /// Characters of Unicode.
    Unicode,
}

/// Compiles a pattern: over bytes, or with Unicode when it cannot do without.
pub(super) fn compile(pattern: &str) -> Result<Regex, RuleProblem> {
    let plain = compile_over(pattern, Alphabet::Bytes);
    match &plain {
        Err(RuleProblem::Regex { .. }) => compile_over(pattern, Alphabet::Unicode).or(plain),
        _ => plain,
    }
}

pub(super) fn compile_over(pattern: &str, alphabet: Alphabet) -> Result<Regex, RuleProblem> {
    if pattern.len() > MAX_PATTERN {
        return Err(RuleProblem::PatternTooLong { length: pattern.len() });
    }
    let unicode = alphabet == Alphabet::Unicode;
    Regex::builder()
        .syntax(syntax::Config::new().unicode(unicode).utf8(false).nest_limit(50))
        .configure(
            Regex::config()
                .utf8_empty(false)
                .nfa_size_limit(Some(MAX_COMPILED))
                .onepass_size_limit(Some(1 << 20)),
        )
        .build(pattern)
        .map_err(|error| problem(&error))
}

/// Whether a regex is one group from its first byte to its last.
pub(super) fn is_one_group(pattern: &str) -> bool {
    let (mut depth, mut in_class, mut escaped) = (0_usize, false, false);
    for (at, byte) in pattern.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'[' => in_class = true,
            b']' => in_class = false,
            b'(' if !in_class => depth += 1,
            b')' if !in_class => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return at + 1 == pattern.len()
                && pattern.starts_with('(')
                && !pattern.starts_with("(?");
        }
    }
    false
}

/// What the parser or the compiler does not like, and at which bytes of the pattern.
fn problem(error: &BuildError) -> RuleProblem {
    let at = match error.syntax_error() {
        Some(regex_syntax::Error::Parse(error)) => Some(*error.span()),
        Some(regex_syntax::Error::Translate(error)) => Some(*error.span()),
        _ => None,
    };
    let Some(at) = at else {
        return RuleProblem::PatternTooLarge { limit: MAX_COMPILED };
    };
    let detail = error.syntax_error().map(ToString::to_string).unwrap_or_default();
    // The parser draws the pattern over several lines; the last one says what is wrong.
    let detail = detail.lines().last().unwrap_or_default().trim_start_matches("error: ").into();
    RuleProblem::Regex { detail, at: at.start.offset..at.end.offset }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unicode_where_it_is_asked_for() {
        let matches =
            |pattern: &str, text: &str| compile(pattern).unwrap().is_match(text.as_bytes());
        assert!(matches(r"^\p{L}{3}$", "äöü") && matches("^[äöü]{3}$", "äöü"));
        assert!(!matches(r"^\w{3}$", "äöü"), "without need, classes are ASCII");
    }

    #[test]
    fn what_blows_up_is_refused() {
        let nested = "(a{1000}){1000}";
        assert!(matches!(compile(nested), Err(RuleProblem::PatternTooLarge { .. })));
        let long = "a".repeat(MAX_PATTERN + 1);
        assert!(matches!(compile(&long), Err(RuleProblem::PatternTooLong { .. })));
        let Err(RuleProblem::Regex { at, .. }) = compile("ab(c") else { panic!("unclosed") };
        assert_eq!(at.start, 2);
    }
}
