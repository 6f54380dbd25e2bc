//! Threads, where there is more than one thing to do.

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
        all.par_iter().map(part).fold(P::default, &then).reduce(P::default, &then)
    } else {
        all.iter().map(part).fold(P::default(), then)
    }
}
