//! JUnit XML as other programs read it.

use std::fs;
use std::process::Command;

use super::rich::{RUNS, rich};
use super::tools::tool;
use super::tree::Tree;

/// Counts as `junitparser` reads them, and the state of each case.
const READER: &str = "import sys, xml.dom.minidom, junitparser\n\
    xml.dom.minidom.parse(sys.argv[1])\n\
    top = junitparser.JUnitXml.fromfile(sys.argv[1])\n\
    cases = [case for suite in top for case in suite]\n\
    states = [type(case.result[0]).__name__ if case.result else 'Passed' for case in cases]\n\
    assert all(case.name and case.classname for case in cases)\n\
    assert len({(case.name, case.classname) for case in cases}) == len(cases)\n\
    assert sum(suite.tests for suite in top) == len(cases) == top.tests\n\
    kinds = ['Passed', 'Failure', 'Error', 'Skipped']\n\
    assert (top.failures, top.errors, top.skipped) == tuple(states.count(kind) for kind in kinds[1:])\n\
    print(' '.join(str(states.count(kind)) for kind in kinds))\n";

fn report(tree: &Tree, arguments: &[&str]) -> String {
    String::from_utf8(tree.run(arguments.iter().chain(&["--format", "junit"])).stdout).unwrap()
}

/// How many cases passed, failed, could not be run and were left out, as the reader says.
fn read(xml: &str) -> Option<String> {
    // The interpreter that junitparser is installed for is named in its own script.
    let script = tool("junitparser", "JUnit XML by a reader of it")?;
    let text = fs::read_to_string(script).unwrap();
    let python = text.lines().next().unwrap().trim_start_matches("#!").to_owned();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.xml");
    fs::write(&file, xml).unwrap();
    let output = Command::new(python).args(["-c", READER]).arg(&file).output().unwrap();
    assert!(output.status.success(), "{}\n{xml}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap().trim().to_owned())
}

#[test]
fn readers_count_what_was_found() {
    let tree = rich();
    let clean = Tree::empty();
    clean.file("a.txt", "nothing\n");
    let cases: [(&Tree, Vec<&str>, &str); 4] = [
        (&clean, vec!["scan", "."], "1 0 0 0"),
        (&tree, vec!["scan", "deploy.sh", "policies/one.json"], "0 3 0 2"),
        (&tree, vec!["scan", "inline.py", "--show-suppressed"], "0 0 0 2"),
        (&tree, vec!["scan", "broken.gz", "deploy.sh"], "0 2 1 0"),
    ];
    for (tree, arguments, expected) in cases {
        if let Some(counted) = read(&report(tree, &arguments)) {
            assert_eq!(counted, expected, "{arguments:?}");
        }
    }
    for run in RUNS {
        let _ = read(&report(&tree, &[run, &["--show-suppressed"]].concat()));
    }
}

#[test]
fn a_case_says_what_is_where() {
    let xml = report(&rich(), RUNS[0]);
    for part in [
        "<testsuites name=\"keylint\" tests=",
        "<testsuite name=\"deploy.sh\" tests=\"2\" failures=\"2\"",
        "classname=\"deploy.sh\" file=\"deploy.sh\" line=\"2\"",
        "<failure message=\"GitHub personal access token (classic); its checksum is valid\" type=\"critical\">deploy.sh:2:21\n",
        "export GITHUB_TOKEN=ghp_********",
        "<testcase name=\"broken.gz (malformed)\"",
        "name=\"=formula|`x`&lt;b&gt;::error::.env\"",
        // Below --fail-on medium.
        "(below medium severity)\" type=\"note\"",
    ] {
        assert!(xml.contains(part), "{part} is missing:\n{xml}");
    }
}

#[test]
fn names_of_cases_do_not_move_with_lines() {
    let tree = Tree::empty();
    let names = |text: &str| {
        tree.file("a.env", text);
        let xml = report(&tree, &["scan", "a.env"]);
        let names = xml.lines().filter_map(|line| line.trim().strip_prefix("<testcase name=\""));
        names.map(|line| line.split('"').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let line = format!("GITHUB_TOKEN={}\n", tree.secrets.github);
    let before = names(&line.repeat(2));
    assert_eq!(before.len(), 2);
    assert_eq!(before[1], format!("{} (2)", before[0]));
    assert_eq!(names(&format!("# new\n\n{}", line.repeat(2))), before);
}
