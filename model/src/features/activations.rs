//! What networks are made of, on the CPU for one image and on devices for a batch.

use candle_core::{DType, Device, Result, Tensor};

use super::conv::{Activation, Conv, Depthwise, Geometry};
use super::map::Map;
use super::pool;

/// The activations of a layer: those of one image as a [`Map`], or those of several on a
/// device as a tensor of shape (images, channels, height, width).
pub(super) trait Activations: Clone + Sized {
    /// A convolution from all channels to all channels.
    fn convolve(&self, conv: &Conv) -> Result<Self>;
    /// One that takes each channel to itself.
    fn filter(&self, depthwise: &Depthwise) -> Result<Self>;
    /// The mean of the 3 x 3 pixels around each, of those that are there.
    fn average(&self) -> Result<Self>;
    /// The largest of 3 x 3 pixels, of numbers from 0.
    fn largest(&self, stride: usize, padding: usize) -> Result<Self>;
    fn concat(all: Vec<Self>) -> Result<Self>;
    fn plus(self, other: &Self) -> Result<Self>;
}

impl Activations for Map {
    fn convolve(&self, conv: &Conv) -> Result<Self> {
        Ok(conv.apply(self))
    }

    fn filter(&self, depthwise: &Depthwise) -> Result<Self> {
        Ok(depthwise.apply(self))
    }

    fn average(&self) -> Result<Self> {
        Ok(pool::average(self))
    }

    fn largest(&self, stride: usize, padding: usize) -> Result<Self> {
        Ok(pool::max(self, stride, padding))
    }

    fn concat(all: Vec<Self>) -> Result<Self> {
        Ok(Self::concat(all))
    }

    fn plus(mut self, other: &Self) -> Result<Self> {
        for (sum, more) in self.values.iter_mut().zip(&other.values) {
            *sum += more;
        }
        Ok(self)
    }
}

/// Maps of the same shape as a tensor on a device.
pub(super) fn on_device(maps: &[Map], device: &Device) -> Result<Tensor> {
    let Some(first) = maps.first() else {
        candle_core::bail!("there are no images");
    };
    let shape = (maps.len(), first.channels, first.height, first.width);
    let values: Vec<f32> = maps.iter().flat_map(|map| &map.values).copied().collect();
    Tensor::from_vec(values, shape, device)
}

/// The maps of a tensor.
pub(super) fn from_device(tensor: &Tensor) -> Result<Vec<Map>> {
    let (_, channels, height, width) = tensor.dims4()?;
    let values: Vec<f32> = tensor
        .to_device(&Device::Cpu)?
        .to_dtype(DType::F32)?
        .flatten_all()?
        .to_vec1()?;
    let of_image = |values: &[f32]| Map {
        channels,
        height,
        width,
        values: values.to_vec(),
    };
    let size = channels * height * width;
    Ok(values.chunks_exact(size).map(of_image).collect())
}

/// With pixels of zeros around.
fn padded(x: &Tensor, [down, across]: [usize; 2]) -> Result<Tensor> {
    x.pad_with_zeros(2, down, down)?
        .pad_with_zeros(3, across, across)
}

fn activated(x: &Tensor, bias: &Tensor, activation: Activation) -> Result<Tensor> {
    let x = x.broadcast_add(&bias.reshape((1, (), 1, 1))?)?;
    match activation {
        Activation::Linear => Ok(x),
        Activation::Relu => x.relu(),
        Activation::Relu6 => x.clamp(0.0, 6.0),
    }
}

/// Every so-many-th row and column of a padded image, from a place on.
fn every(x: &Tensor, [y, x0]: [usize; 2], stride: usize, [h, w]: [usize; 2]) -> Result<Tensor> {
    let places = |first: usize, count: usize| {
        let places = (0..count).map(|index| (first + index * stride) as u32);
        Tensor::from_iter(places, x.device())
    };
    if stride == 1 {
        return x.narrow(2, y, h)?.narrow(3, x0, w);
    }
    x.index_select(&places(y, h)?, 2)?
        .index_select(&places(x0, w)?, 3)
}

impl Activations for Tensor {
    fn convolve(&self, conv: &Conv) -> Result<Self> {
        let (weight, bias) = conv.tensors(self.device())?;
        let Geometry {
            stride, padding, ..
        } = conv.geometry;
        let convolved = padded(self, padding)?.conv2d(weight, 0, stride, 1, 1)?;
        activated(&convolved, bias, conv.activation)
    }

    fn filter(&self, depthwise: &Depthwise) -> Result<Self> {
        let conv = &depthwise.0;
        let (weight, bias) = conv.tensors(self.device())?;
        let (_, channels, height, width) = self.dims4()?;
        let geometry = conv.geometry;
        let sides = geometry.output(height, width);
        let x = padded(self, geometry.padding)?;
        // One product for each place of the kernel: as many groups as channels would be as
        // many convolutions.
        let mut sum: Option<Tensor> = None;
        for y in 0..geometry.kernel[0] {
            for across in 0..geometry.kernel[1] {
                let of_tap = weight.narrow(2, y, 1)?.narrow(3, across, 1)?;
                let of_tap = of_tap.reshape((1, channels, 1, 1))?;
                let product = every(&x, [y, across], geometry.stride, sides)?;
                let product = product.broadcast_mul(&of_tap)?;
                sum = Some(match sum {
                    None => product,
                    Some(sum) => (sum + product)?,
                });
            }
        }
        match sum {
            Some(sum) => activated(&sum, bias, conv.activation),
            None => candle_core::bail!("a kernel without places"),
        }
    }

    fn average(&self) -> Result<Self> {
        let (_, _, height, width) = self.dims4()?;
        let sums = |x: &Tensor| padded(x, [1, 1])?.avg_pool2d_with_stride(3, 1);
        let ones = Tensor::ones((1, 1, height, width), self.dtype(), self.device())?;
        sums(self)?.broadcast_div(&sums(&ones)?)
    }

    fn largest(&self, stride: usize, padding: usize) -> Result<Self> {
        // No number is below that of the padding.
        padded(self, [padding; 2])?.max_pool2d_with_stride(3, stride)
    }

    fn concat(all: Vec<Self>) -> Result<Self> {
        Self::cat(&all, 1)
    }

    fn plus(self, other: &Self) -> Result<Self> {
        self + other
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::conv::Folded;
    use crate::weights::formula_values;

    fn map(channels: usize, height: usize, width: usize) -> Map {
        let mut map = Map::zeros(channels, height, width);
        let values = formula_values("map", map.values.len(), 0.0, 1.0);
        map.values = values.iter().map(|value| value.abs()).collect();
        map
    }

    fn assert_same(found: &Tensor, expected: &[Map]) {
        let found = from_device(found).unwrap();
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            let sides = |map: &Map| [map.channels, map.height, map.width];
            assert_eq!(sides(found), sides(expected));
            for (a, b) in found.values.iter().zip(&expected.values) {
                assert!((a - b).abs() < 1e-5, "{a} {b}");
            }
        }
    }

    #[test]
    fn both_ways_give_the_same() {
        let maps = [map(4, 9, 12), map(4, 9, 12)];
        let tensor = on_device(&maps, &Device::Cpu).unwrap();
        let each = |apply: &dyn Fn(&Map) -> Map| maps.each_ref().map(apply);
        for (kernel, stride, padding) in [
            ([3, 3], 2, [0, 0]),
            ([3, 3], 1, [1, 1]),
            ([1, 7], 1, [0, 3]),
            ([7, 1], 1, [3, 0]),
            ([1, 1], 1, [0, 0]),
        ] {
            let taps = kernel[0] * kernel[1];
            let conv = |inputs: usize, outputs: usize, activation| Conv {
                geometry: Geometry {
                    kernel,
                    stride,
                    padding,
                },
                folded: Folded {
                    weight: formula_values("weight", outputs * inputs * taps, 0.0, 1.0),
                    bias: formula_values("bias", outputs, 0.0, 1.0),
                },
                activation,
                on_device: Default::default(),
            };
            let full = conv(4, 5, Activation::Relu);
            assert_same(
                &tensor.convolve(&full).unwrap(),
                &each(&|map| full.apply(map)),
            );
            let own = Depthwise(conv(1, 4, Activation::Relu6));
            assert_same(&tensor.filter(&own).unwrap(), &each(&|map| own.apply(map)));
        }
        assert_same(&tensor.average().unwrap(), &each(&pool::average));
        for (stride, padding) in [(2, 0), (1, 1)] {
            let largest = tensor.largest(stride, padding).unwrap();
            assert_same(&largest, &each(&|map| pool::max(map, stride, padding)));
        }
    }
}
