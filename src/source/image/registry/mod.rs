//! Images that registries have, read by the OCI distribution protocol. The only place that opens connections: to the
//! registry, to where it keeps logins and to where it keeps content.

mod challenge;
mod login;
mod place;
mod refused;
mod stream;
mod token;
mod web;

use std::io::Read;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ureq::http::StatusCode;

pub use login::{Credentials, Login};
pub use refused::Refused;
pub use web::{Patience, PlainHttp};

use super::Reference;
use super::reference::is_tag;
use super::verified::Verified;
use challenge::challenges;
use place::Place;
use refused::retry_after;
use stream::Stream;
use token::Door;
use web::{Ask, Reached, Web};

/// The most bytes of a manifest or an index, as registries limit them.
pub const MAX_MANIFEST: u64 = 4 * 1024 * 1024;
/// The most characters of a digest.
const MAX_DIGEST: usize = 200;
/// Every kind of manifest that is understood.
const MANIFESTS: &str = "application/vnd.docker.distribution.manifest.v2+json, \
    application/vnd.docker.distribution.manifest.list.v2+json, \
    application/vnd.oci.image.manifest.v1+json, \
    application/vnd.oci.image.index.v1+json";

/// One repository of a registry. Threads may share it: a login that one of them made serves all.
pub struct Registry {
    web: Web,
    /// `/v2/NAME/` of the registry.
    place: Place,
    /// The registry, as people call it.
    host: String,
    repository: String,
    credentials: Option<Credentials>,
    /// What requests carry in `Authorization`.
    pass: Mutex<Option<Arc<str>>>,
}

impl Registry {
    /// The repository of an image. Nothing is asked yet.
    ///
    /// # Errors
    ///
    /// When the address of the registry cannot be asked.
    pub fn new(reference: &Reference, login: &Login, plain: PlainHttp) -> Result<Self, Refused> {
        let host = reference.registry().to_owned();
        let repository = reference.repository().to_owned();
        let place = Place::of(reference.endpoint(), &format!("/v2/{repository}/"), plain);
        let place = place
            .map_err(|detail| Refused::Malformed { host: host.clone(), detail: detail.into() })?;
        let credentials = login.of(reference).cloned();
        let web = Web::new(plain, Patience::default());
        Ok(Self { web, place, host, repository, credentials, pass: Mutex::default() })
    }

    /// The same, waiting longer or shorter than usual.
    #[must_use]
    pub fn with_patience(mut self, patience: Patience) -> Self {
        self.web = Web::new(self.web.plain(), patience);
        self
    }

    /// The bytes of a manifest or an index, at most [`MAX_MANIFEST`]. Asked for by digest, they have this digest.
    ///
    /// # Errors
    ///
    /// When the registry does not give it, or something else.
    pub fn manifest(&self, tag_or_digest: &str) -> Result<Vec<u8>, Refused> {
        let is_digest = tag_or_digest.contains(':');
        let what = self.what(tag_or_digest, is_digest)?;
        let body = self.fetch(&format!("manifests/{tag_or_digest}"), &what, Some(MANIFESTS))?;
        let mut bytes = Vec::new();
        let broken = |error: std::io::Error| Refused::Broken {
            what: what.clone(),
            detail: error.to_string(),
        };
        body.take(MAX_MANIFEST + 1).read_to_end(&mut bytes).map_err(broken)?;
        if bytes.len() as u64 > MAX_MANIFEST {
            return Err(Refused::TooLarge { what, limit: MAX_MANIFEST });
        }
        if is_digest {
            Verified::new(bytes.as_slice(), tag_or_digest, None)
                .finish()
                .map_err(|detail| Refused::Other { what, detail })?;
        }
        Ok(bytes)
    }

    /// The content of a blob as it comes. Nobody has verified it yet: see [`Verified`].
    ///
    /// # Errors
    ///
    /// When the registry does not give it.
    pub fn blob(&self, digest: &str) -> Result<Box<dyn Read + Send>, Refused> {
        let what = self.what(digest, true)?;
        Ok(Box::new(self.fetch(&format!("blobs/{digest}"), &what, None)?))
    }

    /// What is asked for, in words. It becomes part of an address, and a manifest may call a blob anything.
    fn what(&self, name: &str, is_digest: bool) -> Result<String, Refused> {
        let fits = if is_digest { is_digest_like(name) } else { is_tag(name) };
        if !fits {
            let detail = format!("`{}` is neither a tag nor a digest", refused::shown(name));
            return Err(Refused::Malformed { host: self.host.clone(), detail });
        }
        let between = if is_digest { '@' } else { ':' };
        Ok(format!("{}/{}{between}{name}", self.host, self.repository))
    }

    fn fetch(
        &self,
        below: &str,
        what: &str,
        accept: Option<&'static str>,
    ) -> Result<Stream, Refused> {
        let place = self.place.below(below).ok_or_else(|| Refused::Malformed {
            host: self.host.clone(),
            detail: format!("{what} makes no address"),
        })?;
        let mut pass = self.pass().clone();
        let mut is_own = false;
        let reached = loop {
            let authorization = pass.as_deref();
            let reached = self.web.get(&Ask { place: &place, authorization, accept })?;
            let is_closed =
                reached.is_home && reached.response.status() == StatusCode::UNAUTHORIZED;
            if !is_closed || is_own {
                break reached;
            }
            let renewed = self.renew(pass.as_ref(), &reached, what)?;
            (pass, is_own) = (Some(renewed.0), renewed.1);
        };
        if reached.response.status() == StatusCode::OK {
            return Ok(Stream::new(reached.response, reached.host, self.web.patience()));
        }
        Err(self.refused(&reached, what))
    }

    fn pass(&self) -> MutexGuard<'_, Option<Arc<str>>> {
        self.pass.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What opens the door that was closed to `used`, and whether it is new. Others wait meanwhile, and use it too.
    fn renew(
        &self,
        used: Option<&Arc<str>>,
        closed: &Reached,
        what: &str,
    ) -> Result<(Arc<str>, bool), Refused> {
        let mut pass = self.pass();
        if let Some(newer) = pass.as_ref().filter(|pass| Some(*pass) != used) {
            return Ok((Arc::clone(newer), false));
        }
        let door = Door {
            web: &self.web,
            home: &self.place,
            host: &self.host,
            repository: &self.repository,
            what,
            credentials: self.credentials.as_ref(),
        };
        let renewed: Arc<str> = door.open(&challenges(&closed.response))?.into();
        if Some(&renewed) == used {
            return Err(self.unauthorized(what));
        }
        *pass = Some(Arc::clone(&renewed));
        Ok((renewed, true))
    }

    fn unauthorized(&self, what: &str) -> Refused {
        Refused::unauthorized(what, &self.host, self.credentials.is_some())
    }

    /// Why an answer that is none was given.
    fn refused(&self, reached: &Reached, what: &str) -> Refused {
        let what = what.to_owned();
        let host = reached.host.clone();
        match reached.response.status() {
            StatusCode::UNAUTHORIZED if reached.is_home => self.unauthorized(&what),
            StatusCode::FORBIDDEN if reached.is_home => Refused::Forbidden { what, host },
            StatusCode::NOT_FOUND if reached.is_home => Refused::NotFound { what, host },
            StatusCode::TOO_MANY_REQUESTS => {
                let wait = retry_after(&reached.response).map_or(String::new(), |seconds| {
                    format!(", and again in {seconds} seconds at the soonest")
                });
                Refused::TooMany { host, wait }
            }
            status => Refused::Status { what, host, status: status.as_u16() },
        }
    }
}

/// Whether a text has the form of a digest, of whatever algorithm.
fn is_digest_like(text: &str) -> bool {
    let in_algorithm =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'.' | b'_' | b'-');
    text.len() <= MAX_DIGEST
        && text.split_once(':').is_some_and(|(algorithm, hex)| {
            algorithm.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric())
                && algorithm.bytes().all(in_algorithm)
                && !hex.is_empty()
                && hex.bytes().all(|byte| byte.is_ascii_hexdigit())
        })
}
