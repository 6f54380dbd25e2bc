//! Policies: documents are read out of a blob, checked, and what is wrong with them is reported.

mod actions;
mod arn;
mod catalogue;
mod checks;
mod condition;
mod document;
mod fix;
mod glob;
mod principal;
mod read;
mod text;
mod tree;

use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use crate::blob::Blob;
use crate::finding::{Confidence, RuleMeta, Severity};
use crate::fingerprint::Fingerprint;
pub use catalogue::{
    Catalogue, CatalogueError, date as catalogue_date, sources as catalogue_sources,
};
use checks::{Check, Violation};
use document::Document;
use read::json;

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
    /// Why a part of the blob was not read, where that is the reader's limit and not the document's fault.
    pub unread: Option<String>,
}

/// Whether a blob that is a whole input may hold a policy. Costs one pass over the text.
pub fn may_hold_policy(blob: &Blob) -> bool {
    read::may_hold_policy(blob)
}

/// Whether a chunk says that its input may: the first by how it starts, any by its words.
pub fn chunk_may_hold_policy(blob: &Blob) -> (bool, bool) {
    (read::starts_like_json(blob), read::has_gate_word(blob.text))
}

/// Reads and checks every policy of a blob. The checks named in `disabled` do not take part.
pub fn analyse(blob: &Blob, disabled: &[String]) -> Analysis {
    let reading = read::read(blob.text);
    let name = blob.origin.path().and_then(Path::file_name).unwrap_or_default().to_string_lossy();
    let documents: Vec<Document> =
        reading.roots.iter().flat_map(|root| document::find(root, &name)).collect();
    let mut analysis = Analysis { documents: documents.len() as u64, ..Analysis::default() };
    for document in &documents {
        if document.node.span.len() > MAX_DOCUMENT {
            analysis.unread = Some(format!(
                "a policy document of more than {} KiB; AWS takes no more than 32",
                MAX_DOCUMENT / 1024
            ));
            continue;
        }
        let mut identity = Identity::default();
        for violation in checks::run(document, disabled) {
            analysis.defects.push(identity.defect(violation, document));
        }
    }
    match reading.error {
        Some(error) if error.kind == json::Kind::TooDeep => analysis.unread = Some(error.problem),
        Some(error)
            if !disabled.iter().any(|id| id == checks::SYNTAX.id)
                && (!documents.is_empty() || read::is_meant_as_policy(blob.text)) =>
        {
            analysis.defects.push(syntax_defect(&error, blob.text));
        }
        _ => {}
    }
    analysis.defects.sort_by_key(|defect| defect.span.start);
    analysis
}

/// The statement that was last written down in normal form: violations come in the order of the text.
#[derive(Default)]
struct Identity {
    start: Option<usize>,
    normalised: String,
}

impl Identity {
    fn defect(&mut self, violation: Violation, document: &Document) -> Defect {
        let Violation { check, severity, confidence, span, message, supersedes, fix: _ } =
            violation;
        let node = document.statement_at(&span).map_or(document.node, |statement| statement.node);
        if self.start != Some(node.span.start) {
            *self = Self { start: Some(node.span.start), normalised: node.normalised() };
        }
        let element = node.path_to(&span);
        Defect {
            meta: shared_meta(check),
            severity,
            confidence,
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
