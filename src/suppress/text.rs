//! Files that decisions are read from: whole, and not without end.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// The text of a regular file of at most `most` bytes; `None` for a larger one.
///
/// # Errors
///
/// What is wrong, in words: it cannot be read, or is no UTF-8.
pub(super) fn load(path: &Path, most: u64) -> Result<Option<String>, String> {
    let mut bytes = Vec::new();
    let file = File::open(path).and_then(|file| {
        // A pipe that nobody writes to would never end.
        let is_file = file.metadata()?.is_file();
        is_file.then_some(file).ok_or_else(|| io::Error::other("it is no regular file"))
    });
    let read_to_end = |file: File| file.take(most + 1).read_to_end(&mut bytes);
    file.and_then(read_to_end).map_err(|error| error.to_string())?;
    if bytes.len() as u64 > most {
        return Ok(None);
    }
    let text = String::from_utf8(bytes);
    text.map(Some)
        .map_err(|error| format!("byte {} is not UTF-8", error.utf8_error().valid_up_to()))
}
