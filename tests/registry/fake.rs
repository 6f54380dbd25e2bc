//! A server that answers as a test wants it to, and remembers what it was asked.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use keylint::source::Reference;
use keylint::source::registry::{Login, Patience, PlainHttp, Registry};
use sha2::{Digest, Sha256};

/// What a server was asked.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    /// By name in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

impl Request {
    pub(crate) fn authorization(&self) -> Option<&str> {
        self.headers.get("authorization").map(String::as_str)
    }
}

/// What it does then.
pub(crate) enum Answer {
    /// Sends these bytes.
    Bytes(Vec<u8>),
    /// Sends these, and a zero at a time, without end.
    Drip(Vec<u8>, Duration),
    /// Sends these, and zeros as fast as they go.
    Endless(Vec<u8>),
    /// Sends these and stays silent.
    Silent(Vec<u8>),
}

pub(crate) struct Fake {
    pub(crate) port: u16,
    pub(crate) address: &'static str,
    pub(crate) seen: Arc<Mutex<Vec<Request>>>,
}

type Behaviour = dyn Fn(&Request, u16) -> Answer + Send + Sync;

impl Fake {
    /// Starts a server. It is told its own port, and ends with the test.
    pub(crate) fn new(behaviour: impl Fn(&Request, u16) -> Answer + Send + Sync + 'static) -> Self {
        Self::at("127.0.0.1", behaviour).unwrap()
    }

    /// Starts it at an address, where there is one.
    pub(crate) fn at(
        address: &'static str,
        behaviour: impl Fn(&Request, u16) -> Answer + Send + Sync + 'static,
    ) -> Option<Self> {
        let listener = TcpListener::bind(format!("{address}:0")).ok()?;
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let behaviour: Arc<Behaviour> = Arc::new(behaviour);
        let log = Arc::clone(&seen);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (behaviour, log) = (Arc::clone(&behaviour), Arc::clone(&log));
                thread::spawn(move || serve(stream, port, &*behaviour, &log));
            }
        });
        Some(Self { port, address, seen })
    }

    pub(crate) fn seen(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }

    /// How the registry is called.
    pub(crate) fn host(&self) -> String {
        format!("{}:{}", self.address, self.port)
    }

    pub(crate) fn reference(&self) -> Reference {
        format!("{}/team/app:1", self.host()).parse().unwrap()
    }

    /// A client of it that waits shortly.
    pub(crate) fn client(&self, login: &Login) -> Registry {
        Registry::new(&self.reference(), login, PlainHttp::Loopback).unwrap().with_patience(SHORT)
    }
}

pub(crate) const SHORT: Patience = Patience {
    connect: Duration::from_secs(5),
    stall: Duration::from_millis(500),
    pause: Duration::from_millis(10),
    longest: Duration::from_secs(2),
};

fn serve(stream: TcpStream, port: u16, behaviour: &Behaviour, log: &Mutex<Vec<Request>>) {
    let Some(request) = receive(&stream) else { return };
    log.lock().unwrap().push(request.clone());
    send(stream, behaviour(&request, port));
}

fn receive(stream: &TcpStream) -> Option<Request> {
    let mut lines = BufReader::new(stream);
    let mut line = String::new();
    lines.read_line(&mut line).ok()?;
    let mut words = line.split(' ');
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        lines.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.insert(name.to_ascii_lowercase(), value.to_owned());
    }
    let length = headers.get("content-length").and_then(|length| length.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    lines.read_exact(&mut body).ok()?;
    Some(Request { method, path, headers, body: String::from_utf8(body).ok()? })
}

/// Ends when the client goes away.
fn send(mut stream: TcpStream, answer: Answer) {
    match answer {
        Answer::Bytes(bytes) => {
            let _ = stream.write_all(&bytes);
        }
        Answer::Drip(head, pause) => {
            let mut sent = stream.write_all(&head);
            while sent.is_ok() {
                thread::sleep(pause);
                sent = stream.write_all(&[0]);
            }
        }
        Answer::Endless(head) => {
            let mut sent = stream.write_all(&head);
            while sent.is_ok() {
                sent = stream.write_all(&[0; 8192]);
            }
        }
        Answer::Silent(head) => {
            let _ = stream.write_all(&head);
            let _ = stream.read(&mut [0]);
        }
    }
}

/// A whole answer.
pub(crate) fn answer(status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Answer {
    let body = body.as_ref();
    let mut bytes = head(status, headers, body.len());
    bytes.extend(body);
    Answer::Bytes(bytes)
}

/// The head of an answer whose body has so many bytes.
pub(crate) fn head(status: u16, headers: &[(&str, &str)], length: usize) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {status} x\r\nContent-Length: {length}\r\n");
    for (name, value) in headers {
        write!(head, "{name}: {value}\r\n").unwrap();
    }
    head.push_str("Connection: close\r\n\r\n");
    head.into_bytes()
}

/// Leads on.
pub(crate) fn lead(to: &str) -> Answer {
    answer(307, &[("Location", to)], "")
}

/// Wants to be convinced.
pub(crate) fn closed(challenge: &str) -> Answer {
    answer(401, &[("WWW-Authenticate", challenge)], "{}")
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    let hex = digest.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    format!("sha256:{hex}")
}
