//! `--stats`: counts and times on standard error, and the same report as ever.

use crate::folder::{Folder, RULE, TOKEN};

#[test]
fn times_are_shown_beside_the_counts() {
    let folder = Folder::with_control();
    folder.write("a.env", format!("API_PASSWORD=\nkey = {TOKEN}\n"));
    let run = folder.run(&["scan", "--stats", "--threads", "2"]);
    for wanted in [
        "2 files\n",
        " candidates\n",
        " in all\n",
        " files/s, ",
        " MB/s, ",
        " listing\n",
        " scanning\n",
        " joining and checking policies\n",
        " joining findings\n",
        "of the scanning, in 2 threads, added up:\n",
        " reading\n",
        " pass over every byte\n",
        " rules\n",
        " assignments\n",
        " decoding\n",
        " judging\n",
        " reading policies\n",
        " waiting\n",
        " that were tried\n",
    ] {
        assert!(run.err.contains(wanted), "no `{wanted}` in:\n{}", run.err);
    }
    let dear = run.err.lines().find(|line| line.ends_with(&format!(" {RULE}"))).unwrap();
    let numbers: Vec<&str> = dear.split_whitespace().collect();
    assert_eq!(numbers[2..4], ["2", "2"], "two tries and two matches: {dear}");
}

#[test]
fn the_report_does_not_change() {
    let folder = Folder::with_control();
    for format in ["text", "json", "sarif"] {
        let plain = folder.run(&["scan", "--format", format]);
        let timed = folder.run(&["scan", "--format", format, "--stats"]);
        assert!(plain.out == timed.out && plain.code == timed.code, "{format}");
        assert!(!plain.err.contains(" in all\n") && timed.err.contains(" in all\n"));
    }
}
