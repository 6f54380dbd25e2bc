//! What of the files beside a Dockerfile a build is given: patterns of `COPY`, and `.dockerignore`.
//! <https://docs.docker.com/build/concepts/context/#dockerignore-files>

use std::path::{Path, PathBuf};

use globset::{Glob, GlobBuilder, GlobMatcher};

/// The lines of a `.dockerignore`.
#[derive(Debug, Default)]
pub(super) struct Ignore {
    /// The last that fits decides; `false` takes back in.
    patterns: Vec<(GlobMatcher, bool)>,
}

impl Ignore {
    pub(super) fn read(text: &str) -> Self {
        let lines = text.lines().map(str::trim);
        let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
        let pattern = |line: &str| {
            let (line, leaves_out) = match line.strip_prefix('!') {
                Some(line) => (line.trim(), false),
                None => (line, true),
            };
            Some((glob(line)?, leaves_out))
        };
        Self { patterns: lines.filter_map(pattern).collect() }
    }

    /// Whether the build is not given a file; a directory that is left out takes along what is in it.
    pub(super) fn leaves_out(&self, path: &Path) -> bool {
        let fits = |glob: &GlobMatcher| {
            path.ancestors().any(|part| !part.as_os_str().is_empty() && glob.is_match(part))
        };
        let last = self.patterns.iter().rev().find(|(glob, _)| fits(glob));
        last.is_some_and(|(_, leaves_out)| *leaves_out)
    }
}

/// Whether what a `COPY` names is a file, or a directory that it is in.
pub(super) fn takes(source: &str, path: &Path) -> bool {
    if source.contains("://") || source.starts_with("<<") {
        return false;
    }
    let source = tidy(source);
    if source.as_os_str().is_empty() {
        return true;
    }
    let Some(glob) = glob(&source.to_string_lossy()) else { return false };
    path.ancestors().any(|part| !part.as_os_str().is_empty() && glob.is_match(part))
}

/// A pattern, from the root of the context.
fn glob(pattern: &str) -> Option<GlobMatcher> {
    let pattern = tidy(pattern);
    let glob: Glob =
        GlobBuilder::new(&pattern.to_string_lossy()).literal_separator(true).build().ok()?;
    Some(glob.compile_matcher())
}

/// A path from the root of the context, without what changes nothing.
fn tidy(path: &str) -> PathBuf {
    path.split('/').filter(|part| !matches!(*part, "" | "." | "..")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_that_fits_decides() {
        let ignore =
            Ignore::read("# comment\n**/*.env\n/secrets/\n!secrets/public.pem\nnode_modules\n");
        for (path, left_out) in [
            ("a.env", true),
            ("x/y/.env", true),
            ("secrets/key.pem", true),
            ("secrets/public.pem", false),
            ("node_modules/a/b.js", true),
            ("web/node_modules/a.js", false),
            ("main.rs", false),
        ] {
            assert_eq!(ignore.leaves_out(Path::new(path)), left_out, "{path}");
        }
        assert!(!Ignore::default().leaves_out(Path::new(".env")));
    }

    #[test]
    fn sources_of_copy() {
        for (source, path, is_taken) in [
            (".", ".env", true),
            ("./", "a/b", true),
            ("lib", "lib/a/b", true),
            ("lib/", "libs/a", false),
            ("*.env", "a.env", true),
            ("*.env", "x/a.env", false),
            ("conf/*", "conf/a/b", true),
            ("https://example.com/x", "x", false),
            ("/config.json", "config.json", true),
        ] {
            assert_eq!(takes(source, Path::new(path)), is_taken, "{source} {path}");
        }
    }
}
