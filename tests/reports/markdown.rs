//! Markdown for summaries of jobs and for comments: bounded, and nothing of an input is markup.

use super::rich::{RUNS, rich};
use super::tree::Tree;

fn report(tree: &Tree, arguments: &[&str]) -> String {
    String::from_utf8(tree.run(arguments.iter().chain(&["--format", "markdown"])).stdout).unwrap()
}

/// Markdown without its code spans, in which nothing is markup.
fn without_spans(line: &str) -> String {
    line.split('`').step_by(2).collect()
}

#[test]
fn a_summary_says_what_matters() {
    let text = report(&rich(), RUNS[0]);
    for part in [
        "### keylint: ",
        "**Incomplete: 2 inputs not scanned.**",
        "3 findings suppressed.",
        "| critical | `admin-star` | `policies/one.json:",
        "**What to do**",
        "- `admin-star`: List the actions that are needed",
        "- `broken.gz`: ",
    ] {
        assert!(text.contains(part), "{part} is missing:\n{text}");
    }
    let clean = Tree::empty();
    clean.file("a.txt", "nothing\n");
    assert_eq!(
        report(&clean, &["scan", "."]),
        "### keylint: no findings\n\nScanned: 1 file, 8 bytes.\n\n"
    );
}

#[test]
fn names_break_out_of_no_table() {
    let tree = rich();
    tree.file(
        "@team <img src=x> #1 [a](https://example.org).py",
        format!("password = \"{}z\"\n", tree.secrets.password),
    );
    for run in RUNS {
        let text = report(&tree, &[run, &["--show-suppressed"]].concat());
        for line in text.lines().filter(|line| line.starts_with("| ")) {
            let bars = line.matches('|').count();
            assert!(bars == 3 || bars == 5, "{line}");
        }
        for line in text.lines() {
            let plain = without_spans(line).replace("<br>", "").replace("<!-- -->", "");
            assert_eq!(line.matches('`').count() % 2, 0, "{line}");
            assert!(
                !plain.contains('<') && !plain.contains("](") && !plain.contains('@'),
                "{line}"
            );
        }
    }
}

#[test]
fn a_summary_has_a_bound_and_says_what_it_leaves_out() {
    let tree = Tree::empty();
    let password = &tree.secrets.password;
    let lines: Vec<String> =
        (100..400).map(|n| format!("password_{n} = \"{password}{n}\"\n")).collect();
    tree.file("many.py", lines.concat());
    tree.file(format!("{}.py", "long".repeat(50)), format!("db_password = \"{password}\"\n"));
    let text = report(&tree, &["scan", "."]);
    assert!(text.len() < 65_000, "{}", text.len());
    assert_eq!(text.lines().filter(|line| line.starts_with("| medium | `")).count(), 199);
    assert!(
        text.contains(
            "101 more findings not listed, for there is no room: `--format json` has all"
        ),
        "{text}"
    );
}
