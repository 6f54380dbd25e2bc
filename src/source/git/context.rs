//! Files that have not changed, but that policies in changed files are joined with.

use std::collections::BTreeSet;

use gix::bstr::{BStr, ByteSlice};

use super::split;

/// The most files that are read for others.
const MAX: usize = 1000;

/// What can refer to other files, and what can be referred to.
const SOURCES: &[&str] = &[".tf", ".tf.json"];
const PARTS: &[&str] = &[".tf", ".tf.json", ".json", ".tftpl", ".tpl", ".tfvars"];

/// Which of the other files are read: where Terraform's files or parts of them have changed, its other files, and what these may read.
pub(super) fn of<'a, T: ?Sized>(
    changed: &BTreeSet<&BStr>,
    others: &[(&BStr, &'a T)],
) -> Vec<&'a T> {
    if !is_wanted(changed) {
        return Vec::new();
    }
    let all = || changed.iter().copied().chain(others.iter().map(|(path, _)| *path));
    let folders: BTreeSet<&[u8]> =
        all().filter(|path| ends(path, SOURCES)).map(|path| &**split(path).0).collect();
    if folders.is_empty() {
        return Vec::new();
    }
    let is_below = |path: &BStr| {
        let above = path.find_iter(b"/").map(|at| path.get(..at).unwrap_or_default());
        folders.contains(&b""[..]) || above.into_iter().any(|above| folders.contains(above))
    };
    let wanted = others.iter().filter(|(path, _)| ends(path, PARTS) && is_below(path));
    wanted.map(|(_, file)| *file).take(MAX).collect()
}

/// Whether changed files may be joined with others at all.
pub(super) fn is_wanted(changed: &BTreeSet<&BStr>) -> bool {
    changed.iter().any(|path| ends(path, PARTS))
}

fn ends(path: &BStr, endings: &[&str]) -> bool {
    endings.iter().any(|ending| path.ends_with(ending.as_bytes()))
}
