//! The rows of a file, checked on all threads while they are read.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use indicatif::ProgressBar;
use orders_core::conformance::Replay;
use orders_core::files::{
    Format, Limits, Manifest, ReadFileError, RowChecker, Summary, open_regular, read_order_file,
};
use orders_core::{Cell, KnownCells};
use rayon::Scope;

use super::origin::Origin;
use crate::failure::{Failure, Result, with_sources};
use crate::order_file;

/// Cells that are checked at once by a thread.
const CELLS_PER_BATCH: usize = 1 << 17;
/// Batches that wait or are checked, for each thread.
const BATCHES_PER_THREAD: usize = 4;

/// What rows must be.
pub(super) struct Rows {
    pub(super) rules: Option<Box<dyn Replay>>,
    pub(super) known: Option<KnownCells>,
    pub(super) origin: Option<Origin>,
    pub(super) progress: ProgressBar,
}

/// What was read.
pub(super) struct Checked {
    pub(super) summary: Summary,
    /// Why the file is not the one of its manifest.
    pub(super) unlike_manifest: Option<String>,
    /// What is wrong with the first row that is wrong.
    pub(super) fault: Option<String>,
}

/// Rows that follow each other.
#[derive(Default)]
struct Batch {
    first: u64,
    cells: Vec<Cell>,
}

/// What a thread checks rows with.
struct Worker {
    checker: RowChecker,
    rules: Option<Box<dyn Replay>>,
}

/// What threads share.
struct Shared {
    rows: Rows,
    idle: Mutex<Vec<Worker>>,
    /// The fault of the first row that has one, of those that were checked.
    fault: Mutex<Option<(u64, String)>>,
    batches: AtomicUsize,
}

impl Rows {
    /// Reads a file once for its rows and once, meanwhile, for its digest, if there is a
    /// manifest. On the current rayon pool; memory does not grow with the file.
    pub(super) fn check(self, path: &Path, manifest: Option<&Manifest>) -> Result<Checked> {
        let before = stamp(path);
        let shared = Shared {
            rows: self,
            idle: Mutex::default(),
            fault: Mutex::default(),
            batches: AtomicUsize::new(0),
        };
        let mut verified = Ok(None);
        let read = rayon::scope(|scope| {
            if let Some(manifest) = manifest {
                let verified = &mut verified;
                scope.spawn(move |_| *verified = verify(path, manifest));
            }
            shared.read(path, scope)
        });
        shared.rows.progress.finish_and_clear();
        let summary = read.map_err(order_file::read_failure)?;
        let mut unlike_manifest = None;
        if let Some(manifest) = manifest {
            if stamp(path) != before {
                return Err(Failure::Work(format!(
                    "{} was changed while it was read",
                    path.display()
                )));
            }
            let format = Format::from_path(path).map_err(Failure::bad_input)?;
            let claims = manifest.check_summary(format, summary);
            let claims = claims.map_err(|error| with_sources(&error));
            unlike_manifest = verified?.or(claims.err());
        }
        let fault = shared.fault.into_inner();
        let fault = fault.unwrap_or_else(PoisonError::into_inner);
        Ok(Checked {
            summary,
            unlike_manifest,
            fault: fault.map(|(_, fault)| fault),
        })
    }
}

/// What changes if a file does.
fn stamp(path: &Path) -> Option<(u64, Option<SystemTime>)> {
    let metadata = path.metadata().ok()?;
    Some((metadata.len(), metadata.modified().ok()))
}

/// Why a file is not the one of its manifest, byte for byte.
fn verify(path: &Path, manifest: &Manifest) -> Result<Option<String>> {
    let file = open_regular(path).map_err(Failure::bad_input)?;
    Ok(manifest
        .verify(file)
        .err()
        .map(|error| with_sources(&error)))
}

impl Shared {
    /// Reads all rows, of which whole batches are checked by whoever has time.
    fn read<'s>(
        &'s self,
        path: &Path,
        scope: &Scope<'s>,
    ) -> Result<Summary, ReadFileError<Failure>> {
        let most = BATCHES_PER_THREAD * rayon::current_num_threads();
        let (shared, known) = (self, self.rows.known.as_ref());
        let mut cells = known.map(KnownCells::free_count);
        let mut batch = Batch::default();
        let read = read_order_file(path, &Limits::default(), |index, row| {
            if shared.is_beyond_fault(index) {
                return Ok(());
            }
            let cells = *cells.get_or_insert(row.len());
            if row.len() != cells {
                let free = match known.is_some_and(|known| known.count() > 0) {
                    true => "free ",
                    false => "",
                };
                let fault = format!(
                    "order {index} has {} entries, but there are {cells} {free}cells",
                    row.len()
                );
                shared.note(index, fault);
                return Ok(());
            }
            if batch.cells.is_empty() {
                batch.first = index;
            }
            batch.cells.extend_from_slice(row);
            if batch.cells.len() + cells > CELLS_PER_BATCH {
                let full = std::mem::take(&mut batch);
                if shared.batches.load(Ordering::Relaxed) < most {
                    shared.batches.fetch_add(1, Ordering::Relaxed);
                    scope.spawn(move |_| {
                        shared.check(&full, cells);
                        shared.batches.fetch_sub(1, Ordering::Relaxed);
                    });
                } else {
                    // All are busy, and so is this one.
                    shared.check(&full, cells);
                }
            }
            Ok(())
        });
        if let Some(cells) = cells {
            self.check(&batch, cells);
        }
        read
    }

    /// Checks rows of so many cells.
    fn check(&self, batch: &Batch, cells: usize) {
        if self.is_beyond_fault(batch.first) {
            return;
        }
        let idle = lock(&self.idle).pop();
        let mut worker = idle.unwrap_or_else(|| self.worker(cells));
        for (index, row) in (batch.first..).zip(batch.cells.chunks_exact(cells)) {
            if let Some(fault) = self.fault_of(&mut worker, index, row) {
                self.note(index, fault);
                break;
            }
        }
        lock(&self.idle).push(worker);
        self.rows
            .progress
            .inc((batch.cells.len() / cells.max(1)) as u64);
    }

    fn fault_of(&self, worker: &mut Worker, index: u64, row: &[Cell]) -> Option<String> {
        if let Err(error) = worker.checker.check(index, row) {
            return Some(error.to_string());
        }
        let replayed = worker.rules.as_mut().and_then(|rules| rules.fault(row));
        if let Some(fault) = replayed {
            return Some(format!("order {index}: {fault}"));
        }
        self.rows.origin.as_ref()?.fault(index, row)
    }

    fn worker(&self, cells: usize) -> Worker {
        Worker {
            checker: match &self.rows.known {
                Some(known) => RowChecker::with_known(known),
                None => RowChecker::new(cells),
            },
            rules: self.rows.rules.as_ref().map(|rules| rules.boxed()),
        }
    }

    /// Keeps the fault of a row, unless one before it has one.
    fn note(&self, index: u64, fault: String) {
        let mut first = lock(&self.fault);
        if first.as_ref().is_none_or(|(known, _)| index < *known) {
            *first = Some((index, fault));
        }
    }

    fn is_beyond_fault(&self, index: u64) -> bool {
        lock(&self.fault)
            .as_ref()
            .is_some_and(|(fault, _)| index > *fault)
    }
}

/// What is behind a lock is whole at every moment, also after a panic elsewhere.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
