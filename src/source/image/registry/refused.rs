//! Why a registry does not give what it was asked for, and what to do then.

use miette::Diagnostic;
use thiserror::Error;
use ureq::Body;
use ureq::http::Response;
use ureq::http::header::RETRY_AFTER;

use crate::blob::inert;

/// How much is shown of what others wrote, in characters.
const MAX_SHOWN: usize = 200;

/// Something that a registry did not give. No text holds a password, a token or the query of an address.
#[derive(Clone, Debug, PartialEq, Eq, Error, Diagnostic)]
#[expect(missing_docs, reason = "`what` is asked for, `host` is whom; the messages say the rest")]
pub enum Refused {
    /// 404.
    #[error("{host} does not have {what}")]
    #[diagnostic(
        code(registry::not_found),
        help(
            "check the name and the tag; some registries say so of what needs a login, too: `docker login`"
        )
    )]
    NotFound { what: String, host: String },
    /// 401, and no login is known.
    #[error("{host} wants a login for {what}")]
    #[diagnostic(
        code(registry::login_wanted),
        help(
            "check the name: registries say so of what does not exist, too; else log in with `docker login {host}`"
        )
    )]
    LoginWanted { what: String, host: String },
    /// 401 in spite of a login.
    #[error("{host} does not take the login for {what}")]
    #[diagnostic(
        code(registry::login_refused),
        help(
            "check the name, and log in again with `docker login {host}`: passwords and tokens run out"
        )
    )]
    LoginRefused { what: String, host: String },
    /// 403.
    #[error("{host} does not let this login read {what}")]
    #[diagnostic(
        code(registry::forbidden),
        help(
            "ask whoever runs the registry for the right to pull, or log in as somebody who has it"
        )
    )]
    Forbidden { what: String, host: String },
    /// 429, more often than we try.
    #[error("{host} was asked too often")]
    #[diagnostic(
        code(registry::too_many),
        help("try again later{wait}; many registries allow more to those who log in")
    )]
    TooMany {
        host: String,
        /// How long, where the registry said so.
        wait: String,
    },
    /// Any other status.
    #[error("{host} answers with HTTP status {status} to {what}")]
    #[diagnostic(
        code(registry::status),
        help("try again later; if it stays so, ask whoever runs the registry")
    )]
    Status { what: String, host: String, status: u16 },
    /// No answer at all.
    #[error("{host} cannot be reached: {detail}")]
    #[diagnostic(
        code(registry::unreachable),
        help(
            "check the name of the registry and the network; an image may also be scanned from a file that `docker save` writes"
        )
    )]
    Unreachable { host: String, detail: String },
    /// A connection that is not what it should be.
    #[error("{host} cannot be trusted: {detail}")]
    #[diagnostic(
        code(registry::untrusted),
        help(
            "certificates must come from an authority that browsers trust; a registry without encryption needs --plain-http"
        )
    )]
    Untrusted { host: String, detail: String },
    /// What would be sent or read without encryption.
    #[error("{host}: {detail}")]
    #[diagnostic(
        code(registry::insecure),
        help(
            "passwords go only over https, or to this machine; pull the image by other means and scan what `docker save` writes"
        )
    )]
    Insecure { host: String, detail: String },
    /// An answer that does not follow the protocol.
    #[error("{host} is not understood: {detail}")]
    #[diagnostic(
        code(registry::malformed),
        help("check that it is the address of a registry, and not of its web pages")
    )]
    Malformed { host: String, detail: String },
    /// An answer that broke off.
    #[error("{what} was not read to its end: {detail}")]
    #[diagnostic(code(registry::broken), help("try again"))]
    Broken { what: String, detail: String },
    /// More than is read.
    #[error("{what} has more than {limit} bytes")]
    #[diagnostic(
        code(registry::too_large),
        help("no registry should take such a manifest: the image cannot be scanned")
    )]
    TooLarge {
        what: String,
        /// In bytes.
        limit: u64,
    },
    /// Content that has another digest.
    #[error("{what} is something else: {detail}")]
    #[diagnostic(
        code(registry::digest),
        help("do not use this image: the registry, or something on the way, has changed it")
    )]
    Other { what: String, detail: String },
}

impl Refused {
    /// A closed door, with or without a key.
    pub(super) fn unauthorized(what: &str, host: &str, has_login: bool) -> Self {
        let (what, host) = (what.to_owned(), host.to_owned());
        if has_login { Self::LoginRefused { what, host } } else { Self::LoginWanted { what, host } }
    }

    /// No answer.
    pub(super) fn unanswered(host: &str, error: &ureq::Error) -> Self {
        let host = host.to_owned();
        let detail = match error {
            ureq::Error::Timeout(_) => "it does not answer in time".to_owned(),
            ureq::Error::HostNotFound => "there is no such host".to_owned(),
            ureq::Error::BadUri(_) => "it makes no address".to_owned(),
            ureq::Error::Io(error) => shown(&error.to_string()),
            other => shown(&other.to_string()),
        };
        match error {
            _ if is_distrust(error) => Self::Untrusted { host, detail },
            ureq::Error::Timeout(_)
            | ureq::Error::HostNotFound
            | ureq::Error::Io(_)
            | ureq::Error::ConnectionFailed => Self::Unreachable { host, detail },
            _ => Self::Malformed { host, detail },
        }
    }
}

/// Whether the other side could not prove who it is.
pub(super) fn is_distrust(error: &ureq::Error) -> bool {
    match error {
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) => true,
        ureq::Error::Io(error) => error.kind() == std::io::ErrorKind::InvalidData,
        _ => false,
    }
}

/// A text of others, harmless and short.
pub(super) fn shown(text: &str) -> String {
    inert(text.chars().take(MAX_SHOWN).collect::<String>().as_bytes())
}

/// The seconds after which a server wants to be asked again, where it says so in seconds.
pub(super) fn retry_after(response: &Response<Body>) -> Option<u64> {
    response.headers().get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()
}
