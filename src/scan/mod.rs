//! The program: list what is to be read, read it in parallel, analyse each blob, join the results.

mod access;
mod batch;
mod comments;
mod decisions;
mod findings;
mod job;
mod large;
mod masking;
mod policies;
mod scratch;

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::blob::{Blob, Origin};
use crate::config::{Config, Halves, Secrets};
use crate::finding::Finding;
use crate::location::Location;
use crate::outcome::{Outcome, SkipReason, Skipped, Stats};
use crate::policy;
use crate::pool::{handed_out, has_others, in_pool, joined};
use crate::profile::{Meter, Profile, Stage};
use crate::secrets::{self, Detected, Gathered};
use crate::source::{self, Listing, ReadStats, Source, SourceError, Text, Unit};
use crate::suppress::{Near, peer};
pub use access::{AccessError, Before, Past, access, access_before, access_of, grant};
use batch::{Batch, OWN};
use comments::{Comments, Looked};
pub use decisions::covers;
use findings::{place, secret_finding, written};
use job::Job;
pub use job::Progress;
use large::Chunks;
pub use masking::masked;
use masking::{mask_history, mask_instructions, redactions};
use policies::Held;
use scratch::{with_secrets, with_source};

/// Scans the sources.
///
/// # Errors
///
/// When a source cannot be what the user meant. Everything else ends up in [`Outcome::skipped`].
///
/// # Examples
///
/// The policies of a directory, without secrets:
///
/// ```
/// use keylint::config::{Config, ConfigFile, Flags, Halves};
/// use keylint::scan::{Progress, scan};
/// use keylint::source::Source;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let directory = tempfile::tempdir()?;
/// # let directory = directory.path();
/// std::fs::write(directory.join("policy.json"), r#"{"Version": "2012-10-17", "Statement": [
///     {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue",
///      "Resource": "arn:aws:secretsmanager:us-east-1:111122223333:secret:shop/db"}]}"#)?;
///
/// let flags = Flags { halves: Some(Halves::Policy), threads: 2, ..Flags::default() };
/// let checks: Vec<&str> = keylint::policy::ids().collect();
/// let config = Config::new(&ConfigFile::default(), &flags, &checks)?;
/// let outcome = scan(&[Source::Path(directory.into())], &config, &Progress::default())?;
/// assert!(outcome.findings.iter().any(|found| found.rule.id == "sm-arn-missing-suffix"));
/// # Ok(())
/// # }
/// ```
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
        let mut outcome = scan_all(&listing, sources, config, progress);
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

fn scan_all(
    listing: &Listing,
    sources: &[Source],
    config: &Config,
    progress: &Progress,
) -> Outcome {
    let meter = Meter::new(config.clock);
    meter.enter(Stage::Scanning);
    progress.total.store(listing.units.len() as u64, Ordering::Relaxed);
    let read = |unit: &Unit| {
        let part = analyse(unit, Job { config, progress });
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
    outcome.left_out.clone_from(&listing.left_out);
    outcome.skipped.clone_from(&listing.skipped);
    outcome.skipped.extend(part.skipped);
    outcome
        .skipped
        .sort_by(|a, b| (&a.origin, a.reason, &a.detail).cmp(&(&b.origin, b.reason, &b.detail)));
    outcome.skipped.dedup();
    outcome.stale = part.comments.stale(config);
    decisions::apply(&mut outcome, sources, config);
    outcome.profile.add(&meter.take());
    outcome
}

/// What is left when keylint fails on what the sources are: that they were not scanned.
fn unlisted_sources(sources: &[Source]) -> Listing {
    let origin = |source: &Source| match source {
        Source::Stdin { name: None } => Origin::Stdin,
        Source::Text(Text { name: path, .. })
        | Source::Stdin { name: Some(path) }
        | Source::Path(path) => Origin::File { path: path.clone() },
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
    comments: Comments,
}

/// What findings are sorted by.
fn place_and_rule(finding: &Finding) -> (Option<(Arc<Origin>, u64)>, String) {
    let first = finding.places.first();
    let place = first.map(|place| (Arc::clone(&place.origin), place.location.start.offset));
    (place, finding.rule.id.clone())
}

/// Analyses one input. A defect of keylint on one input must not end the scan of the others.
fn analyse(unit: &Unit, job: Job) -> Part {
    let mut part = Part::default();
    let analysed = catch_unwind(AssertUnwindSafe(|| {
        with_source(|source| part.unit(unit, job, source));
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
        self.comments.add(next.comments);
        self
    }

    fn unit(&mut self, unit: &Unit, job: Job, scratch: &mut source::Scratch) {
        let config = job.config;
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
                        return self.visit(blob, unit, job, secrets);
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
            handed_out(|batch: Batch| batch.analyse(unit, job), reading)
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
    fn visit(&mut self, blob: &Blob, unit: &Unit, job: Job, secrets: &mut secrets::Scratch) {
        let config = job.config;
        let seen = catch_unwind(AssertUnwindSafe(|| self.look_at(blob, unit, config, secrets)));
        job.progress.bytes.fetch_add(blob.owns.len() as u64, Ordering::Relaxed);
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
        let looks_for_secrets = unit.has_secrets() && config.halves != Halves::Policy;
        if looks_for_secrets {
            self.secrets(blob, config, secrets);
        }
        let lints = config.halves != Halves::Secrets && unit.has_policies();
        // Of a policy that was there before, not all is reported.
        let for_policies =
            lints && config.policy.kind.is_none() && !unit.is_context() && unit.added().is_none();
        let looked = Looked { for_secrets: looks_for_secrets, for_policies };
        self.comments.seen(blob, looked, config);
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
                let near = Near { text: blob.text, span: &span, hidden: &redactions };
                self.comments.below(&near, (blob.origin(), location), detection.meta(), config);
                continue;
            }
            let mut place = place(blob, &span, location, &redactions, detection.meta());
            let earlier = detections.get(..at).unwrap_or_default();
            place.written = Some(Box::new(written((detection, earlier), blob, config.secrets)));
            let near = Near { text: blob.text, span: &span, hidden: &redactions };
            self.comments.about(&mut place, &near, config);
            if place.suppressed.is_none() && !detection.is_of_file() {
                place.suppressed = peer::find(&near);
            }
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
