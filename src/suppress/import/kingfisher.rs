//! What kingfisher prints as `json` and `jsonl`.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Error;

use super::{Claim, Told, shape};

/// How a secret begins that `--redact` took out.
const REDACTED: &str = "[REDACTED";

/// A line, or the whole; lines that sum up have nothing of this.
#[derive(Deserialize)]
struct Object {
    finding: Option<Finding>,
    /// In a sum, a number.
    findings: Option<Findings>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Findings {
    All(Vec<Listed>),
    Count(IgnoredAny),
}

#[derive(Deserialize)]
struct Listed {
    finding: Finding,
}

#[derive(Deserialize)]
struct Finding {
    #[serde(default)]
    snippet: String,
    #[serde(default)]
    line: u64,
    #[serde(default)]
    path: String,
    git_metadata: Option<Git>,
}

#[derive(Deserialize)]
struct Git {
    commit: Option<Commit>,
}

#[derive(Deserialize)]
struct Commit {
    id: String,
}

pub(super) fn read(text: &str) -> Result<Vec<Claim>, Error> {
    let mut claims = Vec::new();
    for Object { finding, findings } in shape::objects(text)? {
        claims.extend(finding.map(claim));
        if let Some(Findings::All(listed)) = findings {
            claims.extend(listed.into_iter().map(|listed| claim(listed.finding)));
        }
    }
    Ok(claims)
}

fn claim(finding: Finding) -> Claim {
    let Finding { snippet, line, path, git_metadata } = finding;
    let is_told = !snippet.is_empty() && !snippet.starts_with(REDACTED);
    let told = if is_told { Told::Whole(snippet) } else { Told::Place };
    let commit = git_metadata.and_then(|git| git.commit).map(|commit| commit.id);
    Claim { commit, ..Claim::new(told, &path, line) }
}
