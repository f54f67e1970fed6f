//! A batch of orders made into a file, with its manifest.

use std::io::{self, Write};
use std::ops::ControlFlow;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::batch::{Batch, BatchError};
use crate::files::{
    EncodeError, Encoder, FinishedFile, Format, Manifest, ManifestError, OrderOrigin, OutputError,
    OutputFile,
};
use crate::grid::Cell;
use crate::method::{MethodError, OrderingMethod};
use crate::order::Order;
use crate::order_error::OrderError;
use crate::problem::Problem;

/// Orders 0 to `count - 1` of a seed that are to be made into a file.
///
/// ```
/// use orders_core::files::{Format, OutputFile};
/// use orders_core::{Catalogue, GenerateRequest, Grid, GroupSizes, Parameters, Problem};
/// use std::ops::ControlFlow;
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("orders.npy");
/// let grid = Grid::new(8, 8)?;
/// let request = GenerateRequest {
///     method: Catalogue::standard().method("halton", grid, &Parameters::new())?,
///     problem: Problem::new(grid, GroupSizes::new([1, 15, 48])?)?,
///     seed: 0,
///     count: 500,
///     format: Format::Npy,
///     program: "an example".into(),
/// };
/// let prepared = request.prepare()?;
/// let made = prepared.write(OutputFile::create(&path)?, |_| ControlFlow::Continue(()))?;
/// assert_eq!(made.manifest.count, 500);
/// made.file.persist(false)?;
/// # assert!(path.exists());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct GenerateRequest {
    /// The method.
    pub method: Box<dyn OrderingMethod>,
    /// What it orders.
    pub problem: Problem,
    /// The seed of the batch.
    pub seed: u64,
    /// How many orders.
    pub count: u64,
    /// The format of the file.
    pub format: Format,
    /// What writes the file, with its version, for the manifest.
    pub program: String,
}

/// A request that can be fulfilled: the method takes the problem, and the format and a
/// manifest can hold the orders.
#[derive(Debug)]
pub struct PreparedBatch<'a> {
    request: &'a GenerateRequest,
    batch: Batch<'a>,
    encoder: Encoder,
    origin: OrderOrigin,
}

/// Orders that are made. The file has no name yet.
#[non_exhaustive]
pub struct Generated {
    /// The file.
    pub file: FinishedFile,
    /// Its manifest.
    pub manifest: Manifest,
    /// Order 0, if there is one.
    pub first: Option<Order>,
}

impl GenerateRequest {
    /// Whether all can be done, before anything is written.
    ///
    /// # Errors
    ///
    /// [`GenerateError::Manifest`], [`GenerateError::Method`] or
    /// [`GenerateError::Encode`].
    pub fn prepare(&self) -> Result<PreparedBatch<'_>, GenerateError> {
        let known = self.problem.known();
        Manifest::check_room(known, self.problem.group_sizes().as_slice())?;
        let batch = Batch::new(self.method.as_ref(), &self.problem, self.seed)?;
        let origin = OrderOrigin {
            method: Some(self.method.name().into()),
            parameters: self.method.parameters(),
            seed: Some(self.seed),
        };
        let metadata = origin.metadata(&self.program, &self.problem);
        let encoder = Encoder::with_known(self.format, self.count, known, &metadata)?;
        Ok(PreparedBatch {
            request: self,
            batch,
            encoder,
            origin,
        })
    }
}

impl std::fmt::Debug for GenerateRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GenerateRequest")
            .field("method", &self.method.name())
            .field("seed", &self.seed)
            .field("count", &self.count)
            .finish_non_exhaustive()
    }
}

impl PreparedBatch<'_> {
    /// Makes the orders into a file, in parallel, on the current rayon pool. `on_progress`
    /// is told how many are written, again and again, also from the middle of orders that
    /// take long, and ends it by [`ControlFlow::Break`], which it repeats.
    ///
    /// # Errors
    ///
    /// [`GenerateError::Method`] at the first order that is none,
    /// [`GenerateError::Output`] if the file can't be written,
    /// [`GenerateError::Stopped`] if `on_progress` ended it.
    pub fn write(
        self,
        mut file: OutputFile,
        on_progress: impl Fn(u64) -> ControlFlow<()> + Sync,
    ) -> Result<Generated, GenerateError> {
        let (request, encoder) = (self.request, self.encoder.clone());
        let origin = self.origin.clone();
        let written = self.write_to(&mut file, on_progress);
        let first = written.map_err(|error| match error {
            GenerateError::Sink(source) => {
                let path = file.path().to_owned();
                OutputError::Write { path, source }.into()
            }
            error => error,
        })?;
        let file = file.finish()?;
        let mut manifest = Manifest::new(&request.program, &encoder, &file)?;
        manifest.set_problem(&request.problem);
        origin.set_in(&mut manifest);
        Ok(Generated {
            file,
            manifest,
            first,
        })
    }

    /// Makes the orders and hands the bytes of their file to `sink` as they come, as
    /// [`write`](Self::write) does for a file. Gives order 0, if there is one.
    ///
    /// # Errors
    ///
    /// As [`write`](Self::write), but for [`GenerateError::Sink`] if the sink takes no
    /// more; what it has by then is no whole file.
    pub fn write_to(
        self,
        sink: &mut (impl Write + Send),
        on_progress: impl Fn(u64) -> ControlFlow<()> + Sync,
    ) -> Result<Option<Order>, GenerateError> {
        let (request, encoder) = (self.request, &self.encoder);
        let first: OnceLock<Vec<Cell>> = OnceLock::new();
        sink.write_all(encoder.header())
            .map_err(GenerateError::Sink)?;
        let encode = |index: u64, cells: &[Cell], bytes: &mut Vec<u8>| {
            if index == 0 {
                first.get_or_init(|| cells.to_vec());
            }
            encoder.row(index, cells, bytes);
        };
        let written = AtomicU64::new(0);
        let take = |done: u64, bytes: &[u8]| {
            written.store(done, Ordering::Relaxed);
            match on_progress(done) {
                ControlFlow::Continue(()) => sink.write_all(bytes).map_err(GenerateError::Sink),
                ControlFlow::Break(()) => Err(GenerateError::Stopped),
            }
        };
        let watch = || match on_progress(written.load(Ordering::Relaxed)) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(GenerateError::Stopped),
        };
        self.batch
            .stream_watched(request.count, encode, take, watch)
            .map_err(|error| match error {
                BatchError::Method(error) => error.into(),
                BatchError::Write(error) => error,
            })?;
        let end = sink.write_all(encoder.footer());
        end.and_then(|()| sink.flush())
            .map_err(GenerateError::Sink)?;
        let first = first.into_inner();
        let first = first.map(|cells| Order::new(request.problem.clone(), cells));
        Ok(first.transpose()?)
    }
}

/// Why there is no file of orders.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GenerateError {
    /// The method can't do it, or made a broken order.
    #[error(transparent)]
    Method(#[from] MethodError),
    /// What the method made is no order.
    #[error(transparent)]
    Order(#[from] OrderError),
    /// The format can't hold the orders.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// A manifest can't describe them.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The file can't be written.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// Whatever takes the bytes takes no more.
    #[error("the orders can't be handed on")]
    Sink(#[source] io::Error),
    /// It was to end early.
    #[error("the orders were not made to the end, as was asked for")]
    Stopped,
}

impl GenerateError {
    /// Whether what was asked for was wrong, and not the work.
    pub fn is_input(&self) -> bool {
        !matches!(self, Self::Output(_) | Self::Sink(_) | Self::Stopped)
    }
}
