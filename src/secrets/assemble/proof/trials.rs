//! Which secret is tried on what, in what order, and how often.

use std::collections::{BTreeMap, BTreeSet};

use super::super::gathered::Gathered;
use super::super::material::Known;
use super::super::near::{Distance, Spot, in_file, in_folder};
use super::super::{Terms, place_name, verdict};
use super::lock::{Effort, Lock};
use super::{Meaning, Proof};
use crate::finding::{Finding, FindingKind, Verdict};
use crate::pool;

/// Trials of a scan that take microseconds each.
const QUICK: usize = 1_000;
/// Trials of a scan that take up to a second each.
const SLOW: usize = 20;
/// Places of one token, key or hash that are looked around.
const PLACES: usize = 16;
/// Secrets in a file or directory that come into question for one token, key or hash.
const CANDIDATES: usize = QUICK;
/// Passwords that come into question for one hash, which stands near its password.
const NEAREST: usize = 3;
/// Longer secrets are documents.
const LONGEST: usize = 512;

/// Something that a secret may fit, and where it stands.
struct Locked<'a> {
    lock: Lock<'a>,
    /// The finding that it is; `None` for hashes.
    finding: Option<usize>,
    spots: Vec<Spot<'a>>,
}

/// What may fit: the secrets of findings by their numbers, then those that are not listed.
struct Keys<'a> {
    secrets: BTreeMap<usize, &'a [u8]>,
    /// Where all of them lie.
    all: Vec<Spot<'a>>,
    /// Where those lie that people think of.
    passwords: Vec<Spot<'a>>,
}

/// The trials that are left.
struct Budget {
    quick: usize,
    slow: usize,
}

impl Budget {
    const fn left(&mut self, effort: Effort) -> Option<&mut usize> {
        match effort {
            Effort::Quick if self.quick > 0 => Some(&mut self.quick),
            Effort::Slow if self.slow > 0 => Some(&mut self.slow),
            _ => None,
        }
    }
}

/// Tries secrets on what lies near them: all of the same files first. What takes long is tried on all cores.
pub(super) fn run(
    findings: &[Finding],
    gathered: &Gathered,
    terms: Terms,
) -> (Vec<Proof>, Vec<String>) {
    let locked = locked(findings, gathered);
    if locked.is_empty() {
        return (Vec::new(), Vec::new());
    }
    let keys = Keys::new(findings, gathered, terms);
    let fits = |(number, item): Trial| {
        let key = keys.secrets.get(&item);
        key.is_some_and(|key| locked.get(number).is_some_and(|locked| locked.lock.fits(key)))
    };
    // What would be tried if nothing fitted. Where something fits, there is time for more.
    let mut slow: Vec<Trial> = Vec::new();
    let is_slow =
        |number: usize| locked.get(number).is_some_and(|all| all.lock.effort() == Effort::Slow);
    sweep(&locked, &keys, findings.len(), &mut |trial| {
        slow.extend(is_slow(trial.0).then_some(trial));
        false
    });
    let known: BTreeMap<Trial, bool> =
        pool::each(slow, |trial| (trial, fits(trial))).into_iter().collect();
    let Swept { proofs, untried } = sweep(&locked, &keys, findings.len(), &mut |trial| {
        known.get(&trial).copied().unwrap_or_else(|| fits(trial))
    });
    let note = || {
        format!(
            "not tried with every secret in their directory: {untried} of the signed tokens, encrypted keys and hashes of passwords; a scan makes at most {QUICK} quick and {SLOW} slow trials",
        )
    };
    (proofs, (untried > 0).then(note).into_iter().collect())
}

/// The number of a lock and that of a secret.
type Trial = (usize, usize);

/// What trials showed, and on how many locks not all were made.
struct Swept {
    proofs: Vec<Proof>,
    untried: usize,
}

/// Makes the trials in their order, as far as the budget goes.
fn sweep(
    locked: &[Locked],
    keys: &Keys,
    findings: usize,
    fits: &mut dyn FnMut(Trial) -> bool,
) -> Swept {
    let mut budget = Budget { quick: QUICK, slow: SLOW };
    let mut tried = vec![BTreeSet::new(); locked.len()];
    let mut open = vec![true; locked.len()];
    let mut untried = BTreeSet::new();
    let mut proofs = Vec::new();
    for distance in [Distance::File, Distance::Folder] {
        for (number, locked) in locked.iter().enumerate() {
            let (Some(tried), Some(open)) = (tried.get_mut(number), open.get_mut(number)) else {
                continue;
            };
            if !*open {
                continue;
            }
            let near = Nearby { keys, distance };
            match locked.search(near, &mut budget, tried, &mut |item| fits((number, item))) {
                Search::Fits { lock, key } => {
                    *open = false;
                    proofs.extend(locked.proofs(&lock, &key, findings));
                }
                Search::Unfinished => _ = untried.insert(number),
                Search::Nothing => {}
            }
        }
    }
    Swept { proofs, untried: untried.len() }
}

/// The secrets that are looked at, and how far they may lie away.
#[derive(Clone, Copy)]
struct Nearby<'k, 'a> {
    keys: &'k Keys<'a>,
    distance: Distance,
}

fn locked<'a>(findings: &'a [Finding], gathered: &'a Gathered) -> Vec<Locked<'a>> {
    let of_finding = findings.iter().enumerate().filter_map(|(at, finding)| {
        let FindingKind::Secret { secret, .. } = &finding.kind else { return None };
        let lock = Lock::of(secret.reveal())?;
        let places = finding.places.iter().take(PLACES);
        let spots = places.map(|p| Spot::new(&p.origin, p.location.start.line, at)).collect();
        Some(Locked { lock, finding: Some(at), spots })
    });
    let hashes = gathered.public_material().iter().filter_map(|material| {
        let Known::Hash(hash) = &material.known else { return None };
        let spots = vec![Spot::new(&material.origin, material.line, 0)];
        Some(Locked { lock: Lock::Hash(hash), finding: None, spots })
    });
    of_finding.chain(hashes).collect()
}

impl<'a> Keys<'a> {
    fn new(findings: &'a [Finding], gathered: &'a Gathered, terms: Terms) -> Self {
        let mut keys = Self { secrets: BTreeMap::new(), all: Vec::new(), passwords: Vec::new() };
        for (item, finding) in findings.iter().enumerate() {
            let FindingKind::Secret { secret, .. } = &finding.kind else { continue };
            if verdict(finding) == Some(Verdict::PublicKnown) {
                continue;
            }
            let spots = finding.places.iter();
            let spots = spots.map(|p| Spot::new(&p.origin, p.location.start.line, item));
            let is_password = finding.places.iter().any(|p| terms.rules.is_scored(&p.rule.id));
            keys.add(secret.reveal(), item, spots, is_password);
        }
        for (at, unlisted) in gathered.unlisted_secrets().iter().enumerate() {
            let item = findings.len() + at;
            let spot = Spot::new(&unlisted.origin, unlisted.line, item);
            let is_password = terms.rules.is_scored(&unlisted.rule.id);
            keys.add(unlisted.secret.reveal(), item, [spot], is_password);
        }
        keys.all.sort_unstable();
        keys.passwords.sort_unstable();
        keys
    }

    fn add(
        &mut self,
        secret: &'a [u8],
        item: usize,
        spots: impl IntoIterator<Item = Spot<'a>>,
        is_password: bool,
    ) {
        if secret.len() > LONGEST || Lock::of(secret).is_some() {
            return;
        }
        self.secrets.insert(item, secret);
        let before = self.all.len();
        self.all.extend(spots);
        if is_password {
            self.passwords.extend(self.all.get(before..).unwrap_or_default());
        }
    }
}

/// What became of one thing that secrets were tried on.
enum Search<'a> {
    /// Where it stands, and where the secret that fits.
    Fits { lock: Spot<'a>, key: Spot<'a> },
    /// Nothing fits.
    Nothing,
    /// Not all were tried.
    Unfinished,
}

impl<'a> Locked<'a> {
    fn search(
        &self,
        Nearby { keys, distance }: Nearby<'_, 'a>,
        budget: &mut Budget,
        tried: &mut BTreeSet<usize>,
        fits: &mut dyn FnMut(usize) -> bool,
    ) -> Search<'a> {
        let effort = self.lock.effort();
        let mut is_finished = true;
        for spot in &self.spots {
            let near = self.near(keys, spot, distance);
            if budget.left(effort).is_none() {
                let is_new = |key: &Spot| !tried.contains(&key.item);
                is_finished &= !near.iter().take(CANDIDATES).any(is_new);
                continue;
            }
            is_finished &= near.len() <= CANDIDATES;
            let mut near: Vec<&Spot> = near.iter().take(CANDIDATES).collect();
            near.sort_by_key(|key| (key.origin != spot.origin, key.line.abs_diff(spot.line)));
            if matches!(self.lock, Lock::Hash(_)) && near.len() > NEAREST {
                is_finished = false;
                near.truncate(NEAREST);
            }
            for key in near {
                if tried.contains(&key.item) || !keys.secrets.contains_key(&key.item) {
                    continue;
                }
                let Some(left) = budget.left(effort) else {
                    is_finished = false;
                    break;
                };
                *left = left.saturating_sub(self.lock.price());
                tried.insert(key.item);
                if fits(key.item) {
                    return Search::Fits { lock: *spot, key: *key };
                }
            }
        }
        if is_finished { Search::Nothing } else { Search::Unfinished }
    }

    /// What comes into question: a token may be signed with anything, all else is under a password.
    fn near<'k>(&self, keys: &'k Keys<'a>, at: &Spot, distance: Distance) -> &'k [Spot<'a>] {
        let spots =
            if matches!(self.lock, Lock::Token { .. }) { &keys.all } else { &keys.passwords };
        if distance == Distance::File { in_file(spots, at) } else { in_folder(spots, at) }
    }

    /// What is said of both, as far as they are findings.
    fn proofs(&self, lock: &Spot, key: &Spot, findings: usize) -> Vec<Proof> {
        let (does, called) = self.lock.words();
        let (at_lock, at_key) =
            (place_name(lock.origin, lock.line), place_name(key.origin, key.line));
        let of_lock = self.finding.map(|of| Proof {
            of,
            says: format!("{called} is at {at_key}"),
            by: at_key,
            means: Meaning::Open,
        });
        let of_key = (key.item < findings).then(|| Proof {
            of: key.item,
            says: format!("it {does} at {at_lock}"),
            by: at_lock,
            means: Meaning::Real,
        });
        of_lock.into_iter().chain(of_key).collect()
    }
}
