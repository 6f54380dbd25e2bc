//! A place of a finding as the scripts of the page read it.

use serde::Serialize;

use super::change::{Line, lines};
use crate::blob::{Origin, inert, path_bytes};
use crate::finding::{Place, Suppression};
use crate::history::{At, GitPlace};
use crate::report::image::{self, ImageView};

#[derive(Serialize)]
pub(super) struct PlaceView<'a> {
    /// What people call it.
    at: String,
    line: u64,
    column: u64,
    /// The path alone, where `at` says more.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<String>,
    /// What found it here, where that is not the rule of the finding.
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    snippet: Option<SnippetView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<ImageView<'a>>,
    /// How an instruction of a Dockerfile gets it into an image.
    #[serde(skip_serializing_if = "Option::is_none")]
    built: Option<&'static str>,
    /// What images and Dockerfiles tell of it, in words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suppressed: Option<SuppressionView<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fix: Vec<Line>,
}

/// The lines before, of and after what is marked.
#[derive(Serialize)]
struct SnippetView<'a> {
    /// The number of the first line.
    first: u64,
    parts: [&'a str; 3],
}

#[derive(Serialize)]
struct SuppressionView<'a> {
    kind: &'static str,
    reason: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<&'a str>,
}

/// A place; a brief one is without what takes room.
pub(super) fn place_view(place: &Place, rule: Option<usize>, brief: bool) -> PlaceView<'_> {
    let at = place.origin.to_string();
    let file = place.origin.full_path().map(|path| inert(&path_bytes(&path)));
    PlaceView {
        line: place.location.start.line,
        column: place.location.start.column,
        file: file.filter(|file| *file != at),
        at,
        commit: commit(&place.origin),
        rule,
        snippet: Some(place).filter(|_| !brief).and_then(snippet_view),
        image: image::view(place),
        built: place.built.as_ref().map(|built| built.effect.name()),
        notes: if brief { Vec::new() } else { notes(place) },
        suppressed: place.suppressed.as_ref().map(suppression_view),
        fix: if brief { Vec::new() } else { lines(place) },
    }
}

/// The commit that a place lies in.
fn commit(origin: &Origin) -> Option<String> {
    match origin.outermost() {
        Origin::Git(GitPlace {
            at: At::Commit { commit, .. } | At::CommitText { commit, .. },
            ..
        }) => Some(commit.to_string()),
        _ => None,
    }
}

fn snippet_view(place: &Place) -> Option<SnippetView<'_>> {
    let snippet = &place.snippet;
    let text = snippet.text.as_str();
    let (before, rest) = text.split_at_checked(snippet.label.start)?;
    let (marked, after) = rest.split_at_checked(snippet.label.len())?;
    let first = place.location.start.line.saturating_sub(snippet.lines_before as u64);
    (!text.is_empty()).then_some(SnippetView { first, parts: [before, marked, after] })
}

fn notes(place: &Place) -> Vec<String> {
    image::lines(place).iter().map(|line| inert(line.as_bytes())).collect()
}

fn suppression_view(known: &Suppression) -> SuppressionView<'_> {
    SuppressionView {
        kind: known.kind.name(),
        reason: &known.reason,
        owner: known.owner.as_deref(),
        expires: known.expires.as_deref(),
    }
}
