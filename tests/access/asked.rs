//! What keylint answers.

use std::path::Path;

use keylint::access::Access;
use keylint::scan;

use crate::written::{Files, MANIFEST};

/// The answers about the files of a working directory, or what is said of them that ends the run.
pub(crate) fn answers(files: &Files) -> Result<Access, String> {
    let answered = scan::access_of(files.clone(), Some(Path::new(MANIFEST)));
    answered.map_err(|error| format!("{:?}", miette::Report::new(error)))
}
