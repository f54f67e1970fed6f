//! Many orders: seeded, parallel, streaming.

use std::convert::Infallible;
use std::fmt;
use std::ops::{ControlFlow, Range};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rayon::prelude::*;

use crate::grid::Cell;
use crate::method::{MethodError, OrderGenerator, OrderingMethod, Watch};
use crate::problem::Problem;
use crate::random::OrderRng;

/// Makes orders `0..count` of a method and hands their cells to `take`, in
/// this order.
///
/// Order i depends on `(seed, i)` only: its cells are the same for any number
/// of threads, on any machine. Work is spread over the current rayon pool;
/// memory does not grow with `count`. Every order is checked.
///
/// ```
/// use orders_core::methods::Raster;
/// use orders_core::{Grid, GroupSizes, Problem, generate_batch};
///
/// let problem = Problem::new(Grid::new(4, 4)?, GroupSizes::new([4; 4])?)?;
/// let mut made = 0;
/// generate_batch(&Raster, &problem, 1000, 0, |cells| made += cells.len())?;
/// assert_eq!(made, 16_000);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// What the method's generator gives, and [`MethodError::Broken`] at the first
/// order that is none.
pub fn generate_batch(
    method: &dyn OrderingMethod,
    problem: &Problem,
    count: u64,
    seed: u64,
    mut take: impl FnMut(&[Cell]) + Send,
) -> Result<(), MethodError> {
    let encode = |_: u64, cells: &[Cell], out: &mut Vec<Cell>| out.extend_from_slice(cells);
    let length = problem.cells();
    let write = |_: u64, chunk: &[Cell]| -> Result<(), Infallible> {
        chunk.chunks_exact(length).for_each(&mut take);
        Ok(())
    };
    stream_batch(method, problem, count, seed, encode, write).map_err(|error| match error {
        BatchError::Method(error) => error,
        BatchError::Write(never) => match never {},
    })
}

/// Cells that are in flight in one thread before they are handed on.
const CELLS_PER_CHUNK: usize = 1 << 16;

/// Makes orders `0..count` and hands them on as encoded bytes (or any other
/// items), as [`generate_batch`] does for cells: `encode` turns the cells of
/// order i into items and runs in parallel; `write` gets the orders done so
/// far and their items, in order, chunk by chunk, while the next chunk is
/// already being made. If `write` fails, the batch ends there, and it is not
/// called again. Without orders it is not called at all.
///
/// In flight are at most 8 chunks for each thread of the pool, of up to 256
/// orders and about 2^16 cells (or one order, if that has more: then 2^19 cells, or two
/// orders), so memory does not grow with `count`.
///
/// # Errors
///
/// [`BatchError::Method`] as [`generate_batch`], [`BatchError::Write`] with
/// what `write` returned.
pub fn stream_batch<T: Copy + Send + Sync, E: Send>(
    method: &dyn OrderingMethod,
    problem: &Problem,
    count: u64,
    seed: u64,
    encode: impl Fn(u64, &[Cell], &mut Vec<T>) + Sync,
    write: impl FnMut(u64, &[T]) -> Result<(), E> + Send,
) -> Result<(), BatchError<E>> {
    Batch::new(method, problem, seed)?.stream(count, encode, write)
}

/// A batch that can be made: the method can do the problem.
///
/// For programs that want to know this before they begin a file;
/// [`stream_batch`] is both in one.
///
/// ```
/// use orders_core::methods::RegionParallel;
/// use orders_core::{Batch, Grid, GroupSizes, Problem};
///
/// let problem = Problem::new(Grid::new(3, 9)?, GroupSizes::new([27])?)?;
/// assert!(Batch::new(&RegionParallel::new(3)?, &problem, 0).is_ok());
/// assert!(Batch::new(&RegionParallel::new(4)?, &problem, 0).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Batch<'a> {
    method: &'a dyn OrderingMethod,
    problem: &'a Problem,
    seed: u64,
    /// The makers that no thread is using, so that there are never more than threads.
    idle: Mutex<Vec<Maker>>,
}

impl fmt::Debug for Batch<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch")
            .field("method", &self.method.name())
            .field("problem", &self.problem)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}

impl<'a> Batch<'a> {
    /// A batch of a method for a problem.
    ///
    /// # Errors
    ///
    /// What the method's generator gives.
    pub fn new(
        method: &'a dyn OrderingMethod,
        problem: &'a Problem,
        seed: u64,
    ) -> Result<Self, MethodError> {
        Ok(Self {
            method,
            problem,
            seed,
            idle: Mutex::new(vec![Maker::new(method, problem)?]),
        })
    }

    /// Makes the orders, as [`stream_batch`].
    ///
    /// # Errors
    ///
    /// As [`stream_batch`].
    pub fn stream<T: Copy + Send + Sync, E: Send>(
        self,
        count: u64,
        encode: impl Fn(u64, &[Cell], &mut Vec<T>) + Sync,
        write: impl FnMut(u64, &[T]) -> Result<(), E> + Send,
    ) -> Result<(), BatchError<E>> {
        self.stream_watched(count, encode, write, || Ok(()))
    }

    /// Makes the orders, as [`stream`](Self::stream). `watch` is asked before every order
    /// and within orders that take long, from any thread, and ends the batch by an error.
    ///
    /// # Errors
    ///
    /// As [`stream_batch`], and [`BatchError::Write`] with what `watch` returned.
    pub fn stream_watched<T: Copy + Send + Sync, E: Send>(
        self,
        count: u64,
        encode: impl Fn(u64, &[Cell], &mut Vec<T>) + Sync,
        mut write: impl FnMut(u64, &[T]) -> Result<(), E> + Send,
        watch: impl Fn() -> Result<(), E> + Sync,
    ) -> Result<(), BatchError<E>> {
        // Several chunks a thread, so that threads end at about the same time; of orders
        // that are longer than a chunk, fewer.
        let of_thread = (4 * CELLS_PER_CHUNK / self.problem.cells()).clamp(1, 4);
        let chunks = of_thread * rayon::current_num_threads();
        let chunk_orders = (CELLS_PER_CHUNK / self.problem.cells()).clamp(1, 256) as u64;
        let round_orders = chunks as u64 * chunk_orders;

        let make = |chunks: &mut [Chunk<T>], start: u64| {
            chunks
                .par_iter_mut()
                .enumerate()
                .try_for_each(|(i, chunk)| {
                    let first = count.min(start + i as u64 * chunk_orders);
                    chunk.items.clear();
                    chunk.end = count.min(first + chunk_orders);
                    let take = |index: u64, cells: &[Cell]| encode(index, cells, &mut chunk.items);
                    self.make(first..chunk.end, take, &watch)
                })
        };
        let empty = |_| Chunk {
            items: Vec::new(),
            end: 0,
        };
        let mut being_made: Vec<Chunk<T>> = (0..chunks).map(empty).collect();
        let mut being_written: Vec<Chunk<T>> = (0..chunks).map(empty).collect();

        make(&mut being_made, 0)?;
        let mut start = 0;
        while start < count {
            std::mem::swap(&mut being_made, &mut being_written);
            start += round_orders;
            let (made, written) = rayon::join(
                || make(&mut being_made, start),
                || {
                    being_written
                        .iter()
                        .filter(|chunk| !chunk.items.is_empty())
                        .try_for_each(|chunk| write(chunk.end, &chunk.items))
                },
            );
            written.map_err(BatchError::Write)?;
            made?;
        }
        Ok(())
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Maker>> {
        // The list is whole at every moment, also after a panic elsewhere.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes the orders of some indices on this thread, and gives each to `take` with
    /// its index. Several threads may do so at once. `watch` is asked before every order
    /// and within orders that take long, and ends it by an error.
    ///
    /// # Errors
    ///
    /// What the method's generator gives, [`MethodError::Broken`] if what the method made is
    /// no order, and [`BatchError::Write`] with what `watch` returned.
    pub fn make<E>(
        &self,
        indices: Range<u64>,
        mut take: impl FnMut(u64, &[Cell]),
        watch: &(impl Fn() -> Result<(), E> + Sync),
    ) -> Result<(), BatchError<E>> {
        let flow = || match watch() {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        };
        let idle = self.idle().pop();
        let mut maker = match idle {
            Some(maker) => maker,
            None => Maker::new(self.method, self.problem)?,
        };
        for index in indices {
            // An order that was given up is made anew, should it go on after all.
            loop {
                watch().map_err(BatchError::Write)?;
                maker.cells.clear();
                let mut rng = OrderRng::new(self.seed, index);
                let (generator, cells) = (&mut maker.generator, &mut maker.cells);
                let made = generator.generate_watched(&mut rng, cells, Watch::new(&flow));
                if made.is_continue() {
                    break;
                }
            }
            self.problem
                .check(&maker.cells, &mut maker.seen)
                .map_err(|source| MethodError::Broken {
                    method: self.method.name().into(),
                    index,
                    source,
                })?;
            take(index, &maker.cells);
        }
        self.idle().push(maker);
        Ok(())
    }
}

/// Consecutive orders, encoded: the last one is number `end - 1`.
struct Chunk<T> {
    items: Vec<T>,
    end: u64,
}

/// What it takes to make orders in one thread.
struct Maker {
    generator: Box<dyn OrderGenerator>,
    cells: Vec<Cell>,
    seen: Vec<bool>,
}

impl Maker {
    fn new(method: &dyn OrderingMethod, problem: &Problem) -> Result<Self, MethodError> {
        Ok(Self {
            generator: method.generator(problem)?,
            cells: Vec::with_capacity(problem.cells()),
            seen: Vec::new(),
        })
    }
}

/// Why a batch ended early.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum BatchError<E> {
    /// The method failed.
    #[error(transparent)]
    Method(#[from] MethodError),
    /// The orders could not be handed on, or whoever watched ended it.
    #[error("the orders could not be written")]
    Write(#[source] E),
}
