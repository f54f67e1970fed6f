//! The published results of LPD, as rows to hold an evaluation against.

use serde::Serialize;

/// A row of the table of results on class-conditional ImageNet, with the
/// settings that gave it (LPD, arXiv 2507.01957, table of main results, and the
/// released evaluation scripts).
///
/// All have tau 1, linear guidance, temperature 1 and no top-k or top-p; 50,000
/// images, 50 of each class.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PublishedResult {
    /// The name of the row, for example `lpd-l-256-20`.
    pub name: &'static str,
    /// The size of the model, as [`LpdConfig::named`] takes it.
    ///
    /// [`LpdConfig::named`]: crate::lpd::LpdConfig::named
    pub model: &'static str,
    /// Side of the images, in pixels.
    pub image_size: u32,
    /// Steps, with the published group sizes.
    pub steps: usize,
    /// Repulsion threshold rho of the orders, in cells.
    pub repulsion: f64,
    /// Guidance scale at the last token.
    pub guidance: f64,
    /// Frechet Inception distance to the ImageNet statistics.
    pub fid: f64,
    /// Inception Score.
    pub inception_score: f64,
    /// Seconds for one image: batch 1, bf16, one A100.
    pub latency_seconds: f64,
    /// Images a second: batch 64, bf16, one A100.
    pub images_per_second: f64,
}

/// The seven published rows.
pub const PUBLISHED_RESULTS: [PublishedResult; 7] = [
    row(
        ("lpd-l-256-20", "lpd_l", 256, 20, 2.0, 4.8),
        [2.40, 284.5, 0.28, 139.11],
    ),
    row(
        ("lpd-xl-256-20", "lpd_xl", 256, 20, 2.0, 4.9),
        [2.10, 326.7, 0.41, 75.20],
    ),
    row(
        ("lpd-xxl-256-20", "lpd_xxl", 256, 20, 3.0, 5.9),
        [2.00, 337.6, 0.55, 45.07],
    ),
    row(
        ("lpd-l-256-32", "lpd_l", 256, 32, 2.0, 5.4),
        [2.29, 282.7, 0.46, 110.34],
    ),
    row(
        ("lpd-xl-256-32", "lpd_xl", 256, 32, 2.0, 5.0),
        [1.92, 319.4, 0.66, 61.24],
    ),
    row(
        ("lpd-l-512-48", "lpd_l", 512, 48, 4.0, 7.3),
        [2.54, 292.2, 0.69, 35.16],
    ),
    row(
        ("lpd-xl-512-48", "lpd_xl", 512, 48, 4.0, 6.0),
        [2.10, 326.0, 1.01, 18.18],
    ),
];

/// The published row of a name.
///
/// ```
/// use orders_model::published::published_result;
///
/// assert_eq!(published_result("lpd-xl-256-32").map(|row| row.fid), Some(1.92));
/// assert_eq!(published_result("lpd-xxl-512-48"), None);
/// ```
pub fn published_result(name: &str) -> Option<&'static PublishedResult> {
    PUBLISHED_RESULTS.iter().find(|row| row.name == name)
}

/// Name, model, image size, steps, repulsion and guidance.
type Settings = (&'static str, &'static str, u32, usize, f64, f64);

const fn row(
    (name, model, image_size, steps, repulsion, guidance): Settings,
    [fid, inception_score, latency_seconds, images_per_second]: [f64; 4],
) -> PublishedResult {
    PublishedResult {
        name,
        model,
        image_size,
        steps,
        repulsion,
        guidance,
        fid,
        inception_score,
        latency_seconds,
        images_per_second,
    }
}
