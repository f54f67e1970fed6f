//! The learning rate.

use serde::{Deserialize, Serialize};

/// How the learning rate falls after it was constant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Decay {
    /// It stays.
    Constant,
    /// Half a cosine down to the last value.
    #[default]
    Cosine,
    /// A straight line down to the last value.
    Linear,
}

/// The schedule of the learning rate: it rises in a line from 0, stays at its
/// peak, and falls to its last value at the end of training. Times are in epochs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LearningRate {
    /// The largest value.
    pub peak: f64,
    /// Epochs in which it rises to the peak.
    #[serde(default)]
    pub warmup: f64,
    /// The epoch after which it falls; the end of the rise if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decay_from: Option<f64>,
    /// How it falls.
    #[serde(default)]
    pub decay: Decay,
    /// Its value at the end.
    #[serde(default)]
    pub last: f64,
}

impl LearningRate {
    /// Its value for an update, when so many of the epochs have passed. Updates
    /// are asked at their middle, so the first one is not lost to a value of 0.
    pub fn at(&self, epoch: f64, epochs: f64) -> f64 {
        if epoch < self.warmup {
            return self.peak * epoch / self.warmup;
        }
        let from = self.decay_from.unwrap_or(self.warmup);
        if epoch <= from || epochs <= from {
            return self.peak;
        }
        let passed = ((epoch - from) / (epochs - from)).min(1.0);
        let left = match self.decay {
            Decay::Constant => return self.peak,
            Decay::Linear => 1.0 - passed,
            Decay::Cosine => 0.5 * (1.0 + libm::cos(std::f64::consts::PI * passed)),
        };
        self.last + (self.peak - self.last) * left
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rises_stays_and_falls() {
        let rate = LearningRate {
            peak: 1.0,
            warmup: 2.0,
            decay_from: Some(4.0),
            decay: Decay::Cosine,
            last: 0.1,
        };
        let at = |epoch| rate.at(epoch, 8.0);
        assert_eq!([at(0.0), at(1.0), at(2.0), at(4.0)], [0.0, 0.5, 1.0, 1.0]);
        assert!((at(6.0) - 0.55).abs() < 1e-12);
        assert!((at(8.0) - 0.1).abs() < 1e-12);
        let linear = LearningRate {
            decay: Decay::Linear,
            ..rate.clone()
        };
        assert!((linear.at(5.0, 8.0) - 0.775).abs() < 1e-12);
        let constant = LearningRate {
            decay: Decay::Constant,
            ..rate
        };
        assert_eq!(constant.at(8.0, 8.0), 1.0);
    }
}
