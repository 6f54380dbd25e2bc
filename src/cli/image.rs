//! `keylint image`.

use std::path::PathBuf;

use super::args::{ImageArgs, When};
use super::scan::{configure, report, scan_all};
use super::{Exit, Failure};
use keylint::source::{IgnoreFiles, ImageLocation, ImageSource, Source};

pub(super) fn run(args: &ImageArgs, color: When) -> Result<Exit, Failure> {
    let source = |name: &String| {
        Source::Image(ImageSource {
            name: shown(name).to_owned(),
            place: ImageLocation::Path(PathBuf::from(shown(name))),
            platforms: args.platforms.clone(),
        })
    };
    let sources: Vec<Source> = args.images.iter().map(source).collect();
    let config = configure(&args.common, &sources, IgnoreFiles::Respect)?;
    let outcome = scan_all(&sources, &config, &args.common)?;
    report(&outcome, &config, &args.common, color, "image")
}

/// The place without the word for its kind that other tools want before it; what is there says itself what it is.
fn shown(name: &str) -> &str {
    const KINDS: [&str; 5] =
        ["docker-archive:", "oci-archive:", "oci:", "dir:", "containers-storage:"];
    KINDS.iter().find_map(|kind| name.strip_prefix(kind)).unwrap_or(name)
}
