//! JSON with a line for each finding: the same objects as in the report that is one object.

use serde_json::Value;

use super::rich::{RUNS, rich};
use super::tree::Tree;

#[test]
fn lines_are_the_report() {
    let tree = rich();
    for run in RUNS {
        let flags = ["--show-suppressed", "--format"];
        let output = |format: &str| {
            let arguments = run.iter().chain(&flags).copied().chain([format]);
            String::from_utf8(tree.run(arguments).stdout).unwrap()
        };
        let mut whole: Value = serde_json::from_str(&output("json")).unwrap();
        let findings = whole.as_object_mut().unwrap().remove("findings").unwrap();
        let lines: Vec<Value> =
            output("jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let (last, first) = lines.split_last().unwrap();
        assert_eq!(first, findings.as_array().unwrap());
        assert_eq!(*last, whole);
    }
}

#[test]
fn without_findings_there_is_one_line() {
    let tree = Tree::empty();
    tree.file("a.txt", "nothing\n");
    let text = String::from_utf8(tree.run(["scan", ".", "--format", "jsonl"]).stdout).unwrap();
    assert_eq!(text.lines().count(), 1);
    let line: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(line["summary"]["findings"], 0);
}
