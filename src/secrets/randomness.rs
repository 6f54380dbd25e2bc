//! How random a string looks, in bits, compared with the words that people and programs use.
//!
//! A fixed entropy threshold is wrong at both ends: a string of n characters cannot exceed log2(n) bits a character.
//! Instead, each letter is asked how surprising it is after the two before it, and the answer is compared with the
//! surprise that chance would give. The bits add up, so that short strings stay undecided and long ones do not.

/// Surprisal of a letter after two others, in sixteenths of a bit; made by `scripts/trigrams.py`.
const TRIGRAMS: &[u8; 27 * 27 * 27] = include_bytes!("../../rules/secrets/trigrams.bin");
/// What one of 26 letters or an edge costs when all are equally likely: log2(27).
const CHANCE: f32 = 4.755;
/// Bytes of a string that are looked at: by then nothing is open, and hostile texts have long strings within long strings.
const TELLING: usize = 512;
/// Each change between letters and digits within a string speaks for chance, as words seldom have any.
const PER_CHANGE: f32 = 1.5;
/// Each digit costs log2(10) by chance; people write years and small numbers, for about half of that.
const PER_DIGIT: f32 = 0.8;

/// Bits of evidence that `text` was drawn at random rather than written: negative for words, positive for tokens.
///
/// Words and identifiers lie between −2 and −0.5 bits a character, random letters near +3 (measured on 20 000 words of
/// a dictionary and as many random strings; see the tests).
pub(crate) fn evidence(text: &[u8]) -> f32 {
    let text = text.get(..text.len().min(TELLING)).unwrap_or_default();
    let (mut bits, mut before, mut previous) = (0.0, (0, 0), Kind::Other);
    let edge = |before: &mut (usize, usize)| {
        if *before == (0, 0) { 0.0 } else { surprise(std::mem::take(before), 0) }
    };
    for (at, byte) in text.iter().copied().enumerate() {
        let kind = Kind::of(byte);
        if changes(previous, kind) {
            bits += PER_CHANGE;
        }
        match kind {
            Kind::Upper | Kind::Lower => {
                let next_is_lower = text.get(at + 1).is_some_and(u8::is_ascii_lowercase);
                let new_word = kind == Kind::Upper
                    && (previous == Kind::Lower || previous == Kind::Upper && next_is_lower);
                if new_word {
                    bits += edge(&mut before);
                }
                let letter = letter(byte);
                bits += surprise(before, letter);
                before = (before.1, letter);
            }
            Kind::Digit => {
                bits += edge(&mut before)
                    + if text.get(at.wrapping_sub(1)) == Some(&byte) { -1.0 } else { PER_DIGIT };
            }
            Kind::Other => bits += edge(&mut before),
        }
        previous = kind;
    }
    bits + edge(&mut before)
}

fn surprise((first, second): (usize, usize), letter: usize) -> f32 {
    let sixteenths =
        TRIGRAMS.get(27 * 27 * first + 27 * second + letter).copied().unwrap_or(u8::MAX);
    f32::from(sixteenths) / 16.0 - CHANCE
}

/// Bits of surprise that three bytes hold in text, roughly: a sign counts as an edge with three bits of its own,
/// a space as the most common byte there is.
pub(crate) fn surprise_of([a, b, c]: [u8; 3]) -> f32 {
    let sign = |byte: u8| match byte {
        b' ' => -8.0,
        _ if byte.is_ascii_alphabetic() => 0.0,
        _ => 3.0,
    };
    let of_three = surprise((letter(a), letter(b)), letter(c));
    of_three - frequency(a).log2() - frequency(b).log2() + sign(a) + sign(b) + sign(c)
}

/// How often a byte occurs in text, roughly, from 0 to 1; both cases of a letter are one.
pub(crate) const fn frequency(byte: u8) -> f32 {
    const BY_BYTE: [f32; 256] = {
        let mut table = [0.0; 256];
        let mut byte = u8::MAX;
        loop {
            table[byte as usize] = FREQUENCY[letter(byte)];
            if byte == 0 {
                break table;
            }
            byte -= 1;
        }
    };
    BY_BYTE[byte as usize]
}

/// 1 to 26 for letters, 0 for anything else.
const fn letter(byte: u8) -> usize {
    match byte {
        b'a'..=b'z' => (byte - b'a' + 1) as usize,
        b'A'..=b'Z' => (byte - b'A' + 1) as usize,
        _ => 0,
    }
}

/// Of anything but letters, each, and of each letter in English text, from a to z; rough figures.
const FREQUENCY: [f32; 27] = [
    0.02, 0.065, 0.012, 0.022, 0.034, 0.1, 0.018, 0.016, 0.05, 0.056, 0.001, 0.006, 0.032, 0.019,
    0.054, 0.06, 0.015, 0.001, 0.048, 0.05, 0.073, 0.022, 0.008, 0.019, 0.001, 0.016, 0.001,
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Upper,
    Lower,
    Digit,
    Other,
}

impl Kind {
    const fn of(byte: u8) -> Self {
        match byte {
            b'A'..=b'Z' => Self::Upper,
            b'a'..=b'z' => Self::Lower,
            b'0'..=b'9' => Self::Digit,
            _ => Self::Other,
        }
    }
}

/// Between letters and digits only: signs separate words in every language.
fn changes(from: Kind, to: Kind) -> bool {
    matches!(
        (from, to),
        (Kind::Digit, Kind::Upper | Kind::Lower) | (Kind::Upper | Kind::Lower, Kind::Digit)
    )
}

/// Bits that guessing `secret` takes at least, from its length and the kinds of characters it has.
///
/// An upper bound on its entropy, less what the words in it give away: good enough to tell a human password
/// from an issued token, and nothing more.
pub(crate) fn guessing_bits(secret: &[u8]) -> f32 {
    let has = |test: fn(&u8) -> bool| secret.iter().any(test);
    let alphabet =
        match (has(u8::is_ascii_digit), has(u8::is_ascii_lowercase), has(u8::is_ascii_uppercase)) {
            (true, false, false) => 10.0_f32,
            (_, true, true) => 62.0,
            _ if secret.iter().all(u8::is_ascii_hexdigit) => 16.0,
            _ => 36.0,
        };
    let mut seen = [false; 256];
    for byte in secret {
        seen[usize::from(*byte)] = true;
    }
    let distinct =
        f32::from(u16::try_from(seen.iter().filter(|seen| **seen).count()).unwrap_or(256));
    // Few distinct characters mean repetition, whatever the alphabet could be.
    let per_character = alphabet.log2().min(distinct.log2() + 0.5);
    #[expect(clippy::cast_precision_loss, reason = "secrets are short")]
    let length = secret.len() as f32;
    let words = evidence(secret).min(0.0);
    (length * per_character + 3.0 * words).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_speak_against_and_tokens_for() {
        for word in [
            "password",
            "changeMe",
            "example_token",
            "getUserName",
            "my-secret-key",
            "VALUE_FROM_ENV",
            "incorrect",
        ] {
            assert!(evidence(word.as_bytes()) < 0.0, "{word}: {}", evidence(word.as_bytes()));
        }
        for token in [
            "jmwnh",
            "bjanglpm",
            "8Pt7nUmUfouV6Vj",
            "xu7kyfetxhk3",
            "VTAKCSILRGEYSY",
            "0a9f3bc1d4e5",
        ] {
            assert!(evidence(token.as_bytes()) > 5.0, "{token}: {}", evidence(token.as_bytes()));
        }
    }

    #[test]
    fn evidence_grows_with_length() {
        assert!(evidence(b"bjanglpmxqvcuwtz") > 1.5 * evidence(b"bjanglpm"));
    }

    #[test]
    fn weak_and_strong() {
        for weak in [
            "hunter2",
            "correcthorsebattery",
            "Sommer2024!",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "12345678901234567890",
        ] {
            assert!(
                guessing_bits(weak.as_bytes()) < 70.0,
                "{weak}: {}",
                guessing_bits(weak.as_bytes())
            );
        }
        for strong in ["8b7e0deaaf7df94a4f8f480a1c", "J3kf9Qm2Zx8Lw5Rt", "qz7xkvj2mwpf9rth4b"] {
            assert!(
                guessing_bits(strong.as_bytes()) >= 70.0,
                "{strong}: {}",
                guessing_bits(strong.as_bytes())
            );
        }
    }
}
