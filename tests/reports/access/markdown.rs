//! Comments on pull requests: what an input says is text in them, and they are never too long.

use std::sync::Arc;

use keylint::access::Access;
use keylint::report::access::{ChangesFormat, Format, Options};

use super::{PLAIN, before, changes, report, snapshot, world};
use crate::inert;

/// GitHub refuses longer comments.
const MAX_CHARS: usize = 65_536;

#[test]
fn markdown_of_changes() {
    snapshot("changes-markdown", &changes(ChangesFormat::Markdown, &before(), &world::full()));
    let mut same = world::full();
    same.expectations.clear();
    let none = changes(ChangesFormat::Markdown, &same, &same);
    assert_eq!(none, "### Access to secrets: no access changed\n\n");
}

#[test]
fn markdown_of_a_whole_world() {
    snapshot("markdown", &report(Format::Markdown, &world::full(), &PLAIN));
}

#[test]
fn names_do_not_break_out() {
    let access = world::hostile();
    let mut was = before();
    was.paths.clear();
    for text in
        [report(Format::Markdown, &access, &PLAIN), changes(ChangesFormat::Markdown, &was, &access)]
    {
        inert::assert_harmless("markdown", text.clone().into_bytes());
        let ours =
            ["<details>", "</details>", "<summary>", "</summary>", "<code>", "</code>", "<!-- -->"];
        // Those of an input stand in code spans and blocks, where nobody reads them as tags.
        let text = outside(&text);
        let count = |tag: &&str| text.matches(*tag).count();
        let tags = text.matches('<').count();
        assert_eq!(tags, ours.iter().map(count).sum::<usize>(), "{text}");
        for line in text.lines() {
            assert!(!line.contains('@'), "a mention: {line}");
            let cells = line.matches('|').count();
            assert!([0, 5, 6].contains(&cells), "{cells} pipes: {line}");
        }
        assert_eq!(count(&"<details>"), count(&"</details>"));
    }
}

/// What is in no code span and in no block.
fn outside(text: &str) -> String {
    let mut kept = String::new();
    let mut fence: Option<String> = None;
    for line in text.lines() {
        let ticks: String = line.chars().take_while(|character| *character == '`').collect();
        match &fence {
            Some(open) if line == open => fence = None,
            Some(_) => {}
            None if ticks.len() >= 3 => fence = Some(ticks),
            None => {
                let parts: Vec<&str> = line.split('`').collect();
                assert_eq!(parts.len() % 2, 1, "a span is open in {line}");
                kept.extend(parts.iter().step_by(2).copied());
                kept.push('\n');
            }
        }
    }
    assert_eq!(fence, None, "a block is open");
    kept
}

#[test]
fn comments_are_short_enough() {
    let mut access = world::large(30, 40);
    for path in &mut access.paths {
        path.is_meant = true;
    }
    for path in access.paths.iter_mut().take(30) {
        Arc::make_mut(&mut path.links)[0].fix = world::forgotten()[0].fix.clone();
        Arc::make_mut(&mut path.links)[0].text = "@".repeat(400).into();
    }
    let mut was = access.clone();
    was.paths.clear();
    for text in [
        report(Format::Markdown, &access, &Options { all: true, ..PLAIN }),
        changes(ChangesFormat::Markdown, &was, &access),
    ] {
        assert!(text.chars().count() < MAX_CHARS, "{} characters", text.chars().count());
    }
    let text = report(Format::Markdown, &access, &PLAIN);
    assert!(text.contains("1000 more paths not listed"), "{text}");
    assert!(text.contains("more paths not shown in detail"));
}

#[test]
fn an_empty_world_says_what_is_not_there() {
    let text = report(Format::Markdown, &Access::default(), &PLAIN);
    assert!(text.contains("nothing to answer"), "{text}");
    assert!(!text.contains('|'), "{text}");
}
