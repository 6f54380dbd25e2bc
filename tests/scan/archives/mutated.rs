//! Archives with bytes changed, cut out, put in or repeated: reading them ends, says little, and hides no other input.

use proptest::prelude::*;

use super::Seen;
use super::make::{
    Member, STREAMS, ar, bzip2, file, gzip, pax, skippable, tar, xz, zip, zip_with, zstd,
};
use crate::folder::{Folder, TOKEN};

/// An archive of every format and of some in each other.
fn archives() -> Vec<Vec<u8>> {
    let text = format!("{}{TOKEN}\n", "some text\n".repeat(30));
    let tape = tar(&[
        file("a", &text),
        pax(&[("path", "long/name")], &file("b", TOKEN)),
        file("c.gz", gzip(text.as_bytes())),
    ]);
    let members = [
        Member::stored("a", &text),
        Member::deflated("b", &text).told_later(true),
        Member::stored("c", &text).told_later(false),
        Member::packed("d", &text, 12, bzip2),
        Member::packed("e", &text, 93, zstd),
        Member::packed("f", &text, 95, xz),
        Member::stored("g.tar", &tape),
    ];
    let mut all: Vec<Vec<u8>> =
        STREAMS.iter().flat_map(|(_, pack)| [pack(text.as_bytes()), pack(&tape)]).collect();
    all.push([skippable(b"a frame to be skipped"), zstd(text.as_bytes())].concat());
    all.push(zip_with(b"#!/bin/sh\n", &members, "a comment"));
    all.push(ar(&[("debian-binary", b"2.0\n"), ("data.tar.xz", &xz(&tape)), ("//", b"name.o/\n")]));
    all.push(zip(&members));
    all.push(tape);
    all
}

#[derive(Clone, Debug)]
enum Change {
    Set(u16, u8),
    Flip(u16, u8),
    Cut(u16, u16),
    Insert(u16, Vec<u8>),
    Repeat(u16, u16),
}

impl Change {
    fn make(&self, bytes: &mut Vec<u8>) {
        let place = |at: &u16| usize::from(*at) * bytes.len() / 65536;
        match self {
            Self::Set(at, to) => {
                let at = place(at);
                bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte = *to);
            }
            Self::Flip(at, bit) => {
                let at = place(at);
                bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << (bit % 8));
            }
            Self::Cut(at, length) => {
                let (from, to) =
                    (place(at), (place(at) + usize::from(length % 700)).min(bytes.len()));
                bytes.drain(from..to);
            }
            Self::Insert(at, new) => {
                let at = place(at);
                bytes.splice(at..at, new.iter().copied());
            }
            Self::Repeat(at, length) => {
                let (from, to) = (place(at), (place(at) + usize::from(*length)).min(bytes.len()));
                let again = bytes[from..to].to_vec();
                bytes.splice(from..from, again);
            }
        }
    }
}

fn change() -> impl Strategy<Value = Change> {
    let bytes = prop::collection::vec(any::<u8>(), 1..40);
    prop_oneof![
        (any::<u16>(), prop::sample::select(vec![0, 1, 8, 0x7f, 0x80, 0xff]))
            .prop_map(|(at, to)| Change::Set(at, to)),
        (any::<u16>(), any::<u8>()).prop_map(|(at, bit)| Change::Flip(at, bit)),
        (any::<u16>(), any::<u16>()).prop_map(|(at, length)| Change::Cut(at, length)),
        (any::<u16>(), bytes).prop_map(|(at, new)| Change::Insert(at, new)),
        (any::<u16>(), any::<u16>()).prop_map(|(at, length)| Change::Repeat(at, length)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn changed_archives_are_read_to_an_end(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec(change(), 1..6),
    ) {
        thread_local!(static ALL: (Folder, Vec<Vec<u8>>) = (Folder::new(), archives()));
        ALL.with(|(folder, all)| {
            let mut bytes = which.get(all).clone();
            for change in &changes {
                change.make(&mut bytes);
            }
            let seen = Seen::of(folder, &bytes);
            prop_assert!(seen.skipped.len() <= 100, "{:?}", seen.skipped);
            Ok(())
        })?;
    }
}

#[test]
fn broken_archives_do_not_hide_files() {
    let folder = Folder::with_control();
    for (number, mut bytes) in archives().into_iter().enumerate() {
        let middle = bytes.len() / 2;
        folder.write(format!("cut/{number}"), &bytes[..middle]);
        bytes[middle..].iter_mut().step_by(97).for_each(|byte| *byte = !*byte);
        folder.write(format!("odd/{number}"), &bytes);
    }
    let run = folder.scan(&["--only", "secrets"]);
    assert!(run.origins().contains(&"control.txt".to_owned()), "{}", run.err);
    assert_eq!((run.code, run.json()["complete"] == true), (1, false));
    let report = run.json();
    let skipped = report["skipped"].as_array().unwrap();
    assert!(skipped.iter().all(|gap| gap["reason"] != "internal"), "{}", run.err);
}
