//! The text of an element, part by part: characters, wildcards and variables.

use super::glob::{Class, Glob};

/// One part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Char(char),
    /// `?`
    One,
    /// `*`
    Any,
    /// `${…}`: some text that is known when a request is made, or when a template has been filled in.
    Variable,
}

/// The parts of a text. `${*}`, `${?}` and `${$}` are the signs themselves.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>
pub(super) fn parts(text: &str) -> impl Iterator<Item = Part> + '_ {
    let mut rest = text;
    std::iter::from_fn(move || {
        if let Some((name, after)) = variable(rest) {
            rest = after;
            return Some(match name {
                "*" => Part::Char('*'),
                "?" => Part::Char('?'),
                "$" => Part::Char('$'),
                _ => Part::Variable,
            });
        }
        let mut chars = rest.chars();
        let first = chars.next()?;
        rest = chars.as_str();
        Some(match first {
            '*' => Part::Any,
            '?' => Part::One,
            other => Part::Char(other),
        })
    })
}

/// Whether `*` and `?` stand for other characters, which depends on the operator they are compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wildcards {
    /// They do.
    Match,
    /// They are characters like others.
    Plain,
}

/// Every string that a text may stand for; a variable may be anything.
pub(super) fn strings(text: &str, wildcards: Wildcards) -> Glob {
    parts(text).fold(Glob::default(), |glob, part| match (part, wildcards) {
        (Part::Char(character), _) => glob.once(Class::Char(character)),
        (Part::One, Wildcards::Plain) => glob.once(Class::Char('?')),
        (Part::Any, Wildcards::Plain) => glob.once(Class::Char('*')),
        (Part::One, Wildcards::Match) => glob.once(Class::ANY),
        (Part::Any, Wildcards::Match) | (Part::Variable, _) => glob.any_number(Class::ANY),
    })
}

/// The most bytes between the braces of a variable: more than any name and default that AWS takes.
const MAX_VARIABLE: usize = 1024;

/// The name of the variable a text starts with, and what comes after it.
fn variable(text: &str) -> Option<(&str, &str)> {
    let inside = text.strip_prefix("${")?;
    let near = inside.as_bytes().get(..inside.len().min(MAX_VARIABLE))?;
    let end = near.iter().position(|byte| *byte == b'}')?;
    Some((inside.get(..end)?, inside.get(end + 1..)?))
}

/// Whether a text has a wildcard or a variable.
pub(super) fn is_pattern(text: &str) -> bool {
    parts(text).any(|part| !matches!(part, Part::Char(_)))
}

/// Whether a text holds a place that a person or a program has yet to fill in: `${Name}`, `<account>`, `{{ x }}`,
/// `ACCOUNT_ID`.
pub(super) fn is_placeholder(text: &str) -> bool {
    let is_name =
        |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || b"_-".contains(&byte);
    let shouted = text.len() > 2
        && text.bytes().all(is_name)
        && text.bytes().any(|byte| byte.is_ascii_uppercase());
    shouted || text.contains(['$', '<', '>', '{', '}', '%', '@', '[', ']'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_one_part() {
        let of = |text| parts(text).collect::<Vec<_>>();
        assert_eq!(of("a*?"), [Part::Char('a'), Part::Any, Part::One]);
        assert_eq!(of("${aws:username}/${*}"), [Part::Variable, Part::Char('/'), Part::Char('*')]);
        assert_eq!(of("${open"), "${open".chars().map(Part::Char).collect::<Vec<_>>());
    }

    #[test]
    fn quadratic_texts_are_read_once() {
        assert_eq!(parts(&"${".repeat(50_000)).count(), 100_000);
    }
}
