//! Buffers that each thread uses again for every input.

use std::cell::RefCell;

use crate::config::Config;
use crate::profile::{Meter, Stage};
use crate::{secrets, source};

thread_local! {
    /// Buffers of one thread. Who uses some takes them out: while one waits, the thread may do other work.
    static SOURCE: RefCell<Vec<source::Scratch>> = RefCell::default();
    static SECRETS: RefCell<Vec<secrets::Scratch>> = RefCell::default();
}

pub(super) fn with_source(read: impl FnOnce(&mut source::Scratch)) {
    let mut scratch = SOURCE.with_borrow_mut(Vec::pop).unwrap_or_default();
    read(&mut scratch);
    SOURCE.with_borrow_mut(|spare| spare.push(scratch));
}

pub(super) fn with_secrets(config: &Config, look: impl FnOnce(&mut secrets::Scratch)) {
    let mut scratch = SECRETS.with_borrow_mut(Vec::pop).unwrap_or_default();
    scratch.meter = Meter::new(config.clock);
    scratch.meter.enter(Stage::Reading);
    look(&mut scratch);
    scratch.forget();
    SECRETS.with_borrow_mut(|spare| spare.push(scratch));
}
