//! What a change does to who can read what.

use std::collections::BTreeMap;

use super::{Access, Answer};

/// An answer that is another one than before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The label of the principal.
    pub principal: String,
    /// The label of the secret.
    pub secret: String,
    /// The answer before; `None` where there was no such path.
    pub before: Option<Answer>,
    /// The answer now; `None` where there is no such path.
    pub after: Option<Answer>,
    /// The path now, as its place in [`Access::paths`].
    pub path: Option<usize>,
}

impl Access {
    /// The answers that differ from those of another run, by label.
    pub fn changes_since(&self, before: &Self) -> Vec<Change> {
        let mut old: BTreeMap<(&str, &str), Answer> = before
            .paths
            .iter()
            .filter_map(|path| Some((before.labels(path)?, path.answer)))
            .collect();
        let mut changes = Vec::new();
        for (at, path) in self.paths.iter().enumerate() {
            let Some((principal, secret)) = self.labels(path) else { continue };
            let was = old.remove(&(principal, secret));
            if was != Some(path.answer) {
                changes.push(Change {
                    principal: principal.into(),
                    secret: secret.into(),
                    before: was,
                    after: Some(path.answer),
                    path: Some(at),
                });
            }
        }
        let gone = old.into_iter().map(|((principal, secret), answer)| Change {
            principal: principal.into(),
            secret: secret.into(),
            before: Some(answer),
            after: None,
            path: None,
        });
        changes.extend(gone);
        // Who could not read before and cannot now was not changed, whether there was a path or not.
        let may_read = |answer: Option<Answer>| answer.is_some_and(|answer| answer != Answer::No);
        changes.retain(|change| may_read(change.before) || may_read(change.after));
        changes.sort_by(|a, b| (&a.principal, &a.secret).cmp(&(&b.principal, &b.secret)));
        changes
    }
}
