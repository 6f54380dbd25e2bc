//! What a server writes beside status 401: how it wants to be convinced.

use ureq::Body;
use ureq::http::Response;
use ureq::http::header::WWW_AUTHENTICATE;

/// One way to be convinced.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Challenge {
    /// `basic` or `bearer`, in lower case, or another.
    pub(super) scheme: String,
    parameters: Vec<(String, String)>,
}

impl Challenge {
    /// The value of a parameter, by its name in lower case; the first counts.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// Every way that an answer names.
pub(super) fn challenges(response: &Response<Body>) -> Vec<Challenge> {
    let headers = response.headers().get_all(WWW_AUTHENTICATE).iter();
    headers.filter_map(|value| value.to_str().ok()).flat_map(parse).collect()
}

/// `Bearer realm="…",service="…", Basic realm="…"`. What cannot be read ends the list.
fn parse(header: &str) -> Vec<Challenge> {
    let mut found: Vec<Challenge> = Vec::new();
    let mut rest = header;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        let (word, after) = split_token(rest);
        if word.is_empty() {
            return found;
        }
        let word = word.to_ascii_lowercase();
        match (after.trim_start().strip_prefix('='), found.last_mut()) {
            (Some(value), Some(challenge)) => {
                let Some((value, after)) = split_value(value.trim_start()) else { return found };
                challenge.parameters.push((word, value));
                rest = after;
            }
            (Some(_), None) => return found,
            (None, _) => {
                found.push(Challenge { scheme: word, parameters: Vec::new() });
                rest = after;
            }
        }
    }
}

fn split_token(text: &str) -> (&str, &str) {
    let is_end =
        |c: char| !c.is_ascii_graphic() || matches!(c, ',' | '=' | '"' | '(' | ')' | ';' | '\\');
    text.split_at(text.find(is_end).unwrap_or(text.len()))
}

/// A word or a quoted text, and what follows; `None` when the quote is not closed.
fn split_value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([',', ' ', '\t']).unwrap_or(text.len());
        let (value, rest) = text.split_at(end);
        return Some((value.to_owned(), rest));
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((value, quoted.get(at + 1..)?)),
            '\\' => value.push(characters.next()?.1),
            _ => value.push(character),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `scheme key=value key=value`, one line each.
    fn read(header: &str) -> Vec<String> {
        let line = |challenge: Challenge| {
            let parameters = challenge.parameters.iter();
            parameters
                .fold(challenge.scheme, |line, (name, value)| format!("{line} {name}={value}"))
        };
        parse(header).into_iter().map(line).collect()
    }

    #[test]
    fn challenges_are_read() {
        let rows: [(&str, &[&str]); 9] = [
            (
                r#"Bearer realm="https://a.io/token",service="a.io",scope="repository:x:pull,push""#,
                &["bearer realm=https://a.io/token service=a.io scope=repository:x:pull,push"],
            ),
            (r"Basic realm=x", &["basic realm=x"]),
            (
                r#"BASIC Realm = "a \"b\"" , Bearer realm="c""#,
                &[r#"basic realm=a "b""#, "bearer realm=c"],
            ),
            ("Negotiate, Basic", &["negotiate", "basic"]),
            (r#"Bearer realm="open"#, &["bearer"]),
            (r#"Bearer realm="x\"#, &["bearer"]),
            ("=x", &[]),
            ("", &[]),
            ("\"\"", &[]),
        ];
        for (header, lines) in rows {
            assert_eq!(read(header), lines, "{header}");
        }
    }

    #[test]
    fn the_first_of_two_counts() {
        assert_eq!(parse("Bearer a=1,a=2")[0].get("a"), Some("1"));
    }
}
