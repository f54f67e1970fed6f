//! The LPD model that flags name.

use std::collections::BTreeMap;
use std::path::Path;

use orders_core::Grid;
use orders_model::bundled::BundledModel;
use orders_model::checkpoint::read_checkpoint;
use orders_model::lpd::{Guidance, GuidanceSchedule, Lpd, LpdConfig, interpolate_positions};
use orders_model::weights::Weights;
use orders_model::{DType, Device, Tensor};

use crate::args::{ModelArgs, PrecisionArg, ScheduleArg};
use crate::bounded_file::read_bounded;
use crate::failure::Failure;

/// The longest configuration that is read: one with a list of all tensors has 40
/// KB.
const CONFIG_BYTES: u64 = 1 << 20;
/// The sizes that 'train' writes beside the weights.
pub(crate) const CONFIG_FILE: &str = "config.json";
/// Where the weights come from, for those who have none.
const WHERE: &str = "LPD's weights are published by its authors at https://huggingface.co/mit-han-lab, named in https://github.com/mit-han-lab/lpd";
/// The name of the positional embedding.
const POSITIONS: &str = "pos_embed";

/// A model and where its weights are from.
pub(crate) struct LoadedLpd {
    pub(crate) lpd: Lpd,
    /// The name of the checkpoint's file, without its folder.
    pub(crate) checkpoint: String,
}

/// The bundled model that flags mean: a named one, or the first if they name no
/// model at all.
pub(crate) fn bundled(args: &ModelArgs) -> Option<BundledModel> {
    match (&args.checkpoint, &args.config, &args.model) {
        (None, None, Some(name)) => BundledModel::named(name),
        (None, None, None) => BundledModel::named(BundledModel::NAMES[0]),
        _ => None,
    }
}

/// The sizes that flags give.
pub(crate) fn lpd_config(args: &ModelArgs) -> Result<LpdConfig, Failure> {
    if let Some(model) = bundled(args) {
        return Ok(model.config());
    }
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
pub(crate) fn config_file(flag: &str, path: &Path) -> Result<LpdConfig, Failure> {
    let text = read_bounded(path, "a configuration", CONFIG_BYTES, |why| {
        format!("{flag} {} can't be read: {why}", path.display())
    })?;
    serde_json::from_slice(&text)
        .map_err(|error| Failure::input(format!("{flag} {}: {error}", path.display())))
}

/// Tensors of a model and where they are from.
struct Source {
    tensors: BTreeMap<String, Tensor>,
    /// The name of the checkpoint's file, without its folder.
    checkpoint: String,
    /// What the user gave, for messages.
    place: String,
}

/// The model with the weights of its checkpoint, or a bundled one.
pub(crate) fn lpd(
    args: &ModelArgs,
    config: LpdConfig,
    device: &Device,
) -> Result<LoadedLpd, Failure> {
    let source = match bundled(args) {
        Some(model) => Source {
            tensors: model
                .weights()
                .map_err(|error| Failure::work(&error))?
                .into_tensors(),
            checkpoint: format!("{} (bundled)", model.name()),
            place: format!("--model {}", model.name()),
        },
        None => checkpoint(args, &config)?,
    };
    let kind = (dtype(args.precision), device);
    Ok(LoadedLpd {
        lpd: lpd_of_tensors(source.tensors, config, kind, &source.place)?,
        checkpoint: source.checkpoint,
    })
}

/// The model with tensors in a precision on a device; `place` is where they are from.
pub(crate) fn lpd_of_tensors(
    mut tensors: BTreeMap<String, Tensor>,
    config: LpdConfig,
    (dtype, device): (DType, &Device),
    place: &str,
) -> Result<Lpd, Failure> {
    for tensor in tensors.values_mut() {
        let moved = |tensor: &Tensor| tensor.to_dtype(dtype)?.to_device(device);
        *tensor = moved(tensor).map_err(|error| Failure::work(&error))?;
    }
    let weights = Weights::checked(&config.tensors(), tensors)
        .map_err(|error| Failure::input_at(place, &error))?;
    Lpd::new(config, weights).map_err(|error| Failure::work(&error))
}

/// The tensors of the checkpoint that flags name.
fn checkpoint(args: &ModelArgs, config: &LpdConfig) -> Result<Source, Failure> {
    let Some(path) = &args.checkpoint else {
        return Err(weights_needed());
    };
    if !path.exists() {
        return Err(Failure::input(format!(
            "--checkpoint {} is not there; {WHERE}",
            path.display()
        )));
    }
    let place = format!("--checkpoint {}", path.display());
    let mut tensors = read_checkpoint(path, args.key.as_deref(), &Device::Cpu)
        .map_err(|error| Failure::input_at("--checkpoint", &error))?
        .tensors;
    if let Some(pixels) = args.checkpoint_res
        && let Some(positions) = tensors.remove(POSITIONS)
    {
        let from = Grid::for_image(pixels, config.params().stride)
            .map_err(|error| Failure::input_at("--checkpoint-res", &error))?;
        let positions = interpolate_positions(&positions, from, config.grid())
            .map_err(|error| Failure::input_at(&place, &error))?;
        tensors.insert(POSITIONS.to_owned(), positions);
    }
    let name = path.file_name().unwrap_or_default();
    Ok(Source {
        tensors,
        checkpoint: name.to_string_lossy().into_owned(),
        place,
    })
}

/// What `--precision` means.
pub(crate) fn dtype(precision: PrecisionArg) -> DType {
    match precision {
        PrecisionArg::F32 => DType::F32,
        PrecisionArg::Bf16 => DType::BF16,
        PrecisionArg::F16 => DType::F16,
    }
}

/// The guidance that flags ask for.
pub(crate) fn guidance(scale: f64, schedule: ScheduleArg) -> Result<Guidance, Failure> {
    let schedule = match schedule {
        ScheduleArg::Linear => GuidanceSchedule::Linear,
        ScheduleArg::Constant => GuidanceSchedule::Constant,
    };
    Guidance::new(scale, schedule).map_err(|error| Failure::input_at("--cfg", &error))
}
