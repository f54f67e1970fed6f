//! Loss and gradient of a batch, in parts side by side or by candle.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use candle_core::{Device, Tensor};
use ndarray::s;
use orders_core::Watch;
use rayon::prelude::*;

use super::layout::Layout;
use super::transformer::{Part, Workspace};
use crate::lpd::{Batch, Dropout, Lpd, LpdConfig, LpdError};
use crate::train::draw::Drawn;
use crate::train::error::TrainError;
use crate::train::ranks::Team;
use crate::weights::Weights;

/// A batch is cut into so many parts, whatever the number of threads. Each has a
/// gradient of its own, and they are added up in one order.
pub(in crate::train) const PARTS: usize = 16;

/// Numbers that a thread adds up at once.
const CHUNK: usize = 1 << 14;

/// Where gradients are computed.
pub(in crate::train) enum Gradients {
    /// By hand, in f32 on the CPU.
    Cpu(Parts<Workspace>),
    /// By candle, on any device.
    Device(Box<Lpd>),
}

/// What is asked of them.
pub(in crate::train) struct Asked<'a> {
    pub(in crate::train) config: &'a LpdConfig,
    pub(in crate::train) layout: &'a Layout,
    pub(in crate::train) parameters: &'a [f32],
    pub(in crate::train) drawn: &'a Drawn,
    pub(in crate::train) dropout: Option<Dropout>,
    /// Whoever may end it.
    pub(in crate::train) watch: Watch<'a>,
}

impl Gradients {
    pub(in crate::train) fn new(
        config: &LpdConfig,
        layout: &Layout,
        parameters: &[f32],
        device: &Device,
    ) -> Result<Self, LpdError> {
        if device.is_cpu() {
            return Ok(Self::Cpu(Parts::default()));
        }
        let tensors = tensors(config, layout, parameters, device)?;
        let weights = Weights::checked(&config.tensors(), tensors)?;
        Ok(Self::Device(Box::new(Lpd::trainable(
            config.clone(),
            &weights,
        )?)))
    }

    /// The mean cross-entropy of a batch in nats for each cell; its gradient is
    /// written. Of a rank that does not lead, what it and those above it have of both.
    pub(in crate::train) fn compute(
        &mut self,
        asked: &Asked<'_>,
        gradient: &mut [f32],
        team: &mut Team,
    ) -> Result<f64, TrainError> {
        let loss = match self {
            Self::Cpu(parts) => return by_hand(parts, asked, gradient, team),
            Self::Device(lpd) => by_candle(lpd, asked, gradient),
        };
        loss.map_err(stopped)
    }
}

/// An error of the transformer, of which one is that somebody ended it.
fn stopped(error: LpdError) -> TrainError {
    match error {
        LpdError::Stopped => TrainError::Stopped,
        error => error.into(),
    }
}

fn by_hand(
    parts: &mut Parts<Workspace>,
    asked: &Asked<'_>,
    gradient: &mut [f32],
    team: &mut Team,
) -> Result<f64, TrainError> {
    let drawn = asked.drawn;
    let Drawn { orders, labels, .. } = drawn;
    let of_each = orders
        .first()
        .map_or(0, |order| order.cell_from_rank().len());
    let cells = drawn.batch * of_each;
    let (share, length) = (team.share(drawn.batch), gradient.len());
    let losses = parts.compute(
        drawn.batch,
        share,
        length,
        |part, samples, work, gradient| {
            let samples = samples.start - drawn.first..samples.end - drawn.first;
            let batch = Batch::new(&orders[samples.clone()], &labels[samples.clone()])?;
            let tokens = asked.drawn.tokens.slice(s![samples, ..]);
            batch.check(asked.config)?;
            batch.check_tokens(tokens, asked.config, false)?;
            let part = Part {
                config: asked.config,
                layout: asked.layout,
                parameters: asked.parameters,
                batch: &batch,
                tokens,
                dropout: asked.dropout.map(|dropout| dropout.of_part(part as u64)),
                weight: 1.0 / cells as f32,
                watch: asked.watch,
            };
            let loss = part.add_gradient(work, gradient);
            loss.ok_or(LpdError::Stopped)
        },
    );
    let losses = losses.map_err(stopped)?;
    let add = |at, stretch: &mut [f32]| parts.add_to(at, stretch);
    let losses = team.sum(losses, gradient, add, asked.watch)?;
    Ok(losses.iter().sum::<f64>() / cells as f64)
}

/// The parts that a batch of so many samples is cut into.
pub(in crate::train) fn part_count(samples: usize) -> usize {
    samples.div_ceil(part_size(samples))
}

/// The samples of each part but the last.
fn part_size(samples: usize) -> usize {
    samples.div_ceil(PARTS)
}

/// The samples of some parts of a batch.
pub(in crate::train) fn samples_of(parts: Range<usize>, samples: usize) -> Range<usize> {
    let size = part_size(samples);
    parts.start * size..samples.min(parts.end * size)
}

/// Parts of a batch side by side: the gradient of each, and memory that is used again.
#[derive(Default)]
pub(in crate::train) struct Parts<W> {
    gradients: Vec<Vec<f32>>,
    unused: Mutex<Vec<W>>,
}

impl<W: Default + Send> Parts<W> {
    /// Computes some of the parts that samples are cut into. `compute` gets the number of a
    /// part and its samples, adds to the part's gradient and gives its loss. Gives the losses.
    pub(in crate::train) fn compute<E: Send>(
        &mut self,
        samples: usize,
        of_them: Range<usize>,
        length: usize,
        compute: impl Fn(usize, Range<usize>, &mut W, &mut [f32]) -> Result<f64, E> + Sync,
    ) -> Result<Vec<f64>, E> {
        self.gradients.resize_with(of_them.len(), Vec::new);
        let unused = || self.unused.lock().unwrap_or_else(PoisonError::into_inner);
        let parts = self.gradients.par_iter_mut().enumerate();
        let losses = parts.map(|(part, gradient)| {
            gradient.clear();
            gradient.resize(length, 0.0);
            let mut work = unused().pop().unwrap_or_default();
            let part = of_them.start + part;
            let samples = samples_of(part..part + 1, samples);
            let loss = compute(part, samples, &mut work, gradient)?;
            unused().push(work);
            Ok(loss)
        });
        losses.collect()
    }

    /// Adds the gradients of these parts to a stretch of numbers from a place on, one part
    /// after the other.
    pub(in crate::train) fn add_to(&self, at: usize, sum: &mut [f32]) {
        let chunks = sum.par_chunks_mut(CHUNK).enumerate();
        chunks.for_each(|(chunk, sum)| {
            for part in &self.gradients {
                let part = &part[at + chunk * CHUNK..][..sum.len()];
                for (sum, part) in sum.iter_mut().zip(part) {
                    *sum += part;
                }
            }
        });
    }

    /// Computes all parts. Writes the sum of the gradients and gives that of the losses.
    pub(in crate::train) fn sum<E: Send>(
        &mut self,
        samples: usize,
        gradient: &mut [f32],
        compute: impl Fn(usize, Range<usize>, &mut W, &mut [f32]) -> Result<f64, E> + Sync,
    ) -> Result<f64, E> {
        let all = 0..part_count(samples);
        let losses = self.compute(samples, all, gradient.len(), compute)?;
        gradient.fill(0.0);
        self.add_to(0, gradient);
        Ok(losses.iter().sum())
    }
}

fn by_candle(lpd: &Lpd, asked: &Asked<'_>, gradient: &mut [f32]) -> Result<f64, LpdError> {
    let drawn = asked.drawn;
    let now = tensors(asked.config, asked.layout, asked.parameters, lpd.device())?;
    for (name, tensor) in &now {
        if let Some(variable) = lpd.variables().get(name) {
            variable.set(tensor)?;
        }
    }
    let batch = Batch::new(&drawn.orders, &drawn.labels)?;
    let logits = lpd.training_pass(&batch, drawn.tokens.view(), asked.dropout)?;
    let loss = lpd.cross_entropy(&logits, &batch, drawn.tokens.view())?;
    let gradients = loss.backward()?;
    gradient.fill(0.0);
    for (name, place) in asked.layout.places() {
        let of_variable = lpd
            .variables()
            .get(name)
            .and_then(|variable| gradients.get(variable));
        if let Some(of_variable) = of_variable {
            let values: Vec<f32> = of_variable.flatten_all()?.to_vec1()?;
            gradient[place].copy_from_slice(&values);
        }
    }
    Ok(f64::from(loss.to_scalar::<f32>()?))
}

/// Parameters as tensors.
pub(in crate::train) fn tensors(
    config: &LpdConfig,
    layout: &Layout,
    parameters: &[f32],
    device: &Device,
) -> candle_core::Result<BTreeMap<String, Tensor>> {
    let shapes: BTreeMap<String, Vec<usize>> = config
        .tensors()
        .into_iter()
        .map(|spec| (spec.name, spec.shape))
        .collect();
    layout
        .places()
        .map(|(name, place)| {
            let tensor = Tensor::from_slice(&parameters[place], shapes[name].as_slice(), device)?;
            Ok((name.to_owned(), tensor))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use candle_core::DType;
    use ndarray::Array2;
    use orders_core::{Grid, GroupSizes, OrderRng, OrderingMethod, Problem, methods::Random};

    use super::*;
    use crate::lpd::{ImageSize, LpdParams};
    use crate::train::draw::initial;

    fn config() -> LpdConfig {
        let params = LpdParams {
            image_size: ImageSize::Sides([8, 10]),
            stride: 1,
            embed_dim: 24,
            depth: 3,
            heads: 2,
            mlp_ratio: 3,
            classes: 5,
            vocab: 19,
            norm_eps: 1e-6,
            tensors: (),
        };
        LpdConfig::new(params).unwrap_or_else(|error| panic!("{error}"))
    }

    fn drawn(config: &LpdConfig, sizes: &[u32], samples: u64) -> Drawn {
        let grid: Grid = config.grid();
        let sizes = GroupSizes::new(sizes).unwrap_or_else(|error| panic!("{error}"));
        let problem = Problem::new(grid, sizes).unwrap_or_else(|error| panic!("{error}"));
        let mut rng = OrderRng::new(3, 0);
        let order = |index| Random::default().order(&problem, 1, index);
        Drawn {
            batch: samples as usize,
            first: 0,
            orders: (0..samples)
                .map(|index| order(index).unwrap_or_else(|error| panic!("{error}")))
                .collect(),
            labels: (0..samples)
                .map(|index| (index != 1).then(|| rng.below(5)))
                .collect(),
            tokens: Array2::from_shape_fn((samples as usize, grid.cells()), |_| rng.below(19)),
        }
    }

    /// Weights whose every part matters: none is 0.
    fn parameters(config: &LpdConfig) -> Vec<f32> {
        let mut rng = OrderRng::new(5, 0);
        let mut parameters = initial(config, 2);
        for parameter in &mut parameters {
            *parameter += (rng.below(2001) as f32 - 1000.0) * 1e-4;
        }
        parameters
    }

    /// The gradient by hand in f32 against candle's in f64, with and without
    /// dropout, for group sizes of every kind.
    #[test]
    fn by_hand_is_what_candle_finds() -> Result<(), LpdError> {
        let config = config();
        let layout = Layout::new(&config);
        let parameters = parameters(&config);
        let wide = tensors(&config, &layout, &parameters, &Device::Cpu)?
            .into_iter()
            .map(|(name, tensor)| Ok((name, tensor.to_dtype(DType::F64)?)))
            .collect::<Result<_, LpdError>>()?;
        let weights = Weights::checked(&config.tensors(), wide)?;
        let lpd = Lpd::trainable(config.clone(), &weights)?;
        let one_by_one = [1; 80];
        for sizes in [&[1, 4, 20, 55][..], &[80], &[70, 10], &one_by_one] {
            for dropout in [None, Dropout::new(0.3, 11)] {
                let drawn = drawn(&config, sizes, 3);
                let asked = Asked {
                    config: &config,
                    layout: &layout,
                    parameters: &parameters,
                    drawn: &drawn,
                    dropout,
                    watch: Watch::NONE,
                };
                let batch = Batch::new(&drawn.orders, &drawn.labels)?;
                let mut found = vec![0.0; layout.length()];
                let mut work = Workspace::default();
                // A second time, with what the first one left behind.
                for _ in 0..2 {
                    found.fill(0.0);
                    let part = Part {
                        config: &config,
                        layout: &layout,
                        parameters: &parameters,
                        batch: &batch,
                        tokens: drawn.tokens.view(),
                        dropout,
                        weight: 1.0 / 240.0,
                        watch: Watch::NONE,
                    };
                    let loss = part.add_gradient(&mut work, &mut found);
                    let loss = loss.ok_or(LpdError::Stopped)? / 240.0;
                    let logits = lpd.training_pass(&batch, drawn.tokens.view(), dropout)?;
                    let expected = lpd.cross_entropy(&logits, &batch, drawn.tokens.view())?;
                    let expected = f64::from(expected.to_scalar::<f32>()?);
                    assert!((loss - expected).abs() < 1e-5, "{loss} for {expected}");
                }
                let logits = lpd.training_pass(&batch, drawn.tokens.view(), dropout)?;
                let loss = lpd.cross_entropy(&logits, &batch, drawn.tokens.view())?;
                let gradients = loss.backward()?;
                for (name, place) in layout.places() {
                    // In a single group no token is context.
                    let has_none = name == "token_emb.weight" && sizes.len() == 1;
                    let expected: Vec<f64> = match gradients.get(&lpd.variables()[name]) {
                        Some(expected) => expected.flatten_all()?.to_vec1()?,
                        None => vec![0.0; place.len()],
                    };
                    let largest = expected.iter().fold(0.0, |a: f64, b| a.max(b.abs()));
                    assert_eq!(largest == 0.0, has_none, "{name}");
                    for (found, expected) in found[place].iter().zip(expected) {
                        let error = (f64::from(*found) - expected).abs();
                        assert!(error <= 1e-4 * largest, "{name}: {found} for {expected}");
                    }
                }
                if dropout.is_none() {
                    let mut gradients =
                        Gradients::new(&config, &layout, &parameters, &Device::Cpu)?;
                    let mut whole = vec![0.0; layout.length()];
                    let computed = gradients.compute(&asked, &mut whole, &mut Team::alone());
                    computed.unwrap_or_else(|error| panic!("{error}"));
                    for (whole, found) in whole.iter().zip(&found) {
                        assert!((whole - found).abs() < 1e-5, "{whole} for {found}");
                    }
                    let mut candle = vec![0.0; layout.length()];
                    let narrow = tensors(&config, &layout, &parameters, &Device::Cpu)?;
                    let narrow = Weights::checked(&config.tensors(), narrow)?;
                    let narrow = Lpd::trainable(config.clone(), &narrow)?;
                    by_candle(&narrow, &asked, &mut candle)?;
                    for (candle, found) in candle.iter().zip(&found) {
                        assert!((candle - found).abs() < 1e-5, "{candle} for {found}");
                    }
                }
            }
        }
        Ok(())
    }
}
