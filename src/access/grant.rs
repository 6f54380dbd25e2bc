//! What lets a principal read a secret, and no more than that.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

use super::{Answer, Path};
use crate::blob::inert;

/// The statements that let one principal read one secret.
#[derive(Clone, Debug, Serialize)]
pub struct Grant {
    /// Who: a label, or an ARN.
    pub principal: String,
    /// What.
    pub secret: String,
    /// Whether it can now.
    pub before: Answer,
    /// Whether it can once the statements are added.
    pub after: Answer,
    /// The statements, one for each document.
    pub statements: Vec<Addition>,
    /// What no statement puts right, in words.
    pub remaining: Vec<String>,
}

/// A statement, and the document that it belongs in.
#[derive(Clone, Debug, Serialize)]
pub struct Addition {
    /// In words: `the policy of the key key.secrets`.
    pub document: String,
    /// Whether a statement of that document says as much already.
    pub is_there: bool,
    /// The statement.
    pub statement: Value,
    /// The same as JSON over several lines, elements in the order in which people write them.
    #[serde(skip)]
    pub text: String,
}

impl Grant {
    /// What keeps a path from being open that no statement changes.
    pub(crate) fn remaining(path: &Path) -> Vec<String> {
        let is_in_the_way =
            |link: &&super::Link| link.is_needed && link.status != super::Status::Ok;
        let links = path.links.iter().filter(is_in_the_way);
        links.map(|link| format!("{} {}: {}", link.code.name(), link.status, link.text)).collect()
    }
}

impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (principal, secret) = (inert(self.principal.as_bytes()), inert(self.secret.as_bytes()));
        writeln!(f, "To let {principal} read {secret} (now: {}):", self.before)?;
        for Addition { document, is_there, text, .. } in &self.statements {
            let note = if *is_there { " (is there already)" } else { "" };
            writeln!(f, "\n{}{note}:", inert(document.as_bytes()))?;
            for line in text.lines() {
                writeln!(f, "  {}", inert(line.as_bytes()))?;
            }
        }
        writeln!(f, "\nWith these the answer is: {}", self.after)?;
        for line in &self.remaining {
            writeln!(f, "  {}", inert(line.as_bytes()))?;
        }
        Ok(())
    }
}
