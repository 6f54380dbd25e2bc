//! Where the time of a scan goes, when somebody asks. Apart from [`Stats`](crate::outcome::Stats), which never depends on
//! time: no report shows this.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

/// Nanoseconds since some moment. The library has no clock of its own: who wants to know the time hands one in.
pub type Clock = fn() -> u64;

/// What keylint spends its time on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Finding out what there is to read.
    Listing,
    /// Everything that is done input by input: the other stages of threads are parts of it.
    Scanning,
    /// Joining files that may hold policies, and checking these.
    Linting,
    /// Joining what was found.
    Assembling,
    /// Reading inputs and making text of them.
    Reading,
    /// The pass over every byte, those of decoded text among them.
    Prefilter,
    /// Looking for the rules that have to do with a place, and trying them.
    Matching,
    /// Reading assignments.
    Assignments,
    /// Decoding what is encoded.
    Decoding,
    /// Deciding what is a secret, and describing it.
    Judging,
    /// Reading what may hold policies.
    Policies,
}

impl Stage {
    /// One after the other; how long each took by the clock.
    pub const PHASES: [Self; 4] = [Self::Listing, Self::Scanning, Self::Linting, Self::Assembling];
    /// What threads do at the same time; the times of all of them are added up.
    pub const OF_THREADS: [Self; 7] = [
        Self::Reading,
        Self::Prefilter,
        Self::Matching,
        Self::Assignments,
        Self::Decoding,
        Self::Judging,
        Self::Policies,
    ];
    const COUNT: usize = Self::PHASES.len() + Self::OF_THREADS.len();

    /// A few words for readers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Listing => "listing",
            Self::Scanning => "scanning",
            Self::Linting => "joining and checking policies",
            Self::Assembling => "joining findings",
            Self::Reading => "reading",
            Self::Prefilter => "pass over every byte",
            Self::Matching => "rules",
            Self::Assignments => "assignments",
            Self::Decoding => "decoding",
            Self::Judging => "judging",
            Self::Policies => "reading policies",
        }
    }
}

/// What one rule cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RuleCost {
    /// How often its regex was tried.
    pub tries: u64,
    /// The stretches of text it was tried on, in bytes.
    pub searched: u64,
    /// What it matched.
    pub matches: u64,
    /// In nanoseconds.
    pub time: u64,
}

impl RuleCost {
    fn add(&mut self, other: Self) {
        let Self { tries, searched, matches, time } = other;
        self.tries += tries;
        self.searched += searched;
        self.matches += matches;
        self.time += time;
    }
}

/// Where time went. Empty when no clock was handed in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// In nanoseconds, by stage.
    times: [u64; Stage::COUNT],
    /// By the number of the rule.
    rules: BTreeMap<usize, RuleCost>,
}

impl Profile {
    /// Adds another part of the same scan.
    pub fn add(&mut self, other: &Self) {
        let Self { times, rules } = other;
        for (sum, time) in self.times.iter_mut().zip(times) {
            *sum += time;
        }
        for (rule, cost) in rules {
            self.rules.entry(*rule).or_default().add(*cost);
        }
    }

    /// How long a stage took, in nanoseconds.
    pub fn time(&self, stage: Stage) -> u64 {
        self.times.get(stage as usize).copied().unwrap_or_default()
    }

    /// The rules that were tried, by their numbers, those that took longest first.
    pub fn rules(&self) -> Vec<(usize, RuleCost)> {
        let mut rules: Vec<_> = self.rules.iter().map(|(rule, cost)| (*rule, *cost)).collect();
        rules.sort_by_key(|(rule, cost)| (std::cmp::Reverse(cost.time), *rule));
        rules
    }

    /// What all rules cost together.
    pub fn all_rules(&self) -> RuleCost {
        let mut all = RuleCost::default();
        self.rules.values().for_each(|cost| all.add(*cost));
        all
    }

    fn book(&mut self, stage: Stage, time: u64) {
        if let Some(sum) = self.times.get_mut(stage as usize) {
            *sum += time;
        }
    }
}

/// Measures one thread. Time is booked on one stage at a time; without a clock nothing is.
#[derive(Default)]
pub struct Meter {
    clock: Option<Clock>,
    /// The stage that the thread is in, and since when.
    stage: Cell<Option<(Stage, u64)>>,
    profile: RefCell<Profile>,
}

impl Meter {
    /// A meter that runs when there is a clock.
    pub fn new(clock: Option<Clock>) -> Self {
        Self { clock, ..Self::default() }
    }

    /// From now on time is spent on `stage`.
    pub fn enter(&self, stage: Stage) {
        if let Some(now) = self.now() {
            self.book_until(now);
            self.stage.set(Some((stage, now)));
        }
    }

    /// Ends the stage that the thread is in, and hands out what was measured since the last time.
    pub fn take(&self) -> Profile {
        let Some(now) = self.now() else { return Profile::default() };
        self.book_until(now);
        self.stage.set(None);
        self.profile.take()
    }

    /// When a rule is begun to be tried.
    pub fn now(&self) -> Option<u64> {
        self.clock.map(|clock| clock())
    }

    /// A rule that was tried since `start` on so many bytes matched so many times.
    pub fn tried(&self, rule: usize, start: Option<u64>, searched: usize, matches: usize) {
        if let Some((start, now)) = start.zip(self.now()) {
            let (searched, matches) = (searched as u64, matches as u64);
            let cost = RuleCost { tries: 1, searched, matches, time: now.saturating_sub(start) };
            self.profile.borrow_mut().rules.entry(rule).or_default().add(cost);
        }
    }

    fn book_until(&self, now: u64) {
        if let Some((stage, since)) = self.stage.get() {
            self.profile.borrow_mut().book(stage, now.saturating_sub(since));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    thread_local! {
        static NOW: Cell<u64> = Cell::default();
    }

    /// A clock that goes on by one each time somebody looks.
    fn clock() -> u64 {
        NOW.set(NOW.get() + 1);
        NOW.get()
    }

    #[test]
    fn time_is_booked_once() {
        let meter = Meter::new(Some(clock));
        meter.enter(Stage::Reading);
        meter.enter(Stage::Matching);
        let start = meter.now();
        meter.tried(3, start, 40, 2);
        meter.enter(Stage::Reading);
        let mut all = meter.take();
        assert_eq!((all.time(Stage::Reading), all.time(Stage::Matching)), (2, 3));
        let cost = RuleCost { tries: 1, searched: 40, matches: 2, time: 1 };
        assert_eq!(all.rules(), [(3, cost)]);
        all.add(&all.clone());
        assert_eq!(all.all_rules(), RuleCost { tries: 2, searched: 80, matches: 4, time: 2 });
        assert_eq!(meter.take(), Profile::default(), "what was taken is gone");
    }

    #[test]
    fn without_a_clock_nothing_is_measured() {
        let meter = Meter::default();
        meter.enter(Stage::Reading);
        meter.tried(3, meter.now(), 40, 1);
        assert_eq!(meter.take(), Profile::default());
    }

    #[test]
    fn every_stage_has_a_place_of_its_own() {
        let stages: Vec<Stage> = [&Stage::PHASES[..], &Stage::OF_THREADS].concat();
        let places: Vec<usize> = stages.iter().map(|stage| *stage as usize).collect();
        assert_eq!(places, (0..Stage::COUNT).collect::<Vec<_>>());
    }
}
