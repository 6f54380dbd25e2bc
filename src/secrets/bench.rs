//! The stages apart from one another, for `benches/`: each as a scan runs it, on one text.

use std::sync::{Arc, LazyLock};

use super::assign;
use super::cost::Bench;
use super::decode::Walk;
use super::prefilter::Lanes;
use super::ruleset::RuleSet;
use crate::blob::{Blob, Content, Origin};
use crate::outcome::Stats;
use crate::profile::Meter;

static ORIGIN: LazyLock<Arc<Origin>> = LazyLock::new(|| Arc::new(Origin::Stdin));

impl Bench {
    /// A text of the caller's.
    pub fn on(text: Vec<u8>) -> Self {
        Self { text, lanes: Lanes::default(), scratch: super::Scratch::default() }
    }

    /// Reads the assignments where [`Self::prepare`] saw their names, and counts them.
    pub fn assignments(&self, rules: &RuleSet) -> usize {
        let (mut name_end, mut count) = (0, 0);
        for hit in &self.lanes.anchors {
            let names = rules.by_anchor.get(hit.id).is_some_and(|anchor| anchor.names_secrets);
            if names && hit.at >= name_end {
                let reading = assign::read(&self.text, hit.at);
                name_end = reading.name_end;
                count += reading.assignments.len();
            }
        }
        count
    }

    /// Decodes what [`Self::prepare`] saw, with the pass over what comes out; counts the bytes of that.
    pub fn decode(&self, rules: &RuleSet) -> usize {
        let (mut views, mut bytes) = (Vec::new(), 0);
        let mut visit = |found: &super::decode::Found| bytes += found.text.len();
        let meter = Meter::default();
        let walk = Walk::new(&rules.prefilter, self.text.len(), &mut views, &meter, &mut visit);
        walk.through(&self.text, &self.lanes);
        bytes
    }

    /// Everything from the pass over every byte to the secrets, which are counted.
    pub fn detect(&mut self, rules: &RuleSet) -> usize {
        let Self { text, scratch, .. } = self;
        let blob = Blob::whole(&ORIGIN, text, Content::Text);
        rules.detect(&blob, 0, scratch, &mut Stats::default()).detections.len()
    }
}
