//! Programs that keep logins, by the protocol of docker: the registry goes in, JSON comes out.

use std::io::{Read, Write};
use std::process::{Command, Stdio};

use serde::Deserialize;

use keylint::source::registry::Credentials;

/// The most bytes that a program may answer.
const MAX_ANSWER: u64 = 64 * 1024;
/// The user of an identity token.
const TOKEN_USER: &str = "<token>";

/// What a program said, or what is wrong with it.
pub(super) type Answered = Result<Option<Credentials>, String>;

/// Whether a name leads to no other program than one that keeps logins.
pub(super) fn is_helper(name: &str) -> bool {
    let inside = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    !name.is_empty() && name.bytes().all(inside)
}

/// The program of that name, asked for a login.
pub(super) fn helper(name: &str) -> Command {
    let mut command = Command::new(format!("docker-credential-{name}"));
    command.arg("get");
    command
}

/// What a program that keeps logins answers.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    username: String,
    secret: String,
}

/// Asks a program for the login to a registry.
pub(super) fn ask(mut command: Command, server: &str) -> Answered {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().map_err(|error| error.to_string())?;
    if let Some(mut stdin) = child.stdin.take() {
        // A program may answer without having read the question.
        let _ = stdin.write_all(server.as_bytes());
    }
    let mut answer = Vec::new();
    let read = match child.stdout.take() {
        Some(stdout) => stdout.take(MAX_ANSWER + 1).read_to_end(&mut answer),
        None => Ok(0),
    };
    if read.is_err() || answer.len() as u64 > MAX_ANSWER {
        let _ = child.kill();
        let _ = child.wait();
        return Err("its answer cannot be read".to_owned());
    }
    let status = child.wait().map_err(|error| error.to_string())?;
    if !status.success() {
        let is_none = String::from_utf8_lossy(&answer).contains("credentials not found");
        return if is_none { Ok(None) } else { Err("it failed".to_owned()) };
    }
    let answer: Answer =
        serde_json::from_slice(&answer).map_err(|_| "its answer is not understood".to_owned())?;
    Ok(match (answer.username, answer.secret) {
        (_, secret) if secret.is_empty() => None,
        (user, secret) if user == TOKEN_USER => Some(Credentials::Token(secret)),
        (user, password) => Some(Credentials::Basic { user, password }),
    })
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn me() -> Credentials {
        Credentials::Basic { user: "me".into(), password: "x".into() }
    }

    #[test]
    fn programs_answer_or_not() {
        let says = |script: &str| {
            let mut command = Command::new("sh");
            command.args(["-c", script]);
            ask(command, "a.io")
        };
        let echo = r#"read -r s; printf '{"ServerURL":"%s","Username":"me","Secret":"x"}' "$s""#;
        assert!(says(echo) == Ok(Some(me())));
        let token = r#"printf '{"Username":"<token>","Secret":"t"}'"#;
        assert!(says(token) == Ok(Some(Credentials::Token("t".into()))));
        assert!(says(r#"printf '{"Username":"","Secret":""}'"#) == Ok(None));
        assert!(says("echo credentials not found in native keychain; exit 1") == Ok(None));
        for bad in ["exit 1", "echo x", "exit 0", "cat /dev/zero", "printf '[]'"] {
            assert!(says(bad).is_err(), "{bad}");
        }
        assert!(ask(Command::new("/does/not/exist"), "a.io").is_err());
    }
}
