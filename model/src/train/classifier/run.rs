//! A training run of the small classifier.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::{Mutex, PoisonError};

use candle_core::Tensor;
use orders_core::{MemoryLimit, OrderRng, Watch, estimated_bytes};
use orders_datasets::{PatchCodebook, TokenSet};
use rayon::prelude::*;
use serde::Serialize;

use super::data::LabelledImages;
use super::gradient::{Scratch, compute, tensors};
use crate::features::{Classifier, FeaturesError};
use crate::train::adamw::AdamW;
use crate::train::checkpoint::{self, State};
use crate::train::draw::{Shuffled, Stream, open_unit, seed_of};
use crate::train::error::{RecipeError, TrainError};
use crate::train::gradient::{ClassifierLayout, PARTS, Parts};
use crate::train::run::{StepReport, last_step};
use crate::train::schedule::{Decay, LearningRate};

/// What AdamW does besides the learning rate.
const ADAMW: AdamW = AdamW {
    betas: [0.9, 0.99],
    weight_decay: 0.05,
};

/// The share of a run in which the learning rate rises.
const WARMUP: f64 = 0.05;

/// What the file of a classifier says it is.
const FORMAT: &str = "orders classifier";
/// Images that are classified between two words of progress.
const LOOK: usize = 128;
/// What the passes leave of each pixel of an image, in bytes: its patches and what the
/// three convolutions make of them, with the gradients of the widest.
const BYTES_OF_PIXEL: f64 = 4.0 * 70.0;

/// How a classifier is trained.
///
/// Cross-entropy, AdamW (betas 0.9 and 0.99, decay of weights 0.05), a learning rate
/// that rises for a twentieth of the run and falls in half a cosine; half of the
/// samples are mirror images, if the tokens have those.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ClassifierRecipe {
    /// Seed of everything that is drawn.
    pub seed: u64,
    /// Passes over the images, above 0, up to a million; need not be whole.
    pub epochs: f64,
    /// Images of an update, from 1 to 4096.
    pub batch: usize,
    /// The largest learning rate, above 0.
    pub learning_rate: f64,
}

impl Default for ClassifierRecipe {
    fn default() -> Self {
        Self {
            seed: 0,
            epochs: 8.0,
            batch: 64,
            learning_rate: 5e-3,
        }
    }
}

impl ClassifierRecipe {
    pub(super) fn check(&self) -> Result<(), RecipeError> {
        const EPOCHS: &str = "a number above 0, up to 1000000";
        const BATCH: &str = "a whole number from 1 to 4096";
        let (epochs, batch, rate) = (self.epochs, self.batch, self.learning_rate);
        let are_epochs = epochs > 0.0 && epochs <= 1e6;
        RecipeError::check("epochs", epochs, are_epochs, EPOCHS)?;
        let is_batch = (1..=4096).contains(&batch);
        RecipeError::check("batch", batch as f64, is_batch, BATCH)?;
        let is_rate = rate > 0.0 && rate.is_finite();
        RecipeError::check("learning_rate", rate, is_rate, "a number above 0")
    }
}

/// How far a training came.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ClassifierProgress {
    /// So many updates, and the loss: an average in which the last updates count most,
    /// nats for each image.
    Updates(u64, Option<f64>),
    /// So many held-out images were looked at.
    HeldOut(usize),
}

/// A classifier that was trained.
#[non_exhaustive]
pub struct TrainedClassifier {
    /// Its tensors.
    pub tensors: BTreeMap<String, Tensor>,
    /// How it was made, for its file.
    pub metadata: BTreeMap<String, String>,
    /// Updates that were made.
    pub updates: u64,
    /// The loss at the end, as [`ClassifierProgress`] has it.
    pub loss: f64,
    /// The share of the held-out images that it assigns to their class.
    pub accuracy: f64,
}

/// Training of a [`Classifier`] on the images that tokens stand for: what generated
/// images are compared with has gone through the same decoder as they have.
///
/// On the CPU. What an update trains on depends on the seed and the number of the
/// update alone, and gradients are summed in one order, so weights do not depend on
/// the number of threads. Memory is four numbers for each parameter, 16 gradients, and
/// about 70 numbers for each pixel of the images that threads are at, which
/// [`check_memory`](Self::check_memory) holds against a limit.
///
/// ```
/// use orders_core::Grid;
/// use orders_datasets::{PatchCodebook, PatchShape, Provenance, TokenParts, TokenSet};
/// use orders_model::features::Classifier;
/// use orders_model::train::{ClassifierRecipe, ClassifierTraining};
/// use std::ops::ControlFlow;
///
/// // Black and white images of a single patch.
/// let codebook = PatchCodebook::new(PatchShape::new(2, 1)?, vec![0., 0., 0., 0., 255., 255., 255., 255.], Provenance::new())?;
/// let images = TokenSet::new(TokenParts {
///     grid: Grid::new(1, 1)?,
///     codebook_size: 2,
///     tokens: vec![0, 1],
///     flipped: None,
///     labels: Some(vec![0, 1]),
///     classes: 2,
///     source_index: None,
///     tokenizer: None,
///     provenance: Provenance::new(),
/// })?;
/// let recipe = ClassifierRecipe { epochs: 20.0, batch: 2, ..ClassifierRecipe::default() };
/// let mut training = ClassifierTraining::new(recipe, images.clone(), codebook)?;
/// while !training.is_done() {
///     training.step()?;
/// }
/// assert_eq!(training.accuracy(&images, |_| ControlFlow::Continue(()))?, 1.0);
/// let classifier = Classifier::new(training.tensors()?)?;
/// assert_eq!(classifier.sides(), [2, 2]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct ClassifierTraining {
    recipe: ClassifierRecipe,
    data: LabelledImages,
    data_digest: String,
    layout: ClassifierLayout,
    decays: Vec<bool>,
    shuffled: Shuffled,
    parts: Parts<Scratch>,
    gradient: Vec<f32>,
    state: State,
}

impl ClassifierTraining {
    /// A run from its beginning, on the images that a codebook makes of tokens.
    ///
    /// # Errors
    ///
    /// [`TrainError::Recipe`]; [`TrainError::Data`] if there are no images, no labels or
    /// over 4096 classes, or if the tokens are not of that codebook.
    pub fn new(
        recipe: ClassifierRecipe,
        tokens: TokenSet,
        codebook: PatchCodebook,
    ) -> Result<Self, TrainError> {
        recipe.check()?;
        let data_digest = checkpoint::digest_of_set(&tokens);
        let data = LabelledImages::new(tokens, codebook)?;
        let layout = ClassifierLayout::new(data.sides().map(|side| side as usize), data.classes());
        let mut decays = vec![false; layout.length()];
        for [weight, _] in layout.places() {
            decays[weight].fill(true);
        }
        Ok(Self {
            shuffled: Shuffled::new(recipe.seed, data.len()),
            state: State::new(initial(&layout, recipe.seed), false),
            parts: Parts::default(),
            gradient: vec![0.0; layout.length()],
            decays,
            layout,
            data_digest,
            data,
            recipe,
        })
    }

    /// Whether a batch has room, of which as many parts are computed at a time as there
    /// are threads on the current rayon pool.
    ///
    /// # Errors
    ///
    /// [`TrainError::BatchMemory`].
    pub fn check_memory(&self, limit: MemoryLimit) -> Result<(), TrainError> {
        let [height, width] = self.data.sides();
        let pixels = f64::from(height) * f64::from(width);
        let threads = rayon::current_num_threads().min(PARTS) as f64;
        let parameters = 4.0 * (4.0 + PARTS as f64) * self.layout.length() as f64;
        let of_image = BYTES_OF_PIXEL * pixels;
        let fixed = estimated_bytes(parameters + threads * of_image);
        let each = estimated_bytes(of_image * threads / PARTS as f64);
        let batch = self.recipe.batch;
        let checked = limit.check_count(fixed, each, batch as u64);
        checked.map_err(|source| TrainError::BatchMemory { batch, source })
    }

    /// The recipe.
    pub fn recipe(&self) -> &ClassifierRecipe {
        &self.recipe
    }

    /// Number of classes.
    pub fn classes(&self) -> usize {
        self.data.classes()
    }

    /// What tells the tokens from others: their SHA-256.
    pub fn data_digest(&self) -> &str {
        &self.data_digest
    }

    /// Updates that were made.
    pub fn step_count(&self) -> u64 {
        self.state.step
    }

    /// Updates of the whole run: the epochs, rounded up to a whole batch.
    pub fn last_step(&self) -> u64 {
        last_step(self.recipe.epochs, self.data.len(), self.recipe.batch)
    }

    /// Whether all updates were made.
    pub fn is_done(&self) -> bool {
        self.state.step >= self.last_step()
    }

    /// One update.
    ///
    /// # Errors
    ///
    /// [`TrainError::NotFinite`] if the loss or its gradient is no number: then
    /// nothing is changed.
    pub fn step(&mut self) -> Result<StepReport, TrainError> {
        self.step_watched(Watch::NONE)
    }

    fn step_watched(&mut self, watch: Watch<'_>) -> Result<StepReport, TrainError> {
        let mut rng = OrderRng::new(seed_of(self.recipe.seed, Stream::Step), self.state.step);
        let batch = self.recipe.batch as u64;
        let samples: Vec<(usize, bool)> = (self.state.step * batch..(self.state.step + 1) * batch)
            .map(|number| (self.shuffled.image(number), rng.next_u64() >> 63 == 1))
            .collect();
        let loss = compute(
            &mut self.parts,
            &self.layout,
            &self.state.parameters,
            (&self.data, &samples),
            &mut self.gradient,
            watch,
        )?;
        let gradient_norm = self.state.checked_norm(loss, &self.gradient)?;
        let passed = |updates: f64| updates * batch as f64 / self.data.len() as f64;
        let epochs = passed(self.last_step() as f64);
        let schedule = LearningRate {
            peak: self.recipe.learning_rate,
            warmup: WARMUP * epochs,
            decay_from: None,
            decay: Decay::Cosine,
            last: 0.0,
        };
        let learning_rate = schedule.at(passed(self.state.step as f64 + 0.5), epochs);
        let changes = (1.0, learning_rate);
        self.state
            .update(ADAMW, &self.decays, &self.gradient, changes);
        let step = self.state.step;
        Ok(StepReport {
            step,
            epoch: passed(step as f64),
            loss,
            learning_rate,
            gradient_norm,
        })
    }

    /// Makes all updates that are left, and looks at held-out images at the end.
    /// `progress` may end it early.
    ///
    /// # Errors
    ///
    /// Those of [`step`](Self::step) and [`accuracy`](Self::accuracy), and
    /// [`TrainError::Stopped`].
    pub fn finish(
        mut self,
        held_out: &TokenSet,
        progress: impl FnMut(ClassifierProgress) -> ControlFlow<()> + Send,
    ) -> Result<TrainedClassifier, TrainError> {
        let mut loss = None;
        let progress = Mutex::new(progress);
        let progress = |done: ClassifierProgress| {
            let mut progress = progress.lock().unwrap_or_else(PoisonError::into_inner);
            progress(done)
        };
        loop {
            let done = ClassifierProgress::Updates(self.state.step, loss);
            let asked = || progress(done);
            let asked = Watch::new(&asked);
            if asked.ask().is_break() {
                return Err(TrainError::Stopped);
            }
            if self.is_done() {
                break;
            }
            let report = self.step_watched(asked)?;
            let smoothed = loss.map_or(report.loss, |loss| 0.98 * loss + 0.02 * report.loss);
            loss = Some(smoothed);
        }
        let looked = |images| progress(ClassifierProgress::HeldOut(images));
        let accuracy = self.accuracy(held_out, looked);
        let accuracy = accuracy.map_err(TrainError::of_held_out)?;
        let recipe = serde_json::to_string(&self.recipe).map_err(|error| RecipeError::Toml {
            line: None,
            reason: error.to_string(),
        })?;
        let metadata = [
            ("format", FORMAT.to_owned()),
            ("recipe", recipe),
            ("data_sha256", self.data_digest.clone()),
            ("tokenizer", self.data.tokenizer_id()),
            ("updates", self.state.step.to_string()),
            ("held_out_accuracy", accuracy.to_string()),
            ("held_out_images", held_out.len().to_string()),
        ];
        Ok(TrainedClassifier {
            tensors: self.tensors()?,
            metadata: metadata.map(|(key, value)| (key.to_owned(), value)).into(),
            updates: self.state.step,
            loss: loss.unwrap_or_default(),
            accuracy,
        })
    }

    /// Whether [`accuracy`](Self::accuracy) takes these images.
    ///
    /// # Errors
    ///
    /// [`TrainError::Data`] as for [`new`](Self::new), or if size or classes are not
    /// those of the images that it trains on.
    pub fn check(&self, held_out: &TokenSet) -> Result<(), TrainError> {
        self.data.like(held_out.clone()).map(|_| ())
    }

    /// The share of images that the classifier, as it is now, assigns to their class.
    /// `progress` is told how many were looked at, and may end it.
    ///
    /// # Errors
    ///
    /// Those of [`check`](Self::check), and [`TrainError::Stopped`].
    pub fn accuracy(
        &self,
        held_out: &TokenSet,
        mut progress: impl FnMut(usize) -> ControlFlow<()>,
    ) -> Result<f64, TrainError> {
        let images = self.data.like(held_out.clone())?;
        let classifier = Classifier::new(self.tensors()?)?;
        let mut right = 0;
        for first in (0..images.len()).step_by(LOOK) {
            let looked_at = first..images.len().min(first + LOOK);
            let end = looked_at.end;
            let is_right = |index: usize| -> Result<usize, TrainError> {
                let found = classifier.extract(&images.image(index, false)?)?;
                Ok(usize::from(found.class() == images.label(index) as usize))
            };
            let counts: Vec<usize> = looked_at
                .into_par_iter()
                .map(is_right)
                .collect::<Result<_, TrainError>>()?;
            right += counts.iter().sum::<usize>();
            if progress(end).is_break() {
                return Err(TrainError::Stopped);
            }
        }
        Ok(right as f64 / images.len() as f64)
    }

    /// The classifier as it is now, for [`Classifier::new`].
    ///
    /// # Errors
    ///
    /// [`TrainError::Features`] if memory can't be had.
    pub fn tensors(&self) -> Result<BTreeMap<String, Tensor>, TrainError> {
        let tensors = tensors(
            &self.layout,
            &self.state.parameters,
            self.data.sides(),
            self.data.classes(),
        );
        Ok(tensors.map_err(FeaturesError::from)?)
    }
}

/// Weights before training: of convolutions uniform within sqrt(6 / inputs) of 0 (He
/// et al. 2015, equation 10), of the head within sqrt(6 / (inputs + outputs)) (Glorot
/// and Bengio 2010, equation 16); biases 0. Each tensor has a random stream of its own.
fn initial(layout: &ClassifierLayout, seed: u64) -> Vec<f32> {
    let seed = seed_of(seed, Stream::Initial);
    let mut parameters = vec![0.0; layout.length()];
    let last = layout.places().count() as u64 - 1;
    for ([weight, bias], layer) in layout.places().zip(0..) {
        let mut rng = OrderRng::new(seed, layer);
        let (inputs, outputs) = (weight.len() / bias.len(), bias.len());
        let fan = inputs + if layer == last { outputs } else { 0 };
        let bound = (6.0 / fan as f64).sqrt();
        for number in &mut parameters[weight] {
            *number = ((2.0 * open_unit(&mut rng) - 1.0) * bound) as f32;
        }
    }
    parameters
}
