//! Tars in every dialect, and those that lie.

use keylint::outcome::SkipReason::Malformed;
use tar::EntryType;

use super::make::{Member, entry, file, gzip, pax, tar, zip};
use super::{Seen, assert_rows};
use crate::folder::{Folder, TOKEN};

fn good() -> Vec<u8> {
    file("good", TOKEN)
}

/// An entry whose header says another size, in any form.
fn lying(size: &[u8; 12]) -> Vec<u8> {
    entry("liar", b"some text", |header| header.as_old_mut().size = *size)
}

fn linked(kind: EntryType, to: &str) -> Vec<u8> {
    entry("link", b"", |header| {
        header.set_entry_type(kind);
        header.as_old_mut().linkname[..to.len()].copy_from_slice(to.as_bytes());
    })
}

fn sparse(is_extended: u8, content: &[u8]) -> Vec<u8> {
    entry("sparse", content, |header| {
        header.set_entry_type(EntryType::GNUSparse);
        let gnu = header.as_gnu_mut().unwrap();
        gnu.isextended = [is_extended];
        gnu.realsize.copy_from_slice(b"77777777777\0");
    })
}

#[test]
fn every_dialect_is_read() {
    let token = TOKEN.as_bytes();
    let long = "d/".repeat(80) + "key";
    let of = |kind: EntryType, name: &str| {
        entry("long", name.as_bytes(), |header| header.set_entry_type(kind))
    };
    let old = entry("old", token, |header| {
        let bytes = header.as_mut_bytes();
        bytes[156] = 0;
        bytes[257..512].fill(0);
    });
    let label = entry("label", b"", |header| {
        header.set_entry_type(EntryType::new(b'V'));
        header.as_old_mut().size = [0; 12];
    });
    let ustar = entry("key", token, |header| {
        let bytes = header.as_mut_bytes();
        bytes[257..265].copy_from_slice(b"ustar\x0000");
    });
    let map = [[b'0'; 504].as_slice(), &[0; 8]].concat();
    assert_eq!(TOKEN.len(), 32, "the size that a header below gives");
    let long_name: &'static str = Box::leak(long.clone().into_boxed_str());
    let long_names: &'static [&'static str] = Box::leak(vec![long_name].into_boxed_slice());
    assert_rows(vec![
        ("v7", tar(&[old]), &["old"], &[]),
        ("label", tar(&[label, good()]), &["good"], &[]),
        ("ustar", tar(&[ustar]), &["key"], &[]),
        ("long name", tar(&[of(EntryType::GNULongName, &long), good()]), long_names, &[]),
        ("pax path", tar(&[pax(&[("path", &long)], &good())]), long_names, &[]),
        (
            "pax size",
            tar(&[pax(
                &[("size", "32")],
                &entry("short", token, |header| header.as_old_mut().size = *b"00000000000\0"),
            )]),
            &["short"],
            &[],
        ),
        ("pax comment", tar(&[pax(&[("comment", TOKEN)], &file("a", "text"))]), &[""], &[]),
        (
            "pax sparse",
            tar(&[pax(
                &[
                    ("GNU.sparse.major", "1"),
                    ("GNU.sparse.name", "real"),
                    ("GNU.sparse.realsize", "9999999999999"),
                ],
                &good(),
            )]),
            &["real"],
            &[],
        ),
        ("sparse", tar(&[sparse(0, token)]), &["sparse"], &[]),
        (
            "sparse with a map",
            tar(&[[&sparse(1, b"")[..], &map, &good()].concat()]),
            &["good"],
            &[],
        ),
        ("hard link", tar(&[linked(EntryType::Link, "other"), good()]), &["good"], &[]),
    ]);
}

#[test]
fn links_names_and_ends_hide_nothing() {
    let token = TOKEN.as_bytes();
    assert_rows(vec![
        (
            "symbolic link",
            tar(&[linked(EntryType::Symlink, TOKEN), good()]),
            &["good", "link"],
            &[],
        ),
        ("names", tar(&[file("../../up", TOKEN), file("/abs", TOKEN)]), &["../../up", "/abs"], &[]),
        ("two in a row", [tar(&[file("a", "text")]), tar(&[good()])].concat(), &["good"], &[]),
        ("in itself", tar(&[file("inner", tar(&[good()]))]), &["inner!/good"], &[]),
        ("after the end", [tar(&[file("a", "text")]), token.to_vec()].concat(), &[""], &[]),
        (
            "a zip after the end",
            [tar(&[file("a", "text")]), zip(&[Member::deflated("b", TOKEN)])].concat(),
            &["b"],
            &[],
        ),
    ]);
}

#[test]
fn sizes_that_lie_hide_nothing() {
    let packed = || file("packed", gzip(TOKEN.as_bytes()));
    let after = &["packed!/packed"];
    let garbage = vec![b'x'; 1536];
    let mut negative = [0xff; 12];
    negative[11] = 0;
    let mut huge = [0; 12];
    (huge[0], huge[4]) = (0x80, 0x80);
    let mut secret_map = format!("{TOKEN} ").repeat(15).into_bytes();
    secret_map.resize(512, b'x');
    assert_rows(vec![
        ("too large", tar(&[lying(b"00077777777\0"), packed()]), after, &[Malformed]),
        ("negative", tar(&[lying(&negative), packed()]), after, &[Malformed]),
        ("2^63", tar(&[lying(&huge), packed()]), after, &[Malformed]),
        ("2^63 in gzip", gzip(&tar(&[lying(&huge), packed()])), after, &[Malformed]),
        ("no number", tar(&[lying(b"many bytes!\0"), packed()]), after, &[Malformed]),
        ("garbage", tar(&[file("a", "text"), garbage, packed()]), after, &[Malformed]),
        (
            "no map",
            tar(&[[&sparse(1, b"")[..], &secret_map].concat(), packed()]),
            &["", "packed!/packed"],
            &[Malformed],
        ),
    ]);
    let folder = Folder::new();
    let small = entry("small", TOKEN.repeat(40).as_bytes(), |header| header.set_size(7));
    let seen = Seen::of(&folder, tar(&[small, packed()]));
    assert_eq!(
        (seen.tokens, seen.skipped.len()),
        (vec![String::new(), "packed!/packed".into()], 1)
    );
}

#[test]
fn a_tar_that_is_cut_off_is_named() {
    let folder = Folder::new();
    let whole =
        tar(&[good(), file("a", "text".repeat(400)), pax(&[("path", "b")], &file("c", TOKEN))]);
    for length in (600..whole.len() - 1024).step_by(100) {
        let seen = Seen::of(&folder, &whole[..length]);
        assert_eq!(seen.reasons(), [Malformed], "{length}: {:?}", seen.skipped);
        assert!(seen.tokens.contains(&"good".to_owned()), "{length}");
        let seen = Seen::of(&folder, gzip(&whole[..length]));
        assert_eq!(seen.reasons(), [Malformed], "{length} in gzip: {:?}", seen.skipped);
    }
    assert_eq!(Seen::of(&folder, &whole).reasons(), []);
    let packed = gzip(&whole);
    for length in 12..packed.len() {
        let seen = Seen::of(&folder, &packed[..length]);
        assert_eq!(seen.reasons(), [Malformed], "{length} of gzip: {:?}", seen.skipped);
    }
}
