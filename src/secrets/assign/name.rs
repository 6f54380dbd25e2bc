//! What a name says about its value: the words it is made of, and which of them counts.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::secrets::tables::Word as Text;
use crate::secrets::words::{self, List};

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
    /// It makes a `token` that follows no secret.
    open_token: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Key {
    Secret,
    Open,
}

static WORDS: LazyLock<HashMap<Text, Word>> = LazyLock::new(|| {
    let mut known: HashMap<Text, Word> = HashMap::new();
    for class in NameClass::ALL {
        for word in words::read(class.name()) {
            known.entry(word).or_default().class = Some(class);
        }
    }
    let mut set = |list: &[Text], change: fn(&mut Word)| {
        for word in list {
            change(known.entry(word.clone()).or_default());
        }
    };
    set(&words::ABOUT, |word| word.about = true);
    set(&words::OTHER, |word| word.other = true);
    set(&words::SECRET_KEY, |word| word.key = Some(Key::Secret));
    set(&words::OPEN_KEY, |word| word.key = Some(Key::Open));
    set(&words::OPEN_TOKEN, |word| word.open_token = true);
    known
});

fn look_up(word: &str) -> Word {
    WORDS.get(word).copied().unwrap_or_default()
}

/// The class of a name, from its last telling word; `None` for names that are not about a secret.
pub(crate) fn classify(words: &Words) -> Option<NameClass> {
    let class_of = |word: &str| look_up(word).class.or_else(|| class_of_compound(word));
    let last = (0..words.len())
        .rev()
        .find(|at| words.get(*at).is_some_and(|word| class_of(word).is_some()))?;
    let word = words.get(last)?;
    let is_about = || words.last().is_some_and(|word| look_up(word).about);
    if last + 1 < words.len() && is_about() || look_up(word).other || look_up(words.letters()).other
    {
        return None;
    }
    let class = class_of(word)?;
    if class == NameClass::Token && is_place_in_list(words, last) {
        return None;
    }
    if class != NameClass::BareKey {
        return Some(class);
    }
    match last.checked_sub(1).and_then(|before| look_up(words.get(before)?).key) {
        Some(Key::Open) => None,
        Some(Key::Secret) => Some(NameClass::Key),
        None => Some(NameClass::BareKey),
    }
}

/// Whether the token at `last` says where the next page begins: `nextToken`, `next_page_token`, but not
/// `NEXT_PUBLIC_TOKEN`.
fn is_place_in_list(words: &Words, last: usize) -> bool {
    let mut before = (0..last).rev().filter_map(|at| words.get(at));
    let telling = before.find(|word| !matches!(*word, "page" | "forward" | "backward"));
    telling.is_some_and(|word| look_up(word).open_token)
}

/// Words written together: `mysqlpassword`, `dbpasswd`.
fn class_of_compound(word: &str) -> Option<NameClass> {
    let ends =
        |list: &List| list.iter().any(|end| word.len() > end.len() && word.ends_with(&**end));
    let classes = [
        (&words::PASSWORD_END, NameClass::Password),
        (&words::SECRET_END, NameClass::Secret),
        (&words::TOKEN_END, NameClass::Token),
        (&words::KEY_END, NameClass::Key),
    ];
    classes.into_iter().find(|(list, _)| ends(list)).map(|(_, class)| class)
}

/// Bytes of a text whose words are looked at.
const LONGEST: usize = 512;

/// The words of a name, in lower case.
#[derive(Debug, Default)]
pub(crate) struct Words {
    letters: String,
    /// Where each word ends in `letters`.
    ends: Vec<usize>,
}

impl Words {
    /// Splits a name at signs and digits, and where the case says so.
    pub(crate) fn of(name: &[u8]) -> Self {
        let name = name.get(..name.len().min(LONGEST)).unwrap_or_default();
        let mut words =
            Self { letters: String::with_capacity(name.len()), ends: Vec::with_capacity(8) };
        let mut previous = b' ';
        for (at, byte) in name.iter().copied().enumerate() {
            if byte.is_ascii_alphabetic() {
                let next_is_lower = name.get(at + 1).is_some_and(u8::is_ascii_lowercase);
                let starts = !previous.is_ascii_alphabetic()
                    || byte.is_ascii_uppercase()
                        && (previous.is_ascii_lowercase() || next_is_lower);
                if starts && !words.letters.is_empty() {
                    words.ends.push(words.letters.len());
                }
                words.letters.push(char::from(byte.to_ascii_lowercase()));
            }
            previous = byte;
        }
        if !words.letters.is_empty() {
            words.ends.push(words.letters.len());
        }
        words
    }

    /// All words, without what was between them.
    pub(crate) fn letters(&self) -> &str {
        &self.letters
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    fn get(&self, at: usize) -> Option<&str> {
        let start = at.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
        self.letters.get(start..*self.ends.get(at)?)
    }

    fn last(&self) -> Option<&str> {
        self.get(self.len().checked_sub(1)?)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).filter_map(|at| self.get(at))
    }

    pub(crate) fn has(&self, word: &str) -> bool {
        self.iter().any(|known| known == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_every_style() {
        let split =
            |name: &str| Words::of(name.as_bytes()).iter().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(split("dbPassword2_oldXMLKey"), ["db", "password", "old", "xml", "key"]);
        assert_eq!(split("spring.datasource.PASSWORD"), ["spring", "datasource", "password"]);
        assert_eq!(split("42"), [""; 0]);
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
            ("NextToken", None),
            ("nextPageToken", None),
            ("continuation-token", None),
            ("NEXT_PUBLIC_TOKEN", Some(Token)),
            ("FB_PAGE_TOKEN", Some(Token)),
            ("KeyFingerprint", None),
        ] {
            assert_eq!(classify(&Words::of(name.as_bytes())), class, "{name}");
        }
    }
}
