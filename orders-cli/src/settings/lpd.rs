//! The LPD model that flags name.

use std::path::Path;

use orders_core::Grid;
use orders_model::bundled::BundledModel;
use orders_model::lpd::{Guidance, GuidanceSchedule, Lpd, LpdConfig, LpdError, RequestError};
use orders_model::{DType, Device, ModelSource, ModelSourceError};

use crate::args::ModelArgs;
use crate::bounded_file::read_bounded;
use crate::failure::{Failure, Result};

/// The longest configuration that is read: one with a list of all tensors has 40
/// KB.
const CONFIG_BYTES: u64 = 1 << 20;
/// The sizes that 'train' writes beside the weights.
pub(crate) const CONFIG_FILE: &str = "config.json";
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
    match bundled {
        Some(model) => Ok(ModelSource::Bundled(model)),
        None => checkpoint(args, lpd_config(args)?),
    }
}

/// The checkpoint of given sizes that flags name, or the sizes alone.
pub(crate) fn checkpoint(args: &ModelArgs, config: LpdConfig) -> Result<ModelSource> {
    let Some(path) = &args.checkpoint else {
        return Ok(ModelSource::Formula(config));
    };
    let grid = |pixels| {
        Grid::for_image(pixels, config.params().stride)
            .map_err(|error| Failure::input_at("--checkpoint-res", &error))
    };
    Ok(ModelSource::Checkpoint {
        path: path.clone(),
        key: args.key.clone(),
        trained_on: args.checkpoint_res.map(grid).transpose()?,
        config,
    })
}

/// The sizes that flags give.
fn lpd_config(args: &ModelArgs) -> Result<LpdConfig> {
    match (&args.config, &args.model, &args.checkpoint) {
        (Some(path), ..) => config_file("--config", path),
        (None, Some(name), _) => {
            if BundledModel::named(name).is_some() {
                return Err(Failure::input(format!(
                    "--model {name} is bundled and takes no --checkpoint"
                )));
            }
            LpdConfig::named(name, args.res).map_err(|error| {
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

/// The model with its weights, which there must be.
pub(crate) fn lpd(source: &ModelSource, dtype: DType, device: &Device) -> Result<Lpd> {
    match source {
        ModelSource::Formula(_) => Err(weights_needed()),
        source => source
            .load(dtype, device)
            .map_err(|error| lpd_failure(source, error)),
    }
}

/// Why there is no model of flags.
pub(crate) fn lpd_failure(source: &ModelSource, error: ModelSourceError) -> Failure {
    let place = match source {
        ModelSource::Formula(_) => return weights_needed(),
        ModelSource::Bundled(model) => format!("--model {}", model.name()),
        ModelSource::Checkpoint { path, .. } if !path.exists() => {
            return Failure::input(format!(
                "--checkpoint {} is not there; {WHERE}",
                path.display()
            ));
        }
        ModelSource::Checkpoint { path, .. } => format!("--checkpoint {}", path.display()),
    };
    match error {
        ModelSourceError::Checkpoint(error) => Failure::input_at("--checkpoint", &error),
        ModelSourceError::Weights(error) => Failure::input_at(place, &error),
        ModelSourceError::Positions(error) => Failure::input_at(place, &error),
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
        RequestError::Lpd(error) => of_model(&error),
        error => Failure::bad_input(error),
    }
}

impl From<RequestError> for Failure {
    fn from(error: RequestError) -> Self {
        request_failure(error, |error| Self::bad_input(error))
    }
}
