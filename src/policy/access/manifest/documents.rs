//! How a manifest names documents: one file, a list of files, `[]` for none, and managed policies by their ARN.

use std::ops::Range;

use toml::Spanned;

use super::Reader;
use super::error::{ManifestError, name};
use super::given::Given;
use crate::policy::access::description::{Levels, Named};
use crate::policy::arn::Arn;

/// The service whose managed policies may be attached, where any may.
pub(super) type Managed = Option<&'static str>;

impl Reader<'_> {
    /// One file, or a list of files.
    pub(super) fn documents(
        &mut self,
        given: &Spanned<Given>,
        managed: Managed,
    ) -> Result<Vec<Named>, ManifestError> {
        match given.get_ref() {
            Given::List(items) => items.iter().map(|item| self.document(item, managed)).collect(),
            _ => Ok(vec![self.document(given, managed)?]),
        }
    }

    /// What there can be one of; `None` where there is none.
    pub(super) fn single(
        &mut self,
        given: Option<&Spanned<Given>>,
        managed: Managed,
    ) -> Result<Option<Named>, ManifestError> {
        let Some(given) = given else { return Ok(None) };
        let mut all = self.documents(given, managed)?.into_iter();
        let first = all.next();
        if all.next().is_some() {
            let problem = "there can be one document here, not several".to_owned();
            let help = "name one file; other policies stand in `policies`";
            return Err(self.page.invalid(problem, help, given.span()));
        }
        Ok(first)
    }

    /// The policies of an organisation: files, or lists of files, root first. Where there is none, none applies.
    pub(super) fn levels(
        &mut self,
        given: &Spanned<Given>,
    ) -> Result<Option<Levels>, ManifestError> {
        let managed = Some("organizations");
        let is_list = |item: &Spanned<Given>| matches!(item.get_ref(), Given::List(_));
        let items = match given.get_ref() {
            Given::List(items) => items.as_slice(),
            _ => std::slice::from_ref(given),
        };
        let is_ordered = items.iter().any(is_list);
        if let Some(file) = items.iter().find(|item| is_ordered && !is_list(item)) {
            let problem = "a file stands beside lists of files".to_owned();
            let help = "write one list of files, or a list for each level, root first";
            return Err(self.page.invalid(problem, help, file.span()));
        }
        if items.is_empty() {
            return Ok(None);
        }
        if !is_ordered {
            return Ok(Some(Levels { levels: vec![self.documents(given, managed)?], is_ordered }));
        }
        let levels = items.iter().map(|level| self.level(level)).collect::<Result<_, _>>()?;
        Ok(Some(Levels { levels, is_ordered }))
    }

    fn level(&mut self, given: &Spanned<Given>) -> Result<Vec<Named>, ManifestError> {
        let policies = self.documents(given, Some("organizations"))?;
        if policies.is_empty() {
            let problem = "a level of the organisation has no policy".to_owned();
            let help = "every level has one: where nothing else is attached it is \
                 `arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess` \
                 (of `rcps`: `…:policy/resource_control_policy/p-RCPFullAWSAccess`)";
            return Err(self.page.invalid(problem, help, given.span()));
        }
        Ok(policies)
    }

    fn document(
        &mut self,
        given: &Spanned<Given>,
        managed: Managed,
    ) -> Result<Named, ManifestError> {
        let Given::Text(text) = given.get_ref() else {
            let problem = "this is not the name of a file".to_owned();
            let help = "name documents by their paths: one, or a list of them";
            return Err(self.page.invalid(problem, help, given.span()));
        };
        let by = self.page.at(given.span());
        if let Some(service) = managed.filter(|_| text.starts_with("arn:")) {
            self.check_managed(text, service, given.span())?;
            return Ok(Named::Managed { arn: text.clone(), by });
        }
        let Some(file) = (self.resolve)(text) else {
            let written = Spanned::new(given.span(), text.clone());
            let help = "a path is relative to the folder of the manifest, and the file is one of those that are read";
            return Err(self.page.unknown("file", &written, std::iter::empty(), help));
        };
        Ok(Named::File { file, by })
    }

    fn check_managed(
        &self,
        text: &str,
        service: &str,
        span: Range<usize>,
    ) -> Result<(), ManifestError> {
        let is_policy = Arn::parse(text)
            .is_some_and(|arn| arn.service == service && arn.resource.starts_with("policy/"));
        if is_policy {
            return Ok(());
        }
        let problem = format!("`{}` is not the ARN of a managed policy", name(text));
        let help = format!("write it in full, `arn:aws:{service}::…:policy/…`, or name a file");
        Err(self.page.invalid(problem, &help, span))
    }
}
