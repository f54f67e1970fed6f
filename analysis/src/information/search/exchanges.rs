//! What every exchange of two cells of different steps changes.

use rayon::prelude::*;

use super::swept::Swept;

/// The cost of an order, and by how much every exchange of two of its cells
/// changes it, in nats.
pub(super) struct Exchanges {
    /// `1/2 sum ln var` at reveal.
    pub(super) cost: f64,
    /// By the rank of the earlier cell and the rank of the later one; 0 for cells
    /// of the same step.
    pub(super) changes: Vec<f64>,
}

/// One pass over the steps. `covariance` is that of the cells in order, row after
/// row. O(N^3) time, O(N^2) memory, on the current rayon pool; the result does not
/// depend on its threads.
///
/// Let a be of step s and b of a later step t, and S the context of a step u. If
/// they change places,
///
/// - in step s, b stands in place of a, with the same context;
/// - in steps u from s + 1 to t, the context is S without a and with b, and in step t
///   a stands in place of b.
///
/// With the swept matrix A of S and `v = -1/A_aa`, the variance of a without itself
/// in S, a cell i keeps given S without a and with b
///
/// ```text
/// A_ii + A_ia^2 v - (A_ib + A_ia A_ba v)^2 / (A_bb + A_ba^2 v)
/// ```
pub(super) fn exchanges(covariance: Vec<f64>, sizes: &[u32]) -> Exchanges {
    let cells: usize = sizes.iter().map(|&size| size as usize).sum();
    let mut swept = Swept::new(cells, covariance);
    let mut changes = vec![0.0; cells * cells];
    let mut cost = 0.0;
    let mut start = 0;
    for &size in sizes {
        let end = start + size as usize;
        let variances: Vec<f64> = (0..cells).map(|i| swept.at(i, i)).collect();
        let logs: Vec<f64> = variances
            .iter()
            .enumerate()
            .map(|(i, &variance)| if i < start { 0.0 } else { libm::log(variance) })
            .collect();
        cost += 0.5 * logs[start..end].iter().sum::<f64>();
        changes
            .par_chunks_exact_mut(cells)
            .enumerate()
            .take(end)
            .for_each(|(a, changes)| {
                if a < start {
                    let found = context_change(&swept, a, start, end);
                    for (b, change) in (start..cells).zip(found) {
                        changes[b] += change;
                    }
                } else {
                    for b in end..cells {
                        changes[b] += 0.5 * (logs[b] - logs[a]);
                    }
                }
            });
        (start..end).for_each(|index| swept.sweep(index));
        start = end;
    }
    Exchanges { cost, changes }
}

/// For every b from `start` on: what the group [start, end) costs more if its
/// context has b in place of a, and, if b is of the group, the group has a in
/// place of b.
fn context_change(swept: &Swept, a: usize, start: usize, end: usize) -> Vec<f64> {
    let of_a = &swept.row(a)[start..];
    let variance = -1.0 / swept.at(a, a);
    let count = of_a.len();
    let of_b: Vec<f64> = (start..start + count).map(|b| swept.at(b, b)).collect();
    // 1 / the variance of b given the context without a.
    let inverse: Vec<f64> = of_a
        .iter()
        .zip(&of_b)
        .map(|(slope, own)| 1.0 / (own + slope * slope * variance))
        .collect();
    let mut ratios = vec![1.0; count];
    for i in start..end {
        let row = &swept.row(i)[start..];
        let slope = swept.at(i, a);
        let own = of_b[i - start];
        let without_a = own + slope * slope * variance;
        let step = slope * variance;
        let scale = 1.0 / own;
        let kept = ratios[i - start];
        for b in 0..count {
            let shared = row[b] + step * of_a[b];
            ratios[b] *= (without_a - shared * shared * inverse[b]) * scale;
        }
        // b itself is replaced by a, whose variance is v A_bb / var(b).
        ratios[i - start] = kept * variance * inverse[i - start];
    }
    ratios.iter().map(|&ratio| 0.5 * libm::log(ratio)).collect()
}
