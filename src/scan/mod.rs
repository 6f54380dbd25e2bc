//! The program: list what is to be read, read it in parallel, analyse each blob, join the results.

mod access;
mod batch;
mod findings;
mod large;
mod masking;
mod policies;

use std::cell::RefCell;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::blob::{Blob, Origin};
use crate::config::{Config, Halves, Secrets};
use crate::finding::Finding;
use crate::location::Location;
use crate::outcome::{Outcome, SkipReason, Skipped, Stats};
use crate::policy;
use crate::pool::{handed_out, has_others, in_pool, joined};
use crate::profile::{Meter, Profile, Stage};
use crate::secrets::{self, Detected, Detection, Gathered};
use crate::source::{self, Listing, ReadStats, Source, SourceError, Unit};
use crate::suppress::allow;
pub use access::{AccessError, Before, Past, access, access_before, access_of, grant};
use batch::{Batch, OWN};
use findings::{place, secret_finding, written};
use large::Chunks;
pub use masking::masked;
use masking::{mask_history, mask_instructions, redactions};
use policies::Held;

/// How far a scan is; another thread may look.
#[derive(Debug, Default)]
pub struct Progress {
    /// Inputs to read; 0 until they are listed.
    pub total: AtomicU64,
    /// Inputs read.
    pub done: AtomicU64,
}

/// Scans the sources.
///
/// # Errors
///
/// When a source cannot be what the user meant. Everything else ends up in [`Outcome::skipped`].
pub fn scan(
    sources: &[Source],
    config: &Config,
    progress: &Progress,
) -> Result<Outcome, SourceError> {
    let list = || {
        let meter = Meter::new(config.clock);
        meter.enter(Stage::Listing);
        let listing = catch_unwind(AssertUnwindSafe(|| source::list(sources, &config.selection)));
        let listing = listing.unwrap_or_else(|_| Ok(unlisted_sources(sources)))?;
        Ok((listing, meter.take()))
    };
    let scan_listed = |(listing, profile): (Listing, Profile)| {
        let mut outcome = scan_all(&listing, config, progress);
        outcome.profile.add(&profile);
        outcome
    };
    if sources.iter().any(Source::has_history) {
        return in_pool(config.threads, || list().map(scan_listed));
    }
    let listed = list()?;
    // One input is not worth a thread, where the stack of this one is as large.
    let units = listed.0.units.len();
    if units < 2 && cfg!(unix) {
        return Ok(scan_listed(listed));
    }
    Ok(in_pool(config.threads.min(units), move || scan_listed(listed)))
}

fn scan_all(listing: &Listing, config: &Config, progress: &Progress) -> Outcome {
    let meter = Meter::new(config.clock);
    meter.enter(Stage::Scanning);
    progress.total.store(listing.units.len() as u64, Ordering::Relaxed);
    let read = |unit: &Unit| {
        let part = analyse(unit, config);
        progress.done.fetch_add(1, Ordering::Relaxed);
        part
    };
    let mut part = joined(&listing.units, read, Part::then);
    meter.enter(Stage::Linting);
    let linted = policies::lint(std::mem::take(&mut part.policies), config);
    let mut part = part.then(linted);
    meter.enter(Stage::Assembling);
    part.findings.sort_by_cached_key(place_and_rule);

    let mut outcome = Outcome { stats: part.stats, profile: part.profile, ..Outcome::default() };
    outcome.stats.census.add(&listing.census);
    outcome.stats.git = listing.objects;
    let (findings, notes) =
        secrets::assemble(part.findings, &part.gathered, &config.rules, &config.severities);
    outcome.findings = findings;
    source::trace(listing, &mut outcome.findings);
    mask_history(&mut outcome.findings, config);
    mask_instructions(&mut outcome.findings, config);
    if config.secrets == Secrets::Masked {
        secrets::mask_repeats(&mut outcome.findings);
    }
    outcome.notes = [config.notes.as_slice(), listing.notes.as_slice(), &notes].concat();
    outcome.skipped.clone_from(&listing.skipped);
    outcome.skipped.extend(part.skipped);
    outcome
        .skipped
        .sort_by(|a, b| (&a.origin, a.reason, &a.detail).cmp(&(&b.origin, b.reason, &b.detail)));
    outcome.skipped.dedup();
    allow::apply(&mut outcome.findings, &mut outcome.skipped, &config.allows);
    outcome.profile.add(&meter.take());
    outcome
}

/// What is left when keylint fails on what the sources are: that they were not scanned.
fn unlisted_sources(sources: &[Source]) -> Listing {
    let origin = |source: &Source| match source {
        Source::Stdin => Origin::Stdin,
        Source::Path(path) => Origin::File { path: path.clone() },
        Source::Git(git) => Origin::File { path: git.repository.clone() },
        Source::Image(image) => Origin::File { path: (&image.name).into() },
    };
    let skipped = sources.iter().map(|source| failed(origin(source))).collect();
    Listing { skipped, ..Listing::default() }
}

/// What some inputs gave.
#[derive(Default)]
struct Part {
    findings: Vec<Finding>,
    /// What is no finding, and may say something of one.
    gathered: Gathered,
    skipped: Vec<Skipped>,
    stats: Stats,
    profile: Profile,
    /// What may hold policies, kept until all of it is there.
    policies: Vec<Held>,
}

/// What findings are sorted by.
fn place_and_rule(finding: &Finding) -> (Option<(Arc<Origin>, u64)>, String) {
    let first = finding.places.first();
    let place = first.map(|place| (Arc::clone(&place.origin), place.location.start.offset));
    (place, finding.rule.id.clone())
}

thread_local! {
    /// Buffers of one thread. Who uses some takes them out: while one waits, the thread may do other work.
    static SOURCE: RefCell<Vec<source::Scratch>> = RefCell::default();
    static SECRETS: RefCell<Vec<secrets::Scratch>> = RefCell::default();
}

fn with_source(read: impl FnOnce(&mut source::Scratch)) {
    let mut scratch = SOURCE.with_borrow_mut(Vec::pop).unwrap_or_default();
    read(&mut scratch);
    SOURCE.with_borrow_mut(|spare| spare.push(scratch));
}

fn with_secrets(config: &Config, look: impl FnOnce(&mut secrets::Scratch)) {
    let mut scratch = SECRETS.with_borrow_mut(Vec::pop).unwrap_or_default();
    scratch.meter = Meter::new(config.clock);
    scratch.meter.enter(Stage::Reading);
    look(&mut scratch);
    scratch.forget();
    SECRETS.with_borrow_mut(|spare| spare.push(scratch));
}

/// Analyses one input. A defect of keylint on one input must not end the scan of the others.
fn analyse(unit: &Unit, config: &Config) -> Part {
    let mut part = Part::default();
    let analysed = catch_unwind(AssertUnwindSafe(|| {
        with_source(|source| part.unit(unit, config, source));
    }));
    if analysed.is_err() {
        part.skipped.push(failed(unit.origin()));
    }
    part
}

fn failed(origin: Origin) -> Skipped {
    let detail = "keylint failed on this input; please report it";
    Skipped::new(origin, SkipReason::Internal, detail)
}

impl Part {
    /// This part and what came after it.
    fn then(mut self, next: Self) -> Self {
        self.findings.extend(next.findings);
        self.gathered.add(next.gathered);
        self.skipped.extend(next.skipped);
        self.stats.add(&next.stats);
        self.profile.add(&next.profile);
        self.policies.extend(next.policies);
        self
    }

    fn unit(&mut self, unit: &Unit, config: &Config, scratch: &mut source::Scratch) {
        let lints = config.halves != Halves::Secrets && unit.has_policies();
        let shares = has_others() && unit.is_independent();
        let (mut chunks, mut skipped, mut read) =
            (Chunks::default(), Vec::new(), ReadStats::default());
        let mut reading = |hand_out: &mut dyn FnMut(Batch)| {
            let (mut seen, mut batch) = (0, Batch::default());
            with_secrets(config, |secrets| {
                read = source::read(unit, scratch, &mut skipped, &mut |blob| {
                    if lints {
                        chunks.see(blob);
                    }
                    seen += blob.text.len();
                    if !shares || seen <= OWN {
                        return self.visit(blob, unit, config, secrets);
                    }
                    batch.add(blob);
                    if batch.is_full() {
                        hand_out(std::mem::take(&mut batch));
                    }
                });
                self.profile.add(&secrets.meter.take());
            });
            if !batch.is_empty() {
                hand_out(batch);
            }
        };
        let parts = if shares {
            handed_out(|batch: Batch| batch.analyse(unit, config), reading)
        } else {
            reading(&mut |_| {});
            Vec::new()
        };
        let part = parts.into_iter().fold(std::mem::take(self), Self::then);
        *self = part;
        self.count(read);
        self.skipped.extend(skipped);
        self.keep_added(unit);
        self.large_policies(&chunks, unit);
        for member in chunks.members(unit) {
            match member {
                Ok(held) => self.policies.push(held),
                Err(skipped) => self.skipped.push(skipped),
            }
        }
    }

    fn count(&mut self, read: ReadStats) {
        let ReadStats { inputs, bytes, binary, archives, layers, excluded } = read;
        self.stats.files += inputs;
        self.stats.bytes += bytes;
        self.stats.binary += binary;
        self.stats.archives += archives;
        self.stats.layers += layers;
        self.stats.census.excluded += excluded;
    }

    /// Reads an input once more that was too large to be handed out whole.
    fn large_policies(&mut self, chunks: &Chunks, unit: &Unit) {
        if chunks.may_hold_policy() {
            let again = source::read_whole(unit, &mut |blob| {
                self.policies.push(Held::new(blob, unit));
            });
            self.skipped.extend(again.err());
        }
    }

    /// Analyses a blob. A defect of keylint on one must not end the scan of the others.
    fn visit(&mut self, blob: &Blob, unit: &Unit, config: &Config, secrets: &mut secrets::Scratch) {
        let seen = catch_unwind(AssertUnwindSafe(|| self.look_at(blob, unit, config, secrets)));
        if seen.is_err() {
            self.skipped.push(failed((**blob.origin()).clone()));
        }
        secrets.meter.enter(Stage::Reading);
    }

    fn look_at(
        &mut self,
        blob: &Blob,
        unit: &Unit,
        config: &Config,
        secrets: &mut secrets::Scratch,
    ) {
        if unit.has_secrets() && config.halves != Halves::Policy {
            self.secrets(blob, config, secrets);
        }
        let lints = config.halves != Halves::Secrets && unit.has_policies();
        if lints && blob.is_whole {
            secrets.meter.enter(Stage::Policies);
            let is_manifest = |blob: &Blob| {
                let path = blob.origin().path();
                path.is_some_and(|path| policy::access::is_manifest(path, blob.text))
            };
            if policy::may_hold_policy(blob) || is_manifest(blob) {
                self.policies.push(Held::new(blob, unit));
            }
        }
    }

    /// Leaves out what stands on lines that were there before.
    fn keep_added(&mut self, unit: &Unit) {
        if self.findings.is_empty() {
            return;
        }
        let Some(added) = unit.added() else { return };
        let is_new = |finding: &Finding| {
            finding.places.iter().any(|place| {
                // Of an archive that changed, all is new.
                if matches!(*place.origin, Origin::Member { .. }) {
                    return !added.is_empty();
                }
                let Location { start, end } = place.location;
                meets(&added, &(start.offset..end.offset))
            })
        };
        let (new, old): (Vec<_>, Vec<_>) = self.findings.drain(..).partition(is_new);
        self.findings = new;
        self.stats.unchanged += old.len() as u64;
        for finding in &old {
            self.gathered.unlisted(finding);
        }
    }

    fn secrets(&mut self, blob: &Blob, config: &Config, scratch: &mut secrets::Scratch) {
        let Detected { detections, gaps } =
            config.rules.detect(blob, config.now, scratch, &mut self.stats);
        self.gathered.material(blob, scratch);
        for rule in scratch.take_unfinished() {
            let detail = format!("rule {rule} matches too often; it did not see all of this");
            self.skipped.push(Skipped::new((**blob.origin()).clone(), SkipReason::Limit, detail));
        }
        for gap in gaps {
            self.skip_once(Skipped::new((**blob.origin()).clone(), SkipReason::Limit, gap));
        }
        if detections.is_empty() {
            return;
        }
        let redactions = redactions(&detections, config.secrets);
        let mut locator = blob.locator();
        for (at, detection) in detections.iter().enumerate() {
            let span = detection.span();
            let location = locator.locate(&span);
            if detection.confidence < config.min_confidence {
                self.stats.below_confidence += 1;
                self.gathered.below(detection, blob, location, &config.rules);
                continue;
            }
            let mut place = place(blob, &span, location, &redactions, detection.meta());
            let earlier = detections.get(..at).unwrap_or_default();
            place.written = Some(Box::new(written((detection, earlier), blob, config.secrets)));
            if place.suppressed.is_none() {
                place.suppressed = config.rules.allowlisted(detection, blob);
            }
            self.findings.push(secret_finding(detection, place, config));
        }
    }

    /// Names a gap that several chunks of one input may have.
    fn skip_once(&mut self, skipped: Skipped) {
        if !self.skipped.iter().rev().take(4).any(|known| *known == skipped) {
            self.skipped.push(skipped);
        }
    }
}

/// Whether a stretch of bytes has one in common with any of `spans`, which are sorted and apart.
fn meets(spans: &[Range<u64>], stretch: &Range<u64>) -> bool {
    let after = spans.partition_point(|span| span.end <= stretch.start);
    spans.get(after).is_some_and(|span| span.start < stretch.end.max(stretch.start + 1))
}

/// Secrets that are hidden but neither listed nor counted here.
fn unlisted<'a>(
    blob: &Blob,
    config: &'a Config,
    scratch: &mut secrets::Scratch,
) -> Vec<Detection<'a>> {
    config.rules.detect(blob, config.now, scratch, &mut Stats::default()).detections
}
