//! Says of secrets in files that a Dockerfile beside them builds them into an image, and by which instruction.

mod context;
mod parse;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::Unit;
use super::read::open;
use crate::blob::Origin;
use crate::finding::{Finding, FindingKind, Place};
use crate::image::{Built, Effect};
use context::{Ignore, takes};
use parse::Instruction;

/// The largest Dockerfile that is read.
const MAX_SIZE: u64 = 1024 * 1024;
/// Dockerfiles of one scan that are read.
const MAX_FILES: usize = 10_000;

/// A Dockerfile, and the files that a build from it is given: by convention those of its directory.
struct Dockerfile {
    path: PathBuf,
    context: PathBuf,
    instructions: Vec<Instruction>,
    ignore: Ignore,
}

/// Adds to places of secrets which instructions of Dockerfiles among the inputs build them into images.
pub(super) fn trace(units: &[Unit], findings: &mut [Finding]) {
    let is_secret = |finding: &&mut Finding| matches!(finding.kind, FindingKind::Secret { .. });
    let places = || findings.iter().flat_map(|finding| &finding.places);
    if !places().any(|place| matches!(*place.origin, Origin::File { .. })) {
        return;
    }
    let files = units.iter().filter_map(|unit| match unit {
        Unit::File(path) if is_dockerfile(path) => Some(path),
        _ => None,
    });
    let files: Vec<Dockerfile> =
        files.take(MAX_FILES).filter_map(|path| Dockerfile::read(path)).collect();
    for place in findings.iter_mut().filter(is_secret).flat_map(|finding| &mut finding.places) {
        place.built = files.iter().find_map(|file| file.builds(place)).map(Box::new);
    }
}

fn is_dockerfile(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let is_plain = |plain: &str| {
        name == plain || name.strip_prefix(plain).is_some_and(|rest| rest.starts_with('.'))
    };
    let is_one =
        is_plain("dockerfile") || is_plain("containerfile") || name.ends_with(".dockerfile");
    is_one && !name.ends_with(".dockerignore")
}

fn text(path: &Path) -> Option<String> {
    let (file, _): (File, _) = open(path).ok()?;
    let mut bytes = Vec::new();
    file.take(MAX_SIZE).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

impl Dockerfile {
    fn read(path: &Path) -> Option<Self> {
        let context = path.parent().unwrap_or(Path::new("")).to_path_buf();
        // A Dockerfile may have a list of its own.
        let mut own = path.as_os_str().to_owned();
        own.push(".dockerignore");
        let ignore = text(Path::new(&own)).or_else(|| text(&context.join(".dockerignore")));
        Some(Self {
            path: path.into(),
            instructions: parse::read(&text(path)?),
            ignore: ignore.map_or_else(Ignore::default, |ignore| Ignore::read(&ignore)),
            context,
        })
    }

    /// The instruction that gets a place into an image.
    fn builds(&self, place: &Place) -> Option<Built> {
        let Origin::File { path } = &*place.origin else { return None };
        if *path == self.path {
            return self.holds(place.location.start.line);
        }
        let below = path.strip_prefix(&self.context).ok()?;
        if self.ignore.leaves_out(below) {
            return None;
        }
        let copies = |instruction: &&Instruction| {
            matches!(instruction.keyword.as_str(), "COPY" | "ADD")
                && instruction.flags("from").next().is_none()
                && !instruction.flags("exclude").any(|source| takes(source, below))
                && sources(instruction).iter().any(|source| takes(source, below))
        };
        let copies: Vec<&Instruction> = self.instructions.iter().filter(copies).collect();
        // What ends up in the image counts more than what a stage of the build is given.
        let last = copies.iter().find(|copy| self.is_in_image(copy));
        let effect = if last.is_some() { Effect::Copied } else { Effect::CopiedToStage };
        Some(self.built(last.or(copies.first())?, effect))
    }

    /// The instruction that a line of the Dockerfile itself is part of.
    fn holds(&self, line: u64) -> Option<Built> {
        let holds = |one: &&Instruction| (one.first_line..=one.last_line).contains(&line);
        // What only a stage of the build has is not in the image.
        let is_meant = |one: &&Instruction| self.is_in_image(one);
        let instruction = self.instructions.iter().find(holds).filter(is_meant)?;
        let effect = match instruction.keyword.as_str() {
            "ENV" => Effect::Environment,
            "LABEL" => Effect::Label,
            "ARG" | "RUN" | "CMD" | "ENTRYPOINT" | "HEALTHCHECK" | "ONBUILD" | "SHELL" => {
                Effect::History
            }
            _ => return None,
        };
        Some(self.built(instruction, effect))
    }

    fn built(&self, instruction: &Instruction, effect: Effect) -> Built {
        Built {
            dockerfile: self.path.clone(),
            line: instruction.first_line,
            instruction: instruction.text(),
            effect,
        }
    }

    /// Whether an instruction is in the last stage, or in one that it is made from.
    fn is_in_image(&self, instruction: &Instruction) -> bool {
        let stages: Vec<&Instruction> =
            self.instructions.iter().filter(|one| one.keyword == "FROM").collect();
        let begins = |stage: &&&Instruction| stage.first_line <= instruction.first_line;
        let Some(own) = stages.iter().filter(begins).count().checked_sub(1) else { return true };
        let mut at = stages.len().saturating_sub(1);
        loop {
            if at == own {
                return true;
            }
            let base = stages.get(at).and_then(|stage| stage.words().into_iter().next());
            let named = |stage: &&Instruction| {
                let words = stage.words();
                words.get(1).is_some_and(|word| word.eq_ignore_ascii_case("as"))
                    && words
                        .get(2)
                        .zip(base.as_ref())
                        .is_some_and(|(a, b)| a.eq_ignore_ascii_case(b))
            };
            // A stage can only be made from one before it.
            match stages.get(..at).and_then(|before| before.iter().rposition(named)) {
                Some(before) => at = before,
                None => return false,
            }
        }
    }
}

/// What a `COPY` names, without where it goes.
fn sources(instruction: &Instruction) -> Vec<String> {
    let mut words = instruction.words();
    words.pop();
    words
}
