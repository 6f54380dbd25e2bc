//! Files that are wrong or mean harm.

use serde_json::json;

use crate::project::{Project, TOKEN};

#[test]
fn bad_files_end_the_run_and_change_nothing() {
    let report = |row: &str| format!("[{row}]");
    for (text, wanted) in [
        (String::new(), "nothing that can be imported"),
        ("just words\n".into(), "nothing that can be imported"),
        ("{}".into(), "nothing that can be imported"),
        ("{\"keylint\":\"baseline\",\"version\":1}\n".into(), "nothing that can be imported"),
        ("[".into(), "ends too early"),
        ("[".repeat(200_000), "line 1"),
        ("{\"results\":".repeat(200_000), "line 1"),
        (report("{\"RuleID\":1,\"StartLine\":-1}"), "something else is expected"),
        (
            report(&format!("{{\"RuleID\":\"r\",\"StartLine\":\"{TOKEN}\"}}")),
            "something else is expected",
        ),
        (report("{\"RuleID\":\"r\",\"Secret\":[]}"), "something else is expected"),
        ("{\"plugins_used\":[],\"results\":[]}".into(), "something else is expected"),
    ] {
        let project = Project::new();
        project.write("file", &text);
        let run = project.run(&["baseline", "import", "file"]);
        let head: String = text.chars().take(40).collect();
        assert_eq!(run.code, 2, "{head}: {}", run.out);
        // The terminal breaks lines.
        let said =
            run.err.split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ");
        assert!(said.contains(wanted), "{head}: {said}");
        assert!(!run.err.contains(TOKEN) && run.out.is_empty(), "{head}");
        assert!(!project.path().join("keylint.baseline").exists(), "{head}");
    }
}

#[test]
fn arguments_that_do_not_say_what() {
    let project = Project::new();
    project.write("ignore", "app/main.txt:r:1\n");
    for (arguments, wanted) in [
        (&["app"][..], "no file is named"),
        (&["ignore", ".", "app"], "are both directories"),
        (&["missing"], "cannot be read"),
        (&[], "required"),
    ] {
        let run = project.run(&[&["baseline", "import"], arguments].concat());
        assert!(run.code == 2 && run.err.contains(wanted), "{arguments:?}: {}", run.err);
    }
}

#[test]
fn names_lead_nowhere_and_command_nothing() {
    let project = Project::new();
    let row =
        |file: &str| json!({ "RuleID": "r", "File": file, "StartLine": 1, "Secret": "REDACTED" });
    let names = ["\u{1b}[31mred\u{202e}", "a\nb", "", "../../../../etc/passwd", "/etc/passwd"];
    let rows: Vec<_> = names.iter().map(|name| row(name)).collect();
    project.write("report.json", json!(rows).to_string());
    let run = project.run(&["baseline", "import", "report.json"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.out.contains("0 of 5 entries name what is found here, 5 do not:"), "{}", run.out);
    assert!(!run.out.contains(['\u{1b}', '\u{202e}']), "{}", run.out);
    assert!(
        run.out.contains("\\u{1b}[31mred\\u{202e}") && run.out.contains("a\\u{a}b"),
        "{}",
        run.out
    );
    // What is outside is neither read nor said to be there or not.
    assert!(run.out.contains("passwd:1: nothing is found there"), "{}", run.out);
}

#[test]
fn many_claims_are_counted_and_do_not_take_long() {
    let project = Project::new();
    let line = (0..200_000).map(|number| format!("app/f{number}.txt:r:1\n"));
    project.write("ignore", line.collect::<String>());
    let run = project.run(&["baseline", "import", "ignore"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.out.contains("0 of 200000 entries"));
    assert!(run.out.lines().count() < 100, "not all are named");
}
