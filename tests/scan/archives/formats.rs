//! Every format, alone, in others, in git and through a pipe.

use super::make::{
    Member, STREAMS, ar, bzip2, deflate, file, gzip, gzip_with_comment, skippable, tar, xz, zip,
    zip_with, zstd,
};
use super::{assert_rows, assert_scanned};
use crate::folder::{Folder, TOKEN};

#[test]
fn every_format_is_opened() {
    let inner = tar(&[file("./etc/key", TOKEN)]);
    let mut files: Vec<(String, Vec<u8>, String)> = Vec::new();
    let mut row = |name: &str, bytes: Vec<u8>, inner: &str| {
        files.push((name.into(), bytes, format!("{name}!/{inner}")));
    };
    row("a.tar", inner.clone(), "etc/key");
    for (end, pack) in STREAMS {
        row(&format!("b.txt.{end}"), pack(TOKEN.as_bytes()), "b.txt");
        row(&format!("c.tar.{end}"), pack(&inner), "etc/key");
        // The name does not matter, the bytes do.
        row(&format!("no-name-{end}"), pack(&inner), "etc/key");
    }
    for name in ["a.zip", "a.jar", "a.war", "a.whl", "a.docx", "a.xlsx", "a.apk", "a.nupkg", "odd"]
    {
        row(name, zip(&[Member::deflated("in/key", TOKEN)]), "in/key");
    }
    for (name, method, pack) in [
        ("8.zip", 8, deflate as super::make::Pack),
        ("12.zip", 12, bzip2),
        ("93.zip", 93, zstd),
        ("95.zip", 95, xz),
    ] {
        row(name, zip(&[Member::packed("key", TOKEN, method, pack)]), "key");
    }
    let data = xz(&inner);
    let deb = ar(&[
        ("debian-binary", b"2.0\n"),
        ("control.tar.gz", &gzip(&tar(&[]))),
        ("data.tar.xz", &data),
    ]);
    row("a.deb", deb, "data.tar.xz!/etc/key");
    let names = b"a-name-that-is-too-long.o/\n";
    row("lib.a", ar(&[("//", names), ("/0", TOKEN.as_bytes())]), "a-name-that-is-too-long.o");
    row("bsd.a", ar(&[("#1/8", format!("name.o\0\0{TOKEN}").as_bytes())]), "name.o");
    let nested = zip(&[Member::stored("b.tar", tar(&[file("c.gz", gzip(TOKEN.as_bytes()))]))]);
    row("nested.zst", zstd(&nested), "nested!/b.tar!/c.gz!/c");
    row(
        "jar-in-war.war",
        zip(&[Member::stored("a.jar", zip(&[Member::deflated("key", TOKEN)]))]),
        "a.jar!/key",
    );
    let wide: Vec<u8> =
        format!("\u{feff}key = \"{TOKEN}\"\n").encode_utf16().flat_map(u16::to_le_bytes).collect();
    row("wide.zip", zip(&[Member::deflated("wide.txt", wide)]), "wide.txt");
    let inputs: Vec<(&str, Vec<u8>)> =
        files.iter().map(|(name, bytes, _)| (name.as_str(), bytes.clone())).collect();
    let found: Vec<&str> = files.iter().map(|(.., origin)| origin.as_str()).collect();
    let run = assert_scanned(&inputs, &found, &[]);
    assert!(run.json()["stats"]["archives"].as_u64().unwrap() > 40);
}

#[test]
fn what_stands_beside_a_stream_is_read() {
    let (text, token) = ("a text\n".repeat(50), TOKEN.as_bytes());
    let text = text.as_bytes();
    let mut rows = vec![
        ("comment", gzip_with_comment(text, TOKEN), &[""][..], &[][..]),
        ("frame first", [skippable(token), zstd(text)].concat(), &[""], &[]),
        ("frame between", [zstd(text), skippable(token), zstd(text)].concat(), &[""], &[]),
        ("frame last", [zstd(text), skippable(token)].concat(), &[""], &[]),
        (
            "frames round it",
            [skippable(b"a"), zstd(token), skippable(b"b")].concat(),
            &["input"],
            &[],
        ),
        ("padded xz", [xz(text), vec![0; 8], xz(token)].concat(), &["input"], &[]),
    ];
    for (end, pack) in STREAMS {
        rows.push((end, [pack(text), pack(token)].concat(), &["input"], &[]));
        rows.push((end, [pack(text), token.to_vec()].concat(), &[""], &[]));
        rows.push((end, [pack(text), vec![0; 700], token.to_vec()].concat(), &[""], &[]));
        rows.push((
            end,
            [pack(text), zip(&[Member::deflated("key", TOKEN)])].concat(),
            &["key"],
            &[],
        ));
    }
    assert_rows(rows);
}

#[test]
fn programs_may_have_a_zip_behind_them() {
    let members = [Member::deflated("key", TOKEN), Member::deflated("other", "text")];
    let program = |begin: &[u8]| [begin, &b"\0it runs \x01\n".repeat(300)].concat();
    let large = zip_with(&program(b"MZ").repeat(400), &members, "");
    assert!(large.len() > 1024 * 1024);
    assert_rows(vec![
        ("script", zip_with(b"#!/usr/bin/env python3\n", &members, ""), &["key"], &[]),
        ("MZ", zip_with(&program(b"MZ"), &members, ""), &["key"], &[]),
        ("picture", zip_with(&program(b"GIF89a"), &members, ""), &["key"], &[]),
        ("large", large, &[], &[keylint::outcome::SkipReason::Unsupported]),
    ]);
}

#[test]
fn archives_in_git_are_opened() {
    let folder = Folder::new();
    folder.git(&["init", "-q"]);
    folder.git(&["config", "user.email", "a@example.com"]);
    folder.git(&["config", "user.name", "a"]);
    folder.write("a.jar", zip(&[Member::deflated("old", TOKEN)]));
    folder.git(&["add", "."]);
    folder.git(&["commit", "-qm", "one"]);
    folder.write("a.jar", zip(&[Member::deflated("none", "text")]));
    folder.write("b.tar.gz", gzip(&tar(&[file("new", TOKEN)])));
    folder.git(&["add", "."]);
    let run = folder.run(&["git", "--format", "json"]);
    let origins = run.origins();
    assert!(origins.len() == 1 && origins[0].ends_with("a.jar!/old"), "{origins:?} {}", run.err);
    let run = folder.run(&["git", "--staged", "--format", "json"]);
    let origins = run.origins();
    assert!(origins.len() == 1 && origins[0].ends_with("b.tar.gz!/new"), "{origins:?} {}", run.err);
}

#[test]
fn archives_come_through_a_pipe() {
    let folder = Folder::new();
    let input = gzip(&tar(&[file("key", TOKEN)]));
    let run = folder.run_with(&["scan", "--format", "json", "-"], &[], &input);
    assert_eq!((run.code, run.origins()), (1, vec!["<stdin>!/key".to_owned()]));
}
