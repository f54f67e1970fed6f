//! Whole numbers side by side in SIMD registers.
//!
//! These are plain loops over short arrays, in the form that the compiler turns
//! into vector instructions.

use std::ops::{BitOr, Shl, Shr};

use pulp::Arch;

use crate::grid::Grid;

/// Cells that are handled at once.
pub(crate) const LANES: usize = 16;

/// As many values as there are lanes, where a register loads them at once: a
/// load that crosses a cache line takes twice as long.
#[derive(Clone, Copy, Debug)]
#[repr(align(32))]
pub(crate) struct Chunk<L>(pub(super) [L; LANES]);

/// Values by the row and the first column of their chunk. In place of a closure, which
/// would be compiled once for all instruction sets, and so for the smallest.
pub(crate) trait ByChunk<T> {
    /// Those from a column of a row on. Must be inlined always.
    fn at(&self, row: usize, column: usize) -> [T; LANES];
}

/// The row and the first column of every chunk of a grid, column of chunks after
/// column of chunks.
pub(super) fn chunk_starts(grid: Grid) -> Vec<(u32, u32)> {
    (0..grid.width())
        .step_by(LANES)
        .flat_map(|column| (0..grid.height()).map(move |row| (row, column)))
        .collect()
}

/// A whole number without sign.
pub(crate) trait Lane:
    Copy
    + Ord
    + Send
    + std::fmt::Debug
    + BitOr<Output = Self>
    + Shl<u32, Output = Self>
    + Shr<u32, Output = Self>
    + 'static
{
    /// Number of bits.
    const BITS: u32;
    /// The smallest value.
    const ZERO: Self;
    /// The largest value.
    const MAX: Self;
    /// The low bits of a value.
    fn of(value: u64) -> Self;
    /// The low bits of a value.
    fn of_u32(value: u32) -> Self;
    /// The value.
    fn value(self) -> u64;
    /// The value, or the largest one if that is less.
    fn saturated(value: u32) -> Self;
    /// The high bits of 32, as many as there are in a lane of up to 32.
    fn of_high_bits(bits: u32) -> Self;
    /// The sum, wrapped around.
    fn plus(self, other: Self) -> Self;
    /// The difference, wrapped around.
    fn minus(self, other: Self) -> Self;
    /// One bit for each lane that equals `value`, lowest first.
    fn equal(arch: Arch, lanes: &[Self; LANES], value: Self) -> u32;
}

macro_rules! lane {
    ($type:ty, $equal:expr) => {
        impl Lane for $type {
            const BITS: u32 = <$type>::BITS;
            const ZERO: Self = 0;
            const MAX: Self = <$type>::MAX;
            #[inline(always)]
            fn of(value: u64) -> Self {
                value as Self
            }
            #[inline(always)]
            fn of_u32(value: u32) -> Self {
                value as Self
            }
            #[inline(always)]
            fn value(self) -> u64 {
                self.into()
            }
            #[inline(always)]
            fn saturated(value: u32) -> Self {
                value.try_into().unwrap_or(Self::MAX)
            }
            #[inline(always)]
            fn of_high_bits(bits: u32) -> Self {
                (bits >> 32u32.saturating_sub(Self::BITS)) as Self
            }
            #[inline(always)]
            fn plus(self, other: Self) -> Self {
                self.wrapping_add(other)
            }
            #[inline(always)]
            fn minus(self, other: Self) -> Self {
                self.wrapping_sub(other)
            }
            #[inline(always)]
            fn equal(arch: Arch, lanes: &[Self; LANES], value: Self) -> u32 {
                $equal(arch, lanes, value)
            }
        }
    };
}

lane!(u16, equal_u16);
lane!(u32, |_, lanes, value| equal_anywhere(lanes, value));
lane!(u64, |_, lanes, value| equal_anywhere(lanes, value));

/// The smallest of the lanes.
#[inline(always)]
pub(super) fn smallest_of<L: Lane>(lanes: [L; LANES]) -> L {
    by_halves(lanes, L::min)
}

/// The largest of the lanes.
#[inline(always)]
pub(super) fn largest_of<L: Lane>(lanes: [L; LANES]) -> L {
    by_halves(lanes, L::max)
}

#[inline(always)]
fn by_halves<L: Lane>(mut lanes: [L; LANES], combine: impl Fn(L, L) -> L) -> L {
    let mut half = LANES / 2;
    while half > 0 {
        for lane in 0..half {
            lanes[lane] = combine(lanes[lane], lanes[lane + half]);
        }
        half /= 2;
    }
    lanes[0]
}

/// Calls `found` with the chunk and the lane of every number that equals
/// `value`, which is the best of every chunk that has it: `best` has the best
/// one of each chunk.
#[inline(always)]
pub(super) fn each_equal<L: Lane>(
    arch: Arch,
    chunks: &[Chunk<L>],
    best: &[[L; LANES]],
    value: L,
    mut found: impl FnMut(usize, usize),
) {
    // 64 chunks at once, as there is mostly one match: a loop for each 16 of
    // them would be left at a moment that no processor can foretell.
    for (block, best) in best.chunks(4).enumerate() {
        let mut equal = 0;
        for (i, best) in best.iter().enumerate() {
            equal |= u64::from(L::equal(arch, best, value)) << (i * LANES);
        }
        for chunk in Ones(equal) {
            let chunk = block * 4 * LANES + chunk;
            for lane in Ones(L::equal(arch, &chunks[chunk].0, value).into()) {
                found(chunk, lane);
            }
        }
    }
}

/// The places of the bits that are set, lowest first.
#[derive(Clone, Copy, Debug)]
struct Ones(u64);

impl Iterator for Ones {
    type Item = usize;

    #[inline(always)]
    fn next(&mut self) -> Option<usize> {
        if self.0 == 0 {
            return None;
        }
        let place = self.0.trailing_zeros();
        self.0 &= self.0 - 1;
        Some(place as usize)
    }
}

/// One bit for each lane that equals `value`, on any machine.
#[inline(always)]
fn equal_anywhere<L: Lane>(lanes: &[L; LANES], value: L) -> u32 {
    let mut bits = 0;
    for (lane, &other) in lanes.iter().enumerate() {
        bits |= u32::from(other == value) << lane;
    }
    bits
}

/// The same in two instructions, for which the compiler finds no loop of ours.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn equal_u16(arch: Arch, lanes: &[u16; LANES], value: u16) -> u32 {
    let simd = match arch {
        Arch::V3(simd) => simd,
        Arch::V4(simd) => *simd,
        _ => return equal_anywhere(lanes, value),
    };
    let value = simd.avx._mm256_set1_epi16(value as i16);
    let equal = simd.avx2._mm256_cmpeq_epi16(pulp::cast(*lanes), value);
    // Bytes of all ones or zeros: those of lanes 0 to 7 come to places 0 and
    // 8, those of lanes 8 to 15 to places 16 and 24.
    let packed = simd.avx2._mm256_packs_epi16(equal, equal);
    let bits = simd.avx2._mm256_movemask_epi8(packed) as u32;
    bits & 0xFF | bits >> 8 & 0xFF00
}

#[cfg(not(target_arch = "x86_64"))]
#[inline(always)]
fn equal_u16(_: Arch, lanes: &[u16; LANES], value: u16) -> u32 {
    equal_anywhere(lanes, value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lpd::instruction_sets::available;
    use crate::random::OrderRng;

    /// Lanes with values that differ in one byte or in the sign bit only.
    fn samples() -> impl Iterator<Item = [u16; LANES]> {
        const VALUES: [u16; 8] = [0, 1, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFF00, 0xFFFF];
        let mut rng = OrderRng::new(6, 0);
        (0..2000).map(move |_| std::array::from_fn(|_| VALUES[rng.below(8) as usize]))
    }

    fn found<L: Lane>(arch: Arch, lanes: [L; LANES], value: L) -> Vec<usize> {
        Ones(L::equal(arch, &lanes, value).into()).collect()
    }

    #[test]
    fn every_instruction_set_finds_the_same_lanes() {
        for lanes in samples() {
            let wide = lanes.map(u32::from);
            let widest = lanes.map(u64::from);
            for value in [0, 1, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFF00, 0xFFFF, 5] {
                let expected: Vec<usize> = (0..LANES).filter(|&i| lanes[i] == value).collect();
                for arch in available() {
                    assert_eq!(found(arch, lanes, value), expected, "{arch:?} {lanes:?}");
                    assert_eq!(found(arch, wide, value.into()), expected);
                    assert_eq!(found(arch, widest, value.into()), expected);
                }
            }
        }
    }

    #[test]
    fn each_single_lane_is_found() {
        for lane in 0..LANES {
            let mut lanes = [0; LANES];
            lanes[lane] = 0x8001;
            for arch in available() {
                assert_eq!(equal_u16(arch, &lanes, 0x8001), 1 << lane);
                assert_eq!(equal_u16(arch, &lanes, 0), 0xFFFF ^ 1 << lane);
            }
        }
    }

    #[test]
    fn smallest_and_largest_of_all_lanes() {
        for lanes in samples() {
            assert_eq!(Some(smallest_of(lanes)), lanes.into_iter().min());
            assert_eq!(Some(largest_of(lanes)), lanes.into_iter().max());
        }
        for lane in 0..LANES {
            let mut lanes = [5u32; LANES];
            lanes[lane] = 4;
            assert_eq!(smallest_of(lanes), 4);
            lanes[lane] = u32::MAX;
            assert_eq!(largest_of(lanes), u32::MAX);
        }
    }
}
