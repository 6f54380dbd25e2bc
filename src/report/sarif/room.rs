//! How many results a log has room for: GitHub takes 10 MB of it, compressed.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Serialize;

use crate::report::json::pretty;

/// Bytes of a compressed log. GitHub refuses more than 10 MB; the rest is for what compressors differ by.
pub(super) const MAX_COMPRESSED: u64 = 9_500_000;

/// Counts bytes, and forgets them.
#[derive(Default)]
struct Counter(u64);

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// How many of some results, from the first, fit into a log of at most `most` compressed bytes beside `rest`.
///
/// # Errors
///
/// None that a writer to memory could have.
pub(super) fn fitting<T: Serialize>(
    rest: &impl Serialize,
    results: &[T],
    most: u64,
) -> io::Result<usize> {
    let mut plain = Counter::default();
    pretty(rest, &mut plain)?;
    results.iter().try_for_each(|result| pretty(result, &mut plain))?;
    // The blanks of the levels around are more bytes, and compress to nothing.
    if plain.0 <= most {
        return Ok(results.len());
    }
    let mut packed = GzEncoder::new(Counter::default(), Compression::default());
    pretty(rest, &mut packed)?;
    for (at, result) in results.iter().enumerate() {
        pretty(result, &mut packed)?;
        if packed.get_ref().0 > most {
            return Ok(at);
        }
    }
    packed.try_finish()?;
    Ok(if packed.get_ref().0 > most { results.len() - 1 } else { results.len() })
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn what_does_not_compress_is_cut() {
        let noise: Vec<String> =
            (0..3000_u32).map(|n| format!("{:x?}", Sha256::digest(n.to_le_bytes()))).collect();
        let most = 40_000;
        let kept = fitting(&"rest", &noise, most).unwrap();
        assert!(kept > 100 && kept < noise.len(), "{kept}");
        let mut packed = GzEncoder::new(Counter::default(), Compression::default());
        pretty(&noise[..kept].to_vec(), &mut packed).unwrap();
        packed.try_finish().unwrap();
        // What the encoder holds back is part of the reserve.
        assert!(packed.get_ref().0 < most + 100_000, "{}", packed.get_ref().0);
        let same = vec!["the same"; 100_000];
        assert_eq!(fitting(&"rest", &same, most).unwrap(), same.len());
    }
}
