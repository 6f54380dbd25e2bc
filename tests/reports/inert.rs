//! What the program prints cannot command a terminal, whatever names, lines, reasons and claims say.

use super::tree::{FORMATS, Tree, UNREADABLE};

/// Characters that must not reach a terminal: controls, and marks that reorder or hide text.
fn is_harmful(character: char) -> bool {
    (character.is_control() && character != '\n' && character != '\t')
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

pub(crate) fn assert_harmless(what: &str, bytes: Vec<u8>) -> String {
    let text = String::from_utf8(bytes).unwrap_or_else(|error| panic!("{what}: {error}"));
    // Records of tables end so.
    let text = if what == "csv" { text.replace("\r\n", "\n") } else { text };
    if let Some(at) = text.find(is_harmful) {
        let around: String =
            text[..at].chars().rev().take(80).collect::<Vec<_>>().iter().rev().collect();
        panic!("{what} has {:?} after {around:?}", text[at..].chars().next());
    }
    text
}

/// Configuration with control characters wherever a person may write text.
const HOSTILE: &str = "[[allow]]\npath = \"samples/**\"\nreason = \"\\u001b[2Ja sample\\u202e\"\n\
    [[allow]]\nincomplete = \"loop*\"\nreason = \"\\u001b]0;x\\u0007 known\"\n";

#[test]
fn no_output_commands_the_terminal() {
    let tree = Tree::full();
    tree.file("keylint.toml", HOSTILE);
    for format in FORMATS {
        let output = tree.scan(&["--show-suppressed", "--format", format, "--color", "never"]);
        let text = assert_harmless(format, output.stdout);
        assert!(text.contains("a sample"), "{format} gives no reason");
        assert!(text.contains("known"), "{format} gives no reason for the gap");
        assert_harmless("standard error", output.stderr);
    }
    for format in ["text", "jsonl"] {
        assert_harmless("explain", tree.run(["explain", ".", "--format", format]).stdout);
    }
}

#[test]
fn names_and_lines_stay_readable() {
    let tree = Tree::full();
    let text = tree.report(&[]);
    for shown in [
        "esc\\u{1b}[31m\\u{7}\\u{202e}.env",
        "caf\\xe9.env",
        "a b/ü%20#?.py:1:24",
        "\\u{1b}]0;title\\u{7} token \\u{202e} eyJ********",
        "issuer https://a\\u{1b}]52;c;eA==\\u{7}\\u{202e}",
        &format!("not scanned: {UNREADABLE}: "),
    ] {
        assert!(text.contains(shown), "{shown} is missing:\n{text}");
    }
}

#[test]
fn no_error_commands_the_terminal() {
    let tree = Tree::full();
    tree.file("\u{1b}[5mfile", "exclude = 1 # \u{1b}[31m \u{202e}\r\n");
    tree.file("id.toml", "[severity]\n\"gen\\u001b[31m\" = \"low\" # \u{202e}\n");
    let cases: &[&[&str]] = &[
        &["scan", "no\u{1b}[31msuch"],
        &["scan", ".", "--config", "\u{1b}[5mfile"],
        &["scan", ".", "--config", "no\u{1b}[31msuch"],
        &["scan", ".", "--config", "id.toml"],
        &["scan", ".", "--rules", "\u{1b}[5mfile"],
        &["scan", ".", "-o", "\u{1b}[5mreport"],
        &["scan", ".", "-o", "\u{1b}[5mdir/report.json"],
        &["rules", "show", "\u{1b}[31m"],
    ];
    for arguments in cases {
        let output = tree.run(*arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let text = assert_harmless(&format!("{arguments:?}"), output.stderr);
        assert!(text.contains("\\u{1b}") || text.contains('?'), "{arguments:?}: {text}");
    }
}

#[test]
fn an_error_points_at_its_place() {
    let tree = Tree::empty();
    tree.file("bad.toml", "# \u{202e} ü\r\nfail-on = \"hgih\"\n");
    let text = String::from_utf8(tree.run(["scan", ".", "--config", "bad.toml"]).stderr).unwrap();
    assert!(text.contains("bad.toml:2:11"), "{text}");
    assert!(text.contains("fail-on = \"hgih\""), "{text}");
}

#[test]
fn colour_comes_only_when_it_is_wanted() {
    let tree = Tree::full();
    let cases: &[(&[&str], &str, bool)] = &[
        (&[], "", false),
        (&["--color", "always"], "", true),
        (&["--color", "always"], "NO_COLOR=1", true),
        (&[], "CLICOLOR_FORCE=1", true),
        (&[], "CLICOLOR_FORCE=1 NO_COLOR=1", false),
        (&[], "CLICOLOR_FORCE=1 NO_COLOR=", true),
        (&[], "CLICOLOR_FORCE=1 TERM=dumb", false),
        (&["--color", "never"], "CLICOLOR_FORCE=1", false),
    ];
    for (flags, variables, coloured) in cases {
        let variables =
            variables.split_whitespace().filter_map(|variable| variable.split_once('='));
        let mut command = tree.command();
        command.args(["scan", "."]).args(*flags).envs(variables.clone());
        let text = String::from_utf8(command.output().unwrap().stdout).unwrap();
        assert_eq!(
            text.contains('\u{1b}'),
            *coloured,
            "{flags:?} {:?}",
            variables.collect::<Vec<_>>()
        );
        let plain = strip_colours(&text);
        assert_harmless("text without its colours", plain.into_bytes());
    }
}

/// The text without the sequences that set colours: `ESC [ … m`.
pub(crate) fn strip_colours(text: &str) -> String {
    let mut pieces = text.split("\u{1b}[");
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |plain, piece| {
        let (codes, rest) = piece.split_once('m').expect("a colour ends");
        assert!(codes.bytes().all(|byte| byte.is_ascii_digit() || byte == b';'), "{codes:?}");
        plain + rest
    })
}
