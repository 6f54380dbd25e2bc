//! What scans make of a file: whether they read it, and if not, why.

use std::fs;
use std::path::Path;

use super::Asked;
use keylint::blob::{inert, path_bytes};
use keylint::config::{Config, root_of_file};
use keylint::report::plural;
use keylint::source::{Choice, Ignored, Source, choice};

/// Whether a scan of the repository, or of the directory, that a file is in reads it. Says nothing of what is not a file.
pub(super) fn what_scans_make_of_it(asked: &Asked, config: &Config) -> Option<String> {
    let Source::Path(path) = &asked.source else { return None };
    if asked.file.is_dir() && !asked.file.is_symlink() {
        return None;
    }
    let root = root_of_file(path);
    let scan = match shown(&root).as_str() {
        "" => "keylint scan".to_owned(),
        root => format!("keylint scan {root}"),
    };
    Some(match choice(&root, path, &config.selection) {
        Choice::Taken => return None,
        Choice::TakenForItsName(ignored) => {
            format!(
                "{}; `{scan}` reads it all the same, for its name is one of what leaks",
                by(&ignored)
            )
        }
        Choice::TakenAsTracked(ignored) => {
            format!("{}; `{scan}` reads it all the same, for git tracks it", by(&ignored))
        }
        Choice::Ignored(ignored) => {
            format!("{}, so that `{scan}` does not read it; --no-ignore makes it", by(&ignored))
        }
        Choice::Excluded { pattern } => format!(
            "`{scan}` does not read it: `exclude` in keylint.toml has `{}`",
            inert(pattern.as_bytes())
        ),
        Choice::Link(link) => format!(
            "`{scan}` does not read it: {} is a link, and links are not followed; what it leads to is read where it lies",
            shown(&link)
        ),
        Choice::Repository => format!(
            "`{scan}` does not read it: it is of git's own files; `keylint git` reads what they hold"
        ),
        Choice::Special => format!("`{scan}` does not read it: it is no regular file"),
    })
}

/// What there is to say of a place where nothing was tried.
pub(super) fn what_is_there(asked: &Asked) -> String {
    let place = shown(asked.file);
    let Some(line) = asked.line else {
        return format!("no rule tried anything in {place}");
    };
    let lines = fs::read(asked.file).map(|text| {
        let text = text.strip_suffix(b"\n").unwrap_or(&text);
        text.split(|byte| *byte == b'\n').count() as u64
    });
    match lines {
        Ok(lines) if line > lines => {
            format!("{place} has no line {line}, it has {}", plural(lines, "line"))
        }
        _ => format!(
            "no rule tried anything at {place}:{line}; a secret that only you know of needs a rule of yours (docs/configuration.md)"
        ),
    }
}

/// What makes git ignore it.
fn by(ignored: &Ignored) -> String {
    let Ignored { file, pattern, directory } = ignored;
    let what = directory.as_deref().map_or_else(|| "it".to_owned(), |it| format!("{}/", shown(it)));
    format!("git ignores {what} (`{}` in {})", inert(pattern.as_bytes()), shown(file))
}

fn shown(path: &Path) -> String {
    inert(&path_bytes(path))
}
