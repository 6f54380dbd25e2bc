//! `keylint scan --fix` on files as they lie on disk: what changes, what does not, and what is left alone.

#![expect(clippy::unwrap_used, reason = "a test may stop where a file is not as it expects")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

fn scan(folder: &Path, flags: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keylint"));
    command.args(["scan", "--no-config"]).args(flags).arg(".").current_dir(folder);
    command.output().unwrap()
}

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn read(folder: &TempDir, name: &str) -> String {
    fs::read_to_string(folder.path().join(name)).unwrap()
}

/// A policy with two slips, written as no formatter would.
const POLICY: &str = "{ \"Version\" :\"2012-10-17\",\r\n\t\"Statement\":[ {\"Effect\":\"allow\" ,\r\n  \"Action\": \"secretsmanager:DescribeSecret\", \"Resource\":\"arn:aws:secretsmanager:eu-west-1:999988887777:secret:prod/db\" }]}\r\n";

#[test]
fn nothing_but_the_slip_changes() {
    let folder = folder(&[("policy.json", POLICY)]);
    assert_eq!(scan(folder.path(), &["--fix"]).status.code(), Some(0));
    let expected = POLICY.replace("\"allow\"", "\"Allow\"").replace("prod/db", "prod/db-??????");
    assert_eq!(read(&folder, "policy.json"), expected);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside the file");
}

#[test]
fn a_byte_order_mark_and_comments_stay() {
    let template = "\u{feff}# why\nResources:\n  R:\n    Type: AWS::IAM::ManagedPolicy\n    Properties:\n      PolicyDocument: # ü\n        Version: '2012-10-17'\n        Statement:\n        - Effect: allow # é\n          Action: ['s3:GetObject','s3:GetObject']\n          Resource: 'arn:aws:s3:::bucket/*'\n";
    let folder = folder(&[("t.yaml", template)]);
    assert_eq!(scan(folder.path(), &["--fix"]).status.code(), Some(0));
    let expected = template
        .replace("allow #", "Allow #")
        .replace("['s3:GetObject','s3:GetObject']", "['s3:GetObject']");
    assert_eq!(read(&folder, "t.yaml"), expected);
}

#[test]
fn what_is_suppressed_is_left_alone() {
    let module = "resource \"aws_iam_policy\" \"p\" {\n  policy = jsonencode({\n    Version = \"2012-10-17\"\n    Statement = [{\n      Effect = \"allow\" # keylint:allow effect-invalid on purpose\n      Action = \"s3:GetObject\"\n      Resource = \"arn:aws:s3:::bucket/*\"\n    }]\n  })\n}\n";
    let folder = folder(&[("main.tf", module)]);
    assert_eq!(scan(folder.path(), &["--fix"]).status.code(), Some(0));
    assert_eq!(read(&folder, "main.tf"), module);
}

#[test]
fn a_diff_changes_nothing_and_shows_no_secret() {
    let token = ["ghp_rtK7te1H2kp", "LxiTbVw3htDF", "eLjPme92uZWqs"].concat();
    let template = format!(
        "Resources:\n  R:\n    Type: AWS::IAM::ManagedPolicy\n    Properties:\n      PolicyDocument:\n        Version: '2012-10-17'\n        Statement:\n          Effect: allow\n          Action: s3:GetObject\n          Resource: arn:aws:s3:::bucket/*\n      Description: {token}\n"
    );
    let folder = folder(&[("t.yaml", &template)]);
    let output = scan(folder.path(), &["--fix", "--diff"]);
    assert_eq!(output.status.code(), Some(1));
    let diff = String::from_utf8(output.stdout).unwrap();
    assert!(diff.contains("-          Effect: allow\n+          Effect: Allow\n"), "{diff}");
    assert!(!diff.contains(&token) && diff.contains("Description: ghp_****"), "{diff}");
    assert_eq!(read(&folder, "t.yaml"), template);
}

#[test]
fn a_text_of_another_encoding_is_reported_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let text: Vec<u8> = POLICY.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let bytes = [b"\xFF\xFE".as_slice(), &text].concat();
    fs::write(folder.path().join("policy.json"), &bytes).unwrap();
    assert_eq!(scan(folder.path(), &["--fix"]).status.code(), Some(1));
    assert_eq!(fs::read(folder.path().join("policy.json")).unwrap(), bytes);
}

#[cfg(unix)]
#[test]
fn who_may_read_a_file_stays_as_it_is_and_a_link_stays_a_link() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let folder = folder(&[("policy.json", POLICY)]);
    let path = folder.path().join("policy.json");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    symlink("policy.json", folder.path().join("link.json")).unwrap();
    scan(folder.path(), &["--fix"]);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
    assert!(fs::symlink_metadata(folder.path().join("link.json")).unwrap().is_symlink());
}
