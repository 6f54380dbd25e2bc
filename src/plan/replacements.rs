//! What `git filter-repo --replace-text` reads, to take the secrets of a history out of it. It holds them in clear.
//!
//! Each line is `literal:` or `regex:`, the bytes as they stand in the files, `==>` and what takes their place. The file has no
//! comments: filter-repo would take them for texts to replace. Literals are replaced before regexes, each in its order.
//! <https://github.com/newren/git-filter-repo/blob/main/Documentation/git-filter-repo.txt>

use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::finding::{Finding, FindingKind, Place, Secret, Verdict};
use crate::outcome::Outcome;

/// What takes the place of a secret.
const REMOVED: &[u8] = b"==>***REMOVED***\n";
/// Bytes that are compared to find out which literals lie in longer texts; beyond, all of them are written as regexes, which is
/// right as well.
const MAX_COMPARED: usize = 200_000_000;

/// A file for `git filter-repo`, and what it does not help against.
#[derive(Debug)]
pub struct Replacements {
    /// The lines.
    pub text: Secret,
    /// How many they are.
    pub lines: usize,
    /// What filter-repo does not rewrite, sorted.
    pub left: Vec<Left>,
}

/// A place that `--replace-text` does not reach.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Left {
    /// The place, harmless to show.
    pub place: String,
    /// Why, without a full stop.
    pub why: &'static str,
}

/// The lines, by what has to be done first.
#[derive(Default)]
struct Lines {
    /// Values of one line.
    literals: BTreeSet<(Reverse<usize>, Vec<u8>)>,
    /// Values of several lines.
    long: BTreeSet<(Reverse<usize>, Vec<u8>)>,
    /// Values that could be words: with what stands before them, so that the word stays elsewhere.
    weak: BTreeSet<(Vec<u8>, Vec<u8>)>,
    left: BTreeSet<Left>,
}

/// Makes the file for all findings that count. Their places must have been kept, as they are under `--reveal`.
pub fn replacements(outcome: &Outcome) -> Replacements {
    let mut lines = Lines::default();
    for finding in outcome.active() {
        if matches!(&finding.kind, FindingKind::Secret { verdict, .. } if *verdict != Verdict::PublicKnown)
        {
            for place in finding.places.iter().filter(|place| place.suppressed.is_none()) {
                lines.add(place, finding);
            }
        }
    }
    let left = std::mem::take(&mut lines.left).into_iter().collect();
    let all = lines.written();
    Replacements { lines: all.len(), text: Secret::new(&all.concat()), left }
}

impl Lines {
    fn add(&mut self, place: &Place, finding: &Finding) {
        let mut leave = |why| {
            self.left.insert(Left { place: super::spread::at(place), why });
        };
        let Some(written) = place.written.as_ref().and_then(|written| written.bytes.as_ref())
        else {
            return leave("it is the file itself that gives a secret away");
        };
        if !written.is_plain {
            return leave("it is not plain text: an archive, a binary file or UTF-16");
        }
        let value = written.value.reveal().to_vec();
        if value.is_empty() {
            return leave("it is the file itself that gives a secret away");
        }
        // A value that could be guessed may be a word that stands in many places.
        if finding.fingerprint.as_str().starts_with("w1:") {
            self.weak.insert((written.before.reveal().to_vec(), value));
        } else if value.contains(&b'\n') || value.contains(&b'\r') {
            self.long.insert((Reverse(value.len()), value));
        } else {
            self.literals.insert((Reverse(value.len()), value));
        }
    }

    /// What is in something longer comes after it: filter-repo would not find that any more.
    fn written(mut self) -> Vec<Vec<u8>> {
        let all = |set: &BTreeSet<(Reverse<usize>, Vec<u8>)>| {
            set.iter().map(|(_, value)| value.len()).sum::<usize>()
        };
        let size = all(&self.long)
            + self.weak.iter().map(|(before, value)| before.len() + value.len()).sum::<usize>();
        let is_cheap = size.saturating_mul(self.literals.len()) <= MAX_COMPARED;
        let is_within = |value: &[u8]| {
            let holds = |text: &[u8]| memchr::memmem::find(text, value).is_some();
            self.long.iter().any(|(_, text)| holds(text))
                || self.weak.iter().any(|(before, text)| holds(before) || holds(text))
        };
        let (late, early): (Vec<_>, Vec<_>) = std::mem::take(&mut self.literals)
            .into_iter()
            .partition(|(_, value)| !is_cheap || is_within(value));
        let mut lines: Vec<Vec<u8>> = early
            .into_iter()
            .map(|(_, value)| [b"literal:", &value[..], REMOVED].concat())
            .collect();
        let weak = self.weak.iter().map(|(before, value)| context(before, value));
        let long = self.long.iter().map(|(_, value)| pattern(value));
        lines.extend(
            long.chain(weak)
                .chain(late.iter().map(|(_, value)| pattern(value)))
                .map(|regex| [b"regex:", &regex[..], REMOVED].concat()),
        );
        lines
    }
}

/// A regex of Python that matches these bytes.
fn pattern(bytes: &[u8]) -> Vec<u8> {
    let mut regex = Vec::with_capacity(2 * bytes.len());
    for byte in bytes {
        if byte.is_ascii_alphanumeric() || *byte == b'_' {
            regex.push(*byte);
        } else {
            regex.extend(format!("\\x{byte:02x}").bytes());
        }
    }
    regex
}

/// A value where it stands behind what stood before it, or at the start of a line.
fn context(before: &[u8], value: &[u8]) -> Vec<u8> {
    let mut regex = if before.is_empty() {
        b"(?m)^".to_vec()
    } else {
        [b"(?<=", &pattern(before)[..], b")"].concat()
    };
    regex.extend(pattern(value));
    regex
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(lines: &Lines) -> String {
        let copy = Lines {
            literals: lines.literals.clone(),
            long: lines.long.clone(),
            weak: lines.weak.clone(),
            left: BTreeSet::new(),
        };
        String::from_utf8_lossy(&copy.written().concat()).into_owned()
    }

    fn values(values: &[&[u8]]) -> BTreeSet<(Reverse<usize>, Vec<u8>)> {
        values.iter().map(|value| (Reverse(value.len()), value.to_vec())).collect()
    }

    #[test]
    fn literals_come_longest_first_and_keep_their_bytes() {
        let all =
            Lines { literals: values(&[b"abc==>d", b"regex:abcd", b"#x"]), ..Lines::default() };
        assert_eq!(
            lines(&all),
            "literal:regex:abcd==>***REMOVED***\nliteral:abc==>d==>***REMOVED***\nliteral:#x==>***REMOVED***\n"
        );
    }

    #[test]
    fn what_lies_in_something_longer_comes_after_it() {
        let all = Lines {
            literals: values(&[b"inner", b"apart"]),
            long: values(&[b"a\ninner\xff"]),
            weak: BTreeSet::from([
                (b"pw = ".to_vec(), b"word".to_vec()),
                (Vec::new(), b"x.y".to_vec()),
            ]),
            left: BTreeSet::new(),
        };
        let wanted = [
            "literal:apart",
            r"regex:a\x0ainner\xff",
            r"regex:(?m)^x\x2ey",
            r"regex:(?<=pw\x20\x3d\x20)word",
            "regex:inner",
        ];
        let wanted = wanted.map(|line| format!("{line}==>***REMOVED***\n")).concat();
        assert_eq!(lines(&all), wanted);
    }
}
