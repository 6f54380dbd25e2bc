//! `keylint image`.

use std::path::Path;

use super::args::{ImageArgs, When};
use super::scan::{configure, report, scan_all};
use super::{Exit, Failure, plan};
use keylint::source::{IgnoreFiles, ImageLocation, ImageSource, Source};

pub(super) fn run(args: &ImageArgs, color: When) -> Result<Exit, Failure> {
    let sources: Vec<Source> =
        args.images.iter().map(|name| source(name, args)).collect::<Result<_, _>>()?;
    let config = configure(&args.common, &sources, IgnoreFiles::Respect)?;
    let outcome = scan_all(&sources, &config, &args.common)?;
    let exit = report(&outcome, &config, &args.common, color, "image")?;
    let first = args.images.first().map_or("", |name| place_of(name));
    plan::write(&outcome, &args.common, Path::new(first))?;
    Ok(exit)
}

/// What an argument stands for: what is there on disk, else an image of a registry.
fn source(given: &str, args: &ImageArgs) -> Result<Source, Failure> {
    let name = place_of(given);
    let place = match elsewhere(given, args) {
        Some(place) if !Path::new(name).exists() => place?,
        _ => ImageLocation::Path(name.into()),
    };
    let platforms = args.platforms.clone();
    Ok(Source::Image(ImageSource { name: name.into(), place, platforms }))
}

/// The place without the word for its kind that other tools want before it; what is there says itself what it is.
fn place_of(name: &str) -> &str {
    const KINDS: [&str; 5] =
        ["docker-archive:", "oci-archive:", "oci:", "dir:", "containers-storage:"];
    KINDS.iter().find_map(|kind| name.strip_prefix(kind)).unwrap_or(name)
}

/// An image of a registry; `None` for what can only be a path.
#[cfg(feature = "registry")]
fn elsewhere(given: &str, args: &ImageArgs) -> Option<Result<ImageLocation, Failure>> {
    use std::io::{self, Write};

    use super::login;
    use keylint::source::Reference;

    if given != place_of(given) || given.starts_with(['.', '/']) {
        return None;
    }
    let reference: Reference = match given.parse() {
        Ok(reference) => reference,
        Err(error) => {
            let error: keylint::source::ReferenceError = error;
            return Some(Err(error.into()));
        }
    };
    let found = login::find(&args.registry, std::slice::from_ref(&reference));
    if !args.common.quiet {
        for note in found.notes {
            let _ = writeln!(io::stderr(), "keylint: {note}");
        }
    }
    let (login, plain) = (found.login, args.registry.plain());
    Some(Ok(ImageLocation::Registry { reference, login, plain }))
}

#[cfg(not(feature = "registry"))]
const fn elsewhere(_: &str, _: &ImageArgs) -> Option<Result<ImageLocation, Failure>> {
    None
}
