//! How much is left to know of a cell when some are known.

use serde::Serialize;

/// The mean differential entropy of a cell that is not known yet, by the number
/// of cells that are known, in nats: over all such cells, and over orders.
///
/// For uniform random orders it is the information curve of S. Chen, S. Cong and
/// J. Li, Optimal inference schedules for masked diffusion models (arXiv
/// 2511.04647): it alone says what random orders cost in the mean, for all group
/// sizes. A group [j, k) costs `(k - j) h(j) - sum_{j <= i < k} h(i)`, since every
/// cell of the group is as likely as any other to be the next one.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct InformationCurve {
    entropy_nats: Vec<f64>,
}

impl InformationCurve {
    pub(super) fn zero(cells: usize) -> Self {
        Self {
            entropy_nats: vec![0.0; cells],
        }
    }

    /// The mean entropy of an unknown cell when 0, 1, ..., N - 1 cells are known,
    /// in nats.
    pub fn entropy_nats(&self) -> &[f64] {
        &self.entropy_nats
    }

    /// What groups of these sizes cost in the mean over random orders, in nats,
    /// step by step. Sizes beyond the curve's cells are left out.
    pub fn expected_total_correlation_nats(&self, sizes: &[u32]) -> Vec<f64> {
        let mut rest = &self.entropy_nats[..];
        sizes
            .iter()
            .map(|&size| {
                let (group, after) = rest.split_at(rest.len().min(size as usize));
                rest = after;
                let first = group.first().copied().unwrap_or_default();
                group.iter().map(|entropy| first - entropy).sum()
            })
            .collect()
    }

    pub(super) fn add(&mut self, known: usize, entropy: f64) {
        self.entropy_nats[known] += entropy;
    }

    pub(super) fn add_curve(&mut self, other: &Self) {
        for (entropy, other) in self.entropy_nats.iter_mut().zip(&other.entropy_nats) {
            *entropy += other;
        }
    }

    pub(super) fn divide(&mut self, count: f64) {
        self.entropy_nats
            .iter_mut()
            .for_each(|entropy| *entropy /= count);
    }
}
