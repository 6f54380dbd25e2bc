//! What keylint answers.

use std::path::Path;

use keylint::access::Access;
use keylint::scan::access_of;

use crate::written::Files;

/// The answers about the files of a working directory.
pub(crate) fn answers(files: &Files, manifest: &str) -> Option<Result<Access, String>> {
    let given = files.iter().map(|(path, text)| (path.into(), text.clone().into())).collect();
    Some(access_of(given, Some(Path::new(manifest))).map_err(|error| error.to_string()))
}
