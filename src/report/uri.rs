//! Origins as URIs: what SARIF calls an artifact.

use crate::blob::{Origin, path_bytes};
use crate::history::{At, GitPlace};

/// A relative reference with forward slashes, or a `file:` URI; every byte that is not plain is percent-encoded.
pub(super) fn uri(origin: &Origin) -> String {
    if let Origin::Git(GitPlace { at, .. }) = origin
        && origin.path().is_none()
    {
        return object_uri(at);
    }
    let bytes = match origin {
        Origin::Member { archive, path } => {
            return format!("{}!/{}", uri(archive), encoded(&path_bytes(path)));
        }
        Origin::Image(place) => return encoded(place.to_string().as_bytes()),
        _ => match origin.path() {
            Some(path) => path_bytes(path),
            None => return "stdin".into(),
        },
    };
    let scheme = if bytes.starts_with(b"/") { "file://" } else { "" };
    format!("{scheme}{}", encoded(&bytes))
}

/// Bytes as they stand in a path of a URI.
fn encoded(bytes: &[u8]) -> String {
    let mut uri = String::new();
    for byte in bytes {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(*byte));
            }
            byte => uri.extend(['%', hex_digit(byte >> 4), hex_digit(byte & 15)]),
        }
    }
    uri
}

/// What stands for content of a repository that has no path.
fn object_uri(at: &At) -> String {
    match at {
        At::Index | At::File => "repository".into(),
        At::Commit { blob: object, .. } | At::Object { object, .. } => format!("object/{object}"),
        At::CommitText { commit, .. } => format!("commit/{commit}"),
        At::TagText { tag } => format!("tag/{tag}"),
    }
}

fn hex_digit(nibble: u8) -> char {
    char::from_digit(nibble.into(), 16).unwrap_or('0').to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::sync::Arc;

    use super::*;

    #[test]
    fn uris_are_inert() {
        let of = |path: &str| uri(&Origin::File { path: PathBuf::from(path) });
        assert_eq!(of("a b/ü#?.txt"), "a%20b/%C3%BC%23%3F.txt");
        assert_eq!(of("/tmp/x"), "file:///tmp/x");
    }

    #[test]
    fn members_are_named_in_their_archives() {
        let archive = Arc::new(Origin::File { path: PathBuf::from("a b.zip") });
        let member = Origin::Member { archive, path: PathBuf::from("../c d") };
        assert_eq!(uri(&member), "a%20b.zip!/../c%20d");
    }
}
