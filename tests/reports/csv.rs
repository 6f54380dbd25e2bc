//! The table: a line for each place, cells that are text, read back by a reader of our own.

use super::rich::{RUNS, rich};
use super::tree::Tree;

/// Records as RFC 4180 has them.
fn records(text: &str) -> Vec<Vec<String>> {
    let mut records = Vec::new();
    let (mut record, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                cell.push('"');
                characters.next();
            }
            '"' => quoted = !quoted,
            ',' if !quoted => record.push(std::mem::take(&mut cell)),
            '\r' if !quoted => {
                assert_eq!(characters.next(), Some('\n'), "a record ends in CR LF");
                record.push(std::mem::take(&mut cell));
                records.push(std::mem::take(&mut record));
            }
            other => cell.push(other),
        }
    }
    assert!(record.is_empty() && cell.is_empty() && !quoted, "the last record ends");
    records
}

fn report(tree: &Tree, flags: &[&str]) -> Vec<Vec<String>> {
    let output = tree.run(RUNS[0].iter().chain(flags).chain(&["--format", "csv"]));
    records(&String::from_utf8(output.stdout).unwrap())
}

#[test]
fn each_place_has_a_line_and_each_gap() {
    let tree = rich();
    let all = report(&tree, &["--show-suppressed"]);
    let header = &all[0];
    let at = |name: &str| header.iter().position(|cell| cell == name).unwrap();
    assert!(all.iter().all(|record| record.len() == header.len()));
    let count = |status: &str| all.iter().filter(|record| record[0] == status).count();
    assert_eq!((count("suppressed"), count("not scanned")), (3, 2));
    let json = tree.run(RUNS[0].iter().chain(&["--show-suppressed", "--format", "json"])).stdout;
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    let findings = json["findings"].as_array().unwrap();
    let places: usize = findings.iter().map(|of| of["places"].as_array().unwrap().len()).sum();
    assert_eq!(all.len(), 1 + places + 2);
    let record = all.iter().find(|record| record[at("origin")] == "a b/ü%20#?.py").unwrap();
    assert_eq!((record[at("line")].as_str(), record[at("column")].as_str()), ("1", "24"));
    assert_eq!(report(&tree, &[]).len(), all.len() - 3);
}

#[test]
fn no_cell_is_a_formula() {
    let tree = rich();
    for record in report(&tree, &["--show-suppressed"]) {
        for cell in &record {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell:?}");
        }
    }
    assert!(
        report(&tree, &[])
            .iter()
            .any(|record| record.contains(&"'=formula|`x`<b>::error::.env".to_owned()))
    );
}
