//! Why a candidate is not a secret. Each filter has a name that `explain` and the statistics show.

use super::assign::{NameClass, Quoting, classify, split};
use super::candidate::Candidate;
use super::place::Syntax;
use super::randomness;
use super::rule::Trigger;
use super::words;

/// A reason to drop a candidate.
pub(crate) struct Filter {
    pub(crate) name: &'static str,
    scope: Scope,
    rejects: fn(&Candidate) -> bool,
}

#[derive(PartialEq, Eq)]
enum Scope {
    /// Every rule.
    All,
    /// Rules whose format has no mark of its own, only a word nearby.
    Unmarked,
    /// Rules whose values are scored: a provider's own format is evidence enough.
    Scored,
}

/// The name of the filter that drops `candidate`, if one does.
pub(crate) fn reject(candidate: &Candidate) -> Option<&'static str> {
    let applies = |filter: &&Filter| match filter.scope {
        Scope::All => true,
        Scope::Unmarked => candidate.rule.is_scored() || is_unmarked(candidate),
        Scope::Scored => candidate.rule.is_scored(),
    };
    FILTERS
        .iter()
        .filter(applies)
        .find(|filter| (filter.rejects)(candidate))
        .map(|filter| filter.name)
}

const fn all(name: &'static str, rejects: fn(&Candidate) -> bool) -> Filter {
    Filter { name, scope: Scope::All, rejects }
}

const fn scored(name: &'static str, rejects: fn(&Candidate) -> bool) -> Filter {
    Filter { name, scope: Scope::Scored, rejects }
}

const fn unmarked(name: &'static str, rejects: fn(&Candidate) -> bool) -> Filter {
    Filter { name, scope: Scope::Unmarked, rejects }
}

/// Whether the rule goes by a word near a run.
const fn is_unmarked(candidate: &Candidate) -> bool {
    matches!(candidate.rule.trigger, Trigger::Words { .. })
}

/// A value found by a word nearby that reads like words itself.
fn is_not_random(candidate: &Candidate) -> bool {
    let secret = candidate.secret();
    let length = u16::try_from(secret.len()).unwrap_or(u16::MAX);
    is_unmarked(candidate) && randomness::evidence(secret) < 0.4 * f32::from(length)
}

/// Cheapest first.
pub(crate) const FILTERS: &[Filter] = &[
    all("repetition", is_repetition),
    unmarked("reference", is_reference),
    all("placeholder", is_placeholder),
    all("kinds", |candidate| {
        !candidate.rule.needs.iter().all(|kind| kind.is_in(candidate.secret()))
    }),
    unmarked("not-random", is_not_random),
    scored("too-short", |candidate| candidate.secret().len() < 3),
    scored("constant", is_constant),
    scored("number", is_number),
    scored("expression", is_expression),
    scored("path", is_path),
    scored("url", |candidate| memchr::memmem::find(candidate.secret(), b"://").is_some()),
    scored("uuid", |candidate| is_uuid(candidate.secret())),
    scored("ciphertext", is_ciphertext),
    scored("password-hash", is_password_hash),
    unmarked("digest", is_digest),
    scored("public-key", is_public_key),
    scored("name-again", repeats_its_name),
    scored("prose", is_prose),
];

/// Few distinct characters, or one of them many times in a row.
fn is_repetition(candidate: &Candidate) -> bool {
    let secret = candidate.secret();
    if secret.len() < 4 {
        return false;
    }
    let mut seen = [false; 256];
    let mut distinct = 0_usize;
    for byte in secret.iter().take(64) {
        distinct += usize::from(!std::mem::replace(&mut seen[usize::from(*byte)], true));
    }
    let longest = secret.chunk_by(|a, b| a == b).map(<[u8]>::len).max().unwrap_or(0);
    let few = match secret.len() {
        4..=7 => distinct < 2,
        8..=15 => distinct < 4,
        _ => distinct < 6 && !candidate.rule.meta.id.contains("mnemonic"),
    };
    few || (longest >= 6 && longest * 4 >= secret.len() && secret.len() < 200)
}

/// A pointer to where the value is kept.
fn is_reference(candidate: &Candidate) -> bool {
    let secret = candidate.secret();
    words::starts("reference", secret) || has_variable(secret) || is_windows_variable(secret)
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
        || secret.ends_with(b"%s")
        || secret == b"%v"
        || secret == b"%d"
}

fn is_windows_variable(secret: &[u8]) -> bool {
    matches!(secret, [b'%', name @ .., b'%'] if !name.is_empty() && name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_'))
}

/// Text that says that something else belongs here.
fn is_placeholder(candidate: &Candidate) -> bool {
    let secret = candidate.secret();
    let lower = secret.get(..secret.len().min(256)).unwrap_or_default().to_ascii_lowercase();
    let has = |needle: &[u8]| memchr::memmem::find(&lower, needle).is_some();
    let crossed_out = has(b"xxxx") && !has_many_kinds(secret);
    let masked = has(b"***") || crossed_out || has(b"....") || has("…".as_bytes());
    let bracketed = matches!(secret, [b'<', .., b'>'] | [b'[', .., b']']);
    masked || bracketed || words::within("placeholder", &lower) || is_sequence(&lower)
}

/// Long random strings may contain `xxxx`; placeholders have little else.
fn has_many_kinds(secret: &[u8]) -> bool {
    let mut seen = [false; 256];
    for byte in secret {
        seen[usize::from(*byte)] = true;
    }
    seen.iter().filter(|seen| **seen).count() > 18
}

/// Most of the value counts up or down: `123456789`, `abcdefgh`, `0123456789abcdef`.
fn is_sequence(lower: &[u8]) -> bool {
    let steps = lower.windows(2).filter(|pair| {
        let &[a, b] = *pair else { return false };
        a.is_ascii_alphanumeric()
            && b.is_ascii_alphanumeric()
            && (b == a.wrapping_add(1) || a == b.wrapping_add(1) || are_neighbours(a, b))
    });
    lower.len() >= 5 && steps.count() * 4 >= (lower.len() - 1) * 3
}

/// Whether one key follows the other on a keyboard, or in the order of digits.
fn are_neighbours(a: u8, b: u8) -> bool {
    const ROWS: [&[u8]; 4] = [b"qwertyuiop", b"asdfghjkl", b"zxcvbnm", b"90a"];
    ROWS.iter().any(|row| row.windows(2).any(|pair| pair == [a, b]))
}

/// Words that every language uses for values that are none.
fn is_constant(candidate: &Candidate) -> bool {
    let lower = candidate.secret().to_ascii_lowercase();
    str::from_utf8(&lower).is_ok_and(|word| words::has("constant", word))
}

/// Numbers, dates, versions, sizes. A password may be a number, when it is one that a person would choose to hide.
fn is_number(candidate: &Candidate) -> bool {
    let secret = candidate.secret();
    let is_password =
        candidate.named.as_ref().is_some_and(|named| named.class == NameClass::Password);
    let numeric = secret.iter().all(|byte| {
        byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+' | b':' | b'_' | b',')
    });
    let hex_number = secret
        .strip_prefix(b"0x")
        .is_some_and(|rest| rest.len() <= 16 && rest.iter().all(u8::is_ascii_hexdigit));
    hex_number
        || numeric && !(is_password && secret.len() >= 6 && secret.iter().all(u8::is_ascii_digit))
}

/// A bare word that programs would evaluate, or a type.
fn is_expression(candidate: &Candidate) -> bool {
    let Some(named) = &candidate.named else { return false };
    let secret = candidate.secret();
    let looks_up = named
        .assignment
        .call
        .clone()
        .and_then(|call| candidate.text.get(call))
        .is_some_and(is_lookup);
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
        || (candidate.place.syntax == Syntax::Code && is_identifier(secret))
}

/// A function that fetches a value rather than wraps one.
fn is_lookup(call: &[u8]) -> bool {
    split(call).iter().any(|word| words::has("lookup", word))
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

fn is_path(candidate: &Candidate) -> bool {
    let secret = candidate.secret();
    let starts = [&b"/"[..], b"./", b"../", b"~/", b"\\\\", b"C:\\", b"c:\\"]
        .iter()
        .any(|start| secret.starts_with(start));
    let slashes = secret.iter().filter(|byte| matches!(byte, b'/' | b'\\')).count();
    let extension =
        secret.iter().rposition(|byte| *byte == b'.').map_or(0, |at| secret.len() - at - 1);
    let is_file = (2..=5).contains(&extension)
        && secret
            .rsplit(|byte| *byte == b'.')
            .next()
            .is_some_and(|part| part.iter().all(u8::is_ascii_lowercase));
    (starts || slashes >= 1 || is_file) && randomness::evidence(secret) < 12.0
}

/// `8-4-4-4-12` hex digits.
fn is_uuid(secret: &[u8]) -> bool {
    let bytes =
        secret.strip_prefix(b"{").and_then(|rest| rest.strip_suffix(b"}")).unwrap_or(secret);
    bytes.len() == 36
        && bytes.iter().enumerate().all(|(at, byte)| {
            if matches!(at, 8 | 13 | 18 | 23) { *byte == b'-' } else { byte.is_ascii_hexdigit() }
        })
}

/// Values that are encrypted at rest.
fn is_ciphertext(candidate: &Candidate) -> bool {
    let says_so = || split(candidate.name()).iter().any(|word| words::has("encrypted", word));
    words::starts("ciphertext", candidate.secret()) || candidate.secret().len() >= 16 && says_so()
}

fn is_password_hash(candidate: &Candidate) -> bool {
    words::starts("password-hash", candidate.secret())
}

/// Hex of a hash's length, where something around says hash.
fn is_digest(candidate: &Candidate) -> bool {
    let secret = candidate.secret();
    let hex = matches!(secret.len(), 7..=12 | 32 | 40 | 56 | 64 | 96 | 128)
        && secret.iter().all(u8::is_ascii_hexdigit);
    let says_so = || words::within("digest-near", &candidate.line_before(80).to_ascii_lowercase());
    words::starts("digest", secret) || hex && says_so()
}

fn is_public_key(candidate: &Candidate) -> bool {
    let name = candidate.name().to_ascii_lowercase();
    let says_so = |word: &[u8]| memchr::memmem::find(&name, word).is_some();
    words::starts("public-key", candidate.secret()) || says_so(b"public") || says_so(b"publishable")
}

/// `password = "password"`, `api_key: MyApiKey`: the words of the value are words of the name.
fn repeats_its_name(candidate: &Candidate) -> bool {
    let name = split(candidate.name());
    let value = split(candidate.secret());
    let letters: usize = value.iter().map(String::len).sum();
    let known = |word: &String| {
        word.len() < 3 || name.contains(word) || classify(word.as_bytes()).is_some()
    };
    !value.is_empty()
        && letters * 4 >= candidate.secret().len() * 3
        && value.iter().all(known)
        && value.iter().any(|word| word.len() >= 3)
}

/// Words with spaces between them.
fn is_prose(candidate: &Candidate) -> bool {
    let secret = candidate.secret();
    let spaces = secret.iter().filter(|byte| byte.is_ascii_whitespace()).count();
    let foreign = secret.iter().filter(|byte| **byte >= 0x80).count();
    spaces >= 1 && randomness::evidence(secret) < 10.0 || spaces >= 3 || foreign * 4 > secret.len()
}
