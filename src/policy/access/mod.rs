//! Who can read which secret: the documents of everything that was read, held together.
//!
//! What there is (`world`) is made of what somebody says (`manifest`, `layout`, `authorization`, all of them as a `description`) and of
//! what templates declare. `evaluate` answers, `explain` says why.

mod answer;
mod authorization;
mod cdk;
mod condition;
mod context;
mod description;
mod evaluate;
mod explain;
mod grant;
mod layout;
mod least;
mod manifest;
mod matching;
mod paths;
mod reading;
mod statement;
mod truth;
mod who;
mod world;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::access::{Access, Grant, Site};
use crate::blob::Blob;
use crate::policy::checks::{self, Deployment};
use crate::policy::link::Stack;
use crate::policy::read::Template;
use crate::policy::{Options, Unread};
pub(super) use description::Description;
use layout::LaidOut;
use world::World;

pub(crate) use super::link::normal as plain;
pub use answer::{TooManyPairs, names_label};
pub use description::At;
pub use grant::UnknownLabel;
pub use least::{ACCOUNT, MAX_NAMES, REGION, Wanted, least};
pub use manifest::ManifestError;
pub(super) use paths::{Fault, Faulty};

/// What somebody says of accounts, beside what templates declare.
#[derive(Clone, Debug, Default)]
pub struct Manifest {
    said: Description,
}

impl Manifest {
    /// Reads a manifest. `name` is its path, `file` its place in the list of files that are read; `resolve` takes a path as the
    /// manifest has it and gives that file's place in the list.
    ///
    /// # Errors
    ///
    /// When it is not TOML, or says what cannot be.
    pub fn read(
        name: &str,
        text: &str,
        file: usize,
        resolve: &mut dyn FnMut(&str) -> Option<usize>,
    ) -> Result<Self, ManifestError> {
        let mut said = manifest::read(name, text, file, resolve)?;
        let folder = Path::new(name).parent().unwrap_or(Path::new(""));
        for template in &mut said.templates {
            let path = template.path.trim_start_matches("./");
            template.path = folder.join(path).to_string_lossy().into_owned();
        }
        Ok(Self { said })
    }

    /// The manifest among files, each with its path and text: of several the one that lies highest. Files that it names are looked
    /// for among the others.
    ///
    /// # Errors
    ///
    /// As [`Self::read`], with the place of the manifest among the files.
    pub fn among(files: &[(&Path, &[u8])]) -> Result<Self, (usize, ManifestError)> {
        let manifests =
            files.iter().enumerate().filter(|(_, (path, text))| is_manifest(path, text));
        let highest = manifests.min_by_key(|(_, (path, _))| (path.components().count(), *path));
        let Some((file, (path, text))) = highest else { return Ok(Self::default()) };
        let by_path: HashMap<PathBuf, usize> =
            files.iter().enumerate().map(|(at, (path, _))| (plain(path), at)).collect();
        let folder = path.parent().unwrap_or(Path::new(""));
        let read = Self::read(
            &path.to_string_lossy(),
            &String::from_utf8_lossy(text),
            file,
            &mut |wanted| by_path.get(&plain(&folder.join(wanted))).copied(),
        );
        read.map_err(|error| (file, error))
    }

    pub(super) fn said(&self) -> &Description {
        &self.said
    }

    /// This, and what other files say that are no templates: folders laid out by account, what AWS prints of an account,
    /// what the CDK says of its stacks.
    #[must_use]
    pub fn with_files(mut self, templates: &[Template]) -> Self {
        let files: Vec<LaidOut> = templates
            .iter()
            .enumerate()
            .map(|(file, template)| LaidOut { file, path: &template.path, roots: &template.roots })
            .collect();
        let mut found = layout::read(&files);
        for LaidOut { file, path, roots } in files {
            for root in roots {
                if authorization::is_authorization_details(root) {
                    found.add(authorization::read(root, file));
                } else if let Some(stacks) = cdk::stacks(root, path, file) {
                    found.templates.extend(stacks);
                }
            }
        }
        // Whoever wrote the manifest has the last word on where templates are deployed.
        found.templates.append(&mut self.said.templates);
        self.said.add(found);
        self
    }

    /// Whether every label that something is expected of is one of somebody or something. Templates may leave open who there
    /// is: with them nothing is said.
    ///
    /// # Errors
    ///
    /// When one is not, with the one that is most like it. `written` is the path of the manifest and its text.
    pub fn check_expectations(
        &self,
        written: (&str, &str),
        stacks: &[Stack],
        access: &Access,
    ) -> Result<(), ManifestError> {
        if stacks.iter().any(|stack| !stack.resources.is_empty()) {
            return Ok(());
        }
        manifest::unmet(written, &self.said.expectations, access)
    }
}

/// The paths that something is wrong with, of all that is checked together.
pub(super) fn faulty<'w>(world: &'w checks::World<'w>) -> &'w [Faulty] {
    world.faulty.get_or_init(|| World::new(&world.said, &world.deployments).faulty())
}

/// Whether a file is a manifest, by its name and by what it says. Others have files of that name too.
pub fn is_manifest(path: &Path, text: &[u8]) -> bool {
    const TABLES: [&str; 8] = [
        "[[role]]",
        "[[user]]",
        "[[secret]]",
        "[[parameter]]",
        "[[key]]",
        "[[expect]]",
        "[[template]]",
        "[account.",
    ];
    if path.file_name().is_none_or(|name| name != "accounts.toml") {
        return false;
    }
    let text = String::from_utf8_lossy(text);
    TABLES.iter().any(|table| text.contains(table))
}

/// Whether a blob says something of accounts, although no policy may be in it.
pub fn may_describe(blob: &Blob) -> bool {
    let path = blob.origin().path();
    let name = path.and_then(|path| path.file_name()).unwrap_or_default();
    name == "manifest.json" || name == "describe.json"
}

/// What could not be read of files that are meant to hold policies or that a manifest names: the file, and why.
pub fn unread(templates: &[Template], named: &[usize]) -> Vec<(usize, Unread)> {
    let problem = |(file, template): (usize, &Template)| {
        let is_wanted = template.is_meant || named.contains(&file);
        let error = template.error.as_ref().filter(|_| is_wanted)?;
        let unread = Unread { problem: error.problem.clone(), is_limit: false };
        Some((file, unread))
    };
    templates.iter().enumerate().filter_map(problem).collect()
}

/// The files that a manifest names and that hold no policy.
pub fn without_policy(stacks: &[Stack], named: &[usize]) -> Vec<usize> {
    let holds = |stack: &Stack, file: usize| {
        stack.files().contains(&file)
            && (!stack.resources.is_empty() || stack.roots.iter().any(|root| root.file == file))
    };
    let is_empty = |file: &usize| !stacks.iter().any(|stack| holds(stack, *file));
    named.iter().copied().filter(is_empty).collect()
}

/// Answers for everything that stacks declare and a manifest says.
///
/// # Errors
///
/// When there is too much of it.
pub fn answer(
    stacks: &[Stack],
    manifest: &Manifest,
    options: &Options,
    places: &(dyn Fn(&At) -> Option<Site> + Sync),
) -> Result<Access, TooManyPairs> {
    let deployments: Vec<Deployment> =
        stacks.iter().map(|stack| Deployment::new(stack, options)).collect();
    World::new(&manifest.said, &deployments).answer(places)
}

/// Works out the statements that let a principal read a secret; both are labels or ARNs.
///
/// # Errors
///
/// When one of both is neither a label of something that was read nor an ARN.
pub fn grant(
    stacks: &[Stack],
    manifest: &Manifest,
    pair: (&str, &str),
    options: &Options,
) -> Result<Grant, UnknownLabel> {
    let deployments: Vec<Deployment> =
        stacks.iter().map(|stack| Deployment::new(stack, options)).collect();
    grant::grant(&manifest.said, &deployments, pair, (options, &|_| None))
}
