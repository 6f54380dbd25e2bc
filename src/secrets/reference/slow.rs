//! The slow lane against a loop over every byte, in whole texts, in chunks and in texts made of others.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use proptest::prelude::*;

use super::super::anywhere::MAX_TRIES;
use super::super::{RuleSet, Scratch, rule_file};
use super::Found;
use crate::blob::{Base, Blob, Content, Copied, Made, Origin};

/// Rules of every shape: with words and without, short and greedy, over lines and with look-around.
const TEXT: &str = r#"
[[rule]]
id = "short"
title = "Short"
severity = "low"
trigger = { anywhere = [] }
regex = '''<([a-z]{2,4})>'''
help = "None."

[[rule]]
id = "greedy"
title = "Greedy"
severity = "low"
trigger = { anywhere = ["Begin"], span = 20 }
regex = '''begin([\s\S]*)end'''
help = "None."

[[rule]]
id = "line"
title = "Line"
severity = "low"
trigger = { anywhere = ["x", "begin"], span = 12 }
regex = '''(?m)^(\w+)$'''
help = "None."

[[rule]]
id = "open"
title = "Open"
severity = "low"
trigger = { anywhere = ["<"], span = 6 }
regex = '''(?:^|\W)(x[a-z]*)'''
help = "None."
"#;

static RULES: LazyLock<RuleSet> =
    LazyLock::new(|| RuleSet::new(rule_file::parse("slow.toml", TEXT).unwrap()));

fn found(blob: &Blob, scratch: &mut Scratch) -> BTreeSet<Found> {
    let mut found = BTreeSet::new();
    RULES.each_candidate(blob, scratch, &mut |seen| {
        if seen.view == 0 {
            found.insert(Found::new(seen.candidate.rule, &seen.candidate.secret));
        }
    });
    found
}

fn fast(text: &[u8]) -> BTreeSet<Found> {
    let origin = Arc::new(Origin::Stdin);
    found(&Blob::whole(&origin, text, Content::Text), &mut Scratch::default())
}

#[test]
fn finds_matches_of_all_shapes() {
    let text = b"<abc> BEGIN begin one end two end\nxyz\n <xy\xff>";
    let ids: Vec<(String, usize)> =
        fast(text).into_iter().map(|found| (found.rule, found.start)).collect();
    let wanted = [("greedy", 17), ("line", 34), ("open", 34), ("open", 40), ("short", 1)];
    assert_eq!(ids, wanted.map(|(id, at)| (id.to_owned(), at)));
    assert_eq!(fast(text), super::candidates(&RULES, text));
}

#[test]
fn finds_matches_at_every_border_of_what_is_looked_at_at_once() {
    for at in (4000..4200).chain(5100..5140).chain(8180..8200) {
        let text = [b" ".repeat(at), b"<abc>".to_vec(), b" ".repeat(6000)].concat();
        assert!(fast(&text).iter().any(|found| found.start == at + 1), "{at}");
    }
}

#[test]
fn what_matches_without_end_is_given_up_and_said() {
    let origin = Arc::new(Origin::Stdin);
    let mut scratch = Scratch::default();
    let some = b"<ab>".repeat(MAX_TRIES);
    found(&Blob::whole(&origin, &some, Content::Text), &mut scratch);
    assert_eq!(scratch.take_unfinished(), Vec::<String>::new());
    let many = b"<ab>".repeat(MAX_TRIES + 1);
    found(&Blob::whole(&origin, &many, Content::Text), &mut scratch);
    assert_eq!(scratch.take_unfinished(), ["short"]);
}

fn fragments() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just("<".to_owned()),
        Just(">".to_owned()),
        Just("\n".to_owned()),
        Just("begin".to_owned()),
        Just("end".to_owned()),
        Just(" ".to_owned()),
        Just("\u{fc}".to_owned()),
        "[a-x]{1,5}",
        Just(" ".repeat(4090)),
    ];
    prop::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat().into_bytes())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn equals_a_loop_over_every_byte(text in fragments()) {
        prop_assert_eq!(fast(&text), super::candidates(&RULES, &text));
    }

    #[test]
    fn sees_all_of_a_text_that_is_made_of_another(base in fragments(), new in fragments(), cut in 0..200_usize) {
        let (origin, scratch) = (Arc::new(Origin::Stdin), &mut Scratch::default());
        let made = Some(Made { number: 0, is_base: true, base: None });
        found(&Blob { made, ..Blob::whole(&origin, &base, Content::Text) }, scratch);
        let kept = base.len().min(cut);
        let text = [&base[..kept], &new].concat();
        let copied = [Copied { to: 0, from: 0, len: u32::try_from(kept).unwrap() }];
        let base = Some(Base { number: 0, copied: &copied, is_last: true });
        let made = Some(Made { number: 1, is_base: false, base });
        let again = found(&Blob { made, ..Blob::whole(&origin, &text, Content::Text) }, scratch);
        prop_assert_eq!(again, fast(&text));
    }
}
