//! What a name says about its value: the words it is made of, and which of them counts.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::secrets::words;

/// What kind of value a name announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum NameClass {
    /// Something a person types.
    Password,
    /// Something a program holds.
    Secret,
    /// Something issued.
    Token,
    /// A key with a word that says what for: `api_key`, `encryptionKey`.
    Key,
    /// `key` alone: a map key as often as not.
    BareKey,
    /// `auth`, `credentials`, `authorization`.
    Auth,
    /// Salts, one-time codes, signatures.
    Salt,
}

impl NameClass {
    /// Every class.
    pub(crate) const ALL: [Self; 7] = [
        Self::Password,
        Self::Secret,
        Self::Token,
        Self::Key,
        Self::BareKey,
        Self::Auth,
        Self::Salt,
    ];

    /// The word that rules use in `assigned`.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Secret => "secret",
            Self::Token => "token",
            Self::Key => "key",
            Self::BareKey => "bare-key",
            Self::Auth => "auth",
            Self::Salt => "salt",
        }
    }
}

/// What the word lists say about one word.
#[derive(Clone, Copy, Default)]
struct Word {
    class: Option<NameClass>,
    /// After it a name is about a secret.
    about: bool,
    /// It means something else altogether.
    other: bool,
    /// What it makes of a `key` that follows.
    key: Option<Key>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Key {
    Secret,
    Open,
}

static WORDS: LazyLock<HashMap<&str, Word>> = LazyLock::new(|| {
    let mut known: HashMap<&str, Word> = HashMap::new();
    let mut set = |list: &str, change: fn(&mut Word, NameClass), class: NameClass| {
        for word in words::list(list) {
            change(known.entry(word).or_default(), class);
        }
    };
    for class in NameClass::ALL {
        set(class.name(), |word, class| word.class = Some(class), class);
    }
    let any = NameClass::Password;
    set("about", |word, _| word.about = true, any);
    set("other", |word, _| word.other = true, any);
    set("secret-key", |word, _| word.key = Some(Key::Secret), any);
    set("open-key", |word, _| word.key = Some(Key::Open), any);
    known
});

fn look_up(word: &str) -> Word {
    WORDS.get(word).copied().unwrap_or_default()
}

/// The class of a name, from its last telling word; `None` for names that are not about a secret.
pub(crate) fn classify(name: &[u8]) -> Option<NameClass> {
    let words = split(name);
    let class_of = |word: &String| look_up(word).class.or_else(|| class_of_compound(word));
    let last = words.iter().rposition(|word| class_of(word).is_some())?;
    let word = words.get(last)?;
    let is_about = last + 1 < words.len() && words.last().is_some_and(|word| look_up(word).about);
    if is_about || look_up(word).other || look_up(&words.concat()).other {
        return None;
    }
    let class = class_of(word)?;
    if class != NameClass::BareKey {
        return Some(class);
    }
    match last.checked_sub(1).and_then(|before| look_up(words.get(before)?).key) {
        Some(Key::Open) => None,
        Some(Key::Secret) => Some(NameClass::Key),
        None => Some(NameClass::BareKey),
    }
}

/// Words written together: `mysqlpassword`, `dbpasswd`.
fn class_of_compound(word: &str) -> Option<NameClass> {
    let ends = |list: &str| {
        words::list(list).iter().any(|end| word.len() > end.len() && word.ends_with(end.as_str()))
    };
    let classes = [
        ("password-end", NameClass::Password),
        ("secret-end", NameClass::Secret),
        ("token-end", NameClass::Token),
        ("key-end", NameClass::Key),
    ];
    classes.into_iter().find(|(list, _)| ends(list)).map(|(_, class)| class)
}

/// The words of a name in lower case: split at signs and digits, and where the case says so.
pub(crate) fn split(name: &[u8]) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut previous = b' ';
    for (at, byte) in name.iter().copied().enumerate() {
        if !byte.is_ascii_alphabetic() {
            previous = byte;
            continue;
        }
        let next_is_lower = name.get(at + 1).is_some_and(u8::is_ascii_lowercase);
        let starts = !previous.is_ascii_alphabetic()
            || byte.is_ascii_uppercase() && (previous.is_ascii_lowercase() || next_is_lower);
        match words.last_mut() {
            Some(word) if !starts => word.push(char::from(byte.to_ascii_lowercase())),
            _ => words.push(char::from(byte.to_ascii_lowercase()).into()),
        }
        previous = byte;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_every_style() {
        assert_eq!(split(b"dbPassword2_oldXMLKey"), ["db", "password", "old", "xml", "key"]);
        assert_eq!(split(b"spring.datasource.PASSWORD"), ["spring", "datasource", "password"]);
    }

    #[test]
    fn classes() {
        use NameClass::{Auth, BareKey, Key, Password, Secret, Token};
        for (name, class) in [
            ("DB_PASSWORD", Some(Password)),
            ("mysqlPassword", Some(Password)),
            ("client.setPassword", Some(Password)),
            ("jwt-secret", Some(Secret)),
            ("X-Auth-Token", Some(Token)),
            ("API_KEY", Some(Key)),
            ("apikey", Some(Key)),
            ("key", Some(BareKey)),
            ("sort_key", None),
            ("publicKey", None),
            ("password_field", None),
            ("tokenType", None),
            ("secretName", None),
            ("auth", Some(Auth)),
            ("author", None),
            ("ses_smtp_password_v4", Some(Password)),
            ("keyboard", None),
        ] {
            assert_eq!(classify(name.as_bytes()), class, "{name}");
        }
    }
}
