//! The body of an answer as it comes, from a server that may stop in the middle or never.

use std::io::{self, Read};
use std::time::{Duration, Instant};

use ureq::http::Response;
use ureq::{Body, BodyReader};

use super::refused::shown;
use super::web::Patience;

/// The fewest bytes a second, on the whole, while we wait for them.
const SLOWEST: u64 = 1024;

/// A body.
pub(super) struct Stream {
    body: BodyReader<'static>,
    host: String,
    stall: Duration,
    /// Time spent waiting: what the reader does in between does not count.
    waited: Duration,
    read: u64,
}

impl Stream {
    pub(super) fn new(response: Response<Body>, host: String, patience: Patience) -> Self {
        let body = response.into_body().into_reader();
        Self { body, host, stall: patience.stall, waited: Duration::ZERO, read: 0 }
    }

    /// Whether it has become slower than anything that is meant to arrive.
    fn is_too_slow(&self) -> bool {
        let due = self.stall + Duration::from_secs(self.read / SLOWEST);
        self.waited > due
    }

    fn told(&self, error: &io::Error) -> io::Error {
        let host = &self.host;
        let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<ureq::Error>());
        let (kind, detail) = match inner {
            Some(ureq::Error::Timeout(_)) => {
                (io::ErrorKind::TimedOut, format!("{host} sent nothing for {:?}", self.stall))
            }
            _ if error.kind() == io::ErrorKind::UnexpectedEof => {
                (error.kind(), format!("{host} ended the connection too early"))
            }
            _ => (error.kind(), format!("{host}: {}", shown(&error.to_string()))),
        };
        io::Error::new(kind, detail)
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.is_too_slow() {
            let detail = format!("{} sends less than {SLOWEST} bytes a second", self.host);
            return Err(io::Error::new(io::ErrorKind::TimedOut, detail));
        }
        let begin = Instant::now();
        let count = self.body.read(buffer).map_err(|error| self.told(&error))?;
        self.waited += begin.elapsed();
        self.read = self.read.saturating_add(count as u64);
        Ok(count)
    }
}
