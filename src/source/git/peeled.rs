//! What references lead to once annotated tags are followed.

use super::commits::Link;
use super::objects::Object;
use super::store::Store;
use super::tips::Tip;

/// What tips lead to once tags are followed.
pub(super) struct Peeled {
    /// Sorted, each once.
    pub(super) objects: Vec<Object>,
    /// Each tip with what it leads to, and the tags on the way.
    pub(super) ways: Vec<(Tip, Object, Vec<Object>)>,
    /// Tips that lead to nothing, and why.
    pub(super) missing: Vec<(Tip, String)>,
}

impl Peeled {
    pub(super) fn new(tips: &[Tip], tags: &[(Object, Option<Link>)], store: &Store) -> Self {
        let mut peeled = Self { objects: Vec::new(), ways: Vec::new(), missing: Vec::new() };
        for tip in tips {
            match store.objects.find(tip.id.as_slice()) {
                Some(object) => peeled.follow(object, tip, tags),
                None => peeled
                    .missing
                    .push((tip.clone(), format!("{} is not in this repository", tip.id))),
            }
        }
        peeled.objects.sort_unstable();
        peeled.objects.dedup();
        peeled
    }

    fn follow(&mut self, mut object: Object, tip: &Tip, tags: &[(Object, Option<Link>)]) {
        // A tag cannot name itself, but one that lies can name another that does.
        const MAX_CHAIN: usize = 1000;
        let mut on_the_way = Vec::new();
        for _ in 0..MAX_CHAIN {
            let Ok(at) = tags.binary_search_by_key(&object, |(tag, _)| *tag) else { break };
            on_the_way.push(object);
            match tags.get(at).and_then(|(_, link)| *link) {
                Some(Link::To(next)) => object = next,
                Some(Link::Missing(id)) => {
                    return self.missing.push((
                        tip.clone(),
                        format!("its tag names {id}, which is not in this repository"),
                    ));
                }
                None => return self.missing.push((tip.clone(), "its tag names nothing".into())),
            }
        }
        self.objects.push(object);
        self.ways.push((tip.clone(), object, on_the_way));
    }
}
