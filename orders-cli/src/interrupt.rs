//! Ending well when the user or the system interrupts.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use crate::failure::{Failure, INTERRUPTED, Result};

/// ^C, a request to terminate, and the terminal going away.
#[cfg(unix)]
const ENDS: [i32; 3] = [SIGINT, SIGTERM, signal_hook::consts::SIGHUP];
#[cfg(not(unix))]
const ENDS: [i32; 2] = [SIGINT, SIGTERM];

static IS_REQUESTED: AtomicBool = AtomicBool::new(false);

/// From now on, ^C and a request to terminate are noted instead of ending the
/// process at once, so that temporary files go away. Whoever works in a loop
/// asks [`check`]. The second of them ends it as it is.
pub(crate) fn catch() -> Result<()> {
    let registered = ENDS.iter().try_for_each(|&signal| {
        // The other way round, the first would end it.
        flag::register_conditional_shutdown(signal, INTERRUPTED.into(), &IS_REQUESTED)?;
        flag::register(signal, &IS_REQUESTED).map(|_| ())
    });
    registered.map_err(Failure::work)
}

/// From now on, writing more than the system allows a file to have (`ulimit -f`) is an
/// error that can be told, where the system would end the process without a word.
pub(crate) fn survive_long_files() -> Result<()> {
    #[cfg(unix)]
    {
        static IS_TOO_LONG: AtomicBool = AtomicBool::new(false);
        // A signal that is caught does no more than this; the write fails.
        flag::register(signal_hook::consts::SIGXFSZ, &IS_TOO_LONG).map_err(Failure::work)?;
    }
    Ok(())
}

/// Whether the user has interrupted.
pub(crate) fn is_requested() -> bool {
    IS_REQUESTED.load(Ordering::Relaxed)
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
pub(crate) fn watch(bar: &indicatif::ProgressBar) -> impl FnMut(u64) -> ControlFlow<()> {
    |done| {
        bar.set_position(done);
        flow()
    }
}
