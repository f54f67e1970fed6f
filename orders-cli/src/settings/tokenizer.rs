//! The tokenizer that flags name, and the device.

use std::path::Path;

use orders_core::Grid;
use orders_datasets::{Image, PatchCodebook};
use orders_model::bundled;
use orders_model::checkpoint::read_checkpoint;
use orders_model::vq::{VqConfig, VqTokenizer, pixels_from_images};
use orders_model::{Device, DeviceKind, ModelSource, Tensor};

use super::lpd::{LookedAt, checkpoint_failure};
use crate::args::{DeviceArgs, TokenizerArgs};
use crate::bounded_file::read_bounded;
use crate::failure::{Failure, Result};
use crate::memory;
use crate::token_identity::{self, Tokens};

/// The longest configuration that is read: one with a list of all tensors has 40
/// KB.
const CONFIG_BYTES: u64 = 1 << 20;
/// Where the weights come from, for those who have none.
const WHERE: &str = "the weights of VQ-16, vq_ds16_c2i.pt, are published by LlamaGen's authors at https://huggingface.co/FoundationVision/LlamaGen";

/// The device to compute on.
pub(crate) fn device(args: &DeviceArgs) -> Result<Device> {
    let opened = args.device.parse().and_then(|kind: DeviceKind| match kind {
        DeviceKind::Cpu => kind.open(),
        // What loads a driver panics where there is none; that is told once, as an error.
        _ => {
            let hook = std::panic::take_hook();
            std::panic::set_hook(Box::new(|_| {}));
            let opened = kind.open();
            std::panic::set_hook(hook);
            opened
        }
    });
    opened.map_err(|error| Failure::input_at("--device", &error))
}

/// The files of a tokenizer.
#[derive(Clone, Copy, Default)]
pub(crate) struct TokenizerFiles<'a> {
    /// The weights, or a codebook of patches.
    pub(crate) file: Option<&'a Path>,
    /// The sizes.
    pub(crate) config: Option<&'a Path>,
    /// The key of the tensors in a file of PyTorch.
    pub(crate) key: Option<&'a str>,
}

impl<'a> From<&'a TokenizerArgs> for TokenizerFiles<'a> {
    fn from(args: &'a TokenizerArgs) -> Self {
        Self {
            file: args.tokenizer.as_deref(),
            config: args.config.as_deref(),
            key: args.key.as_deref(),
        }
    }
}

/// The VQ tokenizer of these files, with its weights, and notes on how they were read.
pub(crate) fn tokenizer(
    files: TokenizerFiles<'_>,
    device: &Device,
    notes: &mut Vec<String>,
) -> Result<VqTokenizer> {
    let path = named(files)?;
    if PatchCodebook::is_file(path) {
        return Err(Failure::input(format!(
            "--tokenizer {} is a codebook of patches; 'data prepare' turns images into its tokens",
            path.display()
        )));
    }
    if !path.exists() {
        return Err(Failure::input(format!(
            "--tokenizer {} is not there; {WHERE}",
            path.display()
        )));
    }
    let config = match files.config {
        Some(path) => config(path)?,
        None => VqConfig::ds16(),
    };
    let checkpoint = read_checkpoint(path, files.key, &Device::Cpu)
        .map_err(|error| checkpoint_failure("--tokenizer", &error, "--tokenizer-key"))?;
    let of_file = checkpoint.notes.iter();
    notes.extend(of_file.map(|note| format!("--tokenizer {}: {note}", path.display())));
    let weights = config
        .weights(checkpoint.tensors)
        .map_err(|error| Failure::input_at(format!("--tokenizer {}", path.display()), &error))?;
    VqTokenizer::new(config, &weights, device).map_err(Failure::work)
}

/// The file, which there must be.
fn named(files: TokenizerFiles<'_>) -> Result<&Path> {
    files
        .file
        .ok_or_else(|| Failure::input(format!("a tokenizer is needed: --tokenizer FILE; {WHERE}")))
}

fn config(path: &Path) -> Result<VqConfig> {
    let text = read_bounded(
        path,
        "a configuration",
        CONFIG_BYTES,
        format!("--tokenizer-config {}", path.display()),
    )?;
    VqConfig::from_json(&text)
        .map_err(|error| Failure::input(format!("--tokenizer-config {}: {error}", path.display())))
}

/// What turns tokens into images.
pub(crate) enum ImageDecoder {
    /// VQ-16 or one of its kind.
    Vq(Box<VqTokenizer>, Device),
    /// A codebook of patches.
    Patches(PatchCodebook),
}

/// The decoder of these files: a codebook of patches, as 'data prepare' makes them, or a
/// VQ tokenizer.
pub(crate) fn image_decoder(
    files: TokenizerFiles<'_>,
    device: &Device,
    notes: &mut Vec<String>,
) -> Result<ImageDecoder> {
    let path = named(files)?;
    if !PatchCodebook::is_file(path) {
        let tokenizer = tokenizer(files, device, notes)?;
        return Ok(ImageDecoder::Vq(Box::new(tokenizer), device.clone()));
    }
    if files.config.is_some() || files.key.is_some() {
        return Err(Failure::input(format!(
            "--tokenizer {} is a codebook of patches, which takes neither --tokenizer-config nor --tokenizer-key",
            path.display()
        )));
    }
    PatchCodebook::read(path)
        .map(ImageDecoder::Patches)
        .map_err(|error| Failure::input_at("--tokenizer", &error))
}

/// The decoder of the tokens of a model, which may be bundled: that of these files, if
/// it has as many codes as the model, and is not known to be another than that of its tokens.
pub(crate) fn model_decoder(
    files: TokenizerFiles<'_>,
    (model, looked_at): (&ModelSource, &LookedAt),
    device: &Device,
    notes: &mut Vec<String>,
) -> Result<ImageDecoder> {
    if files.file.is_none() && model.bundled().is_some() {
        return Ok(ImageDecoder::Patches(bundled::codebook()));
    }
    let path = named(files)?;
    let decoder = image_decoder(files, device, notes)?;
    let (codes, vocab) = (decoder.codes(), model.config().vocab());
    if codes != vocab {
        return Err(Failure::input(format!(
            "--tokenizer has {codes} codes, but the model generates {vocab} tokens"
        )));
    }
    let id = decoder.id();
    let taker = Tokens {
        place: format!("--tokenizer {}", path.display()),
        tokenizer: Some(id.as_str()),
    };
    token_identity::check(&looked_at.tokens(), &taker, notes)?;
    Ok(decoder)
}

impl ImageDecoder {
    /// Tokens that it knows.
    pub(crate) fn codes(&self) -> usize {
        match self {
            Self::Vq(tokenizer, _) => tokenizer.config().codebook_size,
            Self::Patches(codebook) => codebook.len(),
        }
    }

    /// What tells it from others.
    pub(crate) fn id(&self) -> String {
        match self {
            Self::Vq(tokenizer, _) => tokenizer.tokenizer_id(),
            Self::Patches(codebook) => codebook.tokenizer_id(),
        }
    }

    /// Whether decoding an image of a grid has room.
    pub(crate) fn check_memory(&self, grid: Grid) -> Result<()> {
        let (height, width) = (grid.height() as usize, grid.width() as usize);
        let needed = match self {
            Self::Vq(_, device) if !device.is_cpu() => return Ok(()),
            Self::Vq(tokenizer, _) => tokenizer.config().decoder_bytes(height, width),
            // The image, and again in red, green and blue.
            Self::Patches(codebook) => {
                let side = u64::from(codebook.shape().side());
                6 * side * side * grid.cells() as u64
            }
        };
        memory::limit().check(needed).map_err(|error| {
            Failure::input(format!("--tokenizer: an image of {grid} cells {error}"))
        })
    }

    /// An image in red, green and blue, from its tokens in raster order.
    pub(crate) fn decode(&self, grid: Grid, tokens: &[u32]) -> Result<Image> {
        let bad = |error: &dyn std::error::Error| Failure::input_at("--tokenizer", error);
        match self {
            Self::Patches(codebook) => codebook
                .decode(grid, tokens)
                .map(|image| image.to_rgb())
                .map_err(|error| bad(&error)),
            Self::Vq(tokenizer, device) => {
                let [height, width] = [grid.height(), grid.width()];
                let numbers: Vec<i64> = tokens.iter().map(|&token| token.into()).collect();
                let tokens =
                    Tensor::from_vec(numbers, (1, tokens.len()), device).map_err(Failure::work)?;
                let decoded = tokenizer
                    .decode(&tokens, height as usize, width as usize)
                    .map_err(|error| bad(&error))?;
                let pixels = pixels_from_images(&decoded).map_err(Failure::work)?;
                let stride = tokenizer.config().stride() as u32;
                Image::new(height * stride, width * stride, 3, pixels).map_err(Failure::work)
            }
        }
    }
}
