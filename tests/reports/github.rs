//! Annotations of GitHub Actions: what the runner reads of them, and how many it keeps.

use std::collections::BTreeMap;
use std::fs;

use super::rich::{RUNS, rich};
use super::tree::Tree;

/// A command as the runner reads it.
#[derive(Debug)]
struct Command {
    name: String,
    properties: BTreeMap<String, String>,
    data: String,
}

impl Command {
    fn property(&self, name: &str) -> &str {
        self.properties.get(name).map_or("", String::as_str)
    }
}

/// Reads a line as the runner does; `None` for one that is only shown.
fn command(line: &str) -> Option<Command> {
    let (head, data) = line.trim_start().strip_prefix("::")?.split_once("::")?;
    let (name, rest) = head.split_once(' ').unwrap_or((head, ""));
    let unescape = |text: &str, signs: &[(&str, &str)]| {
        let plain =
            signs.iter().fold(text.to_owned(), |text, (sign, plain)| text.replace(sign, plain));
        plain.replace("%25", "%")
    };
    let lines = [("%0D", "\r"), ("%0A", "\n")];
    let all = [("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ",")];
    let pairs = rest.split(',').filter_map(|pair| pair.split_once('='));
    let properties = pairs.map(|(name, value)| (name.to_owned(), unescape(value, &all))).collect();
    Some(Command { name: name.into(), properties, data: unescape(data, &lines) })
}

/// Every line is an annotation of ours, or begins with our name; no older command is anywhere.
pub(crate) fn assert_commands(text: &str) {
    for line in text.lines() {
        assert!(!line.contains("##["), "{line}");
        match command(line) {
            Some(of) => {
                assert!(["error", "warning", "notice"].contains(&of.name.as_str()), "{line}");
            }
            None => assert!(line.starts_with("keylint: "), "{line}"),
        }
    }
}

fn report(tree: &Tree, arguments: &[&str]) -> String {
    let output = tree.run(arguments.iter().chain(&["--format", "github"]));
    String::from_utf8(output.stdout).unwrap()
}

fn commands(text: &str) -> Vec<Command> {
    text.lines().filter_map(command).collect()
}

#[test]
fn annotations_say_what_is_where() {
    let text = report(&rich(), RUNS[0]);
    assert_commands(&text);
    let commands = commands(&text);
    let of = |file: &str| commands.iter().find(|of| of.property("file") == file);
    let policy = of("policies/one.json").unwrap();
    assert_eq!(policy.name, "error");
    assert_eq!(policy.property("title"), "admin-star (critical, high confidence)");
    assert!(policy.data.contains("\nalso at policies/two.json:"), "{policy:?}");
    let place = of("a b/ü%20#?.py").unwrap();
    assert_eq!(
        (place.name.as_str(), place.property("line"), place.property("col")),
        ("warning", "1", "24")
    );
    // A name that is no text can only be told.
    let full = report(&Tree::full(), &["scan", "."]);
    let commands = self::commands(&full);
    let without = commands.iter().find(|of| of.data.contains("caf\\xe9.env:1")).unwrap();
    assert_eq!(without.property("line"), "");
    assert!(text.contains("keylint: not scanned: broken.gz: "), "{text}");
    assert!(text.contains("::warning title=keylint%3A incomplete::2 inputs not scanned"), "{text}");
    assert!(text.trim_end().ends_with("3 suppressed"), "{text}");
}

#[test]
fn no_file_is_named_that_is_not_there() {
    let tree = rich();
    for run in &RUNS[1..] {
        let text = report(&tree, run);
        assert_commands(&text);
        let commands = commands(&text);
        assert!(commands.len() > 1, "{text}");
        assert!(commands.iter().all(|of| of.property("file").is_empty()), "{text}");
        assert!(commands.iter().all(|of| of.data.contains("\nin ")), "{text}");
    }
    tree.file("only/backup.tar", fs::read(tree.path("backup.tar")).unwrap());
    let text = report(&tree, &["scan", "only"]);
    let [archive] = &commands(&text)[..] else { panic!("{text}") };
    assert_eq!((archive.property("file"), archive.property("line")), ("only/backup.tar", ""));
    assert!(archive.data.contains("in only/backup.tar!/in/side.env:1"), "{text}");
}

/// A tree with many findings of two levels.
fn many() -> Tree {
    let tree = Tree::empty();
    let password = &tree.secrets.password;
    for number in 10..35 {
        tree.file(format!("{number}.py"), format!("password = \"{password}{number}\"\n"));
        tree.file(format!("{number}.sh"), format!("db_password = \"{password}{number}x\"\n"));
    }
    tree
}

#[test]
fn the_worst_ten_of_each_level_are_annotated_and_the_rest_counted() {
    let text = report(&many(), &["scan", "."]);
    let names: Vec<String> = commands(&text).into_iter().map(|of| of.name).collect();
    let expected = [["error"; 10], ["warning"; 10]].concat();
    assert_eq!(names, expected);
    let line = "keylint: without an annotation: 15 errors, 15 warnings (GitHub keeps 10 of each level in a step)";
    assert!(text.contains(line), "{text}");
}

#[test]
fn the_summary_of_the_job_is_added_to() {
    let tree = many();
    let folder = tempfile::tempdir().unwrap();
    let summary = folder.path().join("summary.md");
    let path = summary.to_str().unwrap();
    fs::write(&summary, "before\n").unwrap();
    let with = |path: &str, format: &str| {
        let mut command = tree.command();
        command.env("GITHUB_STEP_SUMMARY", path).args(["scan", ".", "--format", format]);
        let output = command.output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    assert_eq!(with(path, "text").0, Some(1));
    assert_eq!(fs::read_to_string(&summary).unwrap(), "before\n");
    assert_eq!(with(path, "github"), (Some(1), String::new()));
    let added = fs::read_to_string(&summary).unwrap();
    let markdown = tree.run(["scan", ".", "--format", "markdown"]).stdout;
    assert_eq!(added, format!("before\n{}", String::from_utf8(markdown).unwrap()));
    let full = folder.path().join("full.md");
    // GitHub shows nothing of a summary of more than a mebibyte.
    for (used, grows) in [(1024 * 1024 - 200, true), (1024 * 1024 - 20, false)] {
        fs::write(&full, vec![b'x'; used]).unwrap();
        assert_eq!(with(full.to_str().unwrap(), "github").0, Some(1));
        let len = fs::metadata(&full).unwrap().len();
        assert!(len <= 1024 * 1024 && (len > used as u64) == grows, "{len}");
    }
    let (code, error) = with("missing/summary.md", "github");
    assert_eq!(code, Some(1));
    assert!(error.contains("the summary was not written to missing/summary.md"), "{error}");
}
