//! Bombs, and archives in archives without end: left after a fixed amount of work, and named.

use keylint::outcome::SkipReason::Limit;
use keylint::source::{FREE, MAX_DEPTH};

use super::make::{Member, STREAMS, file, gzip, skippable, tar, zip, zstd};
use super::{Seen, assert_scanned};
use crate::folder::{Folder, TOKEN};

/// What unpacks to much more than it may.
fn bombs() -> Vec<(String, Vec<u8>)> {
    let zeros = vec![0; usize::try_from(FREE).unwrap() * 3 / 2];
    let bomb = |(end, pack): (&str, super::make::Pack)| {
        let packed = pack(&zeros);
        // A stream of deflate cannot unpack to so much.
        let packed = if end == "gz" { gzip(&gzip(&vec![0; zeros.len() * 3])) } else { packed };
        (format!("bomb.{end}"), packed)
    };
    STREAMS.into_iter().map(bomb).collect()
}

#[test]
fn bombs_are_left_and_hide_nothing() {
    let folder = Folder::new();
    for (name, bomb) in bombs() {
        assert!(bomb.len() < 30_000, "{name} has {} bytes", bomb.len());
        let beside = Seen::of(&folder, tar(&[file(&name, &bomb), file("good", TOKEN)]));
        assert_eq!((beside.tokens, beside.skipped.len()), (vec!["good".to_owned()], 1), "{name}");
        assert_eq!(beside.skipped[0].reason, Limit, "{name}: {:?}", beside.skipped);
        let members = [Member::deflated(&name, &bomb), Member::deflated("good", TOKEN)];
        let beside = Seen::of(&folder, zip(&members));
        assert_eq!((beside.tokens, beside.skipped.len()), (vec!["good".to_owned()], 1), "{name}");
        let alone = Seen::of(&folder, gzip(&tar(&[file(&name, &bomb), file("late", TOKEN)])));
        assert_eq!((alone.reasons(), alone.tokens), (vec![Limit], vec![]), "{name}");
    }
}

#[test]
fn a_bomb_does_not_stop_the_scan() {
    let (name, bomb) = bombs().pop().unwrap();
    let run = assert_scanned(&[(&name, bomb)], &[], &[&name]);
    assert!(run.err.contains("1000 times its size"), "{}", run.err);
}

#[test]
fn archives_lie_in_each_other_up_to_a_limit() {
    let folder = Folder::new();
    let stored = |content: Vec<u8>| zip(&[Member::stored("a", content)]);
    let packed = |content: Vec<u8>| gzip(&content);
    for (pack, is_hidden) in [(&stored as &dyn Fn(Vec<u8>) -> Vec<u8>, false), (&packed, true)] {
        let nested =
            |depth: usize| (0..depth).fold(TOKEN.as_bytes().to_vec(), |inner, _| pack(inner));
        let seen = Seen::of(&folder, nested(MAX_DEPTH));
        assert_eq!((seen.tokens.len(), seen.reasons()), (1, vec![]));
        let seen = Seen::of(&folder, nested(MAX_DEPTH + 1));
        assert_eq!((seen.tokens.is_empty(), seen.reasons()), (is_hidden, vec![Limit]));
        let seen = Seen::of(&folder, nested(MAX_DEPTH + 40));
        assert_eq!((seen.tokens.is_empty(), seen.reasons()), (is_hidden, vec![Limit]));
    }
}

#[test]
fn archives_of_many_archives_end() {
    // As in the bomb that is known by its number: each has several of the next.
    let mut inner = zip(&[Member::deflated("zeros", vec![0; 8_000_000])]);
    for _ in 0..4 {
        inner = zip(&vec![Member::deflated("next.zip", &inner); 6]);
    }
    let folder = Folder::new();
    let seen = Seen::of(&folder, tar(&[file("bomb", inner), file("good", TOKEN)]));
    assert_eq!(seen.tokens, ["good"], "{:?}", seen.skipped);
    assert!(!seen.skipped.is_empty() && seen.skipped.len() <= 16, "{:?}", seen.skipped);
    assert!(seen.reasons().iter().all(|reason| *reason == Limit), "{:?}", seen.skipped);
}

#[test]
fn frames_that_are_too_long_are_named() {
    let folder = Folder::new();
    let frame = skippable(&[vec![b'x'; 1024 * 1024], TOKEN.into()].concat());
    let seen = Seen::of(&folder, [frame, zstd(TOKEN.as_bytes())].concat());
    assert_eq!((seen.reasons(), seen.tokens), (vec![Limit], vec!["input".to_owned()]));
}
