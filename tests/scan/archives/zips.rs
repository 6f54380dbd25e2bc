//! Zips whose headers lie, say it in other ways, or are cut off.

use keylint::outcome::SkipReason::{Encrypted, Limit, Malformed, Unsupported};

use super::make::{Member, bzip2, deflate, zip, zip_with};
use super::{Seen, assert_rows, assert_scanned};
use crate::folder::{Folder, TOKEN};

/// The token between other text, so that it can be packed.
fn text() -> String {
    format!("{}key = {TOKEN}\n", "some text\n".repeat(20))
}

fn good() -> Member {
    Member::deflated("good", text())
}

#[test]
fn sizes_are_told_before_and_after() {
    let rows = [true, false].into_iter().flat_map(|has_signature| {
        let stored = Member::stored("a", text()).told_later(has_signature);
        let packed = Member::deflated("b", text()).told_later(has_signature);
        let empty = Member::stored("c", "").told_later(has_signature);
        let inner = Member::stored("d", zip(&[good()])).told_later(has_signature);
        let all = zip(&[stored, packed, empty, inner, good()]);
        [("told later", all, &["a", "b", "d!/good", "good"][..], &[][..])]
    });
    let mut rows: Vec<_> = rows.collect();
    let sizes = |member: Member| {
        let long = |size: u32| u64::from(size).to_le_bytes();
        let extra = [&[1, 0, 16, 0][..], &long(member.unpacked), &long(member.packed)].concat();
        Member { packed: u32::MAX, unpacked: u32::MAX, extra, ..member }
    };
    let long =
        zip(&[sizes(Member::stored("a", text())), sizes(Member::deflated("b", text())), good()]);
    rows.push(("zip64", long, &["a", "b", "good"], &[]));
    assert_rows(rows);
}

#[test]
fn every_byte_is_scanned_whatever_the_headers_say() {
    let plain = || Member::deflated("plain", "text");
    let token = TOKEN.as_bytes();
    let listed = |name: &str, method, member: Member| Member {
        listed: Some((name.into(), method, member.packed)),
        ..member
    };
    let unlisted = |member: Member| Member { listed: None, ..member };
    let between = |bytes: &[u8]| Member { after: bytes.to_vec(), ..plain() };
    let packed = deflate(text().as_bytes());
    let hidden = Member { method: 0, ..good() };
    let empty = Member { packed: 0, unpacked: 0, ..hidden.clone() };
    let covers = Member { packed: 5000, ..Member::deflated("covers", "text") };
    assert_rows(vec![
        ("duplicates", zip(&[good(), plain(), good(), plain()]), &["good"], &[]),
        ("between", zip(&[between(token), plain()]), &[""], &[]),
        ("twelve bytes between", zip(&[between(b"twelve bytes"), good()]), &["good"], &[]),
        ("comment", zip_with(b"", &[plain()], TOKEN), &[""], &[]),
        ("name in the directory", zip(&[listed(TOKEN, 8, plain())]), &[""], &[]),
        (
            "extra",
            zip(&[Member { extra: [&[9, 9, 42, 0], token].concat(), ..plain() }]),
            &["plain"],
            &[],
        ),
        ("left out", zip(&[plain(), unlisted(good())]), &["good"], &[]),
        ("said to be stored", zip(&[hidden, good()]), &["good"], &[Malformed]),
        ("said to be empty", zip(&[empty, good()]), &["good"], &[Malformed]),
        (
            "said to be packed",
            zip(&[listed("good", 8, Member::stored("good", text()))]),
            &["good"],
            &[Malformed],
        ),
        (
            "is stored, says packed",
            zip(&[listed("a", 0, Member { method: 8, ..Member::stored("a", text()) }), good()]),
            &["a", "good"],
            &[Malformed, Malformed],
        ),
        ("covers the next", zip(&[unlisted(covers), good()]), &["good"], &[]),
        (
            "longer than all",
            zip(&[Member { packed: 9_000_000, ..Member::stored("a", "text") }, good()]),
            &["good"],
            &[Malformed],
        ),
        ("after the end", [zip(&[plain()]), b"\n".to_vec(), token.to_vec()].concat(), &[""], &[]),
        ("two in a row", [zip(&[plain()]), zip(&[plain(), good()])].concat(), &["good"], &[]),
        ("prefix", zip_with(b"#!/bin/sh\n", &[good()], ""), &["good"], &[]),
        ("stored beside", zip(&[Member::stored("raw", &packed), good()]), &["good", "raw"], &[]),
    ]);
}

#[test]
fn what_cannot_be_read_is_named_and_hides_nothing() {
    let locked = Member { flags: 1, ..Member::stored("locked", b"random bytes") };
    let odd = Member {
        method: 77,
        listed: Some(("odd".into(), 77, 12)),
        ..Member::stored("odd", b"random bytes")
    };
    let mut corrupt = Member::deflated("corrupt", text().repeat(30));
    for byte in corrupt.data.iter_mut().skip(10) {
        *byte = !*byte;
    }
    let bad_block = Member {
        data: b"no stream of bzip2".to_vec(),
        packed: 18,
        listed: Some(("block".into(), 12, 18)),
        ..Member::packed("block", "text", 12, bzip2)
    };
    let files = [
        ("locked.zip", zip(&[locked, good()])),
        ("odd.zip", zip(&[odd, good()])),
        ("corrupt.zip", zip(&[corrupt, good()])),
        ("block.zip", zip(&[bad_block, good()])),
        (
            "up.zip",
            zip(&[
                Member::deflated("../../../etc/passwd", text()),
                Member::deflated("/abs", text()),
            ]),
        ),
    ];
    let run = assert_scanned(
        &files,
        &[
            "block.zip!/good",
            "corrupt.zip!/good",
            "locked.zip!/good",
            "odd.zip!/good",
            "up.zip!/../../../etc/passwd",
            "up.zip!//abs",
        ],
        &["block.zip!/block", "corrupt.zip!/corrupt", "locked.zip!/locked", "odd.zip!/odd"],
    );
    for text in [
        "locked.zip!/locked: it is encrypted",
        "odd.zip!/odd: it is packed by method 77",
        "corrupt.zip!/corrupt: the deflate stream is corrupt",
    ] {
        assert!(run.err.contains(text), "{text} {}", run.err);
    }
    let folder = Folder::new();
    for (name, reason) in [("locked.zip", Encrypted), ("odd.zip", Unsupported)] {
        let bytes = &files.iter().find(|file| file.0 == name).unwrap().1;
        assert_eq!(Seen::of(&folder, bytes).reasons(), [reason]);
    }
}

#[test]
fn a_zip_that_is_cut_off_is_named() {
    let folder = Folder::new();
    let whole =
        zip(&[Member::stored("a", text()), Member::deflated("b", "text"), good().told_later(true)]);
    for length in 4..whole.len() {
        let seen = Seen::of(&folder, &whole[..length]);
        assert_eq!(seen.skipped.len(), 1, "{length} of {}: {:?}", whole.len(), seen.skipped);
        // All but the end of the line.
        let first = 30 + text().len();
        assert_eq!(seen.tokens.iter().any(|name| name == "a"), length >= first, "{length}");
    }
    assert_eq!(Seen::of(&folder, &whole).reasons(), []);
}

#[test]
fn a_directory_may_name_one_member_many_times() {
    // As in a bomb of overlapping members: one stream, a thousand names.
    let folder = Folder::new();
    let whole = zip(&[good()]);
    let at = whole.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    let end = whole.windows(4).position(|window| window == b"PK\x05\x06").unwrap();
    let entry = &whole[at..end];
    let mut wrong = entry.to_vec();
    wrong[42..46].copy_from_slice(&7_u32.to_le_bytes());
    let same = [&whole[..at], &entry.repeat(1000), &whole[end..]].concat();
    let seen = Seen::of(&folder, same);
    assert_eq!((seen.tokens, seen.skipped), (vec!["good".to_owned()], vec![]));
    let overlapping = [&whole[..end], &wrong.repeat(1000), &whole[end..]].concat();
    let seen = Seen::of(&folder, overlapping);
    assert_eq!((seen.tokens, seen.skipped.len()), (vec!["good".to_owned()], 11));
}

#[test]
fn sixty_thousand_members_are_read() {
    let mut members: Vec<Member> =
        (0..60_000).map(|at| Member::deflated(&format!("dir/{at}"), "text")).collect();
    members.push(good());
    let folder = Folder::with_control();
    folder.write("many.zip", zip(&members));
    let run = folder.scan(&["--only", "secrets"]);
    assert_eq!(run.origins(), ["control.txt", "many.zip!/good"], "{}", run.err);
    assert_eq!((run.skipped(), run.json()["stats"]["files"].as_u64()), (vec![], Some(60_002)));
}

#[test]
fn gaps_of_one_input_are_named_up_to_a_limit() {
    let locked = Member { flags: 1, ..Member::stored("locked", b"random bytes") };
    let folder = Folder::new();
    let mut members = vec![locked; 1500];
    members.push(good());
    let seen = Seen::of(&folder, zip(&members));
    assert_eq!((seen.tokens, seen.skipped.len()), (vec!["good".to_owned()], 1001));
    let last = seen.skipped.last().unwrap();
    assert_eq!(
        (last.reason, last.detail.as_str()),
        (Limit, "it has 500 more places that were not scanned")
    );
}
