//! Policies in archives are linted where they lie.

use super::make::{Member, zip};
use crate::folder::Folder;

const POLICY: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObjct", "Resource": "*"}]}"#;

/// A template with a policy behind so many bytes of other text.
fn template(filling: usize) -> String {
    let filling = "a line of filling\\n".repeat(filling / 19);
    format!(
        r#"{{"AWSTemplateFormatVersion": "2010-09-09", "Description": "{filling}", "Resources": {{"P": {{"Type": "AWS::IAM::ManagedPolicy", "Properties": {{"PolicyDocument": {POLICY}}}}}}}}}"#
    )
}

#[test]
fn policies_in_archives_are_linted() {
    let folder = Folder::new();
    let rows = [("small", 0), ("large", 3 << 20)];
    let members =
        rows.map(|(name, filling)| Member::deflated(&format!("{name}.json"), template(filling)));
    folder.write("a.zip", zip(&[&[Member::deflated("p.json", POLICY)], &members[..]].concat()));
    folder.write("b.json", POLICY);
    let run = folder.scan(&["--only", "policy"]);
    let wanted = ["a.zip!/large.json", "a.zip!/p.json", "a.zip!/small.json", "b.json"];
    assert_eq!(
        (run.origins(), run.skipped()),
        (wanted.map(String::from).to_vec(), vec![]),
        "{}",
        run.err
    );
    let report = run.json();
    let fixes = report["findings"].to_string();
    assert!(!fixes.contains("a.zip!/p.json\",\"fix\":{"), "nothing in an archive is changed");
}

#[test]
fn policies_that_are_too_large_are_named() {
    let folder = Folder::new();
    folder.write(
        "a.zip",
        zip(&[
            Member::deflated("large.json", template(17 << 20)),
            Member::deflated("p.json", POLICY),
        ]),
    );
    let run = folder.scan(&["--only", "policy"]);
    assert_eq!(
        (run.origins(), run.skipped()),
        (vec!["a.zip!/p.json".to_owned()], vec!["a.zip!/large.json".to_owned()])
    );
    assert!(run.err.contains("larger than 16 MiB and in an archive"), "{}", run.err);
}
