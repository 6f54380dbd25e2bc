//! Secrets and parameters.

use std::ops::Range;

use toml::Spanned;

use super::accounts::{Claim, Owner};
use super::error::{ManifestError, name};
use super::file::{SecretText, Text};
use super::given::ReplicaText;
use super::{Reader, tags};
use crate::policy::access::description::{Documents, KeyName, Secret};

/// The random characters that end the ARN of a secret, after a hyphen.
const SUFFIX: usize = 6;

impl Reader<'_> {
    /// Adds a `[[secret]]`.
    pub(super) fn add_secret(&mut self, mut text: SecretText) -> Result<(), ManifestError> {
        let strange = text.tier.as_ref().map(|tier| ("tier", tier.span()));
        let shared = text.shared_with.as_ref().map(|shared| ("shared_with", shared.span()));
        self.refuse("a secret", strange.or(shared), "only a `[[parameter]]` has one")?;
        let replicas = text.replicas.take().map(Spanned::into_inner).unwrap_or_default();
        let mut secret = self.secret(text, "secret")?;
        secret.replicas = self.replicas(&replicas, &secret)?;
        self.said.secrets.push(secret);
        Ok(())
    }

    /// Adds a `[[parameter]]`.
    pub(super) fn add_parameter(&mut self, mut text: SecretText) -> Result<(), ManifestError> {
        let replicas = text.replicas.as_ref().map(|replicas| ("replicas", replicas.span()));
        self.refuse("a parameter", replicas, "write a `[[parameter]]` for each region")?;
        let is_advanced = text.tier.take().map(|tier| self.tier(&tier)).transpose()?;
        let shared_with =
            text.shared_with.take().map(|shared| self.shared_with(&shared, is_advanced));
        let shared_with = shared_with.transpose()?;
        let secret = self.secret(text, "parameter")?;
        self.said.secrets.push(Secret { is_parameter: true, is_advanced, shared_with, ..secret });
        Ok(())
    }

    /// What secrets and parameters have in common.
    fn secret(&mut self, text: SecretText, what: &'static str) -> Result<Secret, ManifestError> {
        let owner = self.owner(&text.account)?;
        let own_name = self.named(what, &text.name)?;
        let mut region = self.region(text.region.as_ref())?;
        if let Some(arn) = &text.arn {
            region = Some(self.region_of(arn, &text, &owner, what)?);
        }
        let identity = [owner.name.as_str(), region.as_deref().unwrap_or_default(), &own_name];
        self.once(what, &identity, &text.name)?;
        let key = self.key_name(text.kms.as_ref(), region.as_deref())?;
        let policy: Documents =
            text.policy.map(|given| self.documents(&given, None)).transpose()?;
        let (tags, has_all_tags) = tags(text.tags);
        Ok(Secret {
            account: owner.name,
            region,
            name: own_name,
            is_parameter: false,
            arn: text.arn.map(Text::into_inner),
            key,
            policy,
            replicas: Vec::new(),
            shared_with: None,
            is_advanced: None,
            tags,
            has_all_tags,
            at: self.page.at(text.name.span()),
        })
    }

    /// The region in an ARN that says the same as what stands beside it.
    fn region_of(
        &self,
        arn: &Text,
        text: &SecretText,
        owner: &Owner,
        what: &'static str,
    ) -> Result<String, ManifestError> {
        let service = if what == "secret" { "secretsmanager" } else { "ssm" };
        let claim = Claim { what, service, owner, region: text.region.as_ref() };
        let read = self.arn(arn, &claim)?;
        let own_name = text.name.get_ref();
        let rest = read.secret().and_then(|rest| rest.strip_prefix(own_name.as_str()));
        let is_of_it = if what == "secret" {
            rest.and_then(|rest| rest.strip_prefix('-')).is_some_and(is_suffix)
        } else {
            let of_parameter = read.resource.strip_prefix("parameter/");
            of_parameter == Some(own_name.strip_prefix('/').unwrap_or(own_name))
        };
        if is_of_it {
            return Ok(read.region.to_owned());
        }
        if rest == Some("") {
            let problem = "this ARN lacks the suffix that AWS gives it".to_owned();
            let help = "write it in full, with a hyphen and six characters, or leave `arn` out";
            return Err(self.page.invalid(problem, help, arn.span()));
        }
        let problem = format!("this ARN is not of the {what} `{}`", name(own_name));
        let help = "correct the ARN, or the `name` beside it";
        Err(self.page.contradiction(problem, help, Some(text.name.span()), arn.span()))
    }

    fn replicas(
        &mut self,
        items: &[Spanned<ReplicaText>],
        secret: &Secret,
    ) -> Result<Vec<(String, KeyName)>, ManifestError> {
        let mut replicas = Vec::with_capacity(items.len());
        for item in items {
            let written = ReplicaText::region(item);
            let region = self.region(Some(&written))?.unwrap_or_default();
            if secret.region.as_ref() == Some(&region) {
                let problem = format!("the secret itself is in region `{region}`");
                let help = "`replicas` are its other regions";
                return Err(self.page.contradiction(problem, help, None, written.span()));
            }
            // A replica has the name of its secret, and no other secret of the region can have it.
            let identity = ["secret", &secret.account, &region, &secret.name].map(str::to_owned);
            if let Some(first) = self.first.insert(identity.to_vec(), written.span()) {
                return Err(self.page.repeated("replica", &region, first, written.span()));
            }
            let key = self.key_name(item.get_ref().kms.as_ref(), Some(&region))?;
            replicas.push((region, key));
        }
        Ok(replicas)
    }

    fn tier(&self, tier: &Text) -> Result<bool, ManifestError> {
        match tier.get_ref().as_str() {
            "standard" => Ok(false),
            "advanced" => Ok(true),
            other => {
                let problem = format!("`{}` is not a tier", name(other));
                Err(self.page.invalid(problem, "it is `standard` or `advanced`", tier.span()))
            }
        }
    }

    fn shared_with(
        &mut self,
        shared: &Spanned<Vec<Text>>,
        is_advanced: Option<bool>,
    ) -> Result<Vec<String>, ManifestError> {
        if is_advanced == Some(false) && !shared.get_ref().is_empty() {
            let problem = "a parameter of the standard tier cannot be shared".to_owned();
            let help = "say `tier = \"advanced\"`, or leave `shared_with` out";
            return Err(self.page.contradiction(problem, help, None, shared.span()));
        }
        shared.get_ref().iter().map(|account| Ok(self.owner(account)?.name)).collect()
    }

    /// Refuses a key that belongs to another table.
    pub(super) fn refuse(
        &self,
        what: &str,
        strange: Option<(&str, Range<usize>)>,
        help: &str,
    ) -> Result<(), ManifestError> {
        match strange {
            Some((key, span)) => {
                Err(self.page.invalid(format!("{what} has no `{key}`"), help, span))
            }
            None => Ok(()),
        }
    }
}

fn is_suffix(text: &str) -> bool {
    text.len() == SUFFIX && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
