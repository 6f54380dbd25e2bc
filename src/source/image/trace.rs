//! Says of what was found in layers which images have it, what made it, and what hides it.

use std::collections::HashMap;
use std::sync::Arc;

use super::Images;
use super::found::{Image, Use};
use super::layer::{Is, Layer, split, tidy};
use crate::blob::{Origin, path_bytes};
use crate::finding::{Finding, Place};
use crate::image::{Fate, Hidden, ImagePlace, InImage, LayerFacts, LayerUse};

/// Where a layer is used: the source, the image in it, and which layer of that image.
type Uses = HashMap<*const Layer, Vec<(usize, usize, usize)>>;

/// Images that are told of one place; the others are counted.
const MAX_USES: usize = 100;

/// Adds to the places of findings what the images tell of them.
pub(in crate::source) fn trace(sources: &[Images], findings: &mut [Finding]) {
    if sources.is_empty() {
        return;
    }
    let mut uses = Uses::new();
    let mut layers: HashMap<ImagePlace, Arc<Layer>> = HashMap::new();
    for (at, source) in sources.iter().enumerate() {
        for (image, of) in source.all.iter().enumerate() {
            for (index, used) in of.layers.iter().enumerate() {
                let Some(layer) = source.layers.get(used.layer) else { continue };
                uses.entry(Arc::as_ptr(layer)).or_default().push((at, image, index));
            }
        }
        for layer in &source.layers {
            if let Origin::Image(place) = &*layer.origin {
                layers.entry(place.clone()).or_insert_with(|| Arc::clone(layer));
            }
        }
    }
    for place in findings.iter_mut().flat_map(|finding| &mut finding.places) {
        let Origin::Image(known) = place.origin.outermost() else { continue };
        if matches!(known.at, InImage::Layer { .. })
            && let Some(layer) = layers.get(known)
        {
            place.layer = Some(Box::new(facts(sources, &uses, layer, place)));
        }
    }
}

fn facts(sources: &[Images], uses: &Uses, layer: &Arc<Layer>, place: &Place) -> LayerFacts {
    let path = path_in_layer(&place.origin);
    let path = path.as_deref().unwrap_or_default();
    let links = layer.other_names(path);
    let names: Vec<Vec<u8>> = std::iter::once(path.to_vec())
        .chain(links.iter().map(|link| path_bytes(link).into_owned()))
        .collect();
    let all = uses.get(&Arc::as_ptr(layer)).map_or(&[][..], Vec::as_slice);
    let uses = all.iter().take(MAX_USES).filter_map(|(source, image, index)| {
        let source = sources.get(*source)?;
        let image = source.all.get(*image)?;
        Some(LayerUse {
            image: image.tag.clone().unwrap_or_else(|| source.name.to_string()),
            platform: image.platform.clone(),
            index: index + 1,
            layers: image.layers.len(),
            instruction: image.layers.get(*index)?.instruction.clone(),
            hidden: hidden(source, image, *index, &names),
        })
    });
    let more_uses = all.len().saturating_sub(MAX_USES);
    LayerFacts { digest: Arc::clone(&layer.digest), links, uses: uses.collect(), more_uses }
}

/// The name in the layer: of what is in an archive there, that of the archive.
fn path_in_layer(origin: &Origin) -> Option<Vec<u8>> {
    let mut origin = origin;
    while let Origin::Member { archive, path } = origin {
        if let Origin::Image(_) = &**archive {
            return Some(tidy(&path_bytes(path)));
        }
        origin = archive;
    }
    None
}

/// What hides a file that has these names; nothing while one of them is there.
fn hidden(source: &Images, image: &Image, index: usize, names: &[Vec<u8>]) -> Option<Hidden> {
    let above = || image.layers.iter().enumerate().skip(index + 1);
    let fate = |path: &Vec<u8>| {
        above().find_map(|(at, used)| Some((at, used, fate_in(source, used, path)?)))
    };
    let mut fates = names.iter().map(fate);
    let first = fates.next().flatten()?;
    if fates.any(|fate| fate.is_none()) {
        return None;
    }
    let (at, used, how) = first;
    let layer = source.layers.get(used.layer)?;
    let (digest, instruction) = (Arc::clone(&layer.digest), used.instruction.clone());
    Some(Hidden { how, index: at + 1, digest, instruction })
}

/// What a layer does to a file of one below it.
fn fate_in(source: &Images, used: &Use, path: &[u8]) -> Option<Fate> {
    let names = source.layers.get(used.layer)?.names.get()?;
    if names.entries.contains_key(path) {
        return Some(Fate::Overwritten);
    }
    if names.deleted.contains(path) {
        return Some(Fate::Deleted);
    }
    let mut directory = split(path).0;
    loop {
        let is_gone = names.deleted.contains(directory)
            || names.opaque.contains(directory)
            || names.entries.get(directory).is_some_and(|is| *is == Is::Other);
        if is_gone {
            return Some(Fate::Deleted);
        }
        if directory.is_empty() {
            return None;
        }
        directory = split(directory).0;
    }
}
