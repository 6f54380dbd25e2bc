//! Secrets in encoded text, seen from outside: where they are, what is shown of them, and what is too much.

use std::io::Write;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::folder::{Folder, RULE, Start, TOKEN};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_secret_is_found_where_it_is_encoded_and_masked_there() {
    let folder = Folder::new();
    let before = "it rains and it pours ";
    let encoded = BASE64_STANDARD.encode(format!("{before}{TOKEN} and so on"));
    folder.write("page.html", format!("<p>\n<img src='data:text/plain;base64,{encoded}'>\n"));
    let run = folder.scan(&[]);
    // The group of four that has the first byte of it.
    let column = "<img src='data:text/plain;base64,".len() + before.len() / 3 * 4;
    let start = Start {
        origin: "page.html".into(),
        line: 2,
        column: column as u64 + 1,
        offset: column as u64 + 4,
    };
    assert_eq!((run.code, run.starts()), (1, vec![start]));
    let out = String::from_utf8_lossy(&run.out).into_owned();
    assert!(out.contains(r#""encoding""#) && out.contains("base64"), "{out}");
    for hidden in [TOKEN, &encoded[before.len() / 3 * 4..before.len() / 3 * 4 + 40]] {
        assert!(!out.contains(hidden), "{out}");
    }
    let explained = folder.run(&["explain", "page.html:2"]);
    let explained = String::from_utf8_lossy(&explained.out).into_owned();
    assert!(explained.contains(RULE) && explained.contains("encoded: base64"), "{explained}");
}

#[test]
fn plain_and_encoded_it_is_one_secret() {
    let folder = Folder::new();
    folder.write("a.txt", TOKEN);
    folder.write("b.txt", BASE64_STANDARD.encode(format!("it rains and {TOKEN} pours")));
    folder.write(
        "c.txt",
        BASE64_STANDARD.encode(gzip(format!("it rains and {TOKEN} pours").as_bytes())),
    );
    let run = folder.scan(&[]);
    assert_eq!(run.json()["findings"].as_array().unwrap().len(), 1);
    assert_eq!(run.starts().len(), 3);
}

#[test]
fn what_is_packed_too_well_is_named() {
    let folder = Folder::with_control();
    let bomb = gzip(&b"it rains and it pours ".repeat(1_000_000));
    folder.write("bomb.txt", BASE64_STANDARD.encode(bomb));
    let mut deep = format!("it rains and {TOKEN} pours");
    for _ in 0..6 {
        deep = BASE64_STANDARD.encode(deep);
    }
    folder.write("deep.txt", deep);
    let run = folder.scan(&[]);
    assert_eq!(run.origins(), ["control.txt"]);
    assert_eq!(run.skipped(), ["bomb.txt", "deep.txt"]);
    assert!(
        run.err.contains("not scanned: bomb.txt: what is encoded in it is larger"),
        "{}",
        run.err
    );
    assert!(run.err.contains("not scanned: deep.txt: something in it is encoded"), "{}", run.err);
}
