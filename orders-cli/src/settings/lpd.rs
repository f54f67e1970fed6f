//! The LPD model that flags name.

use std::fmt;
use std::path::{Path, PathBuf};

use orders_core::files::Digest;
use orders_core::{Grid, UnknownName};
use orders_model::bundled::BundledModel;
use orders_model::checkpoint::CheckpointError;
use orders_model::lpd::{
    Guidance, GuidanceSchedule, ImageSize, Lpd, LpdConfig, LpdError, RequestError,
};
use orders_model::{ModelAbout, ModelSource, ModelSourceError};

use super::RunsOn;
use crate::args::ModelArgs;
use crate::bounded_file::read_bounded;
use crate::digest::{digest_of, digest_of_file};
use crate::failure::{Failure, Result, with_sources};
use crate::hub::located;
use crate::memory;
use crate::token_identity::Tokens;

/// The longest configuration that is read: one with a list of all tensors has 40
/// KB.
const CONFIG_BYTES: u64 = 1 << 20;
/// The sizes that 'train' writes beside the weights.
pub(crate) const CONFIG_FILE: &str = "config.json";
/// The weights that it writes when it is done, and the state of a run meanwhile.
const MODEL_FILE: &str = "model.safetensors";
const RUN_FILE: &str = "run.safetensors";
/// Side of the images of a published size, if nothing is said.
const PUBLISHED_RES: u32 = 256;
/// Where the weights come from, for those who have none.
const WHERE: &str = "LPD's weights are published by its authors at https://huggingface.co/mit-han-lab, named in https://github.com/mit-han-lab/lpd";

/// The model that flags mean: a checkpoint, a bundled one (the first if they name no
/// model at all), or sizes alone.
pub(crate) fn model(args: &ModelArgs) -> Result<ModelSource> {
    let bundled = match (&args.checkpoint, &args.config, &args.model) {
        (None, None, Some(name)) => BundledModel::named(name),
        (None, None, None) => BundledModel::named(BundledModel::NAMES[0]),
        _ => None,
    };
    let source = match bundled {
        Some(model) => ModelSource::Bundled(model),
        None => checkpoint(args, lpd_config(args)?)?,
    };
    let [height, width] = match source.config().params().image_size {
        ImageSize::Square(side) => [side; 2],
        ImageSize::Sides(sides) => sides,
    };
    match args.res {
        Some(res) if [height, width] != [res; 2] => Err(Failure::input(format!(
            "--res {res} is not the side of the model's images, which have {height}x{width} pixels"
        ))),
        _ => Ok(source),
    }
}

/// A model whose file was looked at, but not read.
pub(crate) struct LookedAt {
    /// What a user calls it.
    place: String,
    /// What tells the tokenizer of its tokens from others, if that is known.
    pub(crate) tokenizer: Option<String>,
}

impl LookedAt {
    pub(crate) fn tokens(&self) -> Tokens<'_, &str> {
        Tokens {
            place: &self.place,
            tokenizer: self.tokenizer.as_deref(),
        }
    }
}

/// What the file of a model says of it. Whether it is there at all is for [`lpd`] to say.
pub(crate) fn looked_at(source: &ModelSource, notes: &mut Vec<String>) -> Result<LookedAt> {
    let about = match source {
        ModelSource::Checkpoint { path, .. } if !path.exists() => ModelAbout::default(),
        _ => source
            .about()
            .map_err(|error| checkpoint_failure("--checkpoint", &error, "--key"))?,
    };
    let place = place(source);
    let of_file = about.notes.iter().map(|note| format!("{place}: {note}"));
    notes.extend(of_file);
    let of_run = |updates| format!("{place}: weights of a run of training after {updates} updates");
    notes.extend(about.updates.map(of_run));
    Ok(LookedAt {
        tokenizer: about.tokenizer,
        place,
    })
}

/// What a user calls a model.
fn place(source: &ModelSource) -> String {
    match source {
        ModelSource::Bundled(model) => format!("--model {}", model.name()),
        ModelSource::Checkpoint { path, .. } => format!("--checkpoint {}", path.display()),
        ModelSource::Formula(_) => "a model without weights".to_owned(),
    }
}

/// Why a checkpoint can't be read at a place; `flag` takes another key.
pub(crate) fn checkpoint_failure(
    place: impl fmt::Display,
    error: &CheckpointError,
    flag: &str,
) -> Failure {
    match error.is_of_key() {
        true => Failure::input(format!(
            "{place}: {}; {flag} KEY says where the tensors are",
            with_sources(error)
        )),
        false => Failure::input_at(place, error),
    }
}

/// The checkpoint of given sizes that flags name, or the sizes alone.
pub(crate) fn checkpoint(args: &ModelArgs, config: LpdConfig) -> Result<ModelSource> {
    let Some(path) = weights_file(args)? else {
        return Ok(ModelSource::Formula(config));
    };
    let grid = |pixels| {
        Grid::for_image(pixels, config.params().stride)
            .map_err(|error| Failure::input_at("--checkpoint-res", &error))
    };
    Ok(ModelSource::Checkpoint {
        path,
        key: args.key.clone(),
        trained_on: args.checkpoint_res.map(grid).transpose()?,
        config,
    })
}

/// The file of `--checkpoint`.
fn weights_file(args: &ModelArgs) -> Result<Option<PathBuf>> {
    let named = args.checkpoint.as_deref();
    named
        .map(|path| of_folder(path, "--checkpoint"))
        .transpose()
}

/// The file of weights that a path means: itself, or of a folder of `train` the model or,
/// while there is none, the state of the run.
fn of_folder(path: &Path, flag: &str) -> Result<PathBuf> {
    let path = located(path, flag)?;
    if !path.is_dir() {
        return Ok(path);
    }
    let files = [MODEL_FILE, RUN_FILE].map(|name| path.join(name));
    files.into_iter().find(|file| file.is_file()).ok_or_else(|| {
        Failure::input(format!(
            "{flag} {} is a folder with neither {MODEL_FILE} nor {RUN_FILE}; it takes a file of weights, or a folder of 'train'",
            path.display()
        ))
    })
}

/// The sizes that flags give.
fn lpd_config(args: &ModelArgs) -> Result<LpdConfig> {
    match (&args.config, &args.model, weights_file(args)?) {
        (Some(path), ..) => config_file("--config", path),
        (None, Some(name), _) => {
            if BundledModel::named(name).is_some() {
                return Err(Failure::input(format!(
                    "--model {name} is bundled and takes no --checkpoint"
                )));
            }
            LpdConfig::named(name, args.res.unwrap_or(PUBLISHED_RES)).map_err(|error| {
                let bundled = BundledModel::NAMES.join(", ");
                Failure::Input(format!("--model: {error}; bundled are {bundled}"))
            })
        }
        (None, None, Some(checkpoint)) => {
            let beside = checkpoint.with_file_name(CONFIG_FILE);
            if beside.is_file() {
                return config_file("--config", &beside);
            }
            Err(Failure::input(format!(
                "the sizes of the model are needed: --config FILE.json, or --model lpd-l, lpd-xl or lpd-xxl; there is no {CONFIG_FILE} beside the checkpoint"
            )))
        }
        (None, None, None) => Err(Failure::input("no model is named")),
    }
}

/// Wrong input: a published model without its weights.
pub(crate) fn weights_needed() -> Failure {
    Failure::input(format!(
        "the weights of the model are needed: --checkpoint FILE; {WHERE}"
    ))
}

/// The sizes of a file, which `flag` names.
pub(crate) fn config_file(flag: &str, path: &Path) -> Result<LpdConfig> {
    let text = read_bounded(
        path,
        "a configuration",
        CONFIG_BYTES,
        format!("{flag} {}", path.display()),
    )?;
    serde_json::from_slice(&text)
        .map_err(|error| Failure::input(format!("{flag} {}: {error}", path.display())))
}

/// A bundled model by its name, or the model of files: weights, and its sizes, which are
/// beside them if they are not named.
#[cfg(feature = "analyze")]
pub(crate) fn bundled_or_files(
    name: Option<&str>,
    checkpoint: Option<&Path>,
    config: Option<&Path>,
) -> Result<ModelSource> {
    let Some(path) = checkpoint else {
        let name = name.unwrap_or(BundledModel::NAMES[0]);
        let model = BundledModel::named(name).ok_or_else(|| {
            let unknown = UnknownName::new("bundled model", name, BundledModel::NAMES);
            Failure::input(format!("--model: {unknown}"))
        })?;
        return Ok(ModelSource::Bundled(model));
    };
    checkpoint_with("--config", path, config)
}

/// The model of a file of weights, with sizes from a file that `flag` names, else from the
/// one beside the weights.
#[cfg(feature = "analyze")]
pub(crate) fn checkpoint_with(
    flag: &str,
    path: &Path,
    config: Option<&Path>,
) -> Result<ModelSource> {
    let path = of_folder(path, "checkpoint")?;
    let beside = || path.with_file_name(CONFIG_FILE);
    let config = config.map_or_else(beside, Path::to_owned);
    Ok(ModelSource::Checkpoint {
        config: config_file(flag, &config)?,
        path,
        key: None,
        trained_on: None,
    })
}

/// The digest of a model's weights.
pub(crate) fn weights_digest(source: &ModelSource) -> Result<Digest> {
    match source {
        ModelSource::Bundled(bundled) => Ok(digest_of(bundled.bytes())),
        ModelSource::Checkpoint { path, .. } => digest_of_file(path),
        ModelSource::Formula(_) => Err(weights_needed()),
    }
}

/// The model with its weights, which there must be.
pub(crate) fn lpd(source: &ModelSource, runs: &RunsOn) -> Result<Lpd> {
    match source {
        ModelSource::Formula(_) => Err(weights_needed()),
        source => source
            .load(runs.precision, &runs.device, memory::limit())
            .map_err(|error| lpd_failure(source, error)),
    }
}

/// Why there is no model of flags.
pub(crate) fn lpd_failure(source: &ModelSource, error: ModelSourceError) -> Failure {
    match source {
        ModelSource::Formula(_) => return weights_needed(),
        ModelSource::Checkpoint { path, .. } if !path.exists() => {
            return Failure::input(format!(
                "--checkpoint {} is not there; {WHERE}",
                path.display()
            ));
        }
        ModelSource::Bundled(_) | ModelSource::Checkpoint { .. } => {}
    }
    match error {
        ModelSourceError::Lpd(error @ LpdError::Memory(_)) => {
            Failure::input_at(place(source), &error)
        }
        ModelSourceError::Checkpoint(error) => checkpoint_failure("--checkpoint", &error, "--key"),
        ModelSourceError::Weights(error) => Failure::input_at(place(source), &error),
        ModelSourceError::Positions(error) => Failure::input_at(place(source), &error),
        error => Failure::work(error),
    }
}

/// The guidance that flags ask for.
pub(crate) fn guidance(scale: f64, schedule: GuidanceSchedule) -> Result<Guidance> {
    Guidance::new(scale, schedule).map_err(|error| Failure::input_at("--cfg", &error))
}

/// What it means that a request was not answered; `of_model` says it of the model's own
/// errors.
pub(crate) fn request_failure(
    error: RequestError,
    of_model: impl FnOnce(&LpdError) -> Failure,
) -> Failure {
    match error {
        RequestError::Stopped => Failure::Interrupted,
        RequestError::Memory { batch, source } => {
            Failure::input(format!("--batch {batch} {source}"))
        }
        RequestError::Lpd(error) => of_model(&error),
        error => Failure::bad_input(error),
    }
}

impl From<RequestError> for Failure {
    fn from(error: RequestError) -> Self {
        request_failure(error, |error| Self::bad_input(error))
    }
}
