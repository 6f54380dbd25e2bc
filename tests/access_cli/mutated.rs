//! Whatever a manifest and its documents say, there is an answer or an error.

use std::path::{Path, PathBuf};

use keylint::report::Look;
use keylint::report::access::{Format, Options, write};
use keylint::scan::access_of;

/// Rounds of the test.
const ROUNDS: u64 = 400;

/// Numbers that look random and are the same each time.
struct Numbers(u64);

impl Numbers {
    /// One below `end`.
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end.max(1) as u64).unwrap()
    }
}

/// What is put in the place of something else.
const PIECES: &[&str] = &[
    "",
    "*",
    "?",
    "\"",
    "[]",
    "{}",
    "[",
    "]",
    "{",
    "}",
    "null",
    "true",
    "-1",
    "1e999",
    "''",
    "${",
    "${aws:username}",
    "\u{0}",
    "\u{202e}",
    "arn:aws:",
    "arn:aws:iam::222233334444:root",
    "arn:aws:kms:::key/",
    ":::::::",
    "/",
    "@",
    "\n",
    "\"Deny\"",
    "\"NotAction\"",
    "\"NotResource\"",
    "\"NotPrincipal\"",
    "\"Condition\"",
    "kms:*",
    "aws:PrincipalOrgPaths",
    "ForAllValues:StringLike",
    "[[role]]",
    "[[secret]]",
    "[[key]]",
    "[[expect]]",
    "[[template]]",
    "[account.x]",
    "[context]",
    "replicas = [\"eu-west-1\"]",
    "kms = \"alias/x\"",
    "scps = [[]]",
    "policies = []",
    "boundary = \"app.json\"",
    "grants = []",
    "tags = {}",
    "id = \"app\"",
];

/// The worlds of the fixtures: each is a manifest and its documents.
fn worlds() -> Vec<Vec<(PathBuf, Vec<u8>)>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/access");
    let mut folders: Vec<PathBuf> =
        std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    let files = |folder: PathBuf| {
        let mut all = Vec::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                all.push((path.file_name().unwrap().into(), std::fs::read(&path).unwrap()));
            }
        }
        all.sort();
        all
    };
    folders.into_iter().filter(|path| path.is_dir()).map(files).collect()
}

/// Where something may begin or end: at what is no letter.
fn edge(text: &[u8], at: usize) -> usize {
    let is_edge = |byte: &u8| !byte.is_ascii_alphanumeric();
    at + text.get(at..).unwrap_or_default().iter().position(is_edge).unwrap_or(0)
}

fn mutate(text: &mut Vec<u8>, other: &[u8], numbers: &mut Numbers) {
    let start = edge(text, numbers.below(text.len()));
    let len = numbers.below(30);
    let end = edge(text, (start + len).min(text.len()));
    let piece: Vec<u8> = match numbers.below(5) {
        0 => Vec::new(),
        1 => text[start..end].repeat(2),
        2 => {
            let from = edge(other, numbers.below(other.len()));
            other[from..edge(other, (from + len * 4).min(other.len()))].to_vec()
        }
        3 => vec![u8::try_from(numbers.below(256)).unwrap()],
        _ => PIECES[numbers.below(PIECES.len())].as_bytes().to_vec(),
    };
    text.splice(start..end, piece);
}

#[test]
fn nothing_that_is_read_makes_it_stop() {
    let worlds = worlds();
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let (mut answered, mut refused) = (0, 0);
    for round in 0..ROUNDS {
        let mut files = worlds[numbers.below(worlds.len())].clone();
        let other = &worlds[numbers.below(worlds.len())];
        let other = &other[numbers.below(other.len())].1;
        for _ in 0..=numbers.below(3) {
            let file = numbers.below(files.len());
            mutate(&mut files[file].1, other, &mut numbers);
        }
        let manifest = Path::new("accounts.toml");
        let given = files.clone();
        let Ok(access) = access_of(given, Some(manifest)) else {
            refused += 1;
            continue;
        };
        answered += 1;
        let options = Options { look: Look::Plain, width: 80, all: round % 2 == 0 };
        for format in [Format::Text, Format::Json, Format::Sarif, Format::Html, Format::Markdown] {
            write(format, &access, &options, &mut std::io::sink()).unwrap();
        }
    }
    assert!(answered > ROUNDS / 4 && refused > ROUNDS / 20, "{answered} and {refused}");
}
