//! A training run.

use std::ops::Range;
use std::path::Path;

use candle_core::{Device, DeviceLocation};
use orders_core::files::Hasher;
use orders_core::{Catalogue, Watch};
use orders_datasets::TokenRows;

use super::checkpoint::{self, About, State};
use super::draw::{Draw, Drawn, Stream, initial, seed_of};
use super::error::{DataError, TrainError};
use super::gradient::{Asked, Gradients, Layout, samples_of, tensors};
use super::ranks::{RanksError, Team, Work};
use super::recipe::Recipe;
use crate::lpd::{Dropout, LpdConfig, LpdError};
use crate::weights::{Weights, splitmix64};

/// What an update did.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct StepReport {
    /// The number of the update, from 1.
    pub step: u64,
    /// Passes over the images after it.
    pub epoch: f64,
    /// The mean cross-entropy of its batch before it, in nats for each cell; of a
    /// classifier, for each image.
    pub loss: f64,
    /// The learning rate.
    pub learning_rate: f64,
    /// The norm of the gradient before clipping.
    pub gradient_norm: f64,
}

/// A training run: parameters, moments and what it trains on.
///
/// On the CPU gradients are computed by our own kernels, on other devices by
/// candle; the update is always the CPU's. Memory is four numbers for each
/// parameter (five with an average), and 16 gradients on the CPU. The tokens of a file stay
/// there.
pub struct Training {
    recipe: Recipe,
    catalogue: Catalogue,
    config: LpdConfig,
    layout: Layout,
    decays: Vec<bool>,
    draw: Draw,
    data_digest: String,
    /// The digest of the weights that it began with, if they were given.
    start: Option<String>,
    /// The identity of the tokens' tokenizer, if it is known.
    tokenizer: Option<String>,
    gradients: Gradients,
    gradient: Vec<f32>,
    team: Team,
    state: State,
    /// The kind of device that it is on, and the one that it was on when it was saved.
    device: &'static str,
    device_before: Option<String>,
}

/// Images that are not trained on, drawn as in training: see
/// [`Training::held_out`].
pub struct HeldOut {
    draw: Draw,
    batches: u64,
    data_digest: String,
}

impl HeldOut {
    /// Those of a recipe's run, up to `images` of them, rounded up to whole batches. The
    /// tokens of the run are of a tokenizer, if it is known.
    pub(super) fn new(
        recipe: &Recipe,
        catalogue: &Catalogue,
        tokenizer: Option<&str>,
        mut data: TokenRows,
        images: usize,
    ) -> Result<Self, TrainError> {
        if let (Some(tokens), Some(given)) = (data.tokenizer_identity(), tokenizer)
            && tokens != given
        {
            let (tokens, given) = (tokens.to_owned(), given.to_owned());
            return Err(DataError::Tokenizer { tokens, given }.into());
        }
        let recipe = Recipe {
            label_drop: 0.0,
            flip: false,
            ..recipe.clone()
        };
        let images = images.min(data.len()).max(1);
        let data_digest = checkpoint::digest(&mut data)?;
        let draw = Draw::new(&recipe, recipe.checked(catalogue)?, data)?;
        let batches = images.div_ceil(recipe.batch) as u64;
        Ok(Self {
            draw,
            batches,
            data_digest,
        })
    }

    /// Some samples of a batch.
    pub(super) fn batch(&mut self, batch: u64, samples: Range<usize>) -> Result<Drawn, TrainError> {
        self.draw.step(batch, samples)
    }

    /// What tells it from others.
    pub(super) fn identity(&self) -> String {
        format!("{} batches of {}", self.batches, self.data_digest)
    }
}

impl Training {
    /// A run from its beginning.
    ///
    /// # Errors
    ///
    /// [`TrainError::Recipe`]; [`TrainError::Tokens`] if they can't be read;
    /// [`TrainError::Data`] if they are of another
    /// grid, codebook or number of classes than the recipe's model;
    /// [`TrainError::Lpd`] if memory can't be had on the device.
    pub fn new(
        recipe: Recipe,
        data: impl Into<TokenRows>,
        catalogue: &Catalogue,
        device: &Device,
    ) -> Result<Self, TrainError> {
        let prepared = recipe.checked(catalogue)?;
        let config = prepared.config.clone();
        let layout = Layout::new(&config);
        let parameters = initial(&config, recipe.seed);
        let mut data = data.into();
        let data_digest = checkpoint::digest(&mut data)?;
        let tokenizer = data.tokenizer_identity().map(str::to_owned);
        let decays = config
            .tensors()
            .iter()
            .flat_map(|tensor| {
                let count = tensor.shape.iter().product();
                std::iter::repeat_n(tensor.shape.len() >= 2, count)
            })
            .collect();
        Ok(Self {
            draw: Draw::new(&recipe, prepared, data)?,
            gradients: Gradients::new(&config, &layout, &parameters, device)?,
            gradient: vec![0.0; parameters.len()],
            team: Team::alone(),
            state: State::new(parameters, recipe.average > 0.0),
            catalogue: catalogue.clone(),
            recipe,
            config,
            layout,
            decays,
            data_digest,
            start: None,
            tokenizer,
            device: match device.location() {
                DeviceLocation::Cpu => "cpu",
                DeviceLocation::Cuda { .. } => "cuda",
                DeviceLocation::Metal { .. } => "metal",
            },
            device_before: None,
        })
    }

    /// The same run, but it begins with given weights, as fine-tuning does, and not with
    /// those that the seed draws.
    ///
    /// # Errors
    ///
    /// [`TrainError::Start`] if they are not those of the recipe's model, or not finite.
    pub fn from_weights(mut self, weights: Weights) -> Result<Self, TrainError> {
        let weights = Weights::checked(&self.config.tensors(), weights.into_tensors())?;
        let (numbers, digest) = checkpoint::numbers(&self.layout, weights)?;
        if numbers.iter().any(|number| !number.is_finite()) {
            return Err(TrainError::StartNotFinite);
        }
        self.state = State::new(numbers, self.recipe.average > 0.0);
        self.start = Some(digest);
        Ok(self)
    }

    /// A run from where it was [saved](Self::save): it goes on as if it had not
    /// been interrupted, to the last bit if the kind of CPU is the same. On another kind of
    /// device it is another run from there on ([`moved_from`](Self::moved_from)).
    ///
    /// # Errors
    ///
    /// Those of [`new`](Self::new); [`TrainError::Load`], [`TrainError::State`]
    /// or [`TrainError::Unstated`] if the file is not a saved run;
    /// [`TrainError::OtherRun`] if it is one of another recipe or other data.
    pub fn resume(
        recipe: Recipe,
        data: impl Into<TokenRows>,
        catalogue: &Catalogue,
        device: &Device,
        path: &Path,
    ) -> Result<Self, TrainError> {
        Self::new(recipe, data, catalogue, device)?.resumed(path)
    }

    /// This run from where it was [saved](Self::save), which began as this one does.
    ///
    /// # Errors
    ///
    /// As [`resume`](Self::resume).
    pub fn resumed(self, path: &Path) -> Result<Self, TrainError> {
        let mut run = self;
        let has_average = run.state.average.is_some();
        let (config, layout, about) = (&run.config, &run.layout, run.about()?);
        let loaded = checkpoint::load(path, config, layout, has_average, &about)?;
        (run.state, run.device_before) = loaded;
        Ok(run)
    }

    /// Whether a team can make this run.
    ///
    /// # Errors
    ///
    /// [`TrainError::Ranks`] if a batch has nothing for some of them, or the run is on
    /// another device than the CPU.
    pub(super) fn check_team(&self, team: &Team) -> Result<(), TrainError> {
        team.check(self.recipe.batch)?;
        match team.count() > 1 && self.device != "cpu" {
            true => Err(RanksError::Device.into()),
            false => Ok(()),
        }
    }

    /// The same run with a team that this process leads; it greets the others, who
    /// [wait](super::Helper::wait) for that. The weights are those that one process makes.
    ///
    /// # Errors
    ///
    /// [`TrainError::Ranks`] if they can't be reached.
    pub(super) fn with_team(
        mut self,
        mut team: Team,
        held_out: Option<&HeldOut>,
    ) -> Result<Self, TrainError> {
        let settings = settings(&self.recipe, &self.data_digest, held_out)?;
        team.greet(&settings, Watch::NONE)?;
        self.team = team;
        Ok(self)
    }

    /// Leaves the others without a word, who may be gone: what stops this one has probably
    /// ended them.
    pub(super) fn desert(&mut self) {
        self.team.desert();
    }

    /// Writes all that [`resume`](Self::resume) needs. The file appears whole
    /// or not at all, and replaces one that is there.
    ///
    /// # Errors
    ///
    /// [`TrainError::Save`].
    pub fn save(&self, path: &Path) -> Result<(), TrainError> {
        let about = self.about()?;
        checkpoint::save(path, &self.config, &self.layout, &self.state, &about)
    }

    fn about(&self) -> Result<About<'_>, TrainError> {
        Ok(About {
            recipe: self.recipe.to_toml()?,
            data: &self.data_digest,
            start: self.start.as_deref(),
            device: self.device,
        })
    }

    /// The kind of device that the run was on before it was resumed, if it is on another
    /// now: `cpu`, `cuda` or `metal`. Gradients are rounded otherwise here, and dropout
    /// draws other numbers, so it is not the run that it would be there.
    pub fn moved_from(&self) -> Option<&str> {
        let before = self.device_before.as_deref();
        before.filter(|before| *before != self.device)
    }

    /// The kind of device that it is on: `cpu`, `cuda` or `metal`.
    pub fn device(&self) -> &'static str {
        self.device
    }

    /// The recipe.
    pub fn recipe(&self) -> &Recipe {
        &self.recipe
    }

    /// The transformer's sizes.
    pub fn config(&self) -> &LpdConfig {
        &self.config
    }

    /// Images that it trains on.
    pub fn images(&self) -> usize {
        self.draw.images()
    }

    /// What tells the tokens from others: their SHA-256.
    pub fn data_digest(&self) -> &str {
        &self.data_digest
    }

    /// What tells the tokenizer of the tokens from others, if it is known.
    pub fn tokenizer(&self) -> Option<&str> {
        self.tokenizer.as_deref()
    }

    /// Updates that were made.
    pub fn step_count(&self) -> u64 {
        self.state.step
    }

    /// Updates of the whole run: the epochs, rounded up to a whole batch.
    pub fn last_step(&self) -> u64 {
        last_step(self.recipe.epochs, self.draw.images(), self.recipe.batch)
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
    /// nothing is changed. [`TrainError::Method`] if a method made no order,
    /// [`TrainError::Lpd`] if the device failed.
    pub fn step(&mut self) -> Result<StepReport, TrainError> {
        self.step_watched(Watch::NONE)
    }

    /// The same; whoever watches may end it, and then nothing is changed.
    ///
    /// # Errors
    ///
    /// Those of [`step`](Self::step), and [`TrainError::Stopped`].
    pub fn step_watched(&mut self, watch: Watch<'_>) -> Result<StepReport, TrainError> {
        let step = self.state.step;
        let drawn = self.draw.step(step, own(&self.team, &self.recipe))?;
        let parameters = &self.state.parameters;
        let team = &mut self.team;
        team.ask(Work::Update(step), Some(parameters), watch)?;
        let asked = Asked {
            config: &self.config,
            layout: &self.layout,
            parameters,
            drawn: &drawn,
            dropout: dropout(&self.recipe, step),
            watch,
        };
        let loss = self.gradients.compute(&asked, &mut self.gradient, team)?;
        let norm = self.state.checked_norm(loss, &self.gradient)?;
        let clip = self.recipe.clip;
        let factor = if clip > 0.0 && norm > clip {
            (clip / norm) as f32
        } else {
            1.0
        };
        let batches_an_epoch = self.draw.images() as f64 / self.recipe.batch as f64;
        let middle = (self.state.step as f64 + 0.5) / batches_an_epoch;
        let epochs = self.last_step() as f64 / batches_an_epoch;
        let rate = self.recipe.learning_rate.at(middle, epochs);
        let (adamw, decays) = (self.recipe.adamw(), &self.decays);
        let state = &mut self.state;
        state.update(adamw, decays, &self.gradient, (factor, rate));
        let step = state.step;
        if let Some(average) = &mut state.average {
            // While there is little to average, weights from the beginning would
            // count too much.
            let passed = step as f64;
            let kept = self.recipe.average.min((1.0 + passed) / (10.0 + passed)) as f32;
            for (average, parameter) in average.iter_mut().zip(&state.parameters) {
                *average += (*parameter - *average) * (1.0 - kept);
            }
        }
        Ok(StepReport {
            step,
            epoch: step as f64 / batches_an_epoch,
            loss,
            learning_rate: rate,
            gradient_norm: norm,
        })
    }

    /// Other images, on which [`held_out_loss`](Self::held_out_loss) is measured:
    /// up to `images` of them, rounded up to whole batches.
    ///
    /// # Errors
    ///
    /// [`TrainError::Data`] as for [`new`](Self::new), and if the tokens are known to be of
    /// another tokenizer.
    pub fn held_out(
        &self,
        data: impl Into<TokenRows>,
        images: usize,
    ) -> Result<HeldOut, TrainError> {
        let tokenizer = self.tokenizer();
        HeldOut::new(
            &self.recipe,
            &self.catalogue,
            tokenizer,
            data.into(),
            images,
        )
    }

    /// The mean cross-entropy on held-out images, in nats for each cell, with
    /// orders and group sizes drawn as in training but the same ones each time;
    /// of the average of the weights, if there is one.
    ///
    /// # Errors
    ///
    /// [`TrainError::Method`] and [`TrainError::Lpd`] as for
    /// [`step`](Self::step).
    pub fn held_out_loss(&mut self, held_out: &mut HeldOut) -> Result<f64, TrainError> {
        self.held_out_loss_watched(held_out, Watch::NONE)
    }

    /// The same; whoever watches may end it.
    ///
    /// # Errors
    ///
    /// Those of [`held_out_loss`](Self::held_out_loss), and [`TrainError::Stopped`].
    pub fn held_out_loss_watched(
        &mut self,
        held_out: &mut HeldOut,
        watch: Watch<'_>,
    ) -> Result<f64, TrainError> {
        let mut sum = 0.0;
        for batch in 0..held_out.batches {
            let drawn = held_out.batch(batch, own(&self.team, &self.recipe))?;
            let parameters = self.state.weights();
            let team = &mut self.team;
            let are_new = batch == 0;
            team.ask(Work::HeldOut(batch), are_new.then_some(parameters), watch)?;
            let asked = Asked {
                config: &self.config,
                layout: &self.layout,
                parameters,
                drawn: &drawn,
                dropout: None,
                watch,
            };
            sum += self.gradients.compute(&asked, &mut self.gradient, team)?;
        }
        Ok(sum / held_out.batches as f64)
    }

    /// The weights as they are now; their average, if there is one.
    ///
    /// # Errors
    ///
    /// [`TrainError::Lpd`] if memory can't be had.
    pub fn weights(&self) -> Result<Weights, TrainError> {
        let numbers = self.state.weights();
        let tensors = tensors(&self.config, &self.layout, numbers, &Device::Cpu);
        let tensors = tensors.map_err(LpdError::from)?;
        let weights = Weights::checked(&self.config.tensors(), tensors);
        Ok(weights.map_err(LpdError::from)?)
    }
}

/// The samples of a batch that a rank computes.
pub(super) fn own(team: &Team, recipe: &Recipe) -> Range<usize> {
    samples_of(team.share(recipe.batch), recipe.batch)
}

/// What an update drops.
pub(super) fn dropout(recipe: &Recipe, step: u64) -> Option<Dropout> {
    let seed = splitmix64(seed_of(recipe.seed, Stream::Dropout), step);
    let dropout = Dropout::new(recipe.dropout, seed);
    dropout.filter(|_| recipe.dropout > 0.0)
}

/// What all ranks of a run have in common, a line for each of [`SETTINGS`].
pub(super) fn settings(
    recipe: &Recipe,
    data_digest: &str,
    held_out: Option<&HeldOut>,
) -> Result<String, TrainError> {
    let mut hash = Hasher::default();
    hash.update(recipe.to_toml()?.as_bytes());
    let (recipe, _) = hash.finish();
    let held_out = held_out.map_or_else(String::new, HeldOut::identity);
    let version = env!("CARGO_PKG_VERSION");
    Ok(format!("{version}\n{recipe}\n{data_digest}\n{held_out}"))
}

/// What the lines of [`settings`] are.
pub(super) const SETTINGS: [&str; 4] = ["version", "recipe", "tokens", "held-out images"];

/// Updates of so many passes over images, the last batch a whole one.
pub(super) fn last_step(epochs: f64, images: usize, batch: usize) -> u64 {
    ((epochs * images as f64 / batch as f64).ceil() as u64).max(1)
}
