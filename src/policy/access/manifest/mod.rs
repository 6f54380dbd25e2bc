//! `accounts.toml`: accounts, who is in them, what they keep secret, and what is expected of that. Everything it names has to
//! exist; docs/accounts.md describes it.

mod accounts;
mod documents;
mod error;
mod file;
mod given;
mod keys;
mod principals;
#[cfg(test)]
mod refused;
mod secrets;
#[cfg(test)]
mod tests;
mod unmet;

use std::collections::HashMap;
use std::ops::Range;

use super::description::{Deployed, Description, Expected};
use crate::policy::arn::is_region;
pub use error::ManifestError;
pub(in crate::policy) use error::nearest;
use error::{Page, name};
use file::{ContextText, ExpectText, ManifestText, TemplateText, Text};
use given::Given;
pub(super) use keys::is_managed;
pub(super) use unmet::unmet;

/// Reads a manifest. `name` is what messages call it, `file` its place in the list of files that are read; `resolve` takes
/// a path as the manifest has it and gives that file's place in the list.
///
/// # Errors
///
/// When it is not TOML, or says what cannot be; the first such thing.
pub(in crate::policy) fn read(
    name: &str,
    text: &str,
    file: usize,
    resolve: &mut dyn FnMut(&str) -> Option<usize>,
) -> Result<Description, ManifestError> {
    let page = Page { name, text, file };
    let manifest = page.parse()?;
    let reader = Reader {
        page,
        resolve,
        said: Description::default(),
        by_name: HashMap::new(),
        by_id: HashMap::new(),
        keys: HashMap::new(),
        first: HashMap::new(),
    };
    reader.read(manifest)
}

/// What a manifest has said so far.
struct Reader<'a> {
    page: Page<'a>,
    resolve: &'a mut dyn FnMut(&str) -> Option<usize>,
    said: Description,
    /// Accounts by name: their place in the description.
    by_name: HashMap<String, usize>,
    /// The same by number.
    by_id: HashMap<String, usize>,
    /// Keys by id, each with its region.
    keys: HashMap<String, Option<String>>,
    /// Where something that may be there but once is.
    first: HashMap<Vec<String>, Range<usize>>,
}

impl Reader<'_> {
    fn read(mut self, manifest: ManifestText) -> Result<Description, ManifestError> {
        let ManifestText { account, secret, parameter, key, role, user, .. } = manifest;
        let mut accounts: Vec<_> = account.into_iter().collect();
        accounts.sort_by_key(|(name, _)| name.span().start);
        for (name, text) in accounts {
            self.add_account(&name, text)?;
        }
        key.into_iter().try_for_each(|text| self.add_key(text))?;
        secret.into_iter().try_for_each(|text| self.add_secret(text))?;
        parameter.into_iter().try_for_each(|text| self.add_parameter(text))?;
        role.into_iter().try_for_each(|text| self.add_role(text))?;
        user.into_iter().try_for_each(|text| self.add_user(text))?;
        manifest.template.into_iter().try_for_each(|text| self.add_template(text))?;
        self.said.expectations = self.expectations(manifest.expect)?;
        self.said.context = self.context(&manifest.context)?;
        Ok(self.said)
    }

    fn add_template(&mut self, text: TemplateText) -> Result<(), ManifestError> {
        let owner = self.owner(&text.account)?;
        let region = self.region(text.region.as_ref())?;
        let at = self.page.at(text.path.span());
        let path = text.path.into_inner();
        self.said.templates.push(Deployed { path, account: owner.name, region, at });
        Ok(())
    }

    fn expectations(&self, texts: Vec<ExpectText>) -> Result<Vec<Expected>, ManifestError> {
        let mut first: HashMap<(String, String), (bool, Range<usize>)> = HashMap::new();
        let mut expected = Vec::with_capacity(texts.len());
        for ExpectText { allow, deny, on } in texts {
            let (allows, whom) = match (allow, deny) {
                (Some(whom), None) => (true, whom),
                (None, Some(whom)) => (false, whom),
                (Some(_), Some(whom)) => {
                    let help = "write an `[[expect]]` for each";
                    let problem = "this expects both `allow` and `deny`".into();
                    return Err(self.page.invalid(problem, help, whom.span()));
                }
                (None, None) => {
                    let help =
                        "name whom it is about: `allow = \"app/Role\"` or `deny = \"app/*\"`";
                    let problem = "this says neither `allow` nor `deny`".into();
                    return Err(self.page.invalid(problem, help, on.span()));
                }
            };
            let pair = (whom.get_ref().clone(), on.get_ref().clone());
            let known = first.entry(pair).or_insert_with(|| (allows, whom.span()));
            if known.0 != allows {
                let pair = format!("`{}` on `{}`", name(whom.get_ref()), name(on.get_ref()));
                let problem = format!("{pair} is expected to be allowed and to be denied");
                let help = "keep the one that should hold";
                return Err(self.page.contradiction(
                    problem,
                    help,
                    Some(known.1.clone()),
                    whom.span(),
                ));
            }
            let (at, secret_at) = (self.page.at(whom.span()), self.page.at(on.span()));
            let (principal, secret) = (whom.into_inner(), on.into_inner());
            expected.push(Expected { allows, principal, secret, at, secret_at });
        }
        Ok(expected)
    }

    /// Condition keys by their names in lower case, sorted.
    fn context(&self, text: &ContextText) -> Result<Vec<(String, Vec<String>)>, ManifestError> {
        let mut first: HashMap<String, Range<usize>> = HashMap::new();
        let mut context = Vec::with_capacity(text.len());
        for (key, value) in text {
            let known = key.get_ref().to_ascii_lowercase();
            if known
                .split_once(':')
                .is_none_or(|(service, key)| service.is_empty() || key.is_empty())
            {
                let problem = format!("`{}` is not a condition key", name(key.get_ref()));
                let help = "write it in full and in quotes: `\"aws:SourceVpc\" = \"vpc-1\"`";
                return Err(self.page.invalid(problem, help, key.span()));
            }
            if let Some(before) = first.insert(known.clone(), key.span()) {
                let (before, at) = in_order(before, key.span());
                return Err(self.page.repeated("condition key", key.get_ref(), before, at));
            }
            let values = match value.get_ref() {
                Given::Text(text) | Given::Other(text) => vec![text.clone()],
                Given::List(items) => {
                    items.iter().map(|item| self.value(item)).collect::<Result<_, _>>()?
                }
            };
            context.push((known, values));
        }
        context.sort();
        Ok(context)
    }

    fn value(&self, item: &toml::Spanned<Given>) -> Result<String, ManifestError> {
        match item.get_ref() {
            Given::Text(text) | Given::Other(text) => Ok(text.clone()),
            Given::List(_) => {
                let problem = "a condition key has a list of values, not of lists".into();
                Err(self.page.invalid(problem, "write its values in one list", item.span()))
            }
        }
    }

    /// Says that something stands somewhere, and nowhere else: the thing by its kind and what makes it one.
    fn once(
        &mut self,
        what: &'static str,
        identity: &[&str],
        written: &Text,
    ) -> Result<(), ManifestError> {
        let identity = [what].iter().chain(identity).map(|part| (*part).to_owned()).collect();
        match self.first.insert(identity, written.span()) {
            Some(first) => {
                let (first, at) = in_order(first, written.span());
                Err(self.page.repeated(what, written.get_ref(), first, at))
            }
            None => Ok(()),
        }
    }

    fn region(&self, text: Option<&Text>) -> Result<Option<String>, ManifestError> {
        match text {
            Some(region) if !is_region(region.get_ref()) => {
                let problem = format!("`{}` is not a region", name(region.get_ref()));
                Err(self.page.invalid(problem, "write its code: `eu-central-1`", region.span()))
            }
            region => Ok(region.map(|region| region.get_ref().clone())),
        }
    }

    /// A name that is not empty.
    fn named(&self, what: &str, text: &Text) -> Result<String, ManifestError> {
        if text.get_ref().trim().is_empty() {
            let problem = format!("this {what} has no name");
            return Err(self.page.invalid(
                problem,
                "write the name that it has in AWS",
                text.span(),
            ));
        }
        Ok(text.get_ref().clone())
    }
}

/// Two places in the order in which a reader meets them.
fn in_order(one: Range<usize>, other: Range<usize>) -> (Range<usize>, Range<usize>) {
    if other.start < one.start { (other, one) } else { (one, other) }
}

/// Tags, and whether they are all.
fn tags(
    given: Option<std::collections::BTreeMap<String, String>>,
) -> (Vec<(String, String)>, bool) {
    let is_given = given.is_some();
    (given.unwrap_or_default().into_iter().collect(), is_given)
}
