//! What container images tell of places, for all reports, and the tree of images, layers and findings for people.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;

use serde::{Deserialize, Serialize};

use super::{Options, Suppressed, listed};
use crate::blob::{Origin, inert, is_inert, path_bytes, write_inert};
use crate::finding::{Finding, FindingKind, Place};
use crate::image::{Built, ImagePlace, InImage, LayerFacts, LayerUse, short_digest};
use crate::outcome::Outcome;

/// A place in an image as JSON and SARIF show it.
#[derive(Serialize, Deserialize)]
pub(super) struct ImageView<'a> {
    /// What the user named.
    pub source: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layer: Option<LayerView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deleted: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hidden_by: Option<HiddenView<'a>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shared_with: Vec<UseView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub more_shared: Option<usize>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct LayerView<'a> {
    pub digest: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instruction: Option<Cow<'a, str>>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct HiddenView<'a> {
    pub how: Cow<'a, str>,
    pub index: usize,
    pub digest: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instruction: Option<Cow<'a, str>>,
}

/// Another image that has the layer.
#[derive(Serialize, Deserialize)]
pub(super) struct UseView<'a> {
    pub name: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<Cow<'a, str>>,
    pub layer: usize,
    pub of: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instruction: Option<Cow<'a, str>>,
    pub deleted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hidden_by: Option<HiddenView<'a>>,
}

/// What an image tells of a place; `None` for a place in none.
pub(super) fn view(place: &Place) -> Option<ImageView<'_>> {
    let Origin::Image(ImagePlace { image, at }) = place.origin.outermost() else { return None };
    let mut view = ImageView {
        source: shown(image),
        name: None,
        platform: None,
        field: None,
        layer: None,
        path: None,
        links: Vec::new(),
        deleted: None,
        hidden_by: None,
        shared_with: Vec::new(),
        more_shared: None,
    };
    match at {
        InImage::Other { name } => view.field = Some(shown(name)),
        InImage::Text { tag, platform, field, .. } => {
            view.name = tag.as_deref().map(shown);
            view.platform = platform.as_deref().map(shown);
            view.field = Some(shown(field));
        }
        InImage::Layer { digest, .. } => {
            let facts = place.layer.as_deref();
            let links = facts.map_or(&[][..], |facts| &facts.links);
            view.links = links.iter().map(|link| inert(&path_bytes(link))).collect();
            let first = facts.and_then(|facts| facts.uses.first());
            view.layer = Some(LayerView {
                digest: shown(digest),
                index: first.map(|first| first.index),
                of: first.map(|first| first.layers),
                instruction: first.and_then(|first| instruction(first.instruction.as_ref())),
            });
            view.path = path_in_layer(&place.origin);
            if let (Some(facts), Some(first)) = (facts, first) {
                view.tell(facts, first);
            }
        }
    }
    Some(view)
}

impl<'a> ImageView<'a> {
    fn tell(&mut self, facts: &'a LayerFacts, first: &'a LayerUse) {
        self.name = Some(shown(&first.image));
        self.platform = first.platform.as_deref().map(shown);
        self.deleted = Some(first.hidden.is_some());
        self.hidden_by = hidden_view(first);
        self.shared_with = facts.uses.iter().skip(1).map(use_view).collect();
        self.more_shared = (facts.more_uses > 0).then_some(facts.more_uses);
    }
}

fn use_view(of: &LayerUse) -> UseView<'_> {
    UseView {
        name: shown(&of.image),
        platform: of.platform.as_deref().map(shown),
        layer: of.index,
        of: of.layers,
        instruction: instruction(of.instruction.as_ref()),
        deleted: of.hidden.is_some(),
        hidden_by: hidden_view(of),
    }
}

fn hidden_view(of: &LayerUse) -> Option<HiddenView<'_>> {
    let hidden = of.hidden.as_ref()?;
    Some(HiddenView {
        how: hidden.how.name().into(),
        index: hidden.index,
        digest: shown(&hidden.digest),
        instruction: instruction(hidden.instruction.as_ref()),
    })
}

/// A text as terminals may show it.
pub(super) fn shown(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_inert) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(inert(text.as_bytes()))
    }
}

/// An instruction, which may have several lines.
fn instruction(text: Option<&String>) -> Option<Cow<'_, str>> {
    let text = text?;
    let lines: Vec<_> = text.split('\n').map(shown).collect();
    Some(if let [line] = &lines[..] { line.clone() } else { lines.join("\n").into() })
}

/// The path in the layer, with what is in an archive there behind `!/`.
fn path_in_layer(origin: &Origin) -> Option<String> {
    let Origin::Member { archive, path } = origin else { return None };
    let path = inert(&path_bytes(path));
    match &**archive {
        Origin::Image(_) => Some(path),
        archive => Some(format!("{}!/{path}", path_in_layer(archive)?)),
    }
}

/// An instruction of a Dockerfile that gets a place into an image, as JSON and SARIF show it.
#[derive(Serialize, Deserialize)]
pub(super) struct BuiltView<'a> {
    pub dockerfile: String,
    pub line: u64,
    pub instruction: Cow<'a, str>,
    pub effect: Cow<'a, str>,
}

pub(super) fn built_view(place: &Place) -> Option<BuiltView<'_>> {
    let built = place.built.as_deref()?;
    Some(BuiltView {
        dockerfile: inert(&path_bytes(&built.dockerfile)),
        line: built.line,
        instruction: (&built.instruction).into(),
        effect: built.effect.name().into(),
    })
}

/// Lines for people on the layer of a place, and on what gets it into one.
pub(super) fn lines(place: &Place) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(Built { dockerfile, line, instruction, effect }) = place.built.as_deref() {
        let (effect, instruction) = (effect.words(), one_line(instruction));
        let dockerfile = inert(&path_bytes(dockerfile));
        lines.push(format!("{effect} by {dockerfile}:{line}: `{instruction}`"));
    }
    let Some(facts) = &place.layer else { return lines };
    for of in facts.uses.iter().take(MAX_USES) {
        let mut line =
            format!("in {} of {}", layer_title(of), image_title(&of.image, of.platform.as_deref()));
        if let Some(instruction) = &of.instruction {
            let _ = write!(line, ", made by `{}`", one_line(instruction));
        }
        lines.push(line);
        lines.extend(of.extractable());
    }
    let all = facts.uses.len() + facts.more_uses;
    if all > MAX_USES {
        lines.push(format!("and in {}", super::plural((all - MAX_USES) as u64, "more image")));
    }
    for link in facts.links.iter().take(MAX_USES) {
        lines.push(format!("the same file is {} (hard link)", inert(&path_bytes(link))));
    }
    lines
}

/// Images and names that are listed for one place.
const MAX_USES: usize = 3;

fn layer_title(of: &LayerUse) -> String {
    format!("layer {} of {}", of.index, of.layers)
}

fn image_title(name: &str, platform: Option<&str>) -> String {
    match platform {
        Some(platform) => format!("{name} ({platform})"),
        None => name.to_owned(),
    }
}

/// An instruction may have many lines, and be long; hashes of files say nothing to people.
fn one_line(instruction: &str) -> String {
    const MOST: usize = 100;
    let line: String = instruction.split_whitespace().map(short_hash).collect::<Vec<_>>().join(" ");
    if line.chars().count() <= MOST {
        return line;
    }
    line.chars().take(MOST - 1).chain(['…']).collect()
}

/// `file:` and a hash, as older builders write it, with the beginning of the hash.
fn short_hash(word: &str) -> String {
    const KEPT: usize = 12;
    match word.split_once(':') {
        Some((kind @ ("file" | "dir" | "multi"), hash))
            if hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) =>
        {
            format!("{kind}:{}…", hash.get(..KEPT).unwrap_or_default())
        }
        _ => word.into(),
    }
}

/// The lines below a part of an image.
type Leaves = Vec<Vec<String>>;

/// Writes images as trees: image, layer and what made it, finding.
pub(super) fn tree(
    outcome: &Outcome,
    options: &Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut images: BTreeMap<String, BTreeMap<(usize, String), Leaves>> = BTreeMap::new();
    for finding in listed(outcome, options) {
        for place in &finding.places {
            let shown = options.suppressed == Suppressed::Listed || place.suppressed.is_none();
            if let Some((image, part, leaf)) = node(finding, place).filter(|_| shown) {
                images.entry(image).or_default().entry(part).or_default().push(leaf);
            }
        }
    }
    for (image, parts) in images {
        writeln!(out, "{}", inert(image.as_bytes()))?;
        let last = parts.len();
        for (at, ((_, part), leaves)) in parts.into_iter().enumerate() {
            let (branch, below) =
                if at + 1 == last { ("└─", "   ") } else { ("├─", "│  ") };
            writeln!(out, "{branch} {}", inert(part.as_bytes()))?;
            write_leaves(below, &leaves, out)?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn write_leaves(below: &str, leaves: &Leaves, out: &mut dyn io::Write) -> io::Result<()> {
    for (at, leaf) in leaves.iter().enumerate() {
        let (branch, rest) =
            if at + 1 == leaves.len() { ("└─", "  ") } else { ("├─", "│ ") };
        for (number, line) in leaf.iter().enumerate() {
            let sign = if number == 0 { branch } else { rest };
            writeln!(out, "{below}{sign} {}", inert(line.as_bytes()))?;
        }
    }
    Ok(())
}

/// The image, the part of it, and the lines of a place.
fn node(finding: &Finding, place: &Place) -> Option<(String, (usize, String), Vec<String>)> {
    let Origin::Image(ImagePlace { image, at }) = place.origin.outermost() else { return None };
    let title = |tag: Option<&str>, platform: Option<&str>| match tag {
        Some(tag) if !tag.starts_with(&**image) => {
            format!("{image}: {}", image_title(tag, platform))
        }
        tag => image_title(tag.unwrap_or(image), platform),
    };
    let line = place.location.start.line;
    let shown = match &finding.kind {
        FindingKind::Secret { redacted, .. } if !redacted.is_empty() => format!(" {redacted}"),
        _ => String::new(),
    };
    let what = format!("{} {}{shown}", finding.severity, place.rule.id);
    Some(match at {
        InImage::Other { name } => (
            title(None, None),
            (usize::MAX, "other files".into()),
            vec![format!("{name}:{line}  {what}")],
        ),
        InImage::Text { tag, platform, field, .. } => {
            let leaf = vec![format!("{field}:{line}  {what}")];
            (title(tag.as_deref(), platform.as_deref()), (0, "configuration".into()), leaf)
        }
        InImage::Layer { digest, .. } => {
            let path = path_in_layer(&place.origin).unwrap_or_default();
            let mut leaf = vec![format!("{path}:{line}  {what}")];
            let Some(of) = place.layer.as_ref().and_then(|facts| facts.uses.first()) else {
                let part = format!("layer {} of no image", short_digest(digest));
                return Some((title(None, None), (usize::MAX, part), leaf));
            };
            let mut part = format!("{}  {}", layer_title(of), short_digest(digest));
            if let Some(instruction) = &of.instruction {
                let _ = write!(part, "  {}", one_line(instruction));
            }
            leaf.extend(of.extractable());
            let links = place.layer.iter().flat_map(|facts| &facts.links).take(MAX_USES);
            leaf.extend(links.map(|link| format!("also {} (hard link)", inert(&path_bytes(link)))));
            let others =
                place.layer.as_ref().map_or(0, |facts| facts.uses.len() - 1 + facts.more_uses);
            if others > 0 {
                let images = super::plural(others as u64, "more image");
                let _ = write!(part, "  (scanned once; {images})");
            }
            (title(Some(&of.image), of.platform.as_deref()), (of.index, part), leaf)
        }
    })
}

/// The lines, harmless to show, one below the other.
pub(super) fn write_lines(place: &Place, out: &mut String) {
    for line in lines(place) {
        out.push('\n');
        let _ = write_inert(out, line.as_bytes());
    }
}
