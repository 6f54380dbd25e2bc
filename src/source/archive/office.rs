//! Documents of word processors, tables and slides: parts of XML whose text is cut into runs. What a cut hides is put together
//! again; everything else stands in the XML. ECMA-376 and `OpenDocument`.

use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use memchr::{memchr, memchr2};

use super::{Label, member};
use crate::blob::Origin;
use crate::outcome::SkipReason;
use crate::source::out::Out;

/// Bytes of one paragraph that are kept to see whether it is cut.
const MAX_PARAGRAPH: usize = 1024 * 1024;
/// Bytes of all paragraphs of a part that are cut.
const MAX_CUT: usize = 16 * 1024 * 1024;
/// Bytes of a tag that are looked at.
const MAX_TAG: usize = 256;
/// Bytes of a reference to a character.
const MAX_ENTITY: usize = 12;

/// Whether a member of a zip is a part that holds text.
pub(super) fn is_part(path: &Path) -> bool {
    let Some(path) = path.to_str() else { return false };
    let Some((folder, name)) = path.rsplit_once('/') else {
        return matches!(path, "content.xml" | "styles.xml");
    };
    let is_xml = Path::new(name).extension().is_some_and(|extension| extension == "xml");
    let is_first = |first: &str| folder == first || folder.starts_with(&format!("{first}/"));
    is_xml && (["word", "xl", "ppt"].into_iter().any(is_first) || name == "content.xml")
}

/// Hands out a member of a zip; of one that is a part of a document, also what its markup cuts.
///
/// # Errors
///
/// When what it is read from broke.
pub(super) fn content(
    origin: &Arc<Origin>,
    reader: &mut dyn Read,
    size: usize,
    out: &mut Out,
) -> io::Result<()> {
    let Origin::Member { archive, path } = &**origin else {
        return out.content(Label::Own(origin), reader, size);
    };
    if !is_part(path) {
        return out.content(Label::Own(origin), reader, size);
    }
    let mut part = Tee { reader, runs: Runs::default() };
    let done = out.content(Label::Own(origin), &mut part, size);
    let mut runs = part.runs;
    runs.end_paragraph();
    if !runs.cut.is_empty() {
        let mut name = path.clone().into_os_string();
        name.push(" (text)");
        out.aside(&member(archive, name.into()), &runs.cut);
    }
    if runs.left_out > 0 {
        let detail = "more than 16 MiB of its text are cut into pieces; the rest was only scanned as it is written";
        out.skip(origin, SkipReason::Limit, detail);
    }
    done
}

/// Shows what is read.
struct Tee<'a> {
    reader: &'a mut dyn Read,
    runs: Runs,
}

impl Read for Tee<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(out)?;
        self.runs.see(out.get(..count).unwrap_or_default());
        Ok(count)
    }
}

/// Puts runs together and keeps the paragraphs that markup cuts within a word.
#[derive(Default)]
struct Runs {
    state: State,
    /// The tag or the reference that we are in.
    token: Vec<u8>,
    /// Whether the text between tags counts; in `OpenDocument` all of it does.
    counts: Counts,
    paragraph: Vec<u8>,
    /// Whether a tag came since the last text.
    is_run_end: bool,
    is_cut: bool,
    cut: Vec<u8>,
    /// Paragraphs that there was no room for.
    left_out: usize,
}

/// Which text counts.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Counts {
    #[default]
    Nothing,
    /// Of the run that we are in.
    Run,
    All,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum State {
    #[default]
    Text,
    Entity,
    Tag,
}

impl Runs {
    fn see(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while !rest.is_empty() {
            let end = match self.state {
                State::Text => memchr2(b'<', b'&', rest),
                State::Entity => memchr2(b';', b'<', rest),
                State::Tag => memchr(b'>', rest),
            };
            let (seen, behind) = rest.split_at(end.unwrap_or(rest.len()));
            match self.state {
                State::Text => self.text(seen),
                State::Entity => keep(&mut self.token, seen, MAX_ENTITY),
                State::Tag => keep(&mut self.token, seen, MAX_TAG),
            }
            let Some((sign, behind)) = behind.split_first() else { return };
            rest = behind;
            self.turn(*sign);
        }
    }

    /// Goes on behind the sign that ended a piece.
    fn turn(&mut self, sign: u8) {
        let token = std::mem::take(&mut self.token);
        match self.state {
            State::Tag => self.tag(&token),
            State::Entity => {
                let mut utf8 = [0; 4];
                if let Some(character) = character(&token) {
                    self.text(character.encode_utf8(&mut utf8).as_bytes());
                }
            }
            State::Text => {}
        }
        self.state = match sign {
            b'<' => State::Tag,
            b'&' => State::Entity,
            _ => State::Text,
        };
    }

    fn text(&mut self, text: &[u8]) {
        if text.is_empty() || self.counts == Counts::Nothing {
            return;
        }
        let touches = |byte: Option<&u8>| byte.is_some_and(|byte| !byte.is_ascii_whitespace());
        self.is_cut |= self.is_run_end && touches(self.paragraph.last()) && touches(text.first());
        self.is_run_end = false;
        self.paragraph.extend_from_slice(text);
        if self.paragraph.len() > MAX_PARAGRAPH {
            self.end_paragraph();
        }
    }

    fn tag(&mut self, tag: &[u8]) {
        self.is_run_end = true;
        let is_end = tag.first() == Some(&b'/');
        let is_empty = tag.last() == Some(&b'/');
        let name = tag.strip_prefix(b"/").unwrap_or(tag);
        let length = name.iter().position(|byte| matches!(byte, b' ' | b'/' | b'\n' | b'\r'));
        let name = name.get(..length.unwrap_or(name.len())).unwrap_or_default();
        let local = name.rsplit(|byte| *byte == b':').next().unwrap_or_default();
        match local {
            b"document-content" | b"document-styles" if !is_end => self.counts = Counts::All,
            b"t" | b"delText" | b"instrText" if self.counts != Counts::All => {
                let is_run = !is_end && !is_empty;
                self.counts = if is_run { Counts::Run } else { Counts::Nothing };
            }
            b"p" | b"h" | b"si" | b"is" | b"c" if is_end => self.end_paragraph(),
            b"tab" | b"ptab" => self.paragraph.push(b'\t'),
            b"br" | b"cr" | b"line-break" => self.paragraph.push(b'\n'),
            b"s" if name.starts_with(b"text:") => self.paragraph.push(b' '),
            b"noBreakHyphen" => self.paragraph.push(b'-'),
            _ => {}
        }
    }

    fn end_paragraph(&mut self) {
        if self.is_cut {
            if self.cut.len() + self.paragraph.len() < MAX_CUT {
                self.cut.append(&mut self.paragraph);
                self.cut.push(b'\n');
            } else {
                self.left_out += 1;
            }
        }
        self.paragraph.clear();
        (self.is_cut, self.is_run_end) = (false, false);
    }
}

fn keep(token: &mut Vec<u8>, seen: &[u8], most: usize) {
    let room = most.saturating_sub(token.len());
    token.extend_from_slice(seen.get(..seen.len().min(room)).unwrap_or_default());
}

/// The character that a reference means.
fn character(name: &[u8]) -> Option<char> {
    Some(match name {
        b"amp" => '&',
        b"lt" => '<',
        b"gt" => '>',
        b"quot" => '"',
        b"apos" => '\'',
        [b'#', b'x' | b'X', digits @ ..] => {
            let digits = std::str::from_utf8(digits).ok()?;
            char::from_u32(u32::from_str_radix(digits, 16).ok()?)?
        }
        [b'#', digits @ ..] => char::from_u32(std::str::from_utf8(digits).ok()?.parse().ok()?)?,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(part: &str, step: usize) -> String {
        let mut runs = Runs::default();
        for piece in part.as_bytes().chunks(step) {
            runs.see(piece);
        }
        runs.end_paragraph();
        String::from_utf8(runs.cut).unwrap_or_default()
    }

    #[test]
    fn runs_are_joined_where_a_word_is_cut() {
        for (part, expected) in [
            ("<w:p><w:r><w:t>ab</w:t></w:r> <w:r><w:t>cd&amp;&#65;</w:t></w:r></w:p>", "abcd&A\n"),
            ("<w:p><w:t>ab </w:t><w:t>cd</w:t></w:p><w:p><w:t>ef</w:t></w:p>", ""),
            ("<w:p><w:t>ab</w:t><w:tab/><w:t>cd</w:t></w:p>", ""),
            ("<w:p><w:t>a</w:t><w:br/><w:t>b</w:t><w:t>c</w:t></w:p>", "a\nbc\n"),
            ("<si><r><t>a</t></r><r><t xml:space=\"preserve\">b </t></r></si>", "ab \n"),
            ("<office:document-content><text:p>a<text:span>b</text:span></text:p>", "ab\n"),
            ("<w:t>a<", ""),
            ("", ""),
        ] {
            for step in [1, 3, 1000] {
                assert_eq!(cut(part, step), expected, "{part}");
            }
        }
    }

    #[test]
    fn parts_are_known() {
        for (path, expected) in [
            ("word/document.xml", true),
            ("xl/worksheets/sheet1.xml", true),
            ("Object 1/content.xml", true),
            ("content.xml", true),
            ("words/a.xml", false),
            ("pom.xml", false),
            ("word/a.png", false),
        ] {
            assert_eq!(is_part(Path::new(path)), expected, "{path}");
        }
    }
}
