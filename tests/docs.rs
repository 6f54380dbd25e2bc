//! The documentation is true: what its pages show is accepted, and what the code cites exists.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test may stop where a page is not as it expects"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use keylint::config::{self, Config, ConfigError, Flags};
use keylint::secrets::{self, RuleError, RuleSet};

const CONFIGURATION: &str = include_str!("../docs/configuration.md");

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The code blocks of a page in one language, each with the number of its first line.
fn blocks(page: &str, language: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut lines = page.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        if let Some(of) = line.strip_prefix("```") {
            let inner = lines.by_ref().map(|(_, line)| line).take_while(|line| *line != "```");
            let text: String = inner.flat_map(|line| [line, "\n"]).collect();
            if of == language {
                found.push((number + 2, text));
            }
        }
    }
    found
}

fn read_config(text: &str) -> Result<config::ConfigFile, ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keylint.toml");
    fs::write(&path, text).unwrap();
    config::read(&path)
}

/// The names between backquotes that an error says it expected.
fn expected(error: &str) -> Vec<String> {
    let (_, list) = error.split_once("expected").unwrap_or_else(|| panic!("no list in {error}"));
    list.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn every_example_of_configuration_md_is_accepted() {
    let mut rules = 0;
    let mut configurations = 0;
    for (line, text) in blocks(CONFIGURATION, "toml") {
        if text.starts_with("[[rule]]") {
            rules += 1;
            let loaded = RuleSet::load(&[("page.toml".into(), text)]);
            assert!(loaded.is_ok(), "line {line}: {}", loaded.err().unwrap());
        } else {
            configurations += 1;
            let file = read_config(&text).unwrap_or_else(|error| panic!("line {line}: {error}"));
            let flags = Flags { threads: 1, ..Flags::default() };
            let config = Config::new(&file, &flags, &[]);
            assert!(config.is_ok(), "line {line}: {}", config.err().unwrap());
        }
    }
    assert!(rules >= 6 && configurations >= 7, "{rules} rules, {configurations} configurations");
}

#[test]
fn the_example_rules_find_their_examples() {
    let mut examples = 0;
    for (line, text) in blocks(CONFIGURATION, "toml") {
        if text.starts_with("[[rule]]") && text.contains("\nmatch = ") {
            for report in secrets::check_file("page.toml", &text, 0).unwrap() {
                assert_eq!(report.failures, Vec::<String>::new(), "line {line}");
                examples += report.examples;
            }
        }
    }
    assert!(examples > 0);
}

#[test]
fn the_example_rules_find_what_the_page_says() {
    let texts: &[(&str, &[&str])] = &[
        ("acme-token", &["key: acme_pat_", "Qm3kT9xLr2Vb7NcW", "8ZfHs4Jd"]),
        ("acme-account-key", &["acme account: ", "k3v9q0z7w2m5x8r1t6b4", "n0p2s5d8f1g3h6j9l4c7"]),
        ("acme-signed-url", &["u=Qm3kT9xLr2Vb7NcW", "acmesig", "8ZfHs4Jd1Yt6Gp5K"]),
        ("acme-inline-password", &["#acme:", "kT9xLr2V", "b7Nc!"]),
        ("acme-password", &["acme_p", "assword", " = \"kT9xLr2V", "b7Nc\""]),
    ];
    let blocks = blocks(CONFIGURATION, "toml");
    for (id, parts) in texts {
        let shown = blocks.iter().find(|(_, text)| text.contains(&format!("id = \"{id}\"")));
        let (line, text) = shown.unwrap_or_else(|| panic!("no rule {id}"));
        let example = parts.concat();
        let file = format!("{text}match = [{example:?}]\n");
        let reports = secrets::check_file("page.toml", &file, 0).unwrap();
        assert_eq!(reports[0].failures, Vec::<String>::new(), "line {line}: {id}");
    }
}

/// The parser lists the keys it knows when it meets another one.
#[test]
fn every_key_is_described() {
    let config = |text: &str| match read_config(text) {
        Err(ConfigError::Syntax { detail, .. }) => expected(&detail),
        other => panic!("{text} gives {other:?}"),
    };
    let rule = |text: String| match RuleSet::load(&[("rule.toml".into(), text)]) {
        Err(RuleError::Syntax { detail, .. }) => expected(&detail),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("an unknown key is accepted"),
    };
    let begin = "[[rule]]\nid = \"a\"\ntitle = \"b\"\nseverity = \"low\"\nhelp = \"c\"\n";
    let keys = [
        config("nonsense = 1"),
        config("[rules]\nnonsense = 1"),
        config("[[allow]]\nnonsense = 1"),
        config("fail-on = \"nonsense\""),
        config("min-confidence = \"nonsense\""),
        rule(format!("{begin}nonsense = 1")),
        rule(format!("{begin}trigger = {{ nonsense = 1 }}")),
    ];
    for key in keys.concat() {
        let written = [format!("`{key}`"), format!("`[{key}]`"), format!("`[[{key}]]`")];
        assert!(
            written.iter().any(|key| CONFIGURATION.contains(key)),
            "docs/configuration.md does not describe `{key}`"
        );
    }
}

#[test]
fn every_verdict_is_named() {
    let table = fs::read_to_string(root().join("src/secrets/verdict/mod.rs")).unwrap();
    let names: BTreeSet<&str> = table
        .lines()
        .filter_map(|line| line.trim().strip_prefix("(\"")?.split_once("\", "))
        .map(|(name, _)| name)
        .collect();
    assert!(names.len() > 20, "{names:?}");
    for name in names {
        assert!(CONFIGURATION.contains(&format!("`{name}`")), "`{name}` is not named");
    }
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else {
            found.push(path);
        }
    }
}

/// Messages and comments send readers to pages and files; a page that names a file may be the last to hear it moved.
#[test]
fn what_is_cited_exists() {
    let mut files = Vec::new();
    for folder in ["src", "docs"] {
        sources(&root().join(folder), &mut files);
    }
    for page in ["README.md", "CONTRIBUTING.md", "SECURITY.md", ".github/workflows/ci.yml"] {
        files.push(root().join(page));
    }
    let mut cited = 0;
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let is_end = |c: char| !c.is_ascii_alphanumeric() && !"/._-".contains(c);
        for word in text.split(is_end).map(|word| word.trim_end_matches(['.', '/'])) {
            let first = word.split('/').next().unwrap();
            let leads = word.contains('/')
                && ["src", "docs", "rules", "tests", ".ci", ".github"].contains(&first);
            if leads && !is_example(word) {
                cited += 1;
                assert!(root().join(word).exists(), "{} cites {word}", file.display());
            }
        }
    }
    assert!(cited > 10, "{cited}");
}

/// Paths that stand in examples, not for a file of ours.
fn is_example(path: &str) -> bool {
    ["tests/fixtures", "src/main.go", "src/contest.c/x.c"].contains(&path)
}
