//! What trufflehog prints with `--json`.

use serde::Deserialize;
use serde_json::Error;

use super::{Claim, Told, shape};

/// A line; those of its log have nothing of this.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Line {
    source_metadata: Option<Metadata>,
    #[serde(default)]
    raw: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Metadata {
    #[serde(default)]
    data: Data,
}

/// Where it was found; of other sources, the secret alone is known.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Data {
    filesystem: Option<Place>,
    git: Option<Place>,
    github: Option<Place>,
    gitlab: Option<Place>,
}

#[derive(Default, Deserialize)]
struct Place {
    #[serde(default)]
    file: String,
    #[serde(default)]
    line: u64,
    #[serde(default)]
    commit: String,
}

pub(super) fn read(text: &str) -> Result<Vec<Claim>, Error> {
    Ok(shape::objects::<Line>(text)?.into_iter().filter_map(claim).collect())
}

fn claim(line: Line) -> Option<Claim> {
    let Data { filesystem, git, github, gitlab } = line.source_metadata?.data;
    let place = filesystem.or(git).or(github).or(gitlab).unwrap_or_default();
    let told = if line.raw.is_empty() { Told::Place } else { Told::Whole(line.raw) };
    let commit = Some(place.commit).filter(|commit| !commit.is_empty());
    Some(Claim { commit, ..Claim::new(told, &place.file, place.line) })
}
