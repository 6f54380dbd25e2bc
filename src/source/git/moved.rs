//! Where the lines of a new file may come from: files that go away at the same time.

use std::collections::HashSet;

use gix::ObjectId;
use gix::bstr::{BStr, BString, ByteSlice};

use super::split;

/// The most files that a new file is compared with.
const MAX_MOVED: usize = 32;

/// Files that go away.
#[derive(Default)]
pub(super) struct Moved {
    files: Vec<(BString, ObjectId)>,
    ids: HashSet<ObjectId>,
}

impl Moved {
    pub(super) fn new(files: Vec<(BString, ObjectId)>) -> Self {
        let ids = files.iter().map(|(_, id)| *id).collect();
        Self { files, ids }
    }

    /// The contents that a new file is compared with: the same content, files of the same name, else a few others.
    pub(super) fn sources(&self, path: &BStr, id: ObjectId) -> Vec<ObjectId> {
        if self.ids.contains(&id) {
            return vec![id];
        }
        let alike =
            self.files.iter().filter(|(known, _)| split(known.as_bstr()).1 == split(path).1);
        let alike: Vec<ObjectId> = alike.map(|(_, id)| *id).take(MAX_MOVED).collect();
        if alike.is_empty() && self.files.len() <= MAX_MOVED {
            return self.files.iter().map(|(_, id)| *id).collect();
        }
        alike
    }
}
