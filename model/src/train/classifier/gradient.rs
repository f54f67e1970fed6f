//! Loss and gradient of a batch of the classifier.

use std::collections::BTreeMap;

use candle_core::{Device, Tensor};
use orders_core::Watch;

use super::data::LabelledImages;
use crate::features::{CHANNELS, Classifier, KERNEL};
use crate::train::error::TrainError;
use crate::train::gradient::{ClassifierLayout, ClassifierPart, ClassifierWorkspace, Parts};

/// What a part of a batch is computed in.
#[derive(Default)]
pub(super) struct Scratch {
    images: Vec<f32>,
    labels: Vec<u32>,
    work: ClassifierWorkspace,
}

/// The mean cross-entropy of samples in nats; its gradient is written. Samples are images
/// by number, and whether they are mirrored.
pub(super) fn compute(
    parts: &mut Parts<Scratch>,
    layout: &ClassifierLayout,
    parameters: &[f32],
    (data, samples): (&LabelledImages, &[(usize, bool)]),
    gradient: &mut [f32],
    watch: Watch<'_>,
) -> Result<f64, TrainError> {
    let count = samples.len();
    let sum = parts.sum(count, gradient, |_, of_part, scratch, gradient| {
        let Scratch {
            images,
            labels,
            work,
        } = scratch;
        images.clear();
        labels.clear();
        if watch.ask().is_break() {
            return Err(TrainError::Stopped);
        }
        for &(index, is_flipped) in &samples[of_part] {
            let grey = data.image(index, is_flipped)?.to_grey();
            images.extend(grey.pixels().iter().map(|&level| f32::from(level) / 255.0));
            labels.push(data.label(index));
        }
        let part = ClassifierPart {
            layout,
            parameters,
            images,
            labels,
            weight: 1.0 / count as f32,
        };
        Ok::<f64, TrainError>(part.add_gradient(work, gradient))
    })?;
    Ok(sum / count as f64)
}

/// Parameters as the tensors of a [`Classifier`].
pub(super) fn tensors(
    layout: &ClassifierLayout,
    parameters: &[f32],
    sides: [u32; 2],
    classes: usize,
) -> candle_core::Result<BTreeMap<String, Tensor>> {
    let tensor = |place: std::ops::Range<usize>, shape: &[usize]| {
        Tensor::from_slice(&parameters[place], shape, &Device::Cpu)
    };
    let (name, image_size) = Classifier::image_size(sides)?;
    let mut tensors = BTreeMap::from([(name, image_size)]);
    for ([weight, bias], layer) in layout.places().zip(0..) {
        let bias = tensor(bias.clone(), &[bias.len()])?;
        let (name, weight) = match CHANNELS.get(layer + 1) {
            Some(&outputs) => {
                let weight = tensor(weight, &[outputs, KERNEL, KERNEL, CHANNELS[layer]])?;
                let weight = weight.permute((0, 3, 1, 2))?.contiguous()?;
                (format!("convolutions.{layer}"), weight)
            }
            None => {
                let weight = tensor(weight, &[classes, Classifier::FEATURES])?;
                ("head".to_owned(), weight)
            }
        };
        tensors.insert(format!("{name}.weight"), weight);
        tensors.insert(format!("{name}.bias"), bias);
    }
    Ok(tensors)
}

#[cfg(test)]
mod tests {
    use candle_core::{D, DType, Var};
    use orders_core::OrderRng;

    use super::*;

    /// A convolution as the sum over its taps: the gradient of candle's own does not
    /// fit images whose sides differ.
    fn convolved(x: &Tensor, weight: &Tensor) -> candle_core::Result<Tensor> {
        let (samples, _, height, width) = x.dims4()?;
        let outputs = [height.div_ceil(2), width.div_ceil(2)];
        let around = x.pad_with_zeros(2, 1, 1)?.pad_with_zeros(3, 1, 1)?;
        let places = |count: usize, tap: usize| {
            let places = (0..count).map(|output| (2 * output + tap) as u32);
            Tensor::from_iter(places, &Device::Cpu)
        };
        let mut sum = None;
        for row in 0..KERNEL {
            let rows = around.index_select(&places(outputs[0], row)?, 2)?;
            for column in 0..KERNEL {
                let taken = rows.index_select(&places(outputs[1], column)?, 3)?;
                let tap = weight.narrow(2, row, 1)?.narrow(3, column, 1)?;
                let product = tap
                    .flatten_from(1)?
                    .broadcast_matmul(&taken.flatten_from(2)?)?;
                sum = Some(match sum {
                    None => product,
                    Some(sum) => (sum + product)?,
                });
            }
        }
        let sum: Tensor = sum.ok_or_else(|| candle_core::Error::msg("no taps"))?;
        sum.reshape((samples, (), outputs[0], outputs[1]))
    }

    /// The network on candle's tape.
    fn loss_by_candle(
        variables: &BTreeMap<String, Var>,
        images: &Tensor,
        labels: &[u32],
    ) -> candle_core::Result<Tensor> {
        let mut x = images.clone();
        for layer in 0..3 {
            let part = |part: &str| variables[&format!("convolutions.{layer}.{part}")].as_tensor();
            let bias = part("bias").reshape((1, (), 1, 1))?;
            x = convolved(&x, part("weight"))?;
            x = x.broadcast_add(&bias)?.relu()?;
        }
        let features = x.mean((2, 3))?;
        let head = |part: &str| variables[&format!("head.{part}")].as_tensor();
        let logits = features.matmul(&head("weight").t()?)?;
        let logits = logits.broadcast_add(head("bias"))?;
        let all = logits.exp()?.sum(D::Minus1)?.log()?;
        let labels = Tensor::new(labels, &Device::Cpu)?.unsqueeze(1)?;
        let of_labels = logits.gather(&labels, 1)?.squeeze(1)?;
        (all - of_labels)?.mean_all()
    }

    /// The gradient of every parameter by hand in f32 against candle's in f64, for
    /// images of even and odd sides.
    #[test]
    fn by_hand_is_what_candle_finds() -> candle_core::Result<()> {
        const CLASSES: usize = 5;
        let mut rng = OrderRng::new(1, 0);
        let mut number = || rng.below(2001) as f32 * 1e-3 - 1.0;
        for [height, width] in [[8, 8], [9, 7], [1, 2]] {
            let layout = ClassifierLayout::new([height, width], CLASSES);
            let parameters: Vec<f32> = (0..layout.length()).map(|_| 0.2 * number()).collect();
            let labels = [3, 0, 4];
            let count = labels.len() * height * width;
            let images: Vec<f32> = (0..count).map(|_| number().abs()).collect();
            let mut found = vec![0.0; layout.length()];
            let mut work = ClassifierWorkspace::default();
            let mut loss = 0.0;
            // A second time, with what the first one left behind.
            for _ in 0..2 {
                found.fill(0.0);
                let part = ClassifierPart {
                    layout: &layout,
                    parameters: &parameters,
                    images: &images,
                    labels: &labels,
                    weight: 1.0 / labels.len() as f32,
                };
                loss = part.add_gradient(&mut work, &mut found) / labels.len() as f64;
            }
            let sides = [height as u32, width as u32];
            let variables = tensors(&layout, &parameters, sides, CLASSES)?
                .into_iter()
                .filter(|(name, _)| name != "image_size")
                .map(|(name, tensor)| Ok((name, Var::from_tensor(&tensor.to_dtype(DType::F64)?)?)))
                .collect::<candle_core::Result<BTreeMap<String, Var>>>()?;
            let images = Tensor::from_vec(images, (3, 1, height, width), &Device::Cpu)?;
            let expected = loss_by_candle(&variables, &images.to_dtype(DType::F64)?, &labels)?;
            let gradients = expected.backward()?;
            let expected = expected.to_scalar::<f64>()?;
            assert!((loss - expected).abs() < 1e-5, "{loss} for {expected}");

            let found = tensors(&layout, &found, sides, CLASSES)?;
            for (name, variable) in &variables {
                let read = |tensor: &Tensor| -> candle_core::Result<Vec<f64>> {
                    tensor.to_dtype(DType::F64)?.flatten_all()?.to_vec1()
                };
                let expected = gradients.get(variable).map(read).transpose()?;
                let expected = expected.unwrap_or_default();
                let found = read(&found[name])?;
                assert_eq!(found.len(), expected.len(), "{name}");
                let largest = expected.iter().fold(0.0, |a: f64, b| a.max(b.abs()));
                assert!(largest > 0.0, "{name}");
                for (found, expected) in found.iter().zip(&expected) {
                    let error = (found - expected).abs();
                    assert!(error <= 1e-4 * largest, "{name}: {found} for {expected}");
                }
            }
        }
        Ok(())
    }
}
