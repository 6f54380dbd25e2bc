//! A piece of content and where it came from: what the sources hand out and both halves read.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::history::GitPlace;
use crate::image::ImagePlace;
use crate::location::{Locator, Position, Width};

/// Where content came from. `Display` is safe for a terminal: control characters are escaped.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// A file, by the path it was found under.
    File {
        /// Relative to the working directory where possible.
        path: PathBuf,
    },
    /// Standard input.
    Stdin,
    /// Content of a git repository.
    Git(GitPlace),
    /// A layer or a text of a container image.
    Image(ImagePlace),
    /// What is in an archive, a compressed file or a layer.
    Member {
        /// The archive.
        archive: Arc<Origin>,
        /// The name in it, as it is written there.
        path: PathBuf,
    },
}

impl Origin {
    /// The path, where the content has one: in a repository, from its root; in an archive, as it is named there.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::File { path } | Self::Member { path, .. } => Some(path),
            Self::Git(place) if place.path.as_os_str().is_empty() => None,
            Self::Git(place) => Some(&place.path),
            Self::Stdin | Self::Image(_) => None,
        }
    }

    /// What holds the archives that it is in: a file, an object of a repository, a layer; else itself.
    pub fn outermost(&self) -> &Self {
        let mut origin = self;
        while let Self::Member { archive, .. } = origin {
            origin = archive;
        }
        origin
    }

    /// This origin, in another file or object than its own.
    #[must_use]
    pub fn moved_to(&self, outermost: Self) -> Self {
        match self {
            Self::Member { archive, path } => {
                Self::Member { archive: Arc::new(archive.moved_to(outermost)), path: path.clone() }
            }
            _ => outermost,
        }
    }

    /// The path, which no other content has: that of the archive, `!` and `/` before that in it. What is in an archive has a
    /// name that its author chose, and must not pass for a file beside the archive.
    pub fn full_path(&self) -> Option<Cow<'_, Path>> {
        match self {
            Self::Member { archive, path } => {
                let archive = match archive.full_path() {
                    Some(archive) => archive.into_owned(),
                    None => PathBuf::from(archive.to_string()),
                };
                let mut full = archive.into_os_string();
                full.push("!/");
                full.push(path);
                Some(Cow::Owned(full.into()))
            }
            _ => self.path().map(Cow::Borrowed),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path } => write_inert(f, &path_bytes(path)),
            Self::Stdin => f.write_str("<stdin>"),
            Self::Git(place) => place.fmt(f),
            Self::Image(place) => place.fmt(f),
            Self::Member { archive, path } => {
                archive.fmt(f)?;
                f.write_str("!/")?;
                write_inert(f, &path_bytes(path))
            }
        }
    }
}

/// The bytes of a path: exact on Unix, UTF-8 (lossy) elsewhere.
#[cfg(unix)]
pub fn path_bytes(path: &Path) -> Cow<'_, [u8]> {
    use std::os::unix::ffi::OsStrExt;
    Cow::Borrowed(path.as_os_str().as_bytes())
}

/// The bytes of a path: exact on Unix, UTF-8 (lossy) elsewhere.
#[cfg(not(unix))]
pub fn path_bytes(path: &Path) -> Cow<'_, [u8]> {
    Cow::Owned(path.to_string_lossy().replace('\\', "/").into_bytes())
}

/// The path that bytes are: exact on Unix, UTF-8 (lossy) elsewhere.
#[cfg(unix)]
pub fn bytes_path(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    std::ffi::OsStr::from_bytes(bytes).into()
}

/// The path that bytes are: exact on Unix, UTF-8 (lossy) elsewhere.
#[cfg(not(unix))]
pub fn bytes_path(bytes: &[u8]) -> PathBuf {
    String::from_utf8_lossy(bytes).into_owned().into()
}

/// Writes bytes so that no terminal, log or markup can take them for a command: control and
/// direction-changing characters become `\u{..}`, invalid bytes `\x..`.
pub fn write_inert(out: &mut impl fmt::Write, bytes: &[u8]) -> fmt::Result {
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '\t' => out.write_char(character)?,
                _ if is_inert(character) => out.write_char(character)?,
                _ => write!(out, "{}", character.escape_unicode())?,
            }
        }
        for byte in chunk.invalid() {
            write!(out, "\\x{byte:02x}")?;
        }
    }
    Ok(())
}

/// [`write_inert`] to a string of its own.
pub fn inert(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    let _ = write_inert(&mut text, bytes);
    text
}

/// False for control characters, line separators, and the invisible marks that reorder or hide text.
pub fn is_inert(character: char) -> bool {
    !(character.is_control()
        || matches!(character, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{feff}')
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(character, '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'))
}

/// Whether content reads as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// Text in an ASCII-compatible encoding, or transcoded to UTF-8.
    Text,
    /// Anything else: searched with provider rules only.
    Binary,
}

/// Text as the analysers see it, and how to get back to the input's own bytes.
#[derive(Debug)]
pub struct Blob<'a> {
    /// Where it came from.
    pub name: Name<'a>,
    /// The bytes, transcoded to UTF-8 when the input was UTF-16 or UTF-32.
    pub text: &'a [u8],
    /// Text or binary.
    pub content: Content,
    /// What one character of `text` took in the input.
    pub width: Width,
    /// The position of `text[0]` in the input.
    pub start: Position,
    /// Where a match must start to be this blob's: chunks overlap, and each start belongs to one of them.
    pub owns: Range<usize>,
    /// Whether this is the whole input, not a chunk of it.
    pub is_whole: bool,
    /// What it has in common with a blob that was shown before.
    pub made: Option<Made<'a>>,
}

/// Where a blob came from. Most contents of a history hold nothing, so what they are called is worked out when it is asked for.
#[derive(Clone, Copy, Debug)]
pub enum Name<'a> {
    /// It is known.
    Known(&'a Arc<Origin>),
    /// It is worked out once.
    Later(&'a Later<'a>),
}

impl<'a> Name<'a> {
    /// The origin.
    pub fn origin(self) -> &'a Arc<Origin> {
        match self {
            Self::Known(origin) => origin,
            Self::Later(later) => later.known.get_or_init(|| Arc::new((later.make)())),
        }
    }
}

/// An origin that is worked out when it is asked for.
pub struct Later<'a> {
    known: OnceCell<Arc<Origin>>,
    make: &'a dyn Fn() -> Origin,
}

impl<'a> Later<'a> {
    /// An origin that `make` works out.
    pub fn new(make: &'a dyn Fn() -> Origin) -> Self {
        Self { known: OnceCell::new(), make }
    }
}

impl fmt::Debug for Later<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.known.fmt(f)
    }
}

/// How a text came about, where much of it was shown to the same thread before.
#[derive(Clone, Copy, Debug)]
pub struct Made<'a> {
    /// What it is known by while its input is read.
    pub number: u32,
    /// Whether others are made of it.
    pub is_base: bool,
    /// What it is made of.
    pub base: Option<Base<'a>>,
}

/// What a text is made of.
#[derive(Clone, Copy, Debug)]
pub struct Base<'a> {
    /// What that is known by.
    pub number: u32,
    /// What the text has of it, in the order of the text.
    pub copied: &'a [Copied],
    /// Whether nothing else is made of it any more.
    pub is_last: bool,
}

/// Bytes that a text has of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copied {
    /// Where they go to.
    pub to: u32,
    /// Where they come from.
    pub from: u32,
    /// How many.
    pub len: u32,
}

impl<'a> Blob<'a> {
    /// A blob that is a whole input, byte for byte.
    pub fn whole(origin: &'a Arc<Origin>, text: &'a [u8], content: Content) -> Self {
        Self::named(Name::Known(origin), text, content)
    }

    /// [`Self::whole`], whose name may not be worked out yet.
    pub fn named(name: Name<'a>, text: &'a [u8], content: Content) -> Self {
        let owns = 0..text.len();
        Self {
            name,
            text,
            content,
            width: Width::Bytes,
            start: Position::START,
            owns,
            is_whole: true,
            made: None,
        }
    }

    /// Where it came from.
    pub fn origin(&self) -> &'a Arc<Origin> {
        self.name.origin()
    }

    /// Finds lines and columns in this blob.
    pub fn locator(&self) -> Locator<'a> {
        Locator::new(self.text, self.width, self.start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_command_a_terminal() {
        let origin = Origin::File { path: PathBuf::from("a\u{1b}]52;c;x\u{7}\n\u{202e}gpj.exe") };
        assert_eq!(origin.to_string(), "a\\u{1b}]52;c;x\\u{7}\\u{a}\\u{202e}gpj.exe");
    }

    #[cfg(unix)]
    #[test]
    fn names_that_are_not_utf8_stay_readable() {
        use std::os::unix::ffi::OsStrExt;
        let path = PathBuf::from(std::ffi::OsStr::from_bytes(b"caf\xe9.txt"));
        assert_eq!(Origin::File { path }.to_string(), "caf\\xe9.txt");
    }
}
