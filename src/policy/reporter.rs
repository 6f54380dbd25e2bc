//! What checks found becomes defects: where, what it is called, how it is put right.

use std::collections::HashMap;
use std::ops::Range;

use super::checks::{Deployment, Violation};
use super::document::Document;
use super::tree::{Node, Value};
use super::{Defect, Edit, fix, shared_meta};
use crate::fingerprint::{ContentId, Fingerprint};

/// Makes defects of violations. What it has to work out for one it keeps for the next.
pub(super) struct Reporter<'r, 't> {
    read: &'r dyn Fn(usize) -> &'t [u8],
    /// The texts of files, empty where nothing can be edited: in one that is not UTF-8.
    texts: HashMap<usize, &'t str>,
    /// What identifies a statement or resource, by its file and place.
    identities: HashMap<(usize, Range<usize>), ContentId>,
}

impl<'r, 't> Reporter<'r, 't> {
    pub(super) fn new(read: &'r dyn Fn(usize) -> &'t [u8]) -> Self {
        Self { read, texts: HashMap::new(), identities: HashMap::new() }
    }

    /// The bytes of a file.
    pub(super) fn text(&self, file: usize) -> &'t [u8] {
        (self.read)(file)
    }

    /// A violation in a document: its identity is that of the statement around it.
    pub(super) fn inside(&mut self, violation: Violation, document: &Document) -> Defect {
        let statement = document.statement_at(&violation.span);
        let node = statement.map_or(document.node, |statement| statement.node);
        self.defect(violation, node, document.node)
    }

    /// A violation outside of a document, or in any: its identity is that of the resource or document around it.
    pub(super) fn outside(&mut self, violation: Violation, deployment: &Deployment) -> Defect {
        let Range { start, end } = violation.span;
        let holds = |span: &Range<usize>| span.start <= start && end <= span.end;
        let mut documents = deployment.documents.iter();
        let around =
            documents.find(|(root, _)| root.file == violation.file && holds(&root.node.span));
        if let Some((_, document)) = around {
            return self.inside(violation, document);
        }
        let resource = deployment.stack.resources.iter().find(|resource| {
            resource.file == violation.file
                && (holds(&resource.whole.span) || holds(&resource.name_span))
        });
        let nothing = Node { span: 0..0, value: Value::Null };
        let node = resource.map_or(&nothing, |resource| &resource.whole);
        self.defect(violation, node, node)
    }

    fn defect(&mut self, violation: Violation, around: &Node, whole: &Node) -> Defect {
        let file = violation.file;
        let identity = *self
            .identities
            .entry((file, around.span.clone()))
            .or_insert_with(|| ContentId::of(around.normalised().as_bytes()));
        let element = around.path_to(&violation.span);
        let text = || std::str::from_utf8((self.read)(file)).unwrap_or_default();
        let text = self.texts.entry(file).or_insert_with(text);
        let fix = fix::edits(&violation.fix, whole, text);
        let within =
            if whole.span.is_empty() { violation.span.clone() } else { whole.span.clone() };
        Defect { within, ..defect(violation, identity, &element, fix) }
    }
}

fn defect(
    violation: Violation,
    statement: ContentId,
    element: &str,
    fix: Option<Vec<Edit>>,
) -> Defect {
    let Violation { check, severity, confidence, span, message, supersedes, secret, .. } =
        violation;
    Defect {
        meta: shared_meta(check),
        severity,
        confidence,
        fingerprint: Fingerprint::of_policy(check.id, statement, element),
        within: span.clone(),
        span,
        message,
        supersedes: supersedes.into_iter().map(Into::into).collect(),
        secret,
        fix: fix.unwrap_or_default(),
    }
}
