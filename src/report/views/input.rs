//! What an input is called, so that it can be found again: paths with their bytes, objects by their whole names.

use std::borrow::Cow;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::blob::{Origin, path_bytes};
use crate::history::{At, GitPlace};
use crate::image::{ImagePlace, InImage};

/// The most archives in one another that are read back; a scan opens fewer.
pub(in crate::report) const MAX_MEMBERS: usize = 100;

/// An input. What is absent has no meaning for its kind.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub(in crate::report) struct InputView<'a> {
    pub kind: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_base64: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repository: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repository_base64: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blob: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object_kind: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layer: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<u32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<MemberView<'a>>,
}

/// What is in an archive, by its name there.
#[derive(Serialize, Deserialize)]
pub(in crate::report) struct MemberView<'a> {
    pub path: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_base64: Option<String>,
}

/// A path as text, and its bytes where the text is not exact.
fn named(path: &Path) -> (Cow<'_, str>, Option<String>) {
    match path_bytes(path) {
        Cow::Borrowed(bytes) => {
            let text = String::from_utf8_lossy(bytes);
            let exact = matches!(text, Cow::Borrowed(_));
            (text, (!exact).then(|| STANDARD.encode(bytes)))
        }
        Cow::Owned(bytes) => (String::from_utf8_lossy(&bytes).into_owned().into(), None),
    }
}

pub(super) fn view(origin: &Origin) -> InputView<'_> {
    match origin {
        Origin::File { path } => with_path("file", path),
        Origin::Stdin => InputView { kind: "stdin".into(), ..InputView::default() },
        Origin::Git(place) => git(place),
        Origin::Image(place) => image(place),
        Origin::Member { archive, path } => {
            let mut view = view(archive);
            let (path, path_base64) = named(path);
            view.members.push(MemberView { path, path_base64 });
            view
        }
    }
}

fn with_path<'a>(kind: &'static str, path: &'a Path) -> InputView<'a> {
    let (path, path_base64) = named(path);
    InputView { kind: kind.into(), path: Some(path), path_base64, ..InputView::default() }
}

fn git(place: &GitPlace) -> InputView<'_> {
    let GitPlace { repository, path, at } = place;
    let kind = match at {
        At::Index => "index",
        At::Commit { .. } => "commit",
        At::CommitText { .. } => "commit-message",
        At::TagText { .. } => "tag-message",
        At::Object { .. } => "object",
        At::File => "repository-file",
    };
    let mut view = with_path(kind, path);
    if path.as_os_str().is_empty() {
        view.path = None;
    }
    if let Some(repository) = repository {
        let (text, bytes) = named(repository);
        (view.repository, view.repository_base64) = (Some(text), bytes);
    }
    match at {
        At::Index | At::File => {}
        At::Commit { order, commit, blob } => {
            view.commit = Some(commit.to_string());
            (view.order, view.blob) = (Some(*order), Some(blob.to_string()));
        }
        At::CommitText { order, commit } => {
            (view.order, view.commit) = (Some(*order), Some(commit.to_string()));
        }
        At::TagText { tag } => view.tag = Some(tag.to_string().into()),
        At::Object { object, kind } => {
            (view.object, view.object_kind) = (Some(object.to_string()), Some((*kind).into()));
        }
    }
    view
}

fn image(ImagePlace { image, at }: &ImagePlace) -> InputView<'_> {
    let mut view = InputView { image: Some((&**image).into()), ..InputView::default() };
    match at {
        InImage::Text { order, tag, platform, field } => {
            view.kind = "image-text".into();
            view.order = Some(*order);
            view.tag = tag.as_deref().map(Into::into);
            view.platform = platform.as_deref().map(Into::into);
            view.field = Some(field.into());
        }
        InImage::Layer { order, digest } => {
            view.kind = "image-layer".into();
            view.order = Some(*order);
            view.layer = Some((&**digest).into());
        }
        InImage::Other { name } => {
            view.kind = "image-file".into();
            view.field = Some(name.into());
        }
    }
    view
}
