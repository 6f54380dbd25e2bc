//! Servers that fail, lie, stop in the middle and never end.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use keylint::source::registry::{Login, PlainHttp, Refused, Registry};
use keylint::source::{Reference, Verified};
use miette::Diagnostic;

use super::fake::{Answer, Fake, SHORT, answer, head, lead, sha256};

fn manifest(fake: &Fake) -> Result<Vec<u8>, Refused> {
    fake.client(&Login::default()).manifest("1")
}

/// Answers with the first status, so often, then with content.
fn failing(times: usize, status: u16, wait: &'static str) -> Fake {
    let asked = AtomicUsize::new(0);
    Fake::new(move |_, _| {
        if asked.fetch_add(1, Ordering::SeqCst) < times {
            answer(status, &[("Retry-After", wait)], "<html>")
        } else {
            answer(200, &[], "content")
        }
    })
}

#[test]
fn what_passes_is_waited_for() {
    for status in [429, 500, 502, 503, 504] {
        let fake = failing(2, status, "0");
        assert_eq!(manifest(&fake).unwrap(), b"content");
        assert_eq!(fake.seen().len(), 3);
    }
    let fake = failing(1, 429, "1");
    let begin = Instant::now();
    assert_eq!(manifest(&fake).unwrap(), b"content");
    assert!(begin.elapsed() >= Duration::from_secs(1), "it said when to come back");
    let fake = failing(1, 503, "Wed, 21 Oct 2026 07:28:00 GMT");
    assert_eq!(manifest(&fake).unwrap(), b"content");
}

#[test]
fn what_stays_is_told() {
    let fake = failing(9, 429, "0");
    assert!(matches!(manifest(&fake).unwrap_err(), Refused::TooMany { .. }));
    assert_eq!(fake.seen().len(), 3);
    let fake = failing(9, 429, "3600");
    let error = manifest(&fake).unwrap_err();
    let help = error.help().unwrap().to_string();
    assert!(help.contains("in 3600 seconds"), "{help}");
    assert_eq!(fake.seen().len(), 1, "nobody waits for an hour");
    let rows = [
        (404, "does not have 127.0.0.1:"),
        (403, "does not let this login read"),
        (500, "HTTP status 500"),
        (400, "HTTP status 400"),
        (501, "HTTP status 501"),
        (204, "HTTP status 204"),
    ];
    for (status, says) in rows {
        let fake = Fake::new(move |_, _| answer(status, &[], "x\u{1b}[2J"));
        let error = manifest(&fake).unwrap_err();
        assert!(error.to_string().contains(says), "{error}");
        assert!(error.to_string().contains("/team/app:1") && error.help().is_some());
    }
}

#[test]
fn nobody_at_home_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let fake = Fake { port, ..Fake::new(|_, _| answer(200, &[], "")) };
    let error = manifest(&fake).unwrap_err();
    assert!(matches!(error, Refused::Unreachable { .. }), "{error}");
    let silent = Fake::new(|_, _| Answer::Silent(Vec::new()));
    let error = manifest(&silent).unwrap_err();
    assert!(error.to_string().contains("does not answer in time"), "{error}");
}

#[test]
fn what_breaks_off_is_an_error() {
    let part = |body: &[u8]| [head(200, &[], 100), body.to_vec()].concat();
    let whole = part(b"content");
    let fake = Fake::new(move |_, _| Answer::Bytes(whole.clone()));
    let error = manifest(&fake).unwrap_err();
    assert!(error.to_string().contains("ended the connection too early"), "{error}");
    let mut blob = fake.client(&Login::default()).blob(&sha256(b"x")).unwrap();
    let mut bytes = Vec::new();
    let error = blob.read_to_end(&mut bytes).unwrap_err();
    assert_eq!((bytes.as_slice(), error.kind()), (&b"content"[..], ErrorKind::UnexpectedEof));
}

#[test]
fn a_server_that_stalls_or_drips_is_left() {
    let rows: [(Fake, &str); 2] = [
        (Fake::new(|_, _| Answer::Silent(head(200, &[], 100))), "sent nothing for 500ms"),
        (
            Fake::new(|_, _| Answer::Drip(head(200, &[], 99_999), Duration::from_millis(20))),
            "less than 1024 bytes a second",
        ),
    ];
    for (fake, says) in rows {
        let begin = Instant::now();
        let mut blob = fake.client(&Login::default()).blob(&sha256(b"x")).unwrap();
        let error = blob.read_to_end(&mut Vec::new()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TimedOut);
        assert!(error.to_string().contains(says), "{error}");
        assert!(begin.elapsed() < Duration::from_secs(10));
    }
    let drips = Fake::new(|_, _| Answer::Drip(Vec::new(), Duration::from_millis(20)));
    assert!(manifest(&drips).is_err(), "the head drips");
}

#[test]
fn what_has_no_end_is_cut() {
    let chunkless = b"HTTP/1.1 200 x\r\nConnection: close\r\n\r\n".to_vec();
    let fake = Fake::new(move |_, _| Answer::Endless(chunkless.clone()));
    let error = manifest(&fake).unwrap_err();
    assert!(matches!(error, Refused::TooLarge { limit: 4_194_304, .. }), "{error}");
    let header = b"HTTP/1.1 200 x\r\nX: ".to_vec();
    let fake = Fake::new(move |_, _| Answer::Endless(header.clone()));
    assert!(manifest(&fake).is_err());
    let fits = Fake::new(|_, _| answer(200, &[], vec![b' '; 4 << 20]));
    assert_eq!(manifest(&fits).unwrap().len(), 4 << 20);
}

#[test]
fn digests_are_verified() {
    let fake = Fake::new(|_, _| answer(200, &[("Docker-Content-Digest", "x")], "other"));
    let digest = sha256(b"content");
    let client = fake.client(&Login::default());
    let error = client.manifest(&digest).unwrap_err();
    assert!(matches!(error, Refused::Other { .. }), "{error}");
    let error = client.manifest("md5:00").unwrap_err();
    assert!(error.to_string().contains("cannot be verified"), "{error}");
    let content = client.blob(&digest).unwrap();
    let problem = Verified::new(content, &digest, Some(5)).finish().unwrap_err();
    assert!(problem.starts_with("its digest is sha256:"), "{problem}");
}

#[test]
fn names_that_a_manifest_made_up_are_not_asked_for() {
    let fake = Fake::new(|_, _| answer(200, &[], ""));
    let client = fake.client(&Login::default());
    let long = format!("sha256:{}", "0".repeat(300));
    for name in ["", "sha256:", ":00", "sha256:../x", "a/b:00", "sha256:0?x=y", "é:00", &long] {
        assert!(matches!(client.blob(name).err(), Some(Refused::Malformed { .. })), "{name}");
    }
    for name in ["", "../x", "a?b", "a#b", "a b", "-x"] {
        assert!(matches!(client.manifest(name), Err(Refused::Malformed { .. })), "{name}");
    }
    assert_eq!(fake.seen().len(), 0);
}

#[test]
fn what_is_no_http_is_told() {
    let garbage = [
        "",
        "\r\n\r\n",
        "SSH-2.0-x\r\n",
        "HTTP/1.1 999999 x\r\n\r\n",
        "HTTP/1.1 200 x\r\nContent-Length: -1\r\n\r\n",
    ];
    for text in garbage {
        let fake = Fake::new(move |_, _| Answer::Bytes(text.as_bytes().to_vec()));
        assert!(manifest(&fake).is_err(), "{text}");
    }
}

#[test]
fn a_host_that_does_not_exist_is_told() {
    let reference: Reference = "registry.invalid/a:1".parse().unwrap();
    let client = Registry::new(&reference, &Login::default(), PlainHttp::Loopback).unwrap();
    let error = client.with_patience(SHORT).manifest("1").unwrap_err();
    assert!(matches!(error, Refused::Unreachable { .. }), "{error}");
}

#[test]
fn addresses_of_version_6_are_asked() {
    // Not every machine has one.
    if let Some(fake) = Fake::at("[::1]", |_, _| answer(200, &[], "content")) {
        assert_eq!(manifest(&fake).unwrap(), b"content");
        assert_eq!(fake.seen()[0].headers["host"], fake.host());
    }
}

#[test]
fn encryption_that_is_none_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let plain = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 512]);
        stream.write_all(b"HTTP/1.1 400 this is http\r\n\r\n").unwrap();
    });
    let fake = Fake::new(move |_, _| lead(&format!("https://127.0.0.1:{port}/x")));
    let error = manifest(&fake).unwrap_err();
    assert!(matches!(error, Refused::Untrusted { .. }), "{error}");
    plain.join().unwrap();
}
