//! `.gitleaksignore`: `commit:file:rule:line` or `file:rule:line` on each line, and comments.

use super::{Claim, Told};

/// The claims of a text; `None` if it is no such file.
pub(super) fn read(text: &str) -> Option<Vec<Claim>> {
    let lines = text.lines().map(str::trim);
    let entries = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    let claims: Option<Vec<Claim>> = entries.map(claim).collect();
    claims.filter(|claims| !claims.is_empty())
}

/// A file may have colons in its name, a rule and a commit have none.
fn claim(line: &str) -> Option<Claim> {
    // Comments may follow an entry.
    let line = line.split(" #").next().unwrap_or(line).trim_end();
    let mut parts = line.rsplitn(3, ':');
    let number = parts.next()?.parse().ok()?;
    let _rule = parts.next().filter(|rule| is_id(rule))?;
    let file = parts.next().filter(|file| !file.is_empty())?;
    let (commit, file) = match file.split_once(':') {
        Some((commit, file)) if is_commit(commit) && !file.is_empty() => (Some(commit), file),
        _ => (None, file),
    };
    Some(Claim { commit: commit.map(str::to_owned), ..Claim::new(Told::Place, file, number) })
}

fn is_id(text: &str) -> bool {
    let is_of_id = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    !text.is_empty() && text.bytes().all(is_of_id)
}

fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
