//! Fields whose spectrum falls with a power of the frequency.

use orders_core::Grid;

/// The covariance at every lag that a grid has, as a list of frames x height x
/// width in C order, for the spectrum `|f|^-exponent`.
///
/// The field is that of a torus with twice the cells of the grid along every
/// axis of more than one cell (so that no lag wraps around), with the discrete
/// frequencies `f_a = k_a / M_a` in cycles a cell, `M_a` the torus's side along
/// axis a and `-M_a/2 < k_a <= M_a/2`. The zero frequency is left out. With Z for
/// the value that makes the variance 1,
///
/// ```text
/// C(lag) = 1/Z sum_{f != 0} |f|^-exponent prod_a cos(2 pi f_a lag_a)
/// ```
///
/// O(N S) time and O(N + S) memory for N cells and S = T + H + W of frames,
/// height and width, up to factors of 2 along each axis.
pub(super) fn covariance_by_lag(grid: Grid, exponent: f64) -> Vec<f64> {
    let axes = [grid.frames(), grid.height(), grid.width()].map(Axis::new);
    let mut values: Vec<f64> = Vec::new();
    for &frame in &axes[0].squared_frequencies {
        for &row in &axes[1].squared_frequencies {
            for &column in &axes[2].squared_frequencies {
                let squared = frame + row + column;
                let is_zero = squared == 0.0;
                // |f|^-exponent is (|f|^2)^(-exponent/2).
                let power = libm::pow(squared, -exponent / 2.0);
                values.push(if is_zero { 0.0 } else { power });
            }
        }
    }
    // Axis after axis, from frequencies to lags.
    let frequencies = axes.each_ref().map(|axis| axis.squared_frequencies.len());
    values = axes[2].transform(&values, frequencies[0] * frequencies[1], 1);
    values = axes[1].transform(&values, frequencies[0], axes[2].cells);
    values = axes[0].transform(&values, 1, axes[1].cells * axes[2].cells);
    let variance = values[0];
    values.iter_mut().for_each(|value| *value /= variance);
    // A single cell has no frequency but zero: it is white.
    if grid.cells() == 1 {
        values[0] = 1.0;
    }
    values
}

/// One axis of the torus, from frequency 0 to the highest: a frequency and its
/// negative count together.
struct Axis {
    cells: usize,
    squared_frequencies: Vec<f64>,
    /// How often frequency k comes (1 or 2) times cos(2 pi k lag / side), as
    /// lag x frequency.
    cosines: Vec<f64>,
}

impl Axis {
    fn new(cells: u32) -> Self {
        let cells = cells as usize;
        let side = if cells == 1 { 1 } else { 2 * cells };
        let highest = side / 2;
        let frequencies = 0..=highest;
        let squared = |k: usize| (k as f64 / side as f64).powi(2);
        // Exact in the angle: k * lag is taken modulo the side.
        let cosine = |turns: usize| libm::cos(std::f64::consts::TAU * turns as f64 / side as f64);
        let cosines = (0..cells).flat_map(|lag| {
            frequencies.clone().map(move |k| {
                let times = if k == 0 || k == highest { 1.0 } else { 2.0 };
                times * cosine(k * lag % side)
            })
        });
        Self {
            cells,
            cosines: cosines.collect(),
            squared_frequencies: frequencies.clone().map(squared).collect(),
        }
    }

    /// Takes this axis from frequencies to lags, in an array of `before` x
    /// frequencies x `after`.
    fn transform(&self, values: &[f64], before: usize, after: usize) -> Vec<f64> {
        let frequencies = self.squared_frequencies.len();
        let mut transformed = vec![0.0; before * self.cells * after];
        for block in 0..before {
            for lag in 0..self.cells {
                let start = (block * self.cells + lag) * after;
                let sums = &mut transformed[start..start + after];
                for k in 0..frequencies {
                    let cosine = self.cosines[lag * frequencies + k];
                    let start = (block * frequencies + k) * after;
                    for (sum, value) in sums.iter_mut().zip(&values[start..start + after]) {
                        *sum += cosine * value;
                    }
                }
            }
        }
        transformed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sum over the whole torus, frequency by frequency.
    fn literal(grid: Grid, exponent: f64) -> Vec<f64> {
        let sides = [grid.frames(), grid.height(), grid.width()]
            .map(|cells| if cells == 1 { 1 } else { 2 * i64::from(cells) });
        let sum = |lag: [u32; 3]| {
            let mut sum = 0.0;
            for t in 0..sides[0] {
                for y in 0..sides[1] {
                    for x in 0..sides[2] {
                        let frequency = |k: i64, side: i64| {
                            let k = if 2 * k > side { k - side } else { k };
                            k as f64 / side as f64
                        };
                        let f = [
                            frequency(t, sides[0]),
                            frequency(y, sides[1]),
                            frequency(x, sides[2]),
                        ];
                        let squared: f64 = f.iter().map(|f| f * f).sum();
                        if squared > 0.0 {
                            let phase: f64 = f
                                .iter()
                                .zip(lag)
                                .map(|(f, lag)| std::f64::consts::TAU * f * f64::from(lag))
                                .sum();
                            sum += squared.sqrt().powf(-exponent) * phase.cos();
                        }
                    }
                }
            }
            sum
        };
        let variance = sum([0; 3]);
        let mut values = Vec::new();
        for t in 0..grid.frames() {
            for y in 0..grid.height() {
                for x in 0..grid.width() {
                    values.push(sum([t, y, x]) / variance);
                }
            }
        }
        values
    }

    #[test]
    fn is_the_sum_over_the_torus() {
        for (grid, exponent) in [
            (Grid::new(4, 6).unwrap(), 2.9),
            (Grid::new(1, 5).unwrap(), 2.0),
            (Grid::video(2, 3, 4).unwrap(), 3.5),
            (Grid::new(3, 3).unwrap(), 0.0),
        ] {
            let found = covariance_by_lag(grid, exponent);
            for (found, expected) in found.iter().zip(literal(grid, exponent)) {
                assert!((found - expected).abs() < 1e-12, "{found} {expected}");
            }
        }
    }
}
