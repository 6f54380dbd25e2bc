//! Where in a git repository content lies, and what its history tells of it.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The name of a git object: its hash, 20 bytes of SHA-1 or 32 of SHA-256. `Display` is hex.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectName(Box<[u8]>);

impl ObjectName {
    /// The name with these bytes.
    pub fn new(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }

    /// The name that is written so, in hex; `None` for what is none.
    pub fn from_hex(hex: &str) -> Option<Self> {
        let digits = hex.as_bytes();
        let is_hex = matches!(digits.len(), 40 | 64) && digits.iter().all(u8::is_ascii_hexdigit);
        let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
        let bytes: Option<Vec<u8>> = digits.chunks(2).map(pair).collect();
        bytes.filter(|_| is_hex).map(|bytes| Self::new(&bytes))
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The first eight hex digits, as people write it.
    pub fn short(&self) -> String {
        self.to_string().chars().take(8).collect()
    }
}

impl fmt::Display for ObjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ObjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Content of a git repository.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GitPlace {
    /// The repository, where a scan sees several: the git directory of a submodule.
    pub repository: Option<Arc<Path>>,
    /// From the root of the repository; empty for what has no path.
    pub path: PathBuf,
    /// In what.
    pub at: At,
}

/// In what of a repository content lies.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum At {
    /// The index: what the next commit will hold.
    Index,
    /// A commit: the first that has this content.
    Commit {
        /// How many commits come before it: parents come before their children.
        order: u32,
        /// The commit.
        commit: ObjectName,
        /// The content.
        blob: ObjectName,
    },
    /// The text of a commit: its author, its message.
    CommitText {
        /// How many commits come before it.
        order: u32,
        /// The commit.
        commit: ObjectName,
    },
    /// The text of an annotated tag.
    TagText {
        /// The tag.
        tag: ObjectName,
    },
    /// An object by itself: unreachable, or not readable as what it should be.
    Object {
        /// The object.
        object: ObjectName,
        /// `blob`, `tree`, `commit`, `tag` or `object`.
        kind: &'static str,
    },
    /// Something else of the repository, such as a pack or a reference.
    File,
}

impl fmt::Display for GitPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = crate::blob::path_bytes(&self.path);
        if let Some(repository) = &self.repository {
            crate::blob::write_inert(f, &crate::blob::path_bytes(repository))?;
            f.write_str("@")?;
        }
        match &self.at {
            At::Index | At::File => {}
            At::Commit { commit, .. } => write!(f, "{}:", commit.short())?,
            At::CommitText { commit, .. } => write!(f, "{} (commit message)", commit.short())?,
            At::TagText { tag } => write!(f, "{} (tag message)", tag.short())?,
            At::Object { object, kind } => write!(f, "{} ({kind})", object.short())?,
        }
        if matches!(self.at, At::Object { .. }) && !path.is_empty() {
            f.write_str(" ")?;
        }
        crate::blob::write_inert(f, &path)
    }
}

/// What the history of a repository tells of a secret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// The first commit that has it; `None` when no commit does.
    pub first: Option<Moment>,
    /// The last commit that has it.
    pub last: Option<Moment>,
    /// Every path it was seen under, sorted; the first [`History::MAX_PATHS`].
    pub paths: Vec<PathBuf>,
    /// How many different contents hold it.
    pub versions: u64,
    /// Whether HEAD's files still have it.
    pub in_head: bool,
    /// The full names of the references from which a commit with it can be reached; the first [`History::MAX_REFS`].
    pub refs: Vec<String>,
    /// How many such references there are.
    pub ref_count: u64,
    /// Whether a remote-tracking reference is among them; `None` in a repository without any.
    pub on_remote: Option<bool>,
    /// Whether any reference leads to it.
    pub reachable: bool,
}

impl History {
    /// The most paths that are listed.
    pub const MAX_PATHS: usize = 100;
    /// The most references that are listed.
    pub const MAX_REFS: usize = 100;
}

/// A commit, as people know it. Texts are harmless to show and hold no secret that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The commit.
    pub commit: ObjectName,
    /// Name and address of the author.
    pub author: String,
    /// When it was written, in seconds since 1970.
    pub date: i64,
    /// The first line of its message.
    pub subject: String,
}
