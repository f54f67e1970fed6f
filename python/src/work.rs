//! Work that takes long: done without the interpreter, ended by ^C, and told of.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use pyo3::exceptions::{PyInterruptedError, PyRuntimeError};
use pyo3::prelude::*;

use crate::own_method;
use crate::pool::pool;

/// How often Python is asked for signals and told of progress.
const EVERY: Duration = Duration::from_millis(50);

/// What work tells of itself, and hears, from any thread.
#[derive(Default)]
pub(crate) struct Watched {
    done: AtomicU64,
    is_stopped: AtomicBool,
}

impl Watched {
    /// So much more is done.
    pub(crate) fn add(&self, more: u64) {
        self.done.fetch_add(more, Ordering::Relaxed);
    }

    /// So much is done in all.
    pub(crate) fn set(&self, done: u64) {
        self.done.fetch_max(done, Ordering::Relaxed);
    }

    /// Fails if it is to end early.
    pub(crate) fn check(&self) -> PyResult<()> {
        match self.is_stopped() {
            true => Err(interrupted()),
            false => Ok(()),
        }
    }

    /// Whether it is to end early.
    pub(crate) fn is_stopped(&self) -> bool {
        self.is_stopped.load(Ordering::Relaxed)
    }
}

/// What work says that was told to end. Who told it has raised something else, which is what
/// is told.
pub(crate) fn interrupted() -> PyErr {
    PyInterruptedError::new_err("interrupted")
}

/// Does `work` on the pool, without the interpreter. Meanwhile this thread hears signals
/// and calls `progress` with what is done; if one of them raises, the work is told to end,
/// and that is raised. What a method of Python raised within the work is raised as well.
pub(crate) fn watched<T: Send>(
    py: Python<'_>,
    progress: Option<&Bound<'_, PyAny>>,
    work: impl FnOnce(&Watched) -> PyResult<T> + Send,
) -> PyResult<T> {
    let pool = pool(py)?;
    let watched = Watched::default();
    own_method::take_raised();
    let tell = || -> PyResult<()> {
        py.check_signals()?;
        if let Some(progress) = progress {
            progress.call1((watched.done.load(Ordering::Relaxed),))?;
        }
        Ok(())
    };
    let (ended, mut ends) = channel::<()>();
    let (raised, made) = std::thread::scope(|scope| {
        let (watched, pool) = (&watched, &pool);
        let worker = scope.spawn(move || {
            let made = pool.install(|| work(watched));
            drop(ended);
            made
        });
        let mut raised = None;
        loop {
            let heard;
            (ends, heard) = py.detach(move || {
                let heard = ends.recv_timeout(EVERY);
                (ends, heard)
            });
            if heard == Err(RecvTimeoutError::Disconnected) {
                break;
            }
            if raised.is_none()
                && let Err(error) = tell()
            {
                raised = Some(error);
                watched.is_stopped.store(true, Ordering::Relaxed);
            }
        }
        (raised, py.detach(|| worker.join()))
    });
    let of_method = own_method::take_raised();
    if let Some(error) = raised {
        return Err(error);
    }
    let made = made.unwrap_or_else(|_| Err(PyRuntimeError::new_err("a defect of orders")));
    match (made, of_method) {
        (Err(_), Some(error)) => Err(error),
        (Ok(made), _) => {
            tell()?;
            Ok(made)
        }
        (made, None) => made,
    }
}
