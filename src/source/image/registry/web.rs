//! Requests: how long they may take, how often they are tried, where they may be led, and who sees what they carry.

use std::thread;
use std::time::Duration;

use ureq::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, LOCATION};
use ureq::http::{Response, StatusCode};
use ureq::{Agent, Body};

use super::place::Place;
use super::refused::{Refused, is_distrust, retry_after};

/// How often a request is tried again that was not answered, or with a status that passes.
const RETRIES: u32 = 2;
/// How often a request may be led on.
const MAX_REDIRECTS: usize = 5;
/// The most bytes of the head of an answer.
const MAX_HEAD: usize = 64 * 1024;
/// What we call ourselves.
const AGENT: &str = concat!("keylint/", env!("CARGO_PKG_VERSION"));

/// Which registries are asked without encryption.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PlainHttp {
    /// Those of this machine: `localhost`, `127.0.0.0/8`, `::1`.
    #[default]
    Loopback,
    /// The one that is named, wherever it is. Passwords are still sent to this machine only, or encrypted.
    Everywhere,
}

/// How long is waited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// For a connection.
    pub connect: Duration,
    /// For the head of an answer, and for more of its body.
    pub stall: Duration,
    /// Before a request is tried again, the second time twice as long, when the server says nothing.
    pub pause: Duration,
    /// Before a request is tried again, at most, when the server says how long; when it wants more, it is not tried again.
    pub longest: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(30),
            stall: Duration::from_secs(60),
            pause: Duration::from_secs(1),
            longest: Duration::from_secs(10),
        }
    }
}

/// A request for something.
pub(super) struct Ask<'a> {
    pub(super) place: &'a Place,
    /// Seen by the server of `place`, and by no other that it leads to.
    pub(super) authorization: Option<&'a str>,
    pub(super) accept: Option<&'static str>,
}

/// An answer, and who gave it.
pub(super) struct Reached {
    pub(super) response: Response<Body>,
    pub(super) host: String,
    /// Whether it is the server that was asked, and not one that it led to.
    pub(super) is_home: bool,
}

/// The way out.
pub(super) struct Web {
    agent: Agent,
    plain: PlainHttp,
    patience: Patience,
}

impl Web {
    pub(super) fn new(plain: PlainHttp, patience: Patience) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .user_agent(AGENT)
            .max_response_header_size(MAX_HEAD)
            .timeout_resolve(Some(patience.connect))
            .timeout_connect(Some(patience.connect))
            .timeout_send_request(Some(patience.stall))
            .timeout_send_body(Some(patience.stall))
            .timeout_recv_response(Some(patience.stall))
            .timeout_per_read(Some(patience.stall))
            .timeout_per_write(Some(patience.stall))
            .build();
        Self { agent: config.into(), plain, patience }
    }

    pub(super) fn plain(&self) -> PlainHttp {
        self.plain
    }

    pub(super) fn patience(&self) -> Patience {
        self.patience
    }

    /// Asks, and follows where the server leads.
    pub(super) fn get(&self, ask: &Ask) -> Result<Reached, Refused> {
        let mut place = ask.place.clone();
        let mut is_home = true;
        for _ in 0..=MAX_REDIRECTS {
            let response = self.patiently(&place, || {
                let mut request = self.agent.get(place.uri());
                if let Some(accept) = ask.accept {
                    request = request.header(ACCEPT, accept);
                }
                if let Some(authorization) = ask.authorization.filter(|_| is_home) {
                    request = request.header(AUTHORIZATION, authorization);
                }
                request.call()
            })?;
            let Some(location) = redirection(&response) else {
                return Ok(Reached { response, host: place.host(), is_home });
            };
            let refuse =
                |detail: &str| Refused::Malformed { host: place.host(), detail: detail.to_owned() };
            let location = location.to_str().map_err(|_| refuse("it leads to no address"))?;
            let next = place.led_to(location).map_err(refuse)?;
            self.check_way(ask.place, &next)?;
            // Whoever was led away does not come back with what was meant for the first server.
            is_home = is_home && next.has_origin_of(ask.place);
            place = next;
        }
        let detail = format!("it leads on more than {MAX_REDIRECTS} times");
        Err(Refused::Malformed { host: ask.place.host(), detail })
    }

    /// Sends a form. It is not sent anywhere else.
    pub(super) fn post(&self, place: &Place, form: &str) -> Result<Response<Body>, Refused> {
        self.patiently(place, || {
            let request = self.agent.post(place.uri());
            request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").send(form)
        })
    }

    /// Whether a server may lead to another place: never from encryption to none, nor to another machine without it.
    pub(super) fn check_way(&self, from: &Place, to: &Place) -> Result<(), Refused> {
        let may_be_plain = self.plain == PlainHttp::Everywhere || to.is_loopback();
        if to.is_encrypted() || (!from.is_encrypted() && may_be_plain) {
            return Ok(());
        }
        let detail = format!("it leads to {} without encryption", to.host());
        Err(Refused::Insecure { host: from.host(), detail })
    }

    /// Tries again what may go better then.
    fn patiently(
        &self,
        place: &Place,
        request: impl Fn() -> Result<Response<Body>, ureq::Error>,
    ) -> Result<Response<Body>, Refused> {
        let mut pause = self.patience.pause;
        let mut left = RETRIES;
        loop {
            let answer = request();
            let wait = match &answer {
                Ok(response) if passes(response.status()) => {
                    retry_after(response).map_or(pause, Duration::from_secs)
                }
                Err(error) if !is_distrust(error) && is_passing(error) => pause,
                _ => Duration::MAX,
            };
            if left == 0 || wait > self.patience.longest {
                return answer.map_err(|error| Refused::unanswered(&place.host(), &error));
            }
            drop(answer);
            thread::sleep(wait);
            left -= 1;
            pause *= 2;
        }
    }
}

/// Whether a server may answer otherwise next time.
fn passes(status: StatusCode) -> bool {
    matches!(status.as_u16(), 429 | 500 | 502 | 503 | 504)
}

/// Whether a connection may do better next time.
fn is_passing(error: &ureq::Error) -> bool {
    matches!(error, ureq::Error::Io(_) | ureq::Error::Timeout(_) | ureq::Error::ConnectionFailed)
}

fn redirection(response: &Response<Body>) -> Option<&ureq::http::HeaderValue> {
    let leads = matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308);
    response.headers().get(LOCATION).filter(|_| leads)
}
