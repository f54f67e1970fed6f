//! Ending well when the user interrupts.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::failure::{Failure, Result};

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// From now on, ^C and a request to terminate are noted instead of ending the
/// process at once, so that temporary files go away. Whoever works in a loop
/// asks [`check`].
pub(crate) fn catch() -> Result<()> {
    ctrlc::set_handler(|| INTERRUPTED.store(true, Ordering::Relaxed)).map_err(Failure::work)
}

/// Whether the user has interrupted.
pub(crate) fn is_requested() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}

/// An error if the user has interrupted.
pub(crate) fn check() -> Result<()> {
    if is_requested() {
        return Err(Failure::Interrupted);
    }
    Ok(())
}

/// What a library is told that asks whether to go on.
pub(crate) fn flow() -> ControlFlow<()> {
    match is_requested() {
        true => ControlFlow::Break(()),
        false => ControlFlow::Continue(()),
    }
}

/// Moves a bar, and ends the work if the user has interrupted.
#[cfg(feature = "model")]
pub(crate) fn watch(bar: &indicatif::ProgressBar) -> impl FnMut(usize) -> ControlFlow<()> {
    |done| {
        bar.set_position(done as u64);
        flow()
    }
}
