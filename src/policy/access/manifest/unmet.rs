//! Expectations of somebody or something that is not there.

use super::error::{ManifestError, Page};
use crate::access::Access;
use crate::policy::access::description::{At, Expected};

/// What to do about a label that nobody has.
const HELP: &str = "`keylint access --show-world` lists all labels; a pattern has a `*`";

/// The first expectation that names nothing there is. Patterns may be about nothing.
pub(in crate::policy) fn unmet(
    (name, text): (&str, &str),
    expected: &[Expected],
    access: &Access,
) -> Result<(), ManifestError> {
    let page = Page { name, text, file: 0 };
    let principals: Vec<&str> = access.principals.iter().map(|own| own.label.as_str()).collect();
    let secrets: Vec<&str> = access.secrets.iter().map(|own| own.label.as_str()).collect();
    let accounts: Vec<&str> = access.accounts.iter().map(|own| own.label.as_str()).collect();
    for (written, outcome) in expected.iter().zip(&access.expectations) {
        // What is forbidden need not be there, as long as its account is.
        let may_be_missing = |label: &str| {
            let account = label.split_once('/').map(|(account, _)| account);
            !written.allows && account.is_some_and(|account| accounts.contains(&account))
        };
        let is_known = |label: &str, all: &[&str]| {
            label.contains(['*', '?']) || all.contains(&label) || may_be_missing(label)
        };
        let unknown = |what, label: &str, at: &At, all: Vec<&str>| {
            let label = toml::Spanned::new(at.span.clone(), label.to_owned());
            Err(page.unknown(what, &label, all.into_iter(), HELP))
        };
        if !is_known(&outcome.principal, &principals) {
            return unknown("principal", &outcome.principal, &written.at, principals);
        }
        if !is_known(&outcome.secret, &secrets) {
            return unknown("secret", &outcome.secret, &written.secret_at, secrets);
        }
    }
    Ok(())
}
