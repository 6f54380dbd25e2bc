//! Reads a batch of a history: every object of it that is wanted, as a blob with a name.

use std::io::{self, Read};
use std::sync::Arc;

use flate2::bufread::ZlibDecoder;
use gix::objs::Kind;

use super::super::out::Out;
use super::history::{Batch, History, Work};
use super::objects::Object;
use super::pack::{Entry, NONE, Pack};
use super::store::Portion;
use super::walk::{Base, Made};
use crate::blob::{self, Later, Name, Origin};
use crate::history::GitPlace;
use crate::outcome::{SkipReason, Skipped};

/// Objects of a pack from this size on that nothing is made of are read bit by bit.
const LARGE: u64 = 32 * 1024 * 1024;

/// Reads a batch.
pub(in crate::source) fn read(batch: &Batch, out: &mut Out) {
    let Batch { history, work } = batch;
    let mut walk = std::mem::take(&mut out.scratch.walk);
    let mut reader = Reader { history, out };
    match work {
        Work::Packed(portion) => reader.packed(portion, &mut walk),
        Work::Loose(numbers) => numbers.clone().for_each(|number| reader.loose(number)),
    }
    out.scratch.walk = walk;
}

struct Reader<'a, 'b> {
    history: &'a History,
    out: &'a mut Out<'b>,
}

impl Reader<'_, '_> {
    fn packed(&mut self, portion: &Portion, walk: &mut super::walk::Scratch) {
        let (small, large) = self.split(portion);
        for entry in large {
            self.large(portion.pack, entry);
        }
        let history = self.history;
        let Some(pack) = history.store.packs.get(portion.pack) else { return };
        let mut unread = Vec::new();
        history.store.walk(
            &small,
            walk,
            &mut |object, made: Made<Option<Object>>| {
                let base = made.base.as_ref().and_then(|base| {
                    let Base { copied, is_last, .. } = *base;
                    Some(blob::Base { number: (*base.kept)?, copied, is_last })
                });
                let is_base = pack.first_child(made.entry) != NONE;
                let how = blob::Made { number: object, is_base, base };
                self.show(object, made.bytes, Some(how));
                Some(object)
            },
            &mut |object, reason| unread.push((object, reason)),
        );
        for (object, reason) in unread {
            self.skip(object, reason.to_string());
        }
    }

    /// What is read bit by bit is taken out of a portion.
    fn split(&self, portion: &Portion) -> (Portion, Vec<Entry>) {
        let pack = self.history.store.packs.get(portion.pack);
        let is_large = |entry: &Entry| pack.is_some_and(|pack| is_large(pack, *entry));
        let (large, roots) = portion.roots.iter().copied().partition(is_large);
        (Portion { pack: portion.pack, roots }, large)
    }

    fn large(&mut self, pack: usize, entry: Entry) {
        let Some(pack) = self.history.store.packs.get(pack) else { return };
        let object = pack.object(entry).filter(|object| self.history.is_wanted(*object));
        let Some(object) = object else { return };
        let Some(header) = pack.header(entry) else { return };
        let content = ZlibDecoder::new(pack.compressed(&header));
        self.stream(object, header.decompressed_size, content);
    }

    fn stream(&mut self, object: Object, len: u64, content: impl Read) {
        let mut content = content.take(len);
        let place = self.history.place(object);
        if self.excludes(&place) {
            return;
        }
        let origin = Arc::new(Origin::Git(place));
        let size = usize::try_from(len).unwrap_or(usize::MAX);
        match self.out.input(&origin, &mut content, size) {
            Ok(()) if io::copy(&mut content, &mut io::sink()).is_ok() && content.limit() == 0 => {}
            Ok(()) => self.skip(object, "it is shorter than it says".into()),
            Err(error) => self.skip(object, error.to_string()),
        }
    }

    fn loose(&mut self, number: u32) {
        let store = &self.history.store;
        let Some(object) = store.loose_object(number) else { return };
        if !self.history.is_wanted(object) {
            return;
        }
        match store.loose(number) {
            Ok(loose) if loose.kind == Kind::Tree => {}
            Ok(loose) if loose.len < LARGE => match loose.bytes(LARGE) {
                Ok(bytes) => self.show(object, &bytes, None),
                Err(error) => self.skip(object, error.to_string()),
            },
            Ok(loose) => self.stream(object, loose.len, loose.reader()),
            Err(error) => self.skip(object, error.to_string()),
        }
    }

    fn show(&mut self, object: Object, bytes: &[u8], made: Option<blob::Made>) {
        let history = self.history;
        if !history.is_wanted(object) {
            return;
        }
        if !history.exclude.is_empty() && self.excludes(&history.place(object)) {
            return;
        }
        let origin = || Origin::Git(history.place(object));
        let later = Later::new(&origin);
        self.out.bytes(Name::Later(&later), bytes, made);
    }

    fn excludes(&mut self, place: &GitPlace) -> bool {
        let excluded =
            !self.history.exclude.is_empty() && self.history.exclude.is_match(&place.path);
        self.out.stats.excluded += u64::from(excluded);
        excluded
    }

    fn skip(&mut self, object: Object, detail: String) {
        if self.history.is_wanted(object) {
            let origin = Origin::Git(self.history.place(object));
            self.out.skipped.push(Skipped::new(origin, SkipReason::Malformed, detail));
        }
    }
}

fn is_large(pack: &Pack, entry: Entry) -> bool {
    pack.first_child(entry) == NONE
        && pack.header(entry).is_some_and(|header| header.decompressed_size >= LARGE)
}
