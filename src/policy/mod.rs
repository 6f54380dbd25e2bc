//! Policies: documents are read out of a blob, checked, and what is wrong with them is reported.

mod actions;
mod arn;
mod checks;
mod condition;
mod document;
mod fix;
mod glob;
mod link;
mod principal;
mod read;
mod text;
mod tree;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, LazyLock};

use crate::blob::Blob;
use crate::finding::{Confidence, RuleMeta, Severity};
use crate::fingerprint::Fingerprint;
use checks::{Check, Violation};
use document::Document;
use read::json;

pub use document::Kind;
pub use link::{Stack, follow, group};
pub use read::Template;

/// The largest document that is checked, in bytes: AWS takes at most 32 KiB (of a key policy).
/// <https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html>
const MAX_DOCUMENT: usize = 1024 * 1024;

/// What is known of every check, in the order of the table.
static METAS: LazyLock<Vec<Arc<RuleMeta>>> =
    LazyLock::new(|| checks::all().map(|check| Arc::new(meta(check))).collect());

/// What is known of every check.
pub fn metas() -> impl Iterator<Item = &'static Arc<RuleMeta>> {
    METAS.iter()
}

fn meta(check: &Check) -> RuleMeta {
    let kind = |kind: &document::Kind| match kind {
        document::Kind::Identity => "identity",
        document::Kind::Resource => "resource",
        document::Kind::Key => "key",
        document::Kind::Trust => "trust",
        document::Kind::Endpoint => "endpoint",
        document::Kind::ServiceControl => "service-control",
        document::Kind::ResourceControl => "resource-control",
    };
    let tags = ["policy", "aws"].into_iter().chain(check.kinds.iter().map(kind));
    RuleMeta {
        id: check.id.into(),
        title: check.title.into(),
        help: check.help.into(),
        severity: check.severity,
        confidence: check.confidence,
        references: vec![check.url.into()],
        tags: tags.map(Into::into).collect(),
    }
}

/// One defect of a policy document, in a blob.
#[derive(Clone, Debug)]
pub struct Defect {
    /// The check that found it.
    pub meta: Arc<RuleMeta>,
    /// At most the check's own.
    pub severity: Severity,
    /// How sure the check is.
    pub confidence: Confidence,
    /// Where, in bytes of the blob.
    pub span: Range<usize>,
    /// What AWS makes of it.
    pub message: String,
    /// The more general checks that found the same.
    pub supersedes: Vec<String>,
    /// Its identity across runs.
    pub fingerprint: Fingerprint,
}

/// What the policies of a blob gave.
#[derive(Clone, Debug, Default)]
pub struct Analysis {
    /// Sorted by place, then check.
    pub defects: Vec<Defect>,
    /// Documents that were checked.
    pub documents: u64,
    /// What could not be read or checked.
    pub unread: Vec<Unread>,
}

/// A part of a blob that was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// Why, in words, without a full stop.
    pub problem: String,
    /// Whether a limit of keylint is the reason, not the text.
    pub is_limit: bool,
}

/// Whether a blob that is a whole input may hold a policy. Costs one pass over the text.
pub fn may_hold_policy(blob: &Blob) -> bool {
    read::may_hold_policy(blob)
}

/// Whether a chunk says that its input may: the first by how it starts, any by its words.
pub fn chunk_may_hold_policy(blob: &Blob) -> (bool, bool) {
    (read::may_start_policy(blob), read::has_any_word(blob.text))
}

/// What the policy half is told.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The ids of checks that do not take part.
    pub disabled: Vec<String>,
    /// What every document is, when the user says so.
    pub kind: Option<Kind>,
}

/// Reads and checks blobs that are all there is.
pub fn analyse(blobs: &[Blob], options: &Options) -> Vec<Analysis> {
    let templates = blobs.iter().map(Template::read).collect();
    let mut stacks: Vec<Stack> = group(templates).into_iter().map(Stack::new).collect();
    follow(&mut stacks);
    let mut analyses: Vec<Analysis> = blobs.iter().map(|_| Analysis::default()).collect();
    for stack in &stacks {
        let texts = |file: usize| blobs.get(file).map_or(&[][..], |blob| blob.text);
        for (file, analysis) in check(stack, &texts, options) {
            if let Some(place) = analyses.get_mut(file) {
                *place = analysis;
            }
        }
    }
    analyses
}

/// Checks a stack: what each of its files gave. `texts` are the files as they were read.
pub fn check<'t>(
    stack: &Stack,
    texts: &dyn Fn(usize) -> &'t [u8],
    options: &Options,
) -> Vec<(usize, Analysis)> {
    let mut analyses: BTreeMap<usize, Analysis> =
        stack.files.iter().map(|file| (*file, Analysis::default())).collect();
    for root in &stack.roots {
        let analysis = analyses.entry(root.file).or_default();
        analysis.documents += 1;
        let document = root.read(options.kind);
        if document.node.span.len() > MAX_DOCUMENT {
            let problem = format!(
                "a policy document of more than {} KiB; AWS takes no more than 32",
                MAX_DOCUMENT / 1024
            );
            analysis.unread.push(Unread { problem, is_limit: true });
            continue;
        }
        let mut identity = Identity::default();
        for violation in checks::run(&document, &options.disabled) {
            analysis.defects.push(identity.defect(violation, &document));
        }
    }
    for slip in &stack.slips {
        let analysis = analyses.entry(slip.file).or_default();
        let is_wanted = !options.disabled.iter().any(|id| id == checks::SYNTAX.id);
        let is_json = slip.language == read::Language::Json;
        if slip.error.kind == json::Kind::TooDeep {
            analysis.unread.push(Unread { problem: slip.error.problem.clone(), is_limit: true });
        } else if !is_json && slip.is_meant {
            let line = lines_before(texts(slip.file), slip.error.span.start);
            let problem = format!("line {line}: {}", slip.error.problem);
            analysis.unread.push(Unread { problem, is_limit: false });
        } else if is_json && is_wanted && (slip.is_meant || analysis.documents > 0) {
            analysis.defects.push(syntax_defect(&slip.error, texts(slip.file)));
        }
    }
    for analysis in analyses.values_mut() {
        analysis
            .defects
            .sort_by(|a, b| (a.span.start, &a.meta.id).cmp(&(b.span.start, &b.meta.id)));
        analysis.defects.dedup_by(|a, b| a.meta.id == b.meta.id && a.span == b.span);
    }
    analyses.into_iter().collect()
}

/// The number of the line that an offset is in.
fn lines_before(text: &[u8], offset: usize) -> usize {
    memchr::memchr_iter(b'\n', text.get(..offset).unwrap_or(text)).count() + 1
}

/// The statement that was last written down in normal form: violations come in the order of the text.
#[derive(Default)]
struct Identity {
    start: Option<usize>,
    normalised: String,
}

impl Identity {
    fn defect(&mut self, violation: Violation, document: &Document) -> Defect {
        let Violation { check, severity, span, message, supersedes, fix: _ } = violation;
        let node = document.statement_at(&span).map_or(document.node, |statement| statement.node);
        if self.start != Some(node.span.start) {
            *self = Self { start: Some(node.span.start), normalised: node.normalised() };
        }
        let element = node.path_to(&span);
        Defect {
            meta: shared_meta(check),
            severity,
            confidence: check.confidence,
            fingerprint: Fingerprint::of_policy(check.id, &self.normalised, &element),
            span,
            message,
            supersedes: supersedes.into_iter().map(Into::into).collect(),
        }
    }
}

fn syntax_defect(error: &json::SyntaxError, text: &[u8]) -> Defect {
    let check = checks::SYNTAX;
    // There is no statement to go by; the text before the slip is what stays when lines are added below it.
    let before = String::from_utf8_lossy(text.get(..error.span.start).unwrap_or_default());
    let normalised: String = before.split_whitespace().collect();
    Defect {
        meta: shared_meta(check),
        severity: check.severity,
        confidence: check.confidence,
        span: error.span.clone(),
        message: format!("This is not JSON: {}. AWS refuses the whole document.", error.problem),
        supersedes: Vec::new(),
        fingerprint: Fingerprint::of_policy(check.id, &normalised, &error.problem),
    }
}

fn shared_meta(check: &Check) -> Arc<RuleMeta> {
    let shared = METAS.iter().find(|meta| meta.id == check.id);
    shared.map_or_else(|| Arc::new(meta(check)), Arc::clone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_rows_are_complete() {
        let mut ids: Vec<&str> = checks::all().map(|check| check.id).collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count);
        for check in checks::all() {
            assert!(!check.kinds.is_empty() && check.help.ends_with('.'), "{}", check.id);
            assert!(!check.title.ends_with('.'), "{}", check.id);
            assert!(check.url.starts_with("https://docs.aws.amazon.com/"), "{}", check.id);
        }
    }
}
