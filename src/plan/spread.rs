//! Where else a secret is: other places and names, the history of the repository, images.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use super::need::pushed;
use super::step::{Step, name, names};
use super::variable::{is_common, variable};
use crate::blob::{inert, path_bytes};
use crate::finding::{Finding, Place};
use crate::history::History;
use crate::image::Effect;

/// Places of one finding that are named.
const MAX_PLACES: usize = 8;
/// Names of variables, paths and images that are named, of each.
const MAX_NAMES: usize = 5;

/// A place as people write it: `path:line`.
pub(super) fn at(place: &Place) -> String {
    format!("{}:{}", place.origin, place.location.start.line)
}

/// Everywhere else than at its first place.
pub(super) fn steps(finding: &Finding) -> Vec<Step> {
    let mut steps = Vec::new();
    steps.extend(places(finding));
    steps.extend(variables(finding));
    if let Some(history) = &finding.history {
        steps.push(Step::say(in_history(history)));
    }
    steps.extend(images(finding));
    steps
}

/// The places after the first.
pub(super) fn places(finding: &Finding) -> Option<Step> {
    let active = || finding.places.iter().filter(|place| place.suppressed.is_none());
    let others: Vec<String> = active().skip(1).take(MAX_PLACES).map(at).collect();
    let more = active().count().saturating_sub(1 + others.len());
    let more = if more == 0 { String::new() } else { format!(" and {more} more places") };
    let listed = names(others.iter().map(String::as_str), MAX_PLACES);
    (!others.is_empty()).then(|| Step::say(format!("The same is also at {listed}{more}.")))
}

/// The names it is assigned to, which others may use without its value.
fn variables(finding: &Finding) -> Option<Step> {
    let called: BTreeSet<String> = finding.places.iter().filter_map(variable).collect();
    let first = called.first()?;
    let listed = names(called.iter().map(String::as_str), MAX_NAMES);
    if called.iter().all(|name| is_common(name)) {
        return None;
    }
    let first = called.iter().find(|name| !is_common(name)).unwrap_or(first);
    // Of letters, digits, `_`, `-` and `.`: nothing that a shell takes for more than text.
    let is_plain = |name: &&String| {
        let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
        name.bytes().all(is_letter) && !name.starts_with('-')
    };
    let grep = Some(first).filter(is_plain).map(|first| format!(": `git grep -nF {first}`"));
    let grep = grep.unwrap_or_default();
    Some(Step::say(format!("It is called {listed}; look for what else uses that name{grep}.")))
}

/// What became of it in the repository, and what follows from that.
fn in_history(history: &History) -> String {
    let Some(first) = &history.first else {
        return "No commit has it yet: take it out before you commit.".into();
    };
    let mut text = format!("In the history since {}", name(&first.commit.short()));
    if !history.in_head {
        text.push_str(", no longer in the files of HEAD");
    }
    if history.paths.len() > 1 {
        let paths: Vec<String> = history.paths.iter().map(|path| shown(path)).collect();
        let _ = write!(text, ", under {}", names(paths.iter().map(String::as_str), MAX_NAMES));
    }
    let _ = write!(text, ". {}", consequence(history));
    text
}

fn consequence(history: &History) -> &'static str {
    match (pushed(history), history.reachable) {
        (Some(true), _) => {
            "It was pushed: everybody who could fetch has it, and only rotation helps."
        }
        (Some(false), true) => {
            "It was not pushed, as far as this repository knows: amend the commit or take it out with `git rebase -i` before you push. If nobody else has the repository, that is enough."
        }
        (_, false) => {
            "No branch or tag leads to it any more; `git gc --prune=now` removes it here. Whether it was pushed before cannot be seen."
        }
        (None, true) => {
            "Whether it was pushed cannot be seen here (there are no remote-tracking branches). If it ever was, only rotation helps."
        }
    }
}

fn shown(path: &Path) -> String {
    inert(&path_bytes(path))
}

/// The images that ship it.
fn images(finding: &Finding) -> Vec<Step> {
    let uses = || {
        finding.places.iter().filter_map(|place| place.layer.as_ref()).flat_map(|layer| &layer.uses)
    };
    let mut steps = Vec::new();
    let shipped: BTreeSet<&str> = uses().map(|of| of.image.as_str()).collect();
    if !shipped.is_empty() {
        let hidden = if uses().any(|of| of.hidden.is_some()) {
            " A later layer hides it, which helps nothing: layers can be taken apart."
        } else {
            ""
        };
        steps.push(Step::say(format!(
            "Shipped in {}: whoever could pull has it.{hidden}",
            names(shipped.into_iter(), MAX_NAMES)
        )));
    }
    let built: BTreeSet<(String, &str)> = finding
        .places
        .iter()
        .filter_map(|place| place.built.as_ref())
        .filter(|built| built.effect != Effect::CopiedToStage)
        .map(|built| (format!("{}:{}", shown(&built.dockerfile), built.line), built.effect.words()))
        .collect();
    for (at, words) in built.into_iter().take(MAX_NAMES) {
        let words = words.trim_end_matches(',');
        steps.push(Step::say(format!("{}: {words}.", name(&at))));
    }
    steps
}
