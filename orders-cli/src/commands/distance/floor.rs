//! Two sets of real images, to be compared with each other.

use ndarray::Axis;
use orders_core::OrderRng;
use orders_model::metrics::{Features, MetricsError};

/// Two random sets without a common image, of half the images each, but not more
/// than `most`.
pub(super) fn halves(
    features: &Features,
    most: usize,
    seed: u64,
) -> Result<[Features; 2], MetricsError> {
    let mut images: Vec<usize> = (0..features.count()).collect();
    OrderRng::new(seed, 0).shuffle(&mut images);
    let size = (images.len() / 2).min(most);
    let set = |images: &[usize]| Features::new(features.view().select(Axis(0), images));
    Ok([set(&images[..size])?, set(&images[size..2 * size])?])
}
