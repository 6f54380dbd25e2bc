//! Every syntax with what is read of it, from `fixtures/secrets/syntax/`, and what must stay silent.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use proptest::prelude::*;
use serde::Deserialize;

use super::super::{RuleSet, Scratch};
use super::*;
use crate::blob::{Blob, Content, Origin};
use crate::finding::Confidence;
use crate::outcome::Stats;

static RULES: LazyLock<RuleSet> = LazyLock::new(RuleSet::built_in);

/// What a file of fixtures has.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    /// Text, name, value.
    #[serde(default)]
    read: Vec<(String, String, String)>,
    /// The name of a file, and a text in which nothing may be found.
    #[serde(default)]
    silent: Vec<(String, String)>,
    /// The name of a file, a text, the rule that finds something in it, and what it finds.
    #[serde(default)]
    found: Vec<(String, String, String, String)>,
}

fn cases() -> Vec<(String, Cases)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/secrets/syntax");
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let read = |path: PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let cases = toml::from_str(&fs::read_to_string(&path).unwrap());
        (name.clone(), cases.unwrap_or_else(|error| panic!("{name}: {error}")))
    };
    paths.into_iter().map(read).collect()
}

/// Name and value of everything that is read, whether it is about a secret or not.
fn all(text: &str) -> Vec<(String, String)> {
    let show = |range: Range<usize>| String::from_utf8_lossy(&text.as_bytes()[range]).into_owned();
    let mut found = Vec::new();
    for at in anchors(text.as_bytes()) {
        for assignment in read(text.as_bytes(), at).assignments {
            let pair = (show(assignment.name), show(assignment.value));
            if !found.contains(&pair) {
                found.push(pair);
            }
        }
    }
    found
}

fn anchors(text: &[u8]) -> Vec<usize> {
    let lower = text.to_ascii_lowercase();
    let is_anchor = |at: &usize| {
        let rest = &lower[*at..];
        WORDS.iter().any(|word| rest.starts_with(word.as_bytes()))
    };
    (0..text.len()).filter(is_anchor).collect()
}

/// The rule and the secret of every detection that is listed when nothing is said.
fn detections(file: &str, text: &str) -> Vec<(String, String)> {
    let origin = Arc::new(Origin::File { path: PathBuf::from(file) });
    let blob = Blob::whole(&origin, text.as_bytes(), Content::Text);
    let found = RULES.detect(&blob, 0, &mut Scratch::default(), &mut Stats::default());
    let listed = found.detections.iter().filter(|found| found.confidence >= Confidence::Medium);
    listed
        .map(|found| {
            (found.meta().id.clone(), String::from_utf8_lossy(found.secret()).into_owned())
        })
        .collect()
}

#[test]
fn reads_every_way_to_write_it() {
    let (mut wrong, mut count) = (Vec::new(), 0);
    for (file, cases) in cases() {
        for (text, name, value) in cases.read {
            count += 1;
            let read = all(&text);
            if !read.contains(&(name.clone(), value.clone())) {
                wrong.push(format!(
                    "{file}: {text:?}\n  wants {name:?} {value:?}\n  gives {read:?}"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count >= 250, "only {count} cases");
}

#[test]
fn finds_what_names_and_parents_say() {
    let mut wrong = Vec::new();
    for (fixture, cases) in cases() {
        for (file, text, rule, secret) in cases.found {
            let found = detections(&file, &text);
            if !found.contains(&(rule.clone(), secret.clone())) {
                wrong.push(format!(
                    "{fixture}: {text:?}\n  wants {rule} {secret:?}\n  gives {found:?}"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn stays_silent_about_what_is_no_secret() {
    let (mut wrong, mut count) = (Vec::new(), 0);
    for (fixture, cases) in cases() {
        for (file, text) in cases.silent {
            count += 1;
            let found = detections(&file, &text);
            if !found.is_empty() {
                wrong.push(format!("{fixture}: {file} {text:?}\n  gives {found:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count >= 100, "only {count} cases");
}

#[test]
fn needs_an_operator() {
    for line in ["the password of the user", "tokens", "password", "key::value", "secret\n= x"] {
        assert_eq!(all(line), [], "{line:?}");
    }
}

/// What texts are made of that readers could stumble over.
const PIECES: &[&str] = &[
    "password",
    "secret",
    "Token",
    "mysql",
    "docker login",
    "IDENTIFIED",
    "kind: Secret",
    "data:",
    "Cookie",
    "name",
    "value",
    "<",
    ">",
    "</",
    "/>",
    "<![CDATA[",
    "=",
    ":",
    ": ",
    ",",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "\"",
    "'",
    "`",
    "\\",
    "\n",
    "\r\n",
    "\n  ",
    "\n- ",
    " ",
    "\t",
    "|",
    ">-",
    "<<EOF",
    "EOF",
    "r#\"",
    "\"#",
    "'''",
    "\"\"\"",
    "-p",
    " -p ",
    "--",
    "#",
    ";",
    "&",
    "!!str ",
    "&a ",
    "? ",
    "BY",
    "VALUES",
    "INTO t (",
    "echo ",
    "\u{e9}",
    "\0",
    "x",
    "abc",
    "$",
    "$$",
    "%",
    "[[",
    "]]",
    "//",
    "&quot;",
    "\\\"",
    "FOR",
    "WITH",
    "key",
    "pair",
];

fn shifted(assignments: Vec<Assignment>, by: usize) -> Vec<Assignment> {
    let shift = |range: Range<usize>| range.start + by..range.end + by;
    let shifted = |assignment: Assignment| Assignment {
        name: shift(assignment.name),
        value: shift(assignment.value),
        call: assignment.call.map(shift),
        ..assignment
    };
    assignments.into_iter().map(shifted).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_is_too_broken(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..60)) {
        let text = pieces.concat();
        for at in 0..text.len() {
            let reading = read(text.as_bytes(), at);
            for assignment in reading.assignments {
                prop_assert!(assignment.value.end <= text.len() && assignment.name.end <= text.len());
                prop_assert!(!assignment.value.is_empty());
                let _ = parents(text.as_bytes(), &assignment.name);
            }
        }
    }

    #[test]
    fn nothing_beyond_the_reach_counts(
        pieces in prop::collection::vec(prop::sample::select(PIECES), 0..60),
        lines in 500..1500_usize,
    ) {
        let filler = "token of\n  x: y\n".repeat(lines);
        let text = [filler.as_str(), &pieces.concat(), &filler].concat();
        let text = text.as_bytes();
        let reach = super::super::prefilter::REACH;
        for at in anchors(text).into_iter().filter(|at| at.abs_diff(filler.len()) < 200) {
            // A text that begins and ends elsewhere, but no nearer.
            let start = at.saturating_sub(reach + 7);
            let end = text.len().min(at + reach + 7);
            let near = read(&text[start..end], at - start).assignments;
            let here = read(text, at).assignments;
            for assignment in &here {
                let (name, nearer) = (assignment.name.clone(), &text[start..end]);
                let parents_near = parents(nearer, &(name.start - start..name.end - start));
                let back = parents_near.into_iter().map(|range| range.start + start..range.end + start);
                prop_assert_eq!(back.collect::<Vec<_>>(), parents(text, &name));
            }
            prop_assert_eq!(shifted(near, start), here);
        }
    }
}

#[test]
fn time_is_bounded_where_everything_is_open() {
    let started = std::time::Instant::now();
    for piece in [
        "password: [",
        "password = '",
        "secret: {",
        "<password",
        "name: password\n",
        "mysql -u ",
        "token = (\n",
        "(password, ",
        "kind: Secret\n",
        "key: |\n ",
    ] {
        let text = piece.repeat(10_000 / piece.len());
        let mut bytes = 0;
        for at in anchors(text.as_bytes()) {
            bytes += read(text.as_bytes(), at).assignments.len();
        }
        assert!(bytes <= text.len());
    }
    // A hundred thousand bytes of the worst, in a build without optimisation on a busy machine.
    assert!(started.elapsed().as_secs() < 120, "{:?}", started.elapsed());
}

#[test]
fn words_that_begin_otherwise_name_no_secret() {
    for word in OTHERWISE {
        let begins = WORDS.iter().any(|known| word.starts_with(known));
        assert!(begins, "{word} begins like no word that is looked for");
        assert!(begins_otherwise(word.as_bytes(), 0), "{word}");
        for ending in ["", "s", "er", "_name"] {
            let name = format!("{word}{ending}");
            assert_eq!(classify(&Words::of(name.as_bytes())), None, "{name}");
        }
    }
    for name in ["authorization", "AUTHORITY", "auth", "passw", "passphrase", "keys", "tokens"] {
        assert!(!begins_otherwise(name.as_bytes(), 0), "{name}");
    }
}
