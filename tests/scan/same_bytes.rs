//! The same input gives the same report, byte for byte, however many threads share the work.

use crate::folder::{Folder, TOKEN};

#[test]
fn threads_do_not_change_the_report() {
    let folder = Folder::with_control();
    folder.git(&["init", "-q"]);
    folder.write(".gitignore", "*.tmp\n");
    // An index that is none is named as not scanned, in its place among the others.
    folder.write(".git/index", "broken");
    for number in 0..60 {
        let secret = format!("{TOKEN}{}", number % 7);
        let name = "password";
        let text = format!("a = \"{secret}\"\n{name} = kvq7xz{number}w2mb # keylint:allow x y\n");
        folder.write(format!("{}/{number}.ini", number % 9), text);
        folder.write(format!("{number}.tmp"), TOKEN);
    }
    let large = format!("{} {TOKEN} ", "it rains and it pours\n".repeat(60_000)).repeat(3);
    folder.write("5/large.log", large);
    for format in ["text", "json", "sarif"] {
        let run = |threads: &str| {
            let common = ["scan", "--min-confidence", "low", "--format", format];
            let run = folder.run(&[&common[..], &["--threads", threads]].concat());
            assert_eq!(run.code, 1, "{}", run.err);
            run.out
        };
        let first = run("1");
        assert!(first.len() > 10_000, "there is something to compare");
        for threads in ["2", "8", "2", "8"] {
            assert!(run(threads) == first, "{format} with {threads} threads");
        }
    }
}
