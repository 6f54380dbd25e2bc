//! Values that a program computes, compares with or prints: not secrets but code.

use super::super::assign::{NameClass, Quoting, Words};
use super::super::candidate::Candidate;
use super::super::place::Syntax;
use super::super::{randomness, words};

/// Words that every language uses for values that are none.
pub(super) fn is_constant(candidate: &Candidate) -> bool {
    let lower = candidate.secret().to_ascii_lowercase();
    let of_type = |c| matches!(c, '?' | '!' | '&');
    // `required|min:8` says what a value must be like.
    let first = lower.split(|byte| *byte == b'|').next().unwrap_or_default();
    str::from_utf8(first).is_ok_and(|word| words::CONSTANT.has(word.trim_matches(of_type)))
}

/// `v1.4.2`, `^6.4|^7.0`, `2.10.0-rc1`: numbers joined by dots, with what tells releases apart before and behind.
pub(super) fn is_version(candidate: &Candidate) -> bool {
    candidate.secret().split(|byte| b"|, ".contains(byte)).all(is_release)
}

fn is_release(text: &[u8]) -> bool {
    let before = text.iter().take_while(|byte| b"v^~=<>!".contains(byte)).count();
    let rest = text.get(before..).unwrap_or_default();
    let number = rest.iter().take_while(|byte| byte.is_ascii_digit() || **byte == b'.').count();
    let (number, behind) = rest.split_at(number);
    number.first().is_some_and(u8::is_ascii_digit)
        && number.contains(&b'.')
        && (behind.is_empty()
            || behind.first().is_some_and(|byte| b"-+_".contains(byte)) && behind.len() <= 16)
        && randomness::evidence(behind) < 8.0
}

/// `"+user+"`, `` `+expected+` ``: what stands between two strings is not a value but what is joined to them.
pub(super) fn is_joined(candidate: &Candidate) -> bool {
    let quote = |byte: &u8| matches!(byte, b'"' | b'\'' | b'`' | b' ');
    let secret = candidate.secret();
    let from = secret.iter().take_while(|byte| quote(byte)).count();
    let to = secret.iter().rev().take_while(|byte| quote(byte)).count();
    let inner = secret.get(from..secret.len().saturating_sub(to)).unwrap_or_default();
    let is_quoted =
        candidate.named.as_ref().is_some_and(|named| named.assignment.quoting == Quoting::Quoted);
    (is_quoted || from + to > 0) && matches!(inner, [b'+' | b'.', .., b'+' | b'.'])
}

/// Numbers, dates, versions, sizes. A password may be a number, when it is one that a person would choose to hide.
pub(super) fn is_number(candidate: &Candidate) -> bool {
    let secret = candidate.secret();
    let is_password =
        candidate.named.as_ref().is_some_and(|named| named.class == NameClass::Password);
    let numeric = secret.iter().all(|byte| {
        byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+' | b':' | b'_' | b',')
    });
    let unsigned = secret.strip_prefix(b"-").unwrap_or(secret);
    let digits = unsigned.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let has_unit = (1..=6).contains(&digits)
        && secret.len() - digits <= 2
        && secret.iter().all(u8::is_ascii_alphanumeric)
        && digits < secret.len();
    let hex_number = unsigned
        .strip_prefix(b"0x")
        .is_some_and(|rest| rest.len() <= 16 && rest.iter().all(u8::is_ascii_hexdigit));
    hex_number
        || has_unit
        || is_date(secret)
        || numeric && !(is_password && secret.len() >= 6 && secret.iter().all(u8::is_ascii_digit))
}

/// `2030-01-01T00:00:00Z`.
fn is_date(secret: &[u8]) -> bool {
    secret.len() >= 16
        && secret.iter().enumerate().all(|(at, byte)| match at {
            0..=3 | 5 | 6 | 8 | 9 => byte.is_ascii_digit(),
            4 | 7 => *byte == b'-',
            10 => *byte == b'T' || *byte == b' ',
            _ => byte.is_ascii_digit() || b":.+-Z".contains(byte),
        })
}

/// A bare word that programs would evaluate, or a type.
pub(super) fn is_expression(candidate: &Candidate) -> bool {
    let Some(named) = &candidate.named else { return false };
    let secret = candidate.secret();
    let call = named.assignment.call.clone().and_then(|call| candidate.text.get(call));
    let looks_up = call.is_some_and(|call| is_computed(call, secret));
    if named.assignment.quoting == Quoting::Quoted {
        return looks_up || is_dotted_name(secret);
    }
    let has_code =
        secret.iter().any(|byte| matches!(byte, b'(' | b')' | b'{' | b'}' | b'[' | b']' | b'*'))
            && !has_mix(secret);
    let arrow = memchr::memmem::find(secret, b"->").is_some()
        || memchr::memmem::find(secret, b"::").is_some();
    let sigil =
        matches!(secret.first(), Some(b'$' | b'@' | b'&' | b'*' | b'#' | b'\\' | b'!' | b':'))
            && !has_mix(secret);
    looks_up
        || has_code
        || arrow
        || sigil
        || is_dotted_name(secret)
        || (candidate.place.syntax == Syntax::Code
            && (is_identifier(secret) || is_indexed(secret) || is_member(secret)))
}

/// `list[at`, `r.s[r.at-1`: an element of something that has a name.
fn is_indexed(secret: &[u8]) -> bool {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.');
    let name = secret.iter().take_while(|byte| is_name(byte)).count();
    secret.get(name) == Some(&b'[') && secret.first().is_some_and(u8::is_ascii_alphabetic)
}

/// `x.u`, `it.pw`: too short to tell chance from a name, so it is a name.
fn is_member(secret: &[u8]) -> bool {
    secret.len() <= 8
        && secret.contains(&b'.')
        && secret.split(|byte| *byte == b'.').all(|part| {
            part.first().is_some_and(u8::is_ascii_alphabetic)
                && part.iter().all(u8::is_ascii_alphanumeric)
        })
}

/// A function that computes its value rather than wraps it, unless what it is given is plainly random.
fn is_computed(call: &[u8], secret: &[u8]) -> bool {
    let wraps = Words::of(call).iter().all(|word| words::WRAPPER.has(word));
    !wraps && (randomness::evidence(secret) < 20.0 || secret.contains(&b' '))
}

/// `%s%n`, `[A-Za-z]+`: a pattern that something is printed or matched with.
pub(super) fn is_format(candidate: &Candidate) -> bool {
    let secret = candidate.secret();
    let directives =
        secret.windows(2).filter(|pair| pair[0] == b'%' && pair[1].is_ascii_alphabetic());
    let hex = secret
        .windows(3)
        .filter(|three| three[0] == b'%' && three[1..].iter().all(u8::is_ascii_hexdigit));
    let ranges = [&b"a-z"[..], b"A-Z", b"0-9", b"\\w", b"\\d", b"\\S", b"\\s", b".*", b".+"];
    let has_range = ranges.iter().any(|range| memchr::memmem::find(secret, range).is_some());
    let has_group = secret.iter().any(|byte| matches!(byte, b'[' | b'(' | b'*' | b'+'));
    directives.count() >= 2 && hex.count() < 2 || has_range && has_group
}

/// `\r\n`, `\x00\x11`: nothing is left once the escapes are read.
pub(super) fn is_escapes(candidate: &Candidate) -> bool {
    let mut rest = candidate.secret();
    let mut plain = 0;
    while let [first, after @ ..] = rest {
        let taken = match (first, after) {
            (b'\\', [b'\\', ..]) => 1,
            (b'\\', [b'x', ..]) => 4,
            (b'\\', [b'u', ..]) => 6,
            (b'\\', _) => 2,
            _ => {
                plain += 1;
                1
            }
        };
        rest = rest.get(taken..).unwrap_or_default();
    }
    plain < 3 && candidate.secret().contains(&b'\\')
}

/// `pwd->pw_name`: a member of what the name points to.
pub(super) fn is_member_of_name(candidate: &Candidate) -> bool {
    let before =
        candidate.text.get(..candidate.secret.start).and_then(|text| text.strip_suffix(b"->"));
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b')' | b']');
    before.and_then(<[u8]>::last).is_some_and(is_name)
}

/// `-d41`, `--stdin`: the next option of a command line.
pub(super) fn is_option(candidate: &Candidate) -> bool {
    matches!(candidate.secret(), [b'-', b'-' | b'a'..=b'z' | b'A'..=b'Z', ..])
        && randomness::evidence(candidate.secret()) < 12.0
}

/// Digits and letters, or letters and punctuation that passwords have: not what code looks like.
fn has_mix(secret: &[u8]) -> bool {
    let digits = secret.iter().filter(|byte| byte.is_ascii_digit()).count();
    let letters = secret.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    digits >= 1 && letters >= 2 && secret.len() >= 6 && randomness::evidence(secret) > 6.0
}

/// `foo.bar.baz`: words joined by dots.
fn is_dotted_name(secret: &[u8]) -> bool {
    let mut parts = secret.split(|byte| *byte == b'.');
    secret.contains(&b'.')
        && parts.all(|part| {
            part.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_')
                && part
                    .iter()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
        })
        && randomness::evidence(secret) < 10.0
}

/// A name of a variable: words of letters, without evidence of chance.
fn is_identifier(secret: &[u8]) -> bool {
    let shape = secret.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_')
        && secret.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    shape && randomness::evidence(secret) < 8.0
}

/// Names of files and folders. One that is rooted and ends in a file's name is a path whatever its words are.
pub(super) fn is_path(candidate: &Candidate) -> bool {
    let secret = candidate.secret();
    let roots = [&b"/"[..], b"./", b"../", b"~/", b"\\\\", b"C:\\", b"c:\\"];
    let is_rooted = roots.iter().any(|start| secret.starts_with(start));
    let slashes = secret.iter().filter(|byte| matches!(byte, b'/' | b'\\')).count();
    let extension = secret.rsplit(|byte| *byte == b'.').next().unwrap_or_default();
    let is_file = secret.contains(&b'.')
        && (2..=5).contains(&extension.len())
        && extension.iter().all(u8::is_ascii_lowercase);
    let limit = if is_rooted && is_file && slashes >= 2 { 40.0 } else { 12.0 };
    (is_rooted || slashes >= 1 || is_file) && randomness::evidence(secret) < limit
}
