//! A set of cells as a bit field.

use crate::grid::Cell;

/// A set of cells, one bit each: cell `c` is bit `c % 64` of word `c / 64`.
///
/// Set operations cost one pass over `universe / 64` words, whatever the
/// number of members. The number of words is a multiple of
/// 4, and bits at and above the universe are always 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellSet {
    words: Vec<u64>,
    universe: usize,
}

/// Words that are handled at once, one SIMD register of 256 bits.
pub(crate) const WORDS_AT_ONCE: usize = 4;

impl CellSet {
    /// The empty set over cells `0..universe`.
    pub fn empty(universe: usize) -> Self {
        Self {
            words: vec![0; universe.div_ceil(64).next_multiple_of(WORDS_AT_ONCE)],
            universe,
        }
    }

    /// The set of all cells `0..universe`.
    pub fn full(universe: usize) -> Self {
        let mut set = Self::empty(universe);
        set.fill();
        set
    }

    /// Number of cells that could be members.
    pub fn universe(&self) -> usize {
        self.universe
    }

    /// Number of members. O(universe / 64).
    #[inline(always)]
    pub fn count(&self) -> usize {
        self.words.iter().map(|w| w.count_ones() as usize).sum()
    }

    /// Whether there are no members. O(universe / 64).
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|&w| w == 0)
    }

    /// Whether the cell is a member. Cells outside the universe never are.
    #[inline(always)]
    pub fn contains(&self, cell: Cell) -> bool {
        self.words
            .get(cell as usize / 64)
            .is_some_and(|w| w >> (cell % 64) & 1 == 1)
    }

    /// Adds a cell.
    ///
    /// # Panics
    ///
    /// If `cell` is not below the universe.
    #[inline(always)]
    pub fn insert(&mut self, cell: Cell) {
        assert!(
            (cell as usize) < self.universe,
            "cell {cell} is not in the universe"
        );
        self.words[cell as usize / 64] |= 1 << (cell % 64);
    }

    /// Adds the cells `start..start + length`.
    ///
    /// # Panics
    ///
    /// If the range does not lie inside the universe.
    #[inline(always)]
    pub fn insert_range(&mut self, start: Cell, length: u32) {
        let (mut position, end) = (start as usize, start as usize + length as usize);
        assert!(
            end <= self.universe,
            "cells up to {end} are not in the universe"
        );
        while position < end {
            let taken = (64 - position % 64).min(end - position);
            self.words[position / 64] |= (u64::MAX >> (64 - taken)) << (position % 64);
            position += taken;
        }
    }

    /// Removes a cell. A cell outside the universe is no member, so nothing
    /// happens.
    #[inline(always)]
    pub fn remove(&mut self, cell: Cell) {
        if let Some(word) = self.words.get_mut(cell as usize / 64) {
            *word &= !(1 << (cell % 64));
        }
    }

    /// Removes all members.
    #[inline(always)]
    pub fn clear(&mut self) {
        self.words.fill(0);
    }

    /// Adds every cell of the universe.
    pub fn fill(&mut self) {
        let (whole, used) = (self.universe / 64, self.universe % 64);
        self.words[..whole].fill(u64::MAX);
        if used != 0 {
            self.words[whole] = (1 << used) - 1;
        }
    }

    /// Makes this set a copy of another one over the same universe.
    #[inline(always)]
    pub fn copy_from(&mut self, other: &Self) {
        self.words.copy_from_slice(&other.words);
    }

    /// The members in raster order.
    pub fn iter(&self) -> impl Iterator<Item = Cell> + '_ {
        cells_of_words((0..).zip(self.words.iter().copied()))
    }

    /// The bits, 64 cells a word; see the type for the layout.
    #[inline(always)]
    pub fn words(&self) -> &[u64] {
        &self.words
    }

    /// The bits for writing. Whoever writes keeps the bits at and above the
    /// universe at 0.
    #[inline(always)]
    pub(crate) fn words_mut(&mut self) -> &mut [u64] {
        &mut self.words
    }

    /// The bits of `count` (1 to 64) cells from `start`, lowest first; cells
    /// beyond the universe read as 0.
    #[inline(always)]
    pub(crate) fn bits(&self, start: usize, count: u32) -> u64 {
        let (word, shift) = (start / 64, start % 64);
        let at = |index: usize| self.words.get(index).copied().unwrap_or(0);
        let low = at(word) >> shift;
        let high = if shift == 0 {
            0
        } else {
            at(word + 1) << (64 - shift)
        };
        (low | high) & (u64::MAX >> (64 - count))
    }
}

/// The members of some words of a set, given with their indices.
pub(crate) fn cells_of_words(
    words: impl Iterator<Item = (Cell, u64)>,
) -> impl Iterator<Item = Cell> {
    words.flat_map(|(index, word)| {
        let nonzero = |word: u64| (word != 0).then_some(word);
        std::iter::successors(nonzero(word), move |word| nonzero(word & (word - 1)))
            .map(move |word| index * 64 + word.trailing_zeros())
    })
}

impl FromIterator<Cell> for CellSet {
    /// The smallest universe that holds all the cells.
    fn from_iter<I: IntoIterator<Item = Cell>>(cells: I) -> Self {
        let cells: Vec<Cell> = cells.into_iter().collect();
        let universe = cells.iter().max().map_or(0, |&c| c as usize + 1);
        let mut set = Self::empty(universe);
        for cell in cells {
            set.insert(cell);
        }
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn behaves_as_an_ordered_set(
            universe in 1usize..300,
            edits in prop::collection::vec((any::<prop::sample::Index>(), 0u32..80, 0..3), 0..60),
        ) {
            let mut set = CellSet::empty(universe);
            let mut model = BTreeSet::new();
            for (index, length, kind) in edits {
                let cell = index.index(universe) as Cell;
                match kind {
                    0 => { set.insert(cell); model.insert(cell); }
                    1 => { set.remove(cell); model.remove(&cell); }
                    _ => {
                        let length = length.min(universe as u32 - cell);
                        set.insert_range(cell, length);
                        model.extend(cell..cell + length);
                    }
                }
            }
            prop_assert_eq!(set.iter().collect::<Vec<_>>(), model.iter().copied().collect::<Vec<_>>());
            prop_assert_eq!(set.count(), model.len());
            prop_assert_eq!(set.is_empty(), model.is_empty());
            for start in 0..universe {
                for count in [1u32, 16, 64] {
                    let expected = (0..count).fold(0u64, |bits, i| {
                        bits | u64::from(model.contains(&(start as Cell + i))) << i
                    });
                    prop_assert_eq!(set.bits(start, count), expected);
                }
            }
            prop_assert_eq!(CellSet::full(universe).count(), universe);
        }
    }
}
