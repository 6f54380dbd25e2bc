//! Who can read which secret: files in, answers out. Policies of all inputs are read, joined to stacks, and held together with
//! what a manifest says of them.

mod past;

use std::collections::HashMap;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use miette::Diagnostic;
use thiserror::Error;

use crate::access::{Access, Grant, Site};
use crate::blob::{Blob, Content, Origin};
use crate::config::Config;
use crate::location::{Location, Locator, Position, Width};
use crate::outcome::{SkipReason, Skipped};
use crate::policy::access::{self, At, Manifest, ManifestError, TooManyPairs, UnknownLabel};
use crate::policy::{self, Stack, Template, Unread};
use crate::pool::{each, in_pool};
use crate::source::{self, Source, SourceError, Unit};
use past::Then;
pub use past::{Before, Past, access_before};

/// Why nothing could be answered.
#[derive(Debug, Error, Diagnostic)]
pub enum AccessError {
    /// A source cannot be what the user meant.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Source(#[from] SourceError),
    /// The manifest says what cannot be.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Manifest(#[from] ManifestError),
    /// Who or what is asked for is not known.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Label(#[from] UnknownLabel),
    /// There is too much of everything.
    #[error(transparent)]
    #[diagnostic(transparent)]
    TooMany(#[from] TooManyPairs),
    /// keylint failed.
    #[error("keylint failed on what was read")]
    #[diagnostic(
        code(access::internal),
        help("please report it; with fewer files it may still answer")
    )]
    Internal,
    /// The manifest is no text.
    #[error("the manifest `{name}` is not UTF-8")]
    #[diagnostic(code(access::not_text), help("save it as UTF-8"))]
    NotText {
        /// Its path.
        name: String,
    },
    /// The manifest is not there.
    #[error("the manifest `{name}` cannot be read")]
    #[diagnostic(
        code(access::unreadable),
        help("name a file with --manifest, such as accounts.toml")
    )]
    Unreadable {
        /// Its path.
        name: String,
    },
}

/// Answers for everything that the sources declare and a manifest describes.
///
/// # Errors
///
/// When a source cannot be what the user meant, or the manifest says what cannot be.
pub fn access(
    sources: &[Source],
    manifest: Option<&Path>,
    config: &Config,
) -> Result<Access, AccessError> {
    guarded(config, || {
        let mut files = Files::default();
        files.read(sources, config)?;
        files.answer(manifest, &config.policy)
    })
}

/// Works with the threads that are wanted. A defect of keylint is an error like others.
fn guarded<T: Send>(
    config: &Config,
    work: impl FnOnce() -> Result<T, AccessError> + Send,
) -> Result<T, AccessError> {
    let done = catch_unwind(AssertUnwindSafe(|| in_pool(config.threads, work)));
    done.unwrap_or(Err(AccessError::Internal))
}

/// Works out the statements that let a principal read a secret; both are labels or ARNs.
///
/// # Errors
///
/// As [`access()`], and when one of both is not known.
pub fn grant(
    pair: (&str, &str),
    (sources, manifest): (&[Source], Option<&Path>),
    config: &Config,
) -> Result<Grant, AccessError> {
    guarded(config, || {
        let mut files = Files::default();
        files.read(sources, config)?;
        let (stacks, said, _) = files.joined(manifest)?;
        Ok(access::grant(&stacks, &said, pair, &config.policy)?)
    })
}

/// Answers for files that are in memory, as if they lay in the working directory.
///
/// # Errors
///
/// When the manifest says what cannot be.
///
/// # Examples
///
/// A role whose own policy ends the name of the secret without its random suffix:
///
/// ```
/// use keylint::access::Answer;
/// use keylint::scan::access_of;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let policy = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "secretsmanager:GetSecretValue",
///     "Resource": {"Fn::Sub": "arn:aws:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:shop/db"}}]}"#;
/// let template = format!(r#"{{"Resources": {{
///     "Db": {{"Type": "AWS::SecretsManager::Secret", "Properties": {{"Name": "shop/db"}}}},
///     "App": {{"Type": "AWS::IAM::Role", "Properties": {{"RoleName": "App", "Policies": [{{"PolicyDocument": {policy}}}]}}}}}}}}"#);
/// let access = access_of(vec![("template.json".into(), template.into_bytes())], None)?;
/// assert_eq!(access.paths[0].answer, Answer::No);
/// # Ok(())
/// # }
/// ```
pub fn access_of(
    given: Vec<(PathBuf, Vec<u8>)>,
    manifest: Option<&Path>,
) -> Result<Access, AccessError> {
    let mut files = Files { is_closed: true, ..Files::default() };
    for (path, text) in given {
        files.add(File::new(Origin::File { path }, text));
    }
    files.answer(manifest, &policy::Options::default())
}

/// The stacks of all files, what is said of them, and which files could not be read.
type Joined = (Vec<Stack>, Manifest, Vec<(usize, Unread)>);

/// A file that may hold policies.
struct File {
    origin: Arc<Origin>,
    text: Box<[u8]>,
    width: Width,
    start: Position,
    /// Where lines start, once somebody asks.
    lines: OnceLock<Vec<usize>>,
}

impl File {
    fn new(origin: Origin, text: Vec<u8>) -> Self {
        Self {
            origin: Arc::new(origin),
            text: text.into(),
            width: Width::Bytes,
            start: Position::START,
            lines: OnceLock::new(),
        }
    }

    fn of(blob: &Blob) -> Self {
        Self {
            origin: Arc::clone(blob.origin()),
            text: blob.text.into(),
            width: blob.width,
            start: blob.start,
            lines: OnceLock::new(),
        }
    }

    /// Where a stretch of it is. Many are asked for, in any order: each is looked for from the start of its line.
    fn locate(&self, span: &Range<usize>) -> Location {
        let mut locator = self.blob().locator();
        if self.width != Width::Bytes || self.start != Position::START {
            return locator.locate(span);
        }
        let lines = self.lines.get_or_init(|| {
            let ends = self.text.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
            std::iter::once(0).chain(ends.map(|(at, _)| at + 1)).collect()
        });
        let line = lines.partition_point(|start| *start <= span.start);
        let start = line.checked_sub(1).and_then(|line| lines.get(line)).copied().unwrap_or(0);
        if line <= 1 {
            return locator.locate(span);
        }
        let origin =
            Position { offset: start as u64, line: line as u64, column: 1, column_utf16: 1 };
        let text = self.text.get(start..).unwrap_or_default();
        let span = span.start.saturating_sub(start)..span.end.saturating_sub(start);
        Locator::new(text, self.width, origin).locate(&span)
    }

    fn blob(&self) -> Blob<'_> {
        let whole = Blob::whole(&self.origin, &self.text, Content::Text);
        Blob { width: self.width, start: self.start, ..whole }
    }
}

/// Reads an input, and keeps of it what may say something of access.
fn read(unit: &Unit) -> (Vec<File>, Vec<Skipped>) {
    let (mut files, mut skipped) = (Vec::new(), Vec::new());
    let mut scratch = source::Scratch::default();
    let mut is_large = false;
    source::read(unit, &mut scratch, &mut skipped, &mut |blob| {
        is_large |= !blob.is_whole;
        if blob.is_whole && (policy::may_hold_policy(blob) || access::may_describe(blob)) {
            files.push(File::of(blob));
        }
    });
    if is_large {
        let again = source::read_whole(unit, &mut |blob| {
            if policy::may_hold_policy(blob) || access::may_describe(blob) {
                files.push(File::of(blob));
            }
        });
        skipped.extend(again.err());
    }
    (files, skipped)
}

/// Everything that was read.
#[derive(Default)]
struct Files<'a> {
    all: Vec<File>,
    by_path: HashMap<PathBuf, usize>,
    skipped: Vec<Skipped>,
    /// Whether there are no other files.
    is_closed: bool,
    /// Those that the manifest names.
    named: Vec<usize>,
    /// Where those are that were not read; `None` where they are now.
    then: Option<Then<'a>>,
}

impl Files<'_> {
    fn read(&mut self, sources: &[Source], config: &Config) -> Result<(), AccessError> {
        let listing = source::list(sources, &config.selection)?;
        for (read, skipped) in each(listing.units.iter().collect(), read) {
            self.skipped.extend(skipped);
            for file in read {
                self.add(file);
            }
        }
        self.skipped.extend(listing.skipped);
        Ok(())
    }

    fn add(&mut self, file: File) {
        if let Origin::File { path } = &*file.origin {
            self.by_path.insert(access::plain(path), self.all.len());
        }
        self.all.push(file);
    }

    /// The file of a path, which is read if it was not.
    fn find(&mut self, path: &Path) -> Option<usize> {
        let known = self.by_path.get(&access::plain(path)).copied();
        if known.is_some() || self.is_closed {
            return known;
        }
        let unit = match &self.then {
            Some(then) => then.unit(path),
            // What the manifest names is meant, whatever links lead to it.
            None => path.is_file().then(|| Unit::File(path.canonicalize().unwrap_or(path.into()))),
        };
        let origin = Arc::new(Origin::File { path: path.to_path_buf() });
        let again = source::read_whole(&unit?, &mut |blob| {
            self.by_path.insert(access::plain(path), self.all.len());
            self.all.push(File { origin: Arc::clone(&origin), ..File::of(blob) });
        });
        self.skipped.extend(again.err());
        self.by_path.get(&access::plain(path)).copied()
    }

    fn answer(
        mut self,
        manifest: Option<&Path>,
        options: &policy::Options,
    ) -> Result<Access, AccessError> {
        let (stacks, said, unread) = self.joined(manifest)?;
        let places = |at: &At| self.site(at);
        let mut access = access::answer(&stacks, &said, options, &places)?;
        if let (Some(path), None) = (manifest, &self.then) {
            let file = self.by_path.get(&access::plain(path)).and_then(|file| self.all.get(*file));
            let text =
                file.map_or_else(Default::default, |file| String::from_utf8_lossy(&file.text));
            said.check_expectations((&path.display().to_string(), &text), &stacks, &access)?;
        }
        let empty = access::without_policy(&stacks, &self.named);
        let empty = empty.into_iter().filter(|file| unread.iter().all(|(known, _)| known != file));
        let empty =
            empty.map(|file| (file, "there is no policy in it".to_owned())).collect::<Vec<_>>();
        let unread = unread
            .into_iter()
            .map(|(file, unread)| (file, format!("policies were not read: {}", unread.problem)));
        self.skipped.extend(unread.chain(empty).filter_map(|(file, detail)| {
            let origin = (*self.all.get(file)?.origin).clone();
            Some(Skipped::new(origin, SkipReason::Malformed, detail))
        }));
        access.skipped = std::mem::take(&mut self.skipped);
        access.skipped.sort_by(|a, b| (&a.origin, &a.detail).cmp(&(&b.origin, &b.detail)));
        access.skipped.dedup();
        Ok(access)
    }

    /// The stacks of all files, what is said of them, and which files could not be read.
    fn joined(&mut self, manifest: Option<&Path>) -> Result<Joined, AccessError> {
        let manifest = match manifest {
            Some(path) => self.manifest(path)?,
            None => Manifest::default(),
        };
        let templates = self.templates();
        let unread = access::unread(&templates, &self.named);
        let said = manifest.with_files(&templates);
        let joined = each(policy::group(templates), |files| {
            let names: Vec<usize> = files.iter().map(|(at, _)| *at).collect();
            catch_unwind(AssertUnwindSafe(|| Stack::new(files))).map_err(|_| names)
        });
        let mut stacks = Vec::with_capacity(joined.len());
        for stack in joined {
            match stack {
                Ok(stack) => stacks.push(stack),
                Err(files) => files.into_iter().for_each(|file| self.failed(file)),
            }
        }
        policy::inline(&mut stacks);
        policy::follow(&mut stacks);
        Ok((stacks, said, unread))
    }

    /// What is read of each file; nothing of one that keylint fails on.
    fn templates(&mut self) -> Vec<Template> {
        let read = each(self.all.iter().collect(), |file: &File| {
            catch_unwind(AssertUnwindSafe(|| Template::read(&file.blob()))).ok()
        });
        let mut templates = Vec::with_capacity(read.len());
        for (at, template) in read.into_iter().enumerate() {
            if template.is_none() {
                self.failed(at);
            }
            templates.push(template.unwrap_or_else(Template::nothing));
        }
        templates
    }

    /// Names a file that keylint fails on.
    fn failed(&mut self, file: usize) {
        let detail = "keylint failed on this input; please report it";
        self.skipped.extend(
            self.all
                .get(file)
                .map(|file| Skipped::new((*file.origin).clone(), SkipReason::Internal, detail)),
        );
    }

    /// Reads the manifest, and the files that it names.
    fn manifest(&mut self, path: &Path) -> Result<Manifest, AccessError> {
        let name = path.display().to_string();
        let file = self.find(path);
        let Some(file) = file else { return Err(AccessError::Unreadable { name }) };
        let bytes = self.all.get(file).map(|file| file.text.to_vec()).unwrap_or_default();
        let Ok(text) = String::from_utf8(bytes) else { return Err(AccessError::NotText { name }) };
        let folder = path.parent().unwrap_or(Path::new("")).to_path_buf();
        let mut named = Vec::new();
        let said = Manifest::read(&name, &text, file, &mut |wanted| {
            let found = self.find(&folder.join(wanted));
            named.extend(found);
            found
        });
        named.sort_unstable();
        named.dedup();
        self.named = named;
        said.map_err(|error| match &self.then {
            Some(then) => error.named(&format!("{name} ({})", then.from)).into(),
            None => error.into(),
        })
    }

    fn site(&self, at: &At) -> Option<Site> {
        let file = self.all.get(at.file)?;
        Some(Site { origin: Arc::clone(&file.origin), location: file.locate(&at.span) })
    }
}
