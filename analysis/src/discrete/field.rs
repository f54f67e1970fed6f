//! A Potts model on a grid, and what is known of it.

use orders_core::{Cell, Grid, OrderRng};

use super::error::DiscreteError;
use super::params::PottsParams;
use super::transfer::{Sums, Transfer};

/// A Potts model on a grid: every conditional distribution, exactly (up to rounding in f64).
///
/// What is settled is given as one entry for each cell, its token or none. For N cells and
/// S states of the shorter side (colours to the power of its cells), each question takes
/// O(N S) memory and O(N S colours) time.
#[derive(Clone, Debug)]
pub struct PottsField {
    params: PottsParams,
    grid: Grid,
    transfer: Transfer,
    log_sum: f64,
}

impl PottsField {
    /// The most states of the shorter side: 2 colours on 16 cells, 4 on 8, 16 on 4.
    pub const MAX_STATES: usize = 1 << 16;
    /// The most states, summed over all cells: 128 MiB.
    pub const MAX_NUMBERS: usize = 1 << 24;
    /// The most colourings of a group whose total correlation is computed.
    pub const MAX_COLOURINGS: usize = 1 << 12;

    /// A Potts model on a grid of one frame.
    ///
    /// # Errors
    ///
    /// [`DiscreteError::Video`], [`DiscreteError::States`] or [`DiscreteError::Size`] if the
    /// grid is none of those that it is computed on.
    pub fn new(grid: Grid, params: PottsParams) -> Result<Self, DiscreteError> {
        if grid.frames() > 1 {
            return Err(DiscreteError::Video { grid });
        }
        let (colours, side) = (params.colours(), grid.height().min(grid.width()));
        let states = (colours as usize).checked_pow(side);
        let states = states.filter(|&states| states <= Self::MAX_STATES);
        let states = states.ok_or(DiscreteError::States {
            colours,
            grid,
            side,
            most: Self::MAX_STATES,
        })?;
        let numbers = states * grid.cells();
        if numbers > Self::MAX_NUMBERS {
            return Err(DiscreteError::Size {
                colours,
                grid,
                side,
                numbers,
                most: Self::MAX_NUMBERS,
            });
        }
        let transfer = Transfer::new(params, grid);
        let mut sums = Sums::default();
        sums.forward(&transfer, &vec![None; grid.cells()]);
        Ok(Self {
            params,
            grid,
            transfer,
            log_sum: sums.log_sum,
        })
    }

    /// The grid.
    pub fn grid(&self) -> Grid {
        self.grid
    }

    /// Which model it is.
    pub fn params(&self) -> PottsParams {
        self.params
    }

    /// The distributions of all cells given what is settled, cell after cell: one number for
    /// each colour. Those of settled cells are certain.
    ///
    /// # Errors
    ///
    /// [`DiscreteError::Length`], [`DiscreteError::Token`].
    pub fn distributions(&self, settled: &[Option<u32>]) -> Result<Vec<f64>, DiscreteError> {
        self.check(settled)?;
        Ok(self.distributions_with(&mut Sums::default(), settled))
    }

    /// The same for what is checked, with buffers.
    pub(super) fn distributions_with(&self, sums: &mut Sums, settled: &[Option<u32>]) -> Vec<f64> {
        let colours = self.transfer.colours;
        let mut rows = vec![0.0; self.grid.cells() * colours];
        sums.forward(&self.transfer, settled);
        sums.backward(&self.transfer, settled, |joined| {
            let start = joined.cell as usize * colours;
            rows[start..start + colours].copy_from_slice(&joined.probabilities());
        });
        rows
    }

    /// The logarithm of the probability of what is settled, in nats: of a whole image, or of
    /// some cells whatever the others are.
    ///
    /// # Errors
    ///
    /// As [`distributions`](Self::distributions).
    pub fn log_probability_of(&self, settled: &[Option<u32>]) -> Result<f64, DiscreteError> {
        self.check(settled)?;
        let mut sums = Sums::default();
        sums.forward(&self.transfer, settled);
        Ok(sums.log_sum - self.log_sum)
    }

    /// The logarithm of the probability of an image, a token for each cell, in nats. O(N).
    ///
    /// # Errors
    ///
    /// As [`distributions`](Self::distributions).
    pub fn log_probability(&self, tokens: &[u32]) -> Result<f64, DiscreteError> {
        let settled: Vec<Option<u32>> = tokens.iter().copied().map(Some).collect();
        self.check(&settled)?;
        let grid = self.grid;
        let mut equal = 0_usize;
        for cell in 0..grid.cells() as Cell {
            let (row, column) = grid.position_from_cell(cell);
            let token = tokens[cell as usize];
            let right = (column + 1 < grid.width()).then_some(cell + 1);
            let below = (row + 1 < grid.height()).then_some(cell + grid.width());
            let others = right.into_iter().chain(below);
            equal += others
                .filter(|&other| tokens[other as usize] == token)
                .count();
        }
        let zeros = tokens.iter().filter(|&&token| token == 0).count();
        let score = self.params.coupling() * equal as f64 + self.params.bias() * zeros as f64;
        Ok(score - self.log_sum)
    }

    /// The entropy of all cells together given what is settled, in nats.
    ///
    /// # Errors
    ///
    /// As [`distributions`](Self::distributions).
    pub fn entropy(&self, settled: &[Option<u32>]) -> Result<f64, DiscreteError> {
        self.check(settled)?;
        let mut sums = Sums::default();
        sums.forward(&self.transfer, settled);
        let log_sum = sums.log_sum;
        let (mut equal, mut zeros) = (0.0, 0.0);
        sums.backward(&self.transfer, settled, |joined| {
            equal += joined.equal_neighbours();
            zeros += joined.probabilities()[0];
        });
        // Of the whole image, whose settled part is certain.
        Ok(log_sum - self.params.coupling() * equal - self.params.bias() * zeros)
    }

    /// The total correlation of a group given what is settled, in nats: the entropies of its
    /// cells less their joint entropy. That is what drawing its cells at once loses.
    ///
    /// With g cells, O(colours^(g - 1)) times the work of
    /// [`distributions`](Self::distributions).
    ///
    /// # Errors
    ///
    /// As [`distributions`](Self::distributions); [`DiscreteError::Group`] if a cell is not
    /// free or comes twice, [`DiscreteError::Colourings`] if the group is too large.
    pub fn total_correlation(
        &self,
        settled: &[Option<u32>],
        group: &[Cell],
    ) -> Result<f64, DiscreteError> {
        self.check(settled)?;
        for (place, &cell) in group.iter().enumerate() {
            let what = match settled.get(cell as usize) {
                None => "not in the grid",
                Some(Some(_)) => "settled",
                Some(None) if group[..place].contains(&cell) => "there twice",
                Some(None) => continue,
            };
            return Err(DiscreteError::Group { cell, what });
        }
        let colours = self.params.colours();
        let colourings = (colours as usize).checked_pow(group.len() as u32);
        if colourings.is_none_or(|colourings| colourings > Self::MAX_COLOURINGS) {
            return Err(DiscreteError::Colourings {
                cells: group.len(),
                colours,
                most: Self::MAX_COLOURINGS,
            });
        }
        let mut search = JointEntropy {
            field: self,
            sums: Sums::default(),
            settled: settled.to_vec(),
            nats: 0.0,
        };
        let rows = self.distributions_with(&mut search.sums, settled);
        let single: f64 = group
            .iter()
            .map(|&cell| entropy(self.row(&rows, cell)))
            .sum();
        search.add(group, 1.0);
        // Rounding may leave it below.
        Ok((single - search.nats).max(0.0))
    }

    /// An image, given what is settled: drawn from the field by a forward sum and a draw
    /// backwards, cell after cell.
    ///
    /// # Errors
    ///
    /// As [`distributions`](Self::distributions).
    pub fn sample(
        &self,
        settled: &[Option<u32>],
        rng: &mut OrderRng,
    ) -> Result<Vec<u32>, DiscreteError> {
        self.check(settled)?;
        let mut sums = Sums::default();
        sums.forward(&self.transfer, settled);
        Ok(sums.draw(&self.transfer, || rng.uniform()))
    }

    /// The distribution of a cell among those of all.
    pub(super) fn row<'a>(&self, rows: &'a [f64], cell: Cell) -> &'a [f64] {
        let colours = self.transfer.colours;
        &rows[cell as usize * colours..][..colours]
    }

    /// Whether a token is a colour.
    pub(super) fn check_token(&self, cell: Cell, token: u32) -> Result<(), DiscreteError> {
        let colours = self.params.colours();
        if token >= colours {
            return Err(DiscreteError::Token {
                cell,
                token,
                colours,
            });
        }
        Ok(())
    }

    fn check(&self, settled: &[Option<u32>]) -> Result<(), DiscreteError> {
        if settled.len() != self.grid.cells() {
            return Err(DiscreteError::Length {
                found: settled.len(),
                grid: self.grid,
            });
        }
        for (cell, token) in (0..).zip(settled) {
            if let &Some(token) = token {
                self.check_token(cell, token)?;
            }
        }
        Ok(())
    }
}

/// The joint entropy of a group, by the chain rule over all its colourings.
struct JointEntropy<'a> {
    field: &'a PottsField,
    sums: Sums,
    settled: Vec<Option<u32>>,
    nats: f64,
}

impl JointEntropy<'_> {
    /// Adds the entropy of the rest of a group, where what is settled so far has a
    /// probability.
    fn add(&mut self, group: &[Cell], probability: f64) {
        let Some((&cell, rest)) = group.split_first() else {
            return;
        };
        let rows = self.field.distributions_with(&mut self.sums, &self.settled);
        let row = self.field.row(&rows, cell);
        self.nats += probability * entropy(row);
        if rest.is_empty() {
            return;
        }
        for (token, &of_token) in (0..).zip(row) {
            if of_token > 0.0 {
                self.settled[cell as usize] = Some(token);
                self.add(rest, probability * of_token);
            }
        }
        self.settled[cell as usize] = None;
    }
}

fn entropy(row: &[f64]) -> f64 {
    let positive = row.iter().filter(|&&probability| probability > 0.0);
    -positive
        .map(|probability| probability * probability.ln())
        .sum::<f64>()
}
