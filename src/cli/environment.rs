//! What the program is run in: the environment, the clock, the working directory and the terminal. Nothing else reads them.

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use terminal_size::{Width, terminal_size_of};

/// Whether a variable of the environment is set to something.
#[expect(clippy::disallowed_methods, reason = "this is where the environment is read")]
pub(crate) fn is_set(variable: &str) -> bool {
    std::env::var_os(variable).is_some_and(|value| !value.is_empty())
}

/// Whether the terminal is one that shows links: nothing asks it, so those that are known to are named.
#[expect(clippy::disallowed_methods, reason = "this is where the environment is read")]
pub(crate) fn has_links() -> bool {
    let is = |variable: &str, known: &[&str]| {
        std::env::var(variable).is_ok_and(|value| known.contains(&value.as_str()))
    };
    let newest_vte = std::env::var("VTE_VERSION").ok().and_then(|version| version.parse().ok());
    is_set("WT_SESSION")
        || is_set("KONSOLE_VERSION")
        || is_set("DOMTERM")
        || newest_vte.is_some_and(|version: u32| version >= 5000)
        || is("TERM", &["xterm-kitty", "alacritty", "foot", "xterm-ghostty", "wezterm"])
        || is("TERM_PROGRAM", &["iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "Tabby"])
}

/// Whether the terminal says that it can do nothing.
#[expect(clippy::disallowed_methods, reason = "this is where the environment is read")]
pub(crate) fn is_dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|terminal| terminal == "dumb")
}

/// The moment that dates in tokens are compared with: `SOURCE_DATE_EPOCH`, else the clock.
#[expect(clippy::disallowed_methods, reason = "this is where the environment is read")]
pub(crate) fn now() -> u64 {
    let fixed = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|text| text.parse().ok());
    fixed.unwrap_or_else(|| {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs())
    })
}

/// A text that a program which runs hooks tells them.
#[expect(clippy::disallowed_methods, reason = "this is where the environment is read")]
pub(crate) fn told(variable: &str) -> Option<String> {
    std::env::var(variable).ok().filter(|value| !value.is_empty())
}

/// A path that a variable of the environment holds.
#[expect(clippy::disallowed_methods, reason = "this is where the environment is read")]
pub(crate) fn env_path(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// The working directory, to show paths relative to it.
#[expect(clippy::disallowed_methods, reason = "this is where the working directory is read")]
pub(crate) fn working_directory() -> Option<PathBuf> {
    std::env::current_dir().ok()
}

/// How many columns the output has: as `COLUMNS` says, else those of the terminal, if it is one.
#[expect(clippy::disallowed_methods, reason = "this is where the environment is read")]
pub(crate) fn columns() -> Option<usize> {
    let said = std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
    said.or_else(|| terminal_size_of(std::io::stdout()).map(|(Width(columns), _)| columns.into()))
}
