//! Seeded randomness: the same seed gives the same bits on every machine.

use std::convert::Infallible;

use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng, TryRng};

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
/// assert!((0.0..1.0).contains(&a.uniform()));
/// ```
///
/// It is a generator of the crate `rand` 0.10 as well (it implements `TryRng`
/// of `rand_core` 0.10, and with that `Rng`), so that a method of your own can
/// draw from every distribution that takes one:
///
/// ```
/// use orders_core::OrderRng;
/// use rand::distr::{Distribution, weighted::WeightedIndex};
///
/// let mut rng = OrderRng::new(0, 7);
/// let row = WeightedIndex::new([1.0, 2.0, 4.0])?;
/// assert!(row.sample(&mut rng) < 3);
/// # Ok::<(), rand::distr::weighted::Error>(())
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

    /// The index of the order that this is the source of.
    pub fn index(&self) -> u64 {
        self.chacha.get_stream()
    }

    /// The source of another order under the same seed, from its beginning.
    ///
    /// For methods whose orders share what is drawn: an order may depend on its
    /// seed and its [`index`](Self::index) in any way.
    ///
    /// ```
    /// use orders_core::OrderRng;
    ///
    /// let mut rng = OrderRng::new(3, 17);
    /// rng.next_u64();
    /// let mut shared = rng.of_index(rng.index() / 8);
    /// assert_eq!(shared.next_u64(), OrderRng::new(3, 2).next_u64());
    /// ```
    pub fn of_index(&self, index: u64) -> Self {
        let mut chacha = ChaCha8Rng::from_seed(self.chacha.get_seed());
        chacha.set_stream(index);
        Self { chacha }
    }

    /// 64 uniform random bits.
    #[inline]
    pub fn next_u64(&mut self) -> u64 {
        self.chacha.next_u64()
    }

    /// A number from 0 up to 1, without 1: one of the 2^53 multiples of 2^-53,
    /// all equally likely. It takes the upper bits of one
    /// [`next_u64`](Self::next_u64).
    #[inline]
    pub fn uniform(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
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

impl TryRng for OrderRng {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.chacha.next_u32())
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.chacha.next_u64())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.chacha.fill_bytes(bytes);
        Ok(())
    }
}

/// A random 64-bit key for every cell in one step, by which ties are broken:
/// of two cells that tie, the one with the smaller key comes first.
///
/// The order by keys of any set of cells is a uniform random permutation, and
/// all comparisons that are made in one step agree with one such permutation.
/// That is what "ties in uniform random order" asks for, without shuffling
/// anything: a key is a function of the cell and of a 64-bit seed for the step,
/// which is drawn from the order's [`OrderRng`].
///
/// Each half of a key is a bijection of the cell: the two rounds of the 32-bit
/// finaliser of MurmurHash3 (A. Appleby, public domain) with one half of the
/// seed added before each. So keys are distinct, and eight fit a SIMD register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TieKeys {
    seed: [u32; 2],
}

impl TieKeys {
    /// The keys of a step, whose seed is drawn from `rng`.
    #[inline]
    pub fn new(rng: &mut OrderRng) -> Self {
        let seed = rng.next_u64();
        Self {
            seed: [(seed >> 32) as u32, seed as u32],
        }
    }

    /// The key of a cell.
    #[inline(always)]
    pub fn key(self, cell: Cell) -> u64 {
        let [first, second] = self.seed;
        let place = cell.wrapping_mul(WEYL[1]);
        let high = mix(place.wrapping_add(first), second);
        let low = mix(place.wrapping_add(second), !first);
        u64::from(high) << 32 | u64::from(low)
    }

    /// The high 32 bits of the keys of consecutive cells, from `first` on.
    #[inline(always)]
    pub(crate) fn high_bits<const LANES: usize>(self, first: Cell) -> [u32; LANES] {
        const { assert!(LANES < WEYL.len()) };
        // Counted from the cell before, since a lane to which nothing is added
        // would be handled apart from the others.
        let before = first.wrapping_sub(1).wrapping_mul(WEYL[1]);
        let start = before.wrapping_add(self.seed[0]);
        let mut bits = [0; LANES];
        for lane in 0..LANES {
            bits[lane] = start.wrapping_add(WEYL[lane + 1]);
        }
        for place in &mut bits {
            *place = mix(*place, self.seed[1]);
        }
        bits
    }
}

/// Multiples of the odd number closest to 2^32 / golden ratio: far apart for
/// neighbouring cells.
const WEYL: [u32; 17] = {
    let mut multiples = [0; 17];
    let mut i = 1;
    while i < multiples.len() {
        multiples[i] = 0x9E37_79B9_u32.wrapping_add(multiples[i - 1]);
        i += 1;
    }
    multiples
};

#[inline(always)]
fn mix(mut x: u32, seed: u32) -> u32 {
    x = (x ^ x >> 16).wrapping_mul(0x85EB_CA6B).wrapping_add(seed);
    x = (x ^ x >> 13).wrapping_mul(0xC2B2_AE35);
    x ^ x >> 16
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    /// Chi-squared with 23 degrees of freedom stays below 64 in all but about
    /// 1 of 100,000 seeds.
    #[test]
    fn every_order_of_four_cells_is_equally_likely() {
        let mut rng = OrderRng::new(3, 0);
        for cells in [
            [0, 1, 2, 3],
            [5, 21, 37, 53],
            [0, 1, 16, 17],
            [3, 70, 200, 1001],
            [7, 8, 1 << 20, 1 << 23],
        ] {
            let mut counts = BTreeMap::new();
            for _ in 0..240_000 {
                let keys = TieKeys::new(&mut rng);
                let mut order = cells;
                order.sort_by_key(|&cell| keys.key(cell));
                *counts.entry(order).or_insert(0u32) += 1;
            }
            assert_eq!(counts.len(), 24);
            let chi: f64 = counts
                .values()
                .map(|&count| (f64::from(count) - 10_000.0).powi(2) / 10_000.0)
                .sum();
            assert!(chi < 64.0, "{cells:?}: {chi} {counts:?}");
        }
    }

    /// The cell that comes first, and the one that comes last, among many.
    #[test]
    fn every_cell_is_equally_often_first_and_last() {
        let mut rng = OrderRng::new(4, 0);
        let (mut first, mut last) = ([0u32; 256], [0u32; 256]);
        for _ in 0..256_000 / 4 {
            let keys = TieKeys::new(&mut rng);
            let by_key = |&cell: &Cell| keys.key(cell);
            first[(0..256).min_by_key(by_key).unwrap() as usize] += 1;
            last[(0..256).max_by_key(by_key).unwrap() as usize] += 1;
        }
        // 255 degrees of freedom: below 366 in all but 1 of 200,000 seeds.
        for counts in [first, last] {
            let chi: f64 = counts
                .iter()
                .map(|&count| (f64::from(count) - 250.0).powi(2) / 250.0)
                .sum();
            assert!(chi < 366.0, "{chi}");
        }
    }

    #[test]
    fn keys_are_distinct() {
        let mut rng = OrderRng::new(5, 0);
        let keys = TieKeys::new(&mut rng);
        let high = |cell: Cell| (keys.key(cell) >> 32) as u32;
        let distinct: BTreeSet<u32> = (0..100_000).map(high).collect();
        assert_eq!(distinct.len(), 100_000);
        for first in 0..1000 {
            let expected = std::array::from_fn(|lane| high(first + lane as Cell));
            assert_eq!(keys.high_bits::<16>(first), expected);
        }
    }

    /// The same bits by the crate's own methods and by those of `rand`, whose
    /// distributions take it.
    #[test]
    fn is_a_generator_of_rand() {
        use rand::distr::{Distribution, Uniform};

        let (mut own, mut rand) = (OrderRng::new(6, 1), OrderRng::new(6, 1));
        for _ in 0..100 {
            assert_eq!(own.next_u64(), Rng::next_u64(&mut rand));
        }
        let mut bytes = [0; 8];
        rand.fill_bytes(&mut bytes);
        assert_eq!(own.next_u64(), u64::from_le_bytes(bytes));

        let die = Uniform::new_inclusive(1, 6).unwrap();
        let sum: u32 = (0..10_000).map(|_| die.sample(&mut rand)).sum();
        // The mean of a throw is 3.5, and its variance 35 / 12: within 5 deviations.
        assert!((f64::from(sum) - 35_000.0).abs() < 5.0 * (10_000.0 * 35.0 / 12.0_f64).sqrt());
    }

    #[test]
    fn uniform_numbers_are_below_one() {
        let mut rng = OrderRng::new(7, 0);
        let mut sum = 0.0;
        for _ in 0..10_000 {
            let number = rng.uniform();
            assert!((0.0..1.0).contains(&number));
            assert_eq!((number * 2_f64.powi(53)).fract(), 0.0);
            sum += number;
        }
        assert!((sum - 5_000.0).abs() < 5.0 * (10_000.0 / 12.0_f64).sqrt());
    }

    #[test]
    fn another_index_begins_anew() {
        let mut rng = OrderRng::new(8, 3);
        rng.next_u64();
        assert_eq!(rng.index(), 3);
        for index in [0, 3, u64::MAX] {
            let mut other = rng.of_index(index);
            assert_eq!(other.index(), index);
            assert_eq!(other.next_u64(), OrderRng::new(8, index).next_u64());
        }
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
