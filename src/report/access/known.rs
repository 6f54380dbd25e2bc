//! What was understood, and from where: accounts, principals, secrets and keys, each with its documents.

use std::io::{self, Write};

use super::facts::{account_name, place};
use crate::access::{Access, Document, KeyRef, SecretKind, Site};
use crate::blob::inert;

/// Writes it as text.
pub(super) fn write(access: &Access, out: &mut dyn Write) -> io::Result<()> {
    heading(out, "accounts", access.accounts.len())?;
    for account in &access.accounts {
        let id = account.id.as_deref().filter(|id| *id != account.label);
        let id = id.map_or_else(String::new, |id| format!(" ({id})"));
        line(out, &format!("{}{id}", account.label), account.site.as_ref())?;
        documents(out, &account.documents)?;
    }
    heading(out, "principals", access.principals.len())?;
    for principal in &access.principals {
        let foreign = if principal.is_foreign { ", known by name alone" } else { "" };
        let what = format!("{} ({}{foreign}) {}", principal.label, principal.kind, principal.arn);
        line(out, &what, principal.site.as_ref())?;
        documents(out, &principal.documents)?;
    }
    heading(out, "secrets and parameters", access.secrets.len())?;
    for secret in &access.secrets {
        let kind = match secret.kind {
            SecretKind::Secret => "secret",
            SecretKind::Replica => "replica",
            SecretKind::Parameter => "parameter",
        };
        line(out, &format!("{} ({kind}) {}", secret.label, secret.arn), secret.site.as_ref())?;
        let key = match &secret.key {
            KeyRef::Managed => "the key that AWS manages".to_owned(),
            KeyRef::Known(at) => {
                access.keys.get(*at).map_or_else(String::new, |key| format!("key {}", key.label))
            }
            KeyRef::Unknown(name) if name.is_empty() => "a key that was not given".into(),
            KeyRef::Unknown(name) => format!("the key {name}, which was not given"),
        };
        writeln!(out, "      under {}", inert(key.as_bytes()))?;
        documents(out, &secret.documents)?;
    }
    heading(out, "keys", access.keys.len())?;
    for key in &access.keys {
        let account = account_name(access.accounts.get(key.account));
        let aliases = key.aliases.join(", ");
        let what = format!("{} of {account} {} {aliases}", key.label, key.arn);
        line(out, what.trim_end(), key.site.as_ref())?;
        documents(out, &key.documents)?;
    }
    if !access.assumptions.is_empty() {
        heading(out, "assumed", access.assumptions.len())?;
        for assumption in &access.assumptions {
            line(out, &assumption.text, assumption.site.as_ref())?;
        }
    }
    for skipped in &access.skipped {
        writeln!(out, "not read: {}: {}", skipped.origin, inert(skipped.detail.as_bytes()))?;
    }
    Ok(())
}

fn heading(out: &mut dyn Write, what: &str, count: usize) -> io::Result<()> {
    writeln!(out, "{what}: {count}")
}

fn line(out: &mut dyn Write, text: &str, site: Option<&Site>) -> io::Result<()> {
    let at = site.map_or_else(String::new, |site| format!("  {}", place(site)));
    writeln!(out, "  {}{at}", inert(text.as_bytes()))
}

fn documents(out: &mut dyn Write, documents: &[Document]) -> io::Result<()> {
    for document in documents {
        let from = match &document.site {
            Some(site) => place(site),
            None => format!("not given: {}", inert(document.name.as_bytes())),
        };
        writeln!(out, "      {}: {from}", document.role)?;
    }
    Ok(())
}
