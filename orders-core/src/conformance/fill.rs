//! The fill of a short group, seen from its outcome.

use super::violation::Rule;
use super::walk::{CLASSES, Scores};
use crate::grid::{Cell, Grid};

/// The list that a short group is filled from: when the walk is over, every
/// free cell that is not in the group. (Those that are in it stay listed with
/// distance 0, and so are never the farthest.)
#[derive(Clone, Debug)]
pub(super) struct Fill {
    near_classes: usize,
    position_from_cell: Vec<(f64, f64)>,
    /// The listed cells in raster order.
    cells: Vec<Cell>,
    /// Their rows and columns.
    rows: Vec<f64>,
    columns: Vec<f64>,
    /// Their places in the list up to ties: far classes first, then near ones,
    /// each by falling score.
    places: Vec<u8>,
    /// Their squared distances to the nearest cell of the group: 0 for those
    /// in the group, at least 1 for the others. Whole numbers below 2^53, so
    /// exact; as floating point numbers, because any x86-64 has a minimum of
    /// several of those in one instruction, but not of 64-bit whole numbers.
    squared_distances: Vec<f64>,
    /// Consecutive pieces of the lists above, [`CELLS_PER_PIECE`] cells each.
    pieces: Vec<Piece>,
    index_from_cell: Vec<u32>,
}

const CELLS_PER_PIECE: usize = 64;

/// What is known about all cells of a piece.
#[derive(Clone, Debug)]
struct Piece {
    first_row: f64,
    last_row: f64,
    /// The largest of their squared distances.
    largest: f64,
}

impl Fill {
    pub fn new(grid: Grid, near_classes: usize) -> Self {
        Self {
            near_classes,
            position_from_cell: (0..grid.cells() as Cell)
                .map(|cell| grid.position_from_cell(cell))
                .map(|(row, column)| (row.into(), column.into()))
                .collect(),
            cells: Vec::new(),
            rows: Vec::new(),
            columns: Vec::new(),
            places: Vec::new(),
            squared_distances: Vec::new(),
            pieces: Vec::new(),
            index_from_cell: vec![0; grid.cells()],
        }
    }

    /// Checks the fill of a group of which the walk accepted the first
    /// `accepted` cells. `scores` is that of the beginning of the step.
    ///
    /// Gives the index in the group of the first impossible pick, and the rule
    /// that it breaks.
    pub fn check(
        &mut self,
        group: &[Cell],
        accepted: usize,
        scores: &Scores,
    ) -> Result<(), (usize, Rule)> {
        let (accepted, picks) = group.split_at(accepted);
        self.list(scores);
        let checked = if self.cells.len() <= group.len() {
            self.check_whole_list(picks, scores)
        } else {
            self.check_farthest(accepted, picks, scores)
        };
        checked.map_err(|(index, rule)| (accepted.len() + index, rule))
    }

    fn list(&mut self, scores: &Scores) {
        self.cells.clear();
        self.rows.clear();
        self.columns.clear();
        self.places.clear();
        for (cell, class) in scores.free() {
            self.index_from_cell[cell as usize] = self.cells.len() as u32;
            self.cells.push(cell);
            let (row, column) = self.position_from_cell[cell as usize];
            self.rows.push(row);
            self.columns.push(column);
            let place = (usize::from(class) + CLASSES - self.near_classes) % CLASSES;
            self.places.push(place as u8);
        }
        self.squared_distances.clear();
        self.squared_distances
            .resize(self.cells.len(), f64::INFINITY);
        self.pieces.clear();
        let pieces = self.rows.chunks(CELLS_PER_PIECE);
        self.pieces.extend(pieces.map(|rows| Piece {
            first_row: rows[0],
            last_row: rows[rows.len() - 1],
            largest: f64::INFINITY,
        }));
    }

    fn place(&self, cell: Cell) -> u8 {
        self.places[self.index_from_cell[cell as usize] as usize]
    }

    /// All are taken, in list order.
    fn check_whole_list(&self, picks: &[Cell], scores: &Scores) -> Result<(), (usize, Rule)> {
        let mut left = [0; CLASSES];
        for &pick in picks {
            left[usize::from(self.place(pick))] += 1;
        }
        for (index, &pick) in picks.iter().enumerate() {
            let place = usize::from(self.place(pick));
            if let Some(front) = left[..place].iter().position(|&count| count > 0) {
                let rest = &picks[index..];
                let at_front = rest
                    .iter()
                    .copied()
                    .filter(|&c| usize::from(self.place(c)) == front);
                let before = at_front.min().unwrap_or(pick);
                return Err((
                    index,
                    Rule::ListOrder {
                        score: scores.score(pick),
                        before,
                        before_score: scores.score(before),
                    },
                ));
            }
            left[place] -= 1;
        }
        Ok(())
    }

    /// Each pick is the farthest from the cells of the step.
    fn check_farthest(
        &mut self,
        accepted: &[Cell],
        picks: &[Cell],
        scores: &Scores,
    ) -> Result<(), (usize, Rule)> {
        for &cell in accepted {
            self.approach(cell);
        }
        let mut has_cells = !accepted.is_empty();
        for (index, &pick) in picks.iter().enumerate() {
            // The first cell of a group may be any.
            if has_cells {
                self.check_pick(pick, scores)
                    .map_err(|rule| (index, rule))?;
            }
            self.approach(pick);
            has_cells = true;
        }
        Ok(())
    }

    /// Adds a cell to the group: no distance is larger than that to it.
    fn approach(&mut self, cell: Cell) {
        let (row, column) = self.position_from_cell[cell as usize];
        let chunks = self.squared_distances.chunks_mut(CELLS_PER_PIECE);
        let rows = self.rows.chunks(CELLS_PER_PIECE);
        let columns = self.columns.chunks(CELLS_PER_PIECE);
        for (((piece, distances), rows), columns) in
            self.pieces.iter_mut().zip(chunks).zip(rows).zip(columns)
        {
            // Too many rows away to change anything.
            let gap = (piece.first_row - row).max(row - piece.last_row).max(0.0);
            if gap * gap >= piece.largest {
                continue;
            }
            let mut largest = 0.0;
            for ((nearest, &to_row), &to_column) in distances.iter_mut().zip(rows).zip(columns) {
                let (rows, columns) = (to_row - row, to_column - column);
                // Comparisons, not `f64::min`, which pays for NaN.
                let distance = rows * rows + columns * columns;
                *nearest = if distance < *nearest {
                    distance
                } else {
                    *nearest
                };
                largest = if *nearest > largest {
                    *nearest
                } else {
                    largest
                };
            }
            piece.largest = largest;
        }
    }

    fn check_pick(&self, pick: Cell, scores: &Scores) -> Result<(), Rule> {
        let index = self.index_from_cell[pick as usize] as usize;
        let (distance, place) = (self.squared_distances[index], self.places[index]);
        let pieces = self.pieces.iter();
        let largest = pieces.fold(0.0, |most: f64, piece| most.max(piece.largest));
        if distance < largest {
            return Err(Rule::FarthestFirst {
                squared_distance: distance,
                before: self.first_at(largest).unwrap_or(pick),
                before_squared_distance: largest,
            });
        }
        let distances = self.squared_distances.chunks(CELLS_PER_PIECE);
        let places = self.places.chunks(CELLS_PER_PIECE);
        let mut pieces = self.pieces.iter().zip(distances).zip(places);
        let stands_behind = pieces.any(|((piece, distances), places)| {
            let mut cells = distances.iter().zip(places);
            piece.largest == largest && cells.any(|(&d, &p)| d == largest && p < place)
        });
        if !stands_behind {
            return Ok(());
        }
        let before = self.first_at(largest).unwrap_or(pick);
        let is_far = |cell: Cell| usize::from(scores.class(cell)) >= self.near_classes;
        Err(if is_far(before) && !is_far(pick) {
            Rule::FarBeforeRepelled {
                squared_distance: distance,
                before,
            }
        } else {
            Rule::TiesByScore {
                squared_distance: distance,
                score: scores.score(pick),
                before,
                before_score: scores.score(before),
            }
        })
    }

    /// The foremost of the cells at a squared distance; of several, the first
    /// in raster order.
    fn first_at(&self, squared_distance: f64) -> Option<Cell> {
        let cells = self.places.iter().zip(&self.cells);
        let at_distance = cells
            .zip(&self.squared_distances)
            .filter(|&(_, &distance)| distance == squared_distance);
        at_distance
            .map(|(cell, _)| cell)
            .min()
            .map(|(_, &cell)| cell)
    }
}
