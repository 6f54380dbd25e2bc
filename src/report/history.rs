//! What the history of a repository tells of a secret, for all reports.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::blob::{inert, path_bytes};
use crate::date::{date, timestamp};
use crate::history::{History, Moment};

/// A history as JSON and SARIF show it.
#[derive(Serialize, Deserialize)]
pub(super) struct HistoryView<'a> {
    pub first: Option<MomentView<'a>>,
    pub last: Option<MomentView<'a>>,
    pub paths: Vec<String>,
    pub versions: u64,
    pub in_head: bool,
    pub refs: Cow<'a, [String]>,
    pub ref_count: u64,
    pub on_remote: Option<bool>,
    pub reachable: bool,
}

#[derive(Serialize, Deserialize)]
pub(super) struct MomentView<'a> {
    pub commit: String,
    pub author: Cow<'a, str>,
    pub date: String,
    pub subject: Cow<'a, str>,
}

pub(super) fn view(history: &History) -> HistoryView<'_> {
    short_view(history, usize::MAX)
}

/// [`view`] with so many paths and references at most.
pub(super) fn short_view(history: &History, most: usize) -> HistoryView<'_> {
    HistoryView {
        first: history.first.as_ref().map(moment_view),
        last: history.last.as_ref().map(moment_view),
        paths: history.paths.iter().take(most).map(|path| inert(&path_bytes(path))).collect(),
        versions: history.versions,
        in_head: history.in_head,
        refs: history.refs.get(..most).unwrap_or(&history.refs).into(),
        ref_count: history.ref_count,
        on_remote: history.on_remote,
        reachable: history.reachable,
    }
}

fn moment_view(moment: &Moment) -> MomentView<'_> {
    MomentView {
        commit: moment.commit.to_string(),
        author: (&moment.author).into(),
        date: timestamp(seconds(moment)),
        subject: (&moment.subject).into(),
    }
}

/// Dates before 1970 do not occur but in jest.
fn seconds(moment: &Moment) -> u64 {
    u64::try_from(moment.date).unwrap_or(0)
}

/// The name of an author, without the address.
fn name(author: &str) -> &str {
    let name = author.split('<').next().unwrap_or_default().trim();
    if name.is_empty() { author } else { name }
}

/// References that are named in a text; the rest are counted.
const MAX_REFS: usize = 3;

/// Two lines for people: when it came, and what has it now.
pub(super) fn lines(history: &History) -> [String; 2] {
    let Some(first) = &history.first else {
        return ["in no commit".into(), holders(history)];
    };
    let came = format!(
        "since {} {} by {}: {}",
        first.commit.short(),
        date(seconds(first)),
        name(&first.author),
        first.subject
    );
    let last = match &history.last {
        Some(last) if !history.in_head => {
            format!("last in {} {}; ", last.commit.short(), date(seconds(last)))
        }
        _ => String::new(),
    };
    [came, last + &holders(history)]
}

fn holders(history: &History) -> String {
    let now = if history.in_head { "still in HEAD's files" } else { "not in HEAD's files" };
    let named: Vec<&str> = history.refs.iter().take(MAX_REFS).map(|name| short(name)).collect();
    let more = history.ref_count.saturating_sub(named.len() as u64);
    let refs = match (named.is_empty(), more) {
        (true, _) if history.reachable => return now.into(),
        (true, _) => "no reference leads to it".into(),
        (false, 0) => format!("in the history of {}", named.join(", ")),
        (false, more) => format!("in the history of {} and {more} more", named.join(", ")),
    };
    let remote = match history.on_remote {
        Some(true) => "; on a remote",
        Some(false) => "; not on a remote yet",
        None => "",
    };
    format!("{now}, {refs}{remote}")
}

/// A reference as people write it.
fn short(name: &str) -> &str {
    ["refs/heads/", "refs/tags/", "refs/remotes/", "refs/"]
        .iter()
        .find_map(|prefix| name.strip_prefix(prefix))
        .unwrap_or(name)
}
