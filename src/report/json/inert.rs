//! JSON that can be looked at: what could command a terminal or reorder its text stands as `\u....`, which says the same.

use std::io;

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter, Serializer};

use crate::blob::is_inert;

/// Writes a value over several lines, without the end of the last one.
pub(in crate::report) fn pretty(value: &impl Serialize, out: &mut dyn io::Write) -> io::Result<()> {
    let formatter = Inert(PrettyFormatter::new());
    Ok(value.serialize(&mut Serializer::with_formatter(out, formatter))?)
}

/// Writes a value on one line, without its end.
pub(in crate::report) fn compact(
    value: &impl Serialize,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    Ok(value.serialize(&mut Serializer::with_formatter(out, Inert(CompactFormatter)))?)
}

/// Another formatter, but for strings.
struct Inert<F>(F);

macro_rules! like_the_other {
    ($($name:ident($($argument:ident: $type:ty),*)),+ $(,)?) => {
        $(fn $name<W: ?Sized + io::Write>(&mut self, out: &mut W $(, $argument: $type)*) -> io::Result<()> {
            self.0.$name(out $(, $argument)*)
        })+
    };
}

impl<F: Formatter> Formatter for Inert<F> {
    like_the_other!(
        begin_array(),
        end_array(),
        begin_array_value(first: bool),
        end_array_value(),
        begin_object(),
        end_object(),
        begin_object_key(first: bool),
        end_object_key(),
        begin_object_value(),
        end_object_value(),
    );

    fn write_string_fragment<W>(&mut self, out: &mut W, fragment: &str) -> io::Result<()>
    where
        W: ?Sized + io::Write,
    {
        escaped(fragment, is_inert, out)
    }
}

/// Writes a part of a string, with `\u....` for the characters that are not plain.
pub(in crate::report) fn escaped<W>(
    fragment: &str,
    is_plain: impl Fn(char) -> bool,
    out: &mut W,
) -> io::Result<()>
where
    W: ?Sized + io::Write,
{
    let mut written = 0;
    for (at, character) in fragment.char_indices().filter(|(_, character)| !is_plain(*character)) {
        out.write_all(fragment.get(written..at).unwrap_or_default().as_bytes())?;
        written = at + character.len_utf8();
        for unit in character.encode_utf16(&mut [0; 2]) {
            write!(out, "\\u{unit:04x}")?;
        }
    }
    out.write_all(fragment.get(written..).unwrap_or_default().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_read_back_and_command_nothing() {
        let text = "\u{1b}[31m\u{202e}\u{9b}\u{e0041} \"ü\" \\ 💡\n";
        let mut out = Vec::new();
        compact(&[text], &mut out).unwrap();
        let json = String::from_utf8(out).unwrap();
        assert!(json.chars().all(is_inert), "{json}");
        assert_eq!(serde_json::from_str::<[String; 1]>(&json).unwrap(), [text]);
    }
}
