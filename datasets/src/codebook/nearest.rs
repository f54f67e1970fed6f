//! The code nearest to a patch.

/// Codes whose distances are computed at once.
const LANES: usize = 16;

/// Codes laid out so that the distances to many of them are computed together.
///
/// Of the squared distance |x - c|^2 = |x|^2 - 2 x.c + |c|^2 the first term is the
/// same for all codes and is left out. Each lane adds its products in the same
/// order as a plain loop does, so that no instruction set changes the result.
#[derive(Clone, Debug)]
pub(super) struct NearestCode {
    values: usize,
    /// For each block of codes: |c|^2, then -2c value by value.
    blocks: Vec<[f32; LANES]>,
}

impl NearestCode {
    /// Codes of `values` values each, one after the other.
    pub(super) fn new(codes: &[f32], values: usize) -> Self {
        let mut blocks = Vec::new();
        for block in codes.chunks(LANES * values) {
            // Lanes without a code are infinitely far.
            let mut norms = [f32::INFINITY; LANES];
            for (norm, code) in norms.iter_mut().zip(block.chunks_exact(values)) {
                *norm = code.iter().map(|value| value * value).sum();
            }
            blocks.push(norms);
            for value in 0..values {
                let mut lanes = [0.0; LANES];
                for (lane, code) in lanes.iter_mut().zip(block.chunks_exact(values)) {
                    *lane = -2.0 * code[value];
                }
                blocks.push(lanes);
            }
        }
        Self { values, blocks }
    }

    /// The number of the nearest code; of equally near ones the smallest. O(codes
    /// times values).
    pub(super) fn find(&self, patch: &[u8]) -> u32 {
        let mut best = [f32::INFINITY; LANES];
        let mut best_block = [0_u32; LANES];
        for (index, block) in self.blocks.chunks_exact(self.values + 1).enumerate() {
            let mut scores = block[0];
            for (&value, factors) in patch.iter().zip(&block[1..]) {
                let value = f32::from(value);
                for (score, factor) in scores.iter_mut().zip(factors) {
                    *score += value * factor;
                }
            }
            for lane in 0..LANES {
                let is_nearer = scores[lane] < best[lane];
                best[lane] = if is_nearer { scores[lane] } else { best[lane] };
                best_block[lane] = if is_nearer {
                    index as u32
                } else {
                    best_block[lane]
                };
            }
        }
        let code = |lane: usize| best_block[lane] * LANES as u32 + lane as u32;
        let nearest = (1..LANES).fold(0, |nearest, lane| {
            let order = best[lane].total_cmp(&best[nearest]);
            if order.then(code(lane).cmp(&code(nearest))).is_lt() {
                lane
            } else {
                nearest
            }
        });
        code(nearest)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The same sums in the same order, one code after the other.
    fn literal(codes: &[f32], values: usize, patch: &[u8]) -> u32 {
        let mut nearest = (f32::INFINITY, 0);
        for (index, code) in codes.chunks_exact(values).enumerate() {
            let mut score: f32 = code.iter().map(|value| value * value).sum();
            for (&value, &code_value) in patch.iter().zip(code) {
                score += f32::from(value) * (-2.0 * code_value);
            }
            if score < nearest.0 {
                nearest = (score, index as u32);
            }
        }
        nearest.1
    }

    proptest! {
        #[test]
        fn blocks_find_what_a_plain_loop_finds(
            values in 1_usize..13,
            raw in prop::collection::vec(0_u8..=255, 12 * 40),
            count in 1_usize..40,
            patch in prop::collection::vec(0_u8..=255, 12),
            coarse in any::<bool>(),
        ) {
            // Coarse codes tie often.
            let step = if coarse { 128.0 } else { 1.37 };
            let codes: Vec<f32> = raw[..count * values]
                .iter()
                .map(|&value| (f32::from(value) / step).floor() * step)
                .collect();
            let patch = &patch[..values];
            let found = NearestCode::new(&codes, values).find(patch);
            prop_assert_eq!(found, literal(&codes, values, patch));
            // And it is nearest in exact arithmetic, but for rounding.
            let distance = |code: usize| -> f64 {
                let code = &codes[code * values..][..values];
                let pairs = patch.iter().zip(code);
                pairs.map(|(&x, &c)| (f64::from(x) - f64::from(c)).powi(2)).sum()
            };
            let least = (0..count).map(distance).fold(f64::INFINITY, f64::min);
            prop_assert!(distance(found as usize) <= least + 0.5);
        }
    }
}
