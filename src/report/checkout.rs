//! Where a place is for whoever has the files and nothing else: what reviews of code can point at.

use crate::blob::{Origin, is_inert, path_bytes};
use crate::history::{At, GitPlace};

/// A file of a checkout.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct InCheckout {
    /// Relative, with forward slashes.
    pub path: String,
    /// Whether the place is in the file itself, and not in an archive that the file is.
    pub is_exact: bool,
}

/// The file of the checkout that a place is in. What is in a history, in an image, outside of the working directory or on
/// standard input is in none; nor is what has a name that is no text or not all to be seen, which no review can name.
pub(super) fn file(origin: &Origin) -> Option<InCheckout> {
    let outermost = origin.outermost();
    let (Origin::File { path } | Origin::Git(GitPlace { repository: None, path, at: At::Index })) =
        outermost
    else {
        return None;
    };
    let bytes = path_bytes(path);
    let path = std::str::from_utf8(&bytes).ok()?;
    let is_below = !path.starts_with('/') && !path.split('/').any(|part| part == "..");
    let path = path.strip_prefix("./").unwrap_or(path);
    let is_exact = std::ptr::eq(outermost, origin);
    let is_plain = !path.is_empty() && path.chars().all(is_inert);
    (is_below && is_plain).then(|| InCheckout { path: path.into(), is_exact })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn of(path: &str) -> Option<String> {
        file(&Origin::File { path: path.into() }).map(|file| file.path)
    }

    #[test]
    fn only_files_of_the_checkout_are_named() {
        assert_eq!(of("app/a b.py"), Some("app/a b.py".into()));
        assert_eq!(of("./a"), Some("a".into()));
        for elsewhere in ["/etc/passwd", "../a", "a/../../b", "a\u{202e}b", ""] {
            assert_eq!(of(elsewhere), None, "{elsewhere}");
        }
        assert_eq!(file(&Origin::Stdin), None);
        let archive = Arc::new(Origin::File { path: "a.zip".into() });
        let member = Origin::Member { archive, path: "b".into() };
        assert_eq!(file(&member), Some(InCheckout { path: "a.zip".into(), is_exact: false }));
    }
}
