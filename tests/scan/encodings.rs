//! A token is found in every encoding, and its place is that in the file as it lies on disk.

use crate::folder::{Folder, RULE, Start, TOKEN};

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

fn utf32(text: &str, bytes: fn(u32) -> [u8; 4]) -> Vec<u8> {
    text.chars().map(u32::from).flat_map(bytes).collect()
}

/// A file, and the line, the column and the offset of the token in it.
type Row = (&'static str, Vec<u8>, (u64, u64, u64));

fn rows() -> Vec<Row> {
    let lines =
        |end: &str| format!("first line of a file{end}zwei 𝄞ü x = \"{TOKEN}\"{end}end{end}");
    let plain = lines("\n");
    let marked = format!("\u{feff}{plain}");
    let ascii = format!("some text before\nkey = \"{TOKEN}\"\n");
    let marked_ascii = format!("\u{feff}{ascii}");
    let latin = |text: &str| text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let bytes = |parts: &[&[u8]]| parts.concat();
    let token = TOKEN.as_bytes();
    vec![
        ("utf-8", plain.clone().into(), (2, 14, 38)),
        ("utf-8-bom", marked.clone().into(), (2, 14, 41)),
        ("utf-8-bom-first-line", format!("\u{feff}x {TOKEN}").into(), (1, 3, 5)),
        ("utf-16-le-bom", utf16(&marked, u16::to_le_bytes), (2, 14, 2 + 2 * 35)),
        ("utf-16-be-bom", utf16(&marked, u16::to_be_bytes), (2, 14, 2 + 2 * 35)),
        (
            "utf-16-le-bom-first-line",
            utf16(&format!("\u{feff}x {TOKEN}"), u16::to_le_bytes),
            (1, 3, 6),
        ),
        ("utf-16-le", utf16(&plain, u16::to_le_bytes), (2, 14, 2 * 35)),
        ("utf-16-be", utf16(&plain, u16::to_be_bytes), (2, 14, 2 * 35)),
        ("utf-16-le-odd", bytes(&[&utf16(&ascii, u16::to_le_bytes), b"\n"]), (2, 8, 2 * 24)),
        ("utf-16-be-odd", bytes(&[&utf16(&ascii, u16::to_be_bytes), b"\n"]), (2, 8, 2 * 24)),
        (
            "utf-16-le-bom-odd",
            bytes(&[&utf16(&marked_ascii, u16::to_le_bytes), b"\n"]),
            (2, 8, 2 * 25),
        ),
        (
            "ascii-then-utf-16-le",
            bytes(&[b"the first line\n", &utf16(&ascii, u16::to_le_bytes)]),
            (3, 8, 15 + 2 * 24),
        ),
        (
            "utf-16-le-then-ascii",
            bytes(&[&utf16("erste Zeile\n", u16::to_le_bytes), ascii.as_bytes()]),
            (3, 8, 24 + 24),
        ),
        ("utf-32-le-bom", utf32(&marked, u32::to_le_bytes), (2, 14, 4 + 4 * 34)),
        ("utf-32-be-bom", utf32(&marked, u32::to_be_bytes), (2, 14, 4 + 4 * 34)),
        ("utf-32-le", utf32(&plain, u32::to_le_bytes), (2, 14, 4 * 34)),
        ("utf-32-be", utf32(&plain, u32::to_be_bytes), (2, 14, 4 * 34)),
        ("latin-1", latin(&format!("gr\u{fc}n\nsch\u{f6}n: {TOKEN} \u{e4}\n")), (2, 8, 12)),
        ("crlf", lines("\r\n").into(), (2, 14, 39)),
        // SARIF's readers end lines at line feeds, so that a lone carriage return is a column.
        ("cr", lines("\r").into(), (1, 35, 38)),
        ("nul-before", bytes(&[b"x = \0", token, b"\n"]), (1, 6, 5)),
        ("nul-after", bytes(&[b"x = ", token, b"\0\n"]), (1, 5, 4)),
        ("nul-both", bytes(&[b"\0\0\0", token, b"\0\0\0"]), (1, 4, 3)),
        ("invalid-around", bytes(&[b"\xff\xfa\x80", token, b"\xc3\xff"]), (1, 4, 3)),
        ("binary", bytes(&[b"\x7fELF\x01\x02\0\0\x05\0\n\x06\0", token, &[0; 400]]), (2, 3, 13)),
        ("no-line-end", bytes(&[b"a\nb\nc", b" ", token]), (3, 3, 6)),
        ("nothing-else", token.into(), (1, 1, 0)),
    ]
}

#[test]
fn a_token_is_found_where_it_lies() {
    let folder = Folder::with_control();
    let mut wanted = vec![Start { origin: "control.txt".into(), line: 1, column: 1, offset: 0 }];
    for (name, bytes, (line, column, offset)) in rows() {
        folder.write(name, bytes);
        wanted.push(Start { origin: name.into(), line, column, offset });
    }
    wanted.sort();
    let run = folder.scan(&["--only", "secrets"]);
    assert_eq!(run.starts(), wanted);
    assert_eq!((run.code, run.skipped()), (1, vec![]));
    let report = run.json();
    let findings = report["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 1, "one secret, whatever it is written in");
    assert_eq!(findings[0]["rule"], RULE);
}
