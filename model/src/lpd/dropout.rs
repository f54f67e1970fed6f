//! Dropout.

use candle_core::{Device, Result, Shape, Tensor};

use crate::weights::splitmix64;

/// A place where dropout acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum DropoutSite {
    /// After the output projection of attention.
    AttentionProjection,
    /// After the activation of the MLP.
    Hidden,
    /// After the MLP.
    MlpProjection,
}

/// Dropout of one pass: after the output projection of attention, after the
/// activation of the MLP and after the MLP of every block, every number is set to
/// 0 with a probability, or else divided by the complement of it.
///
/// What is dropped depends on the seed, the block, the site and the place of the
/// number alone; so the backward pass finds it again without a mask in memory,
/// and all kernels drop the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dropout {
    probability: f32,
    seed: u64,
}

/// What is dropped at one site of one block.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DropoutMask {
    key: u32,
    /// Hashes below it are dropped.
    threshold: u32,
    scale: f32,
}

impl Dropout {
    /// Dropout with a probability from 0 up to, not including, 1; `None` if it
    /// is outside of that range.
    pub fn new(probability: f32, seed: u64) -> Option<Self> {
        (0.0..1.0)
            .contains(&probability)
            .then_some(Self { probability, seed })
    }

    /// Dropout of one of the parts that a batch is cut into.
    pub(crate) fn of_part(self, part: u64) -> Self {
        Self {
            seed: splitmix64(self.seed, part.wrapping_add(1 << 32)),
            ..self
        }
    }

    pub(crate) fn mask(self, layer: usize, site: DropoutSite) -> DropoutMask {
        let place = 4 * layer as u64 + site as u64 + 1;
        let key = splitmix64(self.seed, place);
        DropoutMask {
            key: (key >> 32) as u32,
            threshold: (f64::from(self.probability) * 4_294_967_296.0) as u32,
            scale: 1.0 / (1.0 - self.probability),
        }
    }
}

impl DropoutMask {
    /// What the number at a place is multiplied with.
    #[inline(always)]
    pub(crate) fn factor(self, place: u32) -> f32 {
        // The finaliser of MurmurHash3.
        let mut hash = place.wrapping_mul(0x9E37_79B1) ^ self.key;
        hash = (hash ^ (hash >> 16)).wrapping_mul(0x85EB_CA6B);
        hash = (hash ^ (hash >> 13)).wrapping_mul(0xC2B2_AE35);
        hash ^= hash >> 16;
        if hash < self.threshold {
            0.0
        } else {
            self.scale
        }
    }

    /// All factors of a tensor.
    pub(crate) fn tensor(self, shape: &Shape, device: &Device) -> Result<Tensor> {
        let count = u32::try_from(shape.elem_count()).map_err(candle_core::Error::wrap)?;
        let factors: Vec<f32> = (0..count).map(|place| self.factor(place)).collect();
        Tensor::from_vec(factors, shape, device)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drops_the_stated_share_and_keeps_the_mean() {
        let dropout = Dropout::new(0.1, 7).unwrap_or_else(|| panic!("0.1 is a probability"));
        let count = 200_000;
        let mut masks = Vec::new();
        for (layer, site) in [
            (0, DropoutSite::AttentionProjection),
            (0, DropoutSite::Hidden),
            (1, DropoutSite::AttentionProjection),
        ] {
            let mask = dropout.mask(layer, site);
            let factors: Vec<f32> = (0..count).map(|place| mask.factor(place)).collect();
            let dropped = factors.iter().filter(|&&factor| factor == 0.0).count();
            // Five standard deviations of a binomial count.
            let (mean, deviation) = (0.1 * f64::from(count), (0.09 * f64::from(count)).sqrt());
            assert!((dropped as f64 - mean).abs() < 5.0 * deviation, "{dropped}");
            // Neighbours are dropped together as often as chance has it.
            let pairs = factors
                .windows(2)
                .filter(|pair| pair == &[0.0, 0.0])
                .count();
            let (mean, deviation) = (0.01 * f64::from(count), (0.0099 * f64::from(count)).sqrt());
            assert!((pairs as f64 - mean).abs() < 6.0 * deviation, "{pairs}");
            masks.push(factors);
        }
        assert!(masks[0] != masks[1] && masks[0] != masks[2]);
        assert!(Dropout::new(1.0, 0).is_none() && Dropout::new(f32::NAN, 0).is_none());
    }
}
