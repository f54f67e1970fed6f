//! The walk over the near cells.

use std::ops::ControlFlow;

use super::lanes::{ByChunk, LANES, Lane};
use super::levels::Levels;
use super::ranks::Ranks;
use super::thresholds::Repulsion;
use crate::grid::{Cell, Grid};
use crate::method::Watch;
use crate::random::TieKeys;

/// Accepts near cells by falling score, ties by key, unless a cell accepted
/// before repels them.
#[derive(Clone, Debug)]
pub(super) enum Walk {
    /// For up to 2^8 levels and rows of less than 2^15 cells.
    Narrow(KeyedRanks<u16>),
    /// For up to [`MAX_LEVELS`] levels and any grid.
    Wide(KeyedRanks<u32>),
}

/// Cells that are taken before somebody who watches is asked again: on the largest grid
/// a few milliseconds of work, on small ones nothing that could be measured.
pub(super) const CELLS_UNWATCHED: usize = 256;

/// The most levels that there may be: with more, a rank of 32 bits has no room
/// for a bit of the key.
pub(super) const MAX_LEVELS: usize = (1 << 31) - 1;

impl Walk {
    /// Needs 1 to [`MAX_LEVELS`] levels.
    pub(super) fn new(grid: Grid, level_count: usize, repulsion: &impl Repulsion) -> Self {
        // That leaves at least 7 bits of 16 to the key, for few ties; and no
        // column difference or bound comes near the largest number.
        if level_count <= 1 << 8 && grid.width() < 1 << 15 {
            Self::Narrow(KeyedRanks::new(grid, level_count, repulsion))
        } else {
            Self::Wide(KeyedRanks::new(grid, level_count, repulsion))
        }
    }

    /// Appends cells to the empty `group` until it has `size` of them, or no
    /// near cell is left that is not repelled, or `watch` ends it. Near are the levels
    /// from `near_from` on.
    #[inline(always)]
    pub(super) fn run(
        &mut self,
        levels: &Levels,
        near_from: usize,
        keys: TieKeys,
        size: usize,
        group: &mut Vec<Cell>,
        watch: Watch<'_>,
    ) -> ControlFlow<()> {
        match self {
            Self::Narrow(ranks) => ranks.run(levels, near_from, keys, size, group, watch),
            Self::Wide(ranks) => ranks.run(levels, near_from, keys, size, group, watch),
        }
    }
}

#[cfg(test)]
impl Walk {
    pub(super) fn set_arch(&mut self, arch: pulp::Arch) {
        match self {
            Self::Narrow(keyed) => keyed.ranks.arch = arch,
            Self::Wide(keyed) => keyed.ranks.arch = arch,
        }
    }
}

/// The rank of every near cell: how far its level lies below the highest, above
/// as many bits of its key as there is room for. The smallest rank is the next
/// to accept; only cells of equal rank need their whole keys. What an accepted
/// cell repels is out at once, so that repelled cells are never walked over one
/// by one.
///
/// O(N) to begin and O(N / LANES + repelled) for each accepted cell.
#[derive(Clone, Debug)]
pub(super) struct KeyedRanks<L> {
    ranks: Ranks<L>,
    grid: Grid,
    highest_level: u32,
    key_bits: u32,
}

impl<L: Lane> KeyedRanks<L> {
    fn new(grid: Grid, level_count: usize, repulsion: &impl Repulsion) -> Self {
        let highest_level = level_count as u32 - 1;
        Self {
            ranks: Ranks::new(grid, repulsion),
            grid,
            highest_level,
            // As for one more level than there are, so that no rank is OUT.
            // At least 7 bits of 16, or 1 of 32.
            key_bits: L::BITS - (u32::BITS - (highest_level + 1).leading_zeros()),
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
        watch: Watch<'_>,
    ) -> ControlFlow<()> {
        if near_from > self.highest_level as usize {
            return ControlFlow::Continue(());
        }
        self.load(levels, near_from as u32, keys);
        loop {
            let best = self.ranks.best();
            if best == Ranks::<L>::OUT {
                return ControlFlow::Continue(());
            }
            let (row, column) = self.first(best, keys);
            group.push(self.grid.cell_from_position(row as u32, column as u32));
            if group.len() == size {
                return ControlFlow::Continue(());
            }
            if group.len().is_multiple_of(CELLS_UNWATCHED) {
                watch.ask()?;
            }
            self.ranks.repel(row, column);
        }
    }

    /// Ranks all near cells.
    #[inline(always)]
    fn load(&mut self, levels: &Levels, near_from: u32, keys: TieKeys) {
        let (highest_level, near_from) = (L::of_u32(self.highest_level), L::of_u32(near_from));
        self.ranks.load(&NearRanks {
            levels,
            keys,
            width: self.grid.width() as usize,
            highest_level,
            near_from,
            key_bits: self.key_bits,
        });
    }

    /// Row and column of the cell of rank `best`: of several, the one with the
    /// smallest key.
    #[inline(always)]
    fn first(&self, best: L, keys: TieKeys) -> (usize, usize) {
        let key = |(row, column)| keys.key(self.grid.cell_from_position(row, column));
        let mut first = None;
        let mut smallest = None;
        self.ranks.each_of(best, |position| {
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
}

/// The ranks of near cells.
struct NearRanks<'a, L> {
    levels: &'a Levels,
    keys: TieKeys,
    width: usize,
    highest_level: L,
    near_from: L,
    key_bits: u32,
}

impl<L: Lane> ByChunk<L> for NearRanks<'_, L> {
    #[inline(always)]
    fn at(&self, row: usize, column: usize) -> [L; LANES] {
        let near_levels = self.highest_level.minus(self.near_from);
        let levels = *self.levels.chunk(row, column);
        let first = (row * self.width + column) as Cell;
        let keys = self.keys.high_bits::<LANES>(first);
        let mut ranks = [Ranks::<L>::OUT; LANES];
        for lane in 0..LANES {
            // Cells that are generated have levels above the highest.
            let level = L::saturated(levels[lane]);
            let key = L::of_high_bits(keys[lane]) >> (L::BITS - self.key_bits);
            let rank = self.highest_level.minus(level) << self.key_bits | key;
            let is_near = level.minus(self.near_from) <= near_levels;
            ranks[lane] = if is_near { rank } else { Ranks::<L>::OUT };
        }
        ranks
    }
}
