//! Policies: documents are read out of a blob, checked, and what is wrong with them is reported.

pub mod access;
mod actions;
mod arn;
mod catalogue;
mod checks;
mod condition;
mod document;
mod fix;
mod glob;
mod link;
mod principal;
mod read;
mod reporter;
mod settle;
mod slip;
mod text;
mod tree;

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use crate::blob::Blob;
use crate::finding::{CheckMeta, Confidence, Example, RuleMeta, Severity};
use crate::fingerprint::Fingerprint;
use access::Manifest;
pub use access::ManifestError;
pub use catalogue::{
    Catalogue, CatalogueError, date as catalogue_date, sources as catalogue_sources,
};
use checks::{Check, Deployment, Run, World};
use reporter::Reporter;

pub use document::Kind;
pub use fix::Edit;
pub use link::{Stack, follow, group, inline};
pub use read::{Language, Template};

/// The largest document that is checked, in bytes: AWS takes at most 32 KiB (of a key policy).
/// <https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html>
const MAX_DOCUMENT: usize = 1024 * 1024;

/// What is known of every check, in the order of the table.
static METAS: LazyLock<Vec<Arc<RuleMeta>>> =
    LazyLock::new(|| checks::all().map(|check| Arc::new(meta(check))).collect());

/// What is known of every check.
pub fn metas() -> impl Iterator<Item = &'static Arc<RuleMeta>> {
    METAS.iter()
}

/// The id of every check, in the same order.
pub fn ids() -> impl Iterator<Item = &'static str> {
    checks::all().map(|check| check.id)
}

fn meta(check: &Check) -> RuleMeta {
    let kind = |kind: &Kind| match kind {
        Kind::Identity => "identity",
        Kind::Resource => "resource",
        Kind::Key => "key",
        Kind::Trust => "trust",
        Kind::Endpoint => "endpoint",
        Kind::ServiceControl => "service-control",
        Kind::ResourceControl => "resource-control",
    };
    let applies: Vec<&str> = match check.run {
        Run::Template(_) => vec!["template"],
        Run::World(_) => vec!["world"],
        Run::Both(..) => check.kinds.iter().map(kind).chain(["template"]).collect(),
        Run::Document(_) | Run::Syntax => check.kinds.iter().map(kind).collect(),
    };
    let tags = ["policy", "aws"].into_iter().chain(applies);
    RuleMeta {
        id: check.id.into(),
        title: check.title.into(),
        help: check.help.into(),
        severity: check.severity,
        confidence: check.confidence,
        references: vec![check.url.into()],
        tags: tags.map(Into::into).collect(),
        check: Some(CheckMeta {
            why: check.why.into(),
            aliases: check.aliases.iter().map(|alias| (*alias).into()).collect(),
            bad: example(check.id, "bad"),
            good: example(check.id, "good"),
        }),
    }
}

/// The first document of the fixtures of a check.
fn example(id: &str, stem: &str) -> Example {
    let found = EXAMPLES.iter().find(|(of, name, ..)| *of == id && *name == stem);
    found.map_or(Example { language: "json", text: "" }, |(.., language, text)| Example {
        language,
        text,
    })
}

/// Check, `bad` or `good`, language, text: packed by `build.rs`.
const EXAMPLES: &[(&str, &str, &str, &str)] = include!(concat!(env!("OUT_DIR"), "/examples.rs"));

/// One defect of a policy document, in a blob.
#[derive(Clone, Debug)]
pub struct Defect {
    /// The check that found it.
    pub meta: Arc<RuleMeta>,
    /// At most the check's own.
    pub severity: Severity,
    /// How sure the check is.
    pub confidence: Confidence,
    /// Where, in bytes of the blob.
    pub span: Range<usize>,
    /// The document or resource around it.
    pub within: Range<usize>,
    /// What AWS makes of it.
    pub message: String,
    /// The more general checks that found the same.
    pub supersedes: Vec<String>,
    /// A secret that stands there or beside it, and must not be shown.
    pub secret: Option<Range<usize>>,
    /// The changes of the blob's bytes that put it right, sorted and apart; none where a person has to decide.
    pub fix: Vec<Edit>,
    /// Its identity across runs.
    pub fingerprint: Fingerprint,
}

/// What the policies of a blob gave.
#[derive(Clone, Debug, Default)]
pub struct Analysis {
    /// Sorted by place, then check.
    pub defects: Vec<Defect>,
    /// Documents that were checked.
    pub documents: u64,
    /// What could not be read or checked.
    pub unread: Vec<Unread>,
}

/// A part of a blob that was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// Why, in words, without a full stop.
    pub problem: String,
    /// Whether a limit of keylint is the reason, not the text.
    pub is_limit: bool,
}

/// Whether a blob that is a whole input may hold a policy. Costs one pass over the text.
pub fn may_hold_policy(blob: &Blob) -> bool {
    read::may_hold_policy(blob)
}

/// The language of an input that is read in chunks, by its first one; `None` where no policy is written so.
pub fn language(blob: &Blob) -> Option<Language> {
    read::language(blob)
}

/// Whether a chunk of an input in a language says that there may be a policy in it.
pub fn chunk_may_hold_policy(language: Language, text: &[u8]) -> bool {
    read::has_word(language, text)
}

/// Whether a blob is well-formed in the language it is written in.
pub fn parses(blob: &Blob) -> bool {
    Template::read(blob).error.is_none()
}

/// What the policy half is told.
#[derive(Debug, Default)]
pub struct Options {
    /// The ids of checks that do not take part.
    pub disabled: Vec<String>,
    /// What every document is, when the user says so.
    pub kind: Option<Kind>,
    /// The actions, types of resource and condition keys that there are.
    pub catalogue: Catalogue,
}

/// Reads and checks blobs that are all there is.
pub fn analyse(blobs: &[Blob], options: &Options) -> Vec<Analysis> {
    let templates: Vec<Template> = blobs.iter().map(Template::read).collect();
    let paths: Vec<_> =
        blobs.iter().map(|blob| blob.origin().full_path().unwrap_or_default()).collect();
    let named: Vec<(&Path, &[u8])> =
        paths.iter().zip(blobs).map(|(path, blob)| (&**path, blob.text)).collect();
    let manifest = Manifest::among(&named).unwrap_or_default().with_files(&templates);
    let mut stacks: Vec<Stack> = group(templates).into_iter().map(Stack::new).collect();
    follow(&mut stacks);
    let texts = |file: usize| blobs.get(file).map_or(&[][..], |blob| blob.text);
    let checked = stacks.iter().flat_map(|stack| check(stack, &texts, options));
    let of_world = check_world(&stacks, &manifest, &texts, options);
    let mut analyses: Vec<Analysis> = blobs.iter().map(|_| Analysis::default()).collect();
    for (file, analysis) in checked.chain(of_world) {
        if let Some(whole) = analyses.get_mut(file) {
            whole.add(analysis);
        }
    }
    analyses
}

impl Analysis {
    /// Joins what another look at the same file gave.
    pub fn add(&mut self, other: Self) {
        self.documents += other.documents;
        self.unread.extend(other.unread);
        // Each is settled by itself already.
        if self.defects.is_empty() {
            self.defects = other.defects;
        } else if !other.defects.is_empty() {
            self.defects.extend(other.defects);
            settle::settle(&mut self.defects);
        }
    }
}

/// Checks what only everything together shows: what each file gave.
pub fn check_world<'t>(
    stacks: &[Stack],
    manifest: &Manifest,
    texts: &dyn Fn(usize) -> &'t [u8],
    options: &Options,
) -> Vec<(usize, Analysis)> {
    let deployments = stacks.iter().map(|stack| Deployment::new(stack, options)).collect();
    let world = World { deployments, said: manifest.said().clone(), ..World::default() };
    let of_file: HashMap<usize, &Deployment> = world
        .deployments
        .iter()
        .flat_map(|deployment| deployment.stack.files.iter().map(move |file| (*file, deployment)))
        .collect();
    let mut reporter = Reporter::new(texts);
    let mut of_files: BTreeMap<usize, Analysis> = BTreeMap::new();
    for violation in checks::run_world(&world, &options.disabled) {
        let analysis = of_files.entry(violation.file).or_default();
        let deployment = of_file.get(&violation.file);
        analysis
            .defects
            .extend(deployment.map(|deployment| reporter.outside(violation, deployment)));
    }
    for analysis in of_files.values_mut() {
        settle::settle(&mut analysis.defects);
    }
    of_files.into_iter().collect()
}

/// Checks a stack: what each of its files gave. `texts` are the files as they were read.
pub fn check<'t>(
    stack: &Stack,
    texts: &dyn Fn(usize) -> &'t [u8],
    options: &Options,
) -> Vec<(usize, Analysis)> {
    let mut of_files: BTreeMap<usize, Analysis> =
        stack.files.iter().map(|file| (*file, Analysis::default())).collect();
    let deployment = Deployment::new(stack, options);
    let mut reporter = Reporter::new(texts);
    for (root, document) in &deployment.documents {
        let analysis = of_files.entry(root.file).or_default();
        analysis.documents += 1;
        if document.node.span.len() > MAX_DOCUMENT {
            let problem = format!(
                "a policy document of more than {} KiB; AWS takes no more than 32",
                MAX_DOCUMENT / 1024
            );
            analysis.unread.push(Unread { problem, is_limit: true });
            continue;
        }
        for mut violation in checks::run(document, root.file, &options.disabled) {
            if root.is_expanded {
                // What AWS wrote cannot be changed here; only what was given to it can.
                if violation.span == root.node.span {
                    continue;
                }
                violation.fix.clear();
            }
            analysis.defects.push(reporter.inside(violation, document));
        }
    }
    for violation in checks::run_template(&deployment, &options.disabled) {
        let analysis = of_files.entry(violation.file).or_default();
        analysis.defects.push(reporter.outside(violation, &deployment));
    }
    for slip in &stack.slips {
        slip::add(slip, of_files.entry(slip.file).or_default(), texts(slip.file), options);
    }
    for (file, defect) in slip::unescaped(&deployment, &mut reporter, options) {
        of_files.entry(file).or_default().defects.push(defect);
    }
    for analysis in of_files.values_mut() {
        settle::settle(&mut analysis.defects);
    }
    of_files.into_iter().collect()
}

fn shared_meta(check: &Check) -> Arc<RuleMeta> {
    static BY_ID: LazyLock<HashMap<&str, &Arc<RuleMeta>>> =
        LazyLock::new(|| METAS.iter().map(|meta| (meta.id.as_str(), meta)).collect());
    let shared = BY_ID.get(check.id).copied();
    shared.map_or_else(|| Arc::new(meta(check)), Arc::clone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_rows_are_complete() {
        let mut ids: Vec<&str> = checks::all().map(|check| check.id).collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count);
        for check in checks::all() {
            assert!(!check.kinds.is_empty() && check.help.ends_with('.'), "{}", check.id);
            assert!(!check.title.ends_with('.'), "{}", check.id);
            assert!(check.url.starts_with("https://docs.aws.amazon.com/"), "{}", check.id);
        }
    }
}
