//! Files that are known by their name: nothing in them says that a value is a secret.

use std::ops::Range;
use std::path::Path;

use super::value::Value;
use super::{Assignment, NameClass, Operator};

/// How much of such a file is read.
const MAX_FILE: usize = 64 * 1024;

/// Whether a text may be one of these files, by what it looks like: names are not always known, and cost time.
pub(crate) fn may_be(text: &[u8]) -> bool {
    is_one_key(text) || is_pgpass_line(first_line(text))
}

/// What the file of this name holds.
pub(crate) fn read(path: &Path, text: &[u8]) -> Vec<Assignment> {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let is_rails = name == "master.key"
        || path.extension().is_some_and(|end| end == "key") && has_parent(path, "credentials");
    if matches!(name, ".pgpass" | "pgpass.conf" | "pgpass") {
        return pgpass(text);
    }
    if is_rails && is_one_key(text) {
        let range = 0..text.trim_ascii_end().len();
        return vec![entry(0..0, range, NameClass::Key)];
    }
    Vec::new()
}

fn has_parent(path: &Path, folder: &str) -> bool {
    path.parent().is_some_and(|parent| parent.ends_with(folder))
}

fn entry(name: Range<usize>, value: Range<usize>, class: NameClass) -> Assignment {
    let class = Some(class);
    Assignment { class, ..Assignment::new(name, Operator::Entry, Value::bare(value)) }
}

/// The key that Rails encrypts credentials with: 32 hex digits and nothing else.
fn is_one_key(text: &[u8]) -> bool {
    let key = text.get(..text.len().min(40)).unwrap_or_default().trim_ascii_end();
    text.len() < 36 && key.len() == 32 && key.iter().all(u8::is_ascii_hexdigit)
}

fn first_line(text: &[u8]) -> &[u8] {
    let start = text.get(..text.len().min(1024)).unwrap_or_default();
    let is_entry = |line: &&[u8]| !line.is_empty() && !line.starts_with(b"#");
    start.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).find(is_entry).unwrap_or_default()
}

/// `host:port:database:user:password`.
fn is_pgpass_line(line: &[u8]) -> bool {
    fields(line).is_some_and(|fields| {
        let port = line.get(fields[1].clone()).unwrap_or_default();
        port == b"*" || !port.is_empty() && port.iter().all(u8::is_ascii_digit)
    })
}

/// The five fields of a line; a backslash takes the next sign along.
fn fields(line: &[u8]) -> Option<[Range<usize>; 5]> {
    let mut ends = [0; 5];
    let (mut field, mut escaped) = (0, false);
    for (at, byte) in line.iter().enumerate() {
        if *byte == b':' && !escaped && field < 4 {
            *ends.get_mut(field)? = at;
            field += 1;
        }
        escaped = *byte == b'\\' && !escaped;
    }
    ends[4] = line.len();
    let starts = [0, ends[0] + 1, ends[1] + 1, ends[2] + 1, ends[3] + 1];
    (field == 4).then(|| std::array::from_fn(|field| starts[field]..ends[field]))
}

fn pgpass(text: &[u8]) -> Vec<Assignment> {
    let text = text.get(..text.len().min(MAX_FILE)).unwrap_or_default();
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split(|byte| *byte == b'\n') {
        let content = line.trim_ascii_end();
        if !content.starts_with(b"#")
            && is_pgpass_line(content)
            && let Some([.., user, password]) = fields(content)
        {
            let at = |range: Range<usize>| start + range.start..start + range.end;
            found.push(entry(at(user), at(password), NameClass::Password));
        }
        start += line.len() + 1;
    }
    found
}
