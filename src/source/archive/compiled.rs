//! Compiled Python and Java: their bytes are scanned as they are. Strings stand side by side there with their lengths before
//! them, and a length or a type may pass for a letter of the string; such strings are shown once more, each in a line.
//! <https://docs.oracle.com/javase/specs/jvms/se21/html/jvms-4.html#jvms-4.4.7>,
//! <https://github.com/python/cpython/blob/main/Python/marshal.c>

use std::cell::RefCell;
use std::io::{self, Read};
use std::sync::Arc;

use super::member;
use super::tee::Tee;
use crate::blob::Origin;
use crate::source::out::Out;

/// Shorter strings hold no secret that is found without its name.
const MIN_STRING: usize = 8;
/// Bytes of strings that are handed out at once.
const MAX_STRINGS: usize = 1024 * 1024;
/// Types of Python whose length is one byte.
const SHORT: &[u8] = b"zZ";

/// Whether these bytes begin a module that Python compiled, or a class of Java.
pub(super) fn is_header(head: &[u8]) -> bool {
    match *head {
        // Programs of macOS begin alike, and have a small number where classes have their version.
        [0xca, 0xfe, 0xba, 0xbe, _, _, 0, version, ..] => version >= 45,
        [0x03, 0xf3, b'\r', b'\n', ..] => true,
        [_, 0x0c..=0x0e, b'\r', b'\n', flags, 0, 0, 0, ..] => flags <= 3,
        _ => false,
    }
}

/// Reads a module or a class.
///
/// # Errors
///
/// When what it is read from broke.
pub(super) fn read(origin: &Arc<Origin>, reader: &mut dyn Read, out: &mut Out) -> io::Result<()> {
    let seen = RefCell::new(Vec::new());
    let name = member(origin, "strings".into());
    let (mut left, mut strings) = (Vec::new(), Vec::new());
    let mut tee = Tee { reader, seen: &seen };
    let done = out.plain_with(origin, &mut tee, &mut |out| {
        left.append(&mut seen.take());
        let kept = take(&left, &mut strings);
        left.drain(..kept);
        if strings.len() > MAX_STRINGS {
            out.aside(&name, &std::mem::take(&mut strings));
        }
    });
    left.append(&mut seen.take());
    take(&left, &mut strings);
    if !strings.is_empty() {
        out.aside(&name, &strings);
    }
    done
}

/// Takes the strings of some bytes; how many of these are done with. What stands at the end may go on.
fn take(bytes: &[u8], strings: &mut Vec<u8>) -> usize {
    let is_printed = |byte: &u8| (b' '..=b'~').contains(byte);
    let mut at = 0;
    while let Some(start) = rest(bytes, at).iter().position(is_printed).map(|to| at + to) {
        let run = rest(bytes, start);
        let Some(length) = run.iter().position(|byte| !is_printed(byte)) else {
            // The length is before it.
            return start.saturating_sub(1);
        };
        let before = start.checked_sub(1).and_then(|at| bytes.get(at)).copied();
        chain(before, run.get(..length).unwrap_or_default(), strings);
        at = start + length;
    }
    bytes.len().saturating_sub(1)
}

fn rest(bytes: &[u8], from: usize) -> &[u8] {
    bytes.get(from..).unwrap_or_default()
}

/// Takes strings that follow one another without anything between them that is not printed.
fn chain(before: Option<u8>, run: &[u8], strings: &mut Vec<u8>) {
    let mut left = run;
    let mut length = before.filter(|byte| usize::from(*byte) <= run.len());
    loop {
        let (size, behind) = match (length.take(), left) {
            (Some(size), _) if size >= 8 => (size, left),
            (_, [kind, size, behind @ ..]) if SHORT.contains(kind) && fits(*size, behind) => {
                (*size, behind)
            }
            (_, [size, behind @ ..]) if fits(*size, behind) => (*size, behind),
            _ => return,
        };
        let Some((string, next)) = behind.split_at_checked(size.into()) else { return };
        let touches = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
        let is_touched = behind.len() < left.len() || touches(next.first());
        if string.len() >= MIN_STRING && is_touched {
            strings.extend_from_slice(string);
            strings.push(b'\n');
        }
        left = next;
    }
}

fn fits(size: u8, behind: &[u8]) -> bool {
    usize::from(size) <= behind.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strings(bytes: &[u8]) -> String {
        let mut strings = Vec::new();
        take(bytes, &mut strings);
        String::from_utf8_lossy(&strings).into_owned()
    }

    #[test]
    fn lengths_and_types_are_no_letters() {
        let long = "k".repeat(50);
        // A class: the length is `2`.
        assert_eq!(strings(format!("\x01\0{}{long}\x01\0", '2').as_bytes()), format!("{long}\n"));
        // Python: types with and without the flag of a reference, and strings in a row.
        let row = format!(")\x02z{}{long}z\x0canother text\0", '2');
        assert_eq!(strings(row.as_bytes()), format!("{long}\n"));
        let row = [&b"\xfa\x14"[..], &[b'q'; 20], b"N\0"].concat();
        assert_eq!(strings(&row), format!("{}\n", "q".repeat(20)));
        // Strings that nothing touches are found as they are.
        assert_eq!(strings(b"\xfa\x14qqqqqqqqqqqqqqqqqqqq\0"), "");
    }

    #[test]
    fn what_begins_alike_is_something_else() {
        assert!(is_header(b"\xca\xfe\xba\xbe\0\0\0\x34rest"));
        assert!(!is_header(b"\xca\xfe\xba\xbe\0\0\0\x02rest"));
        assert!(is_header(b"\xa7\x0d\r\n\0\0\0\0"));
        assert!(!is_header(b"ab\r\ncd\r\n"));
    }
}
