//! The walk over the near cells.

use super::lanes::{Chunk, LANES, Lane, chunk_starts, each_equal, smallest_of};
use super::levels::Levels;
use super::thresholds::Repulsion;
use crate::grid::{Cell, Grid};
use crate::random::TieKeys;

/// Accepts near cells by falling score, ties by key, unless a cell accepted
/// before repels them.
#[derive(Clone, Debug)]
pub(super) enum Walk {
    /// For up to 2^8 levels and rows of less than 2^15 cells.
    Narrow(Ranks<u16>),
    /// For up to [`MAX_LEVELS`] levels and any grid.
    Wide(Ranks<u32>),
}

/// The most levels that there may be: with more, a rank of 32 bits has no room
/// for a bit of the key.
pub(super) const MAX_LEVELS: usize = (1 << 31) - 1;

impl Walk {
    /// Needs 1 to [`MAX_LEVELS`] levels.
    pub(super) fn new(grid: Grid, level_count: usize, repulsion: &impl Repulsion) -> Self {
        // That leaves at least 7 bits of 16 to the key, for few ties; and no
        // column difference or bound comes near the largest number.
        if level_count <= 1 << 8 && grid.width() < 1 << 15 {
            Self::Narrow(Ranks::new(grid, level_count, repulsion))
        } else {
            Self::Wide(Ranks::new(grid, level_count, repulsion))
        }
    }

    /// Appends cells to the empty `group` until it has `size` of them, or no
    /// near cell is left that is not repelled. Near are the levels from
    /// `near_from` on.
    #[inline(always)]
    pub(super) fn run(
        &mut self,
        levels: &Levels,
        near_from: usize,
        keys: TieKeys,
        size: usize,
        group: &mut Vec<Cell>,
    ) {
        match self {
            Self::Narrow(ranks) => ranks.run(levels, near_from, keys, size, group),
            Self::Wide(ranks) => ranks.run(levels, near_from, keys, size, group),
        }
    }
}

#[cfg(test)]
impl Walk {
    pub(super) fn set_arch(&mut self, arch: pulp::Arch) {
        match self {
            Self::Narrow(ranks) => ranks.arch = arch,
            Self::Wide(ranks) => ranks.arch = arch,
        }
    }
}

/// The rank of every near cell: how far its level lies below the highest, above
/// as many bits of its key as there is room for. The smallest rank is the next
/// to accept; only cells of equal rank need their whole keys. What an accepted
/// cell repels is out at once, so that repelled cells are never walked over one
/// by one.
///
/// Rows are cut into chunks of [`LANES`] cells, stored column of chunks after
/// column of chunks, and the smallest rank of every chunk is kept. O(N) to
/// begin and O(N / LANES + repelled) for each accepted cell.
#[derive(Clone, Debug)]
pub(super) struct Ranks<L> {
    arch: pulp::Arch,
    grid: Grid,
    highest_level: u32,
    key_bits: u32,
    chunks: Vec<Chunk<L>>,
    /// The smallest rank of every chunk.
    best: Vec<[L; LANES]>,
    /// The row and the first column of every chunk.
    starts: Vec<(u32, u32)>,
    /// For each row difference, from 0 to the last one at which cells repel
    /// each other: the first column difference at which they do not.
    bounds: Vec<L>,
    /// The largest column difference at which cells repel each other.
    widest: usize,
    /// Column differences, from `1 - width` on.
    columns: Vec<L>,
}

impl<L: Lane> Ranks<L> {
    /// No cell, or one that may not be accepted any more.
    const OUT: L = L::MAX;

    fn new(grid: Grid, level_count: usize, repulsion: &impl Repulsion) -> Self {
        let width = i64::from(grid.width());
        let chunks = grid.width().div_ceil(LANES as u32) as usize * grid.height() as usize;
        let highest_level = level_count as u32 - 1;
        // No cell lies further away than the width. A bound of 0 repels none.
        let bound = |rows| match repulsion.reach(rows) {
            Some(reach) => reach.min(grid.width()) + 1,
            None => 0,
        };
        let mut bounds: Vec<u32> = (0..grid.height()).map(bound).collect();
        // A cell is accepted only once, whatever it repels.
        bounds[0] = bounds[0].max(1);
        bounds.truncate(1 + bounds.iter().rposition(|&bound| bound > 0).unwrap_or(0));
        Self {
            arch: pulp::Arch::new(),
            grid,
            highest_level,
            // As for one more level than there are, so that no rank is OUT.
            // At least 7 bits of 16, or 1 of 32.
            key_bits: L::BITS - (u32::BITS - (highest_level + 1).leading_zeros()),
            chunks: vec![Chunk([Self::OUT; LANES]); chunks],
            best: vec![[Self::OUT; LANES]; chunks.div_ceil(LANES)],
            starts: chunk_starts(grid),
            widest: bounds.iter().fold(1, |widest, &bound| widest.max(bound)) as usize - 1,
            bounds: bounds.into_iter().map(L::of_u32).collect(),
            columns: (1 - width..width + LANES as i64)
                .map(|difference| L::of(difference.unsigned_abs()))
                .collect(),
        }
    }

    #[inline(always)]
    fn run(
        &mut self,
        levels: &Levels,
        near_from: usize,
        keys: TieKeys,
        size: usize,
        group: &mut Vec<Cell>,
    ) {
        if near_from > self.highest_level as usize {
            return;
        }
        self.load(levels, near_from as u32, keys);
        loop {
            let mut best = [Self::OUT; LANES];
            for chunks in &self.best {
                for lane in 0..LANES {
                    best[lane] = best[lane].min(chunks[lane]);
                }
            }
            let best = smallest_of(best);
            if best == Self::OUT {
                return;
            }
            let (row, column) = self.first(best, keys);
            group.push(self.grid.cell_from_position(row as u32, column as u32));
            if group.len() == size {
                return;
            }
            self.repel(row, column);
        }
    }

    /// Ranks all near cells.
    #[inline(always)]
    fn load(&mut self, levels: &Levels, near_from: u32, keys: TieKeys) {
        let (height, width) = (self.grid.height() as usize, self.grid.width() as usize);
        let (highest_level, near_from) = (L::of_u32(self.highest_level), L::of_u32(near_from));
        let (near_levels, key_bits) = (highest_level.minus(near_from), self.key_bits);
        let best = self.best.as_flattened_mut().chunks_mut(height);
        let chunks = self.chunks.chunks_mut(height).zip(best);
        for (part, (chunks, best)) in chunks.enumerate() {
            for (row, (chunk, best)) in chunks.iter_mut().zip(best).enumerate() {
                let levels = *levels.chunk(row, part * LANES);
                let keys = keys.high_bits::<LANES>((row * width + part * LANES) as Cell);
                let mut ranks = [Self::OUT; LANES];
                for lane in 0..LANES {
                    // Cells that are generated have levels above the highest.
                    let level = L::saturated(levels[lane]);
                    let key = L::of_high_bits(keys[lane]) >> (L::BITS - key_bits);
                    let rank = highest_level.minus(level) << key_bits | key;
                    let is_near = level.minus(near_from) <= near_levels;
                    ranks[lane] = if is_near { rank } else { Self::OUT };
                }
                chunk.0 = ranks;
                *best = smallest_of(ranks);
            }
        }
    }

    /// Row and column of the cell of rank `best`: of several, the one with the
    /// smallest key.
    #[inline(always)]
    fn first(&self, best: L, keys: TieKeys) -> (usize, usize) {
        let key = |(row, column)| keys.key(self.grid.cell_from_position(row, column));
        let mut first = None;
        let mut smallest = None;
        each_equal(self.arch, &self.chunks, &self.best, best, |chunk, lane| {
            let (row, start) = self.starts[chunk];
            let position = (row, start + lane as u32);
            // Mostly there is one, and its key is not asked for.
            let Some(other) = first else {
                first = Some(position);
                return;
            };
            let key_here = key(position);
            if key_here < *smallest.get_or_insert_with(|| key(other)) {
                smallest = Some(key_here);
                first = Some(position);
            }
        });
        let (row, column) = first.expect("a chunk's smallest rank is that of one of its cells");
        (row as usize, column as usize)
    }

    /// Takes out a cell and all that it repels.
    #[inline(always)]
    fn repel(&mut self, row: usize, column: usize) {
        let (height, width) = (self.grid.height() as usize, self.grid.width() as usize);
        let first_row = row.saturating_sub(self.bounds.len() - 1);
        let end_row = height.min(row + self.bounds.len());
        let first_part = column.saturating_sub(self.widest) / LANES;
        let last_part = (width - 1).min(column + self.widest) / LANES;
        for part in first_part..=last_part {
            let columns: [L; LANES] = *self.columns[width - 1 - column + part * LANES..]
                .first_chunk()
                .expect("the differences cover every chunk");
            let rows = part * height + first_row..part * height + end_row;
            let chunks = self.chunks[rows.clone()].iter_mut();
            let chunks = chunks.zip(&mut self.best.as_flattened_mut()[rows]);
            for (chunk_row, (chunk, best)) in (first_row..).zip(chunks) {
                let bound = self.bounds[chunk_row.abs_diff(row)];
                let mut ranks = chunk.0;
                for lane in 0..LANES {
                    if columns[lane] < bound {
                        ranks[lane] = Self::OUT;
                    }
                }
                chunk.0 = ranks;
                *best = smallest_of(ranks);
            }
        }
    }
}
