//! What is drawn by the seed: the weights before training, and what each update
//! trains on.

use std::ops::Range;

use ndarray::{Array2, ArrayView1};
use orders_core::{Order, OrderGenerator, OrderRng, Problem};
use orders_datasets::TokenRows;

use super::error::{DataError, TrainError};
use super::recipe::{Prepared, Recipe};
use crate::lpd::LpdConfig;
use crate::weights::splitmix64;

/// Streams of the seed, one for each kind of draw.
#[derive(Clone, Copy)]
pub(super) enum Stream {
    Shuffle = 1,
    Step,
    Order,
    Dropout,
    Initial,
}

/// A seed for one kind of draw.
pub(super) fn seed_of(seed: u64, stream: Stream) -> u64 {
    splitmix64(seed, stream as u64)
}

/// Samples of an update, all with the same group sizes: a stretch of its batch.
pub(super) struct Drawn {
    /// Samples of the whole batch.
    pub(super) batch: usize,
    /// The first of the stretch.
    pub(super) first: usize,
    pub(super) orders: Vec<Order>,
    pub(super) labels: Vec<Option<u32>>,
    /// Shape (samples, cells), in raster positions.
    pub(super) tokens: Array2<u32>,
}

/// Draws samples by the number of the update.
pub(super) struct Draw {
    seed: u64,
    batch: usize,
    label_drop: f32,
    flips: bool,
    data: TokenRows,
    /// The tokens of a sample.
    tokens: Vec<u32>,
    problems: Vec<Problem>,
    methods: Vec<Box<dyn orders_core::OrderingMethod>>,
    /// Shares of the methods, added up.
    shares: Vec<f64>,
    /// For each problem and method, once it was drawn.
    generators: Vec<Option<Box<dyn OrderGenerator>>>,
    shuffled: Shuffled,
}

/// Images in random order: every epoch has all of them.
pub(super) struct Shuffled {
    seed: u64,
    /// The epoch whose permutation is at hand.
    epoch: Option<u64>,
    permutation: Vec<u32>,
}

impl Shuffled {
    pub(super) fn new(seed: u64, images: usize) -> Self {
        Self {
            seed: seed_of(seed, Stream::Shuffle),
            epoch: None,
            permutation: vec![0; images],
        }
    }

    /// The image of sample `number`.
    pub(super) fn image(&mut self, number: u64) -> usize {
        let count = self.permutation.len() as u64;
        let (epoch, place) = (number / count, number % count);
        if self.epoch != Some(epoch) {
            self.permutation = (0..count as u32).collect();
            OrderRng::new(self.seed, epoch).shuffle(&mut self.permutation);
            self.epoch = Some(epoch);
        }
        self.permutation[place as usize] as usize
    }
}

/// Whether tokens are those of a model.
fn checked(data: &TokenRows, config: &LpdConfig) -> Result<(), DataError> {
    if data.is_empty() {
        return Err(DataError::Empty);
    }
    let (tokens, model) = (data.grid(), config.grid());
    if tokens != model {
        return Err(DataError::Grid { tokens, model });
    }
    let (codes, vocab) = (data.codebook_size() as usize, config.vocab());
    if codes != vocab {
        return Err(DataError::Vocabulary { codes, vocab });
    }
    let (classes, model) = (data.classes() as usize, config.classes());
    if classes > model {
        return Err(DataError::Classes { classes, model });
    }
    Ok(())
}

impl Draw {
    /// # Errors
    ///
    /// [`TrainError::Data`] if the tokens are not those of the model.
    pub(super) fn new(
        recipe: &Recipe,
        prepared: Prepared,
        data: TokenRows,
    ) -> Result<Self, TrainError> {
        let config = &prepared.config;
        checked(&data, config)?;
        let total: f64 = recipe.orders.iter().map(|part| part.weight).sum();
        let mut sum = 0.0;
        let shares = recipe
            .orders
            .iter()
            .map(|part| {
                sum += part.weight / total;
                sum
            })
            .collect();
        let generators = prepared.problems.len() * prepared.methods.len();
        Ok(Self {
            seed: recipe.seed,
            batch: recipe.batch,
            label_drop: recipe.label_drop,
            flips: recipe.flip && data.has_flipped(),
            shuffled: Shuffled::new(recipe.seed, data.len()),
            data,
            tokens: Vec::new(),
            problems: prepared.problems,
            methods: prepared.methods,
            shares,
            generators: std::iter::repeat_with(|| None).take(generators).collect(),
        })
    }

    /// Number of images.
    pub(super) fn images(&self) -> usize {
        self.data.len()
    }

    /// Some of the samples of update `step`, from 0: they are the same ones whatever else
    /// is drawn.
    pub(super) fn step(&mut self, step: u64, samples: Range<usize>) -> Result<Drawn, TrainError> {
        let mut rng = OrderRng::new(seed_of(self.seed, Stream::Step), step);
        let problem = rng.below(self.problems.len() as u32) as usize;
        let mut drawn = Drawn {
            batch: self.batch,
            first: samples.start,
            orders: Vec::with_capacity(samples.len()),
            labels: Vec::with_capacity(samples.len()),
            tokens: Array2::zeros((samples.len(), self.data.grid().cells())),
        };
        for sample in 0..samples.end {
            let drops_label = rng.uniform() < f64::from(self.label_drop);
            let is_flipped = rng.next_u64() >> 63 == 1;
            let drawn_share = rng.uniform();
            let Some(row) = sample.checked_sub(samples.start) else {
                continue;
            };
            let number = step * self.batch as u64 + sample as u64;
            let image = self.shuffled.image(number);
            let label = self.data.labels().map(|labels| labels[image]);
            drawn.labels.push(label.filter(|_| !drops_label));
            let is_flipped = self.flips && is_flipped;
            self.data.image(image, is_flipped, &mut self.tokens)?;
            let tokens = ArrayView1::from(&self.tokens);
            drawn.tokens.row_mut(row).assign(&tokens);
            let method = self.shares.iter().position(|&share| drawn_share < share);
            let method = method.unwrap_or(self.methods.len() - 1);
            drawn.orders.push(self.order(problem, method, number)?);
        }
        Ok(drawn)
    }

    fn order(&mut self, problem: usize, method: usize, number: u64) -> Result<Order, TrainError> {
        let (of_problem, of_method) = (&self.problems[problem], &self.methods[method]);
        let slot = &mut self.generators[problem * self.methods.len() + method];
        let generator = match slot {
            Some(generator) => generator,
            None => slot.insert(of_method.generator(of_problem)?),
        };
        let mut cells = Vec::with_capacity(of_problem.cells());
        let mut rng = OrderRng::new(seed_of(self.seed, Stream::Order), number);
        generator.generate(&mut rng, &mut cells);
        Order::new(of_problem.clone(), cells).map_err(|source| {
            TrainError::Method(orders_core::MethodError::Broken {
                method: of_method.name().into(),
                index: number,
                source,
            })
        })
    }
}

/// Standard deviation of embeddings.
const EMBEDDING: f64 = 0.02;

/// Weights before training, in the order of [`LpdConfig::tensors`]: matrices of
/// linear layers uniform within sqrt(6 / (inputs + outputs)) of 0 (Glorot and
/// Bengio 2010, equation 16), embeddings normal with standard deviation 0.02,
/// biases 0, weights of norms 1. Each tensor has a random stream of its own.
pub(super) fn initial(config: &LpdConfig, seed: u64) -> Vec<f32> {
    let seed = seed_of(seed, Stream::Initial);
    let mut all = Vec::new();
    for (tensor, index) in config.tensors().iter().zip(0..) {
        let mut rng = OrderRng::new(seed, index);
        let count: usize = tensor.shape.iter().product();
        let name = tensor.name.as_str();
        if name.ends_with(".bias") {
            all.extend(std::iter::repeat_n(0.0, count));
        } else if tensor.shape.len() == 1 {
            all.extend(std::iter::repeat_n(1.0, count));
        } else if name.contains(".attn.") || name.contains(".mlp.") {
            let bound = (6.0 / tensor.shape.iter().sum::<usize>() as f64).sqrt();
            all.extend((0..count).map(|_| ((2.0 * open_unit(&mut rng) - 1.0) * bound) as f32));
        } else {
            all.extend((0..count).map(|_| (normal(&mut rng) * EMBEDDING) as f32));
        }
    }
    all
}

/// Uniform between 0 and 1, neither of them.
pub(super) fn open_unit(rng: &mut OrderRng) -> f64 {
    rng.uniform() + 0.5 / 9_007_199_254_740_992.0
}

/// Standard normal, by Box and Muller.
fn normal(rng: &mut OrderRng) -> f64 {
    let (u, v) = (open_unit(rng), open_unit(rng));
    libm::sqrt(-2.0 * libm::log(u)) * libm::cos(2.0 * std::f64::consts::PI * v)
}

#[cfg(test)]
mod tests {
    use orders_core::{Catalogue, Grid};
    use orders_datasets::{TokenParts, TokenSet};

    use super::*;

    const RECIPE: &str = r#"
epochs = 1
batch = 50
label_drop = 0.2
group_sizes = [4, 7]

[model]
image_size = 4
stride = 1
embed_dim = 8
depth = 1
heads = 1
mlp_ratio = 1
classes = 4
vocab = 8
norm_eps = 1e-6

[learning_rate]
peak = 0.01

[[orders]]
method = "raster"

[[orders]]
method = "hilbert"
weight = 3
"#;

    /// Four images, each of one token and of one class: their number. Mirrored, that of image
    /// i is 4 + i.
    fn data(with_flipped: bool) -> TokenRows {
        let tokens = |first: u32| (first..first + 4).flat_map(|token| [token; 16]).collect();
        let parts = TokenParts {
            grid: Grid::new(4, 4).unwrap_or_else(|error| panic!("{error}")),
            codebook_size: 8,
            tokens: tokens(0),
            flipped: with_flipped.then(|| tokens(4)),
            labels: Some(vec![0, 1, 2, 3]),
            classes: 4,
            source_index: None,
            tokenizer: None,
            provenance: Default::default(),
        };
        let set = TokenSet::new(parts).unwrap_or_else(|error| panic!("{error}"));
        TokenRows::from(set)
    }

    /// How many of 1,000 samples are flipped, without label, along raster order, of the first
    /// image, and (of 20 batches) in four steps.
    fn counts(recipe: &Recipe, with_flipped: bool) -> [usize; 5] {
        let catalogue = Catalogue::standard();
        let prepared = recipe.checked(&catalogue);
        let prepared = prepared.unwrap_or_else(|error| panic!("{error}"));
        let draw = Draw::new(recipe, prepared, data(with_flipped));
        let mut draw = draw.unwrap_or_else(|error| panic!("{error}"));
        let (mut counts, mut images) = ([0; 5], Vec::new());
        for step in 0..20 {
            let drawn = draw
                .step(step, 0..recipe.batch)
                .unwrap_or_else(|error| panic!("{error}"));
            let steps = drawn.orders[0].group_sizes().steps();
            counts[4] += usize::from(steps == 4);
            for (sample, order) in drawn.orders.iter().enumerate() {
                assert_eq!(order.group_sizes().steps(), steps);
                let tokens = drawn.tokens.row(sample);
                let (flipped, image) = (tokens[0] >= 4, tokens[0] % 4);
                images.push(image);
                assert!(tokens.iter().all(|&token| token == tokens[0]));
                let label = drawn.labels[sample];
                assert!(
                    label.is_none_or(|label| label == image),
                    "{label:?} {image}"
                );
                let is_raster = order.cell_from_rank().is_sorted();
                let found = [flipped, label.is_none(), is_raster, image == 0];
                for (count, found) in counts.iter_mut().zip(found) {
                    *count += usize::from(found);
                }
            }
        }
        // Every epoch has all images, in an order of its own.
        let mut epochs: Vec<Vec<u32>> = images.chunks(4).map(<[u32]>::to_vec).collect();
        epochs.sort();
        epochs.dedup();
        assert_eq!(epochs.len(), 24);
        for epoch in &mut epochs {
            epoch.sort();
            assert_eq!(*epoch, [0, 1, 2, 3]);
        }
        counts
    }

    #[track_caller]
    fn is_share(count: usize, of: usize, share: f64) {
        // Five standard deviations.
        let room = 5.0 * (of as f64 * share * (1.0 - share)).sqrt();
        let expected = of as f64 * share;
        assert!(
            (count as f64 - expected).abs() <= room,
            "{count} for {expected}"
        );
    }

    #[test]
    fn samples_are_drawn_as_the_recipe_says() {
        let recipe = Recipe::from_toml(RECIPE, &Catalogue::standard());
        let mut recipe = recipe.unwrap_or_else(|error| panic!("{error}"));
        let [flipped, unlabelled, raster, first, four_steps] = counts(&recipe, true);
        is_share(flipped, 1000, 0.5);
        is_share(unlabelled, 1000, 0.2);
        is_share(raster, 1000, 0.25);
        is_share(four_steps, 20, 0.5);
        assert_eq!(first, 250);

        // What is left out changes nothing else.
        assert_eq!(
            counts(&recipe, false),
            [0, unlabelled, raster, first, four_steps]
        );
        recipe.flip = false;
        assert_eq!(
            counts(&recipe, true),
            [0, unlabelled, raster, first, four_steps]
        );
        recipe.label_drop = 0.0;
        assert_eq!(counts(&recipe, true), [0, 0, raster, first, four_steps]);
        recipe.orders.swap(0, 1);
        recipe.orders[0].weight = 1e-9;
        assert_eq!(counts(&recipe, true), [0, 0, 1000, first, four_steps]);
    }
}
