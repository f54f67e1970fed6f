//! Measuring maps.

use ndarray::{ArrayView2, ArrayView4};
use orders_core::{Cell, Grid, Order};
use serde::Serialize;

use super::error::AttentionError;
use super::report::{AttentionReport, DistanceAttention, HeadLocality, Locality};

/// Settings of the measurement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AttentionParams {
    /// The distance within which attention is summed, in cells; from 0,
    /// infinity included. 3 by default, as in LPD's analysis.
    pub within: f64,
    /// How far the sum of a row may be from 1; from 0. 0.001 by default, which
    /// float16 keeps. Maps in bfloat16 may need 0.004.
    pub row_sum_tolerance: f64,
    /// Tokens before the first cell, as a class token or a text: the first rows
    /// and columns of every map. 0 by default. Their rows are not measured, and
    /// attention to them is reported apart.
    pub prefix_tokens: usize,
    /// Which tokens a query may attend to. Causal by default.
    pub scope: AttentionScope,
}

impl Default for AttentionParams {
    fn default() -> Self {
        Self {
            within: 3.0,
            row_sum_tolerance: 1e-3,
            prefix_tokens: 0,
            scope: AttentionScope::Causal,
        }
    }
}

/// Which tokens a query may attend to, besides the prefix. Attention to any
/// other token must be 0, and other tokens do not count in PTA.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AttentionScope {
    /// Those that come earlier in the order, and itself.
    Causal,
    /// Those of earlier groups and all of its own: LPD's query tokens, and
    /// context tokens under LPD's training mask.
    Groups,
    /// All of them.
    All,
}

/// Which token a row (or a column) of a map belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenIndexing {
    /// Row i is cell i, counted in raster order, whatever the order of
    /// generation.
    Cell,
    /// Row i is the cell that is generated i-th, counted from 0.
    Rank,
}

/// Measures attention maps of one grid and one order of generation.
///
/// A map of N cells takes O(N^2) time; memory is O(N) besides the map. See the
/// [module](super) for what is measured, and
/// [`measure_file`](Self::measure_file) for files.
#[derive(Clone, Debug)]
pub struct AttentionLocality {
    params: AttentionParams,
    distances: Distances,
    /// The cell of each token, without the prefix.
    cell_from_token: Vec<Cell>,
    /// When each token is generated: a query sees the tokens whose time is not
    /// later than its own.
    time_from_token: Vec<u32>,
}

impl AttentionLocality {
    /// For maps whose tokens are the cells in raster order, generated one by
    /// one in this order.
    ///
    /// # Errors
    ///
    /// [`AttentionError::Within`] or [`AttentionError::Tolerance`] if a parameter
    /// is out of its range.
    pub fn raster(grid: Grid, params: AttentionParams) -> Result<Self, AttentionError> {
        let tokens: Vec<Cell> = (0..grid.cells() as Cell).collect();
        Self::with_times(grid, tokens.clone(), tokens, params)
    }

    /// For maps of a model that generates in any order.
    ///
    /// ```
    /// use ndarray::array;
    /// use orders_analysis::attention::{AttentionLocality, AttentionParams, TokenIndexing};
    /// use orders_core::{Grid, GroupSizes, Order, Problem};
    ///
    /// // A row of three cells: the right one first, then the left one.
    /// let problem = Problem::new(Grid::new(1, 3)?, GroupSizes::new([1, 1, 1])?)?;
    /// let order = Order::new(problem, vec![2, 0, 1])?;
    /// let params = AttentionParams::default();
    ///
    /// let by_rank = array![[1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.25, 0.5, 0.25]];
    /// let locality = AttentionLocality::new(&order, TokenIndexing::Rank, params)?;
    /// let found = locality.measure_map(0, 0, by_rank.view())?;
    /// // The second token lies 2 cells from the first.
    /// assert_eq!(found.locality.by_distance[2].attention, 0.5);
    ///
    /// // The same map with a row and a column for each cell.
    /// let by_cell = array![[0.5, 0.0, 0.5], [0.5, 0.25, 0.25], [0.0, 0.0, 1.0]];
    /// let locality = AttentionLocality::new(&order, TokenIndexing::Cell, params)?;
    /// assert_eq!(locality.measure_map(0, 0, by_cell.view())?, found);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`raster`](Self::raster), and [`AttentionError::KnownCells`] if the
    /// order leaves out cells that are known from the start.
    pub fn new(
        order: &Order,
        indexing: TokenIndexing,
        params: AttentionParams,
    ) -> Result<Self, AttentionError> {
        let count = order.known().count();
        if count > 0 {
            return Err(AttentionError::KnownCells { count });
        }
        let times = match params.scope {
            AttentionScope::Groups => order.step_from_cell(),
            AttentionScope::Causal | AttentionScope::All => order.rank_from_cell(),
        };
        // No cell is known, so each has a time.
        let time_from_cell: Vec<u32> = times.into_iter().flatten().collect();
        let cell_from_token = match indexing {
            TokenIndexing::Cell => (0..order.grid().cells() as Cell).collect(),
            TokenIndexing::Rank => order.cell_from_rank().to_vec(),
        };
        Self::with_times(order.grid(), cell_from_token, time_from_cell, params)
    }

    fn with_times(
        grid: Grid,
        cell_from_token: Vec<Cell>,
        time_from_cell: Vec<u32>,
        params: AttentionParams,
    ) -> Result<Self, AttentionError> {
        if params.within.is_nan() || params.within < 0.0 {
            return Err(AttentionError::Within {
                value: params.within,
            });
        }
        if !params.row_sum_tolerance.is_finite() || params.row_sum_tolerance < 0.0 {
            return Err(AttentionError::Tolerance {
                value: params.row_sum_tolerance,
            });
        }
        let time = |cell: &Cell| match params.scope {
            AttentionScope::All => 0,
            AttentionScope::Causal | AttentionScope::Groups => time_from_cell[*cell as usize],
        };
        Ok(Self {
            params,
            distances: Distances::new(grid),
            time_from_token: cell_from_token.iter().map(time).collect(),
            cell_from_token,
        })
    }

    /// Tokens of a map: the cells and the prefix.
    pub fn tokens(&self) -> usize {
        self.params
            .prefix_tokens
            .saturating_add(self.cell_from_token.len())
    }

    /// Measures one map of shape (tokens, tokens), a row for each query. Layer and
    /// head are for the report and for errors. Sums are in f64.
    ///
    /// # Errors
    ///
    /// [`AttentionError::MapShape`], or at the first row with a fault
    /// [`AttentionError::Weight`], [`AttentionError::RowSum`] or
    /// [`AttentionError::Invisible`].
    pub fn measure_map<T: Copy + Into<f64>>(
        &self,
        layer: usize,
        head: usize,
        map: ArrayView2<'_, T>,
    ) -> Result<HeadLocality, AttentionError> {
        let (rows, columns) = map.dim();
        let tokens = self.tokens();
        if (rows, columns) != (tokens, tokens) {
            return Err(AttentionError::MapShape {
                rows,
                columns,
                tokens,
            });
        }
        let mut measured = HeadSums::new(self, layer, head);
        let mut weights = Vec::with_capacity(tokens);
        for row in map.rows() {
            weights.clear();
            weights.extend(row.iter().map(|&weight| weight.into()));
            measured.add_row(&weights)?;
        }
        Ok(measured.finish())
    }

    /// Measures an array of shape (layers, heads, tokens, tokens).
    ///
    /// # Errors
    ///
    /// As [`measure_map`](Self::measure_map), at the first map with a fault, and
    /// [`AttentionError::NoHeads`] for an array without maps.
    pub fn measure_array<T: Copy + Into<f64>>(
        &self,
        maps: ArrayView4<'_, T>,
    ) -> Result<AttentionReport, AttentionError> {
        let mut heads = Vec::new();
        for (layer, maps) in maps.outer_iter().enumerate() {
            for (head, map) in maps.outer_iter().enumerate() {
                heads.push(self.measure_map(layer, head, map)?);
            }
        }
        AttentionReport::from_heads(heads)
    }
}

/// Sums over the rows of one map, which come one after the other.
pub(super) struct HeadSums<'a> {
    locality: &'a AttentionLocality,
    layer: usize,
    head: usize,
    row: usize,
    /// For each distance, the sum over queries of the mean weight there, and
    /// the queries that have tokens there.
    attention: Vec<f64>,
    queries: Vec<u64>,
    within: f64,
    prefix: f64,
    /// The weights and the tokens at each distance of one row.
    row_weights: Vec<f64>,
    row_tokens: Vec<u32>,
}

impl<'a> HeadSums<'a> {
    pub(super) fn new(locality: &'a AttentionLocality, layer: usize, head: usize) -> Self {
        let classes = locality.distances.squared().len();
        Self {
            locality,
            layer,
            head,
            row: 0,
            attention: vec![0.0; classes],
            queries: vec![0; classes],
            within: 0.0,
            prefix: 0.0,
            row_weights: vec![0.0; classes],
            row_tokens: vec![0; classes],
        }
    }

    /// Adds the next row, with a weight for each token.
    pub(super) fn add_row(&mut self, weights: &[f64]) -> Result<(), AttentionError> {
        self.check_row(weights)?;
        let prefix_tokens = self.locality.params.prefix_tokens;
        let query = self.row.checked_sub(prefix_tokens);
        self.row += 1;
        let Some(query) = query else {
            return Ok(());
        };
        let (prefix, weights) = weights.split_at(prefix_tokens);
        self.prefix += prefix.iter().sum::<f64>();
        self.sort_by_distance(query, weights)?;
        for class in 0..self.attention.len() {
            let tokens = std::mem::take(&mut self.row_tokens[class]);
            let weight = std::mem::take(&mut self.row_weights[class]);
            if tokens > 0 {
                self.attention[class] += weight / f64::from(tokens);
                self.queries[class] += 1;
                let distance = (self.locality.distances.squared()[class] as f64).sqrt();
                if distance <= self.locality.params.within {
                    self.within += weight;
                }
            }
        }
        Ok(())
    }

    fn check_row(&self, weights: &[f64]) -> Result<(), AttentionError> {
        let (layer, head, row) = (self.layer, self.head, self.row);
        let is_weight = |weight: &f64| weight.is_finite() && *weight >= 0.0;
        if let Some(column) = weights.iter().position(|weight| !is_weight(weight)) {
            return Err(AttentionError::Weight {
                layer,
                head,
                row,
                column,
                value: weights[column],
            });
        }
        let sum: f64 = weights.iter().sum();
        let tolerance = self.locality.params.row_sum_tolerance;
        if (sum - 1.0).abs() > tolerance {
            return Err(AttentionError::RowSum {
                layer,
                head,
                row,
                sum,
                tolerance,
            });
        }
        Ok(())
    }

    /// Sums the weights of a query's visible tokens by distance.
    fn sort_by_distance(&mut self, query: usize, weights: &[f64]) -> Result<(), AttentionError> {
        let locality = self.locality;
        let query_cell = locality.cell_from_token[query];
        let now = locality.time_from_token[query];
        for (token, &weight) in weights.iter().enumerate() {
            if locality.time_from_token[token] <= now {
                let class = locality
                    .distances
                    .class(query_cell, locality.cell_from_token[token]);
                self.row_weights[class] += weight;
                self.row_tokens[class] += 1;
            } else if weight != 0.0 {
                let prefix_tokens = locality.params.prefix_tokens;
                return Err(AttentionError::Invisible {
                    layer: self.layer,
                    head: self.head,
                    row: query + prefix_tokens,
                    column: token + prefix_tokens,
                });
            }
        }
        Ok(())
    }

    /// The means over the rows, all of which must have come.
    pub(super) fn finish(self) -> HeadLocality {
        let cells = self.locality.cell_from_token.len() as f64;
        let classes = self
            .locality
            .distances
            .squared()
            .iter()
            .zip(self.attention)
            .zip(self.queries);
        let by_distance = classes
            .filter(|&(_, queries)| queries > 0)
            .map(
                |((&squared_distance, attention), queries)| DistanceAttention {
                    squared_distance,
                    distance: (squared_distance as f64).sqrt(),
                    attention: attention / queries as f64,
                    queries,
                },
            )
            .collect();
        HeadLocality {
            layer: self.layer,
            head: self.head,
            locality: Locality {
                by_distance,
                attention_within: self.within / cells,
                prefix_attention: self.prefix / cells,
            },
        }
    }
}

/// Every squared distance on a grid, and which one two cells have.
#[derive(Clone, Debug)]
struct Distances {
    grid: Grid,
    /// All squared distances, rising, from 0.
    squared: Vec<u64>,
    /// For the frame, row and column difference, as a cell of the grid, the
    /// place in `squared`.
    class_from_difference: Vec<u32>,
    /// Frame, row and column of every cell.
    places: Vec<[u32; 3]>,
}

impl Distances {
    /// O(N log N) for N cells.
    fn new(grid: Grid) -> Self {
        // The differences to cell 0 are all that there are.
        let of_difference: Vec<u64> = (0..grid.cells() as Cell)
            .map(|cell| grid.squared_distance(0, cell))
            .collect();
        let mut squared = of_difference.clone();
        squared.sort_unstable();
        squared.dedup();
        let class_from_difference = of_difference
            .iter()
            .map(|distance| squared.partition_point(|smaller| smaller < distance) as u32)
            .collect();
        let places = (0..grid.cells() as Cell)
            .map(|cell| {
                let (row, column) = grid.position_from_cell(cell);
                [grid.frame_from_cell(cell), row, column]
            })
            .collect();
        Self {
            grid,
            squared,
            class_from_difference,
            places,
        }
    }

    fn squared(&self) -> &[u64] {
        &self.squared
    }

    /// Which of the squared distances two cells have.
    fn class(&self, a: Cell, b: Cell) -> usize {
        let (a, b) = (self.places[a as usize], self.places[b as usize]);
        let [frames, rows, columns] = std::array::from_fn(|k| a[k].abs_diff(b[k]));
        let difference = self.grid.cell_in_frame(frames, rows, columns);
        self.class_from_difference[difference as usize] as usize
    }
}
