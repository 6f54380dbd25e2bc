//! The recipes of docs/ci.md and the action: what they run is run here, and their files are held against the schemas of the services.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a test may stop where nothing is as it expects, and says what it could not check"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The blocks of code of a section, in one language.
fn blocks(section: &str, language: &str) -> Vec<String> {
    let page = fs::read_to_string(root().join("docs/ci.md")).unwrap();
    let (_, rest) = page.split_once(&format!("\n## {section}\n")).unwrap();
    let text = rest.split("\n## ").next().unwrap();
    let begin = format!("```{language}\n");
    text.split(&begin).skip(1).map(|block| block.split("```").next().unwrap().to_owned()).collect()
}

/// A token that a rule finds, in pieces so that nothing finds it here.
fn token() -> String {
    ["gl", "pat-", "R4nX7v_", "Qm2ZkT8", "wLp5Ys"].concat()
}

/// Whether the schema of a service takes a file; says so where the program that knows is not there.
fn conforms(schema: &str, file: &Path) {
    let run =
        Command::new("check-jsonschema").args(["--builtin-schema", schema]).arg(file).output();
    let Ok(output) = run else {
        assert!(std::env::var_os("KEYLINT_REQUIRE_TOOLS").is_none(), "check-jsonschema is missing");
        println!("not checked, for want of check-jsonschema: {}", file.display());
        return;
    };
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{}: {said}", file.display());
}

#[test]
fn the_services_take_the_files() {
    let here = tempfile::tempdir().unwrap();
    let cases =
        [("GitHub Actions", "vendor.github-workflows", 3), ("GitLab", "vendor.gitlab-ci", 2)];
    for (section, schema, count) in cases {
        let blocks = blocks(section, "yaml");
        assert_eq!(blocks.len(), count, "{section}");
        for (at, block) in blocks.iter().enumerate() {
            let file = here.path().join(format!("{at}.yml"));
            fs::write(&file, block).unwrap();
            conforms(schema, &file);
        }
    }
    conforms("vendor.github-actions", &root().join("action.yml"));
    conforms("vendor.github-workflows", &root().join(".github/workflows/ci.yml"));
}

/// A folder with a finding, and the program under its name first on the path.
struct Checkout(tempfile::TempDir);

impl Checkout {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("bin")).unwrap();
        fs::create_dir(folder.path().join("repo")).unwrap();
        let program = format!("#!/bin/sh\nexec '{}' \"$@\"\n", env!("CARGO_BIN_EXE_keylint"));
        let checkout = Self(folder);
        checkout.script("keylint", &program);
        checkout.script("pip", "#!/bin/sh\n");
        checkout
    }

    fn script(&self, name: &str, text: &str) {
        let file = self.0.path().join("bin").join(name);
        fs::write(&file, text).unwrap();
        #[cfg(unix)]
        {
            let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
            fs::set_permissions(&file, mode).unwrap();
        }
    }

    fn repo(&self) -> PathBuf {
        self.0.path().join("repo")
    }

    fn with_finding(self) -> Self {
        fs::write(self.repo().join("app.env"), format!("TOKEN={}\n", token())).unwrap();
        self
    }

    fn bash(&self, script: &str, variables: &[(&str, &str)]) -> Output {
        let path =
            format!("{}:{}", self.0.path().join("bin").display(), std::env::var("PATH").unwrap());
        Command::new("bash")
            .args(["-c", script])
            .current_dir(self.repo())
            .env("PATH", path)
            .env_remove("GITHUB_STEP_SUMMARY")
            .envs(variables.iter().copied())
            .output()
            .unwrap()
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.repo().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }
}

/// The lines of a `script:` of GitLab, which one shell runs and the first failure of which ends.
fn gitlab_script(block: &str) -> String {
    let (_, rest) = block.split_once("  script:\n").unwrap();
    let lines = rest.lines().map_while(|line| line.strip_prefix("    - "));
    format!("set -e\n{}", lines.collect::<Vec<_>>().join("\n"))
}

#[cfg(unix)]
#[test]
fn gitlab_gets_its_reports_and_the_exit_code() {
    let script = gitlab_script(&blocks("GitLab", "yaml")[0]);
    let clean = Checkout::new();
    let run = clean.bash(&script, &[]);
    assert_eq!(run.status.code(), Some(0), "{}", String::from_utf8_lossy(&run.stderr));
    let found = Checkout::new().with_finding();
    let run = found.bash(&script, &[]);
    assert_eq!(run.status.code(), Some(1), "{}", String::from_utf8_lossy(&run.stderr));
    let said = String::from_utf8(run.stdout).unwrap();
    assert!(said.contains("app.env:1:7"), "{said}");
    for report in ["gl-secret-detection-report.json", "gl-code-quality-report.json"] {
        let text = found.read(report);
        assert!(text.contains("app.env") && !text.contains(&token()), "{report}: {text}");
    }
}

#[cfg(unix)]
#[test]
fn other_services_get_junit_and_a_page() {
    let script = &blocks("Other services", "sh")[0];
    let found = Checkout::new().with_finding();
    let run = found.bash(script, &[]);
    assert_eq!(run.status.code(), Some(1), "{}", String::from_utf8_lossy(&run.stderr));
    assert!(found.read("keylint.xml").contains("<failure"));
    assert!(found.read("keylint.html").contains("app.env"));
    assert_eq!(Checkout::new().bash(script, &[]).status.code(), Some(0));
    // A configuration that is wrong is a bad instruction, and leaves nothing.
    let wrong = Checkout::new();
    fs::write(wrong.repo().join("keylint.toml"), "nonsense = 1\n").unwrap();
    assert_eq!(wrong.bash(script, &[]).status.code(), Some(2));
}

#[cfg(unix)]
#[test]
fn the_action_annotates_and_says_how_the_scan_ended() {
    let script = root().join("scripts/action.sh");
    for (fail_on, finding, expected) in
        [("low", true, "1"), ("low", false, "0"), ("critical", true, "1"), ("never", true, "1")]
    {
        let checkout = Checkout::new();
        let checkout = if finding { checkout.with_finding() } else { checkout };
        let outputs = checkout.0.path().join("outputs");
        let summary = checkout.0.path().join("summary");
        let run = checkout.bash(
            &format!("bash '{}'", script.display()),
            &[
                ("KEYLINT", "keylint"),
                ("KEYLINT_ARGS", "scan\n.\n"),
                ("KEYLINT_FAIL_ON", fail_on),
                ("RUNNER_TEMP", checkout.0.path().to_str().unwrap()),
                ("GITHUB_OUTPUT", outputs.to_str().unwrap()),
                ("GITHUB_STEP_SUMMARY", summary.to_str().unwrap()),
            ],
        );
        let problem = String::from_utf8_lossy(&run.stderr).into_owned();
        assert_eq!(run.status.code(), Some(0), "findings fail the last step, not this: {problem}");
        let outputs = fs::read_to_string(outputs).unwrap();
        assert!(outputs.contains(&format!("exit-code={expected}\n")), "{outputs}");
        let sarif = outputs.lines().find_map(|line| line.strip_prefix("sarif=")).unwrap();
        assert!(fs::read_to_string(sarif).unwrap().contains("\"2.1.0\""));
        let said = String::from_utf8(run.stdout).unwrap();
        assert_eq!(said.contains("::error file=app.env,line=1"), finding, "{said}");
        assert_eq!(fs::read_to_string(summary).unwrap().contains("app.env"), finding);
    }
}

#[cfg(unix)]
#[test]
fn a_bad_instruction_fails_the_step_that_scans() {
    let checkout = Checkout::new();
    let outputs = checkout.0.path().join("outputs");
    let run = checkout.bash(
        &format!("bash '{}'", root().join("scripts/action.sh").display()),
        &[
            ("KEYLINT", "keylint"),
            ("KEYLINT_ARGS", "scan\nno-such-path"),
            ("KEYLINT_FAIL_ON", "low"),
            ("RUNNER_TEMP", checkout.0.path().to_str().unwrap()),
            ("GITHUB_OUTPUT", outputs.to_str().unwrap()),
        ],
    );
    assert_eq!(run.status.code(), Some(2));
    assert_eq!(fs::read_to_string(outputs).unwrap(), "exit-code=2\n");
}
