//! Public keys, certificates and hashes of passwords, recognised where a long run of a text begins.

use super::public::{Id, certificate, pkcs1_public, ssh_public, subject_public_key};

/// The longest certificate that is read, in armour.
const LONGEST: usize = 16 * 1024;
/// The longest way from the start of a hash to a run in it.
const HASH_REACH: usize = 64;

/// What is public.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// A key, by what it is called where it stands.
    Key { id: Id, called: &'static str },
    /// A hash of a password, as it stands.
    Hash(Box<str>),
}

/// What begins with the run at `at`, or has it in it; and where it ends.
pub(super) fn recognise(text: &[u8], at: usize) -> Option<(Known, usize)> {
    let rest = text.get(at..)?;
    let before = text.get(at.saturating_sub(HASH_REACH)..at)?;
    match rest {
        [b'A', b'A', b'A', b'A', ..] => ssh(rest).map(|(known, length)| (known, at + length)),
        [b'M', ..] => armoured(before, rest, "\n").map(|(known, length)| (known, at + length)),
        // In strings of programs and JSON, the line before ends in `\n`.
        [b'n', b'M', ..] if before.ends_with(b"\\") => {
            let before = before.strip_suffix(b"\\").unwrap_or(before);
            let known = armoured(before, rest.get(1..)?, "\\n");
            known.map(|(known, length)| (known, at + 1 + length))
        }
        _ => match before.last() {
            Some(b'$' | b'.' | b'}') => hash(before, rest).map(|(known, end)| (known, at + end)),
            _ => None,
        },
    }
}

/// The second word of a line of `authorized_keys`.
fn ssh(rest: &[u8]) -> Option<(Known, usize)> {
    const BEGINNINGS: [&[u8]; 3] = [b"AAAAB3NzaC1yc2E", b"AAAAC3NzaC1lZDI1NTE5", b"AAAAE2VjZHNh"];
    if !BEGINNINGS.iter().any(|beginning| rest.starts_with(beginning)) {
        return None;
    }
    let rest = rest.get(..rest.len().min(LONGEST))?;
    let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    let length = rest.iter().position(|byte| !is_base64(byte)).unwrap_or(rest.len());
    let id = ssh_public(&super::public::base64(rest.get(..length)?)?)?;
    Some((Known::Key { id, called: "public key" }, length))
}

/// What stands in armour; `before` ends with its first line.
fn armoured(before: &[u8], rest: &[u8], line_end: &str) -> Option<(Known, usize)> {
    let before = before.strip_suffix(line_end.as_bytes()).unwrap_or(before);
    let before = before.trim_ascii_end();
    let before = before.strip_suffix(b"\\r").unwrap_or(before).strip_suffix(b"-----")?;
    let label = before.get(memchr::memmem::rfind(before, b"-----BEGIN ")? + 11..)?;
    let body = rest.get(..rest.len().min(LONGEST))?;
    let length = memchr::memmem::find(body, b"-----END")?;
    let der = super::public::base64_lines(body.get(..length)?)?;
    let (id, called) = match label {
        b"CERTIFICATE" | b"TRUSTED CERTIFICATE" => (certificate(&der)?, "certificate"),
        b"PUBLIC KEY" => (subject_public_key(&der)?, "public key"),
        b"RSA PUBLIC KEY" => (pkcs1_public(&der)?, "public key"),
        _ => return None,
    };
    Some((Known::Key { id, called }, length))
}

/// `$2b$12$…`, `$apr1$…`, `{SHA}…`.
fn hash(before: &[u8], rest: &[u8]) -> Option<(Known, usize)> {
    let is_hash =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'.' | b'+' | b'=');
    let length = rest.iter().take(HASH_REACH).take_while(|byte| is_hash(byte)).count();
    let mut from = before.len() - before.iter().rev().take_while(|byte| is_hash(byte)).count();
    if before.get(..from)?.ends_with(b"{SHA}") {
        from -= 5;
    } else {
        let head = before.get(..from)?.strip_suffix(b"$")?;
        from = memchr::memrchr(b'$', head)?;
        from = memchr::memrchr(b'$', head.get(..from)?)?;
    }
    let text = [before.get(from..)?, rest.get(..length)?].concat();
    let text = String::from_utf8(text).ok()?;
    super::hash::is_one(&text).then(|| (Known::Hash(text.into()), length))
}
