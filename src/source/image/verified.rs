//! Content that is known by a digest: read, and measured against it on the way.

use std::fmt::Write as _;
use std::io::{self, Read};

use sha2::{Digest, Sha256, Sha512};

use crate::blob::inert;

/// How much of a digest is shown, in characters: `sha512:` and 128 digits.
const MAX_SHOWN: usize = 135;

/// What the digest is made by.
enum Hash {
    Sha256(Sha256),
    Sha512(Box<Sha512>),
    /// An algorithm that is not known here.
    Unknown,
}

impl Hash {
    fn of(digest: &str) -> Self {
        match digest.split_once(':') {
            Some(("sha256", _)) => Self::Sha256(Sha256::new()),
            Some(("sha512", _)) => Self::Sha512(Box::default()),
            _ => Self::Unknown,
        }
    }

    fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha256(hash) => hash.update(bytes),
            Self::Sha512(hash) => hash.update(bytes),
            Self::Unknown => {}
        }
    }

    /// The digest of everything; `None` when the algorithm is not known.
    fn finish(self) -> Option<String> {
        match self {
            Self::Sha256(hash) => Some(format!("sha256:{}", hex(&hash.finalize()))),
            Self::Sha512(hash) => Some(format!("sha512:{}", hex(&hash.finalize()))),
            Self::Unknown => None,
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Content on its way. What was read of it may still turn out to be something else: [`Self::finish`] tells.
pub struct Verified<R> {
    inner: R,
    digest: String,
    size: Option<u64>,
    hash: Hash,
    read: u64,
}

impl<R: Read> Verified<R> {
    /// Content that should have this digest (`sha256:…`, `sha512:…`) and as many bytes, where that is known.
    pub fn new(inner: R, digest: &str, size: Option<u64>) -> Self {
        Self { inner, digest: digest.to_owned(), size, hash: Hash::of(digest), read: 0 }
    }

    /// How many bytes were read so far.
    pub fn count(&self) -> u64 {
        self.read
    }

    /// Reads the rest and says in words what is wrong with the whole.
    ///
    /// # Errors
    ///
    /// When the rest cannot be read, when the digest or the size is another, and when the algorithm is not known.
    pub fn finish(mut self) -> Result<(), String> {
        io::copy(&mut self, &mut io::sink())
            .map_err(|error| inert(error.to_string().as_bytes()))?;
        if let Some(size) = self.size.filter(|size| *size != self.read) {
            return Err(format!("it has {} bytes instead of {size}", self.read));
        }
        let wanted = shown(&self.digest);
        match self.hash.finish() {
            None => Err(format!("`{wanted}` cannot be verified: only sha256 and sha512 can")),
            Some(found) if found != self.digest => {
                Err(format!("its digest is {found} instead of {wanted}"))
            }
            Some(_) => Ok(()),
        }
    }
}

/// A digest that may be anything, for a message.
fn shown(digest: &str) -> String {
    inert(digest.chars().take(MAX_SHOWN).collect::<String>().as_bytes())
}

/// Nothing is read far beyond the size: what has no end is an error.
impl<R: Read> Read for Verified<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(size) = self.size.filter(|size| self.read > *size) {
            let detail = format!("it has more than {size} bytes, which is all it should have");
            return Err(io::Error::new(io::ErrorKind::InvalidData, detail));
        }
        let count = self.inner.read(buffer)?;
        self.hash.update(buffer.get(..count).unwrap_or_default());
        self.read = self.read.saturating_add(count as u64);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ABC: &str = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    fn finish(content: &[u8], digest: &str, size: Option<u64>) -> Result<(), String> {
        Verified::new(content, digest, size).finish()
    }

    #[test]
    fn what_fits_passes() {
        assert_eq!(finish(b"abc", ABC, Some(3)), Ok(()));
        assert_eq!(finish(b"abc", ABC, None), Ok(()));
        let long = format!("sha512:{}", hex(&Sha512::digest(b"abc")));
        assert_eq!(finish(b"abc", &long, Some(3)), Ok(()));
    }

    #[test]
    fn the_rest_is_read_by_finish() {
        let mut content = Verified::new(&b"abc"[..], ABC, Some(3));
        let mut first = [0; 1];
        content.read_exact(&mut first).unwrap();
        assert_eq!((first, content.count()), (*b"a", 1));
        assert_eq!(content.finish(), Ok(()));
    }

    #[test]
    fn what_does_not_fit_is_told() {
        assert!(finish(b"abd", ABC, Some(3)).unwrap_err().starts_with("its digest is sha256:"));
        assert_eq!(finish(b"ab", ABC, Some(3)).unwrap_err(), "it has 2 bytes instead of 3");
        assert_eq!(finish(b"abc", ABC, Some(4)).unwrap_err(), "it has 3 bytes instead of 4");
        for digest in ["md5:900150983cd24fb0d6963f7d28e17f72", "", "sha256", "x\u{1b}:"] {
            let problem = finish(b"abc", digest, Some(3)).unwrap_err();
            assert!(problem.contains("cannot be verified") && !problem.contains('\u{1b}'));
        }
    }

    #[test]
    fn what_has_no_end_is_not_read_to_it() {
        let problem = Verified::new(io::repeat(0), ABC, Some(3)).finish().unwrap_err();
        assert_eq!(problem, "it has more than 3 bytes, which is all it should have");
    }
}
