//! What several looks at one file gave becomes one list.

use std::collections::HashMap;
use std::ops::Range;

use super::{Defect, checks};

/// Sorts, and leaves one finding on an element: the more specific one, which names the others.
pub(super) fn settle(defects: &mut Vec<Defect>) {
    defects.sort_by(|a, b| (a.span.start, &a.meta.id).cmp(&(b.span.start, &b.meta.id)));
    defects.dedup_by(|a, b| a.meta.id == b.meta.id && a.span == b.span);
    // By element: each check that others give way to, with those that do.
    let mut special: HashMap<Range<usize>, Vec<(String, Vec<String>)>> = HashMap::new();
    for defect in defects.iter() {
        if !checks::superseded_by(&defect.meta.id).is_empty() {
            let others = special.entry(defect.span.clone()).or_default();
            others.push((defect.meta.id.clone(), Vec::new()));
        }
    }
    defects.retain(|defect| {
        let near = special.get_mut(&defect.span).map_or(&mut [][..], Vec::as_mut_slice);
        let gives_way = |id: &str| checks::superseded_by(id).contains(&defect.meta.id.as_str());
        let winner = near.iter_mut().find(|(id, _)| gives_way(id));
        winner.map(|(_, general)| general.push(defect.meta.id.clone())).is_none()
    });
    for defect in defects {
        let mut own = special.get(&defect.span).into_iter().flatten();
        if let Some((_, general)) = own.find(|(id, _)| *id == defect.meta.id) {
            defect.supersedes.extend(general.iter().cloned());
            defect.supersedes.sort_unstable();
            defect.supersedes.dedup();
        }
    }
}
