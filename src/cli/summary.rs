//! The summary of a job, which GitHub shows on its page.
//!
//! <https://docs.github.com/actions/reference/workflow-commands-for-github-actions#adding-a-job-summary>

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use super::args::env_path;
use keylint::blob::{inert, path_bytes};
use keylint::outcome::Outcome;
use keylint::report::{self, Format, Options};

/// Bytes of the summary of a step; GitHub shows none of a longer one.
const MAX_SUMMARY: u64 = 1024 * 1024;
/// What is said where there is no room.
const NO_ROOM: &str = "keylint: no room for its summary; the log of the step has the findings\n";

/// Adds to the file that GitHub names, if it names one. The report itself is in the log: what goes wrong here is said, and
/// changes nothing.
pub(super) fn append(outcome: &Outcome, options: &Options) {
    let Some(path) = env_path("GITHUB_STEP_SUMMARY") else { return };
    if let Err(error) = add(&path, outcome, options) {
        let name = inert(&path_bytes(&path));
        let _ = writeln!(io::stderr(), "keylint: the summary was not written to {name}: {error}");
    }
}

fn add(path: &Path, outcome: &Outcome, options: &Options) -> io::Result<()> {
    let mut page = Vec::new();
    report::write(Format::Markdown, outcome, options, &mut page)?;
    let used = fs::metadata(path).map_or(0, |metadata| metadata.len());
    let room = MAX_SUMMARY.saturating_sub(used);
    let fits = |text: &[u8]| text.len() as u64 <= room;
    let text = [&page[..], NO_ROOM.as_bytes()].into_iter().find(|text| fits(text));
    let mut file = OpenOptions::new().append(true).create(true).open(path)?;
    file.write_all(text.unwrap_or_default())
}
