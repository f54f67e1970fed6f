//! Isotropic correlation functions.

/// A family of isotropic correlation functions of the Euclidean distance d and
/// a range r, both in cells. All are positive definite in two and three
/// dimensions. Source: M. L. Stein, Interpolation of Spatial Data, 1999, chapter
/// 2; C. E. Rasmussen and C. K. I. Williams, Gaussian Processes for Machine
/// Learning, 2006, equations 4.9 and 4.14 to 4.17.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KernelFamily {
    /// `exp(-d/r)`, which is also Matern 1/2.
    Exponential,
    /// Matern 3/2: `(1 + sqrt(3) d/r) exp(-sqrt(3) d/r)`.
    Matern32,
    /// Matern 5/2: `(1 + sqrt(5) d/r + 5 d^2/(3 r^2)) exp(-sqrt(5) d/r)`.
    Matern52,
    /// Squared exponential: `exp(-d^2/(2 r^2))`.
    SquaredExponential,
}

impl KernelFamily {
    /// Correlation at a squared distance, in cells squared. `libm`'s `exp` is
    /// the same on every machine.
    pub(super) fn correlation(self, squared_distance: u64, range: f64) -> f64 {
        let squared = squared_distance as f64;
        let scaled = squared.sqrt() / range;
        // Where the exponential is 0, its factor may be infinite.
        if scaled > 1000.0 {
            return 0.0;
        }
        match self {
            Self::Exponential => libm::exp(-scaled),
            Self::Matern32 => {
                let x = 3_f64.sqrt() * scaled;
                (1.0 + x) * libm::exp(-x)
            }
            Self::Matern52 => {
                let x = 5_f64.sqrt() * scaled;
                (1.0 + x + x * x / 3.0) * libm::exp(-x)
            }
            Self::SquaredExponential => libm::exp(-0.5 * scaled * scaled),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_at_one_range() {
        // exp(-1); (1 + sqrt 3) exp(-sqrt 3); (1 + sqrt 5 + 5/3) exp(-sqrt 5);
        // exp(-1/2), by hand.
        for (family, expected) in [
            (KernelFamily::Exponential, 0.367_879_441_171_442_3),
            (KernelFamily::Matern32, 0.483_357_724_596_507_6),
            (KernelFamily::Matern52, 0.523_994_108_831_820_3),
            (KernelFamily::SquaredExponential, 0.606_530_659_712_633_4),
        ] {
            let found = family.correlation(9, 3.0);
            assert!((found - expected).abs() < 1e-9, "{family:?}: {found}");
            assert_eq!(family.correlation(0, 3.0), 1.0);
            assert_eq!(family.correlation(1, f64::MIN_POSITIVE), 0.0);
        }
    }
}
