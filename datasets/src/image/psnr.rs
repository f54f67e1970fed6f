//! How far an image is from another.

use super::pixels::Image;

/// Peak signal-to-noise ratio: 10 log10(255^2 / mean squared error), in dB.
/// Images that are equal have none, since there is no noise.
///
/// ```
/// use orders_datasets::{Image, Psnr};
///
/// let black = Image::new(1, 2, 1, vec![0, 0])?;
/// let almost = Image::new(1, 2, 1, vec![0, 1])?;
/// let psnr = Psnr::of(&black, &almost).expect("the same shape");
/// assert!((psnr.decibels().expect("they differ") - 51.1411).abs() < 1e-4);
/// assert_eq!(Psnr::of(&black, &black).expect("the same shape").decibels(), None);
/// # Ok::<(), orders_datasets::ImageError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Psnr {
    squared_error: u64,
    values: u64,
}

impl Psnr {
    /// That of two images; `None` if their shapes differ. Exact. O(pixels).
    pub fn of(a: &Image, b: &Image) -> Option<Self> {
        let pairs = a.pixels().iter().zip(b.pixels());
        (a.shape() == b.shape()).then(|| Self {
            squared_error: pairs.map(|(&a, &b)| u64::from(a.abs_diff(b)).pow(2)).sum(),
            values: a.pixels().len() as u64,
        })
    }

    /// That of several pairs of images together, from their mean squared error.
    pub fn pooled(parts: impl IntoIterator<Item = Self>) -> Self {
        parts.into_iter().fold(Self::default(), |sum, part| Self {
            squared_error: sum.squared_error + part.squared_error,
            values: sum.values + part.values,
        })
    }

    /// That of a sum of squared errors over so many values.
    pub fn from_sums(squared_error: u64, values: u64) -> Self {
        Self {
            squared_error,
            values,
        }
    }

    /// The sum of squared errors, and over how many values.
    pub fn sums(self) -> (u64, u64) {
        (self.squared_error, self.values)
    }

    /// The mean squared error, in squared grey levels; 0 of no pixels.
    pub fn mean_squared_error(self) -> f64 {
        self.squared_error as f64 / self.values.max(1) as f64
    }

    /// The ratio in dB; `None` if there is no error.
    pub fn decibels(self) -> Option<f64> {
        (self.squared_error > 0)
            .then(|| 10.0 * (255.0_f64.powi(2) / self.mean_squared_error()).log10())
    }
}
