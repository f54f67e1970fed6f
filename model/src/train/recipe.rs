//! Every setting of a training run.

use std::path::{Path, PathBuf};

use orders_core::files::RowChecker;
use orders_core::methods::Listed;
use orders_core::sizes::{SizesChoice, SizesError, SizesRequest};
use orders_core::{
    Catalogue, Cell, Grid, GroupSizes, KnownCells, OrderingMethod, Parameters, Problem,
};
use serde::{Deserialize, Serialize};

use super::adamw::AdamW;
use super::error::RecipeError;
use super::schedule::LearningRate;
use crate::lpd::{LpdConfig, LpdParams};

/// Every setting of a training run, as a TOML file.
///
/// ```toml
/// seed = 0
/// epochs = 2.0             # passes over the images; need not be whole
/// batch = 32               # samples of an update
/// dropout = 0.1            # the default, as are the values below
/// label_drop = 0.1         # share of samples that are shown without their class
/// flip = true              # half of the samples mirrored, if the tokens have that
/// betas = [0.9, 0.95]
/// weight_decay = 0.05      # of tensors with two dimensions or more
/// clip = 3.0               # largest norm of a gradient; 0 for no limit
/// average = 0.0            # decay of the weights' moving average; 0 for none
/// group_sizes = [8, 20]    # one is drawn for each batch: numbers of steps
///                          # (published sizes, else cosine) or lists of sizes
///
/// [model]                  # as in a model's config file
/// image_size = 32
/// stride = 2
/// embed_dim = 128
/// depth = 4
/// heads = 4
/// mlp_ratio = 4
/// classes = 10
/// vocab = 256
/// norm_eps = 1e-6
///
/// [learning_rate]          # times in epochs
/// peak = 1e-3
/// warmup = 0.05
/// decay_from = 0.05        # the end of the rise, if left out
/// decay = "cosine"         # or "linear" or "constant"
/// last = 0.0
///
/// [[orders]]               # one is drawn for each sample
/// method = "random"
///
/// [[orders]]
/// method = "lpd"
/// set = { repulsion = 2 }
/// weight = 2.0             # twice as often; 1 if left out
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// What everything random follows from.
    #[serde(default)]
    pub seed: u64,
    /// Passes over the images.
    pub epochs: f64,
    /// Samples of an update.
    pub batch: usize,
    /// Probability that a number is dropped.
    #[serde(default = "tenth")]
    pub dropout: f32,
    /// Share of samples that are shown without their class.
    #[serde(default = "tenth")]
    pub label_drop: f32,
    /// Whether half of the samples are mirrored, if there are tokens of mirror
    /// images.
    #[serde(default = "yes")]
    pub flip: bool,
    /// How long AdamW's moments last.
    #[serde(default = "betas")]
    pub betas: [f64; 2],
    /// Weight decay of tensors with two dimensions or more.
    #[serde(default = "weight_decay")]
    pub weight_decay: f64,
    /// The largest norm of a gradient; 0 for no limit.
    #[serde(default = "clip")]
    pub clip: f64,
    /// Decay of the moving average of the weights; 0 for none. At update t it is
    /// at most (1 + t) / (10 + t).
    #[serde(default)]
    pub average: f64,
    /// One is drawn for each batch.
    pub group_sizes: Vec<SizesDrawn>,
    /// The transformer.
    pub model: LpdParams,
    /// The schedule of the learning rate.
    pub learning_rate: LearningRate,
    /// Methods, of which one is drawn for each sample.
    pub orders: Vec<MixturePart>,
}

/// Group sizes that a batch may have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "expected a number of steps, or a list of group sizes from 1"
)]
#[non_exhaustive]
pub enum SizesDrawn {
    /// The published sizes of so many steps, else those of
    /// [`Shape::Cosine`](orders_core::Shape::Cosine).
    Steps(usize),
    /// A list.
    Sizes(Vec<u32>),
}

/// A method among those of which one is drawn for each sample, or orders in its place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MixturePart {
    /// Its name in the catalogue; none of orders that are listed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub method: String,
    /// Its parameters.
    #[serde(default, skip_serializing_if = "Parameters::is_empty")]
    pub set: Parameters,
    /// Orders of all cells instead of a method: sample i of the run has row i, and the
    /// rows begin again behind the last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub listed: Vec<Vec<Cell>>,
    /// An order file whose rows are to be listed; a recipe that was read has them instead.
    #[serde(default, skip_serializing)]
    file: Option<PathBuf>,
    /// How often it is drawn, as against the others.
    #[serde(default = "one")]
    pub weight: f64,
}

fn tenth() -> f32 {
    0.1
}

fn yes() -> bool {
    true
}

fn betas() -> [f64; 2] {
    [0.9, 0.95]
}

fn weight_decay() -> f64 {
    0.05
}

fn clip() -> f64 {
    3.0
}

fn one() -> f64 {
    1.0
}

/// What a recipe asks for, made.
pub(super) struct Prepared {
    pub(super) config: LpdConfig,
    pub(super) problems: Vec<Problem>,
    pub(super) methods: Vec<Box<dyn OrderingMethod>>,
}

impl Recipe {
    /// The recipe of a TOML text, whose methods are those of a catalogue. It names no order
    /// files.
    ///
    /// # Errors
    ///
    /// [`RecipeError`], as all of a recipe is checked.
    pub fn from_toml(text: &str, catalogue: &Catalogue) -> Result<Self, RecipeError> {
        Self::from_toml_with(text, catalogue, |path, _| {
            Err(RecipeError::OrderFile {
                path: path.to_owned(),
                reason: "no order files are read here; 'listed' takes the orders themselves".into(),
            })
        })
    }

    /// The same, but it may name order files, whose orders of a grid `read` gives. The
    /// recipe lists them from then on.
    ///
    /// # Errors
    ///
    /// [`RecipeError`], and those of `read`.
    pub fn from_toml_with<E: From<RecipeError>>(
        text: &str,
        catalogue: &Catalogue,
        mut read: impl FnMut(&Path, Grid) -> Result<Vec<Vec<Cell>>, E>,
    ) -> Result<Self, E> {
        let mut recipe = Self::parsed(text)?;
        let grid = LpdConfig::new(recipe.model.clone())
            .map_err(RecipeError::from)?
            .grid();
        for part in &mut recipe.orders {
            if let Some(path) = part.file.take() {
                if !part.listed.is_empty() || !part.method.is_empty() {
                    return Err(RecipeError::Part.into());
                }
                part.listed = read(&path, grid)?;
            }
        }
        recipe.checked(catalogue)?;
        Ok(recipe)
    }

    fn parsed(text: &str) -> Result<Self, RecipeError> {
        toml::from_str(text).map_err(|error| RecipeError::Toml {
            line: error
                .span()
                .map(|span| text[..span.start.min(text.len())].matches('\n').count() + 1),
            reason: error.message().trim().replace('\n', " "),
        })
    }

    /// The optimiser.
    pub(super) fn adamw(&self) -> AdamW {
        AdamW {
            betas: self.betas,
            weight_decay: self.weight_decay,
        }
    }

    /// The transformer, grids and methods.
    pub(super) fn checked(&self, catalogue: &Catalogue) -> Result<Prepared, RecipeError> {
        self.check_numbers()?;
        let config = LpdConfig::new(self.model.clone())?;
        let grid = config.grid();
        let problems = self
            .group_sizes
            .iter()
            .map(|sizes| sizes.problem(grid))
            .collect::<Result<_, _>>()?;
        let methods = self
            .orders
            .iter()
            .map(|part| part.orders(catalogue, grid))
            .collect::<Result<_, _>>()?;
        Ok(Prepared {
            config,
            problems,
            methods,
        })
    }

    fn check_numbers(&self) -> Result<(), RecipeError> {
        const BELOW_1: &str = "a number from 0 up to 1, without 1";
        const FROM_0: &str = "a number from 0";
        const POSITIVE: &str = "a number above 0";
        const EPOCHS: &str = "a number above 0, up to 1000000";
        const BATCH: &str = "a whole number from 1 to 1048576";
        const BEHIND: &str = "an epoch that is not before the end of the warmup";
        const WARMUP: &str = "a number of epochs from 0";
        let check = RecipeError::check;
        let is_positive = |x: f64| x > 0.0 && x.is_finite();
        let share = |field, x: f64| check(field, x, (0.0..1.0).contains(&x), BELOW_1);
        let from_0 = |field, x: f64, allowed| check(field, x, x >= 0.0 && x.is_finite(), allowed);
        let (epochs, batch, rate) = (self.epochs, self.batch, &self.learning_rate);
        let are_epochs = is_positive(epochs) && epochs <= 1e6;
        check("epochs", epochs, are_epochs, EPOCHS)?;
        let is_batch = (1..=1 << 20).contains(&batch);
        check("batch", batch as f64, is_batch, BATCH)?;
        share("dropout", f64::from(self.dropout))?;
        let drop = f64::from(self.label_drop);
        let is_drop = (0.0..=1.0).contains(&drop);
        check("label_drop", drop, is_drop, "a number from 0 to 1")?;
        share("betas[0]", self.betas[0])?;
        share("betas[1]", self.betas[1])?;
        from_0("weight_decay", self.weight_decay, FROM_0)?;
        from_0("clip", self.clip, FROM_0)?;
        share("average", self.average)?;
        let peak = rate.peak;
        check("learning_rate.peak", peak, is_positive(peak), POSITIVE)?;
        from_0("learning_rate.warmup", rate.warmup, WARMUP)?;
        from_0("learning_rate.last", rate.last, FROM_0)?;
        let from = rate.decay_from.unwrap_or(rate.warmup);
        let is_behind = from >= rate.warmup && (rate.decay_from.is_none() || from.is_finite());
        check("learning_rate.decay_from", from, is_behind, BEHIND)?;
        for (field, length) in [
            ("group_sizes", self.group_sizes.len()),
            ("orders", self.orders.len()),
        ] {
            if length == 0 {
                return Err(RecipeError::Empty(field));
            }
        }
        for part in &self.orders {
            let weight = part.weight;
            check("orders.weight", weight, is_positive(weight), POSITIVE)?;
        }
        let sum = self.orders.iter().map(|part| part.weight).sum::<f64>();
        check(
            "the sum of orders.weight",
            sum,
            sum.is_finite(),
            "a finite number",
        )?;
        Ok(())
    }

    /// Whether a TOML text states the same settings.
    pub(super) fn is_said_by(&self, text: &str) -> bool {
        toml::from_str::<Self>(text).is_ok_and(|recipe| recipe == *self)
    }

    /// The recipe as TOML with every setting, which reads back as it is.
    ///
    /// # Errors
    ///
    /// [`RecipeError::Toml`] if a number is too large for TOML.
    pub fn to_toml(&self) -> Result<String, RecipeError> {
        toml::to_string(self).map_err(|error| RecipeError::Toml {
            line: None,
            reason: error.to_string(),
        })
    }
}

impl MixturePart {
    /// A method of the catalogue with its parameters, to be drawn as often as others.
    pub fn of_method(name: impl Into<String>, set: Parameters) -> Self {
        Self {
            method: name.into(),
            set,
            listed: Vec::new(),
            file: None,
            weight: 1.0,
        }
    }

    /// What makes its orders.
    fn orders(
        &self,
        catalogue: &Catalogue,
        grid: Grid,
    ) -> Result<Box<dyn OrderingMethod>, RecipeError> {
        if self.listed.is_empty() {
            return match self.method.is_empty() {
                true => Err(RecipeError::Part),
                false => Ok(catalogue.method(&self.method, grid, &self.set)?),
            };
        }
        if !self.method.is_empty() || !self.set.is_empty() {
            return Err(RecipeError::Part);
        }
        let mut checker = RowChecker::new(grid.cells());
        for (index, row) in self.listed.iter().enumerate() {
            checker.check(index as u64, row)?;
        }
        let listed = Listed::new("listed", self.listed.clone(), None);
        Ok(Box::new(listed.ok_or(RecipeError::Part)?))
    }
}

impl SizesDrawn {
    fn problem(&self, grid: Grid) -> Result<Problem, RecipeError> {
        let (choice, steps) = match self {
            Self::Sizes(sizes) => {
                let sizes = GroupSizes::new(sizes.clone()).map_err(SizesError::from)?;
                (SizesChoice::Listed(sizes), None)
            }
            Self::Steps(steps) => (SizesChoice::Usual, Some(*steps)),
        };
        let known = KnownCells::none(grid);
        let resolved = choice.resolve(&SizesRequest::new(&known, steps))?;
        Ok(Problem::new(grid, resolved.sizes)?)
    }
}
