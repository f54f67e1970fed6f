//! What is asked of models: how likely held-out images are, images, and time.

use std::error::Error;
use std::ops::ControlFlow;

use ndarray::Array2;
use orders_core::decoding::Drafts;
use orders_core::decoding::schedulers::SampleRule;
use orders_core::{Catalogue, Cell, Grid, Order, Problem};
use serde::{Deserialize, Serialize};

use super::clock::Clock;
use super::measure::RealImages;
use super::trial::TrialSettings;

/// A model with held-out images that says how likely they are: order i of a trial is
/// asked about image i, so that order i of every trial is asked about the same image.
///
/// This crate knows no models. Whoever runs trials brings one for each that they name
/// ([`Spec::models`](super::Spec::models)).
pub trait Judge: Sync {
    /// What its answers depend on, all of it.
    fn model(&self) -> &TrialModel;

    /// The grid of its images.
    fn grid(&self) -> Grid;

    /// Number of its images.
    fn images(&self) -> u64;

    /// How many images it is best asked about at once. It changes speed and memory
    /// only. 1 by default.
    fn batch(&self) -> usize {
        1
    }

    /// What it says of images from number `first` on, counted from 0, as many as `chosen`
    /// is for. What it says of an image depends on nothing else, whatever the number of
    /// threads and whatever it is asked beside it.
    ///
    /// # Errors
    ///
    /// Whatever keeps the model from answering.
    fn judge(&self, first: u64, chosen: Chosen<'_>) -> Result<Vec<Judgement>, JudgeError>;

    /// Passes that generating images from number `first` on takes, with the tokens of a
    /// seed and the classes of the images. It is asked where they are found out by
    /// generating only, which is with exact decoding.
    ///
    /// # Errors
    ///
    /// Whatever keeps the model from answering; that it doesn't decode exactly, by default.
    fn passes(
        &self,
        (_seed, _first): (u64, u64),
        _chosen: Chosen<'_>,
    ) -> Result<Vec<usize>, JudgeError> {
        Err("it counts no passes".into())
    }

    /// The weight that images from number `first` on give to cells at most so far away, in
    /// the mean over queries, heads and layers; image by image.
    ///
    /// # Errors
    ///
    /// Whatever keeps the model from answering; that its attention is not known, by default.
    fn attention(
        &self,
        _first: u64,
        _chosen: Chosen<'_>,
        _within: f64,
    ) -> Result<Vec<f64>, JudgeError> {
        Err("its attention is not known".into())
    }

    /// Whether there is room for what a trial asks of it, of its sampler and of its
    /// clock, which is to be asked before trials are run. There always is by default.
    ///
    /// # Errors
    ///
    /// What there is no room for.
    fn check(&self, _trial: &TrialSettings, _catalogue: &Catalogue) -> Result<(), JudgeError> {
        Ok(())
    }

    /// What generates images with the model, if something does.
    fn sampler(&self) -> Option<&dyn Sampler> {
        None
    }

    /// What times the model, if something does.
    fn clock(&self) -> Option<&dyn Clock> {
        None
    }
}

/// Why a model has no answer.
pub type JudgeError = Box<dyn Error + Send + Sync>;

/// What chooses the cells of some images, and how their tokens come about.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum Chosen<'a> {
    /// Orders that were made beforehand, one for each image: the cells of a group of
    /// `problem` at once.
    Orders {
        /// What is ordered.
        problem: &'a Problem,
        /// The orders.
        orders: &'a [Vec<Cell>],
    },
    /// The same, but tokens follow the distribution of generating the cells one by one:
    /// images are as likely as that says.
    Exactly {
        /// What is ordered.
        problem: &'a Problem,
        /// The orders.
        orders: &'a [Vec<Cell>],
        /// How it drafts.
        drafts: Drafts,
    },
    /// A rule that looks at the model's answers: scheduler i is for image i.
    Rule {
        /// The rule.
        rule: &'a SampleRule,
        /// Number of images.
        images: usize,
    },
}

impl Chosen<'_> {
    /// Number of images.
    pub fn images(self) -> usize {
        match self {
            Self::Orders { orders, .. } | Self::Exactly { orders, .. } => orders.len(),
            Self::Rule { images, .. } => images,
        }
    }
}

/// What a model says of an image.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// The parallel negative log-likelihood of each cell of the grid, in raster
    /// order: what its token costs given the groups before its own, in nats.
    pub nats: Vec<f64>,
    /// Whether each cell shows something, in raster order; `None` if the model does
    /// not say which token is background ([`TrialModel::background`]).
    pub is_foreground: Option<Vec<bool>>,
    /// The cells that a rule revealed, and in which groups; `None` of orders that were made
    /// beforehand.
    pub revealed: Option<Order>,
}

/// Generates images with a model, and sees them through a feature network.
pub trait Sampler: Sync {
    /// What its images depend on beside the model, orders and seed, and what they are
    /// compared with.
    fn settings(&self) -> &TrialSamples;

    /// How many images are best generated at once.
    fn batch(&self) -> usize;

    /// Features and logits of as many images as `chosen` is for, with tokens of a seed:
    /// `from` is the seed and the number of the first image. An image depends on its number,
    /// on what chooses its cells, and on the seed.
    ///
    /// # Errors
    ///
    /// Whatever keeps the model from answering.
    fn sample(&self, from: (u64, u64), chosen: Chosen<'_>) -> Result<SampledFeatures, JudgeError>;

    /// What the images are compared with. It may take a while, and is asked for once.
    ///
    /// # Errors
    ///
    /// Whatever keeps the network from answering, and that `watch` ended it.
    fn real(
        &self,
        watch: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
    ) -> Result<RealImages, JudgeError>;
}

/// Images through the eyes of a feature network.
#[derive(Clone, Debug, PartialEq)]
pub struct SampledFeatures {
    /// Of shape (images, dimensions).
    pub features: Array2<f32>,
    /// Of shape (images, classes).
    pub logits: Array2<f32>,
}

/// The model of a trial, as far as its results depend on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrialModel {
    /// What tables and figures call it.
    pub name: String,
    /// The SHA-256 digest of its file of weights.
    pub weights_sha256: String,
    /// The SHA-256 digest of its sizes.
    pub config_sha256: String,
    /// The SHA-256 digest of the held-out images, as tokens, and of their classes.
    pub tokens_sha256: String,
    /// The token that is background, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub background: Option<u32>,
    /// Precision and device, unless it runs in f32 on the CPU.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runs: Option<String>,
}

/// Images to be generated, as far as results depend on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrialSamples {
    /// Number of images.
    pub count: u64,
    /// Classifier-free guidance, in words.
    pub guidance: String,
    /// What turns tokens into images: the SHA-256 digest of its file; `None` if it is
    /// bundled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokenizer_sha256: Option<String>,
    /// The feature network.
    pub network: String,
    /// The SHA-256 digest of its weights.
    pub network_sha256: String,
    /// Features of an image.
    pub dimensions: usize,
    /// Classes of the network.
    pub classes: usize,
    /// Classes of the model, for which images are asked in turn.
    pub labels: u32,
    /// The SHA-256 digest of the file of real images; `None` if they are bundled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub real_sha256: Option<String>,
}

impl TrialSamples {
    /// The class that an image is asked for, counted from 0: all classes in turn.
    pub fn label(&self, image: u64) -> Option<u32> {
        Some((image % u64::from(self.labels.max(1))) as u32)
    }
}

/// Nats of some cells.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Nats {
    pub(super) all: Mean,
    /// Of the cells that show something.
    pub(super) foreground: Mean,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Mean {
    sum: f64,
    count: u32,
}

impl Nats {
    pub(super) fn add(&mut self, nats: f64, is_foreground: bool) {
        self.all.add(nats);
        if is_foreground {
            self.foreground.add(nats);
        }
    }
}

impl Mean {
    fn add(&mut self, value: f64) {
        self.sum += value;
        self.count += 1;
    }

    /// `None` of nothing.
    pub(super) fn value(self) -> Option<f64> {
        (self.count > 0).then(|| self.sum / f64::from(self.count))
    }
}
