//! What a model says of the cells that are left, after every prefix of orders.

use std::collections::BTreeMap;

use orders_core::decoding::PrefixNats;
use orders_core::{Cell, Grid, Order, Problem};
use serde::{Deserialize, Serialize};

use super::cut_costs::CutCosts;
use super::error::InformationError;

/// How much of the grid is settled, in as many equal parts, tells contexts of a pair of
/// cells apart.
const CONTEXTS: usize = 32;

/// What a model says of the cells that are left after every prefix of an order, in the
/// mean over images that have an order each: the negative log-probability of the cell of
/// rank i given the cells of the first j ranks, in nats, for all j <= i < N.
///
/// - Its mean over i is the entropy that the model leaves after j cells. Of random orders,
///   what it falls by is the *information curve* Z_j = I(x_i; x_S), |S| = j (Chen, Cong and
///   Li, arXiv 2511.04647).
/// - A group of the ranks [j, k) that is generated at once costs the sum over it of what
///   its cells have given the first j ranks, less what each has given all before it.
///   [`cut_costs`](Self::cut_costs) has that of every group, so that
///   [`OptimalSizes`](super::OptimalSizes) cuts the orders where the model loses least.
/// - From j to j + 1 cells it falls by the conditional mutual information of the cells of
///   ranks j and i, in the mean. [`pair_losses`](Self::pair_losses) takes these, by how the
///   two cells lie to each other and how much is settled, for a prediction of what any
///   other order loses.
///
/// What an imperfect model says is cross-entropy, so that differences may be negative.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(into = "CurveFile", try_from = "CurveFile")]
pub struct InformationCurve {
    grid: Grid,
    images: u64,
    about: BTreeMap<String, String>,
    /// Row j has the ranks from j on.
    nats: Vec<Vec<f64>>,
    /// By context.
    pairs: Vec<PairInformation>,
}

/// The conditional mutual information of pairs of cells in one context, by how many
/// frames, rows and columns apart they are, as the index of the cell that far from the
/// first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct PairInformation {
    /// Means, in nats; 0 where there were no pairs.
    nats: Vec<f64>,
    /// How many pairs each mean is of.
    pairs: Vec<u64>,
}

/// The sums that a curve is the mean of: rows come in by [`add`](Self::add).
#[derive(Clone, Debug)]
pub struct CurveSums {
    grid: Grid,
    images: u64,
    nats: Vec<Vec<f64>>,
    pairs: Vec<PairInformation>,
    /// The row before, of each sample of a batch.
    before: Vec<Vec<f64>>,
}

impl CurveSums {
    /// Nothing yet, for orders of all cells of a grid.
    pub fn new(grid: Grid) -> Self {
        let cells = grid.cells();
        let no_pairs = PairInformation {
            nats: vec![0.0; cells],
            pairs: vec![0; cells],
        };
        Self {
            grid,
            images: 0,
            nats: (0..cells).map(|rank| vec![0.0; cells - rank]).collect(),
            pairs: vec![no_pairs; CONTEXTS],
            before: Vec::new(),
        }
    }

    /// Adds a row of a sample, whose rows come from the first to the last.
    ///
    /// # Panics
    ///
    /// If the order has another number of cells, or a row before it was left out.
    pub fn add(&mut self, order: &Order, row: PrefixNats<'_>) {
        let PrefixNats {
            sample,
            settled,
            nats,
        } = row;
        let cells = order.cell_from_rank();
        assert_eq!(cells.len(), self.nats.len(), "the order is of another grid");
        if settled == 0 {
            self.images += 1;
        }
        for (sum, of_cell) in self.nats[settled].iter_mut().zip(nats) {
            *sum += of_cell;
        }
        if self.before.len() <= sample {
            self.before.resize(sample + 1, Vec::new());
        }
        if let Some(rank) = settled.checked_sub(1) {
            let before = &self.before[sample];
            assert_eq!(before.len(), nats.len() + 1, "a row was left out");
            let pairs = &mut self.pairs[context(rank, cells.len())];
            let gains = before[1..].iter().zip(nats).map(|(was, is)| was - is);
            for (&cell, gain) in cells[settled..].iter().zip(gains) {
                let apart = apart(self.grid, cells[rank], cell);
                pairs.nats[apart] += gain;
                pairs.pairs[apart] += 1;
            }
        }
        self.before[sample] = nats.to_vec();
    }

    /// The means. `about` says what they are of: model, images, orders.
    ///
    /// # Errors
    ///
    /// [`InformationError::NoOrders`] if nothing was added.
    pub fn mean(
        mut self,
        about: BTreeMap<String, String>,
    ) -> Result<InformationCurve, InformationError> {
        if self.images == 0 {
            return Err(InformationError::NoOrders);
        }
        let images = self.images as f64;
        for sum in self.nats.iter_mut().flatten() {
            *sum /= images;
        }
        for pairs in &mut self.pairs {
            for (sum, &count) in pairs.nats.iter_mut().zip(&pairs.pairs) {
                *sum /= count.max(1) as f64;
            }
        }
        Ok(InformationCurve {
            grid: self.grid,
            images: self.images,
            about,
            nats: self.nats,
            pairs: self.pairs,
        })
    }
}

impl InformationCurve {
    /// The grid of the orders.
    pub fn grid(&self) -> Grid {
        self.grid
    }

    /// The images that it is the mean over.
    pub fn images(&self) -> u64 {
        self.images
    }

    /// What it is of: model, images, orders.
    pub fn about(&self) -> &BTreeMap<String, String> {
        &self.about
    }

    /// The negative log-probability of the cells of the ranks from `settled` on, given
    /// those before, in nats.
    ///
    /// # Panics
    ///
    /// Unless settled < N.
    pub fn nats(&self, settled: usize) -> &[f64] {
        &self.nats[settled]
    }

    /// The mean of [`nats`](Self::nats) over the cells that are left: the entropy of one of
    /// them, as the model has it.
    ///
    /// # Panics
    ///
    /// Unless settled < N.
    pub fn mean_nats(&self, settled: usize) -> f64 {
        let nats = self.nats(settled);
        nats.iter().sum::<f64>() / nats.len() as f64
    }

    /// What the cells of an image have one by one, in nats.
    pub fn one_by_one(&self) -> f64 {
        self.nats.iter().map(|nats| nats[0]).sum()
    }

    /// What every way to cut the orders costs, in nats above one by one.
    ///
    /// O(N^2).
    pub fn cut_costs(&self) -> CutCosts {
        let mut costs = CutCosts::zero(self.grid.cells());
        for start in 0..self.grid.cells() {
            let one_by_one = self.nats[start..].iter().map(|nats| nats[0]);
            let losses = self.nats[start].iter().zip(one_by_one);
            costs.set_row(start, losses.map(|(given, alone)| given - alone));
        }
        costs
    }

    /// The same for orders whose cells are alike but for their rank, as those of random
    /// orders are: what a cell is told by the one before it is the mean over all cells that
    /// are left, so that costs have less noise, and what is best by them is less an accident
    /// of the images.
    ///
    /// O(N^2).
    pub fn cut_costs_of_random_orders(&self) -> CutCosts {
        let cells = self.grid.cells();
        let mut costs = CutCosts::zero(cells);
        // By rank, what a cell is told by the cell of that rank.
        let told: Vec<f64> = self
            .nats
            .windows(2)
            .map(|rows| {
                let gains = rows[0][1..].iter().zip(&rows[1]);
                gains.map(|(was, is)| was - is).sum::<f64>() / rows[1].len() as f64
            })
            .collect();
        for start in 0..cells {
            let losses = told[start..].iter().scan(0.0, |lost, told| {
                *lost += told;
                Some(*lost)
            });
            costs.set_row(start, std::iter::once(0.0).chain(losses));
        }
        costs
    }

    /// What each step of an order loses by the mutual information of its pairs of cells, in
    /// nats: for each group the sum over its pairs of what such a pair has in the mean,
    /// where known cells, and those of the group that come before in the order, count as
    /// settled. It is a prediction: pairs that lie alike, in as full a grid, are not told
    /// apart.
    ///
    /// O(sum of squared group sizes).
    ///
    /// # Errors
    ///
    /// [`InformationError::CurveGrid`] if the problem is of another grid,
    /// [`InformationError::Order`] if the cells are no order of it.
    pub fn pair_losses(
        &self,
        problem: &Problem,
        cells: &[Cell],
    ) -> Result<Vec<f64>, InformationError> {
        if problem.grid() != self.grid {
            return Err(InformationError::CurveGrid {
                curve: self.grid,
                orders: problem.grid(),
            });
        }
        Order::new(problem.clone(), cells.to_vec())?;
        let known = problem.known().count();
        let mut start = 0;
        let losses = problem.group_sizes().as_slice().iter().map(|&size| {
            let group = start..start + size as usize;
            start = group.end;
            let of_rank = |rank: usize| -> f64 {
                let pairs = &self.pairs[context(known + rank, self.grid.cells())];
                let behind = &cells[rank + 1..group.end];
                behind
                    .iter()
                    .map(|&cell| pairs.nats[apart(self.grid, cells[rank], cell)])
                    .sum()
            };
            group.clone().map(of_rank).sum()
        });
        Ok(losses.collect())
    }
}

/// The context of a pair, where so many cells of all are settled.
fn context(settled: usize, cells: usize) -> usize {
    settled * CONTEXTS / cells
}

/// How far two cells lie apart, as the index of the cell that far from the first one.
fn apart(grid: Grid, one: Cell, other: Cell) -> usize {
    let [frames, rows, columns] = grid.differences(one, other);
    grid.cell_in_frame(frames, rows, columns) as usize
}

/// A curve as a file has it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CurveFile {
    format: String,
    grid: Grid,
    images: u64,
    about: BTreeMap<String, String>,
    nats: Vec<Vec<f64>>,
    pairs: Vec<PairInformation>,
}

const FORMAT: &str = "information-curve 1";

/// The largest number, in nats: far more than any vocabulary has, and little enough for sums.
const MOST_NATS: f64 = 1e6;

impl From<InformationCurve> for CurveFile {
    fn from(curve: InformationCurve) -> Self {
        Self {
            format: FORMAT.to_owned(),
            grid: curve.grid,
            images: curve.images,
            about: curve.about,
            nats: curve.nats,
            pairs: curve.pairs,
        }
    }
}

/// What is wrong with the parts of a curve.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is no information curve: {0}")]
struct CurveFault(String);

impl TryFrom<CurveFile> for InformationCurve {
    type Error = CurveFault;

    fn try_from(file: CurveFile) -> Result<Self, CurveFault> {
        let cells = file.grid.cells();
        let fault = |what: String| Err(CurveFault(what));
        if file.format != FORMAT {
            return fault(format!("its format is {:?}, not {FORMAT:?}", file.format));
        }
        if file.images == 0 {
            return fault("it is of no images".to_owned());
        }
        if file.nats.len() != cells {
            return fault(format!("{} rows of {cells} cells", file.nats.len()));
        }
        let is_number = |nats: &f64| nats.abs() <= MOST_NATS;
        let is_whole = |(rank, row): (usize, &Vec<f64>)| {
            row.len() == cells - rank && row.iter().all(is_number)
        };
        if let Some(rank) = (0..cells).find(|&rank| !is_whole((rank, &file.nats[rank]))) {
            return fault(format!(
                "row {rank} has not {} numbers from -{MOST_NATS} to {MOST_NATS}",
                cells - rank
            ));
        }
        let of_grid = |pairs: &PairInformation| {
            pairs.nats.len() == cells
                && pairs.pairs.len() == cells
                && pairs.nats.iter().all(is_number)
        };
        if file.pairs.len() != CONTEXTS || !file.pairs.iter().all(of_grid) {
            return fault(format!(
                "pairs are numbers from -{MOST_NATS} to {MOST_NATS} for {CONTEXTS} contexts of {cells} cells"
            ));
        }
        Ok(Self {
            grid: file.grid,
            images: file.images,
            about: file.about,
            nats: file.nats,
            pairs: file.pairs,
        })
    }
}
