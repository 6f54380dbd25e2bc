//! Keys, and how secrets name them.

use super::accounts::{Claim, Owner};
use super::error::{ManifestError, name};
use super::file::{GrantText, KeyText, Text};
use super::{Reader, tags};
use crate::policy::access::description::{Documents, Grant, Key, KeyName};
use crate::policy::arn::Arn;

/// The aliases of the keys that AWS manages for the services that keep secrets.
const MANAGED: &[&str] = &["alias/aws/secretsmanager", "alias/aws/ssm"];

/// What a grant can allow.
/// <https://docs.aws.amazon.com/kms/latest/developerguide/grants.html>
const OPERATIONS: &[&str] = &[
    "CreateGrant",
    "Decrypt",
    "DeriveSharedSecret",
    "DescribeKey",
    "Encrypt",
    "GenerateDataKey",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
    "GenerateDataKeyWithoutPlaintext",
    "GenerateMac",
    "GetPublicKey",
    "ReEncryptFrom",
    "ReEncryptTo",
    "RetireGrant",
    "Sign",
    "Verify",
    "VerifyMac",
];

/// Whether a key is one that AWS manages, by its alias or the ARN of that.
pub(in crate::policy::access) fn is_managed(key: &str) -> bool {
    let alias = Arn::parse(key).filter(|arn| arn.service == "kms").map_or(key, |arn| arn.resource);
    MANAGED.contains(&alias)
}

impl Reader<'_> {
    /// Adds a `[[key]]`.
    pub(super) fn add_key(&mut self, text: KeyText) -> Result<(), ManifestError> {
        let owner = self.owner(&text.account)?;
        let id = self.named("key", &text.id)?;
        self.once("key", &[&id], &text.id)?;
        let mut region = self.region(text.region.as_ref())?;
        if let Some(arn) = &text.arn {
            let claim =
                Claim { what: "key", service: "kms", owner: &owner, region: text.region.as_ref() };
            let read = self.arn(arn, &claim)?;
            if !read.resource.starts_with("key/") {
                let problem = format!("`{}` is not the ARN of a key", name(arn.get_ref()));
                let help =
                    "write the one that ends in `key/` and the key id; aliases go to `aliases`";
                return Err(self.page.invalid(problem, help, arn.span()));
            }
            region = Some(read.region.to_owned());
            self.once("ARN", &[arn.get_ref()], arn)?;
        }
        self.keys.insert(id.clone(), region.clone());
        let aliases = self.aliases(&text.aliases, &owner, region.as_deref())?;
        let policy = self.key_policy(&text)?;
        let (tags, has_all_tags) = tags(text.tags);
        let grants = text.grants.into_iter().map(|grant| self.grant(grant));
        let grants = grants.collect::<Result<_, _>>()?;
        self.said.keys.push(Key {
            id,
            account: owner.name,
            region,
            arn: text.arn.map(Text::into_inner),
            policy,
            aliases,
            grants,
            is_disabled: text.enabled == Some(false),
            tags,
            has_all_tags,
            at: self.page.at(text.id.span()),
        });
        Ok(())
    }

    fn key_policy(&mut self, text: &KeyText) -> Result<Documents, ManifestError> {
        let Some(given) = &text.policy else { return Ok(None) };
        let policy = self.documents(given, None)?;
        if policy.is_empty() {
            let problem = "every key has a policy".to_owned();
            let help = "name its file; leave `policy` out where it is not known";
            return Err(self.page.invalid(problem, help, given.span()));
        }
        Ok(Some(policy))
    }

    fn aliases(
        &mut self,
        aliases: &[Text],
        owner: &Owner,
        region: Option<&str>,
    ) -> Result<Vec<String>, ManifestError> {
        for alias in aliases {
            if alias.get_ref().strip_prefix("alias/").is_none_or(str::is_empty) {
                let problem = format!("`{}` is not an alias", name(alias.get_ref()));
                let help = "aliases begin with `alias/`";
                return Err(self.page.invalid(problem, help, alias.span()));
            }
            if is_managed(alias.get_ref()) {
                let problem = format!("`{}` is the alias of a key of AWS's", alias.get_ref());
                let help = "a secret without `kms` has that key; it needs no `[[key]]`";
                return Err(self.page.invalid(problem, help, alias.span()));
            }
            self.once("alias", &[&owner.name, region.unwrap_or_default(), alias.get_ref()], alias)?;
        }
        Ok(aliases.iter().map(|alias| alias.get_ref().clone()).collect())
    }

    fn grant(&self, text: GrantText) -> Result<Grant, ManifestError> {
        for operation in &text.operations {
            if !OPERATIONS.contains(&operation.get_ref().as_str()) {
                let help = "operations are written as in `Decrypt`, without `kms:`";
                let known = OPERATIONS.iter().copied();
                return Err(self.page.unknown("grant operation", operation, known, help));
            }
        }
        let at = self.page.at(text.grantee.span());
        let operations = text.operations.into_iter().map(Text::into_inner).collect();
        Ok(Grant { grantee: text.grantee.into_inner(), operations, at })
    }

    /// The key of something in a region. What is named by id has to be declared; an alias and a key id may be those of a key in
    /// a template.
    pub(super) fn key_name(
        &self,
        written: Option<&Text>,
        region: Option<&str>,
    ) -> Result<KeyName, ManifestError> {
        let Some(written) = written else { return Ok(KeyName::Managed) };
        let text = written.get_ref();
        if is_managed(text) {
            return Ok(KeyName::Managed);
        }
        let is_of_key = |arn: &Arn| {
            arn.service == "kms"
                && (arn.resource.starts_with("key/") || arn.resource.starts_with("alias/"))
        };
        if text.starts_with("arn:") && !Arn::parse(text).is_some_and(|arn| is_of_key(&arn)) {
            let problem = format!("`{}` is not the ARN of a key", name(text));
            let help = "it ends in `key/` and the key id, or in `alias/` and a name";
            return Err(self.page.invalid(problem, help, written.span()));
        }
        match self.keys.get(text) {
            Some(Some(of_key)) if region.is_some_and(|region| region != of_key) => {
                let problem = format!(
                    "the key `{}` is in region `{of_key}`, what it should encrypt in `{}`",
                    name(text),
                    region.unwrap_or_default()
                );
                let help = "name a key of that region; a replica has a key of its own region";
                Err(self.page.contradiction(problem, help, None, written.span()))
            }
            None if !is_public(text) => {
                let known = self.keys.keys().map(String::as_str);
                let help = "declare it as a `[[key]]` with that `id`, or write its ARN";
                let mut known: Vec<&str> = known.collect();
                known.sort_unstable();
                Err(self.page.unknown("key", written, known.into_iter(), help))
            }
            _ => Ok(KeyName::Is(text.clone())),
        }
    }
}

/// Whether a text names a key as AWS does: by ARN, alias or key id.
fn is_public(text: &str) -> bool {
    ["arn:", "alias/", "mrk-"].iter().any(|start| text.starts_with(start)) || is_uuid(text)
}

/// Whether a text has the form of a key id: `0a1b2c3d-1111-4222-8333-444455556666`.
fn is_uuid(text: &str) -> bool {
    let is_hex = |part: &str| part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let parts: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    lengths == [8, 4, 4, 4, 12] && parts.into_iter().all(is_hex)
}
