//! What is asked of the transformer: orders, labels, tokens and known cells; and
//! whether they are those of its sizes.

use candle_core::{Device, Tensor};
use ndarray::{Array2, ArrayView2};
use orders_core::{Cell, KnownCells, Order, Problem};

use super::config::LpdConfig;
use super::error::LpdError;

/// Orders and labels of samples that are handled together. Every sample has
/// its own order; grid, group sizes and known cells are those of all.
#[derive(Clone, Debug)]
pub struct Batch {
    problem: Problem,
    /// Known cells and then each order, for every sample.
    cells: Vec<Vec<Cell>>,
    labels: Vec<Option<u32>>,
}

impl Batch {
    /// A batch of an order and a label for each sample. `None` is the
    /// unconditional class.
    ///
    /// # Errors
    ///
    /// [`LpdError::Empty`], [`LpdError::Problems`] or [`LpdError::Count`].
    pub fn new(orders: &[Order], labels: &[Option<u32>]) -> Result<Self, LpdError> {
        let problem = problem_of(orders)?.clone();
        if labels.len() != orders.len() {
            return Err(LpdError::Count {
                what: "labels",
                found: labels.len(),
                expected: orders.len(),
            });
        }
        let known = problem.known();
        let cells = orders
            .iter()
            .map(|order| known.cells().chain(order.cell_from_rank().iter().copied()))
            .map(Iterator::collect)
            .collect();
        Ok(Self {
            problem,
            cells,
            labels: labels.to_vec(),
        })
    }

    /// Number of samples.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are no samples, which cannot be.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// Grid, group sizes and known cells.
    pub fn problem(&self) -> &Problem {
        &self.problem
    }

    /// The labels.
    pub fn labels(&self) -> &[Option<u32>] {
        &self.labels
    }

    /// The known cells of a sample in raster order, and then the others in the
    /// order of generation.
    pub fn cells(&self, sample: usize) -> &[Cell] {
        &self.cells[sample]
    }

    /// Number of known cells.
    pub(crate) fn known(&self) -> usize {
        self.problem.known().count()
    }

    /// Whether a model can do it.
    pub(crate) fn check(&self, config: &LpdConfig) -> Result<(), LpdError> {
        if self.problem.grid() != config.grid() {
            return Err(LpdError::Grid {
                found: self.problem.grid(),
                expected: config.grid(),
            });
        }
        config.check_labels(&self.labels)
    }

    /// Whether tokens of shape (samples, cells) are a model's; with
    /// `known_only`, those at known cells.
    pub(crate) fn check_tokens(
        &self,
        tokens: ArrayView2<'_, u32>,
        config: &LpdConfig,
        known_only: bool,
    ) -> Result<(), LpdError> {
        let found = [tokens.nrows(), tokens.ncols()];
        let expected = [self.len(), self.problem.grid().cells()];
        if found != expected {
            return Err(LpdError::TokenShape { found, expected });
        }
        config.check_tokens(tokens, known_only.then(|| self.problem.known()))
    }

    /// Values for the cells of each sample from place `first` of [`cells`](Self::cells)
    /// on, in raster positions: shape (samples, cells), 0 at the other cells.
    pub(crate) fn in_raster<T: Copy + Default>(
        &self,
        first: usize,
        values: &[Vec<T>],
    ) -> Array2<T> {
        let shape = (self.len(), self.problem.grid().cells());
        let mut in_raster = Array2::from_elem(shape, T::default());
        let samples = in_raster.rows_mut().into_iter().zip(&self.cells);
        for ((mut row, cells), values) in samples.zip(values) {
            for (&cell, &value) in cells[first..].iter().zip(values) {
                row[cell as usize] = value;
            }
        }
        in_raster
    }

    /// Slots of the positional embedding, shape (samples, cells): known cells
    /// and then the order. Slot 0 is the class's.
    pub(crate) fn slots(&self, device: &Device) -> candle_core::Result<Tensor> {
        let slots: Vec<u32> = self.cells.iter().flatten().map(|cell| cell + 1).collect();
        Tensor::from_vec(slots, (self.len(), self.cells[0].len()), device)
    }

    /// Tokens of shape (samples, cells) in the order of [`slots`](Self::slots),
    /// the first `count` of them.
    pub(crate) fn sequence(
        &self,
        tokens: ArrayView2<'_, u32>,
        count: usize,
        device: &Device,
    ) -> candle_core::Result<Tensor> {
        let in_order: Vec<u32> = self
            .cells
            .iter()
            .zip(tokens.rows())
            .flat_map(|(cells, tokens)| {
                cells[..count]
                    .iter()
                    .map(move |&cell| tokens[cell as usize])
            })
            .collect();
        Tensor::from_vec(in_order, (self.len(), count), device)
    }
}

/// The problem of all orders, of which there must be one at least.
pub(super) fn problem_of(orders: &[Order]) -> Result<&Problem, LpdError> {
    let problem = orders.first().ok_or(LpdError::Empty)?.problem();
    match orders.iter().position(|order| order.problem() != problem) {
        Some(index) => Err(LpdError::Problems { index }),
        None => Ok(problem),
    }
}

impl LpdConfig {
    /// Whether a transformer of these sizes has the classes. `None` is no class, which
    /// it always has. O(labels).
    ///
    /// # Errors
    ///
    /// [`LpdError::Label`] at the first that it has not.
    pub fn check_labels(&self, labels: &[Option<u32>]) -> Result<(), LpdError> {
        let classes = self.classes();
        for (index, &label) in labels.iter().enumerate() {
            if let Some(label) = label
                && label as usize >= classes
            {
                return Err(LpdError::Label {
                    label,
                    index,
                    classes,
                });
            }
        }
        Ok(())
    }

    /// Whether tokens of shape (samples, cells) are of its grid and vocabulary; with
    /// `known`, only those of known cells are looked at. O(tokens).
    ///
    /// # Errors
    ///
    /// [`LpdError::TokenShape`], or [`LpdError::Token`] at the first that it has not.
    pub fn check_tokens(
        &self,
        tokens: ArrayView2<'_, u32>,
        known: Option<&KnownCells>,
    ) -> Result<(), LpdError> {
        let (samples, cells) = tokens.dim();
        let expected = self.grid().cells();
        if cells != expected {
            return Err(LpdError::TokenShape {
                found: [samples, cells],
                expected: [samples, expected],
            });
        }
        let vocab = self.vocab();
        for ((index, cell), &token) in tokens.indexed_iter() {
            if token as usize >= vocab && known.is_none_or(|known| known.mask()[cell]) {
                return Err(LpdError::Token {
                    token,
                    index,
                    cell,
                    vocab,
                });
            }
        }
        Ok(())
    }
}
