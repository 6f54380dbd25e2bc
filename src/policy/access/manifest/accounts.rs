//! Accounts: by name, by number, and with what their organisation limits them by.

use super::error::{ManifestError, name, nearest};
use super::file::{AccountText, Text};
use super::{Reader, in_order};
use crate::policy::access::description::Account;
use crate::policy::arn::{Arn, is_account};

/// The account that something lies in.
pub(super) struct Owner {
    pub(super) name: String,
    pub(super) id: Option<String>,
}

/// What an ARN is given for.
pub(super) struct Claim<'a> {
    pub(super) what: &'static str,
    pub(super) service: &'static str,
    pub(super) owner: &'a Owner,
    pub(super) region: Option<&'a Text>,
}

/// Whether a name needs no declaration to be believed.
fn is_plain(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

impl Reader<'_> {
    /// Adds an `[account.NAME]`.
    pub(super) fn add_account(
        &mut self,
        name: &Text,
        text: AccountText,
    ) -> Result<(), ManifestError> {
        let id = self.account_id(name, text.id.as_ref())?;
        let org_path = self.org_path(&text)?;
        let of_path = org_path.as_deref().and_then(|path| path.split('/').next());
        let org = text.org.as_ref().map(|org| org.get_ref().clone());
        let place = self.said.accounts.len();
        if let Some(id) = &id
            && let Some(other) = self.by_id.insert(id.clone(), place)
        {
            let span = text.id.as_ref().map_or_else(|| name.span(), Text::span);
            let first = self.said.accounts.get(other).map_or(0..0, |other| other.at.span.clone());
            let (first, at) = in_order(first, span);
            return Err(self.page.repeated("account", id, first, at));
        }
        self.by_name.insert(name.get_ref().clone(), place);
        let scps = text.scps.map(|given| self.levels(&given)).transpose()?.flatten();
        let rcps = text.rcps.map(|given| self.levels(&given)).transpose()?.flatten();
        self.said.accounts.push(Account {
            name: name.get_ref().clone(),
            id,
            org: org.or_else(|| of_path.map(Into::into)),
            org_path,
            is_management: text.management,
            scps,
            rcps,
            at: self.page.at(name.span()),
        });
        Ok(())
    }

    /// The number of an account, which may be its name as well.
    fn account_id(
        &self,
        written: &Text,
        id: Option<&Text>,
    ) -> Result<Option<String>, ManifestError> {
        let own = written.get_ref();
        if own.is_empty() || own.contains(['/', '*', '?', '@']) {
            let problem = format!("`{}` cannot be the name of an account", name(own));
            let help = "labels are `account/name`: use letters, digits and hyphens";
            return Err(self.page.invalid(problem, help, written.span()));
        }
        match id {
            Some(id) if !is_account(id.get_ref()) => {
                let problem = format!("`{}` is not the number of an account", name(id.get_ref()));
                let help = "write all twelve digits, in quotes: `id = \"111122223333\"`";
                Err(self.page.invalid(problem, help, id.span()))
            }
            Some(id) if is_account(own) && id.get_ref() != own => {
                let problem =
                    format!("the account `{own}` has the number `{}`", name(id.get_ref()));
                let help = "call it by a word, or give it its own number";
                Err(self.page.contradiction(problem, help, Some(written.span()), id.span()))
            }
            Some(id) => Ok(Some(id.get_ref().clone())),
            None => Ok(is_account(own).then(|| own.clone())),
        }
    }

    /// The path of an account in its organisation, with a `/` at its end.
    fn org_path(&self, text: &AccountText) -> Result<Option<String>, ManifestError> {
        let Some(path) = &text.org_path else { return Ok(None) };
        let first = path.get_ref().split('/').next().unwrap_or_default();
        if !first.starts_with("o-") {
            let problem = format!("`{}` does not begin with an organisation", name(path.get_ref()));
            let help = "write the whole path: `o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/`";
            return Err(self.page.invalid(problem, help, path.span()));
        }
        if let Some(org) = text.org.as_ref().filter(|org| org.get_ref() != first) {
            let problem = format!(
                "the account is in `{}` and its path in `{}`",
                name(org.get_ref()),
                name(first)
            );
            let help = "`org_path` begins with the `org` of the account";
            return Err(self.page.contradiction(problem, help, Some(org.span()), path.span()));
        }
        Ok(Some(format!("{}/", path.get_ref().trim_end_matches('/'))))
    }

    /// The account that something names. It need not be declared, unless its name is almost that of one that is: then its number is
    /// known where that is its name, else not.
    pub(super) fn owner(&mut self, written: &Text) -> Result<Owner, ManifestError> {
        let text = written.get_ref();
        let known = self.by_name.get(text).or_else(|| self.by_id.get(text));
        if let Some(account) = known.and_then(|place| self.said.accounts.get(*place)) {
            return Ok(Owner { name: account.name.clone(), id: account.id.clone() });
        }
        let names = || self.said.accounts.iter().map(|account| account.name.as_str());
        if !is_account(text) && (!is_plain(text) || nearest(text, names()).is_some()) {
            let help = "declare it as `[account.NAME]`, or write its twelve digits";
            return Err(self.page.unknown("account", written, names(), help));
        }
        let id = self.account_id(written, None)?;
        let place = self.said.accounts.len();
        self.by_name.insert(text.clone(), place);
        self.by_id.extend(id.clone().map(|id| (id, place)));
        self.said.accounts.push(Account {
            name: text.clone(),
            id: id.clone(),
            org: None,
            org_path: None,
            is_management: false,
            scps: None,
            rcps: None,
            at: self.page.at(written.span()),
        });
        Ok(Owner { name: text.clone(), id })
    }

    /// An ARN in its fields, none of which contradicts what stands beside it.
    pub(super) fn arn<'t>(
        &self,
        written: &'t Text,
        claim: &Claim,
    ) -> Result<Arn<'t>, ManifestError> {
        let of_service = |arn: &Arn| arn.service == claim.service;
        let Some(arn) = Arn::parse(written.get_ref()).filter(of_service) else {
            let problem =
                format!("`{}` is not the ARN of a {}", name(written.get_ref()), claim.what);
            let help = format!("copy it from AWS: `arn:aws:{}:…`", claim.service);
            return Err(self.page.invalid(problem, &help, written.span()));
        };
        let in_account = arn.account_id();
        let in_region = arn.region_name();
        if in_account.is_none() || in_region.is_none() {
            let problem = format!("`{}` does not say where it is", name(written.get_ref()));
            let help = "an ARN is given in full, with region and account, without wildcards";
            return Err(self.page.invalid(problem, help, written.span()));
        }
        if claim.owner.id.as_deref().is_some_and(|id| Some(id) != in_account) {
            let of = name(&claim.owner.name);
            let problem = format!("this ARN is of account `{}`, not of `{of}`", name(arn.account));
            let help = "correct the ARN, or the `account` beside it";
            return Err(self.page.contradiction(problem, help, None, written.span()));
        }
        if let Some(region) = claim.region.filter(|region| region.get_ref() != arn.region) {
            let problem = format!("this ARN is of region `{}`", name(arn.region));
            let help = "correct the ARN, or the `region` beside it";
            return Err(self.page.contradiction(
                problem,
                help,
                Some(region.span()),
                written.span(),
            ));
        }
        Ok(arn)
    }
}
