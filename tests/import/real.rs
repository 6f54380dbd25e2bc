//! What other scanners really write. They are looked up on `PATH`; without one, its test says what it did not check, and
//! fails where `KEYLINT_REQUIRE_TOOLS` is set.

#![expect(clippy::disallowed_methods, reason = "the tools are where the environment says")]

use std::env;
use std::process::Command;

use crate::project::{COMMITTER, Project};
use crate::{entries, entry};

#[test]
fn a_baseline_of_detect_secrets() {
    let path = env::var_os("PATH").unwrap_or_default();
    if !env::split_paths(&path).any(|folder| folder.join("detect-secrets").is_file()) {
        assert!(env::var_os("KEYLINT_REQUIRE_TOOLS").is_none(), "detect-secrets is not on PATH");
        eprintln!("not checked without detect-secrets: the import of what it writes");
        return;
    }
    let project = Project::new();
    let key = ["PRIVATE", "KEY"].join(" ");
    let body = crate::project::lines();
    project.write(
        "key.py",
        format!("k = '''-----BEGIN RSA {key}-----\n{body}\n-----END RSA {key}-----'''\n"),
    );
    project.write(
        "app/login.ini",
        format!("[db]\n{} = {}\n", ["pass", "word"].concat(), crate::project::password()),
    );
    project.git(&["init", "-q"]);
    project.git(&["add", "."]);
    project.git(&[&COMMITTER[..], &["commit", "-qm", "one"]].concat());
    let scan =
        Command::new("detect-secrets").arg("scan").current_dir(project.path()).output().unwrap();
    assert!(scan.status.success(), "{}", String::from_utf8_lossy(&scan.stderr));
    project.write(".secrets.baseline", scan.stdout);
    let run = project.run(&["baseline", "import", ".secrets.baseline"]);
    assert_eq!(run.code, 0, "{}", run.err);
    let reason = "imported from detect-secrets";
    let wanted =
        [entry("app/login.ini", reason), entry("app/main.txt", reason), entry("key.py", reason)];
    assert_eq!(entries(&project), wanted, "{}\n{}", run.out, project.read(".secrets.baseline"));
    assert_eq!(project.run(&["scan"]).code, 0);
}
