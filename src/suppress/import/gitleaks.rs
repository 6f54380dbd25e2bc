//! JSON reports of gitleaks, which are its baselines too. betterleaks writes the same.

use serde::Deserialize;
use serde_json::Error;

use super::{Claim, Told, shape};

/// What `--redact` leaves of a secret.
const REDACTED: &str = "REDACTED";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Finding {
    #[serde(default)]
    file: String,
    #[serde(default)]
    start_line: u64,
    #[serde(default)]
    secret: String,
    #[serde(default)]
    commit: String,
}

pub(super) fn read(text: &str) -> Result<Vec<Claim>, Error> {
    Ok(shape::objects::<Finding>(text)?.into_iter().map(claim).collect())
}

fn claim(finding: Finding) -> Claim {
    let Finding { file, start_line, secret, commit } = finding;
    // `--redact=N` leaves a part of the secret and three dots.
    let start = secret.strip_suffix("...").map(str::to_owned);
    let told = match start {
        _ if secret.is_empty() || secret == REDACTED => Told::Place,
        Some(start) => Told::Start(start),
        None => Told::Whole(secret),
    };
    let commit = Some(commit).filter(|commit| !commit.is_empty());
    Claim { commit, ..Claim::new(told, &file, start_line) }
}
