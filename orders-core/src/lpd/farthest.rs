//! Farthest-point sampling, many cells at once.

use super::fill::{FillState, FillStep};
use crate::cell_set::CellSet;
use crate::grid::{Cell, Grid};

/// Buffers of [`FarthestPoints`](super::FarthestPoints).
///
/// Squared distances are whole numbers, in the narrowest lanes that hold them:
/// 16 bits suffice up to 181 x 181 cells. The field is compiled for each
/// instruction set that pulp knows and runs in the best that the machine has;
/// all give the same cells.
#[derive(Clone, Debug)]
pub struct FarthestPointsState {
    arch: pulp::Arch,
    field: AnyField,
}

#[derive(Clone, Debug)]
enum AnyField {
    Slim(Field<u16, 16>),
    Narrow(Field<u16, 32>),
    Wide(Field<u32, 16>),
}

impl FarthestPointsState {
    pub(super) fn new(grid: Grid) -> Self {
        let farthest = grid.squared_distance(0, grid.cells() as Cell - 1);
        let field = if farthest > u64::from(u16::MAX) {
            // At most about 2^28, on a grid of 2^24 cells... see Field::new.
            AnyField::Wide(Field::new(grid))
        } else if grid.width() <= 16 {
            AnyField::Slim(Field::new(grid))
        } else {
            AnyField::Narrow(Field::new(grid))
        };
        Self {
            arch: pulp::Arch::new(),
            field,
        }
    }
}

impl FillState for FarthestPointsState {
    fn fill(&mut self, mut step: FillStep<'_>) {
        if step.candidates.count() <= step.size - step.group.len() {
            step.take_all();
            return;
        }
        match &mut self.field {
            AnyField::Slim(field) => self.arch.dispatch(Run { field, step }),
            AnyField::Narrow(field) => self.arch.dispatch(Run { field, step }),
            AnyField::Wide(field) => self.arch.dispatch(Run { field, step }),
        }
    }
}

/// The arguments of a step, to be compiled for each instruction set.
struct Run<'a, L, const LANES: usize> {
    field: &'a mut Field<L, LANES>,
    step: FillStep<'a>,
}

impl<L: Lane, const LANES: usize> pulp::NullaryFnOnce for Run<'_, L, LANES> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        self.field.fill(self.step);
    }
}

/// The smallest squared distance of every candidate to the cells of the step.
/// The largest is the next to take. Cells that are no candidates have 0; a
/// candidate has at least 1.
///
/// Rows are cut into chunks of `LANES` cells, and the largest value of every
/// chunk is kept.
#[derive(Clone, Debug)]
struct Field<L, const LANES: usize> {
    grid: Grid,
    chunks_per_row: usize,
    chunks: Vec<[L; LANES]>,
    largest: Vec<L>,
    /// Squared column differences, from `1 - width` on.
    squares: Vec<L>,
    /// The cells of the step: row, and where the squares begin for its column.
    sources: Vec<(u32, usize)>,
    tied: Vec<(u32, u64)>,
}

impl<L: Lane, const LANES: usize> Field<L, LANES> {
    fn new(grid: Grid) -> Self {
        let width = i64::from(grid.width());
        let chunks_per_row = grid.width().div_ceil(LANES as u32) as usize;
        let chunks = chunks_per_row * grid.height() as usize;
        Self {
            grid,
            chunks_per_row,
            chunks: vec![[L::ZERO; LANES]; chunks],
            largest: vec![L::ZERO; chunks],
            // Those beyond the last column may wrap; no candidate sees them.
            squares: (1 - width..width + LANES as i64)
                .map(|difference| L::of(difference.unsigned_abs().pow(2)))
                .collect(),
            sources: Vec::new(),
            tied: Vec::new(),
        }
    }

    /// Needs more candidates than missing cells.
    #[inline(always)]
    fn fill(&mut self, step: FillStep<'_>) {
        if step.group.is_empty() {
            let first = step.keys.first(step.candidates);
            step.group.extend(first);
        }
        if step.group.len() == step.size {
            return;
        }
        self.load(step.group, step.candidates);
        loop {
            let largest = self
                .largest
                .iter()
                .fold(L::ZERO, |most, &chunk| most.max(chunk));
            let cell = self.earliest(largest, &step);
            step.group.push(cell);
            if step.group.len() == step.size {
                return;
            }
            self.take(cell, largest.value());
        }
    }

    /// The distances of all candidates to the cells of the group.
    #[inline(always)]
    fn load(&mut self, group: &[Cell], candidates: &CellSet) {
        let width = self.grid.width();
        self.sources.clear();
        for &cell in group {
            let (row, column) = self.grid.position_from_cell(cell);
            self.sources.push((row, (width - 1 - column) as usize));
        }
        let mut index = 0;
        for row in 0..self.grid.height() {
            for part in 0..self.chunks_per_row {
                let mut chunk = [L::MAX; LANES];
                for &(source_row, squares) in &self.sources {
                    let rows = i64::from(row) - i64::from(source_row);
                    let rows = L::of((rows * rows) as u64);
                    let squares = self.squares_from(squares + part * LANES);
                    for lane in 0..LANES {
                        chunk[lane] = chunk[lane].min(squares[lane].plus(rows));
                    }
                }
                let start = row as usize * width as usize + part * LANES;
                let lanes = (width as usize - part * LANES).min(LANES) as u32;
                let candidates = candidates.bits(start, lanes);
                for (lane, value) in chunk.iter_mut().enumerate() {
                    if candidates & (1 << lane) == 0 {
                        *value = L::ZERO;
                    }
                }
                self.chunks[index] = chunk;
                self.largest[index] = largest_of(chunk);
                index += 1;
            }
        }
    }

    #[inline(always)]
    fn squares_from(&self, start: usize) -> [L; LANES] {
        *self.squares[start..]
            .first_chunk()
            .expect("squares cover every chunk")
    }

    /// Removes a cell of the largest distance from the candidates, and lowers
    /// the others to the distance from it, where that is smaller. Only rows
    /// within the largest distance can change.
    #[inline(always)]
    fn take(&mut self, cell: Cell, largest: u64) {
        let (cell_row, cell_column) = self.grid.position_from_cell(cell);
        let squares = (self.grid.width() - 1 - cell_column) as usize;
        let mut index = 0;
        for row in 0..self.grid.height() {
            let rows = i64::from(row) - i64::from(cell_row);
            let rows = (rows * rows) as u64;
            if rows > largest {
                index += self.chunks_per_row;
                continue;
            }
            for part in 0..self.chunks_per_row {
                let squares = self.squares_from(squares + part * LANES);
                let mut chunk = self.chunks[index];
                for lane in 0..LANES {
                    chunk[lane] = chunk[lane].min(squares[lane].plus(L::of(rows)));
                }
                self.chunks[index] = chunk;
                self.largest[index] = largest_of(chunk);
                index += 1;
            }
        }
    }

    /// The cell of the largest distance that stands earliest in the list.
    #[inline(always)]
    fn earliest(&mut self, largest: L, step: &FillStep<'_>) -> Cell {
        self.tied.clear();
        for (index, _) in self
            .largest
            .iter()
            .enumerate()
            .filter(|&(_, &most)| most == largest)
        {
            let mut lanes = 0u64;
            for (lane, &distance) in self.chunks[index].iter().enumerate() {
                lanes |= u64::from(distance == largest) << lane;
            }
            let (row, part) = (index / self.chunks_per_row, index % self.chunks_per_row);
            let start = row * self.grid.width() as usize + part * LANES;
            push_bits(&mut self.tied, start / 64, lanes << (start % 64));
            if start % 64 + LANES > 64 {
                push_bits(&mut self.tied, start / 64 + 1, lanes >> (64 - start % 64));
            }
        }
        if let [(index, word)] = self.tied[..]
            && word.is_power_of_two()
        {
            return index * 64 + word.trailing_zeros();
        }
        for class in step.list_order() {
            let class = step.classes.words(class);
            let members = self
                .tied
                .iter()
                .map(|&(i, word)| (i, word & class[i as usize]));
            if let Some(cell) = step.keys.first_of_words(members) {
                return cell;
            }
        }
        unreachable!("every candidate is in a class, and some has the largest distance")
    }
}

/// The largest of the lanes, by halves.
#[inline(always)]
fn largest_of<L: Lane, const LANES: usize>(mut lanes: [L; LANES]) -> L {
    let mut half = LANES / 2;
    while half > 0 {
        for lane in 0..half {
            lanes[lane] = lanes[lane].max(lanes[lane + half]);
        }
        half /= 2;
    }
    lanes[0]
}

/// Adds bits to the last word of a sparse set, or behind it.
#[inline(always)]
fn push_bits(words: &mut Vec<(u32, u64)>, index: usize, bits: u64) {
    match words.last_mut() {
        Some((last, word)) if *last == index as u32 => *word |= bits,
        _ if bits == 0 => {}
        _ => words.push((index as u32, bits)),
    }
}

/// A whole number that a SIMD lane holds.
trait Lane: Copy + Ord + Send + std::fmt::Debug {
    const ZERO: Self;
    const MAX: Self;
    fn of(value: u64) -> Self;
    fn value(self) -> u64;
    fn plus(self, other: Self) -> Self;
}

macro_rules! lane {
    ($type:ty) => {
        impl Lane for $type {
            const ZERO: Self = 0;
            const MAX: Self = <$type>::MAX;
            #[inline(always)]
            fn of(value: u64) -> Self {
                value as Self
            }
            #[inline(always)]
            fn value(self) -> u64 {
                u64::from(self)
            }
            #[inline(always)]
            fn plus(self, other: Self) -> Self {
                self.wrapping_add(other)
            }
        }
    };
}

lane!(u16);
lane!(u32);
