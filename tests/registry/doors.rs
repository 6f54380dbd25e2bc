//! Logins: passwords, tokens for everybody, tokens for a password and for an identity token.

use std::io::Read;
use std::sync::Mutex;
use std::thread;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keylint::source::registry::{Credentials, Login, PlainHttp, Refused, Registry};

use super::fake::{Answer, Fake, Request, SHORT, answer, closed, sha256};

const PASSWORD: &str = "not:a real one";

fn login(fake: &Fake, credentials: Credentials) -> Login {
    let mut login = Login::default();
    login.add(&fake.host(), credentials);
    login
}

fn user() -> Credentials {
    Credentials::Basic { user: "me & you".into(), password: PASSWORD.into() }
}

fn basic() -> String {
    format!("Basic {}", STANDARD.encode(format!("me & you:{PASSWORD}")))
}

/// A registry that wants a token, which it gives itself when `gives` says so.
fn guarded(gives: fn(&Request) -> bool) -> Fake {
    Fake::new(move |request, port| {
        if request.path.starts_with("/token") {
            return if gives(request) {
                answer(200, &[], r#"{"token":"t0"}"#)
            } else {
                answer(401, &[], "{}")
            };
        }
        if request.authorization() == Some("Bearer t0") {
            return answer(200, &[], "content");
        }
        closed(&format!(
            r#"Bearer realm="http://127.0.0.1:{port}/token?a=b",service="the service",scope="repository:team/app:pull""#
        ))
    })
}

#[test]
fn everybody_gets_a_token_and_it_is_used_again() {
    let fake = guarded(|request| request.authorization().is_none());
    let client = fake.client(&Login::default());
    assert_eq!(client.manifest("1").unwrap(), b"content");
    let digest = sha256(b"content");
    for _ in 0..2 {
        let mut content = String::new();
        client.blob(&digest).unwrap().read_to_string(&mut content).unwrap();
        assert_eq!(content, "content");
    }
    assert_eq!(client.manifest(&digest).unwrap(), b"content");
    let paths: Vec<String> = fake.seen().into_iter().map(|request| request.path).collect();
    let blob = format!("/v2/team/app/blobs/{digest}");
    assert_eq!(
        paths,
        [
            "/v2/team/app/manifests/1",
            "/token?a=b&service=the%20service&scope=repository%3Ateam%2Fapp%3Apull",
            "/v2/team/app/manifests/1",
            &blob,
            &blob,
            &format!("/v2/team/app/manifests/{digest}"),
        ]
    );
    let accept = &fake.seen()[0].headers["accept"];
    assert_eq!(accept.matches("application/vnd.").count(), 4, "{accept}");
}

#[test]
fn a_password_is_given_for_a_token() {
    let fake = guarded(|request| {
        request.authorization() == Some(&*basic())
            && request.path.ends_with("&account=me%20%26%20you")
    });
    let client = fake.client(&login(&fake, user()));
    assert_eq!(client.manifest("1").unwrap(), b"content");
}

#[test]
fn an_identity_token_is_exchanged() {
    let fake = guarded(|request| {
        request.method == "POST"
            && request.path == "/token?a=b"
            && request.body
                == "grant_type=refresh_token&client_id=keylint&service=the%20service\
                    &scope=repository%3Ateam%2Fapp%3Apull&refresh_token=i%2Bd"
    });
    let client = fake.client(&login(&fake, Credentials::Token("i+d".into())));
    assert_eq!(client.manifest("1").unwrap(), b"content");
}

#[test]
fn a_password_is_given_to_a_registry_that_asks_for_it() {
    let fake = Fake::new(|request, _| {
        if request.authorization() == Some(&*basic()) {
            answer(200, &[], "content")
        } else {
            closed(r#"Basic realm="x""#)
        }
    });
    assert_eq!(fake.client(&login(&fake, user())).manifest("1").unwrap(), b"content");
    assert_eq!(fake.seen()[0].authorization(), None, "it is sent to nobody who does not ask");
    let other = Fake::new(|_, _| closed("Basic"));
    let error = other.client(&login(&fake, user())).manifest("1").unwrap_err();
    assert!(matches!(error, Refused::LoginWanted { .. }), "{error}");
    let token = Credentials::Token("t".into());
    let error = other.client(&login(&other, token)).manifest("1").unwrap_err();
    assert!(matches!(error, Refused::LoginRefused { .. }), "{error}");
}

#[test]
fn a_door_that_stays_closed_is_tried_twice() {
    let bearer = |_: &Request, port| closed(&format!(r#"Bearer realm="http://127.0.0.1:{port}/""#));
    let rows: [(Fake, bool, usize); 6] = [
        (Fake::new(|_, _| closed("Basic")), false, 1),
        (Fake::new(|_, _| closed("Basic")), true, 2),
        (Fake::new(bearer), false, 2),
        (Fake::new(bearer), true, 2),
        (guarded_forever(), false, 3),
        (guarded_forever(), true, 3),
    ];
    for (fake, has_login, asked) in rows {
        let login = if has_login { login(&fake, user()) } else { Login::default() };
        let error = fake.client(&login).manifest("1").unwrap_err();
        if has_login {
            assert!(matches!(error, Refused::LoginRefused { .. }), "{error}");
        } else {
            assert!(matches!(error, Refused::LoginWanted { .. }), "{error}");
        }
        assert_eq!(fake.seen().len(), asked, "{:?}", fake.seen());
        assert!(!format!("{error:?}{error}").contains(PASSWORD));
    }
}

/// Gives tokens and does not take them.
fn guarded_forever() -> Fake {
    Fake::new(|request, port| match request.path.as_str() {
        path if path.starts_with("/t") => answer(200, &[], r#"{"access_token":"t"}"#),
        _ => closed(&format!(r#"Bearer realm="http://127.0.0.1:{port}/t""#)),
    })
}

#[test]
fn what_is_no_challenge_and_no_token_is_told() {
    let with = |challenge: &'static str| Fake::new(move |_, _| closed(challenge));
    let giving = |body: &'static [u8]| {
        Fake::new(move |request, port| match request.path.as_str() {
            path if path.starts_with("/t") => answer(200, &[], body),
            _ => closed(&format!(r#"Bearer realm="http://127.0.0.1:{port}/t""#)),
        })
    };
    let rows = [
        (with(""), "does not say how"),
        (with("Negotiate"), "does not say how"),
        (with("\u{1}\u{2}"), ""),
        (with("Bearer"), "who gives tokens"),
        (with("Bearer realm=\"http://open"), "who gives tokens"),
        (with("Bearer realm=\"\""), "that is none"),
        (with("Bearer realm=\"/token\""), "an address"),
        (with("Bearer realm=\"file:///etc/passwd\""), "an address"),
        (with("Bearer realm=\"ftp://a.invalid/\""), "neither http nor https"),
        (with("Bearer realm=\"https://u:p@a.invalid/\""), "a user in it"),
        (giving(b"<html>"), "no token that can be read"),
        (giving(b"{}"), "no token"),
        (giving(br#"{"token":""}"#), "no token"),
        (giving(br#"{"token":"a\nb"}"#), "no token"),
        (giving(br#"{"token":5}"#), "no token that can be read"),
    ];
    for (fake, says) in rows {
        let error = fake.client(&Login::default()).manifest("1").unwrap_err();
        assert!(matches!(error, Refused::Malformed { .. }), "{error}");
        assert!(error.to_string().contains(says), "{error}");
    }
}

#[test]
fn passwords_are_sent_encrypted_or_to_this_machine() {
    let realm = r#"Bearer realm="http://a.invalid/token""#;
    let fake = Fake::new(move |_, _| closed(realm));
    let error = fake.client(&Login::default()).manifest("1").unwrap_err();
    assert!(matches!(error, Refused::Insecure { .. }), "{error}");
    // To whom it is allowed to speak without encryption, it still tells no password.
    let everywhere = |login: &Login| {
        let client = Registry::new(&fake.reference(), login, PlainHttp::Everywhere).unwrap();
        client.with_patience(SHORT).manifest("1").unwrap_err()
    };
    let error = everywhere(&login(&fake, user()));
    assert!(matches!(error, Refused::Insecure { .. }), "{error}");
    let error = everywhere(&login(&fake, Credentials::Token("t".into())));
    assert!(matches!(error, Refused::Insecure { .. }), "{error}");
    let error = everywhere(&Login::default());
    assert!(matches!(error, Refused::Unreachable { .. }), "{error}");
}

#[test]
fn threads_share_a_login_and_renew_it_once() {
    struct State {
        given: usize,
        left: usize,
    }
    let state = Mutex::new(State { given: 0, left: 0 });
    let fake = Fake::new(move |request, port| {
        let mut state = state.lock().unwrap();
        if request.path.starts_with("/t") {
            state.given += 1;
            state.left = 10;
            return answer(200, &[], format!(r#"{{"token":"t{}"}}"#, state.given));
        }
        let fits = request.authorization() == Some(&*format!("Bearer t{}", state.given));
        if fits && state.left > 0 {
            state.left -= 1;
            return answer(200, &[], "content");
        }
        closed(&format!(r#"Bearer realm="http://127.0.0.1:{port}/t""#))
    });
    let client = fake.client(&Login::default());
    let digest = sha256(b"content");
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..5 {
                    let mut content = Vec::new();
                    client.blob(&digest).unwrap().read_to_end(&mut content).unwrap();
                    assert_eq!(content, b"content");
                }
            });
        }
    });
    let tokens = fake.seen().iter().filter(|request| request.path.starts_with("/t")).count();
    assert_eq!(tokens, 2, "20 requests, 10 for each token");
}

#[test]
fn servers_that_give_tokens_fail_like_others() {
    let with = |status: u16| {
        Fake::new(move |request, port| -> Answer {
            match request.path.as_str() {
                path if path.starts_with("/t") => answer(status, &[], ""),
                _ => closed(&format!(r#"Bearer realm="http://127.0.0.1:{port}/t""#)),
            }
        })
    };
    let error = |status| with(status).client(&Login::default()).manifest("1").unwrap_err();
    assert!(matches!(error(401), Refused::LoginWanted { .. }));
    assert!(matches!(error(403), Refused::LoginWanted { .. }));
    assert!(matches!(error(429), Refused::TooMany { .. }));
    assert!(matches!(error(404), Refused::Status { status: 404, .. }));
    assert!(matches!(error(500), Refused::Status { status: 500, .. }));
}
