//! Which characters the codes of a font are: its `ToUnicode` table. ISO 32000-2, section 9.10.3.

use std::collections::BTreeMap;

use super::token::{Lexer, Token};

/// The table of one font.
#[derive(Debug, Default)]
pub(super) struct CMap {
    /// Bytes of a code.
    width: usize,
    /// By the first code of a range: the last one, and what the first one is in UTF-16.
    ranges: BTreeMap<u32, (u32, Vec<u16>)>,
}

impl CMap {
    /// Reads a table, of so many entries at most.
    pub(super) fn read(content: &[u8], most: usize) -> Self {
        let mut map = Self::default();
        let mut texts: Vec<Vec<u8>> = Vec::new();
        let mut list: Option<usize> = None;
        let mut arity = 0;
        for token in Lexer::new(content) {
            match token {
                Token::Text(text) => texts.push(text.bytes),
                Token::Open => list = Some(texts.len()),
                Token::Close => {
                    let each = list.take().map(|at| texts.split_off(at)).unwrap_or_default();
                    let first = texts.first().map_or(0, |first| code(first));
                    for (code, text) in (first..).zip(each) {
                        map.insert(code, code, &text);
                    }
                    texts.clear();
                }
                Token::Word(word) => {
                    arity = match word {
                        b"beginbfchar" | b"begincodespacerange" => 2,
                        b"beginbfrange" => 3,
                        _ => 0,
                    };
                    texts.clear();
                }
                _ => {}
            }
            if list.is_none() && arity > 0 && texts.len() == arity {
                map.entry(&texts);
                texts.clear();
            }
            if map.ranges.len() >= most {
                break;
            }
        }
        map
    }

    /// Two codes and what the first is, or a code and what it is; or the first and the last of all codes.
    fn entry(&mut self, texts: &[Vec<u8>]) {
        match texts {
            [first, last, text] => self.insert(code(first), code(last), text),
            [first, text] if self.width > 0 => self.insert(code(first), code(first), text),
            [first, _] => self.width = first.len().clamp(1, 4),
            _ => {}
        }
    }

    fn insert(&mut self, first: u32, last: u32, text: &[u8]) {
        let units = text.as_chunks::<2>().0.iter().map(|unit| u16::from_be_bytes(*unit)).collect();
        self.ranges.insert(first, (last, units));
    }

    pub(super) fn len(&self) -> usize {
        self.ranges.len()
    }

    /// What a string says; `None` when it has codes that are not in the table.
    pub(super) fn decode(&self, bytes: &[u8]) -> Option<String> {
        let width = self.width.max(1);
        let mut units = Vec::with_capacity(bytes.len());
        for bytes in bytes.chunks(width) {
            let code = code(bytes);
            let (first, (last, text)) = self.ranges.range(..=code).next_back()?;
            let (end, before) = text.split_last()?;
            if code > *last {
                return None;
            }
            units.extend_from_slice(before);
            units.push(end.wrapping_add(u16::try_from(code - first).ok()?));
        }
        Some(String::from_utf16_lossy(&units))
    }
}

fn code(bytes: &[u8]) -> u32 {
    bytes.iter().take(4).fold(0, |sum, byte| sum << 8 | u32::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_read() {
        let table = b"/CIDInit /ProcSet findresource begin begincmap
            1 begincodespacerange <0000> <FFFF> endcodespacerange
            2 beginbfchar <0003> <0020> <0004> <00660069> endbfchar
            2 beginbfrange <0010> <0019> <0030> <0020> <0021> [<0041> <005A>] endbfrange endcmap";
        let map = CMap::read(table, 100);
        let decode = |bytes: &[u8]| map.decode(bytes);
        assert_eq!(decode(b"\0\x04\0\x03\0\x12\0\x21").as_deref(), Some("fi 2Z"));
        assert_eq!(decode(b"\0\x04\0\x05"), None);
        assert_eq!(CMap::read(table, 1).len(), 1);
        let narrow = b"1 begincodespacerange <00> <FF> endcodespacerange 1 beginbfrange <01> <03> <0061> endbfrange";
        assert_eq!(CMap::read(narrow, 9).decode(b"\x03\x01").as_deref(), Some("ca"));
    }
}
