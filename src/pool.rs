//! Threads, where there is more than one thing to do.

use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::{Mutex, PoisonError};
use std::thread;

use rayon::prelude::*;

/// Runs with so many threads.
pub(crate) fn in_pool<R: Send>(threads: usize, run: impl FnOnce() -> R + Send) -> R {
    match rayon::ThreadPoolBuilder::new().num_threads(threads.max(1)).build() {
        Ok(pool) => pool.install(run),
        Err(_) => run(),
    }
}

/// Whether other threads wait for work.
fn is_in_pool() -> bool {
    rayon::current_thread_index().is_some()
}

/// Whether there is work for another thread beside this one.
pub(crate) fn has_others() -> bool {
    is_in_pool() && rayon::current_num_threads() > 1
}

/// Lets `read` hand out work while it reads, which other threads take where they have time, and this one where much waits.
/// What came of it, in the order in which it was handed out.
pub(crate) fn handed_out<W: Send, P: Send>(
    run: impl Fn(W) -> P + Send + Sync,
    read: impl FnOnce(&mut dyn FnMut(W)),
) -> Vec<P> {
    let most = 2 * rayon::current_num_threads();
    let results = Mutex::new(Vec::new());
    let (waiting, unfinished) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let keep = |number: usize, part: P| {
        results.lock().unwrap_or_else(PoisonError::into_inner).push((number, part));
    };
    let (run, keep, waiting, unfinished) = (&run, &keep, &waiting, &unfinished);
    rayon::in_place_scope(|scope| {
        let mut count = 0;
        read(&mut |work| {
            let number = count;
            count += 1;
            if waiting.load(SeqCst) >= most {
                return keep(number, run(work));
            }
            waiting.fetch_add(1, SeqCst);
            unfinished.fetch_add(1, SeqCst);
            scope.spawn(move |_| {
                let _finished = CountDown(unfinished);
                waiting.fetch_sub(1, SeqCst);
                keep(number, run(work));
            });
        });
        // This thread takes what is its own and nothing else: whole inputs would lie in one another on its stack.
        while unfinished.load(SeqCst) > 0 {
            if waiting.load(SeqCst) == 0 || rayon::yield_local() != Some(rayon::Yield::Executed) {
                thread::yield_now();
            }
        }
    });
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|(number, _)| *number);
    results.into_iter().map(|(_, part)| part).collect()
}

/// Counts down when it goes, whatever happened before.
struct CountDown<'a>(&'a AtomicUsize);

impl Drop for CountDown<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, SeqCst);
    }
}

/// What each gives, in their order: in parallel where other threads wait for work.
pub(crate) fn each<T: Send, R: Send>(all: Vec<T>, of: impl Fn(T) -> R + Send + Sync) -> Vec<R> {
    if is_in_pool() {
        all.into_par_iter().map(of).collect()
    } else {
        all.into_iter().map(of).collect()
    }
}

/// What all parts make together. They are joined left to right, however the work is split.
pub(crate) fn joined<T: Sync, P: Default + Send>(
    all: &[T],
    part: impl Fn(&T) -> P + Send + Sync,
    then: impl Fn(P, P) -> P + Send + Sync,
) -> P {
    if is_in_pool() {
        // A few large ones must not wait for each other.
        let most = all.len().div_ceil(64).max(1);
        all.par_iter()
            .with_max_len(most)
            .map(part)
            .fold(P::default, &then)
            .reduce(P::default, &then)
    } else {
        all.iter().map(part).fold(P::default(), then)
    }
}
