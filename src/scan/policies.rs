//! The policies of a scan: what may hold one is kept until everything is read, then files are joined and checked.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use super::masking::{redactions, unlisted};
use super::{Part, meets, place};
use crate::blob::{Blob, Content, Origin};
use crate::config::{Config, Secrets};
use crate::finding::{Edit, Finding, FindingKind, Fix, Place};
use crate::fingerprint::ContentId;
use crate::location::{Location, Position, Width};
use crate::outcome::{SkipReason, Skipped};
use crate::policy::access::Manifest;
use crate::policy::{self, Analysis, Defect, Stack, Template};
use crate::pool::each;
use crate::secrets;
use crate::snippet::Redaction;
use crate::source::Unit;
use crate::suppress::Near;

/// A file that may hold policies: its text, and what was read of it.
pub(super) struct Held {
    origin: Arc<Origin>,
    text: Box<[u8]>,
    width: Width,
    start: Position,
    unit: Unit,
    template: Template,
}

impl Held {
    /// Reads a whole input.
    pub(super) fn new(blob: &Blob, unit: &Unit) -> Self {
        Self {
            unit: unit.clone(),
            origin: Arc::clone(blob.origin()),
            text: blob.text.into(),
            width: blob.width,
            start: blob.start,
            template: Template::read(blob),
        }
    }
}

/// What the files of a stack gave; where keylint failed, the files alone.
type Checked = Result<Vec<(usize, Analysis)>, Vec<usize>>;

/// A file whose template is joined with the others.
struct File {
    origin: Arc<Origin>,
    text: Box<[u8]>,
    width: Width,
    start: Position,
    unit: Unit,
}

impl File {
    fn blob(&self) -> Blob<'_> {
        let whole = Blob::whole(&self.origin, &self.text, Content::Text);
        Blob { width: self.width, start: self.start, ..whole }
    }
}

/// Joins the files to stacks and checks these, in parallel; results come in the order of the files.
pub(super) fn lint(held: Vec<Held>, config: &Config) -> Part {
    if held.is_empty() {
        return Part::default();
    }
    let split = |held: Held| {
        let Held { origin, text, width, start, unit, template } = held;
        (File { origin, text, width, start, unit }, template)
    };
    let (files, templates): (Vec<File>, Vec<Template>) = held.into_iter().map(split).unzip();
    let (manifest, unread) = manifest(&files);
    let manifest = manifest.with_files(&templates);
    let stacks = each(policy::group(templates), |files| {
        let names: Vec<usize> = files.iter().map(|(at, _)| *at).collect();
        catch_unwind(AssertUnwindSafe(|| Stack::new(files))).map_err(|_| names)
    });
    let (mut joined, mut failed) = (Vec::new(), Vec::new());
    for stack in stacks {
        match stack {
            Ok(stack) => joined.push(stack),
            Err(names) => failed.extend(names),
        }
    }
    policy::follow(&mut joined);
    let options = &config.policy;
    let texts = |file: usize| files.get(file).map_or(&[][..], |file| &file.text);
    let checked: Vec<Checked> = each(joined.iter().collect(), |stack: &Stack| {
        let checked = AssertUnwindSafe(|| policy::check(stack, &texts, options));
        catch_unwind(checked).map_err(|_| stack.files().to_vec())
    });
    let mut analyses: BTreeMap<usize, Analysis> = BTreeMap::new();
    let of_world =
        catch_unwind(AssertUnwindSafe(|| policy::check_world(&joined, &manifest, &texts, options)));
    for result in checked.into_iter().chain([of_world.map_err(|_| vec![0])]) {
        match result {
            Ok(found) => {
                for (file, analysis) in found {
                    analyses.entry(file).or_default().add(analysis);
                }
            }
            Err(names) => failed.extend(names),
        }
    }
    let mut part = Part::default();
    for (file, analysis) in analyses {
        if let Some(file) = files.get(file) {
            part.policies_of(file, analysis, config);
        }
    }
    part.skipped.extend(unread);
    let of_failed = failed.into_iter().filter_map(|file| files.get(file));
    part.skipped.extend(of_failed.map(|file| {
        Skipped::new(
            (*file.origin).clone(),
            SkipReason::Internal,
            "keylint failed on the policies of this input; please report it",
        )
    }));
    part
}

/// The manifest among the files; where it says what cannot be, that.
fn manifest(files: &[File]) -> (Manifest, Option<Skipped>) {
    let paths: Vec<_> =
        files.iter().map(|file| file.origin.full_path().unwrap_or_default()).collect();
    let named: Vec<(&Path, &[u8])> =
        paths.iter().zip(files).map(|(path, file)| (&**path, &*file.text)).collect();
    match Manifest::among(&named) {
        Ok(manifest) => (manifest, None),
        Err((file, error)) => {
            let skipped = files.get(file).map(|file| {
                let detail = format!(
                    "the manifest says what cannot be: {error}; `keylint access` shows where"
                );
                Skipped::new((*file.origin).clone(), SkipReason::Malformed, detail)
            });
            (Manifest::default(), skipped)
        }
    }
}

impl Part {
    fn policies_of(&mut self, file: &File, mut analysis: Analysis, config: &Config) {
        if !self.keep_changed(file, &mut analysis) {
            return;
        }
        self.stats.documents += analysis.documents;
        self.skipped.extend(analysis.unread.into_iter().map(|unread| {
            Skipped::new(
                (*file.origin).clone(),
                if unread.is_limit { SkipReason::Limit } else { SkipReason::Malformed },
                format!("policies were not read: {}", unread.problem),
            )
        }));
        if analysis.defects.is_empty() {
            return;
        }
        let blob = file.blob();
        // Whatever half is asked for, a secret in a policy must not be shown.
        let detections = unlisted(&blob, config, &mut secrets::Scratch::default());
        let redactions = redactions(&detections, config.secrets);
        let hidden = hidden(&analysis.defects, &redactions, config.secrets);
        let mut locator = blob.locator();
        let locations = edit_locations(&blob, &analysis.defects);
        let id = ContentId::of(blob.text);
        let masks = secrets::Masks::new(&blob, &redactions);
        for defect in analysis.defects {
            if defect.confidence < config.min_confidence {
                self.stats.below_confidence += 1;
                let near = Near { text: blob.text, span: &defect.span, hidden: &hidden };
                let location = locator.locate(&defect.span);
                self.comments.below(&near, (&file.origin, location), &defect.meta, config);
                continue;
            }
            let location = locator.locate(&defect.span);
            let mut place = place(&blob, &defect.span, location, &hidden, &defect.meta);
            let near = Near { text: blob.text, span: &defect.span, hidden: &hidden };
            self.comments.about(&mut place, &near, config);
            let message = masks.put_on(&defect.message);
            place.fix = fix(&defect.fix, &locations, id);
            self.findings.push(policy_finding(defect, message, place, config));
        }
    }

    /// Leaves out what concerns documents of which no line is new; false for a file that is only read for others.
    fn keep_changed(&mut self, file: &File, analysis: &mut Analysis) -> bool {
        if file.unit.is_context() {
            return false;
        }
        if analysis.defects.is_empty() {
            return true;
        }
        let Some(added) = file.unit.added() else { return true };
        let blob = file.blob();
        let mut locator = blob.locator();
        let all = analysis.defects.len();
        analysis.defects.retain(|defect| {
            let Location { start, end } = locator.locate(&defect.within);
            meets(&added, &(start.offset..end.offset))
        });
        self.stats.unchanged += (all - analysis.defects.len()) as u64;
        true
    }
}

/// Where the edits of all defects are, looked up in the order of the text.
fn edit_locations(blob: &Blob, defects: &[Defect]) -> HashMap<Range<usize>, Location> {
    // A text that was transcoded, is not the whole input or lies in an archive has no bytes to edit.
    let is_member = matches!(**blob.origin(), Origin::Member { .. });
    if blob.width != Width::Bytes || blob.start != Position::START || is_member {
        return HashMap::new();
    }
    let mut spans: Vec<&Range<usize>> =
        defects.iter().flat_map(|defect| &defect.fix).map(|edit| &edit.span).collect();
    spans.sort_by_key(|span| span.start);
    let mut locator = blob.locator();
    spans.into_iter().map(|span| (span.clone(), locator.locate(span))).collect()
}

fn fix(
    edits: &[policy::Edit],
    locations: &HashMap<Range<usize>, Location>,
    of: ContentId,
) -> Option<Fix> {
    let edit = |edit: &policy::Edit| {
        Some(Edit { location: *locations.get(&edit.span)?, text: edit.text.clone() })
    };
    let edits: Vec<Edit> = edits.iter().map(edit).collect::<Option<_>>()?;
    (!edits.is_empty()).then_some(Fix { edits, of })
}

fn policy_finding(defect: Defect, message: String, place: Place, config: &Config) -> Finding {
    let severity = config.severities.get(&defect.meta.id).copied().unwrap_or(defect.severity);
    Finding {
        rule: defect.meta,
        severity,
        confidence: defect.confidence,
        message,
        places: vec![place],
        kind: FindingKind::Policy { supersedes: defect.supersedes },
        fingerprint: defect.fingerprint,
        history: None,
    }
}

/// What must not be shown of a file: the secrets found in it, and the values that a check says are one.
fn hidden(defects: &[Defect], known: &[Redaction], secrets: Secrets) -> Vec<Redaction> {
    let own = defects.iter().filter(|_| secrets == Secrets::Masked);
    let own = own.filter_map(|defect| Some(Redaction { span: defect.secret.clone()?, keep: 0 }));
    let mut all: Vec<Redaction> = own.chain(known.iter().cloned()).collect();
    all.sort_by_key(|redaction| (redaction.span.start, redaction.keep));
    let mut apart: Vec<Redaction> = Vec::with_capacity(all.len());
    for redaction in all {
        match apart.last_mut().filter(|last| redaction.span.start < last.span.end) {
            Some(last) => last.span.end = last.span.end.max(redaction.span.end),
            None => apart.push(redaction),
        }
    }
    apart
}
