//! Command lines: programs that take a password as an option that does not say so, or as a word in some place.

use std::ops::Range;

use super::quotes::quoted;
use super::value::Value;
use super::window::Window;

/// How much of a command line is read.
const MAX_COMMAND: usize = 1000;
/// The most words of it.
const MAX_WORDS: usize = 48;

/// Where a program takes a password.
enum Form {
    /// Behind an option, as a word of its own.
    Next(&'static str),
    /// Right behind an option, without a blank.
    Glued(&'static str),
    /// Behind an option, glued or not.
    Either(&'static str),
    /// Behind an option and a separator: `-U user%password`.
    Split(&'static str, u8),
    /// The word at a place, of those that are no options.
    Word(usize),
    /// The last word, where an option has this letter.
    LastWith(u8),
    /// In the first word, between these two: `user/password@db`.
    Between(u8, u8),
    /// What is printed into it: `echo … |`.
    Printed,
    /// What is printed into it behind a colon.
    PrintedAfterColon,
}

/// A program by the beginning of its name, with what stands before it, if anything must.
struct Tool {
    name: &'static str,
    before: &'static [&'static str],
    form: Form,
}

const fn tool(name: &'static str, form: Form) -> Tool {
    Tool { name, before: &[], form }
}

/// Every program; a name that ends in `*` stands for all that begin so.
const TOOLS: &[Tool] = &[
    tool("mysql*", Form::Glued("-p")),
    tool("mariadb*", Form::Glued("-p")),
    tool("mongo*", Form::Next("-p")),
    tool("sshpass", Form::Either("-p")),
    tool("ldap*", Form::Either("-w")),
    tool("redis-cli", Form::Next("-a")),
    tool("sqlcmd", Form::Either("-P")),
    tool("useradd", Form::Next("-p")),
    tool("plink", Form::Next("-pw")),
    tool("ipmitool", Form::Next("-P")),
    tool("smbclient", Form::Split("-U", b'%')),
    tool("sqlplus", Form::Between(b'/', b'@')),
    tool("htpasswd", Form::LastWith(b'b')),
    tool("mosquitto_passwd", Form::LastWith(b'b')),
    tool("wpa_passphrase", Form::Word(1)),
    tool("convertto-securestring", Form::Word(0)),
    tool("chpasswd", Form::PrintedAfterColon),
    tool("password-stdin", Form::Printed),
    tool("passphrase-fd", Form::Printed),
    tool("change_password", Form::Word(1)),
    Tool {
        name: "login",
        before: &[
            "docker", "podman", "nerdctl", "az", "oc", "helm", "registry", "cf", "buildah",
            "skopeo", "oras", "cr",
        ],
        form: Form::Either("-p"),
    },
    tool("net use", Form::Word(1)),
];

/// A password on a command line, and the option, or else the program, that says so.
pub(super) struct Given {
    pub(super) flag: Range<usize>,
    pub(super) value: Value,
}

/// Reads what the program whose name is `name` is given.
pub(super) fn read(window: &Window, name: &Range<usize>) -> Option<Given> {
    let word = window.get(name.clone());
    // Most names are of no program.
    if !word.first().is_some_and(|byte| b"mslrupihwcn".contains(&byte.to_ascii_lowercase())) {
        return None;
    }
    let tool = TOOLS.iter().find(|tool| tool.is(word))?;
    let before = window.line_before(name.start);
    if !tool.before.is_empty() {
        let before = before.trim_ascii_end();
        let last = before.rsplit(|byte| !byte.is_ascii_alphanumeric()).next().unwrap_or_default();
        if !tool.before.iter().any(|known| last.eq_ignore_ascii_case(known.as_bytes())) {
            return None;
        }
    }
    match tool.form {
        Form::Printed | Form::PrintedAfterColon => printed(window, name, &tool.form),
        _ => given(window, name, &tool.form),
    }
}

impl Tool {
    fn is(&self, word: &[u8]) -> bool {
        let begins = |start: &str| {
            let first = |text: &[u8]| text.first().map(u8::to_ascii_lowercase);
            first(word) == first(start.as_bytes())
                && word
                    .get(..start.len())
                    .is_some_and(|word| word.eq_ignore_ascii_case(start.as_bytes()))
        };
        match self.name.strip_suffix('*') {
            Some(start) => begins(start) && !word.contains(&b'_') && word.len() <= start.len() + 9,
            None => begins(self.name) && matches!(word.get(self.name.len()..), Some(b"" | b".exe")),
        }
    }
}

fn given(window: &Window, name: &Range<usize>, form: &Form) -> Option<Given> {
    let words = words(window, name.end);
    let plain = |word: &&Range<usize>| !matches!(window.byte(word.start), Some(b'-' | b'/'));
    let (flag, range) = match *form {
        Form::Word(place) => (name.clone(), words.iter().filter(plain).nth(place)?.clone()),
        Form::LastWith(letter) => {
            let short = |word: &&Range<usize>| {
                let word = window.get((*word).clone());
                word.starts_with(b"-") && !word.starts_with(b"--") && word.contains(&letter)
            };
            words.iter().find(short)?;
            let plain: Vec<_> = words.iter().filter(plain).collect();
            (name.clone(), (*plain.last().filter(|_| plain.len() >= 2)?).clone())
        }
        Form::Between(from, to) => {
            let word = words.iter().find(plain)?.clone();
            (name.clone(), between(window, &word, from, to)?)
        }
        Form::Next(option)
        | Form::Glued(option)
        | Form::Either(option)
        | Form::Split(option, _) => {
            let (flag, range) = behind(window, &words, option, form)?;
            let range = match *form {
                Form::Split(_, separator) => between(window, &range, separator, b'\n')?,
                _ => range,
            };
            (flag, range)
        }
        Form::Printed | Form::PrintedAfterColon => return None,
    };
    let is_option = window.byte(range.start) == Some(b'-') && !matches!(form, Form::Glued(_));
    let value = value(window, range).filter(|_| !is_option)?;
    Some(Given { flag, value })
}

/// What stands behind an option: in the same word, or the next one.
fn behind(
    window: &Window,
    words: &[Range<usize>],
    option: &str,
    form: &Form,
) -> Option<(Range<usize>, Range<usize>)> {
    for (at, word) in words.iter().enumerate() {
        let Some(rest) = window.get(word.clone()).strip_prefix(option.as_bytes()) else { continue };
        let flag = word.start..word.start + option.len();
        if rest.is_empty() && !matches!(form, Form::Glued(_)) {
            return Some((flag, words.get(at + 1)?.clone()));
        }
        if !rest.is_empty() && !matches!(form, Form::Next(_)) {
            let start = flag.end + usize::from(rest.starts_with(b"="));
            return Some((flag, start..word.end));
        }
    }
    None
}

fn between(window: &Window, word: &Range<usize>, from: u8, to: u8) -> Option<Range<usize>> {
    let bytes = window.get(word.clone());
    let start = memchr::memchr(from, bytes)? + 1;
    let end = memchr::memrchr(to, bytes).unwrap_or(bytes.len());
    (start < end).then_some(word.start + start..word.start + end)
}

/// A word as a value: without its quotes.
fn value(window: &Window, range: Range<usize>) -> Option<Value> {
    match quoted(window.text(), range.start) {
        Some(string) if string.end <= range.end => Value::quoted(string.inside).checked(window),
        _ if window.get(range.clone()).iter().any(|byte| matches!(byte, b'"' | b'\'' | b'`')) => {
            None
        }
        _ => Value::bare(range).checked(window),
    }
}

/// The words behind the name of a program, up to the end of the command. In a list of strings each string is a word.
fn words(window: &Window, at: usize) -> Vec<Range<usize>> {
    let is_list = matches!(window.after(at), [b'"' | b'\'', b',', ..]);
    let limit = window.text().len().min(at + MAX_COMMAND);
    let mut words = Vec::new();
    let mut at = if is_list { at + 2 } else { at };
    while words.len() < MAX_WORDS {
        at = skip_between(window, at, is_list);
        if is_list {
            let Some(string) = quoted(window.text(), at) else { break };
            words.push(string.inside);
            at = string.end;
            continue;
        }
        let end = word_end(window, at, limit);
        if end == at || at >= limit || end == limit && window.cuts(end) {
            break;
        }
        words.push(at..end);
        at = end;
    }
    words
}

/// Skips blanks, also over the end of a line that a sign continues, and commas of a list.
fn skip_between(window: &Window, at: usize, is_list: bool) -> usize {
    let mut at = at;
    loop {
        at = window.skip_blanks(at);
        match window.after(at) {
            [b'\\' | b'`' | b'^', b'\n', ..] => at += 2,
            [b'\\' | b'`' | b'^', b'\r', b'\n', ..] => at += 3,
            [b',' | b'\n' | b'\r', ..] if is_list => at += 1,
            _ => return at,
        }
    }
}

/// Where the word at `at` ends; quotes in it take white space along.
fn word_end(window: &Window, at: usize, limit: usize) -> usize {
    let mut end = at;
    while end < limit {
        match window.byte(end) {
            None | Some(b' ' | b'\t' | b'\n' | b'\r' | b'|' | b';' | b'>' | b'<' | b')' | b',') => {
                break;
            }
            Some(b'&') if window.byte(end + 1) == Some(b'&') => break,
            Some(b'"' | b'\'' | b'`') => match quoted(window.text(), end) {
                Some(string) if !window.get(string.inside.clone()).contains(&b'\n') => {
                    end = string.end;
                }
                // A quote that closes what the whole command stands in.
                _ => break,
            },
            Some(b'\\') if matches!(window.byte(end + 1), Some(b'\n' | b'\r' | b'"')) => break,
            _ => end += 1,
        }
    }
    end.min(limit)
}

/// `echo … | program`, `program <<< …`: what the program reads.
fn printed(window: &Window, name: &Range<usize>, form: &Form) -> Option<Given> {
    let line = window.line_before(name.start);
    let start = name.start - line.len();
    let pipe = memchr::memrchr(b'|', line);
    let from = if let Some(pipe) = pipe {
        let head = line.get(..pipe)?;
        let printers = [&b"echo"[..], b"printf", b"print"];
        let printer = |known: &&[u8]| memchr::memmem::rfind(head, known).map(|at| at + known.len());
        start + printers.iter().find_map(printer)?
    } else {
        let rest = window.get(name.end..window.line_end(name.end));
        name.end + memchr::memmem::find(rest, b"<<<")? + 3
    };
    let options = |word: &&Range<usize>| {
        !matches!(window.get((*word).clone()), b"-n" | b"-e" | b"-ne" | b"%s" | b"'%s'" | b"\"%s\"")
    };
    let words = words(window, from);
    let word = words.iter().find(options)?;
    let whole = value(window, word.clone())?;
    let value = match form {
        Form::PrintedAfterColon => {
            Value { range: between(window, &whole.range, b':', b'\n')?, ..whole }
        }
        _ => whole,
    };
    Some(Given { flag: name.clone(), value })
}
