//! The text of an element, part by part: characters, wildcards, variables and holes.

use super::glob::{Class, Glob};

/// One part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Char(char),
    /// `?`
    One,
    /// `*`
    Any,
    /// `${…}`: some text that is known when a request is made.
    Variable,
    /// Some text that is known when a template is deployed.
    Hole,
}

/// The signs round the name of a hole in a text: characters that Unicode gives no meaning to, ever.
pub(super) const HOLE: [char; 2] = ['\u{fdd0}', '\u{fdd1}'];

/// A text of which nothing is known, with what it is called in the template: `AWS::Region`, `var.name`.
pub(super) fn hole(name: &str) -> String {
    // What the name has of wildcards is none of the text's.
    format!("{}{}{}", HOLE[0], name.replace(['*', '?'], "…"), HOLE[1])
}

/// Whether a text is one hole and nothing else.
pub(super) fn is_hole(text: &str) -> bool {
    leading_hole(text).is_some_and(|(_, rest)| rest.is_empty())
}

/// Whether a text is the hole of that name and nothing else.
pub(super) fn is_hole_of(text: &str, name: &str) -> bool {
    leading_hole(text) == Some((name, ""))
}

/// Whether a text has a part that is known only when a template is deployed.
pub(super) fn has_hole(text: &str) -> bool {
    !text.is_ascii() && text.contains(HOLE[0])
}

/// The name of the hole that a text starts with, and what comes after it.
pub(super) fn leading_hole(text: &str) -> Option<(&str, &str)> {
    let inside = text.strip_prefix(HOLE[0])?;
    // A hole that is never closed is one to the end of the text.
    Some(inside.split_once(HOLE[1]).unwrap_or((inside, "")))
}

/// The names of the holes of a text.
pub(super) fn holes(text: &str) -> impl Iterator<Item = &str> {
    text.split(HOLE[0]).skip(1).filter_map(|after| after.split_once(HOLE[1])).map(|(name, _)| name)
}

/// The text as a person would write it: holes as `${name}`.
pub(super) fn shown(text: &str) -> String {
    text.replace(HOLE[0], "${").replace(HOLE[1], "}")
}

/// The parts of a text. `${*}`, `${?}` and `${$}` are the signs themselves.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>
pub(super) fn parts(text: &str) -> impl Iterator<Item = Part> + '_ {
    let mut rest = text;
    std::iter::from_fn(move || {
        let whole = rest;
        let mut chars = whole.chars();
        let first = chars.next()?;
        rest = chars.as_str();
        let special = match first {
            '*' => Some((Part::Any, rest)),
            '?' => Some((Part::One, rest)),
            '$' => variable(whole).map(|(name, after)| match name {
                "*" => (Part::Char('*'), after),
                "?" => (Part::Char('?'), after),
                "$" => (Part::Char('$'), after),
                _ => (Part::Variable, after),
            }),
            _ if first == HOLE[0] => leading_hole(whole).map(|(_, after)| (Part::Hole, after)),
            _ => None,
        };
        let (part, after) = special.unwrap_or((Part::Char(first), rest));
        rest = after;
        Some(part)
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
    parts(text).fold(Glob::with_room(text.len()), |glob, part| match (part, wildcards) {
        (Part::Char(character), _) => glob.once(Class::Char(character)),
        (Part::One, Wildcards::Plain) => glob.once(Class::Char('?')),
        (Part::Any, Wildcards::Plain) => glob.once(Class::Char('*')),
        (Part::One, Wildcards::Match) => glob.once(Class::ANY),
        (Part::Any, Wildcards::Match) | (Part::Variable | Part::Hole, _) => {
            glob.any_number(Class::ANY)
        }
    })
}

/// The most bytes between the braces of a variable: more than any name and default that AWS takes.
const MAX_VARIABLE: usize = 1024;

/// The name of the variable a text starts with, and what comes after it.
pub(super) fn variable(text: &str) -> Option<(&str, &str)> {
    let inside = text.strip_prefix("${")?;
    let near = inside.as_bytes().get(..inside.len().min(MAX_VARIABLE))?;
    let end = near.iter().position(|byte| *byte == b'}')?;
    Some((inside.get(..end)?, inside.get(end + 1..)?))
}

/// What stands in each `${…}` of a text.
pub(super) fn variables(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("${").filter_map(|(at, _)| variable(text.get(at..)?)).map(|(name, _)| name)
}

/// Whether a name in `${…}` is one that IAM fills in: `aws:username`, never `AWS::Region`.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>
pub(super) fn is_iam_variable(name: &str) -> bool {
    name.split_once(':').is_some_and(|(service, rest)| {
        !rest.starts_with(':')
            && !service.is_empty()
            && service.bytes().all(|byte| byte.is_ascii_lowercase() || b"-.".contains(&byte))
    })
}

/// Whether a text has a wildcard, a variable or a hole.
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
    shouted || has_hole(text) || text.contains(['$', '<', '>', '{', '}', '%', '@', '[', ']'])
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
        assert_eq!(
            of(&format!("a{}*", hole("AWS::Region"))),
            [Part::Char('a'), Part::Hole, Part::Any]
        );
        assert_eq!(shown(&format!("a{}*", hole("AWS::Region"))), "a${AWS::Region}*");
    }

    #[test]
    fn quadratic_texts_are_read_once() {
        assert_eq!(parts(&"${".repeat(50_000)).count(), 100_000);
    }
}
