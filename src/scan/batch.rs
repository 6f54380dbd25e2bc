//! Content that one thread reads and others analyse: an archive or a layer may be larger than everything else.

use std::ops::Range;
use std::sync::Arc;

use super::scratch::with_secrets;
use super::{Job, Part};
use crate::blob::{Blob, Content, Name, Origin};
use crate::location::{Position, Width};
use crate::source::Unit;

/// What of an input is analysed by the thread that reads it; the rest goes to whoever has time.
pub(super) const OWN: usize = 4 * 1024 * 1024;
/// How much is handed over at once, and a chunk more.
const ENOUGH: usize = 1024 * 1024;
/// How many blobs are handed over at once, however small they are.
const MOST: usize = 1000;

/// Copies of some blobs.
#[derive(Default)]
pub(super) struct Batch {
    bytes: Vec<u8>,
    blobs: Vec<Copied>,
}

struct Copied {
    origin: Arc<Origin>,
    text: Range<usize>,
    content: Content,
    width: Width,
    start: Position,
    owns: Range<usize>,
    is_whole: bool,
}

impl Batch {
    pub(super) fn add(&mut self, blob: &Blob) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(blob.text);
        self.blobs.push(Copied {
            origin: Arc::clone(blob.origin()),
            text: start..self.bytes.len(),
            content: blob.content,
            width: blob.width,
            start: blob.start,
            owns: blob.owns.clone(),
            is_whole: blob.is_whole,
        });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.blobs.is_empty()
    }

    pub(super) fn is_full(&self) -> bool {
        self.bytes.len() >= ENOUGH || self.blobs.len() >= MOST
    }

    /// What is in the blobs.
    pub(super) fn analyse(&self, unit: &Unit, job: Job) -> Part {
        let mut part = Part::default();
        with_secrets(job.config, |secrets| {
            for copied in &self.blobs {
                let Copied { origin, text, content, width, start, owns, is_whole } = copied;
                let blob = Blob {
                    name: Name::Known(origin),
                    text: self.bytes.get(text.clone()).unwrap_or_default(),
                    content: *content,
                    width: *width,
                    start: *start,
                    owns: owns.clone(),
                    is_whole: *is_whole,
                    made: None,
                };
                part.visit(&blob, unit, job, secrets);
            }
            part.profile.add(&secrets.meter.take());
        });
        part
    }
}
