//! Kubernetes secrets: every entry of `data` and `stringData` is one, whatever it is called.

use std::ops::Range;

use super::name_length;
use super::operator::Operator;
use super::quotes::quoted;
use super::value::{self, Value};
use super::window::{Window, count, is_one_of, strip_start};
use super::yaml::lines;

/// Entries of secrets that everybody may know.
const OPEN: &[&str] = &[
    "username",
    "user",
    "login",
    "email",
    "host",
    "hostname",
    "port",
    "url",
    "uri",
    "endpoint",
    "database",
    "dbname",
    "db",
    "region",
    "bucket",
    "name",
    "namespace",
    "tls.crt",
    "ca.crt",
    "cert",
    "certificate",
    "issuer",
    "audience",
    "clientid",
    "tenantid",
    "accountid",
    "projectid",
    "project",
    "type",
    "server",
    "address",
    "domain",
    "path",
    "version",
    "debug",
    "accesskeyid",
    "awsaccesskeyid",
    "schema",
    "driver",
    "engine",
    "usernamekey",
    "kubeconfig",
    "sshpublickey",
    "publickey",
];

/// One entry of a secret.
pub(super) struct Entry {
    pub(super) name: Range<usize>,
    pub(super) value: Value,
    /// Whether the value is the base64 of what is secret.
    pub(super) is_coded: bool,
}

/// The entries of the manifest whose kind is named at `name`; none where it is no `Secret`.
pub(super) fn read(window: &Window, name: &Range<usize>) -> Vec<Entry> {
    let mut found = Vec::new();
    if window.get(name.clone()) != b"Secret" {
        return found;
    }
    let line = window.line_before(name.start);
    let key = strip_start(line.trim_ascii(), b"-{\"' ");
    let is_kind = key.strip_prefix(b"kind").is_some_and(|rest| {
        let rest = strip_start(rest, b"\"'");
        rest.first() == Some(&b':') && rest.len() <= 4
    });
    if !is_kind {
        return found;
    }
    let indent = count(line, |byte| matches!(byte, b' ' | b'\t' | b'-'));
    let document = document(window, name.start, indent);
    let mut section: Option<(usize, bool)> = None;
    for (start, content) in
        lines(window, document.start).take_while(|(start, _)| *start < document.end)
    {
        let depth = content.start - start;
        let line = window.get(content.clone());
        let head = strip_start(line, b"\"'-");
        match head {
            _ if line.is_empty() || line.starts_with(b"#") => {}
            _ if section.is_some_and(|(section, _)| depth > section) => {
                let is_coded = section.is_some_and(|(_, is_coded)| is_coded);
                found.extend(entry(window, content.start, is_coded));
            }
            [b'd', b'a', b't', b'a', rest @ ..] if opens(rest) => section = Some((depth, true)),
            [b's', b't', b'r', b'i', b'n', b'g', b'D', b'a', b't', b'a', rest @ ..]
                if opens(rest) =>
            {
                section = Some((depth, false));
            }
            _ => section = None,
        }
    }
    found
}

/// Whether what follows a key opens a map.
fn opens(rest: &[u8]) -> bool {
    let rest = strip_start(rest, b"\"' ");
    rest.strip_prefix(b":").is_some_and(|rest| matches!(rest.trim_ascii(), b"" | b"{"))
}

/// The lines of the manifest that has the line of `at`: up to what separates it from others, on both sides.
fn document(window: &Window, at: usize, indent: usize) -> Range<usize> {
    let mut start = window.line_start(at);
    let is_edge = |line: &[u8], is_first: bool| {
        let depth = count(line, |byte| matches!(byte, b' ' | b'\t'));
        let is_item = line.get(depth..).is_some_and(|rest| rest.starts_with(b"- "));
        let rest = line.trim_ascii();
        let closes = matches!(rest.first(), Some(b'}' | b'{'));
        rest.starts_with(b"---")
            || depth == indent && strip_start(rest, b"\"'").starts_with(b"kind")
            || depth < indent
                && !rest.is_empty()
                && !rest.starts_with(b"#")
                && (closes || !is_item || !is_first)
    };
    let mut is_first = window.get(start..at).trim_ascii_start().starts_with(b"- ");
    while start > window.low() && !is_first {
        let previous = window.line_start(start - 1);
        let line = window.get(previous..start);
        if previous == start || is_edge(line, true) {
            break;
        }
        is_first = line.trim_ascii_start().starts_with(b"- ")
            && count(line, |byte| matches!(byte, b' ' | b'-')) == indent;
        start = previous;
    }
    let after = lines(window, window.line_end(at)).skip(1);
    let mut end = window.text().len();
    for (line_start, content) in after {
        if !content.is_empty() && is_edge(window.get(line_start..content.end), false) {
            end = line_start;
            break;
        }
    }
    start..end
}

/// `key: value` on the line at `at`.
fn entry(window: &Window, at: usize, is_coded: bool) -> Option<Entry> {
    let (name, end) = match quoted(window.text(), at) {
        Some(string) => (string.inside, string.end),
        None => (at..at + name_length(window.after(at)), at + name_length(window.after(at))),
    };
    let key = window.get(name.clone());
    if key.is_empty() || window.byte(end) != Some(b':') || is_one_of(key, OPEN) {
        return None;
    }
    let value = value::read(window, end + 1, Operator::Colon, name.start)?;
    Some(Entry { name, value, is_coded })
}
