//! Roles and users.

use super::error::{ManifestError, name};
use super::file::{PrincipalText, Text};
use super::{Reader, tags};
use crate::policy::access::description::{Documents, Named, Principal};

impl Reader<'_> {
    /// Adds a `[[role]]`.
    pub(super) fn add_role(&mut self, text: PrincipalText) -> Result<(), ManifestError> {
        let trust = self.trust(&text)?;
        let role = self.principal(text, "role")?;
        self.said.principals.push(Principal { trust, ..role });
        Ok(())
    }

    /// Adds a `[[user]]`.
    pub(super) fn add_user(&mut self, text: PrincipalText) -> Result<(), ManifestError> {
        let trust = text.trust.as_ref().map(|trust| ("trust", trust.span()));
        self.refuse("a user", trust, "only a `[[role]]` has one")?;
        let user = self.principal(text, "user")?;
        self.said.principals.push(Principal { is_user: true, ..user });
        Ok(())
    }

    fn trust(&mut self, text: &PrincipalText) -> Result<Option<Named>, ManifestError> {
        let trust = self.single(text.trust.as_ref(), None)?;
        match &text.trust {
            Some(given) if trust.is_none() => {
                let problem = "every role has a trust policy".to_owned();
                let help = "name its file; leave `trust` out where it is not known";
                Err(self.page.invalid(problem, help, given.span()))
            }
            _ => Ok(trust),
        }
    }

    /// What roles and users have in common.
    fn principal(
        &mut self,
        text: PrincipalText,
        what: &'static str,
    ) -> Result<Principal, ManifestError> {
        let managed = Some("iam");
        let owner = self.owner(&text.account)?;
        let own_name = self.named(what, &text.name)?;
        if own_name.contains('/') {
            let problem = format!("`{}` is not the name of a {what}", name(&own_name));
            let help = "the last part is its `name`, what comes before it is its `path`: `/team/`";
            return Err(self.page.invalid(problem, help, text.name.span()));
        }
        // Names differ in more than capitals.
        // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
        self.once(what, &[&owner.name, &own_name.to_ascii_lowercase()], &text.name)?;
        let path = self.path(text.path.as_ref())?;
        let policies: Documents =
            text.policies.map(|given| self.documents(&given, managed)).transpose()?;
        let (tags, has_all_tags) = tags(text.tags);
        Ok(Principal {
            account: owner.name,
            name: own_name,
            path,
            is_user: false,
            policies,
            boundary: self.single(text.boundary.as_ref(), managed)?,
            session_policy: self.single(text.session_policy.as_ref(), managed)?,
            session_name: text.session_name,
            trust: None,
            unique_id: text.id,
            tags,
            has_all_tags,
            context: self.context(&text.context)?,
            at: self.page.at(text.name.span()),
        })
    }

    fn path(&self, written: Option<&Text>) -> Result<String, ManifestError> {
        let Some(written) = written else { return Ok("/".into()) };
        let path = written.get_ref();
        if path.starts_with('/') && path.ends_with('/') {
            return Ok(path.clone());
        }
        let problem = format!("`{}` is not a path of IAM", name(path));
        Err(self.page.invalid(problem, "it begins and ends in `/`: `/team/`", written.span()))
    }
}
