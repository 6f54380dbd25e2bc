//! Documents, whose text does not stand in the file as it reads: PDF, the zips of office programs, databases. Each is made
//! here.

use std::fmt::Write as _;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::{DeflateEncoder, ZlibEncoder};

use crate::folder::{Folder, Run, TOKEN};

/// Bytes as a stream of zlib.
fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn hex(bytes: impl IntoIterator<Item = u8>) -> String {
    bytes.into_iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02X}").unwrap();
        hex
    })
}

/// A document that is made of objects.
struct Pdf(Vec<u8>);

impl Pdf {
    fn new() -> Self {
        Self(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3(\n".to_vec())
    }

    fn object(mut self, number: u32, body: &str) -> Self {
        self.0.extend_from_slice(format!("{number} 0 obj\n{body}\nendobj\n").as_bytes());
        self
    }

    fn stream(mut self, number: u32, dictionary: &str, bytes: &[u8]) -> Self {
        let length = bytes.len();
        let head = format!("{number} 0 obj\n<< {dictionary} /Length {length} >>\nstream\r\n");
        self.0.extend_from_slice(head.as_bytes());
        self.0.extend_from_slice(bytes);
        self.0.extend_from_slice(b"\nendstream\nendobj\n");
        self
    }

    /// A page with this content.
    fn page(self, content: &str) -> Self {
        self.stream(4, "/Filter /FlateDecode", &packed(content.as_bytes()))
    }

    fn end(mut self) -> Vec<u8> {
        self.0.extend_from_slice(b"trailer << /Root 1 0 R >>\n%%EOF\n");
        self.0
    }

    /// What is found when the document is scanned, and everything is as it should be.
    fn origins(self) -> Vec<String> {
        let run = scan(&self.end());
        assert_eq!(run.skipped(), Vec::<String>::new(), "{}", run.err);
        run.origins()
    }
}

fn scan(document: &[u8]) -> Run {
    let folder = Folder::new();
    folder.write("a.pdf", document);
    folder.scan(&[])
}

const PAGE: &str = "a.pdf!/object 4 (text)";

#[test]
fn pages_are_read_as_they_are_shown() {
    let (one, two) = TOKEN.split_at(11);
    let letters = TOKEN.chars().enumerate().fold(String::new(), |mut all, (index, letter)| {
        let x = 72.0 + 6.0 * f64::from(u8::try_from(index).unwrap());
        write!(all, "BT 1 0 0 1 {x} 700 Tm ({letter}) Tj ET ").unwrap();
        all
    });
    for shown in [
        format!("BT /F1 12 Tf 72 700 Td ({TOKEN}) Tj ET"),
        format!("BT /F1 12 Tf ({one}) Tj ({two}) Tj ET"),
        format!(
            "BT /F1 12 Tf (Key:) Tj 0 -14 Td [(sk) -20 <{}>] TJ ET",
            hex(TOKEN.bytes().skip(2))
        ),
        format!("BT (key) Tj T* [({one}) 12 ({two})] TJ ET"),
        format!("BT /F1 12 Tf 0 0 Td ({one}) Tj 70 0 Td ({two}) Tj ET"),
        format!("BT (Key) ' (sk\\137live\\\n_{}) ' ET", TOKEN.get(8..).unwrap()),
        format!("/Span << /ActualText ({TOKEN}) >> BDC BT (..) Tj ET EMC"),
        format!("q BI /W 1 /H 1 ID \x01( EI Q BT ({one}) Tj ({two}) Tj ET"),
        format!("BT /F1 10 Tf ET {letters}"),
    ] {
        assert_eq!(Pdf::new().page(&shown).origins(), [PAGE], "{shown}");
    }
    for hidden in [
        format!("BT /F1 12 Tf 72 700 Td ({one}) Tj 0 -14 Td ({two}) Tj ET"),
        format!("BT [({one}) -600 ({two})] TJ ET"),
        format!("BT /F1 12 Tf 0 0 Td ({one}) Tj 300 0 Td ({two}) Tj ET"),
    ] {
        assert_eq!(Pdf::new().page(&hidden).origins(), Vec::<String>::new(), "{hidden}");
    }
}

#[test]
fn fonts_say_what_codes_are() {
    let code = |letter: u8| letter - b'0' + 3;
    let table = |codes: &str, first: &str| {
        format!(
            "begincmap 1 begincodespacerange {codes} endcodespacerange 1 beginbfrange {first} endbfrange"
        )
    };
    let wide = hex(TOKEN.bytes().flat_map(|letter| [0, code(letter)]));
    let narrow = hex(TOKEN.bytes().map(code));
    for (shown, table) in [
        (wide, table("<0000> <FFFF>", "<0003> <0060> <0030>")),
        (narrow, table("<00> <FF>", "<03> <60> <0030>")),
    ] {
        let font = "<< /Type /Font /Subtype /Type0 /ToUnicode 7 0 R >>";
        let content = format!("BT /F1 12 Tf <{shown}> Tj ET");
        let plain = Pdf::new()
            .page(&content)
            .object(5, "<< /Font << /F1 6 0 R >> >>")
            .object(6, font)
            .stream(7, "", table.as_bytes());
        assert_eq!(plain.origins(), [PAGE]);
        let objects = format!("5 0 6 30 << /Font << /F1 6 0 R >> >>   {font}");
        let in_objects = Pdf::new()
            .page(&content)
            .stream(7, "/Filter [/FlateDecode]", &packed(table.as_bytes()))
            .stream(8, "/Type /ObjStm /N 2 /First 9 /Filter /Fl", &packed(objects.as_bytes()));
        assert_eq!(in_objects.origins(), [PAGE]);
    }
}

#[test]
fn streams_are_unpacked_whatever_they_are() {
    let shown = format!("BT ({TOKEN}) Tj ET");
    let twice = format!("{}>", hex(packed(shown.as_bytes())));
    let script = packed(format!("var key = '{TOKEN}';").as_bytes());
    let title: Vec<u8> =
        [0xfe, 0xff].into_iter().chain(TOKEN.bytes().flat_map(|b| [0, b])).collect();
    for (pdf, origin) in [
        (Pdf::new().stream(4, "/Filter [/ASCIIHexDecode /Fl#61teDecode]", twice.as_bytes()), PAGE),
        (Pdf::new().stream(5, "/Filter/FlateDecode", &script), "a.pdf!/object 5"),
        (Pdf::new().object(1, &format!("<< /Title <{}> >>", hex(title))), "a.pdf!/strings"),
        (Pdf::new().object(1, &format!("<< /Title ({TOKEN}) >>")), "a.pdf"),
    ] {
        assert_eq!(pdf.origins(), [origin]);
    }
    let zip = zip(&[("a.txt", TOKEN)]);
    for (dictionary, zip) in [("/Filter /FlateDecode", packed(&zip)), ("", zip)] {
        let dictionary = format!("/Type /EmbeddedFile {dictionary}");
        let pdf = Pdf::new().stream(9, &dictionary, &zip);
        assert_eq!(pdf.origins(), ["a.pdf!/object 9!/a.txt"]);
    }
}

#[test]
fn what_is_hidden_is_named() {
    let encrypted = Pdf::new().stream(4, "/Filter /FlateDecode", b"no zlib at all").end();
    let encrypted = [&encrypted[..], b"trailer << /Encrypt 9 0 R >>\n"].concat();
    let run = scan(&encrypted);
    let report = run.json();
    assert_eq!(report["skipped"][0]["reason"], "encrypted", "{}", run.err);
    assert_eq!(run.skipped(), ["a.pdf"]);

    let cut = packed(&TOKEN.repeat(50).into_bytes());
    let broken = Pdf::new()
        .stream(4, "/Filter /FlateDecode", b"no zlib at all")
        .stream(5, "/Filter /NoSuchDecode", b"?")
        .stream(6, "/Filter /FlateDecode", cut.get(..cut.len() / 2).unwrap())
        .page(&format!("BT ({TOKEN}) Tj ET"))
        .end();
    let run = scan(&broken);
    assert_eq!((run.code, run.skipped()), (1, vec!["a.pdf".to_owned()]));
    assert!(run.origins().contains(&PAGE.to_owned()));
    let detail = run.json()["skipped"][0]["detail"].to_string();
    assert!(detail.contains("3 of its streams") && detail.contains("object 4"), "{detail}");
}

#[test]
fn hostile_documents_end() {
    let page = format!("BT ({TOKEN}) Tj ET");
    let filters = format!("/Filter [{}]", "/FlateDecode ".repeat(100));
    let many = |mut pdf: Pdf, body: &[u8], count: usize| {
        pdf.0.extend(body.repeat(count));
        pdf
    };
    let bomb = packed(&vec![b' '; 200 << 20]);
    for (name, pdf, is_whole) in [
        ("streams", many(Pdf::new(), b"1 0 obj<<>>stream\n\nendstream\n", 200_000), true),
        ("lies", many(Pdf::new(), b"<</Length 9999999>>stream\nx\nendstream\n", 200_000), true),
        ("never ends", many(Pdf::new(), b">>stream ", 200_000), true),
        ("lists", many(Pdf::new(), b"[<<", 1_000_000), true),
        ("string", many(Pdf::new(), b"1 0 obj (", 1_000_000), true),
        ("filters", Pdf::new().stream(5, &filters, b"x"), false),
        ("twice", Pdf::new().stream(5, "/Filter [/Fl /Fl]", &packed(&bomb)), false),
        ("no end", Pdf::new().page(&"(".repeat(20_000_000)), true),
    ] {
        let run = scan(&pdf.page(&page).end());
        let skipped: &[&str] = if is_whole { &[] } else { &["a.pdf"] };
        assert_eq!(run.skipped(), skipped, "{name}: {}", run.err);
        if name != "twice" {
            assert_eq!(run.origins(), [PAGE], "{name}");
        }
    }
}

/// A zip, as a stream of members.
fn zip(members: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = Vec::new();
    let mut directory = Vec::new();
    for (name, content) in members {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(content.as_bytes()).unwrap();
        let packed = encoder.finish().unwrap();
        let mut sum = flate2::Crc::new();
        sum.update(content.as_bytes());
        let at = u32::try_from(zip.len()).unwrap();
        let mut head = Vec::new();
        head.extend([20, 0, 0, 0, 8, 0, 0, 0, 0, 0]);
        head.extend(sum.sum().to_le_bytes());
        head.extend(u32::try_from(packed.len()).unwrap().to_le_bytes());
        head.extend(u32::try_from(content.len()).unwrap().to_le_bytes());
        head.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
        head.extend([0, 0]);
        zip.extend(b"PK\x03\x04");
        zip.extend(&head);
        zip.extend(name.as_bytes());
        zip.extend(packed);
        directory.extend(b"PK\x01\x02\x14\0");
        directory.extend(&head);
        directory.extend([0; 10]);
        directory.extend(at.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let count = u16::try_from(members.len()).unwrap().to_le_bytes();
    let at = u32::try_from(zip.len()).unwrap().to_le_bytes();
    let size = u32::try_from(directory.len()).unwrap().to_le_bytes();
    zip.extend(directory);
    zip.extend(b"PK\x05\x06\0\0\0\0");
    zip.extend([count, count].concat());
    zip.extend([size, at].concat());
    zip.extend([0, 0]);
    zip
}

#[test]
fn runs_of_office_documents_are_joined() {
    let (one, two) = TOKEN.split_at(11);
    let word = format!("<w:p><w:r><w:t>Key: {one}</w:t></w:r><w:r><w:t>{two}</w:t></w:r></w:p>");
    let sheet = format!("<sst><si><r><t>{one}</t></r><r><t>{two}</t></r></si></sst>");
    let slide = format!("<a:p><a:r><a:t>{one}</a:t></a:r><a:r><a:t>{two}</a:t></a:r></a:p>");
    let open = format!(
        "<office:document-content><text:p>{one}<text:span>{two}</text:span></text:p></office:document-content>"
    );
    for (part, xml) in [
        ("word/document.xml", word.as_str()),
        ("xl/sharedStrings.xml", &sheet),
        ("ppt/slides/slide1.xml", &slide),
        ("content.xml", &open),
    ] {
        let folder = Folder::new();
        folder.write("a.zip", zip(&[(part, xml)]));
        let run = folder.scan(&[]);
        assert_eq!(run.origins(), [format!("a.zip!/{part} (text)")]);
        assert_eq!(run.skipped(), Vec::<String>::new());
        let whole = xml.replace(two, "").replace(one, TOKEN);
        folder.write("a.zip", zip(&[(part, &whole)]));
        assert_eq!(folder.scan(&[]).origins(), [format!("a.zip!/{part}")]);
    }
}

#[test]
fn values_of_databases_that_touch_are_told_apart() {
    let row = |values: &[&str]| {
        let kinds = values.iter().map(|value| u8::try_from(13 + 2 * value.len()).unwrap());
        let text = values.concat();
        let header = 1 + values.len();
        let mut row = vec![u8::try_from(header + text.len()).unwrap(), 1];
        row.push(u8::try_from(header).unwrap());
        row.extend(kinds);
        row.extend(text.as_bytes());
        row
    };
    let database = |row: &[u8]| {
        let at = 4096 - row.len();
        let mut page = vec![0; 4096];
        page[..16].copy_from_slice(b"SQLite format 3\0");
        page[16] = 16;
        page[100..108].copy_from_slice(&[13, 0, 0, 0, 1, 0, 0, 0]);
        page[108..110].copy_from_slice(&u16::try_from(at).unwrap().to_be_bytes());
        page[at..].copy_from_slice(row);
        page
    };
    let folder = Folder::new();
    for (values, origin) in
        [(["alice", TOKEN, "notes"], "a.db!/values"), (["", TOKEN, " notes"], "a.db")]
    {
        folder.write("a.db", database(&row(&values)));
        let run = folder.scan(&[]);
        assert!(run.skipped().is_empty());
        assert_eq!(run.origins(), [origin]);
    }
    let mut hostile = database(&row(&["alice", TOKEN, "notes"]));
    hostile[103..105].copy_from_slice(&[255, 255]);
    hostile.extend(vec![13; 1_000_000]);
    folder.write("a.db", hostile);
    assert_eq!(folder.scan(&[]).origins(), ["a.db!/values"]);
}
