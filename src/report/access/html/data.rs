//! What the scripts of the page read. They refer to texts by their places in `strings`; 0 is none.

use serde::Serialize;

use super::table::Table;
use super::{is_notable, state};
use crate::access::{
    Access, Account, Answer, Document, Expectation, Key, KeyRef, LinkCode, Path, Principal, Secret,
    SecretKind,
};

/// Everything, in the order of [`Access`].
#[derive(Serialize)]
pub(super) struct Data {
    version: &'static str,
    codes: Vec<[&'static str; 3]>,
    accounts: Vec<AccountView>,
    principals: Vec<NodeView>,
    secrets: Vec<NodeView>,
    keys: Vec<NodeView>,
    /// Four numbers each: principal, secret, flags, chain.
    paths: Vec<u32>,
    /// How many paths have links without words.
    brief: usize,
    expectations: Vec<ExpectationView>,
    assumptions: Vec<[u32; 2]>,
    skipped: Vec<[u32; 3]>,
    strings: Vec<String>,
    links: Vec<Vec<u32>>,
    chains: Vec<u32>,
}

#[derive(Serialize)]
struct AccountView {
    label: u32,
    id: u32,
    org: u32,
    site: u32,
    documents: Vec<[u32; 3]>,
}

/// A principal, a secret or a key.
#[derive(Default, Serialize)]
struct NodeView {
    label: u32,
    kind: u32,
    arn: u32,
    account: usize,
    site: u32,
    /// Role, site and name of each.
    documents: Vec<[u32; 3]>,
    #[serde(skip_serializing_if = "is_zero")]
    region: u32,
    /// A place in `keys`.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<usize>,
    /// In words, where it is none of these.
    #[serde(skip_serializing_if = "is_zero")]
    other_key: u32,
    #[serde(skip_serializing_if = "is_false")]
    managed: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    aliases: Vec<u32>,
    #[serde(skip_serializing_if = "is_false")]
    foreign: bool,
}

#[derive(Serialize)]
struct ExpectationView {
    allows: bool,
    principal: u32,
    secret: u32,
    state: &'static str,
    site: u32,
    /// Runs of places in `paths`: first, length.
    paths: Vec<usize>,
    broken: Vec<usize>,
    open: Vec<usize>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_false(flag: &bool) -> bool {
    !flag
}

/// What a page needs of all this.
pub(super) fn data(access: &Access) -> Data {
    let names: Vec<String> = access.skipped.iter().map(|one| one.origin.to_string()).collect();
    let mut table = Table::new();
    let accounts = access.accounts.iter().map(|account| account_view(account, &mut table));
    let accounts = accounts.collect();
    let principals = access.principals.iter().map(|one| principal_view(one, &mut table)).collect();
    let secrets = access.secrets.iter().map(|one| secret_view(one, &mut table)).collect();
    let keys = access.keys.iter().map(|one| key_view(one, &mut table)).collect();
    let expectations =
        access.expectations.iter().map(|one| expectation_view(one, &mut table)).collect();
    let assumptions = access.assumptions.iter();
    let assumptions =
        assumptions.map(|one| [table.text(&one.text), table.site(one.site.as_ref())]).collect();
    let skipped = access.skipped.iter().zip(&names);
    let skipped = skipped
        .map(|(one, name)| {
            [table.text(name), table.text(one.reason.name()), table.text(&one.detail)]
        })
        .collect();
    let (paths, brief) = path_views(&access.paths, &mut table);
    Data {
        version: env!("CARGO_PKG_VERSION"),
        codes: LinkCode::ALL.map(|code| [code.name(), code.title(), question(code)]).to_vec(),
        accounts,
        principals,
        secrets,
        keys,
        paths,
        brief,
        expectations,
        assumptions,
        skipped,
        strings: table.strings,
        links: table.links,
        chains: table.chains,
    }
}

/// What a link is about, for people.
const fn question(code: LinkCode) -> &'static str {
    match code {
        LinkCode::L1 => "The principal’s policies allow reading the secret",
        LinkCode::L2 => "The secret’s policy allows it",
        LinkCode::L3 => "The key’s policy allows decrypting",
        LinkCode::L4 => "The principal’s policies allow decrypting",
        LinkCode::L5 => "The principal’s account can use the key",
        LinkCode::L6 => "No statement denies it",
        LinkCode::L7 => "The organisation’s policies let it pass",
        LinkCode::L8 => "Somebody can act as the principal",
        LinkCode::L9 => "Boundary and session policy let it pass",
    }
}

/// The paths as numbers, and how many of them are without words. Those worth a look have words first.
fn path_views<'a>(paths: &'a [Path], table: &mut Table<'a>) -> (Vec<u32>, usize) {
    let mut chains = vec![0; paths.len()];
    let mut brief = 0;
    for notable in [true, false] {
        for (path, chain) in paths.iter().zip(&mut chains) {
            if is_notable(path) != notable {
                continue;
            }
            *chain = if table.is_full() {
                brief += 1;
                table.brief_chain(path)
            } else {
                table.chain(path)
            };
        }
    }
    let numbers = paths.iter().zip(chains).flat_map(|(path, chain)| {
        let place = |at| u32::try_from(at).unwrap_or(u32::MAX);
        let flags = number(path.answer) + if path.is_meant { 4 } else { 0 };
        [place(path.principal), place(path.secret), flags, chain]
    });
    (numbers.collect(), brief)
}

const fn number(answer: Answer) -> u32 {
    match answer {
        Answer::Yes => 0,
        Answer::No => 1,
        Answer::Depends => 2,
        Answer::Unknown => 3,
    }
}

fn account_view<'a>(account: &'a Account, table: &mut Table<'a>) -> AccountView {
    AccountView {
        label: table.text(&account.label),
        id: table.text(account.id.as_deref().unwrap_or_default()),
        org: table.text(account.org.as_deref().unwrap_or_default()),
        site: table.site(account.site.as_ref()),
        documents: document_views(&account.documents, table),
    }
}

fn principal_view<'a>(principal: &'a Principal, table: &mut Table<'a>) -> NodeView {
    NodeView {
        label: table.text(&principal.label),
        kind: table.text(principal.kind),
        arn: table.text(&principal.arn),
        account: principal.account,
        site: table.site(principal.site.as_ref()),
        documents: document_views(&principal.documents, table),
        foreign: principal.is_foreign,
        ..NodeView::default()
    }
}

fn secret_view<'a>(secret: &'a Secret, table: &mut Table<'a>) -> NodeView {
    let (key, other_key) = match &secret.key {
        KeyRef::Managed => (None, table.text("the key that AWS manages")),
        KeyRef::Known(at) => (Some(*at), 0),
        KeyRef::Unknown(name) => (None, table.text(name)),
    };
    let kind = match secret.kind {
        SecretKind::Secret => "secret",
        SecretKind::Replica => "replica",
        SecretKind::Parameter => "parameter",
    };
    NodeView {
        label: table.text(&secret.label),
        kind: table.text(kind),
        arn: table.text(&secret.arn),
        account: secret.account,
        site: table.site(secret.site.as_ref()),
        documents: document_views(&secret.documents, table),
        region: table.text(secret.region.as_deref().unwrap_or_default()),
        key,
        other_key,
        managed: secret.key == KeyRef::Managed,
        ..NodeView::default()
    }
}

fn key_view<'a>(key: &'a Key, table: &mut Table<'a>) -> NodeView {
    NodeView {
        label: table.text(&key.label),
        kind: table.text("key"),
        arn: table.text(&key.arn),
        account: key.account,
        site: table.site(key.site.as_ref()),
        documents: document_views(&key.documents, table),
        aliases: key.aliases.iter().map(|alias| table.text(alias)).collect(),
        ..NodeView::default()
    }
}

fn document_views<'a>(documents: &'a [Document], table: &mut Table<'a>) -> Vec<[u32; 3]> {
    let view = |document: &'a Document| {
        [table.text(document.role), table.site(document.site.as_ref()), table.text(&document.name)]
    };
    documents.iter().map(view).collect()
}

fn expectation_view<'a>(expectation: &'a Expectation, table: &mut Table<'a>) -> ExpectationView {
    ExpectationView {
        allows: expectation.allows,
        principal: table.text(&expectation.principal),
        secret: table.text(&expectation.secret),
        state: state(expectation),
        site: table.site(expectation.site.as_ref()),
        paths: runs(&expectation.paths),
        broken: runs(&expectation.broken),
        open: runs(&expectation.open),
    }
}

/// Numbers as runs of consecutive ones: first, length, first, length.
fn runs(numbers: &[usize]) -> Vec<usize> {
    let mut runs: Vec<usize> = Vec::new();
    for &number in numbers {
        match runs.as_mut_slice() {
            [.., first, length] if *first + *length == number => *length += 1,
            _ => runs.extend([number, 1]),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_one_run() {
        assert!(runs(&[]).is_empty());
        assert_eq!(runs(&[1, 2, 3, 7, 9, 10]), [1, 3, 7, 1, 9, 2]);
    }
}
