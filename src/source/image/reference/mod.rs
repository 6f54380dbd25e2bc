//! What an image is called where registries have it: `[registry[:port]/]repository[:tag][@digest]`, as docker and the
//! OCI distribution specification read it.

use std::fmt;
use std::net::Ipv6Addr;
use std::str::FromStr;

use miette::Diagnostic;
use thiserror::Error;

use crate::blob::inert;

/// The registry of names that have none.
const DEFAULT_REGISTRY: &str = "docker.io";
/// Another name of it.
const INDEX: &str = "index.docker.io";
/// Where that registry answers.
const DEFAULT_ENDPOINT: &str = "registry-1.docker.io";
/// What holds the images of that registry whose names have one part.
const LIBRARY: &str = "library";
/// The tag of names that have neither tag nor digest.
const DEFAULT_TAG: &str = "latest";

/// The most characters of a repository, with its slashes.
const MAX_REPOSITORY: usize = 255;
/// The most characters of a tag.
const MAX_TAG: usize = 128;
/// The most characters of a host, as in the DNS.
const MAX_HOST: usize = 253;
/// How much is shown of what cannot be read, in characters.
const MAX_SHOWN: usize = 200;

/// An image of a registry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    registry: String,
    repository: String,
    tag: Option<String>,
    digest: Option<String>,
}

/// A text that names no image of a registry.
#[derive(Clone, Debug, PartialEq, Eq, Error, Diagnostic)]
#[error("`{given}` names no image of a registry: {problem}")]
#[diagnostic(code(source::image_reference))]
pub struct ReferenceError {
    /// As given, harmless for a terminal.
    pub given: String,
    /// What is wrong.
    pub problem: String,
    /// What to write instead.
    #[help]
    pub help: String,
}

/// What is wrong, and what to write instead.
type Problem = (String, String);

impl Reference {
    /// The registry, as people call it: a host in lower case, with a port where one was given.
    pub fn registry(&self) -> &str {
        &self.registry
    }

    /// The host that answers for the registry, with a port where one was given.
    pub fn endpoint(&self) -> &str {
        if self.registry == DEFAULT_REGISTRY { DEFAULT_ENDPOINT } else { &self.registry }
    }

    /// The repository in the registry.
    pub fn repository(&self) -> &str {
        &self.repository
    }

    /// The tag; there is a tag or a digest.
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// The digest, `sha256:…` or `sha512:…`.
    pub fn digest(&self) -> Option<&str> {
        self.digest.as_deref()
    }

    /// What the registry is asked for: the digest where there is one, else the tag.
    pub fn asked(&self) -> &str {
        self.digest().or(self.tag()).unwrap_or(DEFAULT_TAG)
    }

    fn parse(given: &str) -> Result<Self, Problem> {
        let text = given.strip_prefix("docker://").unwrap_or(given);
        refuse_others(text)?;
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (rest, Some(checked_digest(digest)?)),
            None => (text, None),
        };
        let (name, tag) = match rest.rsplit_once(':') {
            // A port belongs to the host.
            Some((name, tag)) if !tag.contains('/') => (name, Some(checked_tag(tag)?)),
            _ => (rest, None),
        };
        let (registry, path) = split_host(name)?;
        let repository = if registry == DEFAULT_REGISTRY && !path.contains('/') {
            format!("{LIBRARY}/{path}")
        } else {
            path.to_owned()
        };
        check_repository(&repository, path)?;
        let tag = tag.or_else(|| digest.is_none().then(|| DEFAULT_TAG.to_owned()));
        Ok(Self { registry, repository, tag, digest })
    }
}

impl FromStr for Reference {
    type Err = ReferenceError;

    fn from_str(given: &str) -> Result<Self, ReferenceError> {
        Self::parse(given).map_err(|(problem, help)| {
            let mut given = inert(given.as_bytes());
            if let Some((end, _)) = given.char_indices().nth(MAX_SHOWN) {
                given.truncate(end);
                given.push('…');
            }
            ReferenceError { given, problem, help }
        })
    }
}

/// The canonical form, with everything that was left out: `docker.io/library/alpine:latest`.
impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.registry, self.repository)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        if let Some(digest) = &self.digest {
            write!(f, "@{digest}")?;
        }
        Ok(())
    }
}

fn problem<T>(problem: impl Into<String>, help: impl Into<String>) -> Result<T, Problem> {
    Err((problem.into(), help.into()))
}

/// What people write who mean something else.
fn refuse_others(text: &str) -> Result<(), Problem> {
    if text.is_empty() {
        return problem(
            "it is empty",
            "name an image such as `alpine:3` or `ghcr.io/owner/app:1.0`",
        );
    }
    if let Some((scheme, _)) = text.split_once("://") {
        let scheme = inert(scheme.as_bytes());
        return problem(
            format!("`{scheme}://` is no part of a name"),
            "leave it out: write `host/repository:tag`",
        );
    }
    if text.starts_with(['/', '.', '~', '\\']) {
        return problem(
            "it looks like a path, and there is no image at it",
            "check the spelling; a name of a registry begins with a letter or a digit",
        );
    }
    if is_hex(text) && text.len() == 64 {
        return problem(
            "it is the id of an image, which only the machine knows that has it",
            "name a repository and a tag, or scan what `docker save` writes",
        );
    }
    Ok(())
}

/// The registry and the rest of a name without tag and digest.
fn split_host(name: &str) -> Result<(String, &str), Problem> {
    let Some((first, path)) = name.split_once('/') else {
        return Ok((DEFAULT_REGISTRY.to_owned(), name));
    };
    let is_host = first.contains(['.', ':']) || first.eq_ignore_ascii_case("localhost");
    if !is_host {
        return Ok((DEFAULT_REGISTRY.to_owned(), name));
    }
    let host = first.to_ascii_lowercase();
    if !is_authority(&host) {
        return problem(
            format!("`{}` is neither a host nor part of a repository", inert(first.as_bytes())),
            "write `host/repository:tag` or `host:port/repository:tag`; an IPv6 address is written in [brackets]",
        );
    }
    Ok((if host == INDEX { DEFAULT_REGISTRY.to_owned() } else { host }, path))
}

/// A host, and a port where there is a colon behind it.
fn is_authority(text: &str) -> bool {
    let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, port)) => {
            if address.parse::<Ipv6Addr>().is_err() {
                return false;
            }
            ("", port)
        }
        None => text.split_at(text.find(':').unwrap_or(text.len())),
    };
    let is_port = |port: &str| {
        port.bytes().all(|byte| byte.is_ascii_digit())
            && port.parse::<u16>().is_ok_and(|port| port > 0)
    };
    let port_fits = port.is_empty() || port.strip_prefix(':').is_some_and(is_port);
    port_fits && (text.starts_with('[') || is_host_name(host))
}

fn is_host_name(host: &str) -> bool {
    let is_label = |label: &str| {
        let inside = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        !label.is_empty()
            && label.bytes().all(inside)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    host.len() <= MAX_HOST && host.split('.').all(is_label)
}

/// `path` is what was written of it.
fn check_repository(repository: &str, path: &str) -> Result<(), Problem> {
    if repository.len() > MAX_REPOSITORY {
        let length = repository.len();
        return problem(
            format!("the repository has {length} characters, more than {MAX_REPOSITORY}"),
            "check the spelling",
        );
    }
    if repository.split('/').all(is_component) {
        return Ok(());
    }
    let lower = path.to_lowercase();
    if lower != path && lower.split('/').all(is_component) {
        return problem("repositories are written in lower case", format!("write `{lower}`"));
    }
    problem(
        "repositories are lower case letters and digits, between them `.`, `_`, `__` or hyphens, in parts with `/` between them",
        "check the spelling: `[registry[:port]/]repository[:tag][@digest]`",
    )
}

/// A part of a repository: letters and digits, and single separators between them.
fn is_component(part: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let ends = |byte: Option<&u8>| byte.is_some_and(|byte| is_word(*byte));
    let bytes = part.as_bytes();
    ends(bytes.first())
        && ends(bytes.last())
        && bytes
            .split(|byte| is_word(*byte))
            .all(|between| matches!(between, b"" | b"." | b"_" | b"__") || is_hyphens(between))
}

fn is_hyphens(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == b'-')
}

fn checked_tag(tag: &str) -> Result<String, Problem> {
    if is_tag(tag) {
        return Ok(tag.to_owned());
    }
    problem(
        format!(
            "`{}` is no tag",
            inert(tag.chars().take(MAX_SHOWN).collect::<String>().as_bytes())
        ),
        format!(
            "a tag is up to {MAX_TAG} letters, digits, `_`, `.` and `-`, and begins with neither `.` nor `-`"
        ),
    )
}

/// Whether a registry may know something by this tag.
pub(in crate::source::image) fn is_tag(tag: &str) -> bool {
    let inside = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    (1..=MAX_TAG).contains(&tag.len()) && tag.bytes().all(inside) && !tag.starts_with(['.', '-'])
}

fn checked_digest(digest: &str) -> Result<String, Problem> {
    let fits = digest.split_once(':').is_some_and(|(algorithm, hex)| {
        let digits = match algorithm {
            "sha256" => 64,
            "sha512" => 128,
            _ => return false,
        };
        hex.len() == digits && is_hex(hex)
    });
    if fits {
        return Ok(digest.to_owned());
    }
    problem(
        "what is behind `@` is no digest",
        "a digest is `sha256:` with 64 or `sha512:` with 128 of the digits 0-9 and a-f; users and passwords are for `docker login`",
    )
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests;
