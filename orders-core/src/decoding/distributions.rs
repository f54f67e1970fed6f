//! Distributions of tokens, and the numbers by which cells are chosen.

/// How far the probabilities of a distribution may sum from 1.
pub(super) const SUM_TOLERANCE: f64 = 1e-3;

/// Distributions over the tokens, a row for each cell that was asked.
///
/// Rows are held as probabilities in f32. They are checked where they are used.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Distributions {
    vocabulary: usize,
    probabilities: Vec<f32>,
}

impl Distributions {
    /// Rows of `vocabulary` probabilities each.
    pub fn new(vocabulary: usize, probabilities: Vec<f32>) -> Self {
        Self {
            vocabulary,
            probabilities,
        }
    }

    /// The softmax of rows of logits (natural logarithms, up to a constant for each row),
    /// computed in f64.
    pub fn of_logits(vocabulary: usize, logits: &[f32]) -> Self {
        let mut probabilities = Vec::with_capacity(logits.len());
        for row in logits.chunks(vocabulary.max(1)) {
            let top = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let weight = |&logit: &f32| libm::exp(f64::from(logit - top));
            let total: f64 = row.iter().map(weight).sum();
            probabilities.extend(row.iter().map(|logit| (weight(logit) / total) as f32));
        }
        Self::new(vocabulary, probabilities)
    }

    /// Number of tokens.
    pub fn vocabulary(&self) -> usize {
        self.vocabulary
    }

    /// The rows: those of all cells that were asked, in their order.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[f32]> + Clone {
        self.probabilities.chunks(self.vocabulary.max(1))
    }

    /// Row `index`.
    ///
    /// # Panics
    ///
    /// If there are fewer.
    pub fn row(&self, index: usize) -> &[f32] {
        &self.probabilities[index * self.vocabulary..(index + 1) * self.vocabulary]
    }

    /// What is wrong with a row, if something is: a number that is none or below 0, or a
    /// sum that is not 1.
    pub(super) fn fault(row: &[f32]) -> Option<Fault> {
        let mut sum = 0.0;
        for &probability in row {
            if !(probability >= 0.0 && probability.is_finite()) {
                return Some(Fault::Probability(probability));
            }
            sum += f64::from(probability);
        }
        ((sum - 1.0).abs() > SUM_TOLERANCE).then_some(Fault::Sum(sum))
    }
}

/// What is wrong with a distribution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Fault {
    Probability(f32),
    Sum(f64),
}

/// The entropy of a distribution, in nats.
pub fn entropy(row: &[f32]) -> f64 {
    let of_token = |&probability: &f32| match f64::from(probability) {
        p if p > 0.0 => -p * libm::log(p),
        _ => 0.0,
    };
    row.iter().map(of_token).sum()
}

/// The largest probability of a distribution.
pub fn confidence(row: &[f32]) -> f64 {
    f64::from(row.iter().copied().fold(0.0, f32::max))
}

/// The largest probability less the second largest; the largest, if there is but one.
pub fn margin(row: &[f32]) -> f64 {
    let (mut first, mut second) = (0.0_f32, 0.0_f32);
    for &probability in row {
        if probability > first {
            (first, second) = (probability, first);
        } else if probability > second {
            second = probability;
        }
    }
    f64::from(first) - f64::from(second)
}

/// The Kullback-Leibler divergence of `now` from `before`, in nats: infinite, if `now` has
/// tokens that `before` lacks.
pub fn divergence(now: &[f32], before: &[f32]) -> f64 {
    let of_token = |(&now, &before): (&f32, &f32)| match (f64::from(now), f64::from(before)) {
        (now, before) if now > 0.0 => now * libm::log(now / before),
        _ => 0.0,
    };
    now.iter().zip(before).map(of_token).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_a_distribution() {
        let row = [0.5, 0.25, 0.25];
        assert!((entropy(&row) - 1.5 * 2f64.ln()).abs() < 1e-12);
        assert_eq!(confidence(&row), 0.5);
        assert_eq!(margin(&row), 0.25);
        assert_eq!(margin(&[1.0]), 1.0);
        assert_eq!(margin(&[0.5, 0.5]), 0.0);
        let other = [0.25, 0.5, 0.25];
        assert!((divergence(&row, &other) - 0.25 * 2f64.ln()).abs() < 1e-12);
        assert_eq!(divergence(&[1.0, 0.0], &[0.0, 1.0]), f64::INFINITY);
        assert_eq!(divergence(&[1.0, 0.0], &[1.0, 0.0]), 0.0);
    }

    #[test]
    fn softmax_of_logits() {
        let distributions = Distributions::of_logits(2, &[0.0, 0.0, 1000.0, -1000.0]);
        assert_eq!(distributions.rows().len(), 2);
        assert_eq!(distributions.row(0), [0.5, 0.5]);
        assert_eq!(distributions.row(1), [1.0, 0.0]);
        let broken = Distributions::of_logits(2, &[f32::NAN, 0.0]);
        assert!(matches!(
            Distributions::fault(broken.row(0)),
            Some(Fault::Probability(_))
        ));
    }
}
