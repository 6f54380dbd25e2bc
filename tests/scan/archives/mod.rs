//! Archives and compressed files: what is in them is scanned like any file, and what cannot be is named.

mod formats;
mod limits;
mod make;
mod mutated;
mod policies;
mod tars;
mod zips;

use keylint::outcome::{SkipReason, Skipped};
use keylint::source::{Scratch, Unit, read};
use memchr::memmem;

use crate::folder::{Folder, Run, TOKEN};

/// What is read of some bytes: where a token lies, and what is said to be missing.
struct Seen {
    tokens: Vec<String>,
    skipped: Vec<Skipped>,
}

impl Seen {
    /// Reads bytes as a file would be.
    fn of(folder: &Folder, bytes: impl AsRef<[u8]>) -> Self {
        let path = folder.write("input", bytes);
        let (mut tokens, mut skipped) = (Vec::new(), Vec::new());
        read(&Unit::File(path), &mut Scratch::default(), &mut skipped, &mut |blob| {
            if memmem::find(blob.text, TOKEN.as_bytes()).is_some() {
                let origin = blob.origin().to_string();
                let (_, name) = origin.split_once("/input").unwrap();
                tokens.push(name.trim_start_matches("!/").to_owned());
            }
        });
        tokens.sort();
        tokens.dedup();
        Self { tokens, skipped }
    }

    fn reasons(&self) -> Vec<SkipReason> {
        self.skipped.iter().map(|skipped| skipped.reason).collect()
    }
}

/// A row: what it is, the bytes, the members with a token, what is missing.
type Row = (&'static str, Vec<u8>, &'static [&'static str], &'static [SkipReason]);

fn assert_rows(rows: Vec<Row>) {
    let folder = Folder::new();
    for (what, bytes, tokens, missing) in rows {
        let seen = Seen::of(&folder, bytes);
        assert_eq!(seen.tokens, tokens, "{what}: {:?}", seen.skipped);
        assert_eq!(seen.reasons(), missing, "{what}: {:?}", seen.skipped);
    }
}

/// Scans archives beside a control, with the program: these members are found, and these inputs named.
fn assert_scanned(files: &[(&str, Vec<u8>)], found: &[&str], missing: &[&str]) -> Run {
    let folder = Folder::with_control();
    for (name, bytes) in files {
        folder.write(name, bytes);
    }
    let run = folder.scan(&["--only", "secrets"]);
    let mut wanted = [&["control.txt"], found].concat();
    wanted.sort_unstable();
    assert_eq!(run.origins(), wanted, "{}", run.err);
    assert_eq!(run.skipped(), missing, "{}", run.err);
    assert_eq!((run.code, run.json()["complete"] == true), (1, missing.is_empty()));
    run
}
