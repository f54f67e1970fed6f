//! A run as a file.

use std::collections::BTreeMap;
use std::path::Path;

use candle_core::{DType, Device, Tensor};
use orders_core::Grid;
use orders_core::files::Hasher;
use orders_datasets::{TokenRows, TokenSet};

use super::adamw::{AdamW, Moving};
use super::error::TrainError;
use super::gradient::{Layout, tensors};
use crate::checkpoint::{SaveError, read_checkpoint, save_safetensors};
use crate::lpd::{LpdConfig, LpdError};
use crate::weights::{TensorSpec, Weights};

/// What the file says it is.
const FORMAT: &str = "orders training run";
/// What says which weights it began with.
const START: &str = "start_sha256";

/// What changes in a run.
pub(super) struct State {
    /// Updates that were made.
    pub(super) step: u64,
    pub(super) parameters: Vec<f32>,
    pub(super) first: Vec<f32>,
    pub(super) second: Vec<f32>,
    pub(super) average: Option<Vec<f32>>,
}

impl State {
    /// Before the first update, with an average if it is asked for.
    pub(super) fn new(parameters: Vec<f32>, has_average: bool) -> Self {
        Self {
            step: 0,
            first: vec![0.0; parameters.len()],
            second: vec![0.0; parameters.len()],
            average: has_average.then(|| parameters.clone()),
            parameters,
        }
    }

    /// One update by AdamW with a gradient times a factor, at a learning rate.
    pub(super) fn update(
        &mut self,
        adamw: AdamW,
        decays: &[bool],
        gradient: &[f32],
        (factor, rate): (f32, f64),
    ) {
        self.step += 1;
        let moving = Moving {
            parameters: &mut self.parameters,
            first: &mut self.first,
            second: &mut self.second,
            decays,
        };
        adamw.update(moving, gradient, factor, (self.step, rate));
    }

    /// The norm of a gradient, if it and the loss are such that there can be an update.
    pub(super) fn checked_norm(&self, loss: f64, gradient: &[f32]) -> Result<f64, TrainError> {
        let squares = gradient.iter().map(|&x| f64::from(x) * f64::from(x));
        let (step, norm) = (self.step + 1, squares.sum::<f64>().sqrt());
        match loss.is_finite() && norm.is_finite() {
            true => Ok(norm),
            false => Err(TrainError::NotFinite { step, loss, norm }),
        }
    }

    /// The weights that a run is for.
    pub(super) fn weights(&self) -> &[f32] {
        self.average.as_ref().unwrap_or(&self.parameters)
    }

    fn parts(&self) -> impl Iterator<Item = (&'static str, &[f32])> {
        let average = self.average.as_deref().map(|average| ("average", average));
        [
            ("parameters", self.parameters.as_slice()),
            ("first", &self.first),
            ("second", &self.second),
        ]
        .into_iter()
        .chain(average)
    }
}

/// What tells a run from others.
pub(super) struct About<'a> {
    pub(super) recipe: String,
    pub(super) data: &'a str,
    /// The digest of the weights that it began with, if they were given.
    pub(super) start: Option<&'a str>,
    /// The kind of device that it is on, which it may change.
    pub(super) device: &'static str,
}

/// The SHA-256 of everything in tokens that is trained on, in hexadecimal. It reads and
/// checks all of them.
pub(super) fn digest(data: &mut TokenRows) -> Result<String, TrainError> {
    let mut hash = begun(data.grid(), data.codebook_size());
    let count = data.len() * data.grid().cells();
    for flipped in [false, true] {
        let is_there = !flipped || data.has_flipped();
        length(&mut hash, if is_there { count } else { 0 });
        if is_there {
            data.all(flipped, |tokens| update(&mut hash, tokens))?;
        }
    }
    let labels = data.labels().unwrap_or_default();
    length(&mut hash, labels.len());
    update(&mut hash, labels);
    Ok(hash.finish().0.to_string())
}

/// The same of a set in memory.
pub(super) fn digest_of_set(data: &TokenSet) -> String {
    let mut hash = begun(data.grid(), data.codebook_size());
    for part in [Some(data.tokens()), data.flipped(), data.labels()] {
        let part = part.unwrap_or_default();
        length(&mut hash, part.len());
        update(&mut hash, part);
    }
    hash.finish().0.to_string()
}

fn begun(grid: Grid, codebook_size: u32) -> Hasher {
    let mut hash = Hasher::default();
    hash.update(grid.to_string().as_bytes());
    hash.update(&codebook_size.to_le_bytes());
    hash
}

fn length(hash: &mut Hasher, numbers: usize) {
    hash.update(&(numbers as u64).to_le_bytes());
}

fn update(hash: &mut Hasher, numbers: &[u32]) {
    let mut bytes = Vec::new();
    for numbers in numbers.chunks(1 << 12) {
        bytes.clear();
        bytes.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
        hash.update(&bytes);
    }
}

/// The numbers of tensors, by their names, in the order of a layout.
fn laid_out<'t>(
    layout: &Layout,
    tensor: impl Fn(&str) -> &'t Tensor,
) -> candle_core::Result<Vec<f32>> {
    let mut numbers = vec![0.0; layout.length()];
    for (name, place) in layout.places() {
        let of_tensor: Vec<f32> = tensor(name).flatten_all()?.to_vec1()?;
        numbers[place].copy_from_slice(&of_tensor);
    }
    Ok(numbers)
}

/// The numbers of weights in the order of a layout, and their SHA-256 in hexadecimal.
pub(super) fn numbers(layout: &Layout, weights: Weights) -> Result<(Vec<f32>, String), LpdError> {
    let mut tensors = weights.into_tensors();
    for tensor in tensors.values_mut() {
        *tensor = tensor.to_dtype(DType::F32)?;
    }
    let numbers = laid_out(layout, |name| &tensors[name])?;
    let mut hash = Hasher::default();
    for number in &numbers {
        hash.update(&number.to_le_bytes());
    }
    Ok((numbers, hash.finish().0.to_string()))
}

/// Writes a run; the file appears whole or not at all.
pub(super) fn save(
    path: &Path,
    config: &LpdConfig,
    layout: &Layout,
    state: &State,
    about: &About<'_>,
) -> Result<(), TrainError> {
    let failed = |source: SaveError| TrainError::Save {
        path: path.into(),
        source,
    };
    let mut all = BTreeMap::new();
    for (part, numbers) in state.parts() {
        let tensors = tensors(config, layout, numbers, &Device::Cpu)
            .map_err(|error| failed(SaveError::Device(error)))?;
        all.extend(
            tensors
                .into_iter()
                .map(|(name, tensor)| (format!("{part}.{name}"), tensor)),
        );
    }
    let mut metadata = BTreeMap::from([
        ("format".to_owned(), FORMAT.to_owned()),
        (
            "program".to_owned(),
            concat!("orders-model ", env!("CARGO_PKG_VERSION")).to_owned(),
        ),
        ("step".to_owned(), state.step.to_string()),
        ("recipe".to_owned(), about.recipe.clone()),
        ("data_sha256".to_owned(), about.data.to_owned()),
        ("device".to_owned(), about.device.to_owned()),
    ]);
    if let Some(start) = about.start {
        metadata.insert(START.to_owned(), start.to_owned());
    }
    save_safetensors(path, &all, &metadata, true).map_err(failed)
}

/// The number of updates of a run whose state a file is, by what the file says; `None` if it
/// is none.
pub(crate) fn updates_of_run(metadata: &BTreeMap<String, String>) -> Option<u64> {
    let is_run = metadata
        .get("format")
        .is_some_and(|format| format == FORMAT);
    metadata.get("step").filter(|_| is_run)?.parse().ok()
}

/// The weights that the state of a run is for: their average, if there is one.
pub(crate) fn weights_of_run(tensors: BTreeMap<String, Tensor>) -> BTreeMap<String, Tensor> {
    let has_average = tensors.keys().any(|name| name.starts_with("average."));
    let part = if has_average {
        "average."
    } else {
        "parameters."
    };
    let of_part = |(name, tensor): (String, Tensor)| {
        let name = name.strip_prefix(part)?.to_owned();
        Some((name, tensor))
    };
    tensors.into_iter().filter_map(of_part).collect()
}

/// Reads a run of a recipe, and the kind of device that it was on, if the file says.
pub(super) fn load(
    path: &Path,
    config: &LpdConfig,
    layout: &Layout,
    has_average: bool,
    about: &About<'_>,
) -> Result<(State, Option<String>), TrainError> {
    let other = |what| TrainError::OtherRun {
        path: path.into(),
        what,
    };
    let unstated = |what| TrainError::Unstated {
        path: path.into(),
        what,
    };
    let file = read_checkpoint(path, None, &Device::Cpu).map_err(Box::new)?;
    let said = |key: &str| file.metadata.get(key).map(String::as_str);
    if said("format") != Some(FORMAT) {
        return Err(other("format"));
    }
    if said("recipe") != Some(&about.recipe) {
        return Err(other("recipe"));
    }
    if said("data_sha256") != Some(about.data) {
        return Err(other("data"));
    }
    if said(START) != about.start {
        return Err(other("start"));
    }
    let step = said("step").and_then(|step| step.parse().ok());
    let step = step.ok_or_else(|| unstated("step"))?;
    let parts = ["parameters", "first", "second", "average"];
    let parts = &parts[..if has_average { 4 } else { 3 }];
    let expected: Vec<TensorSpec> = parts
        .iter()
        .flat_map(|part| {
            let named = move |spec: TensorSpec| {
                TensorSpec::new(format!("{part}.{}", spec.name), spec.shape)
            };
            config.tensors().into_iter().map(named)
        })
        .collect();
    let tensors = Weights::checked(&expected, file.tensors)
        .map_err(|source| TrainError::State {
            path: path.into(),
            source,
        })?
        .into_tensors();
    let part = |part: &str| -> Result<Vec<f32>, TrainError> {
        let numbers = laid_out(layout, |name| &tensors[&format!("{part}.{name}")]);
        let numbers = numbers.map_err(|_| unstated("numbers in f32"))?;
        if numbers.iter().any(|number| !number.is_finite()) {
            return Err(unstated("numbers, of which some are not finite"));
        }
        Ok(numbers)
    };
    let state = State {
        step,
        parameters: part("parameters")?,
        first: part("first")?,
        second: part("second")?,
        average: has_average.then(|| part("average")).transpose()?,
    };
    Ok((state, file.metadata.get("device").cloned()))
}
