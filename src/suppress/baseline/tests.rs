//! What is read, what is refused, and that what is written is read again.

use miette::Diagnostic;

use super::*;

const HEADER: &str = "{\"keylint\":\"baseline\",\"version\":1}\n";

fn line(fill: char, more: &str) -> String {
    let fingerprint: String = std::iter::repeat_n(fill, 32).collect();
    format!("{{\"fingerprint\":\"s1:{fingerprint}\",\"rule\":\"r\",\"path\":\"p\"{more}}}\n")
}

/// Code, message and help of what is wrong with a text.
fn refusal(text: &str) -> (String, String, String) {
    let error = read("b", text).unwrap_err();
    let said = |part: Option<Box<dyn std::fmt::Display + '_>>| part.map(|part| part.to_string());
    let (code, help) = (said(error.code()), said(error.help()));
    (code.unwrap(), error.to_string(), help.expect("every error says what to do"))
}

/// The stretch of the text that an error points at.
fn pointed(text: &str) -> String {
    let error = read("b", text).unwrap_err();
    let label = error.labels().unwrap().next().unwrap();
    let source = error.source_code().unwrap();
    let found = source.read_span(label.inner(), 0, 0).unwrap();
    format!("{}: {}", found.line() + 1, String::from_utf8_lossy(found.data()))
}

#[test]
fn what_is_read_is_written_byte_for_byte() {
    let odd = "{ \"path\": \"p\", \"rule\":\"r\",  \"fingerprint\":\"w1:00000000000000000000000000000000\" }\n";
    let sorted = [HEADER, &line('a', ""), &line('b', ",\"reason\":\"known\""), odd].concat();
    assert_eq!(read("b", &sorted).unwrap().write(), sorted);
    let mixed = [odd, &line('b', ",\"reason\":\"known\""), HEADER, &line('a', ""), HEADER].concat();
    assert_eq!(read("b", &mixed.replace('\n', "\r\n")).unwrap().write(), sorted);
}

#[test]
fn an_entry_is_added_once_and_kept() {
    let text = [HEADER, &line('a', ",\"owner\":\"me\"")].concat();
    let mut baseline = read("b", &text).unwrap();
    let known = baseline.entries().next().unwrap().fingerprint.clone();
    assert!(!baseline.add(Entry::new(known.clone(), "other", "elsewhere")));
    assert_eq!(baseline.write(), text);
    let other = Fingerprint::of_strong_secret(b"other");
    assert!(baseline.add(Entry::new(other.clone(), "r", "q")));
    assert_eq!(baseline.write().lines().count(), 3);
    assert_eq!(read("b", &baseline.write()).unwrap().get(&other).unwrap().path, "q");
    assert!(baseline.remove(&other).is_some());
    assert_eq!(baseline.write(), text);
}

#[test]
fn of_repeats_the_one_counts_that_holds_longer() {
    let (short, long) =
        (line('a', ",\"expires\":\"2027-01-31\""), line('a', ",\"expires\":\"2027-02-01\""));
    let ever = line('a', "");
    for (one, two, kept) in [(&short, &long, &long), (&long, &ever, &ever)] {
        for order in [[one, two], [two, one]] {
            let text = [HEADER, order[0], order[1]].concat();
            let baseline = read("b", &text).unwrap();
            assert_eq!(baseline.write(), [HEADER, kept].concat());
            assert_eq!(baseline.notes().len(), 1);
        }
    }
    let same = [HEADER, &short, &short].concat();
    assert_eq!(read("b", &same).unwrap().notes(), [""; 0]);
}

#[test]
fn bad_files_are_refused_with_the_line_and_the_next_step() {
    let good = line('a', "");
    let rows = [
        (format!("{HEADER}{good}<<<<<<< HEAD\n{good}"), "baseline::conflict", "3: <<<<<<< HEAD"),
        (format!("{HEADER}{good}hello\n"), "baseline::line", "3: hello"),
        (format!("{HEADER}  {{\n"), "baseline::line", "2: {"),
        (format!("{HEADER}\0\0\n"), "baseline::line", "2: \0\0"),
        (format!("{HEADER}{}\n", "[".repeat(9)), "baseline::line", "2: [[[[[[[[["),
        (format!("{HEADER}{}", line('a', ",\"line\":3")), "baseline::line", "2: {"),
        (format!("{HEADER}{}", line('g', "")), "baseline::line", "2: {"),
        (format!("{HEADER}{}", line('a', ",\"expires\":\"2027-02-30\"")), "baseline::line", "2: {"),
        (format!("{HEADER}{}", line('a', ",\"expires\":\"2027-2-3\"")), "baseline::line", "2: {"),
        (good.clone(), "baseline::line", "1: {"),
        (HEADER.replace('1', "2") + "new\n", "baseline::version", "1: {"),
        (HEADER.replace("baseline", "report"), "baseline::line", "1: {"),
        (HEADER.replace("\"version\":1", "\"v\":1"), "baseline::line", "1: {"),
    ];
    for (text, code, place) in rows {
        let (found, message, _) = refusal(&text);
        assert_eq!(found, code, "{text}: {message}");
        assert!(pointed(&text).starts_with(place), "{text}: {}", pointed(&text));
    }
}

#[test]
fn what_others_wrote_is_named() {
    let rows = [
        (
            "{\n \"version\": \"1.5.0\",\n \"plugins_used\": [],\n \"results\": {}\n}",
            "detect-secrets",
        ),
        ("[\n {\n  \"RuleID\": \"x\",\n  \"StartLine\": 1\n }\n]", "gitleaks"),
        ("{\"SourceMetadata\":{},\"DetectorName\":\"AWS\"}\n", "trufflehog"),
        ("{\"findings\":[{\"rule\":{},\"finding\":{\"snippet\":\"\"}}]}", "kingfisher"),
        ("# known\nsrc/a.env:generic-api-key:12\n", ".gitleaksignore"),
        ("4b825dc642cb6eb9a060e54bf8d69288fbee4904:a.env:generic-api-key:12\n", ".gitleaksignore"),
    ];
    for (text, name) in rows {
        let (code, message, help) = refusal(text);
        assert_eq!(code, "baseline::foreign", "{text}: {message}");
        assert!(message.contains(name) && help.contains("keylint baseline import b"), "{message}");
    }
    let (_, message, help) = refusal("ExactFindings:\n  matches:\n");
    assert!(message.contains("kingfisher") && help.contains("with `--format json`"), "{help}");
    let report = "{\"schema_version\":1,\"tool\":{},\"complete\":true,\"findings\":[]}";
    assert!(refusal(report).2.contains("keylint baseline write --from b"));
}

#[test]
fn large_and_deep_texts_are_refused_without_harm() {
    let deep = format!("{HEADER}{}", "{\"fingerprint\":".repeat(100_000));
    assert_eq!(refusal(&deep).0, "baseline::line");
    let large = [HEADER, &line('a', "").repeat(2_000), "hello\n"].concat();
    assert_eq!(pointed(&large), "2002: hello");
    let wide = format!("{HEADER}{{\"{}\":1}}\n", "ä".repeat(200_000));
    assert!(refusal(&wide).1.len() < 500);
    assert!(pointed(&wide).len() < 5_000);
    assert_eq!(read("b", "").unwrap().len(), 0);
    assert_eq!(read("b", "\u{feff}\r\n").unwrap().len(), 0);
}
