//! What the path of an input says about the values in it.

use super::words::{self, List};
use crate::blob::{Origin, path_bytes};

/// How values are written in a file of this kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Syntax {
    /// Bare words are expressions: Python, Go, Java …
    Code,
    /// Bare words are values: dotenv, YAML, INI, shell …
    Config,
    /// Text for people: Markdown, HTML, logs …
    Prose,
    /// Nothing is known.
    #[default]
    Unknown,
}

/// What a path says; nothing for standard input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct PlaceClass {
    pub(crate) syntax: Syntax,
    /// Tests, fixtures, examples, mocks.
    pub(crate) is_test: bool,
    /// Translations.
    pub(crate) is_locale: bool,
    /// Lock files, minified bundles, vendored code.
    pub(crate) is_generated: bool,
}

impl PlaceClass {
    /// Reads the path of an origin.
    pub(crate) fn of(origin: &Origin) -> Self {
        let Some(path) = origin.path() else { return Self::default() };
        let bytes = path_bytes(path);
        let path = String::from_utf8_lossy(&bytes).to_ascii_lowercase();
        let name = path.rsplit('/').next().unwrap_or_default();
        let parts = || path.split(['/', '-', '_', '.', ' ']);
        let any_part = |list: &List| parts().any(|part| list.has(part));
        Self {
            syntax: syntax_of(name),
            is_test: any_part(&words::PATH_TEST) || name.contains("test"),
            is_locale: any_part(&words::PATH_LOCALE),
            is_generated: any_part(&words::PATH_GENERATED) || name.contains("-lock."),
        }
    }
}

fn syntax_of(name: &str) -> Syntax {
    if name.starts_with(".env")
        || name.starts_with("dockerfile")
        || name.ends_with("rc")
        || name == "makefile"
    {
        return Syntax::Config;
    }
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    if words::CODE.has(extension) {
        Syntax::Code
    } else if words::CONFIG.has(extension) {
        Syntax::Config
    } else if words::PROSE.has(extension) {
        Syntax::Prose
    } else {
        Syntax::Unknown
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn paths_tell() {
        let of = |path: &str| PlaceClass::of(&Origin::File { path: PathBuf::from(path) });
        assert_eq!(of("src/main.go").syntax, Syntax::Code);
        assert_eq!(of("config/.env.production").syntax, Syntax::Config);
        assert_eq!(of("README.md").syntax, Syntax::Prose);
        assert!(
            of("pkg/server_test.go").is_test
                && of("spec/models/user.rb").is_test
                && !of("src/contest.c/x.c").is_test
        );
        assert!(of("assets/i18n/de_DE.json").is_locale);
        assert!(of("package-lock.json").is_generated && of("js/app.min.js").is_generated);
    }
}
