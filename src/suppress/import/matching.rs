//! Which findings of a scan the claims of other scanners are about: never one more than a claim names.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::path::{Path, PathBuf};

use sha1::{Digest, Sha1};

use super::{Claim, Import, Told, Tool, plain};
use crate::blob::{Origin, inert, path_bytes};
use crate::finding::{Finding, FindingKind};
use crate::history::At;

/// How many hashes of parts of secrets are tried at most: some scanners hash less than the whole secret.
const MAX_TRIALS: u32 = 5_000_000;
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
    let mut index = Index::new(findings, tree);
    let mut result = Matched::default();
    let mut open: Vec<(Unmatched, Vec<usize>)> = Vec::new();
    for (tool, claim) in
        imports.iter().flat_map(|import| import.claims.iter().map(|c| (import.tool, c)))
    {
        let path = below(&claim.path, tree);
        let on_line = index.on_line(&path, claim);
        match index.named(&path, claim, &on_line) {
            Ok(named) => {
                result.claims += 1;
                named.into_iter().for_each(|at| result.take(at, tool, claim));
            }
            Err(why) => {
                let is_gone =
                    why == Why::Nothing && claim.commit.is_none() && !(tree.exists)(&path);
                let why = if is_gone { Why::Gone } else { why };
                let (line, commit) = (claim.line, claim.commit.clone());
                open.push((Unmatched { path: claim.path.clone(), line, commit, why }, on_line));
            }
        }
    }
    for (unmatched, on_line) in open {
        let is_known = |at: &usize| result.findings.contains_key(at);
        if unmatched.why == Why::Others && on_line.iter().all(is_known) {
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
            std::collections::btree_map::Entry::Vacant(entry) => {
                entry.insert(reason);
            }
            std::collections::btree_map::Entry::Occupied(mut entry) => {
                if reason.len() > entry.get().len() && claim.is_secret.is_some() {
                    entry.insert(reason);
                }
            }
        }
    }
}

/// A path as the findings have it, from the root.
fn below(path: &Path, tree: &Tree) -> PathBuf {
    let is_known = !tree.absolute.as_os_str().is_empty();
    let relative = path.strip_prefix(tree.absolute).ok().filter(|_| is_known && path.is_absolute());
    relative.unwrap_or(path).to_owned()
}

/// One place of a finding.
struct Spot {
    finding: usize,
    first: u64,
    last: u64,
    commit: Option<String>,
}

/// The findings by where they are and what they are.
struct Index<'a> {
    findings: &'a [Finding],
    spots: HashMap<PathBuf, Vec<Spot>>,
    /// Secrets that nobody can guess: they are the same wherever they are.
    strong: HashMap<[u8; 20], usize>,
    trials: u32,
}

impl<'a> Index<'a> {
    fn new(findings: &'a [Finding], tree: &Tree) -> Self {
        let mut index =
            Self { findings, spots: HashMap::new(), strong: HashMap::new(), trials: MAX_TRIALS };
        for (number, finding) in findings.iter().enumerate() {
            let Some(secret) = secret(finding) else { continue };
            if finding.fingerprint.as_str().starts_with("s1:") {
                index.strong.insert(Sha1::digest(secret).into(), number);
            }
            for place in &finding.places {
                let (path, commit) = match &*place.origin {
                    Origin::File { path } => (path.strip_prefix(tree.root).unwrap_or(path), None),
                    Origin::Git(git) => match &git.at {
                        At::Commit { commit, .. } => (git.path.as_path(), Some(commit.to_string())),
                        _ => continue,
                    },
                    _ => continue,
                };
                let (first, last) = (place.location.start.line, place.location.end.line);
                let spot = Spot { finding: number, first, last, commit };
                index.spots.entry(plain(&path.to_string_lossy())).or_default().push(spot);
            }
        }
        index
    }

    /// The findings on the line of a claim, each once.
    fn on_line(&self, path: &Path, claim: &Claim) -> Vec<usize> {
        let spots = self.spots.get(path).map_or(&[][..], Vec::as_slice);
        let fits = |spot: &&Spot| {
            (spot.first..=spot.last).contains(&claim.line) && spot.commit == claim.commit
        };
        let mut found: Vec<usize> = spots.iter().filter(fits).map(|spot| spot.finding).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The findings that a claim names.
    fn named(&mut self, path: &Path, claim: &Claim, on_line: &[usize]) -> Result<Vec<usize>, Why> {
        let one = |found: Vec<usize>| match found.len() {
            0 if on_line.is_empty() => Err(Why::Nothing),
            0 => Err(Why::Others),
            1 => Ok(found),
            _ => Err(Why::Several),
        };
        let findings = self.findings;
        let those = |fits: &mut dyn FnMut(&Finding) -> bool| -> Vec<usize> {
            on_line.iter().copied().filter(|at| findings.get(*at).is_some_and(&mut *fits)).collect()
        };
        match &claim.told {
            Told::Place => one(on_line.to_vec()),
            Told::PrivateKey => one(those(&mut |finding| finding.rule.id.contains("private-key"))),
            Told::Start(start) => one(those(&mut |finding| {
                secret(finding).is_some_and(|secret| secret.starts_with(start.as_bytes()))
            })),
            Told::Sha1(_) | Told::Whole(_) => {
                let mut trials = self.trials;
                let here = those(&mut |finding| names(&claim.told, finding, &mut trials));
                self.trials = trials;
                if here.is_empty() {
                    self.elsewhere(path, claim).map_or_else(|| one(here), Ok)
                } else {
                    Ok(here)
                }
            }
        }
    }

    /// The findings with just this secret: in the same file, else one that nobody can guess, anywhere.
    fn elsewhere(&self, path: &Path, claim: &Claim) -> Option<Vec<usize>> {
        let hash = match &claim.told {
            Told::Sha1(hash) => *hash,
            Told::Whole(text) => Sha1::digest(text).into(),
            _ => return None,
        };
        let is_same = |at: &usize| {
            let found = self.findings.get(*at).and_then(secret);
            found.is_some_and(|secret| <[u8; 20]>::from(Sha1::digest(secret)) == hash)
        };
        let spots = self.spots.get(path).map_or(&[][..], Vec::as_slice);
        let mut in_file: Vec<usize> = spots.iter().map(|spot| spot.finding).collect();
        in_file.sort_unstable();
        in_file.dedup();
        in_file.retain(is_same);
        let anywhere = || self.strong.get(&hash).map(|at| vec![*at]);
        if in_file.is_empty() { anywhere() } else { Some(in_file) }
    }
}

/// The secret of a finding; a file that is one by its name has none.
fn secret(finding: &Finding) -> Option<&[u8]> {
    let FindingKind::Secret { secret, .. } = &finding.kind else { return None };
    Some(secret.reveal()).filter(|secret| !secret.is_empty())
}

/// Whether a claim is about a secret on its line. Scanners differ in what they count to a secret, so that one may be a
/// part of the other.
fn names(told: &Told, finding: &Finding, trials: &mut u32) -> bool {
    let Some(secret) = secret(finding) else { return false };
    match told {
        Told::Whole(text) => is_alike(&squeezed(text.as_bytes()), &squeezed(secret)),
        Told::Sha1(hash) => is_hash_of_part(hash, secret, trials),
        Told::Place | Told::PrivateKey | Told::Start(_) => false,
    }
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

/// Whether a hash is that of a secret, or of half of it at least.
fn is_hash_of_part(hash: &[u8; 20], secret: &[u8], trials: &mut u32) -> bool {
    let is = |part: &[u8]| <[u8; 20]>::from(Sha1::digest(part)) == *hash;
    if is(secret) {
        return true;
    }
    if secret.len() > MAX_WHOLE {
        return false;
    }
    let least = MIN_PART.max(secret.len().div_ceil(2));
    for length in (least..secret.len()).rev() {
        for part in secret.windows(length) {
            *trials = trials.saturating_sub(1);
            if *trials == 0 {
                return false;
            }
            if is(part) {
                return true;
            }
        }
    }
    false
}
