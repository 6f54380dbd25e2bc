//! Inputs that are so large that several threads analyse them.

use std::path::Path;

use crate::folder::{Folder, TOKEN};

/// A tar of small and large files, each with the token, gaps among them.
fn tar() -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    let filler = "nothing to see in this line\n";
    for number in 0..400 {
        let lines = if number % 50 == 0 { 60_000 } else { 700 };
        let half = filler.repeat(lines);
        let text = format!("{half}key = {TOKEN}{number:03}\nkey: {TOKEN}\n{half}");
        let mut header = tar::Header::new_ustar();
        header.set_size(text.len() as u64);
        tar.append_data(&mut header, format!("d{}/f{number}.txt", number % 7), text.as_bytes())
            .unwrap();
    }
    let mut bytes = tar.into_inner().unwrap();
    // One file is cut off by the end.
    bytes.truncate(bytes.len() - 4096);
    bytes
}

#[test]
fn reports_do_not_depend_on_threads() {
    let folder = Folder::with_control();
    folder.write("large.tar", tar());
    let report = |threads: &str| {
        let run = folder.run_with(
            &["scan", ".", "--format", "json", "--threads", threads],
            &[("SOURCE_DATE_EPOCH", Path::new("1700000000"))],
            b"",
        );
        assert_eq!(run.code, 1, "{}", run.err);
        String::from_utf8(run.out).unwrap()
    };
    let one = report("1");
    assert!(one.matches("large.tar!/").count() > 400);
    for threads in ["2", "4"] {
        assert!(report(threads) == one, "with {threads} threads");
    }
}
