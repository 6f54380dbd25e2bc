//! What the user decides holds for histories too: configuration, comments, flags.

use crate::fixture::{Repo, Run};
use crate::material::{policy, token};

const RULE: &str = "github-classic-pat";

fn with_configuration(repo: &Repo, text: &str, arguments: &[&str]) -> Run {
    let file = repo.beside("home").write("keylint.toml", text);
    let fixed = ["git", "--format", "json", "--reveal", "--config", file.to_str().unwrap()];
    repo.keylint("", &[&fixed, arguments].concat(), &[], b"").with_report()
}

#[test]
fn paths_that_are_allowed_or_excluded() {
    let (repo, [source, example]) = (Repo::with_commit(), [token(1), token(2)]);
    repo.commit("src/main.py", &source);
    repo.commit("examples/deep/main.py", &example);
    repo.commit_deletion("examples/deep/main.py");
    let allow =
        format!("[[allow]]\nrule = \"{RULE}\"\npath = \"examples/*\"\nreason = \"made up\"\n");
    for text in [allow.as_str(), "exclude = [\"examples/**\"]\n"] {
        let run = with_configuration(&repo, text, &[]);
        run.assert_finds(&[&source]);
        with_configuration(&repo, text, &["--range", "HEAD~2..HEAD"]).assert_finds(&[]);
    }
    let run = with_configuration(&repo, &allow, &["--show-suppressed"]);
    assert_eq!(run.finding(&example)["places"][0]["suppressed"]["reason"], "made up");
}

/// Content that is allowed under one path is not allowed under another.
#[test]
fn the_same_content_at_an_allowed_path_and_at_another() {
    let (repo, secret) = (Repo::with_commit(), token(1));
    repo.write("examples/main.py", &secret);
    repo.write("zone/main.py", &secret);
    repo.commit_all("Both");
    for text in [
        "exclude = [\"examples/**\"]\n",
        "[[allow]]\npath = \"examples/*\"\nreason = \"made up\"\n",
        "exclude = [\"zone/**\"]\n",
        "[[allow]]\npath = \"zone/*\"\nreason = \"made up\"\n",
    ] {
        with_configuration(&repo, text, &[]).assert_finds(&[&secret]);
        with_configuration(&repo, text, &["--range", "HEAD~1..HEAD"]).assert_finds(&[&secret]);
    }
}

#[test]
fn comments_next_to_a_place() {
    let (repo, [allowed, other]) = (Repo::with_commit(), [token(1), token(2)]);
    repo.commit("a.txt", format!("{allowed} # keylint:allow {RULE} an example\n{other}\n"));
    repo.run(&[]).assert_finds(&[&other]);
    repo.write("b.txt", format!("{} # keylint:allow {RULE} an example\n", token(3)));
    repo.git(&["add", "-A"]);
    repo.run(&["--staged"]).assert_finds(&[]);
}

#[test]
fn the_configuration_of_the_work_tree() {
    let (repo, [source, example]) = (Repo::with_commit(), [token(1), token(2)]);
    repo.commit("src/main.py", &source);
    repo.commit("examples/main.py", &example);
    repo.write("keylint.toml", "exclude = [\"examples/**\"]\n");
    for folder in ["", "src"] {
        let run = repo.keylint(folder, &["git", "--format", "json", "--reveal"], &[], b"");
        run.with_report().assert_finds(&[&source]);
    }
    repo.write("examples/other.py", token(3));
    repo.git(&["add", "examples"]);
    let staged = ["git", "--format", "json", "--reveal", "--staged"];
    repo.keylint("src", &staged, &[], b"").with_report().assert_finds(&[]);
}

#[test]
fn flags_of_every_scan() {
    let (repo, secret) = (Repo::with_commit(), token(1));
    repo.commit("file.txt", &secret);
    repo.commit("policy.json", policy("admin-star"));
    repo.run(&["--only", "secrets"]).assert_finds(&[&secret]);
    repo.run(&["--only", "policy"]).assert_refused("policies");
    let fixed = ["git", "--no-config", "--fail-on", "critical", "--min-confidence", "very-high"];
    assert_eq!(repo.keylint("", &fixed, &[], b"").code, 1);
    let run = repo.keylint("", &["git", "--no-config", "--fail-on", "never"], &[], b"");
    assert_eq!(run.code, 2, "{}", run.err);
    let quiet = repo.keylint("", &["git", "--no-config", "-q"], &[], b"");
    assert_eq!((quiet.code, quiet.err.as_str()), (1, ""));
}

/// A folder that is excluded hides no copy of it, whenever that is made.
#[test]
fn a_copy_of_an_excluded_folder() {
    let (repo, secret) = (Repo::with_commit(), token(1));
    repo.commit("vendor/lib/main.py", &secret);
    repo.commit("src/lib/main.py", &secret);
    let text = "exclude = [\"vendor/**\"]\n";
    for arguments in [&[][..], &["--range", "HEAD~2..HEAD"], &["--range", "HEAD~1..HEAD"]] {
        with_configuration(&repo, text, arguments).assert_finds(&[&secret]);
    }
}
