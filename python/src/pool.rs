//! The threads that work is spread over.

use std::sync::{Arc, Mutex, PoisonError};

use pyo3::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::error::refused;

/// The pool, and the process that its threads belong to.
static POOL: Mutex<Option<(u32, Arc<ThreadPool>)>> = Mutex::new(None);

/// The pool of this process. After a fork, as in the workers of a data loader, that of the
/// parent has no threads any more, and waiting for it would never end; so there is one for
/// each process. Whoever asks holds the interpreter, as whoever forks does: nobody forks
/// while the lock is held.
pub(crate) fn pool(_: Python<'_>) -> PyResult<Arc<ThreadPool>> {
    let mut pool = POOL.lock().unwrap_or_else(PoisonError::into_inner);
    let process = std::process::id();
    if let Some((owner, pool)) = &*pool
        && *owner == process
    {
        return Ok(Arc::clone(pool));
    }
    let made = ThreadPoolBuilder::new().build();
    let made = Arc::new(made.map_err(|error| refused(&error))?);
    if let Some(of_parent) = pool.replace((process, Arc::clone(&made))) {
        // Its threads are not here to be ended.
        std::mem::forget(of_parent);
    }
    Ok(made)
}
