//! The pages that are made from the tables, and the paths that other pages name.
//!
//! A page that is out of date is written anew and the test fails once: look at the difference and commit it.

#![expect(clippy::unwrap_used, reason = "a test may stop where a page is not as it expects")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use keylint::finding::RuleMeta;
use keylint::policy;
use keylint::secrets::RuleSet;

/// How many kinds of policy there are.
const ALL_KINDS: usize = 7;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn is_page(name: &str, expected: &str) {
    let path = root().join(name);
    let found = fs::read_to_string(&path).unwrap_or_default();
    if found != expected {
        fs::write(&path, expected).unwrap();
    }
    assert!(found == expected, "{name} was out of date and has been written anew: commit it");
}

/// One entry of a page: what it is called, how bad it is, what to do, where to read on.
fn entry(page: &mut String, meta: &RuleMeta, facts: &str) {
    let RuleMeta { id, title, severity, help, .. } = meta;
    let _ = write!(page, "\n### `{id}`\n\n{title} · {severity}{facts}\n\n{help}\n");
    for link in &meta.references {
        let _ = writeln!(page, "<{link}>");
    }
}

#[test]
fn rules_md_lists_every_rule() {
    let rules = RuleSet::built_in();
    let mut metas: Vec<&RuleMeta> = rules.metas().map(|meta| &**meta).collect();
    metas.sort_by(|a, b| a.id.cmp(&b.id));
    let mut page = format!(
        "# Secret rules\n\nMade from `rules/secrets/` by `tests/pages.rs`. {} rules; `keylint rules show ID` prints one. How to write your own: [configuration.md](configuration.md).\n",
        metas.len()
    );
    for meta in metas {
        entry(&mut page, meta, "");
    }
    is_page("docs/rules.md", &page);
}

#[test]
fn checks_md_lists_every_check() {
    let mut page = format!(
        "# Policy checks\n\nMade from the tables of `src/policy/checks/` by `tests/pages.rs`; `keylint explain ID` prints one. {} checks. The severity is the worst that a check reports; `fixtures/policy/` shows what each finds.\n",
        policy::metas().count()
    );
    for meta in policy::metas() {
        check(&mut page, meta);
    }
    is_page("docs/checks.md", &page);
}

fn check(page: &mut String, meta: &RuleMeta) {
    let kinds: Vec<&str> = meta.tags.iter().skip(2).map(String::as_str).collect();
    let kinds = if kinds.len() == ALL_KINDS { "every kind".into() } else { kinds.join(", ") };
    let RuleMeta { id, title, severity, confidence, help, .. } = meta;
    let known = meta.check.as_ref().unwrap();
    let _ = write!(
        page,
        "\n### `{id}`\n\n{title} · {severity}, {confidence} confidence · policies: {kinds}\n\n{}\n\n{help}\n",
        known.why
    );
    for (name, example) in [("Reported", known.bad), ("Not reported", known.good)] {
        let _ = write!(page, "\n{name}:\n\n```{}\n{}\n```\n", example.language, example.text);
    }
    if !known.aliases.is_empty() {
        let _ = write!(page, "\nIAM Access Analyzer: `{}`\n", known.aliases.join("`, `"));
    }
    page.push('\n');
    for link in &meta.references {
        let _ = writeln!(page, "<{link}>");
    }
}

#[test]
fn every_check_is_explained() {
    for meta in policy::metas() {
        let known = meta.check.as_ref().unwrap();
        assert!(known.why.ends_with('.') && known.why.len() > 40, "{}: {}", meta.id, known.why);
        assert!(!known.bad.text.is_empty() && !known.good.text.is_empty(), "{}", meta.id);
        for alias in &known.aliases {
            let is_code =
                |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
            assert!(alias.bytes().all(is_code), "{}: {alias}", meta.id);
        }
    }
}

/// The pages that people write.
fn pages() -> Vec<String> {
    let mut pages: Vec<String> =
        ["README.md", "CONTRIBUTING.md", "SECURITY.md"].map(Into::into).into();
    // These are made, and name what templates name.
    let made = ["checks.md", "rules.md"];
    let entries = fs::read_dir(root().join("docs")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let is_page = |name: &String| {
        Path::new(name).extension().is_some_and(|end| end == "md") && !made.contains(&name.as_str())
    };
    pages.extend(names.filter(is_page).map(|name| format!("docs/{name}")));
    pages
}

#[test]
fn paths_that_pages_name_exist() {
    let mut missing = Vec::new();
    let mut named = 0;
    let pages = pages();
    for page in &pages {
        let text = fs::read_to_string(root().join(page)).unwrap();
        for word in text.split('`').skip(1).step_by(2) {
            let starts = ["src/", "rules/", "tests/", "docs/", "scripts/", "fixtures/", "benches/"];
            let is_path = starts.iter().any(|start| word.starts_with(start))
                && !word.contains(['<', '*', ' ']);
            if is_path {
                named += 1;
                if !root().join(word).exists() {
                    missing.push(format!("{page}: {word}"));
                }
            }
        }
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let folder = Path::new(page).parent().unwrap();
            let is_local = !target.starts_with("http") && !target.starts_with('#');
            if is_local && !root().join(folder).join(target.split('#').next().unwrap()).exists() {
                missing.push(format!("{page}: {target}"));
            }
        }
    }
    assert!(named > 40, "{named} paths");
    assert_eq!(missing, Vec::<String>::new());
}
