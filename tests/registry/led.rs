//! Redirections: content lies elsewhere, and nobody there sees who we are.

use std::io::Read;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keylint::source::registry::{Credentials, Login, Refused, Registry};

use super::fake::{Answer, Fake, answer, closed, lead, sha256};

/// A client that knows the password of a registry.
fn known(fake: &Fake) -> Registry {
    let mut login = Login::default();
    login.add(&fake.host(), Credentials::Basic { user: "me".into(), password: "x".into() });
    fake.client(&login)
}

/// Lets those in who know the password.
fn inside(authorization: Option<&str>, answer: Answer) -> Answer {
    let expected = format!("Basic {}", STANDARD.encode("me:x"));
    if authorization == Some(&*expected) { answer } else { closed("Basic") }
}

fn content(client: &Registry) -> Vec<u8> {
    let mut bytes = Vec::new();
    client.blob(&sha256(b"content")).unwrap().read_to_end(&mut bytes).unwrap();
    bytes
}

#[test]
fn other_servers_get_no_credentials() {
    let store = Fake::new(|_, _| answer(200, &[], "content"));
    let port = store.port;
    for host in ["127.0.0.1", "localhost"] {
        let place = format!("http://{host}:{port}/bucket/x?signature=y#z");
        let home = Fake::new(move |request, _| inside(request.authorization(), lead(&place)));
        assert_eq!(content(&known(&home)), b"content");
    }
    for request in store.seen() {
        assert_eq!(request.authorization(), None);
        assert_eq!(request.path, "/bucket/x?signature=y");
    }
    assert_eq!(store.seen().len(), 2);
}

#[test]
fn the_same_server_gets_them_wherever_it_leads() {
    let home = Fake::new(|request, _| {
        let next = match request.path.as_str() {
            "/there" => answer(200, &[], "content"),
            _ => lead("/there"),
        };
        inside(request.authorization(), next)
    });
    assert_eq!(content(&known(&home)), b"content");
}

#[test]
fn who_was_led_away_comes_back_without_them() {
    let store = Fake::new(|request, _| lead(&request.path.replace("/to/", "http://")));
    let port = store.port;
    let home = Fake::new(move |request, own| {
        if request.path == "/back" {
            return answer(200, &[], "content");
        }
        let away = format!("http://127.0.0.1:{port}/to/127.0.0.1:{own}/back");
        inside(request.authorization(), lead(&away))
    });
    assert_eq!(content(&known(&home)), b"content");
    let back = home.seen().pop().unwrap();
    assert_eq!((back.path.as_str(), back.authorization()), ("/back", None));
}

#[test]
fn other_servers_cannot_ask_for_a_login() {
    let thief = Fake::new(|_, port| {
        closed(&format!(r#"Bearer realm="http://127.0.0.1:{port}/token", Basic"#))
    });
    let place = format!("http://127.0.0.1:{}/x", thief.port);
    let home = Fake::new(move |request, _| inside(request.authorization(), lead(&place)));
    let error = known(&home).manifest("1").unwrap_err();
    assert!(matches!(error, Refused::Status { status: 401, .. }), "{error}");
    assert_eq!(thief.seen().len(), 1);
    assert_eq!(thief.seen()[0].authorization(), None);
}

#[test]
fn ways_that_lead_nowhere_are_told() {
    let with = |location: &'static str| Fake::new(move |_, _| lead(location));
    let insecure = [
        "http://a.invalid/x?signature=y",
        "http://10.0.0.1/x",
        "http://localhost.a.invalid/x",
        "//a.invalid/x",
    ];
    for location in insecure {
        let error = with(location).client(&Login::default()).manifest("1").unwrap_err();
        assert!(matches!(error, Refused::Insecure { .. }), "{location}: {error}");
        assert!(!error.to_string().contains("signature"), "{error}");
    }
    let odd = ["", "ftp://a.invalid/", "file:///etc/passwd", "http://u:p@127.0.0.1/", "caf\u{e9}"];
    for location in odd {
        let error = with(location).client(&Login::default()).manifest("1").unwrap_err();
        assert!(matches!(error, Refused::Malformed { .. }), "{location}: {error}");
    }
    let circle = with("/again");
    let error = circle.client(&Login::default()).manifest("1").unwrap_err();
    assert!(error.to_string().contains("leads on more than 5 times"), "{error}");
    assert_eq!(circle.seen().len(), 6);
    let nowhere = Fake::new(|_, _| answer(302, &[], ""));
    let error = nowhere.client(&Login::default()).manifest("1").unwrap_err();
    assert!(matches!(error, Refused::Status { status: 302, .. }), "{error}");
}
