//! Calculators with buffers, shared by the threads of a pool.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Copies of a calculator, of which there are never more than threads: one that no
/// thread is using is used again.
pub(crate) struct Workers<T> {
    pub(crate) prototype: T,
    idle: Mutex<Vec<T>>,
}

impl<T: Clone> Workers<T> {
    pub(crate) fn new(prototype: T) -> Self {
        Self {
            prototype,
            idle: Mutex::default(),
        }
    }

    /// Works with a copy that nobody else has.
    pub(crate) fn with<R>(&self, work: impl FnOnce(&mut T) -> R) -> R {
        let idle = self.idle().pop();
        let mut worker = idle.unwrap_or_else(|| self.prototype.clone());
        let result = work(&mut worker);
        self.idle().push(worker);
        result
    }

    fn idle(&self) -> MutexGuard<'_, Vec<T>> {
        // The list is whole at every moment, also after a panic elsewhere.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
