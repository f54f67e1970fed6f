//! The network on the CPU, with the product of [`crate::cpu`].
//!
//! A [`Map`] has its channels last. For a 3 x 3 convolution it is copied, while it
//! is normalised and activated, into a [`Padded`] map with a border of zeros. There
//! the three neighbours of a pixel in a row lie side by side, so that a row of the
//! kernel is a product with a slice of the map: no patch is ever copied.
//!
//! Everything is split into pieces of fixed sizes, and every sum has one order of
//! its terms, so that results are the same, bit for bit, with any number of
//! threads.

mod attention;
mod conv;
mod map;
mod norm;
mod product;

use candle_core::Result;

use super::backend::Backend;
use super::layers;
use crate::weights::Weights;
use conv::Conv;
use norm::Norm;

pub(super) use map::Map;
use map::Padded;

/// The CPU.
pub(super) struct Host;

impl Backend for Host {
    type Map = Map;
    type Conv = Conv;
    type Norm = Norm;

    fn conv(&self, layer: &layers::Conv, weights: &Weights) -> Result<Conv> {
        Conv::new(layer, weights)
    }

    fn norm(&self, layer: &layers::Norm, weights: &Weights) -> Result<Norm> {
        Norm::new(layer, weights)
    }

    fn convolve(&self, conv: &Conv, x: &Map) -> Result<Map> {
        Ok(if conv.is_point() {
            conv.point(x, None)
        } else {
            conv.apply(&Padded::copy(x), None)
        })
    }

    fn activate(&self, norm: &Norm, conv: &Conv, x: &Map, add: Option<&Map>) -> Result<Map> {
        Ok(conv.apply(&norm.activated(x), add))
    }

    fn attend(&self, norm: &Norm, qkv: [&Conv; 3], out: &Conv, x: &Map) -> Result<Map> {
        let h = norm.apply(x);
        let [q, k, v] = qkv.map(|conv| conv.point(&h, None));
        Ok(out.point(&attention::mix(q, &k, &v), Some(x)))
    }
}
