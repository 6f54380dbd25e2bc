//! What images tell of a place, by what a saved report says of it.

use super::{bounded, bounded_size, lines, named};
use crate::blob::bytes_path;
use crate::image::{Built, Effect, Fate, Hidden, LayerFacts, LayerUse};
use crate::report::image::{BuiltView, HiddenView, ImageView, UseView, shown};

/// What images tell of a file of a layer; `None` for a place in none.
pub(super) fn facts(view: &ImageView) -> Result<Option<LayerFacts>, String> {
    let Some(layer) = &view.layer else { return Ok(None) };
    let mut uses = Vec::new();
    if let (Some(index), Some(layers)) = (layer.index, layer.of) {
        uses.push(LayerUse {
            image: shown(view.name.as_deref().unwrap_or_default()).into_owned(),
            platform: view.platform.as_deref().map(|text| shown(text).into_owned()),
            index: bounded_size(index),
            layers: bounded_size(layers),
            instruction: layer.instruction.as_deref().map(lines),
            hidden: view.hidden_by.as_ref().map(hidden).transpose()?,
        });
        for of in &view.shared_with {
            uses.push(other_use(of)?);
        }
    }
    Ok(Some(LayerFacts {
        digest: shown(&layer.digest).as_ref().into(),
        links: view.links.iter().map(|link| bytes_path(link.as_bytes())).collect(),
        uses,
        more_uses: bounded_size(view.more_shared.unwrap_or_default()),
    }))
}

fn other_use(view: &UseView) -> Result<LayerUse, String> {
    Ok(LayerUse {
        image: shown(&view.name).into_owned(),
        platform: view.platform.as_deref().map(|text| shown(text).into_owned()),
        index: bounded_size(view.layer),
        layers: bounded_size(view.of),
        instruction: view.instruction.as_deref().map(lines),
        hidden: view.hidden_by.as_ref().map(hidden).transpose()?,
    })
}

fn hidden(view: &HiddenView) -> Result<Hidden, String> {
    Ok(Hidden {
        how: named(Fate::ALL, Fate::name, &view.how)?,
        index: bounded_size(view.index),
        digest: shown(&view.digest).as_ref().into(),
        instruction: view.instruction.as_deref().map(lines),
    })
}

pub(super) fn built(view: &BuiltView) -> Result<Built, String> {
    Ok(Built {
        dockerfile: bytes_path(view.dockerfile.as_bytes()),
        line: bounded(view.line),
        instruction: lines(&view.instruction),
        effect: named(Effect::ALL, Effect::name, &view.effect)?,
    })
}
