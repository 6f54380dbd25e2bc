//! Values that are kept elsewhere, encrypted, hashed, or public by nature.

use super::super::assign::{NameClass, Words};
use super::super::candidate::{Candidate, Named};
use super::super::words;

/// A pointer to where the value is kept.
pub(super) fn is_reference(candidate: &Candidate) -> bool {
    let secret = candidate.secret();
    words::REFERENCE.starts(secret)
        || has_variable(secret)
        || is_windows_variable(secret)
        || is_in_arn(candidate)
        || is_in_dynamic_reference(candidate)
}

/// `{{resolve:secretsmanager:name:SecretString:key}}`, which CloudFormation reads when it deploys.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html>
fn is_in_dynamic_reference(candidate: &Candidate) -> bool {
    let before = candidate.line_before(600);
    memchr::memmem::rfind(before, b"{{resolve:")
        .and_then(|at| before.get(at..))
        .is_some_and(|inside| memchr::memmem::find(inside, b"}}").is_none())
}

/// The end of an ARN: `secret:` and `parameter/password` there are followed by a name.
fn is_in_arn(candidate: &Candidate) -> bool {
    let before = candidate.line_before(200);
    let cut = |byte: &u8| byte.is_ascii_whitespace() || b"\"'`=,([{<".contains(byte);
    let start = before.iter().rposition(cut).map_or(0, |at| at + 1);
    before.get(start..).is_some_and(|word| word.starts_with(b"arn:"))
}

/// `prefix-${VAR}`, `$VAR`, `{name}`: a variable anywhere means that the text is a template.
fn has_variable(secret: &[u8]) -> bool {
    let has = |needle: &[u8]| memchr::memmem::find(secret, needle).is_some();
    let shell = matches!(secret, [b'$', first, rest @ ..] if (first.is_ascii_alphabetic() || *first == b'_')
        && rest.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_'));
    let braces = secret.starts_with(b"{") && secret.ends_with(b"}");
    shell
        || braces
        || has(b"${")
        || has(b"{{")
        || has(b"#{")
        || has(b"$(")
        || has(b"<%=")
        || has_field(secret)
        || secret.ends_with(b"%s")
        || secret == b"%v"
        || secret == b"%d"
}

/// `postgres:{user.name}`, `{pick(`: a name in braces that is put in when the program runs.
fn has_field(secret: &[u8]) -> bool {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    memchr::memchr_iter(b'{', secret).any(|at| {
        let rest = secret.get(at + 1..).unwrap_or_default();
        let name = rest.iter().take_while(|byte| is_name(byte)).count();
        rest.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_')
            && matches!(rest.get(name), Some(b'}' | b'.' | b'(' | b':' | b'['))
    })
}

fn is_windows_variable(secret: &[u8]) -> bool {
    matches!(secret, [b'%', name @ .., b'%'] if !name.is_empty() && name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_'))
}

/// `en_PW`: the name is that of a language and a country.
pub(super) fn is_of_locale(candidate: &Candidate) -> bool {
    matches!(candidate.name(), [a, b, b'_' | b'-', c, d] if a.is_ascii_lowercase() && b.is_ascii_lowercase()
        && c.is_ascii_uppercase() && d.is_ascii_uppercase())
}

/// `"lib/password.js": "…"`: what is said of a file of source code. Files that hold values, such as `password.txt`, are names of
/// them.
pub(super) fn is_of_source_file(candidate: &Candidate) -> bool {
    const ENDS: [&[u8]; 24] = [
        b"c", b"cc", b"cjs", b"cpp", b"cs", b"css", b"go", b"h", b"html", b"java", b"js", b"jsx",
        b"kt", b"map", b"md", b"mjs", b"php", b"py", b"rb", b"rs", b"scss", b"ts", b"tsx", b"vue",
    ];
    let name = candidate.name();
    let end = memchr::memrchr(b'.', name).and_then(|dot| name.get(dot + 1..));
    end.is_some_and(|end| ENDS.iter().any(|known| end.eq_ignore_ascii_case(known)))
}

/// `PASS: name of a test`, among other lines of a log of tests.
/// <https://www.gnu.org/software/dejagnu/manual/Test-case-states.html>
pub(super) fn is_test_result(candidate: &Candidate) -> bool {
    const STATES: [&[u8]; 8] = [
        b"PASS:",
        b"FAIL:",
        b"XPASS:",
        b"XFAIL:",
        b"SKIP:",
        b"ERROR:",
        b"UNTESTED:",
        b"UNSUPPORTED:",
    ];
    let Some(named) = candidate.named.as_ref().filter(|_| candidate.name() == b"PASS") else {
        return false;
    };
    let Some((before, line)) = candidate.text.split_at_checked(named.assignment.name.start) else {
        return false;
    };
    if !line.starts_with(b"PASS: ") || before.last().is_some_and(|byte| *byte != b'\n') {
        return false;
    }
    let is_result = |line: &[u8]| STATES.iter().any(|state| line.starts_with(state));
    let near = |lines: &mut dyn Iterator<Item = &[u8]>| lines.take(4).skip(1).any(is_result);
    near(&mut line.split(|byte| *byte == b'\n')) || near(&mut before.rsplit(|byte| *byte == b'\n'))
}

/// `* login.c (get_password): Renamed.`: what changed in a file or a function.
/// <https://www.gnu.org/prep/standards/html_node/Style-of-Change-Logs.html>
pub(super) fn is_change_log(candidate: &Candidate) -> bool {
    let Some(named) = &candidate.named else { return false };
    let name = &named.assignment.name;
    let before = candidate.text.get(..name.start).unwrap_or_default();
    let line = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
    let Some(entry) = before.get(line..).and_then(|line| line.strip_prefix(b"\t")) else {
        return false;
    };
    let begins = entry.is_empty() || entry.starts_with(b"* ") || entry.starts_with(b"(");
    let between = candidate.text.get(name.end..candidate.secret.start).unwrap_or_default();
    let is_function = entry.contains(&b'(') && between.starts_with(b"):");
    let is_file =
        entry.starts_with(b"* ") && candidate.name().contains(&b'.') && between.starts_with(b": ");
    begins && (is_function || is_file)
}

/// `8-4-4-4-12` hex digits.
pub(in crate::secrets) fn is_uuid(secret: &[u8]) -> bool {
    let bytes =
        secret.strip_prefix(b"{").and_then(|rest| rest.strip_suffix(b"}")).unwrap_or(secret);
    bytes.len() == 36
        && bytes.iter().enumerate().all(|(at, byte)| {
            if matches!(at, 8 | 13 | 18 | 23) { *byte == b'-' } else { byte.is_ascii_hexdigit() }
        })
}

/// A UUID identifies things; it is a secret only where the name says so.
pub(super) fn is_identifier(candidate: &Candidate) -> bool {
    let secret_class = |named: &Named| {
        matches!(
            named.class,
            NameClass::Secret | NameClass::Token | NameClass::Key | NameClass::Password
        )
    };
    is_uuid(candidate.secret()) && !candidate.named.as_ref().is_some_and(secret_class)
}

/// Values that are encrypted at rest.
pub(super) fn is_ciphertext(candidate: &Candidate) -> bool {
    let says_so = || Words::of(candidate.name()).iter().any(|word| words::ENCRYPTED.has(word));
    words::CIPHERTEXT.starts(candidate.secret()) || candidate.secret().len() >= 16 && says_so()
}

pub(super) fn is_password_hash(candidate: &Candidate) -> bool {
    let secret = candidate.secret();
    words::PASSWORD_HASH.starts(secret) || words::HASH_WITHIN.stands_in(secret)
}

/// Hex of a hash's length, where something around says hash, and whatever is labelled as one.
pub(super) fn is_digest(candidate: &Candidate) -> bool {
    let secret = candidate.secret();
    let hex = matches!(secret.len(), 7..=12 | 32 | 40 | 56 | 64 | 96 | 128)
        && secret.iter().all(u8::is_ascii_hexdigit);
    let before = candidate.line_before(80).to_ascii_lowercase();
    words::DIGEST.starts(secret)
        || words::DIGEST.iter().any(|label| before.ends_with(label.as_bytes()))
        || hex && words::DIGEST_NEAR.stands_in(&before)
}

pub(super) fn is_public_key(candidate: &Candidate) -> bool {
    let name = candidate.name().to_ascii_lowercase();
    let says_so = |word: &[u8]| memchr::memmem::find(&name, word).is_some();
    words::PUBLIC_KEY.starts(candidate.secret()) || says_so(b"public") || says_so(b"publishable")
}
