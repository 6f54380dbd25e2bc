//! Findings of saved reports, for `keylint baseline write --from`.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use miette::Diagnostic;
use serde::Deserialize;
use thiserror::Error;

use keylint::fingerprint::Fingerprint;
use keylint::suppress::Entry;

/// The largest report that is read, in bytes.
const MAX_BYTES: u64 = 1024 * 1024 * 1024;

/// A report that cannot be used.
#[derive(Debug, Error, Diagnostic)]
#[error("`{}` cannot be used as a report: {detail}", path.display())]
#[diagnostic(
    code(baseline::report),
    help(
        "give what `keylint scan --format json -o FILE` wrote; for what other scanners wrote, see `keylint baseline import --help`"
    )
)]
pub(super) struct NoReport {
    path: PathBuf,
    detail: String,
}

#[derive(Deserialize)]
struct Report {
    schema_version: u64,
    findings: Vec<Finding>,
}

#[derive(Deserialize)]
struct Finding {
    rule: String,
    fingerprint: String,
    places: Vec<Place>,
    /// What its history tells, where that was scanned.
    history: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct Place {
    origin: String,
    suppressed: Option<serde::de::IgnoredAny>,
}

/// The findings of a report that nothing hid.
pub(super) fn read(path: &Path) -> Result<Vec<Entry>, NoReport> {
    let failed = |detail: String| NoReport { path: path.into(), detail };
    let mut text = Vec::new();
    let file = File::open(path).map_err(|error| failed(error.to_string()))?;
    let read = file.take(MAX_BYTES + 1).read_to_end(&mut text);
    read.map_err(|error| failed(error.to_string()))?;
    if text.len() as u64 > MAX_BYTES {
        return Err(failed("it is larger than 1 GiB".into()));
    }
    // The parser's words could quote what is in there.
    let report: Report = serde_json::from_slice(&text)
        .map_err(|error| failed(format!("line {} is not what a report has", error.line())))?;
    if report.schema_version != 1 {
        return Err(failed(format!("its version is {}, not 1", report.schema_version)));
    }
    let mut entries = Vec::new();
    for Finding { rule, fingerprint, places, history } in report.findings {
        let fingerprint = Fingerprint::parse(&fingerprint)
            .ok_or_else(|| failed("a fingerprint of it is none".into()))?;
        let Some(open) = places.into_iter().find(|place| place.suppressed.is_none()) else {
            continue;
        };
        let history = history.is_some();
        entries.push(Entry { history, ..Entry::new(fingerprint, rule, open.origin) });
    }
    Ok(entries)
}
