//! Seeded randomness: the same seed gives the same bits on every machine.

use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

use crate::cell_set::CellSet;
use crate::grid::Cell;

/// The random source of one order.
///
/// It is the ChaCha8 stream number `index` under the key made from `seed`, so
/// order `index` of a batch depends on `(seed, index)` only, never on which
/// thread made it or what was made before.
///
/// Where cells tie, [`TieKeys`] gives each of them a random key for the step.
///
/// ```
/// use orders_core::OrderRng;
///
/// let mut a = OrderRng::new(0, 7);
/// let mut b = OrderRng::new(0, 7);
/// assert_eq!(a.next_u64(), b.next_u64());
/// assert!(a.below(10) < 10);
/// ```
#[derive(Clone, Debug)]
pub struct OrderRng {
    chacha: ChaCha8Rng,
}

impl OrderRng {
    /// The source of order `index` under `seed`.
    pub fn new(seed: u64, index: u64) -> Self {
        let mut chacha = ChaCha8Rng::seed_from_u64(seed);
        chacha.set_stream(index);
        Self { chacha }
    }

    /// 64 uniform random bits.
    #[inline]
    pub fn next_u64(&mut self) -> u64 {
        self.chacha.next_u64()
    }

    /// A whole number from 0 to `bound - 1`, exactly uniform: Lemire's
    /// multiplication with rejection (ACM TOMACS 29(1), 2019, algorithm 5).
    ///
    /// # Panics
    ///
    /// If `bound` is 0.
    #[inline]
    pub fn below(&mut self, bound: u32) -> u32 {
        assert!(bound > 0, "there is no whole number below 0");
        let mut product = u64::from(self.chacha.next_u32()) * u64::from(bound);
        if (product as u32) < bound {
            let rejected = bound.wrapping_neg() % bound;
            while (product as u32) < rejected {
                product = u64::from(self.chacha.next_u32()) * u64::from(bound);
            }
        }
        (product >> 32) as u32
    }

    /// Puts the items into uniform random order (Fisher-Yates). O(n).
    ///
    /// # Panics
    ///
    /// If there are more than `u32::MAX` items.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let bound = u32::try_from(last + 1).expect("fewer items than u32 counts");
            items.swap(last, self.below(bound) as usize);
        }
    }
}

/// A random 64-bit key for every cell in one step, by which ties are broken:
/// of two cells that tie, the one with the smaller key comes first.
///
/// Keys are distinct, and the order by keys of any set of cells is a uniform
/// random permutation, so that all comparisons that are made in one step agree
/// with one such permutation. That is what "ties in uniform random order" asks
/// for, without shuffling anything: only cells that tie ever need their key.
///
/// The key of cell c is output number c of SplitMix64 (Steele, Lea and Flood,
/// OOPSLA 2014, figure 16), a generator whose outputs can be computed one by
/// one, with a seed for the step that is drawn from the order's [`OrderRng`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TieKeys {
    seed: u64,
}

impl TieKeys {
    /// The keys of a step, whose seed is drawn from `rng`.
    pub fn new(rng: &mut OrderRng) -> Self {
        Self {
            seed: rng.next_u64(),
        }
    }

    /// The key of a cell.
    #[inline(always)]
    pub fn key(self, cell: Cell) -> u64 {
        let mut z = self
            .seed
            .wrapping_add((u64::from(cell) + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ z >> 31
    }

    /// The member of a set that comes first, or `None` for the empty set.
    /// O(U / 64 + n) for n of U cells.
    #[inline]
    pub fn first(self, set: &CellSet) -> Option<Cell> {
        self.first_of_words((0..).zip(set.words().iter().copied()))
    }

    /// As [`first`](Self::first), for some words of a set with their indices.
    #[inline(always)]
    pub(crate) fn first_of_words(self, words: impl Iterator<Item = (u32, u64)>) -> Option<Cell> {
        let mut first = None;
        let mut smallest = u64::MAX;
        for (index, mut word) in words {
            while word != 0 {
                let cell = index * 64 + word.trailing_zeros();
                word &= word - 1;
                let key = self.key(cell);
                if key <= smallest {
                    smallest = key;
                    first = Some(cell);
                }
            }
        }
        first
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn first_is_the_member_with_the_smallest_key(
            seed: u64, universe in 1usize..700,
            picks in prop::collection::vec(any::<prop::sample::Index>(), 0..200),
        ) {
            let mut set = CellSet::empty(universe);
            for pick in picks {
                set.insert(pick.index(universe) as Cell);
            }
            let keys = TieKeys::new(&mut OrderRng::new(seed, 0));
            while let Some(first) = keys.first(&set) {
                prop_assert_eq!(Some(first), set.iter().min_by_key(|&cell| keys.key(cell)));
                set.remove(first);
            }
            prop_assert!(set.is_empty());
        }
    }

    #[test]
    fn every_order_of_a_set_is_equally_likely() {
        // All permutations of 4 cells.
        let mut counts = std::collections::BTreeMap::new();
        let mut rng = OrderRng::new(3, 0);
        for _ in 0..24_000 {
            let mut set: CellSet = [3, 70, 200, 201].into_iter().collect();
            let keys = TieKeys::new(&mut rng);
            let mut order = Vec::new();
            while let Some(first) = keys.first(&set) {
                set.remove(first);
                order.push(first);
            }
            *counts.entry(order).or_insert(0u32) += 1;
        }
        assert_eq!(counts.len(), 24);
        // Chi-squared with 23 degrees of freedom stays below 58.6 in all but 1
        // of 15,000 seeds.
        let chi: f64 = counts
            .values()
            .map(|&count| (f64::from(count) - 1000.0).powi(2) / 1000.0)
            .sum();
        assert!(chi < 58.6, "{counts:?}");
    }

    #[test]
    fn below_is_uniform() {
        let mut rng = OrderRng::new(1, 0);
        let mut counts = [0u32; 7];
        for _ in 0..70_000 {
            counts[rng.below(7) as usize] += 1;
        }
        // Chi-squared with 6 degrees of freedom stays below 27.9 in all but
        // 1 of 10,000 seeds.
        let chi: f64 = counts
            .iter()
            .map(|&count| (f64::from(count) - 10_000.0).powi(2) / 10_000.0)
            .sum();
        assert!(chi < 27.9, "{counts:?}");
    }
}
