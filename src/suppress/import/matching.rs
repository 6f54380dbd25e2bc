//! Which findings of a scan the claims of other scanners are about: never one more than a claim names.

use std::cell::Cell;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::path::{Path, PathBuf};

use sha1::{Digest, Sha1};

use super::{Claim, Import, Told, Tool};
use crate::blob::{Origin, inert, path_bytes};
use crate::finding::{Finding, FindingKind, Place};
use crate::history::At;

/// How many bytes are compared and hashed at most in search of parts of secrets: some scanners take less than the whole.
const MAX_BYTES: usize = 1 << 30;
/// How many findings of a line a claim is compared with.
const MAX_ON_LINE: usize = 1000;
/// How many lines of a secret are looked up.
const MAX_LINES: usize = 1000;
/// The longest secret whose parts are tried, in bytes.
const MAX_WHOLE: usize = 200;
/// The shortest part of a secret that may stand for it, in bytes.
const MIN_PART: usize = 8;

/// What was scanned.
pub struct Tree<'a> {
    /// As the origins of findings begin.
    pub root: &'a Path,
    /// The same, from the root of the file system; empty where that is not known.
    pub absolute: &'a Path,
    /// The files that the claims are from, as the origins of findings have them: what they quote is not found there.
    pub imported: &'a [PathBuf],
    /// Whether there is a file of this name, below the root.
    pub exists: &'a dyn Fn(&Path) -> bool,
}

/// What became of the claims.
#[derive(Debug, Default)]
pub struct Matched {
    /// The numbers of the findings that are claimed, each with the reason for its entry.
    pub findings: BTreeMap<usize, String>,
    /// How many claims are about these.
    pub claims: usize,
    /// How many further claims are about the same lines, and name no other secret that was found there.
    pub repeats: usize,
    /// Claims that are about no finding, in their order.
    pub unmatched: Vec<Unmatched>,
}

/// A claim that is about no finding.
#[derive(Debug)]
pub struct Unmatched {
    path: PathBuf,
    line: u64,
    commit: Option<String>,
    why: Why,
}

/// Why a claim is about no finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Why {
    /// Nothing is found there.
    Nothing,
    /// There is no such file any more.
    Gone,
    /// What is found there are other secrets.
    Others,
    /// Several secrets are found there, and it does not say which is meant.
    Several,
}

/// Claims about one file that are about no finding, for one reason. `Display` is harmless to show.
#[derive(Debug)]
pub struct Unfound<'m> {
    first: &'m Unmatched,
    /// How many claims more.
    more: usize,
}

impl fmt::Display for Unfound<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Unmatched { path, line, commit, why } = self.first;
        if let Some(commit) = commit {
            let short: String = commit.chars().take(8).collect();
            write!(f, "{}:", inert(short.as_bytes()))?;
        }
        let path = inert(&path_bytes(path));
        write!(f, "{}:{line}", if path.is_empty() { "(no file)" } else { &path })?;
        match self.more {
            0 => {}
            1 => f.write_str(" and 1 entry more")?,
            more => write!(f, " and {more} entries more")?,
        }
        f.write_str(match why {
            Why::Nothing => ": nothing is found there",
            Why::Gone => ": there is no such file",
            Why::Others => ": what is found there are other secrets",
            Why::Several => ": several secrets are found there, and it does not say which",
        })
    }
}

/// Says which findings the claims are about.
pub fn matched(imports: &[Import], findings: &[Finding], tree: &Tree) -> Matched {
    let index = Index::new(findings, tree);
    let mut result = Matched::default();
    let mut open: Vec<(Unmatched, &[usize])> = Vec::new();
    for import in imports {
        for claim in &import.claims {
            let path = below(&claim.path, tree);
            let file = index.files.get(path);
            let on_line = file.map_or(&[][..], |file| file.on_line(claim));
            match index.named(file, claim, on_line) {
                Ok(named) => {
                    result.claims += 1;
                    for at in named {
                        result.take(at, import.tool, claim);
                    }
                }
                Err(why) => {
                    let is_gone =
                        why == Why::Nothing && claim.commit.is_none() && !(tree.exists)(path);
                    let why = if is_gone { Why::Gone } else { why };
                    let (line, commit) = (claim.line, claim.commit.clone());
                    let path = claim.path.clone();
                    open.push((Unmatched { path, line, commit, why }, on_line));
                }
            }
        }
    }
    for (unmatched, on_line) in open {
        let is_known = |at: &usize| result.findings.contains_key(at);
        let is_few = on_line.len() <= MAX_ON_LINE;
        if unmatched.why == Why::Others && is_few && on_line.iter().all(is_known) {
            result.repeats += 1;
        } else {
            result.unmatched.push(unmatched);
        }
    }
    result
}

impl Matched {
    /// The claims that are about no finding, by file and reason, in the order of the first.
    pub fn by_file(&self) -> Vec<Unfound<'_>> {
        let mut numbers: HashMap<(&Path, Option<&str>, Why), usize> = HashMap::new();
        let mut files: Vec<Unfound> = Vec::new();
        for first in &self.unmatched {
            let key = (first.path.as_path(), first.commit.as_deref(), first.why);
            let number = *numbers.entry(key).or_insert(files.len());
            match files.get_mut(number) {
                Some(known) => known.more += 1,
                None => files.push(Unfound { first, more: 0 }),
            }
        }
        files
    }

    /// Notes that a finding is claimed; what somebody decided says more than that it was found.
    fn take(&mut self, finding: usize, tool: Tool, claim: &Claim) {
        let reason = claim.reason(tool);
        match self.findings.entry(finding) {
            Entry::Vacant(entry) => {
                entry.insert(reason);
            }
            Entry::Occupied(mut entry) => {
                if reason.len() > entry.get().len() && claim.is_secret.is_some() {
                    entry.insert(reason);
                }
            }
        }
    }
}

/// A path as the findings have it, from the root.
fn below<'p>(path: &'p Path, tree: &Tree) -> &'p Path {
    let is_known = path.is_absolute() && !tree.absolute.as_os_str().is_empty();
    path.strip_prefix(tree.absolute).ok().filter(|_| is_known).unwrap_or(path)
}

/// The SHA-1 of a secret.
type Hash = [u8; 20];

/// The findings of one file, by their numbers.
#[derive(Default)]
struct InFile {
    /// By line and commit.
    by_line: HashMap<(u64, Option<String>), Vec<usize>>,
    by_hash: HashMap<Hash, Vec<usize>>,
}

impl InFile {
    fn add(&mut self, number: usize, place: &Place, commit: Option<&str>, hash: Hash) {
        let (first, last) = (place.location.start.line, place.location.end.line);
        for line in (first..=last).take(MAX_LINES) {
            put(self.by_line.entry((line, commit.map(str::to_owned))).or_default(), number);
        }
        put(self.by_hash.entry(hash).or_default(), number);
    }

    fn on_line(&self, claim: &Claim) -> &[usize] {
        let key = (claim.line, claim.commit.clone());
        self.by_line.get(&key).map_or(&[], Vec::as_slice)
    }
}

/// Findings come in the order of their numbers.
fn put(numbers: &mut Vec<usize>, number: usize) {
    if numbers.last() != Some(&number) {
        numbers.push(number);
    }
}

/// The findings by where they are and what they are.
struct Index<'a> {
    findings: &'a [Finding],
    files: HashMap<PathBuf, InFile>,
    /// Secrets that nobody can guess: they are the same wherever they are.
    strong: HashMap<Hash, [usize; 1]>,
    /// Bytes that may still be compared or hashed, in search of parts of secrets.
    budget: Cell<usize>,
}

impl<'a> Index<'a> {
    fn new(findings: &'a [Finding], tree: &Tree) -> Self {
        let (files, strong) = (HashMap::new(), HashMap::new());
        let mut index = Self { findings, files, strong, budget: Cell::new(MAX_BYTES) };
        for (number, finding) in findings.iter().enumerate() {
            let Some(secret) = secret(finding) else { continue };
            let hash = Sha1::digest(secret).into();
            let is_quoted = |origin: &Origin| matches!(origin, Origin::File { path } if tree.imported.contains(path));
            let mut places =
                finding.places.iter().filter(|place| !is_quoted(&place.origin)).peekable();
            if finding.fingerprint.as_str().starts_with("s1:") && places.peek().is_some() {
                index.strong.insert(hash, [number]);
            }
            for place in places {
                let (path, commit) = match &*place.origin {
                    Origin::File { path } => (path.strip_prefix(tree.root).unwrap_or(path), None),
                    Origin::Git(git) => match &git.at {
                        At::Commit { commit, .. } => (git.path.as_path(), Some(commit.to_string())),
                        _ => continue,
                    },
                    _ => continue,
                };
                index.files.entry(path.to_owned()).or_default().add(
                    number,
                    place,
                    commit.as_deref(),
                    hash,
                );
            }
        }
        index
    }

    /// The findings that a claim names.
    fn named(
        &self,
        file: Option<&InFile>,
        claim: &Claim,
        on_line: &[usize],
    ) -> Result<Vec<usize>, Why> {
        let one = |found: Vec<usize>| match found.as_slice() {
            [] if on_line.is_empty() => Err(Why::Nothing),
            [] => Err(Why::Others),
            [_] => Ok(found),
            _ => Err(Why::Several),
        };
        let those = |fits: &dyn Fn(&Finding) -> bool| -> Vec<usize> {
            let few = on_line.iter().take(MAX_ON_LINE).copied();
            few.filter(|at| self.findings.get(*at).is_some_and(fits)).collect()
        };
        let hash = match &claim.told {
            Told::Place => return one(on_line.iter().take(2).copied().collect()),
            Told::PrivateKey => {
                return one(those(&|finding| finding.rule.id.contains("private-key")));
            }
            Told::Start(start) => {
                let starts = |secret: &[u8]| secret.starts_with(start.as_bytes());
                return one(those(&|finding| secret(finding).is_some_and(starts)));
            }
            Told::Sha1(hash) => *hash,
            Told::Whole(text) => Sha1::digest(text).into(),
        };
        let same = file.and_then(|file| file.by_hash.get(&hash)).map_or(&[][..], Vec::as_slice);
        let same = same.get(..same.len().min(MAX_ON_LINE)).unwrap_or_default();
        let here: Vec<usize> =
            same.iter().copied().filter(|at| on_line.binary_search(at).is_ok()).collect();
        if !here.is_empty() {
            return Ok(here);
        }
        if !same.is_empty() {
            return Ok(same.to_vec());
        }
        let parts = those(&|finding| self.is_part(&claim.told, finding));
        match self.strong.get(&hash) {
            _ if !parts.is_empty() => Ok(parts),
            Some(elsewhere) => Ok(elsewhere.to_vec()),
            None => one(parts),
        }
    }

    /// Whether a claim is about a secret on its line. Scanners differ in what they count to a secret, so that one may be a
    /// part of the other.
    fn is_part(&self, told: &Told, finding: &Finding) -> bool {
        let Some(secret) = secret(finding) else { return false };
        match told {
            Told::Whole(text) => {
                self.pays(text.len() + secret.len())
                    && is_alike(&squeezed(text.as_bytes()), &squeezed(secret))
            }
            Told::Sha1(hash) => self.is_hash_of_part(*hash, secret),
            Told::Place | Told::PrivateKey | Told::Start(_) => false,
        }
    }

    /// Whether a hash is that of a part of a secret, half of it at least.
    fn is_hash_of_part(&self, hash: Hash, secret: &[u8]) -> bool {
        let least = MIN_PART.max(secret.len().div_ceil(2));
        if secret.len() > MAX_WHOLE {
            return false;
        }
        let mut parts = (least..secret.len()).rev().flat_map(|length| secret.windows(length));
        // SHA-1 works on blocks of 64 bytes.
        parts.any(|part| self.pays(part.len() + 64) && Hash::from(Sha1::digest(part)) == hash)
    }

    /// Takes bytes out of the budget, if they are in it.
    fn pays(&self, bytes: usize) -> bool {
        let left = self.budget.get().checked_sub(bytes);
        left.inspect(|left| self.budget.set(*left)).is_some()
    }
}

/// The secret of a finding; a file that is one by its name has none.
fn secret(finding: &Finding) -> Option<&[u8]> {
    let FindingKind::Secret { secret, .. } = &finding.kind else { return None };
    Some(secret.reveal()).filter(|secret| !secret.is_empty())
}

/// A key of several lines is written in one by some.
fn squeezed(secret: &[u8]) -> Vec<u8> {
    secret.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect()
}

/// Whether one is the other, or holds it.
fn is_alike(theirs: &[u8], ours: &[u8]) -> bool {
    let holds = |whole: &[u8], part: &[u8]| memchr::memmem::find(whole, part).is_some();
    let is_enough = |part: &[u8], whole: &[u8]| part.len() >= MIN_PART.max(whole.len() / 2);
    theirs == ours
        || ours.len() >= MIN_PART && holds(theirs, ours)
        || is_enough(theirs, ours) && holds(ours, theirs)
}
