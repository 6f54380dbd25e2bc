//! Inputs by what a saved report says of them.

use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::blob::{Origin, bytes_path};
use crate::history::{At, GitPlace, ObjectName};
use crate::image::{ImagePlace, InImage};
use crate::report::image::shown;
use crate::report::views::{InputView, MAX_MEMBERS};

/// The kinds of objects that are named by themselves.
const OBJECT_KINDS: [&str; 5] = ["blob", "tree", "commit", "tag", "object"];

/// An input. A report of a version that does not tell more has the name that it shows.
pub(super) fn origin(view: Option<&InputView>, name: &str) -> Result<Origin, String> {
    let Some(view) = view else {
        return Ok(match name {
            "<stdin>" => Origin::Stdin,
            name => Origin::File { path: name.into() },
        });
    };
    if view.members.len() > MAX_MEMBERS {
        return Err(format!("`{}` lies in too many archives", shown(name)));
    }
    let problem = || format!("`{}` is an input that is not told whole", shown(name));
    let mut origin = outermost(view).ok_or_else(problem)?;
    for member in &view.members {
        let path = path(Some(&member.path), member.path_base64.as_deref()).ok_or_else(problem)?;
        origin = Origin::Member { archive: Arc::new(origin), path };
    }
    Ok(origin)
}

/// A path by its bytes, if they are told, else by its text.
fn path(text: Option<&Cow<'_, str>>, base64: Option<&str>) -> Option<PathBuf> {
    match base64 {
        Some(base64) => STANDARD.decode(base64).ok().map(|bytes| bytes_path(&bytes)),
        None => text.map(|text| text.as_ref().into()),
    }
}

fn outermost(view: &InputView) -> Option<Origin> {
    Some(match view.kind.as_ref() {
        "stdin" => Origin::Stdin,
        "file" => Origin::File { path: path(view.path.as_ref(), view.path_base64.as_deref())? },
        "image-text" | "image-layer" | "image-file" => {
            let image = view.image.as_deref()?.into();
            Origin::Image(ImagePlace { image, at: in_image(view)? })
        }
        _ => {
            let repository = path(view.repository.as_ref(), view.repository_base64.as_deref());
            let path = path(view.path.as_ref(), view.path_base64.as_deref());
            let repository = repository.map(Into::into);
            Origin::Git(GitPlace { repository, path: path.unwrap_or_default(), at: at(view)? })
        }
    })
}

fn at(view: &InputView) -> Option<At> {
    let object = |name: Option<&str>| name.and_then(ObjectName::from_hex);
    let commit = || object(view.commit.as_deref());
    let order = view.order.unwrap_or_default();
    Some(match view.kind.as_ref() {
        "index" => At::Index,
        "commit" => At::Commit { order, commit: commit()?, blob: object(view.blob.as_deref())? },
        "commit-message" => At::CommitText { order, commit: commit()? },
        "tag-message" => At::TagText { tag: object(view.tag.as_deref())? },
        "object" => {
            let kind =
                OBJECT_KINDS.into_iter().find(|kind| view.object_kind.as_deref() == Some(kind));
            At::Object { object: object(view.object.as_deref())?, kind: kind? }
        }
        "repository-file" => At::File,
        _ => return None,
    })
}

fn in_image(view: &InputView) -> Option<InImage> {
    let order = view.order.unwrap_or_default();
    Some(match view.kind.as_ref() {
        "image-layer" => InImage::Layer { order, digest: view.layer.as_deref()?.into() },
        "image-text" => InImage::Text {
            order,
            tag: view.tag.as_deref().map(Into::into),
            platform: view.platform.as_deref().map(Into::into),
            field: view.field.as_deref()?.into(),
        },
        _ => InImage::Other { name: view.field.as_deref()?.into() },
    })
}
