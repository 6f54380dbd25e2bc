//! How messages quote a policy, and what they say in common.

use std::fmt::Write as _;

use crate::blob::write_inert;
use crate::policy::document::Statement;
use crate::policy::text;

/// The most bytes of a policy's own text that a message repeats.
const QUOTED: usize = 120;

/// A piece of the policy as a message shows it: between back quotes, harmless, not too long.
pub(in crate::policy) fn quote(text: &str) -> String {
    let mut quoted = String::from("`");
    let text = &*text::shown(text);
    let end =
        text.char_indices().map(|(at, _)| at).take_while(|at| *at <= QUOTED).last().unwrap_or(0);
    let shown = if text.len() <= QUOTED { text } else { text.get(..end).unwrap_or_default() };
    let _ = write_inert(&mut quoted, shown.as_bytes());
    if shown.len() < text.len() {
        quoted.push('…');
    }
    let _ = quoted.write_char('`');
    quoted
}

/// Several pieces, joined for reading; at most `most`, then how many more there are.
pub(in crate::policy) fn list(names: &[&str], most: usize) -> String {
    let shown: Vec<String> = names.iter().take(most).map(|name| quote(name)).collect();
    let rest = names.len().saturating_sub(most);
    let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    shown.join(", ") + &more
}

/// What something that matches nothing does in a statement, by its effect.
pub(in crate::policy) fn consequence(statement: &Statement) -> &'static str {
    if statement.denies() { "it protects nothing" } else { "it grants nothing" }
}
