//! The ids of rules and checks, as a configuration and comments name them.

use std::collections::BTreeSet;

use super::{ConfigError, ConfigFile, nearest};
use crate::secrets::RuleSet;

/// Every id there is.
pub(super) struct Ids<'a> {
    pub(super) rules: &'a RuleSet,
    pub(super) checks: &'a [&'a str],
}

impl Ids<'_> {
    pub(super) fn check(
        &self,
        id: &toml::Spanned<String>,
        file: &ConfigFile,
    ) -> Result<(), ConfigError> {
        let wanted = id.get_ref();
        if self.rules.has(wanted) || self.checks.contains(&wanted.as_str()) {
            return Ok(());
        }
        let all = self.rules.ids().chain(self.checks.iter().copied());
        let help = match nearest(wanted, all) {
            Some(nearest) => format!("did you mean `{nearest}`? `keylint rules list` shows all"),
            None => "`keylint rules list` shows all".into(),
        };
        Err(ConfigError::UnknownId {
            id: wanted.clone(),
            help,
            source_code: file.source(),
            at: id.span().into(),
        })
    }
}

/// Which ids comments may name.
#[derive(Clone, Debug, Default)]
pub struct KnownIds {
    /// Rules for secrets that take part.
    pub rules: BTreeSet<String>,
    /// Checks that take part.
    pub checks: BTreeSet<String>,
    /// All there are.
    all: BTreeSet<String>,
}

impl KnownIds {
    /// The ids there are, and which of them take part.
    pub(super) fn new(ids: &Ids, takes_part: impl Fn(&str) -> bool) -> Self {
        let checks = || ids.checks.iter().copied();
        let owned = |ids: &mut dyn Iterator<Item = &str>| ids.map(Into::into).collect();
        Self {
            rules: owned(&mut ids.rules.ids().filter(|id| takes_part(id))),
            checks: owned(&mut checks().filter(|id| takes_part(id))),
            all: owned(&mut ids.rules.ids().chain(checks())),
        }
    }

    /// Whether there is such a rule or check.
    pub fn has(&self, id: &str) -> bool {
        self.all.contains(id)
    }

    /// An id; of one that there is not, what may be meant.
    pub fn describe(&self, id: &str) -> String {
        if self.has(id) {
            return id.into();
        }
        match nearest(id, self.all.iter().map(String::as_str)) {
            Some(nearest) => format!("{id}, which is no rule; did you mean `{nearest}`?"),
            None => format!("{id}, which is no rule"),
        }
    }
}
