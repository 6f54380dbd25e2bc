//! Everything that is decoded, and that it is traced back to the bytes it was decoded from.

use std::ops::Range;
use std::sync::{Arc, LazyLock};

use proptest::prelude::*;

use super::super::prefilter::Lanes;
use super::super::{Detected, RuleSet, Scratch};
use super::ways::{Encoded, WAYS, encode};
use super::{Gap, Walk, base64, is_text};
use crate::blob::{Blob, Content, Origin};
use crate::outcome::Stats;
use crate::profile::Meter;

static RULES: LazyLock<RuleSet> = LazyLock::new(RuleSet::built_in);

const TOKEN: &str = concat!("sk_", "live_", "CMQO2AUN", "u9OJuQjn", "eRtU44Wl");

fn detect(text: &[u8]) -> Detected<'static> {
    let origin = Arc::new(Origin::Stdin);
    let blob = Blob::whole(&origin, text, Content::Text);
    RULES.detect(&blob, 0, &mut Scratch::default(), &mut Stats::default())
}

/// Span, secret and encodings of everything that is found.
fn found(text: &[u8]) -> Vec<(Range<usize>, String, String)> {
    let fact = |facts: &[(String, String)]| {
        facts
            .iter()
            .find(|(name, _)| name == "encoding")
            .map_or_else(String::new, |fact| fact.1.clone())
    };
    let detections = detect(text).detections.into_iter();
    detections
        .map(|found| {
            (found.span(), String::from_utf8_lossy(found.secret()).into_owned(), fact(&found.facts))
        })
        .collect()
}

/// The token in a text of its own, encoded in these ways, one after the other.
fn chain(ways: &[usize], before: &str, after: &str) -> (Encoded, Range<usize>) {
    let text = format!("{before} {TOKEN} {after}");
    let token = before.len() + 1..before.len() + 1 + TOKEN.len();
    let mut encoded = Encoded::plain(text.as_bytes());
    for way in ways {
        encoded = encoded.then(encode(*way, &encoded.bytes).within(b"see ", b" there"));
    }
    let span = encoded.span(&token);
    (encoded, span)
}

fn check(ways: &[usize], before: &str, after: &str) {
    let (encoded, span) = chain(ways, before, after);
    let found = found(&encoded.bytes);
    let places: Vec<&Range<usize>> =
        found.iter().filter(|(_, secret, _)| secret == TOKEN).map(|(place, ..)| place).collect();
    let text = String::from_utf8_lossy(&encoded.bytes);
    assert_eq!(places, [&span], "{ways:?}: {found:?} in {text}");
}

#[test]
fn every_encoding_is_found_in_its_place() {
    for way in 0..WAYS {
        for before in
            ["it rains", "it rains and it pours, and so on and on, so", "it rains\nand pours\nx=1"]
        {
            check(&[way], before, "and so it goes on");
        }
    }
}

#[test]
fn every_pair_of_encodings_is_found_in_its_place() {
    for first in 0..WAYS {
        for second in 0..WAYS {
            check(&[first, second], "it rains and", "so it goes");
        }
    }
}

#[test]
fn says_how_it_was_encoded() {
    for (ways, name) in [
        (&[0][..], "base64"),
        (&[4], "hex"),
        (&[6], "percent"),
        (&[8], "escapes"),
        (&[12], "entities"),
        (&[15], "joined"),
        (&[16], "base64 > gzip"),
        (&[17, 6], "percent > base64 > zlib"),
        (&[0, 4, 0], "base64 > hex > base64"),
    ] {
        let (encoded, _) = chain(ways, "it rains and", "so it goes");
        let found = found(&encoded.bytes);
        let names: Vec<&str> = found.iter().map(|(_, _, name)| name.as_str()).collect();
        assert_eq!(names, [name]);
    }
}

#[test]
fn the_same_secret_has_the_same_fingerprint() {
    let plain = detect(TOKEN.as_bytes());
    let (encoded, _) = chain(&[0], "it rains and", "so it goes");
    let again = detect(&encoded.bytes);
    let fingerprint = |found: &Detected| found.detections[0].fingerprint.clone();
    assert_eq!(fingerprint(&plain), fingerprint(&again));
    assert_ne!(plain.detections[0].public_prefix(), 0);
    assert_eq!(again.detections[0].public_prefix(), 0, "an encoded secret has no public start");
}

/// Written, what is decoded of it, how often it is found.
#[test]
fn finds_what_people_write() {
    let [head, tail] = [&TOKEN[..12], &TOKEN[12..]];
    let cases = [
        format!("x = \"done\\n{TOKEN}\\n\""),
        format!(
            "{{\"a\": \"{{\\\"b\\\": \\\"{{\\\\\\\"c\\\\\\\": \\\\\\\"\\\\n{TOKEN}\\\\\\\"}}\\\"}}\"}}"
        ),
        format!("x = \"{head}\" \\\n    \"{tail}\""),
        format!("curl -H {head}\\\n{tail}"),
        format!("'{head}' . '{tail}'"),
        format!("  \"source\": [\n   \"key = '{head}'\\\\\\n\",\n   \"  '{tail}'\"\n  ]")
            .replace("\\\\\\n\",\n   \"  ", " + "),
        format!("a=1&amp;b=%22{TOKEN}%22"),
        format!(
            "data:text/plain;base64,{}",
            String::from_utf8(encode(0, format!("key {TOKEN} is it").as_bytes()).bytes).unwrap()
        ),
    ];
    for text in cases {
        let found = found(text.as_bytes());
        let secrets: Vec<&str> = found.iter().map(|(_, secret, _)| secret.as_str()).collect();
        assert_eq!(secrets, [TOKEN], "{text}");
    }
}

#[test]
fn two_secrets_in_the_same_bytes_are_both_found() {
    let other = TOKEN.replace("CMQO", "7Hqz");
    let (encoded, _) = chain(&[16], &other, "and so on");
    let found = found(&encoded.bytes);
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!(found[0].0, found[1].0);
}

#[test]
fn what_is_no_text_is_no_view() {
    let noise: Vec<u8> =
        (0..6000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13).to_le_bytes()[0]).collect();
    let png = [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice(), &noise].concat();
    let pdf = [b"%PDF-1.4\n%abc".as_slice(), &noise].concat();
    for bytes in [noise, png, pdf] {
        let encoded = encode(0, &bytes);
        assert_eq!(views(&encoded.bytes), (Vec::new(), vec![]));
    }
    assert!(is_text("größer\n".as_bytes()) && !is_text(b"\0\x01\x02abc"));
}

#[test]
fn values_of_base64() {
    for (text, value) in [
        ("c2VjcmV0", Some("secret")),
        ("c2VjcmV0cw==", Some("secrets")),
        ("c2VjcmV0cw", Some("secrets")),
        ("  c2Vj\n  cmV0\n", Some("secret")),
        ("fn5-Pz8_", Some("~~~???")),
        ("fn5+Pz8/", Some("~~~???")),
        ("fn5+Pz8_", None),
        ("c2VjcmV0cw=", None),
        ("c2Vj!", None),
        ("c", None),
        ("", None),
    ] {
        assert_eq!(
            super::base64_value(text.as_bytes()).as_deref(),
            value.map(str::as_bytes),
            "{text}"
        );
    }
    assert!(base64::is_digit(b'_') && !base64::is_digit(b'='));
}

/// The length of each view of a text, and why something was left out.
fn views(text: &[u8]) -> (Vec<usize>, Vec<Gap>) {
    let mut lanes = Lanes::default();
    RULES.prefilter.search(text, &mut lanes);
    let mut lengths = Vec::new();
    let mut spare = Vec::new();
    let mut visit = |found: &super::Found| lengths.push(found.text.len());
    let meter = Meter::default();
    let walk = Walk::new(&RULES.prefilter, text.len(), &mut spare, &meter, &mut visit);
    let gaps = walk.through(text, &lanes);
    (lengths, gaps)
}

#[test]
fn what_is_hostile_costs_no_more_than_its_length() {
    const LENGTH: usize = 600_000;
    for part in [
        "\\u0041",
        "%41",
        "%2541",
        "&#65;",
        "&amp;amp;x",
        "\"a\" + ",
        "\"a\"+",
        "\"",
        "\\",
        "\\\\\\\"",
        "'a' 'b' ",
        "\" ",
        "=3D=\n",
        "\\n\\",
        "6162",
        "YWJj",
        "YWJj\n",
        "\\u0041\n",
        "\"a\"\n",
        "a\\\n",
    ] {
        let text = part.repeat(LENGTH / part.len());
        let (lengths, gaps) = views(text.as_bytes());
        let total: usize = lengths.iter().sum();
        // Each byte once for each depth, and what overlaps of long regions.
        assert!(total <= 4 * LENGTH, "{part}: {total} bytes of views");
        assert_eq!(gaps, [], "{part}");
    }
}

#[test]
fn what_is_too_deep_is_named() {
    let deep = chain(&[0; 5], "it rains and", "so it goes").0;
    assert_eq!(views(&deep.bytes).1, []);
    assert_eq!(found(&deep.bytes).len(), 1);
    let deeper = chain(&[0; 6], "it rains and", "so it goes").0;
    assert_eq!(views(&deeper.bytes).1, [Gap::Depth]);
}

#[test]
fn what_does_not_change_is_not_deep() {
    for text in ["=3d", "x --ttl=3d y\n", "a=3D\nb\n", "size=20px\nttl=3d\n"] {
        assert_eq!(views(text.as_bytes()).1, [], "{text}");
    }
}

#[test]
fn a_bomb_is_cut_and_named() {
    let bomb = encode(16, &b"it rains and pours ".repeat(1_000_000)).bytes;
    let (lengths, gaps) = views(&bomb);
    assert!(bomb.len() < 400_000, "{} bytes", bomb.len());
    assert!(lengths.iter().sum::<usize>() <= 4 * bomb.len() + 1024 * 1024);
    assert_eq!(gaps, [Gap::Size]);
}

#[test]
fn a_line_that_is_quoted_twice_goes_on() {
    for length in 0..80 {
        check(&[14, 14], &"a".repeat(length), "b");
    }
}

#[test]
fn a_line_may_end_within_an_escape() {
    for escape in [8, 9, 10] {
        for length in 0..30 {
            check(&[escape, 11, 14], &"a ".repeat(length), "b");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_chain_leads_back_to_the_place(
        ways in prop::collection::vec(0..WAYS, 0..4),
        before in "([a-z]{1,8}[ .\n]){2,40}",
        after in "([ .\n][a-z]{1,8}){2,40}",
    ) {
        // Literals that are joined within an escaped string have no sign of their own.
        prop_assume!(!ways.windows(2).any(|pair| pair == [15, 11]));
        // What is packed is two encodings: in base64, in gzip.
        let depth: usize = ways.iter().map(|way| 1 + usize::from(*way >= 16)).sum();
        prop_assume!(depth <= super::MAX_DEPTH);
        check(&ways, &before, &after);
    }

    #[test]
    fn nothing_fails_on_nonsense(parts in prop::collection::vec(
        prop_oneof![
            "[ -~\n]{0,30}", "\\\\[nuxU0{'\"\\\\/\n]{0,3}[0-9a-f}]{0,8}", "(\"[a-z]{0,3}\"[ +.&\n\\\\]{0,4}){0,6}",
            "([A-Za-z0-9+/_-]{64}\n){0,3}", "([2-7][0-9a-f]){0,40}", "&#?[a-z0-9]{0,4};?", "%[0-9a-f]{0,2}", "=(3D)?\n?",
        ], 0..16)) {
        let text = parts.concat();
        for (span, ..) in found(text.as_bytes()) {
            prop_assert!(span.start < span.end && span.end <= text.len());
        }
    }
}
