//! How a registry is convinced: by a password, or by a token that another server gives, to everybody or for a password.

use std::fmt::Write as _;
use std::io::Read;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use ureq::http::StatusCode;

use super::challenge::Challenge;
use super::login::Credentials;
use super::place::Place;
use super::refused::Refused;
use super::stream::Stream;
use super::web::{Ask, Reached, Web};

/// The most bytes of an answer with a token.
const MAX_ANSWER: u64 = 256 * 1024;
/// The most bytes of a token.
const MAX_TOKEN: usize = 32 * 1024;
/// The most bytes of what a server wants to be told again.
const MAX_PARAMETER: usize = 1024;

/// A closed door of a registry, and what may open it.
pub(super) struct Door<'a> {
    pub(super) web: &'a Web,
    /// Where it is.
    pub(super) home: &'a Place,
    /// The registry, as people call it.
    pub(super) host: &'a str,
    pub(super) repository: &'a str,
    /// What is behind it.
    pub(super) what: &'a str,
    pub(super) credentials: Option<&'a Credentials>,
}

/// What a server answers that gives tokens.
#[derive(Deserialize)]
struct Answer {
    token: Option<String>,
    access_token: Option<String>,
}

impl Door<'_> {
    /// The value of `Authorization` that opens it.
    pub(super) fn open(&self, challenges: &[Challenge]) -> Result<String, Refused> {
        let by = |scheme: &str| challenges.iter().find(|challenge| challenge.scheme == scheme);
        if let Some(bearer) = by("bearer") {
            return Ok(format!("Bearer {}", self.token(bearer)?));
        }
        match (by("basic"), self.credentials) {
            (Some(_), Some(Credentials::Basic { user, password })) => {
                check_privacy(self.home)?;
                Ok(basic(user, password))
            }
            (Some(_), _) => Err(self.closed()),
            (None, _) => Err(self.odd("it wants a login, and does not say how")),
        }
    }

    fn token(&self, bearer: &Challenge) -> Result<String, Refused> {
        let realm =
            bearer.get("realm").ok_or_else(|| self.odd("it does not say who gives tokens"))?;
        let realm = Place::parse(realm).map_err(|detail| self.odd(detail))?;
        self.web.check_way(self.home, &realm)?;
        let service = bearer.get("service").filter(|service| service.len() <= MAX_PARAMETER);
        let scope = match bearer.get("scope").filter(|scope| scope.len() <= MAX_PARAMETER) {
            Some(scope) => scope.to_owned(),
            None => format!("repository:{}:pull", self.repository),
        };
        let mut query = service.map_or(String::new(), |service| pair("service", service) + "&");
        query.push_str(&pair("scope", &scope));
        if self.credentials.is_some() {
            check_privacy(&realm)?;
        }
        let reached = match self.credentials {
            Some(Credentials::Token(token)) => self.exchange(&realm, &query, token)?,
            Some(Credentials::Basic { user, password }) => {
                query.push('&');
                query.push_str(&pair("account", user));
                self.ask(&realm, &query, Some(&basic(user, password)))?
            }
            None => self.ask(&realm, &query, None)?,
        };
        self.read(reached)
    }

    fn ask(
        &self,
        realm: &Place,
        query: &str,
        authorization: Option<&str>,
    ) -> Result<Reached, Refused> {
        let place = realm.with_query(query).map_err(|detail| self.odd(detail))?;
        self.web.get(&Ask { place: &place, authorization, accept: None })
    }

    /// An identity token for one that opens this door.
    fn exchange(&self, realm: &Place, query: &str, token: &str) -> Result<Reached, Refused> {
        let token = pair("refresh_token", token);
        let form = format!("grant_type=refresh_token&client_id=keylint&{query}&{token}");
        let response = self.web.post(realm, &form)?;
        Ok(Reached { response, host: realm.host(), is_home: true })
    }

    fn read(&self, reached: Reached) -> Result<String, Refused> {
        let status = reached.response.status();
        match status {
            StatusCode::OK => {}
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => return Err(self.closed()),
            StatusCode::TOO_MANY_REQUESTS => {
                return Err(Refused::TooMany { host: reached.host, wait: String::new() });
            }
            _ => {
                let what = format!("the request for a token to read {}", self.what);
                let (host, status) = (reached.host, status.as_u16());
                return Err(Refused::Status { what, host, status });
            }
        }
        let host = reached.host.clone();
        let odd =
            |detail: &str| Refused::Malformed { host: host.clone(), detail: detail.to_owned() };
        let mut bytes = Vec::new();
        Stream::new(reached.response, reached.host, self.web.patience())
            .take(MAX_ANSWER)
            .read_to_end(&mut bytes)
            .map_err(|error| odd(&error.to_string()))?;
        let answer: Answer = serde_json::from_slice(&bytes)
            .map_err(|_| odd("it gives no token that can be read"))?;
        let token = [answer.token, answer.access_token].into_iter().flatten();
        let is_token = |token: &String| {
            (1..=MAX_TOKEN).contains(&token.len())
                && token.bytes().all(|byte| byte.is_ascii_graphic())
        };
        token.into_iter().find(is_token).ok_or_else(|| odd("it gives no token"))
    }

    fn closed(&self) -> Refused {
        Refused::unauthorized(self.what, self.host, self.credentials.is_some())
    }

    fn odd(&self, detail: &str) -> Refused {
        Refused::Malformed { host: self.host.to_owned(), detail: detail.to_owned() }
    }
}

/// A password is sent where nobody on the way reads it.
fn check_privacy(place: &Place) -> Result<(), Refused> {
    if place.is_private() {
        return Ok(());
    }
    let detail = "it wants a password, and would get it without encryption".to_owned();
    Err(Refused::Insecure { host: place.host(), detail })
}

fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

/// `name=value` of a form or a query.
fn pair(name: &str, value: &str) -> String {
    let mut text = format!("{name}=");
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}
