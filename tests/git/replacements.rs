//! What `git filter-repo` takes out of a history with the file that `keylint git --replacements` writes. Without
//! git-filter-repo the tests say what they did not check, and fail where `KEYLINT_REQUIRE_TOOLS` is set.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tempfile::TempDir;

use crate::fixture::Repo;
use crate::material::{lines, private_key, token};

/// Writes the file beside the repository; what the program says, and the file.
fn replacements(repo: &Repo, folder: &TempDir) -> (String, Vec<u8>) {
    let file = folder.path().join("replacements.txt");
    let run = repo.run(&["--replacements", file.to_str().unwrap()]);
    assert_eq!(run.code, 1, "{}", run.err);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    (run.err, fs::read(file).unwrap())
}

/// Rewrites the history with the real tool; `false` where it is not there.
fn filtered(repo: &Repo, folder: &TempDir) -> bool {
    let (status, ..) = repo.try_git(&["filter-repo", "--version"], &[], b"");
    if !status.success() {
        #[expect(clippy::disallowed_methods, reason = "the gate says what must be there")]
        let is_required = std::env::var_os("KEYLINT_REQUIRE_TOOLS").is_some();
        assert!(!is_required, "git-filter-repo is not on PATH");
        #[expect(clippy::print_stderr, reason = "a test says what it did not check")]
        {
            eprintln!("not checked: git-filter-repo is not on PATH");
        }
        return false;
    }
    let file = folder.path().join("replacements.txt");
    let file = file.to_str().unwrap();
    repo.git(&["filter-repo", "--force", "--replace-text", file, "--replace-message", file]);
    true
}

/// What a file held in a commit that is there no more by that name: what it holds in HEAD.
fn held(repo: &Repo, name: &str) -> Vec<u8> {
    repo.try_git(&["show", &format!("HEAD:{name}")], &[], b"").1
}

#[test]
fn nothing_is_left_of_what_was_replaced() {
    let (repo, folder) = (Repo::with_commit(), TempDir::new().unwrap());
    let quoted = ["Vb7#qL", "==>", "x2Rk"].concat();
    let patterned = ["regex:", "Kd84(hw", "+Zr[9q"].concat();
    let strong = ["#Jw5", "xTq8vR==>", "mB2nLk7", "ZsY4pD"].concat();
    repo.commit("token.sh", format!("export GITHUB_TOKEN={}\n", token(1)));
    repo.commit("token.sh", format!("{}export GITHUB_TOKEN={}\n", lines(40), token(1)));
    let packed = STANDARD.encode(format!("user:{}", token(2)));
    repo.commit("auth.txt", format!("Authorization: Basic {packed}\n"));
    repo.commit("key.pem", private_key(1));
    repo.commit("key.crlf", private_key(2).replace('\n', "\r\n"));
    repo.commit("key.json", serde_json::json!({ "private_key": private_key(3) }).to_string());
    repo.commit("db.py", format!("db_password = \"{quoted}\"\n"));
    repo.commit("db.py", format!("# the database\nold_db_password = \"{quoted}\"\n"));
    repo.commit("db.rb", format!("db_password = '{patterned}'\n"));
    repo.commit("api.py", format!("client_secret = \"{strong}\"\n"));
    repo.commit(
        "latin.ini",
        [&b"db_password = Zk7\xe9"[..], &["vQ2", "xW9m"].concat().into_bytes()].concat(),
    );
    repo.commit_deletion("db.rb");
    repo.git(&["commit", "-q", "--allow-empty", "-m", &format!("Use {}", token(3))]);
    repo.git(&["tag", "-a", "v1", "-m", &format!("With {}", token(4))]);
    let found = repo.run(&[]);
    assert!(found.list("findings").len() >= 11, "{}", found.out);
    let (said, _) = replacements(&repo, &folder);
    assert!(said.contains("secrets in clear") && !said.contains("not replaceable"), "{said}");
    if filtered(&repo, &folder) {
        repo.run(&[]).assert_finds(&[]);
        assert!(
            held(&repo, "token.sh").starts_with(lines(40).as_bytes()),
            "what is no secret stays"
        );
    }
}

#[test]
fn words_stay_where_they_are_no_secret() {
    let (repo, folder) = (Repo::with_commit(), TempDir::new().unwrap());
    let word = ["Blue", "Heron", "42"].concat();
    repo.commit("config.ini", format!("[db]\nuser = {word}s\ndb_password = {word}!\n"));
    let prose = format!("The {word}! club meets on Mondays.\n");
    repo.commit("club.txt", &prose);
    let (_, file) = replacements(&repo, &folder);
    assert!(!String::from_utf8_lossy(&file).contains("literal:"), "a word is replaced everywhere");
    if filtered(&repo, &folder) {
        repo.run(&[]).assert_finds(&[]);
        assert_eq!(held(&repo, "club.txt"), prose.as_bytes());
    }
}

#[test]
fn what_cannot_be_replaced_is_named() {
    let (repo, folder) = (Repo::with_commit(), TempDir::new().unwrap());
    let wide: Vec<u8> = format!("\u{feff}token = {}\n", token(1))
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    repo.commit("wide.txt", wide);
    repo.commit("plain.txt", format!("token = {}\n", token(2)));
    let (said, file) = replacements(&repo, &folder);
    assert!(said.contains("not replaceable: ") && said.contains("wide.txt:1"), "{said}");
    let file = String::from_utf8(file).unwrap();
    assert_eq!(file, format!("literal:{}==>***REMOVED***\n", token(2)));
    if filtered(&repo, &folder) {
        repo.run(&[]).assert_finds(&[&token(1)]);
    }
}

#[test]
fn what_does_not_count_is_left_out() {
    let (repo, folder) = (Repo::with_commit(), TempDir::new().unwrap());
    repo.commit("a.txt", format!("token = {}\n", token(1)));
    repo.commit(
        "b.txt",
        format!("token = {} # keylint:allow github-classic-pat made up\n", token(2)),
    );
    let (_, file) = replacements(&repo, &folder);
    assert_eq!(String::from_utf8(file).unwrap(), format!("literal:{}==>***REMOVED***\n", token(1)));
}

#[test]
fn secrets_in_clear_have_to_be_asked_for() {
    let (repo, folder) = (Repo::with_commit(), TempDir::new().unwrap());
    let file = folder.path().join("replacements.txt");
    let run = repo.keylint("", &["git", "--replacements", file.to_str().unwrap()], &[], b"");
    run.assert_refused("--reveal");
    assert!(!file.exists());
}
