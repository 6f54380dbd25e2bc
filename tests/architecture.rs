//! The shape of the source: who may import whom, how files open, how long they are, what the library must not do.

#![expect(clippy::unwrap_used, reason = "a test may stop where the source is not as it expects")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The most lines a file of `src/` may have.
const MAX_LINES: usize = 400;

/// Nouns: they import only nouns.
const NOUNS: &[&str] = &[
    "access",
    "blob",
    "date",
    "finding",
    "fingerprint",
    "history",
    "image",
    "location",
    "outcome",
    "pool",
    "profile",
    "snippet",
];

/// Stages, and the other stages each may import. Nouns are open to all.
const STAGES: &[(&str, &[&str])] = &[
    ("source", &[]),
    ("secrets", &[]),
    ("policy", &[]),
    ("suppress", &[]),
    ("plan", &["policy", "config"]),
    ("config", &["policy", "secrets", "source", "suppress"]),
    ("report", &["config", "plan"]),
    ("scan", &["config", "policy", "secrets", "source", "suppress"]),
];

/// External crates and the only places that may name them.
const HOMES: &[(&str, &[&str])] = &[
    ("ignore", &["source"]),
    ("gix", &["source"]),
    ("imara_diff", &["source"]),
    ("flate2", &["report", "secrets", "source"]),
    ("rustix", &["source"]),
    ("tar", &["source"]),
    ("bzip2", &["source"]),
    ("lzma_rust2", &["source"]),
    ("zstd", &["source"]),
    ("aho_corasick", &["secrets"]),
    ("regex_automata", &["secrets"]),
    ("regex_syntax", &["secrets"]),
    ("ureq", &["source"]),
    ("base64", &["report", "secrets", "source"]),
    ("aes", &["secrets"]),
    ("bcrypt", &["secrets"]),
    ("bcrypt_pbkdf", &["secrets"]),
    ("cbc", &["secrets"]),
    ("ctr", &["secrets"]),
    ("des", &["secrets"]),
    ("hmac", &["secrets"]),
    ("md5", &["secrets"]),
    ("pkcs5", &["secrets"]),
    ("sha1", &["report", "secrets", "suppress"]),
    ("jsonc_parser", &["policy"]),
    ("granit_parser", &["policy"]),
    ("hcl_edit", &["policy"]),
    ("crc32fast", &["secrets"]),
    ("aes", &["secrets"]),
    ("blake2", &["secrets"]),
    ("der", &["secrets"]),
    ("ed25519_compact", &["secrets"]),
    ("hmac", &["secrets"]),
    ("sha1", &["report", "secrets", "suppress"]),
    ("postcard", &["secrets"]),
    ("serde_sarif", &["report"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("clap_mangen", &["cli"]),
    ("terminal_size", &["cli"]),
    ("indicatif", &["cli"]),
    ("rayon", &["pool", "source"]),
    ("toml", &["config", "policy", "secrets"]),
];

/// The only files that may ask a secret for its bytes: to mask them elsewhere, to try them on what lies beside them, and
/// to write them under `--reveal`.
const REVEALERS: &[&str] = &[
    "cli/plan.rs",
    "plan/replacements.rs",
    "report/sarif/mod.rs",
    "report/views/mod.rs",
    "scan/masking.rs",
    "secrets/assemble/proof/mod.rs",
    "secrets/assemble/proof/trials.rs",
    "secrets/repeats.rs",
    "suppress/import/matching.rs",
];

struct File {
    path: PathBuf,
    text: String,
}

impl File {
    /// The first part of its path below `src/`: a stage, a noun, `cli`, `main` or `lib`.
    fn module(&self) -> String {
        let below = self.path.strip_prefix(root().join("src")).unwrap();
        let first = below.components().next().unwrap().as_os_str().to_str().unwrap();
        first.trim_end_matches(".rs").to_owned()
    }

    /// The lines that are code, without unit tests and comments.
    fn code(&self) -> impl Iterator<Item = &str> {
        let body = self.text.split("#[cfg(test)]\nmod tests").next().unwrap();
        body.lines().map(|line| line.split("//").next().unwrap())
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path) -> Vec<File> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(File { text: fs::read_to_string(&path).unwrap(), path });
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// Where a path begins in a line, as a path of its own and not the end of a longer one.
fn places<'a>(line: &'a str, path: &'a str) -> impl Iterator<Item = usize> + 'a {
    let begins =
        |at: &usize| !line[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':');
    line.match_indices(path).map(|(at, _)| at).filter(begins)
}

fn mentions(line: &str, path: &str) -> bool {
    places(line, path).next().is_some()
}

/// The words that follow `prefix` in a line.
fn names_after<'a>(line: &'a str, prefix: &'a str) -> Vec<&'a str> {
    places(line, prefix)
        .map(|at| {
            line[at + prefix.len()..]
                .split(|c: char| !c.is_alphanumeric() && c != '_')
                .next()
                .unwrap()
        })
        .filter(|name| !name.is_empty())
        .collect()
}

#[test]
fn stages_import_only_what_they_may() {
    let mut wrong = Vec::new();
    for file in files(&root().join("src")) {
        let module = file.module();
        if ["cli", "main", "lib"].contains(&module.as_str()) {
            continue;
        }
        let may: Vec<&str> = match STAGES.iter().find(|(stage, _)| *stage == module) {
            Some((_, others)) => {
                others.iter().chain(NOUNS).copied().chain([module.as_str()]).collect()
            }
            None => NOUNS.to_vec(),
        };
        assert!(
            NOUNS.contains(&module.as_str()) || STAGES.iter().any(|(stage, _)| *stage == module),
            "{module} is neither a noun nor a stage: name it in this test and in docs/ARCHITECTURE.md"
        );
        for line in file.code() {
            for name in names_after(line, "crate::") {
                if !may.contains(&name) {
                    wrong.push(format!(
                        "{}: {module} imports {name}: {}",
                        file.path.display(),
                        line.trim()
                    ));
                }
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn crates_stay_at_home() {
    let mut wrong = Vec::new();
    for file in files(&root().join("src")) {
        let module = file.module();
        for line in file.code() {
            for (name, homes) in HOMES {
                if mentions(line, &format!("{name}::")) && !homes.contains(&module.as_str()) {
                    wrong.push(format!(
                        "{}: {name} belongs to {homes:?}: {}",
                        file.path.display(),
                        line.trim()
                    ));
                }
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn secrets_are_revealed_in_few_places() {
    let source = root().join("src");
    let reveals = |file: &File| file.code().any(|line| line.contains(".reveal()"));
    let found: Vec<PathBuf> =
        files(&source).into_iter().filter(reveals).map(|file| file.path).collect();
    let known: Vec<PathBuf> = REVEALERS.iter().map(|path| source.join(path)).collect();
    assert_eq!(found, known);
}

#[test]
fn files_open_with_their_purpose_and_stay_short() {
    for folder in ["src", "tests"] {
        for file in files(&root().join(folder)) {
            let name = file.path.display();
            assert!(file.text.starts_with("//! "), "{name} does not open with `//!`");
            let lines = file.text.lines().count();
            assert!(
                folder != "src" || lines <= MAX_LINES,
                "{name} has {lines} lines, more than {MAX_LINES}"
            );
        }
    }
}

#[test]
fn the_library_is_silent_and_blind() {
    let forbidden = [
        "println!",
        "eprintln!",
        "print!",
        "eprint!",
        "dbg!",
        "process::exit",
        "env::var",
        "env::current_dir",
        "clap::",
    ];
    for file in files(&root().join("src")) {
        if file.module() == "cli" {
            continue;
        }
        for line in file.code() {
            for word in forbidden {
                assert!(
                    !line.contains(word),
                    "{} has `{word}`: only src/cli may",
                    file.path.display()
                );
            }
        }
    }
}

#[test]
fn unsafe_code_has_one_home() {
    let home = root().join("src/secrets/prefilter/simd.rs");
    for file in files(&root().join("src")) {
        let lifted =
            file.code().any(|line| line.contains("unsafe_code") || line.contains("unsafe {"));
        assert_eq!(lifted, file.path == home, "{}", file.path.display());
    }
}

#[test]
fn no_drawers_for_everything() {
    let named: BTreeSet<String> = files(&root().join("src"))
        .iter()
        .flat_map(|file| {
            file.path
                .components()
                .map(|part| part.as_os_str().to_string_lossy().into_owned())
                .collect::<Vec<_>>()
        })
        .collect();
    for drawer in ["util", "utils", "helpers", "common", "misc", "core", "engine", "manager"] {
        assert!(
            !named.contains(drawer) && !named.contains(&format!("{drawer}.rs")),
            "{drawer} says nothing"
        );
    }
}

#[test]
fn tests_hide_nothing() {
    for folder in ["src", "tests"] {
        for file in files(&root().join(folder)) {
            for (word, end) in [("#[ignore", "]"), ("#[should_panic", "]")] {
                let attribute = format!("{word}{end}");
                assert!(
                    !file.text.lines().any(|line| line.trim() == attribute),
                    "{}: {attribute}",
                    file.path.display()
                );
            }
        }
    }
}
