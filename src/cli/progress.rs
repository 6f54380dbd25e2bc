//! The progress bar: on standard error, when that is a terminal and the work is long.

use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use indicatif::{DecimalBytes, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::args::When;
use super::environment::{is_dumb, is_set};
use keylint::scan::Progress;

/// Scans shorter than this show no bar.
const PATIENCE: Duration = Duration::from_millis(700);
const REDRAW: Duration = Duration::from_millis(100);

/// A bar that another thread draws until this is dropped.
pub(super) struct Bar {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Bar {
    /// Starts to draw, where that is wanted.
    pub(super) fn start(progress: &Arc<Progress>, when: When) -> Option<Self> {
        let wanted = match when {
            When::Always => true,
            When::Never => false,
            When::Auto => io::stderr().is_terminal() && !is_set("CI") && !is_dumb(),
        };
        if !wanted {
            return None;
        }
        let stop = Arc::new(AtomicBool::new(false));
        let (progress, stopped) = (Arc::clone(progress), Arc::clone(&stop));
        let thread = thread::spawn(move || draw(&progress, &stopped));
        Some(Self { stop, thread: Some(thread) })
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            let _ = thread.join();
        }
    }
}

fn draw(progress: &Progress, stop: &AtomicBool) {
    thread::park_timeout(PATIENCE);
    if stop.load(Ordering::Relaxed) {
        return;
    }
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    let mut shown = None;
    while !stop.load(Ordering::Relaxed) {
        let (total, done) =
            (progress.total.load(Ordering::Relaxed), progress.done.load(Ordering::Relaxed));
        let stage = Stage::of(total, done);
        if shown != Some(stage) {
            shown = Some(stage);
            if let Ok(style) = ProgressStyle::with_template(stage.template()) {
                bar.set_style(style);
            }
            bar.reset_eta();
        }
        bar.set_length(total);
        bar.set_position(done);
        bar.set_message(read(progress.bytes.load(Ordering::Relaxed), bar.elapsed() + PATIENCE));
        thread::park_timeout(REDRAW);
    }
    bar.finish_and_clear();
}

/// What is being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Listing,
    /// One input: nobody knows how much of it there is.
    ScanningOne,
    Scanning,
    Joining,
}

impl Stage {
    const fn of(total: u64, done: u64) -> Self {
        match total {
            0 => Self::Listing,
            _ if done >= total => Self::Joining,
            1 => Self::ScanningOne,
            _ => Self::Scanning,
        }
    }

    const fn template(self) -> &'static str {
        match self {
            Self::Listing => "{spinner} looking for what to scan",
            Self::ScanningOne => "{spinner} scanning, {msg}",
            Self::Scanning => "{spinner} {pos}/{len} {wide_bar} {msg}, {eta} left",
            Self::Joining => "{spinner} {msg}; putting the findings together",
        }
    }
}

/// How much was read, and how fast.
fn read(bytes: u64, elapsed: Duration) -> String {
    let milliseconds = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX).max(1);
    let rate = bytes.saturating_mul(1000) / milliseconds;
    format!("{} at {}/s", DecimalBytes(bytes), DecimalBytes(rate))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_what_was_read_by_the_time_it_took() {
        assert_eq!(read(3_000_000, Duration::from_millis(1500)), "3.00 MB at 2.00 MB/s");
        assert_eq!(read(0, Duration::ZERO), "0 B at 0 B/s");
    }

    #[test]
    fn every_stage_has_a_line() {
        assert_eq!(Stage::of(0, 0), Stage::Listing);
        assert_eq!(Stage::of(1, 0), Stage::ScanningOne);
        assert_eq!(Stage::of(2, 1), Stage::Scanning);
        assert_eq!(Stage::of(2, 2), Stage::Joining);
        for stage in [Stage::Listing, Stage::ScanningOne, Stage::Scanning, Stage::Joining] {
            assert!(ProgressStyle::with_template(stage.template()).is_ok(), "{stage:?}");
        }
    }
}
